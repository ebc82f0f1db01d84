"""Decides where the tests' PostgreSQL keeps its files, and how a test gets a database of its own."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from intake import KEY
from psycopg import sql

from bot.database import Database, migrate
from bot.embedded import APP_ROLE, OWNER_ROLE, Connection, EmbeddedServer

_MEMORY, _ROOM = Path("/dev/shm"), 2**30
_EMPTY = "template_jobaid"
# What is lost in a crash is of no use to a test.
_OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "128MB",
}


@dataclass(frozen=True, slots=True)
class Server:
    """The PostgreSQL of a run; `owner` is a connection of its superuser."""

    connection: Connection
    owner: psycopg.Connection

    @contextmanager
    def new_database(self) -> Iterator[Database]:
        """Give an empty, migrated database (not a demo database) and drop it at the end."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        # Its files are copied as they are; through the log, each page would be written twice.
        self.owner.execute(f"create database {name} template {_EMPTY} strategy file_copy")
        yield self.database(name)
        self.owner.execute(f"drop database {name} with (force)")

    def database(self, name: str) -> Database:
        """How to reach one of its databases."""
        url, admin_url = (self.connection.url(role, name) for role in (APP_ROLE, OWNER_ROLE))
        return Database(url, admin_url, True, KEY)


@contextmanager
def run_server() -> Iterator[Server]:
    """Run a PostgreSQL with a migrated template to copy databases from."""
    home = Path(tempfile.mkdtemp(prefix="jobaid-tests-", dir=_folder()))
    try:
        with (
            EmbeddedServer(home, _OPTIONS) as connection,
            psycopg.connect(connection.url(OWNER_ROLE, "postgres"), autocommit=True) as owner,
        ):
            server = Server(connection, owner)
            _make_logging_in_cheap(server)
            owner.execute(f"create database {_EMPTY}")
            migrate(server.database(_EMPTY))
            yield server
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _folder() -> Path | None:
    """Return a folder in memory if there is room, else None: wherever temporary files go.

    A database is some six hundred files. A disk takes ten times as long to make and remove them.
    """
    try:
        is_open = (
            not os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC
        )  # the server's programs may lie there
        has_room = shutil.disk_usage(_MEMORY).free >= _ROOM
    except OSError:
        return None
    return _MEMORY if is_open and has_room and os.access(_MEMORY, os.W_OK) else None


def _make_logging_in_cheap(server: Server) -> None:
    """Hash the passwords once instead of 4096 times: a run logs in some thousand times."""
    server.owner.execute("set scram_iterations = 1")
    passwords = {
        APP_ROLE: server.connection.app_password,
        OWNER_ROLE: server.connection.owner_password,
    }
    for role, password in passwords.items():
        server.owner.execute(
            sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(password))
        )
