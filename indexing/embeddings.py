"""Decides how text becomes vectors: MiniLM run here, or an OpenAI-compatible endpoint.

Every vector has unit length, so a dot product is a cosine. The database records which embedder
filled it (`EmbeddingModel`); `mismatch` says in one line what to do when another one is configured.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from indexing import minilm

if TYPE_CHECKING:
    import onnxruntime
    from openai import AsyncOpenAI
    from tokenizers import Tokenizer

WINDOW = 254
"""Word pieces read at once: the model's 256 less the two marks around them."""
WINDOWS = 4
"""Longer texts are read in up to this many windows; what follows them is not read."""
BATCH_PIECES = 2048
"""Word pieces (padding included) in one run: more costs memory and gains no speed."""
ENDPOINT_BATCH = 96
"""Texts per request: every endpoint known to us accepts that many."""


class Embedder(Protocol):
    """Text to vectors. `name` and `dimensions` are what the database records."""

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, dimensions), each row of unit length (a row of zeros where a text is empty)."""
        ...


@dataclass(frozen=True, slots=True)
class Encoded:
    """One text as MiniLM sees it.

    `vector` (384,): unit length. `states` (pieces, 384) fp16: unit rows, one per word piece.
    `offsets` (pieces, 2): where in the text each piece stands, in characters.
    """

    vector: NDArray[np.float32]
    states: NDArray[np.float16]
    offsets: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class EmbeddingModel:
    """Which embedder filled an index."""

    name: str
    dimensions: int


def mismatch(stored: EmbeddingModel | None, embedder: Embedder | None) -> str | None:
    """What to do about an index that another embedder filled; None when they agree.

    An index without vectors agrees with no embedder, and an empty one with any.
    """
    if stored is None or embedder is None:
        return None
    if (stored.name, stored.dimensions) == (embedder.name, embedder.dimensions):
        return None
    return (
        f"The index was filled by {stored.name} ({stored.dimensions} dimensions), but "
        f"{embedder.name} ({embedder.dimensions}) is configured. Run: jobaid reindex"
    )


class LocalEmbedder:
    """all-MiniLM-L6-v2 (384 dimensions, Apache-2.0) run by onnxruntime on this machine.

    Text longer than a window is read in several; its vector is the mean over all its pieces.
    """

    name = "all-MiniLM-L6-v2"
    dimensions = minilm.WIDTH

    def __init__(self, session: onnxruntime.InferenceSession, tokenizer: Tokenizer) -> None:
        self._session = session
        self._tokenizer = tokenizer
        vocabulary = tokenizer.get_vocab()
        self._first, self._last = vocabulary["[CLS]"], vocabulary["[SEP]"]

    @classmethod
    async def load(cls, folder: Path, threads: int = 2) -> LocalEmbedder:
        """Load it, keeping the prepared graph in `folder`. Raises `minilm.ModelMissing`."""
        return await asyncio.to_thread(cls._load, folder, threads)

    @classmethod
    def _load(cls, folder: Path, threads: int) -> LocalEmbedder:
        import onnxruntime
        from tokenizers import Tokenizer

        weights, vocabulary = minilm.files()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Waiting threads sleep: this process has other work to do between two questions.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # Inputs differ in length each time: keeping an arena of the largest ones wastes memory.
        options.enable_cpu_mem_arena = False
        session = onnxruntime.InferenceSession(
            minilm.prepared_graph(weights, folder), options, providers=["CPUExecutionProvider"]
        )
        tokenizer = Tokenizer.from_file(str(vocabulary))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return cls(session, tokenizer)

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, 384), unit rows. Runs in a thread, a batch at a time."""
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for batch, encoded in await self._run(texts, keep_states=False):
            vectors[batch] = encoded.vector
        return vectors

    async def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Vector, states and offsets of each text."""
        found: list[Encoded | None] = [None] * len(texts)
        for index, encoded in await self._run(texts, keep_states=True):
            found[index] = encoded
        return [encoded for encoded in found if encoded is not None]

    def encode_now(self, texts: Sequence[str]) -> list[Encoded]:
        """As `encode`, in the calling thread: a few sentences, each read up to one window."""
        pieces = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        rows = self._states([piece.ids[:WINDOW] for piece in pieces])
        return [
            Encoded(
                _unit(row.sum(axis=0, keepdims=True))[0],
                _unit(row[1:-1]).astype(np.float16),
                np.array(piece.offsets[:WINDOW], np.int32).reshape(-1, 2),
            )
            for piece, row in zip(pieces, rows, strict=True)
        ]

    async def _run(self, texts: Sequence[str], *, keep_states: bool) -> list[tuple[int, Encoded]]:
        pieces = await asyncio.to_thread(
            self._tokenizer.encode_batch, list(texts), add_special_tokens=False
        )
        ids = [piece.ids[: WINDOW * WINDOWS] for piece in pieces]
        windows = [
            (index, start)
            for index, numbers in enumerate(ids)
            for start in range(0, max(1, len(numbers)), WINDOW)
        ]
        windows.sort(key=lambda window: min(WINDOW, len(ids[window[0]]) - window[1]))
        sums = np.zeros((len(texts), self.dimensions), np.float32)
        states: dict[tuple[int, int], NDArray[np.float16]] = {}
        for batch in _batches(windows, ids):
            rows = await asyncio.to_thread(
                self._states, [ids[index][start : start + WINDOW] for index, start in batch]
            )
            for (index, start), row in zip(batch, rows, strict=True):
                # The mean takes in the two marks, as the model was trained.
                sums[index] += row.sum(axis=0)
                if keep_states:
                    states[index, start] = _unit(row[1:-1]).astype(np.float16)
        vectors = _unit(sums)
        results = []
        for index, numbers in enumerate(ids):
            vector = vectors[index] if numbers else np.zeros(self.dimensions, np.float32)
            starts = range(0, len(numbers), WINDOW) if keep_states else ()
            parts = [states[index, start] for start in starts]
            results.append(
                (
                    index,
                    Encoded(
                        vector,
                        np.concatenate(parts)
                        if parts
                        else np.zeros((0, self.dimensions), np.float16),
                        np.array(pieces[index].offsets[: len(numbers)], np.int32).reshape(-1, 2),
                    ),
                )
            )
        return results

    def _states(self, batch: list[list[int]]) -> list[NDArray[np.float32]]:
        """The states of each row of word pieces, with its two marks, padding removed."""
        longest = max(len(numbers) for numbers in batch) + 2
        ids = np.zeros((len(batch), longest), np.int64)
        mask = np.zeros((len(batch), longest), np.int64)
        for row, numbers in enumerate(batch):
            ids[row, : len(numbers) + 2] = [self._first, *numbers, self._last]
            mask[row, : len(numbers) + 2] = 1
        (states,) = self._session.run(["states"], {"ids": ids, "mask": mask})
        return [states[row, : len(numbers) + 2] for row, numbers in enumerate(batch)]


class EndpointEmbedder:
    """A model behind an OpenAI-compatible embeddings endpoint. It has no token states."""

    def __init__(self, client: AsyncOpenAI, name: str, dimensions: int) -> None:
        self._client = client
        self.name = name
        self.dimensions = dimensions

    @classmethod
    async def connect(cls, base_url: str, key: str, name: str) -> EndpointEmbedder:
        """Asks the endpoint once, to learn the model's dimensions. Raises `openai.OpenAIError`."""
        from openai import AsyncOpenAI

        client = AsyncOpenAI(
            base_url=base_url,
            api_key=key or "none",  # an endpoint without keys takes any; the library none
            timeout=30,
            max_retries=3,
        )
        probe = await client.embeddings.create(
            model=name, input=["dimensions"], encoding_format="float"
        )
        return cls(client, name, len(probe.data[0].embedding))

    async def close(self) -> None:
        """Close its connections."""
        await self._client.close()

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, dimensions), unit rows. Raises `openai.OpenAIError`."""
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        # An endpoint refuses an empty text: its row stays zero.
        wanted = [index for index, text in enumerate(texts) if text.strip()]
        for start in range(0, len(wanted), ENDPOINT_BATCH):
            batch = wanted[start : start + ENDPOINT_BATCH]
            reply = await self._client.embeddings.create(
                model=self.name, input=[texts[index] for index in batch], encoding_format="float"
            )
            for item in reply.data:
                vectors[batch[item.index]] = item.embedding
        return _unit(vectors)


def _batches(windows: list[tuple[int, int]], ids: list[list[int]]) -> list[list[tuple[int, int]]]:
    """Cut windows, sorted by length, so that each batch padded stays within BATCH_PIECES."""
    batches: list[list[tuple[int, int]]] = []
    for index, start in windows:
        width = min(WINDOW, len(ids[index]) - start) + 2
        if not batches or (len(batches[-1]) + 1) * width > BATCH_PIECES:
            batches.append([])
        batches[-1].append((index, start))
    return batches


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows scaled to length 1; a row of zeros stays one."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), np.float32)
