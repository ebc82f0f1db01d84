"""Decides the conversation of a question: answered, refused, blocked, edited, taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from handlers import answer_cards as cards
from handlers.answer_cards import Names
from handlers.cards import Card, plain
from handlers.inbound import Asked, CardRef, Deleted, Edited, Place
from handlers.services import Chat, Connection, Services
from indexing import answers
from indexing.answers import Reply
from indexing.nouns import Answered, Blocked, NotCovered, Outcome
from indexing.store import answers as stored
from indexing.visible import visible
from learning.nouns import EVERYONE, Person, audience_of
from learning.store import fetch_person

LONGEST_QUESTION = 4000
EDIT_WINDOW = timedelta(minutes=5)

_GREETINGS = frozenset(
    {"hi", "hello", "hey", "hiya", "hallo", "yo", "morning", "good morning", "good afternoon",
     "good evening", "hi there", "hello there", "hey there"}
)  # fmt: skip
_THANKS = frozenset(
    {"thanks", "thank you", "thx", "ty", "cheers", "ta", "thanks a lot", "thank you very much",
     "many thanks", "great thanks", "ok thanks", "perfect thanks"}
)  # fmt: skip
_HELP = frozenset({"help", "what can you do", "who are you", "how do you work", "commands"})


class Once(Protocol):
    """Claims what may happen once only, whatever the number of replicas and retries."""

    async def claim(self, key: str) -> bool:
        """Return True for the first caller with this key, ever."""


async def on_asked(
    conn: Connection, services: Services, chat: Chat, once: Once, asked: Asked, now: datetime
) -> None:
    """Answer a question where it was asked, as far as those who can read there may know."""
    asked = replace(asked, text=visible(asked.text).strip())
    if await stored.is_deleted(conn, asked.message):
        return
    if await stored.fetch_answer_to(conn, asked.message) is not None:
        return
    trivial = small_talk(asked.text)
    if trivial is not None:
        await chat.post(asked.place, trivial)
        return
    reply = await _reply(conn, services, asked, _tokens_in(asked), now)
    if asked.audience == "channel" and not isinstance(reply.outcome, Answered) and asked.person:
        private = await _reply(conn, services, asked, audience_of(asked.person), now)
        if isinstance(private.outcome, Answered) and await _answer_directly(
            conn, services, chat, asked, asked.person, private, now
        ):
            return
    await _answer(conn, chat, once, asked, asked.place, reply, now)


async def on_edited(
    conn: Connection, services: Services, chat: Chat, once: Once, edited: Edited, now: datetime
) -> None:
    """Update the answer of a question edited within five minutes; later edits change nothing."""
    edited = replace(edited, text=visible(edited.text).strip())
    answer = await stored.fetch_answer_to(conn, edited.message)
    if answer is None or answer.card_ref is None or edited.at - answer.asked_at > EDIT_WINDOW:
        return
    if edited.text == answer.question:
        return
    trivial = small_talk(edited.text)
    if trivial is not None:
        await chat.update(CardRef(answer.card_ref), trivial)
        return
    reply = await _reply(conn, services, edited, _tokens_in(edited), now)
    names = await _names(conn, reply.outcome)
    told = await _tell_owner(conn, chat, once, reply.outcome, now)
    text = reply_text(reply.outcome, names, told)
    await stored.update_answer(conn, answer.id, edited.text, reply.outcome, text, reply.confidence)
    await _store_passages(conn, answer.id, reply.outcome)
    await chat.update(CardRef(answer.card_ref), reply_card(reply.outcome, names, told, answer.id))


async def on_deleted(conn: Connection, deleted: Deleted, now: datetime) -> None:
    """A question that was taken back gets nothing more."""
    await stored.mark_deleted(conn, deleted.message, now)


def small_talk(text: str) -> Card | None:
    """The short card for a greeting, thanks, help, an empty or an endless question; else None.

    An exact list: anything longer is a question and is looked up.
    """
    said = " ".join(text.casefold().replace("’", "'").split()).strip(" .!?,:;-–…👋🙏")
    if not any(character.isalnum() for character in said) or said in _HELP:
        return cards.help_card()
    if said in _GREETINGS:
        return cards.help_card("Hello.")
    if said in _THANKS:
        return cards.said_card("You're welcome.")
    if len(text) > LONGEST_QUESTION:
        return cards.said_card(
            f"That is {len(text):,} characters, more than I can look up at once. Ask it again in a"
            " sentence or two."
        )
    return None


def _tokens_in(asked: Asked | Edited) -> tuple[str, ...]:
    """In a channel only what everyone may read; in a direct conversation the asker's own rights."""
    return audience_of(asked.person) if asked.audience == "direct" else (EVERYONE,)


async def _reply(
    conn: Connection,
    services: Services,
    asked: Asked | Edited,
    tokens: tuple[str, ...],
    now: datetime,
) -> Reply:
    history = await stored.fetch_turns(conn, asked.thread, before=asked.message)
    roles = asked.person.roles if asked.person else ()
    return await answers.answer(
        conn,
        asked.text,
        history,
        tokens,
        roles,
        now.date(),
        services.embedder,
        services.states,
    )


async def _answer_directly(
    conn: Connection,
    services: Services,
    chat: Chat,
    asked: Asked,
    person: Person,
    reply: Reply,
    now: datetime,
) -> bool:
    """Answer directly what the channel may not read; False when there is no way to the asker."""
    names = await _names(conn, reply.outcome)
    answer_id = await _store(conn, asked, reply, reply_text(reply.outcome, names, False))
    if answer_id is None:
        return True
    ref = await chat.direct(person, reply_card(reply.outcome, names, False, answer_id))
    if ref is None:
        await stored.drop_answer(conn, answer_id)
        return False
    await stored.set_card(conn, answer_id, ref)
    await chat.whisper(asked.place, person, cards.elsewhere_card(), 0)
    return True


async def _answer(
    conn: Connection,
    chat: Chat,
    once: Once,
    asked: Asked,
    place: Place,
    reply: Reply,
    now: datetime,
) -> None:
    names = await _names(conn, reply.outcome)
    told = await _tell_owner(conn, chat, once, reply.outcome, now)
    answer_id = await _store(conn, asked, reply, reply_text(reply.outcome, names, told))
    if answer_id is None:
        return
    card = reply_card(reply.outcome, names, told, answer_id)
    if isinstance(reply.outcome, Answered):
        stream = await chat.stream(place)
        for sentence in cards.sentences_of(reply.outcome):
            await stream.append(sentence)
        ref = await stream.finish(card)
    else:
        ref = await chat.post(place, card)
    await stored.set_card(conn, answer_id, ref)


async def _store(conn: Connection, asked: Asked, reply: Reply, text: str) -> int | None:
    answer_id = await stored.insert_answer(
        conn,
        asker_id=asked.person.id if asked.person else None,
        thread=asked.thread,
        message=asked.message,
        question=asked.text,
        outcome=reply.outcome,
        text=text,
        confidence=reply.confidence,
        asked_at=asked.at,
    )
    if answer_id is not None:
        await _store_passages(conn, answer_id, reply.outcome)
    return answer_id


async def _store_passages(conn: Connection, answer_id: int, outcome: Outcome) -> None:
    if isinstance(outcome, Answered):
        quotes = [
            "\n".join(quote.text for quote in outcome.quotes if quote.number == number)
            for number in range(1, len(outcome.cited) + 1)
        ]
        await stored.insert_answer_passages(conn, answer_id, outcome.cited, quotes)


async def _tell_owner(
    conn: Connection, chat: Chat, once: Once, outcome: Outcome, now: datetime
) -> bool:
    """Tell a blocked document's owner, once per document and week. Whether the owner knows."""
    if not isinstance(outcome, Blocked):
        return False
    owner = await fetch_person(conn, outcome.document.owner)
    if owner is None or not owner.active:
        return False
    year, week, _ = now.isocalendar()
    if not await once.claim(f"blocked:{outcome.document.document_id}:{year}-W{week:02}"):
        return True
    return await chat.direct(owner, cards.owner_card(outcome, now.date())) is not None


async def _names(conn: Connection, outcome: Outcome) -> Names:
    """The names of everybody the outcome mentions."""
    return await names_of(conn, owners_of(outcome))


async def names_of(conn: Connection, emails: frozenset[str]) -> Names:
    """E-mail to name for those who were imported."""
    found = [await fetch_person(conn, email) for email in sorted(emails)]
    return {person.email: person.name for person in found if person is not None}


def owners_of(outcome: Outcome) -> frozenset[str]:
    """The e-mails of everybody an outcome names."""
    match outcome:
        case Answered(cited=passages):
            return frozenset(passage.owner for passage in passages)
        case NotCovered(owner=owner):
            return frozenset({owner} - {""})
        case Blocked(document=document):
            return frozenset({document.owner})


def reply_card(outcome: Outcome, names: Names, told: bool, answer_id: int | None) -> Card:
    """The card of an outcome."""
    match outcome:
        case Answered():
            return cards.answered_card(outcome, names, answer_id)
        case NotCovered():
            return cards.not_covered_card(outcome, names)
        case Blocked():
            return cards.blocked_card(outcome, names, told)


def reply_text(outcome: Outcome, names: Names, told: bool) -> str:
    """The plain text of an outcome."""
    match outcome:
        case Answered():
            return cards.answered_text(outcome, names)
        case NotCovered():
            return plain(cards.not_covered_text(outcome, names))
        case Blocked():
            return plain(cards.blocked_text(outcome, names, told))
