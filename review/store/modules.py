"""SQL of modules: what each is for, where it stands, and what publishes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from review.nouns import (
    DraftRequest,
    Module,
)
from review.states import State

Connection = AsyncConnection[tuple[Any, ...]]


async def insert_module(
    conn: Connection,
    request: DraftRequest,
    *,
    requested_by: int,
    actor: str,
    now: datetime,
    revises: int | None = None,
    because: str = "",
) -> int:
    """Store a new draft without content and return its id.

    Raises `psycopg.errors.UniqueViolation` when a revision of the same module is under way.
    """
    row = await (
        await conn.execute(
            """
            insert into review.module (kind, role, competency, part, domain, gap, context, source,
                                       requested_by, revises, because, created_at, moved_at, moved_by)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            returning id
            """,
            [
                request.kind,
                request.role,
                request.competency,
                request.part,
                request.domain,
                request.gap,
                request.context,
                request.source,
                requested_by,
                revises,
                because,
                now,
                now,
                actor,
            ],
        )
    ).fetchone()
    assert row
    return int(row[0])


async def fetch_module(conn: Connection, module_id: int, *, lock: bool = False) -> Module | None:
    """Fetch a module; `lock` makes others who want to move it wait for this transaction."""
    query = """
        select m.id, m.kind, m.role, m.competency, m.part, m.domain, m.gap, m.context, m.source,
               m.requested_by, m.revises, m.because, m.state, m.round, m.number, m.hash,
               m.created_at, m.moved_at, m.due_at
        from review.module m where m.id = %s
    """
    if lock:
        row = await (await conn.execute(query + "for update", [module_id])).fetchone()
    else:
        row = await (await conn.execute(query, [module_id])).fetchone()
    return Module(*row) if row else None


async def fetch_modules(conn: Connection, states: Sequence[State] = ()) -> list[tuple[Module, str]]:
    """Fetch modules with their titles (empty while drafted), the newest first; all states if none."""
    rows = await (
        await conn.execute(
            """
            select m.id, m.kind, m.role, m.competency, m.part, m.domain, m.gap, m.context, m.source,
                   m.requested_by, m.revises, m.because, m.state, m.round, m.number, m.hash,
                   m.created_at, m.moved_at, m.due_at, coalesce(c.title, '')
            from review.module m
            left join review.content c on c.module_id = m.id and c.number = m.number
            where cardinality(%(states)s::text[]) = 0 or m.state = any (%(states)s)
            order by m.id desc
            """,
            {"states": list(states)},
        )
    ).fetchall()
    return [(Module(*row[:-1]), row[-1]) for row in rows]


async def mark_content(
    conn: Connection, module: Module, number: int, hash: str, *, actor: str, now: datetime
) -> None:
    """Make a stored content the module's own and put it before the reviewers, in a new round."""
    await conn.execute(
        """
        update review.module
        set state = 'in_review', number = %s, hash = %s, moved_at = %s, moved_by = %s,
            round = case when number = 0 then round else round + 1 end
        where id = %s
        """,
        [number, hash, now, actor, module.id],
    )


async def mark_state(
    conn: Connection, module_id: int, state: State, *, actor: str, now: datetime
) -> None:
    """Move a module. Raises `psycopg.errors.RaiseException` where the gate does not allow it."""
    await conn.execute(
        "update review.module set state = %s, moved_at = %s, moved_by = %s where id = %s",
        [state, now, actor, module_id],
    )


async def mark_back_in_review(
    conn: Connection, module_id: int, *, actor: str, now: datetime
) -> None:
    """Put a suspended module before both seats again, with the content it has."""
    await conn.execute(
        """
        update review.module
        set state = 'in_review', round = round + 1, moved_at = %s, moved_by = %s
        where id = %s
        """,
        [now, actor, module_id],
    )


async def mark_due(conn: Connection, module_id: int, due_at: datetime) -> None:
    """Set by when the reviewers are asked to decide."""
    await conn.execute("update review.module set due_at = %s where id = %s", [due_at, module_id])


async def publish(conn: Connection, module_id: int, *, actor: str, now: datetime) -> None:
    """Publish a module both seats have approved, and take the one it replaces out of use.

    The database puts it into `learning.published_module`, where nobody else writes. Raises
    `psycopg.errors.RaiseException` when an approval is missing: it looks for itself.
    """
    await mark_state(conn, module_id, "published", actor=actor, now=now)
    await conn.execute(
        """
        update review.module old
        set state = 'superseded', moved_at = %s, moved_by = %s
        from review.module new
        where new.id = %s and old.id = new.revises
          and old.state in ('published', 'flagged', 'suspended')
        """,
        [now, actor, module_id],
    )
