"""Decides how Teams takes part in the house: what its activities mean here, and who sent them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import bot.store
from bot.channel import Event, Outgoing
from bot.database import Pool
from bot.teams import store
from bot.teams.connector import Connector, open_connector
from bot.teams.identity import Identity
from bot.teams.incoming import Told, read
from bot.teams.inputs import field_values
from bot.teams.messages import RATINGS
from bot.teams.people import Asker, People
from bot.teams.send import Sender
from bot.teams.streams import PACE_SECONDS
from handlers.cards import Block, Button, Buttons, Card
from handlers.inbound import Asked, CardRef, Deleted, Edited, Inbound, Place, Pressed
from handlers.services import Connection

# An edit that overtakes its message stands for it; one of a message we were never told does not.
_OVERTAKING = timedelta(minutes=5)


class TeamsChannel:
    """Teams as a chat platform (`bot.channel.Channel`)."""

    def __init__(
        self,
        pool: Pool,
        connector: Connector,
        clock: Callable[[], datetime],
        pace: float = PACE_SECONDS,
    ) -> None:
        self._pool = pool
        self._local = connector.identity.local
        self._people = People(connector, clock)
        self._sender = Sender(pool, connector, clock, pace)

    async def translate(self, event: Event) -> Inbound | None:
        """Turn a stored activity into what a handler takes; None when its sender gets nothing."""
        told = read(event.payload)
        if told is None or told.kind in ("installed", "removed"):
            return None
        async with self._pool.connection() as conn:
            if self._local and not await bot.store.is_demo(conn):
                return None
            asker = await self._people.asker(conn, told)
            if asker is None:
                return None
            match told.kind:
                case "deleted":
                    return Deleted(Place(told.place), f"teams:{told.message_key}")
                case "press":
                    return await self._pressed(conn, event, told, asker)
                case "rated":
                    return await self._rated(conn, event, told, asker)
            return await self._asked(conn, event, told, asker)

    async def _asked(
        self, conn: Connection, event: Event, told: Told, asker: Asker
    ) -> Asked | Edited | None:
        kind: type[Asked] | type[Edited] = Asked
        at = told.at or event.received_at
        if told.kind == "edited":
            if await bot.store.is_known(conn, f"teams:{told.message_key}"):
                kind = Edited
            elif at - _written_at(told.message, at) > _OVERTAKING:
                return None
        is_about = told.kind == "asked_about"
        return kind(
            person=asker.person,
            place=Place(told.place),
            thread=str(event.payload.get("turns") or f"teams:{told.lock}"),
            message=f"teams:{told.message_key}",
            text=told.text,
            audience="direct" if is_about else told.audience,
            at=at,
        )

    async def _pressed(self, conn: Connection, event: Event, told: Told, asker: Asker) -> Pressed:
        ref = await store.fetch_posted(conn, told.platform_id)
        card = await store.fetch_card(conn, ref) if ref else None
        subject = told.data.get("subject", "")[:200]
        return self._press(
            event, told, asker, ref, told.action, subject, field_values(card, told.data)
        )

    async def _rated(
        self, conn: Connection, event: Event, told: Told, asker: Asker
    ) -> Pressed | None:
        """A thumb under an answer is a press on the button that its card has for it."""
        ref = await store.fetch_posted(conn, told.platform_id)
        if ref is None and self._local and not event.payload.get("replyToId"):
            # Microsoft's local client does not say which answer was meant.
            ref = await store.fetch_last_posted(conn, told.conversation)
        card = await store.fetch_card(conn, ref) if ref else None
        action = RATINGS.get(told.action)
        for button in _buttons(card):
            if action and button.action == action:
                return self._press(event, told, asker, ref, action, button.subject, told.data)
        return None

    def _press(
        self,
        event: Event,
        told: Told,
        asker: Asker,
        ref: CardRef | None,
        action: str,
        subject: str,
        fields: dict[str, str],
    ) -> Pressed:
        return Pressed(
            person=asker.person,
            place=Place(told.place),
            card=ref,
            action=action,
            subject=subject,
            press=event.id,
            at=told.at or event.received_at,
            audience=told.audience,
            fields=fields,
        )

    async def working(self, asked: Asked, event: Event) -> None:
        """Begin the answer's stream, or show that we type."""
        told = read(event.payload)
        if told is not None and told.kind in ("said", "edited"):
            await self._sender.working(told, event)

    async def show(self, event: Event, place: Place, ref: str, pieces: Sequence[Block]) -> bool:
        """Let an answer grow while it is written, in a chat of two."""
        return await self._sender.show(event, place, pieces)

    async def send(self, outgoing: Outgoing) -> str:
        """Post, stream or whisper a card; return its `conversation/activity`, '' for none."""
        return await self._sender.send(outgoing)

    async def update(self, outgoing: Outgoing) -> None:
        """Replace a card."""
        await self._sender.update(outgoing)

    async def find(self, outgoing: Outgoing) -> str | None:
        """Always None: a bot cannot read in Teams. A stream is known to us and is gone on with."""
        return None


def _buttons(card: Card | None) -> tuple[Button, ...]:
    rows = [block.buttons for block in card.blocks if isinstance(block, Buttons)] if card else []
    return tuple(button for row in rows for button in row)


def _written_at(message: str, otherwise: datetime) -> datetime:
    """When a message was written: Teams' ids of messages are the time in milliseconds."""
    if message.isascii() and message.isdigit() and len(message) < 15:
        return datetime.fromtimestamp(int(message) / 1000, otherwise.tzinfo)
    return datetime.min.replace(tzinfo=otherwise.tzinfo)


@asynccontextmanager
async def open_channel(
    identity: Identity, pool: Pool, clock: Callable[[], datetime]
) -> AsyncIterator[TeamsChannel]:
    """Open Teams for the worker: its connector's session is closed at the end."""
    async with open_connector(identity, clock) as connector:
        yield TeamsChannel(pool, connector, clock)
