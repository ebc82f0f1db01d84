"""The real MiniLM for tests, loaded once a run; its prepared graph is kept, as the product does."""

from __future__ import annotations

import tempfile
from pathlib import Path

from indexing.embeddings import LocalEmbedder

MODELS = Path(tempfile.gettempdir()) / "jobaid-tests-models"
_loaded: list[LocalEmbedder] = []


async def local_embedder() -> LocalEmbedder:
    """It keeps nothing between two texts, and belongs to no event loop."""
    if not _loaded:
        _loaded.append(await LocalEmbedder.load(MODELS))
    return _loaded[0]
