"""What an edited line rests on: the words of the SOPs that say it, found by what checks them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from changing_sop import Sop
from kiln import checked
from review_world import review_world
from sop_texts import sop_text
from test_review import Office, fields_of, words
from verbatim_drafts import made

from handlers.cards import Button, Field
from handlers.services import Connection
from indexing.nouns import SopText
from learning.modules import Cite, Guide, JobAid, Sentence
from review import store
from review.editing import replaced
from review.nouns import Module

GAS = """\
# Gas alarm in the boiler room

## A. First minutes

A.1 Read the zone on the gas panel. Do not silence the siren.
A.2 Take the torch and the radio.

## B. Clear the room

- The duty engineer
  - shuts the main valve outside the door
  - hangs the red tag on the valve
- Visitors leave by the north stairs.

## 3.1 Afterwards

Step 1 - Silence the siren and reset the panel.

Step 2 - Air the room for 20 minutes. Then read the panel again.

| Reading | What you do |
|---|---|
| Below 5 % | Open the room to visitors |
"""
SOP = sop_text(GAS, "gas.md")
TORCH = "A.2 Take the torch and the radio."
AID = JobAid(
    "Gas alarm",
    (
        Sentence("First minutes:", authored=True),
        Sentence(TORCH, (Cite("shop", "gas.md", 7, "3", "A. First minutes", TORCH),)),
    ),
)
OTHER = replace(sop_text("# Lifts\n\nNobody uses the lifts.", "lifts.md"), document_id=2)


def edited(*lines: str, aid: JobAid = AID, sops: tuple[SopText, ...] = (SOP, OTHER)) -> JobAid:
    content = replaced(aid, "aid", lines, sops)
    assert isinstance(content, JobAid)
    return content


def quotes(line: Sentence) -> list[str]:
    return [cite.quote for cite in line.cites]


def added(line: str) -> Sentence:
    """What becomes of a line that is put below the aid's own."""
    content = edited("First minutes:", TORCH, line)
    assert content.lines[:2] == AID.lines
    return content.lines[2]


FIRST = "A.1 Read the zone on the gas panel."


@pytest.mark.parametrize(
    ("line", "found"),
    [
        # The SOP's own words, marks and all.
        (f"{FIRST} Do not silence the siren.", [f"{FIRST} Do not silence the siren."]),
        ("Do not silence the siren.", ["Do not silence the siren."]),
        ("Read the zone on the panel.", [FIRST]),
        ("Visitors leave by the north stairs.", ["Visitors leave by the north stairs."]),
        # A mark that stands in the passage, and the number of the section.
        ("Step 2 – Air the room for 20 minutes.", ["Step 2 - Air the room for 20 minutes."]),
        ("3.1 Air the room for 20 minutes.", ["Step 2 - Air the room for 20 minutes."]),
        # Sentences from two places are two quotes.
        (
            "Read the zone on the panel. Air the room for 20 minutes.",
            [FIRST, "Step 2 - Air the room for 20 minutes."],
        ),
        # Of a point and what stands over it, and of a row.
        (
            "The duty engineer shuts the main valve outside the door.",
            [
                "The duty engineer\n  - shuts the main valve outside the door\n"
                "  - hangs the red tag on the valve"
            ],
        ),
        ("Below 5 %, open the room to visitors.", ["| Below 5 % | Open the room to visitors |"]),
    ],
)
async def test_a_new_line_rests_on_the_words_that_say_it(line: str, found: list[str]) -> None:
    said = added(line)
    assert (quotes(said), said.authored) == (found, False)
    assert all(any(cite.quote in each.text for each in SOP.passages) for cite in said.cites)
    checks = await checked(edited("First minutes:", TORCH, line), sops=[SOP, OTHER])
    assert not checks.blocked, checks.findings


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("Air the room for 30 minutes.", "Air the room for 30 minutes."),
        ("Read the zone on the panel. Then drink a coffee.", "Then drink a coffee."),
        ("B.1 Read the zone on the panel.", "B.1 Read the zone on the panel."),
        ("3.2 Air the room for 20 minutes.", "3.2 Air the room for 20 minutes."),
        # Said elsewhere, of another moment, and denied where it stands.
        ("Silence the siren at once.", "Silence the siren at once."),
        # An SOP that the aid does not rest on supports nothing of it.
        ("Nobody uses the lifts.", "Nobody uses the lifts."),
    ],
)
async def test_what_no_passage_says_stays_blocked_and_is_named(line: str, fault: str) -> None:
    assert quotes(added(line))[-1] == TORCH, "its neighbour's"
    checks = await checked(edited("First minutes:", TORCH, line), sops=[SOP, OTHER])
    assert [(f.code, f.text) for f in checks.findings if f.blocks] == [("unsupported", fault)]


def test_a_changed_line_finds_other_words_and_one_that_moved_keeps_its_own() -> None:
    content = edited("First minutes:", "Visitors leave by the north stairs.")
    assert quotes(content.lines[1]) == ["Visitors leave by the north stairs."]
    moved = edited("Do not silence the siren.", TORCH, "First minutes:")
    assert moved.lines[1:] == (AID.lines[1], AID.lines[0])
    assert edited(TORCH, "Afterwards:").lines[1] == Sentence("Afterwards:", authored=True)


def test_of_two_places_that_say_it_the_neighbour_s_is_taken() -> None:
    twice = sop_text(
        "# Doors\n\n## Shop\n\nLock it. Shut the door.\n\n## Office\n\nShut the door. Ring 12.",
        "doors.md",
    )
    for section, near in (("Shop", "Lock it."), ("Office", "Ring 12.")):
        aid = JobAid("Doors", (Sentence(near, (Cite("shop", "doors.md", 7, "3", section, near),)),))
        line = edited(near, "Shut the door.", aid=aid, sops=(twice,)).lines[1]
        assert [(c.section, c.quote) for c in line.cites] == [(section, "Shut the door.")]


def test_a_line_drafted_from_a_revision_that_is_gone_cites_the_one_in_force() -> None:
    now = replace(SOP, revision=8, version="4")
    line = edited("First minutes:", TORCH, "Read the zone on the panel.", sops=(now,)).lines[2]
    assert [(cite.revision, cite.version) for cite in line.cites] == [(8, "4")]


def test_a_line_of_a_guide_finds_its_words_too() -> None:
    sop = sop_text("# Ovens\n\n1. Heat it.\n2. Clean it.\n\nThe door is hot.")
    guide = made("guide", sop).content
    content = replaced(guide, "novice.2", ["Clean it.", "The door is hot."], [sop])
    assert isinstance(content, Guide)
    assert [quotes(line) for line in content.novice[1].lines] == [
        ["Clean it."],
        ["The door is hot."],
    ]


# Through the doors of the house


@pytest.fixture
async def sop(conn: Connection, tmp_path: Path) -> Sop:
    sop = Sop(await review_world(conn, tmp_path))
    await sop.begins()
    await sop.revise(GAS)
    sop.world.revision = await sop.in_force()
    return sop


async def aid_with(sop: Sop, line: str) -> tuple[Module, str]:
    """A job aid that cites the torch alone, with a line that Lee adds; what Lee is told."""
    office = Office(sop.world, later=sop.later)
    cite = Cite("shop", "refunds.md", sop.world.revision, "3", "A. First minutes", TORCH)
    module = await sop.world.drafted(JobAid("Gas alarm", (Sentence(TORCH, (cite,)),)))
    edit = Button("Edit", "review.edit", f"module:{module.id}.{module.number}")
    said = await office.press_button("lee", edit, None, {})
    offered = next(card for kind, _, card in said if kind == "direct")
    (choice,) = (block for block in offered.blocks if isinstance(block, Field))
    opened = await office.press(
        "lee", "Open", ("card-x", offered), **{choice.name: choice.options[0]}
    )
    card = opened[-1][2]
    assert "for a changed or a new one I look for it" in words(card)
    typed = {fields_of(card)["text"]: f"{TORCH}\n{line}"}
    said = await office.press("lee", "Save", ("card-x", card), **typed)
    found = await store.fetch_module(sop.world.conn, module.id)
    assert found
    return found, said[-1][2].summary


async def test_the_sop_s_own_words_can_be_added_and_a_change_of_them_flags(sop: Sop) -> None:
    line = f"{FIRST} Do not silence the siren."
    module, told = await aid_with(sop, line)
    assert "is changed and before its reviewers again" in told
    stored = await store.fetch_content(sop.world.conn, module.id, module.number)
    assert stored
    assert not stored.checks.blocked
    assert stored.checks.supported == 2
    await sop.world.approve(module, "dana")
    await sop.world.approve(module, "jo")
    assert await sop.world.state(module) == "published"

    await sop.revise(GAS.replace("20 minutes", "40 minutes"))
    assert await sop.world.state(module) == "published", "that is no word of it"
    await sop.revise(GAS.replace("Do not silence the siren", "Silence the siren at once"))
    assert await sop.world.state(module) == "flagged"


async def test_what_no_passage_says_is_told_with_the_words_that_come_nearest(sop: Sop) -> None:
    module, told = await aid_with(sop, "Take the torch and the radio. Air the room for 30 minutes.")
    assert "“Air the room for 30 minutes.”: no cited passage says this (30 minutes)" in told
    assert (
        "Nearest in the SOPs it rests on (3.1 Afterwards):"
        " “Step 2 - Air the room for 20 minutes.”" in told
    )
    stored = await store.fetch_content(sop.world.conn, module.id, module.number)
    assert stored
    assert stored.checks.blocked


async def test_words_with_nothing_like_them_are_told_so(sop: Sop) -> None:
    _, told = await aid_with(sop, "Feed every hamster twice.")
    assert "Nothing in the SOPs it rests on comes near that." in told
