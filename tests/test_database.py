"""What the database itself refuses, whatever the code does."""

from __future__ import annotations

import psycopg
import pytest

from bot.database import Database, DatabaseUnusable, is_up_to_date, migrate
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


def _as_another_build_left_it(database: Database) -> None:
    """A migration was edited after it ran: what it would make stands there in another shape."""
    with psycopg.connect(database.admin_url, autocommit=True) as owner:
        owner.execute("update public.alembic_version set version_num = '0012'")


@pytest.mark.parametrize(
    ("demo", "remedy"),
    [(True, "set JOBAID_HOME to an empty folder"), (False, "or restore a backup")],
)
def test_a_database_of_another_build_is_one_line_and_stays_as_it_was(
    database: Database, demo: bool, remedy: str
) -> None:
    if demo:
        with psycopg.connect(database.admin_url) as owner:
            owner.execute("insert into bot.this_database (demo, created_at) values (true, now())")
    _as_another_build_left_it(database)
    with pytest.raises(DatabaseUnusable) as refused:
        migrate(database)
    said = str(refused.value)
    assert "could not be brought up to date: relation" in said
    assert "already exists. Another build of Jobaid" in said
    assert remedy in said
    assert "\n" not in said
    with psycopg.connect(database.admin_url) as owner:
        assert owner.execute("select version_num from public.alembic_version").fetchone() == (
            "0012",
        )


def test_a_database_of_a_later_build_is_one_line_too(database: Database) -> None:
    with psycopg.connect(database.admin_url, autocommit=True) as owner:
        owner.execute("update public.alembic_version set version_num = '9999'")
    with pytest.raises(DatabaseUnusable, match="Can't locate revision identified by '9999'"):
        migrate(database)
