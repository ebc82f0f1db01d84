"""Decides how an answer that is being written is stopped, whichever process is writing it.

A stop is a row of the inbox as everything that people do, stored before it is acknowledged; whoever
writes an answer looks for one while the model works. So a stop reaches every process, needs no
worker that is free, and is not lost with a connection. Only the model is interrupted: what comes of
that is said, stored and sent as any answer is.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from typing import TypeVar

import psycopg
import structlog
from psycopg_pool import PoolTimeout
from pydantic import BaseModel

from bot import store
from bot.database import Pool
from indexing.language_model import LanguageModel, ModelUnavailable, Prompt, T, Usage

LOOK_SECONDS = 0.5
_Value = TypeVar("_Value")
log = structlog.get_logger()


class Stoppable:
    """A language model for one answer, which fails (`stopped`) from the moment it is stopped."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model
        self._stopped = False
        self._waiting: asyncio.Timeout | None = None

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    @property
    def cites(self) -> bool:
        """As the model, which learns it for the answers to come."""
        return self._model.cites

    @cites.setter
    def cites(self, cites: bool) -> None:
        self._model.cites = cites

    def stop(self) -> None:
        """Interrupt what the model is doing, and let it do nothing more."""
        if self._waiting is not None and not self._stopped:
            self._waiting.reschedule(0)
        self._stopped = True

    async def ask(self, prompt: Prompt, answer: type[T], usage: Usage) -> T:
        """As the model."""
        return await self._unless_stopped(lambda: self._model.ask(prompt, answer, usage))

    async def write(
        self, prompt: Prompt, usage: Usage, shape: type[BaseModel] | None = None
    ) -> AsyncGenerator[str]:
        """As the model."""
        async with aclosing(self._model.write(prompt, usage, shape)) as pieces:
            while (piece := await self._unless_stopped(lambda: anext(pieces, None))) is not None:
                yield piece

    async def _unless_stopped(self, begin: Callable[[], Awaitable[_Value]]) -> _Value:
        if self._stopped:
            raise ModelUnavailable("stopped")
        try:
            async with asyncio.timeout(None) as self._waiting:
                return await begin()
        except TimeoutError as error:  # ours: a model has names for its own
            raise ModelUnavailable("stopped") from error
        finally:
            self._waiting = None


@asynccontextmanager
async def stoppable(
    pool: Pool, inbox_id: int, model: LanguageModel | None
) -> AsyncIterator[Stoppable | None]:
    """The model for the answer to one event, stopped when somebody stops it; None without one."""
    if model is None:
        yield None
        return
    given, over = Stoppable(model), asyncio.Event()
    looking = asyncio.create_task(_look(pool, inbox_id, given, over))
    try:
        yield given
    finally:
        over.set()
        looking.cancel()
        await asyncio.wait({looking})


async def _look(pool: Pool, inbox_id: int, model: Stoppable, over: asyncio.Event) -> None:
    """Look again and again whether whoever asked has stopped the answer."""
    while not over.is_set():
        try:
            async with pool.connection() as conn:
                if await store.is_stopped(conn, inbox_id):
                    model.stop()
                    return
        except (psycopg.OperationalError, PoolTimeout) as error:  # among them: being cancelled
            log.info("cannot look for a stop", inbox=inbox_id, error=str(error))
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await over.wait()
