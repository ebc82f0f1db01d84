"""A PostgreSQL that lives as long as a benchmark, filled from a folder through the real gate."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from bot.database import Database, Pool, migrate, open_pool
from bot.embedded import APP_ROLE, OWNER_ROLE, Connection, EmbeddedServer
from indexing.documents import index_path
from indexing.embeddings import Embedder

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MODELS = Path(tempfile.gettempdir()) / "jobaid-bench-models"
GOVERNANCE = """\
defaults:
  owner: owner@example.com
  scope: everything
  version: "1"
  version_on: 2026-11-01
  roles: [everyone]
  competencies: [everything]
  validated_by: sme@example.com
  validated_on: 2026-11-02
"""


@contextmanager
def throwaway_server() -> Iterator[Connection]:
    """An empty PostgreSQL with pgvector, gone with all it holds at the end."""
    home = Path(tempfile.mkdtemp(prefix="jobaid-bench-"))
    try:
        with EmbeddedServer(home, {"fsync": "off", "full_page_writes": "off"}) as server:
            yield server
    finally:
        shutil.rmtree(home, ignore_errors=True)


def create_database(server: Connection, name: str) -> str:
    """Create an empty database; its owner's URL."""
    with psycopg.connect(server.url(OWNER_ROLE, "postgres"), autocommit=True) as owner:
        owner.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    return server.url(OWNER_ROLE, name)


async def migrated_database(server: Connection) -> Database:
    """A database of ours, still empty."""
    url = await asyncio.to_thread(create_database, server, "bench")
    database = Database(server.url(APP_ROLE, "bench"), url, embedded=True)
    await asyncio.to_thread(migrate, database)
    return database


@asynccontextmanager
async def throwaway_pool() -> AsyncIterator[Pool]:
    """Connections of the application's role to an empty, migrated database."""
    with throwaway_server() as server:
        async with open_pool(await migrated_database(server)) as pool:
            yield pool


async def fill(pool: Pool, folder: Path, embedder: Embedder | None) -> None:
    """Index a folder of documents as if everybody might read all of it."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as governance:
        governance.write(GOVERNANCE)
        governance.flush()
        async with pool.connection() as conn:
            await conn.set_autocommit(True)
            report = await index_path(
                conn,
                folder,
                governance_file=Path(governance.name),
                today=TODAY,
                now=NOW,
                embedder=embedder,
            )
            await conn.execute("analyze")
            await conn.set_autocommit(False)
    for row in report.rows:
        if row.problem:
            print(f"{row.uri}: {row.problem}")
