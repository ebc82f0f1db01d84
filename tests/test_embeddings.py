"""MiniLM run here gives unit vectors that mean something; an endpoint's are made to."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import numpy as np
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from local_model import local_embedder

from indexing import minilm
from indexing.embeddings import WINDOW, WINDOWS, EmbeddingModel, EndpointEmbedder, mismatch


async def test_vectors_have_unit_length_and_mean_something() -> None:
    embedder = await local_embedder()
    vectors = await embedder.embed(
        ["How do I reset my password?", "I forgot my password and need a new one", "Nice weather"]
    )
    assert vectors.shape == (3, embedder.dimensions)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    cosines = vectors @ vectors.T
    # The published model says 0.79 and -0.03.
    assert cosines[0, 1] > 0.7
    assert abs(cosines[0, 2]) < 0.2


async def test_the_wheel_is_read_and_never_run() -> None:
    await local_embedder()
    assert minilm.PACKAGE not in sys.modules


async def test_states_stand_where_their_words_do() -> None:
    embedder = await local_embedder()
    (encoded,) = await embedder.encode(["Refund it"])
    assert encoded.states.shape == (len(encoded.offsets), embedder.dimensions)
    assert encoded.states.dtype == np.float16
    assert encoded.offsets[0].tolist()[0] == 0
    assert encoded.offsets[-1].tolist() == [7, 9]
    assert np.allclose(np.linalg.norm(encoded.states.astype(np.float32), axis=1), 1, atol=1e-2)


async def test_length_and_company_change_a_vector_by_little() -> None:
    embedder = await local_embedder()
    alone = await embedder.embed(["Cancel an order"])
    among = await embedder.embed(["word " * 200, "Cancel an order", "", "short"])
    assert float(alone[0] @ among[1]) > 0.98
    assert not among[2].any(), "an empty text has no direction"


async def test_a_text_longer_than_a_window_is_read_on() -> None:
    embedder = await local_embedder()
    start, end = "The fridge is cold. " * 60, "Refund the customer's coat. " * 60
    vectors = await embedder.embed([start, start + end, "Refund a coat"])
    assert float(vectors[1] @ vectors[2]) > float(vectors[0] @ vectors[2]) + 0.1
    (encoded,) = await embedder.encode(["word " * 5000])
    assert len(encoded.states) == WINDOW * WINDOWS


async def test_strange_texts_do_no_harm() -> None:
    embedder = await local_embedder()
    texts = ["", " ", "😀", "שלום", "\u200b", "a" * 10_000, "\x00"]
    vectors = await embedder.embed(texts)
    assert vectors.shape == (len(texts), embedder.dimensions)
    assert np.isfinite(vectors).all()


async def test_the_event_loop_stays_free_while_it_computes() -> None:
    embedder = await local_embedder()
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    counting = asyncio.create_task(count())
    await embedder.embed(["some words to embed " * 20] * 20)
    counting.cancel()
    assert turns > 10


def test_wrong_bytes_are_refused(tmp_path: Path) -> None:
    package = tmp_path / "somewhere"
    (package / minilm.FOLDER).mkdir(parents=True)
    with pytest.raises(minilm.ModelMissing, match="missing"):
        minilm.files_in(package)
    (package / minilm.FOLDER / "model.safetensors").write_bytes(b"not it")
    with pytest.raises(minilm.ModelMissing, match="sha256"):
        minilm.files_in(package)


async def test_an_endpoint_is_asked_in_batches_and_its_vectors_scaled() -> None:
    asked: list[list[str]] = []

    async def embeddings(request: web.Request) -> web.Response:
        texts = (await request.json())["input"]
        asked.append(texts)
        data = [
            {"object": "embedding", "index": index, "embedding": [float(len(text)), 0.0, 3.0]}
            for index, text in enumerate(texts)
        ]
        return web.json_response({"object": "list", "model": "m", "data": data, "usage": {}})

    application = web.Application()
    application.router.add_post("/v1/embeddings", embeddings)
    async with TestServer(application) as server:
        embedder = await EndpointEmbedder.connect(str(server.make_url("/v1")), "key", "m")
        assert (embedder.name, embedder.dimensions) == ("m", 3)
        vectors = await embedder.embed(["four", "", *["text"] * 150])
        await embedder.close()
    assert vectors[0].tolist() == pytest.approx([0.8, 0.0, 0.6])
    assert not vectors[1].any(), "endpoints refuse an empty text, so it is not sent"
    assert [len(texts) for texts in asked] == [1, 96, 55]


async def test_a_mismatch_says_what_to_do() -> None:
    embedder = await local_embedder()
    same = EmbeddingModel(embedder.name, embedder.dimensions)
    assert mismatch(same, embedder) is None
    assert mismatch(None, embedder) is None
    assert mismatch(same, None) is None
    said = mismatch(EmbeddingModel("text-embedding-9", 1536), embedder)
    assert said is not None
    assert "jobaid reindex" in said
    assert "text-embedding-9" in said
