"""All SQL of what may not be answered from: its document is named, its words are never read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from psycopg.rows import class_row

from indexing.nouns import Reason
from indexing.store.search import Connection, Vector, literal


@dataclass(frozen=True, slots=True)
class BlockedPassage:
    """A passage that may not be answered from, without its words."""

    document_id: int
    source: str
    uri: str
    title: str
    section: str
    owner: str
    urgent: str
    reason: Reason
    since: date | None
    held: float
    cosine: float


async def search_blocked(
    conn: Connection,
    weights: Mapping[int, float],
    vector: Vector | None,
    tokens: Sequence[str],
    today: date,
) -> list[BlockedPassage]:
    """Per kind of evidence, the blocked passage in the asker's audience that fits best.

    Without an index: it is read only for a question that nothing answers, or hardly.
    """
    async with conn.cursor(row_factory=class_row(BlockedPassage)) as cursor:
        await cursor.execute(
            """
            with allowed as materialized (
                select passage_id, revision_id, document_id, source, uri, title, section, owner,
                       urgent, reason, since,
                       coalesce(-(embedding <#> %(vector)s::halfvec), 0) cosine
                from indexing.blocked_passage(%(today)s)
                where audience && %(tokens)s::text[]
            ), keywords as (
                select passage_id, sum(weight) held
                from unnest(%(terms)s::integer[], %(weights)s::float8[]) asked (term_id, weight)
                join indexing.posting using (term_id)
                where revision_id in (select revision_id from allowed)
                group by passage_id
            ), scored as (
                select document_id, source, uri, title, section, owner, urgent, reason, since,
                       coalesce(held, 0) held, cosine
                from allowed left join keywords using (passage_id)
            )
            (select * from scored order by cosine desc, held desc limit 1)
            union all
            (select * from scored order by held desc, cosine desc limit 1)
            """,
            {
                "today": today,
                "tokens": list(tokens),
                "terms": list(weights),
                "weights": list(weights.values()),
                "vector": None if vector is None else literal(vector),
            },
        )
        return await cursor.fetchall()


async def fetch_competencies_of(conn: Connection, document_id: int) -> tuple[str, ...]:
    """What a document's newest revision says it serves."""
    row = await (
        await conn.execute(
            """
            select competencies from indexing.revision where document_id = %s
            order by id desc limit 1
            """,
            [document_id],
        )
    ).fetchone()
    return tuple(row[0]) if row else ()
