"""Decides when something said is sent: written with the handler's work, sent once it is committed.

A row is `sending` before the platform is called and `sent` after it. One found `sending` was cut
off in flight: it is looked up where the platform lets us, otherwise sent again and counted.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot import store
from bot.channel import (
    Channel,
    Event,
    Outgoing,
    TryLater,
    Unsendable,
    address_of,
    platform_of,
)
from bot.database import Pool
from handlers.cards import Block, Card
from handlers.inbound import CardRef, Place
from handlers.services import Connection
from learning.nouns import Person

PATIENCE = timedelta(hours=12)
"""How long a platform may be away before what was to be said there is given up: a night."""
# Any update empties what everybody has typed or ticked in the card.
_WIPES_ON_UPDATE = frozenset({"teams"})
_STREAMS = uuid.UUID("6f1d7f0e-1f0a-4c53-9a56-5a9d0c1c7d11")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Showing:
    """Where an answer can be shown while it is written: the event it answers, and its channel.

    `stop` is called when whoever asked stops it there.
    """

    event: Event
    channel: Channel
    stop: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class OutboxChat:
    """The `Chat` a handler gets: every call writes a row in the handler's own transaction."""

    conn: Connection
    inbox_id: int | None
    now: datetime
    platforms: Sequence[str]
    showing: Showing | None = None

    async def post(self, place: Place, card: Card) -> CardRef:
        """Post a card in a place."""
        return await self._say("post", place, card)

    async def update(self, ref: CardRef, card: Card, *, aside: Card | None = None) -> None:
        """Replace a card; nothing happens when it is not known."""
        place = await store.fetch_place_of(self.conn, ref)
        if place is None:
            return
        under = await store.fetch_platform_id(self.conn, ref) if aside else ""
        if aside is not None and under and platform_of(place) in _WIPES_ON_UPDATE:
            thread = address_of(place)[1] or under.rpartition("/")[2]
            await self._say("post", Place(f"{place.partition('|')[0]}|{thread}"), aside)
            return
        await self._say("update", place, card, ref=ref)

    async def direct(self, person: Person, card: Card) -> CardRef | None:
        """Post a card in the person's direct conversation; None when there is no way there."""
        place = await self._direct_place(person)
        return None if place is None else await self._say("post", place, card, person)

    async def whisper(self, place: Place, person: Person | None, card: Card, press: int) -> None:
        """Show a card to the one who pressed only."""
        await self._say("whisper", place, card, person)

    async def stream(self, place: Place) -> OutboxStream:
        """Start an answer: what is appended is shown at once, its card once it is committed."""
        # The same for every try at an event: a stream that a crash cut off is gone on with.
        again = uuid.uuid5(_STREAMS, f"{self.inbox_id}:{place}") if self.inbox_id else uuid.uuid4()
        return OutboxStream(self, place, CardRef(again.hex))

    async def _direct_place(self, person: Person) -> Place | None:
        for platform in self.platforms:
            known = await store.fetch_direct_place(self.conn, person.id, platform)
            if known is not None:
                return known
            user = {"slack": person.slack, "teams": person.teams, "web": person.email}[platform]
            if user:
                return Place(f"{platform}:@{user}")
        return None

    async def _say(
        self,
        kind: str,
        place: Place,
        card: Card,
        person: Person | None = None,
        ref: CardRef | None = None,
    ) -> CardRef:
        ref = ref or CardRef(uuid.uuid4().hex)
        await store.insert_outgoing(
            self.conn,
            ref=ref,
            inbox_id=self.inbox_id,
            kind=kind,
            place=place,
            person_id=person.id if person else None,
            card=card,
            now=self.now,
        )
        return ref


@dataclass(frozen=True, slots=True)
class OutboxStream:
    """An answer that is shown while it is written, and sent whole."""

    chat: OutboxChat
    place: Place
    ref: CardRef
    pieces: list[Block] = field(default_factory=list)

    async def append(self, *pieces: Block) -> None:
        """Show more."""
        self.pieces.extend(pieces)
        showing = self.chat.showing
        if showing and not await showing.channel.show(
            showing.event, self.place, self.ref, tuple(self.pieces)
        ):
            showing.stop()

    async def finish(self, card: Card) -> CardRef:
        """End with the whole card."""
        return await self.chat._say("stream", self.place, card, ref=self.ref)


class Outbox:
    """Sends what was committed, through the platform each place belongs to."""

    def __init__(
        self, pool: Pool, channels: Mapping[str, Channel], clock: Callable[[], datetime]
    ) -> None:
        self._pool = pool
        self._channels = channels
        self._clock = clock

    async def send(self, inbox_id: int | None = None, outbox_id: int | None = None) -> None:
        """Send the unsent rows of one event (or one row), in order.

        Raises `TryLater` at the first row that has to wait; the rows after it wait with it.
        """
        async with self._pool.connection() as conn:
            waiting = await store.fetch_unsent(conn, inbox_id, outbox_id)
        for row in waiting:
            async with self._pool.connection() as conn:
                outgoing = await store.claim_outgoing(conn, row, self._clock())
            if outgoing is not None:
                await self._send_one(outgoing)

    async def _send_one(self, outgoing: Outgoing) -> None:
        channel = self._channels.get(platform_of(outgoing.place))
        if channel is None:
            await self._put_back(outgoing, "dead", "this platform is not configured any more")
            return
        try:
            platform_id = await self._deliver(channel, outgoing)
        except Unsendable as error:
            log.warning("unsendable", outbox=outgoing.id, place=outgoing.place, error=str(error))
            await self._put_back(outgoing, "dead", str(error))
        except TryLater as error:
            dead = self._clock() - outgoing.created_at >= PATIENCE
            await self._put_back(outgoing, "dead" if dead else "queued", str(error))
            if not dead:
                raise
        else:
            async with self._pool.connection() as conn:
                await store.mark_sent(conn, outgoing, platform_id, self._clock())

    async def _deliver(self, channel: Channel, outgoing: Outgoing) -> str:
        if outgoing.kind == "update":
            if not outgoing.platform_id:
                # Its post died or was a whisper: there is nothing that could be replaced.
                raise Unsendable("the card to update was never posted")
            await channel.update(outgoing)
            return outgoing.platform_id
        if outgoing.state == "sending":
            found = await channel.find(outgoing)
            if found is not None:
                return found
        return await channel.send(outgoing)

    async def _put_back(self, outgoing: Outgoing, state: str, error: str) -> None:
        async with self._pool.connection() as conn:
            reference = f"O{outgoing.id}" if state == "dead" else ""
            await store.mark_unsent(conn, outgoing, state, reference, error[:500])
