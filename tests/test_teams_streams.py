"""Answers that grow in Teams: by its rules, and however they end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_world import NOW, REFUND
from teams_stand_in import CHAT, ROOM, words
from teams_world import World, infos, teams_world

from bot.channel import Event, TryLater
from bot.database import Pool
from bot.outbox import OutboxChat, Showing
from bot.store import fetch_event
from bot.teams import store
from handlers.cards import Card, Heading, Source, Sources, Steps, Text, pieces_of
from handlers.inbound import Place
from learning.store import fetch_person


@pytest.fixture
async def world(pool: Pool, tmp_path: Path) -> AsyncIterator[World]:
    async with teams_world(pool, tmp_path) as world:
        yield world


SOURCE = Source(1, "Returns", "§4.2", "7", NOW.date(), "Dana Cole", "")
WHOLE = Card(
    "Refunds",
    (
        Heading("Refunds"),
        Text("We can *still* help. [1]"),
        Steps(("Look it up. [1]", "Refund it. [1]")),
        Sources((SOURCE,)),
    ),
    written=True,
)


# Streams


async def test_an_answer_that_is_being_written_grows(world: World) -> None:
    await world.hear(world.teams.direct("hello"))
    event = await _event(world, 2)
    place = Place(f"teams:{CHAT}")
    await world.channel.show(event, place, "r", [Text("**One.** [1]")])
    world.clock[0] = NOW + timedelta(seconds=2)
    await world.channel.show(event, place, "r", [Text("**One.** [1]"), Steps(("Two <b>. [2]",), 2)])
    first, second = [said for said in world.teams.said_in(CHAT) if "streaming" in str(infos(said))]
    assert [first["text"], second["text"]] == [
        "**One.** [1]",
        "**One.** [1]\n\n2. Two &#60;b&#62;. [2]",
    ]
    assert [infos(said)[0]["streamSequence"] for said in (first, second)] == [1, 2]
    assert infos(second)[0]["streamId"].isdigit()


async def test_a_stream_whose_whole_reads_otherwise_is_ended_and_replaced(world: World) -> None:
    assert (await world.tell(world.teams.direct(REFUND)))[0] == 201
    event = await _event(world, 1)
    await world.channel.show(event, Place(f"teams:{CHAT}"), "r", [Text("Something written. [1]")])
    await world.work()
    final = world.teams.said_in(CHAT)[-2]
    assert final["text"] == "Something written. [1]"
    assert infos(final)[0]["streamType"] == "final"
    answer = world.teams.sent()[0]
    assert "Look the purchase up" in answer["text"]


async def test_the_whole_begins_with_what_grew_and_keeps_its_thumbs(world: World) -> None:
    """Only what Teams need not be told to replace can be rated there, and does not jump."""
    assert (await world.tell(world.teams.direct(REFUND)))[0] == 201
    event = await _event(world, 1)
    place = Place(f"teams:{CHAT}")
    async with world.pool.connection() as conn:
        chat = OutboxChat(conn, event.id, NOW, ["teams"], Showing(event, world.channel))
        stream = await chat.stream(place)
        for piece in pieces_of(WHOLE):
            world.clock[0] += timedelta(seconds=2)
            await stream.append(piece)
        await conn.execute("update bot.inbox set state = 'handled'")
        await stream.finish(WHOLE)
    await world.worker.work_off(event.id)
    *grown, whole = [said["text"] for said in world.teams.said_in(CHAT) if said.get("text")]
    assert len(grown) == 4
    assert all(whole.startswith(text) for text in grown)
    assert not await _replaced(world)
    assert world.teams.sent()[0]["channelData"] == {"feedbackLoop": {"type": "default"}}


async def test_after_a_crash_nothing_that_is_shown_is_taken_back(world: World) -> None:
    """The next worker has the answer written anew, from its first word on, or differently."""
    assert (await world.tell(world.teams.direct(REFUND)))[0] == 201
    event, place = await _event(world, 1), Place(f"teams:{CHAT}")
    one, two, three = (Text(f"{said}. [1]") for said in ("One", "Two", "Three"))
    for pieces in ((one,), (one, two), (one,), (one, two), (two,), (one, two, three)):
        await world.channel.show(event, place, "r", pieces)
        world.clock[0] += timedelta(seconds=2)
    grown = [said["text"] for said in world.teams.said_in(CHAT)]
    assert grown == ["One. [1]", "One. [1]\n\nTwo. [1]", "One. [1]\n\nTwo. [1]\n\nThree. [1]"]


async def test_nothing_grows_where_others_read_along(world: World) -> None:
    await world.hear(world.teams.mention("hello", 5))
    before = len(world.teams.calls)
    for place in (f"teams:{ROOM}|1763892000005", "teams:a:unknown", "teams:@aad-1"):
        await world.channel.show(await _event(world, 1), Place(place), "r", [Text("One.")])
    assert len(world.teams.calls) == before


async def _event(world: World, inbox_id: int) -> Event:
    """The event with this id; the second one is asked here, and waits."""
    if inbox_id > 1:
        assert (await world.tell(world.teams.direct(REFUND, 2)))[0] == 201
    async with world.pool.connection() as conn:
        event = await fetch_event(conn, inbox_id)
    assert event is not None
    return event


# Streams that end otherwise


def _stopped(message: str) -> tuple[int, Any]:
    return 403, {"error": {"code": "ContentStreamNotAllowed", "message": message}}


async def _replaced(world: World) -> bool:
    return any(call.method == "PUT" for call in world.teams.calls)


async def test_a_stream_that_teams_ended_is_replaced_by_the_whole(world: World) -> None:
    assert (await world.tell(world.teams.direct(REFUND)))[0] == 201
    said = "Content stream finished due to exceeded streaming time."
    world.teams.fail += [(201, {"id": "s-1"}), (202, {}), _stopped(said)]
    world.teams.messages[CHAT, "s-1"] = {"type": "typing"}
    await world.work()
    assert await _replaced(world)
    whole = world.teams.messages[CHAT, "s-1"]
    assert "Look the purchase up" in whole["text"]
    assert not infos(whole)
    assert "Show source" in str(world.teams.sent()[-1])


async def test_a_stream_older_than_two_minutes_is_not_gone_on_with(world: World) -> None:
    assert (await world.tell(world.teams.direct(REFUND)))[0] == 201
    async with world.pool.connection() as conn:
        (inbox_id,) = (await world.rows("select id from bot.inbox"))[0]
        await store.insert_stream(conn, inbox_id, CHAT, "s-1", "", NOW - timedelta(seconds=130))
    world.teams.messages[CHAT, "s-1"] = {"type": "typing"}
    await world.work()
    assert "Look the purchase up" in world.teams.messages[CHAT, "s-1"]["text"]
    assert not any(infos(said) for said in world.teams.said_in(CHAT))


async def test_a_stream_that_left_nothing_is_posted_anew(world: World) -> None:
    assert (await world.tell(world.teams.direct(REFUND)))[0] == 201
    world.teams.fail += [(201, {"id": "s-1"}), (202, {}), _stopped("already completed"),
                         (404, {"error": {"code": "NotFound"}})]  # fmt: skip
    await world.work()
    assert "Look the purchase up" in words(world.teams.sent()[-1])
    assert len(await world.rows("select * from bot.posted")) == 1


async def test_an_answer_the_asker_stopped_stays_stopped(world: World) -> None:
    assert (await world.tell(world.teams.direct(REFUND)))[0] == 201
    world.teams.fail += [(201, {"id": "s-1"}), _stopped("Content stream was canceled by user.")]
    await world.work()
    assert world.teams.sent() == []
    assert not await _replaced(world)
    assert await world.rows("select state from bot.outbox") == [("sent",)]


async def test_a_piece_that_is_throttled_is_left_out(world: World) -> None:
    assert (await world.tell(world.teams.direct(REFUND)))[0] == 201
    world.teams.fail += [(201, {"id": "s-1"}), (429, {"error": {"code": "TooManyRequests"}})]
    await world.work()
    final, _ = world.teams.sent()
    assert infos(final)[0]["streamType"] == "final"


async def test_without_a_first_line_the_answer_is_one_message(world: World) -> None:
    assert (await world.tell(world.teams.direct(REFUND)))[0] == 201
    world.teams.fail.append((429, {"error": {"code": "TooManyRequests"}}))
    await world.work()
    (answer,) = world.teams.sent()
    assert not infos(answer)
    assert "Look the purchase up" in words(answer)


async def test_a_stream_cut_off_in_flight_is_ended_once(world: World) -> None:
    assert (await world.tell(world.teams.direct(REFUND)))[0] == 201
    world.teams.fail += [(201, {"id": "s-1"}), (202, {}), (503, {"error": {"code": "x"}})]
    with pytest.raises(TryLater):
        await world.work()
    await world.work()
    final, _ = world.teams.sent()
    assert infos(final) == [{"type": "streaminfo", "streamType": "final", "streamId": "s-1"}]
    pieces = [said for said in world.teams.said_in(CHAT) if said["type"] == "typing"]
    assert [infos(piece)[0]["streamSequence"] for piece in pieces] == [1, 2]


async def test_people_stay_who_they_are(world: World) -> None:
    async with world.pool.connection() as conn:
        before = await fetch_person(conn, "priya@example.com")
        assert before is not None
    await world.hear(world.teams.direct(REFUND))
    async with world.pool.connection() as conn:
        after = await fetch_person(conn, "priya@example.com")
    assert after is not None
    assert (after.id, after.teams) == (before.id, "aad-1")
