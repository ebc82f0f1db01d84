"""Decides nothing: all SQL of the `bot` schema stands here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from bot.channel import Event, Outgoing
from handlers.cards import Card, card_from_json, card_to_json
from handlers.inbound import CardRef, Place
from handlers.services import Connection
from indexing.visible import visible


async def insert_event(
    conn: Connection,
    key: str,
    platform: str,
    payload: dict[str, Any],
    now: datetime,
    turn: str,
    stops: bool,
) -> int | None:
    """Store an event under its unique key; None when it is there already."""
    row = await (
        await conn.execute(
            """
            insert into bot.inbox (key, platform, payload, received_at, turn, stops)
            values (%s, %s, %s, %s, %s, %s)
            on conflict (key) do nothing
            returning id
            """,
            [key, platform, Jsonb(_storable(payload)), now, turn, stops],
        )
    ).fetchone()
    return row[0] if row else None


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


async def insert_outgoing(
    conn: Connection,
    *,
    ref: CardRef,
    inbox_id: int | None,
    kind: str,
    place: Place,
    person_id: int | None,
    card: Card,
    sentences: Sequence[str],
    now: datetime,
) -> int:
    """Write a row to the outbox."""
    row = await (
        await conn.execute(
            """
            insert into bot.outbox (ref, inbox_id, kind, place, person_id, card, sentences, created_at)
            values (%s, %s, %s, %s, %s, %s, %s, %s)
            returning id
            """,
            [
                ref,
                inbox_id,
                kind,
                place,
                person_id,
                Jsonb(card_to_json(card)),
                Jsonb(list(sentences)),
                now,
            ],
        )
    ).fetchone()
    assert row
    return int(row[0])


async def forget_events(conn: Connection, before: datetime) -> int:
    """Forget what people told us before a day, and what we told them; how many events it were.

    A press that decided something about a module is its record and stays whole, and so does where
    a module's card stands.
    """
    done = await conn.execute(
        """
        update bot.inbox set payload = '{}', person_id = null, turn = ''
        where received_at < %s and state <> 'waiting' and payload <> '{}'
          and not review.is_record(id)
        """,
        [before],
    )
    await conn.execute(
        """
        delete from bot.outbox
        where created_at < %s and state in ('sent', 'dead') and not review.is_card(ref)
        """,
        [before],
    )
    return done.rowcount


async def fetch_platform_id(conn: Connection, ref: CardRef) -> str:
    """What the platform calls a card that was posted; '' for one that was not."""
    row = await (
        await conn.execute("select platform_id from bot.posted where ref = %s", [ref])
    ).fetchone()
    return str(row[0]) if row else ""


async def fetch_place_of(conn: Connection, ref: CardRef) -> Place | None:
    """Where a card stands or is going to stand."""
    row = await (
        await conn.execute(
            "select place from bot.outbox where ref = %s and kind <> 'update' limit 1", [ref]
        )
    ).fetchone()
    return Place(row[0]) if row else None


async def fetch_unsent(
    conn: Connection, inbox_id: int | None = None, outbox_id: int | None = None
) -> list[int]:
    """The rows of one event (or one row) that are still to be sent, oldest first."""
    rows = await (
        await conn.execute(
            """
            select id from bot.outbox
            where (inbox_id = %s or id = %s) and state in ('queued', 'sending')
            order by id
            """,
            [inbox_id, outbox_id],
        )
    ).fetchall()
    return [row[0] for row in rows]


async def claim_outgoing(conn: Connection, outbox_id: int, now: datetime) -> Outgoing | None:
    """Mark a row as being sent and return it as it was before; None when there is nothing to do.

    A row that is found `sending` was cut off in flight: it is counted.
    """
    row = await (
        await conn.execute(
            """
            with before as (select * from bot.outbox where id = %s for update)
            update bot.outbox o
            set state = 'sending', sending_at = %s, attempts = o.attempts + 1,
                cut_off = o.cut_off + (before.state = 'sending')::integer
            from before
            where o.id = before.id and before.state in ('queued', 'sending')
            returning o.ref, o.inbox_id, o.kind, o.place, o.person_id, o.card, o.sentences,
                      before.state, o.attempts,
                      (select platform_id from bot.posted p where p.ref = o.ref)
            """,
            [outbox_id, now],
        )
    ).fetchone()
    if row is None:
        return None
    ref, inbox_id, kind, place, person_id, card, sentences, state, attempts, platform_id = row
    event = await fetch_event(conn, inbox_id) if inbox_id else None
    return Outgoing(
        outbox_id,
        ref,
        kind,
        Place(place),
        person_id,
        card_from_json(card),
        tuple(sentences),
        state,
        attempts,
        event,
        platform_id or "",
    )


async def mark_sent(conn: Connection, outgoing: Outgoing, platform_id: str, now: datetime) -> None:
    """Mark a row as sent and remember where its card stands."""
    await conn.execute(
        "update bot.outbox set state = 'sent', sent_at = %s where id = %s", [now, outgoing.id]
    )
    if platform_id and outgoing.kind in ("post", "stream"):
        await conn.execute(
            """
            insert into bot.posted (ref, place, platform_id) values (%s, %s, %s)
            on conflict do nothing
            """,
            [outgoing.ref, outgoing.place, platform_id],
        )


async def mark_unsent(
    conn: Connection, outgoing: Outgoing, state: str, reference: str, error: str
) -> None:
    """Put a row back (`queued`) or give it up (`dead`)."""
    await conn.execute(
        "update bot.outbox set state = %s, reference = %s, error = %s where id = %s",
        [state, reference, error, outgoing.id],
    )


async def fetch_ref(conn: Connection, place: str, platform_id: str) -> CardRef | None:
    """The card that a platform calls `platform_id` in a place, its thread left aside."""
    row = await (
        await conn.execute(
            """
            select ref from bot.posted
            where split_part(place, '|', 1) = split_part(%s, '|', 1) and platform_id = %s
            """,
            [place, platform_id],
        )
    ).fetchone()
    return CardRef(row[0]) if row else None


async def claim_once(conn: Connection, key: str, now: datetime) -> bool:
    """Claim something that may happen once only; False when it happened."""
    row = await (
        await conn.execute(
            "insert into bot.sent (key, at) values (%s, %s) on conflict do nothing returning key",
            [key, now],
        )
    ).fetchone()
    return row is not None


async def fetch_direct_place(conn: Connection, person_id: int, platform: str) -> Place | None:
    """Where a person talked to us directly before."""
    row = await (
        await conn.execute(
            "select place from bot.direct_place where person_id = %s and platform = %s",
            [person_id, platform],
        )
    ).fetchone()
    return Place(row[0]) if row else None


async def upsert_direct_place(
    conn: Connection, person_id: int, platform: str, place: Place
) -> None:
    """Remember where a person talks to us directly."""
    await conn.execute(
        """
        insert into bot.direct_place (person_id, platform, place) values (%s, %s, %s)
        on conflict (person_id, platform) do update set place = excluded.place
        where direct_place.place <> excluded.place
        """,
        [person_id, platform, place],
    )


async def is_demo(conn: Connection) -> bool:
    """Whether `jobaid demo` created this database: unproved identity works nowhere else."""
    row = await (await conn.execute("select demo from bot.this_database")).fetchone()
    return bool(row and row[0])


async def fetch_left_behind(conn: Connection, before: datetime) -> list[tuple[int, str]]:
    """Events (`event`) and unasked rows (`row`) that an outage left undone, with no job of theirs."""
    rows = await (
        await conn.execute(
            """
            select e.id, 'event' from bot.inbox e
            where e.state <> 'dead' and e.received_at < %(before)s
              and (e.state = 'waiting' or exists (
                    select 1 from bot.outbox o where o.inbox_id = e.id
                    and o.state in ('queued', 'sending') and o.created_at < %(before)s))
              and not exists (
                    select 1 from queue.procrastinate_jobs j
                    where j.status in ('todo', 'doing') and j.task_name = 'work'
                    and j.args = jsonb_build_object('inbox_id', e.id))
            union all
            select o.id, 'row' from bot.outbox o
            where o.inbox_id is null and o.state in ('queued', 'sending')
              and o.created_at < %(before)s
              and not exists (
                    select 1 from queue.procrastinate_jobs j
                    where j.status in ('todo', 'doing') and j.task_name = 'send'
                    and j.args = jsonb_build_object('outbox_id', o.id))
            """,
            {"before": before},
        )
    ).fetchall()
    return [(row[0], row[1]) for row in rows]


async def fetch_dead_letters(conn: Connection) -> list[tuple[str, int, str, str, datetime]]:
    """What was given up: inbox or outbox, its id, reference, error and time."""
    rows = await (
        await conn.execute(
            """
            select 'inbox', id, reference, error, received_at from bot.inbox where state = 'dead'
            union all
            select 'outbox', id, reference, error, created_at from bot.outbox where state = 'dead'
            order by 5 desc limit 50
            """
        )
    ).fetchall()
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


async def count_cut_off(conn: Connection) -> int:
    """How many calls were cut off in flight and made again: the doubles a person may have seen."""
    row = await (await conn.execute("select coalesce(sum(cut_off), 0) from bot.outbox")).fetchone()
    assert row
    return int(row[0])


async def count_waiting(conn: Connection) -> int:
    """How many jobs wait or run."""
    row = await (
        await conn.execute(
            "select count(*) from queue.procrastinate_jobs where status in ('todo', 'doing')"
        )
    ).fetchone()
    assert row
    return int(row[0])
