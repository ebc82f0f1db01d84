"""Decides how well each sentence, step and warning of what was found fits a question.

By meaning, and by the share of the question's rarer words that it holds.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexing.embeddings import Embedder
from indexing.nouns import FoundPassage
from indexing.passages import Unit, units_with_whole_warnings
from indexing.terms import terms
from indexing.token_states import TokenStates

MARKED = 8
"""Characters that a quote takes beside its words: marks."""

Section = Sequence[FoundPassage]
"""Passages that follow one another under one heading."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A unit, its section (place in the ranking) and how well it fits, higher is better.

    `at` orders the units of a section. `read` is False for what only goes on with a list that was
    found: it was not compared with the question.
    """

    section: int
    at: int
    passage: FoundPassage
    unit: Unit
    text: str
    listed: bool
    read: bool
    score: float = 0.0

    @property
    def step(self) -> int | None:
        return self.unit.step

    @property
    def cost(self) -> int:
        return len(self.text) + MARKED


def units_of(read: Sequence[FoundPassage], around: Sequence[Section]) -> list[Fit]:
    """The units of the sections read, best section first, each in its document's order."""
    ids = {passage.passage_id for passage in read}
    sections: list[Section] = []
    for passage in read:
        section = next(
            (one for one in around if passage.passage_id in {p.passage_id for p in one}),
            (passage,),
        )
        if section not in sections:
            sections.append(section)
    fits: list[Fit] = []
    for rank, section in enumerate(sections):
        in_order = [
            (passage, unit)
            for passage in section
            for unit in units_with_whole_warnings(passage.text)
        ]
        fits += [
            Fit(
                rank,
                at,
                passage,
                unit,
                _words(passage.text[unit.start : unit.end], unit),
                unit.step is not None or passage.text.startswith("- ", unit.start),
                passage.passage_id in ids,
            )
            for at, (passage, unit) in enumerate(in_order)
        ]
    return fits


def _words(text: str, unit: Unit) -> str:
    """A step without the number in front of it, which the card shows itself; an item, its dash."""
    if unit.step is None:
        return text.removeprefix("- ").strip()
    return text.partition(" ")[2].strip()


async def scored(
    asked: str,
    read: Sequence[FoundPassage],
    fits: Sequence[Fit],
    embedder: Embedder | None,
    states: TokenStates | None,
) -> list[Fit]:
    """The units with their fit: meaning plus rarer words. What was not read has none."""
    compared = [fit for fit in fits if fit.read]
    if not compared:
        return []
    overlap = _overlap(asked, [fit.text for fit in compared], read)
    if states is not None:
        (vector,) = await states.embedder.embed([asked])
        by_passage: dict[int, list[str]] = {}
        for fit in compared:
            by_passage.setdefault(fit.passage.passage_id, []).append(fit.text)
        vectors = await states.units(by_passage)
        places = dict.fromkeys(by_passage, 0)
        meaning = np.zeros(len(compared), np.float32)
        for index, fit in enumerate(compared):
            passage_id = fit.passage.passage_id
            meaning[index] = vectors[passage_id][places[passage_id]] @ vector
            places[passage_id] += 1
    elif embedder is not None:
        vector, *rest = await embedder.embed([asked, *(fit.text for fit in compared)])
        meaning = np.stack(rest) @ vector
    else:
        meaning = np.zeros(len(compared), np.float32)
    scores = iter([float(alike) + shared for alike, shared in zip(meaning, overlap, strict=True)])
    return [replace(fit, score=next(scores)) if fit.read else fit for fit in fits]


def _overlap(asked: str, texts: Sequence[str], passages: Sequence[FoundPassage]) -> list[float]:
    """The share of the question's words that each text holds, weighted by rarity among them."""
    seen = Counter(term for passage in passages for term in set(terms(passage.text)))
    rare = {
        term: math.log(1 + (len(passages) + 0.5) / (seen[term] + 0.5)) for term in set(terms(asked))
    }
    total = sum(rare.values()) or 1.0
    return [sum(rare[term] for term in set(terms(text)) if term in rare) / total for text in texts]
