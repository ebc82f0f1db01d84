"""Decides what a press on a review card is about, and how one that decides nothing is answered."""

from __future__ import annotations

from datetime import datetime

from handlers.inbound import Pressed
from handlers.looking import module_of
from handlers.privately import tell
from handlers.review_posts import refresh
from handlers.review_words import refusal_words
from handlers.services import Chat, Connection
from indexing import audit
from review import store
from review.nouns import Module, Posted
from review.outcomes import ApproveRefusal, NoReviewerLeft, NotReported, OldContent, SourceMoved


async def pressed_module(
    conn: Connection, chat: Chat, pressed: Pressed
) -> tuple[Module, int, Posted] | None:
    """The module, the content its card showed, and that card; None once the presser was told why.

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
    posted = await store.fetch_posted(conn, module_id)
    card = next((each for each in posted if each.ref == pressed.card), None)
    if card is None:
        said = "That card is a copy, so nothing was decided. Use the one in the review channel."
        await tell(chat, pressed, said)
        await log_refused(conn, pressed, module_id, "copied card")
        return None
    return module, number, card


async def refuse(
    conn: Connection,
    chat: Chat,
    pressed: Pressed,
    refusal: ApproveRefusal | NoReviewerLeft | NotReported,
    module_id: int,
    now: datetime,
) -> None:
    """Say why nothing was decided; an old card becomes the new one. The audit log keeps it."""
    words = refusal_words(refusal, pressed.person)
    await tell(chat, pressed, words)
    if isinstance(refusal, OldContent | SourceMoved):
        aside = words if isinstance(refusal, SourceMoved) else ""
        await refresh(conn, chat, module_id, now, aside=aside)
    await log_refused(conn, pressed, module_id, type(refusal).__name__)


async def log_refused(conn: Connection, pressed: Pressed, module_id: int, why: str) -> None:
    """Keep in the audit log that a press decided nothing, and why."""
    actor = pressed.person.email if pressed.person else "unknown"
    detail = {"action": pressed.action, "why": why, "press": pressed.press}
    await audit.record(conn, actor, "press.refused", f"module:{module_id}", detail)


def field(pressed: Pressed, name: str, number: int) -> str:
    """What was typed for this very content; another content's text is nobody's answer to it."""
    return pressed.fields.get(f"{name}:c{number}", "").strip()
