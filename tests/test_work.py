"""Nothing is lost and nothing is handled twice: intake, worker and outbox over the local chat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from intake import KEY
from review_world import review_world

from bot import store
from bot.channel import Event, Outgoing, TryLater, Unsendable
from bot.database import Database, Pool
from bot.inbox import MAX_ATTEMPTS, Inbox, Worker
from bot.outbox import Outbox, OutboxChat
from bot.web import saying
from bot.web.places import direct_place
from bot.web.send import LocalChannel
from bot.work import Queue
from handlers.cards import Block, Card, Text
from handlers.inbound import Asked, Inbound, Place
from handlers.services import Services
from learning.nouns import Person
from learning.store import fetch_person, upsert_person
from review import gate

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


class Failing:
    """The local channel, until it is told to fail: in translating, or `before` or `after` sending."""

    def __init__(self, channel: LocalChannel) -> None:
        self._channel = channel
        self.fails: dict[str, Exception] = {}
        self.sent = 0

    def _fail(self, when: str) -> None:
        if when in self.fails:
            raise self.fails[when]

    async def translate(self, event: Event) -> Inbound | None:
        self._fail("translate")
        return await self._channel.translate(event)

    async def working(self, asked: Asked, event: Event) -> None:
        await self._channel.working(asked, event)

    async def show(self, event: Event, place: Place, ref: str, pieces: Sequence[Block]) -> bool:
        return await self._channel.show(event, place, ref, pieces)

    async def send(self, outgoing: Outgoing) -> str:
        self._fail("before")
        sent = await self._channel.send(outgoing)
        self.sent += 1
        self._fail("after")
        return sent

    async def update(self, outgoing: Outgoing) -> None:
        await self._channel.update(outgoing)

    async def find(self, outgoing: Outgoing) -> str | None:
        return await self._channel.find(outgoing)


class House:
    """The pieces of a worker process, put together as `bot.app` does."""

    def __init__(self, pool: Pool, queue: Queue, person: Person) -> None:
        self.pool, self.queue, self.person = pool, queue, person
        self.channel = Failing(LocalChannel(pool, lambda: NOW))
        self.outbox = Outbox(pool, {"web": self.channel}, lambda: NOW)
        self.inbox = Inbox(queue.defer_event, KEY)
        self.worker = Worker(
            pool, {"web": self.channel}, Services(None, None), self.outbox, lambda: NOW, self.inbox
        )
        queue.give(self.worker, self.outbox)

    async def say(self, text: str) -> int:
        async with self.pool.connection() as conn:
            place = direct_place(self.person)
            said = await saying.say(conn, self.inbox, self.person, place, None, text, NOW)
            assert isinstance(said, int)
            row = await (await conn.execute("select max(id) from bot.inbox")).fetchone()
        assert row
        return int(row[0])

    async def count(self, query: str) -> int:
        async with self.pool.connection() as conn:
            row = await (await conn.execute(query.encode())).fetchone()
        assert row
        return int(row[0])


@pytest.fixture
async def house(database: Database, pool: Pool) -> House:
    with psycopg.connect(database.admin_url) as owner:
        owner.execute("insert into bot.this_database (demo, created_at) values (true, %s)", [NOW])
    async with pool.connection() as conn:
        await upsert_person(conn, Person(0, "priya@example.com", "Priya Shah"))
        person = await fetch_person(conn, "priya@example.com")
    assert person
    queue = Queue(pool)
    await queue.open()
    return House(pool, queue, person)


async def test_an_event_and_its_job_are_both_there_or_neither(house: House) -> None:
    await house.say("hi")
    assert await house.count("select count(*) from bot.inbox") == 1
    assert await house.count("select count(*) from queue.procrastinate_jobs") == 1
    async with house.pool.connection() as conn:
        await house.inbox.receive(conn, platform="web", key="k", payload={}, lock="l", now=NOW)
        await conn.rollback()
    assert await house.count("select count(*) from bot.inbox") == 1
    assert await house.count("select count(*) from queue.procrastinate_jobs") == 1


async def test_a_redelivery_changes_nothing(house: House) -> None:
    async with house.pool.connection() as conn:
        ids = [
            await house.inbox.receive(
                conn, platform="web", key="same", payload={}, lock="l", now=NOW
            )
            for _ in range(3)
        ]
    assert [number is None for number in ids] == [False, True, True]
    assert await house.count("select count(*) from queue.procrastinate_jobs") == 1


async def test_a_payload_is_stored_without_what_nobody_sees(house: House) -> None:
    async with house.pool.connection() as conn:
        payload = {"te\x00xt": ["a\x00b", {"c\u200b": "\x00\ud83d\u202e"}], "n": 1}
        number = await house.inbox.receive(
            conn, platform="web", key="nul", payload=payload, lock="l", now=NOW
        )
        assert number
        event = await store.fetch_event(conn, number)
    assert event
    assert event.payload == {"text": ["ab", {"c": ""}], "n": 1}


async def test_an_event_is_handled_once_however_often_its_job_runs(house: House) -> None:
    event = await house.say("hi")
    for _ in range(3):
        await house.worker.work_off(event)
    assert house.channel.sent == 1
    assert await house.count("select count(*) from bot.message where author_id is null") == 1


async def test_a_send_cut_off_in_flight_is_found_again_and_counted(house: House) -> None:
    event = await house.say("hi")
    house.channel.fails["after"] = KeyboardInterrupt()  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        await house.worker.work_off(event)
    assert await house.count("select count(*) from bot.outbox where state = 'sending'") == 1
    house.channel.fails.clear()
    await house.worker.work_off(event)
    assert await house.count("select count(*) from bot.outbox where state = 'sent'") == 1
    assert await house.count("select count(*) from bot.message where author_id is null") == 1
    async with house.pool.connection() as conn:
        assert await store.count_cut_off(conn) == 1


async def test_a_platform_that_is_away_is_tried_again_and_given_up_in_the_end(
    house: House,
) -> None:
    event = await house.say("hi")
    house.channel.fails["before"] = TryLater("503")
    for _ in range(20):
        with pytest.raises(TryLater):
            await house.worker.work_off(event)
    next_day = Outbox(house.pool, {"web": house.channel}, lambda: NOW + timedelta(days=1))
    await next_day.send(inbox_id=event)
    async with house.pool.connection() as conn:
        ((box, _, reference, error, _),) = await store.fetch_dead_letters(conn)
    assert (box, error) == ("outbox", "503")
    assert reference


async def test_what_a_platform_refuses_for_good_is_not_tried_again(house: House) -> None:
    event = await house.say("hi")
    house.channel.fails["before"] = Unsendable("is_archived")
    await house.worker.work_off(event)
    assert await house.count("select count(*) from bot.outbox where state = 'dead'") == 1


async def test_an_event_that_keeps_failing_ends_as_a_dead_letter_with_an_apology(
    house: House,
) -> None:
    event = await house.say("hi")
    house.channel.fails["translate"] = ZeroDivisionError("a bug")
    for _ in range(MAX_ATTEMPTS - 1):
        with pytest.raises(TryLater):
            await house.worker.work_off(event)
    await house.worker.work_off(event)
    async with house.pool.connection() as conn:
        ((box, number, reference, error, _),) = await store.fetch_dead_letters(conn)
        row = await (
            await conn.execute("select card->>'summary' from bot.message where author_id is null")
        ).fetchone()
    assert (box, number, error) == ("inbox", event, "ZeroDivisionError: a bug")
    assert row
    assert f"reference {reference}" in row[0]


async def test_an_apology_that_an_outage_left_behind_is_taken_up(house: House) -> None:
    event = await house.say("hi")
    house.channel.fails["translate"] = ZeroDivisionError("a bug")
    house.channel.fails["before"] = TryLater("503")
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(TryLater):
            await house.worker.work_off(event)
    assert await house.count("select count(*) from bot.inbox where state = 'dead'") == 1
    async with house.pool.connection() as conn:
        await conn.execute("delete from queue.procrastinate_jobs")
    await house.queue.rescue(lambda: NOW + timedelta(minutes=2))
    assert await house.count("select count(*) from queue.procrastinate_jobs") == 1
    house.channel.fails.clear()
    await house.worker.work_off(event)
    assert house.channel.sent == 1


async def test_what_an_outage_left_behind_is_taken_up(house: House) -> None:
    await house.say("hi")
    async with house.pool.connection() as conn:
        await conn.execute("delete from queue.procrastinate_jobs")
        chat = OutboxChat(conn, None, NOW, ("web",))
        await chat.post(Place(direct_place(house.person)), Card("unasked", (Text("unasked"),)))
    await house.queue.rescue(lambda: NOW)
    assert await house.count("select count(*) from queue.procrastinate_jobs") == 0
    for _ in range(2):
        await house.queue.rescue(lambda: NOW + timedelta(minutes=2))
        assert await house.count("select count(*) from queue.procrastinate_jobs") == 2


async def test_once_only_is_once_only(house: House) -> None:
    async with house.pool.connection() as conn:
        claims = [await store.claim_once(conn, "digest:7:2026-W47", NOW) for _ in range(3)]
    assert claims == [True, False, False]


async def test_what_is_long_past_is_forgotten_but_a_decision_is_kept(
    pool: Pool, tmp_path: Path
) -> None:
    async with pool.connection() as conn:
        world = await review_world(conn, tmp_path)
        module = await world.drafted()
        kept, other = await world.press("dana"), await world.press("priya")
        await gate.request_changes(
            conn,
            module_id=module.id,
            number=module.number,
            person=world.people["dana"],
            comment="Name the till.",
            press=kept,
            now=NOW,
        )
        await conn.execute("update bot.inbox set state = 'handled'")
        assert await store.forget_events(conn, NOW - timedelta(days=180)) == 0
        later = NOW + timedelta(days=1)
        assert await store.forget_events(conn, later) == 1
        assert await store.forget_events(conn, later) == 0
        rows = await (
            await conn.execute("select id, payload, person_id is null from bot.inbox order by id")
        ).fetchall()
    told = {"action": "review.approve", "subject": "module:1.1"}
    assert rows == [(kept, told, False), (other, {}, True)]
