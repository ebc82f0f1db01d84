"""SQL of contents: what a module said at some time, and what that rests on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from psycopg.types.json import Jsonb
from pydantic import TypeAdapter

from learning.modules import Content, content_from_json
from review.nouns import (
    Checked,
    CitedRevision,
    StoredContent,
)
from review.store.modules import Connection

_checked: TypeAdapter[Checked] = TypeAdapter(Checked)


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
