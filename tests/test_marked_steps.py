"""Steps that carry a mark of their own are quoted as steps; and what stands below them, if asked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from test_quoting import chosen, document

from indexing.leading import read_of
from indexing.marks import marked_steps
from indexing.quoting import Chosen

LOCKING = """\
# Locking out the press

## 1.0 SCOPE

1.1 This instruction applies to every press in the hall.

1.2 Only a trained fitter may put on a lock.

## 3.0 SWITCHING OFF

3.1 Tell the shift lead that the press will be switched off.

3.2 Press STOP and wait until the ram rests.

3.3 Release what is stored:

a) Bleed the air line.

b) Block the ram.

CAUTION: A hose can whip while it is bled.

3.4 Put your lock on the switch.

DANGER - NEVER TAKE OFF ANOTHER PERSON'S LOCK.
"""
BATTERY = """\
# Changing a battery

## Getting ready

Step 1 – Park the truck. Take out the key.

Step 2 – Put on gloves.

## Changing it

Step 3 – Pull the plug, not the cable.

Step 4 – Roll the battery out.

## Records

Step 1 – Note the hours.
"""
LINES = {
    "decimal": ["3.1 Tell the lead.", "3.2 Press STOP.", "3.2.1 Wait."],
    "small": ["a) Bleed the line", "b) Block the ram"],
    "step": ["Step 4: Lift.", "It is heavy.", "Step 5: Turn."],
    "ordinal": ["First, stop.", "Second, look.", "Finally, go."],
    "keycap": ["1️⃣ Scan it", "2️⃣ Press RETURN"],
}


def words(found: Chosen) -> list[str]:
    return [quote.text for quote in found.quotes]


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        ("decimal", {0: 1, 1: 2}),
        ("small", {0: 1, 1: 2}),
        ("step", {0: 4, 2: 5}),
        ("ordinal", {0: 1, 1: 2, 2: 3}),
        ("keycap", {0: 1, 1: 2}),
    ],
)
def test_what_counts_is_a_step_to_who_asks_how(kind: str, numbers: dict[int, int]) -> None:
    assert marked_steps(LINES[kind], asks_how=True) == numbers
    assert marked_steps(LINES[kind], asks_how=False) == (numbers if kind == "step" else {})


@pytest.mark.parametrize(
    "lines",
    [
        ["1.1 This applies to every press.", "1.2 Only a fitter may put on a lock."],
        ["2.1 The hall is cleaned daily.", "2.2 Managers must sign.", "2.3 A record is kept."],
        ["3.1 Tell the lead.", "3.3 Press STOP."],
        ["First, stop.", "Second, look."],
        ["Step 1: Lift."],
        ["A. B. Smith wrote this."],
        [],
    ],
)
def test_clauses_gaps_and_a_lone_mark_are_no_steps(lines: list[str]) -> None:
    assert marked_steps(lines, asks_how=True) == {}


async def test_a_procedure_with_marks_is_told_whole_with_its_warnings() -> None:
    scope, *press = document(LOCKING)
    found = await chosen("how do I lock out the press", [scope, *press], [scope], press)
    assert words(found)[:6] == [
        "3.1 Tell the shift lead that the press will be switched off.",
        "3.2 Press STOP and wait until the ram rests.",
        "3.3 Release what is stored:\n\na) Bleed the air line.\n\nb) Block the ram.",
        "CAUTION: A hose can whip while it is bled.",
        "3.4 Put your lock on the switch.",
        "DANGER - NEVER TAKE OFF ANOTHER PERSON'S LOCK.",
    ]
    steps = [quote for quote in found.quotes if quote.text.startswith("3.")]
    assert all(quote.listed and quote.step is None for quote in steps), "their words have a number"


async def test_a_question_on_one_clause_gets_that_clause() -> None:
    scope, *press = document(LOCKING)
    found = await chosen("who may put on a lock", [scope, *press], [scope], press)
    assert words(found)[:2] == [
        "1.1 This instruction applies to every press in the hall.",
        "1.2 Only a trained fitter may put on a lock.",
    ]
    assert "3.1 Tell the shift lead that the press will be switched off." not in words(found)


async def test_steps_that_go_on_under_the_next_heading_come_along() -> None:
    ready, changing, records = document(BATTERY)
    found = [changing, ready, records]
    told = await chosen("how do I change the battery", found, *([one] for one in found))
    assert words(told) == [
        "Step 1 – Park the truck. Take out the key.",
        "Step 2 – Put on gloves.",
        "Step 3 – Pull the plug, not the cable.",
        "Step 4 – Roll the battery out.",
    ]


ROUTER = """\
# Faults

## Finding the fault

1. Ask which light is on.
2. Run a line test.
3. Book an engineer.

Important: you must not promise compensation on the call.
"""


async def test_what_stands_below_the_steps_is_told_alone_where_it_is_what_was_asked() -> None:
    found = document(ROUTER, title="Faults")
    told = await chosen("caller wants compensation", found, found)
    assert words(told) == ["Important: you must not promise compensation on the call."]
    told = await chosen("how do I find the fault", found, found)
    assert [quote.step for quote in told.quotes] == [1, 2, 3, None]


FIRE = """\
# Fire evacuation

What everybody does when there is a fire or the fire alarm sounds.

## If you discover a fire

1. Break the nearest call point.

## If the alarm sounds

1. Stop serving at once.

## At the assembly point

1. Call everybody's name.
"""


async def test_of_sections_that_fit_alike_the_heading_decides() -> None:
    opening, fire, alarm, point = document(FIRE, title="Fire evacuation")
    found = [
        replace(one, score=score)
        for one, score in ((opening, 7.8), (point, 7.3), (alarm, 6.9), (fire, 6.5))
    ]
    assert read_of(found, "what do I do when the fire alarm goes")[:2] == (found[0], found[2])
    assert read_of(found, "who calls the names")[:2] == (found[0], found[1])
    found[2] = replace(found[2], score=5.0)
    assert read_of(found, "what do I do when the fire alarm goes")[:2] == (found[0], found[1])


async def test_a_step_is_never_cut_and_nb_warns() -> None:
    steps = "".join(
        f"Step {n} - Do the thing number {n} with care. {'Then look at it again. ' * 5}"
        f"Do not lift it {n} times.\n\n"
        for n in range(1, 7)
    )
    passages = document(f"# Lifting\n\n## Procedure\n\n{steps}NB: Never lift alone.\n")
    assert len(passages) > 1
    cut = [one for one in passages if not one.text.startswith("Step")]
    assert not cut, "each begins with a step"
    found = await chosen("how do I lift", passages, passages)
    assert "NB: Never lift alone." in words(found)
    assert all(quote.warning for quote in found.quotes if quote.text.startswith("NB"))
    [left] = found.left_out
    shown = sum(text.startswith("Step") for text in words(found))
    assert left.steps == tuple(range(shown + 1, 7)), "what is left out goes by its number"
