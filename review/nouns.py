"""Decides what review talks about: what is to be drafted, from what, and what became of it.

Pure values, no wording.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from indexing.nouns import Passage
from learning.modules import Content, ModuleKind

Seat = Literal["sme", "ld"]
Tick = Literal["accuracy", "tone", "compliance"]
TICKS: tuple[Tick, ...] = ("accuracy", "tone", "compliance")


@dataclass(frozen=True, slots=True)
class SubCompetency:
    """One part of a competency that a module serves: `id` and its observable `statement`."""

    id: str
    statement: str


@dataclass(frozen=True, slots=True)
class DraftRequest:
    """What to draft and why. `gap` is the gap's id; `context` is where the module is used.

    `parts` are the competency's sub-competencies, none where it has none of its own. `domain` is
    the competency's, whose SMEs may approve.
    """

    gap: str
    kind: ModuleKind
    role: str
    competency: str
    statement: str
    domain: str
    context: str
    parts: tuple[SubCompetency, ...] = ()


@dataclass(frozen=True, slots=True)
class SopText:
    """A document of kind `sop` that may be answered from today: its revision in force, whole.

    `passages` are in the document's order; their texts are what a `Cite.quote` is taken from.
    """

    document_id: int
    source: str
    uri: str
    revision: int
    version: str
    version_on: date
    title: str
    owner: str
    audience: tuple[str, ...]
    competencies: tuple[str, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft as it came out. `left_out` says what was asked for and could not be had (codes)."""

    content: Content
    drafted_by: str
    """`verbatim`, or the model's name."""
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NothingToDraftFrom:
    """The documents do not hold what this kind needs. `why` is a code, `documents` their uris."""

    why: Literal[
        "no_sop", "no_steps", "no_thresholds", "too_few_clauses", "too_long", "no_such_part"
    ]
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's approval of one exact content. `at` is when the press was taken in."""

    seat: Seat
    person_id: int
    hash: str
    ticks: tuple[Tick, ...]
    at: datetime
