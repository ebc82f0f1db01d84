"""Decides what a gap is: a competency that people in a role lack, why it matters, and what shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

GapState = Literal["proposed", "active", "closed"]
EvidenceKind = Literal["assessment", "manager", "performance"]
EVIDENCE_KINDS: tuple[EvidenceKind, ...] = get_args(EvidenceKind)

MOST_ACTIVE = 3
"""Active gaps a role may have at once; the database holds it too."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One input on where people stand. `n` is how many it rests on, `on` its day; None: not said."""

    kind: EvidenceKind
    value: str
    n: int | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A named gap. `competency` is an id; `priority` the business priority it serves.

    `impact` goes from 1 to 5. `evidence` holds the kinds there are, each once; a kind that is not
    in it is missing, which is not the same as nothing.
    """

    id: str
    role: str
    competency: str
    priority: str
    impact: int
    rationale: str
    evidence: tuple[Evidence, ...] = ()
    state: GapState = "proposed"
    activated_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def missing(self) -> tuple[EvidenceKind, ...]:
        """The kinds of evidence that nobody has given."""
        held = {evidence.kind for evidence in self.evidence}
        return tuple(kind for kind in EVIDENCE_KINDS if kind not in held)
