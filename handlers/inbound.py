"""Decides what can reach a conversation: a question, a press, an edit, what was put off is due.

`bot/` translates each platform's event into one of these. `Place`, `Thread` and `CardRef` are
opaque tokens minted by `bot/`: handlers pass them on and never read them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NewType

from learning.nouns import Person

Place = NewType("Place", str)
"""Where a card can be posted: a channel or a direct conversation, with its thread if it has one."""

CardRef = NewType("CardRef", str)
"""One card that was posted, so that it can be updated."""

Audience = Literal["direct", "channel"]


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody wrote to the bot.

    `person` is None for a permitted asker whom the directory does not know: `everyone`, nothing
    more. `message` is the platform's key of the message, stable across edits. `audience` says
    whether others can read the place. `thread` keys the stored turns of the conversation.
    """

    person: Person | None
    place: Place
    thread: str
    message: str
    text: str
    audience: Audience
    at: datetime


@dataclass(frozen=True, slots=True)
class Edited:
    """Somebody changed a message that was `Asked` before; the fields mean the same."""

    person: Person | None
    place: Place
    thread: str
    message: str
    text: str
    audience: Audience
    at: datetime


@dataclass(frozen=True, slots=True)
class Deleted:
    """Somebody took a message back."""

    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """Somebody pressed a button. `press` is the inbox row's id; `fields` are the card's inputs.

    Nothing in it is trusted: subject and rights are loaded again at press time.
    """

    person: Person | None
    place: Place
    card: CardRef | None
    action: str
    subject: str
    press: int
    at: datetime
    audience: Audience = "direct"
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opened:
    """Somebody opened what a platform shows of us to them alone; `place` draws it."""

    person: Person | None
    place: Place
    at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """Something that was put off is to be done now. `task` says what, `subject` of what."""

    task: str
    subject: str
    at: datetime


Inbound = Asked | Edited | Deleted | Pressed | Opened | Due
