"""Decides whether a sentence changes or moves a figure, a name or a role that a passage has.

A fact is compared where the passage says what is nearest to it (`likeness`), so that saying it
elsewhere does not help. Each finding names a reason and the words it hangs on.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Literal

from indexing.claims import Placed, Statement, Word, likeness, same
from indexing.figures import agrees, bound_agrees, bounds_contrary, unit_agrees

Reason = Literal[
    "number", "unit", "threshold", "date", "name", "negation", "obligation", "wording", "citation"
]
Finding = tuple[Reason, tuple[str, ...]]
Sources = Sequence[Statement]

CLEARLY = 1.3
"""How much nearer a different fact must be before it, not the same fact, counts as meant."""
ALIKE = 0.4
"""Likeness from which two places are about the same thing."""
SWAPPED = 1.05
"""How much better two figures must fit when changed over."""


def figures(said: Statement, sources: Sources) -> Iterator[Finding]:
    """Figures that no passage has, or that it gives to something else."""
    held = [(other, source) for source in sources for other in source.figures]
    for placed in said.figures:
        figure = placed.figure
        of_value = [
            pair
            for pair in held
            if agrees(figure, pair[0].figure) and (pair[0].figure.unit != "#" or figure.unit == "#")
        ]
        of_unit = [pair for pair in of_value if unit_agrees(figure, pair[0].figure)]
        if any(pair not in of_unit and pair[0].figure.unit for pair in of_value):
            # "Day 10" may stand for "10 days", but not where "10 working days" is what is said.
            of_unit = [pair for pair in of_unit if not pair[0].figure.unit.endswith("#")] or (
                of_unit if figure.unit in {"", "#"} else []
            )
        own = [pair for pair in of_unit if bound_agrees(figure, pair[0].figure)]
        moved: Reason = "date" if figure.kind in {"date", "clock"} else "number"
        if not of_value and not figure.weak:
            yield moved, (figure.said,)
        elif of_value and not of_unit:
            if not figure.weak or _near_any(said, placed, of_value):
                yield "unit", (figure.said,)
        elif of_unit and not own:
            yield "threshold", (figure.said,)
        elif not _together(placed, said, own) and _other_is_nearer(said, placed, own, held):
            yield moved, (figure.said,)
    for left, right in itertools.combinations(said.figures, 2):
        if any(_swapped(said, left, right, source) for source in sources):
            yield "number", (left.figure.said, right.figure.said)


def _near_any(said: Statement, placed: Placed, others: list[tuple[Placed, Statement]]) -> bool:
    """Whether one of these figures stands where the sentence has its own."""
    here = said.near(placed)
    return any(likeness(here, *pair) >= ALIKE for pair in others)


def _together(placed: Placed, said: Statement, own: list[tuple[Placed, Statement]]) -> bool:
    """Whether one sentence of a passage has every figure of this clause: then it is the one meant."""
    clause = [other.figure for other in said.figures if other.clause == placed.clause]
    return len({figure.value for figure in clause}) > 1 and any(
        all(
            any(
                agrees(figure, there.figure) and bound_agrees(figure, there.figure)
                for there in source.figures
                if there.sentence == place.sentence
            )
            for figure in clause
        )
        for place, source in own
    )


def _swapped(said: Statement, left: Placed, right: Placed, source: Statement) -> bool:
    """Whether two figures of one unit fit a passage better each in the other's place."""
    kinds = {(placed.figure.unit, placed.figure.kind) for placed in (left, right)}
    if len(kinds) > 1 or agrees(left.figure, right.figure):
        return False
    lefts, rights = (
        [other for other in source.figures if agrees(placed.figure, other.figure)]
        for placed in (left, right)
    )
    kept = crossed = 0.0
    for a, b in itertools.product(lefts, rights):
        if a.sentence == b.sentence:
            here, there = said.near(left), said.near(right)
            kept = max(kept, likeness(here, a, source) + likeness(there, b, source))
            crossed = max(crossed, likeness(here, b, source) + likeness(there, a, source))
    return crossed > SWAPPED * kept


def _other_is_nearer(
    said: Statement,
    placed: Placed,
    own: list[tuple[Placed, Statement]],
    held: list[tuple[Placed, Statement]],
) -> bool:
    """Whether the passage has another figure of this unit where the sentence has this one."""
    here, figure = said.near(placed), placed.figure
    rivals = [
        (other, source)
        for other, source in held
        if other.figure.unit in {figure.unit, ""}
        and other.figure.kind == figure.kind
        and (not agrees(figure, other.figure) or bounds_contrary(figure, other.figure))
    ]
    nearest = max((likeness(here, *pair) for pair in own), default=0.0)
    rival = max((likeness(here, *pair) for pair in rivals), default=0.0)
    return rival > CLEARLY * nearest + 0.1


def actors(said: Statement, sources: Sources) -> Iterator[Finding]:
    """A role or name where the passage has another one, or a role with another's byword."""
    for word in said.words:
        if not (word.role or word.name):
            continue
        here = said.near(word)
        nearest = rival = 0.0
        for source in sources:
            own = source.like(word)
            held = {place.sentence for place in own}
            nearest = max([nearest, *(likeness(here, place, source) for place in own)])
            for place in source.words:
                takes_part = place.role if word.role else place.name and place.sentence not in held
                if takes_part and not (same(word, place) or said.like(place)):
                    rival = max(rival, likeness(here, place, source))
        if rival > CLEARLY * nearest + 0.3:
            yield "name", (word.said,)
        elif word.role and (byword := said.before(word)) and _never_so(byword, word, sources):
            yield "name", (byword.said, word.said)


def _never_so(byword: Word, role: Word, sources: Sources) -> bool:
    """Whether the passages always give this role a byword, and never this one: team lead."""
    befores = [
        source.before(place)
        for source in sources
        for place in source.words
        if place.stem == role.stem
    ]
    return bool(befores) and all(
        before is not None and not same(before, byword) for before in befores
    )
