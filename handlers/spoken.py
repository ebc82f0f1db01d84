"""Decides which messages are commands in words, not questions: `gaps`, `modules`, `seats`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from handlers import gaps, published_list, seats
from handlers.inbound import Asked
from handlers.services import Chat, Connection
from indexing.visible import one_line
from learning.nouns import Person
from learning.store import fetch_managed_roles

Spoken = Callable[[Connection, Chat, Asked, str], Awaitable[None]]

_ALONE: dict[str, Spoken] = {
    "gaps": gaps.on_gaps,
    "modules": published_list.on_modules,
    "seats": seats.on_seats,
}
"""Words that are a command when nothing else is written."""

_MOST_AFTER = 2
"""Words that may follow `gaps` (a role) and `modules` (of a title). Anything longer is a question."""


async def on_spoken(conn: Connection, chat: Chat, asked: Asked) -> bool:
    """Do what a command says; False when the message is a question like any other."""
    said = one_line(asked.text).strip(" .!?").removeprefix("/")
    first, _, rest = said.partition(" ")
    command = _ALONE.get(first.casefold())
    if command is None or (rest and not _narrows(first, rest)):
        return False
    await command(conn, chat, asked, rest)
    return True


async def commands_of(conn: Connection, person: Person | None) -> tuple[str, ...]:
    """The commands that do something for somebody, for the card that says what can be written."""
    if person is None or not person.active:
        return ("modules",)
    sees_gaps = any(seat == "ld" or seat.startswith("sme:") for seat in person.seats)
    sees_gaps = sees_gaps or bool(await fetch_managed_roles(conn, person.email))
    words = (("gaps", sees_gaps), ("seats", seats.may_grant(person)))
    return ("modules", *(word for word, does in words if does))


def _narrows(first: str, rest: str) -> bool:
    return first.casefold() in ("gaps", "modules") and len(rest.split()) <= _MOST_AFTER
