"""All SQL of published modules in the index: their documents, and the SOPs these rest on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any

from psycopg.rows import dict_row, tuple_row

from indexing.nouns import Governance, InUse, RestsOn
from indexing.store.revisions import governance_of
from indexing.store.search import Connection

SOURCE = "modules"
"""The source that published modules stand under."""


async def fetch_in_use(conn: Connection, document_ids: Iterable[int]) -> dict[int, InUse]:
    """The published modules behind documents of kind `module`, with their SOPs as they are now."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            """
            select o.document_id, d.module_id, own.format,
                   s.id, s.source, s.uri, r.title, r.version, r.version_on, r.owner, r.url,
                   o.sections
            from indexing.rests_on o
            join indexing.document d on d.id = o.document_id
            join indexing.revision own on own.id = d.in_force_revision_id
            join indexing.document s on s.id = o.on_document_id
            join indexing.revision r on r.id = s.in_force_revision_id
            where o.document_id = any (%s)
            order by o.document_id, o.position
            """,
            [list(document_ids)],
        )
        rows: list[Any] = await cursor.fetchall()
    found: dict[int, InUse] = {}
    for document_id, own in groupby(rows, key=lambda row: row[0]):
        resting = list(own)
        _, module_id, kind, *_ = resting[0]
        sops = tuple(RestsOn(*[*row[3:-1], tuple(row[-1])]) for row in resting)
        found[document_id] = InUse(module_id, kind, sops)
    return found


async def fetch_readable(
    conn: Connection, module_ids: Iterable[int], tokens: Iterable[str], today: date
) -> dict[int, int]:
    """Those of the modules that the holder of `tokens` may be shown today: id -> document id."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            """
            select d.module_id, d.id from indexing.document d
            where d.module_id = any (%s) and indexing.module_stands(d, %s)
              and indexing.common_audience(d.id) && %s::text[]
            """,
            [list(module_ids), today, list(tokens)],
        )
        return dict(await cursor.fetchall())


async def fetch_guide_on(
    conn: Connection,
    document_id: int,
    section: str,
    tokens: Iterable[str],
    roles: Iterable[str],
    today: date,
) -> int | None:
    """The published guide for one of `roles` that tells a section of an SOP: the most particular.

    Only what the holder of `tokens` may be shown today. An SOP's title stands for all of it.
    """
    cursor = await conn.execute(
        """
        select d.module_id
        from indexing.rests_on o
        join indexing.document d on d.id = o.document_id
        join indexing.revision own on own.id = d.in_force_revision_id
        join indexing.document sop on sop.id = o.on_document_id
        join indexing.revision told on told.id = sop.in_force_revision_id
        where o.on_document_id = %s and %s = any (o.sections || told.title)
          and own.format = 'guide'
          and own.roles && %s::text[] and indexing.module_stands(d, %s)
          and indexing.common_audience(d.id) && %s::text[]
        order by cardinality(o.sections), d.module_id desc
        limit 1
        """,
        [document_id, section, list(roles), today, list(tokens)],
    )
    row = await cursor.fetchone()
    return row[0] if row else None


async def fetch_resting_on(conn: Connection, revisions: Iterable[int]) -> list[Governance]:
    """What governs today the documents of these revisions: of each its revision in force."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            """
            select r.* from indexing.revision r
            join indexing.document d on d.id = r.document_id and d.in_force_revision_id = r.id
            where d.id in (select document_id from indexing.revision where id = any (%s))
            order by d.id
            """,
            [list(revisions)],
        )
        return [governance_of(row) for row in await cursor.fetchall()]


async def fetch_document(conn: Connection, module_id: int) -> tuple[int, int] | None:
    """A module's document and its newest revision; None where it was never published."""
    row = await (
        await conn.execute(
            "select id, newest_revision_id from indexing.document where module_id = %s", [module_id]
        )
    ).fetchone()
    return (row[0], row[1]) if row else None


async def insert_document(conn: Connection, module_id: int) -> int:
    """Store a published module's place; its revision follows in the same transaction."""
    row = await (
        await conn.execute(
            """
            insert into indexing.document (source, uri, kind, module_id)
            values (%s, 'module/' || %s::bigint, 'module', %s)
            returning id
            """,
            [SOURCE, module_id, module_id],
        )
    ).fetchone()
    assert row
    return int(row[0])


async def mark_in_use(conn: Connection, document_id: int, revision_id: int) -> None:
    """Let a module's document be answered from: for as long as what it rests on is.

    Raises `psycopg.errors.RaiseException` when the module is not published with these words.
    """
    await conn.execute(
        """
        update indexing.document
        set newest_revision_id = %(revision)s, in_force_revision_id = %(revision)s,
            withdrawn_on = null,
            expires_on = (select r.validated_on + r.review_every from indexing.revision r
                          where r.id = %(revision)s)
        where id = %(document)s
        """,
        {"document": document_id, "revision": revision_id},
    )


async def fetch_left_in_search(conn: Connection) -> list[int]:
    """The revisions of modules that are no longer published and still stand in search."""
    rows = await (
        await conn.execute(
            """
            select d.newest_revision_id from indexing.document d
            where d.kind = 'module' and d.withdrawn_on is not null and exists (
                select from indexing.posting p where p.revision_id = d.newest_revision_id)
            order by 1
            """
        )
    ).fetchall()
    return [int(row[0]) for row in rows]
