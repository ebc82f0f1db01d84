"""Decides what a handler may use of the world: the database, chat, and a few settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from psycopg import AsyncConnection

from handlers.cards import Block, Card
from handlers.inbound import CardRef, Place
from learning.nouns import Person

if TYPE_CHECKING:  # the model's libraries are heavy, and `serve` never needs them
    from indexing.embeddings import Embedder
    from indexing.language_model import LanguageModel
    from indexing.token_states import TokenStates

Connection = AsyncConnection[tuple[Any, ...]]


class Stream(Protocol):
    """An answer that appears piece by piece where the platform can, and whole elsewhere."""

    async def append(self, *pieces: Block) -> None:
        """Show more at once, before anything is committed: a heading, a sentence, a step.

        The pieces are drawn as the same words of the whole card, so that nothing jumps in the end.
        """

    async def finish(self, card: Card) -> CardRef:
        """End the stream with the whole card, which replaces what was shown."""


class Chat(Protocol):
    """Says things in chat. Every call only writes to the outbox, in the handler's transaction."""

    async def post(self, place: Place, card: Card) -> CardRef:
        """Post a card in a place."""

    async def update(self, ref: CardRef, card: Card, *, aside: Card | None = None) -> None:
        """Replace a card that was posted.

        `aside` is said under the card in its stead where an update would wipe what people have
        typed into it: for a change that leaves the card's words and fields as they are.
        """

    async def direct(self, person: Person, card: Card) -> CardRef | None:
        """Post a card in the person's direct conversation; None when there is no way to reach them."""

    async def whisper(self, place: Place, person: Person | None, card: Card, press: int) -> None:
        """Show a card in a place to the one who pressed only. It cannot be updated later."""

    async def stream(self, place: Place) -> Stream:
        """Start an answer that appears piece by piece.

        What is still being written is appended; whatever happens, the whole card follows. Where
        nothing was, the platform lets the words of the card appear one after the other.
        """


class Later(Protocol):
    """Puts work off until the handler's transaction is committed."""

    async def defer(self, task: str, subject: str) -> None:
        """Have a task done for a subject soon after the commit, as a `Due`: once for each pair.

        It survives a restart and is tried again when it fails, like every event.
        """


@dataclass(frozen=True, slots=True)
class Services:
    """What `bot/app.py` built once. Models are None where none is configured: a supported mode.

    `written_per_hour`: how many written answers a person gets in an hour; then they are quoted.
    `refuses_below`: the confidence under which a model's doubt refuses a question.
    """

    embedder: Embedder | None
    states: TokenStates | None
    language_model: LanguageModel | None = None
    written_per_hour: int = 20
    refuses_below: float = 0.65
    review_places: Sequence[Place] = field(default_factory=tuple)
