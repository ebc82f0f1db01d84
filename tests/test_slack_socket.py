"""Slack over a socket that we open: the same intake, acknowledged once it is stored."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import psycopg
import pytest
import slack_stand_in as slack_side
from aiohttp import web
from intake import KEY
from slack_stand_in import direct, event, mention, press, shortcut
from slack_world import REFUND, World, slack_world, words

from bot import app
from bot.database import Database, Pool
from bot.inbox import Inbox
from bot.settings import Settings, UnusableSetting
from bot.slack.listen import slack_app
from bot.slack.socket import open_socket


@pytest.fixture
async def world(pool: Pool, tmp_path: Path) -> AsyncIterator[World]:
    async with slack_world(pool, tmp_path) as world:
        yield world


@pytest.fixture
async def connected(world: World) -> AsyncIterator[World]:
    intake = slack_app(Inbox(world.queue.defer_event, KEY), world.pool, "", lambda: world.clock[0])
    async with open_socket(intake, slack_side.APP_TOKEN, world.slack.url, ping_seconds=0.2):
        await until(lambda: len(world.slack.sockets) == 1)
        yield world


async def until(reached: Callable[[], bool]) -> None:
    """Wait for what another task does."""
    async with asyncio.timeout(20):
        while not reached():
            await asyncio.sleep(0.01)


async def told(world: World, kind: str, payload: dict[str, Any], envelope: str = "e1") -> None:
    """Tell something and wait for its acknowledgement."""
    before = world.slack.acknowledged.count(envelope)
    await world.slack.tell(kind, payload, envelope)
    await until(lambda: world.slack.acknowledged.count(envelope) > before)


async def test_a_direct_question_is_answered(connected: World) -> None:
    await told(connected, "events_api", json.loads(event(direct(REFUND))))
    await connected.work()
    (answer,) = connected.slack.posted()
    assert "Look the purchase up" in words(answer)


async def test_commands_shortcuts_and_presses_come_the_same_way(connected: World) -> None:
    url = connected.slack.response_url
    await told(connected, "slash_commands", dict(parse_qsl(slack_side.command(REFUND, url))))
    await told(connected, "interactive", shortcut(REFUND, url), "e2")
    await told(connected, "events_api", json.loads(event(direct(REFUND))), "e3")
    await connected.work()
    await told(connected, "interactive", press(connected.slack.posted()[0], "Helpful"), "e4")
    await connected.work()
    assert await connected.states() == ["handled"] * 4
    assert await connected.rows("select helpful from indexing.feedback") == [(True,)]


async def test_what_comes_again_is_acknowledged_again_and_handled_once(connected: World) -> None:
    payload = json.loads(event(mention(REFUND)))
    for envelope in ("e1", "e1", "e2"):
        await told(connected, "events_api", payload, envelope)
    await connected.work()
    assert len(connected.slack.posted()) == 1


async def test_what_cannot_be_stored_is_not_acknowledged(
    connected: World, database: Database
) -> None:
    payload = json.loads(event(direct(REFUND)))
    async with await psycopg.AsyncConnection.connect(database.admin_url) as conn:
        # Nobody can write to the inbox until this transaction ends.
        await conn.execute("lock table bot.inbox in access exclusive mode")
        await connected.slack.tell("events_api", payload, "e1")
        await until_waiting(connected)
        assert connected.slack.acknowledged == []
    await until(lambda: connected.slack.acknowledged == ["e1"])
    assert len(await connected.states()) == 1
    await connected.pool.close()
    await connected.slack.tell("events_api", payload, "e2")
    await connected.slack.sockets[-1].ping()
    assert connected.slack.acknowledged == ["e1"]


async def until_waiting(world: World) -> None:
    """Wait until somebody waits for a lock in our database."""
    async with asyncio.timeout(20):
        while not await world.rows(
            "select 1 from pg_stat_activity where wait_event_type = 'Lock'"
            " and datname = current_database()"
        ):
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    "payload", [{}, {"type": "event_callback"}, {"type": "event_callback", "event": []}]
)
async def test_nonsense_does_not_end_the_connection(
    connected: World, payload: dict[str, Any]
) -> None:
    await connected.slack.tell("events_api", payload, "odd")
    await told(connected, "events_api", json.loads(event(direct(REFUND))))
    assert len(await connected.states()) == 1


@pytest.mark.parametrize("how", ["asked", "closed", "lost"])
async def test_a_connection_that_ends_is_followed_by_another(connected: World, how: str) -> None:
    await told(connected, "events_api", json.loads(event(direct(REFUND))))
    (first,) = connected.slack.sockets
    match how:
        case "asked":
            await first.send_json({"type": "disconnect", "reason": "refresh_requested"})
        case "closed":
            await first.close()
        case "lost":
            assert first._req
            assert first._req.transport
            first._req.transport.abort()
    await until(lambda: bool(connected.slack.sockets) and connected.slack.sockets[-1] is not first)
    # What was not acknowledged in time comes again.
    await told(connected, "events_api", json.loads(event(direct(REFUND))))
    await told(
        connected, "events_api", json.loads(event(direct(REFUND, "1700000009.000100"))), "e9"
    )
    await connected.work()
    assert len(connected.slack.posted()) == 2


async def test_a_token_that_slack_refuses_is_named(world: World) -> None:
    intake = slack_app(Inbox(world.queue.defer_event, KEY), world.pool, "", lambda: world.clock[0])
    with pytest.raises(UnusableSetting, match=r"SLACK_APP_TOKEN cannot be used.*invalid_auth"):
        async with open_socket(intake, "xapp-of-another", world.slack.url):
            pass
    with pytest.raises(UnusableSetting, match="SLACK_API_URL"):
        async with open_socket(intake, slack_side.APP_TOKEN, "http://127.0.0.1:9/api/"):
            pass


# What `serve` opens


def house_of(world: World, database: Database, **settings: str) -> app.House:
    given = Settings(slack_api_url=world.slack.url, **settings)
    return app.House(given, database, world.pool, world.queue, Inbox(world.queue.defer_event, KEY))


async def test_with_an_app_token_serve_opens_the_socket_and_no_route(
    world: World, database: Database
) -> None:
    tokens = {"slack_bot_token": slack_side.TOKEN, "slack_app_token": slack_side.APP_TOKEN}
    house = house_of(world, database, **tokens)
    application = web.Application()
    await app.mount_platforms(house, application)
    assert not list(application.router.routes())
    async with app.sockets(house):
        await until(lambda: len(world.slack.sockets) == 1)
        await told(world, "events_api", json.loads(event(direct(REFUND))))
    await until(lambda: not world.slack.sockets)
    assert await world.states() == ["waiting"]
    async with app.platforms(house) as channels:
        assert list(channels) == ["slack"]


async def test_without_one_it_serves_the_route_and_opens_no_socket(
    world: World, database: Database
) -> None:
    house = house_of(
        world,
        database,
        slack_bot_token=slack_side.TOKEN,
        slack_signing_secret=slack_side.SECRET,
    )
    application = web.Application()
    await app.mount_platforms(house, application)
    assert [route.method for route in application.router.routes()] == ["POST"]
    async with app.sockets(house):
        assert not world.slack.made("apps.connections.open")


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ("slack_bot_token", r"SLACK_SIGNING_SECRET \(or SLACK_APP_TOKEN"),
        ("slack_app_token", "SLACK_BOT_TOKEN is missing"),
        ("slack_signing_secret", "SLACK_BOT_TOKEN is missing"),
    ],
)
async def test_half_of_slacks_settings_is_refused_by_name(
    world: World, database: Database, given: str, missing: str
) -> None:
    house = house_of(world, database, **{given: "x"})
    with pytest.raises(UnusableSetting, match=missing):
        await app.mount_platforms(house, web.Application())
