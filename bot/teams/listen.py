"""Decides how Teams' requests are taken in: proved, stored once, acknowledged; nothing more.

What Teams wants in its response is answered there: a press gets the card as it stands, with what
was typed in it, or words that only the presser sees. The stored press changes the card later.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import web
from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.schema import Activity, ConversationAccount
from botframework.connector.auth import AuthenticateRequestResult

import bot.store
from bot.database import Pool
from bot.inbox import Inbox
from bot.outbox import OutboxChat
from bot.teams import answers, store
from bot.teams.answers import Answer
from bot.teams.connector import Connector, open_connector
from bot.teams.identity import Identity
from bot.teams.incoming import Told, read, tenant_of
from bot.teams.messages import Form
from bot.teams.proof import CHANNEL, Forged, KeysUnreachable
from bot.work import UNREACHABLE
from handlers.answer_cards import help_card
from handlers.inbound import Place
from handlers.services import Connection
from handlers.stopping import is_stop
from handlers.wording import ADD_ME_FIRST, ANSWERING_DIRECTLY, NOT_THIS_CARD, NOTHING_TO_ANSWER

PLATFORM = "teams"
PATH = "/api/messages"
HELD_OPEN = timedelta(seconds=2.5)
"""How long a press in a channel waits for what only its presser may see. Teams waits ten seconds."""

_SECONDS_FOR_THE_BODY = 10
_SECONDS_FOR_THE_DATABASE = 2.0
_LOOK_AGAIN_SECONDS = 0.1
# A chat without threads goes on with the same turns until nothing was said for this long.
_PAUSE = timedelta(minutes=30)
_NAMES = ("127.0.0.1", "localhost", "[::1]")
log = structlog.get_logger()


class Listener:
    """Takes requests in. `connector` calls Teams for nothing here but to prove them."""

    def __init__(
        self,
        connector: Connector,
        pool: Pool,
        inbox: Inbox,
        clock: Callable[[], datetime],
        held_open: timedelta = HELD_OPEN,
    ) -> None:
        self._connector = connector
        self._identity = connector.identity
        self._pool = pool
        self._inbox = inbox
        self._clock = clock
        self._held_open = held_open

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request of `POST /api/messages`."""
        said = await _json(request)
        if isinstance(said, web.Response):
            return said
        try:
            if self._identity.local and not await self._is_let_in(request):
                return web.Response(status=403)
            proved = await self._proved(request, said)
            if not _is_whole(said):
                return web.Response(status=400)
            if not self._is_ours(said):
                return web.Response(status=403)
            return await self._take_in(proved, said)
        except Forged as forged:
            log.warning("a request is not Teams'", reason=str(forged))
            return web.Response(status=401)
        except KeysUnreachable:
            return web.Response(status=503)
        except UNREACHABLE as error:
            log.warning("teams is asked to come back, the database is away", error=str(error))
            return web.Response(status=503)

    async def _is_let_in(self, request: web.Request) -> bool:
        """Whether somebody without proof may come in: from this machine, to a demo's database."""
        if not _is_from_this_machine(request):
            return False
        async with self._pool.connection(timeout=_SECONDS_FOR_THE_DATABASE) as conn:
            return await bot.store.is_demo(conn)

    async def _proved(
        self, request: web.Request, said: dict[str, Any]
    ) -> AuthenticateRequestResult:
        url = said.get("serviceUrl")
        activity = Activity(service_url=url if isinstance(url, str) else None)
        return await self._connector.adapter.bot_framework_authentication.authenticate_request(
            activity, request.headers.get("Authorization", "")
        )

    def _is_ours(self, said: dict[str, Any]) -> bool:
        """Whether an activity is of our tenant, and wants to be answered at Teams' own address."""
        is_ours = self._identity.local or tenant_of(said) == self._identity.tenant
        if is_ours and self._identity.trusts(said["serviceUrl"]):
            return True
        log.warning("not of our tenant", tenant=tenant_of(said), service_url=said["serviceUrl"])
        return False

    async def _take_in(
        self, proved: AuthenticateRequestResult, said: dict[str, Any]
    ) -> web.Response:
        """Run botbuilder's turn around what is stored; an invoke's answer goes out with it."""

        async def turn(context: TurnContext) -> None:
            answer = await self._store(said)
            if answer is not None:
                await context.send_activity(
                    Activity(
                        type="invokeResponse",
                        value=InvokeResponse(status=answer.status, body=answer.body),
                    )
                )

        activity = Activity(
            type=said["type"],
            channel_id=CHANNEL,
            service_url=said["serviceUrl"],
            conversation=ConversationAccount(id=said["conversation"]["id"]),
        )
        answered = await self._connector.adapter.process_activity(proved, activity, turn)
        if answered is None:
            return web.Response(status=201)
        status = int(answered.status or HTTPStatus.NOT_IMPLEMENTED)
        if answered.body is None:
            return web.Response(status=status)
        return web.json_response(answered.body, status=status)

    async def _store(self, said: dict[str, Any]) -> Answer | None:
        """Store an activity; return what its response has to say, None for nothing."""
        told = read(said)
        if told is None:
            return answers.not_implemented() if said["type"] == "invoke" else None
        async with self._pool.connection(timeout=_SECONDS_FOR_THE_DATABASE) as conn:
            if told.kind == "removed":
                await store.delete_conversation(conn, told.conversation)
                return None
            turns = await store.upsert_conversation(
                conn, told, f"teams:{told.message_key}", _PAUSE, self._clock()
            )
            if not await _is_for_us(conn, told):
                return None
            refused = await _refused_at_once(conn, told)
            if refused is not None:
                return refused
            held = await self._receive(conn, said, told, "" if told.thread else turns)
        return await self._answer(said, told, held)

    async def _receive(
        self, conn: Connection, said: dict[str, Any], told: Told, turns: str
    ) -> int | None:
        """Store the event; return its id where its response is held open for it."""
        now = self._clock()
        inbox_id = await self._inbox.receive(
            conn,
            platform=PLATFORM,
            key=told.key,
            payload={**said, "place": told.place, "turns": turns},
            lock=told.lock,
            now=now,
            sender=told.aad,
            turn=told.turn,
            stops=told.kind == "said" and is_stop(told.text),
        )
        if inbox_id is None:
            return None
        if told.kind == "installed" and told.audience == "direct":
            await _welcome(conn, inbox_id, told, now)
        if told.kind == "press" and told.audience == "channel" and said["type"] == "invoke":
            await store.insert_waiting_press(conn, inbox_id, now + self._held_open)
            return inbox_id
        return None

    async def _answer(self, said: dict[str, Any], told: Told, held: int | None) -> Answer | None:
        if said["type"] != "invoke":
            return None
        match told.kind:
            case "rated":
                return answers.taken()
            case "asked_about":
                return answers.dialog(ANSWERING_DIRECTLY)
        words = await self._wait(held) if held is not None else None
        async with self._pool.connection(timeout=_SECONDS_FOR_THE_DATABASE) as conn:
            ref = await store.fetch_posted(conn, told.platform_id)
            card = await store.fetch_card(conn, ref) if ref else None
            stream_id = await store.fetch_streamed(conn, ref) if ref else None
        form: Form = "chat" if told.audience == "direct" else "shared"
        if stream_id not in (None, told.message):
            form = "streamed"
        if words is not None:
            return answers.private_beside(card, told, form, words)
        return answers.card_as_it_stands(card, told, form)

    async def _wait(self, inbox_id: int) -> str | None:
        """Wait for what only the presser may see, as long as the response may be held open."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._held_open.total_seconds()
        while loop.time() < until:
            async with self._pool.connection(timeout=_SECONDS_FOR_THE_DATABASE) as conn:
                if await store.is_settled(conn, inbox_id):
                    break
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        async with self._pool.connection(timeout=_SECONDS_FOR_THE_DATABASE) as conn:
            return await store.take_over(conn, inbox_id)


async def _is_for_us(conn: Connection, told: Told) -> bool:
    """Where others read along only what is said to us is kept: mentions, our threads, presses."""
    match told.kind:
        case "said":
            return (
                told.audience == "direct"
                or told.mentioned
                or (told.thread != told.message and await bot.store.is_engaged(conn, told.place))
            )
        case "edited" | "deleted":
            is_said = await bot.store.is_known(conn, f"teams:{told.message_key}")
            return told.audience == "direct" or told.mentioned or is_said
    return True


async def _refused_at_once(conn: Connection, told: Told) -> Answer | None:
    """What can be told without asking anybody: not our card, nothing to answer, nowhere to."""
    match told.kind:
        case "press" if await store.fetch_posted(conn, told.platform_id) is None:
            return answers.private(NOT_THIS_CARD)
        case "asked_about" if not told.text:
            return answers.dialog(NOTHING_TO_ANSWER)
        case "asked_about" if await store.fetch_personal(conn, told.aad) is None:
            return answers.dialog(ADD_ME_FIRST)
    return None


async def _welcome(conn: Connection, inbox_id: int, told: Told, now: datetime) -> None:
    """Say hello once in a chat, however often Teams says that we were added."""
    if await bot.store.claim_once(conn, f"teams:welcome:{told.conversation}", now):
        chat = OutboxChat(conn, inbox_id, now, (PLATFORM,))
        await chat.post(Place(told.place), help_card("Hello."))


async def _json(request: web.Request) -> dict[str, Any] | web.Response:
    if request.content_type != "application/json":
        return web.Response(status=415)
    try:
        async with asyncio.timeout(_SECONDS_FOR_THE_BODY):
            said = json.loads(await request.read())
    except TimeoutError:
        return web.Response(status=408)
    except (ValueError, RecursionError):
        return web.Response(status=400)
    return said if isinstance(said, dict) else web.Response(status=400)


def _is_whole(said: dict[str, Any]) -> bool:
    """Whether an activity is Teams' and says where it comes from."""
    url, conversation = said.get("serviceUrl"), said.get("conversation")
    return (
        isinstance(url, str)
        and url != ""
        and said.get("channelId") == CHANNEL
        and isinstance(said.get("type"), str)
        and isinstance(conversation, dict)
        and isinstance(conversation.get("id"), str)
    )


def _is_from_this_machine(request: web.Request) -> bool:
    """Whether it came over loopback, under a name of this machine, and not from a web page."""
    where = request.get_extra_info("sockname")
    if not isinstance(where, tuple) or "Origin" in request.headers:
        return False
    names = {f"{name}:{where[1]}" for name in _NAMES}
    return ipaddress.ip_address(where[0]).is_loopback and request.host.lower() in names


async def mount(
    application: web.Application,
    identity: Identity,
    pool: Pool,
    inbox: Inbox,
    clock: Callable[[], datetime],
) -> None:
    """Serve Teams at `POST /api/messages`, with a connector that is closed with the application."""
    opened = AsyncExitStack()
    connector = await opened.enter_async_context(open_connector(identity, clock))
    application.router.add_post(PATH, Listener(connector, pool, inbox, clock).handle)

    async def close(_application: web.Application) -> None:
        await opened.aclose()

    application.on_cleanup.append(close)
