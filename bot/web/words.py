"""Decides how the words of a local message are read: whether the bot is meant, and what is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

_MENTION = re.compile(r"(?<![\w@])@jobaid\b[,:]?", re.IGNORECASE)
_COMMAND = re.compile(r"/jobaid(?!\S)\s*", re.IGNORECASE)


def mentions_bot(text: str) -> bool:
    """Whether a message is addressed to the bot by name."""
    return _MENTION.search(text) is not None


def without_mention(text: str) -> str:
    """Return what is asked, without the bot's name."""
    return _MENTION.sub("", text).strip()


def command_in(text: str) -> str | None:
    """Return what is asked with `/jobaid`, which is between its sender and the bot; else None."""
    found = _COMMAND.match(text)
    return text[found.end() :].strip() if found else None


def mention_marked(text: str) -> Iterator[tuple[str, bool]]:
    """Split a message into runs, each with whether it is the bot's name."""
    at = 0
    for found in _MENTION.finditer(text):
        yield text[at : found.start()], False
        yield found.group(0), True
        at = found.end()
    yield text[at:], False


def storable(text: str) -> str:
    """Return text that PostgreSQL can hold: no NUL, no half characters, one kind of line end."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return whole.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").strip()
