"""Decides whether an answer is written by a model or quoted, and what is kept of either.

Governance comes first: a model is asked only about passages that retrieval has already found to be
answerable, current and readable for the asker; it may refuse, and it may never add.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from indexing.answerable import Answerable, NotAnswerable, Unasked, is_answerable
from indexing.answers import Reply
from indexing.embeddings import Embedder
from indexing.language_model import LanguageModel, Usage
from indexing.nearness import nearness
from indexing.nouns import Answered, Begun, NotCovered, Outcome, Turn, Worded, WrittenAnswer
from indexing.writing import Fallback, Written, WrittenSentence, write_answer

REFUSES_BELOW = 0.65
"""The confidence below which a model's "the passages do not answer this" refuses the question.

Above it the passages are quoted: a small model says so of half of what is well covered. 1 trusts a
model throughout.
"""


@dataclass(frozen=True, slots=True)
class Composed:
    """What is answered in the end. `why` says why it is not written, '' when it is.

    `unavailable`: the endpoint failed, which the person is told. `sentences` are all that the
    model wrote, shown or not; `prompt` is the hash of what it was shown.
    """

    outcome: Outcome
    why: str = ""
    unavailable: bool = False
    sentences: tuple[WrittenSentence, ...] = ()
    model: str = ""
    prompt: str = ""

    @property
    def stopped(self) -> bool:
        """Whether whoever asked stopped it: what is written so far, or nothing that is to be said."""
        return self.why == "stopped"


async def compose(
    model: LanguageModel,
    question: str,
    history: Sequence[Turn],
    reply: Reply,
    usage: Usage,
    embedder: Embedder | None = None,
    refuses_below: float = REFUSES_BELOW,
) -> AsyncGenerator[Begun | Worded | Composed]:
    """Write the answer to a question that retrieval can answer: its sentences, then the whole.

    What is written starts with `Begun`, which says what it will be headed with.
    `refuses_below`: see `REFUSES_BELOW`.

    The last value is a `Composed`; when it is not a written one, what was shown is replaced by it.
    """
    quoted = reply.outcome
    if not isinstance(quoted, Answered):
        yield Composed(quoted)
        return
    verdict = await is_answerable(model, question, history, reply.passages, usage, embedder)
    match verdict:
        case Unasked(why):
            yield Composed(quoted, why, verdict.unavailable, model=model.name)
        case NotAnswerable() if refuses_below < 1 and reply.confidence >= refuses_below:
            yield Composed(quoted, "doubted", model=model.name)
        case NotAnswerable():
            owner = reply.nearest[0].owner if reply.nearest else ""
            refusal = NotCovered(reply.nearest, owner)
            yield Composed(refusal, "not_answerable", model=model.name)
        case Answerable():
            near = nearness(embedder)
            pieces = write_answer(
                model, question, history, reply.passages, verdict, usage, near, quoted.quotes
            )
            async with aclosing(pieces):
                async for piece in pieces:
                    yield _told(piece, quoted)


def _told(
    piece: Begun | WrittenSentence | Written | Fallback, quoted: Answered
) -> Begun | Worded | Composed:
    match piece:
        case Begun():
            return piece
        case WrittenSentence():
            return _worded(piece)
        case Written():
            written = WrittenAnswer(
                piece.cited[0].section,
                tuple(_worded(sentence) for sentence in piece.shown),
                piece.cited,
                quoted.written_for,
            )
            why = "stopped" if piece.stopped else ""
            return Composed(written, why, False, piece.sentences, piece.model, piece.prompt)
        case Fallback():
            return Composed(
                quoted, piece.why, piece.unavailable, piece.sentences, piece.model, piece.prompt
            )


def _worded(sentence: WrittenSentence) -> Worded:
    return Worded(sentence.text, sentence.cites, sentence.step, sentence.warning)
