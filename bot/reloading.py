"""Decides what a running process does when another embedding model fills the index than its own.

`jobaid reindex` is another process, so each question looks which model fills the index now. A model
that can be had here is loaded; otherwise words alone find passages, and the log says what to set:
vectors of two models compare to nothing that means anything.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

import structlog

from bot.embedder import configured_embedder
from bot.settings import Settings, UnusableSetting
from handlers.services import Connection, Services
from indexing.embeddings import Embedder, EmbeddingModel, LocalEmbedder
from indexing.store.search import fetch_embedding_model
from indexing.token_states import TokenStates

AGAIN_SECONDS = 60.0
"""After which a model that could not be had is tried again."""
log = structlog.get_logger()


def token_states(settings: Settings, embedder: Embedder | None) -> TokenStates | None:
    """The cache of an embedder that has token states, if there is to be one."""
    if isinstance(embedder, LocalEmbedder) and settings.jobaid_token_cache_mb:
        return TokenStates(embedder, settings.jobaid_token_cache_mb * 1_000_000)
    return None


class Reloading:
    """What handlers may use, with the embedder of the index as it is now."""

    def __init__(
        self, settings: Settings, services: Services, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._services = services
        self._clock = clock
        self._fits = _model_of(services.embedder)
        self._again = 0.0
        self._loading = asyncio.Lock()

    async def services(self, conn: Connection) -> Services:
        """The services for one event. Whoever wants no embedder gets none, whatever the index has."""
        if self._settings.jobaid_embeddings == "none":
            return self._services
        stored = await fetch_embedding_model(conn)
        if stored is not None and stored != self._fits:
            async with self._loading:
                if stored != self._fits and self._clock() >= self._again:
                    await self._load(stored)
        return self._services

    async def _load(self, stored: EmbeddingModel) -> None:
        embedder = await _embedder_of(stored, self._settings)
        states = token_states(self._settings, embedder)
        self._services = replace(self._services, embedder=embedder, states=states)
        self._fits = _model_of(embedder)
        self._again = self._clock() + (AGAIN_SECONDS if embedder is None else 0)


def _model_of(embedder: Embedder | None) -> EmbeddingModel | None:
    return EmbeddingModel(embedder.name, embedder.dimensions) if embedder else None


async def _embedder_of(stored: EmbeddingModel, settings: Settings) -> Embedder | None:
    """The embedder that filled the index; None where it cannot be had, which is logged."""
    name = "local" if stored.name == LocalEmbedder.name else stored.name
    try:
        embedder = await configured_embedder(
            settings.model_copy(update={"jobaid_embeddings": name})
        )
    except UnusableSetting as error:
        log.error("index_of_another_model", model=stored.name, error=str(error), remedy=_REMEDY)
        return None
    if _model_of(embedder) != stored:
        log.error("index_of_another_model", model=stored.name, remedy=_REMEDY)
        return None
    log.warning("embedder_reloaded", model=stored.name)
    return embedder


_REMEDY = (
    "Passages are found by their words alone. Set JOBAID_EMBEDDINGS to the model that filled the"
    " index and start again, or run: jobaid reindex"
)
