"""Decides how review speaks: who is waited for, what a check found, why a press was refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import assert_never

from handlers.cards import literal
from handlers.module_blocks import KINDS
from handlers.wording import counted, listed
from learning.nouns import Person
from review.nouns import Checked, Finding, Module, Seat, Tick
from review.outcomes import (
    ApproveRefusal,
    ChecksBlock,
    IsAuthor,
    NoReviewerLeft,
    NoSuchModule,
    NotAReviewer,
    NotNow,
    OldContent,
    RatingsMissing,
    SeatTaken,
    SourceMoved,
    TicksMissing,
    WordsMissing,
)
from review.states import State

STATES: Mapping[State, str] = {
    "draft": "being drafted",
    "in_review": "in review",
    "changes_requested": "changes requested",
    "approved_by_one": "approved by one seat",
    "published": "published",
    "flagged": "flagged: its source changed",
    "suspended": "suspended: readers say it is wrong",
    "superseded": "replaced by a newer one",
    "withdrawn": "withdrawn",
    "rejected": "rejected",
}
TICK_LABELS: Mapping[Tick, str] = {
    "accuracy": "Accurate",
    "tone": "Right tone",
    "compliance": "Compliant",
}
_FINDINGS: Mapping[str, str] = {
    "unsupported": "no cited passage says this",
    "uncited": "this cites nothing and is not marked as the author's own words",
    "personal_data": "this looks like a real person's data; use an invented example",
    "too_long": "this is longer than its kind may be",
    "too_hard": "this reads harder than it has to; shorter sentences help",
    "duplicate": "a module that stands says nearly the same",
    "steps_lost": "the SOP's steps are not all here, or not in its order",
    "warning_lost": "a warning of the SOP is missing",
    "link": "links and mentions have no place in a module",
    "empty": "this is empty",
    "language": "this is not in the language of its source",
    "key_unsure": "a solver that saw only the source did not choose the marked answer",
    "few_items": "fewer than ten questions for this sub-competency",
    "recall_only": "every question asks to recall; half should ask to apply",
    "drafted_without": "this could not be had from the SOP",
}


def seat_words(seat: Seat, domain: str) -> str:
    """A seat as people call it: `SME (refunds)` or `L&D`."""
    return f"SME ({domain.replace('-', ' ')})" if seat == "sme" else "L&D"


def names(people: Iterable[Person | str], last: str = "or") -> str:
    """Who could do something: `Dana Cole or Lee Park`; says so when it is nobody."""
    said = [who if isinstance(who, str) else who.name for who in people]
    return listed(said, last) if said else "nobody yet: an admin can give somebody the seat"


def title_of(module: Module, title: str) -> str:
    """A module by its kind and title: `Scenario “A refund at the counter”`."""
    return f"{KINDS[module.kind]} “{title}”" if title else KINDS[module.kind]


def checks_line(checked: Checked) -> str:
    """What the checks found, in one line."""
    said = [f"{counted(checked.claims, 'claim')}, {checked.supported} supported"]
    blocking = sum(finding.blocks for finding in checked.findings)
    advice = len(checked.findings) - blocking
    if blocking:
        said.append(f"{counted(blocking, 'problem')} to solve before anybody can approve")
    if advice:
        said.append(f"{counted(advice, 'remark')}")
    if not checked.findings:
        said.append("nothing else found")
    if checked.grade is not None:
        said.append(f"reads at school grade {max(1, round(checked.grade))}")
    return " · ".join(said)


def finding_words(finding: Finding) -> str:
    """A finding as a line of a card (Text markup)."""
    why = _FINDINGS.get(finding.code) or finding.code.replace("_", " ")
    at = f"“{literal(finding.text)}”: " if finding.text else ""
    words = f" ({literal(listed(finding.words))})" if finding.words else ""
    return f"{at}{why}{words}."


def refusal_words(refusal: ApproveRefusal | NoReviewerLeft, person: Person | None) -> str:
    """Why a press changed nothing, and what to do next. Plain text."""
    match refusal:
        case NoSuchModule():
            return "That module is not there any more. Nothing was changed."
        case OldContent(module):
            return (
                "The module has changed since this card was posted, so nothing was decided."
                f" The card now shows its newest content, which is {STATES[module.state]}:"
                " read that and press again."
            )
        case NotNow(module):
            return f"This module is {STATES[module.state]}, so there is nothing to decide here."
        case NotAReviewer(module, holders):
            first = names(holders.get("sme", ()))
            return (
                f"Only reviewers of {module.domain.replace('-', ' ')} can do that: as SME {first},"
                f" for L&D {names(holders.get('ld', ()))}. An admin can give you a seat."
            )
        case IsAuthor(module, others):
            mine = "You drafted this one" if _asked(module, person) else "You edited this one"
            return f"{mine}, so somebody else has to approve it: {_who(module, others)}."
        case SeatTaken(module, by_themselves, others):
            why = (
                "You have approved this already, and the other seat needs a different person"
                if by_themselves
                else "Your seat has approved this already"
            )
            return f"{why}: {_who(module, others)}."
        case TicksMissing(_, missing):
            wanted = listed(f"“{TICK_LABELS[tick]}”" for tick in missing)
            return f"Approving needs all three ticks. Still to tick: {wanted}. Nothing was decided."
        case RatingsMissing(_, items):
            return (
                "As the SME, say for each question how many of ten just-competent people would get"
                f" it right, as numbers from 0 to 10 in the order of the questions."
                f" Missing: {listed(items)}. Nothing was decided."
            )
        case ChecksBlock():
            return (
                "A check found something nobody may approve; the card says what. Request changes or"
                " edit the section, then it can be approved."
            )
        case SourceMoved(_, documents):
            named = listed(f"{document.title} ({document.uri})" for document in documents)
            return (
                f"What this rests on has changed or may not be used today: {named}. Request changes"
                " to have it drafted again from what is in force."
            )
        case WordsMissing():
            return "Say why in the comment field, then press again. Nothing was decided."
        case NoReviewerLeft(module, seats):
            wanted_seats = listed(seat_words(seat, module.domain) for seat in seats)
            return (
                "Editing makes you one of its authors, and then nobody would be left to approve it"
                f" as {wanted_seats}. Request changes instead, or ask an admin for another reviewer."
            )
        case _:
            assert_never(refusal)


def _asked(module: Module, person: Person | None) -> bool:
    return person is not None and module.requested_by == person.id


def _who(module: Module, others: Mapping[Seat, tuple[Person, ...]]) -> str:
    return "; ".join(
        f"as {seat_words(seat, module.domain)} {names(people)}" for seat, people in others.items()
    )
