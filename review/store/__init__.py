"""Decides nothing: all SQL of the `review` schema stands in this folder; modules are at hand here.

The gate is in the database too: what these statements must not do, its triggers refuse.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb
from pydantic import TypeAdapter

from learning.modules import Content, content_from_json
from review.nouns import (
    TICKS,
    Approval,
    Checked,
    CitedRevision,
    DraftRequest,
    Module,
    Remark,
    Seat,
    StoredContent,
)
from review.states import State

Connection = AsyncConnection[tuple[Any, ...]]
_checked: TypeAdapter[Checked] = TypeAdapter(Checked)


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


async def insert_content(
    conn: Connection,
    module_id: int,
    number: int,
    *,
    body: str,
    hash: str,
    title: str,
    checks: Checked,
    drafted_by: str,
    edited_by: int | None,
    now: datetime,
) -> None:
    """Store what a module says, as the very text that was hashed."""
    await conn.execute(
        """
        insert into review.content (module_id, number, hash, body, title, checks, blocked,
                                    drafted_by, edited_by, stored_at)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        [
            module_id,
            number,
            hash,
            body,
            title,
            Jsonb(_checked.dump_python(checks, mode="json")),
            checks.blocked,
            drafted_by,
            edited_by,
            now,
        ],
    )


async def insert_cited(
    conn: Connection, module_id: int, number: int, cited: Sequence[tuple[int, str, str]]
) -> None:
    """Store where the content comes from: `(revision id, section, quote)`, each once."""
    async with conn.cursor() as cursor:
        await cursor.executemany(
            """
            insert into review.cited (module_id, number, document_id, revision_id, section, quote)
            select %s, %s, r.document_id, r.id, %s, %s from indexing.revision r where r.id = %s
            """,
            [(module_id, number, section, quote, revision) for revision, section, quote in cited],
        )


async def fetch_content(conn: Connection, module_id: int, number: int) -> StoredContent | None:
    """Fetch one content of a module."""
    row = await (
        await conn.execute(
            """
            select module_id, number, hash, body, title, checks, drafted_by, edited_by, stored_at
            from review.content where module_id = %s and number = %s
            """,
            [module_id, number],
        )
    ).fetchone()
    if row is None:
        return None
    module, at, hashed, body, title, checks, drafted_by, edited_by, stored_at = row
    content = content_from_json(json.loads(body)["content"])
    checked = _checked.validate_python(checks)
    return StoredContent(
        module, at, hashed, content, title, checked, drafted_by, edited_by, stored_at
    )


async def fetch_published(
    conn: Connection, kind: str, *, without: int | None = None
) -> list[tuple[int, Content]]:
    """The published modules of a kind, by id, with what they say; `without` is one to leave out."""
    rows = await (
        await conn.execute(
            """
            select module_id, body from learning.published_module
            where kind = %s and module_id is distinct from %s order by 1
            """,
            [kind, without],
        )
    ).fetchall()
    return [(module, content_from_json(json.loads(body)["content"])) for module, body in rows]


async def fetch_editors(conn: Connection, module_id: int) -> frozenset[int]:
    """The ids of everybody who edited any content of a module."""
    rows = await (
        await conn.execute(
            """
            select distinct edited_by from review.content
            where module_id = %s and edited_by is not null
            """,
            [module_id],
        )
    ).fetchall()
    return frozenset(row[0] for row in rows)


async def fetch_cited(conn: Connection, module_id: int, number: int) -> list[CitedRevision]:
    """The revisions a content rests on, and which revision of each document is in force now."""
    rows = await (
        await conn.execute(
            """
            select distinct r.document_id, r.id, d.in_force_revision_id, d.source, d.uri, r.title
            from review.cited c
            join indexing.revision r on r.id = c.revision_id
            join indexing.document d on d.id = c.document_id
            where c.module_id = %s and c.number = %s
            order by d.source, d.uri
            """,
            [module_id, number],
        )
    ).fetchall()
    return [CitedRevision(*row) for row in rows]


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


async def insert_approval(
    conn: Connection,
    module: Module,
    *,
    seat: Seat,
    person_id: int,
    just_competent: dict[str, int],
    press: int,
    at: datetime,
    seconds: int,
) -> None:
    """Store an approval of the module's content as it stands, with all three ticks."""
    await conn.execute(
        """
        insert into review.approval (module_id, number, hash, round, seat, person_id, ticks,
                                     just_competent, press, at, seconds)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        [
            module.id,
            module.number,
            module.hash,
            module.round,
            seat,
            person_id,
            list(TICKS),
            Jsonb(just_competent),
            press,
            at,
            seconds,
        ],
    )


async def fetch_approvals(conn: Connection, module: Module) -> tuple[Approval, ...]:
    """The approvals of this round of review, in the order they were given."""
    rows = await (
        await conn.execute(
            """
            select seat, person_id, hash, ticks, at from review.approval
            where module_id = %s and round = %s and number = %s order by id
            """,
            [module.id, module.round, module.number],
        )
    ).fetchall()
    return tuple(
        Approval(seat, who, hashed, tuple(ticks), at) for seat, who, hashed, ticks, at in rows
    )


async def publish(conn: Connection, module_id: int, *, actor: str, now: datetime) -> None:
    """Publish a module both seats have approved, and take the one it replaces out of use.

    The only writer of `learning.published_module`. Raises `psycopg.errors.RaiseException` when an
    approval is missing: the database looks for itself.
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
    await conn.execute(
        """
        insert into learning.published_module
            (module_id, kind, role, competency, title, hash, body, published_at)
        select m.id, m.kind, m.role, m.competency, c.title, c.hash, c.body, %s
        from review.module m
        join review.content c on c.module_id = m.id and c.number = m.number
        where m.id = %s
        """,
        [now, module_id],
    )


async def insert_remark(
    conn: Connection,
    module: Module,
    *,
    kind: str,
    person_id: int,
    text: str,
    press: int,
    now: datetime,
) -> None:
    """Store what somebody asked for, or why they said no."""
    await conn.execute(
        """
        insert into review.remark (module_id, number, kind, person_id, text, press, at)
        values (%s, %s, %s, %s, %s, %s, %s)
        """,
        [module.id, module.number, kind, person_id, text, press, now],
    )


async def fetch_remarks(conn: Connection, module_id: int) -> tuple[Remark, ...]:
    """Everything people remarked on a module, in the order they did."""
    rows = await (
        await conn.execute(
            """
            select kind, number, person_id, text, at from review.remark
            where module_id = %s order by id
            """,
            [module_id],
        )
    ).fetchall()
    return tuple(Remark(*row) for row in rows)


async def fetch_reporters(conn: Connection, module: Module) -> frozenset[int]:
    """Who has reported this content since it was published."""
    rows = await (
        await conn.execute(
            """
            select distinct person_id from review.remark
            where module_id = %s and number = %s and kind = 'report' and at >= %s
            """,
            [module.id, module.number, module.moved_at],
        )
    ).fetchall()
    return frozenset(row[0] for row in rows)


async def upsert_posted(
    conn: Connection, module: Module, *, ref: str, place: str, now: datetime
) -> None:
    """Remember that a card shows the module's present content, and since when."""
    await conn.execute(
        """
        insert into review.posted (ref, module_id, number, place, posted_at)
        values (%s, %s, %s, %s, %s)
        on conflict (ref) do update set number = excluded.number, posted_at = excluded.posted_at
        """,
        [ref, module.id, module.number, place, now],
    )


async def fetch_posted(conn: Connection, module_id: int) -> list[tuple[str, int, str, datetime]]:
    """Where the module's cards stand: `(ref, content number, place, posted at)`, newest first."""
    return await (
        await conn.execute(
            """
            select ref, number, place, posted_at from review.posted
            where module_id = %s order by posted_at desc, ref
            """,
            [module_id],
        )
    ).fetchall()


async def insert_minutes(
    conn: Connection, module_id: int, *, person_id: int, minutes: int, press: int, now: datetime
) -> None:
    """Store how many minutes somebody says a review took them."""
    await conn.execute(
        """
        insert into review.minutes (module_id, person_id, minutes, press, at)
        values (%s, %s, %s, %s, %s)
        """,
        [module_id, person_id, minutes, press, now],
    )
