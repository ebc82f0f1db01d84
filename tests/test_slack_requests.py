"""Requests that are not Slack's, and Slack when it is out of order."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_stand_in import direct, event, mention, signed
from slack_world import REFUND, World, slack_world

from bot.channel import TryLater
from bot.database import Pool


@pytest.fixture
async def world(pool: Pool, tmp_path: Path) -> AsyncIterator[World]:
    async with slack_world(pool, tmp_path) as world:
        yield world


# Requests that are not Slack's


@pytest.mark.parametrize(
    ("how", "late", "status"),
    [
        ({}, 0, 200),
        ({"secret": "wrong"}, 0, 401),
        ({}, 301, 401),
        ({}, -400, 401),
        ({}, 1_700_000_000, 401),
    ],
)
async def test_only_what_slack_signed_just_now_is_taken(
    world: World, how: dict[str, Any], late: float, status: int
) -> None:
    # Reckoned here: a run of all tests may take longer than a signature is good for.
    at = time.time() - late
    assert await world.tell(event(mention(REFUND)), at=at, **how) == status
    assert len(await world.states()) == (1 if status == 200 else 0)


@pytest.mark.parametrize("missing", ["X-Slack-Signature", "X-Slack-Request-Timestamp"])
async def test_a_request_without_a_signature_is_refused(world: World, missing: str) -> None:
    body = event(mention(REFUND))
    headers = {name: value for name, value in signed(body).items() if name != missing}
    async with world.http.post("/slack/events", data=body, headers=headers) as response:
        assert response.status == 401
    assert await world.states() == []


@pytest.mark.parametrize(
    "garbled",
    [{"X-Slack-Request-Timestamp": "soon"}, {"X-Slack-Signature": "v0=\u00ff"}],
)
async def test_a_garbled_signature_is_refused(world: World, garbled: dict[str, str]) -> None:
    body = event(mention(REFUND))
    headers = signed(body) | garbled
    async with world.http.post("/slack/events", data=body, headers=headers) as response:
        assert response.status == 401


async def test_slack_may_check_the_address(world: World) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc", "token": "x"})
    async with world.http.post("/slack/events", data=body, headers=signed(body)) as response:
        assert response.status == 200
        assert (await response.json())["challenge"] == "abc"


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", '"x"', "[" * 100_000, '{"type": "event_callback", "event": []}',
     '{"event": "x"}', '{"type": "event_callback", "team_id": {}, "event": {"type": "message"}}',
     '{"type": "block_actions", "user": [], "actions": [1]}', "payload=%5B%5D", "payload={",
     "command=/other&text=x", "command=/jobaid", "\u00ff=1"],
)  # fmt: skip
async def test_nonsense_is_never_a_server_error(world: World, body: str) -> None:
    for headers in (signed(body), signed(body, form=True), {}):
        async with world.http.post(
            "/slack/events", data=body.encode(), headers=headers
        ) as response:
            assert response.status < 500
    assert await world.states() == []


async def test_a_body_above_a_megabyte_is_refused(world: World) -> None:
    body = event(mention("x" * 1_000_001))
    async with world.http.post("/slack/events", data=body, headers=signed(body)) as response:
        assert response.status == 413


@pytest.mark.parametrize("missing", ["event_id", "team_id", "ts", "user", "channel"])
async def test_an_event_without_what_identifies_it_is_acknowledged_and_left(
    world: World, missing: str
) -> None:
    body = json.loads(event(mention(REFUND)))
    (body if missing in body else body["event"]).pop(missing)
    assert await world.tell(json.dumps(body)) == 200
    assert await world.states() == []


async def test_slacks_shared_token_is_not_kept(world: World) -> None:
    await world.tell(event(mention(REFUND)))
    assert "old-shared-token" not in str(await world.rows("select payload from bot.inbox"))


async def test_what_cannot_be_stored_is_not_acknowledged(world: World) -> None:
    await world.pool.close()
    assert await world.tell(event(mention(REFUND))) == 500


# Slack out of order


@pytest.mark.parametrize("statuses", [[429], [500], [503], [429, 500]])
async def test_a_passing_fault_is_got_over(world: World, statuses: list[int]) -> None:
    world.slack.fail["chat.postMessage"] = statuses
    try:
        await world.hear(mention(REFUND))
    except TryLater:
        await world.worker.work_off((await world.rows("select id from bot.inbox"))[0][0])
    assert len(world.slack.posted()) == 1


async def test_a_card_whose_sending_was_cut_off_is_found_again(world: World) -> None:
    await world.hear(mention(REFUND))
    async with world.pool.connection() as conn:
        await conn.execute("update bot.outbox set state = 'sending'")
        await conn.execute("delete from bot.posted")
    ((inbox_id,),) = await world.rows("select id from bot.inbox")
    await world.worker.work_off(inbox_id)
    assert len(world.slack.made("chat.postMessage")) == 1
    assert len(await world.rows("select 1 from bot.posted")) == 1
    assert await world.rows("select cut_off from bot.outbox") == [(1,)]


async def test_a_card_that_may_not_be_looked_for_is_sent_again(world: World) -> None:
    world.slack.refuse["conversations.replies"] = "missing_scope"
    await world.hear(mention(REFUND))
    async with world.pool.connection() as conn:
        await conn.execute("update bot.outbox set state = 'sending'")
    ((inbox_id,),) = await world.rows("select id from bot.inbox")
    await world.worker.work_off(inbox_id)
    assert len(world.slack.made("chat.postMessage")) == 2


async def test_where_we_may_not_speak_the_asker_is_answered_directly(world: World) -> None:
    world.slack.refuse["assistant.threads.setStatus"] = "missing_scope"
    await world.hear(mention(REFUND, channel="C1"))
    assert world.slack.posted()[0]["channel"] == "C1"
    world.slack.refuse["chat.postMessage"] = "not_in_channel"
    world.slack.refuse["conversations.open"] = "missing_scope"
    await world.hear(mention(REFUND, "1700000300.000100"))
    assert await world.rows("select state, error from bot.outbox where state = 'dead'") == [
        ("dead", "Slack refuses a direct message to U1: missing_scope")
    ]


async def test_the_queue_carries_an_event_from_request_to_answer(world: World) -> None:
    working = asyncio.create_task(world.queue.run(2))
    try:
        for number in range(5):
            await world.tell(event(direct(REFUND, f"170000000{number}.000100"), f"Ev{number}"))
        for _ in range(200):
            if len(world.slack.posted()) == 5:
                break
            await asyncio.sleep(0.05)
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
    assert len(world.slack.posted()) == 5
    assert set(await world.states()) == {"handled"}


async def test_what_slack_says_of_a_user_is_asked_again_after_a_while(world: World) -> None:
    await world.hear(direct(REFUND), direct(REFUND, "1700000001.000100"))
    assert len(world.slack.made("users.info")) == 1
    world.slack.users["U1"]["deleted"] = True
    world.clock[0] += timedelta(minutes=6)
    await world.hear(direct(REFUND, "1700000002.000100"))
    assert len(world.slack.posted()) == 2
