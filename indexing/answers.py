"""Decides what is said to a question: the validated words that fit, a refusal, or why it is blocked.

Nothing is worded here. What is quoted is taken verbatim from answerable passages: whole sentences
and whole steps, chosen by how well each fits the question by meaning and by its rarer words.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from indexing.embeddings import Embedder
from indexing.nouns import (
    Answered,
    Blocked,
    FoundPassage,
    NamedDocument,
    NotCovered,
    Outcome,
    Quoted,
    Retrieved,
    Turn,
)
from indexing.passages import Unit, units
from indexing.retrieval import EVERYONE, best_blocked, retrieve, threshold
from indexing.store.blocked import BlockedPassage
from indexing.store.finding import fetch_newest_searchable
from indexing.store.search import Connection
from indexing.terms import terms
from indexing.token_states import TokenStates

READ = 3
"""Passages whose words may be quoted: the best one, and what the next ones add."""
QUOTED_CHARACTERS = 800
"""So that the answer with its sources stays under 1,200."""
FITS = 0.6
"""A sentence is quoted from this share of the best one's fit on."""
ADDS = 0.8
"""A sentence of another passage is quoted from this share of the best one's fit on."""
AROUND = 3
"""Sentences beside the best one that are quoted with it."""
WARMED, WARMED_AT_ONCE = 500, 16
"""Passages whose states are computed at the start, a few at once so that questions get their turn."""
MARGIN = 0.10
"""An answer less sure than this above the threshold gives way to a blocked document that fits better."""
RELATED = 0.7
"""A document is named as close from this share of the threshold on."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An outcome with what it rests on. Times are milliseconds."""

    outcome: Outcome
    passages: tuple[FoundPassage, ...]
    confidence: float
    nearest: tuple[NamedDocument, ...]
    retrieve_ms: float
    total_ms: float


@dataclass(frozen=True, slots=True)
class _Fit:
    """A unit of a passage (its place in the ranking) and how well it fits, higher is better."""

    rank: int
    unit: Unit
    text: str
    score: float

    listed: bool = False

    @property
    def is_step(self) -> bool:
        return self.unit.step is not None


async def answer(
    conn: Connection,
    question: str,
    history: Sequence[Turn],
    tokens: tuple[str, ...],
    roles: tuple[str, ...],
    today: date,
    embedder: Embedder | None,
    states: TokenStates | None,
) -> Reply:
    """Answer a question for somebody who holds `tokens` and works in `roles`."""
    started = time.perf_counter()
    found = await retrieve(conn, question, history, tokens, roles, today, embedder, states)
    retrieved = time.perf_counter()
    bar = threshold(states)
    nearest = _nearest(found)
    outcome: Outcome
    sure = bool(found.passages) and found.confidence >= bar
    blocked = None
    if not sure or found.confidence < bar + MARGIN:
        blocked = await best_blocked(conn, question, tokens, today, embedder)
    if sure and not (blocked and _fits_better(blocked, found, states)):
        outcome = await _answered(question, history, found, roles, embedder, states)
    elif blocked is not None:
        outcome = _blocked(blocked)
    else:
        close = nearest if found.confidence >= RELATED * bar else ()
        outcome = NotCovered(close, close[0].owner if close else "")
    ended = time.perf_counter()
    return Reply(
        outcome,
        found.passages,
        found.confidence,
        nearest,
        (retrieved - started) * 1000,
        (ended - started) * 1000,
    )


def _fits_better(blocked: BlockedPassage, found: Retrieved, states: TokenStates | None) -> bool:
    """Whether a blocked passage is nearer to the question than any that may be answered from.

    Then a weak answer would come from the wrong document: about fire to a question on a spill.
    """
    nearest = max(passage.cosine for passage in found.passages)
    return states is not None and blocked.cosine > nearest


def _blocked(found: BlockedPassage) -> Blocked:
    document = NamedDocument(
        found.document_id, found.source, found.uri, found.title, found.section, found.owner
    )
    return Blocked(document, found.reason, found.since, found.urgent)


async def warm(conn: Connection, today: date, states: TokenStates | None) -> None:
    """Have what a small index needs at hand before the first question comes."""
    if states is None:
        return
    texts = list((await fetch_newest_searchable(conn, today, WARMED)).items())
    for at in range(0, len(texts), WARMED_AT_ONCE):
        await states.encode(dict(texts[at : at + WARMED_AT_ONCE]))


def _nearest(found: Retrieved) -> tuple[NamedDocument, ...]:
    """The documents of the best passages, each once, the best section of each."""
    documents: dict[int, NamedDocument] = {}
    for passage in found.passages:
        documents.setdefault(
            passage.document_id,
            NamedDocument(
                passage.document_id,
                passage.source,
                passage.uri,
                passage.title,
                passage.section,
                passage.owner,
            ),
        )
    return tuple(documents.values())[:READ]


async def _answered(
    question: str,
    history: Sequence[Turn],
    found: Retrieved,
    roles: tuple[str, ...],
    embedder: Embedder | None,
    states: TokenStates | None,
) -> Answered:
    asked = "\n".join([*(turn.text for turn in history[-2:] if turn.role == "user"), question])
    fits = await _fits(asked, found.passages, embedder, states)
    chosen = _chosen(fits)
    numbers: dict[int, int] = {}
    for fit in chosen:
        numbers.setdefault(fit.rank, len(numbers) + 1)
    cited = tuple(found.passages[rank] for rank in numbers)
    quotes = tuple(
        Quoted(fit.text, numbers[fit.rank], fit.unit.step, fit.unit.warning) for fit in chosen
    )
    mine = {EVERYONE, *roles}
    fitting = any(mine & set(passage.roles) for passage in cited)
    return Answered(cited[0].section, quotes, cited, () if fitting else cited[0].roles)


async def _fits(
    asked: str,
    passages: Sequence[FoundPassage],
    embedder: Embedder | None,
    states: TokenStates | None,
) -> list[_Fit]:
    """Every unit of the passages that may be quoted, with its fit: meaning plus rarer words."""
    read = [
        (rank, unit, _words(passage.text[unit.start : unit.end], unit))
        for rank, passage in enumerate(passages[:READ])
        for unit in units(passage.text)
    ]
    if not read:
        return [
            _Fit(rank, Unit(0, len(passage.text)), passage.text, 0.0)
            for rank, passage in enumerate(passages[:1])
        ]
    overlap = _overlap(asked, [text for *_, text in read], passages[:READ])
    if states is not None:
        (vector,) = await states.embedder.embed([asked])
        by_passage = {
            passage.passage_id: [text for at, _, text in read if at == rank]
            for rank, passage in enumerate(passages[:READ])
        }
        vectors = await states.units(by_passage)
        meaning = np.concatenate([vectors[passage_id] for passage_id in by_passage]) @ vector
    elif embedder is not None:
        vector, *rest = await embedder.embed([asked, *(text for *_, text in read)])
        meaning = np.stack(rest) @ vector
    else:
        meaning = np.zeros(len(read), np.float32)
    return [
        _Fit(rank, unit, text, float(alike) + shared, _is_listed(passages[rank].text, unit))
        for (rank, unit, text), alike, shared in zip(read, meaning, overlap, strict=True)
    ]


def _words(text: str, unit: Unit) -> str:
    """A step without the number in front of it, which the card shows itself; an item, its dash."""
    if unit.step is None:
        return text.removeprefix("- ").strip()
    return text.partition(" ")[2].strip()


def _is_listed(text: str, unit: Unit) -> bool:
    return unit.step is not None or text.startswith("- ", unit.start)


def _overlap(asked: str, texts: Sequence[str], passages: Sequence[FoundPassage]) -> list[float]:
    """The share of the question's words that each text holds, weighted by rarity among them."""
    seen = Counter(term for passage in passages for term in set(terms(passage.text)))
    rare = {
        term: math.log(1 + (len(passages) + 0.5) / (seen[term] + 0.5)) for term in set(terms(asked))
    }
    total = sum(rare.values()) or 1.0
    return [sum(rare[term] for term in set(terms(text)) if term in rare) / total for text in texts]


def _chosen(fits: Sequence[_Fit]) -> list[_Fit]:
    """What is quoted, in the order it is shown: the best passage first, each in its own order.

    A sentence that fits best often only repeats the question, so what stands around it comes
    along; where the passage tells a procedure, its steps do.
    """
    front = [fit for fit in fits if fit.rank == fits[0].rank]
    best = max(fits, key=lambda fit: fit.score)
    lead = max(front, key=lambda fit: fit.score)
    wanted = [lead, *(fit for fit in front if fit.unit.warning)]
    steps = [fit for fit in front if fit.is_step]
    if lead.listed or steps:
        wanted += _list_around(front, lead if lead.listed else max(steps, key=lambda f: f.score))
    else:
        wanted += _around(front, lead)[: AROUND + 1]
    wanted += sorted(
        (
            fit
            for fit in fits
            if fit.score >= (FITS if fit.rank == lead.rank else ADDS) * best.score
        ),
        key=lambda fit: -fit.score,
    )
    kept: list[_Fit] = []
    room = QUOTED_CHARACTERS
    for fit in wanted:
        said = any(fit.text == other.text for other in kept)
        if not said and (not kept or len(fit.text) <= room):
            kept.append(fit)
            room -= len(fit.text)
    return [_shortened(fit) for fit in sorted(kept, key=lambda fit: (fit.rank, fit.unit.start))]


def _list_around(front: Sequence[_Fit], item: _Fit) -> list[_Fit]:
    """A list's items from the best one outwards, after the sentences that introduce them."""
    first = last = front.index(item)
    while first > 0 and front[first - 1].listed:
        first -= 1
    while last + 1 < len(front) and front[last + 1].listed:
        last += 1
    introduction = [fit for fit in front[max(first - 2, 0) : first] if not fit.listed]
    return [*introduction, *_around(front[first : last + 1], item)]


def _around(units_in_order: Sequence[_Fit], lead: _Fit) -> list[_Fit]:
    """The units from the lead outwards, what follows it before what precedes it."""
    at = units_in_order.index(lead)
    outwards = [lead]
    for distance in range(1, len(units_in_order)):
        for place in (at + distance, at - distance):
            if 0 <= place < len(units_in_order):
                outwards.append(units_in_order[place])
    return outwards


def _shortened(fit: _Fit) -> _Fit:
    """A single step that alone is too long, cut at the end of a line or word; [Show source] has it."""
    if len(fit.text) <= QUOTED_CHARACTERS:
        return fit
    cut = fit.text[:QUOTED_CHARACTERS]
    end = max(cut.rfind("\n"), cut.rfind(". ") + 1) or cut.rfind(" ")
    return _Fit(fit.rank, fit.unit, cut[: end if end > 0 else None].rstrip(), fit.score, fit.listed)


def stretches(text: str, quotes: Sequence[Quoted], number: int) -> list[str]:
    """The quotes from one passage as verbatim stretches of its text, neighbours in one piece."""
    places: list[tuple[int, int]] = []
    at = 0
    for quote in quotes:
        if quote.number == number and (start := text.find(quote.text, at)) >= 0:
            at = start + len(quote.text)
            places.append((start, at))
    merged: list[tuple[int, int]] = places[:1]
    for (_, end), (start, last) in pairwise(places):
        # Between neighbours stand only white space and a step's number.
        if len(text[end:start].split()) <= 1 and not any(c.isalpha() for c in text[end:start]):
            merged[-1] = (merged[-1][0], last)
        else:
            merged.append((start, last))
    return [text[start:end] for start, end in merged]
