"""Decides how a change in the local chat reaches everybody who looks on, in whichever process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import structlog
from psycopg_pool import PoolTimeout

from bot.database import Pool
from bot.web.store.messages import CHANNEL

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Change:
    """What changed: `event` is said, edited, deleted, working, post, update, whisper, stream or
    stream_end; `root` the message its thread hangs on; `only_for` the one who sees a whisper.
    """

    event: str
    place: str
    root: int
    id: int
    only_for: int | None


Changes = asyncio.Queue[Change | None]
"""None: some may have been missed, look at everything again."""


class Watch:
    """Listens once per process and passes every change on to all who subscribed."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._subscribers: set[Changes] = set()
        self.listening = asyncio.Event()

    @contextmanager
    def subscribe(self) -> Iterator[Changes]:
        """Give a queue of the changes from now on."""
        changes: Changes = asyncio.Queue()
        self._subscribers.add(changes)
        try:
            yield changes
        finally:
            self._subscribers.discard(changes)

    async def run(self) -> None:
        """Listen until cancelled. A database that is gone for a while is waited for."""
        while True:
            try:
                async for change in self._heard():
                    self._pass_on(change)
            except (psycopg.OperationalError, PoolTimeout) as error:
                log.warning("local chat: waiting for the database", error=str(error))
                await asyncio.sleep(1)

    async def _heard(self) -> AsyncIterator[Change | None]:
        async with self._pool.connection() as conn:
            await conn.set_autocommit(True)
            await conn.execute(f"listen {CHANNEL}")
            self.listening.set()
            yield None
            async for notification in conn.notifies():
                yield Change(**json.loads(notification.payload))

    def _pass_on(self, change: Change | None) -> None:
        for changes in self._subscribers:
            changes.put_nowait(change)
