"""SQL that finds passages: keyword search, vectors, and the scores of both.

Content is read through `indexing.answerable_passage(today)` and `indexing.answerable_revision(today)`
alone, terms and postings from the tables of `indexing/store/search.py`. Every function that finds
passages takes a `Reader`: the asker's right to read filters in the SQL, never after it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date

from psycopg.pq import TransactionStatus
from psycopg.rows import class_row, scalar_row, tuple_row

from indexing.nouns import Kind
from indexing.store.search import Connection, Vector, literal

FEW = 2000
"""So many passages are compared with a question one by one: sooner done than by the index, and
exact. It is the filter that lets few through that an approximate index serves worst."""


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the index: its id and in how many passages of SOPs it stands, 1 if in none."""

    id: int
    term: str
    df: int


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks and when. `tokens` are the audience tokens held: without one, nothing is found.

    `readerships` are those numbers that let the asker read, and `passages` how many passages bear
    them, counted up to FEW + 1.
    """

    tokens: tuple[str, ...]
    today: date
    readerships: tuple[int, ...]
    passages: int


@dataclass(frozen=True, slots=True)
class Scored:
    """A passage with its keyword score, its cosine, and `held`: the idf of the terms it holds."""

    passage_id: int
    document_id: int
    bm25: float
    held: float
    cosine: float


async def fetch_terms(conn: Connection, asked: Sequence[str]) -> dict[str, Term]:
    """Those of the terms that stand in at least one passage."""
    async with conn.cursor(row_factory=class_row(Term)) as cursor:
        await cursor.execute(
            "select id, term, greatest(df, 1) df from indexing.term"
            " where term = any(%s) and (df > 0 or of_modules > 0)",
            (list(asked),),
        )
        return {found.term: found for found in await cursor.fetchall()}


async def fetch_lookalikes(conn: Connection, unknown: str, limit: int) -> list[Term]:
    """Known terms that share the most letter triples with an unknown one, closest first."""
    async with conn.cursor(row_factory=class_row(Term)) as cursor:
        await cursor.execute(
            """
            select id, term, df from indexing.term
            where term %% %(unknown)s and df > 0
              and length(term) between length(%(unknown)s) - 2 and length(%(unknown)s) + 2
            order by similarity(term, %(unknown)s) desc, df desc
            limit %(limit)s
            """,
            {"unknown": unknown, "limit": limit},
        )
        return await cursor.fetchall()


async def begin_search(conn: Connection) -> None:
    """Settings for the transaction at hand: the vector index is scanned on until enough passages
    have passed the filter, and then ordered strictly."""
    await conn.execute(
        "select set_config('hnsw.iterative_scan', 'strict_order', true),"
        " set_config('hnsw.ef_search', '80', true),"
        " set_config('hnsw.max_scan_tuples', '1000000', true),"
        " set_config('hnsw.scan_mem_multiplier', '8', true)"
    )


@asynccontextmanager
async def searching(conn: Connection) -> AsyncIterator[None]:
    """The transaction at hand, or one of its own, with the settings of `begin_search`."""
    if conn.info.transaction_status == TransactionStatus.INTRANS:  # no savepoint: two more trips
        await begin_search(conn)
        yield
    else:
        async with conn.transaction():
            await begin_search(conn)
            yield


async def fetch_reader(
    conn: Connection,
    tokens: tuple[str, ...],
    today: date,
    roles: tuple[str, ...] | None = None,
    kind: Kind = "sop",
) -> Reader:
    """What the holder of `tokens` may read; with `roles`, only what is written for one of them."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            """
            with may as materialized (
                select id from indexing.readership
                where kind = %(kind)s and audience && %(tokens)s::text[]
                  and (%(roles)s::text[] is null or roles && %(roles)s::text[])
            )
            select array(select id from may), (
                select count(*) from (
                    select from indexing.passage
                    where readership_id = any(array(select id from may))
                    limit %(few)s + 1
                ) counted
            )
            """,
            {
                "kind": kind,
                "tokens": list(tokens),
                "roles": None if roles is None else list(roles),
                "few": FEW,
            },
        )
        row = await cursor.fetchone()
    assert row is not None
    return Reader(tokens, today, tuple(row[0]), row[1])


async def search_keywords(
    conn: Connection,
    weights: Mapping[int, float],
    mean_length: float,
    reader: Reader,
    limit: int,
) -> list[int]:
    """The passages with the best BM25 score that the asker may read, best first.

    `weights`: term id -> idf. BM25 as in Robertson and Zaragoza, 2009, k1 = 1.2, b = 0.75.
    """
    async with conn.cursor(row_factory=scalar_row) as cursor:
        # Scored first, and asked in that order whether it may be answered from: nearly all may.
        # Not prepared: a plan for any list of readerships would compare it entry by entry.
        await cursor.execute(
            """
            select passage_id
            from (
                select passage_id, revision_id, sum(weight * tf * 2.2::float8
                       / (tf + 0.3::float8 + length * %(slope)s::float8)) score
                from unnest(%(terms)s::integer[], %(weights)s::float8[]) asked (term_id, weight)
                join indexing.posting using (term_id)
                where readership_id = any(%(readerships)s::integer[])
                group by passage_id, revision_id
                order by score desc, passage_id
            ) ranked
            cross join lateral (
                select from indexing.answerable_revision(%(today)s)
                where revision_id = ranked.revision_id
                limit 1
            ) may
            limit %(limit)s
            """,
            {
                "terms": list(weights),
                "weights": list(weights.values()),
                "slope": 0.9 / mean_length,
                "readerships": list(reader.readerships),
                "today": reader.today,
                "limit": limit,
            },
            prepare=False,
        )
        return await cursor.fetchall()


# Vectors


async def search_vectors(conn: Connection, vector: Vector, reader: Reader, limit: int) -> list[int]:
    """The nearest passages that the asker may read, nearest first. After `begin_search`."""
    async with conn.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(
            _EXACT if reader.passages <= FEW else _BY_INDEX,
            {
                "vector": literal(vector),
                "readerships": list(reader.readerships),
                "today": reader.today,
                "limit": limit,
            },
            prepare=False,
        )
        return await cursor.fetchall()


_BY_INDEX = """
select id
from indexing.passage
cross join lateral (
    select from indexing.answerable_revision(%(today)s)
    where revision_id = passage.revision_id
    limit 1
) may
where readership_id = any(%(readerships)s::integer[])
order by embedding <#> %(vector)s::halfvec
limit %(limit)s
"""
_EXACT = """
with near as materialized (
    select id passage_id, revision_id, embedding <#> %(vector)s::halfvec distance
    from indexing.passage
    where readership_id = any(%(readerships)s::integer[]) and embedding is not null
)
select passage_id
from (select passage_id, revision_id from near order by distance, passage_id) ranked
cross join lateral (
    select from indexing.answerable_revision(%(today)s)
    where revision_id = ranked.revision_id
    limit 1
) may
limit %(limit)s
"""


# The pool of both


async def fetch_scores(
    conn: Connection,
    passage_ids: Sequence[int],
    weights: Mapping[int, float],
    mean_length: float,
    vector: Vector | None,
    reader: Reader,
) -> list[Scored]:
    """Keyword score and cosine of each of these passages that the asker may read."""
    async with conn.cursor(row_factory=class_row(Scored)) as cursor:
        await cursor.execute(
            """
            with keywords as (
                select passage_id, sum(weight) held, sum(weight * tf * 2.2::float8
                       / (tf + 0.3::float8 + length * %(slope)s::float8)) bm25
                from unnest(%(terms)s::integer[], %(weights)s::float8[]) asked (term_id, weight)
                join indexing.posting using (term_id)
                where passage_id = any(%(ids)s::bigint[])
                group by passage_id
            )
            select wanted.passage_id, document_id, coalesce(bm25, 0) bm25, coalesce(held, 0) held,
                   coalesce(-(embedding <#> %(vector)s::halfvec), 0) cosine
            from unnest(%(ids)s::bigint[]) wanted (passage_id)
            cross join lateral (
                select document_id, embedding from indexing.answerable_passage(%(today)s) p
                where p.passage_id = wanted.passage_id and audience && %(tokens)s::text[]
                limit 1
            ) may
            left join keywords using (passage_id)
            """,
            {
                "ids": list(passage_ids),
                "terms": list(weights),
                "weights": list(weights.values()),
                "slope": 0.9 / mean_length,
                "vector": None if vector is None else literal(vector),
                "today": reader.today,
                "tokens": list(reader.tokens),
            },
        )
        return await cursor.fetchall()
