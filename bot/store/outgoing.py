"""SQL of the outbox: what is to be said, and where it stands once it is."""

from __future__ import annotations

from datetime import datetime

from psycopg.types.json import Jsonb

from bot.channel import Outgoing
from bot.store.events import fetch_event
from handlers.cards import Card, card_from_json, card_to_json
from handlers.inbound import CardRef, Place
from handlers.services import Connection


async def insert_outgoing(
    conn: Connection,
    *,
    ref: CardRef,
    inbox_id: int | None,
    kind: str,
    place: Place,
    person_id: int | None,
    card: Card,
    now: datetime,
) -> int:
    """Write a row to the outbox."""
    row = await (
        await conn.execute(
            """
            insert into bot.outbox (ref, inbox_id, kind, place, person_id, card, created_at)
            values (%s, %s, %s, %s, %s, %s, %s)
            returning id
            """,
            [
                ref,
                inbox_id,
                kind,
                place,
                person_id,
                Jsonb(card_to_json(card)),
                now,
            ],
        )
    ).fetchone()
    assert row
    return int(row[0])


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
            returning o.ref, o.inbox_id, o.kind, o.place, o.person_id, o.card,
                      before.state, o.created_at,
                      (select platform_id from bot.posted p where p.ref = o.ref)
            """,
            [outbox_id, now],
        )
    ).fetchone()
    if row is None:
        return None
    ref, inbox_id, kind, place, person_id, card, state, created_at, platform_id = row
    event = await fetch_event(conn, inbox_id) if inbox_id else None
    return Outgoing(
        outbox_id,
        ref,
        kind,
        Place(place),
        person_id,
        card_from_json(card),
        state,
        created_at,
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


async def is_engaged(conn: Connection, place: str) -> bool:
    """Whether a card of ours stands in this thread."""
    row = await (
        await conn.execute("select exists (select 1 from bot.posted where place = %s)", [place])
    ).fetchone()
    return bool(row and row[0])
