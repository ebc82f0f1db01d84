"""Decides what follows when the source of a module changes: who hears of it, and what is drafted."""

from __future__ import annotations

from datetime import datetime

from handlers import review_posts
from handlers import source_changes as cards
from handlers.answer_cards import said_card
from handlers.drafting import request_of
from handlers.drafting_cards import NOT_YOURS, no_reviewers_words
from handlers.inbound import Pressed
from handlers.looking import module_of
from handlers.privately import show, tell
from handlers.review_words import refusal_words
from handlers.services import Chat, Connection, Later, Services
from indexing.store.cited import fetch_named_revisions
from learning.nouns import Person
from learning.store import fetch_person, fetch_person_by_id, fetch_seat_holders
from learning.store.competencies import fetch_competency
from review import flags, store
from review.nouns import Module
from review.outcomes import SourceMoved
from review.reviewers import missing_reviewers, seats_of
from review.states import BEFORE_REVIEWERS
from review.store import flags as flag_store

_BACK = "What this rests on is in force again as it stands here, so it can be approved."


async def on_flagged_due(
    conn: Connection, services: Services, chat: Chat, later: Later, subject: str, now: datetime
) -> None:
    """Bring a flagged module's cards up to date, have a revision drafted, and tell whom it concerns.

    `subject` is the flag's id. Where the source of a revision under way changed once more, that one's
    card says so and nobody is told again.
    """
    flag = await flag_store.fetch_flag(conn, int(subject))
    module = await store.fetch_module(conn, flag.module_id, lock=True) if flag else None
    if flag is None or module is None or module.state != "flagged":
        return
    view = await review_posts.refresh(conn, chat, module.id, now)
    under_way = await flag_store.fetch_under_way(conn, module.id)
    revision = await store.fetch_module(conn, under_way) if under_way else None
    if revision is not None and revision.number:
        await review_posts.refresh(conn, chat, revision.id, now)
    if revision is not None and revision.because == "source_changed":
        return
    requester = await requester_of(conn, module)
    if revision is None and requester is not None:
        under_way = await _ask_for_revision(conn, later, module, requester, now)
    owner = await fetch_person(conn, flag.owner)
    told = {who.id: who for who in (requester, owner) if who is not None and who.active}
    for person in told.values():
        await chat.direct(person, cards.flagged_card(view, flag, under_way))
    await review_posts.tell_reporters(
        conn, chat, view, "is out of use: its source has changed, and it is being revised."
    )


async def on_revise(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """Have a revision of a flagged module drafted, where none is under way."""
    module_id, _ = module_of(pressed.subject)
    module = await store.fetch_module(conn, module_id, lock=True) if module_id else None
    person = pressed.person
    if module is None or person is None or not seats_of(person, module.domain):
        await tell(chat, pressed, NOT_YOURS)
        return
    under_way = await flag_store.fetch_under_way(conn, module.id)
    if module.state != "flagged" or under_way:
        await tell(chat, pressed, cards.no_need_words(module, under_way))
        return
    unfilled = await missing_reviewers(conn, module.domain, person)
    if unfilled:
        await tell(chat, pressed, await no_reviewers_words(conn, unfilled, module.domain))
        return
    revision = await _ask_for_revision(conn, later, module, person, now)
    await show(chat, pressed, said_card(cards.revision_words(revision)))


async def on_moved_due(
    conn: Connection, services: Services, chat: Chat, later: Later, subject: str, now: datetime
) -> None:
    """Have the card of a draft say that what it rests on has moved, before anybody presses it.

    Or that it is back. `subject` is the module's id.
    """
    module = await store.fetch_module(conn, int(subject), lock=True)
    if module is None or module.state not in BEFORE_REVIEWERS:
        return
    moved = await flags.outdated(conn, module.id, module.number, now.date())
    aside = refusal_words(SourceMoved(module, moved), None) if moved else _BACK
    await review_posts.refresh(conn, chat, module.id, now, aside=aside)


async def on_warned_due(
    conn: Connection, services: Services, chat: Chat, later: Later, subject: str, now: datetime
) -> None:
    """Tell who asked for a module that its source is about to change, while that is so.

    `subject` is `MODULE.DOCUMENT.REVISION`.
    """
    module_id, document_id, revision_id = (int(part) for part in subject.split("."))
    warned = next(
        (
            each
            for each in await flags.warn_of(conn, [document_id])
            if (each.module_id, each.revision_id) == (module_id, revision_id)
        ),
        None,
    )
    module = await store.fetch_module(conn, module_id)
    stored = await store.fetch_content(conn, module_id, module.number) if module else None
    if warned is None or module is None or stored is None:
        return
    found = await fetch_named_revisions(conn, [revision_id], now.date())
    person = await requester_of(conn, module)
    if person is not None and revision_id in found:
        card = cards.warned_card(module, stored.title, warned, found[revision_id])
        await chat.direct(person, card)


async def requester_of(conn: Connection, module: Module) -> Person | None:
    """Who asked for a module; once they have left, an L&D professional who leaves reviewers over."""
    person = await fetch_person_by_id(conn, module.requested_by)
    if person is not None and person.active:
        return person
    holders = await fetch_seat_holders(conn, "ld")
    for holder in holders:
        if not await missing_reviewers(conn, module.domain, holder):
            return holder
    return holders[0] if holders else None


async def _ask_for_revision(
    conn: Connection, later: Later, module: Module, requester: Person, now: datetime
) -> int:
    """Store the request for a revision of a module and have it drafted."""
    competency = await fetch_competency(conn, module.competency)
    request = request_of(module, competency, await _source(conn, module, now))
    revision = await store.insert_module(
        conn,
        request,
        requested_by=requester.id,
        actor="jobaid",
        now=now,
        revises=module.id,
        because="source_changed",
    )
    await later.defer("draft", str(revision))
    return revision


async def _source(conn: Connection, module: Module, now: datetime) -> str:
    """What to draft a revision from: the one document the module cites, or any that fits.

    What cites one document stays that document's, even if another one would fit better today. A
    document that is out is not asked for: another one may serve.
    """
    resting = await flag_store.fetch_resting(conn, module.id, module.number, now.date())
    usable = {f"{cited.source}:{cited.uri}": is_usable for cited, is_usable, _ in resting}
    if len(usable) == 1:
        ((name, is_usable),) = usable.items()
        return name if is_usable else ""
    return module.source if usable.get(module.source, True) else ""
