"""How long a search takes beside the peer's, over the same made-up passages, and what re-ordering adds.

    python -m benchmarks.latency [--peer .venv-peer/bin/python] [--passages 50000] [--questions 60]

Both are given the question and its vector (embedding it costs both the same), filter by who may
read, and return ten passages with their text; they take turns in one run on one server. Prints
tables; asserts nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from benchmarks.made_up import DIMENSIONS, EVERYONE, RARE, ROLES, MadeUp, made_up
from benchmarks.throwaway import (
    MODELS,
    NOW,
    TODAY,
    create_database,
    migrated_database,
    throwaway_server,
)
from bot.database import open_pool, with_search_path
from indexing.embeddings import LocalEmbedder
from indexing.nouns import Governance, Passage
from indexing.retrieval import retrieve
from indexing.store import documents, finding, search
from indexing.store.revisions import NewText, insert_revision
from indexing.store.search import Connection
from indexing.token_states import TokenStates

READER = (EVERYONE, ROLES[3])
WARM_UP = 5
TUNED = ", jsonb and key indexed"
REORDERED = 15
"""Questions that re-ordering is measured on: each new one encodes thirty passages."""


@dataclass
class Given:
    """An embedder that has the question's vector already."""

    vector: NDArray[np.float32]
    name: str = "given"
    dimensions: int = DIMENSIONS

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.repeat(self.vector[None], len(texts), axis=0)


async def store(conn: Connection, made: MadeUp) -> None:
    """Store the passages as indexing does, in force and validated."""
    size = made.per_document
    for number, start in enumerate(range(0, len(made.texts), size)):
        texts = made.texts[start : start + size]
        governance = Governance(
            title=" ".join(texts[0].split()[:4]),
            scope="everything",
            version="1",
            version_on=TODAY,
            owner="owner@example.com",
            roles=(made.readers[start],),
            competencies=("everything",),
            audience=(made.readers[start],),
            review_every=timedelta(days=90),
        )
        passages = [
            Passage(ordinal, f"{ordinal} {text.split()[5]}", (), text)
            for ordinal, text in enumerate(texts)
        ]
        async with conn.transaction():
            document_id = await documents.insert_document(conn, "made-up", f"{number}.md")
            text = NewText(str(number), str(number), "\n\n".join(texts), "markdown")
            validated = ("sme@example.com", TODAY)
            revision_id = await insert_revision(
                conn, document_id, text, governance, validated, True, NOW
            )
            await search.insert_passages(
                conn,
                document_id,
                revision_id,
                governance,
                passages,
                made.vectors[start : start + size],
            )
            await documents.mark_stored(
                conn,
                document_id,
                newest=revision_id,
                in_force=revision_id,
                duplicate_of=None,
                settled=False,
                fingerprint="",
            )


@asynccontextmanager
async def index_left_for_last(admin_url: str) -> AsyncIterator[None]:
    """Build the vector index once everything is stored: the same index, minutes sooner."""
    path = with_search_path(admin_url)
    async with await psycopg.AsyncConnection.connect(path, autocommit=True) as owner:
        found = await owner.execute(
            "select pg_get_indexdef('indexing.passage_embedding'::regclass)"
        )
        row = await found.fetchone()
        assert row is not None
        await owner.execute("drop index indexing.passage_embedding")
        yield
        await owner.execute(row[0])
        await owner.execute("vacuum analyze")


class Peer:
    """The peer's process: one search a line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in, self._out = process.stdin, process.stdout

    async def line(self) -> bytes:
        if not (line := await self._out.readline()):
            raise SystemExit("the peer stopped; its own message stands above")
        return line

    async def search(
        self, question: int, tokens: Sequence[str], limit: int, mode: str, *, tuned: bool = False
    ) -> tuple[float, list[int]]:
        """Milliseconds and the numbers of the passages found."""
        wanted = {
            "question": question,
            "tokens": list(tokens),
            "limit": limit,
            "mode": mode,
            "tuned": tuned,
        }
        self._in.write(json.dumps(wanted).encode() + b"\n")
        said = json.loads(await self.line())
        return said["ms"], said["found"]


@asynccontextmanager
async def peer_process(python: Path, url: str, folder: Path) -> AsyncIterator[Peer]:
    program = Path(__file__).parent / "peer" / "answer_latency.py"
    process = await asyncio.create_subprocess_exec(
        python,
        program,
        url,
        folder,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**20,
    )
    try:
        peer = Peer(process)
        assert (await peer.line()).strip() == b"ready"
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute("vacuum analyze")
        yield peer
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def ours(
    conn: Connection, made: MadeUp, number: int, tokens: tuple[str, ...]
) -> tuple[float, list[int]]:
    """Milliseconds and the ids of the passages found, before re-ordering."""
    given = Given(made.asked[number])
    begun = time.perf_counter()
    async with conn.transaction():
        found = await retrieve(conn, made.questions[number], (), tokens, tokens, TODAY, given, None)
    return (time.perf_counter() - begun) * 1000, [one.passage_id for one in found.passages]


def row(name: str, times: Sequence[float]) -> str:
    p95 = sorted(times)[int(len(times) * 0.95)]
    return f"| {name} | {statistics.median(times):.1f} | {p95:.1f} |"


async def side_by_side(conn: Connection, made: MadeUp, peer: Peer | None) -> None:
    """Print both searches' times, taken in turns."""
    times: dict[str, list[float]] = {"ours, before re-ordering": []}
    if peer:
        times |= {"the peer's, hybrid": [], f"the peer's, hybrid{TUNED}": []}
    for number in range(len(made.questions)):
        taken = [(await ours(conn, made, number, READER))[0]]
        for tuned in (False, True) if peer else ():
            ms, _ = await peer.search(number, READER, 10, "hybrid", tuned=tuned)
            taken.append(ms)
        if number >= WARM_UP:
            for kept, ms in zip(times.values(), taken, strict=True):
                kept.append(ms)
    own, *others = (statistics.median(taken) for taken in times.values())
    share = sum(reader in READER for reader in made.readers) / len(made.readers)
    print(f"\nA question and its vector to ten passages; the filter lets {share:.0%} through")
    head = f"{len(made.questions) - WARM_UP} questions, load {os.getloadavg()[0]:.1f}"
    print(f"| {head} | median ms | p95 ms |\n|---|---|---|")
    for name, taken in times.items():
        print(row(name, taken))
    if others:
        ratios = " and ".join(f"{own / other:.2f}" for other in others)
        print(f"ours takes {ratios} of the peer's medians (a third or less of the first is wanted)")


async def few_readers(conn: Connection, made: MadeUp, peer: Peer | None) -> None:
    """Print how many of five passages each finds through a filter that one in 300 passes."""
    found = await conn.execute("select id from indexing.passage order by id")
    numbers = {row[0]: number for number, row in enumerate(await found.fetchall())}
    readable = np.array([reader == RARE for reader in made.readers])
    tallies: dict[str, list[tuple[int, int]]] = {}

    def tally(name: str, got: Sequence[int]) -> None:
        right = len(nearest & set(got))
        tallies.setdefault(name, []).append((min(5, len(got)), right))

    for number in range(len(made.questions)):
        cosines = np.where(readable, made.vectors @ made.asked[number], -2)
        nearest = set(np.argsort(-cosines)[:5].tolist())
        async with conn.transaction():
            await finding.begin_search(conn)
            reader = await finding.fetch_reader(conn, (RARE,), TODAY)
            many = replace(reader, passages=finding.FEW + 1)
            for name, as_if in (("vectors", reader), ("vectors, were it to use the index", many)):
                got = await finding.search_vectors(conn, made.asked[number], as_if, 5)
                tally(f"ours, {name}", [numbers[one] for one in got])
        _, ids = await ours(conn, made, number, (RARE,))
        tally("ours, whole search", [numbers[one] for one in ids])
        if peer:
            for tuned, mode in itertools.product((False, True), ("default", "hybrid")):
                _, got = await peer.search(number, (RARE,), 5, mode, tuned=tuned)
                name = "vectors" if mode == "default" else mode
                tally(f"the peer's, {name}{TUNED if tuned else ''}", got)
    print(f"\nA filter that {readable.sum()} of {len(readable)} passages pass; means, of 5")
    print("| search | returned | of the five nearest |\n|---|---|---|")
    for name, pairs in tallies.items():
        returned, right = (statistics.mean(column) for column in zip(*pairs, strict=True))
        print(f"| {name} | {returned:.2f} | {right:.2f} |")


async def reordering(conn: Connection, made: MadeUp) -> None:
    """Print what the whole search takes with re-ordering, its states at hand or not."""
    embedder = await LocalEmbedder.load(MODELS)
    states = TokenStates(embedder)
    times: dict[str, list[float]] = {"none of its states at hand": [], "all of them at hand": []}
    await embedder.embed(["warm"])
    for question in made.questions[:REORDERED]:
        for taken in times.values():
            begun = time.perf_counter()
            async with conn.transaction():
                await retrieve(conn, question, (), READER, READER, TODAY, embedder, states)
            taken.append((time.perf_counter() - begun) * 1000)
    kept = f"{states.bytes / 2**20:.0f} of at most {states.limit / 2**20:.0f} MB kept"
    print(f"\nWith the question embedded and thirty passages re-ordered; {kept}")
    print(
        f"| {REORDERED} questions, load {os.getloadavg()[0]:.1f} | median ms | p95 ms |\n|---|---|---|"
    )
    for name, taken in times.items():
        print(row(name, taken))


async def measure(peer: Path | None, passages: int, questions: int) -> None:
    begun = time.perf_counter()

    def say(what: str) -> None:
        print(f"{time.perf_counter() - begun:6.0f} s  {what}", file=sys.stderr, flush=True)

    made = made_up(passages, questions + WARM_UP)
    say(f"{passages} passages made up")
    with throwaway_server() as server, tempfile.TemporaryDirectory() as folder:
        database = await migrated_database(server)
        async with open_pool(database) as pool, pool.connection() as conn:
            async with index_left_for_last(database.admin_url):
                await store(conn, made)
                await conn.commit()
                say("stored here")
            say("vector index built")
            await with_peer(conn, made, peer, create_database(server, "peer"), Path(folder), say)
            await reordering(conn, made)


async def with_peer(
    conn: Connection, made: MadeUp, python: Path | None, url: str, folder: Path, say: Any
) -> None:
    if python is None:
        await side_by_side(conn, made, None)
        await few_readers(conn, made, None)
        return
    await asyncio.to_thread(made.write, folder)
    async with peer_process(python, url, folder) as peer:
        say("stored by the peer")
        await side_by_side(conn, made, peer)
        await few_readers(conn, made, peer)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--peer", type=Path, help="the Python of the peer's environment")
    parser.add_argument("--passages", type=int, default=50_000)
    parser.add_argument("--questions", type=int, default=60)
    given = parser.parse_args()
    asyncio.run(measure(given.peer, given.passages, given.questions))


if __name__ == "__main__":
    main()
