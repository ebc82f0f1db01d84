"""Decides how the local chat takes part in the house: its events in, cards out as rows.

What it sends is idempotent: a message's `ref` is unique, so a card that is sent again after a
crash is found, finished if it was cut off in mid-stream, and never doubled.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import bot.store
import learning.store
from bot.channel import Event, Outgoing, Unsendable
from bot.database import Pool
from bot.web.places import Spot, spot_of
from bot.web.saying import without_mention
from bot.web.store import messages
from handlers.inbound import Asked, CardRef, Deleted, Edited, Inbound, Place, Pressed
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
                    conn, "working", message.place, message.root_id, message_id, None
                )

    async def show(self, event: Event, place: Place, ref: str, sentences: Sequence[str]) -> bool:
        """Show what is written so far; the row with this `ref` ends it."""
        spot = spot_of(place)
        if spot is None:
            return True
        async with self._pool.connection() as conn:
            message_id = await messages.insert_card(
                conn,
                place=spot.base,
                thread_id=spot.thread_id,
                card=None,
                only_for=None,
                ref=ref,
                now=self._clock(),
            )
            if message_id is None:
                standing = await messages.fetch_by_ref(conn, ref)
                assert standing
                message_id = standing.id
            await messages.mark_shown(conn, message_id, sentences)
            root_id = spot.thread_id or message_id
            await messages.notify(conn, "stream", spot.base, root_id, message_id, None)
        return True

    async def send(self, outgoing: Outgoing) -> str:
        """Post, stream or whisper a card; return its message id."""
        spot = await self._spot(outgoing)
        if outgoing.kind == "stream":
            message_id = await self._begin(outgoing, spot, whole=False)
            await self._play(spot, message_id, outgoing.sentences)
            await self._finish(spot, message_id, outgoing)
        else:
            message_id = await self._begin(outgoing, spot, whole=True)
        return str(message_id)

    async def update(self, outgoing: Outgoing) -> None:
        """Replace a card."""
        message_id = int(outgoing.platform_id)
        async with self._pool.connection() as conn:
            message = await messages.fetch_message(conn, message_id)
            if message is None or not await messages.mark_card(conn, message_id, outgoing.card):
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
            await self._finish(Spot(message.place, message.thread_id), message.id, outgoing)
        return str(message.id)

    async def _spot(self, outgoing: Outgoing) -> Spot:
        spot = spot_of(outgoing.place)
        if spot is None:
            raise Unsendable(f"there is no place {outgoing.place}")
        async with self._pool.connection() as conn:
            if spot.audience == "direct":
                email = spot.base.partition("@")[2]
                if await learning.store.fetch_person(conn, email=email) is None:
                    raise Unsendable(f"there is nobody called {email}")
            if spot.thread_id is not None:
                root = await messages.fetch_message(conn, spot.thread_id)
                if root is None or root.place != spot.base:
                    raise Unsendable(f"there is no thread {outgoing.place}")
        return spot

    async def _begin(self, outgoing: Outgoing, spot: Spot, *, whole: bool) -> int:
        whispered = outgoing.kind == "whisper"
        only_for = outgoing.person_id if whispered else None
        if whispered and only_for is None:
            raise Unsendable("a whisper needs a person")
        async with self._pool.connection() as conn:
            message_id = await messages.insert_card(
                conn,
                place=spot.base,
                thread_id=spot.thread_id,
                card=outgoing.card if whole else None,
                only_for=only_for,
                ref=outgoing.ref,
                now=self._clock(),
            )
            if message_id is None:
                standing = await messages.fetch_by_ref(conn, outgoing.ref)
                assert standing
                return standing.id
            event = "whisper" if whispered else "post" if whole else "stream"
            root_id = spot.thread_id or message_id
            await messages.notify(conn, event, spot.base, root_id, message_id, only_for)
            return message_id

    async def _play(self, spot: Spot, message_id: int, sentences: Sequence[str]) -> None:
        for count in range(1, len(sentences) + 1):
            async with self._pool.connection() as conn:
                await messages.mark_shown(conn, message_id, sentences[:count])
                root_id = spot.thread_id or message_id
                await messages.notify(conn, "stream", spot.base, root_id, message_id, None)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _finish(self, spot: Spot, message_id: int, outgoing: Outgoing) -> None:
        async with self._pool.connection() as conn:
            await messages.mark_card(conn, message_id, outgoing.card)
            root_id = spot.thread_id or message_id
            await messages.notify(conn, "stream_end", spot.base, root_id, message_id, None)


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
