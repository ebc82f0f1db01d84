"""A running process notices that another embedding model fills the index than its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from numpy.typing import NDArray
from structlog.testing import capture_logs

from bot.database import Database
from bot.reloading import AGAIN_SECONDS, Reloading
from bot.settings import Settings
from handlers.services import Connection, Services
from indexing.embeddings import EmbeddingModel, EndpointEmbedder


class Small:
    """An embedder of three dimensions."""

    name = "small"
    dimensions = 3

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.ones((len(texts), 3), np.float32)


def filled_by(database: Database, name: str, dimensions: int = 3) -> None:
    with psycopg.connect(database.admin_url) as owner:
        owner.execute("delete from indexing.embedding_model")
        owner.execute(
            "insert into indexing.embedding_model (name, dimensions) values (%s, %s)",
            [name, dimensions],
        )


def settings(url: str = "", embeddings: str = "small") -> Settings:
    return Settings(
        jobaid_home=Path("nowhere"),
        jobaid_embeddings=embeddings,
        openai_base_url=url,
    )


@pytest.fixture
def clock() -> list[float]:
    return [0.0]


async def test_the_model_of_the_index_is_loaded_and_once_only(
    conn: Connection, database: Database
) -> None:
    asked: list[Any] = []

    async def embed(request: web.Request) -> web.Response:
        said = await request.json()
        asked.append(said["model"])
        data = [
            {"object": "embedding", "index": at, "embedding": [1.0] * 5}
            for at in range(len(said["input"]))
        ]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        return web.json_response(
            {"object": "list", "model": said["model"], "data": data, "usage": usage}
        )

    application = web.Application()
    application.router.add_post("/v1/embeddings", embed)
    async with TestServer(application) as endpoint:
        url = str(endpoint.make_url("/v1"))
        current = Reloading(settings(url), Services(Small(), None))
        filled_by(database, "small")
        assert isinstance((await current.services(conn)).embedder, Small)
        assert not asked
        filled_by(database, "larger", 5)
        for _ in range(2):
            embedder = (await current.services(conn)).embedder
            assert embedder
            assert (embedder.name, embedder.dimensions) == ("larger", 5)
        assert asked == ["larger"]
        assert isinstance(embedder, EndpointEmbedder)
        await embedder.close()


async def test_a_model_that_cannot_be_had_leaves_words_alone_and_says_so(
    conn: Connection, database: Database, clock: list[float]
) -> None:
    current = Reloading(settings(), Services(Small(), None), lambda: clock[0])
    filled_by(database, "elsewhere")
    with capture_logs() as logs:
        for _ in range(2):
            assert (await current.services(conn)).embedder is None
    (said,) = logs
    assert said["model"] == "elsewhere"
    assert "jobaid reindex" in said["remedy"]
    clock[0] = AGAIN_SECONDS
    with capture_logs() as logs:
        await current.services(conn)
    assert len(logs) == 1


@pytest.mark.parametrize("embeddings", ["none", "small"])
async def test_no_embedder_stays_none_and_an_empty_index_fits_all(
    conn: Connection, database: Database, embeddings: str
) -> None:
    given = Services(Small(), None)
    assert await Reloading(settings(), given).services(conn) == given
    filled_by(database, EmbeddingModel("other", 3).name)
    none = replace(given, embedder=None)
    current = Reloading(settings(embeddings=embeddings), none)
    assert (await current.services(conn)).embedder is None
