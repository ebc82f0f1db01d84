"""Decides how an answer grows before people's eyes in a direct conversation, and how that ends.

Best effort from the first call on: whatever Slack refuses (too many requests, a stream that it
ended after five minutes or that its reader stopped), nothing more is shown, and the whole card
takes the message's place in the end. What grew says the same words, so that nothing jumps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.channel import Outgoing, address_of
from bot.database import Pool
from bot.slack import store
from bot.slack.calls import Refused, Unreachable, called
from bot.slack.store import Stream
from bot.slack.told import Told
from bot.slack.words import inert_markdown
from handlers.cards import Block, Heading, Note, Steps, Text, plain

_SECONDS = 3.0
_MOST_SHOWN = 12_000
log = structlog.get_logger()


class Streams:
    """Shows answers while they are written. Its rows outlive a crash; a stream's card ends it."""

    def __init__(
        self, pool: Pool, client: AsyncWebClient, clock: Callable[[], datetime], pace: timedelta
    ) -> None:
        self._pool = pool
        # Nobody waits for a growing message: a request that Slack puts off is not made again.
        self._client = AsyncWebClient(
            token=client.token, base_url=client.base_url, session=client.session, retry_handlers=[]
        )
        self._clock = clock
        self._pace = pace

    async def show(self, told: Told, inbox_id: int, ref: str, pieces: Sequence[Block]) -> None:
        """Show what is written so far of the answer to an event, as far as it is not shown yet."""
        async with self._pool.connection() as conn:
            stream = await store.fetch_stream(conn, ref)
        if stream is None:
            stream = await self._begin(told, inbox_id, ref)
        text = as_markdown(pieces)
        now = self._clock()
        is_due = stream.shown_at is None or now - stream.shown_at >= self._pace
        # After a crash an answer may be written anew, and differently: then it waits for its card.
        if not (stream.open and stream.ts and is_due and text.startswith(stream.shown)):
            return
        if text != stream.shown and len(text) <= _MOST_SHOWN:
            await self._append(stream, text, now)

    async def _begin(self, told: Told, inbox_id: int, ref: str) -> Stream:
        async with self._pool.connection() as conn:
            await store.insert_stream(conn, ref, inbox_id, told.channel)
        try:
            begun = await called(
                self._client.chat_startStream(channel=told.channel, thread_ts=told.thread),
                _SECONDS,
            )
        except (Refused, Unreachable) as error:
            return await self._close(Stream(ref, told.channel, "", "", None, True), error)
        ts = str(begun.get("ts") or "")
        async with self._pool.connection() as conn:
            await store.mark_begun(conn, ref, ts)
        return Stream(ref, told.channel, ts, "", None, True)

    async def _append(self, stream: Stream, text: str, now: datetime) -> None:
        # Noted first: what a crash cuts off is rather not shown than shown twice.
        async with self._pool.connection() as conn:
            await store.mark_shown(conn, stream.ref, text, now)
        try:
            await called(
                self._client.chat_appendStream(
                    channel=stream.channel,
                    ts=stream.ts,
                    markdown_text=text.removeprefix(stream.shown),
                ),
                _SECONDS,
            )
        except (Refused, Unreachable) as error:
            await self._close(stream, error)

    async def _close(self, stream: Stream, error: Exception) -> Stream:
        log.info("no more is shown of an answer", error=str(error))
        async with self._pool.connection() as conn:
            await store.mark_closed(conn, stream.ref)
        return Stream(stream.ref, stream.channel, stream.ts, stream.shown, stream.shown_at, False)

    async def begun(self, outgoing: Outgoing) -> Stream | None:
        """Return the message that a card has to take the place of, if one was begun.

        Its own, or what an event's answer left behind that came to nothing: an apology, say, then
        takes the place of half an answer.
        """
        if outgoing.kind not in ("post", "stream") or outgoing.event is None:
            return None
        channel, _ = address_of(outgoing.place)
        async with self._pool.connection() as conn:
            stream = await store.fetch_stream(conn, outgoing.ref)
            if stream is None:
                stream = await store.fetch_left_growing(conn, outgoing.event.id, channel)
        return stream if stream is not None and stream.ts else None

    async def replaced(self, stream: Stream, outgoing: Outgoing) -> None:
        """Forget a stream that something else took the place of; its own card's stays known."""
        if stream.ref != outgoing.ref:
            async with self._pool.connection() as conn:
                await store.delete_stream(conn, stream.ref)

    async def stop(self, stream: Stream) -> None:
        """End a stream at Slack. Raises `Unreachable`; one that is over already is fine.

        Without blocks: Slack would draw them below the words that grew, which the card says again.
        """
        try:
            await called(self._client.chat_stopStream(channel=stream.channel, ts=stream.ts))
        except Refused as refused:
            log.info("the stream was over already", code=refused.code)


def as_markdown(pieces: Sequence[Block]) -> str:
    """Return what is written as Slack's Markdown; only our own style and numbers act in it."""
    return "\n\n".join(_said(piece) for piece in pieces)


def _said(piece: Block) -> str:
    match piece:
        case Heading(text):
            return f"**{inert_markdown(text)}**"
        case Steps(items, start):
            numbered = enumerate(items, start)
            return "\n".join(
                f"{number}. {inert_markdown(plain(item))}" for number, item in numbered
            )
        case Note(markdown, "warning"):
            return f"⚠ {inert_markdown(plain(markdown))}"
        case Text(markdown) | Note(markdown):
            return inert_markdown(plain(markdown))
        case _:
            return ""
