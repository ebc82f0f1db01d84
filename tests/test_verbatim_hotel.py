"""Drafts of a hotel's SOPs: lettered steps, bounds in words, what is forbidden behind what is done."""

from __future__ import annotations

import pytest
from sop_texts import sop_text
from verbatim_drafts import guide_of, made, said

from indexing.passages import split
from indexing.reading import Read, read
from learning.modules import JobAid
from review.drafting_verbatim.answers import answers
from review.drafting_verbatim.cases import split_condition
from review.drafting_verbatim.wording import limits

ALARM = """\
# Fire alarm

### A. First minutes

A.1 Read the zone on the panel. Do not silence the alarm.
A.2 Take the key and the radio.

### B. Evacuation

B.1 Guests go down the stairs.
B.2 Guests who need help are on the list.
B.3 Guests wait at the church.
B.4 Tick guests off. Give the list to the officer.

### C. False alarm

i) Silence the alarm, then reset the panel. Only after the guard has confirmed by radio.
ii) Press "HELP", so that it prints on red paper, and tell the chef in person. Without the signature \
the tray does not leave.
iii) Carry at most one tray.
"""
HEADED = """\
# Orders with allergies

## Step 1: Take the order

Ask every guest about allergies. Write it on the ticket.

## Step 2: Tell the chef

Tell the chef in person.

## If a guest has a reaction

Call 112 at once.
"""
FOUND = """\
LOST AND FOUND

1.0 WHEN AN ITEM IS FOUND

- The finder states the place
- Valuables
    - they go into the safe, never into the cabinet

2.0 WHEN A GUEST ASKS

1. Ask the guest to describe the item.
2. Look in the logbook.
"""


def test_lettered_and_small_roman_numbers_are_steps() -> None:
    guide = guide_of(ALARM)
    assert [(step.section[0], step.number) for step in guide.novice] == [
        *(("A", 1), ("A", 2), ("B", 1), ("B", 2), ("B", 3), ("B", 4), ("C", 1), ("C", 2), ("C", 3)),
    ]


def test_an_expert_is_told_bounds_in_words_and_every_act_of_a_name() -> None:
    first, second, third = map(said, guide_of(ALARM).expert[-3:])
    assert first[-1] == "Only after the guard has confirmed by radio."
    assert second == [
        'Press "HELP", so that it prints on red paper, and tell the chef in person.',
        "Without the signature the tray does not leave.",
    ]
    assert third == ["Carry at most one tray."]


@pytest.mark.parametrize(
    ("text", "bounded"),
    [
        ("A licence is accepted only from residents.", True),
        ("Take no more than two keys.", True),
        ("Nobody leaves without a badge.", True),
        ("Two people are needed.", True),
        ("Without delay, ring the desk.", False),
        ("Take two keys.", False),
        ("This is the only key.", False),
    ],
)
def test_what_bounds_in_words(text: str, bounded: bool) -> None:
    assert limits(text) is bounded


def test_what_is_done_is_no_part_of_a_condition() -> None:
    said = "When a guest disputes the charge, listen, do not argue and do not promise anything."
    assert split_condition(said) == (
        "when",
        "when a guest disputes the charge",
        "listen, do not argue and do not promise anything.",
    )
    both = answers(said)
    assert both.passes == (
        "When a guest disputes the charge, I listen, do not argue and do not promise anything."
    )
    assert both.fails == "When a guest disputes the charge, I argue and promise something."
    listed = answers("Stop, do not tell the customer, and call the officer at once.")
    assert "call the officer" not in listed.fails.split("I do not think")[0]


def test_an_aid_from_headed_steps_is_called_as_its_sop_and_says_nothing_twice() -> None:
    aid = made("aid", sop_text(HEADED)).content
    assert isinstance(aid, JobAid)
    assert not aid.title.startswith("Step")
    read_back = read(FOUND.encode(), "lost.md")
    assert isinstance(read_back, Read)
    aid = made("aid", sop_text(read_back.markdown)).content
    assert isinstance(aid, JobAid)
    texts = [line.text for line in aid.lines]
    assert len(texts) == len(set(texts))


def test_markdown_without_headings_has_those_of_a_plain_file() -> None:
    found = read(FOUND.encode(), "lost.md")
    assert isinstance(found, Read)
    names = dict.fromkeys(
        p.headings[-1] for p in split("Lost property", found.markdown) if p.headings
    )
    assert list(names) == ["LOST AND FOUND", "1.0 WHEN AN ITEM IS FOUND", "2.0 WHEN A GUEST ASKS"]
    with_heading = read(f"# Lost\n\n{FOUND}".encode(), "lost.md")
    assert isinstance(with_heading, Read)
    assert "# 1.0" not in with_heading.markdown


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (
            "NORTH LANE\nBATTERY CHANGE\nDocument no. 11, issue 3\n\n1. GENERAL\n\nOne.",
            "BATTERY CHANGE",
        ),
        ("NORTH LANE\nBATTERY CHANGE\n\nOne.", "BATTERY CHANGE"),
        ("## 1. General\n\nOne.\n\n## 2. Charging\n\nTwo.", "A"),
        ("# 4. Returns\n\nOne.", "4. Returns"),
    ],
)
def test_a_sections_name_is_no_title_and_what_identifies_a_document_is_none(
    text: str, title: str
) -> None:
    for name in ("a.md", "a.txt") if not text.startswith("#") else ("a.md",):
        found = read(text.encode(), name)
        assert isinstance(found, Read)
        assert found.title == title
