"""Decides how we speak in Teams unasked: botbuilder's adapter, continuing stored conversations."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, TypeVar

import aiohttp
from botbuilder.core import BotAdapter, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter
from botbuilder.schema import (
    Activity,
    ChannelAccount,
    ConversationAccount,
    ConversationParameters,
    ConversationReference,
)

from bot.teams.calls import UNREADABLE, Connectors, Token, Unreachable
from bot.teams.identity import Identity
from bot.teams.incoming import joined_conversation
from bot.teams.proof import CHANNEL, Keys, Proof
from bot.teams.store import Conversation

_Result = TypeVar("_Result")


class Connector:
    """Teams' side. Every call raises `Refused` or `Unreachable`."""

    def __init__(
        self, identity: Identity, session: aiohttp.ClientSession, clock: Callable[[], datetime]
    ) -> None:
        self.identity = identity
        connectors = Connectors(identity, session, Token(identity, session, clock))
        keys = Keys(session, identity.openid_url, clock)
        self.adapter = CloudAdapter(Proof(identity, keys, connectors))

    async def send(self, where: Conversation, thread: str, activity: Activity) -> str:
        """Send an activity; return Teams' id of it ('' where it gives none)."""

        async def turn(context: TurnContext) -> str:
            # Not through the context: it would name the continuation as what is replied to.
            activity.reply_to_id = None
            (sent,) = await self.adapter.send_activities(context, [activity])
            return str(sent.id or "")

        self._address(where, thread, activity)
        return await self._continue(where, thread, turn)

    async def update(
        self, where: Conversation, thread: str, activity_id: str, activity: Activity
    ) -> None:
        """Replace an activity."""

        async def turn(context: TurnContext) -> None:
            activity.id = activity_id
            await self.adapter.update_activity(context, activity)

        self._address(where, thread, activity)
        await self._continue(where, thread, turn)

    async def member(self, where: Conversation, user_id: str) -> dict[str, Any]:
        """Return what Teams says of somebody in a conversation."""

        async def turn(context: TurnContext) -> dict[str, Any]:
            connector = context.turn_state[BotAdapter.BOT_CONNECTOR_CLIENT_KEY]
            member = await connector.conversations.get_conversation_member(where.id, user_id)
            return {**member.additional_properties, **member.serialize()}

        return await self._continue(where, "", turn)

    async def open_personal(self, service_url: str, bot_id: str, user_id: str) -> str:
        """Open the personal chat with somebody; return its id."""
        opened: list[str] = []

        async def turn(context: TurnContext) -> None:
            opened.append(str(context.activity.conversation.id or ""))

        # The tenant counts in the channel data: the parameter goes out under a wrong name.
        tenant = self.identity.tenant
        parameters = ConversationParameters(
            is_group=False,
            bot=ChannelAccount(id=bot_id),
            members=[ChannelAccount(id=user_id)],
            channel_data={"tenant": {"id": tenant}} if tenant else {},
        )
        try:
            await self.adapter.create_conversation(
                self.identity.app_id, turn, parameters, CHANNEL, service_url
            )
        except UNREADABLE as error:
            raise Unreachable(f"Teams answered something unknown: {error!r}") from error
        if not opened or not opened[0]:
            raise Unreachable("Teams opened a conversation without an id")
        return opened[0]

    def _address(self, where: Conversation, thread: str, activity: Activity) -> None:
        activity.channel_id = CHANNEL
        activity.service_url = where.service_url
        activity.from_property = ChannelAccount(id=where.bot_id)
        activity.conversation = _account(where, thread)

    async def _continue(
        self, where: Conversation, thread: str, turn: Callable[[TurnContext], Awaitable[_Result]]
    ) -> _Result:
        results: list[_Result] = []

        async def logic(context: TurnContext) -> None:
            results.append(await turn(context))

        reference = ConversationReference(
            bot=ChannelAccount(id=where.bot_id),
            user=ChannelAccount(id=where.user_id),
            conversation=_account(where, thread),
            channel_id=CHANNEL,
            service_url=where.service_url,
        )
        try:
            await self.adapter.continue_conversation(reference, logic, self.identity.app_id)
        except UNREADABLE as error:
            raise Unreachable(f"Teams answered something unknown: {error!r}") from error
        (result,) = results
        return result


def _account(where: Conversation, thread: str) -> ConversationAccount:
    return ConversationAccount(
        id=joined_conversation(where.id, thread),
        conversation_type=where.kind or None,
        is_group=where.kind != "personal",
    )


@asynccontextmanager
async def open_connector(
    identity: Identity, clock: Callable[[], datetime]
) -> AsyncIterator[Connector]:
    """Open a connector on one HTTP session, closed at the end."""
    async with aiohttp.ClientSession() as session:
        yield Connector(identity, session, clock)
