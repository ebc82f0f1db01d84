"""What a guide leaves out of its SOP beside the steps: named on its card, and never blocking."""

from __future__ import annotations

from dataclasses import replace

from kiln import GUIDE, SOP, checked, said
from sop_texts import sop_text
from verbatim_drafts import guide_of

from handlers.review_words import checks_line, finding_words
from review.checking.omissions import guide_omissions
from review.nouns import Finding

FOUND = """\
# Found things

## Purpose and scope

Hand it in so that everybody gets their things back within 5 days.

## 1. Who finds it

- Bring it to the desk before the end of the shift.
- Valuables above £100 go into the safe.

## 2. Who asks for it

1. Ask for the colour.
2. Look in the book.

Call back within 24 hours. Most people are glad.

Warning: Never send it by post.

## 3. Exceptions

| What | What you do | Who decides |
|---|---|---|
| A phone that rings | Answer it and say where we are | Shift lead |

## 4. A good story

People once brought us a parrot.

## Definitions

Desk: open until 18:00.
"""


async def test_what_a_guide_leaves_out_of_its_sop_is_named_and_not_blocked() -> None:
    sop = sop_text(FOUND)
    guide = guide_of(FOUND)
    found = await checked(guide, sops=[sop, SOP], by="verbatim")
    assert not found.blocked
    assert [(f.code, f.words) for f in found.findings] == [
        ("sections_without_steps", ("1. Who finds it", "3. Exceptions")),
        ("left_out_beside", ("“Call back within 24 hours.”",)),
    ]
    assert [finding_words(f) for f in found.findings] == [
        "Nothing of these sections of the SOP is in the guide, as they have no numbered steps:"
        " 1. Who finds it and 3. Exceptions.",
        "The SOP says this beside its steps, and the guide does not: “Call back within 24 hours.”.",
    ]
    assert "checks clean" not in checks_line(found)
    # Once an editor has put it in, it is said.
    last = guide.novice[-1]
    call = said("Call back within 24 hours.", section="2. Who asks for it", sop=sop)
    more = replace(guide, novice=(*guide.novice[:-1], replace(last, lines=(*last.lines, call))))
    assert [f.code for f in guide_omissions(more, [sop])] == ["sections_without_steps"]


async def test_of_a_guide_that_has_all_its_sop_nothing_is_left_out() -> None:
    assert (await checked(GUIDE)).findings == ()


def test_of_many_sections_the_last_are_counted() -> None:
    names = tuple(f"{number}. Room {number}" for number in range(1, 10))
    said_ = finding_words(Finding("sections_without_steps", words=names))
    assert said_.endswith("4. Room 4, 5. Room 5 and 4 more.")
