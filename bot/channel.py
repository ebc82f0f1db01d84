"""Decides what a chat platform must be able to do for the house: translate in, draw and send out.

One `Channel` per platform (`slack`, `web`); the terminal is a second door to `web`'s places.
A place is `platform:address` or `platform:address|thread`; a direct conversation that has to be
opened first is `platform:@user`. Only this folder reads inside a place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from handlers.cards import Block, Card
from handlers.inbound import Asked, Inbound, Place


class Unsendable(Exception):
    """The platform refused for good (archived channel, user gone). Sending again cannot help."""


class TryLater(Exception):
    """The platform cannot be reached or asks us to wait; sending again may help."""


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the inbox: what a platform told us, as it told it. `stops`: it ends an answer."""

    id: int
    key: str
    platform: str
    payload: dict[str, Any]
    received_at: datetime
    state: str
    attempts: int
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One row of the outbox. `event` is what caused it, None for something said unasked.

    `platform_id` is set for an update: the id of the card that is replaced.
    """

    id: int
    ref: str
    kind: str
    place: Place
    person_id: int | None
    card: Card
    state: str
    created_at: datetime
    event: Event | None
    platform_id: str


class Channel(Protocol):
    """A chat platform. Its methods raise `Unsendable` or `TryLater`, nothing else that is expected."""

    async def translate(self, event: Event) -> Inbound | None:
        """Turn a stored event into what a handler takes; None when it is not for us.

        May look people up in the database and at the platform; a look-up that fails degrades to
        an unknown person.
        """

    async def working(self, asked: Asked, event: Event) -> None:
        """Give the first visible sign that the question is being worked on. Best effort."""

    async def show(self, event: Event, place: Place, ref: str, pieces: Sequence[Block]) -> bool:
        """Show what is written so far of the answer to `event`, where the platform can stream.

        False when whoever asked has stopped it there. Best effort. The `stream` row with the same
        `ref` ends it, also after a crash: what a platform needs for that is stored before anything
        is shown.
        """

    async def send(self, outgoing: Outgoing) -> str:
        """Post a card (`post`, `stream`, `whisper`); return the platform's id of it, or ''."""

    async def update(self, outgoing: Outgoing) -> None:
        """Replace the card `outgoing.platform_id` by `outgoing.card`."""

    async def find(self, outgoing: Outgoing) -> str | None:
        """Look for a card whose sending was cut off in flight; its id, or None if it cannot be told."""


def platform_of(place: str) -> str:
    """Return the platform a place belongs to."""
    return place.partition(":")[0]


def address_of(place: str) -> tuple[str, str]:
    """Return a place's address and its thread ('' for none)."""
    address, _, thread = place.partition(":")[2].partition("|")
    return address, thread
