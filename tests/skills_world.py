"""The sample company's people, competencies and gaps in a database, for the tests of both."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from handlers import competencies, directory, gaps
from handlers.services import Connection
from learning.nouns import Person
from learning.store import fetch_people

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
TODAY = NOW.date()


async def load_people(conn: Connection) -> dict[str, Person]:
    """Import the people; return them by the names in their addresses."""
    taken, lines = await directory.on_people_import(conn, SAMPLES / "people.yaml", "tests")
    assert taken, lines
    return {person.email.partition("@")[0]: person for person in await fetch_people(conn)}


async def load_all(conn: Connection) -> dict[str, Person]:
    """Import people, competencies and gaps; nothing is active yet."""
    people = await load_people(conn)
    done, lines = await competencies.on_import(conn, SAMPLES / "competencies.yaml", "tests", NOW)
    assert done, lines
    done, lines = await gaps.on_import(conn, SAMPLES / "gaps.yaml", "tests", NOW)
    assert done, lines
    await conn.commit()
    return people


async def audited(conn: Connection, act: str) -> list[tuple[str, str]]:
    """Who did this, to what, in the audit log's order."""
    cursor = await conn.execute(
        "select actor, subject from audit.event where act = %s order by id", [act]
    )
    return [(actor, subject) for actor, subject in await cursor.fetchall()]
