"""Decides how a card reaches people in Teams: posted, streamed, whispered, replaced.

What Teams calls a card is its `conversation/activity`, because a card can stand elsewhere than its
place says: a chat is opened by user.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import structlog
from botbuilder.schema import Activity

from bot.channel import Event, Outgoing, Unsendable, address_of
from bot.database import Pool
from bot.teams import store
from bot.teams.calls import Refused, Unreachable, as_outbox_errors
from bot.teams.connector import Connector
from bot.teams.identity import DEFAULT_SERVICE_URL
from bot.teams.incoming import Told, read
from bot.teams.messages import Form, card_under, drawn_card, grown, message, pieces, words_of
from bot.teams.store import Conversation
from bot.teams.streams import PACE_SECONDS, Streams, named
from bot.teams.words import shortened
from handlers.cards import Block, Card, Note, literal
from handlers.wording import LOOKING_IT_UP, SENT_DIRECTLY, about_place

_SECONDS_FOR_A_SIGN = 3.0
# Where somebody pressed, Teams draws private words as one run, without their lines.
_MOST_SAID_AT_A_PRESS = 1000
_MOST_LINES_AT_A_PRESS = 3
log = structlog.get_logger()


class Sender:
    """Sends through Teams' connector. Raises `Unsendable` or `TryLater`."""

    def __init__(
        self,
        pool: Pool,
        connector: Connector,
        clock: Callable[[], datetime],
        pace: float = PACE_SECONDS,
    ) -> None:
        self._pool = pool
        self._connector = connector
        self._clock = clock
        self._streams = Streams(pool, connector, clock, pace)

    async def working(self, told: Told, event: Event) -> None:
        """Begin the stream of an answer, or show that we type. Best effort."""
        async with self._pool.connection() as conn:
            where = await store.fetch_conversation(conn, told.conversation)
            begun = await store.fetch_stream(conn, event.id, told.conversation)
        if where is None or begun is not None:
            return
        try:
            async with asyncio.timeout(_SECONDS_FOR_A_SIGN):
                if where.kind == "personal":
                    await self._streams.begin(event, where, "informative", LOOKING_IT_UP)
                else:
                    await self._connector.send(where, told.thread, Activity(type="typing"))
        except (Refused, Unreachable, TimeoutError) as error:
            log.debug("no sign of work", error=repr(error))

    async def show(self, event: Event, place: str, written: Sequence[Block]) -> bool:
        """Show what is written of an answer so far. Best effort.

        False when its reader pressed Teams' button that stops it.
        """
        async with self._pool.connection() as conn:
            where = await store.fetch_conversation(conn, address_of(place)[0])
        if where is None or where.kind != "personal":
            return True
        try:
            async with asyncio.timeout(_SECONDS_FOR_A_SIGN):
                await self._streams.grow(event, where, grown(written))
        except (Refused, Unreachable, TimeoutError) as error:
            log.info("a piece of a stream is left out", error=repr(error))
            return not (isinstance(error, Refused) and error.by_reader)
        return True

    async def send(self, outgoing: Outgoing) -> str:
        """Post, stream or whisper a card; return its `conversation/activity`, '' for none."""
        with as_outbox_errors():
            if outgoing.kind == "whisper":
                return await self._whisper(outgoing)
            where, thread = await self._where(outgoing.place)
            if outgoing.event is not None and where.kind == "personal":
                ended = await self._streams.end(outgoing, outgoing.event, where)
                if ended is not None:
                    return ended
            return await self._post(where, thread, outgoing.card)

    async def _post(self, where: Conversation, thread: str, card: Card) -> str:
        drawn = message(card, _form(where))
        return named(where, await self._connector.send(where, thread, drawn))

    async def update(self, outgoing: Outgoing) -> None:
        """Replace a card, unless it would look the same: an update wipes what people typed."""
        conversation, _, activity_id = outgoing.platform_id.rpartition("/")
        async with self._pool.connection() as conn:
            where = await store.fetch_conversation(conn, conversation)
            before = await store.fetch_card_before(conn, outgoing.ref, outgoing.id)
            stream_id = await store.fetch_streamed(conn, outgoing.ref)
        if where is None:
            where = await self._unheard(conversation)
        # A streamed answer is two messages: its words, and the card that is known by its own id.
        has_words = stream_id is not None and stream_id != activity_id
        form: Form = "streamed" if has_words else _form(where)
        words = message(outgoing.card, form)
        if before and _looks(before, form) == _looks(outgoing.card, form):
            return
        with as_outbox_errors():
            if stream_id is not None and pieces(outgoing.card, "streamed") and has_words:
                await self._connector.update(where, "", stream_id, words)
                words = card_under(outgoing.card) or message(outgoing.card, "shared")
            thread = address_of(outgoing.place)[1]
            await self._connector.update(where, thread, activity_id, words)

    async def _whisper(self, outgoing: Outgoing) -> str:
        """Tell the one who acted: in the response their press waits for, else in their chat."""
        event = outgoing.event
        told = read(event.payload) if event is not None and event.platform == "teams" else None
        if event is None or told is None or not told.aad:
            raise Unsendable("nobody did anything to whisper about")
        words = words_of(outgoing.card)
        if words is not None and _is_short(words) and await self._hand_over(event, words):
            return ""
        about = Note(literal(about_place(told.conversation_name)))
        card = replace(outgoing.card, blocks=(about, *outgoing.card.blocks))
        try:
            await self._post(await self._chat_with(told.aad, told), "", card)
        except Refused:
            # Without a chat with us, words in one run are better than none.
            cut = shortened(words or "", _MOST_SAID_AT_A_PRESS)
            if not cut or not await self._hand_over(event, cut):
                raise
            return ""
        await self._hand_over(event, SENT_DIRECTLY)
        return ""

    async def _hand_over(self, event: Event, said: str) -> bool:
        async with self._pool.connection() as conn:
            return await store.hand_over(conn, event.id, said, self._clock())

    async def _where(self, place: str) -> tuple[Conversation, str]:
        address, thread = address_of(place)
        if address.startswith("@"):
            return await self._chat_with(address[1:], None), ""
        async with self._pool.connection() as conn:
            where = await store.fetch_conversation(conn, address)
        return where or await self._unheard(address), thread

    async def _unheard(self, conversation: str) -> Conversation:
        """A channel named in the settings that we have not heard from; chats have to be known."""
        if not conversation.startswith("19:"):
            raise Unsendable("we are not in that chat any more")
        url, bot_id = await self._service()
        return Conversation(conversation, "channel", "", url, bot_id, "", "")

    async def _chat_with(self, aad: str, told: Told | None) -> Conversation:
        async with self._pool.connection() as conn:
            where = await store.fetch_personal(conn, aad)
        if where is not None:
            return where
        url, bot_id = await self._service()
        user = told.user if told is not None else aad
        conversation = await self._connector.open_personal(url, bot_id, user)
        opened = Conversation(conversation, "personal", "", url, bot_id, user, aad)
        async with self._pool.connection() as conn:
            await store.insert_personal(conn, opened, self._clock())
        return opened

    async def _service(self) -> tuple[str, str]:
        """Where Teams wants to be called, and who we are there."""
        async with self._pool.connection() as conn:
            newest = await store.fetch_newest(conn)
        if newest is not None:
            return newest.service_url, newest.bot_id
        return DEFAULT_SERVICE_URL, self._connector.identity.bot_id


def _looks(card: Card, form: Form) -> tuple[object, object]:
    return drawn_card(card, form), message(card, form).serialize()


def _is_short(words: str) -> bool:
    return len(words) <= _MOST_SAID_AT_A_PRESS and words.count("\n") < _MOST_LINES_AT_A_PRESS


def _form(where: Conversation) -> Form:
    return "chat" if where.kind == "personal" else "shared"
