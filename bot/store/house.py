"""SQL of the house: once only, direct places, what an outage left, what is long past."""

from __future__ import annotations

from datetime import datetime

from handlers.inbound import Place
from handlers.services import Connection


async def forget_events(conn: Connection, before: datetime) -> int:
    """Forget what people told us before a day, and what we told them; how many events it were.

    A press that decided something about a module is its record and stays whole, and so does where
    a module's card stands.
    """
    done = await conn.execute(
        """
        update bot.inbox set payload = '{}', sender = '', person_id = null, turn = ''
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


async def holds_sample(conn: Connection) -> bool:
    """Whether this is the demo of the sample company; false where people try their own."""
    row = await (await conn.execute("select demo and sample from bot.this_database")).fetchone()
    return bool(row and row[0])


async def fetch_left_behind(conn: Connection, before: datetime) -> list[tuple[int, str]]:
    """Events (`event`) and unasked rows (`row`) that an outage left undone, with no job of theirs."""
    rows = await (
        await conn.execute(
            """
            select e.id, 'event' from bot.inbox e
            where e.received_at < %(before)s
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
