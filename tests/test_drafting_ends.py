"""A drafting that ends before its time is said, with what to do next, and can be gone on with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from authors import Author, diligent
from changing_sop import SOP, Sop
from review_world import review_world
from sop_folder import NOW
from test_drafting_pieces import SERVICES, Desk, Process, send_back
from test_flagging import buttons_of, direct, published, revision_of
from test_review import Office

from bot.channel import TryLater
from bot.database import Pool
from bot.inbox import MAX_ATTEMPTS, InboxLater
from bot.work import Queue
from handlers import drafting_due, drafting_ends, due, presses
from handlers.cards import Button, Card
from handlers.inbound import CardRef, Due, Place, Pressed
from handlers.services import Connection
from indexing.language_model import LanguageModel, Prompt, T, Usage
from review import store


@pytest.fixture
async def desk(conn: Connection, tmp_path: Path) -> Desk:
    return Desk(await review_world(conn, tmp_path))


async def press(desk: Desk, name: str, button: Button) -> Sequence[tuple[str, str, Card]]:
    before = len(desk.chat.said)
    pressed = Pressed(
        desk.world.people[name],
        Place("web:direct"),
        CardRef("card-1"),
        button.action,
        button.subject,
        await desk.world.press(name),
        desk.now,
    )
    conn = desk.world.conn
    await presses.on_pressed(conn, SERVICES, desk.chat, desk.later, pressed, desk.now)
    return desk.chat.said[before:]


async def give_up(desk: Desk) -> Card:
    """The next event fails for good; what the requester is told."""
    task, subject = desk.later.deferred.pop(0)
    event = Due(task, subject, desk.now)
    await due.on_given_up(desk.world.conn, desk.chat, event, "K7Q2", desk.now)
    kind, where, card = desk.chat.last
    assert (kind, where) == ("direct", "mia@example.com")
    return card


async def test_what_failed_for_good_is_said_and_gone_on_with(desk: Desk) -> None:
    module_id = await desk.ask_for()
    await desk.turn()
    await desk.turn()
    made = await desk.stored()
    card = await give_up(desk)
    assert "(reference K7Q2). What is done is kept: 1 of" in card.summary
    assert await drafting_due.on_progress(desk.world.conn, module_id) is None
    words = await drafting_ends.given_up_words(desk.world.conn, module_id)
    assert "reference K7Q2" in words
    again = buttons_of(card)["Start again"]
    (refused,) = await press(desk, "priya", again)
    assert "Nothing was changed" in refused[2].summary
    assert desk.later.deferred == []
    (said,) = await press(desk, "jo", again)
    assert "I go on" in said[2].summary, "whoever holds a seat, should the requester be away"
    (late,) = await press(desk, "mia", again)
    assert "nothing to start again" in late[2].summary, "one goes on, not two"
    await desk.all_turns()
    assert (await desk.module(module_id)).state == "in_review"
    assert (await desk.stored())[: len(made)] == made, "and what was drafted is not drafted again"


async def test_what_failed_before_it_began_is_said_and_can_be_stopped(desk: Desk) -> None:
    module_id = await desk.ask_for()
    card = await give_up(desk)
    assert "pieces" not in card.summary
    await press(desk, "mia", buttons_of(card)["Stop"])
    assert (await desk.module(module_id)).state == "withdrawn"


async def test_a_redrafting_that_failed_for_good_is_gone_on_with(desk: Desk) -> None:
    module_id = await desk.ask_for("remedial")
    await desk.all_turns()
    await send_back(desk, await desk.module(module_id), "The example is dull.")
    card = await give_up(desk)
    await press(desk, "mia", buttons_of(card)["Start again"])
    await desk.all_turns()
    module = await desk.module(module_id)
    assert (module.state, module.number) == ("in_review", 2)


async def test_a_redrafting_is_stopped_by_whoever_asked(desk: Desk) -> None:
    module_id = await desk.ask_for("remedial")
    await desk.all_turns()
    await send_back(desk, await desk.module(module_id), "The example is dull.")
    await desk.turn()
    stop = buttons_of(desk.chat.last[2])["Stop"]
    assert stop.confirm == "Stop, and withdraw this draft for good?"
    said = await press(desk, "mia", stop)
    assert "is withdrawn" in said[-1][2].summary
    assert any(card.summary.startswith("Withdrawn") for _, _, card in said), "the review card"
    await desk.all_turns()
    module = await desk.module(module_id)
    assert (module.state, module.number) == ("withdrawn", 1)


async def test_a_worker_that_gives_up_says_so(pool: Pool, conn: Connection, tmp_path: Path) -> None:
    desk = Desk(await review_world(conn, tmp_path))
    queue = Queue(pool)
    await queue.open()
    module_id = await desk.ask_for()

    class Broken(Author):
        async def ask(self, prompt: Prompt, answer: type[T], usage: Usage) -> T:
            raise ZeroDivisionError

    broken: LanguageModel = Broken(diligent)
    process = Process(pool, queue, broken)
    await InboxLater(conn, process.inbox, NOW).defer("draft", str(module_id))
    await conn.commit()
    failures = 0
    while left := await process.waiting():
        try:
            await process.worker.work_off(left[0])
        except TryLater:
            failures += 1
    assert failures == MAX_ATTEMPTS - 1
    assert "reference" in await drafting_ends.given_up_words(conn, module_id)


@pytest.fixture
async def sop(conn: Connection, tmp_path: Path) -> Sop:
    sop = Sop(await review_world(conn, tmp_path))
    await sop.begins()
    return sop


async def test_a_revision_that_was_stopped_can_be_asked_for_again(sop: Sop) -> None:
    office = Office(sop.world, later=sop.later)
    old = await published(office)
    await sop.revise(SOP.replace("£75", "£50"))
    ((task, subject),) = [each for each in office.later.deferred if each[0] == "flagged"]
    office.later.deferred.clear()
    event = Due(task, subject, NOW)
    conn = office.world.conn
    await due.on_due(conn, office.services, office.chat, office.later, event, NOW)
    revision = await revision_of(office, old)
    stop = Button("Stop", "draft.stop", f"module:{revision.id}")
    office.later.deferred.clear()
    said = await office.press_button("mia", stop, None, {})
    again = buttons_of(said[-1][2])["Draft a revision"]
    assert again.subject == f"module:{old.id}"
    (refused,) = await office.press_button("priya", again, None, {})
    assert "asked for by L&D" in refused[2].summary
    await office.press_button("jo", again, None, {})
    new = await revision_of(office, old)
    assert (new.state, new.requested_by) == ("in_review", office.world.people["jo"].id)
    (late,) = await office.press_button("mia", again, None, {})
    assert f"under way already (module {new.id})" in late[2].summary


async def test_a_revision_that_could_not_even_be_asked_for_is_said(sop: Sop) -> None:
    office = Office(sop.world, later=sop.later)
    old = await published(office)
    await sop.revise(SOP.replace("£75", "£50"))
    found: Any = next(each for each in office.later.deferred if each[0] == "flagged")
    office.later.deferred.clear()
    conn = office.world.conn
    await due.on_given_up(conn, office.chat, Due(*found, NOW), "K7Q2", NOW)
    ((card,),) = [cards for who, cards in direct(office.chat).items() if who == "mia@example.com"]
    await office.press_button("mia", buttons_of(card)["Draft a revision"], None, {})
    assert (await revision_of(office, old)).state == "in_review"
    module = await store.fetch_module(conn, old.id)
    assert module == replace(old, state="flagged", moved_at=module.moved_at if module else NOW)
