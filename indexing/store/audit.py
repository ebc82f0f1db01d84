"""All SQL of the audit log. Rows are chained by a trigger: nothing here computes a hash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row, tuple_row
from psycopg.types.json import Jsonb

Connection = AsyncConnection[Any]


async def insert_event(
    conn: Connection, actor: str, act: str, subject: str, detail: dict[str, Any]
) -> None:
    """Append one governance act."""
    await conn.execute(
        "insert into audit.event (actor, act, subject, detail) values (%s, %s, %s, %s)",
        (actor, act, subject, Jsonb(detail)),
    )


async def fetch_first_broken(conn: Connection) -> int | None:
    """Return the id of the first row that does not follow from the one before it, or None."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            """
            select e.id
            from (select a as whole, a.id, a.hash, a.previous,
                         coalesce(lag(a.hash) over (order by a.id), ''::bytea) as before
                  from audit.event a) e
            where e.previous <> e.before or e.hash <> audit.hash_of(e.whole)
            order by e.id
            limit 1
            """
        )
        row = await cursor.fetchone()
    return int(row[0]) if row else None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log. `previous` and `hash` are hexadecimal."""

    id: int
    at: datetime
    actor: str
    act: str
    subject: str
    detail: dict[str, Any]
    previous: str
    hash: str


async def fetch_entries(conn: Connection) -> list[Entry]:
    """Fetch every entry, in order."""
    async with conn.cursor(row_factory=class_row(Entry)) as cursor:
        await cursor.execute(
            """
            select id, at, actor, act, subject, detail, encode(previous, 'hex') as previous,
                   encode(hash, 'hex') as hash
            from audit.event order by id
            """
        )
        return await cursor.fetchall()


async def fetch_head(conn: Connection) -> tuple[int, int, str] | None:
    """Return how many entries there are, the last one's id and its hash; None for an empty log."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            """
            select (select count(*) from audit.event), id, encode(hash, 'hex')
            from audit.event order by id desc limit 1
            """
        )
        row = await cursor.fetchone()
    return (int(row[0]), int(row[1]), str(row[2])) if row else None
