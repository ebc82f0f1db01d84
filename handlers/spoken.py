"""Decides which messages are commands in words, not questions: `gaps`, `seats`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from handlers import gaps, seats
from handlers.inbound import Asked
from handlers.services import Chat, Connection
from indexing.visible import one_line

Spoken = Callable[[Connection, Chat, Asked, str], Awaitable[None]]

_ALONE: dict[str, Spoken] = {"gaps": gaps.on_gaps, "seats": seats.on_seats}
"""Words that are a command when nothing else is written."""

_MOST_AFTER = 2
"""Words that may follow `gaps`: a role. Anything longer is a question about gaps."""


async def on_spoken(conn: Connection, chat: Chat, asked: Asked) -> bool:
    """Do what a command says; False when the message is a question like any other."""
    said = one_line(asked.text).strip(" .!?").removeprefix("/")
    first, _, rest = said.partition(" ")
    command = _ALONE.get(first.casefold())
    if command is None or (rest and not _names_a_role(first, rest)):
        return False
    await command(conn, chat, asked, rest)
    return True


def _names_a_role(first: str, rest: str) -> bool:
    return first.casefold() == "gaps" and len(rest.split()) <= _MOST_AFTER
