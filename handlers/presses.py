"""Decides which conversation a press belongs to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from handlers import (
    approvals,
    approve_form,
    drafting,
    drafting_ends,
    edits,
    feedback,
    flagging,
    gaps,
    looking,
    published,
    seats,
    withdrawing,
)
from handlers.answer_cards import said_card
from handlers.inbound import Pressed
from handlers.services import Chat, Connection, Later, Services

Press = Callable[[Connection, Chat, Pressed, datetime], Awaitable[None]]
ReviewPress = Callable[[Connection, Services, Chat, Later, Pressed, datetime], Awaitable[None]]

_PRESSES: dict[str, Press] = {
    "answer.helpful": feedback.on_helpful,
    "answer.not_helpful": feedback.on_not_helpful,
    "answer.source": feedback.on_show_source,
    "gap.role": gaps.on_role,
    "gap.activate": gaps.on_activate,
    "gap.close": gaps.on_close,
    "guide.novice": published.on_level,
    "guide.standard": published.on_level,
    "guide.expert": published.on_level,
    "guide.more": published.on_more,
    "module.show": published.on_show,
    "module.wrong": published.on_wrong,
    "seats.grant": seats.on_grant,
    "seats.revoke": seats.on_revoke,
}


# They change what stands in other places too, or put work off.
_REVIEW: dict[str, ReviewPress] = {
    "review.approve": approvals.on_approve,
    "review.rate": approve_form.on_next,
    "review.changes": approvals.on_request_changes,
    "review.reject": approvals.on_reject,
    "review.withdraw": withdrawing.on_withdraw,
    "review.again": withdrawing.on_review_again,
    "review.right": withdrawing.on_right,
    "review.edit": edits.on_edit,
    "review.open": edits.on_open,
    "review.save": edits.on_save,
    "review.show": approvals.on_show,
    "review.more": looking.on_more,
    "review.part": approve_form.on_part,
    "review.sources": looking.on_sources,
    "review.diff": looking.on_diff,
    "review.minutes_5": approvals.on_minutes,
    "review.minutes_15": approvals.on_minutes,
    "review.minutes_30": approvals.on_minutes,
    "review.minutes_60": approvals.on_minutes,
    "module.report": published.on_report,
    "module.withdraw": published.on_withdraw,
    "module.right": published.on_right,
    "draft.new": drafting.on_new,
    "draft.start": drafting.on_start,
    "draft.stop": drafting_ends.on_stop,
    "draft.again": drafting_ends.on_again,
    "draft.revise": flagging.on_revise,
}


async def on_pressed(
    conn: Connection,
    services: Services,
    chat: Chat,
    later: Later,
    pressed: Pressed,
    now: datetime,
) -> None:
    """Hand a press to its conversation; one that nobody takes any more is said so."""
    review_press = _REVIEW.get(pressed.action)
    if review_press is not None:
        await review_press(conn, services, chat, later, pressed, now)
        return
    press = _PRESSES.get(pressed.action)
    if press is None:
        card = said_card("That button is not in use any more. Ask again for a new card.")
        if pressed.audience == "direct":
            await chat.post(pressed.place, card)
        else:
            await chat.whisper(pressed.place, pressed.person, card, pressed.press)
        return
    await press(conn, chat, pressed, now)
