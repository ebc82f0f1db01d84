"""Decides what review talks about: what is to be drafted, from what, and what became of it.

Pure values, no wording.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from indexing.nouns import SopText as SopText
from learning.modules import Content, ModuleKind
from review.states import State

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
    """What to draft and why. `gap` is the gap's id; `context` is where the module is used."""

    gap: str
    kind: ModuleKind
    role: str
    competency: str
    statement: str
    domain: str
    context: str
    parts: tuple[SubCompetency, ...] = ()
    part: str = ""
    source: str = ""


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
    """One person's approval of one exact content. `at` is when the press was taken in.

    Its card had `parts` of them; `opened` are the numbers of those the person had been shown.
    """

    seat: Seat
    person_id: int
    hash: str
    ticks: tuple[Tick, ...]
    at: datetime
    parts: int = 1
    opened: tuple[int, ...] = (1,)


@dataclass(frozen=True, slots=True)
class Module:
    """One module in one version. `requested_by` is a person's id; `source` is `SOURCE:path` or empty.

    `number` is the content it has now, 0 while none is drafted, and `hash` what that hashes to.
    `round` counts its reviews; `revises` is the published module it is to replace.
    """

    id: int
    kind: ModuleKind
    role: str
    competency: str
    part: str
    domain: str
    gap: str
    context: str
    source: str
    requested_by: int
    revises: int | None
    because: str
    state: State
    round: int
    number: int
    hash: str
    created_at: datetime
    moved_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: a `code` of its own, the section's key ('' for the whole module), the
    sentence, and the words at fault. `blocks`: nobody may approve while it stands."""

    code: str
    section: str = ""
    text: str = ""
    words: tuple[str, ...] = ()
    blocks: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks say of one content before a human looks.

    `claims` are the sentences that cite, `supported` those whose sources were found to say so,
    `authored` the author's own. `characters` counts all that a learner reads; `grade` is the
    school grade a reader needs (Flesch-Kincaid), None where there is too little text.
    """

    claims: int
    supported: int
    authored: int
    characters: int
    grade: float | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def blocked(self) -> bool:
        """Whether nobody may approve the content as it stands."""
        return any(finding.blocks for finding in self.findings)


@dataclass(frozen=True, slots=True)
class StoredContent:
    """What a module said at some time. `edited_by` is a person's id, None where the drafter wrote it."""

    module_id: int
    number: int
    hash: str
    content: Content
    title: str
    checks: Checked
    drafted_by: str
    edited_by: int | None
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class CitedRevision:
    """A revision that a content rests on, and the one in force now (None: there is none)."""

    document_id: int
    revision_id: int
    in_force: int | None
    source: str
    uri: str
    title: str


@dataclass(frozen=True, slots=True)
class Remark:
    """What a reviewer asked for, why they said no, or what a learner reported.

    `id` grows with time.
    """

    kind: Literal["changes", "reject", "withdraw", "report", "restore"]
    number: int
    person_id: int
    text: str
    at: datetime
    id: int = 0


WITHDRAWN = "withdrawn"
"""The kind of change that a withdrawn source is; the others are `indexing.changes`' own."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A source changed under a published module. `changes` are JSON values of what was before and
    after, with `indexing.changes`' own codes; title, version and owner are the new revision's."""

    module_id: int
    source: str
    uri: str
    revision_id: int
    title: str
    version: str
    owner: str
    changes: list[dict[str, Any]]
    at: datetime

    @property
    def withdrawn(self) -> bool:
        """Whether the source is gone altogether."""
        return any(change["kind"] == WITHDRAWN for change in self.changes)


@dataclass(frozen=True, slots=True)
class Posted:
    """Where one of a module's cards stands, or the form somebody approves it with; `done`, once used.

    It has shown or asked about the content `number` since `at`.
    """

    ref: str
    number: int
    place: str
    kind: Literal["card", "form", "done"]
    at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """A draft before its reviewers. `approved` are the seats that have; `out` are the ids of those
    who may not approve it: its authors, and whoever has approved it already."""

    module: Module
    title: str
    approved: tuple[Seat, ...]
    out: frozenset[int]
