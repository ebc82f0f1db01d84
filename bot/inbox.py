"""Decides how an event becomes a conversation: stored, handled once, answered, or laid aside."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from bot import store
from bot.channel import Channel, Event, TryLater
from bot.database import Pool
from bot.outbox import Outbox, OutboxChat, Showing
from bot.stopping import stoppable
from handlers import answering, due, home, presses, stopping
from handlers.cards import Card, Text
from handlers.inbound import Asked, Deleted, Due, Edited, Inbound, Opened, Place, Pressed
from handlers.services import Connection, Services

MAX_ATTEMPTS = 6
OWN = "jobaid"
"""The platform of events that we caused ourselves."""
log = structlog.get_logger()
# Without letters and digits that are read wrongly aloud.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"

Defer = Callable[[Connection, int, str], Awaitable[None]]
"""Puts the job of a stored event into the queue, on the event's own connection; '' is no lock."""

Current = Callable[[Connection], Awaitable[Services]]
"""What handlers may use as it is now, where that changes while we run."""


@dataclass(frozen=True, slots=True)
class Inbox:
    """Takes events in. Only this happens before a platform gets its acknowledgement.

    With `key` the database tells it from whoever else may write there; our own events need none.
    """

    defer: Defer
    key: str = ""

    async def receive(
        self,
        conn: Connection,
        *,
        platform: str,
        key: str,
        payload: dict[str, Any],
        lock: str,
        now: datetime,
        sender: str = "",
        turn: str = "",
        stops: bool = False,
    ) -> int | None:
        """Store an event and defer its job on the same connection; None for a redelivery.

        `key` is the platform's own, unique for the event; `lock` names the thread (or the person
        where there are no threads): events under one lock are handled one after the other. `sender`
        is the account that the platform vouches for: a decision counts for nobody else. `turn`
        names who asks something and where ('' for what asks nothing): an event that `stops` ends
        the answers to all that was asked there before it, and waits for none of them.
        """
        turn = turn and f"{platform}:{turn}"
        inbox_id = await store.insert_event(
            conn, self.key, f"{platform}:{key}", platform, payload, sender, now, turn, stops
        )
        if inbox_id is not None:
            await self.defer(conn, inbox_id, "" if stops else f"{platform}:{lock}")
        return inbox_id


class Worker:
    """Handles stored events and sends what came of them."""

    def __init__(
        self,
        pool: Pool,
        channels: Mapping[str, Channel],
        services: Services,
        outbox: Outbox,
        clock: Callable[[], datetime],
        inbox: Inbox,
        current: Current | None = None,
    ) -> None:
        self._pool = pool
        self._current = current
        self._channels = channels
        self._services = services
        self._outbox = outbox
        self._clock = clock
        self._inbox = inbox

    async def work_off(self, inbox_id: int) -> None:
        """Handle one event once, then send what is unsent of it. Raises `TryLater` to come back."""
        async with self._pool.connection() as conn:
            event = await store.fetch_event(conn, inbox_id)
        if event is None:
            return
        if event.state == "waiting":
            await self._handle_or_lay_aside(event)
        await self._outbox.send(inbox_id=inbox_id)

    async def _handle_or_lay_aside(self, event: Event) -> None:
        """Handle an event. This is the one place that catches everything: the world failed."""
        try:
            await self._handle(event)
        except Exception as error:
            reference = "".join(secrets.choice(_ALPHABET) for _ in range(4))
            dead = event.attempts + 1 >= MAX_ATTEMPTS
            log.exception("event failed", inbox=event.id, reference=reference, dead=dead)
            async with self._pool.connection() as conn:
                said = f"{type(error).__name__}: {error}"[:500]
                await store.mark_event_failed(conn, event.id, reference, said, dead)
                if dead:
                    await self._say_given_up(conn, event, reference)
            if not dead:
                raise TryLater(f"reference {reference}") from error

    async def _handle(self, event: Event) -> None:
        channel = self._channels.get(event.platform)
        inbound = await self._translate(channel, event)
        if isinstance(inbound, Asked) and channel and not event.stops:
            await channel.working(inbound, event)
        services = self._services
        asks = isinstance(inbound, Asked | Edited) and not event.stops
        async with (
            stoppable(self._pool, event.id, services.language_model if asks else None) as model,
            self._pool.connection() as conn,
            conn.transaction(),
        ):
            if not await store.lock_waiting_event(conn, event.id):
                return
            now = self._clock()
            if inbound is None:
                await store.mark_event(conn, event.id, "ignored", None, now)
                return
            # Whoever is told something directly is told where the event came from, if they can be.
            platforms = sorted(self._channels, key=lambda name: name != event.platform)
            showing = Showing(event, channel) if channel else None
            if showing and model:
                showing = replace(showing, stop=model.stop)
            chat = OutboxChat(conn, event.id, now, platforms, showing)
            if asks and self._current:
                services = await self._current(conn)
            if model:
                services = replace(services, language_model=model)
            person = None if isinstance(inbound, Deleted | Due) else inbound.person
            # What comes of a press may name it as its own: whose press it is has to stand by then.
            if person is not None:
                await store.mark_event_person(conn, event.id, person.id)
            await self._converse(conn, services, chat, inbound, event, now)
            if isinstance(inbound, Asked) and person and inbound.audience == "direct":
                place = Place(inbound.place.partition("|")[0])
                await store.upsert_direct_place(conn, person.id, event.platform, place)
            person_id = person.id if person else None
            await store.mark_event(conn, event.id, "handled", person_id, self._clock())

    async def _translate(self, channel: Channel | None, event: Event) -> Inbound | None:
        if event.platform == OWN:
            return _due(event)
        return await channel.translate(event) if channel else None

    async def _converse(
        self,
        conn: Connection,
        services: Services,
        chat: OutboxChat,
        inbound: Inbound,
        event: Event,
        now: datetime,
    ) -> None:
        once = _Once(conn, now)
        later = InboxLater(conn, self._inbox, now)
        match inbound:
            case Asked() if event.stops:
                stopped = await store.has_stopped(conn, event.id)
                await stopping.on_stop(chat, inbound, stopped)
            case Asked():
                await answering.on_asked(conn, services, chat, once, inbound, now)
            case Edited():
                await answering.on_edited(conn, services, chat, once, inbound, now)
            case Deleted():
                await answering.on_deleted(conn, chat, inbound, now)
            case Pressed():
                await presses.on_pressed(conn, services, chat, later, inbound, now)
            case Opened():
                await home.on_opened(conn, chat, inbound, now)
            case Due():
                await due.on_due(conn, services, chat, later, inbound, now)

    async def _say_given_up(self, conn: Connection, event: Event, reference: str) -> None:
        """Tell whom it concerns. That an event is dead stands even where nobody can be told."""
        try:
            async with conn.transaction():
                await self._apologise(conn, event, reference)
        except Exception:
            log.exception("nobody was told", inbox=event.id, reference=reference)

    async def _apologise(self, conn: Connection, event: Event, reference: str) -> None:
        now = self._clock()
        chat = OutboxChat(conn, event.id, now, list(self._channels))
        if event.platform == OWN:
            await due.on_given_up(conn, chat, _due(event), reference, now)
            return
        place = event.payload.get("place")
        if not isinstance(place, str):
            return
        words = f"I could not do that, reference {reference}. Ask again, or tell your admin."
        await chat.post(Place(place), Card(words, (Text(words),)))


def _due(event: Event) -> Due:
    return Due(event.payload["task"], event.payload["subject"], event.received_at)


@dataclass(frozen=True, slots=True)
class InboxLater:
    """Puts work off by way of the inbox: an event of our own, on the handler's connection."""

    conn: Connection
    inbox: Inbox
    now: datetime

    async def defer(self, task: str, subject: str) -> None:
        """Store the event; what was put off once is not put off again."""
        key = f"{task}:{subject}"
        payload = {"task": task, "subject": subject}
        await self.inbox.receive(
            self.conn, platform=OWN, key=key, payload=payload, lock=key, now=self.now
        )


@dataclass(frozen=True, slots=True)
class _Once:
    """Claims what may happen once only, in the handler's transaction."""

    conn: Connection
    now: datetime

    async def claim(self, key: str) -> bool:
        """Return True for the first caller with this key, ever."""
        return await store.claim_once(self.conn, key, self.now)
