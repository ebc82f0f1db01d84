"""Decides what an SOP's text is made of: numbered steps with their lines, and what stands beside.

Reads passages as indexing/passages.py writes them: steps at the margin, what belongs to a step
indented. Everything is a run of one passage's own characters, so that each piece can be cited.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from textwrap import dedent
from typing import Literal

from indexing.nouns import Passage, SopText
from indexing.passages import LONGEST_STEP, Unit, sentences, units
from learning.modules import Cite, Sentence

Form = Literal["prose", "point", "row", "code"]
"""A line of running text, a sub-point or list item, a table's row, an example to copy."""

_MARKER = re.compile(r"(?:\d{1,4}[.)]|-)\s+")
_NUMBERED = re.compile(r"(?:\d{1,4}|[a-z])[.)]\s+", re.IGNORECASE)
_CUT_STEP = 40
"""Words a step has at least before what follows in the next passage may be the rest of it."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A run of a passage's text. `start` and `end` are characters of `passage.text`.

    `depth` counts the list items a line stands in: 0 for a step's first line, 1 for its sub-points.
    """

    sop: SopText
    passage: Passage
    start: int
    end: int
    form: Form = "prose"
    depth: int = 0

    @property
    def quote(self) -> str:
        """The passage's own characters."""
        return self.passage.text[self.start : self.end]

    @property
    def text(self) -> str:
        """What is read: the quote, an example without the indentation of its place."""
        if self.form != "code":
            return self.quote
        line = self.passage.text.rfind("\n", 0, self.start) + 1
        return dedent(" " * (self.start - line) + self.quote)

    @property
    def section(self) -> str:
        """The place a citation names."""
        return self.passage.section

    @property
    def sentences(self) -> tuple[Clause, ...]:
        """The sentences of a line; a row and an example are one each."""
        if self.form in ("row", "code"):
            return (self,)
        spans = sentences(self.quote)
        return tuple(
            replace(self, start=self.start + first, end=self.start + last) for first, last in spans
        )

    def cite(self) -> Cite:
        """Where it stands."""
        sop = self.sop
        return Cite(sop.source, sop.uri, sop.revision, sop.version, self.section, self.quote)

    def said(self, text: str | None = None) -> Sentence:
        """The clause as a module's sentence, or a part of it."""
        return Sentence(self.text if text is None else text, (self.cite(),))


@dataclass(frozen=True, slots=True)
class SopStep:
    """A numbered step. `number` is the SOP's own; `lines[0]` is its first line without it."""

    number: int
    section: str
    lines: tuple[Clause, ...]
    list_id: int = 0
    """Counts the document's numbered lists: steps of one list follow each other."""

    @property
    def head(self) -> Clause:
        return self.lines[0]


@dataclass(frozen=True, slots=True)
class Block:
    """What stands beside the steps: a paragraph's line, with the list it announces if it does."""

    lines: tuple[Clause, ...]

    @property
    def head(self) -> Clause:
        return self.lines[0]


@dataclass(frozen=True, slots=True)
class Outline:
    """An SOP in its order."""

    sop: SopText
    parts: tuple[SopStep | Block, ...]

    @property
    def steps(self) -> tuple[SopStep, ...]:
        return tuple(part for part in self.parts if isinstance(part, SopStep))

    @property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(part for part in self.parts if isinstance(part, Block))

    @property
    def lists(self) -> tuple[tuple[SopStep, ...], ...]:
        """The numbered lists, each with its steps."""
        found = groupby(self.steps, key=lambda step: step.list_id)
        return tuple(tuple(steps) for _, steps in found)

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """Every line, in order."""
        return tuple(line for part in self.parts for line in part.lines)


def outline(sop: SopText) -> Outline:
    """The steps and paragraphs of an SOP. A heading that nothing follows is neither."""
    parts: list[SopStep | Block] = []
    written = [
        passage
        for passage in sop.passages
        if not passage.headings or passage.text != passage.headings[-1]
    ]
    for _, section in groupby(written, key=lambda passage: passage.headings):
        parts.extend(_section(sop, list(section)))
    return Outline(sop, tuple(_listed(parts)))


def _section(sop: SopText, passages: Sequence[Passage]) -> Iterator[SopStep | Block]:
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


def _listed(parts: Sequence[SopStep | Block]) -> Iterator[SopStep | Block]:
    """Numbers the lists: a new one begins where the count or the section does."""
    number, before = 0, None
    for part in parts:
        if isinstance(part, Block):
            yield part
            continue
        if before is None or part.number != before.number + 1 or part.section != before.section:
            number += 1
        before = part
        yield replace(part, list_id=number)
