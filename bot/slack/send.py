"""Decides how a card reaches people in Slack: posted, whispered, replaced, found again.

What Slack calls a card is its `channel/ts`, because a card can stand elsewhere than its place
says: a direct conversation is opened by user, and an answer that may not be posted in a channel
goes to its asker. A card answered through a response_url has no id and cannot be replaced.
"""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any, NoReturn

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.channel import Outgoing, TryLater, Unsendable, address_of
from bot.slack.calls import Refused, Unreachable, called, responded
from bot.slack.incoming import Told, block_id, read
from bot.slack.render import render

EVENT_TYPE = "jobaid_card"
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
_LOOKED_AT = 100
log = structlog.get_logger()


class Sender:
    """Sends through Slack's Web API. Raises `Unsendable` or `TryLater`."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def send(self, outgoing: Outgoing) -> str:
        """Post or whisper a card; return its `channel/ts`, '' where Slack gives it none."""
        told = _cause(outgoing)
        address, thread = address_of(outgoing.place)
        try:
            if address.startswith("@"):
                return await self._send_to(address[1:], outgoing, told)
            if outgoing.kind == "whisper":
                return await self._whisper(address, thread, outgoing, told)
            return await self._post(address, thread, outgoing, told)
        except Unreachable as error:
            raise TryLater(str(error)) from error

    async def _post(self, channel: str, thread: str, outgoing: Outgoing, told: Told | None) -> str:
        try:
            return await self._post_message(channel, thread, outgoing)
        except Refused as refused:
            if told is None or told.channel != channel or refused.code not in _NOT_THERE:
                _give_up(f"Slack refuses a message in {channel}", refused)
            log.warning("answering privately instead", channel=channel, code=refused.code)
            return await self._send_to(told.user, outgoing, told)

    async def _whisper(
        self, channel: str, thread: str, outgoing: Outgoing, told: Told | None
    ) -> str:
        if told is None:
            raise Unsendable("nobody did anything to whisper about")
        call = self._client.chat_postEphemeral(
            channel=channel,
            user=told.user,
            thread_ts=thread or None,
            mrkdwn=False,
            **_message(outgoing),
        )
        try:
            await called(call)
        except Refused as refused:
            if refused.code not in _NOT_THERE:
                _give_up(f"Slack refuses a whisper in {channel}", refused)
            return await self._send_to(told.user, outgoing, told)
        return ""

    async def _send_to(self, user: str, outgoing: Outgoing, told: Told | None) -> str:
        """Reach one person: where they just acted if they did, else in a direct conversation."""
        if told is not None and told.user == user and told.response_url:
            try:
                await responded(self._client, told.response_url, **_message(outgoing))
            except (Refused, Unreachable) as error:  # used five times, or half an hour old
                log.info("the response_url is used up", error=str(error))
            else:
                return ""
        try:
            channel = await self._open(user)
            return await self._post_message(channel, "", outgoing)
        except Refused as refused:
            _give_up(f"Slack refuses a direct message to {user}", refused)

    async def _open(self, user: str) -> str:
        opened = await called(self._client.conversations_open(users=user))
        channel = opened.get("channel")
        return str(channel["id"] if isinstance(channel, dict) else channel)

    async def _post_message(self, channel: str, thread: str, outgoing: Outgoing) -> str:
        posted = await called(
            self._client.chat_postMessage(
                channel=channel,
                thread_ts=thread or None,
                metadata=_metadata(outgoing),
                unfurl_links=False,
                unfurl_media=False,
                mrkdwn=False,
                **_message(outgoing),
            )
        )
        return f"{posted.get('channel') or channel}/{posted.get('ts', '')}"

    async def update(self, outgoing: Outgoing) -> None:
        """Replace a card where it stands."""
        channel, _, ts = outgoing.platform_id.partition("/")
        call = self._client.chat_update(
            channel=channel, ts=ts, metadata=_metadata(outgoing), **_message(outgoing)
        )
        try:
            await called(call)
        except Refused as refused:
            _give_up("Slack refuses to replace a card", refused)
        except Unreachable as error:
            raise TryLater(str(error)) from error

    async def find(self, outgoing: Outgoing) -> str | None:
        """Look for a card by its metadata; None where we may not read, or it is not there."""
        address, thread = address_of(outgoing.place)
        told = _cause(outgoing)
        if outgoing.kind == "whisper" or (told is not None and told.kind == "command"):
            return None
        try:
            channel = await self._open(address[1:]) if address.startswith("@") else address
            found = await called(self._recent(channel, thread, outgoing))
        except (Refused, Unreachable) as error:
            log.info("cannot look for a card", error=str(error))
            return None
        for message in found.get("messages") or ():
            metadata = message.get("metadata") or {}
            payload = metadata.get("event_payload") or {}
            if metadata.get("event_type") == EVENT_TYPE and payload.get("ref") == outgoing.ref:
                return f"{channel}/{message['ts']}"
        return None

    def _recent(
        self, channel: str, thread: str, outgoing: Outgoing
    ) -> Awaitable[AsyncSlackResponse]:
        oldest = None
        if outgoing.event is not None:
            oldest = str((outgoing.event.received_at - timedelta(minutes=1)).timestamp())
        if thread:
            return self._client.conversations_replies(
                channel=channel,
                ts=thread,
                oldest=oldest,
                limit=_LOOKED_AT,
                include_all_metadata=True,
            )
        return self._client.conversations_history(
            channel=channel, oldest=oldest, limit=_LOOKED_AT, include_all_metadata=True
        )


def _cause(outgoing: Outgoing) -> Told | None:
    """What somebody did in Slack that this card answers, if anybody did."""
    event = outgoing.event
    return read(event.payload) if event is not None and event.platform == "slack" else None


def _metadata(outgoing: Outgoing) -> dict[str, Any]:
    """An id only: any app that can read the conversation can read this."""
    return {"event_type": EVENT_TYPE, "event_payload": {"ref": outgoing.ref}}


def _message(outgoing: Outgoing) -> dict[str, Any]:
    text, blocks = render(outgoing.card)
    for position, block in enumerate(blocks):
        if block["type"] == "actions":
            block["block_id"] = block_id(outgoing.ref, position)
    return {"text": text, "blocks": blocks}


def _give_up(what: str, refused: Refused) -> NoReturn:
    raise Unsendable(f"{what}: {refused.code}") from refused
