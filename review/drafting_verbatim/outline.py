"""Decides what an SOP's text is made of: numbered steps with their lines, and what stands beside.

Reads passages as indexing/passages.py writes them: steps at the margin, what belongs to a step
indented. Everything is a run of one passage's own characters, so that each piece can be cited.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from indexing.nouns import Passage, SopText
from indexing.passages import LONGEST_STEP
from indexing.units import Unit, units
from review.drafting_verbatim.clauses import Block, Clause, Form, Outline, Part, SopStep
from review.drafting_verbatim.procedure import step_of_heading, with_all_steps
from review.drafting_verbatim.records import heads_history

_MARKER = re.compile(r"(?:\d{1,4}[.)]|-)\s+")
_NUMBERED = re.compile(
    r"(?:\d{1,3}(?:\.\d{1,3})+[.)]?|(?:\d{1,4}|[a-z]|[ivx]{1,5})[.)])\s+", re.IGNORECASE
)
_CUT_STEP = 40
"""Words a step has at least before what follows in the next passage may be the rest of it."""


def outline(sop: SopText) -> Outline:
    """The steps and paragraphs of an SOP, without the history of the document.

    A heading that nothing follows is none but a step's.
    """
    parts: list[Part] = []
    written = [
        passage
        for passage in sop.passages
        if not any(heads_history(heading) for heading in passage.headings)
        and (
            not passage.headings
            or passage.text != passage.headings[-1]
            or step_of_heading(passage.text)
        )
    ]
    for _, section in groupby(written, key=lambda passage: passage.headings):
        parts.extend(_section(sop, list(section)))
    return Outline(sop, tuple(_listed(list(with_all_steps(parts)))))


def _section(sop: SopText, passages: Sequence[Passage]) -> Iterator[Part]:
    """What stands under one heading, which may go on over several passages."""
    placed = [(passage, unit) for passage in passages for unit in units(passage.text)]
    at = 0
    while at < len(placed):
        passage, unit = placed[at]
        if unit.step is None:
            lines = tuple(_block(sop, placed, at))
            at += sum(len(line.units) for line in lines)
            yield Block(tuple(clause for line in lines for clause in line.clauses))
            continue
        rest = _rest_of_step(placed, at)
        lines_ = [*_lines(sop, passage, unit.start, unit.end)]
        for later, more in rest:
            lines_.extend(_lines(sop, later, more.start, more.end))
        yield SopStep(unit.step, passage.section, tuple(lines_))
        at += 1 + len(rest)


Placed = tuple[Passage, Unit]


def _rest_of_step(placed: Sequence[Placed], at: int) -> list[Placed]:
    """What the next passages hold of a step that was too long for one.

    Lines indented as that step's are; and, where the step would otherwise not have been cut at
    all, all that follows up to the next step.
    """
    passage, unit = placed[at]
    after = [*placed[at + 1 :]]
    if not after or after[0][0] is passage:
        return []
    end = next((n for n, (_, more) in enumerate(after) if more.step is not None), len(after))
    run = after[:end]
    words = len(passage.text[unit.start : unit.end].split())
    total = words + sum(len(where.text[more.start : more.end].split()) for where, more in run)
    if words >= _CUT_STEP and total > LONGEST_STEP:
        return run
    width = len(f"{unit.step}. ")
    indented = 0
    while indented < len(run) and _indent(*run[indented]) in (width, width + 2):
        indented += 1
    return run[:indented]


def _indent(passage: Passage, unit: Unit) -> int:
    text = passage.text[unit.start : unit.end]
    return len(text) - len(text.lstrip(" "))


@dataclass(frozen=True, slots=True)
class _Line:
    """A line beside the steps, with the units it took."""

    units: tuple[Placed, ...]
    clauses: tuple[Clause, ...]


def _block(sop: SopText, placed: Sequence[Placed], at: int) -> Iterator[_Line]:
    """One paragraph's line, and the list items, rows and examples below one that announces them."""
    first = _line(sop, placed, at)
    yield first
    at += len(first.units)
    follows = first.clauses[-1].quote.rstrip().endswith(":") or first.clauses[0].form != "prose"
    while follows and at < len(placed) and placed[at][1].step is None:
        line = _line(sop, placed, at)
        if line.clauses[0].form == "prose" or line.clauses[0].form != _form_below(first, line):
            return
        yield line
        at += len(line.units)


def _form_below(first: _Line, line: _Line) -> Form:
    """What may stand below a line: anything below one that announces, else more of the same."""
    own = first.clauses[0].form
    return line.clauses[0].form if own == "prose" else own


def _line(sop: SopText, placed: Sequence[Placed], at: int) -> _Line:
    """A line at the margin: sentences that share it are one."""
    passage, unit = placed[at]
    taken = [placed[at]]
    text = passage.text
    if not text.startswith(("- ", "    ", "| "), unit.start):
        for later, more in placed[at + 1 :]:
            between = text[taken[-1][1].end : more.start] if later is passage else "\n"
            if "\n" in between or more.step is not None:
                break
            taken.append((later, more))
    clauses = tuple(_lines(sop, passage, unit.start, taken[-1][1].end))
    return _Line(tuple(taken), clauses)


def _lines(sop: SopText, passage: Passage, start: int, end: int) -> Iterator[Clause]:
    """The lines of a step, a list item or a paragraph, markers off; lines of an example are one.

    A line four or more characters beyond what its item begins with is an example.
    """
    indents: list[int] = []
    code: Clause | None = None
    at = start
    for line in passage.text[start:end].splitlines(keepends=True):
        began, at = at, at + len(line)
        said = line.strip()
        if not said:
            continue
        indent = len(line) - len(line.lstrip(" "))
        stop = began + len(line.rstrip())
        while indents and indents[-1] > indent:
            indents.pop()
        margin = indents[-1] if indents else 0
        if indent - margin >= 4:
            first = code.start if code else began + indent
            code = Clause(sop, passage, first, stop, "code", len(indents))
            continue
        if code:
            yield code
            code = None
        yield _plain(sop, passage, began + indent, stop, len(indents))
        if found := _MARKER.match(said):
            indents.append(indent + found.end())
    if code:
        yield code


def _plain(sop: SopText, passage: Passage, start: int, stop: int, depth: int) -> Clause:
    """A line that is no example. The marker of a sub-point goes, a number inside a step stays."""
    text = passage.text
    if text.startswith("| ", start):
        return Clause(sop, passage, start, stop, "row", depth)
    marker = _MARKER.match(text, start, stop)
    if marker and (text[start] == "-" or depth == 0):
        form: Form = "point" if text[start] == "-" else "prose"
        return Clause(sop, passage, min(marker.end(), stop), stop, form, depth)
    numbered = _NUMBERED.match(text, start, stop) and depth
    return Clause(sop, passage, start, stop, "point" if numbered else "prose", depth)


def _listed(parts: Sequence[Part]) -> Iterator[Part]:
    """Numbers the lists: a new one begins where the count or the section does."""
    number, before = 0, None
    for part in parts:
        if isinstance(part, Block):
            yield part
            continue
        same = before is not None and (
            part.section == before.section or (part.headed and before.headed)
        )
        if before is None or part.number != before.number + 1 or not same:
            number += 1
        before = part
        yield replace(part, list_id=number)
