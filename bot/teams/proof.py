"""Decides whether a request comes from Teams: its token is signed by Microsoft, for us, for now.

This takes the place of botbuilder's own check, which blocks while it fetches keys, never fetches
them again for a key it does not know, and fails with anything but a refusal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import jwt
import structlog
from botbuilder.schema import Activity
from botframework.connector.auth import (
    AuthenticateRequestResult,
    BotFrameworkAuthentication,
    ClaimsIdentity,
    ConnectorFactory,
    UserTokenClient,
)

from bot.teams.identity import Identity

ISSUER = "https://api.botframework.com"
CHANNEL = "msteams"
_LEEWAY = timedelta(minutes=5)
_FRESH_FOR = timedelta(days=1)
# How often keys are fetched at most, however many unknown ones are shown to us.
_PAUSE, _PAUSE_WHILE_DOWN = timedelta(minutes=1), timedelta(seconds=5)
_SECONDS = aiohttp.ClientTimeout(total=5)
log = structlog.get_logger()


class Forged(PermissionError):
    """The request is not proved to come from Teams."""


class KeysUnreachable(Exception):
    """Microsoft's keys cannot be fetched, so nothing can be told about a token."""


@dataclass(frozen=True, slots=True)
class _Key:
    public: Any
    channels: frozenset[str]


class Keys:
    """The keys Microsoft signs with, fetched daily and when an unknown one is named."""

    def __init__(
        self, session: aiohttp.ClientSession, openid_url: str, clock: Callable[[], datetime]
    ) -> None:
        self._session = session
        self._url = openid_url
        self._clock = clock
        self._keys: dict[str, _Key] = {}
        self._fetched: datetime | None = None
        self._tried: datetime | None = None
        self._is_down = False
        self._lock = asyncio.Lock()

    async def find(self, name: str) -> _Key | None:
        """Return a key; None for one that Microsoft does not have. Raises `KeysUnreachable`.

        A key known before stays good while Microsoft cannot be reached.
        """
        if name in self._keys and self._is_fresh():
            return self._keys[name]
        async with self._lock:
            if not (name in self._keys and self._is_fresh()) and self._may_try():
                await self._fetch()
        if name not in self._keys and self._is_down:
            raise KeysUnreachable(self._url)
        return self._keys.get(name)

    def _is_fresh(self) -> bool:
        return self._fetched is not None and self._clock() - self._fetched < _FRESH_FOR

    def _may_try(self) -> bool:
        pause = _PAUSE_WHILE_DOWN if self._is_down else _PAUSE
        return self._tried is None or self._clock() - self._tried >= pause

    async def _fetch(self) -> None:
        self._tried = self._clock()
        try:
            told = await self._get(self._url)
            found = await self._get(str(told["jwks_uri"]))
            self._keys = dict(_read_key(key) for key in found["keys"] if key.get("kty") == "RSA")
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, KeyError, TypeError,
                AttributeError, jwt.PyJWTError) as error:  # fmt: skip
            log.error("Microsoft's keys cannot be fetched", url=self._url, error=repr(error))
            self._is_down = True
        else:
            self._fetched, self._is_down = self._tried, False

    async def _get(self, url: str) -> Any:
        async with self._session.get(url, timeout=_SECONDS, raise_for_status=True) as response:
            return await response.json(content_type=None)


def _read_key(key: dict[str, Any]) -> tuple[str, _Key]:
    channels = frozenset(map(str, key.get("endorsements") or ()))
    return str(key["kid"]), _Key(jwt.PyJWK(key, "RS256").key, channels)


class Proof(BotFrameworkAuthentication):  # type: ignore[misc]
    """Proves requests, and gives botbuilder its connectors."""

    def __init__(self, identity: Identity, keys: Keys, connectors: ConnectorFactory) -> None:
        self._identity = identity
        self._keys = keys
        self._connectors = connectors

    async def authenticate_request(
        self, activity: Activity, auth_header: str
    ) -> AuthenticateRequestResult:
        """Prove a request by its Authorization header. Raises `Forged` or `KeysUnreachable`.

        With Microsoft's local client there is nothing to prove; that it is local, and the database
        a demo's, is checked by who calls this.
        """
        claims = {} if self._identity.local else await self._claims(auth_header)
        url = activity.service_url
        if url and claims and url != claims["serviceurl"]:
            raise Forged("the token is for another service URL")
        result = AuthenticateRequestResult()
        result.claims_identity = ClaimsIdentity(claims, True)
        result.audience = ISSUER
        result.connector_factory = self._connectors
        return result

    async def _claims(self, auth_header: str) -> dict[str, Any]:
        scheme, _, token = auth_header.partition(" ")
        if scheme.lower() != "bearer":
            raise Forged("there is no bearer token")
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") != "RS256":
                raise Forged("the token is signed in another way")
            key = await self._keys.find(str(header.get("kid")))
            if key is None or CHANNEL not in key.channels:
                raise Forged("the key is not Microsoft's for Teams")
            claims: dict[str, Any] = jwt.decode(
                token,
                key.public,
                algorithms=["RS256"],
                audience=self._identity.app_id,
                issuer=ISSUER,
                leeway=_LEEWAY,
                options={"require": ["exp", "iss", "aud", "serviceurl"]},
            )
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise Forged(str(error)) from error
        return claims

    async def authenticate_streaming_request(
        self, auth_header: str, channel_id_header: str
    ) -> AuthenticateRequestResult:
        """Refused: Teams speaks HTTP to us."""
        raise Forged("no streaming connections")

    def create_connector_factory(self, claims_identity: ClaimsIdentity) -> ConnectorFactory:
        """Our connectors, whoever asked."""
        return self._connectors

    async def create_user_token_client(
        self, claims_identity: ClaimsIdentity
    ) -> UserTokenClient | None:
        """None: nobody signs in through us."""
        return None

    def get_originating_audience(self) -> str:
        """Who our own tokens are for."""
        return ISSUER
