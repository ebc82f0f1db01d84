"""Who takes events in: only what holds the key that the database knows."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from intake import KEY
from sop_folder import NOW

from bot import app, store
from bot.database import Database, Pool, migrate, open_pool
from bot.embedded import EmbeddedServer
from bot.inbox import Inbox
from bot.settings import Settings, UnusableSetting, read_settings
from handlers import doctor
from handlers.services import Connection


async def _nothing(_conn: Connection, _inbox_id: int, _lock: str) -> None:
    pass


async def take_in(conn: Connection, key: str, platform: str = "slack", **more: Any) -> int | None:
    how = {"key": "1", "payload": {}, "lock": "l", "now": NOW, "sender": "U1", **more}
    return await Inbox(_nothing, key).receive(conn, platform=platform, **how)


async def test_a_platforms_event_needs_the_key_and_our_own_none(conn: Connection) -> None:
    for key in ("", "a guess", KEY + " "):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="not the intake's key"):
            await take_in(conn, key)
        await conn.rollback()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await conn.execute("select bot.take_in(null, 'k', 'slack', '{}', 'U1', now(), '', false)")
    await conn.rollback()
    assert await take_in(conn, "", "jobaid") is not None
    assert await take_in(conn, KEY) is not None
    assert await take_in(conn, KEY) is None, "it is there already"


async def test_what_was_told_stays_until_it_is_forgotten_whole(conn: Connection) -> None:
    await take_in(conn, KEY, payload={"text": "hello"}, turn="t")
    await conn.commit()
    for change in ("sender = 'U2'", "payload = '{}'", "turn = ''", "payload = '{}', turn = ''"):
        with pytest.raises(psycopg.errors.RaiseException, match="stays as it came"):
            await conn.execute(f"update bot.inbox set {change}".encode())
        await conn.rollback()
    for change in ("key = 'x'", "platform = 'web'", "received_at = now()"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await conn.execute(f"update bot.inbox set {change}".encode())
        await conn.rollback()
    await conn.execute("update bot.inbox set payload = '{}', sender = '', turn = ''")


async def test_a_process_with_another_key_is_refused_before_it_serves(
    database: Database, pool: Pool
) -> None:
    async with app.open_house(Settings(), database) as house:
        await app.check_intake(house)
    async with app.open_house(Settings(), replace(database, intake_key="another")) as house:
        with pytest.raises(UnusableSetting, match="JOBAID_INTAKE_KEY is not the key"):
            await app.check_intake(house)


async def test_migrating_makes_a_new_key_known_and_forgets_none(database: Database) -> None:
    migrate(replace(database, intake_key=""))
    async with open_pool(database) as pool, pool.connection() as conn:
        assert await store.takes_in(conn, KEY)
        migrate(replace(database, intake_key="the next one"))
        assert not await store.takes_in(conn, KEY)
        assert await store.takes_in(conn, "the next one")


async def test_a_database_that_knows_no_key_says_so(database: Database, pool: Pool) -> None:
    async with pool.connection() as conn:
        assert await store.knows_intake(conn)
        with psycopg.connect(database.admin_url) as owner:
            owner.execute("delete from bot.intake")
        assert not await store.knows_intake(conn)
        assert await take_in(conn, "") is not None
    facts = doctor.Facts(False, True, True, "none", False, False)
    state = doctor.State(False, 1, {}, 0, 0, True, intake_known=False)
    (line,) = [line for line in doctor.report(facts, state) if line.startswith("Protection")]
    assert "NOT WHOLE" in line
    assert "JOBAID_INTAKE_KEY" in line


def test_a_key_that_can_be_guessed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBAID_INTAKE_KEY", "hunter2")
    with pytest.raises(UnusableSetting, match="openssl rand -hex 32") as refused:
        read_settings()
    assert "hunter2" not in str(refused.value)


def test_an_embedded_database_made_without_a_key_gets_one() -> None:
    # Not pytest's folder: it is closed to the user the server runs as where tests run as root.
    with tempfile.TemporaryDirectory() as home, EmbeddedServer(Path(home)) as made:
        file = Path(home) / "postgres" / "connection.json"
        assert len(made.intake_key) >= 32
        written = json.loads(file.read_text())
        del written["intake_key"]
        file.write_text(json.dumps(written))
        with EmbeddedServer(Path(home)) as found:
            assert len(found.intake_key) >= 32
            assert found.intake_key != made.intake_key
        assert json.loads(file.read_text())["intake_key"] == found.intake_key
