"""Decides which questions an empty conversation suggests: ones the sample company's people ask.

Most of them are answered, so that the first press shows what an answer is; one at most is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import chain, islice
from typing import Any

import yaml

from learning.nouns import Person

_ANSWERED, _REFUSED = 2, 1


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question of the sample company and who asks it. `is_answered`: by everybody's documents."""

    asker: str
    question: str
    is_answered: bool


def read_suggestions() -> tuple[Suggestion, ...]:
    """Read the sample questions that open a conversation: those shown, and those to be refused."""
    entries: list[dict[str, Any]] = yaml.safe_load(
        resources.files("samples").joinpath("questions.yaml").read_text("utf-8")
    )
    return tuple(
        Suggestion(entry["as"], entry["question"], is_answered)
        for entry in entries
        for is_answered in [bool(entry.get("shown"))]
        if "history" not in entry and (is_answered or entry["expect"] == "blocked")
    )


def suggested(suggestions: Sequence[Suggestion], person: Person) -> tuple[str, ...]:
    """Return three questions, the person's own first: two that are answered, one that is not."""
    mine = [entry for entry in suggestions if entry.asker == person.email]
    others = [entry for entry in suggestions if entry.asker != person.email]
    answered = (entry.question for entry in chain(mine, others) if entry.is_answered)
    refused = (entry.question for entry in chain(mine, others) if not entry.is_answered)
    return (*islice(answered, _ANSWERED), *islice(refused, _REFUSED))
