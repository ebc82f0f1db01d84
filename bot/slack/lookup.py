"""Decides where a card stands whose sending was cut off in flight, and where somebody is reached."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.channel import Outgoing, address_of
from bot.slack.calls import Refused, Unreachable, called
from bot.slack.message import EVENT_TYPE, cause_of
from bot.slack.told import HOME

_LOOKED_AT = 100
log = structlog.get_logger()


async def open_direct(client: AsyncWebClient, user: str) -> str:
    """Return the direct conversation with a user. Raises `Refused` or `Unreachable`."""
    opened = await called(client.conversations_open(users=user))
    channel = opened.get("channel")
    return str(channel["id"] if isinstance(channel, dict) else channel)


async def find(client: AsyncWebClient, outgoing: Outgoing) -> str | None:
    """Look for a card by its metadata; None where we may not read, or it is not there."""
    address, thread = address_of(outgoing.place)
    told = cause_of(outgoing)
    if outgoing.kind == "whisper" or address.startswith(HOME) or (told and told.is_private):
        return None
    try:
        is_user = address.startswith("@")
        channel = await open_direct(client, address[1:]) if is_user else address
        found = await called(_recent(client, channel, thread, outgoing))
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
    client: AsyncWebClient, channel: str, thread: str, outgoing: Outgoing
) -> Awaitable[AsyncSlackResponse]:
    oldest = None
    if outgoing.event is not None:
        oldest = str((outgoing.event.received_at - timedelta(minutes=1)).timestamp())
    if thread:
        return client.conversations_replies(
            channel=channel,
            ts=thread,
            oldest=oldest,
            limit=_LOOKED_AT,
            include_all_metadata=True,
        )
    return client.conversations_history(
        channel=channel, oldest=oldest, limit=_LOOKED_AT, include_all_metadata=True
    )
