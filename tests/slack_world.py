"""Decides how Slack is played in tests: a stand-in for Slack, and the house, over real HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import slack_stand_in as slack_side
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from intake import KEY
from slack_stand_in import SlackStandIn, event, signed

from bot.database import Pool
from bot.inbox import Inbox, Worker
from bot.outbox import Outbox
from bot.slack.calls import web_client
from bot.slack.channel import SlackChannel
from bot.slack.listen import mount, slack_app
from bot.work import Queue
from handlers.services import Services
from indexing.documents import index_path
from learning.nouns import Person
from learning.store import upsert_person

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
RETURNS = """# Returns and refunds

## 4.2 Refund without a receipt

1. Look the purchase up by card or loyalty number.
2. Above £75 a shift lead approves the refund at the till.

Warning: never refund to a different card; <!channel> <https://evil.example|click>.
"""
SAFE = """# Safe code

## 1 Changing the code of the safe

Change the code of the safe every month and tell nobody but the other shift leads.
"""
GOVERNANCE = """
defaults: {owner: dana@example.com, scope: All shops, version: "7", version_on: 2026-05-04,
  roles: [service-agent], competencies: [refunds], validated_by: lee@example.com,
  validated_on: 2026-11-01}
documents:
  safe.md: {audience: [shift-lead]}
"""
REFUND = "how do I refund without a receipt?"
SAFE_CODE = "how often do I change the code of the safe?"
SERVICES = Services(None, None)


@dataclass
class House:
    """What is looked at in a house, whoever talks to it."""

    pool: Pool

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        async with self.pool.connection() as conn:
            return await (await conn.execute(query.encode())).fetchall()

    async def states(self) -> list[str]:
        return [state for (state,) in await self.rows("select state from bot.inbox order by id")]


@dataclass
class World(House):
    """Slack on one side, the house on the other."""

    slack: SlackStandIn
    http: TestClient[web.Request, web.Application]
    queue: Queue
    worker: Worker
    clock: list[datetime]
    channel: SlackChannel
    paced: Callable[[timedelta], SlackChannel]

    async def tell(self, body: str, *, form: bool = False, **how: Any) -> int:
        """Send a signed request; return the status of its acknowledgement."""
        async with self.http.post(
            "/slack/events", data=body.encode(), headers=signed(body, form=form, **how)
        ) as response:
            return response.status

    async def hear(self, *events: dict[str, Any]) -> None:
        """Send events, and do what comes of them."""
        await self.take_in(*events)
        await self.work()

    async def take_in(self, *events: dict[str, Any]) -> None:
        """Send events."""
        for number, told in enumerate(events):
            body = event(
                told, f"Ev{number}-{told['event_ts']}-{told.get('subtype')}-{told['type']}"
            )
            assert await self.tell(body) == 200

    async def pressed(self, payload: dict[str, Any]) -> None:
        """Send a press, and do what comes of it."""
        assert await self.tell(slack_side.press_body(payload), form=True) == 200
        await self.work()

    async def work(self) -> None:
        """Do every waiting event and send what is unsent."""
        rows = await self.rows("select id from bot.inbox where state = 'waiting' order by id")
        for (inbox_id,) in rows:
            await self.worker.work_off(inbox_id)


async def index_sops(pool: Pool, folder: Path) -> None:
    """Two SOPs, and three people who may not all read both."""
    (folder / "returns.md").write_text(RETURNS)
    (folder / "safe.md").write_text(SAFE)
    (folder / "governance.yaml").write_text(GOVERNANCE)
    async with pool.connection() as conn:
        await upsert_person(conn, Person(0, "priya@example.com", "Priya Shah", ("service-agent",)))
        await upsert_person(conn, Person(0, "nadia@example.com", "Nadia Khan", ("shift-lead",)))
        await upsert_person(conn, Person(0, "dana@example.com", "Dana Cole"))
        await conn.commit()
        await index_path(conn, folder, source="sops", today=NOW.date(), now=NOW)


@asynccontextmanager
async def slack_world(
    pool: Pool, tmp_path: Path, services: Services = SERVICES
) -> AsyncIterator[World]:
    """The house with two SOPs and three people, one of whom the directory does not know."""
    await index_sops(pool, tmp_path)
    queue = Queue(pool)
    await queue.open()
    now = [NOW]

    def clock() -> datetime:
        return now[0]

    application = web.Application()
    mount(application, slack_app(Inbox(queue.defer_event, KEY), pool, slack_side.SECRET, clock))
    async with (
        slack_side.slack_stand_in() as slack,
        web_client(slack_side.TOKEN, slack.url) as client,
        TestClient(TestServer(application)) as http,
    ):
        slack.add_user("U1", "priya@example.com")
        slack.add_user("U2", "nadia@example.com")
        slack.add_user("U3", "somebody@example.com")

        def paced(pace: timedelta) -> SlackChannel:
            return SlackChannel(pool, client, clock, pace)

        channel = paced(timedelta(0))
        channels = {"slack": channel}
        outbox = Outbox(pool, channels, clock)
        worker = Worker(pool, channels, services, outbox, clock, Inbox(queue.defer_event, KEY))
        queue.give(worker, outbox)
        yield World(pool, slack, http, queue, worker, now, channel, paced)


def words(message: dict[str, Any]) -> str:
    return json.dumps(message["blocks"], ensure_ascii=False)
