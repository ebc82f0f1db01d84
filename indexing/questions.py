"""Decides what a text is taken to ask: which words, spelt how, how rare, and in which direction.

However long or strange a question is, the work stays bounded: see the limits below.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from indexing.embeddings import Embedder, Encoded
from indexing.nouns import Turn
from indexing.store import finding
from indexing.store.finding import Term
from indexing.store.search import Connection, Corpus
from indexing.terms import cut_in_two, joined, placed_terms, tidy, within
from indexing.token_states import TokenStates

LONGEST = 2000
"""Characters of a question, and of a thread, that are read."""
TURNS = 6
"""Turns of a thread that are read, the latest ones."""
READ_TERMS = 256
"""Distinct words of a question that are looked up, the first ones."""
MOST_TERMS = 64
"""Distinct terms of a question that are searched for, the rarest ones."""
CORRECTED = 8
"""Unknown words of a question that are read as misspelt."""
RARE_POSTINGS = 10_000
"""Occurrences that candidates are looked for among: some 3 ms. The rarest terms come first."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A text to search with.

    `weights`: term id -> idf, rarest first. `total`: the idf of all its words, unknown and misspelt
    ones included. `rarity`: word -> idf. `vector` and `encoded` are None without a model for them.
    `known`: the idf of its rarest word that the index knows, where it is asked outside a thread.
    """

    text: str
    weights: Mapping[int, float]
    rare: Mapping[int, float]
    total: float
    rarity: Mapping[str, float]
    vector: NDArray[np.float32] | None
    encoded: Encoded | None
    known: float = math.inf

    def piece_weights(self, most: float = math.inf) -> NDArray[np.float32]:
        """Each word piece weighs what its word's rarity is, up to `most`; marks and function words
        nothing."""
        assert self.encoded is not None
        offsets = self.encoded.offsets
        weights = np.zeros(len(offsets), np.float32)
        for start, end, term in placed_terms(self.text):
            inside = (offsets[:, 0] >= start) & (offsets[:, 1] <= end)
            weights[inside] = min(self.rarity.get(term, 0.0), most)
        return weights if weights.any() else np.ones_like(weights)


def read_as(question: str, history: Sequence[Turn]) -> list[str]:
    """The question; inside a thread also the thread, and the question after the asker's last one.

    Empty when nothing is asked.
    """
    asked = tidy(question)[:LONGEST].strip()
    if not asked:
        return []
    if not history:
        return [asked]
    turns = [tidy(turn.text[:LONGEST]).strip() for turn in history[-TURNS:]]
    before = [tidy(turn.text[:LONGEST]).strip() for turn in history if turn.role == "user"][-1:]
    return [asked, *("\n".join([*said, asked])[-LONGEST:] for said in (turns, before))]


def by_itself(asked: Asked) -> Asked:
    """A question of a thread as it is read without one."""
    return replace(asked, known=max(asked.weights.values(), default=math.inf))


async def understood(
    conn: Connection,
    texts: Sequence[str],
    corpus: Corpus,
    embedder: Embedder | None,
    states: TokenStates | None,
) -> list[Asked]:
    """What each of the texts asks; the first one is read for misspellings too."""
    encoded = await states.embedder.encode(texts) if states else None
    vectors: NDArray[np.float32] | None = None
    if encoded is not None:
        vectors = np.stack([one.vector for one in encoded])
    elif embedder is not None:
        vectors = await embedder.embed(texts)
    asked = []
    for index, text in enumerate(texts):
        words = list(dict.fromkeys(term for _, _, term in placed_terms(text)))[:READ_TERMS]
        # A thread's other turns were read when they were asked, or are our own words.
        known = await _known(conn, words, joined(text)[:READ_TERMS], correct=index == 0)
        rarity = {word: idf(known[word].df if word in known else 0, corpus) for word in words}
        used = sorted({term.id: term for term in known.values()}.values(), key=lambda term: term.df)
        weights = {term.id: idf(term.df, corpus) for term in used[:MOST_TERMS]}
        asked.append(
            Asked(
                text,
                weights,
                _rare(used[:MOST_TERMS], weights),
                # A word read as another is no proof: it counts as one that no passage has.
                sum(
                    rarity[word] if word in known and known[word].term == word else idf(0, corpus)
                    for word in words
                ),
                rarity,
                None if vectors is None else vectors[index],
                None if encoded is None else encoded[index],
            )
        )
    return asked if len(texts) > 1 else [by_itself(one) for one in asked]


def idf(df: int, corpus: Corpus) -> float:
    """How rare a term is, never negative (the form Lucene uses)."""
    return math.log(1 + (corpus.passages - df + 0.5) / (df + 0.5))


def _rare(terms: Sequence[Term], weights: Mapping[int, float]) -> dict[int, float]:
    """The rarest terms, as many as stay within RARE_POSTINGS: they bring the candidates.

    The common ones still count in every candidate's score. In an index of some thousand passages
    that is every term, and the result is exact.
    """
    chosen: dict[int, float] = {}
    postings = 0
    for term in terms:
        postings += term.df
        if chosen and postings > RARE_POSTINGS:
            break
        chosen[term.id] = weights[term.id]
    return chosen


async def _known(
    conn: Connection, words: Sequence[str], pairs: Sequence[str], *, correct: bool
) -> dict[str, Term]:
    """Each word's term of the index: itself, joined with its neighbour, or spelt right."""
    known = await finding.fetch_terms(conn, [*words, *pairs])
    unknown = [word for word in words if word not in known and len(word) > 3 and word.isalpha()]
    if not correct or not unknown:
        return known
    halves = {word: cut_in_two(word) for word in unknown[:CORRECTED]}
    parts = await finding.fetch_terms(
        conn, [part for cuts in halves.values() for cut in cuts for part in cut]
    )
    for word, cuts in halves.items():
        # One slip in a short word, two in a long one.
        edits = 1 if len(word) < 8 else 2
        alike = await finding.fetch_lookalikes(conn, word, 20)
        close = [term for term in alike if within(word, term.term, edits)]
        if close:
            known[word] = min(close, key=lambda term: (not within(word, term.term, 1), -term.df))
            continue
        whole = [cut for cut in cuts if cut[0] in parts and cut[1] in parts]
        if whole:
            # The reading whose rarer half is the most usual.
            best = max(whole, key=lambda cut: min(parts[half].df for half in cut))
            known.update({half: parts[half] for half in best})
    return known
