"""Decides which questions an empty conversation suggests: ones the sample company's people ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from learning.nouns import Person


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question of the sample company, who asks it, and what a careful colleague would do."""

    asker: str
    question: str
    expect: str


@cache
def read_suggestions() -> tuple[Suggestion, ...]:
    """Read the sample questions that open a conversation."""
    entries: list[dict[str, Any]] = yaml.safe_load(
        resources.files("samples").joinpath("questions.yaml").read_text("utf-8")
    )
    return tuple(
        Suggestion(entry["as"], entry["question"], entry["expect"])
        for entry in entries
        if "history" not in entry
    )


def suggested(
    suggestions: Sequence[Suggestion], person: Person, taken: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return up to three questions: one of each outcome, the person's own first, none of `taken`."""
    free = [entry for entry in suggestions if entry.question not in taken]
    mine = [entry for entry in free if entry.asker == person.email]
    return tuple(_one_of_each([*mine, *free]))


def _one_of_each(entries: Sequence[Suggestion]) -> Iterator[str]:
    for expect in ("answered", "blocked", "not_covered"):
        fitting = (entry.question for entry in entries if entry.expect == expect)
        question = next(fitting, None)
        if question:
            yield question
