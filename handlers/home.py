"""Decides what somebody finds when they open Jobaid: who they are here, how to ask, what needs them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from analytics.gaps import Ranked
from handlers.cards import Block, Card, Facts, Heading, Note, Text, literal
from handlers.gap_cards import role_words
from handlers.gaps import visible_to
from handlers.inbound import Opened
from handlers.reminders import waiting_blocks, waiting_for
from handlers.review_words import state_words, title_of
from handlers.services import Chat, Connection
from handlers.wording import day, listed
from indexing.listing import list_documents
from indexing.store.decisions import Listed
from learning.nouns import Person
from review.nouns import Module, Waiting
from review.store.waiting import fetch_requested, fetch_waiting

PROMPTS_TITLE = "Ask how a task is done"
PROMPTS = (("What can you do?", "What can you do?"),)
"""What a new conversation offers to ask: a title, and what is sent when it is chosen."""

_MOST_LISTED = 20
HOW_TO_ASK = (
    "Write to me, mention me in a channel, use `/jobaid`, or choose *Answer from SOPs* in the menu"
    " of somebody's message: then only you see the answer. I answer from SOPs that somebody owns"
    " and has validated, with the source, or say that none covers it and whom to ask."
)


async def on_opened(conn: Connection, chat: Chat, opened: Opened, now: datetime) -> None:
    """Draw somebody's Home as things stand today."""
    person = opened.person
    mine: Sequence[Listed] = ()
    drafts: Sequence[Block] = ()
    if person is not None and person.active:
        rows = await list_documents(conn, now.date())
        mine = [row for row in rows if row.owner == person.email and row.status != "answerable"]
        waiting = waiting_for(await fetch_waiting(conn), person)
        drafts = draft_blocks(waiting, await fetch_requested(conn, person.id), now)
    gaps = await visible_to(conn, person)
    await chat.post(opened.place, home_card(person, mine, gaps, drafts))


def draft_blocks(
    waiting: Sequence[Waiting], asked_for: Sequence[tuple[Module, str]], now: datetime
) -> tuple[Block, ...]:
    """The drafts that wait for somebody's approval, and what became of those they asked for."""
    blocks: list[Block] = []
    if waiting:
        blocks.append(Text("**Waiting for your review**"))
        blocks += waiting_blocks(waiting, now)
    if asked_for:
        blocks.append(Text("**Drafts you asked for**"))
        blocks.append(
            Facts(
                tuple(
                    (title_of(module, title), state_words(module))
                    for module, title in asked_for[:_MOST_LISTED]
                )
            )
        )
        more = len(asked_for) - _MOST_LISTED
        if more > 0:
            blocks.append(Note(literal(f"And {more} more, asked for earlier.")))
    return tuple(blocks)


def home_card(
    person: Person | None,
    documents: Sequence[Listed],
    gaps: Sequence[Ranked] = (),
    drafts: Sequence[Block] = (),
) -> Card:
    """`documents` are those the person owns that nothing may be answered from today; `gaps` those
    that the person may see; `drafts` what waits for the person, as `draft_blocks` says it."""
    if person is None or not person.active:
        unknown = (
            "I do not know you yet, so I answer from what everyone may read. Ask your admin to add"
            " you to the people file."
        )
        return Card(unknown, (Heading("Welcome"), Text(unknown), Text(HOW_TO_ASK)))
    blocks: list[Block] = [Heading(person.name), Facts(tuple(_who(person))), Text(HOW_TO_ASK)]
    blocks += drafts
    blocks += _waiting(documents)
    blocks += _gaps(gaps)
    if "admin" in person.seats:
        blocks.append(Text("Write `seats` to me to give somebody a seat or take one."))
    return Card(f"What you can do here, {person.name}", tuple(blocks))


def _who(person: Person) -> Iterator[tuple[str, str]]:
    roles = listed(role.replace("-", " ") for role in person.roles)
    yield "Your work", roles or "none is named, so I answer from what everyone may read"
    seats = [_seat(seat) for seat in person.seats]
    if seats:
        yield "Your seats", listed(seats)


def _seat(seat: str) -> str:
    kind, _, domain = seat.partition(":")
    match kind:
        case "sme":
            return f"subject-matter expert for {domain.replace('-', ' ')}"
        case "ld":
            return "learning and development"
    return "admin"


def _waiting(documents: Sequence[Listed]) -> Iterator[Block]:
    if not documents:
        return
    yield Text("**Your documents that I may not answer from today**")
    yield Facts(tuple((row.title, _why(row)) for row in documents[:_MOST_LISTED]))
    more = len(documents) - _MOST_LISTED
    if more > 0:
        yield Note(literal(f"And {more} more: your admin has the whole list."))


def _gaps(gaps: Sequence[Ranked]) -> Iterator[Block]:
    active = [one for one in gaps if one.gap.state == "active"]
    if not gaps:
        return
    yield Text("**Gaps that are worked on**")
    if active:
        yield Facts(
            tuple(
                (role_words(one.gap.role).capitalize(), one.competency.statement)
                for one in active[:_MOST_LISTED]
            )
        )
    yield Note(f"{len(active)} active of {len(gaps)}. Write `gaps` to me to see them all, and why.")


def _why(row: Listed) -> str:
    match row.status:
        case "expired":
            return f"its review ran out{_on(row.next_review)}; have it validated again"
        case "unvalidated":
            return "nobody has validated it yet; have an SME validate it"
        case "withdrawn":
            return "it has been withdrawn"
        case "conflict":
            return "it contradicts another SOP; settle with its owner which of the two holds"
        case "owner_gone":
            return "nobody answers for it; have an SME validate it again"
        case "answerable":
            return "it can be answered from"


def _on(review: date | None) -> str:
    return f" on {day(review)}" if review else ""
