"""Decides how review speaks: who is waited for, what a check found, why a press was refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import assert_never

from handlers.cards import literal
from handlers.module_blocks import named
from handlers.wording import counted, listed
from learning.nouns import Person
from review.editing import Unfit
from review.nouns import Approval, Checked, Finding, Module, Seat, Tick
from review.outcomes import (
    ApproveRefusal,
    ChecksBlock,
    IsAuthor,
    NoReviewerLeft,
    NoSuchModule,
    NotAReviewer,
    NotNow,
    NotReported,
    OldContent,
    PartsUnopened,
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
    # what each sentence rests on
    "unsupported": "no cited passage says this",
    "uncited": "this cites nothing and is not marked as the author's own words",
    "quote_missing": "the quoted words do not stand in the section that is named",
    "source_gone": "what this cites is not in force any more; have it drafted again: {}",
    "own_words": "only the SOP's words may stand here, not the author's own",
    "empty": "this is empty",
    "language": "this is not in the language of its source",
    "link": "links have no place in a module; name the document instead",
    "mention": "mentions have no place in a module; name the role instead",
    "markup": "this has markup; modules are plain text",
    "control": "this holds signs that nobody can see; type it anew",
    "personal_data": "this looks like a real person's data; use an invented example",
    # its form
    "title_missing": "the title is missing",
    "title_long": "the title has {} characters; 120 are the most",
    "too_long": "this is longer than its kind may be, with {} characters",
    "steps_lost": "steps of the SOP are missing, by its numbers: {}",
    "steps_added": "the SOP does not have these steps: {}",
    "steps_moved": "the steps are not in the SOP's order, or say what another one says",
    "levels_differ": "the {} level does not have the same steps as the novice one",
    "warning_lost": "this warning of the SOP is missing here",
    "point_lost": "the novice level leaves this out of its step",
    "variants": "an exercise has three cases, this one {}",
    "hints": "a case has at most two hints, this one {}",
    "criteria": "a rubric has three to six criteria, this one {}",
    "same_id": "an id is missing or used twice",
    "options": "a question has three options, one of them right; this has {}, {} right",
    "options_alike": "two options say the same",
    "steps_to_order": "three to six steps can be put in order; these are {}",
    "steps_alike": "two of the steps to put in order say the same",
    # how its questions are written
    "longest_key": "the right option is the longest in more than four of ten questions",
    "key_position": "the right option stands in the same place in {} of {} questions: number {}",
    "all_of_the_above": "options that stand for others tell who guesses; give a third answer",
    "absolute_words": "always and never give wrong options away; the SOP does not say so",
    "options_overlap": "two options name the same figure",
    "options_uneven": "one option is much longer than another",
    "options_form": "the options are not of the same form",
    "negative_stem": "asked by a negation; ask for what is right instead",
    "two_questions": "this asks two things at once",
    "given_away": "the question repeats words that only the right option has",
    "echo": "these questions repeat the SOP's own words at length",
    "recall_only": "{} of {} questions ask to apply; half should",
    "few_items": "fewer than ten questions for the sub-competency {}: {}",
    "key_unsure": "a solver that saw only the source did not choose the marked answer",
    "guessable": "a solver chose the marked answer without seeing the source",
    "key_unchecked": "the solver did not answer in time, so nobody has tried these questions",
    # how it reads, and what else there is
    "too_hard": "this reads at school grade {}, harder than it has to; shorter sentences help",
    "duplicate": "module {} says nearly the same: “{}”",
    "other_documents": "other SOPs serve this competency too; this was drafted from one",
    "left_out": "left out of this section: {}",
    "sections_without_steps": "nothing of these sections of the SOP is in the guide, as they have no"
    " numbered steps: {}",
    "left_out_beside": "the SOP says this beside its steps, and the guide does not: {}",
    "sections_left_out": "not all sections of the SOP fit; those that fit the gap best are here",
    "drafted_without": "this could not be had from the SOP",
}
"""What is said of each code; `{}` stands for its words, which otherwise follow in brackets."""
_OFTEN_LONG = frozenset({"left_out", "left_out_beside", "sections_without_steps"})
"""Codes whose words are counted where they are many: what is left out of a long SOP."""

_SECTIONS: Mapping[str, str] = {
    "warnings": "Warnings",
    "novice": "Novice, step {}",
    "standard": "Standard, step {}",
    "expert": "Expert, step {}",
    "item": "Question {}",
    "variant": "Case {}",
    "rubric": "Criterion {}",
    "model_answer": "Model answer",
    "clause": "What the SOP says",
    "example": "Example",
}
_MOST_NAMED = 6


def seat_words(seat: Seat, domain: str) -> str:
    """A seat as people call it: `SME (refunds)` or `L&D`."""
    return f"SME ({domain.replace('-', ' ')})" if seat == "sme" else "L&D"


def _some(words: Sequence[str]) -> str:
    """A list, its end only counted where it is long."""
    if len(words) <= _MOST_NAMED:
        return listed(words)
    shown = words[: _MOST_NAMED - 1]
    return listed([*shown, f"{len(words) - len(shown)} more"])


def names(people: Iterable[Person | str], last: str = "or") -> str:
    """Who could do something: `Dana Cole or Lee Park`; says so when it is nobody."""
    said = [who if isinstance(who, str) else who.name for who in people]
    if len(said) > _MOST_NAMED:
        left = len(said) - _MOST_NAMED + 1
        said = [*said[: _MOST_NAMED - 1], counted(left, "other")]
    return listed(said, last) if said else "nobody yet: an admin can give somebody the seat"


def is_undrafted(module: Module) -> bool:
    """Whether nothing could be drafted. Its state is `rejected`, which was no person's decision."""
    return module.state == "rejected" and not module.number


def state_words(module: Module) -> str:
    """How a module stands."""
    return "not drafted" if is_undrafted(module) else STATES[module.state]


def title_of(module: Module, title: str) -> str:
    """What a module goes by."""
    return named(module.kind, title)


def part_words(parts: Sequence[int]) -> str:
    """Parts of a card by their numbers: `part 2`, `parts 2 and 3`."""
    return f"{'part' if len(parts) == 1 else 'parts'} {_some([str(part) for part in parts])}"


def read_words(given: Approval) -> str:
    """What follows an approval whose card was not read to its end; '' where it was."""
    if len(given.opened) == given.parts:
        return ""
    return f", after opening {len(given.opened)} of {given.parts} parts"


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
        said.append("checks clean")
    if checked.grade is not None:
        said.append(f"reads at school grade {max(1, round(checked.grade))}")
    return " · ".join(said)


def finding_words(finding: Finding) -> str:
    """A finding as a line of a card (Text markup)."""
    said = _finding(finding)
    return said[0].upper() + said[1:]


def _finding(finding: Finding) -> str:
    why = _FINDINGS.get(finding.code) or finding.code.replace("_", " ")
    at = f"“{literal(finding.text)}”: " if finding.text else _place(finding.section)
    places = why.count("{}")
    words = [literal(word) for word in finding.words]
    if places == 1 and words:
        words = [_some(words) if finding.code in _OFTEN_LONG else listed(words)]
    if places and len(words) == places:
        return f"{at}{why.format(*words)}."
    more = f" ({listed(words)})" if words else ""
    return f"{at}{why.replace('{}', '…')}{more}."


def _place(section: str) -> str:
    """Where in a module a section is, by its key: `variant.2` is case 2."""
    key, _, rest = section.partition(".")
    return f"{_SECTIONS[key].format(literal(rest))}: " if key in _SECTIONS else ""


def refusal_words(
    refusal: ApproveRefusal | NoReviewerLeft | NotReported, person: Person | None
) -> str:
    """Why a press changed nothing, and what to do next. Plain text."""
    match refusal:
        case NoSuchModule():
            return "That module is not there any more. Nothing was changed."
        case OldContent(module):
            return (
                "The module has changed since this card was posted, so nothing was decided."
                f" The card now shows its newest content, which is {state_words(module)}:"
                " read that and press again."
            )
        case NotNow(module):
            return f"This module is {state_words(module)}, so there is nothing to decide here."
        case NotAReviewer(module, holders):
            words = {"sme": "as SME", "ld": "for L&D"}
            who = ", ".join(f"{words[seat]} {names(held)}" for seat, held in holders.items())
            yours = " An admin can give you a seat." if all(holders.values()) else ""
            return f"Only reviewers of {module.domain.replace('-', ' ')} can do that: {who}.{yours}"
        case IsAuthor(module, others):
            mine = "You drafted this one" if _asked(module, person) else "You edited this one"
            return f"{mine}, so somebody else has to approve it: {_who(module, others)}."
        case SeatTaken(module, by_themselves, others):
            why = (
                "You have approved this already, and the other seat needs a different person"
                if by_themselves
                else "Your seat has approved this already. It now waits for somebody else"
            )
            return f"{why}: {_who(module, others)}."
        case TicksMissing(_, missing):
            wanted = listed(f"“{TICK_LABELS[tick]}”" for tick in missing)
            return f"Approving needs all three ticks. Still to tick: {wanted}. Nothing was decided."
        case RatingsMissing(_, items):
            return (
                "As the SME, say for each question how many of ten just-competent people would get"
                f" it right: a number from 0 to 10. Still to give: {_some(items)}. Nothing was"
                " decided."
            )
        case PartsUnopened(_, _, parts):
            return f"You have not opened {part_words(parts)} of its card. Nothing was decided."
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
        case NotReported():
            return "Nobody says that it is wrong any more, so there is nothing to decide here."
        case WordsMissing():
            return "Say why in the field, then press again. Nothing was decided."
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


def unfit_words(unfit: Unfit) -> str:
    """Why what was typed cannot stand for a section, and what to do."""
    match unfit.why:
        case "no_such_section":
            return "That section is not there any more. Open it again from the card."
        case "empty":
            return "The section would be empty. Reject the module or request changes instead."
        case "lines":
            return (
                f"This section keeps its number of lines ({unfit.kept}); {unfit.given} were given."
                " Nothing was changed."
            )
