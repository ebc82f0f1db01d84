"""Who may ask and press in Slack, and what a press does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import slack_stand_in as slack_side
from slack_stand_in import direct, event, mention, press
from slack_world import REFUND, SAFE_CODE, World, slack_world, words

from bot.database import Pool
from learning.store import fetch_person


@pytest.fixture
async def world(pool: Pool, tmp_path: Path) -> AsyncIterator[World]:
    async with slack_world(pool, tmp_path) as world:
        yield world


# Who may ask


async def test_somebody_is_known_by_the_e_mail_slack_confirms_and_remembered(world: World) -> None:
    await world.hear(direct(SAFE_CODE, user="U2"))
    assert "every month" in words(world.slack.posted()[0])
    async with world.pool.connection() as conn:
        nadia = await fetch_person(conn, "nadia@example.com")
    assert nadia
    assert nadia.slack == "U2"


async def test_what_is_not_for_everyone_is_answered_directly_and_can_be_pressed(
    world: World,
) -> None:
    await world.hear(mention(SAFE_CODE, user="U2"))
    (private,) = world.slack.posted()
    (hint,) = world.slack.made("chat.postEphemeral")
    assert (private["channel"], hint["channel"], hint["user"]) == ("DU2", "C1", "U2")
    assert "every month" in words(private)
    assert "every month" not in words(hint)
    await world.pressed(press(private, "Helpful", user={"id": "U2", "team_id": "T1"}))
    assert "✓ Helpful" in words(world.slack.messages["DU2", private["ts"]])


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


async def test_a_member_of_several_workspaces_of_an_organisation_is_one_of_ours(
    world: World,
) -> None:
    world.slack.users["U1"] |= {"team_id": "T9", "enterprise_user": {"teams": ["T9", "T1"]}}
    await world.hear(direct(REFUND))
    assert len(world.slack.posted()) == 1


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
    payload = press(world.slack.posted()[0], "Show source")
    payload["actions"][0] |= action
    await world.pressed(payload)
    assert said in words(world.slack.posted()[-1])
    assert not await world.rows("select 1 from indexing.feedback")


@pytest.mark.parametrize(
    "value", ["answer.helpful answer:999999", "approvals.approve answer:1", "answer:1", "", None]
)
async def test_feedback_made_by_hand_stores_nothing(world: World, value: str | None) -> None:
    await world.hear(direct(REFUND))
    payload = press(world.slack.posted()[0], "Helpful")
    payload["actions"][0]["value"] = value
    await world.pressed(payload)
    assert "any more" in words(world.slack.posted()[-1])
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
