"""Decides what a press does to a module in use: out at once, reviewed again, or kept as right."""

from __future__ import annotations

from datetime import datetime

from handlers.inbound import Pressed
from handlers.privately import tell
from handlers.review_posts import last_words, refresh, tell_reporters, tell_requester
from handlers.review_pressed import field, pressed_module, refuse
from handlers.services import Chat, Connection, Later, Services
from indexing.store.cited import fetch_named_revisions
from learning.nouns import Person
from review import gate, reports, store
from review.outcomes import HeldRight, Moved
from review.reviewers import seats_of

WITHDRAWN = "It is withdrawn: nobody is shown it any more. Its reviewers see your reason."
HELD_RIGHT = "Noted: it stays in use, and whoever said that it is wrong is told why."
_AGAIN = "It is before both seats again, as it stands. Nobody is shown it until both approve."


async def on_withdraw(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """Take a module out of use at once: a seat holder's or a cited document's owner's press."""
    shown = await pressed_module(conn, chat, pressed)
    if shown is None or pressed.person is None:
        return
    module, number, _ = shown
    reason = field(pressed, "comment", number)
    if await withdraw_now(conn, chat, pressed, pressed.person, module.id, reason, now):
        await tell(chat, pressed, WITHDRAWN)


async def withdraw_now(
    conn: Connection,
    chat: Chat,
    pressed: Pressed,
    person: Person,
    module_id: int,
    reason: str,
    now: datetime,
) -> bool:
    """Withdraw a module if the presser may; whether it was done. They are told why not."""
    result = await gate.withdraw(
        conn,
        module_id=module_id,
        person=person,
        owns=await _owns(conn, module_id, person, now),
        reason=reason,
        press=pressed.press,
        now=now,
    )
    if not isinstance(result, Moved):
        await refuse(conn, chat, pressed, result, module_id, now)
        return False
    view = await refresh(conn, chat, module_id, now)
    said = f"was withdrawn by {person.name}: “{last_words(view)}”."
    await tell_requester(conn, chat, view, said)
    await tell_reporters(conn, chat, view, "was withdrawn: nobody is shown it any more.")
    return True


async def may_withdraw(conn: Connection, module_id: int, person: Person, now: datetime) -> bool:
    """Whether somebody may take a module out at once: its reviewers, and a cited SOP's owner."""
    module = await store.fetch_module(conn, module_id)
    if module is None or not person.active:
        return False
    return bool(seats_of(person, module.domain)) or await _owns(conn, module_id, person, now)


async def _owns(conn: Connection, module_id: int, person: Person, now: datetime) -> bool:
    module = await store.fetch_module(conn, module_id)
    if module is None:
        return False
    cited = await store.fetch_cited(conn, module.id, module.number)
    found = await fetch_named_revisions(conn, {each.revision_id for each in cited}, now.date())
    return person.email in {revision.owner for revision in found.values()}


async def on_review_again(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """Put a suspended module before both seats again, as it stands."""
    shown = await pressed_module(conn, chat, pressed)
    if shown is None or pressed.person is None:
        return
    module, number, _ = shown
    result = await gate.review_again(
        conn,
        module_id=module.id,
        person=pressed.person,
        reason=field(pressed, "comment", number),
        press=pressed.press,
        now=now,
    )
    if not isinstance(result, Moved):
        await refuse(conn, chat, pressed, result, module.id, now)
        return
    view = await refresh(conn, chat, module.id, now)
    await tell(chat, pressed, _AGAIN)
    said = f"was looked at: {pressed.person.name} holds it to be right (“{last_words(view)}”)"
    await tell_reporters(conn, chat, view, f"{said}, and two reviewers decide anew.")


async def on_right(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """Keep a module in use that somebody said is wrong: a seat holder holds it to be right."""
    shown = await pressed_module(conn, chat, pressed)
    if shown is None or pressed.person is None:
        return
    module, number, _ = shown
    reason = field(pressed, "comment", number)
    if await hold_right_now(conn, chat, pressed, pressed.person, module.id, reason, now):
        await tell(chat, pressed, HELD_RIGHT)


async def hold_right_now(
    conn: Connection,
    chat: Chat,
    pressed: Pressed,
    person: Person,
    module_id: int,
    reason: str,
    now: datetime,
) -> bool:
    """Close what is reported of a module if the presser may; whether it was done."""
    result = await reports.hold_right(
        conn, module_id=module_id, person=person, reason=reason, press=pressed.press, now=now
    )
    if not isinstance(result, HeldRight):
        await refuse(conn, chat, pressed, result, module_id, now)
        return False
    view = await refresh(conn, chat, module_id, now)
    said = f"was looked at: {person.name} holds it to be right (“{last_words(view)}”)"
    await tell_reporters(conn, chat, view, f"{said}, and it stays in use.", result.reporters)
    return True
