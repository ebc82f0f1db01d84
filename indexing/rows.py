"""Decides what a run reports of one file: what became of it, and what is wrong with it if anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from indexing.problems import Problem
from indexing.revisions import Twin
from indexing.sources import Draft
from indexing.validation import NewRevision, Pending, Stored

Result = Literal[
    "indexed", "revised", "pending", "unchanged", "refused", "withdrawn", "duplicate", "ignored"
]


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one file.

    `indexed`: new and in force. `revised`: its new revision is in force. `pending`: stored, and
    waiting for a validation. `duplicate`: somebody chose another document with the same text.
    """

    uri: str
    result: Result
    problem: Problem | None = None


def stored_row(
    draft: Draft, source: str, stored: Stored | None, decision: NewRevision, twin: Twin | None
) -> Row:
    """Return the row of a document whose new revision was stored; `stored` is it as it was."""
    if twin is not None:
        return duplicate_row(draft, source, twin)
    if isinstance(decision.verdict, Pending):
        because = decision.verdict.because
        field = "validated_by" if because == "claim_incomplete" else "validated_on"
        where = draft.fields.get(field)
        problem = Problem(
            because,
            field,
            where.file if where else draft.uri,
            where.line if where else None,
            draft.wording.validated_on,
            f"{source}:{draft.uri}",
        )
        return Row(draft.uri, "pending", problem)
    return Row(draft.uri, "revised" if stored and stored.in_force else "indexed")


def duplicate_row(draft: Draft, source: str, twin: Twin) -> Row:
    """Return the row of a document whose text stands elsewhere: chosen against, or not settled."""
    problem = Problem("duplicate", "text", draft.uri, value=source, hint=twin.name)
    return Row(draft.uri, "duplicate" if twin.settled else "refused", problem)
