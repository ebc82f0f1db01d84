"""Decides which conversation a press belongs to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from handlers import feedback, gaps, seats
from handlers.answer_cards import said_card
from handlers.inbound import Pressed
from handlers.services import Chat, Connection, Services

Press = Callable[[Connection, Chat, Pressed, datetime], Awaitable[None]]

_PRESSES: dict[str, Press] = {
    "answer.helpful": feedback.on_helpful,
    "answer.not_helpful": feedback.on_not_helpful,
    "answer.source": feedback.on_show_source,
    "gap.role": gaps.on_role,
    "gap.activate": gaps.on_activate,
    "gap.close": gaps.on_close,
    "seats.grant": seats.on_grant,
    "seats.revoke": seats.on_revoke,
}


async def on_pressed(
    conn: Connection, services: Services, chat: Chat, pressed: Pressed, now: datetime
) -> None:
    """Hand a press to its conversation; one that nobody takes any more is said so."""
    press = _PRESSES.get(pressed.action)
    if press is None:
        card = said_card("That button is not in use any more. Ask again for a new card.")
        if pressed.audience == "direct":
            await chat.post(pressed.place, card)
        else:
            await chat.whisper(pressed.place, pressed.person, card, pressed.press)
        return
    await press(conn, chat, pressed, now)
