"""The peer's parts as its guide sets them up: PGVectorStore with hybrid search, and our MiniLM.

Run by `.venv-peer`; of the product it imports only the embedder, so that both read the same vectors.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.vector_stores.postgres import PGVectorStore
from pydantic import PrivateAttr

sys.path.append(str(Path(__file__).parent.parent.parent))
from indexing.embeddings import LocalEmbedder

# As in its guide for PostgreSQL.
HNSW = {
    "hnsw_m": 16,
    "hnsw_ef_construction": 64,
    "hnsw_ef_search": 40,
    "hnsw_dist_method": "vector_cosine_ops",
}


def open_store(url: str, *, index: bool, tuned: bool = False) -> PGVectorStore:
    """Its table in the database at `url`; with `index`, its vector index too (built if missing).

    `tuned`: a table of its own with its metadata as jsonb and the filter's key indexed, which it
    offers but does not do by itself.
    """
    at = urlsplit(url)
    return PGVectorStore.from_params(
        host=at.hostname,
        port=str(at.port),
        database=at.path.lstrip("/"),
        user=at.username,
        password=at.password,
        table_name="tuned" if tuned else "peer",
        embed_dim=384,
        hybrid_search=True,
        text_search_config="english",
        use_jsonb=tuned,
        indexed_metadata_keys={("audience", "text")} if tuned else None,
        # A copy: the store takes what it has used out of it.
        hnsw_kwargs=dict(HNSW) if index else None,
    )


class MiniLM(BaseEmbedding):
    """Our embedder as LlamaIndex calls one."""

    _local: Any = PrivateAttr()

    def __init__(self, models: Path) -> None:
        super().__init__(model_name=LocalEmbedder.name)
        self._local = asyncio.run(LocalEmbedder.load(models))

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        rows: list[list[float]] = asyncio.run(self._local.embed(texts)).tolist()
        return rows

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        rows: list[list[float]] = (await self._local.embed([query])).tolist()
        return rows[0]
