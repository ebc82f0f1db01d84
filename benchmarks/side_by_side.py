"""Questions answered by quoting and in writing, side by side, with what the check left out.

    python -m benchmarks.side_by_side FOLDER QUESTIONS.txt --url http://127.0.0.1:8080/v1 --model NAME

FOLDER holds documents, QUESTIONS a question a line. Each goes the way of a question asked in chat.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.throwaway import MODELS, TODAY, fill, throwaway_pool
from benchmarks.writing import PATIENCE, Waiting
from bot.language_model import endpoint_model
from handlers.replies import reply_text
from indexing.answers import answer, warm
from indexing.composing import Composed, compose
from indexing.embeddings import LocalEmbedder
from indexing.language_model import LanguageModel, Usage
from indexing.nouns import Answered, WrittenAnswer
from indexing.store.search import Connection
from indexing.token_states import TokenStates

READER = (("everyone",), ("everyone",))


@dataclass
class Seen:
    """What came of all questions; seconds to the first sentence and those of the model's calls."""

    ends: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    shown: int = 0
    first: list[tuple[float, float]] = field(default_factory=list)


async def ask(
    conn: Connection,
    question: str,
    model: LanguageModel,
    embedder: LocalEmbedder,
    states: TokenStates,
    seen: Seen,
) -> None:
    """Print both answers to one question."""
    watch, usage, first = Waiting(model), Usage(), None
    begun = time.perf_counter()
    reply = await answer(conn, question, [], *READER, TODAY, embedder, states)
    async for piece in compose(watch, question, [], reply, usage, embedder):
        if isinstance(piece, Composed):
            composed = piece
        elif first is None:
            first = (time.perf_counter() - begun, watch.waited)
    print(f"\n## {question}\n\nquoted:\n{_indented(reply_text(reply.outcome, {}, told=False))}\n")
    wrote = isinstance(composed.outcome, WrittenAnswer)
    if wrote:
        print(f"written:\n{_indented(reply_text(composed.outcome, {}, told=False))}")
        seen.first += [first] if first else []
    else:
        print(f"not written: {composed.why or 'nothing found'}")
    dropped = [one for one in composed.sentences if not one.supported]
    for one in dropped:
        print(f"    left out ({one.why}): {one.text}")
    seen.dropped.update(one.why for one in dropped)
    seen.shown += len(composed.sentences) - len(dropped) if wrote else 0
    quoted = "quoted" if isinstance(composed.outcome, Answered) else "refused"
    seen.ends["written" if wrote else f"{quoted}: {composed.why}"] += 1


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines() if line.strip())


async def measure(folder: Path, questions: list[str], url: str, name: str) -> None:
    embedder = await LocalEmbedder.load(MODELS)
    states, seen = TokenStates(embedder), Seen()
    async with throwaway_pool() as pool, endpoint_model(url, "none", name, PATIENCE) as model:
        await fill(pool, folder, embedder)
        async with pool.connection() as conn:
            # As the product starts: the encoder has run, a small index's states are at hand.
            await answer(conn, "warm up", (), *READER, TODAY, embedder, states)
            await warm(conn, TODAY, states)
            for question in questions:
                await ask(conn, question, model, embedder, states, seen)
    print(f"\n{len(questions)} questions: {dict(seen.ends)}")
    print(f"{seen.shown} sentences shown; left out: {dict(seen.dropped)}")
    if seen.first:
        beside = [whole - waited for whole, waited in seen.first]
        print(
            f"first sentence after {statistics.median(whole for whole, _ in seen.first):.1f} s"
            f" (median), of it all but the model's calls {statistics.median(beside):.3f} s,"
            f" at most {max(beside):.3f} s"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--url", required=True)
    parser.add_argument("--model", required=True)
    given = parser.parse_args()
    lines = given.questions.read_text(encoding="utf-8").splitlines()
    questions = [line.strip() for line in lines if line.strip()]
    asyncio.run(measure(given.folder, questions, given.url, given.model))


if __name__ == "__main__":
    main()
