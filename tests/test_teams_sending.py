"""What is said in Teams unasked, and what becomes of it when Teams refuses or throttles."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import gallery
import pytest
from slack_world import REFUND
from teams_stand_in import BOT, CHAT, TENANT, words
from teams_world import World, say, teams_world, user

from bot.channel import TryLater
from bot.database import Pool
from bot.teams.messages import message
from handlers.cards import Card, Source, Sources, Text


@pytest.fixture
async def world(pool: Pool, tmp_path: Path) -> AsyncIterator[World]:
    async with teams_world(pool, tmp_path) as world:
        yield world


# Sending


def test_a_written_answer_is_labelled_and_cites_as_much_as_teams_takes() -> None:
    source = Source(1, "T" * 100, "§1", "1", date(2026, 1, 1), "A" * 200, "https://a.example/")
    many = tuple(Source(n, "T", "", "1", date(2026, 1, 1), "A") for n in range(2, 15))
    text = Text(" ".join(f"Word. [{n}]" for n in range(1, 15)))
    card = Card("x", (text, Sources((source, *many))), written=True)
    (info,) = message(card, "streamed").serialize()["entities"]
    assert info["additionalType"] == ["AIGeneratedContent"]
    assert len(info["citation"]) == 10
    first = info["citation"][0]["appearance"]
    assert (len(first["name"]), len(first["abstract"])) == (80, 160)
    assert first["url"] == "https://a.example/"
    (shared,) = message(card, "shared").serialize()["entities"]
    assert "citation" not in shared
    assert shared["additionalType"] == ["AIGeneratedContent"]


def test_no_message_but_the_end_of_a_stream_is_both_text_and_card() -> None:
    for card in gallery.CARDS.values():
        for form in ("chat", "shared"):
            said = message(card, form).serialize()
            assert bool(said.get("text")) != bool(said.get("attachments"))


async def test_a_review_channel_is_posted_to_before_it_ever_spoke(world: World) -> None:
    await world.hear(world.teams.direct("hello"))
    await say(world, "teams:19:review@thread.tacv2", Card("x", (Text("A draft"),)))
    (posted,) = world.teams.said_in("19:review@thread.tacv2")
    assert "A draft" in words(posted)
    assert posted["from"] == {"id": BOT}


async def test_a_first_contact_opens_a_chat_once(world: World) -> None:
    await world.hear(world.teams.mention("hello", **{"from": user(3)}))
    for _ in range(2):
        await say(world, "teams:@aad-7", Card("x", (Text("For you"),)))
    (opened,) = [c.said for c in world.teams.calls if c.method == "POST" and not c.conversation]
    assert opened["members"] == [{"id": "aad-7"}]
    assert opened["channelData"] == {"tenant": {"id": TENANT}}
    assert opened["isGroup"] is False
    assert len(world.teams.said_in("a:opened-aad-7")) == 2


async def test_our_own_token_is_fetched_once(world: World) -> None:
    await world.hear(world.teams.direct(REFUND), world.teams.mention(REFUND, 9))
    assert world.teams.tokens_given == 1
    world.teams.fail.append((401, {"error": {"code": "Unauthorized"}}))
    await world.hear(world.teams.direct("hello", 11))
    assert world.teams.tokens_given == 2


async def _outbox(world: World) -> list[tuple[Any, ...]]:
    return await world.rows("select state, error from bot.outbox order by id")


async def send_failing(world: World, status: int, body: Any) -> str:
    """Say something while Teams answers so; return what became of it."""
    await world.hear(world.teams.direct("hello"))
    world.teams.fail.append((status, body))
    try:
        await say(world, f"teams:{CHAT}", Card("x", (Text("Later"),)))
    except TryLater:
        return "later"
    return str((await _outbox(world))[-1][0])


@pytest.mark.parametrize("status", [401, 408, 412, 429, 500, 502, 503, 504])
async def test_what_passes_is_tried_again(world: World, status: int) -> None:
    assert await send_failing(world, status, {"error": {"code": "x", "message": "y"}}) == "later"


@pytest.mark.parametrize("status", [400, 403, 404, 413])
async def test_what_is_refused_is_given_up(world: World, status: int) -> None:
    refused = {"error": {"code": "BotNotInConversationRoster", "message": "gone"}}
    assert await send_failing(world, status, refused) == "dead"
    assert f"{status} BotNotInConversationRoster gone" in (await _outbox(world))[-1][1]


@pytest.mark.parametrize(
    ("status", "outcome"), [(413, "dead"), (502, "later"), (200, "later"), (302, "dead")]
)
async def test_a_gateways_html_is_understood(world: World, status: int, outcome: str) -> None:
    assert await send_failing(world, status, "<html>Too large</html>") == outcome
