"""Decides what a reviewer is shown besides the card: its later parts, its sources, what changed."""

from __future__ import annotations

from datetime import datetime

from handlers import review_cards as cards
from handlers.cards import Card
from handlers.inbound import Pressed
from handlers.looking_cards import diff_card, marks_in_order, sources_card
from handlers.parts import first_part, later_part, part_of
from handlers.privately import UNREACHABLE, tell
from handlers.review_view import ReviewView, fetch_view
from handlers.services import Chat, Connection, Later, Services
from handlers.wording import SENT_DIRECTLY
from indexing.store.cited import fetch_section_texts
from learning.nouns import Person
from review import store
from review.reviewers import seats_of


async def on_more(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """Show the presser the next part of a long card."""
    view = await readable_view(conn, chat, pressed, now)
    if view is not None:
        card = cards.review_card_part(view, part_of(pressed.subject)[1])
        if card is None:
            await tell(chat, pressed, "The module is shorter now. Look at its card.")
        elif pressed.audience == "direct":
            await chat.post(pressed.place, card)
        else:
            await chat.whisper(pressed.place, pressed.person, card, pressed.press)
        if card is not None and pressed.person is not None:
            await store.insert_opened(
                conn,
                view.module,
                person_id=pressed.person.id,
                part=part_of(pressed.subject)[1],
                parts=cards.parts_in(view),
                now=now,
            )


async def on_sources(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """Show the presser the passages the content cites, whole."""
    view = await readable_view(conn, chat, pressed, now)
    if view is None:
        return
    places = marks_in_order(view.stored.content)
    texts = await fetch_section_texts(conn, [place for _, place in places])
    passages = [(number, place[1], texts[place]) for number, place in places if texts.get(place)]
    await _show_part(chat, pressed, sources_card(view, passages), view)


async def on_diff(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """Show the presser what changes against the version that is in use."""
    view = await readable_view(conn, chat, pressed, now)
    if view is None:
        return
    if view.before is None:
        await tell(chat, pressed, "This module replaces none, so there is no difference.")
        return
    await _show_part(chat, pressed, diff_card(view), view)


async def _show_part(chat: Chat, pressed: Pressed, card: Card, view: ReviewView) -> None:
    """Show the part of a long card that a press wants: its first, or what [More] asks for."""
    action, subject, number = pressed.action, cards.subject_of(view), part_of(pressed.subject)[1]
    if number == 1:
        await show_directly(chat, pressed, first_part(card, action, subject))
        return
    part = later_part(card, action, subject, number)
    if part is None:
        await tell(chat, pressed, "The module is shorter now. Look at its card.")
    else:
        await show_directly(chat, pressed, part)


async def readable_view(
    conn: Connection, chat: Chat, pressed: Pressed, now: datetime
) -> ReviewView | None:
    """What a press is about, for somebody who reviews or asked for it; others are told why not."""
    module_id, _ = module_of(pressed.subject)
    view = await fetch_view(conn, module_id, now.date()) if module_id else None
    if view is None:
        await tell(chat, pressed, "That module is not there any more.")
        return None
    if not may_read(pressed.person, view):
        said = "Drafts are shown to their reviewers only. An admin can give you a seat."
        await tell(chat, pressed, said)
        return None
    return view


def may_read(person: Person | None, view: ReviewView) -> bool:
    """Whether somebody may read a module that is not published: its reviewers and who asked."""
    if person is None or not person.active:
        return False
    return bool(seats_of(person, view.module.domain)) or person.id == view.module.requested_by


def module_of(subject: str) -> tuple[int, int]:
    """The module and content a button names (`module:42.3`, `module:42.3#2`); 0 for what is not."""
    kind, _, rest = part_of(subject)[0].partition(":")
    module, _, number = rest.partition(".")
    if kind != "module" or not module.isdecimal() or len(module) > 18:
        return 0, 0
    return int(module), int(number) if number.isdecimal() and len(number) < 10 else 0


async def show_directly(chat: Chat, pressed: Pressed, card: Card) -> None:
    """Show the presser something long: directly, with a word where they pressed."""
    if pressed.audience == "direct" or pressed.person is None:
        await chat.post(pressed.place, card)
        return
    sent = await chat.direct(pressed.person, card)
    await tell(chat, pressed, SENT_DIRECTLY if sent else UNREACHABLE)
