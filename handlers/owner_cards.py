"""Decides what the owner of a document is told that may not be answered from: who can help, and how."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from handlers.answer_cards import because
from handlers.cards import Card, Text, literal, plain
from handlers.services import Connection
from handlers.wording import day, listed
from indexing.nouns import Blocked
from indexing.store.blocked import fetch_competencies_of
from learning.nouns import Person
from learning.store.competencies import fetch_competency
from learning.store.people import fetch_people

_MOST_NAMED = 3


async def validators_of(conn: Connection, document_id: int) -> list[Person]:
    """Who can validate a document, those first whose domain it belongs to."""
    domains: set[str] = set()
    for name in await fetch_competencies_of(conn, document_id):
        competency = await fetch_competency(conn, name)
        domains |= {f"sme:{name}", *([f"sme:{competency.domain}"] if competency else [])}
    people = await fetch_people(conn)
    able = [
        person
        for person in people
        if person.active and any(seat.startswith("sme:") for seat in person.seats)
    ]
    near = [person for person in able if domains.intersection(person.seats)]
    return near or able


def owner_card(
    blocked: Blocked, day_of_asking: date, owner: Person, validators: Sequence[Person]
) -> Card:
    """What the owner of a blocked document is told: once per document and week, never who asked."""
    title = literal(blocked.document.title)
    said = (
        f"Somebody asked on {day(day_of_asking)} for what *{title}* covers."
        f" I may not answer from it because {because(blocked, 'it')}."
        f" {_remedy(blocked, owner, validators)}"
    )
    return Card(plain(said), (Text(said),))


def _remedy(blocked: Blocked, owner: Person, validators: Sequence[Person]) -> str:
    validating = _validating(blocked, owner, validators)
    match blocked.reason:
        case "expired":
            return f"Read it through, then have it validated again. {validating}"
        case "unvalidated":
            return validating
        case "withdrawn":
            return (
                "If it still holds, have your admin put it back into its folder and index it, then"
                f" have it validated. {validating}"
            )
        case "conflict":
            return (
                "Settle with the other owner which of the two holds; then the other is changed or"
                " withdrawn, and your admin lifts the conflict:"
                f" `jobaid documents conflict {_name(blocked)} THE-OTHER --lift --as {owner.email}`"
            )
        case "owner_gone":
            return "Take it over, or name who does."


def _validating(blocked: Blocked, owner: Person, validators: Sequence[Person]) -> str:
    """Who can validate a document, and with which command."""
    how = f"on the machine where Jobaid runs: `jobaid documents validate {_name(blocked)} --as"
    if any(person.email == owner.email for person in validators):
        return f"You can validate it yourself, {how} {owner.email}`"
    if not validators:
        return "Nobody here can validate it yet: ask your admin to give an SME a seat."
    names = listed((literal(person.name) for person in validators[:_MOST_NAMED]), "or")
    return f"{names} can validate it, {how} {validators[0].email}`"


def _name(blocked: Blocked) -> str:
    """The document as the command line takes it; a backtick in it would end the command."""
    return f"{blocked.document.source}:{blocked.document.uri}".replace("`", "")
