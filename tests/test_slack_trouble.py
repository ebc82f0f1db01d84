"""Slack when it will not draw, wants to wait, or does not know us any more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import gallery
import pytest
import slack_limits
import slack_stand_in as slack_side
from slack_stand_in import direct, edit, event, mention, opened, press
from slack_world import NOW, REFUND, World, slack_world

from bot.database import Pool
from bot.settings import Settings
from bot.slack.plain import as_text
from bot.slack.store import insert_removed, take_turn, token_hash
from bot.state import state_of_house
from handlers import doctor

EVERY = {**gallery.CARDS, **gallery.RAW}


@pytest.fixture
async def world(pool: Pool, tmp_path: Path) -> AsyncIterator[World]:
    async with slack_world(pool, tmp_path) as world:
        yield world


# Blocks that Slack refuses


@pytest.mark.parametrize("code", ["invalid_blocks", "msg_blocks_too_long"])
async def test_what_slack_does_not_draw_is_said_in_words(world: World, code: str) -> None:
    world.slack.refuse_blocks["chat.postMessage"] = code
    await world.hear(mention(REFUND))
    (answer,) = world.slack.posted()
    assert "blocks" not in answer
    assert "1. “Look the purchase up by card or loyalty number.” [1]" in answer["text"]
    assert "version 7 of 4 May 2026, owner Dana Cole" in answer["text"]
    assert await world.rows("select distinct state from bot.outbox") == [("sent",)]


async def test_a_whisper_an_update_a_command_and_a_home_are_said_in_words_too(world: World) -> None:
    for method in ("chat.postEphemeral", "chat.update", "response_url", "views.publish"):
        world.slack.refuse_blocks[method] = "invalid_blocks"
    said = direct("what about gift cards from abroad?")
    await world.hear(said)
    await world.hear(edit(said, REFUND, "1700000100.000100"))
    (answer,) = world.slack.posted()
    assert answer["blocks"] == []
    assert "Look the purchase up" in answer["text"]
    await world.tell(slack_side.command(REFUND, world.slack.response_url), form=True)
    await world.hear(opened("home"), mention(REFUND, "1700000200.000100"))
    await world.pressed(press(world.slack.posted()[-1], "Show source"))
    assert "Look the purchase up" in world.slack.made("response_url")[-1]["text"]
    assert "never refund" in world.slack.made("chat.postEphemeral")[-1]["text"]
    (section,) = world.slack.homes["U1"]["blocks"]
    assert "Priya Shah" in section["text"]["text"]
    assert not await world.rows("select 1 from bot.outbox where state <> 'sent'")


@pytest.mark.parametrize("name", EVERY)
def test_every_card_has_words_that_cannot_act(name: str) -> None:
    text = as_text(EVERY[name])
    assert len(text) > 0
    assert "<" not in text
    assert "://" not in text
    assert "@channel" not in text
    assert slack_limits.refused(text, [{"type": "header", "text": _plain("x")}]) == []


def _plain(text: str) -> dict[str, object]:
    return {"type": "plain_text", "text": text, "emoji": False}


# One message a second and channel


async def test_turns_in_a_channel_are_a_second_apart_whoever_takes_them(pool: Pool) -> None:
    async def turn(channel: str, late: float = 0) -> float:
        async with pool.connection() as conn:
            now = NOW + timedelta(seconds=late)
            return (await take_turn(conn, channel, now, timedelta(seconds=1)) - NOW).total_seconds()

    assert sorted(await asyncio.gather(*(turn("C1") for _ in range(5)))) == [0, 1, 2, 3, 4]
    assert await turn("C2") == 0
    assert await turn("C1", late=2) == 5
    assert await turn("C1", late=60) == 60


async def test_every_message_takes_its_turn(world: World) -> None:
    await world.hear(mention(REFUND), direct(REFUND, "1700000001.000100"))
    assert await world.rows("select channel from bot.slack_pace order by 1") == [("C1",), ("D1",)]


# Removed from the workspace


def removal(kind: str) -> str:
    """The event of a removal; `tokens` names whose tokens were revoked."""
    name, _, tokens = kind.partition(":")
    told: dict[str, object] = {"type": name}
    if tokens:
        told["tokens"] = {tokens: ["U1"]}
    return event(told, f"Ev-{kind}")


@pytest.mark.parametrize("kind", ["app_uninstalled", "tokens_revoked:bot"])
async def test_once_removed_nothing_more_is_sent_and_doctor_says_so(
    world: World, kind: str
) -> None:
    await world.hear(mention(REFUND))
    world.slack.refuse["auth.test"] = "account_inactive"
    assert await world.tell(removal(kind)) == 200
    await world.work()
    calls = len(world.slack.made("chat.postMessage"))
    await world.hear(mention(REFUND, "1700000300.000100"))
    assert len(world.slack.made("chat.postMessage")) == calls
    assert await world.rows("select error from bot.outbox where state = 'dead'") == [
        ("Slack does not take our token any more: account_inactive",)
    ]
    report = await doctor_report(world)
    assert any("REMOVED" in line and "account_inactive" in line for line in report)
    assert "install the app in Slack again" in report[-1]


async def doctor_report(world: World, token: str = slack_side.TOKEN) -> list[str]:
    settings = Settings(slack_bot_token=token)
    async with world.pool.connection() as conn:
        state = await state_of_house(conn, NOW, settings)
    facts = doctor.Facts(True, True, True, "none", True, True)
    assert doctor.is_well(facts, state) == ("REMOVED" not in str(doctor.report(facts, state)))
    return doctor.report(facts, state)


async def test_a_removal_that_is_over_stops_nothing(world: World) -> None:
    assert await world.tell(removal("app_uninstalled")) == 200
    await world.work()
    assert await world.rows("select 1 from bot.slack_removed") == []
    await world.hear(mention(REFUND))
    assert len(world.slack.posted()) == 1


async def test_revoked_tokens_of_people_are_not_ours(world: World) -> None:
    assert await world.tell(removal("tokens_revoked:oauth")) == 200
    assert await world.states() == []


async def test_a_refusal_of_our_token_says_the_same(world: World) -> None:
    world.slack.refuse["chat.postMessage"] = "token_revoked"
    await world.hear(mention(REFUND))
    assert await world.rows("select reason from bot.slack_removed") == [("token_revoked",)]


async def test_a_token_that_is_taken_again_sends_again(world: World) -> None:
    async with world.pool.connection() as conn:
        await insert_removed(conn, token_hash(slack_side.TOKEN), "account_inactive", NOW)
    assert not any("REMOVED" in line for line in await doctor_report(world, "xoxb-new"))
    await world.hear(mention(REFUND))
    assert len(world.slack.posted()) == 1
    assert await world.rows("select 1 from bot.slack_removed") == []
