"""Decides what an SOP's outline is made of: clauses, which are runs of a passage, steps and blocks.

Everything is a run of one passage's own characters, so that each piece can be cited.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from textwrap import dedent
from typing import Literal

from indexing.nouns import Passage, SopText
from indexing.units import sentences
from learning.modules import Cite, Sentence

Form = Literal["prose", "point", "row", "cell", "code"]
"""A line of running text, a sub-point or list item, a table's row, a cell of one that is a step, an
example to copy."""


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
        spans = _with_whole_speech(self.quote, sentences(self.quote))
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


def _with_whole_speech(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The sentences of a line; those inside quotation marks end none: `Say "I see. Go on."`"""
    whole: list[tuple[int, int]] = []
    closes = max(text.rfind('"'), text.rfind("”"))
    straight = curly = 0  # marks of the last sentence: an odd number, or more opened than closed
    for first, last in spans:
        if (straight % 2 or curly > 0) and closes >= first:
            whole[-1] = (whole[-1][0], last)
        else:
            straight = curly = 0
            whole.append((first, last))
        straight += text.count('"', first, last)
        curly += text.count("“", first, last) - text.count("”", first, last)
    return whole


@dataclass(frozen=True, slots=True)
class SopStep:
    """A numbered step. `number` is the SOP's own; `lines[0]` is its first line without it."""

    number: int
    section: str
    lines: tuple[Clause, ...]
    list_id: int = 0
    """Counts the document's numbered lists: steps of one list follow each other."""
    headed: bool = False
    """Its number and its name are the heading of its section, which no line repeats."""

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


Part = SopStep | Block
"""A step, or what stands beside the steps."""


@dataclass(frozen=True, slots=True)
class Outline:
    """An SOP in its order."""

    sop: SopText
    parts: tuple[Part, ...]

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
