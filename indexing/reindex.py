"""Decides how an index moves to another embedding model: every vector computed anew."""

from __future__ import annotations

from collections.abc import Callable

from indexing.embeddings import Embedder, EmbeddingModel
from indexing.passages import searchable
from indexing.store import search
from indexing.store.search import Connection

_AT_ONCE = 256


async def rebuild(
    owner: Connection, embedder: Embedder, progress: Callable[[int, int], None]
) -> int:
    """Empty the vectors and fill them with `embedder`'s; how many passages have one now.

    `owner` is a connection of the tables' owner: the column's dimensions change. One transaction,
    so that until the end the old vectors serve. `progress` is called with (done, passages).
    """
    done = 0
    async with owner.transaction():
        total = (await search.fetch_corpus(owner)).passages
        await search.replace_embedding_model(
            owner, EmbeddingModel(embedder.name, embedder.dimensions)
        )
        after = 0
        while batch := await search.fetch_unembedded(owner, after, _AT_ONCE):
            texts = [searchable(title, passage) for _, title, passage in batch]
            ids = [passage_id for passage_id, _, _ in batch]
            await search.mark_embedded(owner, ids, await embedder.embed(texts))
            after = ids[-1]
            done += len(batch)
            progress(done, max(done, total))
    return done
