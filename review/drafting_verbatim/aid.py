"""Decides what of an SOP goes on a job aid: its steps' names, thresholds and warnings, if they fit.

A list of steps is on it whole or not at all, with the warnings of its section.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from learning.modules import AID_CHARACTERS, JobAid, Sentence
from review.drafting_verbatim.fit import Fit
from review.drafting_verbatim.guide import (
    expert_lines,
    named_lists,
    standard_lines,
    step_name,
    warnings,
)
from review.drafting_verbatim.outline import Block, Clause, Outline, SopStep
from review.drafting_verbatim.wording import (
    depends,
    instructs,
    is_record,
    label,
    leans,
    section_name,
    sets_threshold,
    warns,
)

FEWEST_LINES = 2


@dataclass(frozen=True, slots=True)
class _Piece:
    """A section: what it must say on an aid, at three lengths, and what else it could."""

    section: str
    fuller: tuple[Sentence, ...]
    core: tuple[Sentence, ...]
    shortest: tuple[Sentence, ...]
    extras: tuple[Sentence, ...]
    text: str


def job_aid(sop: Outline, wanted: str, fit: Fit) -> tuple[JobAid, bool] | None:
    """The aid and whether it holds all sections with something to say; None where none fits.

    `wanted` is what people need it for: where space is short, the sections that fit it best stay.
    """
    pieces = [piece for piece in _pieces(sop) if piece.core or piece.extras]
    title = sop.sop.title[: AID_CHARACTERS // 4].rstrip()
    scores = fit(wanted, [f"{piece.section}\n{piece.text}" for piece in pieces])
    order = sorted(range(len(pieces)), key=lambda at: (-scores[at], at))
    held = {at: pieces[at].core for at in order if pieces[at].core}
    for at in reversed(order):
        if at in held and _length(title, pieces, held) > AID_CHARACTERS:
            shorter = {**held, at: pieces[at].shortest}
            held = shorter if len(held) == 1 else {n: held[n] for n in held if n != at}
    if _length(title, pieces, held) > AID_CHARACTERS:
        return None
    for at in order:  # what was put off for a longer one may fit after all
        more = {**held, at: pieces[at].core}
        if pieces[at].core and at not in held and _length(title, pieces, more) <= AID_CHARACTERS:
            held = more
    whole = len(held) == sum(bool(piece.core) for piece in pieces)
    fuller = {at: pieces[at].fuller for at in held}
    if whole and _length(title, pieces, fuller) <= AID_CHARACTERS:
        held = fuller
    for at in order:
        for extra in pieces[at].extras:
            more = {**held, at: (*held.get(at, ()), extra)}
            if (at in held or whole) and _length(title, pieces, more) <= AID_CHARACTERS:
                held = more
    lines = tuple(_written(pieces, held))
    if sum(not line.authored for line in lines) < FEWEST_LINES:
        return None
    if not whole and len(held) == 1:
        title = _title_of_one(title, pieces[next(iter(held))], wanted, fit)
    return JobAid(title, lines), whole


def _title_of_one(title: str, piece: _Piece, wanted: str, fit: Fit) -> str:
    """What people would ask for: the section's heading, where it says by itself what it is about."""
    name = section_name(piece.section)
    return name if fit(wanted, [name])[0] > 0 or not title else f"{title}: {name}"


def _length(title: str, pieces: Sequence[_Piece], held: dict[int, tuple[Sentence, ...]]) -> int:
    return len(title) + sum(len(line.text) + 1 for line in _written(pieces, held))


def _written(pieces: Sequence[_Piece], held: dict[int, tuple[Sentence, ...]]) -> Iterator[Sentence]:
    """The lines in the document's order, below their headings where there are several."""
    for at in sorted(held):
        if len(held) > 1:
            yield Sentence(f"{section_name(pieces[at].section)}:", authored=True)
        yield from held[at]


def _pieces(sop: Outline) -> Iterator[_Piece]:
    named = named_lists(sop)
    for section, found in groupby(sop.parts, key=lambda part: part.head.passage.headings):
        parts = list(found)
        blocks = [part for part in parts if isinstance(part, Block)]
        steps = [part for part in parts if isinstance(part, SopStep)]
        warned = list(warnings(blocks))
        cores = [line.said() for line in warned]
        yield _Piece(
            section[-1] if section else sop.sop.title,
            (*(line for step in steps for line in _fuller(step)), *cores),
            (*(line for step in steps for line in _step(step, named[step.list_id])), *cores),
            (*(_numbered(step, named[step.list_id]) for step in steps), *cores),
            tuple(_extras(blocks, warned)),
            "\n".join(line.text for part in parts for line in part.lines),
        )


def _step(step: SopStep, named: bool) -> Iterator[Sentence]:
    yield _numbered(step, named)
    yield from expert_lines(step, named=named)[1:]


def _fuller(step: SopStep) -> Iterator[Sentence]:
    """The step as the guide's standard level has it."""
    first, *rest = standard_lines(step)
    clause = _from_number(step.head, len(first.text))
    yield clause.said()
    yield from rest


def _from_number(head: Clause, length: int) -> Clause:
    """The first characters of a step's first line, its number with them."""
    line = head.passage.text.rfind("\n", 0, head.start) + 1
    return replace(head, start=line, end=head.start + length)


def _numbered(step: SopStep, named: bool) -> Sentence:
    """The step's name with its number, as the SOP has both."""
    name, _ = step_name(step, named=named)
    length = len(step.head.sentences[0].quote)
    return _from_number(step.head, length).said(f"{step.number}. {name.text}")


def _extras(blocks: Sequence[Block], warned: Sequence[Clause]) -> Iterator[Sentence]:
    """What else decides something beside the steps, and can be understood by itself."""
    for block in blocks:
        for line in block.lines:
            if (
                is_record(line.text)
                or line.form in ("code", "row")
                or any(line.start <= w.start < line.end for w in warned)
            ):
                continue
            for said in (line,) if line.form == "point" else line.sentences:
                if leans(said.text) or warns(said.text) or said.text.rstrip().endswith(":"):
                    continue
                acts = instructs(label(said.text)[1])
                if sets_threshold(said.text) or (depends(said.text) and acts):
                    yield said.said()
