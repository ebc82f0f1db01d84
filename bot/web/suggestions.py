"""Decides which questions an empty conversation suggests: ones the sample company's people ask.

Most of them are answered, so that the first press shows what an answer is; one at most is refused.
In a company of one's own it names what the person's own documents are about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from itertools import chain, islice
from typing import Any

import yaml

from handlers.services import Connection
from indexing.store.contents import fetch_titles
from learning.nouns import Person, audience_of

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


async def own_titles(conn: Connection, person: Person, today: date) -> tuple[str, ...]:
    """Return the titles of at most three documents that the person may read, their roles' first."""
    most = _ANSWERED + _REFUSED
    return await fetch_titles(conn, audience_of(person), person.roles, today, most)
