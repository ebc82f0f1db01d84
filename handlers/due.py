"""Decides which conversation takes up what was put off."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from handlers import drafting_due, drafting_ends, flagging, reminders
from handlers.inbound import Due
from handlers.services import Chat, Connection, Later, Services

Task = Callable[[Connection, Services, Chat, Later, str, datetime], Awaitable[None]]

_TASKS: dict[str, Task] = {
    "draft": drafting_due.on_draft_due,
    "revise": drafting_due.on_revise_due,
    "remind": reminders.on_remind_due,
    "flagged": flagging.on_flagged_due,
    "moved": flagging.on_moved_due,
    "warned": flagging.on_warned_due,
}


async def on_due(
    conn: Connection,
    services: Services,
    chat: Chat,
    later: Later,
    due: Due,
    now: datetime,
) -> None:
    """Do what was put off. A task that no version of ours knows any more is left undone."""
    task = _TASKS.get(due.task)
    if task is not None:
        await task(conn, services, chat, later, due.subject, now)


async def on_given_up(
    conn: Connection, chat: Chat, due: Due, reference: str, now: datetime
) -> None:
    """Say that what was put off is not tried any more, to whom it concerns."""
    await drafting_ends.on_given_up(conn, chat, due.task, due.subject, reference, now)
