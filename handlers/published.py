"""Decides the conversation about what is published: shown, read at a level, said to be wrong."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from handlers import published_cards as cards
from handlers import report_notices, review_posts, withdrawing
from handlers.answer_cards import said_card
from handlers.feedback import answer_pressed
from handlers.guides import (
    Shown,
    answer_as_wanted,
    fetch_shown,
    shown_card,
    whole_card,
)
from handlers.inbound import Pressed
from handlers.looking import module_of, show_directly
from handlers.module_buttons import leading_guide
from handlers.parts import later_part, part_of
from handlers.privately import show, tell
from handlers.replies import names_of, owners_of
from handlers.services import Chat, Connection, Later, Services
from indexing.nouns import Answered, WrittenAnswer
from indexing.store.answers import StoredAnswer
from indexing.visible import visible
from learning.modules import LEVELS, Guide
from learning.store.published import fetch_level, upsert_level
from review import reports
from review.outcomes import AlreadyReported, NoSuchModule, NotNow, Reported, WordsMissing
from review.store import fetch_module

LONGEST_REPORT = 2_000


async def on_show(conn: Connection, chat: Chat, pressed: Pressed, now: datetime) -> None:
    """Show a published module to the presser, a guide at the level they chose."""
    shown = await _fetch_pressed(conn, chat, pressed, now)
    if shown is not None:
        level = await fetch_level(conn, pressed.person.id) if pressed.person else "standard"
        await show_directly(chat, pressed, shown_card(shown, level))


async def on_more(conn: Connection, chat: Chat, pressed: Pressed, now: datetime) -> None:
    """Show the presser the next part of a long module."""
    shown = await _fetch_pressed(conn, chat, pressed, now)
    if shown is None:
        return
    level = await fetch_level(conn, pressed.person.id) if pressed.person else "standard"
    subject, number = part_of(pressed.subject)
    card = later_part(whole_card(shown, level), pressed.action, subject, number)
    if card is None:
        await tell(chat, pressed, "There is no more of it at the level you read now.")
    else:
        await show_directly(chat, pressed, card)


async def on_level(conn: Connection, chat: Chat, pressed: Pressed, now: datetime) -> None:
    """Keep the level at which the presser reads guides, and show this one at it."""
    if pressed.person is None:
        await tell(chat, pressed, cards.UNKNOWN)
        return
    wanted = pressed.action.partition(".")[2]
    level = next(level for level in LEVELS if level == wanted)
    answer = None
    if pressed.subject.startswith("answer:"):
        answer = await answer_pressed(conn, chat, pressed)
        if answer is None:
            return
    shown = await _fetch_pressed(conn, chat, pressed, now, answer)
    if shown is None or not isinstance(shown.content, Guide):
        return
    await upsert_level(conn, pressed.person.id, level, now)
    if answer is None or pressed.audience != "direct":
        await show(chat, pressed, shown_card(shown, level))
        return
    outcome = answer.outcome
    assert isinstance(outcome, Answered | WrittenAnswer)
    names = await names_of(conn, owners_of(outcome))
    if level == "standard" or isinstance(outcome, Answered):
        card = await answer_as_wanted(conn, outcome, names, answer.id, pressed.person, now.date())
        await show(chat, pressed, card)
    else:
        # A written answer stays where it is: what was written is not in the guide.
        await chat.post(pressed.place, shown_card(shown, level))


async def _fetch_pressed(
    conn: Connection,
    chat: Chat,
    pressed: Pressed,
    now: datetime,
    answer: StoredAnswer | None = None,
) -> Shown | None:
    """The published module a press is about; None once the presser was told that there is none."""
    if answer is None:
        module_id: int | None = module_of(pressed.subject)[0]
    elif isinstance(answer.outcome, Answered | WrittenAnswer):
        module_id = leading_guide(answer.outcome)
    else:
        module_id = None
    shown = None
    if module_id:
        shown = await fetch_shown(conn, module_id, pressed.person, now.date())
    if shown is None:
        module = await fetch_module(conn, module_id) if module_id else None
        await tell(chat, pressed, cards.not_in_use_words(module.state if module else None))
    return shown


# What is wrong


async def on_wrong(conn: Connection, chat: Chat, pressed: Pressed, now: datetime) -> None:
    """Ask what is wrong with a published module."""
    if pressed.person is None:
        await tell(chat, pressed, cards.UNKNOWN)
        return
    shown = await _fetch_pressed(conn, chat, pressed, now)
    if shown is not None:
        may = await withdrawing.may_withdraw(conn, shown.module.module_id, pressed.person, now)
        await show_directly(chat, pressed, cards.report_card(shown.module, may_withdraw=may))


async def on_report(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """Take in what is wrong with a published module; its reviewers see it at once."""
    person = pressed.person
    if person is None:
        await tell(chat, pressed, cards.UNKNOWN)
        return
    shown = await _fetch_pressed(conn, chat, pressed, now)
    if shown is None:
        return
    module_id = shown.module.module_id
    text = visible(pressed.fields.get(cards.report_field(module_id), "")).strip()
    result = await reports.report(
        conn,
        module_id=module_id,
        person=person,
        text=text[:LONGEST_REPORT],
        press=pressed.press,
        now=now,
    )
    match result:
        case NoSuchModule():
            await tell(chat, pressed, cards.NOT_IN_USE)
        case NotNow():
            await tell(chat, pressed, cards.not_in_use_words(result.module.state))
        case WordsMissing():
            await tell(chat, pressed, cards.WORDS_MISSING)
        case AlreadyReported():
            await show(chat, pressed, said_card(cards.ALREADY_REPORTED))
        case Reported():
            await show(chat, pressed, said_card(cards.thanks_words(result)))
            view = await review_posts.refresh(conn, chat, result.module.id, now)
            await report_notices.post_notices(conn, services, chat, view, result.remark_id, now)
        case _:
            assert_never(result)


async def on_withdraw(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """Take a published module out of use at once, for the owner of a cited SOP or a reviewer."""
    person = pressed.person
    if person is None:
        await tell(chat, pressed, cards.UNKNOWN)
        return
    if await report_notices.was_decided(conn, chat, pressed, now):
        return
    shown = await _fetch_pressed(conn, chat, pressed, now)
    if shown is None:
        return
    module_id = shown.module.module_id
    reason = _reason(pressed, module_id)
    if await withdrawing.withdraw_now(conn, chat, pressed, person, module_id, reason, now):
        await show(chat, pressed, said_card(withdrawing.WITHDRAWN))


async def on_right(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """Keep a module in use that somebody said is wrong, from the notice the reviewers read."""
    person = pressed.person
    if person is None:
        await tell(chat, pressed, cards.UNKNOWN)
        return
    if await report_notices.was_decided(conn, chat, pressed, now):
        return
    module_id, _ = module_of(pressed.subject)
    reason = _reason(pressed, module_id)
    if await withdrawing.hold_right_now(conn, chat, pressed, person, module_id, reason, now):
        await show(chat, pressed, said_card(withdrawing.HELD_RIGHT))


def _reason(pressed: Pressed, module_id: int) -> str:
    """What was typed on the notice, or on the presser's own report card."""
    names = (cards.reason_field(module_id), cards.report_field(module_id))
    typed = next((pressed.fields[name] for name in names if name in pressed.fields), "")
    return visible(typed).strip()[:LONGEST_REPORT]
