"""Decides how Slack reaches us where it cannot reach an address of ours: a socket that we open.

The same intake as over HTTP. An envelope is acknowledged once its event is stored; one that is not
is sent again by Slack, on this connection or another. Slack closes a connection now and then; the
SDK opens the next one.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.settings import UnusableSetting
from bot.slack.calls import Refused, Unreachable, called

_PING_SECONDS = 5.0


@asynccontextmanager
async def open_socket(
    app: AsyncApp, app_token: str, api_url: str, ping_seconds: float = _PING_SECONDS
) -> AsyncIterator[None]:
    """Take in what Slack tells over a WebSocket. Raises `UnusableSetting` if Slack opens none.

    A connection that is gone without a word is noticed after `ping_seconds`.
    """
    logger = logging.getLogger("bot.slack.socket")
    logger.setLevel(logging.ERROR)
    client = AsyncWebClient(base_url=api_url.rstrip("/") + "/", timeout=10)
    address = await _address(client, app_token)
    handler = AsyncSocketModeHandler(
        app, app_token, logger=logger, web_client=client, ping_interval=ping_seconds
    )
    handler.client.wss_uri = address
    try:
        await handler.connect_async()  # type: ignore[no-untyped-call]
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


async def _address(client: AsyncWebClient, app_token: str) -> str:
    """Ask once by ourselves: the SDK would ask for ever with a token that Slack refuses."""
    try:
        opened = await called(client.apps_connections_open(app_token=app_token))
    except Refused as refused:
        raise UnusableSetting(
            f"SLACK_APP_TOKEN cannot be used: Slack answers {refused.code}. Create an app-level"
            " token (xapp-…) with connections:write under Basic Information, and set it."
        ) from None
    except Unreachable as error:
        raise UnusableSetting(
            f"Slack cannot be reached at SLACK_API_URL ({error}). Correct it and start again."
        ) from None
    return str(opened["url"])
