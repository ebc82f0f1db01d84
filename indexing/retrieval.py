"""Decides which passages answer a question best, and how sure that is.

Keyword search and vectors each bring candidates; each candidate's score is the sum, with equal
weights, of its z-scores among them: BM25, cosine, and MaxSim weighted by how rare the question's
words are. A question inside a thread adds how well the whole thread fits the passage's document.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexing.embeddings import Embedder, Encoded
from indexing.nouns import Retrieved, Turn
from indexing.store import search
from indexing.store.search import BlockedPassage, Connection, Corpus, Reader, Scored, Term
from indexing.terms import cut_in_two, joined, placed_terms, tidy, within
from indexing.token_states import TokenStates, maxsim

if TYPE_CHECKING:
    from llama_index.core.retrievers import BaseRetriever
    from psycopg_pool import AsyncConnectionPool

EVERYONE = "everyone"
BEST = 10
"""Passages returned."""
POOL = 50
"""Candidates that each leg brings."""
REORDERED = 30
"""Candidates, best by the other two scores, that MaxSim reads: each new one costs some 10 ms."""

LONGEST_QUESTION = 2000
"""Characters of a question, and of a thread, that are read."""
TURNS = 6
"""Turns of a thread that are read, the latest ones."""
READ_TERMS = 256
"""Distinct words of a question that are looked up, the first ones."""
MOST_TERMS = 64
"""Distinct terms of a question that are searched for, the rarest ones."""
CORRECTED = 8
"""Unknown words of a question that are read as misspelt."""

THRESHOLD = 0.50
"""Below it the question is not covered: mean of the best MaxSim and the best cosine."""
THRESHOLD_COSINE = 0.52
"""The same where only the cosine may be known: a blocked passage's words are not read."""
THRESHOLD_KEYWORDS = 0.30
"""The same without MiniLM: the share of the question's words, weighted by rarity, that one passage
holds. Another model's cosines have another scale, so an endpoint's model is measured by this."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A text to search with: its terms' weights (term id -> idf), vector and states, if any."""

    text: str
    weights: Mapping[int, float]
    df: Mapping[int, int]
    total: float
    rarity: Mapping[str, float]
    vector: NDArray[np.float32] | None
    encoded: Encoded | None


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
    corpus = await search.fetch_corpus(conn)
    texts = [tidy(question)[:LONGEST_QUESTION].strip()]
    if history:
        texts.append(_thread(texts[0], history))
    if not texts[0] or not corpus.passages:
        return Retrieved((), 0.0)
    asked = await _understood(conn, texts, corpus, embedder, states)
    own = await search.fetch_reader(conn, tokens, today, (*roles, EVERYONE))
    best = await _best(conn, asked, corpus, own, states)
    if best.confidence >= threshold(states):
        return best
    reader = await search.fetch_reader(conn, tokens, today)
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
    *,
    local: bool = True,
) -> BlockedPassage | None:
    """The blocked passage in the asker's audience that fits best, if it would have been enough.

    `local` says that `embedder` is MiniLM, whose cosines THRESHOLD_COSINE was measured on.
    """
    corpus = await search.fetch_corpus(conn)
    text = tidy(question)[:LONGEST_QUESTION].strip()
    if not text or not corpus.passages:
        return None
    (asked,) = await _understood(conn, [text], corpus, embedder, None)
    found = await search.search_blocked(conn, asked.weights, asked.vector, tokens, today)
    if not found:
        return None
    nearest, fullest = found
    if local and embedder is not None:
        return nearest if nearest.cosine >= THRESHOLD_COSINE else None
    enough = asked.total > 0 and fullest.held / asked.total >= THRESHOLD_KEYWORDS
    return fullest if enough else None


def _thread(question: str, history: Sequence[Turn]) -> str:
    """The latest turns and the question as one text, cut at the front."""
    turns = [tidy(turn.text).strip() for turn in history[-TURNS:]]
    return "\n".join([*turns, question])[-LONGEST_QUESTION:]


async def _understood(
    conn: Connection,
    texts: Sequence[str],
    corpus: Corpus,
    embedder: Embedder | None,
    states: TokenStates | None,
) -> list[_Asked]:
    encoded = await states.embedder.encode(texts) if states else None
    vectors: NDArray[np.float32] | None = None
    if encoded is not None:
        vectors = np.stack([one.vector for one in encoded])
    elif embedder is not None:
        vectors = await embedder.embed(texts)
    asked = []
    for index, text in enumerate(texts):
        words = list(dict.fromkeys(term for _, _, term in placed_terms(text)))[:READ_TERMS]
        # Only a question is worth correcting; a thread's agent turns are our own words.
        known = await _known(conn, words, joined(text), correct=index == 0)
        rarity = {word: idf(known[word].df if word in known else 0, corpus) for word in words}
        used = sorted({term.id: term for term in known.values()}.values(), key=lambda t: t.df)
        asked.append(
            _Asked(
                text,
                {term.id: idf(term.df, corpus) for term in used[:MOST_TERMS]},
                {term.id: term.df for term in used[:MOST_TERMS]},
                sum(rarity.values()),
                rarity,
                None if vectors is None else vectors[index],
                None if encoded is None else encoded[index],
            )
        )
    return asked


def idf(df: int, corpus: Corpus) -> float:
    """How rare a term is, never negative (the form Lucene uses)."""
    return math.log(1 + (corpus.passages - df + 0.5) / (df + 0.5))


async def _known(
    conn: Connection, words: Sequence[str], pairs: Sequence[str], *, correct: bool
) -> dict[str, Term]:
    """Each word's term of the index: itself, joined with its neighbour, or spelt right."""
    known = await search.fetch_terms(conn, [*words, *pairs])
    unknown = [word for word in words if word not in known and len(word) > 3 and word.isalpha()]
    if not correct or not unknown:
        return known
    halves = {word: cut_in_two(word) for word in unknown[:CORRECTED]}
    parts = await search.fetch_terms(
        conn, [part for cuts in halves.values() for cut in cuts for part in cut]
    )
    for word, cuts in halves.items():
        # One slip in a short word, two in a long one.
        edits = 1 if len(word) < 8 else 2
        alike = await search.fetch_lookalikes(conn, word, 20)
        close = [term for term in alike if within(word, term.term, edits)]
        if close:
            known[word] = min(close, key=lambda t: (not within(word, t.term, 1), -t.df))
            continue
        whole = [cut for cut in cuts if cut[0] in parts and cut[1] in parts]
        if whole:
            # The reading whose rarer half is the most usual.
            best = max(whole, key=lambda cut: min(parts[half].df for half in cut))
            known.update({half: parts[half] for half in best})
    return known


async def _best(
    conn: Connection,
    asked: Sequence[_Asked],
    corpus: Corpus,
    reader: Reader,
    states: TokenStates | None,
) -> Retrieved:
    pool: set[int] = set()
    async with conn.transaction():
        for one in asked:
            pool.update(
                await search.search_keywords(conn, _searched(one), corpus.mean_length, reader, POOL)
            )
            if one.vector is not None:
                pool.update(await search.search_vectors(conn, one.vector, reader, POOL))
        scored = [
            await search.fetch_scores(
                conn, sorted(pool), one.weights, corpus.mean_length, one.vector, reader
            )
            for one in asked
        ]
    if not scored[0]:
        return Retrieved((), 0.0)
    question = await _fused(conn, asked[0], scored[0], reader, states)
    total = dict(question.fused)
    if len(asked) > 1:
        thread = await _fused(conn, asked[1], scored[1], reader, states)
        document = {row.passage_id: row.document_id for row in scored[0]}
        best: dict[int, float] = {}
        for passage_id, score in thread.fused.items():
            key = document[passage_id]
            best[key] = max(best.get(key, score), score)
        total = {
            passage_id: score + best[document[passage_id]] for passage_id, score in total.items()
        }
    order = sorted(total, key=lambda passage_id: (-total[passage_id], passage_id))[:BEST]
    shown = await search.fetch_found(conn, order, reader)
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
    return Retrieved(passages, question.confidence)


RARE_POSTINGS = 20_000


def _searched(asked: _Asked) -> dict[int, float]:
    """The rarest terms, as many as stay within a bound of postings: they bring the candidates.

    The common ones still count in every candidate's score. In an index of some thousand passages
    that is every term, and the result is exact.
    """
    chosen: dict[int, float] = {}
    postings = 0
    for term_id, weight in asked.weights.items():
        postings += asked.df[term_id]
        if chosen and postings > RARE_POSTINGS:
            break
        chosen[term_id] = weight
    return chosen


@dataclass(frozen=True, slots=True)
class _Fused:
    fused: Mapping[int, float]
    bm25: Mapping[int, float]
    cosine: Mapping[int, float]
    maxsim: Mapping[int, float]
    confidence: float


async def _fused(
    conn: Connection,
    asked: _Asked,
    scored: Sequence[Scored],
    reader: Reader,
    states: TokenStates | None,
) -> _Fused:
    ids = [row.passage_id for row in scored]
    bm25 = np.array([row.bm25 for row in scored])
    cosine = np.array([row.cosine for row in scored])
    fused = _z(bm25) + (_z(cosine) if asked.vector is not None else 0.0)
    matched: dict[int, float] = {}
    if states is not None and asked.encoded is not None and len(asked.encoded.states):
        front = np.argsort(-fused, kind="stable")[:REORDERED]
        chosen = [ids[index] for index in front]
        kept = states.kept(chosen)
        missing = [passage_id for passage_id in chosen if passage_id not in kept]
        if missing:
            kept |= await states.encode(await search.fetch_searchable(conn, missing, reader))
        matched = await maxsim(asked.encoded, _piece_weights(asked), kept)
        late = np.array([matched.get(passage_id, np.nan) for passage_id in ids])
        # What MaxSim did not read is worth the least of what it read.
        fused = fused + _z(np.where(np.isnan(late), np.nanmin(late), late))
        confidence = (max(matched.values()) + float(cosine.max())) / 2
    else:
        confidence = max(row.held for row in scored) / asked.total if asked.total else 0.0
    return _Fused(
        dict(zip(ids, fused.tolist(), strict=True)),
        dict(zip(ids, bm25.tolist(), strict=True)),
        dict(zip(ids, cosine.tolist(), strict=True)),
        matched,
        confidence,
    )


def _piece_weights(asked: _Asked) -> NDArray[np.float32]:
    """Each word piece of the question weighs as much as its word is rare; marks weigh nothing."""
    assert asked.encoded is not None
    weights = np.zeros(len(asked.encoded.offsets), np.float32)
    for start, end, term in placed_terms(asked.text):
        inside = (asked.encoded.offsets[:, 0] >= start) & (asked.encoded.offsets[:, 1] <= end)
        weights[inside] = asked.rarity.get(term, 0.0)
    return weights if weights.any() else np.ones_like(weights)


def _z(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard scores; all zero where nothing differs."""
    spread = scores.std()
    return (scores - scores.mean()) / spread if spread > 1e-9 else np.zeros_like(scores)


def as_retriever(
    pool: AsyncConnectionPool[Connection],
    tokens: tuple[str, ...],
    roles: tuple[str, ...],
    today: date,
    embedder: Embedder | None,
    states: TokenStates | None,
) -> BaseRetriever:
    """The same search as a LlamaIndex retriever, for one asker on one day (async only)."""
    from llama_index.core.retrievers import BaseRetriever
    from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

    class GovernedRetriever(BaseRetriever):
        async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
            async with pool.connection() as conn:
                found = await retrieve(
                    conn, query_bundle.query_str, (), tokens, roles, today, embedder, states
                )
            return [
                NodeWithScore(
                    node=TextNode(
                        id_=str(passage.passage_id),
                        text=passage.text,
                        metadata={
                            "uri": passage.uri,
                            "source": passage.source,
                            "title": passage.title,
                            "section": passage.section,
                            "version": passage.version,
                            "version_on": passage.version_on.isoformat(),
                            "owner": passage.owner,
                        },
                    ),
                    score=passage.score,
                )
                for passage in found.passages
            ]

        def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
            raise TypeError("the governed index is read asynchronously: use aretrieve()")

    return GovernedRetriever()
