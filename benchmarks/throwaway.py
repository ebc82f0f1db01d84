"""A PostgreSQL that lives as long as a benchmark, filled from a folder through the real gate."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg

from bot.database import Database, Pool, migrate, open_pool
from bot.embedded import APP_ROLE, OWNER_ROLE, EmbeddedServer
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


@asynccontextmanager
async def throwaway_pool() -> AsyncIterator[Pool]:
    """Connections of the application's role to an empty, migrated database."""
    home = Path(tempfile.mkdtemp(prefix="jobaid-bench-"))
    try:
        with EmbeddedServer(home, {"fsync": "off", "full_page_writes": "off"}) as server:
            with psycopg.connect(server.url(OWNER_ROLE, "postgres"), autocommit=True) as owner:
                owner.execute("create database bench")
            database = Database(
                server.url(APP_ROLE, "bench"), server.url(OWNER_ROLE, "bench"), embedded=True
            )
            await asyncio.to_thread(migrate, database)
            async with open_pool(database) as pool:
                yield pool
    finally:
        shutil.rmtree(home, ignore_errors=True)


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
