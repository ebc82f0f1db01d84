"""What a model's answerability check adds to scores alone, and how soon the first sentence stands.

    python -m benchmarks.writing FOLDER --url http://127.0.0.1:8080/v1 --model NAME [--of 40]

FOLDER has `docs/` and `questions.jsonl`. All of its unanswerable questions are asked, and of the
answerable ones a sample. A question is refused by its score, by the model, or by either; scores
alone are shown at the threshold where they refuse as many answerable questions.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import time
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from benchmarks.throwaway import MODELS, TODAY, fill, throwaway_pool
from bot.language_model import Patience, endpoint_model
from indexing.answerable import Answerable, NotAnswerable, Unasked, is_answerable
from indexing.composing import REFUSES_BELOW
from indexing.embeddings import LocalEmbedder
from indexing.followups import rewrite_followup
from indexing.language_model import LanguageModel, Prompt, T, Usage
from indexing.nearness import nearness
from indexing.nouns import Retrieved, Turn
from indexing.retrieval import THRESHOLD, retrieve
from indexing.store.search import Connection
from indexing.token_states import TokenStates
from indexing.writing import Fallback, Written, WrittenSentence, write_answer

READER = (("everyone",), ("everyone",))
PATIENCE = Patience(first=180, between=60, total=300)
"""A small machine that does other things too must not look like an endpoint that fails."""


@dataclass
class Waiting:
    """A model that adds up the seconds in which only its endpoint was at work."""

    model: LanguageModel
    waited: float = 0.0

    @property
    def cites(self) -> bool:
        return self.model.cites

    @cites.setter
    def cites(self, cites: bool) -> None:
        self.model.cites = cites

    @property
    def name(self) -> str:
        return self.model.name

    async def ask(self, prompt: Prompt, answer: type[T], usage: Usage) -> T:
        begun = time.perf_counter()
        try:
            return await self.model.ask(prompt, answer, usage)
        finally:
            self.waited += time.perf_counter() - begun

    async def write(
        self, prompt: Prompt, usage: Usage, shape: type[BaseModel] | None = None
    ) -> AsyncGenerator[str]:
        begun = time.perf_counter()
        async with aclosing(self.model.write(prompt, usage, shape)) as pieces:
            async for piece in pieces:
                self.waited += time.perf_counter() - begun
                yield piece
                begun = time.perf_counter()


@dataclass(frozen=True, slots=True)
class Tried:
    """One question: what its score and the model say, what came of writing; seconds."""

    answerable: bool
    confidence: float
    verdict: Answerable | NotAnswerable | Unasked
    end: Written | Fallback | None
    first: float | None
    waited: float
    usage: Usage


async def tried(
    conn: Connection,
    line: dict[str, Any],
    model: LanguageModel,
    embedder: LocalEmbedder,
    states: TokenStates,
    *,
    write: bool,
) -> Tried:
    """Answer one question as the product does."""
    usage, watch = Usage(), Waiting(model)
    history = [Turn(turn["role"], turn["text"]) for turn in line.get("history") or ()]
    question = line["question"]
    begun = time.perf_counter()
    if write:
        question = await rewrite_followup(watch, question, history, usage)
    found = await _found(conn, question, history, embedder, states)
    verdict = await is_answerable(watch, question, history, found.passages, usage, embedder)
    first, waited, end = None, watch.waited, None
    if write and isinstance(verdict, Answerable):
        async for part in write_answer(
            watch, question, history, found.passages, verdict, usage, nearness(embedder)
        ):
            match part:
                case WrittenSentence():
                    if first is None:
                        first, waited = time.perf_counter() - begun, watch.waited
                case Written() | Fallback():
                    end = part
    return Tried(line["answerable"], found.confidence, verdict, end, first, waited, usage)


async def _found(
    conn: Connection,
    question: str,
    history: Sequence[Turn],
    embedder: LocalEmbedder,
    states: TokenStates,
) -> Retrieved:
    return await retrieve(conn, question, history, *READER, TODAY, embedder, states)


def refusals(all_tried: Sequence[Tried]) -> None:
    """Print who is refused by what."""
    answerable = [one for one in all_tried if one.answerable]
    unanswerable = [one for one in all_tried if not one.answerable]
    print("\n| rule | answerable refused | unanswerable refused | scores alone at no fewer |")
    print("|---|---|---|---|")
    for bar in (0.0, 0.3, 0.4, THRESHOLD):
        for name, heard in (
            ("scores alone", 0.0),
            (f"scores, or model below {REFUSES_BELOW}", REFUSES_BELOW),
            ("scores or model", 1.0),
        ):
            wrong = sum(_refused(one, bar, heard) for one in answerable)
            right = sum(_refused(one, bar, heard) for one in unanswerable)
            # The highest threshold at which scores alone refuse no more of the answerable.
            ordered = sorted(one.confidence for one in answerable)
            equal = ordered[wrong] if wrong < len(ordered) else 1.0
            alone = sum(one.confidence < equal for one in unanswerable)
            print(
                f"| {name}, {bar:.2f} | {wrong} of {len(answerable)}"
                f" | {right} of {len(unanswerable)} | {alone} (at {equal:.3f}) |"
            )
    unasked = Counter(one.verdict.why for one in all_tried if isinstance(one.verdict, Unasked))
    print(f"model not asked: {dict(unasked) or 'never'}")


def _refused(one: Tried, bar: float, heard: float) -> bool:
    """Whether the score refuses, or the model where it is heard: below that confidence."""
    doubted = isinstance(one.verdict, NotAnswerable) and one.confidence < heard
    return one.confidence < bar or doubted


def speed(all_tried: Sequence[Tried]) -> None:
    """Print how soon the first sentence stood, and what was written."""
    if not all_tried:
        return
    ends = Counter(
        "written" if isinstance(one.end, Written) else f"quoted: {one.end.why}"
        for one in all_tried
        if one.end is not None
    )
    print(f"\nanswers: {dict(ends)}")
    sentences = [s for one in all_tried if one.end is not None for s in one.end.sentences]
    dropped = Counter(sentence.why for sentence in sentences if not sentence.supported)
    print(f"{len(sentences)} sentences, {sum(dropped.values())} dropped: {dict(dropped)}")
    timed = [one for one in all_tried if one.first is not None]
    if timed:
        print("\n| to the first sentence, seconds | median | worst |")
        print("|---|---|---|")
        whole = [one.first or 0.0 for one in timed]
        beside = [(one.first or 0.0) - one.waited for one in timed]
        for name, values in (
            ("whole", whole),
            ("of it the model's calls", [one.waited for one in timed]),
            ("of it all else", beside),
        ):
            print(f"| {name} | {statistics.median(values):.3f} | {max(values):.3f} |")
    tokens = [(one.usage.tokens_in, one.usage.tokens_out) for one in all_tried]
    print(
        f"\ntokens a question: {statistics.mean(read for read, _ in tokens):.0f} read,"
        f" {statistics.mean(written for _, written in tokens):.0f} written"
    )


async def measure(folder: Path, url: str, name: str, of: int, writes: int) -> None:
    lines = [json.loads(line) for line in (folder / "questions.jsonl").open()]
    sample = random.Random(7).sample([line for line in lines if line["answerable"]], of)
    asked = [line for line in lines if not line["answerable"]] + sample
    embedder = await LocalEmbedder.load(MODELS)
    states = TokenStates(embedder)
    checked, wrote = [], []
    async with (
        throwaway_pool() as pool,
        endpoint_model(url, "none", name, PATIENCE) as model,
    ):
        await fill(pool, folder / "docs", embedder)
        async with pool.connection() as conn:
            for line in asked:
                one = await tried(conn, line, model, embedder, states, write=False)
                checked.append(one)
                said = "yes" if isinstance(one.verdict, Answerable) else "no"
                print(f"{len(checked)} of {len(asked)}: {one.answerable} {said}", flush=True)
            for line in sample[:writes]:
                wrote.append(await tried(conn, line, model, embedder, states, write=True))
    refusals(checked)
    speed(wrote)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--of", type=int, default=40, help="answerable questions asked")
    parser.add_argument("--writes", type=int, default=12, help="of them answered in writing")
    given = parser.parse_args()
    asyncio.run(measure(given.folder, given.url, given.model, given.of, given.writes))


if __name__ == "__main__":
    main()
