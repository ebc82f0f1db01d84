"""Decides what a Slack request comes down to here: what was done, by whom, and where an answer goes."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from handlers.inbound import Audience

_BLOCK_ID = "card:"
_TS = re.compile(r"\d{1,12}\.\d{1,9}")
HOME = "home@"
"""Before a user in a place: their App Home."""
FEEDBACK = ("answer.helpful", "answer.not_helpful")
"""The pair of buttons that Slack draws as its own for feedback."""

Kind = Literal[
    "said", "edited", "deleted", "command", "shortcut", "press", "home", "chat_opened", "removed",
    "stopped",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """A pressed button. `ref` is what the card's own block says it is, '' when it says nothing."""

    action: str
    subject: str
    ref: str
    fields: dict[str, str]


ON_HOME = "home"
"""The channel of a press on somebody's Home, which is in none: it is answered directly."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one request says. `key` is unique for what happened, however often it is delivered.

    `team` is the workspace that Slack delivers to, `sender_teams` those the sender is said to be
    of. `thread` and `ts` are Slack's timestamps; `at` is None where Slack gives no time. `bot_user`
    is our own user there, if the request names it. A shortcut's `channel` and `thread` are those of
    the message it was used on, '' for a message outside threads; `user` is '' for a removal.
    """

    kind: Kind
    key: str
    team: str
    sender_teams: frozenset[str]
    user: str
    channel: str
    thread: str
    ts: str
    text: str
    at: datetime | None
    audience: Audience
    mentioned: bool = False
    bot_user: str = ""
    response_url: str = ""
    press: ButtonPress | None = None

    @property
    def is_private(self) -> bool:
        """Whether nobody else saw the question, so that nobody else may see its answer."""
        return self.kind in ("command", "shortcut")

    @property
    def is_in_thread(self) -> bool:
        """Whether this happened inside a thread: only there Slack shows what is whispered in it."""
        return bool(self.thread) and self.thread != self.ts

    @property
    def place(self) -> str:
        """Where an answer goes: the thread, or the sender where nobody else saw the question."""
        if self.kind == "home":
            return f"slack:{HOME}{self.user}"
        if self.is_private or self.channel == ON_HOME:
            return f"slack:@{self.user}"
        return f"slack:{self.channel}|{self.thread}"

    @property
    def lock(self) -> str:
        """What is handled one after the other: a thread, or what a person does outside threads."""
        if self.kind in ("home", "chat_opened", "removed"):
            return f"{self.team}:{self.user}"
        return f"{self.team}:{self.channel}:{self.user if self.is_private else self.thread}"

    @property
    def turn(self) -> str:
        """Who asks, and where: their direct conversation with us, or a thread."""
        direct = self.audience == "direct"
        return f"{self.team}:{self.channel}:{'' if direct else self.thread}:{self.user}"

    @property
    def conversation(self) -> str:
        """The key of the stored turns."""
        return f"slack:{self.team}:{self.channel}:{self.ts if self.is_private else self.thread}"

    @property
    def message(self) -> str:
        """The key of the message, stable across edits."""
        return f"slack:{self.team}:{self.channel}:{self.ts}"

    @property
    def message_key(self) -> str:
        """The inbox key of the message itself."""
        return message_key(self.team, self.channel, self.ts)


def message_key(team: str, channel: str, ts: str) -> str:
    """One message is one event, whether Slack tells it as a mention, as a message or as both."""
    return f"message:{team}:{channel}:{ts}"


def block_id(ref: str, position: int) -> str:
    """The id of a card's row of buttons, so that a press says which card it is on."""
    return f"{_BLOCK_ID}{ref}:{position}"


def ref_of(block: str) -> str:
    """The card that a row of buttons belongs to; '' for one that is not ours."""
    return block.removeprefix(_BLOCK_ID).partition(":")[0] if block.startswith(_BLOCK_ID) else ""


def is_ts(value: object) -> bool:
    """Whether a value is one of Slack's timestamps."""
    return isinstance(value, str) and bool(_TS.fullmatch(value))


def time_of(ts: str) -> datetime:
    """When that is."""
    return datetime.fromtimestamp(float(ts), UTC)


def digest(*parts: object) -> str:
    """A name for what these parts say together."""
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def inner(of: dict[str, Any], name: str) -> dict[str, Any]:
    """A part of a request; empty if it is not there or is something else."""
    value = of.get(name)
    return value if isinstance(value, dict) else {}
