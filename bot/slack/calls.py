"""Decides what a failed call to Slack means: refused for good, or to be tried again later."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

_PASSING = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
    }
)


class Refused(Exception):
    """Slack said no. `code` is its own word for it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unreachable(Exception):
    """Slack could not be reached, is out of order or asks us to wait."""


@asynccontextmanager
async def web_client(token: str, api_url: str) -> AsyncIterator[AsyncWebClient]:
    """Open a client of Slack's Web API at `api_url`, with one pool of connections."""
    timeout = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        yield AsyncWebClient(
            token=token,
            base_url=api_url.rstrip("/") + "/",
            session=session,
            retry_handlers=[
                AsyncConnectionErrorRetryHandler(),
                AsyncRateLimitErrorRetryHandler(max_retry_count=1),
                AsyncServerErrorRetryHandler(max_retry_count=1),
            ],
        )


async def called(
    call: Awaitable[AsyncSlackResponse], seconds: float | None = None
) -> dict[str, Any]:
    """Return what Slack answered. Raises `Refused` or `Unreachable`."""
    try:
        async with asyncio.timeout(seconds):
            response = await call
    except SlackApiError as error:
        raise _meaning(error.response) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Unreachable(f"{type(error).__name__}: {error}") from error
    return response.data if isinstance(response.data, dict) else {}


def _meaning(response: Any) -> Refused | Unreachable:
    """`response` is the SDK's, or aiohttp's own where the SDK could not read the body."""
    status: int = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    data = getattr(response, "data", None)
    code = str(data.get("error") or "") if isinstance(data, dict) else ""
    if status == 429 or status >= 500 or code in _PASSING or not code:
        return Unreachable(f"Slack answered {status} {code}".strip())
    return Refused(code)


async def responded(client: AsyncWebClient, url: str, **message: Any) -> None:
    """Answer a command or a press through its response_url. Raises `Refused` or `Unreachable`."""
    webhook = AsyncWebhookClient(url, session=client.session)
    try:
        response = await webhook.send(response_type="ephemeral", replace_original=False, **message)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Unreachable(f"{type(error).__name__}: {error}") from error
    if response.status_code == 429 or response.status_code >= 500:
        raise Unreachable(f"Slack answered {response.status_code}")
    if response.status_code != 200:
        raise Refused(_webhook_code(response.body) or str(response.status_code))


def _webhook_code(body: str) -> str:
    """A response_url says its word for it bare, or as the Web API does."""
    try:
        said = json.loads(body)
    except ValueError:
        return body[:100]
    return str(said.get("error") or "") if isinstance(said, dict) else body[:100]
