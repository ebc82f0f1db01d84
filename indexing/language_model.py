"""Decides what the house asks of a language model, what it shows it, and how one may fail.

A model reads text and gives text. It has no tools, decides nothing, and what it wrote counts for
nothing until code has checked it (`indexing/writing.py`). None configured is a supported mode.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeVar

from pydantic import BaseModel

from indexing.visible import visible

T = TypeVar("T", bound=BaseModel)

Why = Literal[
    "timeout",  # no first word, no next word, or no end in time
    "rate_limited",
    "refused",  # our key, our request, or the content
    "unreachable",
    "broken",  # an error of the endpoint's own, or an answer that is no answer
    "cut_off",  # half a stream
    "off_schema",  # not the JSON that was asked for
    "endless",
    "resting",  # not asked: it failed just now
    "stopped",  # not the endpoint's failure: whoever asked does not want the answer any more
]

_DIGITS = 12
"""Hexadecimal digits of a hash that are kept."""


class ModelUnavailable(Exception):
    """The endpoint failed us; the caller goes on without a model. `detail` is for the log only."""

    def __init__(self, why: Why, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}" if detail else why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Untrusted:
    """Text of others, shown to the model as data. `label` is ours: `passage 1`, `thread`."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is shown: our instructions, text of others as data, and last what to do with it.

    The task comes last for two reasons: the last word is ours, and prompts about the same passages
    begin alike, so that an endpoint need not read them twice. `max_tokens` bounds the answer.
    """

    instructions: str
    untrusted: tuple[Untrusted, ...]
    task: str
    max_tokens: int = 400

    @property
    def hash(self) -> str:
        """Which instructions, and which whole prompt: two shortened SHA-256, parted by a dot."""
        ours = json.dumps([self.instructions, self.task])
        return f"{_digest(ours)}.{_digest(ours + self._fence)}"

    @property
    def messages(self) -> tuple[tuple[Literal["system", "user"], str], ...]:
        """The prompt as (role, text).

        Text of others stands between fences that are made from a hash of all of it, so that
        nobody who writes such a text can close its fence.
        """
        fence = self._fence
        shown = "\n\n".join(
            f"<{one.label} {fence}>\n{visible(one.text).strip()}\n</{one.label} {fence}>"
            for one in self.untrusted
        )
        return (("system", self.instructions), ("user", f"{shown}\n\n{self.task}"))

    @property
    def _fence(self) -> str:
        return _digest(json.dumps([[one.label, one.text] for one in self.untrusted]))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


@dataclass(frozen=True, slots=True)
class Call:
    """What one call took. Tokens are the endpoint's own count, 0 where it gives none.

    `ms` runs from the request to the last text.
    """

    tokens_in: int
    tokens_out: int
    ms: float


@dataclass(slots=True)
class Usage:
    """What answering one question took; each call adds itself, also one that failed.

    `awaited`: somebody waits and has been shown nothing yet, so all calls share one patience.
    """

    calls: list[Call] = field(default_factory=list)
    awaited: bool = True

    @property
    def tokens_in(self) -> int:
        return sum(call.tokens_in for call in self.calls)

    @property
    def tokens_out(self) -> int:
        return sum(call.tokens_out for call in self.calls)

    @property
    def ms(self) -> float:
        """Milliseconds spent in calls."""
        return sum(call.ms for call in self.calls)


class LanguageModel(Protocol):
    """A model behind some endpoint. Both methods raise `ModelUnavailable`, nothing else expected."""

    cites: bool
    """Whether its text is expected to have marks; False once one came without: a schema has to."""

    @property
    def name(self) -> str:
        """The model's name as configured."""

    async def ask(self, prompt: Prompt, answer: type[T], usage: Usage) -> T:
        """Ask for a value of type `answer`; what is returned has been validated."""

    def write(
        self, prompt: Prompt, usage: Usage, shape: type[BaseModel] | None = None
    ) -> AsyncGenerator[str]:
        """Ask for text, which arrives in pieces of any size. Close the iterator to stop early.

        With `shape` it should be JSON of that shape. Not every endpoint can hold a model to it, so
        the text is what the model wrote.
        """
