"""All SQL of revisions: a document's text and governance at one time, never changed afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import AsyncConnection
from psycopg.rows import dict_row, tuple_row
from psycopg.types.json import Jsonb

from indexing.nouns import Governance, Passage

Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class NewText:
    """What a revision says, apart from its governance."""

    content_sha256: str
    text_sha256: str
    body: str
    format: str


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


async def fetch_governance(conn: Connection, revision_id: int) -> Governance:
    """Return a revision's governance; `validated_*` is what holds."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute("select * from indexing.revision where id = %s", (revision_id,))
        row = await cursor.fetchone()
    assert row is not None
    return governance_of(row)


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
