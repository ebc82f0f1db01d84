"""All SQL of what is published, as learners meet it, and of how much of a guide each wants to read."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from learning.modules import Content, Level, ModuleKind, content_from_json
from learning.store.people import Connection


@dataclass(frozen=True, slots=True)
class PublishedModule:
    """A published module without its words. `domain` is its competency's."""

    module_id: int
    kind: ModuleKind
    role: str
    competency: str
    domain: str
    title: str


async def fetch_published_modules(
    conn: Connection, kinds: Collection[ModuleKind]
) -> list[PublishedModule]:
    """What is published of these kinds, by title."""
    rows = await (
        await conn.execute(
            """
            select p.module_id, p.kind, p.role, p.competency, c.domain, p.title
            from learning.published_module p join learning.competency c on c.id = p.competency
            where p.kind = any (%s)
            order by p.title, p.module_id
            """,
            [list(kinds)],
        )
    ).fetchall()
    return [PublishedModule(*row) for row in rows]


async def fetch_published_module(
    conn: Connection, module_id: int
) -> tuple[PublishedModule, Content] | None:
    """A published module with what it says; None where none is published under this id."""
    row = await (
        await conn.execute(
            """
            select p.body, p.module_id, p.kind, p.role, p.competency, c.domain, p.title
            from learning.published_module p join learning.competency c on c.id = p.competency
            where p.module_id = %s
            """,
            [module_id],
        )
    ).fetchone()
    if row is None:
        return None
    return PublishedModule(*row[1:]), content_from_json(json.loads(row[0])["content"])


async def fetch_level(conn: Connection, person_id: int) -> Level:
    """The level at which somebody wants to read guides."""
    row = await (
        await conn.execute(
            "select level from learning.preference where person_id = %s", [person_id]
        )
    ).fetchone()
    level: Level = row[0] if row else "standard"
    return level


async def upsert_level(conn: Connection, person_id: int, level: Level, now: datetime) -> None:
    """Keep the level that somebody chose; the last press counts."""
    await conn.execute(
        """
        insert into learning.preference (person_id, level, at) values (%s, %s, %s)
        on conflict (person_id) do update set level = excluded.level, at = excluded.at
        """,
        [person_id, level, now],
    )
