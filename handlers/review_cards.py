"""Decides how a module looks to those who review it, in every state it can be in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from handlers.cards import Block, Button, Buttons, Card, Facts, Field, Heading, Note, Text, literal
from handlers.left_out import left_out_words
from handlers.module_blocks import content_blocks, sources_of
from handlers.parts import count_of_parts, first_part, later_part
from handlers.review_view import ReviewView
from handlers.review_words import (
    STATES,
    TICK_LABELS,
    checks_line,
    finding_words,
    names,
    read_words,
    seat_words,
    title_of,
)
from handlers.source_changes import moved_note, source_changes
from handlers.wording import day, listed, shortened
from learning.modules import ItemSet
from review.nouns import Remark
from review.reviewers import SEATS
from review.states import BEFORE_REVIEWERS

MORE = "review.more"
_MOST_FINDINGS = 12
_LONGEST_REMARK = 500


def subject_of(view: ReviewView) -> str:
    """What a button of the card names: the module and the exact content the card shows."""
    return f"module:{view.module.id}.{view.module.number}"


def review_card(view: ReviewView) -> Card:
    """The card of the review channel: as much as one message holds, with its buttons.

    The lines of its status stand outside of what is parted. Who has approved may change while
    somebody reads from part to part, and where each part ends does not.
    """
    card = first_part(_whole(view), MORE, subject_of(view))
    at = 2 if isinstance(card.blocks[1], Text) else 1
    return replace(card, blocks=(*card.blocks[:at], *_status(view), *card.blocks[at:]))


def review_card_part(view: ReviewView, number: int) -> Card | None:
    """A later part of the same card; None where it has none."""
    return later_part(_whole(view), MORE, subject_of(view), number)


def parts_in(view: ReviewView) -> int:
    """How many parts the card has."""
    return count_of_parts(_whole(view))


def _whole(view: ReviewView) -> Card:
    title = title_of(view.module, view.stored.title)
    summary = f"{_headline(view)}: {title}"
    return Card(summary, tuple(_blocks(view)), view.stored.drafted_by != "verbatim")


def _headline(view: ReviewView) -> str:
    if view.module.state in BEFORE_REVIEWERS:
        return "Draft for review"
    return STATES[view.module.state].partition(":")[0].capitalize()


def _blocks(view: ReviewView) -> Iterator[Block]:
    module, stored = view.module, view.stored
    role = module.role.replace("-", " ")
    detail = f"gap: {view.priority}, {role}" if view.priority else role
    if module.due_at and module.state in BEFORE_REVIEWERS:
        detail += f" · due {day(module.due_at.date())}"
    yield Heading(f"{_headline(view)}: {title_of(module, stored.title)}", detail)
    yield Text(_drafted_line(view))
    yield from source_changes(view.flags, view.owners)
    yield from _findings(view)
    if view.flags:  # else what changed would seem to go on
        yield Text("**What it said**" if module.state == "flagged" else "**The revision**")
    yield from content_blocks(stored.content, view.revisions)
    yield sources_of(stored.content, view.revisions, view.owners)
    yield from _foot(view)


def _drafted_line(view: ReviewView) -> str:
    stored = view.stored
    documents = {revision.id: revision for revision in view.revisions.values()}
    sources = listed(
        f"*{literal(found.title)}* v{literal(found.version)}" for found in documents.values()
    )
    how = (
        "Taken word for word from"
        if stored.drafted_by == "verbatim"
        else f"Drafted by AI ({literal(stored.drafted_by)}) from"
    )
    edited = ", edited since" if stored.edited_by is not None else ""
    asked = f" for {literal(view.requester)}{edited}"
    context = f"\nFor use: {literal(view.module.context)}"
    return f"{how} {sources}{asked} · {checks_line(stored.checks)}{context}"


def _status(view: ReviewView) -> Iterator[Block]:
    """Who has approved and who still has to act; the only lines that change while others type."""
    module = view.module
    rows: list[tuple[str, str]] = []
    approved = {given.seat: (given, name) for given, name in view.approved}
    for seat in SEATS:
        label = seat_words(seat, module.domain)
        if seat in approved:
            given, name = approved[seat]
            rows.append((label, f"approved by {name}, {day(given.at.date())}{read_words(given)}"))
        elif module.state in BEFORE_REVIEWERS:
            rows.append((label, f"waiting for {names(view.waiting.get(seat, ()))}"))
    if rows:
        yield Facts(tuple(rows))
    yield from _last_remark(view)
    yield from moved_note(view)
    note = _note(view)
    if note:
        yield Note(note)


def _reported(reports: Sequence[tuple[Remark, str]]) -> Iterator[Block]:
    for report, who in reports:
        said = f"“{literal(shortened(report.text, _LONGEST_REMARK))}”"
        yield Text(f"{literal(who)} says that it is wrong: {said}")


def _last_remark(view: ReviewView) -> Iterator[Block]:
    yield from _reported(view.reports)
    if not view.remarks or view.module.state in ("published", "suspended", "superseded", "flagged"):
        return
    remark, who = view.remarks[-1]
    said = f"“{literal(shortened(remark.text, _LONGEST_REMARK))}”"
    if view.module.state not in BEFORE_REVIEWERS:
        yield Text(f"{literal(who)}: {said}")
    elif view.held_right:
        yield from _reported(view.held_right[:-1])
        yield Text(f"{literal(who)} holds it to be right: {said}")
    elif remark.kind == "changes":
        yield Text(f"{literal(who)} asked for changes: {said}")
        if view.as_before:
            yield Note(_as_before(view))


def _as_before(view: ReviewView) -> str:
    how = " from the SOP's own words" if view.stored.drafted_by == "verbatim" else ""
    return f"I drafted it again{how}, and the text came out the same. Use Edit to change it."


def _note(view: ReviewView) -> str:
    match view.module.state:
        case "changes_requested":
            return "It is being revised; the card shows the new content as soon as it is there."
        case "published":
            use = "It waits for practising in chat." if view.is_practised else "In use."
            return f"{use} When a step it rests on changes, I take it out of use."
        case "flagged":
            return "Taken out of use until a revision, drafted from what is in force now, is published."
        case "suspended":
            return (
                "Taken out of use until reviewers decide: withdraw it, or have it reviewed again"
                " as it stands."
            )
        case "superseded" | "withdrawn" | "rejected":
            return "Nobody is shown this any more. Its record is kept."
        case "draft" | "in_review" | "approved_by_one":
            return ""


def _findings(view: ReviewView) -> Iterator[Block]:
    found = sorted(view.stored.checks.findings, key=lambda each: not each.blocks)
    for finding in found[:_MOST_FINDINGS]:
        yield Note(finding_words(finding), "warning" if finding.blocks else "quiet")
    if len(found) > _MOST_FINDINGS:
        yield Note(f"And {len(found) - _MOST_FINDINGS} more.")
    yield from (Note(literal(said)) for said in left_out_words(view.left_out))


def _foot(view: ReviewView) -> Iterator[Block]:
    """Fields and buttons: what can be done in this state."""
    module, subject = view.module, subject_of(view)
    at = f"c{module.number}"
    yield Buttons(tuple(_looks(view)))
    if module.state in BEFORE_REVIEWERS:
        yield Field(
            f"ticks:{at}", "I have checked that it is", "ticks", tuple(TICK_LABELS.values())
        )
        if isinstance(view.stored.content, ItemSet):
            yield Note(
                "When the SME approves, I ask how many of ten just-competent people would get"
                " each question right."
            )
        yield Field(
            f"comment:{at}",
            "Comment",
            "long_text",
            hint="What has to change, or why it is rejected",
        )
        yield Buttons(
            (
                Button("Approve", "review.approve", subject, "primary"),
                Button("Request changes", "review.changes", subject),
                Button("Reject", "review.reject", subject, "danger", "Reject it for good?"),
                Button("Edit", "review.edit", subject, "quiet"),
            )
        )
    if module.state in ("published", "flagged", "suspended"):
        ask = "Take it out of use at once?"
        withdraw = Button("Withdraw", "review.withdraw", subject, "danger", ask)
        if module.state != "suspended" and not view.reports:
            yield Field(f"comment:{at}", "Reason", "text", hint="Why it is withdrawn")
            yield Buttons((withdraw,))
            return
        hint = "Why it is right as it stands, or why it is withdrawn"
        yield Field(f"comment:{at}", "Reason", "long_text", hint=hint)
        right = (
            Button("Review again", "review.again", subject, "primary")
            if module.state == "suspended"
            else Button("It is right", "review.right", subject, "primary")
        )
        yield Buttons((right, withdraw))


def _looks(view: ReviewView) -> Iterator[Button]:
    yield Button("Show sources", "review.sources", subject_of(view), "quiet")
    if view.before is not None:
        yield Button("Changes since the last version", "review.diff", subject_of(view), "quiet")


def minutes_card(view: ReviewView) -> Card:
    """Asks the reviewer how long it took; one press."""
    title = title_of(view.module, view.stored.title)
    said = f"Noted for {title}. How long did the review take you?"
    buttons = tuple(
        Button(label, f"review.minutes_{minutes}", f"module:{view.module.id}")
        for label, minutes in (("5 min", 5), ("15 min", 15), ("30 min", 30), ("1 hour", 60))
    )
    return Card(said, (Text(literal(said)), Buttons(buttons)))
