"""Decides where a module's card stands, keeps each up to date, and tells whom its fate concerns."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from handlers import review_cards as cards
from handlers.answer_cards import said_card
from handlers.inbound import CardRef
from handlers.report_notices import refresh_notices
from handlers.review_view import ReviewView, fetch_view
from handlers.review_words import title_of
from handlers.services import Chat, Connection, Services
from learning.nouns import Person
from learning.store import fetch_person_by_id
from review import store
from review.states import BEFORE_REVIEWERS


async def post_everywhere(
    conn: Connection, services: Services, chat: Chat, module_id: int, now: datetime
) -> ReviewView | None:
    """Post a module's card in every review place; None where it has nothing to show."""
    view = await fetch_view(conn, module_id, now.date())
    if view is None:
        return None
    for place in services.review_places:
        ref = await chat.post(place, cards.review_card(view))
        await store.upsert_posted(
            conn, view.module, ref=ref, place=place, now=now, moved=bool(view.moved)
        )
    return view


async def refresh(
    conn: Connection, chat: Chat, module_id: int, now: datetime, *, aside: str = ""
) -> ReviewView:
    """Bring a module's cards up to date.

    `aside` says a change of status alone: where an update would wipe what others are typing, that
    is said under the card in its stead. A form of what can still be approved stays as it is; of
    anything else, the card takes its place.
    """
    view = await fetch_view(conn, module_id, now.date())
    assert view
    is_open = view.module.state in BEFORE_REVIEWERS
    for posted in await store.fetch_posted(conn, module_id):
        is_same = posted.number == view.module.number
        if posted.kind == "done" or (posted.kind == "form" and is_same and is_open):
            continue
        says_status = aside and is_same and view.module.state != "published"
        await chat.update(
            CardRef(posted.ref),
            cards.review_card(view),
            aside=said_card(aside) if says_status else None,
        )
        if not is_same or posted.kind == "form":
            at = posted.at if is_same else now
            await store.upsert_posted(conn, view.module, ref=posted.ref, place=posted.place, now=at)
    await store.mark_moved(conn, module_id, bool(view.moved))
    await refresh_notices(conn, chat, view)
    return view


# Who is told


def last_words(view: ReviewView) -> str:
    """What was remarked last, as it stands in a sentence of ours."""
    return view.remarks[-1][0].text.rstrip(" .")


async def ask_minutes(chat: Chat, person: Person, view: ReviewView) -> None:
    """Ask a reviewer how long it took."""
    await chat.direct(person, cards.minutes_card(view))


async def tell_requester(conn: Connection, chat: Chat, view: ReviewView, said: str) -> None:
    """Whoever asked for a module hears what became of it."""
    requester = await fetch_person_by_id(conn, view.module.requested_by)
    if requester is not None and requester.active:
        title = title_of(view.module, view.stored.title)
        await chat.direct(requester, said_card(f"{title} {said}"))


async def tell_those_who_reported(
    conn: Connection, chat: Chat, view: ReviewView, now: datetime
) -> None:
    """What was found wrong is in use again, or what replaces it is."""
    said = "was looked at and is in use again: two reviewers have approved it."
    await tell_reporters(conn, chat, view, said)
    if view.module.revises is not None:
        before = await refresh(conn, chat, view.module.revises, now)
        said = "was looked at and is replaced: a new version is in use."
        await tell_reporters(conn, chat, before, said)


async def tell_reporters(
    conn: Connection,
    chat: Chat,
    view: ReviewView,
    said: str,
    only: Collection[int] | None = None,
) -> None:
    """Whoever said that a module is wrong hears what became of it; `only` these people, by id."""
    title = title_of(view.module, view.stored.title)
    told: set[int] = set()
    for remark, _ in view.remarks:
        if remark.kind != "report" or remark.person_id in told:
            continue
        if only is not None and remark.person_id not in only:
            continue
        told.add(remark.person_id)
        reporter = await fetch_person_by_id(conn, remark.person_id)
        if reporter is not None and reporter.active:
            await chat.direct(reporter, said_card(f"You reported {title}. It {said}"))
