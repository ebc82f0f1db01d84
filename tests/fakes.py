"""The two fakes of the house, Chat and (later) LanguageModel: they record, and never decide."""

from __future__ import annotations

from dataclasses import dataclass, field

from handlers.cards import Card, card_from_json, card_to_json
from handlers.inbound import CardRef, Place
from learning.nouns import Person


@dataclass
class FakeChat:
    """Records what a handler says. `unreachable` are people without a direct conversation."""

    said: list[tuple[str, str, Card]] = field(default_factory=list)
    streamed: list[str] = field(default_factory=list)
    unreachable: set[str] = field(default_factory=set)

    def _say(self, kind: str, where: str, card: Card) -> CardRef:
        assert card_from_json(card_to_json(card)) == card
        self.said.append((kind, where, card))
        return CardRef(f"card-{len(self.said)}")

    async def post(self, place: Place, card: Card) -> CardRef:
        return self._say("post", place, card)

    async def update(self, ref: CardRef, card: Card) -> None:
        self._say("update", ref, card)

    async def direct(self, person: Person, card: Card) -> CardRef | None:
        return None if person.email in self.unreachable else self._say("direct", person.email, card)

    async def whisper(self, place: Place, person: Person | None, card: Card, press: int) -> None:
        self._say("whisper", person.email if person else "unknown", card)

    async def stream(self, place: Place, *, live: bool = False) -> FakeStream:
        return FakeStream(self, place)

    @property
    def last(self) -> tuple[str, str, Card]:
        return self.said[-1]


@dataclass
class FakeStream:
    """A stream that shows its sentences at once."""

    chat: FakeChat
    place: Place

    async def append(self, sentence: str) -> None:
        self.chat.streamed.append(sentence)

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
