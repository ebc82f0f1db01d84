"""Decides what importing a people file does, and how its report reads."""

from __future__ import annotations

from pathlib import Path

from handlers.services import Connection
from handlers.wording import counted, listed
from indexing import audit
from indexing.documents import mark_owners
from learning.entries import Refused
from learning.people import Imported, import_people, read_people

IN_THE_DEMO = (
    "Note: this is the demo's database, and the sample company lives in it too. For your own people"
    " and documents alone, set JOBAID_HOME to an empty folder."
)
"""Said, without stopping anything, when somebody puts their own into the demo."""


async def on_people_import(conn: Connection, path: Path, actor: str) -> tuple[bool, list[str]]:
    """Import a people file, all of it or nothing; whether it was taken, and the report's lines."""
    read = read_people(path)
    refused = [entry for entry in read if isinstance(entry, Refused)]
    if refused:
        lines = [f"{path.name} was not imported; nothing has changed."]
        lines += [f"  {' '.join(filter(None, (r.entry, r.field)))}: {r.remedy}" for r in refused]
        return False, lines
    people = [entry for entry in read if not isinstance(entry, Refused)]
    imported = await import_people(conn, people)
    affected = await mark_owners(conn, set(imported.gone), set(imported.active))
    await audit.record(
        conn,
        actor,
        "people.imported",
        path.name,
        {"people": sorted(imported.active), "gone": sorted(imported.gone)},
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
    if affected:
        lines.append(
            f"  {counted(affected, 'document')} changed because an owner left or came back. See them:"
            " jobaid documents"
        )
    return lines
