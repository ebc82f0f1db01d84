"""Decides what two wordings, read word by word, claim differently: names, counts, conditions, things.

Of what two statements say of the same (figures, denials, demands) moved.py and turned.py decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

from indexing.claims import Statement, Strength, Word
from indexing.numerals import is_unit

Reason = Literal[
    "number", "unit", "threshold", "date", "name", "negation", "obligation", "opposite", "choice",
    "condition", "content", "thing", "warning", "table", "code", "added", "removed",
    "step_added", "step_removed", "step_moved",
]  # fmt: skip
"""Why a change is material.

`opposite`: before for after, open for close. `choice`: and for or. `condition`: one dropped or
added. `content`: much of it is new or gone. `thing`: another thing is named.
`warning`: one dropped or added. `table`: a row or a value of it. `code`: an example or command.
"""

_MONTHS = """
january february march april may june july august september october november december
"""
_DAYS = """
monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays
fridays saturdays sundays today tomorrow yesterday weekday weekdays weekend weekends
"""
_CALENDAR = frozenset(f"{_MONTHS} {_DAYS}".split())
_COUNTED: tuple[Strength, ...] = ("should", "may", "optional")
"""Strengths that are never the same as saying it plainly."""
_CONDITIONS = frozenset(
    {"if", "whether", "when", "whenever", "unless", "until", "once", "provided"}
)
_EXCEPTIONS = frozenset({"except", "excluding", "unless"})
_LONGER = frozenset({"more", "longer", "greater", "higher", "larger", "bigger", "later", "older"})
_SHORTER = frozenset(
    {"less", "fewer", "shorter", "smaller", "lower", "earlier", "younger", "sooner"}
)


def other_claims(left: Statement, right: Statement) -> Iterator[Reason]:
    """Each reason that two statements give by what only one of them counts, conditions or names."""
    yield from _counts(left, right)
    yield from _choices(left, right)
    yield from _conditions(left, right)
    yield from _things(left, right)


def other_names(said: Statement, source: Statement) -> Iterator[Reason]:
    """A name, role, unit or day of the week that the other wording lacks."""
    held = {word.stem for word in source.words}
    for word in said.words:
        if source.like(word) or word.stem in held:
            continue
        if word.said.casefold() in _CALENDAR:
            yield "date"
        elif word.name or word.role:
            yield "name"
        elif is_unit(word.said):
            yield "unit"


def _counts(left: Statement, right: Statement) -> Iterator[Reason]:
    """More or fewer figures of one value, denials, or demands of one strength."""
    for said, source in ((left, right), (right, left)):
        if _values(said, weak=False) - _values(source, weak=True):
            yield "number"
        if any(mark.own and _affirms(mark.scope[0], source) for mark in said.denials):
            yield "negation"
    explicit, every = (
        [
            sum(mark.said != "nor" and not (mark.own and plainly) for mark in said.denials)
            for said in (left, right)
        ]
        for plainly in (True, False)
    )
    # `Unused` for `not used` is the same denial, and `incorrect` for `wrong` is none more.
    if explicit[0] != explicit[1] and every[0] != every[1]:
        yield "negation"
    if bool(left.onlys) != bool(right.onlys):
        yield "obligation"
    strengths = [Counter(strength for strength, _ in said.modals) for said in (left, right)]
    if any(strengths[0][strength] != strengths[1][strength] for strength in _COUNTED):
        yield "obligation"


def _values(said: Statement, *, weak: bool) -> Counter[str]:
    """The values of figures; dates, which may leave out their year, and numbers of steps apart."""
    return Counter(
        placed.figure.value
        for placed in said.figures
        if placed.figure.kind != "date" and (weak or not placed.figure.weak)
    )


def _affirms(word: Word, source: Statement) -> bool:
    """Whether a text has, without its denial, a word such as `unused`."""
    return any(other.stem != word.stem for other in source.like(word)) and not source.denials


def _choices(left: Statement, right: Statement) -> Iterator[Reason]:
    """One `and` that has become an `or`, or the other way."""
    ors = [sum(word in {"or", "either"} for word, _ in said.small) for said in (left, right)]
    ands = [sum(word in {"and", "both"} for word, _ in said.small) for said in (left, right)]
    if (ors[0] - ors[1]) * (ands[0] - ands[1]) < 0:
        yield "choice"


def _conditions(left: Statement, right: Statement) -> Iterator[Reason]:
    """A condition where the other wording has none, or a comparison turned round."""
    for marks in (_CONDITIONS, _EXCEPTIONS):
        held = [any(word in marks for word, _ in said.small) for said in (left, right)]
        if held[0] != held[1]:
            yield "condition"
    sides = [
        {
            words is _LONGER
            for (word, _), (following, _) in pairwise(said.small)
            for words in (_LONGER, _SHORTER)
            if following == "than" and word in words
        }
        for said in (left, right)
    ]
    if sides[0] and sides[1] and sides[0].isdisjoint(sides[1]):
        yield "opposite"


def _things(left: Statement, right: Statement) -> Iterator[Reason]:
    """A thing named in one wording where the other names another one."""
    gone, come = _oftener(left, right), _oftener(right, left)
    if any(not word.light for word in [*gone, *come]) and gone and come:
        yield "thing"


def _oftener(said: Statement, source: Statement) -> list[Word]:
    """Words for things that one wording has more often than the other."""
    return [
        word
        for word in said.words
        if (word.noun or word.role) and len(said.like(word)) > len(source.like(word))
    ]
