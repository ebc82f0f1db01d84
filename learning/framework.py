"""Decides what importing and exporting a competency file does to what is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from learning.competency_file import Known, changed, read_competencies, write_competencies
from learning.entries import Refused
from learning.store import Connection, fetch_people
from learning.store import competencies as store


@dataclass(frozen=True, slots=True)
class Imported:
    """How many competencies a file held, which of them were new or changed, and which of all that
    are stored rest on a job description alone or were validated by nobody."""

    count: int
    changed: tuple[str, ...]
    unconfirmed: tuple[str, ...]
    unvalidated: tuple[str, ...]


async def import_competencies(
    conn: Connection, path: Path, today: date
) -> Imported | tuple[Refused, ...]:
    """Store all of a file, or nothing; competencies that it leaves out stay as they are."""
    known = Known(
        await store.fetch_roles(conn),
        frozenset(person.email for person in await fetch_people(conn)),
        {one.id: one for one in await store.fetch_competencies(conn)},
        await store.fetch_written(conn),
    )
    framework = read_competencies(path, known, today)
    if isinstance(framework, tuple):
        return framework
    await store.upsert_competencies(conn, framework.competencies, framework.written)
    held = framework.competencies
    return Imported(
        len(held),
        changed(framework, known),
        tuple(one.id for one in held if not one.is_confirmed),
        tuple(one.id for one in held if not one.is_validated),
    )


async def export_competencies(conn: Connection) -> str:
    """Return everything stored as a file that can be imported again."""
    return write_competencies(await store.fetch_competencies(conn))
