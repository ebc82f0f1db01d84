"""SQL of what drafting reads: whole SOPs that may be answered from on a day, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any

from psycopg.rows import dict_row

from indexing.nouns import Passage, SopText
from indexing.store.search import Connection


async def fetch_sop_texts(
    conn: Connection,
    today: date,
    *,
    competency: str | None = None,
    uri: str | None = None,
    source: str | None = None,
) -> list[SopText]:
    """The documents of kind `sop` that may be answered from on a day, by source and uri.

    `competency`, `uri` and `source` each narrow it down. A published module is never among them:
    drafts rest on SOPs alone.
    """
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            """
            select document_id, source, uri, revision_id, version, version_on, title, owner,
                   audience, competencies, ordinal, section, headings, text
            from indexing.answerable_passage(%(today)s)
            where kind = 'sop'
              and (%(competency)s::text is null or %(competency)s = any(competencies))
              and (%(uri)s::text is null or uri = %(uri)s)
              and (%(source)s::text is null or source = %(source)s)
            order by source, uri, document_id, ordinal
            """,
            {"today": today, "competency": competency, "uri": uri, "source": source},
        )
        rows = await cursor.fetchall()
    return [_text(list(own)) for _, own in groupby(rows, key=lambda row: row["document_id"])]


def _text(rows: Sequence[dict[str, Any]]) -> SopText:
    """One document of the rows of its passages."""
    first = rows[0]
    return SopText(
        document_id=first["document_id"],
        source=first["source"],
        uri=first["uri"],
        revision=first["revision_id"],
        version=first["version"],
        version_on=first["version_on"],
        title=first["title"],
        owner=first["owner"],
        audience=tuple(first["audience"]),
        competencies=tuple(first["competencies"]),
        passages=tuple(
            Passage(row["ordinal"], row["section"], tuple(row["headings"]), row["text"])
            for row in rows
        ),
    )


async def fetch_disputed(conn: Connection, competency: str) -> list[tuple[str, str, str, str]]:
    """Pairs of documents that contradict each other where one serves a competency.

    Each as `(SOURCE:path, title, SOURCE:path, title)`; a withdrawn document disputes nothing.
    """
    rows = await (
        await conn.execute(
            """
            select a.source || ':' || a.uri, ra.title, b.source || ':' || b.uri, rb.title
            from indexing.conflict c
            join indexing.document a on a.id = c.document_id and a.withdrawn_on is null
            join indexing.document b on b.id = c.with_id and b.withdrawn_on is null
            join indexing.revision ra on ra.id = coalesce(a.in_force_revision_id, a.newest_revision_id)
            join indexing.revision rb on rb.id = coalesce(b.in_force_revision_id, b.newest_revision_id)
            where %s = any (ra.competencies || rb.competencies)
            order by 1, 3
            """,
            [competency],
        )
    ).fetchall()
    return [(str(a), str(b), str(c), str(d)) for a, b, c, d in rows]
