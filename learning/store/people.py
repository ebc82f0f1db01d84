"""Decides nothing: the SQL of people and of the seats they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from learning.nouns import Person

Connection = AsyncConnection[tuple[Any, ...]]


async def fetch_person(conn: Connection, email: str) -> Person | None:
    """Fetch a person by e-mail, in any case."""
    return await _one(
        conn,
        """
        select id, email, name, roles, seats, timezone, manager, slack, teams, active
        from learning.person where email = %s
        """,
        email.strip().lower(),
    )


async def fetch_person_by_id(conn: Connection, person_id: int) -> Person | None:
    """Fetch a person by our own id."""
    return await _one(
        conn,
        """
        select id, email, name, roles, seats, timezone, manager, slack, teams, active
        from learning.person where id = %s
        """,
        person_id,
    )


async def fetch_person_by_slack(conn: Connection, slack_id: str) -> Person | None:
    """Fetch a person by the id Slack gives them."""
    return await _one(
        conn,
        """
        select id, email, name, roles, seats, timezone, manager, slack, teams, active
        from learning.person where slack = %s and slack <> ''
        """,
        slack_id,
    )


async def fetch_person_by_teams(conn: Connection, teams_id: str) -> Person | None:
    """Fetch a person by the directory id (Entra object id) Teams gives them."""
    return await _one(
        conn,
        """
        select id, email, name, roles, seats, timezone, manager, slack, teams, active
        from learning.person where teams = %s and teams <> ''
        """,
        teams_id,
    )


async def fetch_people(conn: Connection) -> list[Person]:
    """Fetch everybody, by name."""
    rows = await (
        await conn.execute(
            """
            select id, email, name, roles, seats, timezone, manager, slack, teams, active
            from learning.person order by name, id
            """
        )
    ).fetchall()
    return [_person(row) for row in rows]


async def fetch_seat_holders(conn: Connection, seat: str) -> tuple[Person, ...]:
    """Fetch who holds a seat (`sme:refunds`, `ld`, `admin`) and is still here, by name."""
    rows = await (
        await conn.execute(
            """
            select id, email, name, roles, seats, timezone, manager, slack, teams, active
            from learning.person where active and %s = any(seats) order by name, id
            """,
            [seat],
        )
    ).fetchall()
    return tuple(_person(row) for row in rows)


async def fetch_managed_roles(conn: Connection, email: str) -> frozenset[str]:
    """Fetch the roles of everybody who reports to a person and is still here."""
    rows = await (
        await conn.execute(
            """
            select distinct role from learning.person, unnest(roles) role
            where active and manager = %s
            """,
            [email],
        )
    ).fetchall()
    return frozenset(row[0] for row in rows)


async def fetch_people_called(conn: Connection, words: str) -> list[Person]:
    """Fetch who is still here and has this e-mail or this name, in any case; at most ten."""
    rows = await (
        await conn.execute(
            """
            select id, email, name, roles, seats, timezone, manager, slack, teams, active
            from learning.person
            where active and lower(%s) in (email, lower(name)) order by email limit 10
            """,
            [words],
        )
    ).fetchall()
    return [_person(row) for row in rows]


async def fetch_seats(conn: Connection) -> dict[str, tuple[str, ...]]:
    """Fetch who holds each seat that anybody still here holds: seat -> names."""
    rows = await (
        await conn.execute(
            """
            select seat, array_agg(name order by name, id)
            from learning.person, unnest(seats) seat where active group by seat order by seat
            """
        )
    ).fetchall()
    return {seat: tuple(names) for seat, names in rows}


async def lock_seats(conn: Connection) -> None:
    """Wait until nobody else changes people; held until the transaction ends."""
    await conn.execute("select pg_advisory_xact_lock(hashtext('learning.seats'))")


async def act_as(conn: Connection, actor: str, detail: Mapping[str, Any]) -> None:
    """Say who changes people and seats until the transaction ends, and what is kept of it.

    The database writes each change down, and refuses one that nobody has put their name to. `actor`
    is an e-mail, a platform or a shell's user; `detail` is plain JSON.
    """
    await conn.execute(
        "select set_config('jobaid.by', %s::jsonb::text, true)",
        [Jsonb({**detail, "actor": actor})],
    )


async def set_seats(conn: Connection, person_id: int, seats: Sequence[str]) -> None:
    """Make these the seats that a person holds; `act_as` comes first."""
    await conn.execute(
        "update learning.person set seats = %s where id = %s", [list(seats), person_id]
    )


async def upsert_person(conn: Connection, person: Person) -> None:
    """Insert a person or bring the one with this e-mail up to date.

    A platform id that the file leaves out stays: it may have been learnt from the platform. Where
    seats change, or whether somebody is here, or what they are known by, `act_as` comes first.
    """
    await conn.execute(
        "insert into learning.role (id) select unnest(%s::text[]) on conflict do nothing",
        [list(person.roles)],
    )
    await conn.execute(
        """
        insert into learning.person as p
            (email, name, roles, seats, timezone, manager, slack, teams, active)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
        on conflict (email) do update set
            name = excluded.name, roles = excluded.roles, seats = excluded.seats,
            timezone = excluded.timezone, manager = excluded.manager,
            slack = case when excluded.slack = '' then p.slack else excluded.slack end,
            teams = case when excluded.teams = '' then p.teams else excluded.teams end,
            active = excluded.active
        """,
        [
            person.email,
            person.name,
            list(person.roles),
            list(person.seats),
            person.timezone,
            person.manager,
            person.slack,
            person.teams,
            person.active,
        ],
    )


async def link_slack(conn: Connection, person_id: int, slack_id: str) -> None:
    """Remember the Slack id of a person whose e-mail Slack confirmed; never overwrite another's."""
    await lock_seats(conn)
    await act_as(conn, "slack", {})
    await conn.execute(
        """
        update learning.person set slack = %s
        where id = %s and slack = ''
          and not exists (select 1 from learning.person other where other.slack = %s)
        """,
        [slack_id, person_id, slack_id],
    )


async def link_teams(conn: Connection, person_id: int, teams_id: str) -> None:
    """Remember the id of a person whose address Teams confirmed; never overwrite another's."""
    await lock_seats(conn)
    await act_as(conn, "teams", {})
    await conn.execute(
        """
        update learning.person set teams = %s
        where id = %s and teams = ''
          and not exists (select 1 from learning.person other where other.teams = %s)
        """,
        [teams_id, person_id, teams_id],
    )


async def _one(conn: Connection, query: Any, value: str | int) -> Person | None:
    row = await (await conn.execute(query, [value])).fetchone()
    return _person(row) if row else None


def _person(row: tuple[Any, ...]) -> Person:
    identity, email, name, roles, seats, timezone, manager, slack, teams, active = row
    return Person(
        identity, email, name, tuple(roles), tuple(seats), timezone, manager, slack, teams, active
    )
