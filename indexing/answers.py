"""Decides what is said to a question: the validated words that fit, a refusal, or why it is blocked.

Nothing is worded here. What is quoted is taken verbatim from answerable passages: whole sentences
and whole steps (`indexing/quoting.py`).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from indexing.continuing import asks_what_follows, what_follows
from indexing.embeddings import Embedder
from indexing.fusing import BEST
from indexing.headed import NONE, Headed, may_have_headed_steps, procedure
from indexing.in_use import with_sops
from indexing.leading import READ, asks_how, read_of
from indexing.nouns import (
    Answered,
    Blocked,
    FoundPassage,
    NamedDocument,
    NotCovered,
    Outcome,
    Retrieved,
    Turn,
)
from indexing.quoting import choose
from indexing.retrieval import EVERYONE, best_blocked, retrieve, threshold
from indexing.store.blocked import BlockedPassage
from indexing.store.contents import fetch_newest_searchable
from indexing.store.search import Connection
from indexing.store.sections import fetch_headed, fetch_sections
from indexing.terms import terms
from indexing.token_states import TokenStates

WARMED, WARMED_AT_ONCE = 500, 16
"""Passages whose states are computed at the start, a few at once so that questions get their turn."""
MARGIN, LEAD = 0.20, 0.03
"""An answer less sure than this above the threshold gives way to a blocked document whose cosine is
that much higher than any answerable passage's."""
ENOUGH = 4
"""Terms of a question that say enough of what is to be quoted, without the question before."""
RELATED = 0.7
"""A document is named as close from this share of the threshold on."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An outcome with what it rests on. Times are milliseconds.

    `in_thread`: whether the question was read with the turns before it, not by itself.
    """

    outcome: Outcome
    passages: tuple[FoundPassage, ...]
    confidence: float
    nearest: tuple[NamedDocument, ...]
    retrieve_ms: float
    total_ms: float
    in_thread: bool = False


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
    if asks_what_follows(question, history):
        follows = await what_follows(conn, history, tokens, roles, today)
        if follows is not None:
            return _going_on(follows, (time.perf_counter() - started) * 1000)
    found = await retrieve(conn, question, history, tokens, roles, today, embedder, states)
    bar = threshold(states)
    if history and found.confidence < bar:
        # Whom to ask is who owns what is near to the question, whatever was spoken of before.
        found = await retrieve(conn, question, (), tokens, roles, today, embedder, states)
    retrieved = time.perf_counter()
    nearest = _nearest(found.passages)
    outcome: Outcome
    sure = bool(found.passages) and found.confidence >= bar
    blocked = None
    if not sure or found.confidence < bar + MARGIN:
        blocked = await best_blocked(conn, question, tokens, today, embedder)
    if sure and not (blocked and _fits_better(blocked, found, states)):
        read = read_of(found.passages, question)
        ids = [passage.passage_id for passage in read]
        around = [
            await with_sops(conn, section)
            for section in await fetch_sections(conn, ids, tokens, today)
        ]
        headed = await _headed(conn, question, found.passages, read, tokens, today)
        before = history if found.in_thread else ()
        outcome = await _answered(question, before, read, around, roles, embedder, states, headed)
    elif blocked is not None:
        outcome = _blocked(blocked)
    else:
        close = nearest if found.confidence >= RELATED * bar else ()
        outcome = NotCovered(close, close[0].owner if close else "")
    ended = time.perf_counter()
    return Reply(
        outcome,
        _with_quoted(found.passages, outcome),
        found.confidence,
        nearest,
        (retrieved - started) * 1000,
        (ended - started) * 1000,
        found.in_thread,
    )


def _going_on(follows: Answered, ms: float) -> Reply:
    """The reply that goes on with what was quoted: sure by what it follows, not by its words."""
    return Reply(follows, follows.cited, 1.0, _nearest(follows.cited), ms, ms, in_thread=True)


def _fits_better(blocked: BlockedPassage, found: Retrieved, states: TokenStates | None) -> bool:
    """Whether a blocked passage is nearer to the question than any that may be answered from.

    Then a weak answer would come from the wrong document: about fire to a question on a spill.
    """
    if states is None:
        return blocked.held >= found.confidence + LEAD
    return blocked.cosine >= max(passage.cosine for passage in found.passages) + LEAD


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


def _nearest(passages: Sequence[FoundPassage]) -> tuple[NamedDocument, ...]:
    """The documents of the best passages, each once, the best section of each."""
    documents: dict[int, NamedDocument] = {}
    for passage in passages:
        documents.setdefault(
            passage.document_id,
            NamedDocument(
                passage.document_id,
                passage.source,
                passage.uri,
                passage.title,
                passage.section,
                passage.owner,
                passage.module.kind if passage.module else "",
            ),
        )
    return tuple(documents.values())[:READ]


async def _headed(
    conn: Connection,
    question: str,
    found: Sequence[FoundPassage],
    read: Sequence[FoundPassage],
    tokens: tuple[str, ...],
    today: date,
) -> Headed:
    """The steps of the document that fits best, if they are its headings and all are asked for."""
    revision = read[0].revision_id
    same = [one for one in found if one.revision_id == revision and one.kind == "sop"]
    if not asks_how(question) or not may_have_headed_steps(same):
        return NONE
    return procedure(await fetch_headed(conn, revision, tokens, today), read, question)


async def _answered(
    question: str,
    history: Sequence[Turn],
    read: Sequence[FoundPassage],
    around: Sequence[Sequence[FoundPassage]],
    roles: tuple[str, ...],
    embedder: Embedder | None,
    states: TokenStates | None,
    headed: Headed,
) -> Answered:
    before = [turn.text for turn in history[-2:] if turn.role == "user"]
    in_thread = bool(before) and not _drowned(question, before)
    asked = ["\n".join([*before, question]), question] if in_thread else question
    chosen = await choose(asked, read, around, embedder, states, headed)
    mine = {EVERYONE, *roles}
    fitting = any(mine & set(passage.roles) for passage in chosen.cited)
    cited = tuple(map(headed.cited, chosen.cited))
    first = cited[0]
    return Answered(
        first.section, chosen.quotes, cited, () if fitting else first.roles, chosen.left_out
    )


def _drowned(question: str, before: Sequence[str]) -> bool:
    """Whether a question that says enough would be lost in the longer one before it."""
    own = len(set(terms(question)))
    return own >= ENOUGH and any(len(set(terms(one))) >= 2 * own for one in before)


def _with_quoted(passages: Sequence[FoundPassage], outcome: Outcome) -> tuple[FoundPassage, ...]:
    """The best passages, among them all that is quoted: a list may go on in one not found."""
    found = {passage.passage_id for passage in passages}
    cited = outcome.cited if isinstance(outcome, Answered) else ()
    more = [passage for passage in cited if passage.passage_id not in found]
    front = passages[: max(BEST - len(more), READ)]
    return (*front, *(replace(passage, score=front[-1].score) for passage in more))
