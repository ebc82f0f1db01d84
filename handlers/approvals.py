"""Decides what a reviewer's press does: the gate is asked, the card follows, everybody is told."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from handlers import review_cards as cards
from handlers.answer_cards import said_card
from handlers.inbound import CardRef, Pressed
from handlers.looking import module_of, readable_view
from handlers.privately import UNREACHABLE, show, tell
from handlers.review_view import ReviewView, fetch_view
from handlers.review_words import (
    TICK_LABELS,
    names,
    refusal_words,
    seat_words,
    title_of,
)
from handlers.services import Chat, Connection, Later, Services
from handlers.wording import SENT_DIRECTLY
from indexing import audit
from learning.modules import ItemSet
from learning.nouns import Person
from learning.store import fetch_person_by_id
from review import gate, store
from review.nouns import Module, StoredContent
from review.outcomes import (
    ApprovedBySeat,
    ApproveRefusal,
    Moved,
    NoReviewerLeft,
    OldContent,
    Published,
    SourceMoved,
)
from review.publishing import embed
from review.reviewers import seats_of

_NUMBER = re.compile(r"\d+")


async def on_approve(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """Approve what the card shows, for the seat the presser holds."""
    shown = await _shown(conn, chat, pressed)
    if shown is None or pressed.person is None:
        return
    module, number, shown_at = shown
    stored = await store.fetch_content(conn, module.id, number)
    found_by = await embed(stored, services.embedder) if stored else None
    result = await gate.approve(
        conn,
        module_id=module.id,
        number=number,
        person=pressed.person,
        ticks=_ticks(pressed, number),
        just_competent=_ratings(pressed, stored, number),
        press=pressed.press,
        shown_at=shown_at,
        today=now.date(),
        now=now,
        found_by=found_by,
    )
    if not isinstance(result, ApprovedBySeat | Published):
        await _refuse(conn, chat, pressed, result, module.id, now)
        return
    view = await refresh(conn, chat, module.id, now, aside=_approved_words(result, pressed.person))
    await _ask_minutes(chat, pressed.person, view)
    if isinstance(result, Published):
        await _tell_requester(conn, chat, view, "is published: both seats have approved it.")
        await _tell_those_who_reported(conn, chat, view, now)


async def on_request_changes(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """Send a draft back with the comment; the drafter revises from it."""
    shown = await _shown(conn, chat, pressed)
    if shown is None or pressed.person is None:
        return
    module, number, _ = shown
    result = await gate.request_changes(
        conn,
        module_id=module.id,
        number=number,
        person=pressed.person,
        comment=_field(pressed, "comment", number),
        press=pressed.press,
        now=now,
    )
    if not isinstance(result, Moved):
        await _refuse(conn, chat, pressed, result, module.id, now)
        return
    await later.defer("revise", f"{module.id}.{number}")
    view = await refresh(conn, chat, module.id, now)
    await _ask_minutes(chat, pressed.person, view)
    said = f"was sent back by {pressed.person.name}: “{_last(view)}”. I am revising it."
    await _tell_requester(conn, chat, view, said)


async def on_reject(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """End a draft for good, with the reason."""
    shown = await _shown(conn, chat, pressed)
    if shown is None or pressed.person is None:
        return
    module, number, _ = shown
    result = await gate.reject(
        conn,
        module_id=module.id,
        number=number,
        person=pressed.person,
        reason=_field(pressed, "comment", number),
        press=pressed.press,
        now=now,
    )
    if not isinstance(result, Moved):
        await _refuse(conn, chat, pressed, result, module.id, now)
        return
    view = await refresh(conn, chat, module.id, now)
    await _ask_minutes(chat, pressed.person, view)
    said = f"was rejected by {pressed.person.name}: “{_last(view)}”."
    await _tell_requester(conn, chat, view, said)


async def on_withdraw(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """Take a module out of use at once: a seat holder's or a cited document's owner's press."""
    shown = await _shown(conn, chat, pressed)
    if shown is None or pressed.person is None:
        return
    module, number, _ = shown
    view = await fetch_view(conn, module.id, now.date())
    owns = view is not None and pressed.person.email in {
        revision.owner for revision in view.revisions.values()
    }
    result = await gate.withdraw(
        conn,
        module_id=module.id,
        person=pressed.person,
        owns=owns,
        reason=_field(pressed, "comment", number),
        press=pressed.press,
        now=now,
    )
    if not isinstance(result, Moved):
        await _refuse(conn, chat, pressed, result, module.id, now)
        return
    view = await refresh(conn, chat, module.id, now)
    said = f"was withdrawn by {pressed.person.name}: “{_last(view)}”."
    await _tell_requester(conn, chat, view, said)
    await tell_reporters(conn, chat, view, "was withdrawn: nobody is shown it any more.")


async def on_review_again(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """Put a suspended module before both seats again, as it stands."""
    shown = await _shown(conn, chat, pressed)
    if shown is None or pressed.person is None:
        return
    module, number, _ = shown
    result = await gate.review_again(
        conn,
        module_id=module.id,
        person=pressed.person,
        reason=_field(pressed, "comment", number),
        press=pressed.press,
        now=now,
    )
    if not isinstance(result, Moved):
        await _refuse(conn, chat, pressed, result, module.id, now)
        return
    view = await refresh(conn, chat, module.id, now)
    said = f"was looked at: {pressed.person.name} holds it to be right (“{_last(view)}”)"
    await tell_reporters(conn, chat, view, f"{said}, and two reviewers decide anew.")


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
    await store.upsert_posted(conn, view.module, ref=ref, place="direct", now=now)
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


# The card, everywhere it stands


async def post_everywhere(
    conn: Connection, services: Services, chat: Chat, module_id: int, now: datetime
) -> ReviewView | None:
    """Post a module's card in every review place; None where it has nothing to show."""
    view = await fetch_view(conn, module_id, now.date())
    if view is None:
        return None
    for place in services.review_places:
        ref = await chat.post(place, cards.review_card(view))
        await store.upsert_posted(conn, view.module, ref=ref, place=place, now=now)
    return view


async def refresh(
    conn: Connection, chat: Chat, module_id: int, now: datetime, *, aside: str = ""
) -> ReviewView:
    """Bring a module's cards up to date.

    `aside` says a change of status alone: where an update would wipe what others are typing, that
    is said under the card in its stead.
    """
    view = await fetch_view(conn, module_id, now.date())
    assert view
    for ref, number, place, _ in await store.fetch_posted(conn, module_id):
        says_status = aside and number == view.module.number and view.module.state != "published"
        await chat.update(
            CardRef(ref),
            cards.review_card(view),
            aside=said_card(aside) if says_status else None,
        )
        if number != view.module.number:
            await store.upsert_posted(conn, view.module, ref=ref, place=place, now=now)
    return view


def _approved_words(result: ApprovedBySeat | Published, person: Person) -> str:
    seat = seat_words(result.seat, result.module.domain)
    if isinstance(result, Published):
        return f"{person.name} approved as {seat}. It is published."
    left = "; ".join(
        f"one approval as {seat_words(other, result.module.domain)} ({names(people)})"
        for other, people in result.waiting_for.items()
    )
    return f"{person.name} approved as {seat}. Still needed: {left}."


# What a press says


async def _shown(
    conn: Connection, chat: Chat, pressed: Pressed
) -> tuple[Module, int, datetime | None] | None:
    """The module, the content its card showed and since when; None once the presser was told why.

    A press counts on a card that we posted for this module, not on a copy of it.
    """
    module_id, number = module_of(pressed.subject)
    module = await store.fetch_module(conn, module_id) if module_id else None
    if module is None:
        await tell(chat, pressed, "That module is not there any more. Nothing was done.")
        return None
    if pressed.person is None:
        said = "I do not know you yet, so nothing was decided. Ask your admin to add you."
        await tell(chat, pressed, said)
        return None
    posted = {ref: at for ref, _, _, at in await store.fetch_posted(conn, module_id)}
    if pressed.card is None or pressed.card not in posted:
        said = "That card is a copy, so nothing was decided. Use the one in the review channel."
        await tell(chat, pressed, said)
        await _log_refused(conn, pressed, module_id, "copied card")
        return None
    return module, number, posted[pressed.card]


async def _refuse(
    conn: Connection,
    chat: Chat,
    pressed: Pressed,
    refusal: ApproveRefusal | NoReviewerLeft,
    module_id: int,
    now: datetime,
) -> None:
    """Say why nothing was decided; an old card becomes the new one. The audit log keeps it."""
    words = refusal_words(refusal, pressed.person)
    await tell(chat, pressed, words)
    if isinstance(refusal, OldContent | SourceMoved):
        aside = words if isinstance(refusal, SourceMoved) else ""
        await refresh(conn, chat, module_id, now, aside=aside)
    await _log_refused(conn, pressed, module_id, type(refusal).__name__)


async def _log_refused(conn: Connection, pressed: Pressed, module_id: int, why: str) -> None:
    actor = pressed.person.email if pressed.person else "unknown"
    detail = {"action": pressed.action, "why": why, "press": pressed.press}
    await audit.record(conn, actor, "press.refused", f"module:{module_id}", detail)


def _field(pressed: Pressed, name: str, number: int) -> str:
    """What was typed for this very content; another content's text is nobody's answer to it."""
    return pressed.fields.get(f"{name}:c{number}", "").strip()


def _ticks(pressed: Pressed, number: int) -> Iterable[str]:
    ticked = _field(pressed, "ticks", number).splitlines()
    return [tick for tick, label in TICK_LABELS.items() if label in ticked]


def _ratings(pressed: Pressed, stored: StoredContent | None, number: int) -> dict[str, int]:
    """The SME's numbers by item, as far as there is one for every item."""
    if stored is None or not isinstance(stored.content, ItemSet):
        return {}
    given = [int(found) for found in _NUMBER.findall(_field(pressed, "ratings", number))]
    ids = [item.id for item in stored.content.items]
    return dict(zip(ids, given, strict=True)) if len(given) == len(ids) else {}


# Who is told


def _last(view: ReviewView) -> str:
    """What was remarked last, as it stands in a sentence of ours."""
    return view.remarks[-1][0].text.rstrip(" .")


async def _ask_minutes(chat: Chat, person: Person, view: ReviewView) -> None:
    await chat.direct(person, cards.minutes_card(view))


async def _tell_requester(conn: Connection, chat: Chat, view: ReviewView, said: str) -> None:
    requester = await fetch_person_by_id(conn, view.module.requested_by)
    if requester is not None and requester.active:
        title = title_of(view.module, view.stored.title)
        await chat.direct(requester, said_card(f"{title} {said}"))


async def _tell_those_who_reported(
    conn: Connection, chat: Chat, view: ReviewView, now: datetime
) -> None:
    """What was found wrong is in use again, or what replaces it is."""
    said = "was looked at and is in use again: two reviewers have approved it."
    await tell_reporters(conn, chat, view, said)
    replaced = view.module.revises
    before = await fetch_view(conn, replaced, now.date()) if replaced else None
    if before is not None:
        said = "was looked at and is replaced: a new version is in use."
        await tell_reporters(conn, chat, before, said)


async def tell_reporters(conn: Connection, chat: Chat, view: ReviewView, said: str) -> None:
    """Whoever said that a module is wrong hears what became of it."""
    title = title_of(view.module, view.stored.title)
    told: set[int] = set()
    for remark, _ in view.remarks:
        if remark.kind != "report" or remark.person_id in told:
            continue
        told.add(remark.person_id)
        reporter = await fetch_person_by_id(conn, remark.person_id)
        if reporter is not None and reporter.active:
            await chat.direct(reporter, said_card(f"You reported {title}. It {said}"))
