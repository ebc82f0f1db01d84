"""Slack end to end: asked, edited and taken back, once each and in any order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import slack_stand_in as slack_side
from slack_stand_in import deletion, direct, edit, event, mention
from slack_world import REFUND, World, slack_world, words

from bot.database import Pool


@pytest.fixture
async def world(pool: Pool, tmp_path: Path) -> AsyncIterator[World]:
    async with slack_world(pool, tmp_path) as world:
        yield world


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


async def test_an_edit_that_is_told_as_one_more_mention_updates_the_answer(world: World) -> None:
    said = mention("what about gift cards from abroad?")
    await world.hear(said)
    again = mention(REFUND, edited={"user": "U1", "ts": "1700000100.000000"})
    await world.hear(again | {"event_ts": "1700000100.000000", "subtype": None})
    (answer,) = world.slack.posted()
    assert "Look the purchase up" in words(answer)


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


async def test_the_answer_to_a_deleted_question_goes_with_it_and_is_not_updated(
    world: World,
) -> None:
    said = direct(REFUND)
    await world.hear(said)
    await world.hear(deletion(said, "1700000050.000100"))
    await world.hear(edit(said, "gift cards?", "1700000060.000100"))
    [update] = world.slack.made("chat.update")
    assert "taken back" in update["text"]
    assert "loyalty" not in str(update)
