"""SQL of what waits for whom: drafts before their reviewers, and who was reminded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from psycopg import AsyncConnection

from review.nouns import Module, Waiting

Connection = AsyncConnection[tuple[Any, ...]]


async def fetch_waiting(conn: Connection) -> list[Waiting]:
    """Every draft that somebody can approve now, with the seats that have."""
    rows = await (
        await conn.execute(
            """
            select m.id, m.kind, m.role, m.competency, m.part, m.domain, m.gap, m.context, m.source,
                   m.requested_by, m.revises, m.because, m.state, m.round, m.number, m.hash,
                   m.created_at, m.moved_at, m.due_at, c.title,
                   coalesce(a.seats, '{}'), coalesce(a.people, '{}'), coalesce(e.people, '{}')
            from review.module m
            join review.content c on c.module_id = m.id and c.number = m.number
            left join lateral (
                select array_agg(a.seat) as seats, array_agg(a.person_id) as people
                from review.approval a
                where a.module_id = m.id and a.round = m.round and a.number = m.number
            ) a on true
            left join lateral (
                select array_agg(distinct e.edited_by) as people
                from review.content e where e.module_id = m.id and e.edited_by is not null
            ) e on true
            where m.state in ('in_review', 'approved_by_one')
            order by m.id
            """
        )
    ).fetchall()
    return [
        Waiting(
            (module := Module(*row[:-4])),
            title,
            tuple(seats),
            frozenset({module.requested_by, *approvers, *editors}),
        )
        for row in rows
        for title, seats, approvers, editors in [row[-4:]]
    ]


async def fetch_requested(conn: Connection, person_id: int) -> list[tuple[Module, str]]:
    """What somebody asked for and nobody has ended or published, the newest first, with titles."""
    rows = await (
        await conn.execute(
            """
            select m.id, m.kind, m.role, m.competency, m.part, m.domain, m.gap, m.context, m.source,
                   m.requested_by, m.revises, m.because, m.state, m.round, m.number, m.hash,
                   m.created_at, m.moved_at, m.due_at, coalesce(c.title, '')
            from review.module m
            left join review.content c on c.module_id = m.id and c.number = m.number
            where m.requested_by = %s
              and m.state not in ('published', 'superseded', 'withdrawn', 'rejected')
            order by m.id desc
            """,
            [person_id],
        )
    ).fetchall()
    return [(Module(*row[:-1]), row[-1]) for row in rows]


async def fetch_reminded(conn: Connection, days: Iterable[tuple[int, date]]) -> frozenset[int]:
    """Which of these people have been reminded on the day given for each."""
    wanted = list(days)
    rows = await (
        await conn.execute(
            """
            select r.person_id from review.reminded r
            join unnest(%s::bigint[], %s::date[]) as w (person_id, day)
              on w.person_id = r.person_id and w.day = r.day
            """,
            [[person for person, _ in wanted], [day for _, day in wanted]],
        )
    ).fetchall()
    return frozenset(row[0] for row in rows)


async def insert_reminded(conn: Connection, person_id: int, day: date) -> None:
    """Remember that somebody was reminded on a day; a second time changes nothing."""
    await conn.execute(
        "insert into review.reminded (person_id, day) values (%s, %s) on conflict do nothing",
        [person_id, day],
    )
