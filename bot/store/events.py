"""SQL of the inbox: events as platforms told them, and how far each is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from bot.channel import Event
from handlers.services import Connection
from indexing.visible import visible


async def insert_event(
    conn: Connection,
    intake: str,
    key: str,
    platform: str,
    payload: dict[str, Any],
    sender: str,
    now: datetime,
    turn: str,
    stops: bool,
) -> int | None:
    """Store an event under its unique key; None when it is there already.

    Without the intake's key the database takes no event of a platform.
    """
    row = await (
        await conn.execute(
            """
            select bot.take_in(%s, %s, %s, %s, %s, %s, %s, %s)
            """,
            [intake, key, platform, Jsonb(_storable(payload)), sender, now, turn, stops],
        )
    ).fetchone()
    return row[0] if row else None


async def takes_in(conn: Connection, intake: str) -> bool:
    """Whether what holds this key may take events in. Any may where the database knows none."""
    row = await (
        await conn.execute(
            """
            select coalesce(
                (select key_hash = sha256(convert_to(%s, 'UTF8')) from bot.intake), true)
            """,
            [intake],
        )
    ).fetchone()
    return bool(row and row[0])


async def knows_intake(conn: Connection) -> bool:
    """Whether the database tells the intake from whoever else may write to it."""
    row = await (await conn.execute("select exists (select from bot.intake)")).fetchone()
    return bool(row and row[0])


def _storable(value: Any) -> Any:
    """Return JSON values without what nobody sees, NUL and halves of pairs included: jsonb refuses
    those."""
    match value:
        case str():
            return visible(value)
        case dict():
            return {_storable(key): _storable(item) for key, item in value.items()}
        case list():
            return [_storable(item) for item in value]
        case _:
            return value


async def fetch_event(conn: Connection, inbox_id: int) -> Event | None:
    """Fetch one event."""
    row = await (
        await conn.execute(
            """
            select id, key, platform, payload, received_at, state, attempts, stops
            from bot.inbox where id = %s
            """,
            [inbox_id],
        )
    ).fetchone()
    return Event(*row) if row else None


async def is_stopped(conn: Connection, inbox_id: int) -> bool:
    """Whether whoever asked has stopped the answer to an event."""
    row = await (
        await conn.execute(
            """
            select exists (
                select 1 from bot.inbox asked join bot.inbox stop on stop.turn = asked.turn
                where asked.id = %s and asked.turn <> '' and stop.stops and stop.id > asked.id)
            """,
            [inbox_id],
        )
    ).fetchone()
    return bool(row and row[0])


async def has_stopped(conn: Connection, inbox_id: int) -> bool:
    """Whether there was anything that an event could stop when it came."""
    row = await (
        await conn.execute(
            """
            select exists (
                select 1 from bot.inbox stop join bot.inbox asked on asked.turn = stop.turn
                where stop.id = %s and asked.id < stop.id and not asked.stops
                  and (asked.state = 'waiting' or asked.handled_at >= stop.received_at))
            """,
            [inbox_id],
        )
    ).fetchone()
    return bool(row and row[0])


async def is_known(conn: Connection, key: str) -> bool:
    """Whether this event is in the inbox."""
    row = await (
        await conn.execute("select exists (select 1 from bot.inbox where key = %s)", [key])
    ).fetchone()
    return bool(row and row[0])


async def lock_waiting_event(conn: Connection, inbox_id: int) -> bool:
    """Lock an event that still waits to be handled; False when it was handled meanwhile.

    What refers to the event (a platform's stream of the answer, begun on a connection of its own
    so that it outlives us) may be stored beside this lock.
    """
    row = await (
        await conn.execute(
            """
            select 1 from bot.inbox where id = %s and state = 'waiting' for no key update
            """,
            [inbox_id],
        )
    ).fetchone()
    return row is not None


async def mark_event(
    conn: Connection, inbox_id: int, state: str, person_id: int | None, now: datetime
) -> None:
    """Mark an event as handled or ignored."""
    await conn.execute(
        "update bot.inbox set state = %s, person_id = %s, handled_at = %s where id = %s",
        [state, person_id, now, inbox_id],
    )


async def mark_event_person(conn: Connection, inbox_id: int, person_id: int) -> None:
    """Say whose event it is."""
    await conn.execute("update bot.inbox set person_id = %s where id = %s", [person_id, inbox_id])


async def mark_event_failed(
    conn: Connection, inbox_id: int, reference: str, error: str, dead: bool
) -> None:
    """Count a failed attempt; a dead event is not tried again."""
    await conn.execute(
        """
        update bot.inbox
        set attempts = attempts + 1, reference = %s, error = %s,
            state = case when %s then 'dead' else state end
        where id = %s
        """,
        [reference, error, dead, inbox_id],
    )
