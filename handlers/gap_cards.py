"""Decides how gaps read: where each stands, why in that order, and what stands in its way."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import assert_never

from analytics.gaps import (
    Activated,
    Activation,
    Blocked,
    Closed,
    Closing,
    NoSuchGap,
    Obstacle,
    Ranked,
    RoleIsFull,
    Unchanged,
)
from analytics.nouns import EVIDENCE_KINDS, MOST_ACTIVE, Evidence, EvidenceKind, Gap
from handlers.cards import Block, Button, Buttons, Card, Facts, Heading, Note, Text, literal
from handlers.wording import day, listed

MOST_SHOWN = 8
_KINDS: dict[EvidenceKind, str] = {
    "assessment": "Assessment",
    "manager": "Manager's observation",
    "performance": "Performance",
}
_BEHIND = {
    "impact": "its impact is smaller",
    "evidence": "fewer kinds of evidence speak for it",
    "people": "its evidence rests on fewer people or cases",
    "id": "all else is equal and the alphabet decides",
}
_ORDER = (
    "In order of impact; then of how many kinds of evidence there are, and on how many people or"
    f" cases they rest. At most {MOST_ACTIVE} gaps of a role are active at once."
)


def role_words(role: str) -> str:
    """A role as people say it."""
    return role.replace("-", " ").replace("_", " ")


def overview_card(gaps: Sequence[Ranked]) -> Card:
    """Every role somebody may see, each with a button to its gaps."""
    roles = list(dict.fromkeys(one.gap.role for one in gaps))
    rows = [(role_words(role).capitalize(), _counted(gaps, role)) for role in roles]
    buttons = tuple(
        Button(role_words(role).capitalize(), "gap.role", f"role:{role}") for role in roles
    )
    return Card("Gaps by role", (Heading("Gaps"), Facts(tuple(rows)), Buttons(buttons)))


def _counted(gaps: Sequence[Ranked], role: str) -> str:
    states = [one.gap.state for one in gaps if one.gap.role == role]
    return (
        f"{states.count('active')} of {MOST_ACTIVE} active, {states.count('proposed')} proposed,"
        f" {states.count('closed')} closed"
    )


def role_card(
    role: str,
    gaps: Sequence[Ranked],
    *,
    settles: bool,
    drafts: Collection[str] = (),
    said: str = "",
    about: str = "",
) -> Card:
    """The gaps of a role. `settles`: whoever reads it may activate and close.

    `drafts` are the ids of the gaps for which the reader may ask for a draft. `said` stands by the
    buttons of the gap `about`, where whoever pressed is looking, or first if that is not shown.
    """
    heading = Heading(f"Gaps: {role_words(role)}", _counted(gaps, role))
    blocks: list[Block] = [heading]
    open_gaps = [one for one in gaps if one.gap.state != "closed"]
    in_order = sorted(open_gaps, key=lambda one: one.gap.state != "active")
    shown = in_order[:MOST_SHOWN]
    if said and about not in {one.gap.id for one in shown}:
        blocks.append(Text(literal(said)))
    for one in shown:
        words = said if one.gap.id == about else ""
        blocks += _gap_blocks(one, words, settles=settles, drafts=one.gap.id in drafts)
    more = len(in_order) - MOST_SHOWN
    if more > 0:
        blocks.append(Note(literal(f"And {more} more: your admin has the whole list.")))
    if not open_gaps:
        blocks.append(Text("No gap of this role is open."))
    blocks.append(Note(literal(_ORDER)))
    return Card(said or f"Gaps of {role_words(role)}", tuple(blocks))


def _gap_blocks(one: Ranked, said: str, *, settles: bool, drafts: bool) -> Iterator[Block]:
    place = f"{one.place}. " if one.place else ""
    yield Text(f"**{literal(place + one.competency.statement)}**")
    yield Facts(tuple(_rows(one)))
    if said:
        yield Text(literal(said))
    buttons = (*_drafting(one, drafts), *(_buttons(one) if settles else ()))
    if buttons:
        yield Buttons(buttons)


def _rows(one: Ranked) -> Iterator[tuple[str, str]]:
    gap = one.gap
    yield "Gap", f"{gap.id}, {gap.state}"
    yield "Serves", gap.priority
    yield "Impact", f"{gap.impact} of 5. {gap.rationale}"
    for kind in EVIDENCE_KINDS:
        found = next((each for each in gap.evidence if each.kind == kind), None)
        yield _KINDS[kind], _evidence(found)
    if one.obstacle:
        yield "Stands in the way", obstacle_words(one.obstacle)
    elif one.behind:
        yield "Place", f"after the one before, because {_BEHIND[one.behind]}"


def _evidence(evidence: Evidence | None) -> str:
    if evidence is None:
        return "missing"
    n = f"n = {evidence.n:,}" if evidence.n else "n not given"
    return f"{evidence.value} ({n}, {day(evidence.on) if evidence.on else 'day not given'})"


def obstacle_words(obstacle: Obstacle) -> str:
    """What keeps anything from being built on a competency, and what would lift it."""
    match obstacle:
        case "unvalidated":
            return "nobody has validated its competency; have an SME of its domain do so"
        case "unconfirmed":
            return (
                "unconfirmed: only a job description names its competency; ask a head or a high"
                " performer, and add them as a source"
            )
        case _:
            assert_never(obstacle)


def _drafting(one: Ranked, may_draft: bool) -> Iterator[Button]:
    if may_draft and one.gap.state == "active" and one.obstacle is None:
        yield Button("Draft a module", "draft.new", f"gap:{one.gap.id}", "primary")


def _buttons(one: Ranked) -> Iterator[Button]:
    subject = f"gap:{one.gap.id}"
    if one.gap.state == "proposed" and one.obstacle is None:
        yield Button("Activate", "gap.activate", subject, "primary")
    question = "Close it for good? What it says stays on record."
    yield Button("Close", "gap.close", subject, confirm=question)


def activation_words(result: Activation) -> str:
    """What came of activating a gap."""
    match result:
        case Activated(gap, active):
            return f"{gap.id} is active: {len(active)} of {MOST_ACTIVE} for {role_words(gap.role)}."
        case RoleIsFull(gap, active):
            names = listed(one.id for one in active)
            return (
                f"{gap.id} stays proposed: {role_words(gap.role)} has {MOST_ACTIVE} active gaps"
                f" already ({names}). Close one of them first."
            )
        case Blocked(gap, competency, obstacle):
            return (
                f"{gap.id} stays proposed, because {obstacle_words(obstacle)}. The competency is"
                f" {competency.id}."
            )
        case NoSuchGap() | Unchanged():
            return _nothing_done(result)
        case _:
            assert_never(result)


def closing_words(result: Closing) -> str:
    """What came of closing a gap."""
    match result:
        case Closed(gap):
            return f"{gap.id} is closed. {role_words(gap.role).capitalize()} has room for another."
        case NoSuchGap() | Unchanged():
            return _nothing_done(result)
        case _:
            assert_never(result)


def _nothing_done(result: NoSuchGap | Unchanged) -> str:
    match result:
        case NoSuchGap(identity):
            return f"No gap is known as {identity}. See them all with: jobaid gaps list"
        case Unchanged(Gap(id=identity, state="closed")):
            return f"{identity} is closed for good. Import what is new under an id of its own."
        case Unchanged(gap):
            return f"{gap.id} is {gap.state} already."
        case _:
            assert_never(result)
