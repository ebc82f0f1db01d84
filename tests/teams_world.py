"""Decides how Teams is played in tests: a stand-in for Microsoft, and the house, over real HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import teams_stand_in as teams_side
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from intake import KEY
from slack_world import NOW, SERVICES, House, index_sops
from teams_stand_in import TeamsStandIn

from bot.database import Pool
from bot.inbox import Inbox, Worker
from bot.outbox import Outbox, OutboxChat
from bot.teams.channel import TeamsChannel
from bot.teams.connector import open_connector
from bot.teams.identity import Identity, local_identity
from bot.teams.listen import mount
from bot.work import Queue
from handlers.cards import Card
from handlers.inbound import Place
from handlers.services import Services


@dataclass
class World(House):
    """Teams on one side, the house on the other."""

    teams: TeamsStandIn
    http: TestClient[web.Request, web.Application]
    queue: Queue
    worker: Worker
    channel: TeamsChannel
    clock: list[datetime]

    async def tell(
        self, activity: Any, *, token: str | None = "", headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """Send an activity; return status and JSON of the response. `token` None: none at all."""
        body = activity if isinstance(activity, str) else json.dumps(activity)
        sent = {"Content-Type": "application/json", **(headers or {})}
        if token is not None:
            sent["Authorization"] = f"Bearer {token or self.teams.token()}"
        async with self.http.post("/api/messages", data=body.encode(), headers=sent) as response:
            is_json = response.content_type == "application/json"
            return response.status, await response.json() if is_json else None

    async def hear(self, *activities: dict[str, Any]) -> None:
        """Send activities, and do what comes of them."""
        for activity in activities:
            status, _ = await self.tell(activity)
            assert status in (200, 201)
        await self.work()

    async def pressed(self, activity: dict[str, Any]) -> Any:
        """Send a press, do what comes of it, and return what the presser is told."""
        asked = asyncio.create_task(self.tell(activity))
        while not asked.done():
            await self.work()
            await asyncio.sleep(0.01)
        status, said = await asked
        assert status == 200
        await self.work()
        return said

    async def work(self) -> None:
        """Do every waiting event and send what is unsent."""
        rows = await self.rows("select id from bot.inbox where state <> 'dead' order by id")
        for (inbox_id,) in rows:
            await self.worker.work_off(inbox_id)

    def last(self) -> tuple[tuple[str, str], dict[str, Any]]:
        """What Teams calls the message sent last, and the message."""
        names = [name for name, said in self.teams.messages.items() if said["type"] == "message"]
        return names[-1], self.teams.messages[names[-1]]


@asynccontextmanager
async def teams_world(
    pool: Pool, folder: Path, *, local: bool = False, services: Services = SERVICES
) -> AsyncIterator[World]:
    """The house with two SOPs and three people; `local` with Microsoft's local client."""
    await index_sops(pool, folder)
    queue = Queue(pool)
    await queue.open()
    now = [NOW]

    def clock() -> datetime:
        return now[0]

    application = web.Application(client_max_size=1_000_000)
    async with AsyncExitStack() as opened:
        teams = await opened.enter_async_context(teams_side.teams_stand_in())
        identity = local_identity() if local else identity_of(teams)
        await mount(application, identity, pool, Inbox(queue.defer_event, KEY), clock)
        http = await opened.enter_async_context(TestClient(TestServer(application)))
        connector = await opened.enter_async_context(open_connector(identity, clock))
        teams.add_member("29:u1", "aad-1", "priya@example.com")
        teams.add_member("29:u2", "aad-2", "nadia@example.com")
        teams.add_member("29:u3", "aad-3", "somebody@example.com")
        channel = TeamsChannel(pool, connector, clock, pace=0)
        channels = {"teams": channel}
        outbox = Outbox(pool, channels, clock)
        worker = Worker(pool, channels, services, outbox, clock, Inbox(queue.defer_event, KEY))
        queue.give(worker, outbox)
        yield World(pool, teams, http, queue, worker, channel, now)


def identity_of(teams: TeamsStandIn) -> Identity:
    """Our registration with the stand-in."""
    return Identity(
        teams_side.APP_ID, teams_side.TENANT, teams.url, teams.openid_url, teams_side.SECRET
    )


def infos(said: dict[str, Any]) -> list[dict[str, Any]]:
    """What a message says of the stream it belongs to."""
    return [entity for entity in said.get("entities", ()) if entity["type"] == "streaminfo"]


def user(number: int) -> dict[str, Any]:
    """Who sends an activity: a member of the tenant."""
    return {"id": f"29:u{number}", "aadObjectId": f"aad-{number}"}


async def say(world: World, place: str, card: Card) -> None:
    """Say something unasked, and send it."""
    async with world.pool.connection() as conn:
        ref = await OutboxChat(conn, None, NOW, ("teams",)).post(Place(place), card)
        row = await (
            await conn.execute("select id from bot.outbox where ref = %s", [ref])
        ).fetchone()
    assert row
    await Outbox(world.pool, {"teams": world.channel}, lambda: NOW).send(outbox_id=row[0])
