"""All SQL of search: storing passages for it, and the two legs of a question.

Content is read through `indexing.answerable_passage(today)` alone; the terms, postings and sums
of keyword search are this file's own tables. Every function that finds passages takes a `Reader`:
the asker's right to read filters in the SQL, never after it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import AsyncConnection
from psycopg.rows import class_row, scalar_row, tuple_row

from indexing.embeddings import EmbeddingModel
from indexing.nouns import FoundPassage, Governance, Passage, Reason
from indexing.passages import searchable
from indexing.terms import terms

Connection = AsyncConnection[Any]
Vector = NDArray[np.float32]

FEW = 2000
"""So many passages are compared with a question one by one: sooner done than by the index, and
exact. It is the filter that lets few through that an approximate index serves worst."""


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the index: its id and in how many passages it stands."""

    id: int
    term: str
    df: int


@dataclass(frozen=True, slots=True)
class Corpus:
    """How many passages keyword search knows and how many terms they have on average."""

    passages: int
    mean_length: float


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


# Storing


async def insert_passages(
    conn: Connection,
    document_id: int,
    revision_id: int,
    governance: Governance,
    passages: Sequence[Passage],
    vectors: Vector | None,
) -> None:
    """Store a revision's passages with their postings and vectors (n, dimensions), if any.

    Inside the caller's transaction. Locks the sums of keyword search until it ends: embeddings are
    computed before.
    """
    counts = [Counter(terms(searchable(governance.title, passage))) for passage in passages]
    lengths = [sum(count.values()) for count in counts]
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            "update indexing.corpus set passages = passages + %s, terms = terms + %s",
            (len(passages), sum(lengths)),
        )
        df: Counter[str] = Counter()
        for count in counts:
            df.update(count.keys())
        await cursor.execute(
            """
            insert into indexing.term as known (term, df)
            select * from unnest(%s::text[], %s::integer[])
            on conflict (term) do update set df = known.df + excluded.df
            returning term, id
            """,
            (list(df), list(df.values())),
        )
        term_ids: dict[str, int] = dict(await cursor.fetchall())
        readership_id = await _readership(conn, governance)
        await cursor.execute(
            "select nextval(pg_get_serial_sequence('indexing.passage', 'id'))"
            " from generate_series(1, %s)",
            (len(passages),),
        )
        ids = [row[0] for row in await cursor.fetchall()]
        async with cursor.copy(
            """
            copy indexing.passage (id, document_id, revision_id, readership_id, ordinal, section,
                                   headings, text, length, embedding) from stdin
            """
        ) as copy:
            for index, passage in enumerate(passages):
                await copy.write_row((
                    ids[index], document_id, revision_id, readership_id, passage.ordinal,
                    passage.section, list(passage.headings), passage.text, lengths[index],
                    None if vectors is None else _literal(vectors[index]),
                ))  # fmt: skip
        async with cursor.copy(
            """
            copy indexing.posting (term_id, readership_id, passage_id, revision_id, length, tf)
            from stdin
            """
        ) as copy:
            for index, count in enumerate(counts):
                place = (readership_id, ids[index], revision_id, lengths[index])
                for term, tf in count.items():
                    await copy.write_row((term_ids[term], *place, min(tf, 32767)))


async def _readership(conn: Connection, governance: Governance) -> int:
    """The number of this combination of audience and roles, given one if it is new."""
    who = (sorted(set(governance.audience)), sorted(set(governance.roles)))
    async with conn.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(
            """
            insert into indexing.readership (audience, roles) values (%s, %s)
            on conflict (audience, roles) do update set roles = excluded.roles
            returning id
            """,
            who,
        )
        number: int | None = await cursor.fetchone()
    assert number is not None
    return number


async def retire_passages(conn: Connection, revision_id: int) -> None:
    """Take a superseded revision out of search. Its passages stay for the record."""
    await conn.execute(
        """
        update indexing.corpus set
            passages = corpus.passages - gone.passages, terms = corpus.terms - gone.terms
        from (select count(*) passages, coalesce(sum(length), 0) terms from indexing.passage
              where revision_id = %(revision)s
                and exists (select from indexing.posting where revision_id = %(revision)s)) gone
        """,
        {"revision": revision_id},
    )
    await conn.execute(
        """
        with gone as (delete from indexing.posting where revision_id = %s returning term_id)
        update indexing.term set df = df - lost.passages
        from (select term_id, count(*) passages from gone group by term_id) lost
        where id = lost.term_id
        """,
        (revision_id,),
    )
    await conn.execute(
        "update indexing.passage set embedding = null where revision_id = %s", (revision_id,)
    )


# The embedding model


async def fetch_embedding_model(conn: Connection) -> EmbeddingModel | None:
    """Which embedder filled this index; None while none has."""
    async with conn.cursor(row_factory=class_row(EmbeddingModel)) as cursor:
        await cursor.execute("select name, dimensions from indexing.embedding_model")
        return await cursor.fetchone()


async def insert_embedding_model(conn: Connection, model: EmbeddingModel) -> bool:
    """Record which embedder fills this index, unless one is recorded. True if it was."""
    done = await conn.execute(
        "insert into indexing.embedding_model (name, dimensions) values (%s, %s)"
        " on conflict do nothing",
        (model.name, model.dimensions),
    )
    return done.rowcount == 1


async def replace_embedding_model(conn: Connection, model: EmbeddingModel) -> None:
    """Empty every vector and make the column fit another embedder. Needs the tables' owner."""
    await conn.execute("drop index indexing.passage_embedding")
    # A type's dimensions cannot be a parameter; an integer cannot carry anything else.
    await conn.execute(
        "alter table indexing.passage alter column embedding"
        f" type extensions.halfvec({int(model.dimensions)}) using null"
    )
    await conn.execute("delete from indexing.embedding_model")
    await insert_embedding_model(conn, model)
    await conn.execute(
        "create index passage_embedding on indexing.passage"
        " using hnsw (embedding extensions.halfvec_ip_ops) with (m = 16, ef_construction = 64)"
    )


async def fetch_unembedded(
    conn: Connection, after: int, limit: int
) -> list[tuple[int, str, Passage]]:
    """(id, title, passage) of passages in search that have no vector, by id above `after`."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            """
            select p.id, r.title, p.ordinal, p.section, p.headings, p.text
            from indexing.passage p
            join indexing.revision r on r.id = p.revision_id
            where p.id > %s and p.embedding is null
              and exists (select from indexing.posting where revision_id = r.id)
            order by p.id
            limit %s
            """,
            (after, limit),
        )
        return [
            (row[0], row[1], Passage(row[2], row[3], tuple(row[4]), row[5]))
            for row in await cursor.fetchall()
        ]


async def mark_embedded(conn: Connection, ids: Sequence[int], vectors: Vector) -> None:
    """Store the vectors (n, dimensions) of these passages."""
    async with conn.cursor() as cursor:
        await cursor.executemany(
            "update indexing.passage set embedding = %s::halfvec where id = %s",
            [(_literal(vector), id) for id, vector in zip(ids, vectors, strict=True)],
        )


# Keyword search


async def fetch_corpus(conn: Connection) -> Corpus:
    async with conn.cursor(row_factory=class_row(Corpus)) as cursor:
        await cursor.execute(
            "select passages, terms::float / greatest(passages, 1) mean_length from indexing.corpus"
        )
        found = await cursor.fetchone()
    return found or Corpus(0, 0.0)


async def fetch_terms(conn: Connection, asked: Sequence[str]) -> dict[str, Term]:
    """Those of the terms that stand in at least one passage."""
    async with conn.cursor(row_factory=class_row(Term)) as cursor:
        await cursor.execute(
            "select id, term, df from indexing.term where term = any(%s) and df > 0",
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


async def fetch_reader(
    conn: Connection,
    tokens: tuple[str, ...],
    today: date,
    roles: tuple[str, ...] | None = None,
) -> Reader:
    """What the holder of `tokens` may read; with `roles`, only what is written for one of them."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            """
            with may as materialized (
                select id from indexing.readership
                where audience && %(tokens)s::text[]
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
            {"tokens": list(tokens), "roles": None if roles is None else list(roles), "few": FEW},
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
        )
        return await cursor.fetchall()


# Vectors


async def search_vectors(conn: Connection, vector: Vector, reader: Reader, limit: int) -> list[int]:
    """The nearest passages that the asker may read, nearest first.

    Inside a transaction: the index is scanned on until `limit` passages have passed the filter.
    """
    if reader.passages <= FEW:
        ranked = _EXACT
    else:
        ranked = _BY_INDEX
        await conn.execute(
            "select set_config('hnsw.iterative_scan', 'strict_order', true),"
            " set_config('hnsw.ef_search', '80', true),"
            " set_config('hnsw.max_scan_tuples', '1000000', true),"
            " set_config('hnsw.scan_mem_multiplier', '8', true)"
        )
    async with conn.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(
            ranked,
            {
                "vector": _literal(vector),
                "readerships": list(reader.readerships),
                "today": reader.today,
                "limit": limit,
            },
        )
        return await cursor.fetchall()


_BY_INDEX = """
select passage_id
from (
    select id passage_id, revision_id from indexing.passage
    where readership_id = any(%(readerships)s::integer[])
    order by embedding <#> %(vector)s::halfvec
) ranked
cross join lateral (
    select from indexing.answerable_revision(%(today)s)
    where revision_id = ranked.revision_id
    limit 1
) may
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
                "vector": None if vector is None else _literal(vector),
                "today": reader.today,
                "tokens": list(reader.tokens),
            },
        )
        return await cursor.fetchall()


async def fetch_found(
    conn: Connection, passage_ids: Sequence[int], reader: Reader
) -> dict[int, FoundPassage]:
    """The passages themselves, scores zero, by id; one that may not be read is missing."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            """
            select may.* from unnest(%(ids)s::bigint[]) wanted (passage_id)
            cross join lateral (
                select passage_id, document_id, revision_id, source, uri, kind, title, section,
                       text, version, version_on, owner, url, roles, audience
                from indexing.answerable_passage(%(today)s) p
                where p.passage_id = wanted.passage_id and audience && %(tokens)s::text[]
                limit 1
            ) may
            """,
            {"ids": list(passage_ids), "today": reader.today, "tokens": list(reader.tokens)},
        )
        rows: list[Any] = await cursor.fetchall()
    found: dict[int, FoundPassage] = {}
    for *plain, roles, audience in rows:
        found[plain[0]] = FoundPassage(*[*plain, tuple(roles), tuple(audience)])
    return found


async def fetch_searchable(
    conn: Connection, passage_ids: Sequence[int], reader: Reader
) -> dict[int, str]:
    """What search reads of each of these passages: title, heading path and text."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            """
            select may.* from unnest(%(ids)s::bigint[]) wanted (passage_id)
            cross join lateral (
                select passage_id, title, section, headings, text
                from indexing.answerable_passage(%(today)s) p
                where p.passage_id = wanted.passage_id and audience && %(tokens)s::text[]
                limit 1
            ) may
            """,
            {"ids": list(passage_ids), "today": reader.today, "tokens": list(reader.tokens)},
        )
        return {
            row[0]: searchable(row[1], Passage(0, row[2], tuple(row[3]), row[4]))
            for row in await cursor.fetchall()
        }


# What may not be answered from


async def search_blocked(
    conn: Connection,
    weights: Mapping[int, float],
    vector: Vector | None,
    tokens: Sequence[str],
    today: date,
) -> list[BlockedPassage]:
    """Per kind of evidence, the blocked passage in the asker's audience that fits best.

    Without an index: it is read only for a question that nothing answers.
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
                "vector": None if vector is None else _literal(vector),
            },
        )
        return await cursor.fetchall()


def _literal(vector: Vector) -> str:
    """A vector as pgvector reads it."""
    return f"[{','.join(f'{value:.6g}' for value in vector)}]"
