"""Decides how a card reaches people in Slack: posted, whispered, replaced, found again.

What Slack calls a card is its `channel/ts`, because a card can stand elsewhere than its place
says: a direct conversation is opened by user, and an answer that may not be posted in a channel
goes to its asker. A card answered through a response_url has no id and cannot be replaced.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NoReturn

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.channel import Outgoing, TryLater, Unsendable, address_of
from bot.database import Pool
from bot.slack import store
from bot.slack.calls import Refused, Unreachable, called, responded
from bot.slack.lookup import open_direct
from bot.slack.membership import Membership
from bot.slack.message import Message, cause_of, drawn, metadata
from bot.slack.store import Stream
from bot.slack.stream import Streams
from bot.slack.told import HOME, Told
from bot.slack.words import plain_text

# We may not speak there: the sender can still be told privately.
_NOT_THERE = frozenset(
    {
        "not_in_channel",
        "channel_not_found",
        "user_not_in_channel",
        "is_archived",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "restricted_action_non_threadable_channel",
        "no_permission",
        "missing_scope",
        "cannot_reply_to_message",
        "thread_not_found",
    }
)
_SECTION = 3000
_SECONDS_FOR_A_STATUS = 2.0
PACE = timedelta(seconds=1)
"""Slack takes one message a second and channel."""
log = structlog.get_logger()


class Sender:
    """Sends through Slack's Web API. Raises `Unsendable` or `TryLater`."""

    def __init__(
        self,
        pool: Pool,
        client: AsyncWebClient,
        streams: Streams,
        membership: Membership,
        clock: Callable[[], datetime],
        pace: timedelta,
    ) -> None:
        self._pool = pool
        self._client = client
        self._streams = streams
        self._membership = membership
        self._clock = clock
        self._pace = pace

    async def send(self, outgoing: Outgoing) -> str:
        """Post or whisper a card; return its `channel/ts`, '' where Slack gives it none."""
        await self._check_membership()
        told = cause_of(outgoing)
        address, thread = address_of(outgoing.place)
        try:
            if address.startswith(HOME):
                return await self._publish(address.removeprefix(HOME), outgoing)
            if address.startswith("@"):
                # A press wants it in the direct conversation, where it stays and can be updated.
                asked = told if told is not None and told.is_private else None
                return await self._send_to(address[1:], outgoing, asked)
            if outgoing.kind == "whisper":
                return await self._whisper(address, outgoing, told)
            begun = await self._streams.begun(outgoing)
            if begun is not None:
                return await self._end(begun, thread, outgoing, told)
            return await self._post(address, thread, outgoing, told)
        except Unreachable as error:
            raise TryLater(str(error)) from error

    async def _check_membership(self) -> None:
        reason = await self._membership.ended()
        if reason:
            raise Unsendable(f"Slack does not take our token any more: {reason}")

    async def _end(self, stream: Stream, thread: str, outgoing: Outgoing, told: Told | None) -> str:
        """Put the whole card in the place of what grew: again and again, if need be, to one end."""
        await self._streams.stop(stream)
        try:
            await self._replace(stream.channel, stream.ts, outgoing)
        except Refused as refused:  # the message was taken away
            log.info("a stream cannot be replaced by its card", code=refused.code)
            stands = await self._post(stream.channel, thread, outgoing, told)
        else:
            stands = f"{stream.channel}/{stream.ts}"
        await self._streams.replaced(stream, outgoing)
        return stands

    async def _post(self, channel: str, thread: str, outgoing: Outgoing, told: Told | None) -> str:
        try:
            return await self._post_message(channel, thread, outgoing)
        except Refused as refused:
            if told is None or told.channel != channel or refused.code not in _NOT_THERE:
                await self._give_up(f"Slack refuses a message in {channel}", refused)
            log.warning("answering privately instead", channel=channel, code=refused.code)
            await self.set_status(told, "")
            return await self._send_to(told.user, outgoing, told)

    async def _whisper(self, channel: str, outgoing: Outgoing, told: Told | None) -> str:
        if told is None:
            raise Unsendable("nobody did anything to whisper about")
        try:
            await self._whisper_to(told, channel, outgoing)
        except Refused as refused:
            if refused.code not in _NOT_THERE:
                await self._give_up(f"Slack refuses a whisper in {channel}", refused)
            return await self._send_to(told.user, outgoing, told)
        if told.kind == "said":
            await self.set_status(told, "")  # only a message takes it away by itself
        return ""

    async def _whisper_to(self, told: Told, channel: str, outgoing: Outgoing) -> None:
        async def call(message: Message) -> object:
            return await called(
                self._client.chat_postEphemeral(
                    channel=channel,
                    user=told.user,
                    # In a thread that nobody has answered in yet Slack would not show it.
                    thread_ts=told.thread if told.is_in_thread else None,
                    mrkdwn=False,
                    **message,
                )
            )

        await drawn(outgoing, call)

    async def _send_to(self, user: str, outgoing: Outgoing, told: Told | None) -> str:
        """Reach one person: where they just acted if they did, else in a direct conversation."""
        if told is not None and told.user == user and await self._reached_there(told, outgoing):
            return ""
        try:
            channel = await open_direct(self._client, user)
            return await self._post_message(channel, "", outgoing)
        except Refused as refused:
            await self._give_up(f"Slack refuses a direct message to {user}", refused)

    async def _reached_there(self, told: Told, outgoing: Outgoing) -> bool:
        """Answer where the sender sees the message they used the shortcut on, or by response_url."""
        if told.kind == "shortcut":
            try:
                await self._whisper_to(told, told.channel, outgoing)
            except Refused as refused:
                log.info("answering through the response_url", code=refused.code)
            else:
                return True
        if not told.response_url:
            return False

        async def call(message: Message) -> None:
            await responded(self._client, told.response_url, **message)

        try:
            await drawn(outgoing, call)
        except (Refused, Unreachable) as error:  # used five times, or half an hour old
            log.info("the response_url is used up", error=str(error))
            return False
        return True

    async def _post_message(self, channel: str, thread: str, outgoing: Outgoing) -> str:
        async def call(message: Message) -> Message:
            return await called(
                self._client.chat_postMessage(
                    channel=channel,
                    thread_ts=thread or None,
                    metadata=metadata(outgoing),
                    unfurl_links=False,
                    unfurl_media=False,
                    mrkdwn=False,
                    **message,
                )
            )

        await self._wait_for_turn(channel)
        posted = await drawn(outgoing, call)
        return f"{posted.get('channel') or channel}/{posted.get('ts', '')}"

    async def _wait_for_turn(self, channel: str) -> None:
        """Turns are given out in the database, because any worker may post in any channel.

        A lock in the queue would hold up everything of a channel's while one message waits; here
        only who posts waits, with nothing held, and in the order of asking.
        """
        now = self._clock()
        async with self._pool.connection() as conn:
            turn = await store.take_turn(conn, channel, now, self._pace)
        if turn > now:
            await asyncio.sleep((turn - now).total_seconds())

    async def update(self, outgoing: Outgoing) -> None:
        """Replace a card where it stands."""
        await self._check_membership()
        channel, _, ts = outgoing.platform_id.partition("/")
        try:
            await self._replace(channel, ts, outgoing)
        except Refused as refused:
            await self._give_up("Slack refuses to replace a card", refused)
        except Unreachable as error:
            raise TryLater(str(error)) from error

    async def _replace(self, channel: str, ts: str, outgoing: Outgoing) -> None:
        async def call(message: Message) -> object:
            # Without `blocks` Slack would keep those that stand there.
            message = {"blocks": [], **message}
            return await called(
                self._client.chat_update(
                    channel=channel, ts=ts, metadata=metadata(outgoing), **message
                )
            )

        await drawn(outgoing, call)

    async def _publish(self, user: str, outgoing: Outgoing) -> str:
        """Draw somebody's Home. It is drawn anew at every visit, so a refusal is no loss."""

        async def call(message: Message) -> object:
            words = {"type": "section", "text": plain_text(message["text"], _SECTION)}
            view = {"type": "home", "blocks": message.get("blocks") or [words]}
            return await called(self._client.views_publish(user_id=user, view=view))

        try:
            await drawn(outgoing, call)
        except Refused as refused:
            await self._membership.refused(refused.code)
            log.warning("slack refuses a home", code=refused.code)
        return ""

    async def set_status(self, told: Told, status: str, loading: Sequence[str] = ()) -> None:
        """Show or clear what we are doing, beside our name in a thread. Best effort."""
        call = self._client.assistant_threads_setStatus(
            channel_id=told.channel,
            thread_ts=told.thread,
            status=status,
            loading_messages=list(loading) or None,
        )
        try:
            await called(call, _SECONDS_FOR_A_STATUS)
        except (Refused, Unreachable) as error:
            log.debug("no status", error=str(error))

    async def _give_up(self, what: str, refused: Refused) -> NoReturn:
        await self._membership.refused(refused.code)
        raise Unsendable(f"{what}: {refused.code}") from refused
