"""Decides what of an SOP goes on a job aid: its steps' names, thresholds and warnings, if they fit.

A list of steps is on it whole or not at all, with the warnings of its section.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from learning.modules import AID_CHARACTERS, JobAid, Sentence
from review.drafting_verbatim.aid_pieces import Piece, pieces_of
from review.drafting_verbatim.clauses import Outline
from review.drafting_verbatim.fit import Fit
from review.drafting_verbatim.procedure import step_of_heading
from review.drafting_verbatim.wording import (
    pointed,
    section_name,
    section_number,
)

_NUMBER = re.compile(r"(\d+(?:\.\d+)*)[.:]? |([a-z])[.)] ")
"""How a step begins on an aid: with the number or the letter that the SOP has before it."""
FEWEST_LINES = 2
LONGEST_TITLE = 90
"""Characters of a title that names two sections."""


_Held = dict[int, tuple[Sentence, ...]]


def job_aid(sop: Outline, wanted: str, fit: Fit) -> tuple[JobAid, bool] | None:
    """The aid and whether it holds all sections with something to say; None where none fits.

    `wanted` is what people need it for: where space is short, the sections that fit it best stay.
    """
    pieces = [piece for piece in pieces_of(sop) if piece.core or piece.extras]
    title = sop.sop.title[: AID_CHARACTERS // 4].rstrip()
    scores = fit(wanted, [f"{piece.section}\n{piece.text}" for piece in pieces])
    order = sorted(range(len(pieces)), key=lambda at: (-scores[at], at))
    held = _best(title, pieces, order, scores)
    if held is None:
        return None
    whole = len(held) == sum(bool(piece.core) for piece in pieces)
    fuller = {at: pieces[at].fuller for at in held}
    if whole and _length(title, pieces, fuller) <= AID_CHARACTERS:
        held = fuller
    # What tells more of a step goes before what stands beside the steps.
    cut = {at for at in held if held[at] in (pieces[at].shorter, pieces[at].shortest)}
    cut = {at for at in cut if held[at] != pieces[at].core and any(map(_is_step, held[at]))}
    for at in order:
        more = {**held, at: pieces[at].fuller}
        short = _length(title, pieces, more) <= AID_CHARACTERS
        astray = any(_astray(pieces, more, line, at) for line in pieces[at].fuller)
        if at in held and at not in cut and short and not astray:
            held = more
    for at in order:
        for extra in pieces[at].extras if at not in cut else ():
            if set(extra) <= set(held.get(at, ())):
                continue
            more = {**held, at: _in_order(pieces[at], (*held.get(at, ()), *extra))}
            short = _length(title, pieces, more) <= AID_CHARACTERS
            astray = any(_astray(pieces, more, line, at) for line in extra)
            if (at in held or whole) and short and not astray:
                held = more
    lines = tuple(_written(pieces, held))
    if sum(not line.authored for line in lines) < FEWEST_LINES:
        return None
    if not whole:
        told = _title([at for at in order if at in held], title, pieces, wanted, fit)
        if _length(told, pieces, held) <= AID_CHARACTERS:
            title = told
    return JobAid(title, lines), whole


def _in_order(piece: Piece, lines: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """The lines as the SOP has them; what stands beside steps stays after them."""
    if any(_is_step(line) for line in lines):
        return tuple(lines)
    return tuple(sorted(lines, key=lambda line: _place(piece, line)))


def _place(piece: Piece, line: Sentence) -> int:
    """Where a line stands; a row is written otherwise than it stands."""
    at = piece.text.find(line.text)
    return at if at >= 0 else max(piece.text.find(cite.quote) for cite in line.cites)


def _best(
    title: str, pieces: Sequence[Piece], order: Sequence[int], scores: Sequence[float]
) -> _Held | None:
    """The sections that fit, at their core; where not all do, those that serve what is wanted."""
    held = {at: pieces[at].core for at in order if pieces[at].core}
    every = len(held)
    for at in reversed(order):
        if at in held and _length(title, pieces, held) > AID_CHARACTERS and len(held) > 1:
            held = {n: held[n] for n in held if n != at}
    held = _complete(pieces, held) or held
    for at in held if len(held) == 1 else ():
        shorter = (pieces[at].core, pieces[at].shorter, pieces[at].shortest)
        fitting = [each for each in shorter if _length(title, pieces, {at: each}) <= AID_CHARACTERS]
        if not fitting:
            return None
        held = {at: fitting[0]}
    for at in order:  # what was put off for a longer one may fit after all
        more = {**held, at: pieces[at].core}
        short = _length(title, pieces, more) <= AID_CHARACTERS
        if (
            pieces[at].core
            and at not in held
            and short
            and len(_complete(pieces, more)) > len(held)
        ):
            held = more
    if len(held) < every:
        least = max(scores) / 2
        serving = {at: said for at, said in held.items() if scores[at] >= least}
        if any(_is_step(line) for said in serving.values() for line in said):
            held = _complete(pieces, serving) or held
    return {
        at: tuple(s for s in said if _is_step(s) or not _astray(pieces, held, s, at))
        for at, said in held.items()
    }


def _complete(pieces: Sequence[Piece], held: _Held) -> _Held:
    """Without the sections whose steps send people to one that is not on the aid."""
    while held:
        kept = {
            at: said
            for at, said in held.items()
            if not any(_is_step(line) and _astray(pieces, held, line, at) for line in said)
        }
        if len(kept) == len(held):
            break
        held = kept
    return held


def _is_step(line: Sentence) -> bool:
    return _NUMBER.match(line.text) is not None


def _astray(pieces: Sequence[Piece], held: _Held, line: Sentence, at: int) -> bool:
    """Whether a line sends people to a section or a step that is not on the aid."""
    steps = {
        found[1] or found[2] for said in held.get(at, ()) if (found := _NUMBER.match(said.text))
    }
    if any(number not in steps for number in pointed("step", line.text)):
        return True
    for number in pointed("section", line.text):
        meant = [
            n
            for n, piece in enumerate(pieces)
            if f"{section_number(piece.section)}.".startswith(f"{number}.")
        ]
        if not meant or any(n not in held for n in meant):
            return True
    return False


def _title(held: Sequence[int], title: str, pieces: Sequence[Piece], wanted: str, fit: Fit) -> str:
    """What people would ask for: the headings of the sections, the one that fits best first.

    Where headings are the steps, none of them says what they are the steps of.
    """
    if title and any(step_of_heading(pieces[at].section) for at in held):
        return title
    first, *others = (section_name(pieces[at].section) for at in held)
    if not others:
        # A heading that does not say by itself what it is about stands behind the SOP's title.
        return first if fit(wanted, [first])[0] > 0 or not title else f"{title}: {first}"
    if fit(wanted, [first])[0] <= 0:
        return title
    both = f"{first}; {others[0]}"
    if len(others) == 1 and len(both) <= LONGEST_TITLE:
        return both
    return f"{first}, and what goes with it"


def _length(title: str, pieces: Sequence[Piece], held: dict[int, tuple[Sentence, ...]]) -> int:
    return len(title) + sum(len(line.text) + 1 for line in _written(pieces, held))


def _written(pieces: Sequence[Piece], held: _Held) -> Iterator[Sentence]:
    """The lines in the document's order, below their headings where there are several.

    The headings keep their numbers where a line speaks of a section by its number.
    """
    numbered = any(pointed("section", line.text) for said in held.values() for line in said)
    for at in sorted(held):
        if len(held) > 1:
            name, number = section_name(pieces[at].section), section_number(pieces[at].section)
            heading = f"Section {number}, {name}:" if numbered and number else f"{name}:"
            yield Sentence(heading, authored=True)
        # A point that warns is told where its list has it, and not once more by itself.
        yield from {line.text: line for line in held[at]}.values()
