"""An SOP of a pottery, and a module of each kind that rests on it: for the tests of the checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sop_texts import sop_text

from indexing.nouns import SopText
from learning.modules import (
    Applied,
    Cite,
    Content,
    Criterion,
    Guide,
    ItemSet,
    JobAid,
    ModuleKind,
    Option,
    Ordering,
    RemedialUnit,
    Scenario,
    Sentence,
    SingleBest,
    Step,
    Variant,
)
from review.checks import check_draft
from review.nouns import (
    Checked,
    Drafted,
    DraftRequest,
)

KINDS: tuple[ModuleKind, ...] = ("guide", "aid", "items", "scenario", "remedial")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KILN = """\
# Firing the kiln

Warning: never open the kiln above 60 °C.

1. Stack the shelves.
   - Leave 25 mm between two pots.
   - Do not let a glaze touch the wall.
2. Set the controller to 980 °C and press start.
3. If the fan stops, call the studio lead within 10 minutes.
4. Log the firing in the kiln book.
"""
SOP = sop_text(KILN, "kiln.md")
SECTION = "Firing the kiln"
REQUEST = DraftRequest(
    gap="kiln-losses",
    kind="guide",
    role="potter",
    competency="kiln",
    statement="Fires a kiln load by the SOP",
    domain="studio",
    context="in the studio, before closing",
)


def said(text: str, quote: str = "", *, section: str = SECTION, sop: SopText = SOP) -> Sentence:
    """A sentence with its source."""
    cite = Cite(sop.source, sop.uri, sop.revision, sop.version, section, quote or text)
    return Sentence(text, (cite,))


def own(text: str) -> Sentence:
    """The author's own words."""
    return Sentence(text, authored=True)


STACK = said("Stack the shelves.")
GAP = said("Leave 25 mm between two pots.")
WALL = said("Do not let a glaze touch the wall.")
SET = said("Set the controller to 980 °C and press start.")
FAN = said("If the fan stops, call the studio lead within 10 minutes.")
LOG = said("Log the firing in the kiln book.")
NEVER = said("Warning: never open the kiln above 60 °C.")
HOT = SingleBest(
    "q1",
    "kiln",
    "medium",
    own("The kiln shows 75 °C and a colleague is in a hurry. What do you do?"),
    (
        Option("Leave it shut", True, NEVER),
        Option("Open it a crack", False, NEVER),
        Option("Open it with gloves", False, NEVER),
    ),
)
ORDER = Ordering("q2", "kiln", "easy", own("Put the steps in order."), (STACK, SET, LOG))
FAN_STOPS = Applied("q3", "kiln", "easy", own("The fan stops. What do you do?"), (FAN,))
GUIDE = Guide(
    "Firing the kiln",
    (
        Step(1, SECTION, (STACK, GAP, WALL)),
        Step(2, SECTION, (SET,)),
        Step(3, SECTION, (FAN,)),
        Step(4, SECTION, (LOG,)),
    ),
    (
        Step(1, SECTION, (STACK, WALL)),
        Step(2, SECTION, (SET,)),
        Step(3, SECTION, (FAN,)),
        Step(4, SECTION, (LOG,)),
    ),
    (
        Step(1, SECTION, (STACK, WALL)),
        Step(2, SECTION, (SET,)),
        Step(3, SECTION, (FAN,)),
        Step(4, SECTION, (LOG,)),
    ),
    (NEVER,),
)
AID = JobAid("Firing the kiln", (NEVER, SET, FAN))
ITEMS = ItemSet("Kiln questions", (HOT, ORDER, FAN_STOPS))
CASES = (
    "The fan falls silent.",
    "A glaze has run to the wall.",
    "It is 75 °C and somebody waits.",
)
SCENARIO = Scenario(
    "A hot kiln",
    "kiln",
    tuple(
        Variant((own(case),), own("What do you do?"), (own("Think of the fan."),)) for case in CASES
    ),
    (
        Criterion("c1", NEVER, own("“I leave it shut.”"), own("“I open it.”"), True),
        Criterion("c2", FAN, own("“I ring the lead.”"), own("“I wait an hour.”"), False),
        Criterion("c3", LOG, own("“I log it.”"), own("“I go home.”"), False),
    ),
    (NEVER, FAN, LOG),
)
REMEDIAL = RemedialUnit("Hot kilns", "kiln", (NEVER,), (own("Sam waits until it is cool."),), HOT)
CONTENTS: dict[str, Content] = {
    "guide": GUIDE,
    "aid": AID,
    "items": ITEMS,
    "scenario": SCENARIO,
    "remedial": REMEDIAL,
}


async def checked(
    content: Content,
    *,
    sops: Sequence[SopText] = (SOP,),
    others: Sequence[tuple[int, Content]] = (),
    by: str = "a-model",
    left_out: tuple[str, ...] = (),
) -> Checked:
    drafted = Drafted(content, by, left_out)
    return await check_draft(drafted, replace(REQUEST, kind=content.kind), sops, others, None)


async def blocking(content: Content, sops: Sequence[SopText] = (SOP,)) -> set[str]:
    """The codes of what blocks."""
    return {
        finding.code for finding in (await checked(content, sops=sops)).findings if finding.blocks
    }


def with_line(line: Sentence) -> JobAid:
    return replace(AID, lines=(*AID.lines, line))
