"""Decides what of an SOP goes on a job aid: its steps' names, thresholds and warnings, if they fit.

A list of steps is on it whole or not at all, with the warnings of its section.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from learning.modules import AID_CHARACTERS, JobAid, Sentence
from review.drafting_verbatim.clauses import Block, Clause, Outline, SopStep
from review.drafting_verbatim.fit import Fit
from review.drafting_verbatim.guide import (
    expert_lines,
    named_lists,
    standard_lines,
    step_name,
    warnings,
)
from review.drafting_verbatim.warning import warns
from review.drafting_verbatim.wording import (
    announces,
    binds,
    depends,
    instructs,
    is_record,
    label,
    leans,
    pointed,
    points_down,
    section_name,
    section_number,
    sets_threshold,
)

_MARK = re.compile(r"^(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s+")
_NUMBER = re.compile(r"(\d+(?:\.\d+)*)[.:]? |([a-z])[.)] ")
"""How a step begins on an aid: with the number or the letter that the SOP has before it."""
FEWEST_LINES = 2
FEWEST_POINTS = 3
"""Points of a list that is a procedure."""
LONGEST_TITLE = 90
"""Characters of a title that names two sections."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A section: what it must say on an aid, at four lengths, and what else it could."""

    section: str
    fuller: tuple[Sentence, ...]
    core: tuple[Sentence, ...]
    shorter: tuple[Sentence, ...]
    shortest: tuple[Sentence, ...]
    extras: tuple[Sentence, ...]
    text: str


_Held = dict[int, tuple[Sentence, ...]]


def job_aid(sop: Outline, wanted: str, fit: Fit) -> tuple[JobAid, bool] | None:
    """The aid and whether it holds all sections with something to say; None where none fits.

    `wanted` is what people need it for: where space is short, the sections that fit it best stay.
    """
    pieces = [piece for piece in _pieces(sop) if piece.core or piece.extras]
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
    for at in order:
        for extra in pieces[at].extras:
            more = {**held, at: _in_order(pieces[at], (*held.get(at, ()), extra))}
            short = _length(title, pieces, more) <= AID_CHARACTERS
            if (at in held or whole) and short and not _astray(pieces, more, extra, at):
                held = more
    lines = tuple(_written(pieces, held))
    if sum(not line.authored for line in lines) < FEWEST_LINES:
        return None
    if not whole:
        told = _title([at for at in order if at in held], title, pieces, wanted, fit)
        if _length(told, pieces, held) <= AID_CHARACTERS:
            title = told
    return JobAid(title, lines), whole


def _in_order(piece: _Piece, lines: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """The lines as the SOP has them; what stands beside steps stays after them."""
    if any(_is_step(line) for line in lines):
        return tuple(lines)
    return tuple(sorted(lines, key=lambda line: piece.text.find(line.text)))


def _best(
    title: str, pieces: Sequence[_Piece], order: Sequence[int], scores: Sequence[float]
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


def _complete(pieces: Sequence[_Piece], held: _Held) -> _Held:
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


def _astray(pieces: Sequence[_Piece], held: _Held, line: Sentence, at: int) -> bool:
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


def _title(held: Sequence[int], title: str, pieces: Sequence[_Piece], wanted: str, fit: Fit) -> str:
    """What people would ask for: the headings of the sections, the one that fits best first."""
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


def _length(title: str, pieces: Sequence[_Piece], held: dict[int, tuple[Sentence, ...]]) -> int:
    return len(title) + sum(len(line.text) + 1 for line in _written(pieces, held))


def _written(pieces: Sequence[_Piece], held: _Held) -> Iterator[Sentence]:
    """The lines in the document's order, below their headings where there are several.

    The headings keep their numbers where a line speaks of a section by its number.
    """
    numbered = any(pointed("section", line.text) for said in held.values() for line in said)
    for at in sorted(held):
        if len(held) > 1:
            name, number = section_name(pieces[at].section), section_number(pieces[at].section)
            heading = f"Section {number}, {name}:" if numbered and number else f"{name}:"
            yield Sentence(heading, authored=True)
        yield from held[at]


def _pieces(sop: Outline) -> Iterator[_Piece]:
    named = named_lists(sop)
    for section, found in groupby(sop.parts, key=lambda part: part.head.passage.headings):
        parts = list(found)
        blocks = [part for part in parts if isinstance(part, Block)]
        steps = [part for part in parts if isinstance(part, SopStep)]
        warned = list(warnings(blocks))
        first = _place(steps[0].head) if steps else (0, 0)
        beside = warned if steps else list(_beside(blocks, warned))
        before = [line.said() for line in beside if _place(line) < first]
        after = [line.said() for line in beside if _place(line) >= first]
        of_steps = [
            [line for step in steps for line in told(step, named[step.list_id])]
            for told in (_fuller, _core, _step, _name)
        ]
        fuller, core, shorter, shortest = ((*before, *own, *after) for own in of_steps)
        yield _Piece(
            section[-1] if section else sop.sop.title,
            fuller,
            core,
            shorter,
            shortest,
            tuple(line for line in _extras(blocks, warned) if line not in core),
            "\n".join(line.text for part in parts for line in part.lines),
        )


def _beside(blocks: Sequence[Block], warned: Sequence[Clause]) -> Iterator[Clause]:
    """What a section without steps must say: what warns, and lists.

    Those are the lists of what to do, and beside a warning those that the heading lets people
    expect. Paragraphs that each begin with what to do are a procedure as well.
    """
    in_order = _are_acts([block.head for block in blocks if block.head.form == "prose"])
    for block in blocks:
        if _tells_to_do(block) or (warned and _announces_list(block)):
            yield from block.lines
        elif in_order and instructs(block.head.text) and announces(block.head.text):
            yield from block.lines if len(block.lines) > 1 else ()
        elif in_order and instructs(block.head.text):
            yield block.head.sentences[0]
            rest = replace(block.head, start=block.head.sentences[0].end)
            yield from (clause for clause in warned if _holds(rest, clause))
        else:
            yield from (
                clause for clause in warned if any(_holds(line, clause) for line in block.lines)
            )


def _tells_to_do(block: Block) -> bool:
    """Whether a block is a list of instructions: a procedure without numbers."""
    return _are_acts([line for line in block.lines if line.form == "point" and line.depth == 0])


def _are_acts(lines: Sequence[Clause]) -> bool:
    acts = sum(instructs(line.text) for line in lines)
    return len(lines) >= FEWEST_POINTS and 4 * acts >= 3 * len(lines)


def _announces_list(block: Block) -> bool:
    return len(block.lines) > 1 and block.head.text.rstrip().endswith(":")


def _holds(line: Clause, inner: Clause) -> bool:
    return line.passage == inner.passage and line.start <= inner.start < line.end


def _core(step: SopStep, named: bool) -> Iterator[Sentence]:
    """A step by its name; one without a name with its whole first line, half might mislead."""
    if named:
        yield from _step(step, named)
        return
    yield _first_line(step)
    if announces(step.head.text) or points_down(step.head.text):
        yield from (_point(line.said()) for line in step.lines[1:])
        return
    yield from (
        line
        for line in expert_lines(step, named=named)[1:]
        if not _within(line, step.head) and not line.text.rstrip().endswith(":")
    )


def _step(step: SopStep, named: bool) -> Iterator[Sentence]:
    yield _numbered(step, named)
    yield from map(_point, expert_lines(step, named=named)[1:])


def _fuller(step: SopStep, named: bool) -> Iterator[Sentence]:
    """The step as the guide's standard level has it, its first line whole if it has no name."""
    first, *rest = standard_lines(step)
    if not named:
        yield _first_line(step)
        yield from (_point(line) for line in rest if not _within(line, step.head))
        return
    yield _with_number(step, replace(step.head, end=step.head.start + len(first.text)), first.text)
    yield from map(_point, rest)


def _within(line: Sentence, head: Clause) -> bool:
    """Whether a line is a part of a step's first line, which stands on the aid whole."""
    return line.text in head.text and all(cite.quote in head.quote for cite in line.cites)


def _name(step: SopStep, named: bool) -> Iterator[Sentence]:
    yield _numbered(step, named)


def _point(line: Sentence) -> Sentence:
    """A step's point without its number, which would read as a further step's."""
    return replace(line, text=_MARK.sub("", line.text))


def _place(clause: Clause) -> tuple[int, int]:
    return clause.passage.ordinal, clause.start


def _first_line(step: SopStep) -> Sentence:
    return _with_number(step, step.head, step.head.text)


def _numbered(step: SopStep, named: bool) -> Sentence:
    """The step's name with its number."""
    return _with_number(step, step.head.sentences[0], step_name(step, named=named)[0].text)


def _with_number(step: SopStep, first: Clause, text: str) -> Sentence:
    """The beginning of a step's first line with the number that the SOP has before it.

    One whose heading counts has none in its line: the heading stands above it.
    """
    line = first.passage.text.rfind("\n", 0, first.start) + 1
    quoted = replace(first, start=line)
    mark = quoted.quote[: first.start - line].strip()
    if not mark:
        return first.said(text)
    if mark.startswith("|"):
        mark = f"{mark.strip('| ').rstrip('.)')}:"
    elif re.fullmatch(r"\d+\W?", mark):
        mark = f"{step.number}."
    return quoted.said(f"{mark} {text}")


def _extras(blocks: Sequence[Block], warned: Sequence[Clause]) -> Iterator[Sentence]:
    """What else decides something beside the steps, and can be understood by itself."""
    for block in blocks:
        if _announces_list(block) or _tells_to_do(block):
            continue
        for line in block.lines:
            if (
                is_record(line.text)
                or line.form in ("code", "row")
                or (line.form == "point" and line.depth)  # its case stands above it
                or any(_holds(line, clause) for clause in warned)
            ):
                continue
            for said in (line,) if line.form == "point" else line.sentences:
                if leans(said.text) or warns(said.text) or said.text.rstrip().endswith(":"):
                    continue
                if is_record(said.text):
                    continue
                acts = instructs(label(said.text)[1]) or binds(said.text)
                if sets_threshold(said.text) or (depends(said.text) and acts):
                    yield said.said()
