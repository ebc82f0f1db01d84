"""Decides the conversation of a question: answered, refused, blocked, edited, taken back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from handlers import answer_cards as cards
from handlers.answer_cards import Names
from handlers.cards import Card, Note
from handlers.composing import Made, compose
from handlers.guides import answer_as_wanted
from handlers.inbound import Asked, CardRef, Deleted, Edited
from handlers.owner_cards import owner_card, validators_of
from handlers.replies import manager_to_ask, names_of, owners_of, reply_card, reply_text
from handlers.services import Chat, Connection, Services
from handlers.spoken import commands_of, on_spoken
from handlers.stopping import is_stop, nothing_to_stop_card, stopped_card
from indexing.nouns import Answered, Blocked, NotCovered, Outcome, WrittenAnswer
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
_ACKNOWLEDGED = frozenset(
    {"ok", "okay", "k", "alright", "all right", "great", "perfect", "super", "cool", "good", "nice",
     "fine", "got it", "understood", "noted", "will do", "makes sense", "i see"}
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
    if await on_spoken(conn, chat, asked):
        return
    trivial = small_talk(asked.text)
    if trivial is not None and _is_help(asked.text):
        trivial = cards.help_card(commands=await commands_of(conn, asked.person))
    if trivial is not None:
        await chat.post(asked.place, trivial)
        return
    made = await compose(conn, services, asked, _tokens_in(asked), now, chat)
    if made.unsaid:
        await chat.post(asked.place, stopped_card())
        return
    if asked.audience == "channel" and not _is_answer(made.outcome) and asked.person:
        private = await compose(conn, services, asked, audience_of(asked.person), now, None)
        if private.composed.stopped:
            await chat.post(asked.place, stopped_card())
            return
        if _is_answer(private.outcome) and await _answer_directly(
            conn, chat, asked, asked.person, private
        ):
            return
    await _answer(conn, chat, once, asked, made, now)


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
    made = await compose(conn, services, edited, _tokens_in(edited), now, None)
    if made.composed.stopped:
        await chat.post(edited.place, stopped_card())
        return
    wording = await _worded(conn, chat, once, made, edited.person, now)
    await stored.update_answer(
        conn, answer.id, edited.text, made.outcome, wording.text, made.confidence
    )
    await _store_passages(conn, answer.id, made.outcome)
    await stored.mark_composed(conn, answer.id, made.composed, made.usage)
    card = wording.card(answer.id)
    if edited.audience == "direct":
        card = await _alone(conn, wording, answer.id, edited.person, now)
    await chat.update(CardRef(answer.card_ref), card)


async def on_deleted(conn: Connection, chat: Chat, deleted: Deleted, now: datetime) -> None:
    """A question that was taken back gets nothing more, and its answer goes with it.

    One quiet line stays where the answer was: not every platform lets a message go without a trace.
    """
    answer = await stored.fetch_answer_to(conn, deleted.message)
    await stored.mark_deleted(conn, deleted.message, now)
    if answer is not None and answer.card_ref is not None:
        await chat.update(CardRef(answer.card_ref), taken_back_card())


def taken_back_card() -> Card:
    """What stands in the place of an answer whose question was taken back."""
    said = "The question was taken back, and its answer with it."
    return Card(said, (Note(said),))


def small_talk(text: str) -> Card | None:
    """The short card for a greeting, thanks, help, an empty or an endless question; else None.

    An exact list: anything longer is a question and is looked up. None of these is a turn of the
    thread.
    """
    said = _bare(text)
    if _is_help(text):
        return cards.help_card()
    if said in _GREETINGS:
        return cards.help_card("Hello.")
    if is_stop(text):
        return nothing_to_stop_card()
    polite = said.replace(",", " ").replace(".", " ").replace("!", " ").split()
    if _is_all(polite, _ACKNOWLEDGED):
        return cards.said_card("Good. Ask when you need more.")
    if _is_all(polite, _ACKNOWLEDGED | _THANKS):
        return cards.said_card("You're welcome.")
    if len(text) > LONGEST_QUESTION:
        return cards.said_card(
            f"That is {len(text):,} characters, more than I can look up at once. Ask it again in a"
            " sentence or two."
        )
    return None


def _bare(text: str) -> str:
    return " ".join(text.casefold().replace("’", "'").split()).strip(" .!?,:;-–…👋🙏")


def _is_all(words: list[str], phrases: frozenset[str]) -> bool:
    """Whether a few words are nothing but some of these phrases, one after the other."""
    return 0 < len(words) <= 8 and any(
        " ".join(words[:end]) in phrases and (end == len(words) or _is_all(words[end:], phrases))
        for end in range(1, min(len(words), 4) + 1)
    )


def _is_help(text: str) -> bool:
    said = _bare(text)
    return said in _HELP or not any(character.isalnum() for character in said)


def _is_answer(outcome: Outcome) -> bool:
    return isinstance(outcome, Answered | WrittenAnswer)


def _tokens_in(asked: Asked | Edited) -> tuple[str, ...]:
    """In a channel only what everyone may read; in a direct conversation the asker's own rights."""
    return audience_of(asked.person) if asked.audience == "direct" else (EVERYONE,)


async def _answer_directly(
    conn: Connection, chat: Chat, asked: Asked, person: Person, made: Made
) -> bool:
    """Answer directly what the channel may not read; False when there is no way to the asker."""
    wording = _Wording(made, await names_of(conn, owners_of(made.outcome)), told=False)
    answer_id = await _store(conn, asked, made, wording.text)
    if answer_id is None:
        return True
    ref = await chat.direct(person, await _alone(conn, wording, answer_id, person, asked.at))
    if ref is None:
        await stored.drop_answer(conn, answer_id)
        return False
    await stored.set_card(conn, answer_id, ref)
    await chat.whisper(asked.place, person, cards.elsewhere_card(), 0)
    return True


async def _answer(
    conn: Connection, chat: Chat, once: Once, asked: Asked, made: Made, now: datetime
) -> None:
    wording = await _worded(conn, chat, once, made, asked.person, now)
    answer_id = await _store(conn, asked, made, wording.text)
    if answer_id is None:
        return
    quoted = card = wording.card(answer_id)
    if asked.audience == "direct":
        card = await _alone(conn, wording, answer_id, asked.person, now)
    if made.stream is not None:
        ref = await made.stream.finish(card)
    elif isinstance(made.outcome, Answered) and card == quoted:
        stream = await chat.stream(asked.place)
        ref = await stream.finish(card)
    else:
        ref = await chat.post(asked.place, card)
    await stored.set_card(conn, answer_id, ref)


async def _store(conn: Connection, asked: Asked, made: Made, text: str) -> int | None:
    answer_id = await stored.insert_answer(
        conn,
        asker_id=asked.person.id if asked.person else None,
        thread=asked.thread,
        message=asked.message,
        question=asked.text,
        outcome=made.outcome,
        text=text,
        confidence=made.confidence,
        asked_at=asked.at,
    )
    if answer_id is not None:
        await _store_passages(conn, answer_id, made.outcome)
        await stored.mark_composed(conn, answer_id, made.composed, made.usage)
    return answer_id


async def _store_passages(conn: Connection, answer_id: int, outcome: Outcome) -> None:
    match outcome:
        case Answered(quotes=quotes, cited=cited):
            words = [
                "\n".join(quote.text for quote in quotes if quote.number == number)
                for number in range(1, len(cited) + 1)
            ]
            await stored.insert_answer_passages(conn, answer_id, cited, words)
        case WrittenAnswer(cited=cited):
            words = [passage.text for passage in cited]
            await stored.insert_answer_passages(conn, answer_id, cited, words)
        case NotCovered() | Blocked():
            pass


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
    validators = await validators_of(conn, outcome.document.document_id)
    card = owner_card(outcome, now.date(), owner, validators)
    return await chat.direct(owner, card) is not None


@dataclass(frozen=True, slots=True)
class _Wording:
    """An outcome in words. `told`: a blocked document's owner has been told.

    `manager` is the asker's, by name.
    """

    made: Made
    names: Names
    told: bool
    manager: str = ""

    @property
    def text(self) -> str:
        return reply_text(self.made.outcome, self.names, self.told, self.made.note, self.manager)

    def card(self, answer_id: int) -> Card:
        return reply_card(
            self.made.outcome, self.names, self.told, answer_id, self.made.note, self.manager
        )


async def _alone(
    conn: Connection, wording: _Wording, answer_id: int, person: Person | None, now: datetime
) -> Card:
    """The card where nobody but the asker reads it: a guide at the level they chose."""
    outcome = wording.made.outcome
    if not isinstance(outcome, Answered | WrittenAnswer):
        return wording.card(answer_id)
    return await answer_as_wanted(
        conn, outcome, wording.names, answer_id, person, now.date(), note=wording.made.note
    )


async def _worded(
    conn: Connection, chat: Chat, once: Once, made: Made, person: Person | None, now: datetime
) -> _Wording:
    names = await names_of(conn, owners_of(made.outcome))
    told = await _tell_owner(conn, chat, once, made.outcome, now)
    return _Wording(made, names, told, await manager_to_ask(conn, made.outcome, person))
