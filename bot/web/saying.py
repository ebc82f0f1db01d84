"""Decides what happens when somebody acts in the local chat: says, changes, takes back, presses.

Page and terminal are doors to these functions. Identity is unproved here, so every act asks first
whether this is a demo database. Each runs in one transaction: the message, its event and its job
are all there, or none is.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import bot.store
from bot.inbox import Inbox
from bot.web.places import PLATFORM, Spot, direct_place, may_enter, may_see, spot_of
from bot.web.store import messages, threads
from bot.web.store.messages import Message
from bot.web.words import command_in, mentions_bot, storable, without_mention
from handlers.local_chat import MAX_CHARACTERS, Refusal
from handlers.services import Connection
from handlers.stopping import is_stop
from learning.nouns import Person

CONVERSATION = timedelta(minutes=30)
"""Direct messages closer together than this belong to one conversation."""
CHANGEABLE = timedelta(minutes=5)
_MAX_FIELDS = 50


@dataclass(frozen=True, slots=True)
class Refused:
    """It was not done; nothing was stored."""

    why: Refusal


async def say(
    conn: Connection,
    inbox: Inbox,
    person: Person,
    place: str,
    thread: int | None,
    text: str,
    now: datetime,
) -> int | Refused:
    """Say something in a place, or in the thread on message `thread`; return the message's id.

    In a channel it reaches the bot only if it mentions it or continues a thread with it. What
    begins with `/jobaid` is seen there by its sender alone, and so is the answer.
    """
    async with conn.transaction():
        said = storable(text)
        refused = await _refusal(conn, said)
        if refused:
            return refused
        root = await _root(conn, person, place, thread)
        if isinstance(root, Refused):
            return root
        spot = Spot(place, root)
        asked = command_in(said)
        hidden = asked is not None and spot.audience == "channel"
        addressed = asked is not None or await _is_addressed(conn, spot, said)
        only_for = person.id if hidden else None
        message_id = await messages.insert_said(
            conn,
            place=place,
            thread_id=root,
            author_id=person.id,
            text=said,
            addressed=addressed,
            conversation_id=await _conversation(conn, spot, person, now),
            now=now,
            only_for=only_for,
        )
        if addressed:
            await _tell(conn, inbox, await _message(conn, message_id), "say", person, now)
        await messages.notify(conn, "said", place, root or message_id, message_id, only_for)
        return message_id


async def edit(
    conn: Connection, inbox: Inbox, person: Person, message_id: int, text: str, now: datetime
) -> Message | Refused:
    """Change one's own message within five minutes."""
    async with conn.transaction():
        said = storable(text)
        refused = await _refusal(conn, said)
        if refused:
            return refused
        message = await _own(conn, person, message_id)
        if isinstance(message, Refused):
            return message
        if now - message.created_at > CHANGEABLE:
            return Refused("too_late")
        addressed = message.addressed or mentions_bot(said)
        await messages.mark_edited(conn, message_id, said, addressed, now)
        changed = await _message(conn, message_id)
        if addressed:
            kind = "edit" if message.addressed else "say"
            await _tell(conn, inbox, changed, kind, person, now)
        await messages.notify(conn, "edited", message.place, message.root_id, message_id, None)
        return changed


async def delete(
    conn: Connection, inbox: Inbox, person: Person, message_id: int, now: datetime
) -> Message | Refused:
    """Take back one's own message, or dismiss a whisper."""
    async with conn.transaction():
        if not await bot.store.is_demo(conn):
            return Refused("not_a_demo")
        message = await _own(conn, person, message_id)
        if isinstance(message, Refused):
            return message
        await messages.mark_deleted(conn, message_id, now)
        if message.addressed:
            await _tell(conn, inbox, message, "delete", person, now)
        await messages.notify(
            conn, "deleted", message.place, message.root_id, message_id, message.only_for
        )
        return message


async def press(
    conn: Connection,
    inbox: Inbox,
    person: Person,
    ref: str,
    action: str,
    subject: str,
    fields: Mapping[str, str],
    now: datetime,
) -> Message | Refused:
    """Press a button of the card `ref`, with what stands in its fields; return the card's message.

    Only that the person sees the card is checked here: rights are the handler's, at press time.
    """
    async with conn.transaction():
        if not await bot.store.is_demo(conn):
            return Refused("not_a_demo")
        message = await messages.fetch_by_ref(conn, ref)
        if message is None or not may_see(person, message) or message.deleted_at:
            return Refused("no_such_message")
        # A whisper cannot be replaced, so no card is named for it.
        named = message.only_for is None or await messages.is_replaceable(conn, ref)
        values = {storable(name): storable(value) for name, value in fields.items()}
        if _are_too_long(values):
            return Refused("too_long")
        payload = {
            "kind": "press",
            "person": person.id,
            "place": Spot(message.place, message.thread_id).place,
            "ref": ref if named else None,
            "action": storable(action)[:200],
            "subject": storable(subject)[:200],
            "fields": values,
        }
        await inbox.receive(
            conn,
            platform=PLATFORM,
            key=f"press:{uuid.uuid4().hex}",
            payload=payload,
            lock=thread_key(message),
            now=now,
            sender=person.email,
        )
        return message


def thread_key(message: Message) -> str:
    """Name the conversation a message belongs to: stored turns and job locks go by it."""
    if message.only_for is not None and message.author_id is not None:
        return f"{message.place}|{message.id}"  # a command stands alone
    if message.thread_id is None and message.conversation_id is not None:
        return f"{message.place}|{message.conversation_id}"
    return f"{message.place}|{message.root_id}"


def answer_spot(message: Message) -> Spot:
    """Where a message is answered: in its thread, or in the same direct conversation."""
    here = Spot(message.place, message.thread_id)
    return here if here.audience == "direct" else Spot(message.place, message.root_id)


async def _tell(
    conn: Connection, inbox: Inbox, message: Message, kind: str, person: Person, now: datetime
) -> None:
    """Store the event that a message became, and its job.

    A command is asked in its sender's direct conversation; `shown_in` is where they look.
    """
    asked = command_in(message.text)
    payload: dict[str, Any] = {
        "kind": kind,
        "person": person.id,
        "place": answer_spot(message).place,
        "thread": thread_key(message),
        "message": message.id,
        "text": message.text if asked is None else asked,
    }
    if message.only_for is not None:
        payload |= {"place": direct_place(person), "shown_in": answer_spot(message).place}
    key = f"say:{message.id}" if kind == "say" else f"{kind}:{message.id}:{uuid.uuid4().hex}"
    await inbox.receive(
        conn,
        platform=PLATFORM,
        key=key,
        payload=payload,
        lock=thread_key(message),
        now=now,
        sender=person.email,
        turn=f"{_turn_place(message)}:{person.id}",
        stops=kind == "say" and is_stop(without_mention(payload["text"])),
    )


def _turn_place(message: Message) -> str:
    """Where a stop reaches: all of a direct conversation, or a thread."""
    spot = answer_spot(message)
    return spot.base if spot.audience == "direct" else spot.place


def _are_too_long(values: Mapping[str, str]) -> bool:
    return len(values) > _MAX_FIELDS or any(len(v) > MAX_CHARACTERS for v in values.values())


async def _refusal(conn: Connection, said: str) -> Refused | None:
    if not await bot.store.is_demo(conn):
        return Refused("not_a_demo")
    if not said:
        return Refused("empty")
    return Refused("too_long") if len(said) > MAX_CHARACTERS else None


async def _is_addressed(conn: Connection, spot: Spot, said: str) -> bool:
    """Whether the bot is meant: always alone with it, by name in a channel, or in its threads."""
    if spot.audience == "direct" or mentions_bot(said):
        return True
    return spot.thread_id is not None and await threads.is_talking_to_bot(conn, spot.thread_id)


async def _conversation(conn: Connection, spot: Spot, person: Person, now: datetime) -> int | None:
    """The message that opened the direct conversation this one goes on with, if it does."""
    if spot.audience == "channel" or spot.thread_id is not None:
        return None
    return await threads.fetch_conversation(conn, spot.base, person.id, now - CONVERSATION)


async def _root(
    conn: Connection, person: Person, place: str, thread: int | None
) -> int | Refused | None:
    """The message a reply hangs on, in a place the person may enter."""
    if spot_of(place) != Spot(place) or not may_enter(person, place):
        return Refused("no_such_place")
    if thread is None:
        return None
    message = await messages.fetch_message(conn, thread)
    if message is None or message.place != place or not may_see(person, message):
        return Refused("no_such_message")
    return message.root_id


async def _own(conn: Connection, person: Person, message_id: int) -> Message | Refused:
    message = await messages.fetch_message(conn, message_id)
    if message is None or message.deleted_at or not may_see(person, message):
        return Refused("no_such_message")
    return message if person.id in (message.author_id, message.only_for) else Refused("not_yours")


async def _message(conn: Connection, message_id: int) -> Message:
    message = await messages.fetch_message(conn, message_id)
    assert message
    return message
