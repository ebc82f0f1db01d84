"""Decides how Teams is called and what a failed call means: refused for good, or tried again later.

botbuilder's connector runs on one HTTP session of ours: it neither blocks, nor leaves sessions
open, nor has to parse a gateway's HTML, and our token is fetched once an hour.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from botframework.connector import AsyncBfPipeline
from botframework.connector.aio import ConnectorClient
from botframework.connector.auth import ConnectorFactory
from msrest.exceptions import ClientException
from msrest.pipeline import Request, Response, SansIOHTTPPolicy
from msrest.pipeline.async_abc import AsyncHTTPSender
from msrest.universal_http.async_abc import AsyncClientResponse

from bot.channel import TryLater, Unsendable
from bot.teams.identity import Identity

_SCOPE = "https://api.botframework.com/.default"
_TIMEOUT = aiohttp.ClientTimeout(total=15)
_PASSING = frozenset({401, 408, 412, 425, 429})
_EARLY = timedelta(minutes=5)
_MOST_CONNECTORS = 50


class Refused(Exception):
    """Teams said no: the HTTP status, and its own words for it in lower case."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(f"{status} {said}".strip())
        self.status = status
        self.said = said.lower()

    @property
    def by_reader(self) -> bool:
        """Whether a stream was refused because its reader stopped it."""
        return "cancel" in self.said


class Unreachable(Exception):
    """Teams could not be reached, is out of order or asks us to wait."""


@contextmanager
def as_outbox_errors() -> Iterator[None]:
    """Turn what Teams answers into what the outbox knows."""
    try:
        yield
    except Refused as refused:
        raise Unsendable(f"Teams refuses it: {refused}") from refused
    except Unreachable as error:
        raise TryLater(str(error)) from error


class Token:
    """Our own token, fetched when the last one is about to run out."""

    def __init__(
        self, identity: Identity, session: aiohttp.ClientSession, clock: Callable[[], datetime]
    ) -> None:
        self._identity = identity
        self._session = session
        self._clock = clock
        self._token = ""
        self._until: datetime | None = None
        self._lock = asyncio.Lock()

    async def get(self) -> str:
        """Return a token that is good for minutes. Raises `Unreachable`."""
        async with self._lock:
            if self._until is None or self._clock() >= self._until:
                self._token, seconds = await self._fetch()
                self._until = self._clock() + timedelta(seconds=seconds) - _EARLY
            return self._token

    def forget(self) -> None:
        """Fetch another one next time."""
        self._until = None

    async def _fetch(self) -> tuple[str, int]:
        url = f"{self._identity.login_url}/{self._identity.tenant}/oauth2/v2.0/token"
        form = {
            "grant_type": "client_credentials",
            "client_id": self._identity.app_id,
            "client_secret": self._identity.password,
            "scope": _SCOPE,
        }
        try:
            async with self._session.post(url, data=form, timeout=_TIMEOUT) as response:
                said = await response.json(content_type=None)
                if response.status == 200:
                    return str(said["access_token"]), int(said["expires_in"])
                code = str(said.get("error"))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unreachable(f"the log-in cannot be reached: {error!r}") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Unreachable(f"the log-in answered something unknown: {error!r}") from error
        raise Unreachable(f"the log-in gives us no token ({response.status} {code})")


class _Answered(AsyncClientResponse):
    """A response whose body is here."""

    def __init__(self, request: Any, response: aiohttp.ClientResponse, body: bytes) -> None:
        super().__init__(request, response)
        self.status_code = response.status
        self.headers = {"content-type": "application/json"}
        self.reason = response.reason
        self._body = body

    def body(self) -> bytes:
        return self._body

    def raise_for_status(self) -> None:
        """Failures were raised before this was made."""


class _Sender(AsyncHTTPSender[Any, Any]):
    """Sends botbuilder's requests. Raises `Refused` or `Unreachable`."""

    def __init__(self, identity: Identity, session: aiohttp.ClientSession, token: Token) -> None:
        self._identity = identity
        self._session = session
        self._token = token

    async def __aexit__(self, *_: object) -> None:
        """The session is closed by who opened it."""

    async def send(self, request: Request[Any], **_: Any) -> Response[Any, Any]:
        wanted = request.http_request
        if not self._identity.trusts(wanted.url):
            raise Refused(0, "that address is not Teams'")
        headers = dict(wanted.headers)
        if not self._identity.local:
            headers["Authorization"] = f"Bearer {await self._token.get()}"
        try:
            async with self._session.request(
                wanted.method,
                wanted.url,
                headers=headers,
                data=wanted.data,
                timeout=_TIMEOUT,
                allow_redirects=False,
            ) as response:
                body = await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unreachable(f"Teams cannot be reached: {error!r}") from error
        if response.status == 401:
            self._token.forget()
        return Response(request, _Answered(wanted, response, _checked(response, body)))


def _checked(response: aiohttp.ClientResponse, body: bytes) -> bytes:
    """Return the JSON of a good answer, whatever else a gateway put in its place refused."""
    try:
        said = json.loads(body or b"{}")
    except ValueError:
        said = None
    if response.status >= 300:
        problem = said.get("error") if isinstance(said, dict) else None
        words = ""
        if isinstance(problem, dict):
            words = f"{problem.get('code') or ''} {problem.get('message') or ''}".strip()
        if response.status in _PASSING or response.status >= 500:
            raise Unreachable(f"Teams answered {response.status} {words}".strip())
        raise Refused(response.status, words)
    if not isinstance(said, dict | list):
        raise Unreachable(f"Teams answered {response.status} without JSON")
    return body or b"{}"


class Connectors(ConnectorFactory):  # type: ignore[misc]
    """One connector for each address of Teams: making one costs milliseconds."""

    def __init__(self, identity: Identity, session: aiohttp.ClientSession, token: Token) -> None:
        self._sender = _Sender(identity, session, token)
        self._made: dict[str, ConnectorClient] = {}

    async def create(self, service_url: str, audience: str | None = None) -> ConnectorClient:
        """Return the connector for an address."""
        if service_url not in self._made:
            if len(self._made) >= _MOST_CONNECTORS:
                self._made.clear()
            # Our token is the sender's business: to botbuilder, credentials that do nothing.
            self._made[service_url] = ConnectorClient(
                SansIOHTTPPolicy(),
                base_url=service_url,
                pipeline_type=AsyncBfPipeline,
                sender=self._sender,
            )
        return self._made[service_url]


UNREADABLE = ClientException
"""What botbuilder raises when an answer is not what it expects."""
