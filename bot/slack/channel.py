"""Decides how Slack takes part in the house: what its events mean here, and who said them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from slack_sdk.web.async_client import AsyncWebClient

import bot.store
from bot.channel import Event, Outgoing
from bot.database import Pool
from bot.slack import lookup
from bot.slack.calls import Refused, Unreachable, called
from bot.slack.incoming import read
from bot.slack.membership import Membership
from bot.slack.people import Asker, People, fetch_person
from bot.slack.send import PACE, Sender
from bot.slack.stream import Streams
from bot.slack.told import ButtonPress, Told
from bot.slack.words import plain_words
from handlers.cards import Block
from handlers.home import PROMPTS, PROMPTS_TITLE
from handlers.inbound import Asked, CardRef, Deleted, Edited, Inbound, Opened, Place, Pressed
from handlers.services import Connection
from handlers.wording import LOOKING_UP, LOOKING_UP_STEPS
from learning.nouns import Person

# An edit that overtakes its message stands for it; one of a message we were never told does not.
_OVERTAKING = timedelta(minutes=5)
_SECONDS_FOR_PROMPTS = 5.0
log = structlog.get_logger()


class SlackChannel:
    """Slack as a chat platform (`bot.channel.Channel`)."""

    def __init__(
        self,
        pool: Pool,
        client: AsyncWebClient,
        clock: Callable[[], datetime],
        pace: timedelta = PACE,
    ) -> None:
        self._pool = pool
        self._client = client
        self._people = People(client, clock)
        self._streams = Streams(pool, client, clock, pace)
        self._membership = Membership(pool, client, clock)
        self._sender = Sender(pool, client, self._streams, self._membership, clock, pace)

    async def translate(self, event: Event) -> Inbound | None:
        """Turn a stored request into what a handler takes; None when its sender gets nothing.

        What only Slack knows is settled here: that we were removed, the prompts beside an opened
        conversation, and the status that stays when somebody stops us.
        """
        told = read(event.payload)
        if told is None:
            return None
        if told.kind == "removed":
            await self._membership.check()
            return None
        if told.kind == "stopped":
            await self._sender.set_status(told, "")
            return None
        if told.kind == "deleted":
            return Deleted(Place(told.place), told.message)
        asker = await self._people.asker(told)
        if asker is None:
            return None
        if told.kind == "chat_opened":
            await self._suggest(told)
            return None
        return await self._heard(event, told, asker)

    async def _heard(self, event: Event, told: Told, asker: Asker) -> Inbound | None:
        home = await self._people.home()
        async with self._pool.connection() as conn:
            person = await fetch_person(conn, asker)
            if told.kind == "home":
                return Opened(person, Place(told.place), told.at or event.received_at)
            if told.press is not None:
                return await _pressed(conn, event, told, told.press, person)
            return await _asked(conn, event, told, person, told.bot_user or home.user)

    async def _suggest(self, told: Told) -> None:
        """Offer what can be asked first. Best effort: the manifest names the same."""
        call = self._client.assistant_threads_setSuggestedPrompts(
            channel_id=told.channel,
            title=PROMPTS_TITLE,
            prompts=[{"title": title, "message": message} for title, message in PROMPTS],
        )
        try:
            await called(call, _SECONDS_FOR_PROMPTS)
        except (Refused, Unreachable) as error:
            log.debug("no prompts", error=str(error))

    async def working(self, asked: Asked, event: Event) -> None:
        """Show a status beside our name. Best effort: it clears itself with the answer."""
        told = read(event.payload)
        if told is not None and not told.is_private:
            await self._sender.set_status(told, LOOKING_UP, LOOKING_UP_STEPS)

    async def show(self, event: Event, place: Place, ref: str, pieces: Sequence[Block]) -> bool:
        """Let an answer grow in a direct conversation; in channels it is one post, once whole.

        Slack tells of a stop by an event of its own: a stream that is over may be an old one.
        """
        told = read(event.payload)
        if told is None or told.kind != "said" or told.audience != "direct" or place != told.place:
            return True
        await self._streams.show(told, event.id, ref, pieces)
        return True

    async def send(self, outgoing: Outgoing) -> str:
        """Post a card once, or end its stream; return its `channel/ts`, '' if Slack gives none."""
        return await self._sender.send(outgoing)

    async def update(self, outgoing: Outgoing) -> None:
        """Replace a card."""
        await self._sender.update(outgoing)

    async def find(self, outgoing: Outgoing) -> str | None:
        """Look for a card whose sending was cut off in flight."""
        if await self._streams.begun(outgoing) is not None:
            return None  # its place is known, and ending it twice comes to the same
        return await lookup.find(self._client, outgoing)


async def _asked(
    conn: Connection, event: Event, told: Told, person: Person | None, bot_user: str
) -> Asked | Edited | None:
    kind: type[Asked] | type[Edited] = Asked
    at = told.at or event.received_at
    if told.kind == "edited":
        if await bot.store.is_known(conn, f"slack:{told.message_key}"):
            kind = Edited
        elif at - datetime.fromtimestamp(float(told.ts), at.tzinfo) > _OVERTAKING:
            return None
    return kind(
        person=person,
        place=Place(told.place),
        thread=told.conversation,
        message=told.message,
        text=plain_words(told.text, bot_user),
        audience=told.audience,
        at=at,
    )


async def _pressed(
    conn: Connection, event: Event, told: Told, press: ButtonPress, person: Person | None
) -> Pressed:
    return Pressed(
        person=person,
        place=Place(told.place),
        card=await _pressed_card(conn, told, press),
        action=press.action,
        subject=press.subject,
        press=event.id,
        at=told.at or event.received_at,
        audience=told.audience,
        fields=press.fields,
    )


async def _pressed_card(conn: Connection, told: Told, press: ButtonPress) -> CardRef | None:
    """The card a press is on. One that stands elsewhere was copied: its press is on no card."""
    here = f"{told.channel}/{told.ts}"
    ref = await bot.store.fetch_ref(conn, told.place, here)
    if ref is not None or not press.ref:
        return ref
    named = CardRef(press.ref)  # in a conversation we opened, or whispered, or only just sent
    return named if await bot.store.fetch_platform_id(conn, named) in ("", here) else None
