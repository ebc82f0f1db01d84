"""A long draft goes on piece by piece: shown, stopped, taken up after a kill, never done twice."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from authors import Author, diligent
from fakes import FakeChat, FakeLater
from model_stand_in import MODEL, as_json, model_stand_in
from pydantic import BaseModel
from review_world import REQUEST, World, review_world
from sop_folder import NOW

from bot import commands
from bot.__main__ import parser
from bot.database import Database, Pool
from bot.inbox import Inbox, InboxLater, Worker
from bot.outbox import Outbox
from bot.settings import Settings
from bot.state import state_of_house
from bot.work import Queue
from handlers import doctor, due, presses
from handlers.cards import Button, Buttons, Card
from handlers.inbound import CardRef, Due, Place, Pressed
from handlers.services import Connection, Services
from indexing.language_model import LanguageModel, ModelUnavailable, Prompt, T, Usage
from learning.modules import ModuleKind, RemedialUnit
from review import store
from review.checking.solver import Chosen
from review.nouns import Module
from review.store import pieces as piece_store

SERVICES = Services(None, None, review_places=(Place("web:review"),))


@dataclass
class Desk:
    """A draft's events, taken one by one, `seconds` apart."""

    world: World
    author: Author = field(default_factory=lambda: Author(diligent))
    seconds: int = 1
    chat: FakeChat = field(default_factory=FakeChat)
    later: FakeLater = field(default_factory=FakeLater)
    now: Any = NOW

    async def ask_for(self, kind: ModuleKind = "items", by: str = "mia") -> int:
        """Ask for a draft, as its handler does."""
        requester = self.world.people[by]
        request = replace(REQUEST, kind=kind)
        module_id = await store.insert_module(
            self.world.conn, request, requested_by=requester.id, actor=requester.email, now=NOW
        )
        await self.later.defer("draft", str(module_id))
        return module_id

    async def turn(self, model: LanguageModel | None = None, *, without: bool = False) -> str:
        """Take the next event; its subject."""
        task, subject = self.later.deferred.pop(0)
        self.now += timedelta(seconds=self.seconds)
        services = replace(SERVICES, language_model=None if without else model or self.author)
        conn, event = self.world.conn, Due(task, subject, self.now)
        await due.on_due(conn, services, self.chat, self.later, event, self.now)
        return subject

    async def all_turns(self) -> list[str]:
        subjects: list[str] = []
        while self.later.deferred:
            subjects.append(await self.turn())
        return subjects

    async def module(self, module_id: int) -> Module:
        found = await store.fetch_module(self.world.conn, module_id)
        assert found
        return found

    async def stored(self) -> list[tuple[Any, ...]]:
        cursor = await self.world.conn.execute(
            "select key, basis, model, tokens_in from review.piece order by made_at, key"
        )
        return await cursor.fetchall()

    async def press_stop(self, name: str, module_id: int) -> list[tuple[str, str, Card]]:
        before = len(self.chat.said)
        ref, card = self.progress()[0]
        button = next(
            b for block in card.blocks if isinstance(block, Buttons) for b in block.buttons
        )
        assert button == Button("Stop", "draft.stop", f"module:{module_id}")
        pressed = Pressed(
            self.world.people[name],
            Place("web:direct"),
            CardRef(ref),
            button.action,
            button.subject,
            await self.world.press(name),
            self.now,
        )
        conn = self.world.conn
        await presses.on_pressed(conn, SERVICES, self.chat, self.later, pressed, self.now)
        return self.chat.said[before:]

    def progress(self) -> list[tuple[str, Card]]:
        """Every time that the requester was told how far it is: the card's reference, and it."""
        return [
            (f"card-{number}" if kind == "direct" else where, card)
            for number, (kind, where, card) in enumerate(self.chat.said, 1)
            if card.summary.startswith("Drafting ")
        ]


@pytest.fixture
async def desk(conn: Connection, tmp_path: Path) -> Desk:
    return Desk(await review_world(conn, tmp_path))


async def test_each_piece_is_an_event_of_its_own_and_stored_with_what_it_took(desk: Desk) -> None:
    module_id = await desk.ask_for()
    subjects = await desk.all_turns()
    module = await desk.module(module_id)
    assert module.state == "in_review"
    rows = await desk.stored()
    assert subjects == [f"{module_id}", *(f"{module_id}.{n}" for n in range(1, len(rows) + 1))]
    assert all(model == "author" for _, _, model, _ in rows)
    took = await piece_store.fetch_took(desk.world.conn, module_id, 1)
    assert took
    assert took.pieces == len(rows) > 2
    assert (took.model, took.tokens_in) == ("author", 10 * len(desk.author.prompts))
    stored = await store.fetch_content(desk.world.conn, module_id, 1)
    assert stored
    assert (stored.drafted_by, stored.checks.blocked) == ("author", False)


async def test_the_doctor_says_what_drafting_took(desk: Desk) -> None:
    await desk.ask_for()
    await desk.all_turns()
    rows = await desk.stored()
    settings = Settings(jobaid_price_in=1000.0, jobaid_embeddings="none")
    state = await state_of_house(desk.world.conn, desk.now, settings)
    assert state.drafted
    assert state.drafted.tokens_in == sum(tokens for *_, tokens in rows)
    assert state.drafted.cost == state.drafted.tokens_in / 1000
    facts = doctor.Facts(True, True, True, "none", slack_token=False, slack_secret=False)
    (line,) = [line for line in doctor.report(facts, state) if line.startswith("Drafted:")]
    said = f"{len(rows)} of {len(rows)} pieces of 1 draft in 30 days by author,"
    assert line.startswith(f"Drafted:      {said} {state.drafted.tokens_in} tokens in")
    assert line.endswith("0.0 s at the median a piece")


async def test_the_requester_sees_how_far_it_is_now_and_then(desk: Desk) -> None:
    desk.seconds = 2
    await desk.ask_for()
    await desk.all_turns()
    kinds = [(kind, where) for kind, where, _ in desk.chat.said]
    assert kinds[0] == ("direct", "mia@example.com")
    shown = desk.progress()
    pieces = len(await desk.stored())
    assert len({ref for ref, _ in shown}) == 1, "one card, brought up to date"
    told = [card.summary.rpartition(": ")[2] for _, card in shown]
    assert told == [f"0 of {pieces} pieces.", f"3 of {pieces} pieces."], (
        "every five seconds at most"
    )
    last = desk.chat.said[-1]
    assert last[:2] == ("direct", "mia@example.com")
    assert "is with its reviewers" in last[2].summary
    ended = [card for kind, where, card in desk.chat.said if where == shown[0][0]][-1]
    assert f"{pieces} of {pieces} pieces drafted" in ended.summary


async def test_who_cannot_be_reached_has_it_drafted_all_the_same(desk: Desk) -> None:
    desk.chat.unreachable.add("mia@example.com")
    module_id = await desk.ask_for()
    await desk.all_turns()
    assert (await desk.module(module_id)).state == "in_review"
    assert desk.progress() == []


async def test_a_piece_that_was_cut_off_is_made_again_and_no_other(desk: Desk) -> None:
    class Killed(Exception):
        pass

    module_id = await desk.ask_for()
    await desk.turn()
    await desk.turn()
    await desk.world.conn.commit()
    made = await desk.stored()
    assert len(made) == 1

    def dies(prompt: Prompt, answer: type[BaseModel]) -> BaseModel:
        raise Killed

    event = desk.later.deferred[0]
    with pytest.raises(Killed):
        await desk.turn(Author(dies))
    await desk.world.conn.rollback()
    assert await desk.stored() == made
    desk.later.deferred.insert(0, event)
    asked = len(desk.author.drafting)
    await desk.all_turns()
    rows = await desk.stored()
    assert len({key for key, *_ in rows}) == len(rows)
    assert len(desk.author.drafting) - asked == len(rows) - 1
    assert (await desk.module(module_id)).number == 1


async def test_an_event_that_comes_twice_changes_nothing(desk: Desk) -> None:
    module_id = await desk.ask_for("remedial")
    await desk.all_turns()
    said = len(desk.chat.said)
    desk.later.deferred += [("draft", str(module_id)), ("draft", f"{module_id}.1")]
    await desk.all_turns()
    assert len(desk.chat.said) == said
    assert (await desk.module(module_id)).number == 1


async def test_stop_ends_it_for_whoever_asked_and_nobody_else(desk: Desk) -> None:
    module_id = await desk.ask_for()
    await desk.turn()
    await desk.turn()
    (refused,) = await desk.press_stop("jo", module_id)
    assert "Only whoever asked" in refused[2].summary
    said = await desk.press_stop("mia", module_id)
    assert said[-1][0] == "update"
    assert "Stopped." in said[-1][2].summary
    assert (await desk.module(module_id)).state == "withdrawn"
    asked = len(desk.author.prompts)
    await desk.all_turns()
    assert len(desk.author.prompts) == asked, "no model is asked for what nobody wants"
    assert len(await desk.stored()) == 1
    (late,) = await desk.press_stop("mia", module_id)
    assert "nothing to stop" in late[2].summary


async def test_what_is_stopped_while_a_model_works_is_not_stored(desk: Desk) -> None:
    module_id = await desk.ask_for()
    await desk.turn()

    class Slow:
        name = "slow"

        async def ask(self, prompt: Prompt, answer: type[T], usage: Usage) -> T:
            if not stopped:
                stopped.append(await desk.press_stop("mia", module_id))
            return await desk.author.ask(prompt, answer, usage)

        write = desk.author.write

    stopped: list[object] = []
    await desk.turn(Slow())
    assert await desk.stored() == []
    assert desk.later.deferred == []
    assert (await desk.module(module_id)).state == "withdrawn"


async def test_a_source_that_changes_meanwhile_is_drafted_from_anew(desk: Desk) -> None:
    module_id = await desk.ask_for()
    await desk.turn()
    await desk.turn()
    old = (await desk.stored())[0][1]
    conn = desk.world.conn
    await conn.execute(
        "update indexing.document set withdrawn_on = %s where uri = 'delivery.md'", [NOW.date()]
    )
    subjects = await desk.all_turns()
    bases = {basis for _, basis, _, _ in await desk.stored()}
    assert len(bases) == 2
    assert len(subjects) == len(set(subjects))
    module = await desk.module(module_id)
    assert module.state == "in_review"
    cited = await store.fetch_cited(conn, module_id, 1)
    assert [each.uri for each in cited] == ["refunds.md"]
    drafting = await piece_store.fetch_drafting(conn, module_id, 1)
    assert drafting
    assert drafting.basis != old
    assert drafting.made == drafting.pieces


async def test_a_model_that_is_taken_away_leaves_the_sops_own_words(desk: Desk) -> None:
    module_id = await desk.ask_for("remedial")
    await desk.turn()
    await desk.turn(without=True)
    assert desk.later.deferred == []
    stored = await store.fetch_content(desk.world.conn, module_id, 1)
    assert stored
    assert stored.drafted_by == "verbatim"


async def test_a_model_that_fails_is_said_on_the_card(desk: Desk) -> None:
    module_id = await desk.ask_for("remedial")
    desk.author.answer = lambda prompt, answer: ModelUnavailable("timeout")
    await desk.all_turns()
    posted = next(card for kind, where, card in desk.chat.said if where == "web:review")
    assert "The language model was too slow" in str(posted.blocks)
    assert "Taken word for word from" in str(posted.blocks)
    assert (await desk.module(module_id)).state == "in_review"


async def test_what_failed_the_checks_is_said_on_the_card(desk: Desk) -> None:
    def answer(prompt: Prompt, wanted: type[BaseModel]) -> BaseModel | ModelUnavailable:
        if wanted is Chosen:
            return diligent(prompt, wanted)
        return ModelUnavailable("off_schema")

    desk.author.answer = answer
    await desk.ask_for("remedial")
    await desk.all_turns()
    posted = next(card for kind, where, card in desk.chat.said if where == "web:review")
    assert "2 pieces kept as it stood" in str(posted.blocks)


async def test_without_a_model_it_is_drafted_at_once_and_nobody_sees_a_count(desk: Desk) -> None:
    module_id = await desk.ask_for()
    assert await desk.turn(without=True) == str(module_id)
    assert (await desk.module(module_id)).state == "in_review"
    assert desk.progress() == []
    assert await desk.stored() == []


async def send_back(desk: Desk, module: Module, comment: str) -> None:
    conn, person = desk.world.conn, desk.world.people["dana"]
    await store.insert_remark(
        conn,
        module,
        kind="changes",
        person_id=person.id,
        text=comment,
        press=await desk.world.press("dana"),
        now=desk.now,
    )
    await store.mark_state(conn, module.id, "changes_requested", actor=person.email, now=desk.now)
    await desk.later.defer("revise", f"{module.id}.{module.number}")


async def test_a_revision_takes_up_the_comment_and_leaves_the_rest(desk: Desk) -> None:
    module_id = await desk.ask_for("remedial")
    await desk.all_turns()
    before = await store.fetch_content(desk.world.conn, module_id, 1)
    desk.author.answer = livelier
    await send_back(desk, await desk.module(module_id), "The example is dull.")
    subjects = await desk.all_turns()
    assert subjects == [f"{module_id}.1", f"{module_id}.1.1"]
    after = await store.fetch_content(desk.world.conn, module_id, 2)
    assert before
    assert after
    assert after.content != before.content
    assert isinstance(after.content, RemedialUnit)
    assert isinstance(before.content, RemedialUnit)
    assert replace(after.content, example=before.content.example) == before.content
    assert (await desk.module(module_id)).state == "in_review"


def livelier(prompt: Prompt, wanted: type[BaseModel]) -> BaseModel:
    said = diligent(prompt, wanted)
    if wanted.__name__ == "WrittenExample":
        return said.model_copy(update={"sentences": ["A queue waits.", "You look it up calmly."]})
    return said


async def test_a_comment_that_cannot_be_placed_comes_back_with_a_word_on_why(desk: Desk) -> None:
    module_id = await desk.ask_for("remedial")
    await desk.all_turns()
    await send_back(desk, await desk.module(module_id), "Zzyzx?")
    await desk.all_turns()
    assert "I could not tell which part the comment means" in desk.chat.last[2].summary
    assert (await desk.module(module_id)).number == 2


async def test_an_older_comment_is_not_taken_up_again(desk: Desk) -> None:
    module_id = await desk.ask_for("remedial")
    await desk.all_turns()
    await send_back(desk, await desk.module(module_id), "The example is dull.")
    await desk.all_turns()
    await send_back(desk, await desk.module(module_id), "Make the question harder.")
    desk.author.prompts.clear()
    await desk.all_turns()
    assert desk.author.drafting
    assert not any("is dull" in str(prompt.messages) for prompt in desk.author.drafting)


# Killed, and taken up by another process


class Process:
    """A worker process over the database, with a model of its own."""

    def __init__(self, pool: Pool, queue: Queue, model: LanguageModel) -> None:
        self.pool = pool
        self.events: list[int] = []

        async def note(conn: Connection, inbox_id: int, lock: str) -> None:
            self.events.append(inbox_id)

        self.inbox = Inbox(note)
        services = replace(SERVICES, language_model=model)
        outbox = Outbox(pool, {}, lambda: NOW)
        self.worker = Worker(pool, {}, services, outbox, lambda: NOW, self.inbox)

    async def waiting(self) -> list[int]:
        async with self.pool.connection() as conn:
            cursor = await conn.execute(
                "select id from bot.inbox where state = 'waiting' and platform = 'jobaid' order by id"
            )
            return [row[0] for row in await cursor.fetchall()]

    async def work_off(self, until: Callable[[], bool] = lambda: False) -> None:
        while (left := await self.waiting()) and not until():
            await self.worker.work_off(left[0])


async def test_another_process_goes_on_where_one_was_killed(
    pool: Pool, conn: Connection, tmp_path: Path
) -> None:
    desk = Desk(await review_world(conn, tmp_path))
    queue = Queue(pool)
    await queue.open()
    module_id = await desk.ask_for()
    hangs = asyncio.Event()

    class Hanging(Author):
        async def ask(self, prompt: Prompt, answer: type[T], usage: Usage) -> T:
            if len(self.drafting) == 3:
                hangs.set()
                await asyncio.Event().wait()
            return await super().ask(prompt, answer, usage)

    first = Process(pool, queue, Hanging(diligent))
    await InboxLater(conn, first.inbox, NOW).defer("draft", str(module_id))
    await conn.commit()
    running = asyncio.create_task(first.work_off())
    await hangs.wait()
    # While a model works nothing is locked: whoever wants to stop it need not wait.
    assert await store.fetch_module(conn, module_id, lock=True)
    await conn.rollback()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    made = len(await desk.stored())
    assert made >= 2
    second = Process(pool, queue, Author(diligent, name="second"))
    await second.work_off()
    rows = await desk.stored()
    assert len({key for key, *_ in rows}) == len(rows)
    assert [model for _, _, model, _ in rows].count("author") == made
    module = await store.fetch_module(conn, module_id)
    assert module
    assert (module.state, module.number) == ("in_review", 1)


# The command line


async def run_draft(world: World, database: Database, folder: Path, url: str) -> tuple[str, str]:
    """`jobaid draft` of a remedial unit: stdout and stderr."""
    house = Settings(
        jobaid_embeddings="none",
        jobaid_home=folder / "home",
        database_url=database.url,
        database_admin_url=database.admin_url,
        jobaid_model=MODEL if url else "",
        openai_base_url=url,
        openai_api_key="k",
    )
    await world.conn.commit()
    words = ["--gap", "refunds-gap", "--kind", "remedial", "--role", "service-agent"]
    words += ["--context", "at the till", "--as", "mia@example.com", "--json"]
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        assert await commands.run(parser().parse_args(["draft", *words]), house) == 0
    return out.getvalue(), err.getvalue()


async def test_the_command_line_drafts_and_tells_how_far_it_is(
    database: Database, conn: Connection, tmp_path: Path
) -> None:
    world = await review_world(conn, tmp_path)
    async with model_stand_in() as stand_in:
        stand_in.otherwise = lambda _: as_json(sentences=["A customer asks.", "You look it up."])
        out, err = await run_draft(world, database, tmp_path, stand_in.url)
    assert "Drafting two-minute unit (module 1): 1 of 2 pieces." in err.splitlines()
    told = json.loads(out)
    assert (told["state"], told["drafted_by"]) == ("in_review", MODEL)
    assert told["drafting"]["left_out"] == ["kept:1"]
    took = told["drafting"]["took"]
    assert (took["model"], took["pieces"], took["by_model"]) == (MODEL, 2, 1)
    assert took["tokens_in"] >= 200


async def test_the_command_line_drafts_without_a_model_as_well(
    database: Database, conn: Connection, tmp_path: Path
) -> None:
    world = await review_world(conn, tmp_path)
    out, _ = await run_draft(world, database, tmp_path, "")
    told = json.loads(out)
    assert (told["state"], told["drafted_by"]) == ("in_review", "verbatim")
    assert told["drafting"] == {"pieces": 0, "made": 0, "left_out": [], "took": None}
