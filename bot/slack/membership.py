"""Decides whether we are still in the workspace: a token that Slack refuses is not sent with again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.database import Pool
from bot.slack import store
from bot.slack.calls import Refused, Unreachable, called

_GONE = frozenset(
    {"token_revoked", "invalid_auth", "account_inactive", "not_authed", "token_expired"}
)
_SECONDS = 5.0
log = structlog.get_logger()


class Membership:
    """Remembers in the database that the app was removed, for every worker and for `doctor`."""

    def __init__(self, pool: Pool, client: AsyncWebClient, clock: Callable[[], datetime]) -> None:
        self._pool = pool
        self._client = client
        self._clock = clock
        self._token = store.token_hash(client.token or "")

    async def ended(self) -> str:
        """Return why nothing can be sent any more, '' if it can. Asks Slack only if it could not."""
        async with self._pool.connection() as conn:
            reason = await store.fetch_removed(conn, self._token)
        return await self.check() if reason else ""

    async def check(self) -> str:
        """Ask Slack whether it takes our token; remember and return why not, '' if it does."""
        try:
            await called(self._client.auth_test(), _SECONDS)
        except Refused as refused:
            await self.refused(refused.code)
            return refused.code if refused.code in _GONE else ""
        except Unreachable as error:
            log.info("slack does not say whether we are still there", error=str(error))
            return ""
        async with self._pool.connection() as conn:
            await store.delete_removed(conn, self._token)
        return ""

    async def refused(self, code: str) -> None:
        """Remember a refusal that says that we are not there any more."""
        if code in _GONE:
            log.warning("slack does not take our token any more", code=code)
            async with self._pool.connection() as conn:
                await store.insert_removed(conn, self._token, code, self._clock())
