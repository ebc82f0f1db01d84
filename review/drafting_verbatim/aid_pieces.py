"""Decides what of each section goes on a job aid: what it must say, in full or shorter, and may."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from learning.modules import Sentence
from review.drafting_verbatim.aid_tables import limits_of
from review.drafting_verbatim.clauses import Block, Clause, Outline, SopStep
from review.drafting_verbatim.guide import (
    expert_lines,
    named_lists,
    standard_lines,
    step_name,
    warnings,
)
from review.drafting_verbatim.records import is_record
from review.drafting_verbatim.warning import calls_for_help, warns
from review.drafting_verbatim.wording import (
    announces,
    binds,
    depends,
    instructs,
    label,
    leans,
    points_down,
    sets_threshold,
)

_MARK = re.compile(r"^(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s+")
_CASE = re.compile(r"(?:if|when|unless)\b[^.;]*(?:,|→|:)\s", re.IGNORECASE)
"""A point that tells what to do in one case."""
FEWEST_POINTS = 3
"""Points of a list that is a procedure."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A section: what it must say on an aid, at four lengths, and what else it could."""

    section: str
    fuller: tuple[Sentence, ...]
    core: tuple[Sentence, ...]
    shorter: tuple[Sentence, ...]
    shortest: tuple[Sentence, ...]
    extras: tuple[tuple[Sentence, ...], ...]
    """Each whole or not at all: a table, a list, a sentence of one that is too long."""
    text: str


def pieces_of(sop: Outline) -> Iterator[Piece]:
    """The sections of an SOP in its order."""
    named = named_lists(sop)
    for section, found in groupby(sop.parts, key=lambda part: part.head.passage.headings):
        parts = list(found)
        blocks = [part for part in parts if isinstance(part, Block)]
        steps = [part for part in parts if isinstance(part, SopStep)]
        warned = _to_be_kept(blocks)
        first = _place(steps[0].head) if steps else (0, 0)
        beside = warned if steps else list(_beside(blocks, warned))
        before = [line.said() for line in beside if _place(line) < first]
        after = [line.said() for line in beside if _place(line) >= first]
        of_steps = [
            [line for step in steps for line in told(step, named[step.list_id])]
            for told in (_fuller, _core, _step, _name)
        ]
        fuller, core, shorter, shortest = ((*before, *own, *after) for own in of_steps)
        yield Piece(
            section[-1] if section else sop.sop.title,
            fuller,
            core,
            shorter,
            shortest,
            (
                *(tuple(_limits(block)) for block in blocks if any(_limits(block))),
                *sorted(
                    (each for each in _extras(blocks, warned) if not set(each) & set(core)),
                    key=_tells_less,
                ),
            ),
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
    acts = sum(instructs(line.text) or _CASE.match(line.text) is not None for line in lines)
    return len(lines) >= FEWEST_POINTS and 4 * acts >= 3 * len(lines)


def _to_be_kept(blocks: Sequence[Block]) -> list[Clause]:
    """What warns beside the steps, and what says whom to call in an emergency, in their order."""
    warned = list(warnings(blocks))
    sentences = [each for block in blocks for line in block.lines for each in line.sentences]
    calls = [each for each in sentences if calls_for_help(each.text)]
    calls = [each for each in calls if not any(_holds(clause, each) for clause in warned)]
    return sorted([*warned, *calls], key=_place)


def _limits(block: Block) -> Iterator[Sentence]:
    """A table or a list of limits that the section does not have to say anyway."""
    return iter(()) if _tells_to_do(block) else limits_of(block)


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
        if not _within(line, step.head)
        and not line.text.rstrip().endswith(":")
        and line.text not in _spare_cells(step)
    )


def _step(step: SopStep, named: bool) -> Iterator[Sentence]:
    yield _numbered(step, named)
    spare = _spare_cells(step)
    yield from (_point(s) for s in expert_lines(step, named=named)[1:] if s.text not in spare)


def _fuller(step: SopStep, named: bool) -> Iterator[Sentence]:
    """The step as the guide's standard level has it, its first line whole if it has no name."""
    first, *rest = standard_lines(step)
    spare = _spare_cells(step)
    rest = [line for line in rest if line.text not in spare]
    if not named:
        yield _first_line(step)
        yield from (_point(line) for line in rest if not _within(line, step.head))
        return
    yield _with_number(step, replace(step.head, end=step.head.start + len(first.text)), first.text)
    yield from map(_point, rest)


def _spare_cells(step: SopStep) -> set[str]:
    """The cells of a step's row that are no limit, or that stand before its name as its number."""
    line = step.head.passage.text.rfind("\n", 0, step.head.start) + 1
    mark = step.head.passage.text[line : step.head.start].strip("| ")
    cells = [line.text for line in step.lines if line.form == "cell"]
    return {cell for cell in cells if cell == mark or not (sets_threshold(cell) or warns(cell))}


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
        mark = f"{mark.strip('| ').partition('|')[0].strip().rstrip('.)')}:"
    elif re.fullmatch(r"\d+\W?", mark):
        mark = f"{step.number}."
    return quoted.said(f"{mark} {text}")


def _tells_less(lines: Sequence[Sentence]) -> bool:
    """Whether lines tell nothing to do: they come after those that do."""
    return not any(instructs(label(line.text)[1]) for line in lines)


def _extras(blocks: Sequence[Block], warned: Sequence[Clause]) -> Iterator[tuple[Sentence, ...]]:
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
            kept: list[Clause] = []
            for said in (line,) if line.form == "point" else line.sentences:
                if leans(said.text) or warns(said.text) or said.text.rstrip().endswith(":"):
                    continue
                if is_record(said.text):
                    continue
                acts = any(map(instructs, _behind_labels(said.text)))
                if acts or sets_threshold(said.text) or (depends(said.text) and binds(said.text)):
                    kept.append(said)
            yield from _limits_together(kept)


def _behind_labels(text: str) -> list[str]:
    """What follows the labels of a line: `Code E1: frost: close the damper`."""
    said = label(text)[1]
    return [said] if said == text else [said, label(said)[1]]


def _limits_together(kept: Sequence[Clause]) -> Iterator[tuple[Sentence, ...]]:
    """Limits that follow each other go on an aid together: one of two cases alone misleads."""
    group: list[Clause] = []
    for said in kept:
        follows = group and said.start - group[-1].end <= 1
        if group and not (follows and all(sets_threshold(s.text) for s in (group[-1], said))):
            yield tuple(each.said() for each in group)
            group = []
        group.append(said)
    if group:
        yield tuple(each.said() for each in group)
