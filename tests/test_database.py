"""What the database itself refuses, whatever the code does."""

from __future__ import annotations

import psycopg
import pytest

from bot.database import Database, is_up_to_date, migrate
from handlers.services import Connection


async def test_the_audit_log_is_append_only_for_the_application(conn: Connection) -> None:
    await conn.execute("insert into audit.event (actor, act, subject) values ('a', 'b', 'c')")
    await conn.commit()
    for forbidden in (
        "update audit.event set actor = 'x'",
        "delete from audit.event",
        "truncate audit.event",
        "alter table audit.event disable trigger all",
        "update bot.this_database set demo = true",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await conn.execute(forbidden)
        await conn.rollback()


async def test_each_audit_event_carries_the_hash_of_the_one_before(conn: Connection) -> None:
    for act in ("first", "second", "third"):
        await conn.execute(
            "insert into audit.event (actor, act, subject, hash) values ('a', %s, 'c', 'forged')",
            [act],
        )
    rows = await (
        await conn.execute("select previous, hash from audit.event order by id")
    ).fetchall()
    assert rows[0][0] == b""
    assert [row[0] for row in rows[1:]] == [row[1] for row in rows[:-1]]
    assert all(len(row[1]) == 32 for row in rows)


def test_even_the_owner_cannot_change_the_audit_log_by_accident(database: Database) -> None:
    with psycopg.connect(database.admin_url, autocommit=True) as owner:
        owner.execute("insert into audit.event (actor, act, subject) values ('a', 'b', 'c')")
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            owner.execute("delete from audit.event")


def test_migrating_twice_changes_nothing(database: Database) -> None:
    assert is_up_to_date(database.url)
    migrate(database)
    assert is_up_to_date(database.url)
