"""All SQL of documents: where each stands, which of its revisions counts, and what marks it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row, tuple_row

from indexing.store.revisions import governance_of
from indexing.validation import Known, Stored

Connection = AsyncConnection[Any]


async def lock_text(conn: Connection, text_sha256: str) -> None:
    """Until the transaction ends, nobody else stores this text: one of two must come second."""
    await conn.execute(
        "select pg_advisory_xact_lock(hashtextextended('indexing.text:' || %s, 0))",
        (text_sha256,),
    )


async def fetch_stored(
    conn: Connection, source: str, uris: Sequence[str], *, lock: bool = False
) -> dict[str, Stored]:
    """Return the documents at these uris with the revisions that still matter.

    With `lock`, nobody else changes them until the transaction ends.
    """
    if lock:
        await conn.execute(
            "select from indexing.document where source = %s and uri = any(%s) for update",
            (source, list(uris)),
        )
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            """
            select d.uri, d.withdrawn_on, d.duplicate_of, d.duplicate_settled,
                   r.id = d.in_force_revision_id as is_in_force,
                   r.id = d.newest_revision_id as is_newest, r.*
            from indexing.document d
            join indexing.revision r on r.id in (d.in_force_revision_id, d.newest_revision_id)
            where d.source = %s and d.kind = 'sop' and d.uri = any(%s)
            """,
            (source, list(uris)),
        )
        rows = await cursor.fetchall()
    in_force = {row["uri"]: _known(row) for row in rows if row["is_in_force"]}
    return {
        row["uri"]: Stored(
            row["document_id"],
            in_force.get(row["uri"]),
            _known(row),
            row["withdrawn_on"] is not None,
            row["duplicate_of"],
            row["duplicate_settled"],
        )
        for row in rows
        if row["is_newest"]
    }


def _known(row: dict[str, Any]) -> Known:
    return Known(
        row["id"],
        row["content_sha256"],
        governance_of(row),
        row["claimed_by"],
        row["claimed_on"],
        row["from_start"],
    )


async def fetch_twin(
    conn: Connection, text_sha256: str, uri: str, source: str, leaving: Collection[int]
) -> tuple[int, str] | None:
    """Return id and name (`SOURCE:path`) of the first live document with this text but `uri`.

    `leaving` are documents that this very run withdraws: a moved file is no second one.
    """
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            """
            select d.id, d.source || ':' || d.uri
            from indexing.document d
            join indexing.revision r on r.id in (d.in_force_revision_id, d.newest_revision_id)
            where r.text_sha256 = %s and d.kind = 'sop' and d.withdrawn_on is null
              and d.duplicate_of is null and (d.source, d.uri) <> (%s, %s)
              and d.id <> all(%s)
            order by d.id
            limit 1
            """,
            (text_sha256, source, uri, list(leaving)),
        )
        row = await cursor.fetchone()
    return (row[0], row[1]) if row else None


async def insert_document(conn: Connection, source: str, uri: str) -> int:
    """Store a document's place; its revisions follow in the same transaction."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            "insert into indexing.document (source, uri) values (%s, %s) returning id",
            (source, uri),
        )
        row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


async def mark_stored(
    conn: Connection,
    document_id: int,
    *,
    newest: int,
    in_force: int | None,
    duplicate_of: int | None,
    settled: bool,
    fingerprint: str,
) -> None:
    """Point a document at its revisions: one statement, since every document of a run needs it."""
    await conn.execute(
        """
        update indexing.document d
        set newest_revision_id = %(newest)s,
            in_force_revision_id = %(in_force)s,
            expires_on = (select r.validated_on + r.review_every from indexing.revision r
                          where r.id = %(in_force)s),
            withdrawn_on = null,
            duplicate_of = %(duplicate_of)s,
            duplicate_settled = %(settled)s,
            fingerprint = %(fingerprint)s,
            owner_gone = exists (
                select from indexing.gone_owner g join indexing.revision r on r.owner = g.email
                where r.id = coalesce(%(in_force)s::bigint, %(newest)s::bigint))
        where d.id = %(document)s
        """,
        {
            "document": document_id,
            "newest": newest,
            "in_force": in_force,
            "duplicate_of": duplicate_of,
            "settled": settled,
            "fingerprint": fingerprint,
        },
    )


async def mark_newest(conn: Connection, document_id: int, revision_id: int) -> None:
    """Note that this revision is what the file says now, and that the file is there."""
    await conn.execute(
        """
        update indexing.document set newest_revision_id = %s, withdrawn_on = null where id = %s
        """,
        (revision_id, document_id),
    )
    await mark_owner_gone(conn, [document_id])


async def mark_fingerprint(conn: Connection, document_id: int, fingerprint: str) -> None:
    """Note what was read last, so that the same is not read again."""
    await conn.execute(
        "update indexing.document set fingerprint = %s where id = %s and fingerprint <> %s",
        (fingerprint, document_id, fingerprint),
    )


async def mark_in_force(conn: Connection, document_id: int, revision_id: int | None) -> None:
    """Let a validated revision be answered from until its review is due; None: no revision."""
    await conn.execute(
        """
        update indexing.document d
        set in_force_revision_id = %(revision)s,
            expires_on = (select r.validated_on + r.review_every from indexing.revision r
                          where r.id = %(revision)s)
        where d.id = %(document)s
        """,
        {"revision": revision_id, "document": document_id},
    )
    await mark_owner_gone(conn, [document_id])


async def mark_duplicate(
    conn: Connection, document_id: int, original_id: int | None, *, settled: bool
) -> None:
    """Note that the same text stands elsewhere (None: nowhere), and whether somebody chose."""
    await conn.execute(
        "update indexing.document set duplicate_of = %s, duplicate_settled = %s where id = %s",
        (original_id, settled, document_id),
    )


async def mark_owner_gone(conn: Connection, document_ids: Sequence[int] | None = None) -> int:
    """Bring the mark of these documents (None: all) in line with who left; return how many changed.

    Nothing is retired by it: when the owner is back, or another is named, so is the document.
    """
    done = await conn.execute(
        """
        update indexing.document d
        set owner_gone = not d.owner_gone
        from indexing.revision r
        where r.id = coalesce(d.in_force_revision_id, d.newest_revision_id)
          and d.kind = 'sop' and (%(all)s or d.id = any(%(ids)s))
          and d.owner_gone <> exists (select from indexing.gone_owner g where g.email = r.owner)
        """,
        {"all": document_ids is None, "ids": list(document_ids or ())},
    )
    return done.rowcount
