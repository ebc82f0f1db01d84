"""Decides nothing: all SQL of the `analytics` schema stands here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from analytics.nouns import EVIDENCE_KINDS, Evidence, Gap

Connection = AsyncConnection[tuple[Any, ...]]

_SELECT = """
    select g.id, g.role, g.competency, g.priority, g.impact, g.rationale, g.state,
           g.activated_at, g.closed_at,
           coalesce((select jsonb_agg(jsonb_build_array(e.kind, e.value, e.n, e.held_on))
                     from analytics.evidence e where e.gap = g.id), '[]')
    from analytics.gap g
"""


async def fetch_gap(conn: Connection, gap: str) -> Gap | None:
    """Fetch a gap by its id."""
    row = await (await conn.execute((_SELECT + " where g.id = %s").encode(), [gap])).fetchone()
    return _gap(row) if row else None


async def fetch_gaps(conn: Connection, *, role: str = "", state: str = "") -> list[Gap]:
    """Fetch the gaps, all of them or those of a role, in a state or both, by id."""
    cursor = await conn.execute(
        (
            _SELECT
            + """
            where (%(role)s = '' or g.role = %(role)s) and (%(state)s = '' or g.state = %(state)s)
            order by g.id
            """
        ).encode(),
        {"role": role, "state": state},
    )
    return [_gap(row) for row in await cursor.fetchall()]


async def fetch_written(conn: Connection) -> dict[str, dict[str, str]]:
    """Fetch how the dates of each gap's evidence were worded: id -> field -> wording."""
    cursor = await conn.execute("select id, written from analytics.gap")
    return dict(await cursor.fetchall())


async def fetch_slots(conn: Connection, role: str) -> tuple[int, ...]:
    """Fetch which of a role's slots active gaps hold."""
    cursor = await conn.execute(
        "select slot from analytics.gap where role = %s and slot is not null order by slot", [role]
    )
    return tuple(row[0] for row in await cursor.fetchall())


async def mark_active(conn: Connection, gap: str, slot: int, now: datetime) -> None:
    """Activate a gap in one of its role's slots."""
    await conn.execute(
        "update analytics.gap set state = 'active', slot = %s, activated_at = %s where id = %s",
        [slot, now, gap],
    )


async def mark_closed(conn: Connection, gap: str, now: datetime) -> None:
    """Close a gap, which gives its slot back."""
    await conn.execute(
        "update analytics.gap set state = 'closed', slot = null, closed_at = %s where id = %s",
        [now, gap],
    )


async def upsert_gaps(
    conn: Connection, gaps: Sequence[Gap], written: Sequence[dict[str, str]], now: datetime
) -> None:
    """Insert gaps as proposed, or bring those with these ids up to date; a state stays as it is."""
    ids = [gap.id for gap in gaps]
    async with conn.cursor() as cursor:
        await cursor.executemany(
            """
            insert into analytics.gap
                (id, role, competency, priority, impact, rationale, imported_at, written)
            values (%s, %s, %s, %s, %s, %s, %s, %s)
            on conflict (id) do update set
                role = excluded.role, competency = excluded.competency,
                priority = excluded.priority, impact = excluded.impact,
                rationale = excluded.rationale, imported_at = excluded.imported_at,
                written = excluded.written
            """,
            [
                (
                    gap.id,
                    gap.role,
                    gap.competency,
                    gap.priority,
                    gap.impact,
                    gap.rationale,
                    now,
                    Jsonb(words),
                )
                for gap, words in zip(gaps, written, strict=True)
            ],
        )
        await cursor.execute("delete from analytics.evidence where gap = any(%s)", [ids])
        await cursor.executemany(
            "insert into analytics.evidence (gap, kind, value, n, held_on)"
            " values (%s, %s, %s, %s, %s)",
            [(gap.id, e.kind, e.value, e.n, e.on) for gap in gaps for e in gap.evidence],
        )


def _gap(row: tuple[Any, ...]) -> Gap:
    identity, role, competency, priority, impact, rationale, state, activated, closed, rows = row
    held = [
        Evidence(kind, value, n, date.fromisoformat(on) if on else None)
        for kind, value, n, on in rows
    ]
    evidence = tuple(sorted(held, key=lambda each: EVIDENCE_KINDS.index(each.kind)))
    return Gap(
        identity, role, competency, priority, impact, rationale, evidence, state, activated, closed
    )
