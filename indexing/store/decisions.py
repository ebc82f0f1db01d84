"""All SQL of what people decide on documents, and of the list they decide from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from psycopg.rows import class_row, tuple_row

from indexing.nouns import Status
from indexing.store.documents import Connection, mark_owner_gone


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document stands. `name` is `SOURCE:path`, which is never ambiguous."""

    document_id: int
    source: str
    uri: str

    @property
    def name(self) -> str:
        return f"{self.source}:{self.uri}"


@dataclass(frozen=True, slots=True)
class Listed:
    """One document as it stands on a day.

    `status` is what the database decides; title, version and owner are those of the revision in
    force, or of the newest where none is. `next_review` is the last day it may be answered from.
    `waiting` says that a newer text waits for its validation. `roles` it is written for, `audience`
    may read it.
    """

    uri: str
    source: str
    title: str
    status: Status
    version: str
    owner: str
    next_review: date | None
    waiting: bool
    roles: Sequence[str] = ()
    audience: Sequence[str] = ()


async def fetch_places(conn: Connection, uri: str) -> list[Place]:
    """Return the documents that `uri` can mean: a path below any source, or `SOURCE:path`."""
    async with conn.cursor(row_factory=class_row(Place)) as cursor:
        await cursor.execute(
            """
            select id as document_id, source, uri from indexing.document
            where kind = 'sop' and (uri = %(uri)s or source || ':' || uri = %(uri)s)
            order by source, uri
            """,
            {"uri": uri},
        )
        return await cursor.fetchall()


async def fetch_place(conn: Connection, document_id: int) -> Place:
    """Return where a document stands."""
    async with conn.cursor(row_factory=class_row(Place)) as cursor:
        await cursor.execute(
            "select id as document_id, source, uri from indexing.document where id = %s",
            (document_id,),
        )
        place = await cursor.fetchone()
    assert place is not None
    return place


async def fetch_duplicates(conn: Connection, document_id: int) -> list[Place]:
    """Return the documents that have the text of this one and came second, and lock them."""
    async with conn.cursor(row_factory=class_row(Place)) as cursor:
        await cursor.execute(
            """
            select id as document_id, source, uri from indexing.document
            where duplicate_of = %s order by id for update
            """,
            (document_id,),
        )
        return await cursor.fetchall()


async def fetch_expiry(conn: Connection, document_id: int) -> date | None:
    """Return the last day on which the revision in force may be answered from."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            "select expires_on from indexing.document where id = %s", (document_id,)
        )
        row = await cursor.fetchone()
    return row[0] if row else None


async def mark_validated(conn: Connection, revision_id: int, by: str, on: date) -> None:
    """Add the validation to a revision that has none."""
    await conn.execute(
        "update indexing.revision set validated_by = %s, validated_on = %s where id = %s",
        (by, on, revision_id),
    )


async def insert_conflict(conn: Connection, one: int, other: int, by: str, now: datetime) -> bool:
    """Note that two documents disagree; false when that was known."""
    done = await conn.execute(
        """
        insert into indexing.conflict (document_id, with_id, marked_by, marked_at)
        values (least(%(one)s, %(other)s), greatest(%(one)s, %(other)s), %(by)s, %(now)s)
        on conflict do nothing
        """,
        {"one": one, "other": other, "by": by, "now": now},
    )
    await _mark_in_conflict(conn, (one, other))
    return done.rowcount == 1


async def delete_conflict(conn: Connection, one: int, other: int) -> bool:
    """Note that two documents no longer disagree; false when nobody had said they did."""
    done = await conn.execute(
        """
        delete from indexing.conflict
        where document_id = least(%(one)s, %(other)s) and with_id = greatest(%(one)s, %(other)s)
        """,
        {"one": one, "other": other},
    )
    await _mark_in_conflict(conn, (one, other))
    return done.rowcount == 1


async def _mark_in_conflict(conn: Connection, document_ids: Sequence[int]) -> None:
    await conn.execute(
        """
        update indexing.document d set in_conflict = exists (
            select from indexing.conflict c where d.id in (c.document_id, c.with_id))
        where d.id = any(%s)
        """,
        (list(document_ids),),
    )


async def mark_owners(conn: Connection, gone: Collection[str], active: Collection[str]) -> int:
    """Note who left and who is here, and return for how many documents that changed something."""
    await conn.execute("delete from indexing.gone_owner where email = any(%s)", (list(active),))
    await conn.execute(
        "insert into indexing.gone_owner select distinct unnest(%s::text[]) on conflict do nothing",
        (list(gone),),
    )
    return await mark_owner_gone(conn)


async def fetch_listed(
    conn: Connection, today: date, source: str | None, statuses: Collection[Status] | None
) -> list[Listed]:
    """Return the documents in the index, by source and uri; a refused duplicate is not in it."""
    async with conn.cursor(row_factory=class_row(Listed)) as cursor:
        await cursor.execute(
            """
            select * from (
                select d.uri, d.source, r.title,
                       coalesce(indexing.block_reason(d, %(today)s), 'answerable') as status,
                       r.version, r.owner, d.expires_on as next_review,
                       newest.validated_on is null and d.in_force_revision_id is not null
                           as waiting,
                       r.roles, r.audience
                from indexing.document d
                join indexing.revision newest on newest.id = d.newest_revision_id
                join indexing.revision r
                    on r.id = coalesce(d.in_force_revision_id, d.newest_revision_id)
                where d.kind = 'sop'
                  and (d.in_force_revision_id is not null or d.duplicate_of is null
                       or d.duplicate_settled)) listed
            where (%(source)s::text is null or source = %(source)s)
              and (%(statuses)s::text[] is null or status = any(%(statuses)s))
            order by source, uri
            """,
            {
                "today": today,
                "source": source,
                "statuses": None if statuses is None else list(statuses),
            },
        )
        return await cursor.fetchall()
