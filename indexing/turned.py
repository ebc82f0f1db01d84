"""Decides whether a sentence denies, demands, opens or closes other than a passage does.

Each finding names a reason and the words it hangs on. A fact is compared where the passage says
what is nearest to it (`likeness`), so that saying it elsewhere does not help.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from indexing import synonyms
from indexing.claims import (
    Mark,
    Statement,
    Strength,
    Window,
    Word,
    clauses,
    likeness,
    same,
    weight,
    windows,
)
from indexing.figures import agrees
from indexing.moved import CLEARLY, Finding, Sources

WHOLE = 0.8
"""Share of a passage's sentence from which the sentence says all of it, denials included."""
MENTIONED = 0.6
"""Share of the words under a denial from which the sentence speaks of what is denied."""

SIDES: dict[str, list[tuple[int, int]]] = defaultdict(list)
"""Each word of a pair of opposites: which pair, which side."""
for _pair, _line in enumerate(synonyms.OPPOSITES.strip().splitlines()):
    for _side, _words in enumerate(_line.split("|")):
        for _word in _words.split():
            SIDES[_word].append((_pair, _side))
_COMPATIBLE: frozenset[frozenset[Strength]] = frozenset(
    (
        frozenset({"must", "plain"}),
        frozenset({"must", "prohibited"}),
        frozenset({"plain", "prohibited"}),
        frozenset({"plain", "optional"}),
    )
)


def turned(said: Statement, sources: Sources) -> Iterator[Finding]:
    """Every denial, obligation, `only` and opposite that the sentence has otherwise."""
    meant = windows(said, sources)
    yield from _denials(said, sources, meant)
    yield from _counted(said, meant)
    yield from _opposites(said, meant)
    yield from _demands(said, meant)
    yield from _strengths(said, sources, meant)
    yield from _onlys(said, sources, meant)
    yield from _uncounted(said, meant)


def _denials(said: Statement, sources: Sources, meant: list[Window]) -> Iterator[Finding]:
    """A denial dropped, added, or moved to another thing."""
    for mark in said.denials:
        if any(mark.own & source.by_key.keys() for source in sources):
            continue
        if not _denied_there(mark, said, sources, meant):
            yield "negation", _under(mark)
    for source in sources:
        for mark in source.denials:
            if not mark.own & said.by_key.keys() and _dropped(mark, source, said, sources):
                yield "negation", _under(mark)


def _under(mark: Mark) -> tuple[str, ...]:
    return (mark.said, *(word.said for word in mark.scope[:2]))


def _denied_there(mark: Mark, said: Statement, sources: Sources, meant: list[Window]) -> bool:
    """Whether a passage denies what the sentence denies."""
    denied = plain = 0.0
    for source in sources:
        inside = source.inside()
        for word in mark.scope:
            here = said.near(word)
            for match in source.like(word):
                near = weight(word) * (0.2 + likeness(here, match, source))
                if id(match) in inside:
                    denied = max(denied, near)
                else:
                    plain = max(plain, near)
    if denied:
        return CLEARLY * denied >= plain
    # Nothing that the passage says is denied: then other words may stand for what it denies.
    return plain <= 0.5 and any(
        other.at // 1000 in numbers for source, numbers in meant for other in source.denials
    )


def _dropped(mark: Mark, source: Statement, said: Statement, sources: Sources) -> bool:
    """Whether the sentence says, undenied, what this denial of a passage holds for."""
    heavy = [word for word in mark.scope if not word.light] or mark.scope
    met = [(word, found) for word in heavy if (found := said.like(word))]
    if not met or len(met) < MENTIONED * len(heavy):
        return False
    denied = said.inside()
    if any(id(match) in denied for _, found in met for match in found):
        return False
    as_denied = as_plain = 0.0
    for word, found in met:
        for match in found:
            here = said.near(match)
            as_denied += likeness(here, word, source)
            as_plain += max(
                (
                    likeness(here, other, place)
                    for place in sources
                    for other in place.like(match)
                    if id(other) not in place.inside()
                ),
                default=-0.05,
            )
    return as_denied > as_plain


def _counted(said: Statement, meant: list[Window]) -> Iterator[Finding]:
    """More denials than the sentences meant have, or fewer than one that is said whole."""
    places = {(id(source), number): source for source, numbers in meant for number in numbers}
    there = sum(
        not mark.own & said.by_key.keys()
        for (_, number), source in places.items()
        for mark in _marks(source, number)
    )
    explicit = [mark for mark in said.denials if mark.said != "nor" and not mark.own]
    if len(explicit) > there:
        yield "negation", tuple(mark.said for mark in explicit)
    for source, number in _whole(said, meant):
        marks = [mark for mark in _marks(source, number) if not mark.own]
        if len(said.denials) < len(marks):
            yield "negation", tuple(mark.said for mark in marks)


def _marks(source: Statement, number: int) -> list[Mark]:
    return [mark for mark in source.denials if mark.at // 1000 == number and mark.said != "nor"]


def _whole(said: Statement, meant: list[Window]) -> Iterator[tuple[Statement, int]]:
    """The sentences of the passages of which this one says nearly every word."""
    for source, numbers in meant:
        for number in numbers:
            words = [word for word in source.words if word.sentence == number]
            met = sum(weight(word) for word in words if said.like(word))
            if words and met >= WHOLE * sum(map(weight, words)):
                yield source, number


def _opposites(said: Statement, meant: list[Window]) -> Iterator[Finding]:
    """A word whose opposite stands in the passage where the sentence has it."""
    there = {
        side
        for source, numbers in meant
        for word, number in source.small
        if number in numbers
        for side in SIDES.get(word, ())
    }
    pairs = {pair for pair, _ in there}
    for word, _ in said.small:
        for pair, side in SIDES.get(word, ()):
            if pair in pairs and (pair, side) not in there:
                yield "wording", (word,)


def _demands(said: Statement, meant: list[Window]) -> Iterator[Finding]:
    """A may, should or need not that the sentences meant lack, or have and the sentence lacks."""
    here = {strength for strength, _ in said.modals}
    there = {
        strength
        for source, numbers in meant
        for strength, number in source.modals
        if number in numbers
    }
    denied = any(_marks(source, number) for source, numbers in meant for number in numbers)
    for strength in ("may", "should", "optional"):
        if strength in here - there and not (strength == "optional" and denied):
            yield "obligation", (strength,)
    for source, number in _whole(said, meant):
        for strength in ("may", "should"):
            if (strength, number) in source.modals and strength not in here:
                yield "obligation", (strength,)


def _strengths(said: Statement, sources: Sources, meant: list[Window]) -> Iterator[Finding]:
    """An obligation made weaker or stronger: must, should and may are three things."""
    for places in clauses(said):
        words = [place for place in places if isinstance(place, Word)]
        for strength in sorted({word.strength for word in words}):
            agreeing = against = 0.0
            group = [word for word in words if word.strength == strength]
            for word in group:
                alike, other = _strength_near(word, said, sources, meant)
                if alike or other:
                    counts = 1 / word.rank if word.rank else weight(word)
                    agreeing += counts * (CLEARLY * alike >= other)
                    against += counts * (CLEARLY * alike < other)
            if against > agreeing:
                yield "obligation", (strength, *(word.said for word in group[:3]))


def _strength_near(
    word: Word, said: Statement, sources: Sources, meant: list[Window]
) -> tuple[float, float]:
    """How near the passages come to this word with the same strength, and with another.

    The sentences meant decide where they have the word.
    """
    here = said.near(word)
    places = [(match, source) for source in sources for match in source.like(word)]
    in_meant = [
        (match, source)
        for match, source in places
        if any(source is other and match.sentence in numbers for other, numbers in meant)
    ]
    alike = other = 0.0
    for match, source in in_meant or places:
        near = 0.05 + likeness(here, match, source)
        if match.strength == word.strength or {match.strength, word.strength} in _COMPATIBLE:
            alike = max(alike, near)
        else:
            other = max(other, near)
    return alike, other


def _onlys(said: Statement, sources: Sources, meant: list[Window]) -> Iterator[Finding]:
    """`Only` added, or left out where the passage has it."""
    held = [word for source in sources for mark in source.onlys for word in mark.scope]
    for mark in said.onlys:
        if not any(same(word, other) for word in mark.scope for other in held):
            yield "obligation", (mark.said,)
    if said.onlys:
        return
    for source, numbers in meant:
        for mark in source.onlys:
            scope = mark.scope[:3]
            met = sum(bool(said.like(word)) for word in scope)
            if mark.at // 1000 in numbers and scope and met >= MENTIONED * len(scope):
                yield "obligation", (mark.said,)


def _uncounted(said: Statement, meant: list[Window]) -> Iterator[Finding]:
    """A bound left out of a sentence that is said whole otherwise: "a large sum" for "over £500"."""
    for source, number in _whole(said, meant):
        for placed in source.figures:
            figure = placed.figure
            if placed.sentence != number or figure.bound not in {"<", "<=", ">", ">="}:
                continue
            if not any(agrees(own.figure, figure) for own in said.figures):
                yield "number", (figure.said,)
