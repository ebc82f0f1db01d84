"""Decides how LlamaIndex reaches the governed index: as one of its retrievers."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from indexing.embeddings import Embedder
from indexing.retrieval import retrieve
from indexing.store.search import Connection
from indexing.token_states import TokenStates

if TYPE_CHECKING:
    from llama_index.core.retrievers import BaseRetriever
    from psycopg_pool import AsyncConnectionPool


def as_retriever(
    pool: AsyncConnectionPool[Connection],
    tokens: tuple[str, ...],
    roles: tuple[str, ...],
    today: date,
    embedder: Embedder | None,
    states: TokenStates | None,
) -> BaseRetriever:
    """The same search as a LlamaIndex retriever, for one asker on one day (async only)."""
    from llama_index.core.retrievers import BaseRetriever
    from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

    class GovernedRetriever(BaseRetriever):
        async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
            async with pool.connection() as conn:
                found = await retrieve(
                    conn, query_bundle.query_str, (), tokens, roles, today, embedder, states
                )
            return [
                NodeWithScore(
                    node=TextNode(
                        id_=str(passage.passage_id),
                        text=passage.text,
                        metadata={
                            "uri": passage.uri,
                            "source": passage.source,
                            "title": passage.title,
                            "section": passage.section,
                            "version": passage.version,
                            "version_on": passage.version_on.isoformat(),
                            "owner": passage.owner,
                        },
                    ),
                    score=passage.score,
                )
                for passage in found.passages
            ]

        def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
            raise TypeError("the governed index is read asynchronously: use aretrieve()")

    return GovernedRetriever()
