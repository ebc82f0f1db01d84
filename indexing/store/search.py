"""SQL that fills the tables of search: passages, their postings and vectors, and their sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import AsyncConnection
from psycopg.rows import class_row, scalar_row, tuple_row

from indexing.embeddings import EmbeddingModel
from indexing.nouns import Governance, Kind, Passage
from indexing.passages import searchable
from indexing.terms import terms

Connection = AsyncConnection[Any]
Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Corpus:
    """How many passages keyword search knows and how many terms they have on average."""

    passages: int
    mean_length: float


# Storing


async def insert_passages(
    conn: Connection,
    document_id: int,
    revision_id: int,
    governance: Governance,
    passages: Sequence[Passage],
    vectors: Vector | None,
    kind: Kind = "sop",
) -> None:
    """Store a revision's passages with their postings and vectors (n, dimensions), if any.

    Inside the caller's transaction. Locks the sums of keyword search until it ends: embeddings are
    computed before. Published modules do not count for how rare a word is.
    """
    counts = [Counter(terms(searchable(governance.title, passage))) for passage in passages]
    lengths = [sum(count.values()) for count in counts]
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            "update indexing.corpus set passages = passages + %s, terms = terms + %s",
            (len(passages), sum(lengths)) if kind == "sop" else (0, 0),
        )
        df: Counter[str] = Counter()
        for count in counts:
            df.update(count.keys())
        await cursor.execute(
            """
            insert into indexing.term as known (term, df, of_modules)
            select term, case %(kind)s when 'sop' then n else 0 end,
                   case %(kind)s when 'module' then n else 0 end
            from unnest(%(terms)s::text[], %(counts)s::integer[]) counted (term, n)
            on conflict (term) do update
            set df = known.df + excluded.df, of_modules = known.of_modules + excluded.of_modules
            returning term, id
            """,
            {"kind": kind, "terms": list(df), "counts": list(df.values())},
        )
        term_ids: dict[str, int] = dict(await cursor.fetchall())
        readership_id = await _readership(conn, governance, kind)
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
                    None if vectors is None else literal(vectors[index]),
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


async def _readership(conn: Connection, governance: Governance, kind: Kind) -> int:
    """The number of this combination of audience and roles, given one if it is new."""
    who = (kind, sorted(set(governance.audience)), sorted(set(governance.roles)))
    async with conn.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(
            """
            insert into indexing.readership (kind, audience, roles) values (%s, %s, %s)
            on conflict (kind, audience, roles) do update set roles = excluded.roles
            returning id
            """,
            who,
        )
        number: int | None = await cursor.fetchone()
    assert number is not None
    return number


async def retire_passages(conn: Connection, revision_id: int, kind: Kind = "sop") -> None:
    """Take a superseded revision out of search. Its passages stay for the record."""
    await conn.execute(
        """
        update indexing.corpus set
            passages = corpus.passages - gone.passages, terms = corpus.terms - gone.terms
        from (select count(*) passages, coalesce(sum(length), 0) terms from indexing.passage
              where revision_id = %(revision)s and %(kind)s = 'sop'
                and exists (select from indexing.posting where revision_id = %(revision)s)) gone
        """,
        {"revision": revision_id, "kind": kind},
    )
    await conn.execute(
        """
        with gone as (delete from indexing.posting where revision_id = %(revision)s
                      returning term_id)
        update indexing.term
        set df = df - case %(kind)s when 'sop' then lost.passages else 0 end,
            of_modules = of_modules - case %(kind)s when 'module' then lost.passages else 0 end
        from (select term_id, count(*) passages from gone group by term_id) lost
        where id = lost.term_id
        """,
        {"revision": revision_id, "kind": kind},
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


# Another embedding model: its vectors are gathered beside the old ones, then take their place


async def add_next_embeddings(owner: Connection, dimensions: int) -> None:
    """Make room for the vectors of another model; what a run cut off left behind is dropped."""
    await owner.execute("alter table indexing.passage drop column if exists next_embedding")
    # A type's dimensions cannot be a parameter; an integer cannot carry anything else.
    await owner.execute(
        "alter table indexing.passage"
        f" add column next_embedding extensions.halfvec({int(dimensions)})"
    )


async def fetch_unembedded(
    conn: Connection, after: int, limit: int
) -> list[tuple[int, str, Passage]]:
    """(id, title, passage) of passages in search without a next vector, by id above `after`."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            """
            select p.id, r.title, p.ordinal, p.section, p.headings, p.text
            from indexing.passage p
            join indexing.revision r on r.id = p.revision_id
            where p.id > %s and p.next_embedding is null
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
    """Store the next vectors (n, dimensions) of these passages."""
    async with conn.cursor() as cursor:
        await cursor.executemany(
            "update indexing.passage set next_embedding = %s::halfvec where id = %s",
            [(literal(vector), id) for id, vector in zip(ids, vectors, strict=True)],
        )


async def index_next_embeddings(owner: Connection) -> None:
    """Build the index of the next vectors. Questions go on meanwhile, documents wait."""
    await owner.execute(
        "create index next_passage_embedding on indexing.passage"
        " using hnsw (next_embedding extensions.halfvec_ip_ops) with (m = 16, ef_construction = 64)"
    )


async def lock_writers(conn: Connection) -> None:
    """Until the transaction ends, nobody stores or retires passages: all begin with this lock."""
    await conn.execute("select from indexing.corpus for update")


async def lock_passages(owner: Connection) -> None:
    """Until the transaction ends, nobody reads or stores a passage."""
    await owner.execute("lock table indexing.passage in access exclusive mode")


async def replace_embeddings(owner: Connection, model: EmbeddingModel) -> None:
    """Let the next vectors take the place of the old ones, which go. After `lock_passages`."""
    await owner.execute(
        """
        update indexing.passage p set next_embedding = null
        where next_embedding is not null
          and not exists (select from indexing.posting where revision_id = p.revision_id)
        """
    )
    for statement in (
        "alter table indexing.passage drop column embedding",
        "alter table indexing.passage rename column next_embedding to embedding",
        "alter index indexing.next_passage_embedding rename to passage_embedding",
        "delete from indexing.embedding_model",
    ):
        await owner.execute(statement)
    await insert_embedding_model(owner, model)


# Keyword search


async def fetch_corpus(conn: Connection) -> Corpus:
    async with conn.cursor(row_factory=class_row(Corpus)) as cursor:
        await cursor.execute(
            "select passages, terms::float / greatest(passages, 1) mean_length from indexing.corpus"
        )
        found = await cursor.fetchone()
    return found or Corpus(0, 0.0)


def literal(vector: Vector) -> str:
    """A vector as pgvector reads it."""
    # As fp16, which is what is stored: the shortest digits that give it back, and soonest written.
    return f"[{','.join(map(str, vector.astype(np.float16).tolist()))}]"
