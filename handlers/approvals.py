"""Decides what a reviewer's press does: the gate is asked, the card follows, everybody is told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from handlers import review_cards as cards
from handlers.answer_cards import said_card
from handlers.approve_form import ask_first, ratings
from handlers.inbound import Pressed
from handlers.looking import module_of, readable_view
from handlers.privately import UNREACHABLE, show, tell
from handlers.review_posts import (
    ask_minutes,
    last_words,
    refresh,
    tell_requester,
    tell_those_who_reported,
)
from handlers.review_pressed import field, pressed_module, refuse
from handlers.review_view import PRACTISED, fetch_view
from handlers.review_words import TICK_LABELS, names, read_words, seat_words
from handlers.services import Chat, Connection, Later, Services
from handlers.wording import SENT_DIRECTLY, listed
from indexing.embeddings import Embedder
from indexing.in_use import Embedded
from learning.nouns import Person
from review import gate, store
from review.gate import FoundBy
from review.nouns import Module, StoredContent
from review.outcomes import ApprovedBySeat, Moved, PartsUnopened, Published, RatingsMissing
from review.publishing import embed
from review.reviewers import seats_of

_SENT_BACK = "Sent back with your comment. I am revising it, and the card shows what comes of it."
_SENT_BACK_AS_IT_STANDS = (
    "Sent back with your comment. Without a language model I can only draft it anew from the SOP as it"
    " stands, so its words change only if the SOP has: to change them, use Edit on the card."
)
_REJECTED = "Rejected for good. Its record and your reason are kept."


async def on_approve(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """Approve what the card shows, for the seat the presser holds; on the form, what it is about."""
    shown = await pressed_module(conn, chat, pressed)
    if shown is None or pressed.person is None:
        return
    module, number, card = shown
    on_form = card.kind != "card"
    stored = await store.fetch_content(conn, module.id, number)
    found_by = await _vectors(module, stored, services.embedder)
    before = await fetch_view(conn, module.id, now.date())
    result = await gate.approve(
        conn,
        module_id=module.id,
        number=number,
        person=pressed.person,
        ticks=_ticks(pressed, number),
        just_competent=ratings(pressed, stored.content, number) if stored else {},
        press=pressed.press,
        shown_at=card.at,
        today=now.date(),
        now=now,
        found_by=found_by,
        parts=cards.parts_in(before) if before else 1,
        knowing=on_form,
    )
    if isinstance(result, ApprovedBySeat | Published):
        await _approved(conn, chat, pressed, pressed.person, result, now, on_form=on_form)
    elif isinstance(result, PartsUnopened | RatingsMissing) and before and not on_form:
        await ask_first(conn, chat, pressed, before, result, card.at)
    else:
        await refuse(conn, chat, pressed, result, module.id, now)


async def _vectors(
    module: Module, stored: StoredContent | None, embedder: Embedder | None
) -> FoundBy:
    """What answers find the content by, computed only where this approval publishes it.

    That is known before anything is locked, unless the other seat approves in the same moment.
    """
    ready = None
    if stored is not None and module.state == "approved_by_one":
        ready = await embed(stored, embedder)

    async def found_by() -> Embedded | None:
        return ready or (await embed(stored, embedder) if stored else None)

    return found_by


async def _approved(
    conn: Connection,
    chat: Chat,
    pressed: Pressed,
    person: Person,
    result: ApprovedBySeat | Published,
    now: datetime,
    *,
    on_form: bool,
) -> None:
    """The cards follow; the presser is told, and whoever else it concerns."""
    module = result.module
    given = await store.fetch_approvals(conn, module)
    read = next(read_words(each) for each in given if each.person_id == person.id)
    said = _approved_words(result, read)
    if on_form and pressed.card is not None:
        await store.mark_posted_done(conn, pressed.card)
    view = await refresh(conn, chat, module.id, now, aside=f"{person.name} {said}")
    done = said[0].upper() + said[1:]
    if on_form:
        await show(chat, pressed, said_card(done))
    else:
        await tell(chat, pressed, done)
    await ask_minutes(chat, person, view)
    if isinstance(result, Published):
        await tell_requester(conn, chat, view, _published_words(result))
        await tell_those_who_reported(conn, chat, view, now)


async def on_request_changes(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """Send a draft back with the comment; the drafter revises from it."""
    shown = await pressed_module(conn, chat, pressed)
    if shown is None or pressed.person is None:
        return
    module, number, _ = shown
    result = await gate.request_changes(
        conn,
        module_id=module.id,
        number=number,
        person=pressed.person,
        comment=field(pressed, "comment", number),
        press=pressed.press,
        now=now,
    )
    if not isinstance(result, Moved):
        await refuse(conn, chat, pressed, result, module.id, now)
        return
    await later.defer("revise", f"{module.id}.{number}")
    view = await refresh(conn, chat, module.id, now)
    has_model = services.language_model is not None
    await tell(chat, pressed, _SENT_BACK if has_model else _SENT_BACK_AS_IT_STANDS)
    await ask_minutes(chat, pressed.person, view)
    revising = "I am revising it." if has_model else "I draft it anew from the SOP as it stands."
    said = f"was sent back by {pressed.person.name}: “{last_words(view)}”. {revising}"
    await tell_requester(conn, chat, view, said)


async def on_reject(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """End a draft for good, with the reason."""
    shown = await pressed_module(conn, chat, pressed)
    if shown is None or pressed.person is None:
        return
    module, number, _ = shown
    result = await gate.reject(
        conn,
        module_id=module.id,
        number=number,
        person=pressed.person,
        reason=field(pressed, "comment", number),
        press=pressed.press,
        now=now,
    )
    if not isinstance(result, Moved):
        await refuse(conn, chat, pressed, result, module.id, now)
        return
    view = await refresh(conn, chat, module.id, now)
    await tell(chat, pressed, _REJECTED)
    await ask_minutes(chat, pressed.person, view)
    said = f"was rejected by {pressed.person.name}: “{last_words(view)}”."
    await tell_requester(conn, chat, view, said)


async def on_show(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """Give a reviewer a module's card in their own chat; it counts there as it does elsewhere."""
    view = await readable_view(conn, chat, pressed, now)
    if view is None or pressed.person is None:
        return
    ref = await chat.direct(pressed.person, cards.review_card(view))
    if ref is None:
        await tell(chat, pressed, UNREACHABLE)
        return
    moved = bool(view.moved)
    await store.upsert_posted(conn, view.module, ref=ref, place="direct", now=now, moved=moved)
    if pressed.audience != "direct":
        await tell(chat, pressed, SENT_DIRECTLY)


async def on_minutes(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """Store how long a review took."""
    module_id, _ = module_of(pressed.subject)
    module = await store.fetch_module(conn, module_id) if module_id else None
    person = pressed.person
    if module is None or person is None or not seats_of(person, module.domain):
        await tell(chat, pressed, "Only reviewers log minutes. Nothing was stored.")
        return
    minutes = int(pressed.action.rpartition("_")[2])
    await store.insert_minutes(
        conn, module.id, person_id=person.id, minutes=minutes, press=pressed.press, now=now
    )
    await show(chat, pressed, said_card(f"Thank you, {minutes} minutes noted."))


def _published_words(result: Published) -> str:
    """What a requester is told; only reviewers are shown what is practised with."""
    said = "is published: both seats have approved it."
    if result.module.kind not in PRACTISED:
        return said
    return f"{said} It waits for practising in chat; reviewers find it by writing “modules”."


def _approved_words(result: ApprovedBySeat | Published, read: str) -> str:
    """What an approval did, as it is said after a name: `approved as …`. `read`: `read_words`."""
    seat = seat_words(result.seat, result.module.domain) + read
    if isinstance(result, Published):
        return f"approved as {seat}. It is published."
    left = "; ".join(
        f"one approval as {seat_words(other, result.module.domain)} ({names(people)})"
        for other, people in result.waiting_for.items()
    )
    said = f"approved as {seat}. Still needed: {left}."
    if result.void:
        whose = listed(f"{who.name}'s" for who in result.void)
        said += f" {whose} approval counts no more: the seat it was given for is gone since."
    return said


def _ticks(pressed: Pressed, number: int) -> Iterable[str]:
    ticked = field(pressed, "ticks", number).splitlines()
    return [tick for tick, label in TICK_LABELS.items() if label in ticked]
