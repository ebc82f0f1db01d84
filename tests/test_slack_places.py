"""Slack's own places: the Home, the prompts, the shortcut on a message, the status while working."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import slack_limits
import slack_stand_in as slack_side
from slack_stand_in import direct, mention, opened, press, shortcut
from slack_world import NOW, REFUND, SAFE_CODE, World, slack_world, words

from bot.database import Pool
from handlers.home import PROMPTS, home_card
from handlers.wording import LOOKING_UP, LOOKING_UP_STEPS
from indexing.store.decisions import Listed
from learning.nouns import Person
from learning.store import act_as, fetch_person, upsert_person


@pytest.fixture
async def world(pool: Pool, tmp_path: Path) -> AsyncIterator[World]:
    async with slack_world(pool, tmp_path) as world:
        yield world


# Home


async def test_the_home_says_who_somebody_is_and_how_to_ask(world: World) -> None:
    await world.hear(opened("home"))
    home = world.slack.homes["U1"]
    assert home["type"] == "home"
    assert slack_limits.refused("x", home["blocks"]) == []
    for said in ("Priya Shah", "service agent", "/jobaid", "Answer from SOPs"):
        assert said in words(home)
    assert "may not answer from" not in words(home)
    assert await world.rows("select 1 from bot.posted") == []


async def test_the_home_names_what_its_reader_owns_and_may_not_be_answered_from(
    world: World,
) -> None:
    async with world.pool.connection() as conn:
        await conn.execute("update indexing.document set expires_on = '2026-11-20'")
        dana = await fetch_person(conn, "dana@example.com")
        assert dana
        seated = Person(0, dana.email, dana.name, (), ("sme:lost-property", "ld", "admin"))
        await act_as(conn, "tests", {})
        await upsert_person(conn, seated)
    world.slack.add_user("U4", "dana@example.com")
    await world.hear(opened("home", "U4"), opened("home", "U1") | {"event_ts": "1700000001.1"})
    shown = words(world.slack.homes["U4"])
    assert "subject-matter expert for lost property, learning and development and admin" in shown
    assert "Returns and refunds" in shown
    assert "its review ran out on 20 November 2026" in shown
    assert "Returns and refunds" not in words(world.slack.homes["U1"])


async def test_the_home_is_drawn_anew_at_every_visit(world: World) -> None:
    await world.hear(opened("home"))
    async with world.pool.connection() as conn:
        priya = await fetch_person(conn, "priya@example.com")
        assert priya
        await upsert_person(conn, Person(0, priya.email, "Priya Rao", ("shift-lead",)))
    await world.hear(opened("home") | {"event_ts": "1700000009.000100"})
    assert "Priya Rao" in words(world.slack.homes["U1"])


async def test_somebody_unknown_is_told_so_and_a_guest_sees_nothing(world: World) -> None:
    world.slack.add_user("U9", "x@example.com", is_restricted=True)
    await world.hear(opened("home", "U3"), opened("home", "U9") | {"event_ts": "1700000001.1"})
    assert "I do not know you yet" in words(world.slack.homes["U3"])
    assert "U9" not in world.slack.homes


async def test_a_home_that_slack_refuses_is_no_dead_letter(world: World) -> None:
    world.slack.refuse["views.publish"] = "not_enabled"
    await world.hear(opened("home"))
    assert await world.rows("select state from bot.outbox") == [("sent",)]


def test_a_home_with_many_documents_stays_within_limits() -> None:
    from bot.slack.render import render

    rows = [
        Listed(f"{n}.md", "sops", f"Title {n} " * 20, status, "1", "a@b.c", NOW.date(), False)
        for n in range(60)
        for status in ("expired", "unvalidated", "withdrawn", "conflict", "owner_gone")
    ]
    text, blocks = render(home_card(Person(1, "a@b.c", "Ann", ("r",) * 40, ("ld",)), rows))
    assert slack_limits.refused(text, blocks) == []
    assert "And 280 more" in json.dumps(blocks)


# The conversation that is opened


async def test_an_opened_conversation_offers_prompts(world: World) -> None:
    await world.hear(opened("messages"))
    (prompts,) = world.slack.made("assistant.threads.setSuggestedPrompts")
    assert prompts["channel_id"] == "DU1"
    assert [(each["title"], each["message"]) for each in prompts["prompts"]] == list(PROMPTS)
    assert not world.slack.posted()
    await world.hear(direct(PROMPTS[0][1]))
    assert "Ask me how a task is done" in words(world.slack.posted()[0])


async def test_prompts_are_not_for_guests_and_a_refusal_is_let_be(world: World) -> None:
    world.slack.add_user("U9", "x@example.com", is_restricted=True)
    await world.hear(opened("messages", "U9"))
    assert not world.slack.made("assistant.threads.setSuggestedPrompts")
    world.slack.refuse["assistant.threads.setSuggestedPrompts"] = "missing_scope"
    await world.hear(opened("messages") | {"event_ts": "1700000001.000100"})
    assert await world.states() == ["ignored", "ignored"]


@pytest.mark.parametrize("broken", [{"tab": "about"}, {"tab": {}}, {"tab": None}, {"user": ""}])
async def test_other_visits_are_not_kept(world: World, broken: dict[str, Any]) -> None:
    await world.hear(opened("home") | broken)
    assert await world.states() == []


# The shortcut on a message


async def test_a_message_is_answered_to_whoever_used_the_shortcut(world: World) -> None:
    await world.pressed(shortcut(REFUND, world.slack.response_url))
    (said,) = world.slack.made("chat.postEphemeral")
    assert (said["channel"], said["user"], said.get("thread_ts")) == ("C1", "U1", None)
    assert "Look the purchase up" in words(said)
    assert not world.slack.posted()
    assert not world.slack.made("assistant.threads.setStatus")


async def test_in_a_thread_the_answer_stands_there(world: World) -> None:
    payload = shortcut(REFUND, world.slack.response_url)
    payload["message"]["thread_ts"] = "1699999999.000100"
    await world.pressed(payload)
    (said,) = world.slack.made("chat.postEphemeral")
    assert said["thread_ts"] == "1699999999.000100"


async def test_the_rights_are_those_of_whoever_used_it(world: World) -> None:
    await world.pressed(shortcut(SAFE_CODE, world.slack.response_url))
    again = shortcut(SAFE_CODE, world.slack.response_url, trigger_id="7")
    await world.pressed(again | {"user": {"id": "U2", "team_id": "T1"}})
    refusal, answer = world.slack.made("chat.postEphemeral")
    assert "every month" not in words(refusal)
    assert "every month" in words(answer)


@pytest.mark.parametrize("used_up", [False, True])
async def test_where_the_bot_is_no_member_the_response_url_answers(
    world: World, used_up: bool
) -> None:
    world.slack.refuse["chat.postEphemeral"] = "channel_not_found"
    if used_up:
        world.slack.refuse["response_url"] = "used_url"
    await world.pressed(shortcut(REFUND, world.slack.response_url))
    (said,) = world.slack.made("response_url")
    assert said["response_type"] == "ephemeral"
    assert [each["channel"] for each in world.slack.posted()] == (["DU1"] if used_up else [])


async def test_a_shortcut_that_comes_twice_is_answered_once(world: World) -> None:
    for _ in range(2):
        await world.pressed(shortcut(REFUND, world.slack.response_url))
    assert len(world.slack.made("chat.postEphemeral")) == 1


async def test_the_buttons_of_such_an_answer_work(world: World) -> None:
    await world.pressed(shortcut(REFUND, world.slack.response_url))
    (said,) = world.slack.made("chat.postEphemeral")
    payload = press({**said, "ts": "1700000050.000100"}, "Helpful", world.slack.response_url)
    payload["container"]["is_ephemeral"] = True
    del payload["message"]
    await world.pressed(payload)
    assert await world.rows("select helpful from indexing.feedback") == [(True,)]


@pytest.mark.parametrize("text", ["", None, "x" * 12_000])
async def test_a_message_without_words_gets_a_short_answer(world: World, text: Any) -> None:
    await world.pressed(shortcut(text, world.slack.response_url))
    assert len(world.slack.made("chat.postEphemeral")) == 1


@pytest.mark.parametrize(
    "broken",
    [
        {"callback_id": "of_another"},
        {"trigger_id": ""},
        {"user": None},
        {"channel": {}},
        {"team": None, "user": {"id": "U1"}},
    ],
)
async def test_a_shortcut_without_what_identifies_it_is_left(
    world: World, broken: dict[str, Any]
) -> None:
    await world.pressed(shortcut(REFUND, world.slack.response_url) | broken)
    assert await world.states() == []


async def test_guests_and_strangers_get_nothing(world: World) -> None:
    world.slack.add_user("U9", "priya@example.com", is_restricted=True)
    payload = shortcut(REFUND, world.slack.response_url)
    await world.pressed(payload | {"user": {"id": "U9", "team_id": "T1"}})
    await world.pressed(payload | {"trigger_id": "8", "user": {"id": "U1", "team_id": "T2"}})
    assert await world.states() == ["ignored", "ignored"]
    assert not world.slack.made("chat.postEphemeral")


# The status


@pytest.mark.parametrize("told", [direct(REFUND), mention(REFUND)])
async def test_while_it_is_looked_up_the_status_says_so(world: World, told: dict[str, Any]) -> None:
    await world.hear(told)
    (status,) = world.slack.made("assistant.threads.setStatus")
    assert status["status"] == LOOKING_UP
    assert status["loading_messages"] == list(LOOKING_UP_STEPS)
    assert (status["channel_id"], status["thread_ts"]) == (told["channel"], told["ts"])
    methods = [call.method for call in world.slack.calls]
    assert methods.index("assistant.threads.setStatus") < methods.index("chat.postMessage")


async def test_the_status_goes_where_the_answer_comes_elsewhere(world: World) -> None:
    await world.hear(mention(SAFE_CODE, user="U2"))
    assert [said["status"] for said in world.slack.made("assistant.threads.setStatus")] == [
        LOOKING_UP,
        "",
    ]
    (hint,) = world.slack.made("chat.postEphemeral")
    assert hint.get("thread_ts") is None  # nobody has answered in that thread: it would not be seen


async def test_a_command_has_no_status(world: World) -> None:
    await world.tell(slack_side.command(REFUND, world.slack.response_url), form=True)
    await world.work()
    assert not world.slack.made("assistant.threads.setStatus")
