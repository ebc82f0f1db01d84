"""Decides how the notice of a report reads, and how it follows what becomes of the report."""

from __future__ import annotations

from datetime import datetime

from handlers.cards import Card
from handlers.inbound import CardRef, Pressed
from handlers.privately import tell
from handlers.published_cards import reported_card
from handlers.review_view import ReviewView, fetch_view
from handlers.review_words import STATES, title_of
from handlers.services import Chat, Connection, Services
from handlers.wording import day
from indexing import audit
from review import store
from review.nouns import Remark

_SUSPENDED = "It is suspended: nobody is shown it. Its reviewers decide, on its card."


async def post_notices(
    conn: Connection,
    services: Services,
    chat: Chat,
    view: ReviewView,
    remark_id: int,
    now: datetime,
) -> None:
    """Tell every review place what was reported."""
    remark = next(each for each, _ in view.remarks if each.id == remark_id)
    for place in services.review_places:
        ref = await chat.post(place, notice_card(view, remark))
        await store.insert_notice(
            conn, view.module, ref=ref, place=place, remark_id=remark_id, now=now
        )


async def refresh_notices(conn: Connection, chat: Chat, view: ReviewView) -> None:
    """Take the buttons off the notices of what was decided, and say what that was.

    One that still asks for a decision stays as it is, with what is typed in it.
    """
    for ref, remark_id in await store.fetch_notices(conn, view.module.id):
        remark = next(each for each, _ in view.remarks if each.id == remark_id)
        if not became(view, remark):
            continue
        await chat.update(CardRef(ref), notice_card(view, remark))
        if view.module.state != "suspended":
            await store.mark_posted_done(conn, ref)


async def was_decided(conn: Connection, chat: Chat, pressed: Pressed, now: datetime) -> bool:
    """Whether the press is on a notice that asks nothing any more; the presser is told why."""
    found = await store.fetch_notice(conn, pressed.card) if pressed.card else None
    view = await fetch_view(conn, found[0], now.date()) if found else None
    if found is None or view is None or pressed.card is None or pressed.person is None:
        return False
    remark = next(each for each, _ in view.remarks if each.id == found[1])
    said = became(view, remark)
    if not said:
        return False
    await tell(chat, pressed, f"{said} There is nothing left to decide here.")
    await chat.update(pressed.card, notice_card(view, remark))
    detail = {"action": pressed.action, "why": "decided", "press": pressed.press}
    await audit.record(
        conn, pressed.person.email, "press.refused", f"module:{view.module.id}", detail
    )
    return True


def notice_card(view: ReviewView, remark: Remark) -> Card:
    """The notice as it stands now."""
    who = next(name for each, name in view.remarks if each == remark)
    title = title_of(view.module, view.stored.title)
    return reported_card(view.module.id, title, who, remark.text, became(view, remark))


def became(view: ReviewView, remark: Remark) -> str:
    """What became of a report, and who decided it; '' where nobody has."""
    later = [each for each in view.remarks if each[0].id > remark.id]
    decided = next((each for each in later if each[0].kind in ("restore", "withdraw")), None)
    state = view.module.state
    if decided is not None:
        made, who = decided
        why = f"on {day(made.at.date())}: “{made.text.rstrip(' .')}”"
        if made.kind == "withdraw":
            return f"{who} withdrew it {why}. Nobody is shown it any more."
        after = "It stays in use." if state == "published" else "Both seats decide on it anew."
        return f"{who} held it to be right {why}. {after}"
    if state in ("published", "suspended"):
        return _SUSPENDED if state == "suspended" else ""
    return f"It is {STATES[state]}."
