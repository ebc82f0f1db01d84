"""Decides what a press on an answer does: whether it helped, and the whole source."""

from __future__ import annotations

from datetime import datetime

from handlers import answer_cards as cards
from handlers.answer_lines import marked_sources, owners
from handlers.cards import Card
from handlers.guides import answer_as_wanted
from handlers.inbound import Pressed
from handlers.parts import first_part, later_part, part_of
from handlers.replies import names_of
from handlers.services import Chat, Connection
from handlers.source_cards import no_part_card, source_card
from indexing.in_use import with_sops
from indexing.nouns import Answered, WrittenAnswer
from indexing.store import answers as stored
from indexing.store.answers import StoredAnswer
from learning.nouns import audience_of


async def on_helpful(conn: Connection, chat: Chat, pressed: Pressed, now: datetime) -> None:
    """Store that an answer helped."""
    await _on_feedback(conn, chat, pressed, True, now)


async def on_not_helpful(conn: Connection, chat: Chat, pressed: Pressed, now: datetime) -> None:
    """Store that an answer did not help."""
    await _on_feedback(conn, chat, pressed, False, now)


async def on_show_source(conn: Connection, chat: Chat, pressed: Pressed, now: datetime) -> None:
    """Show the presser the whole passages an answer quotes, as far as they may read them today.

    A further part is pressed on what only its reader saw, which names no card: what they may read
    decides alone.
    """
    subject, number = part_of(pressed.subject)
    if number > 1:
        answer = await _fetch_answer(conn, subject)
        card = await _source_card(conn, answer, pressed, now) if answer else None
        part = later_part(card, pressed.action, subject, number) if card else None
        await _tell(chat, pressed, part or no_part_card())
        return
    answer = await answer_pressed(conn, chat, pressed)
    if answer is not None:
        card = await _source_card(conn, answer, pressed, now)
        await _tell(chat, pressed, first_part(card, pressed.action, pressed.subject))


async def _source_card(
    conn: Connection, answer: StoredAnswer, pressed: Pressed, now: datetime
) -> Card:
    tokens = audience_of(pressed.person)
    found = await stored.fetch_cited_passages(conn, answer.id, tokens, now.date())
    numbers, cited = [number for number, _ in found], [passage for _, passage in found]
    passages = list(zip(numbers, await with_sops(conn, cited), strict=True))
    names = await names_of(conn, owners([passage for _, passage in passages]))
    if isinstance(answer.outcome, Answered | WrittenAnswer):
        passages = marked_sources(answer.outcome, passages)
    return source_card(passages, names)


async def _on_feedback(
    conn: Connection, chat: Chat, pressed: Pressed, helpful: bool, now: datetime
) -> None:
    answer = await answer_pressed(conn, chat, pressed)
    if answer is None:
        return
    if pressed.person is None:
        said = "I do not know you yet, so I cannot keep that. Ask your admin to add you."
        await _tell(chat, pressed, cards.said_card(said))
        return
    await stored.upsert_feedback(conn, answer.id, pressed.person.id, helpful, now)
    if (
        pressed.audience == "direct"
        and isinstance(answer.outcome, Answered | WrittenAnswer)
        and pressed.card
    ):
        names = await names_of(conn, owners(answer.outcome.cited))
        card = await answer_as_wanted(
            conn,
            answer.outcome,
            names,
            answer.id,
            pressed.person,
            now.date(),
            helpful=helpful,
        )
        await chat.update(pressed.card, card)
        return
    await _tell(chat, pressed, cards.said_card("Thank you, noted."))


async def answer_pressed(conn: Connection, chat: Chat, pressed: Pressed) -> StoredAnswer | None:
    """Load the subject again and check that the press came from the card that shows it."""
    answer = await _fetch_answer(conn, pressed.subject)
    if answer is None:
        said = "That answer is not there any more. Ask again and I will look it up."
        await _tell(chat, pressed, cards.said_card(said))
        return None
    if pressed.card is None or answer.card_ref != pressed.card:
        said = "That button belongs to another card. Use the buttons under the answer itself."
        await _tell(chat, pressed, cards.said_card(said))
        return None
    asker = pressed.person.id if pressed.person else None
    if pressed.audience == "direct" and answer.asker_id not in (None, asker):
        said = "That answer was given to somebody else. Ask me yourself and I will look it up."
        await _tell(chat, pressed, cards.said_card(said))
        return None
    return answer


async def _fetch_answer(conn: Connection, subject: str) -> StoredAnswer | None:
    kind, _, number = subject.partition(":")
    if kind != "answer" or not number.isdecimal() or len(number) > 18:
        return None
    return await stored.fetch_answer(conn, int(number))


async def _tell(chat: Chat, pressed: Pressed, card: Card) -> None:
    """Tell the presser only: in a direct conversation that is a plain post."""
    if pressed.audience == "direct":
        await chat.post(pressed.place, card)
    else:
        await chat.whisper(pressed.place, pressed.person, card, pressed.press)
