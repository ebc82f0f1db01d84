"""A real PostgreSQL with pgvector for every test that asks for one, and no way off this machine."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator

import pytest
import structlog
from databases import Server, run_server
from pytest_socket import socket_allow_hosts

from bot.database import Database, Pool, open_pool
from handlers.services import Connection as HandlerConnection

# A test must not see the machine's settings.
for name in [
    n for n in os.environ if n.startswith(("JOBAID_", "SLACK_", "TEAMS_", "OPENAI_", "DATABASE_"))
]:
    del os.environ[name]

# Left alone, structlog draws a traceback with every local: most of a second for each that is logged.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.dev.ConsoleRenderer(colors=False),
    ]
)


def pytest_runtest_setup() -> None:
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One PostgreSQL for the run."""
    with run_server() as server:
        yield server


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    """An empty, migrated database of this test's own (not a demo database)."""
    with server.new_database() as database:
        yield database


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    """The application's pool on that database."""
    async with open_pool(database) as pool:
        yield pool


@pytest.fixture
async def conn(pool: Pool) -> AsyncIterator[HandlerConnection]:
    """One connection of the application's role."""
    async with pool.connection() as conn:
        yield conn
