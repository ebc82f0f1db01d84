"""Whether a question about something else leaves its thread, and a follow-up stays in it.

    python -m benchmarks.subjects FOLDER FOLDER...

All folders (`docs/`, `questions.jsonl`) are one company's. A question without a history is asked
by itself, after a question about another folder, and after one about another document of its own;
one with a history as it is, and after its own earlier questions with the answers we gave to them.
Answers stand in the threads as the product stores them. Printed: how many find their document first.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.throwaway import MODELS, TODAY, fill, throwaway_pool
from handlers.replies import reply_text
from indexing.answers import answer
from indexing.embeddings import LocalEmbedder
from indexing.nouns import Turn
from indexing.retrieval import retrieve
from indexing.store.search import Connection
from indexing.token_states import TokenStates

READER = (("everyone",), ("everyone",))
ALONE, ELSEWHERE, BESIDE = "by itself", "after another folder's", "after another document's"
GIVEN, REPLAYED = "follow-up, its own turns", "follow-up, our answers"


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the folder it is from, and the document that answers it."""

    text: str
    folder: str
    document: str
    history: tuple[Turn, ...]


def questions_in(folder: Path) -> list[Question]:
    """The answerable questions of a folder."""
    lines = [json.loads(line) for line in (folder / "questions.jsonl").open()]
    return [
        Question(
            line["question"],
            folder.name,
            f"{folder.name}/{line['gold_doc']}",
            tuple(Turn(turn["role"], turn["text"]) for turn in line.get("history") or ()),
        )
        for line in lines
        if line.get("answerable", True)
    ]


class Company:
    """What answers, and the threads it has answered already."""

    def __init__(self, conn: Connection, embedder: LocalEmbedder) -> None:
        self._conn = conn
        self._models = embedder, TokenStates(embedder)
        self._threads: dict[tuple[str, ...], list[Turn]] = {}

    async def thread(self, asked: Sequence[str]) -> list[Turn]:
        """A thread in which these were asked, with what we answered, as it is stored."""
        key = tuple(asked)
        if key and key not in self._threads:
            before = await self.thread(key[:-1])
            reply = await answer(self._conn, key[-1], before, *READER, TODAY, *self._models)
            said = reply_text(reply.outcome, {}, told=False)
            self._threads[key] = [*before, Turn("user", key[-1]), Turn("agent", said)]
        return self._threads.get(key, [])

    async def finds(self, question: Question, thread: Sequence[Turn]) -> bool:
        """Whether a question finds its document first."""
        found = await retrieve(self._conn, question.text, thread, *READER, TODAY, *self._models)
        return bool(found.passages) and found.passages[0].uri == question.document


async def ask(company: Company, questions: Sequence[Question]) -> dict[tuple[str, str], list[bool]]:
    """Whether each question finds its document, by folder and kind of thread."""
    found: dict[tuple[str, str], list[bool]] = defaultdict(list)
    chance = random.Random(7)
    openings = [question for question in questions if not question.history]
    for question in questions:
        here = question.folder
        if question.history:
            own = [turn.text for turn in question.history if turn.role == "user"][-4:]
            found[here, GIVEN].append(await company.finds(question, question.history))
            found[here, REPLAYED].append(await company.finds(question, await company.thread(own)))
            continue
        found[here, ALONE].append(await company.finds(question, ()))
        others = [one for one in openings if one.document != question.document]
        for kind, same in ((ELSEWHERE, False), (BESIDE, True)):
            of_kind = [one for one in others if (one.folder == here) == same]
            if of_kind:
                first = chance.choice(of_kind)
                more = [one.text for one in openings if one.document == first.document][:3]
                found[here, kind].append(await company.finds(question, await company.thread(more)))
    return found


async def measure(folders: Sequence[Path]) -> None:
    embedder = await LocalEmbedder.load(MODELS)
    with tempfile.TemporaryDirectory() as scratch:
        for folder in folders:
            shutil.copytree(folder / "docs", Path(scratch) / folder.name)
        async with throwaway_pool() as pool:
            await fill(pool, Path(scratch), embedder)
            async with pool.connection() as conn:
                questions = [one for folder in folders for one in questions_in(folder)]
                found = await ask(Company(conn, embedder), questions)
    print("| folder | asked | questions | document first |\n|---|---|---|---|")
    for (name, kind), right in found.items():
        print(f"| {name} | {kind} | {len(right)} | {sum(right) / len(right):.3f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folders", type=Path, nargs="+")
    asyncio.run(measure(parser.parse_args().folders))


if __name__ == "__main__":
    main()
