"""How well confidence tells a covered question from one that no document covers.

    python benchmarks/refusal.py FOLDER OTHER

The answerable opening questions of FOLDER (`docs/`, `questions.jsonl`) are asked of its documents,
and then of OTHER alone, a folder of documents on another subject, which should refuse them all.
"""

from __future__ import annotations

import argparse
import asyncio
import bisect
import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.throwaway import MODELS, TODAY, fill, throwaway_pool
from indexing.embeddings import LocalEmbedder
from indexing.retrieval import THRESHOLD, THRESHOLD_KEYWORDS, retrieve
from indexing.token_states import TokenStates

READER = (("everyone",), ("everyone",))
MEASURES = ("confidence", "best cosine", "best MaxSim", "confidence, keywords alone", "best BM25")
SHARES = (0.0, 0.025, 0.05, 0.10, 0.15, 0.20, 0.30)


async def confidences(
    folder: Path, questions: Sequence[str], embedder: LocalEmbedder
) -> dict[str, list[float]]:
    """Each measure of each question, asked of this folder alone."""
    found: dict[str, list[float]] = {name: [] for name in MEASURES}
    states = TokenStates(embedder)
    async with throwaway_pool() as pool:
        await fill(pool, folder, embedder)
        async with pool.connection() as conn:
            for question in questions:
                ours = await retrieve(conn, question, (), *READER, TODAY, embedder, states)
                bare = await retrieve(conn, question, (), *READER, TODAY, None, None)
                values = (
                    ours.confidence,
                    max((one.cosine for one in ours.passages), default=0.0),
                    max((one.maxsim for one in ours.passages), default=0.0),
                    bare.confidence,
                    max((one.bm25 for one in bare.passages), default=0.0),
                )
                for name, value in zip(MEASURES, values, strict=True):
                    found[name].append(value)
    return found


def auroc(covered: Sequence[float], uncovered: Sequence[float]) -> float:
    """How often a covered question scores above an uncovered one; a tie counts half."""
    below = sorted(uncovered)
    wins = sum(
        (bisect.bisect_left(below, one) + bisect.bisect_right(below, one)) / 2 for one in covered
    )
    return wins / len(covered) / len(uncovered)


def table(covered: dict[str, list[float]], uncovered: dict[str, list[float]]) -> None:
    head = " | ".join(f"≤ {share:.1%}" for share in SHARES)
    print("Refused of the uncovered, where at most so many of the covered are refused (threshold)")
    print(f"| measure | AUROC | {head} |")
    print("|---" * (len(SHARES) + 2) + "|")
    for name in MEASURES:
        ordered = sorted(covered[name])
        cells = []
        for share in SHARES:
            threshold = ordered[int(share * len(ordered))]
            refused = sum(one < threshold for one in uncovered[name]) / len(uncovered[name])
            cells.append(f"{refused:.3f} ({threshold:.3f})")
        area = auroc(covered[name], uncovered[name])
        print(f"| {name} | {area:.3f} | {' | '.join(cells)} |")
    for name, threshold in (
        ("confidence", THRESHOLD),
        ("confidence, keywords alone", THRESHOLD_KEYWORDS),
    ):
        wrong = sum(one < threshold for one in covered[name]) / len(covered[name])
        right = sum(one < threshold for one in uncovered[name]) / len(uncovered[name])
        print(f"{name} at {threshold}: {wrong:.1%} of covered, {right:.1%} of uncovered refused")


async def measure(folder: Path, other: Path) -> None:
    lines = [json.loads(line) for line in (folder / "questions.jsonl").open()]
    questions = [
        line["question"] for line in lines if line["answerable"] and not line.get("history")
    ]
    embedder = await LocalEmbedder.load(MODELS)
    covered = await confidences(folder / "docs", questions, embedder)
    uncovered = await confidences(other, questions, embedder)
    print(f"{len(questions)} questions")
    table(covered, uncovered)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("other", type=Path)
    given = parser.parse_args()
    asyncio.run(measure(given.folder, given.other))


if __name__ == "__main__":
    main()
