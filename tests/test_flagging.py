"""What people meet when a source changes: a flag, a revision with both differences, a warning."""

from __future__ import annotations

import io
from collections.abc import Collection
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from changing_sop import SOP, Sop
from fakes import FakeChat, FakeLater
from review_world import review_world
from sop_folder import NOW, TODAY
from test_review import REVIEW, SERVICES, Office, fields_of, ticked, words

from bot import commands
from bot import store as house_store
from bot.__main__ import parser
from bot.database import Database, Pool
from bot.inbox import Inbox, InboxLater, Worker
from bot.outbox import Outbox
from bot.settings import Settings
from handlers import due, library
from handlers.cards import Button, Buttons, Card
from handlers.inbound import Due
from handlers.published_cards import not_in_use_words
from handlers.services import Connection, Services
from learning.store import act_as
from review import store
from review.nouns import Module
from review.states import MOVES
from review.store.flags import fetch_under_way


@pytest.fixture
async def sop(conn: Connection, tmp_path: Path) -> Sop:
    sop = Sop(await review_world(conn, tmp_path))
    await sop.begins()
    return sop


@pytest.fixture
def office(sop: Sop) -> Office:
    return Office(sop.world, later=sop.later)


async def published(office: Office) -> Module:
    """A guide that was drafted, approved twice and published as people do it."""
    module = await office.drafted()
    for name in ("dana", "jo"):
        card = office.card()
        await office.press(name, "Approve", card, **ticked(card[1]))
    assert await office.world.state(module) == "published"
    office.chat.said.clear()
    await office.world.conn.commit()
    return module


async def revision_of(office: Office, module: Module) -> Module:
    under_way = await fetch_under_way(office.world.conn, module.id)
    assert under_way
    found = await store.fetch_module(office.world.conn, under_way)
    assert found
    return found


def buttons_of(card: Card) -> dict[str, Button]:
    return {
        button.label: button
        for block in card.blocks
        if isinstance(block, Buttons)
        for button in block.buttons
    }


def direct(chat: FakeChat) -> dict[str, list[Card]]:
    told: dict[str, list[Card]] = {}
    for kind, where, card in chat.said:
        if kind == "direct":
            told.setdefault(where, []).append(card)
    return told


async def test_flagged_revised_approved_twice_and_in_use_again(office: Office, sop: Sop) -> None:
    old = await published(office)
    await sop.revise(SOP.replace("£75", "£50"))
    assert await office.world.published() == []
    await office.work_off()

    new = await revision_of(office, old)
    assert (new.revises, new.because, new.state) == (old.id, "source_changed", "in_review")
    assert new.source == "shop:refunds.md"
    said = [card for kind, where, card in office.chat.said if kind == "update"]
    assert said[0].summary.startswith("Flagged")
    ref, card = office.card()
    assert "What changed in the source" in words(card)
    assert "Was: Above £75, a shift lead approves at the till." in words(card)
    assert "Now: Above £50, a shift lead approves at the till." in words(card)
    told = await office.press("dana", "Changes since the last version", (ref, card))
    (shown,) = [card for kind, _, card in told if kind == "direct"]
    assert "£75" in words(shown)
    assert "£50" in words(shown)

    await office.press("dana", "Approve", (ref, card), **ticked(card))
    card_of_one = office.card()
    await office.press("jo", "Approve", card_of_one, **ticked(card_of_one[1]))
    assert await office.world.published() == [new.id]
    assert await office.world.state(old) == "superseded"


async def test_an_old_button_says_why_a_module_is_not_shown_any_more(
    office: Office, sop: Sop
) -> None:
    module = await published(office)
    show = Button("Show", "module.show", f"module:{module.id}")
    await sop.revise(SOP.replace("£75", "£50"))
    (_, _, flagged), *_ = await office.press_button("priya", show, None, {})
    assert "out of use: its source has changed, and no revision of it" in flagged.summary
    new = await revision_of(office, module)
    for name in ("dana", "jo"):
        card = office.card()
        await office.press(name, "Approve", card, **ticked(card[1]))
    assert await office.world.state(new) == "published"
    ((_, _, replaced),) = await office.press_button("priya", show, None, {})
    assert "a newer one has taken its place" in replaced.summary


def test_every_end_of_what_was_published_is_said() -> None:
    said = {state: not_in_use_words(state) for state in MOVES}
    assert "it was withdrawn" in said["withdrawn"]
    assert said["draft"] == not_in_use_words(None)
    ended = {said[state] for state in ("flagged", "suspended", "superseded", "withdrawn")}
    assert len(ended) == 4
    assert all(words.startswith("That is out of use") for words in ended)


async def test_requester_and_owner_are_told_once(office: Office, sop: Sop) -> None:
    old = await published(office)
    await sop.revise(SOP.replace("£75", "£50"))
    await office.work_off()
    told = direct(office.chat)
    assert set(told) == {"mia@example.com", "dana@example.com"}
    first = told["mia@example.com"][0]
    assert "is out of use: its source changed" in first.summary
    new = await revision_of(office, old)
    assert f"(module {new.id})" in words(first)
    assert len(told["dana@example.com"]) == 1
    assert "£50" in words(told["dana@example.com"][0])


async def test_once_the_requester_has_left_another_ld_professional_asks(
    office: Office, sop: Sop
) -> None:
    old = await published(office)
    mia = office.world.people["mia"]
    await act_as(office.world.conn, "tests", {})
    await office.world.conn.execute(
        "update learning.person set active = false where id = %s", [mia.id]
    )
    await sop.revise(SOP.replace("£75", "£50"))
    await office.work_off()
    new = await revision_of(office, old)
    assert new.requested_by == office.world.people["jo"].id
    assert "mia@example.com" not in direct(office.chat)
    assert "jo@example.com" in direct(office.chat)


async def test_with_no_ld_professional_left_the_owner_hears_it(office: Office, sop: Sop) -> None:
    old = await published(office)
    await act_as(office.world.conn, "tests", {})
    await office.world.conn.execute(
        "update learning.person set active = false where 'ld' = any(seats)"
    )
    await sop.revise(SOP.replace("£75", "£50"))
    await office.work_off()
    assert await fetch_under_way(office.world.conn, old.id) is None
    told = direct(office.chat)
    assert list(told) == ["dana@example.com"]
    assert "Nobody is left to ask for a revision" in words(told["dana@example.com"][0])


async def test_a_source_that_changes_again_is_said_on_the_revision(
    office: Office, sop: Sop
) -> None:
    old = await published(office)
    await sop.revise(SOP.replace("£75", "£50"))
    await office.work_off()
    new = await revision_of(office, old)
    office.chat.said.clear()
    await sop.revise(SOP.replace("£75", "£40"))
    await office.work_off()
    assert (await revision_of(office, old)).id == new.id
    assert direct(office.chat) == {}
    updated = [card for kind, _, card in office.chat.said if kind == "update"]
    assert any("has changed or may not be used today" in words(card) for card in updated)
    assert "Now: Above £40" in words(updated[-1])
    assert "Now: Above £50" not in words(updated[-1])


async def test_a_draft_whose_source_changed_is_refused_and_drafted_again(
    office: Office, sop: Sop
) -> None:
    module = await office.drafted()
    await sop.revise(SOP.replace("£75", "£50"))
    card = office.card()
    said = await office.press("dana", "Approve", card, **ticked(card[1]))
    assert "What this rests on has changed" in said[0][2].summary
    ref, drawn = office.card()
    assert "Request changes to have it drafted again" in words(drawn), "the card says so too"
    comment = {fields_of(drawn)["comment"]: "Draft it from what is in force."}
    await office.press("dana", "Request changes", (ref, drawn), **comment)
    ref, drawn = office.card()
    assert "has changed or may not be used" not in words(drawn)
    assert "£50" in words(drawn)
    await office.press("dana", "Approve", (ref, drawn), **ticked(drawn))
    found = await store.fetch_module(office.world.conn, module.id)
    assert found
    assert found.state == "approved_by_one"


async def test_a_draft_whose_source_changed_says_so_before_anybody_presses(
    office: Office, sop: Sop
) -> None:
    await office.drafted()
    await sop.revise(SOP.replace("£75", "£50"))
    assert office.later.deferred, "the draft's card is looked at again"
    await office.work_off()
    card = office.card()
    assert "has changed or may not be used today" in words(card[1])
    said = await office.press("dana", "Approve", card)
    assert "What this rests on has changed" in said[0][2].summary, "before any tick is asked for"


async def test_a_source_that_returns_takes_its_warning_off_the_card(
    office: Office, sop: Sop
) -> None:
    module = await office.drafted()
    await sop.revise(SOP.replace("£75", "£50"))
    await office.work_off()
    assert "has changed or may not be used today" in words(office.card()[1])
    await sop.revise(SOP)
    await office.work_off()
    card = office.card()
    assert "has changed or may not be used" not in words(card[1])
    said = list(office.chat.said)
    await sop.revise(SOP + "\nKeep the receipt roll dry.\n")
    await office.work_off()
    assert office.chat.said == said, "a card that says nothing of it is left alone"
    await office.press("dana", "Approve", card, **ticked(card[1]))
    found = await store.fetch_module(office.world.conn, module.id)
    assert found
    assert found.state == "approved_by_one"


async def test_a_card_shown_while_its_source_is_out_hears_of_its_return(
    office: Office, sop: Sop
) -> None:
    module = await office.drafted()
    await sop.revise(SOP.replace("£75", "£50"))
    office.later.deferred.clear()
    show = Button("Review it", "review.show", f"module:{module.id}")
    said = await office.press_button("dana", show, None, {})
    (mine,) = [card for kind, _, card in said if kind == "direct"]
    assert "has changed or may not be used today" in words(mine)
    before = len(office.chat.said)
    await sop.revise(SOP)
    await office.work_off()
    updated = [card for kind, _, card in office.chat.said[before:] if kind == "update"]
    assert len(updated) == 2, "theirs, and the one of the channel"
    assert not any("may not be used" in words(card) for card in updated)


async def test_a_source_withdrawn_while_its_draft_is_in_review(office: Office, sop: Sop) -> None:
    await office.drafted()
    (sop.world.shop.folder / "refunds.md").unlink()
    await sop.index()
    card = office.card()
    said = await office.press("dana", "Approve", card, **ticked(card[1]))
    assert "Refund without a receipt (refunds.md)" in said[0][2].summary
    assert "may not be used today" in words(office.card()[1])
    await sop.revise(SOP)
    await office.work_off()
    assert "may not be used today" not in words(office.card()[1]), "it is back"


async def test_nothing_left_to_draft_from_is_said(office: Office, sop: Sop) -> None:
    old = await published(office)
    (sop.world.shop.folder / "refunds.md").unlink()
    (sop.world.shop.folder / "delivery.md").unlink()
    await sop.index()
    await office.work_off()
    assert await office.world.state(old) == "flagged"
    assert await fetch_under_way(office.world.conn, old.id) is None
    first, second = direct(office.chat)["mia@example.com"]
    assert "was withdrawn" in words(first)
    assert "I could not draft" in second.summary


async def test_a_text_that_waits_is_told_once(office: Office, sop: Sop) -> None:
    await published(office)
    await sop.revise(SOP.replace("£75", "£50"), validated=False)
    deferred = list(sop.later.deferred)
    await office.work_off()
    told = direct(office.chat)
    assert list(told) == ["mia@example.com"]
    (card,) = told["mia@example.com"]
    assert "stays in use for now" in card.summary
    assert "Now: Above £50" in words(card)
    office.chat.said.clear()
    await sop.validate()
    sop.later.deferred += deferred
    await office.work_off()
    assert all("stays in use" not in card.summary for _, _, card in office.chat.said)


async def test_a_reporter_hears_that_the_source_changed(office: Office, sop: Sop) -> None:
    module = await published(office)
    press = await office.world.press("priya")
    await store.insert_remark(
        office.world.conn,
        module,
        kind="report",
        person_id=office.world.people["priya"].id,
        text="The limit is £50 now.",
        press=press,
        now=NOW,
    )
    await sop.revise(SOP.replace("£75", "£50"))
    await office.work_off()
    (card,) = direct(office.chat)["priya@example.com"]
    assert "its source has changed" in card.summary


async def test_what_was_withdrawn_meanwhile_needs_no_revision(office: Office, sop: Sop) -> None:
    module = await published(office)
    await sop.revise(SOP.replace("£75", "£50"))
    await store.mark_state(
        office.world.conn, module.id, "withdrawn", actor="dana@example.com", now=NOW
    )
    await office.work_off()
    assert office.chat.said == []
    assert await fetch_under_way(office.world.conn, module.id) is None


async def test_what_a_kill_leaves_undone_is_done_later(
    office: Office, sop: Sop, pool: Pool
) -> None:
    module = await published(office)
    conn = office.world.conn
    put_off: list[int] = []

    async def lost(_: Connection, inbox_id: int, lock: str) -> None:
        put_off.append(inbox_id)  # the process dies before anybody takes the job up

    inbox = Inbox(lost)

    async def revised(document_ids: Collection[int]) -> None:
        await library.on_revised(conn, InboxLater(conn, inbox, NOW), document_ids, NOW)

    await sop.revise(SOP.replace("£75", "£50"), revised=revised)
    await conn.commit()
    assert await office.world.state(module) == "flagged"
    await conn.commit()
    (flagged,) = put_off
    event = await house_store.fetch_event(conn, flagged)
    assert event
    assert (event.state, event.payload["task"]) == ("waiting", "flagged")
    services = Services(None, None, review_places=(REVIEW,))
    worker = Worker(pool, {}, services, Outbox(pool, {}, lambda: NOW), lambda: NOW, inbox)
    for _ in range(2):
        await worker.work_off(flagged)
    await conn.commit()
    new = await revision_of(office, module)
    assert (new.because, new.state) == ("source_changed", "draft")
    await conn.commit()
    assert len(put_off) == 2, "the draft, put off once"


async def test_a_due_event_for_nothing_is_left(office: Office) -> None:
    for task, subject in (("flagged", "4711"), ("moved", "4711"), ("warned", "1.2.3")):
        await due.on_due(
            office.world.conn,
            SERVICES,
            office.chat,
            FakeLater(),
            Due(task, subject, NOW),
            NOW,
        )
    assert office.chat.said == []


async def test_the_shell_says_which_modules_a_new_text_takes_out_of_use(
    office: Office, sop: Sop, database: Database, tmp_path: Path
) -> None:
    module = await published(office)
    other = await sop.world.drafted()
    await sop.world.conn.commit()
    sop.write(SOP.replace("£75", "£50"), TODAY)
    house = Settings(
        jobaid_embeddings="none",
        jobaid_home=tmp_path / "home",
        database_url=database.url,
        database_admin_url=database.admin_url,
    )
    out = io.StringIO()
    words = ["index", str(sop.world.shop.folder), "--source", "shop"]
    with redirect_stdout(out):
        assert await commands.run(parser().parse_args(words), house) == 0
    said = out.getvalue()
    assert "1 module is out of use, because the sources changed:" in said
    named = "Guide “Refund without a receipt”"
    assert f"  {named} (module {module.id})\nTheir revisions are drafted once a worker" in said
    assert f"  {named} (module {other.id})\nTheir cards say so once a worker runs" in said
