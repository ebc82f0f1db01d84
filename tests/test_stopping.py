"""`stop` ends an answer that is being written: in whichever process, wherever it is said."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import slack_stand_in
import teams_stand_in
from intake import KEY
from pydantic import BaseModel
from slack_world import GOVERNANCE, slack_world
from slack_world import words as slack_words
from teams_world import teams_world
from test_written_answers import APPROVAL, CHECKED, SAID

from bot import app, terminal
from bot.database import Database, Pool
from bot.inbox import Inbox, Worker
from bot.outbox import Outbox
from bot.settings import Settings
from bot.stopping import Stoppable
from bot.terminal import take_lines
from bot.web import saying
from bot.web.places import direct_place
from bot.web.send import LocalChannel
from bot.work import Queue
from handlers.answer_cards import WRITTEN
from handlers.cards import Text
from handlers.services import Services
from handlers.stopping import STOPPED, is_stop
from indexing.documents import index_path
from indexing.language_model import ModelUnavailable, Prompt, T, Usage
from learning.nouns import Person
from learning.store import fetch_person, upsert_person

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
QUESTION = "who approves a refund above £75 without a receipt?"
PROMPT = Prompt("Read.", (), "Answer.")
NOTHING = "There is nothing to stop."


class Hanging:
    """A model that never comes to an end: after its first sentence, or before its first word."""

    name = "hangs"
    cites = True

    def __init__(self, *, speaks: bool = True) -> None:
        self.speaks = speaks
        self.reached = asyncio.Event()
        self.given_up = 0

    async def ask(self, prompt: Prompt, answer: type[T], usage: Usage) -> T:
        if not self.speaks:
            await self._hang()
        assert isinstance(CHECKED, answer)
        return CHECKED

    async def write(
        self, prompt: Prompt, usage: Usage, shape: type[BaseModel] | None = None
    ) -> AsyncGenerator[str]:
        yield f"{SAID} Then"
        await self._hang()

    async def _hang(self) -> None:
        self.reached.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.given_up += 1


@pytest.mark.parametrize("said", ["stop", "Stop!", " STOP  it. ", "please stop", "never mind"])
def test_what_stops(said: str) -> None:
    assert is_stop(said)


@pytest.mark.parametrize(
    "said", ["how do I stop the belt?", "stop the belt", "stop?", "cancel a booking", "", "stops"]
)
def test_what_is_a_question(said: str) -> None:
    assert not is_stop(said)


async def test_a_stopped_model_is_interrupted_and_does_nothing_more() -> None:
    hanging = Hanging()
    model = Stoppable(hanging)
    pieces = model.write(PROMPT, Usage())
    assert SAID in await anext(pieces)
    next_piece = asyncio.ensure_future(anext(pieces))
    await hanging.reached.wait()
    model.stop()
    model.stop()
    with pytest.raises(ModelUnavailable, match="stopped"):
        await next_piece
    with pytest.raises(ModelUnavailable, match="stopped"):
        await model.ask(PROMPT, type(CHECKED), Usage())
    assert hanging.given_up == 1


class Company:
    """Two workers on one database, as two processes would have it; people in the local chat."""

    def __init__(self, pool: Pool, queue: Queue) -> None:
        self.pool, self.clock, self.model = pool, [NOW], Hanging()
        self.inbox = Inbox(queue.defer_event, KEY)
        self.first, self.second = (
            self._worker(Services(None, None, self.model)),
            self._worker(Services(None, None, Hanging())),
        )

    def _worker(self, services: Services) -> Worker:
        channels = {"web": LocalChannel(self.pool, lambda: self.clock[0])}
        outbox = Outbox(self.pool, channels, lambda: self.clock[0])
        return Worker(self.pool, channels, services, outbox, lambda: self.clock[0], self.inbox)

    async def say(self, text: str, person: str = "priya", place: str = "") -> int:
        """Say something a second later; return the id of its event."""
        self.clock[0] += timedelta(seconds=1)
        async with self.pool.connection() as conn:
            who = await fetch_person(conn, f"{person}@example.com")
            assert who
            where = place or direct_place(who)
            said = await saying.say(conn, self.inbox, who, where, None, text, self.clock[0])
            assert isinstance(said, int)
        return int((await self.rows("select max(id) from bot.inbox"))[0][0])

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        async with self.pool.connection() as conn:
            return await (await conn.execute(query.encode())).fetchall()

    async def cards(self) -> list[str]:
        """What the bot says, one text for each message."""
        rows = await self.rows("select card from bot.message where author_id is null order by id")
        return [json.dumps(card, ensure_ascii=False) for (card,) in rows]

    @asynccontextmanager
    async def answering(self, question: str = QUESTION) -> AsyncIterator[None]:
        """While the first worker hangs in an answer; at the end it has come to one."""
        writing = asyncio.create_task(self.first.work_off(await self.say(question)))
        await self.model.reached.wait()
        try:
            yield
            await writing
        finally:
            writing.cancel()
            with suppress(asyncio.CancelledError):
                await writing


async def index_approval(pool: Pool, folder: Path) -> None:
    (folder / "approval.md").write_text(APPROVAL)
    (folder / "governance.yaml").write_text(GOVERNANCE.split("documents:")[0])
    async with pool.connection() as conn:
        for name in ("priya", "dana"):
            await upsert_person(conn, Person(0, f"{name}@example.com", name.title()))
        await conn.commit()
        report = await index_path(conn, folder, source="approval", today=NOW.date(), now=NOW)
        assert not report.refused


@pytest.fixture
async def company(database: Database, pool: Pool, tmp_path: Path) -> Company:
    with psycopg.connect(database.admin_url) as owner:
        owner.execute("insert into bot.this_database (demo, created_at) values (true, %s)", [NOW])
    await index_approval(pool, tmp_path)
    queue = Queue(pool)
    await queue.open()
    return Company(pool, queue)


async def test_a_stop_ends_the_answer_that_another_worker_writes(company: Company) -> None:
    async with company.answering():
        await company.second.work_off(await company.say("stop"))
    (card,) = await company.cards()
    assert "a shift lead approves the refund" in card
    assert STOPPED in card
    assert WRITTEN in card
    assert "Refund approval" in card
    assert company.model.given_up == 1
    ((why, tokens),) = await company.rows("select unwritten, sentences from indexing.answer")
    assert why == "stopped"
    assert tokens


async def test_a_stop_needs_no_worker_that_is_free(company: Company) -> None:
    async with company.answering():
        stop = await company.say("Stop!")
    await company.first.work_off(stop)
    (card,) = await company.cards()
    assert STOPPED in card
    states = await company.rows("select state from bot.inbox order by id")
    assert states == [("handled",), ("handled",)]


async def test_a_stop_before_the_first_word(company: Company) -> None:
    company.model.speaks = False
    async with company.answering():
        await company.say("stop")
    (card,) = await company.cards()
    assert STOPPED in card
    assert "approves" not in card
    assert await company.rows("select 1 from indexing.answer") == []


async def test_a_stop_ends_what_still_waits_for_a_worker(company: Company) -> None:
    question = await company.say(QUESTION)
    stop = await company.say("stop")
    await company.second.work_off(stop)
    await company.first.work_off(question)
    (card,) = await company.cards()
    assert STOPPED in card


async def test_nothing_to_stop(company: Company) -> None:
    await company.first.work_off(await company.say("hello"))
    await company.first.work_off(await company.say("stop"))
    await company.first.work_off(await company.say("stop"))
    assert [NOTHING in card for card in await company.cards()] == [False, True, True]


async def test_nobody_stops_anybody_elses_answer(company: Company) -> None:
    async with company.answering():
        await company.second.work_off(await company.say("stop", "dana"))
        await company.second.work_off(await company.say("@jobaid stop", place="web:service-desk"))
        assert not company.model.given_up
        await company.say("stop")
    assert [NOTHING in card for card in await company.cards()] == [False, True, True]


async def test_a_stop_is_queued_beside_its_thread(company: Company) -> None:
    question, stop = await company.say(QUESTION), await company.say("stop")
    jobs = await company.rows("select args, lock from queue.procrastinate_jobs order by id")
    assert [(args["inbox_id"], bool(lock)) for args, lock in jobs] == [
        (question, True),
        (stop, False),
    ]


async def test_a_stop_is_typed_in_a_terminal_while_an_answer_is_written(
    company: Company, pool: Pool, database: Database
) -> None:
    shown: list[str] = []
    async with pool.connection() as conn:
        person = await fetch_person(conn, "priya@example.com")
    assert person
    # What the terminal's own inbox defers, its own worker does.
    settings = Settings(jobaid_embeddings="none")
    house = app.House(settings, database, pool, Queue(pool), company.inbox)
    chat = terminal.Terminal(house, person, shown.append, shown.append, False)
    chat.start(Services(None, None, company.model))
    lines = [QUESTION, "stop", ""]

    async def read() -> str:
        if lines[0] == "stop":
            await company.model.reached.wait()
        return lines.pop(0)

    await take_lines(chat, read)
    (answer,) = shown
    assert STOPPED in answer
    assert "[1] Refund approval" in answer


async def test_slack_s_own_button_and_the_word(pool: Pool, tmp_path: Path) -> None:
    async with slack_world(pool, tmp_path) as world:
        for number, stop in enumerate(
            (
                {"type": "agent_session_stopped", "channel": "D1", "user": "U1",
                 "thread_ts": "1700000000.000100", "event_ts": "1700000009.000100",
                 "streaming_message_ts": []},
                slack_stand_in.direct("stop", "1700000009.000200"),
            )
        ):  # fmt: skip
            model = Hanging()
            outbox = Outbox(pool, {"slack": world.channel}, lambda: world.clock[0])
            services = Services(None, None, model)
            worker = Worker(
                pool,
                {"slack": world.channel},
                services,
                outbox,
                lambda: world.clock[0],
                Inbox(world.queue.defer_event, KEY),
            )
            await world.take_in(slack_stand_in.direct(QUESTION, f"170000000{number}.000100"))
            ((question,),) = await world.rows("select max(id) from bot.inbox")
            writing = asyncio.create_task(worker.work_off(question))
            await model.reached.wait()
            world.clock[0] += timedelta(seconds=1)
            await world.take_in(stop)
            ((by,),) = await world.rows("select max(id) from bot.inbox")
            await world.worker.work_off(by)
            await writing
            said = slack_words(world.slack.posted()[-1])
            assert "a shift lead approves the refund" in said
            assert STOPPED in said
            assert not world.slack.posted()[-1]["streaming"]
        assert len(world.slack.posted()) == 2


@pytest.mark.parametrize("by_button", [False, True])
async def test_teams_button_and_the_word(pool: Pool, tmp_path: Path, by_button: bool) -> None:
    async with teams_world(pool, tmp_path) as world:
        model = Hanging()
        channels, clock = {"teams": world.channel}, lambda: world.clock[0]
        worker = Worker(
            pool,
            channels,
            Services(None, None, model),
            Outbox(pool, channels, clock),
            clock,
            Inbox(world.queue.defer_event, KEY),
        )
        assert (await world.tell(world.teams.direct(QUESTION)))[0] == 201
        if by_button:
            # Teams refuses the next piece, which is how it tells that its button was pressed.
            cancelled = {"message": "Content stream was canceled by user.", "code": "Content"}
            world.teams.fail += [(201, {"id": "s-1"}), (403, {"error": cancelled})]
            world.teams.fail += [(403, {"error": cancelled})]
            await worker.work_off(1)
            assert world.teams.sent() == []
        else:
            writing = asyncio.create_task(worker.work_off(1))
            await model.reached.wait()
            world.clock[0] += timedelta(seconds=1)
            assert (await world.tell(world.teams.direct("stop", 2)))[0] == 201
            await world.worker.work_off(2)
            await writing
            said = " ".join(map(teams_stand_in.words, world.teams.sent()))
            assert "a shift lead approves the refund" in said
            assert STOPPED in said
        ((why,),) = await world.rows("select unwritten from indexing.answer")
        assert why == "stopped"


async def test_a_stream_is_begun_while_its_event_is_being_handled(
    pool: Pool, tmp_path: Path
) -> None:
    """Not even a stream that refers to the event waits for the one who answers it."""
    async with teams_world(pool, tmp_path) as world:
        assert (await world.tell(world.teams.direct(QUESTION)))[0] == 201
        async with pool.connection() as conn, conn.transaction():
            from bot.store import fetch_event, lock_waiting_event

            event = await fetch_event(conn, 1)
            assert event
            assert await lock_waiting_event(conn, 1)
            place = world.teams.direct("x")["conversation"]["id"]
            assert await world.channel.show(event, f"teams:{place}", "r", [Text("One. [1]")])  # type: ignore[arg-type]
            assert len(await world.rows("select 1 from bot.teams_stream")) == 1
