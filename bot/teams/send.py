"""Decides how a card reaches people in Teams: posted, streamed, whispered, replaced.

What Teams calls a card is its `conversation/activity`, because a card can stand elsewhere than its
place says: a chat is opened by user. Only in chats of two an answer is streamed: a first line while
it is looked up, its first words as soon as they are there, then the whole.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from botbuilder.schema import Activity

from bot.channel import Event, Outgoing, Unsendable, address_of
from bot.database import Pool
from bot.teams import store
from bot.teams.calls import Refused, Unreachable, as_outbox_errors
from bot.teams.connector import Connector
from bot.teams.entities import StreamInfo
from bot.teams.identity import DEFAULT_SERVICE_URL
from bot.teams.incoming import Told, read
from bot.teams.messages import message, pieces, words_of
from bot.teams.store import Conversation, OpenStream
from handlers.cards import Card, Note, literal
from handlers.wording import LOOKING_IT_UP, SENT_DIRECTLY, about_place

# Teams ends a stream after two minutes, and takes one request a second of it.
_STREAM_ENDS = timedelta(seconds=110)
PACE_SECONDS = 1.0
_SECONDS_FOR_A_SIGN = 3.0
_MOST_SAID_AT_A_PRESS = 1000
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
        self._pace = pace

    async def working(self, told: Told, event: Event) -> None:
        """Begin the stream of an answer, or show that we type. Best effort."""
        async with self._pool.connection() as conn:
            where = await store.fetch_conversation(conn, told.conversation)
            begun = await store.fetch_stream(conn, event.id, told.conversation)
        if where is None or begun is not None:
            return
        sign = Activity(type="typing")
        if where.kind == "personal":
            sign.text = LOOKING_IT_UP
            sign.entities = [StreamInfo("informative", sequence=1)]
        try:
            async with asyncio.timeout(_SECONDS_FOR_A_SIGN):
                stream_id = await self._connector.send(where, told.thread, sign)
        except (Refused, Unreachable, TimeoutError) as error:
            log.debug("no sign of work", error=repr(error))
            return
        if where.kind == "personal" and stream_id:
            async with self._pool.connection() as conn:
                await store.insert_stream(conn, event.id, where.id, stream_id, self._clock())

    async def send(self, outgoing: Outgoing) -> str:
        """Post, stream or whisper a card; return its `conversation/activity`, '' for none."""
        with as_outbox_errors():
            if outgoing.kind == "whisper":
                return await self._whisper(outgoing)
            where, thread = await self._where(outgoing.place)
            stream = await self._stream(outgoing, where)
            if stream is not None:
                return await self._end_stream(outgoing, where, stream)
            return await self._post(where, thread, outgoing.card)

    async def _post(self, where: Conversation, thread: str, card: Card) -> str:
        drawn = message(card, personal=where.kind == "personal")
        return f"{where.id}/{await self._connector.send(where, thread, drawn)}"

    async def update(self, outgoing: Outgoing) -> None:
        """Replace a card, unless it would look the same: an update wipes what people typed."""
        conversation, _, activity_id = outgoing.platform_id.rpartition("/")
        async with self._pool.connection() as conn:
            where = await store.fetch_conversation(conn, conversation)
            before = await store.fetch_card_before(conn, outgoing.ref, outgoing.id)
        if where is None:
            where = await self._unheard(conversation)
        personal = where.kind == "personal"
        drawn = message(outgoing.card, personal=personal)
        if before and message(before, personal=personal).serialize() == drawn.serialize():
            return
        with as_outbox_errors():
            await self._connector.update(where, address_of(outgoing.place)[1], activity_id, drawn)

    async def _whisper(self, outgoing: Outgoing) -> str:
        """Tell the one who acted: in the response their press waits for, else in their chat."""
        event = outgoing.event
        told = read(event.payload) if event is not None and event.platform == "teams" else None
        if event is None or told is None or not told.aad:
            raise Unsendable("nobody did anything to whisper about")
        words = words_of(outgoing.card)
        is_short = words is not None and len(words) <= _MOST_SAID_AT_A_PRESS
        if words is not None and is_short and await self._hand_over(event, words):
            return ""
        where = await self._chat_with(told.aad, told)
        about = Note(literal(about_place(told.conversation_name)))
        await self._post(where, "", replace(outgoing.card, blocks=(about, *outgoing.card.blocks)))
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

    async def _stream(self, outgoing: Outgoing, where: Conversation) -> OpenStream | None:
        if outgoing.event is None or where.kind != "personal":
            return None
        async with self._pool.connection() as conn:
            return await store.fetch_stream(conn, outgoing.event.id, where.id)

    async def _end_stream(self, outgoing: Outgoing, where: Conversation, stream: OpenStream) -> str:
        """Say the rest of a stream. One that Teams ended meanwhile is replaced by the whole."""
        assert outgoing.event
        platform_id = f"{where.id}/{stream.stream_id}"
        try:
            if not self._is_over(stream):
                if outgoing.kind == "stream" and stream.sequence == 1:
                    await self._say_first(outgoing, where, stream)
                final = message(outgoing.card, personal=True)
                ended = StreamInfo("final", stream_id=stream.stream_id)
                final.entities = [ended, *(final.entities or [])]
                await self._connector.send(where, "", final)
            else:
                await self._replace_stream(outgoing, where, stream)
        except Refused as refused:
            if "cancel" in refused.said:
                log.info("the asker stopped the answer", outbox=outgoing.id)
            else:
                platform_id = await self._replace_stream(outgoing, where, stream)
        async with self._pool.connection() as conn:
            await store.delete_stream(conn, outgoing.event.id)
        return platform_id

    async def _say_first(self, outgoing: Outgoing, where: Conversation, stream: OpenStream) -> None:
        """Show the first words at once; what follows them is said with the end, a pace later."""
        first, *more = pieces(outgoing.card) or ("",)
        if not more:
            return
        assert outgoing.event
        async with self._pool.connection() as conn:
            await store.mark_streamed(conn, outgoing.event.id, stream.sequence + 1)
        piece = Activity(type="typing", text=first, text_format="markdown")
        piece.entities = [
            StreamInfo("streaming", sequence=stream.sequence + 1, stream_id=stream.stream_id)
        ]
        try:
            await self._connector.send(where, "", piece)
        except Unreachable as error:
            log.info("a piece of a stream is left out", error=str(error))
        await asyncio.sleep(self._pace)

    async def _replace_stream(
        self, outgoing: Outgoing, where: Conversation, stream: OpenStream
    ) -> str:
        whole = message(outgoing.card, personal=True)
        try:
            await self._connector.update(where, "", stream.stream_id, whole)
        except Refused as refused:
            log.info("a stream left nothing to replace", error=str(refused))
            return await self._post(where, "", outgoing.card)
        return f"{where.id}/{stream.stream_id}"

    def _is_over(self, stream: OpenStream) -> bool:
        return self._clock() - stream.started_at > _STREAM_ENDS
