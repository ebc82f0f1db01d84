"""Serves the sample company's page on loopback, with everything behind it real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from aiohttp import web
from intake import KEY

import samples
from bot.database import Database, Pool, open_pool
from bot.inbox import Inbox, Worker
from bot.outbox import Outbox
from bot.web.listen import mount
from bot.web.send import LocalChannel
from bot.work import Queue
from handlers.services import Services
from indexing.documents import index_path
from learning.nouns import Person
from learning.people import import_people, read_people
from learning.store import act_as, fetch_people

SAMPLES = Path(samples.__file__).parent


def clock() -> datetime:
    """The time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Demo:
    """A page that is being served, and the people who can be played there."""

    url: str
    pool: Pool
    inbox: Inbox
    people: dict[str, Person]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


def make_demo(database: Database) -> None:
    """Mark a database as one that the demo made; only its owner can."""
    with psycopg.connect(database.admin_url) as owner:
        owner.execute("insert into bot.this_database (demo, created_at) values (true, now())")


@asynccontextmanager
async def served(database: Database, *, works: bool = True) -> AsyncIterator[Demo]:
    """Serve the page with the sample company; without `works`, questions stay unanswered."""
    async with open_pool(database) as pool:
        people = await _load(pool, with_documents=works)
        queue = Queue(pool)
        await queue.open()
        inbox = Inbox(queue.defer_event, KEY)
        channels = {"web": LocalChannel(pool, clock)}
        outbox = Outbox(pool, channels, clock)
        queue.give(Worker(pool, channels, Services(None, None), outbox, clock, inbox), outbox)
        application = web.Application()
        mount(application, pool=pool, inbox=inbox, clock=clock)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        working = asyncio.create_task(queue.run(4)) if works else None
        try:
            yield Demo(f"http://127.0.0.1:{runner.addresses[0][1]}", pool, inbox, people)
        finally:
            await runner.cleanup()
            if working:
                working.cancel()
                with suppress(asyncio.CancelledError):
                    await working


async def _load(pool: Pool, *, with_documents: bool) -> dict[str, Person]:
    """Load the sample company; return its people by the names in their addresses."""
    async with pool.connection() as conn:
        read = read_people(SAMPLES / "people.yaml")
        assert not isinstance(read, tuple), read
        await act_as(conn, "tests", {})
        await import_people(conn, read)
        people = {person.email.partition("@")[0]: person for person in await fetch_people(conn)}
    if with_documents:
        async with pool.connection() as conn:
            await index_path(
                conn,
                SAMPLES / "sops",
                source="samples",
                today=clock().date(),
                now=clock(),
                embedder=None,
                known_people={person.email for person in people.values()},
                known_competencies=(),
                by="tests",
            )
    return people
