"""A real PostgreSQL with pgvector for every test that asks for one, and no way off this machine."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from pytest_socket import socket_allow_hosts

from bot.database import Database, Pool, migrate, open_pool
from bot.embedded import APP_ROLE, OWNER_ROLE, Connection, EmbeddedServer
from handlers.services import Connection as HandlerConnection

# A test must not see the machine's settings.
for name in [
    n for n in os.environ if n.startswith(("JOBAID_", "SLACK_", "TEAMS_", "OPENAI_", "DATABASE_"))
]:
    del os.environ[name]


def pytest_runtest_setup() -> None:
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def server() -> Iterator[Connection]:
    """One PostgreSQL for the run, with a migrated template to copy databases from."""
    home = Path(tempfile.mkdtemp(prefix="jobaid-tests-"))
    options = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    try:
        with EmbeddedServer(home, options) as connection:
            with psycopg.connect(connection.url(OWNER_ROLE, "postgres"), autocommit=True) as owner:
                owner.execute("create database template_jobaid")
            migrate(_database(connection, "template_jobaid"))
            yield connection
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _database(server: Connection, name: str) -> Database:
    return Database(server.url(APP_ROLE, name), server.url(OWNER_ROLE, name), embedded=True)


@pytest.fixture
def database(server: Connection) -> Iterator[Database]:
    """An empty, migrated database of this test's own (not a demo database)."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server.url(OWNER_ROLE, "postgres"), autocommit=True) as owner:
        owner.execute(f"create database {name} template template_jobaid")
        yield _database(server, name)
        owner.execute(f"drop database {name} with (force)")


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
