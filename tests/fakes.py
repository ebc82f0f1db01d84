"""The fakes of the house, Chat (with what is put off) and LanguageModel: they record, never decide."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from pydantic import BaseModel

from handlers.cards import Block, Card, card_from_json, card_to_json
from handlers.inbound import CardRef, Place
from indexing.language_model import Call, ModelUnavailable, Prompt, T, Usage
from learning.nouns import Person


@dataclass
class FakeChat:
    """Records what a handler says. `unreachable` are people without a direct conversation."""

    said: list[tuple[str, str, Card]] = field(default_factory=list)
    streamed: list[Block] = field(default_factory=list)
    unreachable: set[str] = field(default_factory=set)

    def _say(self, kind: str, where: str, card: Card) -> CardRef:
        assert card_from_json(card_to_json(card)) == card
        self.said.append((kind, where, card))
        return CardRef(f"card-{len(self.said)}")

    async def post(self, place: Place, card: Card) -> CardRef:
        return self._say("post", place, card)

    async def update(self, ref: CardRef, card: Card, *, aside: Card | None = None) -> None:
        self._say("update", ref, card)

    async def direct(self, person: Person, card: Card) -> CardRef | None:
        return None if person.email in self.unreachable else self._say("direct", person.email, card)

    async def whisper(self, place: Place, person: Person | None, card: Card, press: int) -> None:
        self._say("whisper", person.email if person else "unknown", card)

    async def stream(self, place: Place) -> FakeStream:
        return FakeStream(self, place)

    @property
    def last(self) -> tuple[str, str, Card]:
        return self.said[-1]


@dataclass
class FakeLater:
    """Records what a handler puts off."""

    deferred: list[tuple[str, str]] = field(default_factory=list)

    async def defer(self, task: str, subject: str) -> None:
        if (task, subject) not in self.deferred:
            self.deferred.append((task, subject))


@dataclass
class FakeStream:
    """A stream that shows its pieces at once."""

    chat: FakeChat
    place: Place

    async def append(self, *pieces: Block) -> None:
        self.chat.streamed.extend(pieces)

    async def finish(self, card: Card) -> CardRef:
        return self.chat._say("stream", self.place, card)


class FakeOnce:
    """Claims keys in memory."""

    def __init__(self) -> None:
        self.claimed: set[str] = set()

    async def claim(self, key: str) -> bool:
        if key in self.claimed:
            return False
        self.claimed.add(key)
        return True


@dataclass
class FakeLanguageModel:
    """Gives its answers in their order: a value to `ask`, text to `write`, a failure to either.

    Text followed by a failure in the queue's same place is a stream that breaks off.
    """

    answers: list[BaseModel | str | ModelUnavailable | tuple[str, ModelUnavailable]]
    prompts: list[Prompt] = field(default_factory=list)
    name: str = "fake"
    cites: bool = True

    async def ask(self, prompt: Prompt, answer: type[T], usage: Usage) -> T:
        said = self._next(prompt, usage)
        if isinstance(said, ModelUnavailable):
            raise said
        assert isinstance(said, answer)
        return said

    async def write(
        self, prompt: Prompt, usage: Usage, shape: type[BaseModel] | None = None
    ) -> AsyncGenerator[str]:
        said = self._next(prompt, usage)
        text, failure = said if isinstance(said, tuple) else (said, None)
        if isinstance(text, ModelUnavailable):
            raise text
        assert isinstance(text, str)
        for start in range(0, len(text), 5):
            yield text[start : start + 5]
        if failure is not None:
            raise failure

    def _next(
        self, prompt: Prompt, usage: Usage
    ) -> BaseModel | str | ModelUnavailable | tuple[str, ModelUnavailable]:
        self.prompts.append(prompt)
        usage.calls.append(Call(10, 5, 2.0))
        return self.answers.pop(0)
