"""Decides how the local chat takes part in the house: its events in, cards out as rows.

What it sends is idempotent: a message's `ref` is unique, so a card that is sent again after a
crash is found, finished if it was cut off in mid-stream, and never doubled.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import bot.store
import learning.store
from bot.channel import Event, Outgoing, Unsendable
from bot.database import Pool
from bot.web.places import PLATFORM, Spot, spot_of
from bot.web.store import messages
from bot.web.words import without_mention
from handlers.cards import Block, Card, pieces_of
from handlers.inbound import Asked, CardRef, Deleted, Edited, Inbound, Place, Pressed
from handlers.services import Connection
from learning.nouns import Person

_PAUSE_SECONDS = 0.06


class LocalChannel:
    """The browser page and the terminal as a chat platform."""

    def __init__(self, pool: Pool, clock: Callable[[], datetime]) -> None:
        self._pool = pool
        self._clock = clock

    async def translate(self, event: Event) -> Inbound | None:
        """Turn what `saying` stored into what a handler takes; None outside a demo database."""
        told = event.payload
        async with self._pool.connection() as conn:
            if not await bot.store.is_demo(conn):
                return None
            person = await learning.store.fetch_person_by_id(conn, told["person"])
            if person is None or not person.active:
                return None
            place = Place(told["place"])
            spot = spot_of(place)
            if spot is None:
                return None
            if told["kind"] == "press":
                return _pressed(event, person, spot)
            key = f"web:{told['message']}"
            if told["kind"] == "delete":
                return Deleted(place, key)
            message = await messages.fetch_message(conn, told["message"])
            if message is None or message.deleted_at:
                return None
        kind = Asked if told["kind"] == "say" else Edited
        return kind(
            person=person,
            place=place,
            thread=told["thread"],
            message=key,
            text=without_mention(told["text"]),
            audience=spot.audience,
            at=event.received_at,
        )

    async def working(self, asked: Asked, event: Event) -> None:
        """Tell who looks on; that a question is open is read from the inbox itself."""
        message_id = event.payload["message"]
        async with self._pool.connection() as conn:
            message = await messages.fetch_message(conn, message_id)
            if message is not None:
                await messages.notify(
                    conn, "working", message.place, message.root_id, message_id, message.only_for
                )

    async def show(self, event: Event, place: Place, ref: str, pieces: Sequence[Block]) -> bool:
        """Show what is written so far; the row with this `ref` ends it."""
        there = _seen_at(place, event)
        if there is None:
            return True
        message_id = await self._insert(there, "stream", None, ref)
        await self._grow(there, message_id, pieces)
        return True

    async def send(self, outgoing: Outgoing) -> str:
        """Post, stream or whisper a card; return its message id."""
        there = await self._there(outgoing)
        if outgoing.kind == "stream":
            message_id = await self._insert(there, "stream", None, outgoing.ref)
            await self._play(there, message_id, outgoing.card)
            await self._finish(there, message_id, outgoing)
        else:
            message_id = await self._insert(there, outgoing.kind, outgoing.card, outgoing.ref)
        return str(message_id)

    async def update(self, outgoing: Outgoing) -> None:
        """Replace a card; what a changed question made of it is marked as changed too."""
        message_id = int(outgoing.platform_id)
        event = outgoing.event
        is_edit = event is not None and event.payload.get("kind") == "edit"
        edited_at = self._clock() if is_edit else None
        async with self._pool.connection() as conn:
            message = await messages.fetch_message(conn, message_id)
            if message is None or not await messages.mark_card(
                conn, message_id, outgoing.card, edited_at
            ):
                raise Unsendable("the card to update is not there any more")
            await messages.notify(
                conn, "update", message.place, message.root_id, message_id, message.only_for
            )

    async def find(self, outgoing: Outgoing) -> str | None:
        """Look for a card that was cut off in flight; finish it if it stopped in mid-stream."""
        async with self._pool.connection() as conn:
            message = await messages.fetch_by_ref(conn, outgoing.ref)
        if message is None:
            return None
        if message.busy:
            there = _There(Spot(message.place, message.thread_id), message.only_for)
            await self._finish(there, message.id, outgoing)
        return str(message.id)

    async def _there(self, outgoing: Outgoing) -> _There:
        there = _seen_at(outgoing.place, outgoing.event)
        if there is None:
            raise Unsendable(f"there is no place {outgoing.place}")
        if outgoing.kind == "whisper":
            if outgoing.person_id is None:
                raise Unsendable("a whisper needs a person")
            there = replace(there, only_for=outgoing.person_id)
        spot = there.spot
        async with self._pool.connection() as conn:
            if spot.audience == "direct":
                email = spot.base.partition("@")[2]
                if await learning.store.fetch_person(conn, email=email) is None:
                    raise Unsendable(f"there is nobody called {email}")
            if spot.thread_id is not None:
                root = await messages.fetch_message(conn, spot.thread_id)
                if root is None or root.place != spot.base:
                    raise Unsendable(f"there is no thread {outgoing.place}")
        return there

    async def _insert(self, there: _There, event: str, card: Card | None, ref: str) -> int:
        """Store what is said, once only: a card without its words yet is a stream."""
        spot = there.spot
        async with self._pool.connection() as conn:
            message_id = await messages.insert_card(
                conn,
                place=spot.base,
                thread_id=spot.thread_id,
                card=card,
                only_for=there.only_for,
                ref=ref,
                now=self._clock(),
            )
            if message_id is None:
                standing = await messages.fetch_by_ref(conn, ref)
                assert standing
                return standing.id
            await self._notify(conn, event, there, message_id)
            return message_id

    async def _play(self, there: _There, message_id: int, card: Card) -> None:
        """Let the words of a card appear, unless they grew before everybody's eyes already."""
        async with self._pool.connection() as conn:
            standing = await messages.fetch_message(conn, message_id)
        if standing is None or standing.shown or not standing.busy:
            return
        pieces = tuple(pieces_of(card))
        for count in range(1, len(pieces) + 1):
            await self._grow(there, message_id, pieces[:count])
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _grow(self, there: _There, message_id: int, pieces: Sequence[Block]) -> None:
        async with self._pool.connection() as conn:
            await messages.mark_shown(conn, message_id, pieces)
            await self._notify(conn, "stream", there, message_id)

    async def _finish(self, there: _There, message_id: int, outgoing: Outgoing) -> None:
        async with self._pool.connection() as conn:
            await messages.mark_card(conn, message_id, outgoing.card)
            await self._notify(conn, "stream_end", there, message_id)

    async def _notify(self, conn: Connection, event: str, there: _There, message_id: int) -> None:
        spot = there.spot
        root_id = spot.thread_id or message_id
        await messages.notify(conn, event, spot.base, root_id, message_id, there.only_for)


@dataclass(frozen=True, slots=True)
class _There:
    """Where a card is seen, and by whom alone (None: by all who are there)."""

    spot: Spot
    only_for: int | None = None


def _seen_at(place: Place, event: Event | None) -> _There | None:
    """Where a card for a place is seen: a command's answer where the command was given."""
    told = event.payload if event is not None and event.platform == PLATFORM else {}
    if "shown_in" in told and place == told["place"]:
        spot = spot_of(told["shown_in"])
        return _There(spot, told["person"]) if spot else None
    spot = spot_of(place)
    return _There(spot) if spot else None


def _pressed(event: Event, person: Person, spot: Spot) -> Pressed:
    told = event.payload
    return Pressed(
        person=person,
        place=spot.place,
        card=CardRef(told["ref"]) if told["ref"] else None,
        action=told["action"],
        subject=told["subject"],
        press=event.id,
        at=event.received_at,
        audience=spot.audience,
        fields=dict(told["fields"]),
    )
