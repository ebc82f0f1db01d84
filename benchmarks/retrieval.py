"""Retrieval beside BM25 over the same passages, on a folder with `docs/` and `questions.jsonl`.

    python -m benchmarks.retrieval FOLDER --score PATH/score.py [--out FOLDER] [--split dev]
        [--peer .venv-peer/bin/python]

Both are asked the same: a question alone, and a follow-up with its history. For BM25 the history
is tried both ways, left out and put before the question, since neither is always better; so it is
for the peer, LlamaIndex's defaults with the same embedder (benchmarks/peer/predict.py).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.throwaway import (
    MODELS,
    TODAY,
    create_database,
    fill,
    throwaway_pool,
    throwaway_server,
)
from indexing.embeddings import LocalEmbedder
from indexing.fusing import BEST
from indexing.nouns import FoundPassage, Turn
from indexing.questions import idf
from indexing.retrieval import retrieve
from indexing.store import contents, finding
from indexing.store.search import Connection, fetch_corpus
from indexing.terms import terms
from indexing.token_states import TokenStates

READER = (("everyone",), ("everyone",))


async def bm25_alone(conn: Connection, text: str) -> list[FoundPassage]:
    """The ten best by BM25, nothing else: the yardstick."""
    corpus = await fetch_corpus(conn)
    known = await finding.fetch_terms(conn, terms(text))
    weights = {term.id: idf(term.df, corpus) for term in known.values()}
    reader = await finding.fetch_reader(conn, READER[0], TODAY)
    ids = await finding.search_keywords(conn, weights, corpus.mean_length, reader, BEST)
    found = await contents.fetch_found(conn, ids, reader)
    return [found[passage_id] for passage_id in ids]


def prediction(question: dict[str, Any], found: Sequence[FoundPassage], ms: float) -> str:
    """A line as the scoring program reads it."""
    passages = [{"uri": one.uri, "text": one.text, "score": one.score} for one in found]
    return json.dumps({"id": question["id"], "passages": passages, "ms": {"retrieve": ms}})


async def predict(folder: Path, out: Path) -> list[Path]:
    questions = [json.loads(line) for line in (folder / "questions.jsonl").open()]
    embedder = await LocalEmbedder.load(MODELS)
    states = TokenStates(embedder)
    lines: dict[str, list[str]] = {"bm25": [], "bm25-thread": [], "jobaid": [], "jobaid-none": []}
    async with throwaway_pool() as pool:
        await fill(pool, folder / "docs", embedder)
        async with pool.connection() as conn:
            for question in questions:
                turns = [Turn(turn["role"], turn["text"]) for turn in question.get("history") or ()]
                text = question["question"]
                thread = "\n".join([*(turn.text for turn in turns), text])
                for name, asked in (("bm25", text), ("bm25-thread", thread)):
                    begun = time.perf_counter()
                    found = await bm25_alone(conn, asked)
                    ms = (time.perf_counter() - begun) * 1000
                    lines[name].append(prediction(question, found, ms))
                for name, models in (("jobaid", (embedder, states)), ("jobaid-none", (None, None))):
                    begun = time.perf_counter()
                    ours = await retrieve(conn, text, turns, *READER, TODAY, *models)
                    ms = (time.perf_counter() - begun) * 1000
                    lines[name].append(prediction(question, ours.passages, ms))
    paths = []
    for name, written in lines.items():
        path = out / f"{name}.jsonl"
        path.write_text("\n".join(written) + "\n")
        paths.append(path)
    return paths


def predict_peer(python: Path, folder: Path, out: Path) -> list[Path]:
    """The peer's predictions, made in its own environment."""
    program = Path(__file__).parent / "peer" / "predict.py"
    with throwaway_server() as server:
        url = create_database(server, "peer")
        command = [python, program, url, folder, out, "--models", MODELS]
        subprocess.run(command, check=True)
    return [out / "peer.jsonl", out / "peer-thread.jsonl"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--score", type=Path, required=True, help="the scoring program")
    parser.add_argument("--split", default="dev")
    parser.add_argument("--out", type=Path, help="keep the predictions here")
    parser.add_argument("--peer", type=Path, help="the Python of the peer's environment")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        out = given.out or Path(scratch)
        out.mkdir(parents=True, exist_ok=True)
        paths = asyncio.run(predict(given.folder, out))
        if given.peer:
            paths += predict_peer(given.peer, given.folder, out)
        gold = given.folder / "questions.jsonl"
        command = [sys.executable, given.score, gold, *paths, "--split", given.split, "--paired"]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
