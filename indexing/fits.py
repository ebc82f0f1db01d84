"""Decides how well each sentence, step and warning of what was found fits a question.

By meaning, and by the share of the question's rarer words that it holds.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np

from indexing.embeddings import Embedder
from indexing.marks import is_marked, marked_steps
from indexing.nouns import FoundPassage
from indexing.tables import is_row, row_words, with_heads
from indexing.terms import terms
from indexing.token_states import TokenStates
from indexing.units import Unit, units_with_whole_warnings

MARKED = 8
"""Characters that a quote takes beside its words: marks."""

Section = Sequence[FoundPassage]
"""Passages that follow one another under one heading."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A unit, its section (place in the ranking) and how well it fits, higher is better.

    `at` orders the units of a section. `read` is False for what only goes on with a list that was
    found: it was not compared with the question. `marked` steps carry their number in their words.
    `head` is the first row of the table that a row stands in, which is no unit of its own.
    """

    section: int
    at: int
    passage: FoundPassage
    unit: Unit
    text: str
    listed: bool
    read: bool
    marked: bool = False
    head: str = ""
    score: float = 0.0

    @property
    def step(self) -> int | None:
        return self.unit.step

    @property
    def number(self) -> int | None:
        """The step's number where its words do not say it."""
        return None if self.marked else self.unit.step

    @property
    def cost(self) -> int:
        return len(self.text) + len(self.head) + MARKED

    @property
    def said(self) -> str:
        """What it says to a reader: a row with the names of its columns."""
        return row_words(self.head, self.text) if self.row else self.text

    @property
    def row(self) -> bool:
        return is_row(self.text)


def units_of(
    read: Sequence[FoundPassage],
    around: Sequence[Section],
    headed: Mapping[int, tuple[int, str]],
    *,
    asks_how: bool,
) -> list[Fit]:
    """The units of the sections read, best section first, each in its document's order.

    `headed`: number and name of the steps that are headings, by the passage each begins with.
    """
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
        if section[0].passage_id in headed:
            fits += _headed_steps(rank, section, ids, headed)
            continue
        in_order = [
            (passage, unit)
            for passage in section
            for unit in units_with_whole_warnings(passage.text)
        ]
        marked = not any(unit.step for _, unit in in_order)
        if marked:
            in_order = list(_with_marked_steps(in_order, asks_how=asks_how))
        told = with_heads([passage.text[unit.start : unit.end] for passage, unit in in_order])
        for at, (place, head) in enumerate(told):
            passage, unit = in_order[place]
            words = _words(passage.text[unit.start : unit.end], None if marked else unit.step)
            listed = unit.step is not None or passage.text.startswith(("- ", "| "), unit.start)
            read_too = passage.passage_id in ids
            fits.append(Fit(rank, at, passage, unit, words, listed, read_too, marked, head))
    return fits


def _headed_steps(
    rank: int, section: Section, ids: Set[int], headed: Mapping[int, tuple[int, str]]
) -> Iterator[Fit]:
    """The steps of a procedure whose steps are headings, each whole: its name and what it says."""
    for at, passage in enumerate(section):
        number, name = headed.get(passage.passage_id, (None, ""))
        warns = any(unit.warning for unit in units_with_whole_warnings(passage.text))
        unit = Unit(0, len(passage.text), number, warns)
        words = "\n".join(
            [name] * bool(name) + [line for line in passage.text.splitlines() if line]
        )
        is_read = passage.passage_id in ids
        yield Fit(rank, at, passage, unit, words, number is not None, is_read)


_Placed = tuple[FoundPassage, Unit]


def _with_marked_steps(in_order: Sequence[_Placed], *, asks_how: bool) -> Iterator[_Placed]:
    """A section's units, each paragraph that is a step by its own mark one of them.

    Points and marked paragraphs directly below such a step belong to it.
    """
    paragraphs: list[list[_Placed]] = []
    for passage, unit in in_order:
        last = paragraphs[-1][-1] if paragraphs else None
        if last and last[0] is passage and "\n" not in passage.text[last[1].end : unit.start]:
            paragraphs[-1].append((passage, unit))
        else:
            paragraphs.append([(passage, unit)])
    said = [own[0][0].text[own[0][1].start : own[-1][1].end] for own in paragraphs]
    steps = marked_steps(said, asks_how=asks_how)
    step: _Placed | None = None
    for at, own in enumerate(paragraphs):
        passage, unit = own[0]
        if at in steps:
            if step:
                yield step
            warns = any(each.warning for _, each in own)
            step = (passage, replace(unit, end=own[-1][1].end, step=steps[at], warning=warns))
        elif step and step[0] is passage and (said[at].startswith("- ") or is_marked(said[at])):
            step = (passage, replace(step[1], end=own[-1][1].end))
        else:
            if step:
                yield step
            step = None
            yield from own
    if step:
        yield step


def _words(text: str, step: int | None) -> str:
    """A step without the number in front of it, which the card shows itself; an item, its dash."""
    if step is None:
        return text.removeprefix("- ").strip()
    return text.partition(" ")[2].strip()


async def scored(
    asked: Sequence[str],
    read: Sequence[FoundPassage],
    fits: Sequence[Fit],
    embedder: Embedder | None,
    states: TokenStates | None,
) -> list[Fit]:
    """The units with their mean fit to all that is `asked`: meaning plus rarer words.

    That is a question, or one with those before it and it alone. What was not read has no fit.
    """
    of_each = [await _scored(one, read, fits, embedder, states) for one in asked]
    return [
        replace(same[0], score=sum(fit.score for fit in same) / len(same))
        for same in zip(*of_each, strict=True)
    ]


async def _scored(
    asked: str,
    read: Sequence[FoundPassage],
    fits: Sequence[Fit],
    embedder: Embedder | None,
    states: TokenStates | None,
) -> list[Fit]:
    compared = [fit for fit in fits if fit.read]
    if not compared:
        return []
    overlap = _overlap(asked, [fit.said for fit in compared], read)
    if states is not None:
        (vector,) = await states.embedder.embed([asked])
        by_passage: dict[int, list[str]] = {}
        for fit in compared:
            by_passage.setdefault(fit.passage.passage_id, []).append(fit.said)
        vectors = await states.units(by_passage)
        places = dict.fromkeys(by_passage, 0)
        meaning = np.zeros(len(compared), np.float32)
        for index, fit in enumerate(compared):
            passage_id = fit.passage.passage_id
            meaning[index] = vectors[passage_id][places[passage_id]] @ vector
            places[passage_id] += 1
    elif embedder is not None:
        vector, *rest = await embedder.embed([asked, *(fit.said for fit in compared)])
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
