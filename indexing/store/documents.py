"""All SQL of documents and their revisions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import AsyncConnection
from psycopg.rows import dict_row, tuple_row
from psycopg.types.json import Jsonb

from indexing.nouns import Governance, Passage
from indexing.validation import Known, Stored

Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class NewText:
    """What a revision says, apart from its governance."""

    content_sha256: str
    text_sha256: str
    body: str
    format: str


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


def governance_of(row: dict[str, Any]) -> Governance:
    """Return the governance of one row of `indexing.revision`."""
    return Governance(
        title=row["title"],
        scope=row["scope"],
        version=row["version"],
        version_on=row["version_on"],
        owner=row["owner"],
        roles=tuple(row["roles"]),
        competencies=tuple(row["competencies"]),
        audience=tuple(row["audience"]),
        validated_by=row["validated_by"],
        validated_on=row["validated_on"],
        review_every=timedelta(days=row["review_every"]),
        url=row["url"],
        urgent=row["urgent"],
        written=dict(row["written"]),
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


async def fetch_vectors(conn: Connection, revision_id: int) -> NDArray[np.float32] | None:
    """Return the vectors of a revision's passages in their order; None unless all have one."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            "select embedding::text from indexing.passage where revision_id = %s order by ordinal",
            (revision_id,),
        )
        rows = [row[0] for row in await cursor.fetchall()]
    if not rows or any(row is None for row in rows):
        return None
    return np.array([row[1:-1].split(",") for row in rows], dtype=np.float32)


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


async def insert_revision(
    conn: Connection,
    document_id: int,
    text: NewText,
    offered: Governance,
    validated: tuple[str, date] | None,
    from_start: bool,
    now: datetime,
) -> int:
    """Store a revision. `offered.validated_*` is what is claimed, `validated` what holds."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            """
            insert into indexing.revision (
                document_id, content_sha256, text_sha256, body, format, title, scope, version,
                version_on, owner, roles, competencies, audience, validated_by, validated_on,
                review_every, url, urgent, claimed_by, claimed_on, written, from_start, stored_at)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,
                    %s, %s, %s, %s)
            returning id
            """,
            (
                document_id, text.content_sha256, text.text_sha256, text.body, text.format,
                offered.title, offered.scope, offered.version, offered.version_on, offered.owner,
                list(offered.roles), list(offered.competencies), list(offered.audience),
                validated[0] if validated else "", validated[1] if validated else None,
                offered.review_every.days, offered.url, offered.urgent, offered.validated_by,
                offered.validated_on, Jsonb(offered.written), from_start, now,
            ),
        )  # fmt: skip
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
          and (%(all)s or d.id = any(%(ids)s))
          and d.owner_gone <> exists (select from indexing.gone_owner g where g.email = r.owner)
        """,
        {"all": document_ids is None, "ids": list(document_ids or ())},
    )
    return done.rowcount


async def copy_revision(
    conn: Connection,
    revision_id: int,
    now: datetime,
    *,
    audience: Sequence[str] | None = None,
    validated: tuple[str, date] | None = None,
) -> int:
    """Store the same text again with another audience, or with a validation of its own."""
    by, on = validated or (None, None)
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            """
            insert into indexing.revision (
                document_id, content_sha256, text_sha256, body, format, title, scope, version,
                version_on, owner, roles, competencies, audience, validated_by, validated_on,
                review_every, url, urgent, claimed_by, claimed_on, written, from_start, stored_at)
            select document_id, content_sha256, text_sha256, body, format, title, scope, version,
                   version_on, owner, roles, competencies, coalesce(%(audience)s, audience),
                   coalesce(%(by)s, validated_by), coalesce(%(on)s, validated_on), review_every,
                   url, urgent, claimed_by, claimed_on, written, from_start, %(now)s
            from indexing.revision where id = %(revision)s
            returning id
            """,
            {
                "revision": revision_id,
                "audience": None if audience is None else list(audience),
                "by": by,
                "on": on,
                "now": now,
            },
        )
        row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


async def fetch_passages(conn: Connection, revision_id: int) -> tuple[Passage, ...]:
    """Return a revision's passages in their order."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            """
            select ordinal, section, headings, text from indexing.passage
            where revision_id = %s order by ordinal
            """,
            (revision_id,),
        )
        rows = await cursor.fetchall()
    return tuple(Passage(row[0], row[1], tuple(row[2]), row[3]) for row in rows)


async def fetch_governance(conn: Connection, revision_id: int) -> Governance:
    """Return a revision's governance; `validated_*` is what holds."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute("select * from indexing.revision where id = %s", (revision_id,))
        row = await cursor.fetchone()
    assert row is not None
    return governance_of(row)
