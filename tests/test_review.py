"""The conversation of review: a gap, a draft, its reviewers' presses, what everybody is told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fakes import FakeChat, FakeLater
from review_world import NOW, World, review_world

from handlers import due, presses
from handlers.cards import Button, Buttons, Card, Field
from handlers.inbound import CardRef, Due, Place, Pressed
from handlers.services import Connection, Services
from review import store
from review.nouns import Module

REVIEW = Place("web:review")
SERVICES = Services(None, None, review_places=(REVIEW,))
TICKS = "Accurate\nRight tone\nCompliant"


@dataclass
class Office:
    """Review as people meet it: who presses what on which card, and what was said of it."""

    world: World
    chat: FakeChat = field(default_factory=FakeChat)
    later: FakeLater = field(default_factory=FakeLater)
    now: datetime = NOW
    services: Services = SERVICES

    async def press(
        self, name: str, label: str, card: tuple[str, Card], **fields: str
    ) -> list[tuple[str, str, Card]]:
        """Press a button of a card (`ref`, card); what was said because of it."""
        ref, drawn = card
        button = next(
            button
            for block in drawn.blocks
            if isinstance(block, Buttons)
            for button in block.buttons
            if button.label == label
        )
        return await self.press_button(name, button, ref, fields)

    async def press_button(
        self, name: str, button: Button, ref: str | None, fields: dict[str, str]
    ) -> list[tuple[str, str, Card]]:
        before = len(self.chat.said)
        self.now += timedelta(minutes=1)
        pressed = Pressed(
            self.world.people[name],
            REVIEW,
            CardRef(ref) if ref else None,
            button.action,
            button.subject,
            await self.world.press(name, button.subject, button.action),
            self.now,
            "channel",
            fields,
        )
        conn = self.world.conn
        await presses.on_pressed(conn, self.services, self.chat, self.later, pressed, self.now)
        await self.work_off()
        return self.chat.said[before:]

    async def work_off(self) -> None:
        while self.later.deferred:
            task, subject = self.later.deferred.pop(0)
            conn = self.world.conn
            await due.on_due(
                conn, self.services, self.chat, self.later, Due(task, subject, self.now), self.now
            )

    def card(self) -> tuple[str, Card]:
        """The review card as it stands now, with its reference."""
        shown: dict[str, Card] = {}
        for number, (kind, where, card) in enumerate(self.chat.said, 1):
            if kind == "post" and where == REVIEW:
                shown[f"card-{number}"] = card
            elif kind == "update" and where in shown:
                shown[where] = card
        return list(shown.items())[-1]

    async def drafted(self, kind: str = "Guide") -> Module:
        said = await self.press_button(
            "mia",
            Button("Draft it", "draft.start", "gap:refunds-gap"),
            None,
            {"kind": kind, "context": "At the till, with the customer waiting"},
        )
        assert said, "the requester is told"
        modules = await store.fetch_modules(self.world.conn)
        return modules[0][0]


@pytest.fixture
async def office(conn: Connection, tmp_path: Path) -> Office:
    return Office(await review_world(conn, tmp_path))


def fields_of(card: Card) -> dict[str, str]:
    """The full names of a card's fields by what they begin with."""
    return {
        block.name.partition(":")[0]: block.name
        for block in card.blocks
        if isinstance(block, Field)
    }


def ticked(card: Card, comment: str = "") -> dict[str, str]:
    names = fields_of(card)
    return {names["ticks"]: TICKS, names["comment"]: comment}


def words(card: Card) -> str:
    return str(card.blocks)


async def test_a_gap_becomes_a_published_guide(office: Office) -> None:
    module = await office.drafted()
    assert module.state == "in_review"
    ref, card = office.card()
    assert "Draft for review: Guide" in card.summary
    assert "waiting for Dana Cole, Lee Park or Max Both" in words(card)
    assert "Above £75, a shift lead approves at the till. [1]" in words(card)

    said = await office.press("dana", "Approve", (ref, card), **ticked(card))
    assert [kind for kind, *_ in said] == [
        "update",
        "whisper",
        "direct",
    ], "the card, what it did, and the minutes"
    assert said[1][2].summary.startswith("Approved as SME (refunds). Still needed: one approval")
    ref, card = office.card()
    assert "approved by Dana Cole" in words(card)
    assert "waiting for Jo Silva or Max Both" in words(card), "not Mia, who asked for it"

    said = await office.press("jo", "Approve", (ref, card), **ticked(card))
    (_, _, done) = next(each for each in said if each[0] == "whisper")
    assert done.summary == "Approved as L&D. It is published."
    ref, card = office.card()
    assert card.summary.startswith("Published")
    assert ("direct", "mia@example.com") in {(kind, where) for kind, where, _ in said}
    assert await office.world.published() == [module.id]


async def test_what_answers_find_it_by_is_computed_by_the_press_that_publishes(
    office: Office,
) -> None:
    embedder = office.world.shop.embedder
    office.services = replace(SERVICES, embedder=embedder)
    await office.drafted()
    before = embedder.embedded
    ref, card = office.card()
    await office.press("dana", "Approve", (ref, card), **ticked(card))
    assert embedder.embedded == before
    ref, card = office.card()
    await office.press("jo", "Approve", (ref, card), **ticked(card))
    passages = await office.world.shop.value(
        "select count(embedding) from indexing.passage p join indexing.document d"
        " on d.id = p.document_id where d.kind = 'module'"
    )
    assert embedder.embedded - before == passages > 0


async def test_pressing_without_ticks_says_what_is_missing(office: Office) -> None:
    await office.drafted()
    ref, card = office.card()
    (said,) = await office.press("dana", "Approve", (ref, card))
    assert said[0] == "whisper"
    assert "“Accurate”, “Right tone” and “Compliant”" in said[2].summary


async def test_refusals_say_whom_to_ask(office: Office) -> None:
    await office.drafted()
    card = office.card()
    (said,) = await office.press("mia", "Approve", card, **ticked(card[1]))
    assert "You drafted this one, so somebody else has to approve it" in said[2].summary
    assert "Jo Silva" in said[2].summary
    (said,) = await office.press("priya", "Approve", card, **ticked(card[1]))
    assert "Only reviewers of refunds" in said[2].summary
    cursor = await office.world.conn.execute(
        "select actor, detail ->> 'why' from audit.event where act = 'press.refused' order by id"
    )
    assert await cursor.fetchall() == [
        ("mia@example.com", "IsAuthor"),
        ("priya@example.com", "NotAReviewer"),
    ]


async def test_a_comment_comes_back_as_a_revision(office: Office) -> None:
    module = await office.drafted()
    ref, card = office.card()
    (said,) = await office.press("dana", "Request changes", (ref, card))
    assert "Say why in the field" in said[2].summary
    said = await office.press(
        "dana", "Request changes", (ref, card), **{fields_of(card)["comment"]: "Name the till."}
    )
    (answered,) = (each[2].summary for each in said if each[0] == "whisper")
    assert answered.startswith("Sent back with your comment. Without a language model I can only")
    assert answered.endswith("to change them, use Edit on the card.")
    assert not any(".”." in each[2].summary for each in said)
    for name in ("mia", "dana"):
        told = [card.summary for _, who, card in said if who == f"{name}@example.com"]
        assert "without a language model I only take the SOP's own words" in told[-1], name
    found = await store.fetch_module(office.world.conn, module.id)
    assert found
    assert (found.state, found.number) == ("in_review", 2)
    assert "and the text came out the same. Use Edit to change it." in words(office.card()[1])
    said = await office.press("dana", "Approve", (ref, card), **ticked(card))
    assert any("has changed since this card was posted" in each[2].summary for each in said)
    assert await office.world.published() == []


async def test_an_edit_makes_an_author_and_voids_approvals(office: Office) -> None:
    module = await office.drafted("Job aid")
    ref, card = office.card()
    await office.press("dana", "Approve", (ref, card), **ticked(card))
    ref, card = office.card()
    said = await office.press("lee", "Edit", (ref, card))
    offered = next(each[2] for each in said if each[0] == "direct")
    assert "Saving makes you one of its authors" in words(offered)
    choice = next(block for block in offered.blocks if isinstance(block, Field))
    said = await office.press(
        "lee", "Open", ("card-x", offered), **{choice.name: choice.options[0]}
    )
    opened = said[-1][2]
    text = next(block for block in opened.blocks if isinstance(block, Field))
    edited = text.value.replace("£75", "£50")
    said = await office.press("lee", "Save", ("card-x", opened), **{text.name: edited})
    saved = said[-1][2].summary
    assert "but nobody can approve it yet: " in saved
    assert "no cited passage says this (above £50); the card says what." in saved
    ref, card = office.card()
    assert "no cited passage says this" in words(card), "an unsupported line blocks"
    (said_to_jo,) = await office.press("jo", "Approve", (ref, card), **ticked(card))
    assert "A check found something nobody may approve" in said_to_jo[2].summary
    found = await store.fetch_module(office.world.conn, module.id)
    assert found
    assert (found.state, found.round) == ("in_review", 2)


async def test_an_edit_passes_every_check_of_a_draft(office: Office) -> None:
    await office.drafted("Job aid")
    said = await office.press("lee", "Edit", office.card())
    offered = next(each[2] for each in said if each[0] == "direct")
    choice = next(block for block in offered.blocks if isinstance(block, Field))
    said = await office.press(
        "lee", "Open", ("card-x", offered), **{choice.name: choice.options[0]}
    )
    text = next(block for block in said[-1][2].blocks if isinstance(block, Field))
    edited = f"{text.value} Ring Sarah Johnson on 07911 123456, see https://shop.example/"
    await office.press("lee", "Save", ("card-x", said[-1][2]), **{text.name: edited})
    shown = words(office.card()[1])
    assert "looks like a real person's data" in shown
    assert "07911 123456 and Sarah Johnson" in shown
    assert "links have no place in a module" in shown
    assert "quoted words do not stand" not in shown, "its source is looked up again"


async def test_a_revision_is_not_called_a_duplicate_of_what_it_replaces(office: Office) -> None:
    conn, module = office.world.conn, await office.drafted()
    for name in ("dana", "jo"):
        await office.press(name, "Approve", office.card(), **ticked(office.card()[1]))
    assert [found for found, _ in await store.fetch_published(conn, "guide")] == [module.id]
    assert await store.fetch_published(conn, "guide", without=module.id) == []
    await office.drafted()
    assert f"Module {module.id} says nearly the same" in words(office.card()[1])


async def test_a_copy_of_a_card_decides_nothing(office: Office) -> None:
    await office.drafted()
    _, card = office.card()
    (said,) = await office.press("dana", "Approve", ("elsewhere", card), **ticked(card))
    assert "That card is a copy" in said[2].summary


async def test_a_request_names_what_is_missing(office: Office) -> None:
    async def start(name: str, gap: str = "refunds-gap", **fields: str) -> str:
        said = await office.press_button(
            name, Button("Draft it", "draft.start", f"gap:{gap}"), None, fields
        )
        return said[0][2].summary

    assert "There is no gap “nothing”" in await start("mia", "nothing", kind="guide")
    assert "Drafts are asked for by L&D" in await start(
        "priya", kind="guide", context="at the till"
    )
    assert "Say in a few words where" in await start("mia", kind="guide")
    assert "Say what kind to draft" in await start("mia", kind="poem", context="at the till")
    assert await store.fetch_modules(office.world.conn) == []
