"""Decides how Slack's requests are taken in: verified, stored once, acknowledged; nothing more.

Bolt checks the signature (±300 s) and answers `url_verification`; one step after it stores the
event. A request that cannot be stored is answered 500, so that Slack sends it again.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.response import BoltResponse

import bot.store
from bot.database import Pool
from bot.inbox import Inbox
from bot.slack.incoming import read
from bot.slack.told import Told
from bot.slack.words import plain_words
from handlers.services import Connection
from handlers.stopping import is_stop

PATH = "/slack/events"
LARGEST_BODY = 1_000_000
_SECONDS_FOR_THE_DATABASE = 2.0
log = structlog.get_logger()


def slack_app(
    inbox: Inbox, pool: Pool, signing_secret: str, clock: Callable[[], datetime]
) -> AsyncApp:
    """Build the app whose only work is to store what Slack tells us. It calls Slack for nothing."""
    # Bolt warns that it will not use SLACK_BOT_TOKEN, which is the worker's.
    logger = logging.getLogger("bot.slack")
    logger.setLevel(logging.ERROR)
    app = AsyncApp(
        name="jobaid",
        logger=logger,
        signing_secret=signing_secret,
        authorize=_authorize,
        # Sending is the worker's; a fault before the acknowledgement has to reach Slack as a 500.
        process_before_response=True,
        ignoring_self_events_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )

    app.use(_Intake(inbox, pool, clock))
    return app


class _Intake(AsyncMiddleware):
    """The one listener, whatever the kind of request. No arguments of Bolt's are made for it."""

    def __init__(self, inbox: Inbox, pool: Pool, clock: Callable[[], datetime]) -> None:
        self._inbox = inbox
        self._pool = pool
        self._clock = clock

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Callable[[], Awaitable[BoltResponse]],
    ) -> BoltResponse:
        """Store what was told, if it is for us, and acknowledge it."""
        told = read(req.body)
        if told is not None:
            async with self._pool.connection(timeout=_SECONDS_FOR_THE_DATABASE) as conn:
                if await _is_for_us(conn, told):
                    await self._inbox.receive(
                        conn,
                        platform="slack",
                        key=told.key,
                        payload={**_without_token(req.body), **_place(told)},
                        lock=told.lock,
                        now=self._clock(),
                        sender=told.user,
                        turn=told.turn,
                        stops=_is_stop(told),
                    )
        return BoltResponse(status=200, body="")


def _without_token(body: Mapping[str, Any]) -> dict[str, Any]:
    """The request without Slack's old shared token, which is a secret and proves nothing."""
    return {key: value for key, value in body.items() if key != "token"}


def _is_stop(told: Told) -> bool:
    """Whether this ends an answer: Slack's own button for it, or the word."""
    if told.kind in ("said", "command"):
        return is_stop(plain_words(told.text, told.bot_user))
    return told.kind == "stopped"


def _place(told: Told) -> dict[str, str]:
    """Where its sender can be told that something failed; a removal has no sender."""
    return {"place": told.place} if told.user else {}


async def _authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
    """Every signed request is let through; who may be answered is decided when it is handled."""
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)


async def _is_for_us(conn: Connection, told: Told) -> bool:
    """In channels only what is said to us is kept: mentions, our threads, what they became."""
    if told.audience == "direct" or told.mentioned or told.kind in ("press", "stopped"):
        return True
    if told.kind == "said":
        return told.thread != told.ts and await bot.store.is_engaged(conn, told.place)
    return await bot.store.is_known(conn, f"slack:{told.message_key}")


def mount(web_app: web.Application, app: AsyncApp) -> None:
    """Serve the app at `POST /slack/events`: events, commands and interactivity."""

    async def handle(request: web.Request) -> web.Response:
        try:
            body = await _body(request)
        except TimeoutError:
            return web.Response(status=408)
        if body is None:
            return web.Response(status=413)
        try:
            bolt_request = AsyncBoltRequest(
                body=body.decode(),
                query=request.query_string,
                headers={name: [value] for name, value in request.headers.items()},
            )
        # Bolt reads the body before it checks the signature: nothing of Slack's looks like this.
        except (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError):
            return web.Response(status=400)
        told = bolt_request.body
        if not isinstance(told, dict) or not isinstance(told.get("event", {}), dict):
            return web.Response(status=400)
        if not _is_checkable(request):
            return web.Response(status=401)
        return await to_aiohttp_response(await app.async_dispatch(bolt_request))

    web_app.router.add_post(PATH, handle)


def _is_checkable(request: web.Request) -> bool:
    """Whether Bolt can check the signature at all: it fails on other characters."""
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    signature = request.headers.get("X-Slack-Signature", "")
    return bool(re.fullmatch(r"[0-9]{1,12}", timestamp)) and signature.isascii()


async def _body(request: web.Request) -> bytes | None:
    """The whole body, None when it is larger than any of Slack's."""
    read_so_far = bytearray()
    async with asyncio.timeout(10):
        async for chunk in request.content.iter_chunked(65_536):
            read_so_far += chunk
            if len(read_so_far) > LARGEST_BODY:
                return None
    return bytes(read_so_far)
