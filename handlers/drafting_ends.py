"""Decides how a drafting ends before its time: stopped, given up after failures, begun again."""

from __future__ import annotations

from datetime import datetime

from handlers import drafting_ends_cards as cards
from handlers import review_posts
from handlers.flagging import requester_of
from handlers.inbound import Pressed
from handlers.looking import module_of
from handlers.privately import show, tell
from handlers.services import Chat, Connection, Later, Services
from learning.nouns import Person
from review import gate, store
from review.nouns import Module
from review.reviewers import seats_of
from review.store import pieces as piece_store
from review.store.flags import fetch_flag, fetch_under_way

_STOPPED = "Stopped by whoever asked for it, while it was being drafted."


async def on_stop(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """Stop what is being drafted: whoever asked for it wants it no more."""
    module_id, _ = module_of(pressed.subject)
    module = await store.fetch_module(conn, module_id, lock=True) if module_id else None
    if module is None or pressed.person is None or pressed.person.id != module.requested_by:
        await tell(chat, pressed, cards.NOT_YOUR_DRAFT)
        return
    if not is_drafted(module):
        await tell(chat, pressed, cards.not_drafting_words(module))
        return
    await gate.withdraw(
        conn,
        module_id=module.id,
        person=pressed.person,
        owns=True,
        reason=_STOPPED,
        press=pressed.press,
        now=now,
    )
    await piece_store.mark_ended(conn, module.id, module.number + 1, left_out=(), now=now)
    if module.number:
        await review_posts.refresh(conn, chat, module.id, now)
    revised = await store.fetch_module(conn, module.revises) if module.revises else None
    await show(chat, pressed, cards.stopped_card(module, revised))


async def on_again(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """Go on with a drafting that was given up; what is drafted already is not drafted again."""
    module_id, _ = module_of(pressed.subject)
    module = await store.fetch_module(conn, module_id, lock=True) if module_id else None
    if module is None or pressed.person is None or not _may_go_on(pressed.person, module):
        await tell(chat, pressed, cards.NOT_YOUR_DRAFT)
        return
    if not await piece_store.clear_given_up(conn, module.id, module.number + 1):
        await tell(chat, pressed, cards.not_given_up_words(module))
        return
    # The press's number makes it a turn that was never put off before.
    if module.number:
        await later.defer("revise", f"{module.id}.{module.number}.{pressed.press}")
    else:
        await later.defer("draft", f"{module.id}.{pressed.press}")
    await show(chat, pressed, cards.again_card(module))


async def on_given_up(
    conn: Connection, chat: Chat, task: str, subject: str, reference: str, now: datetime
) -> None:
    """Tell whom it concerns that something put off is not tried any more, and how it goes on.

    A card that stays as it was is not told: the next change brings it up to date, and the doctor
    lists what was given up.
    """
    if task in ("draft", "revise"):
        await _draft_given_up(conn, chat, int(subject.partition(".")[0]), reference, now)
    elif task == "flagged":
        await _revision_given_up(conn, chat, int(subject), reference)


async def _draft_given_up(
    conn: Connection, chat: Chat, module_id: int, reference: str, now: datetime
) -> None:
    module = await store.fetch_module(conn, module_id, lock=True)
    if module is None or not is_drafted(module):
        return
    number = module.number + 1
    await piece_store.mark_given_up(conn, module.id, number, reference, now=now)
    drafting = await piece_store.fetch_drafting(conn, module.id, number)
    assert drafting
    person = await requester_of(conn, module)
    if person is not None:
        card = cards.given_up_card(module, reference, drafting.made, drafting.pieces)
        await chat.direct(person, card)


async def _revision_given_up(conn: Connection, chat: Chat, flag_id: int, reference: str) -> None:
    flag = await fetch_flag(conn, flag_id)
    module = await store.fetch_module(conn, flag.module_id) if flag else None
    if module is None or module.state != "flagged" or await fetch_under_way(conn, module.id):
        return
    person = await requester_of(conn, module)
    if person is not None:
        await chat.direct(person, cards.no_revision_card(module, reference))


async def given_up_words(conn: Connection, module_id: int) -> str:
    """What the shell says of a first draft that was given up; '' for one that was not."""
    module = await store.fetch_module(conn, module_id)
    drafting = await piece_store.fetch_drafting(conn, module_id, 1)
    if module is None or drafting is None or not drafting.given_up:
        return ""
    return cards.given_up_words(module, drafting.given_up, drafting.made, drafting.pieces)


def is_drafted(module: Module) -> bool:
    """Whether a drafter is at work on a module, or would be if it had not been given up."""
    return module.state in ("draft", "changes_requested")


def _may_go_on(person: Person, module: Module) -> bool:
    return person.id == module.requested_by or bool(seats_of(person, module.domain))
