"""How fast documents are indexed beside the bare encoder, and unchanged ones looked at again.

    python -m benchmarks.indexing [--documents 200] [--unchanged 5000]

The bare encoder embeds the same passages before and after, so that a busy machine slows both. The
unchanged documents are stored without vectors; looking at them again would embed nothing anyway.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from pathlib import Path

from benchmarks.made_up import MadeUp, made_up
from benchmarks.throwaway import GOVERNANCE, MODELS, NOW, TODAY, throwaway_pool
from bot.database import Pool
from indexing.documents import Report, index_path
from indexing.embeddings import Embedder, LocalEmbedder
from indexing.passages import searchable, split

SECTIONS = 5


def write_documents(folder: Path, made: MadeUp) -> list[str]:
    """One Markdown file per document; what search reads of all their passages."""
    folder.mkdir()
    (folder / "governance.yaml").write_text(GOVERNANCE)
    texts: list[str] = []
    for number, start in enumerate(range(0, len(made.texts), made.per_document)):
        title = f"Document {number}"
        parts = made.texts[start : start + made.per_document]
        sections = [f"## {part.split()[0]} {index}\n\n{part}." for index, part in enumerate(parts)]
        body = "\n\n".join(sections)
        (folder / f"{number}.md").write_text(f"# {title}\n\n{body}\n")
        texts += [searchable(title, passage) for passage in split(title, body)]
    return texts


async def index(pool: Pool, folder: Path, embedder: Embedder | None) -> tuple[Report, float]:
    """The run's report and seconds."""
    async with pool.connection() as conn:
        await conn.set_autocommit(True)
        begun = time.perf_counter()
        report = await index_path(conn, folder, today=TODAY, now=NOW, embedder=embedder)
        taken = time.perf_counter() - begun
        await conn.set_autocommit(False)
    return report, taken


async def embed(embedder: LocalEmbedder, texts: list[str]) -> float:
    """Seconds."""
    begun = time.perf_counter()
    await embedder.embed(texts)
    return time.perf_counter() - begun


async def measure(documents: int, unchanged: int) -> None:
    embedder = await LocalEmbedder.load(MODELS)
    with tempfile.TemporaryDirectory() as scratch:
        folder, many = Path(scratch) / "some", Path(scratch) / "many"
        texts = write_documents(folder, made_up(documents * SECTIONS, 1, SECTIONS))
        write_documents(many, made_up(unchanged, 1, 1))
        async with throwaway_pool() as pool:
            before = await embed(embedder, texts)
            report, taken = await index(pool, folder, embedder)
            bare = (before + await embed(embedder, texts)) / 2
            assert not report.refused
            first, stored = await index(pool, many, None)
            again, seconds = await index(pool, many, embedder)
    assert {row.result for row in first.rows} == {"indexed"}
    assert {row.result for row in again.rows} == {"unchanged"}
    count = len(texts)
    print(
        f"| {documents} documents, {count} passages, load {os.getloadavg()[0]:.1f} | per second |"
    )
    print("|---|---|")
    print(f"| bare encoder, passages | {count / bare:.1f} |")
    print(f"| indexing, passages | {count / taken:.1f} |")
    print(
        f"indexing has {bare / taken:.2f} of the encoder's speed (two thirds or more are wanted)\n"
    )
    print(
        f"{len(again.rows)} unchanged documents looked at again: {seconds:.1f} s (under 5 wanted);"
    )
    print(f"storing them without vectors took {stored:.0f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--unchanged", type=int, default=5000)
    given = parser.parse_args()
    asyncio.run(measure(given.documents, given.unchanged))


if __name__ == "__main__":
    main()
