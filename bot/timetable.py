"""Decides what happens by the clock: one tick a minute in every replica, safe to run in all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import store
from bot.database import Pool
from bot.inbox import Inbox, InboxLater
from bot.work import UNREACHABLE, Queue
from handlers import reminders
from handlers.services import Connection
from indexing.store.answers import forget_askers

log = structlog.get_logger()
_RESCUE_SECONDS = 5


class Timetable:
    """Runs the tick and the rescue of stalled work until it is stopped."""

    def __init__(
        self, pool: Pool, queue: Queue, clock: Callable[[], datetime], forget_after: timedelta
    ) -> None:
        self._pool = pool
        self._queue = queue
        self._clock = clock
        self._forget_after = forget_after
        # In memory: what is due stands in the database, so a shared job store would fire twice.
        self._scheduler = AsyncIOScheduler(timezone="UTC")

    def start(self) -> None:
        """Start ticking, the first time at once."""
        now = self._clock()
        every = {"coalesce": True, "max_instances": 1, "next_run_time": now}
        self._scheduler.add_job(self._tick, "interval", minutes=1, **every)
        self._scheduler.add_job(self._rescue, "interval", seconds=_RESCUE_SECONDS, **every)
        self._scheduler.start()

    def stop(self) -> None:
        """Stop ticking."""
        self._scheduler.shutdown(wait=False)

    async def _tick(self) -> None:
        try:
            async with self._pool.connection() as conn:
                forgotten = await self._forget(conn)
                async with conn.transaction():
                    now = self._clock()
                    later = InboxLater(conn, Inbox(self._queue.defer_event), now)
                    await reminders.on_tick(conn, later, now)
        except UNREACHABLE as error:
            log.warning("tick skipped, the database is away", error=str(error))
            return
        if forgotten:
            log.info("askers forgotten", answers=forgotten)

    async def _forget(self, conn: Connection) -> int:
        """Forget who asked, as far as it is long enough ago."""
        before = self._clock() - self._forget_after
        await store.forget_events(conn, before)
        return await forget_askers(conn, before)

    async def _rescue(self) -> None:
        try:
            await self._queue.rescue(self._clock)
        except UNREACHABLE as error:
            log.warning("rescue skipped, the database is away", error=str(error))
