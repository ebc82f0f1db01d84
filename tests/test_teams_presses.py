"""What is pressed in Teams: buttons, thumbs, the message command, and what nobody made."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_world import NOW, REFUND
from teams_stand_in import CHAT, ROOM, elements, words
from teams_world import World, say, teams_world

from bot.database import Pool
from handlers.cards import Button as CardButton
from handlers.cards import Buttons, Card, Field


@pytest.fixture
async def world(pool: Pool, tmp_path: Path) -> AsyncIterator[World]:
    async with teams_world(pool, tmp_path) as world:
        yield world


# Pressing


async def test_a_press_in_a_chat_gets_its_card_and_the_source(world: World) -> None:
    await world.hear(world.teams.direct(REFUND))
    name, answer = world.last()
    status, said = await world.tell(world.teams.press(name, "Show source"))
    assert status == 200
    assert said == {
        "statusCode": 200,
        "type": "application/vnd.microsoft.card.adaptive",
        "value": answer["attachments"][0]["content"],
    }
    await world.work()
    assert "Look the purchase up" in words(world.teams.sent()[-1])
    assert len(world.teams.sent()) == 3


async def test_a_press_in_a_channel_is_told_to_its_presser_only(world: World) -> None:
    await world.hear(world.teams.mention(REFUND, 5))
    name, _ = world.last()
    pressed = world.teams.press(name, "Helpful")
    said = await world.pressed(pressed)
    assert said == {
        "statusCode": 200,
        "type": "application/vnd.microsoft.activity.message",
        "value": "Thank you, noted.",
    }
    assert len(world.teams.sent()) == 1
    assert await world.rows("select helpful from indexing.feedback") == [(True,)]
    assert await world.rows("select * from bot.teams_press") == []


async def test_a_list_asked_for_in_a_channel_comes_in_the_presser_s_chat(world: World) -> None:
    """Teams draws what a press is answered with in one run, without its lines."""
    await world.hear(world.teams.mention(REFUND, 5))
    name, _ = world.last()
    said = await world.pressed(world.teams.press(name, "Show source"))
    assert said["value"] == "I have sent it to you in our chat."
    conversation, _ = world.last()[0]
    assert conversation == "a:opened-29:u1"
    assert "Look the purchase up" in words(world.last()[1])


async def test_without_a_chat_with_us_it_is_said_where_it_was_pressed(world: World) -> None:
    await world.hear(world.teams.mention(REFUND, 5))
    name, _ = world.last()
    world.teams.fail.append((403, {"error": {"code": "BotNotInConversationRoster"}}))
    said = await world.pressed(world.teams.press(name, "Show source"))
    assert "Look the purchase up" in said["value"]
    assert len(said["value"]) <= 1000


async def test_a_press_whose_response_is_gone_is_told_in_the_chat(world: World) -> None:
    await world.hear(world.teams.direct("hello"))
    await world.hear(world.teams.mention(REFUND, 5))
    name, _ = world.last()
    body = world.teams.press(name, "Helpful")
    assert (await world.tell(body))[0] == 200, "it is answered with the card after a while"
    await world.work()
    assert "Thank you, noted." in words(world.teams.said_in(CHAT)[-1])
    assert "About what you did in Shop 7" in words(world.teams.said_in(CHAT)[-1])


async def test_an_old_client_presses_by_message(world: World) -> None:
    await world.hear(world.teams.mention(REFUND, 5))
    name, _ = world.last()
    pressed = world.teams.press(name, "Helpful")
    action = pressed["value"]["action"]
    await world.hear(
        {**pressed, "type": "message", "value": {**action["data"], "verb": action["verb"]}}
    )
    assert await world.rows("select helpful from indexing.feedback") == [(True,)]


async def test_a_press_on_a_forwarded_or_invented_card_does_nothing(world: World) -> None:
    await world.hear(world.teams.direct(REFUND))
    name, _ = world.last()
    pressed = world.teams.press(name, "Show source")
    for changed in (
        world.teams.in_room(name[1]),
        {"replyToId": "1"},
        {"replyToId": None},
        {"conversation": {"id": "a:other", "conversationType": "personal"}},
    ):
        status, said = await world.tell({**pressed, **changed})
        assert status == 200
        assert said["value"].startswith("That button belongs to another card.")
    await world.work()
    assert len(world.teams.sent()) == 2


@pytest.mark.parametrize(
    "action",
    [
        {"verb": "answer.source", "data": {"subject": "answer:999"}},
        {"verb": "answer.source", "data": {"subject": "answer:1; drop table"}},
        {"verb": "answer.source", "data": {"subject": ["answer:1"]}},
        {"verb": "answer.source", "data": "answer:1"},
        {"verb": "answer.source", "data": None},
        {"verb": {"a": 1}, "data": {}},
        {"verb": "admin.everything", "data": {"subject": "x" * 100_000}},
        {"verb": "", "data": {}},
    ],
)
async def test_hand_made_data_changes_nothing(world: World, action: dict[str, Any]) -> None:
    await world.hear(world.teams.direct(REFUND))
    name, _ = world.last()
    pressed = world.teams.press(name, "Show source")
    pressed["value"] = {"action": {"type": "Action.Execute", **action}}
    assert (await world.tell(pressed))[0] == 200
    await world.work()
    assert set(await world.states()) == {"handled"}
    assert "Look the purchase up" not in words(world.teams.sent()[-1])


async def test_a_press_a_week_later_is_judged_by_todays_rights(world: World) -> None:
    await world.hear(world.teams.direct(REFUND))
    name, _ = world.last()
    async with world.pool.connection() as conn:
        await conn.execute("update indexing.document set withdrawn_on = '2026-11-25'")
    world.clock[0] = NOW + timedelta(days=7)
    await world.pressed(world.teams.press(name, "Show source"))
    assert "may not be shown any more" in words(world.teams.sent()[-1])


async def test_a_form_keeps_what_was_typed_in_it(world: World) -> None:
    await world.hear(world.teams.direct("hello"))
    fields = (
        Field("comment:r7", "Comment", "long_text"),
        Field("checks:r7", "Checked", "ticks", ("Accurate", "Right tone")),
    )
    row = Buttons((CardButton("Approve", "approvals.approve", "module:1"),))
    await say(world, f"teams:{CHAT}", Card("A form", (*fields, row)))
    name, _ = world.last()
    pressed = world.teams.press(name, "Approve")
    data = {"subject": "module:1", "comment:r7": "line one\nline two", "checks:r7": "1"}
    pressed["value"]["action"]["data"] = data
    _, said = await world.tell(pressed)
    inputs = [each for each in elements(said) if str(each.get("type")).startswith("Input.")]
    assert [each["value"] for each in inputs] == ["line one\nline two", "1"]


# Other invokes


@pytest.mark.parametrize("feedback", ["too short", '{"feedbackText":"too short"}', "", None])
@pytest.mark.parametrize(("thumb", "helpful"), [("like", True), ("dislike", False)])
async def test_a_thumb_is_feedback(
    world: World, thumb: str, helpful: bool, feedback: str | None
) -> None:
    await world.hear(world.teams.direct(REFUND))
    (_, name), _ = world.last()
    value = {"actionName": "feedback", "actionValue": {"reaction": thumb, "feedback": feedback}}
    invoked = world.teams.invoke("message/submitAction", value, replyToId=name)
    assert await world.tell(invoked) == (200, {})
    await world.work()
    assert await world.rows("select helpful from indexing.feedback") == [(helpful,)]
    assert not [call for call in world.teams.calls if call.method == "PUT"], "nothing to redraw"


async def test_a_thumb_that_says_nothing_of_its_answer_is_left_aside(world: World) -> None:
    await world.hear(world.teams.direct(REFUND))
    value = {"actionName": "feedback", "actionValue": {"reaction": "like"}}
    assert await world.tell(world.teams.invoke("message/submitAction", value)) == (200, {})
    await world.work()
    assert await world.states() == ["handled", "ignored"]


def _about(world: World, content: Any, **said: Any) -> dict[str, Any]:
    value = {
        "commandId": "answer_from_sops",
        "commandContext": "message",
        "messagePayload": {"id": "1", "body": {"contentType": "html", "content": content}},
    }
    return world.teams.invoke("composeExtension/fetchTask", value, **said)


async def test_a_message_of_somebody_else_is_answered_in_ones_own_chat(world: World) -> None:
    await world.hear(world.teams.direct("hello"))
    about = _about(world, f"<p>Hi, {REFUND}</p>", **world.teams.in_room("1"))
    status, said = await world.tell(about)
    assert (status, said["task"]["type"]) == (200, "message")
    assert "in our chat" in said["task"]["value"]
    await world.work()
    assert "Look the purchase up" in words(world.teams.said_in(CHAT)[-1])
    assert world.teams.said_in(ROOM) == []


async def test_who_has_no_chat_with_us_is_told_to_add_us(world: World) -> None:
    _, said = await world.tell(_about(world, REFUND, **world.teams.in_room("1")))
    assert "Add Jobaid in Teams" in said["task"]["value"]
    for content in ("", "<div><img src='x'></div>", None, 7):
        _, said = await world.tell(_about(world, content))
        assert "no words" in said["task"]["value"]
    assert await world.states() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("task/fetch", {}),
        ("composeExtension/query", {}),
        ("composeExtension/fetchTask", {"commandId": "other"}),
        ("fileConsent/invoke", {"action": "accept"}),
        ("message/submitAction", {"actionName": "other"}),
        ("message/submitAction", None),
        ("adaptiveCard/action", {"action": {"type": "Action.Submit"}}),
        ("adaptiveCard/action", []),
        ("", None),
        (None, None),
    ],
)
async def test_an_invoke_that_nobody_takes_is_501(world: World, name: Any, value: Any) -> None:
    assert await world.tell(world.teams.invoke(name, value)) == (501, None)
    assert await world.states() == []
