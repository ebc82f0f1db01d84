"""The real MiniLM for tests; its prepared graph is kept between runs, as the product keeps it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from indexing.embeddings import LocalEmbedder

MODELS = Path(tempfile.gettempdir()) / "jobaid-tests-models"


async def local_embedder() -> LocalEmbedder:
    return await LocalEmbedder.load(MODELS)
