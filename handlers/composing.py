"""Decides how an answer comes about: quoted, or written where a model is configured and at hand."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from handlers.answer_cards import ENOUGH_WRITTEN, WRITING_UNAVAILABLE, piece_of
from handlers.cards import Block
from handlers.inbound import Asked, Edited
from handlers.services import Chat, Connection, Services, Stream
from handlers.stopping import STOPPED_WRITTEN
from indexing import answers
from indexing import composing as domain
from indexing.answers import Reply
from indexing.composing import Composed
from indexing.followups import rewrite_followup
from indexing.language_model import LanguageModel, Usage
from indexing.nouns import Answered, Outcome, Turn, Worded, WrittenAnswer
from indexing.store import answers as stored

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Made:
    """An answer that was made. `note` says how, where that is not the usual way.

    `stream` is set when sentences of it have been shown already.
    """

    composed: Composed
    reply: Reply
    usage: Usage = field(default_factory=Usage)
    note: str = ""
    stream: Stream | None = None

    @property
    def outcome(self) -> Outcome:
        return self.composed.outcome

    @property
    def unsaid(self) -> bool:
        """Whether it was stopped before anything of it was shown: then nothing is answered."""
        return self.composed.stopped and not isinstance(self.outcome, WrittenAnswer)

    @property
    def confidence(self) -> float:
        return self.reply.confidence


async def compose(
    conn: Connection,
    services: Services,
    asked: Asked | Edited,
    tokens: tuple[str, ...],
    now: datetime,
    chat: Chat | None,
) -> Made:
    """Make the answer to a question for those who hold `tokens`.

    With `chat` its sentences are shown where it was asked as they are written and checked.
    """
    history = await stored.fetch_turns(conn, asked.thread, before=asked.message)
    roles = asked.person.roles if asked.person else ()
    asker_id = asked.person.id if asked.person else None
    model, enough = services.language_model, False
    if model is not None:
        enough = (
            await stored.count_written(conn, asker_id, now - _HOUR) >= services.written_per_hour
        )
        model = None if enough else model
    usage = Usage()
    reply, history = await find(
        conn, services, asked.text, history, tokens, roles, now, model, usage
    )
    if model is None:
        note = ENOUGH_WRITTEN if enough and isinstance(reply.outcome, Answered) else ""
        return Made(Composed(reply.outcome), reply, usage, note)
    stream: Stream | None = None
    waiting: list[Block] = []
    pieces = domain.compose(
        model, asked.text, history, reply, usage, services.embedder, services.refuses_below
    )
    async with aclosing(pieces):
        async for piece in pieces:
            if isinstance(piece, Composed):
                note = WRITING_UNAVAILABLE if piece.unavailable else ""
                note = STOPPED_WRITTEN if piece.stopped else note
                return Made(piece, reply, usage, note, stream)
            if chat is not None:
                waiting.append(piece_of(piece))
                if isinstance(piece, Worded):  # a heading comes with its first sentence
                    stream = stream or await chat.stream(asked.place)
                    await stream.append(*waiting)
                    waiting.clear()
    raise AssertionError("composing ends with the whole")


async def find(
    conn: Connection,
    services: Services,
    question: str,
    history: list[Turn],
    tokens: tuple[str, ...],
    roles: tuple[str, ...],
    now: datetime,
    model: LanguageModel | None,
    usage: Usage,
) -> tuple[Reply, list[Turn]]:
    """Find what answers, and the turns that a model is to be shown with the question.

    A model may say a follow-up in whole words; the original goes along. A question that is answered
    by itself is no follow-up, whatever was spoken of before.
    """

    async def answer(question: str, history: list[Turn]) -> Reply:
        return await answers.answer(
            conn, question, history, tokens, roles, now.date(), services.embedder, services.states
        )

    reply = await answer(question, history)
    if isinstance(reply.outcome, Answered) and not reply.in_thread:
        return reply, []
    if model is None or not history:
        return reply, history
    whole = await rewrite_followup(model, question, history, usage)
    if whole != question:
        reply = await answer(whole, [*history, Turn("user", question)])
    return reply, history
