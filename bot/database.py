"""Decides which database is used, how it is reached, and how it is brought up to date."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from bot.embedded import APP_ROLE, DATABASE, OWNER_ROLE, EmbeddedServer
from bot.settings import Settings

# Ours is always qualified; Procrastinate's SQL is not, and pgvector's operators cannot be.
SEARCH_PATH = "pg_catalog, queue, extensions"
Pool = AsyncConnectionPool[psycopg.AsyncConnection[tuple[Any, ...]]]


class DatabaseUnusable(Exception):
    """The database cannot be used. The message is one line that says why and what to do."""


@dataclass(frozen=True, slots=True)
class Database:
    """Connection URLs of the application's role and of the role that owns the tables.

    With `intake_key` this process may take events in; '' where it is not to, or none is needed.
    """

    url: str
    admin_url: str
    embedded: bool
    intake_key: str = ""

    @property
    def admin_setting(self) -> str:
        """The setting that the owner's URL comes from."""
        return "DATABASE_URL" if self.url == self.admin_url else "DATABASE_ADMIN_URL"

    @property
    def protects_the_gate(self) -> bool:
        """Whether the application's role is another one than the tables' owner."""
        return conninfo_to_dict(self.url).get("user") != conninfo_to_dict(self.admin_url).get(
            "user"
        )


@contextmanager
def database(settings: Settings) -> Iterator[Database]:
    """Give the database the settings name; start or attach to the embedded one when none is."""
    if settings.database_url:
        admin = settings.database_admin_url or settings.database_url
        yield Database(settings.database_url, admin, False, settings.jobaid_intake_key)
        return
    with EmbeddedServer(settings.jobaid_home) as server:
        yield Database(
            server.url(APP_ROLE, DATABASE),
            server.url(OWNER_ROLE, DATABASE),
            True,
            server.intake_key,
        )


def with_search_path(url: str) -> str:
    """Return the URL with the search path that every connection of ours has."""
    return make_conninfo(url, options=f"-c search_path={SEARCH_PATH.replace(' ', '')}")


def migrate(database: Database) -> None:
    """Bring the schema up to date as the owner, then grant the application's role what it may do,
    and tell the database the intake's key, if there is one.

    All of it or nothing. Raises `DatabaseUnusable` when the server cannot be reached or lacks an
    extension, and when what the database holds is not what the migrations expect.
    """
    try:
        _prepare(database.admin_url)
        engine = create_engine(
            "postgresql+psycopg://",
            poolclass=NullPool,
            creator=lambda: psycopg.connect(with_search_path(database.admin_url)),
        )
        app_role = str(conninfo_to_dict(database.url)["user"])
        # Alembic leaves a transaction that is open to whoever opened it.
        with engine.begin() as connection:
            config = _alembic()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            grants = (Path(__file__).parent / "migrations" / "grants.sql").read_text()
            owner = connection.connection.cursor()
            owner.execute("select set_config('jobaid.app_role', %s, true)", [app_role])
            owner.execute(grants)
            if database.intake_key:
                owner.execute(_KNOW_INTAKE, [database.intake_key])
    except psycopg.OperationalError as error:
        raise unreachable(database.admin_url, error, database.admin_setting) from None
    except (psycopg.Error, DBAPIError, CommandError) as error:
        raise _not_migrated(database, error) from None


_KNOW_INTAKE = """
    insert into bot.intake (key_hash) values (sha256(convert_to(%s, 'UTF8')))
    on conflict (only_row) do update set key_hash = excluded.key_hash
"""


def _not_migrated(database: Database, error: Exception) -> DatabaseUnusable:
    """Say which step failed, and what to do about a database that another build made."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    said = next(iter(str(cause).splitlines()), "").strip().rstrip(".")
    if _is_demo(database.admin_url):
        remedy = (
            "It holds the demo alone: remove the folder JOBAID_HOME names (or empty the database),"
            " or set JOBAID_HOME to an empty folder, and start again."
        )
    else:
        remedy = (
            "Go on with the version of Jobaid that made it, or restore a backup that this version"
            " can bring up to date; whoever keeps the database can tell which."
        )
    return DatabaseUnusable(
        f"The database could not be brought up to date: {said}. Another build of Jobaid made or"
        f" changed it. Nothing was altered. {remedy}"
    )


def _is_demo(admin_url: str) -> bool:
    try:
        with psycopg.connect(admin_url) as owner:
            row = owner.execute("select demo from bot.this_database").fetchone()
    except psycopg.Error:  # another build may keep it elsewhere; then it counts as a real one
        return False
    return bool(row and row[0])


def _prepare(admin_url: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as owner:
        owner.execute("create schema if not exists extensions")
        for name in ("vector", "pg_trgm"):
            try:
                owner.execute(f"create extension if not exists {name} schema extensions".encode())
                owner.execute(f"alter extension {name} set schema extensions".encode())
            except psycopg.Error as error:
                raise DatabaseUnusable(
                    f"The extension {name} is missing from the database:"
                    f" {error.diag.message_primary}. Install it in PostgreSQL (pgvector 0.8 or"
                    " later, pg_trgm), or let a superuser create it in a schema `extensions`."
                ) from None


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def is_up_to_date(url: str) -> bool:
    """Say whether the schema is the one this version of the code expects."""
    try:
        with psycopg.connect(url) as conn:
            row = conn.execute(
                "select to_regclass('public.alembic_version') is not null"
            ).fetchone()
            if not row or not row[0]:
                return False
            found = conn.execute("select version_num from public.alembic_version").fetchall()
    except psycopg.OperationalError as error:
        raise unreachable(url, error) from None
    heads = ScriptDirectory.from_config(_alembic()).get_heads()
    return [name for (name,) in found] == list(heads)


def unreachable(url: str, error: psycopg.Error, setting: str = "DATABASE_URL") -> DatabaseUnusable:
    """Say which database could not be used, why, and what `setting` has to name."""
    where = conninfo_to_dict(url)
    at = f"{where.get('host', 'localhost')}:{where.get('port', 5432)}"
    said = " ".join(str(error).split()).rstrip(".")
    instead = ", or leave it out for the embedded one" if setting == "DATABASE_URL" else ""
    return DatabaseUnusable(
        f"The database {where.get('dbname', '')} at {at} cannot be used: {said}. Check that"
        f" {setting} names a PostgreSQL that runs and can be reached from here, with the right"
        f" user, password and database{instead}."
    )


@asynccontextmanager
async def open_pool(database: Database, size: int = 10) -> AsyncIterator[Pool]:
    """Open the application's pool of connections, and close it at the end."""
    pool: Pool = AsyncConnectionPool(
        with_search_path(database.url),
        min_size=1,
        max_size=size,
        timeout=30,
        check=AsyncConnectionPool.check_connection,
        open=False,
    )
    try:
        await pool.open(wait=True, timeout=15)
    except psycopg.errors.Error as error:
        await pool.close()
        raise unreachable(database.url, error) from None
    try:
        yield pool
    finally:
        await pool.close()
