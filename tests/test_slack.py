"""Slack end to end: signed requests over HTTP, the inbox, the worker, the handlers, a stand-in."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import slack_stand_in as slack_side
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from slack_stand_in import SlackStandIn, deletion, direct, edit, event, mention, press, signed

from bot.channel import TryLater
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
from learning.store import fetch_person, upsert_person

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


@dataclass
class World:
    """Slack on one side, the house on the other."""

    slack: SlackStandIn
    pool: Pool
    http: TestClient[web.Request, web.Application]
    queue: Queue
    worker: Worker
    clock: list[datetime]

    async def tell(self, body: str, *, form: bool = False, **how: Any) -> int:
        """Send a signed request; return the status of its acknowledgement."""
        async with self.http.post(
            "/slack/events", data=body.encode(), headers=signed(body, form=form, **how)
        ) as response:
            return response.status

    async def hear(self, *events: dict[str, Any]) -> None:
        """Send events, and do what comes of them."""
        for number, told in enumerate(events):
            body = event(told, f"Ev{number}-{told['ts']}-{told.get('subtype')}")
            assert await self.tell(body) == 200
        await self.work()

    async def pressed(self, payload: dict[str, Any]) -> None:
        """Send a press, and do what comes of it."""
        assert await self.tell(slack_side.press_body(payload), form=True) == 200
        await self.work()

    async def work(self) -> None:
        """Do every waiting event and send what is unsent."""
        rows = await self.rows("select id from bot.inbox where state = 'waiting' order by id")
        for (inbox_id,) in rows:
            await self.worker.work_off(inbox_id)

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        async with self.pool.connection() as conn:
            return await (await conn.execute(query.encode())).fetchall()

    async def states(self) -> list[str]:
        return [state for (state,) in await self.rows("select state from bot.inbox order by id")]


@pytest.fixture
async def world(pool: Pool, tmp_path: Path) -> AsyncIterator[World]:
    (tmp_path / "returns.md").write_text(RETURNS)
    (tmp_path / "safe.md").write_text(SAFE)
    (tmp_path / "governance.yaml").write_text(GOVERNANCE)
    async with pool.connection() as conn:
        await upsert_person(conn, Person(0, "priya@example.com", "Priya Shah", ("service-agent",)))
        await upsert_person(conn, Person(0, "nadia@example.com", "Nadia Khan", ("shift-lead",)))
        await upsert_person(conn, Person(0, "dana@example.com", "Dana Cole"))
        await conn.commit()
        await index_path(conn, tmp_path, source="sops", today=NOW.date(), now=NOW)
    queue = Queue(pool)
    await queue.open()
    now = [NOW]

    def clock() -> datetime:
        return now[0]

    application = web.Application()
    mount(application, slack_app(Inbox(queue.defer_event), pool, slack_side.SECRET, clock))
    async with (
        slack_side.slack_stand_in() as slack,
        web_client(slack_side.TOKEN, slack.url) as client,
        TestClient(TestServer(application)) as http,
    ):
        slack.add_user("U1", "priya@example.com")
        slack.add_user("U2", "nadia@example.com")
        slack.add_user("U3", "somebody@example.com")
        channels = {"slack": SlackChannel(pool, client, clock)}
        outbox = Outbox(pool, channels, clock)
        worker = Worker(pool, channels, Services(None, None), outbox, clock)
        queue.give(worker, outbox)
        yield World(slack, pool, http, queue, worker, now)


def words(message: dict[str, Any]) -> str:
    return json.dumps(message["blocks"], ensure_ascii=False)


# Asking


async def test_a_mention_is_answered_in_its_thread(world: World) -> None:
    await world.hear(mention(REFUND))
    (answer,) = world.slack.posted()
    assert (answer["channel"], answer["thread_ts"]) == ("C1", "1700000000.000100")
    assert "Look the purchase up" in words(answer)
    assert "version 7 of 4 May 2026, owner Dana Cole" in words(answer)
    assert answer["metadata"]["event_type"] == "jobaid_card"
    assert (answer["unfurl_links"], answer["unfurl_media"]) in ((False, False), ("0", "0"))
    assert "mrkdwn" not in words(answer)
    assert "<" not in answer["text"]
    (status,) = world.slack.made("assistant.threads.setStatus")
    assert status["thread_ts"] == "1700000000.000100"


async def test_a_direct_message_is_answered_and_a_follow_up_knows_its_thread(world: World) -> None:
    await world.hear(direct(REFUND))
    (answer,) = world.slack.posted()
    assert (answer["channel"], answer["thread_ts"]) == ("D1", "1700000000.000100")
    await world.hear(direct("and above £75?", "1700000060.000100", thread_ts="1700000000.000100"))
    assert len(world.slack.posted()) == 2
    assert world.slack.posted()[1]["thread_ts"] == "1700000000.000100"


async def test_a_command_is_answered_to_its_sender_only(world: World) -> None:
    body = slack_side.command(REFUND, world.slack.response_url)
    assert await world.tell(body, form=True) == 200
    assert await world.tell(body, form=True) == 200
    await world.work()
    (said,) = world.slack.made("response_url")
    assert said["response_type"] == "ephemeral"
    assert "Look the purchase up" in words(said)
    assert not world.slack.posted()


async def test_a_command_is_answered_directly_once_its_response_url_is_used_up(
    world: World,
) -> None:
    world.slack.refuse["response_url"] = "used_url"
    await world.tell(slack_side.command(REFUND, world.slack.response_url), form=True)
    await world.work()
    (answer,) = world.slack.posted()
    assert answer["channel"] == "DU1"


async def test_a_reply_in_a_channel_is_heard_only_where_we_are_talking(world: World) -> None:
    chatter = mention("lunch?", "1700000001.000100", type="message", channel_type="channel")
    reply = {**chatter, "text": REFUND, "thread_ts": "1700000000.000100"}
    await world.hear(chatter, {**reply, "ts": "1700000002.000100"})
    assert await world.states() == []
    await world.hear(mention(REFUND))
    await world.hear({**reply, "ts": "1700000003.000100", "text": "and above £75?"})
    assert len(world.slack.posted()) == 2


async def test_hostile_and_odd_questions_get_one_quiet_answer(world: World) -> None:
    for number, text in enumerate(
        (
            "",
            " ",
            "x" * 10_000,
            "<!channel> &lt;@U1&gt; <https://evil.example|refund>",
            "😀 \u202e\0",
        )
    ):
        await world.hear(direct(text, f"170000000{number}.000100"))
    assert set(await world.states()) == {"handled"}
    assert len(world.slack.posted()) == 5
    for answer in world.slack.posted():
        assert "mrkdwn" not in words(answer)
        assert "<" not in answer["text"]


# Once, in any order


async def test_an_event_that_comes_twice_is_answered_once(world: World) -> None:
    body = event(mention(REFUND), "Ev1")
    assert [await world.tell(body) for _ in range(3)] == [200, 200, 200]
    await world.work()
    assert await world.tell(body) == 200
    await world.work()
    assert len(world.slack.posted()) == 1


async def test_a_message_told_as_mention_and_as_message_is_answered_once(world: World) -> None:
    said = mention(REFUND)
    await world.hear(said, {**said, "type": "message", "channel_type": "channel"})
    await world.hear({**said, "type": "message", "channel_type": "channel"})
    assert len(world.slack.posted()) == 1


async def test_an_edit_within_five_minutes_updates_the_answer(world: World) -> None:
    said = direct("what about gift cards from abroad?")
    await world.hear(said)
    await world.hear(edit(said, REFUND, "1700000100.000100"))
    (answer,) = world.slack.posted()
    assert "Look the purchase up" in words(answer)
    assert len(world.slack.made("chat.update")) == 1
    await world.hear(edit(said, "what about gift cards?", "1700000400.000100"))
    assert len(world.slack.made("chat.update")) == 1


async def test_a_preview_that_slack_adds_is_no_edit(world: World) -> None:
    said = direct(REFUND)
    await world.hear(said)
    await world.hear(edit(said, said["text"], "1700000100.000100"))
    assert await world.states() == ["handled"]


async def test_an_edit_that_overtakes_its_message_stands_for_it(world: World) -> None:
    said = direct("refnd?")
    await world.hear(edit(said, REFUND, "1700000100.000100"))
    await world.hear(said)
    (answer,) = world.slack.posted()
    assert "Look the purchase up" in words(answer)


async def test_an_edit_of_a_message_we_were_never_told_is_left_alone(world: World) -> None:
    await world.hear(edit(direct("x"), REFUND, "1700009999.000100"))
    await world.hear(edit(mention("x"), REFUND, "1700000100.000100"))
    assert not world.slack.posted()
    assert await world.states() == ["ignored"]


@pytest.mark.parametrize("tombstone", [False, True])
async def test_a_deleted_question_gets_nothing_more(world: World, tombstone: bool) -> None:
    said = direct(REFUND)
    gone = deletion(said, "1700000001.000100")
    if tombstone:
        gone = edit(said, "This message was deleted.", "1700000001.000100")
        gone["message"] |= {"subtype": "tombstone", "user": "USLACKBOT"}
    await world.hear(gone)
    await world.hear(said)
    assert not world.slack.posted()


async def test_a_question_deleted_after_its_answer_is_not_updated(world: World) -> None:
    said = direct(REFUND)
    await world.hear(said)
    await world.hear(deletion(said, "1700000050.000100"))
    await world.hear(edit(said, "gift cards?", "1700000060.000100"))
    assert not world.slack.made("chat.update")


# Who may ask


async def test_somebody_is_known_by_the_e_mail_slack_confirms_and_remembered(world: World) -> None:
    await world.hear(direct(SAFE_CODE, user="U2"))
    assert "every month" in words(world.slack.posted()[0])
    async with world.pool.connection() as conn:
        nadia = await fetch_person(conn, "nadia@example.com")
    assert nadia
    assert nadia.slack == "U2"


@pytest.mark.parametrize(
    "account", [{"is_email_confirmed": False}, {"profile": {}}, {"profile": {"email": "x@y.z"}}]
)
async def test_somebody_unknown_is_everyone_and_nothing_more(
    world: World, account: dict[str, Any]
) -> None:
    world.slack.add_user("U9", "nadia@example.com")
    world.slack.users["U9"] |= account
    await world.hear(direct(SAFE_CODE, user="U9"), direct(REFUND, "1700000009.000100", user="U9"))
    refusal, answer = world.slack.posted()
    assert "every month" not in words(refusal)
    assert "Look the purchase up" in words(answer)


async def test_users_info_refused_leaves_everyone(world: World) -> None:
    world.slack.refuse["users.info"] = "missing_scope"
    world.slack.refuse["auth.test"] = "missing_scope"
    await world.hear(direct(SAFE_CODE, user="U2"), direct(REFUND, "1700000009.000100", user="U2"))
    refusal, answer = world.slack.posted()
    assert "every month" not in words(refusal)
    assert "Look the purchase up" in words(answer)


@pytest.mark.parametrize(
    "account",
    [
        {"is_restricted": True},
        {"is_restricted": True, "is_ultra_restricted": True},
        {"is_bot": True},
        {"deleted": True},
        {"team_id": "T2"},
        {"is_stranger": True},
    ],
)
async def test_guests_bots_and_strangers_get_nothing(world: World, account: dict[str, Any]) -> None:
    world.slack.add_user("U9", "priya@example.com", **account)
    await world.hear(direct(REFUND, user="U9"))
    await world.tell(slack_side.command(REFUND, world.slack.response_url, user_id="U9"), form=True)
    await world.work()
    assert await world.states() == ["ignored", "ignored"]
    assert not world.slack.posted()
    assert not world.slack.made("response_url")


@pytest.mark.parametrize(
    "told",
    [
        mention(REFUND, bot_id="B9"),
        mention(REFUND, subtype="bot_message", bot_id="B9"),
        direct(REFUND, bot_profile={"id": "B9"}),
        direct("joined", subtype="channel_join"),
    ],
)
async def test_what_bots_and_slack_itself_say_is_not_even_stored(
    world: World, told: dict[str, Any]
) -> None:
    await world.hear(told)
    assert await world.states() == []


async def test_people_of_other_workspaces_get_nothing(world: World) -> None:
    assert await world.tell(event(mention(REFUND, team="T2"), "Ev1", team="T2")) == 200
    assert await world.tell(event(mention(REFUND, "1700000001.000100", user_team="T2"))) == 200
    await world.work()
    assert await world.states() == ["ignored", "ignored"]
    assert not world.slack.posted()


# Pressing


async def test_a_press_is_stored_and_the_card_says_so(world: World) -> None:
    await world.hear(direct(REFUND))
    (answer,) = world.slack.posted()
    await world.pressed(press(answer, "Helpful"))
    (answer,) = world.slack.posted()
    assert "✓ Helpful" in words(answer)
    assert await world.rows("select helpful from indexing.feedback") == [(True,)]


async def test_a_press_in_a_channel_is_answered_to_the_presser_only(world: World) -> None:
    await world.hear(mention(REFUND))
    (answer,) = world.slack.posted()
    await world.pressed(press(answer, "Show source", user={"id": "U3", "team_id": "T1"}))
    (whisper,) = world.slack.made("chat.postEphemeral")
    assert (whisper["user"], whisper["channel"]) == ("U3", "C1")
    assert "Warning: never refund" in words(whisper)
    assert len(world.slack.posted()) == 1


async def test_a_whisper_that_slack_refuses_goes_through_the_response_url(world: World) -> None:
    await world.hear(mention(REFUND))
    world.slack.refuse["chat.postEphemeral"] = "not_in_channel"
    await world.pressed(press(world.slack.posted()[0], "Show source", world.slack.response_url))
    (whisper,) = world.slack.made("response_url")
    assert whisper["replace_original"] is False


async def test_a_press_on_a_commands_answer_knows_its_card(world: World) -> None:
    await world.tell(slack_side.command(REFUND, world.slack.response_url), form=True)
    await world.work()
    (said,) = world.slack.made("response_url")
    shown = {"channel": "C1", "ts": "1700000050.000100", **said}
    payload = press(shown, "Helpful", world.slack.response_url)
    payload["container"]["is_ephemeral"] = True
    del payload["message"]
    await world.pressed(payload)
    assert await world.rows("select helpful from indexing.feedback") == [(True,)]
    (whisper,) = world.slack.made("chat.postEphemeral")
    assert "Thank you" in words(whisper)


async def test_a_press_that_comes_twice_counts_once(world: World) -> None:
    await world.hear(direct(REFUND))
    payload = press(world.slack.posted()[0], "Not helpful")
    await world.pressed(payload)
    await world.pressed(payload)
    assert await world.states() == ["handled", "handled"]


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ({"value": "answer:999999"}, "not there any more"),
        ({"value": "answer:1; drop table"}, "not there any more"),
        ({"value": None}, "not there any more"),
        ({"action_id": "approvals.approve#0"}, "not in use any more"),
        ({"action_id": None}, "not in use any more"),
    ],
)
async def test_a_press_made_by_hand_does_nothing_but_say_so(
    world: World, action: dict[str, Any], said: str
) -> None:
    await world.hear(direct(REFUND))
    payload = press(world.slack.posted()[0], "Helpful")
    payload["actions"][0] |= action
    await world.pressed(payload)
    assert said in words(world.slack.posted()[-1])
    assert not await world.rows("select 1 from indexing.feedback")


async def test_a_press_by_a_guest_or_without_what_identifies_it_does_nothing(world: World) -> None:
    await world.hear(direct(REFUND))
    world.slack.add_user("U9", "priya@example.com", is_restricted=True)
    answer = world.slack.posted()[0]
    await world.pressed(press(answer, "Helpful", user={"id": "U9", "team_id": "T1"}))
    await world.pressed(press(answer, "Helpful", user={"id": "U1", "team_id": "T2"}))
    for missing in ("user", "actions", "team"):
        await world.pressed({**press(answer, "Helpful"), missing: None, "container": {}})
    assert not await world.rows("select 1 from indexing.feedback")


# Requests that are not Slack's


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({}, 200),
        ({"secret": "wrong"}, 401),
        ({"at": time.time() - 301}, 401),
        ({"at": time.time() + 400}, 401),
        ({"at": 0}, 401),
    ],
)
async def test_only_what_slack_signed_just_now_is_taken(
    world: World, how: dict[str, Any], status: int
) -> None:
    assert await world.tell(event(mention(REFUND)), **how) == status
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
