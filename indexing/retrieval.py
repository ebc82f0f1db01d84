"""Decides which passages answer a question best, and how sure that is.

Keyword search and vectors each bring candidates; each candidate's score is the sum, with equal
weights, of its z-scores among them: BM25, cosine, and MaxSim weighted by how rare the question's
words are. A question inside a thread adds how well the whole thread fits the passage's document.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from indexing.embeddings import Embedder, LocalEmbedder
from indexing.nouns import Retrieved, Turn
from indexing.questions import Asked, read_as, understood
from indexing.store import contents, finding
from indexing.store.blocked import BlockedPassage, search_blocked
from indexing.store.finding import Reader, Scored
from indexing.store.search import Connection, Corpus, fetch_corpus
from indexing.token_states import TokenStates, maxsim

EVERYONE = "everyone"
BEST = 10
"""Passages returned."""
POOL = 50
"""Candidates that each leg brings."""
REORDERED = 30
"""Candidates, best by the other two scores, that MaxSim reads: each new one costs some 10 ms."""

THRESHOLD = 0.45
"""Below it the question is not covered: mean of the best MaxSim and the best cosine.

Of 88 real questions it refuses 3 % asked of their own documents and 97 % asked of another subject's
(benchmarks/refusal.py). 0.50 refused 6 % and all of them, but also 8 of the 27 questions that the
sample company's SOPs answer and people word in their own way; at 0.45 that is 2 of 27.
"""
STANDS_ALONE = 0.70
"""From this confidence on a question in a thread is read without the thread: people change the
subject. Of 80 real follow-ups a third reach it; document R@1 goes from .963 to .950, Rw@300 from
.900 to .887, and a question on another matter is no longer answered from the matter before.
"""
_CONTINUES = re.compile(r"\W*(?:and|but|or|so|then|also|if|what if|what about|how about)\b", re.I)
"""How a question begins that goes on with the one before, however sure it is by itself."""
THRESHOLD_COSINE = 0.52
"""The same where only the cosine may be known: a blocked passage's words are not read."""
THRESHOLD_KEYWORDS = 0.31
"""The same without MiniLM: the share of the question's words, weighted by rarity, that one passage
holds: 9 % and 91 % of the same questions. Another model's cosines have another scale, so an
endpoint's model is measured by this.
"""


def threshold(states: TokenStates | None) -> float:
    """What a confidence is measured against; it depends on what it was computed from."""
    return THRESHOLD if states is not None else THRESHOLD_KEYWORDS


async def retrieve(
    conn: Connection,
    question: str,
    history: Sequence[Turn],
    tokens: tuple[str, ...],
    roles: tuple[str, ...],
    today: date,
    embedder: Embedder | None,
    states: TokenStates | None,
) -> Retrieved:
    """The ten best passages that the holder of `tokens` may read, and how sure that is.

    Passages written for `roles` or everyone come first: others serve only when those do not reach
    the threshold. `embedder` None means keyword search alone; without `states` (an endpoint's
    model has none) confidence rests on keywords.
    """
    texts = read_as(question, history)
    corpus = await fetch_corpus(conn)
    if not texts or not corpus.passages:
        return Retrieved((), 0.0)
    asked = await understood(conn, texts, corpus, embedder, states)
    own = await finding.fetch_reader(conn, tokens, today, (*roles, EVERYONE))
    best = await _best(conn, asked, corpus, own, states)
    if best.confidence >= threshold(states):
        return best
    reader = await finding.fetch_reader(conn, tokens, today)
    if len(reader.readerships) == len(own.readerships):
        return best
    anybody = await _best(conn, asked, corpus, reader, states)
    return anybody if anybody.confidence > best.confidence else best


async def best_blocked(
    conn: Connection,
    question: str,
    tokens: tuple[str, ...],
    today: date,
    embedder: Embedder | None,
) -> BlockedPassage | None:
    """The blocked passage in the asker's audience that fits best, if it would have been enough.

    Measured by the best cosine, or by keywords without MiniLM: its words are never read.
    """
    texts = read_as(question, ())
    corpus = await fetch_corpus(conn)
    if not texts or not corpus.passages:
        return None
    (asked,) = await understood(conn, texts, corpus, embedder, None)
    found = await search_blocked(conn, asked.weights, asked.vector, tokens, today)
    if not found:
        return None
    nearest, fullest = found
    if isinstance(embedder, LocalEmbedder):
        return nearest if nearest.cosine >= THRESHOLD_COSINE else None
    enough = asked.total > 0 and fullest.held / asked.total >= THRESHOLD_KEYWORDS
    return fullest if enough else None


async def _best(
    conn: Connection,
    asked: Sequence[Asked],
    corpus: Corpus,
    reader: Reader,
    states: TokenStates | None,
) -> Retrieved:
    """The best passages for what `read_as` gave: a question, or one with its thread."""
    pool: set[int] = set()
    async with finding.searching(conn):
        for one in asked[:2]:
            pool.update(
                await finding.search_keywords(conn, one.rare, corpus.mean_length, reader, POOL)
            )
            if one.vector is not None:
                pool.update(await finding.search_vectors(conn, one.vector, reader, POOL))
        scored = [
            await finding.fetch_scores(
                conn, sorted(pool), one.weights, corpus.mean_length, one.vector, reader
            )
            for one in asked
        ]
    fused = [
        await _fused(conn, one, rows, reader, states)
        for one, rows in zip(asked, scored, strict=True)
    ]
    question = fused[0]
    total, confidence = question.total, question.confidence
    alone = (
        states is not None and confidence >= STANDS_ALONE and not _CONTINUES.match(asked[0].text)
    )
    if len(asked) > 1 and not alone:
        _, thread, latest = fused
        total = {
            passage_id: score + thread.documents.get(question.document[passage_id], 0.0)
            for passage_id, score in total.items()
        }
        # A short follow-up says little by itself; one on another matter gains little by the rest.
        confidence = (confidence + latest.confidence) / 2
    order = sorted(total, key=lambda passage_id: (-total[passage_id], passage_id))[:BEST]
    shown = await contents.fetch_found(conn, order, reader)
    passages = tuple(
        replace(
            shown[passage_id],
            score=total[passage_id],
            bm25=question.bm25[passage_id],
            cosine=question.cosine[passage_id],
            maxsim=question.maxsim.get(passage_id, 0.0),
        )
        for passage_id in order
        if passage_id in shown
    )
    return Retrieved(passages, confidence)


@dataclass(frozen=True, slots=True)
class _Fused:
    """The scores of the candidates for one text, by passage."""

    total: Mapping[int, float]
    bm25: Mapping[int, float]
    cosine: Mapping[int, float]
    maxsim: Mapping[int, float]
    document: Mapping[int, int]
    confidence: float

    @property
    def documents(self) -> dict[int, float]:
        """The total of each document's best passage."""
        best: dict[int, float] = {}
        for passage_id, score in self.total.items():
            document = self.document[passage_id]
            best[document] = max(best.get(document, score), score)
        return best


async def _fused(
    conn: Connection,
    asked: Asked,
    scored: Sequence[Scored],
    reader: Reader,
    states: TokenStates | None,
) -> _Fused:
    if not scored:
        return _Fused({}, {}, {}, {}, {}, 0.0)
    ids = [row.passage_id for row in scored]
    bm25 = np.array([row.bm25 for row in scored])
    cosine = np.array([row.cosine for row in scored])
    total = _z(bm25) + _z(cosine)
    late: dict[int, float] = {}
    confidence = max(row.held for row in scored) / asked.total if asked.total else 0.0
    if states is not None and asked.encoded is not None:
        front = [ids[index] for index in np.argsort(-total, kind="stable")[:REORDERED]]
        late = await _late(conn, asked, front, reader, states)
        # What MaxSim did not read is worth the least of what it read.
        least = min(late.values(), default=0.0)
        total = total + _z(np.array([late.get(passage_id, least) for passage_id in ids]))
        confidence = (max(late.values(), default=0.0) + float(cosine.max())) / 2
    return _Fused(
        dict(zip(ids, total.tolist(), strict=True)),
        dict(zip(ids, bm25.tolist(), strict=True)),
        dict(zip(ids, cosine.tolist(), strict=True)),
        late,
        {row.passage_id: row.document_id for row in scored},
        confidence,
    )


async def _late(
    conn: Connection, asked: Asked, passage_ids: list[int], reader: Reader, states: TokenStates
) -> dict[int, float]:
    """MaxSim of these passages; the states of those not at hand are computed."""
    assert asked.encoded is not None
    found = states.kept(passage_ids)
    missing = [passage_id for passage_id in passage_ids if passage_id not in found]
    if missing:
        found |= await states.encode(await contents.fetch_searchable(conn, missing, reader))
    return await maxsim(asked.encoded, asked.piece_weights(), found)


def _z(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard scores; all zero where nothing differs."""
    spread = scores.std()
    return (scores - scores.mean()) / spread if spread > 1e-9 else np.zeros_like(scores)
