"""Decides how work is queued and worked off: Procrastinate on the same PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import procrastinate
import psycopg
import structlog
from procrastinate import PsycopgConnector, RetryStrategy
from psycopg_pool import PoolTimeout

from bot import store
from bot.channel import TryLater
from bot.database import Pool
from bot.inbox import Worker
from bot.outbox import Outbox
from handlers.services import Connection

log = structlog.get_logger()
UNREACHABLE = (psycopg.OperationalError, PoolTimeout, procrastinate.exceptions.ConnectorException)
# 1, 2, 4 … seconds: about two minutes in all, longer than a database takes to come back.
_RETRY = RetryStrategy(
    max_attempts=8, exponential_wait=2, retry_exceptions=[TryLater, *UNREACHABLE]
)
_HEARTBEAT_SECONDS = 2.0
_STALLED_SECONDS = 10.0
_LEFT_BEHIND = timedelta(seconds=60)


class Queue:
    """The jobs of the house: `work` handles an event, `send` sends one unasked row."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._worker: Worker | None = None
        self._outbox: Outbox | None = None
        self._app = procrastinate.App(connector=PsycopgConnector())
        self._work = self._app.task(name="work", retry=_RETRY)(self._run_work)
        self._send = self._app.task(name="send", retry=_RETRY)(self._run_send)

    async def open(self) -> None:
        """Use the application's pool."""
        await self._app.open_async(self._pool)

    def give(self, worker: Worker, outbox: Outbox) -> None:
        """Say who does the work; a process that only takes in needs none."""
        self._worker, self._outbox = worker, outbox

    async def defer_event(self, conn: Connection, inbox_id: int, lock: str) -> None:
        """Queue the job of an event on its own connection: both are there, or neither."""
        job = self._work.configure(connection=conn, lock=lock or None)
        await job.defer_async(inbox_id=inbox_id)

    async def defer_row(self, conn: Connection, outbox_id: int, lock: str) -> None:
        """Queue the sending of one row that no event caused."""
        await self._send.configure(connection=conn, lock=lock).defer_async(outbox_id=outbox_id)

    async def _run_work(self, inbox_id: int) -> None:
        assert self._worker is not None
        await self._worker.work_off(inbox_id)

    async def _run_send(self, outbox_id: int) -> None:
        assert self._outbox is not None
        await self._outbox.send(outbox_id=outbox_id)

    async def run(self, concurrency: int) -> None:
        """Work off jobs until cancelled. A database that is gone for a while is waited for."""
        while True:
            try:
                await self._app.run_worker_async(
                    concurrency=concurrency,
                    install_signal_handlers=False,
                    delete_jobs="successful",
                    fetch_job_polling_interval=0.5,
                    update_heartbeat_interval=_HEARTBEAT_SECONDS,
                    stalled_worker_timeout=_STALLED_SECONDS,
                    shutdown_graceful_timeout=10,
                )
                return
            except UNREACHABLE as error:
                log.warning("waiting for the database", error=str(error))
                await asyncio.sleep(1)

    async def rescue(self, now: Callable[[], datetime]) -> None:
        """Take up what a killed worker or an outage left behind."""
        manager = self._app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_SECONDS):
            log.info("retrying a stalled job", job=job.id)
            await manager.retry_job(job)
        async with self._pool.connection() as conn:
            for left_id, kind in await store.fetch_left_behind(conn, now() - _LEFT_BEHIND):
                if kind == "event":
                    await self.defer_event(conn, left_id, f"left:{left_id}")
                else:
                    await self.defer_row(conn, left_id, f"left-row:{left_id}")
