"""Decides how what came of a question is told: its card, its plain text, and the names in both."""

from __future__ import annotations

from handlers import answer_cards as cards
from handlers import answer_lines
from handlers.answer_cards import Names
from handlers.cards import Card, plain
from handlers.services import Connection
from indexing.nouns import Answered, Blocked, NotCovered, Outcome, WrittenAnswer
from learning.nouns import Person
from learning.store import fetch_person


async def manager_to_ask(conn: Connection, outcome: Outcome, person: Person | None) -> str:
    """The name of the asker's manager where no owner can be asked; '' where none is known."""
    if not isinstance(outcome, NotCovered) or outcome.owner or person is None:
        return ""
    manager = await fetch_person(conn, person.manager) if person.manager else None
    return manager.name if manager is not None and manager.active else ""


async def names_of(conn: Connection, emails: frozenset[str]) -> Names:
    """E-mail to name for those who were imported."""
    found = [await fetch_person(conn, email) for email in sorted(emails)]
    return {person.email: person.name for person in found if person is not None}


def owners_of(outcome: Outcome) -> frozenset[str]:
    """The e-mails of everybody an outcome names."""
    match outcome:
        case Answered(cited=passages) | WrittenAnswer(cited=passages):
            return answer_lines.owners(passages)
        case NotCovered(owner=owner):
            return frozenset({owner} - {""})
        case Blocked(document=document):
            return frozenset({document.owner})


def reply_card(
    outcome: Outcome,
    names: Names,
    told: bool,
    answer_id: int | None,
    note: str = "",
    manager: str = "",
) -> Card:
    """The card of an outcome."""
    match outcome:
        case Answered() | WrittenAnswer():
            return cards.answered_card(outcome, names, answer_id, note=note)
        case NotCovered():
            return cards.not_covered_card(outcome, names, manager)
        case Blocked():
            return cards.blocked_card(outcome, names, told)


def reply_text(
    outcome: Outcome, names: Names, told: bool, note: str = "", manager: str = ""
) -> str:
    """The plain text of an outcome."""
    match outcome:
        case Answered() | WrittenAnswer():
            return cards.answered_text(outcome, names, note)
        case NotCovered():
            return plain(cards.not_covered_text(outcome, names, manager))
        case Blocked():
            return plain(cards.blocked_text(outcome, names, told))
