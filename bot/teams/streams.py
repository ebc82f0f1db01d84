"""Decides how an answer grows in a chat of two: a first line, its first words, then the whole.

Teams takes one request a second of a stream, wants every piece to begin with the one before, ends
the stream itself after two minutes, and lets the asker stop it. What is known of a stream is stored
before it is said, so that a worker that takes over goes on with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

import structlog
from botbuilder.schema import Activity

from bot.channel import Event, Outgoing
from bot.database import Pool
from bot.teams import store
from bot.teams.calls import Refused, Unreachable
from bot.teams.connector import Connector
from bot.teams.entities import StreamInfo
from bot.teams.messages import card_under, message, pieces
from bot.teams.store import Conversation, OpenStream
from handlers.cards import Card

PACE_SECONDS = 1.0
_ENDS = timedelta(seconds=110)
_FIRST_PIECES = 2
log = structlog.get_logger()


class Streams:
    """The streams of all chats. Raises `Refused` or `Unreachable`."""

    def __init__(
        self, pool: Pool, connector: Connector, clock: Callable[[], datetime], pace: float
    ) -> None:
        self._pool = pool
        self._connector = connector
        self._clock = clock
        self._pace = timedelta(seconds=pace)

    async def begin(
        self,
        event: Event,
        where: Conversation,
        kind: Literal["informative", "streaming"],
        text: str,
    ) -> None:
        """Begin the stream of an event: with a line that is not the answer's, or with its words."""
        stream_id = await self._connector.send(
            where, "", _piece(text, StreamInfo(kind, sequence=1))
        )
        shown = text if kind == "streaming" else ""
        if stream_id:
            async with self._pool.connection() as conn:
                await store.insert_stream(conn, event.id, where.id, stream_id, shown, self._clock())

    async def grow(self, event: Event, where: Conversation, text: str) -> None:
        """Show `text`, unless something was shown just now: then it comes with what follows.

        After a crash an answer is written anew: what is shown already is not taken back, and where
        it reads otherwise nothing more is shown until the whole takes its place.
        """
        stream = await self._open(event, where)
        now = self._clock()
        if stream is None:
            await self.begin(event, where, "streaming", text)
            return
        is_due = not stream.shown or now - stream.said_at >= self._pace
        goes_on = text.startswith(stream.shown) and text != stream.shown
        if is_due and goes_on and not self._is_over(stream):
            await self._say(event, where, stream, text)

    async def end(self, outgoing: Outgoing, event: Event, where: Conversation) -> str | None:
        """Say the whole of an answer in its stream; return what Teams calls it.

        None when there is no stream. One that Teams ended meanwhile is replaced by the whole.
        """
        stream = await self._open(event, where)
        if stream is None:
            return None
        platform_id = named(where, stream.stream_id)
        try:
            if self._is_over(stream):
                platform_id = await self._replace(outgoing.card, where, stream)
            else:
                await self._finish(outgoing, event, where, stream)
                platform_id = await self._send_under(outgoing.card, where) or platform_id
        except Refused as refused:
            if refused.by_reader:
                log.info("the asker stopped the answer", outbox=outgoing.id)
            else:
                platform_id = await self._replace(outgoing.card, where, stream)
        async with self._pool.connection() as conn:
            await store.mark_stream_ended(conn, event.id)
        return platform_id

    async def _send_under(self, card: Card, where: Conversation) -> str:
        under = card_under(card)
        return named(where, await self._connector.send(where, "", under)) if under else ""

    async def _finish(
        self, outgoing: Outgoing, event: Event, where: Conversation, stream: OpenStream
    ) -> None:
        shown = stream.shown
        if outgoing.kind == "stream" and not shown:
            shown = await self._say_first(outgoing.card, event, where, stream)
        if shown:
            await self._keep_pace(event, where)
        final = message(outgoing.card, "streamed")
        # The end has to begin with what was shown, also where the whole reads otherwise.
        is_replaced = not (final.text or "").startswith(shown)
        if is_replaced:
            final.text, final.text_format, final.attachments = shown, "markdown", []
        ended = StreamInfo("final", stream_id=stream.stream_id)
        final.entities = [ended, *(final.entities or [])]
        await self._connector.send(where, "", final)
        if is_replaced:
            whole = message(outgoing.card, "streamed")
            await self._connector.update(where, "", stream.stream_id, whole)

    async def _say_first(
        self, card: Card, event: Event, where: Conversation, stream: OpenStream
    ) -> str:
        """Show the first words at once; what follows them is said with the end."""
        said = pieces(card, "streamed")
        if len(said) <= _FIRST_PIECES:
            return ""
        first = "\n\n".join(said[:_FIRST_PIECES])
        try:
            await self._say(event, where, stream, first)
        except Unreachable as error:
            log.info("a piece of a stream is left out", error=str(error))
        return first

    async def _say(self, event: Event, where: Conversation, stream: OpenStream, text: str) -> None:
        sequence = stream.sequence + 1
        async with self._pool.connection() as conn:
            await store.mark_streamed(conn, event.id, sequence, text, self._clock())
        info = StreamInfo("streaming", sequence=sequence, stream_id=stream.stream_id)
        await self._connector.send(where, "", _piece(text, info))

    async def _keep_pace(self, event: Event, where: Conversation) -> None:
        stream = await self._open(event, where)
        if stream is not None:
            rest = self._pace - (self._clock() - stream.said_at)
            await asyncio.sleep(max(rest.total_seconds(), 0))

    async def _replace(self, card: Card, where: Conversation, stream: OpenStream) -> str:
        whole = message(card, "streamed")
        try:
            await self._connector.update(where, "", stream.stream_id, whole)
        except Refused as refused:
            log.info("a stream left nothing to replace", error=str(refused))
            return named(where, await self._connector.send(where, "", message(card, "chat")))
        return await self._send_under(card, where) or named(where, stream.stream_id)

    async def _open(self, event: Event, where: Conversation) -> OpenStream | None:
        async with self._pool.connection() as conn:
            return await store.fetch_stream(conn, event.id, where.id)

    def _is_over(self, stream: OpenStream) -> bool:
        return self._clock() - stream.started_at > _ENDS


def named(where: Conversation, activity_id: str) -> str:
    """Return our name of a message, '' for one that Teams gave no id."""
    return f"{where.id}/{activity_id}" if activity_id else ""


def _piece(text: str, info: StreamInfo) -> Activity:
    return Activity(type="typing", text=text, text_format="markdown", entities=[info])
