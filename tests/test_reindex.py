"""Moving to another embedding model: the old vectors serve until the new ones are all there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import numpy as np
import psycopg
import pytest
from numpy.typing import NDArray
from sop_folder import GOVERNANCE, TODAY, Shop

from bot.database import Database, Pool, with_search_path
from handlers.services import Connection
from indexing.embeddings import EmbeddingModel
from indexing.reindex import rebuild
from indexing.retrieval import retrieve
from indexing.store import search

EVERYONE = ("everyone",)


async def nothing() -> None:
    """Nothing happens meanwhile."""


class Lengths:
    """A model whose vectors say how long a text is; `meanwhile` runs within each embedding."""

    def __init__(self, dimensions: int, meanwhile: Callable[[], Awaitable[None]] = nothing) -> None:
        self.name = f"lengths-{dimensions}"
        self.dimensions = dimensions
        self.meanwhile = meanwhile

    @property
    def model(self) -> EmbeddingModel:
        return EmbeddingModel(self.name, self.dimensions)

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        await self.meanwhile()
        return np.eye(self.dimensions, dtype=np.float32)[
            [len(text) % self.dimensions for text in texts]
        ]


OLD = Lengths(384)


@pytest.fixture
async def shop(conn: Connection, tmp_path: Path) -> Shop:
    (tmp_path / "governance.yaml").write_text(GOVERNANCE.replace("[service-agent]", "[everyone]"))
    shop = Shop(conn, tmp_path)
    shop.write("refunds.md", "# Refunds\n\nAbove £75, a shift lead approves at the till.\n")
    shop.write("spills.md", "# Spills\n\nCover the spill with granules.\n")
    await shop.index(embedder=OLD)
    await conn.commit()
    return shop


@pytest.fixture
async def owner(database: Database) -> AsyncIterator[Connection]:
    path = with_search_path(database.admin_url)
    async with await psycopg.AsyncConnection.connect(path) as owner:
        yield owner


async def titles(pool: Pool, embedder: Lengths) -> list[str]:
    """What a question finds, as another process asks it."""
    async with pool.connection() as conn:
        await conn.execute("set statement_timeout = '5s'")
        found = await retrieve(conn, "granules on a spill", (), EVERYONE, (), TODAY, embedder, None)
    return [passage.title for passage in found.passages]


async def model_of(pool: Pool) -> EmbeddingModel | None:
    async with pool.connection() as conn:
        return await search.fetch_embedding_model(conn)


async def vectors(shop: Shop) -> list[tuple[str, int | None]]:
    """Each passage in order: its title and its vector's dimensions."""
    found = await shop.conn.execute(
        "select r.title, vector_dims(p.embedding) from indexing.passage p"
        " join indexing.revision r on r.id = p.revision_id order by p.id"
    )
    return list(await found.fetchall())


async def test_the_old_vectors_serve_until_the_end(
    shop: Shop, owner: Connection, pool: Pool
) -> None:
    seen = []

    async def ask() -> None:
        seen.append((await titles(pool, OLD), await model_of(pool)))

    new = Lengths(8, ask)
    shown: list[tuple[int, int]] = []
    assert await rebuild(owner, new, lambda done, of: shown.append((done, of))) == 2
    assert shown == [(2, 2)]
    assert seen == [(["Spills", "Refunds"], OLD.model)]
    assert await model_of(pool) == new.model
    assert await vectors(shop) == [("Refunds", 8), ("Spills", 8)]
    assert (await titles(pool, Lengths(8)))[0] == "Spills"
    definition = await shop.value("select pg_get_indexdef('indexing.passage_embedding'::regclass)")
    assert "hnsw (embedding " in definition


async def test_documents_that_come_and_go_meanwhile_are_taken_in(
    shop: Shop, owner: Connection
) -> None:
    runs = 0

    async def come_and_go() -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            shop.write("deliveries.md", "# Deliveries\n\nTell the customer the new date.\n")
            await shop.index(embedder=OLD)
            await search.retire_passages(shop.conn, 1)
            await shop.conn.commit()

    await rebuild(owner, Lengths(8, come_and_go), lambda done, of: None)
    assert await vectors(shop) == [("Refunds", None), ("Spills", 8), ("Deliveries", 8)]


async def test_a_run_that_is_cut_off_changes_nothing_and_the_next_one_ends_well(
    shop: Shop, owner: Connection, pool: Pool
) -> None:
    async def fail() -> None:
        raise ConnectionError("the endpoint is gone")

    with pytest.raises(ConnectionError):
        await rebuild(owner, Lengths(8, fail), lambda done, of: None)
    assert await model_of(pool) == OLD.model
    assert await titles(pool, OLD) == ["Spills", "Refunds"]
    assert await rebuild(owner, Lengths(16), lambda done, of: None) == 2
    assert await vectors(shop) == [("Refunds", 16), ("Spills", 16)]
