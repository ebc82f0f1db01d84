"""All SQL of comparing revisions."""

from __future__ import annotations

from collections.abc import Collection

from psycopg.rows import tuple_row

from indexing.changes_lines import RevisionText
from indexing.store.documents import Connection


async def fetch_revision_texts(
    conn: Connection, document_id: int, revision_ids: Collection[int]
) -> dict[int, RevisionText]:
    """Return what these revisions of a document say; every revision is kept whole."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            """
            select id, title, body from indexing.revision
            where document_id = %s and id = any(%s)
            """,
            (document_id, list(revision_ids)),
        )
        return {row[0]: RevisionText(row[1], row[2]) for row in await cursor.fetchall()}
