"""Decides what the local chat says about itself: its rooms, its people, and why it refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from handlers.wording import listed
from learning.nouns import Person

MAX_CHARACTERS = 4_000

Refusal = Literal[
    "not_a_demo", "empty", "too_long", "no_such_place", "no_such_message", "not_yours", "too_late"
]


@dataclass(frozen=True, slots=True)
class Room:
    """A channel of the local chat. `seated` means that only people with a seat may enter."""

    name: str
    title: str
    purpose: str
    seated: bool = False


ROOMS = (
    Room("service-desk", "service-desk", "Ask Jobaid; it answers from approved SOPs"),
    Room("review", "jobaid-review", "For people who hold a reviewer's seat", seated=True),
)


@dataclass(frozen=True, slots=True)
class Holdings:
    """How much of a company of their own somebody has imported into their demo."""

    people: int
    documents: int
    answerable: int


def what_to_import(holds: Holdings) -> tuple[str, str]:
    """What comes next where people try their own company, as a sentence and the command to run.

    Both '' once questions are answered.
    """
    where = "In another terminal, with the same JOBAID_HOME:"
    if not holds.people:
        return f"Nobody works here yet. {where}", "jobaid people import people.yaml"
    if not holds.documents:
        return f"No document is here yet. {where}", "jobaid index sops/"
    if not holds.answerable:
        none = "None of the documents may be answered from yet. Why not is said"
        return f"{none} in another terminal, with the same JOBAID_HOME, by:", "jobaid documents"
    return "", ""


def refusal_words(refusal: Refusal) -> str:
    """Say why something was refused and what to do next."""
    match refusal:
        case "not_a_demo":
            return (
                "Nobody can be played here: this database was not made by `jobaid demo`. Set"
                " JOBAID_HOME to an empty folder and start `jobaid demo` there, or, to import your"
                " own company, `jobaid demo --empty`."
            )
        case "empty":
            return "There is nothing to send yet. Write your question first."
        case "too_long":
            return (
                f"That is longer than {MAX_CHARACTERS:,} characters, so it was not sent."
                " Shorten it and send it again."
            )
        case "no_such_place":
            return "You cannot read or write there. Choose a place that is open to you."
        case "no_such_message":
            return "That message is not there any more. Load the page again."
        case "not_yours":
            return "Only the person who wrote a message can change it."
        case "too_late":
            return "A message can be changed for five minutes. Send a new one instead."


def role_in_words(person: Person, people: Iterable[Person]) -> str:
    """Say in a few words what somebody is: their seats, else whom they manage and their work."""
    seats = []
    domains = [seat.partition(":")[2] for seat in person.seats if seat.startswith("sme:")]
    if domains:
        more = [f"{len(domains) - 1} more"] if len(domains) > 1 else []
        seats.append(f"SME, {listed([domains[0].replace('-', ' '), *more])}")
    if "ld" in person.seats:
        seats.append("L&D")
    if "admin" in person.seats:
        seats.append("Admin")
    if seats:
        return "; ".join(seats)
    title = "Manager" if manages(person, people) else "Employee"
    work = listed(role.replace("-", " ") for role in person.roles)
    return f"{title}, {work}" if work else title


def manages(person: Person, people: Iterable[Person]) -> bool:
    """Whether anybody in the directory reports to this person."""
    return any(other.manager == person.email for other in people)
