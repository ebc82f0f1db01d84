"""Decides what a run reports of one file: what became of it, and what is wrong with it if anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from indexing.nouns import Governance
from indexing.problems import Code, Problem
from indexing.revisions import Twin
from indexing.sources import Draft
from indexing.staff import Staff, unheld
from indexing.validation import (
    NewRevision,
    Pending,
    Stored,
    Validated,
    keeps_its_version,
)

Result = Literal[
    "indexed", "revised", "pending", "unchanged", "refused", "withdrawn", "duplicate", "ignored"
]


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one file.

    `indexed`: new and in force. `revised`: its new revision is in force. `pending`: stored, and
    waiting for a validation. `duplicate`: somebody chose another document with the same text.
    `warnings` are what it was stored in spite of.
    """

    uri: str
    result: Result
    problem: Problem | None = None
    warnings: tuple[Problem, ...] = ()


def stored_row(
    draft: Draft,
    source: str,
    stored: Stored | None,
    decision: NewRevision,
    twin: Twin | None,
    governance: Governance,
    today: date,
) -> Row:
    """Return the row of a document whose new revision was stored; `stored` is it as it was."""
    if twin is not None:
        return duplicate_row(draft, source, twin)
    warnings = tuple(_warnings(draft, source, stored, decision, governance, today))
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
        return Row(draft.uri, "pending", problem, warnings)
    return Row(draft.uri, "revised" if stored and stored.in_force else "indexed", warnings=warnings)


def _warnings(
    draft: Draft,
    source: str,
    stored: Stored | None,
    decision: NewRevision,
    governance: Governance,
    today: date,
) -> Iterator[Problem]:
    if stored and keeps_its_version(stored, draft.content_sha256, governance):
        said = f"{governance.version} of {governance.version_on.isoformat()}"
        yield _about(draft, "version", "version_not_raised", said)
    if isinstance(decision.verdict, Validated):
        expires_on = decision.verdict.on + governance.review_every
        if expires_on < today:
            name = f"{source}:{draft.uri}"
            said = expires_on.isoformat()
            yield _about(draft, "validated_on", "expired_on_arrival", said, name)


def _about(draft: Draft, field: str, code: Code, value: str, hint: str = "") -> Problem:
    where = draft.fields.get(field)
    file, line = (where.file, where.line) if where else (draft.uri, None)
    return Problem(code, field, file, line, value, hint)


def with_unheld(row: Row, draft: Draft, staff: Staff | None) -> Row:
    """Return the row with warnings of the roles and e-mails that nobody who was imported has."""
    if staff is None or row.result == "refused":
        return row
    said = draft.wording
    found = unheld(said.roles, said.audience, said.owner, staff)
    warnings = [_about(draft, each.field, each.code, each.name, each.meant) for each in found]
    return replace(row, warnings=(*row.warnings, *warnings))


def duplicate_row(draft: Draft, source: str, twin: Twin) -> Row:
    """Return the row of a document whose text stands elsewhere: chosen against, or not settled."""
    problem = Problem("duplicate", "text", draft.uri, value=source, hint=twin.name)
    return Row(draft.uri, "duplicate" if twin.settled else "refused", problem)
