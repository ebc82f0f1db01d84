"""Decides how competencies are imported and listed, and how the reports on them read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from handlers.imports import refused_lines
from handlers.services import Connection
from handlers.wording import columns, counted, listed
from indexing import audit
from learning.competencies import Competency
from learning.framework import Imported, export_competencies, import_competencies
from learning.store import act_as
from learning.store.competencies import fetch_competencies

_MOST_NAMED = 10


async def on_import(
    conn: Connection, path: Path, actor: str, now: datetime
) -> tuple[bool, list[str]]:
    """Import a competency file, all of it or nothing; whether it was taken, and the report."""
    await act_as(conn, actor, {"file": path.name})
    imported = await import_competencies(conn, path, now.date())
    if isinstance(imported, tuple):
        return False, refused_lines(path, imported)
    detail = {"competencies": imported.count, "changed": list(imported.changed)}
    await audit.record(conn, actor, "competencies.imported", path.name, detail)
    return True, list(_report(path, imported))


def _report(path: Path, imported: Imported) -> Sequence[str]:
    many = counted(imported.count, "competency", "competencies")
    lines = [f"{path.name}: {many}, {len(imported.changed)} new or changed."]
    for ids, said in (
        (imported.unvalidated, "Nobody has validated {}: no gap in it can be activated yet."),
        (imported.unconfirmed, "Only a job description names {}: unconfirmed, so not ranked yet."),
    ):
        if ids:
            lines.append("  " + said.format(_named(ids)))
    return lines


def _named(ids: Sequence[str]) -> str:
    more = len(ids) - _MOST_NAMED
    return listed([*ids[:_MOST_NAMED], *([f"{more} more"] if more > 0 else [])])


async def on_export(conn: Connection) -> str:
    """Return every competency as a file that can be imported again."""
    return await export_competencies(conn)


async def on_list(conn: Connection) -> list[Competency]:
    """Return every competency, in the order of its file."""
    return await fetch_competencies(conn)


def competencies_json(competencies: Sequence[Competency]) -> list[dict[str, Any]]:
    """Return one object a competency; `validated_on` is an ISO date or null."""
    return [
        {
            "id": one.id,
            "domain": one.domain,
            "role": one.role,
            "statement": one.statement,
            "level": one.level,
            "validated_by": one.validated_by or None,
            "validated_on": one.validated_on.isoformat() if one.validated_on else None,
            "confirmed": one.is_confirmed,
            "source": [{"person": s.person or None, "kind": s.kind} for s in one.sources],
            "parts": [{"id": part.id, "statement": part.statement} for part in one.parts],
        }
        for one in competencies
    ]


def competencies_table(competencies: Sequence[Competency]) -> str:
    """Return the list for people."""
    if not competencies:
        return "No competencies. Import a file: jobaid competencies import FILE.yaml"
    rows = (
        (
            one.id,
            one.domain,
            one.role,
            one.level,
            _standing(one),
            str(len(one.parts)),
            one.statement,
        )
        for one in competencies
    )
    head = ("COMPETENCY", "DOMAIN", "ROLE", "LEVEL", "VALIDATED", "PARTS", "STATEMENT")
    return "\n".join(columns(head, rows))


def _standing(competency: Competency) -> str:
    if competency.validated_on is None:
        return "not yet"
    return competency.validated_on.isoformat() + (
        "" if competency.is_confirmed else ", unconfirmed"
    )
