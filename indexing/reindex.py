"""Decides how an index moves to another embedding model: every vector computed anew."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from indexing.embeddings import Embedder, EmbeddingModel
from indexing.passages import searchable
from indexing.store import search
from indexing.store.search import Connection, Vector

_AT_ONCE = 256


async def rebuild(
    owner: Connection, embedder: Embedder, progress: Callable[[int, int], None]
) -> int:
    """Compute every vector with `embedder`, then let them replace the old ones; how many.

    `owner` is a connection of the tables' owner, outside a transaction: the column is replaced.
    Until the end the old vectors serve; a run that is cut off changes nothing. `progress` is called
    with (done, passages).
    """
    done = 0
    async with owner.transaction():
        await search.add_next_embeddings(owner, embedder.dimensions)
        total = (await search.fetch_corpus(owner)).passages
    async for ids, vectors in _missing(owner, embedder):
        async with owner.transaction():
            await search.lock_writers(owner)
            await search.mark_embedded(owner, ids, vectors)
        done += len(ids)
        progress(done, max(done, total))
    async with owner.transaction():
        await search.index_next_embeddings(owner)
    async with owner.transaction():
        # The first lock of this transaction: who reads already cannot wait for us as we wait for it.
        await search.lock_passages(owner)
        async for ids, vectors in _missing(owner, embedder):  # what came in meanwhile
            await search.mark_embedded(owner, ids, vectors)
            done += len(ids)
        await search.replace_embeddings(owner, EmbeddingModel(embedder.name, embedder.dimensions))
    return done


async def _missing(
    owner: Connection, embedder: Embedder
) -> AsyncIterator[tuple[list[int], Vector]]:
    """Ids and next vectors of the passages that have none yet, batch by batch."""
    after = 0
    while True:
        async with owner.transaction():
            batch = await search.fetch_unembedded(owner, after, _AT_ONCE)
        if not batch:
            return
        texts = [searchable(title, passage) for _, title, passage in batch]
        after = batch[-1][0]
        yield [passage_id for passage_id, _, _ in batch], await embedder.embed(texts)
