"""Decides which places the local chat has, what they are called, and who may see into which."""

from __future__ import annotations

from dataclasses import dataclass

from bot.web.store.messages import Message
from handlers.inbound import Audience, Place
from handlers.local_chat import ROOMS, Room
from learning.nouns import Person

PLATFORM = "web"
DIRECT = "jobaid"
"""What the direct conversation with the bot is called in addresses of the page."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place split up: its base (`web:service-desk`, `web:@priya@example.com`) and its thread."""

    base: str
    thread_id: int | None = None

    @property
    def audience(self) -> Audience:
        """Whether others can read it."""
        return "direct" if self.base.startswith(f"{PLATFORM}:@") else "channel"

    @property
    def place(self) -> Place:
        """The token that handlers pass on."""
        return Place(self.base if self.thread_id is None else f"{self.base}|{self.thread_id}")


def spot_of(place: str) -> Spot | None:
    """Split a place; None for what is none of ours."""
    base, _, thread = place.partition("|")
    address = base.partition(":")[2]
    known = address.startswith("@") or any(room.name == address for room in ROOMS)
    if not base.startswith(f"{PLATFORM}:") or not known:
        return None
    if not thread:
        return Spot(base)
    return Spot(base, int(thread)) if thread.isascii() and thread.isdigit() else None


def room_of(base: str) -> Room | None:
    """The channel a place is; None for a direct conversation."""
    return next((room for room in ROOMS if base == f"{PLATFORM}:{room.name}"), None)


def place_named(words: str) -> str:
    """The place somebody names: its token, or a channel by its name or title, with # or without."""
    name = words.strip().removeprefix("#").casefold()
    room = next((room for room in ROOMS if name in (room.name, room.title)), None)
    if room is not None:
        return f"{PLATFORM}:{room.name}"
    return words if words.startswith(f"{PLATFORM}:") else f"{PLATFORM}:{words}"


def direct_place(person: Person) -> str:
    """Where a person and the bot talk alone."""
    return f"{PLATFORM}:@{person.email}"


def may_enter(person: Person, base: str) -> bool:
    """Whether somebody may read and write in a place."""
    room = room_of(base)
    if room is None:
        return base == direct_place(person)
    return bool(person.seats) or not room.seated


def may_see(person: Person, message: Message) -> bool:
    """Whether somebody sees a message."""
    return may_enter(person, message.place) and message.only_for in (None, person.id)


def places_of(person: Person) -> tuple[str, ...]:
    """Every place that somebody may enter: the channels, then the direct conversation."""
    rooms = (f"{PLATFORM}:{room.name}" for room in ROOMS)
    return (*(base for base in rooms if may_enter(person, base)), direct_place(person))


def slug_of(base: str) -> str:
    """What a place is called in an address of the page."""
    room = room_of(base)
    return room.name if room else DIRECT


def base_of(slug: str, person: Person) -> str:
    """The place that a page address means for a person."""
    return direct_place(person) if slug == DIRECT else f"{PLATFORM}:{slug}"
