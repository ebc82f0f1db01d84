"""Decides what importing a people file does, and how its report reads."""

from __future__ import annotations

from pathlib import Path

from handlers.imports import refused_lines
from handlers.services import Connection
from handlers.wording import counted, listed
from indexing import audit
from indexing.documents import mark_owners
from learning.people import Imported, import_people, read_people
from learning.store import act_as

IN_THE_DEMO = (
    "Note: this is the demo's database, and the sample company lives in it too. For your own people"
    " and documents alone, set JOBAID_HOME to an empty folder and start: jobaid demo --empty"
)
"""Said, without stopping anything, when somebody puts their own into the demo."""


async def on_people_import(conn: Connection, path: Path, actor: str) -> tuple[bool, list[str]]:
    """Import a people file, all of it or nothing; whether it was taken, and the report's lines."""
    read = read_people(path)
    if isinstance(read, tuple):
        return False, refused_lines(path, read)
    # Documents first: with the first change of a person the audit log is held.
    affected = await mark_owners(conn, set(read.gone), set(read.active))
    await act_as(conn, actor, {"file": path.name})
    imported = await import_people(conn, read)
    await audit.record(
        conn,
        actor,
        "people.imported",
        path.name,
        {"people": sorted(read.active), "gone": sorted(read.gone)},
    )
    return True, _report(path, imported, affected)


def _report(path: Path, imported: Imported, affected: int) -> list[str]:
    lines = [f"{path.name}: {counted(len(imported.people), 'person', 'people')} imported."]
    if imported.gone:
        lines.append(f"  Gone: {', '.join(sorted(imported.gone))}.")
    if imported.unknown_managers:
        managers = listed(sorted(imported.unknown_managers))
        lines.append(
            f"  Not known, accepted all the same (managers): {managers}. Correct the e-mail, or"
            " import them too."
        )
    taken = [f"{one.email} ({', '.join(one.revoked)})" for one in imported.seats if one.revoked]
    if taken:
        lines.append(f"  The file took seats: {'; '.join(taken)}. It says none of them any more.")
    if affected:
        lines.append(
            f"  {counted(affected, 'document')} changed because an owner left or came back. See them:"
            " jobaid documents"
        )
    return lines
