"""All SQL of what modules rest on: who cites a document, what is in force of it, why one is flagged."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg.types.json import Jsonb

from review.nouns import CitedRevision, Flag
from review.states import State
from review.store import Connection


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a document stands: the revision in force, if any, and the newest one.

    `waits`: the newest one waits for its validation, and nothing else keeps it out.
    """

    document_id: int
    in_force: int | None
    newest: int
    waits: bool
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Citing:
    """Words that a module's present content takes from a revision of a document."""

    module_id: int
    state: State
    revision_id: int
    section: str
    quote: str


async def lock_sources(conn: Connection, document_ids: Collection[int]) -> None:
    """Until the transaction ends, nobody approves what rests on these documents.

    To be taken before any module's row is, as `lock_cited` is: whoever comes second then sees what
    the first one did, and no two wait for each other.
    """
    await conn.execute(
        """
        select pg_advisory_xact_lock(hashtextextended('review.source:' || id, 0))
        from (select unnest(%s::bigint[]) as id order by 1) documents
        """,
        [list(document_ids)],
    )


async def lock_cited(conn: Connection, module_id: int, number: int) -> None:
    """Until the transaction ends, nothing is flagged for a change of what this content cites."""
    await conn.execute(
        """
        select pg_advisory_xact_lock_shared(hashtextextended('review.source:' || document_id, 0))
        from (select distinct document_id from review.cited
              where module_id = %s and number = %s order by 1) documents
        """,
        [module_id, number],
    )


async def lock_citing(
    conn: Connection, document_ids: Collection[int], states: Sequence[State]
) -> None:
    """Until the transaction ends, nobody else moves the modules that cite these documents."""
    await conn.execute(
        """
        select from review.module m
        where m.state = any (%s) and exists (
            select from review.cited c
            where c.module_id = m.id and c.number = m.number and c.document_id = any (%s))
        order by m.id for update
        """,
        [list(states), list(document_ids)],
    )


async def fetch_standing(conn: Connection, document_ids: Collection[int]) -> list[Standing]:
    """Where these documents stand, by id; those of kind `sop` alone."""
    rows = await (
        await conn.execute(
            """
            select d.id, d.in_force_revision_id, d.newest_revision_id,
                   newest.validated_on is null and d.duplicate_of is null
                       and d.withdrawn_on is null,
                   d.withdrawn_on is not null or d.duplicate_settled
            from indexing.document d
            join indexing.revision newest on newest.id = d.newest_revision_id
            where d.id = any (%s) and d.kind = 'sop'
            order by d.id
            """,
            [list(document_ids)],
        )
    ).fetchall()
    return [Standing(*row) for row in rows]


async def fetch_drafts_citing(
    conn: Connection, document_ids: Collection[int]
) -> list[tuple[int, int, bool]]:
    """Each module before its reviewers, with its present content, that cites these documents.

    And whether one of its cards says that a source has moved.
    """
    return await (
        await conn.execute(
            """
            select m.id, m.number, exists (
                select from review.posted p where p.module_id = m.id and p.moved)
            from review.module m
            where m.state in ('in_review', 'approved_by_one') and exists (
                select from review.cited c
                where c.module_id = m.id and c.number = m.number and c.document_id = any (%s))
            order by m.id
            """,
            [list(document_ids)],
        )
    ).fetchall()


async def fetch_citing(
    conn: Connection, document_id: int, revision_id: int, states: Sequence[State]
) -> list[Citing]:
    """What modules in these states cite of other content of the document than this revision's.

    Content is title and text: where only the governance differs, nothing is returned.
    """
    rows = await (
        await conn.execute(
            """
            select m.id, m.state, c.revision_id, c.section, c.quote
            from review.cited c
            join review.module m on m.id = c.module_id and m.number = c.number
            join indexing.revision r on r.id = c.revision_id
            where c.document_id = %s and m.state = any (%s)
              and r.content_sha256 <> (select content_sha256 from indexing.revision where id = %s)
            order by m.id, c.revision_id, c.section, c.quote
            """,
            [document_id, list(states), revision_id],
        )
    ).fetchall()
    return [Citing(*row) for row in rows]


async def fetch_modules_citing(
    conn: Connection, document_id: int, states: Sequence[State]
) -> list[tuple[int, State]]:
    """The modules in these states that cite a document at all: `(id, state)`."""
    return await (
        await conn.execute(
            """
            select distinct m.id, m.state
            from review.cited c
            join review.module m on m.id = c.module_id and m.number = c.number
            where c.document_id = %s and m.state = any (%s)
            order by m.id
            """,
            [document_id, list(states)],
        )
    ).fetchall()


async def fetch_resting(
    conn: Connection, module_id: int, number: int, today: date
) -> list[tuple[CitedRevision, bool, bool]]:
    """What a content rests on: the revision, whether its document may be answered from on a day,
    and whether the revision in force has other content."""
    rows = await (
        await conn.execute(
            """
            select distinct r.document_id, r.id, d.in_force_revision_id, d.source, d.uri, r.title,
                   indexing.block_reason(d, %s) is null,
                   in_force.content_sha256 is distinct from r.content_sha256
            from review.cited c
            join indexing.revision r on r.id = c.revision_id
            join indexing.document d on d.id = c.document_id
            left join indexing.revision in_force on in_force.id = d.in_force_revision_id
            where c.module_id = %s and c.number = %s
            order by d.source, d.uri
            """,
            [today, module_id, number],
        )
    ).fetchall()
    return [(CitedRevision(*row[:-2]), row[-2], row[-1]) for row in rows]


async def fetch_quotes(
    conn: Connection, module_id: int, number: int, revision_id: int
) -> list[Citing]:
    """What one content of a module cites of one revision."""
    rows = await (
        await conn.execute(
            """
            select m.id, m.state, c.revision_id, c.section, c.quote
            from review.cited c join review.module m on m.id = c.module_id
            where c.module_id = %s and c.number = %s and c.revision_id = %s
            order by c.section, c.quote
            """,
            [module_id, number, revision_id],
        )
    ).fetchall()
    return [Citing(*row) for row in rows]


async def insert_flag(
    conn: Connection,
    module_id: int,
    *,
    document_id: int,
    revision_id: int,
    changes: Sequence[dict[str, Any]],
    now: datetime,
) -> int:
    """Store why a module was flagged: what its source says otherwise now; return the flag's id."""
    row = await (
        await conn.execute(
            """
            insert into review.flag (module_id, document_id, revision_id, changes, at)
            values (%s, %s, %s, %s, %s)
            returning id
            """,
            [module_id, document_id, revision_id, Jsonb(list(changes)), now],
        )
    ).fetchone()
    assert row
    return int(row[0])


async def fetch_last_changes(
    conn: Connection, module_id: int, document_id: int
) -> list[dict[str, Any]]:
    """What a module was last flagged for because of a document; empty where it never was."""
    row = await (
        await conn.execute(
            """
            select changes from review.flag
            where module_id = %s and document_id = %s order by id desc limit 1
            """,
            [module_id, document_id],
        )
    ).fetchone()
    return list(row[0]) if row else []


async def fetch_flags(conn: Connection, module_id: int) -> list[Flag]:
    """Why a module was flagged, in the order it was."""
    rows = await (
        await conn.execute(
            """
            select f.module_id, d.source, d.uri, f.revision_id, r.title, r.version, r.owner,
                   f.changes, f.at
            from review.flag f
            join indexing.document d on d.id = f.document_id
            join indexing.revision r on r.id = f.revision_id
            where f.module_id = %s order by f.id
            """,
            [module_id],
        )
    ).fetchall()
    return [Flag(*row) for row in rows]


async def fetch_flag(conn: Connection, flag_id: int) -> Flag | None:
    """One reason for which a module was flagged."""
    row = await (
        await conn.execute(
            """
            select f.module_id, d.source, d.uri, f.revision_id, r.title, r.version, r.owner,
                   f.changes, f.at
            from review.flag f
            join indexing.document d on d.id = f.document_id
            join indexing.revision r on r.id = f.revision_id
            where f.id = %s
            """,
            [flag_id],
        )
    ).fetchone()
    return Flag(*row) if row else None


async def fetch_under_way(conn: Connection, module_id: int) -> int | None:
    """The revision of a module that is drafted or in review; there is one at most."""
    row = await (
        await conn.execute(
            """
            select id from review.module
            where revises = %s
              and state in ('draft', 'in_review', 'changes_requested', 'approved_by_one')
            """,
            [module_id],
        )
    ).fetchone()
    return int(row[0]) if row else None
