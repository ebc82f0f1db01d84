"""Decides which passages answer a question best, and how sure that is.

Keyword search and vectors each bring candidates, which `indexing/fusing.py` scores. A question inside
a thread adds how well the whole thread fits the passage's document.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from indexing.beside import beside_sops
from indexing.embeddings import Embedder, LocalEmbedder
from indexing.fusing import BEST, Fused, scored
from indexing.in_use import with_sops
from indexing.leading import named_in
from indexing.nouns import FoundPassage, Retrieved, Turn
from indexing.questions import Asked, by_itself, read_as, understood
from indexing.store import contents, finding
from indexing.store.blocked import BlockedPassage, search_blocked
from indexing.store.finding import Reader
from indexing.store.search import Connection, Corpus, fetch_corpus
from indexing.token_states import TokenStates

EVERYONE = "everyone"
POOL = 50
"""Candidates that each leg brings."""
MODULES_POOL = 20
"""The same of published modules, which are looked for beside the SOPs and never in their place."""

THRESHOLD = 0.43
"""Below it the question is not covered: the best mean of MaxSim and cosine that one passage has.

Refused at it (DECISIONS.md): of 211 questions of three collections 1 to 4 % asked of their own
documents; of 37 that a person might ask there and nothing covers, 81 %; of the same 88 questions
asked of another subject's documents, 96 %.
"""
LEAVES = 0.08
"""A question in a thread is read without the thread when one passage answers it by itself, at
THRESHOLD, and this much better than the best of the document which the thread is about: people
change the subject. DECISIONS.md has the figures.
"""
FEWEST_ALONE, FEWEST_POINTING = 2, 4
"""Terms from which a question may be about something else, and one that says it, that or she."""
_CONTINUES = re.compile(r"\W*(?:and|but|or|so|then|also|if|what if|what about|how about)\b", re.I)
"""How a question begins that goes on with the one before, however sure it is by itself."""
_POINTS_BACK = re.compile(
    r"\b(?:it|its|that|this|these|those|they|them|there|then|he|she|one|same)\b", re.IGNORECASE
)
THRESHOLD_COSINE = 0.50
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
    """The best passages that the holder of `tokens` may read, and how sure that is.

    Ten of SOPs, and beside them what is published.

    Passages written for `roles` or everyone come first: others serve only when those do not reach
    the threshold. `embedder` None means keyword search alone; without `states` (an endpoint's
    model has none) confidence rests on keywords.
    """
    texts = read_as(question, history)
    corpus = await fetch_corpus(conn)
    if not texts or not corpus.passages:
        return Retrieved((), 0.0)
    asked = await understood(conn, texts, corpus, embedder, states)
    own = await _fetch_readers(conn, tokens, today, (*roles, EVERYONE))
    best, by_sops = await _best(conn, asked, corpus, own, states)
    if by_sops >= threshold(states):
        return best
    reader = await _fetch_readers(conn, tokens, today)
    if reader.count == own.count:
        return best
    anybody, anybody_by_sops = await _best(conn, asked, corpus, reader, states)
    # Where a module is equally sure of both, the SOP behind it decides.
    surer = (anybody.confidence, anybody_by_sops) > (best.confidence, by_sops)
    return anybody if surer else best


async def best_blocked(
    conn: Connection,
    question: str,
    tokens: tuple[str, ...],
    today: date,
    embedder: Embedder | None,
) -> BlockedPassage | None:
    """The blocked passage in the asker's audience that fits best, if it would have been enough.

    Measured by the best cosine, or by keywords without MiniLM: its words are never read. `held` is
    the share of the question's words that it holds, as confidence is without MiniLM.
    """
    texts = read_as(question, ())
    corpus = await fetch_corpus(conn)
    if not texts or not corpus.passages:
        return None
    (asked,) = await understood(conn, texts, corpus, embedder, None)
    found = await search_blocked(conn, asked.weights, asked.vector, tokens, today)
    if not found:
        return None
    nearest, fullest = (
        replace(one, held=one.held / asked.total if asked.total else 0.0) for one in found
    )
    if isinstance(embedder, LocalEmbedder):
        return nearest if nearest.cosine >= THRESHOLD_COSINE else None
    return fullest if fullest.held >= THRESHOLD_KEYWORDS else None


async def _best(
    conn: Connection,
    asked: Sequence[Asked],
    corpus: Corpus,
    readers: _Readers,
    states: TokenStates | None,
) -> tuple[Retrieved, float]:
    """The best passages for what `read_as` gave: a question, or one with its thread.

    With how sure the SOPs alone are: modules serve beside them and never decide who is to be read.
    """
    reader = readers.sops
    async with finding.searching(conn):
        pool = await _pool(conn, asked, corpus, reader, POOL)
        modules = await _pool(conn, asked, corpus, readers.modules, MODULES_POOL)
        found = [
            await finding.fetch_scores(
                conn, sorted(pool | modules), one.weights, corpus.mean_length, one.vector, reader
            )
            for one in asked
        ]
    of_texts = [
        await scored(conn, one, rows, modules, reader, states)
        for one, rows in zip(asked, found, strict=True)
    ]
    question = of_texts[0]
    total, confidence, by_sops = question.total, question.confidence, question.by_sops
    in_thread = len(asked) > 1
    if in_thread and _stands_alone(asked[0], question, of_texts[1]):
        return await _best(conn, [by_itself(asked[0])], corpus, readers, states)
    if in_thread:
        _, thread, latest = of_texts
        total = {
            passage_id: score + thread.documents.get(question.document[passage_id], 0.0)
            for passage_id, score in total.items()
        }
        # A short follow-up says little by itself; one on another matter gains little by the rest.
        confidence = (confidence + latest.confidence) / 2
        by_sops = (by_sops + latest.by_sops) / 2
    # What fits equally well is quoted from the SOP itself.
    order = sorted(total, key=lambda one: (-total[one], one in modules, one))
    likely = order[: BEST + len(modules)]
    shown = await contents.fetch_found(conn, likely, reader)
    shown = {one.passage_id: one for one in await with_sops(conn, shown.values())}
    order = beside_sops(
        _named_first([one for one in likely if one in shown], shown, asked[0].text),
        shown,
        asked[0].text,
        sops_answer=by_sops >= threshold(states),
    )
    sops = [one for one in order if one not in modules][:BEST]
    order = [one for one in order if one in modules or one in sops]
    passages = tuple(
        replace(
            shown[passage_id],
            score=total[passage_id],
            bm25=question.bm25[passage_id],
            cosine=question.cosine[passage_id],
            maxsim=question.maxsim.get(passage_id, 0.0),
        )
        for passage_id in order
    )
    return Retrieved(passages, confidence, in_thread), by_sops


def _named_first(order: list[int], shown: Mapping[int, FoundPassage], question: str) -> list[int]:
    """The order, the sections that the question names word for word first in their document.

    Words that count for nothing elsewhere may tell two sections apart: with, without a receipt.
    """
    best = next((shown[one] for one in order if shown[one].kind == "sop"), None)
    if best is None or named_in(question, best):
        return order
    named = [
        one
        for one in order
        if shown[one].document_id == best.document_id and named_in(question, shown[one])
    ]
    at = order.index(best.passage_id)
    rest = [one for one in order[at:] if one not in named]
    return [*order[:at], *named, *rest]


@dataclass(frozen=True, slots=True)
class _Readers:
    """What somebody may read: of the SOPs, and of what is published from them."""

    sops: Reader
    modules: Reader

    @property
    def count(self) -> int:
        return len(self.sops.readerships) + len(self.modules.readerships)


async def _fetch_readers(
    conn: Connection, tokens: tuple[str, ...], today: date, roles: tuple[str, ...] | None = None
) -> _Readers:
    return _Readers(
        await finding.fetch_reader(conn, tokens, today, roles),
        await finding.fetch_reader(conn, tokens, today, roles, "module"),
    )


async def _pool(
    conn: Connection, asked: Sequence[Asked], corpus: Corpus, reader: Reader, most: int
) -> set[int]:
    """The candidates that both legs bring for a question and its thread."""
    pool: set[int] = set()
    if not reader.readerships:
        return pool
    for one in asked[:2]:
        pool.update(await finding.search_keywords(conn, one.rare, corpus.mean_length, reader, most))
        if one.vector is not None:
            pool.update(await finding.search_vectors(conn, one.vector, reader, most))
    return pool


def _stands_alone(asked: Asked, question: Fused, thread: Fused) -> bool:
    """Whether a question in a thread is about another document than the thread."""
    fewest = FEWEST_POINTING if _POINTS_BACK.search(asked.text) else FEWEST_ALONE
    if len(asked.rarity) < fewest or _CONTINUES.match(asked.text):
        return False
    if not question.maxsim or not thread.total:
        return False
    subject = thread.document[max(thread.total, key=thread.total.__getitem__)]
    within = (fit for one, fit in question.fits.items() if question.document[one] == subject)
    best = max(question.fits.values())
    return best >= THRESHOLD and best - max(within, default=0.0) >= LEAVES
