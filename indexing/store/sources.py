"""All SQL of sources: what a run over a folder knows before it begins, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row, tuple_row

Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class Source:
    """A folder under a name. `complete` is false while its first run was never finished."""

    name: str
    root: str
    complete: bool


@dataclass(frozen=True, slots=True)
class Glance:
    """Enough of a stored document to see that nothing has to be done about it.

    `duplicate_of` is the document with the same text, named `original` (`SOURCE:path`);
    `original_is_live` is false where that one is withdrawn.
    """

    document_id: int
    uri: str
    fingerprint: str
    withdrawn: bool
    duplicate_of: int | None
    settled: bool
    original: str
    original_is_live: bool


async def lock_source(conn: Connection, source: str) -> None:
    """Wait until no other run of this source is under way, and keep others out.

    Held by the session, over many transactions; `unlock_source` lets go.
    """
    await conn.execute(
        "select pg_advisory_lock(hashtextextended('indexing.source:' || %s, 0))", (source,)
    )


async def unlock_source(conn: Connection, source: str) -> None:
    """Let other runs of this source go on."""
    await conn.execute(
        "select pg_advisory_unlock(hashtextextended('indexing.source:' || %s, 0))", (source,)
    )


async def fetch_source(conn: Connection, source: str) -> Source | None:
    """Return a source that a run has begun on."""
    async with conn.cursor(row_factory=class_row(Source)) as cursor:
        await cursor.execute(
            "select name, root, complete from indexing.source where name = %s", (source,)
        )
        return await cursor.fetchone()


async def insert_source(conn: Connection, source: str, root: str, now: datetime) -> None:
    """Note that a run of a source began, and where its folder is now."""
    await conn.execute(
        """
        insert into indexing.source (name, root, begun) values (%s, %s, %s)
        on conflict (name) do update set root = excluded.root
        """,
        (source, root, now),
    )


async def mark_source_complete(conn: Connection, source: str) -> None:
    """Note that the first run of a source came to its end."""
    await conn.execute("update indexing.source set complete = true where name = %s", (source,))


async def insert_seen_at_first(conn: Connection, source: str, uri: str, text_sha256: str) -> None:
    """Note a text that the first run of a source refused; empty where it could not be read."""
    await conn.execute(
        """
        insert into indexing.seen_at_first (source, uri, text_sha256) values (%s, %s, %s)
        on conflict (source, uri) do update set text_sha256 = excluded.text_sha256
        """,
        (source, uri, text_sha256),
    )


async def fetch_seen_at_first(conn: Connection, source: str) -> dict[str, str]:
    """Return uri -> text hash of what the first run of a source refused."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            "select uri, text_sha256 from indexing.seen_at_first where source = %s", (source,)
        )
        return dict(await cursor.fetchall())


async def fetch_glances(conn: Connection, source: str) -> dict[str, Glance]:
    """Return every document of a source by its uri, withdrawn ones included."""
    async with conn.cursor(row_factory=class_row(Glance)) as cursor:
        await cursor.execute(
            """
            select d.id as document_id, d.uri, d.fingerprint,
                   d.withdrawn_on is not null as withdrawn,
                   d.duplicate_of, d.duplicate_settled as settled,
                   coalesce(o.source || ':' || o.uri, '') as original,
                   o.withdrawn_on is null as original_is_live
            from indexing.document d
            left join indexing.document o on o.id = d.duplicate_of
            where d.source = %s and d.kind = 'sop'
            """,
            (source,),
        )
        return {glance.uri: glance for glance in await cursor.fetchall()}


async def fetch_claims(conn: Connection, source: str) -> tuple[date | None, dict[str, date]]:
    """Return the latest validation that a source has claimed so far, and by which wording when."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            """
            select r.written ->> 'validated_on', max(r.claimed_on)
            from indexing.revision r join indexing.document d on d.id = r.document_id
            where d.source = %s and r.claimed_on is not null
            group by 1
            """,
            (source,),
        )
        by_wording: dict[str, date] = dict(await cursor.fetchall())
    return max(by_wording.values(), default=None), by_wording


async def mark_withdrawn(conn: Connection, document_ids: Sequence[int], today: date) -> None:
    """Withdraw documents as of today."""
    await conn.execute(
        "update indexing.document set withdrawn_on = %s where id = any(%s)",
        (today, list(document_ids)),
    )


async def fetch_named(conn: Connection, source: str) -> tuple[set[str], set[str]]:
    """Return the e-mails and the competencies that a source's live documents name."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            """
            with live as (
                select r.* from indexing.document d
                join indexing.revision r on r.id = d.newest_revision_id
                where d.source = %s and d.kind = 'sop' and d.withdrawn_on is null)
            select false, owner from live union select false, claimed_by from live
            union select false, token from live, unnest(audience) token where token like '%%@%%'
            union select true, competency from live, unnest(competencies) competency
            """,
            (source,),
        )
        rows = await cursor.fetchall()
    people = {name for is_competency, name in rows if name and not is_competency}
    return people, {name for is_competency, name in rows if is_competency}
