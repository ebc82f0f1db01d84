"""An answer that grows in a direct conversation, and how it ends whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fakes import FakeLanguageModel
from hypothesis import given, settings
from hypothesis import strategies as st
from intake import KEY
from slack_stand_in import direct, mention, press, shortcut
from slack_world import REFUND, World, slack_world, words

import bot.store
from bot.channel import Event
from bot.database import Pool
from bot.inbox import Inbox, Worker
from bot.outbox import Outbox, OutboxChat, Showing
from bot.slack.stream import as_markdown
from bot.slack.words import inert_markdown, unlinked
from handlers.cards import Card, Heading, Note, Steps, Text, literal
from handlers.inbound import Place
from handlers.services import Chat, Services
from indexing.prompts import Check

SENTENCES = ("Look it up by card. [1]", "Above £75 a shift lead approves it. [1]", "Say so. [2]")
CARD = Card("Refunds", (Text("The whole answer. [1]"),))
PLACE = Place("slack:D1|1700000000.000100")


@pytest.fixture
async def world(pool: Pool, tmp_path: Path) -> AsyncIterator[World]:
    async with slack_world(pool, tmp_path) as world:
        yield world


async def answering(
    world: World, event: Event, place: Place, sentences: Sequence[str], *, finish: bool = True
) -> None:
    """What a handler does that writes an answer: shown as it grows, said once it is committed."""
    channel = world.channel
    async with world.pool.connection() as conn:
        chat: Chat = OutboxChat(conn, event.id, world.clock[0], ["slack"], Showing(event, channel))
        stream = await chat.stream(place)
        for sentence in sentences:
            await stream.append(Text(sentence))
            world.clock[0] += timedelta(seconds=2)
        if finish:
            await stream.finish(CARD)


async def asked(world: World, told: dict[str, object]) -> Event:
    """Take a question in, and leave it to the test to answer it."""
    await world.take_in(told)
    ((inbox_id,),) = await world.rows("select id from bot.inbox")
    async with world.pool.connection() as conn:
        await conn.execute("update bot.inbox set state = 'handled'")
        event = await bot.store.fetch_event(conn, inbox_id)
    assert event
    return event


async def test_an_answer_grows_sentence_by_sentence_and_ends_whole(world: World) -> None:
    event = await asked(world, direct(REFUND))
    await answering(world, event, PLACE, SENTENCES)
    (grown,) = world.slack.posted()
    assert grown["thread_ts"] == "1700000000.000100"
    assert grown["text"] == "\n\n".join(map(inert_markdown, SENTENCES))
    assert len(world.slack.made("chat.appendStream")) == 3
    await world.worker.work_off(event.id)
    (answer,) = world.slack.posted()
    assert "The whole answer." in words(answer)
    assert not answer["streaming"]
    assert not world.slack.made("chat.postMessage")
    ((platform_id,),) = await world.rows("select platform_id from bot.posted")
    assert platform_id == f"D1/{answer['ts']}"


async def test_a_stream_is_known_before_anything_is_said_in_it(world: World) -> None:
    event = await asked(world, direct(REFUND))
    world.slack.fail["chat.appendStream"] = [500]
    await answering(world, event, PLACE, SENTENCES[:1], finish=False)
    ((ts, begun),) = await world.rows("select ts, open from bot.slack_stream")
    assert ts == world.slack.posted()[0]["ts"]
    assert not begun
    (start,) = world.slack.made("chat.startStream")
    assert "markdown_text" not in start


@pytest.mark.parametrize("finish", [False, True])
async def test_after_a_crash_the_message_is_gone_on_with_and_ended(
    world: World, finish: bool
) -> None:
    event = await asked(world, direct(REFUND))
    await answering(world, event, PLACE, SENTENCES[:1], finish=False)
    sentences = SENTENCES if finish else ("Written anew, and differently.",)
    await answering(world, event, PLACE, sentences)
    (grown,) = world.slack.posted()
    shown = SENTENCES if finish else SENTENCES[:1]
    assert grown["text"] == "\n\n".join(map(inert_markdown, shown))
    await world.worker.work_off(event.id)
    (answer,) = world.slack.posted()
    assert "The whole answer." in words(answer)


@pytest.mark.parametrize("done", ["stopped", "updated"])
async def test_an_end_that_was_cut_off_comes_to_the_same(world: World, done: str) -> None:
    event = await asked(world, direct(REFUND))
    await answering(world, event, PLACE, SENTENCES)
    if done == "updated":
        await world.worker.work_off(event.id)
    else:
        world.slack.posted()[0]["streaming"] = False
    async with world.pool.connection() as conn:
        await conn.execute("update bot.outbox set state = 'sending'")
        await conn.execute("delete from bot.posted")
    await world.worker.work_off(event.id)
    (answer,) = world.slack.posted()
    assert "The whole answer." in words(answer)
    assert len(await world.rows("select 1 from bot.posted")) == 1


@pytest.mark.parametrize(
    "code", ["message_not_in_streaming_state", "stopped_by_user", "ratelimited", "anything_else"]
)
async def test_a_stream_that_slack_ended_shows_no_more_and_is_replaced(
    world: World, code: str
) -> None:
    event = await asked(world, direct(REFUND))
    await answering(world, event, PLACE, SENTENCES[:1], finish=False)
    world.slack.refuse["chat.appendStream"] = code
    world.slack.refuse["chat.stopStream"] = code
    await answering(world, event, PLACE, SENTENCES)
    assert len(world.slack.made("chat.appendStream")) == 2
    world.slack.refuse.pop("chat.stopStream") if code == "ratelimited" else None
    await world.worker.work_off(event.id)
    (answer,) = world.slack.posted()
    assert "The whole answer." in words(answer)


@pytest.mark.parametrize("status", [429, 500])
async def test_where_no_stream_can_be_begun_the_answer_is_one_post(
    world: World, status: int
) -> None:
    event = await asked(world, direct(REFUND))
    world.slack.fail["chat.startStream"] = [status]
    await answering(world, event, PLACE, SENTENCES)
    await world.worker.work_off(event.id)
    assert len(world.slack.made("chat.startStream")) == 1
    assert not world.slack.made("chat.appendStream")
    (answer,) = world.slack.posted()
    assert "The whole answer." in words(answer)


async def test_a_message_that_is_gone_is_posted_again(world: World) -> None:
    event = await asked(world, direct(REFUND))
    await answering(world, event, PLACE, SENTENCES)
    world.slack.messages.clear()
    await world.worker.work_off(event.id)
    (answer,) = world.slack.posted()
    assert "The whole answer." in words(answer)


async def test_what_is_said_instead_takes_the_place_of_half_an_answer(world: World) -> None:
    event = await asked(world, direct(REFUND))
    await answering(world, event, PLACE, SENTENCES, finish=False)
    async with world.pool.connection() as conn:
        chat = OutboxChat(conn, event.id, world.clock[0], ["slack"])
        for said in ("I could not do that.", "And one thing more."):
            await chat.post(PLACE, Card(said, (Text(said),)))
    await world.worker.work_off(event.id)
    apology, more = world.slack.posted()
    assert "I could not do that." in words(apology)
    assert not apology["streaming"]
    assert "And one thing more." in words(more)
    assert await world.rows("select 1 from bot.slack_stream") == []


WRITTEN = (
    "Above £75 a shift lead approves the refund at the till [1]. Look the purchase up by card or"
    " loyalty number [1]."
)
CHECKED = Check(
    quote="Above £75 a shift lead approves the refund at the till.", number=1, answers=True
)


async def test_a_model_s_answer_is_written_before_people_s_eyes(world: World) -> None:
    model = FakeLanguageModel([CHECKED, WRITTEN])
    outbox = Outbox(world.pool, {"slack": world.channel}, lambda: world.clock[0])
    services = Services(None, None, model)
    inbox = Inbox(world.queue.defer_event, KEY)
    channels = {"slack": world.channel}
    worker = Worker(world.pool, channels, services, outbox, lambda: world.clock[0], inbox)
    await world.take_in(direct("who approves a refund above £75 without a receipt?"))
    await worker.work_off((await world.rows("select id from bot.inbox"))[0][0])
    (answer,) = world.slack.posted()
    methods = [call.method for call in world.slack.calls if call.method.startswith("chat.")]
    assert methods == [
        "chat.startStream",
        "chat.appendStream",
        "chat.appendStream",
        "chat.stopStream",
        "chat.update",
    ]
    assert "a shift lead approves the refund" in words(answer)
    assert "owner Dana Cole" in words(answer)
    await world.pressed(press(answer, "Helpful"))
    assert "✓ Helpful" in words(world.slack.posted()[0])


async def test_in_channels_and_in_private_answers_nothing_grows(world: World) -> None:
    event = await asked(world, mention(REFUND))
    await answering(world, event, Place("slack:C1|1700000000.000100"), SENTENCES, finish=False)
    await world.pressed(shortcut(REFUND, world.slack.response_url))
    ((inbox_id,),) = await world.rows("select max(id) from bot.inbox")
    async with world.pool.connection() as conn:
        event = await bot.store.fetch_event(conn, inbox_id) or event
    await answering(world, event, Place("slack:@U1"), SENTENCES, finish=False)
    assert not world.slack.made("chat.startStream")


async def test_sentences_in_quick_succession_are_shown_together(world: World) -> None:
    world.channel = world.paced(timedelta(seconds=1))
    event = await asked(world, direct(REFUND))
    now: datetime = world.clock[0]
    async with world.pool.connection() as conn:
        chat = OutboxChat(conn, event.id, now, ["slack"], Showing(event, world.channel))
        stream = await chat.stream(PLACE)
        for sentence in SENTENCES[:2]:
            await stream.append(Text(sentence))
        world.clock[0] += timedelta(seconds=1)
        await stream.append(Text(SENTENCES[2]))
    assert [said["markdown_text"].count(".") for said in world.slack.made("chat.appendStream")] == [
        1,
        2,
    ]


async def test_streams_whose_card_stands_are_forgotten(world: World) -> None:
    event = await asked(world, direct(REFUND))
    await answering(world, event, PLACE, SENTENCES)
    await world.worker.work_off(event.id)
    await answering(world, event, Place("slack:D1|1700000000.000100"), SENTENCES, finish=False)
    assert len(await world.rows("select 1 from bot.slack_stream")) == 1


# Words that cannot act

HOSTILE = (
    "<!channel> <@U1> <#C1|till> <https://evil.example|click>",
    "[click](https://evil.example) ![pixel](https://evil.example/p.png)",
    "@here @everyone :tada: www.evil.example evil.example/x mailto:a@evil.example",
    "[1]: https://evil.example\n# big\n> quote\n```code```",
)


@pytest.mark.parametrize("said", HOSTILE)
async def test_what_grows_holds_no_link_mention_or_image(world: World, said: str) -> None:
    event = await asked(world, direct(REFUND))
    await answering(world, event, PLACE, (literal(said),), finish=False)
    (appended,) = world.slack.made("chat.appendStream")
    assert_inert(appended["markdown_text"])


@pytest.mark.parametrize("said", HOSTILE)
def test_headings_steps_and_warnings_that_grow_hold_none_either(said: str) -> None:
    drawn = as_markdown(
        (Heading(said), Steps((literal(said),), 2), Note(literal(said), "warning"), Text("Do it."))
    )
    assert drawn.startswith("**")
    assert "\n\n2. " in drawn
    assert_inert(drawn.replace("**", ""))


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="<>&!@#:/.[]()|`*_~\\abehr1 \n", max_size=60))
def test_no_words_can_act_in_markdown(said: str) -> None:
    assert_inert(inert_markdown(said))
    assert unlinked(said).replace("\u2060", "") == said


def assert_inert(shown: str) -> None:
    assert "<" not in shown
    assert ">" not in shown
    for begins in ("://", "](", "@h", "@e", "@c", "@U", "&lt;!", "&lt;@", "&lt;#", "n.e", "w.e"):
        assert begins not in shown
    unescaped = shown.replace("\\\\", "")
    for at, character in enumerate(unescaped):
        if character in "`*_~[]|#!":
            assert unescaped[at - 1] == "\\"
