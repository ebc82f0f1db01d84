"""SQL of what people did about a module: approvals, remarks, minutes, and where its card stands."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Literal

from psycopg.types.json import Jsonb

from review.nouns import (
    TICKS,
    Approval,
    Module,
    Posted,
    Remark,
    Seat,
)
from review.store.modules import Connection


async def insert_approval(
    conn: Connection,
    module: Module,
    *,
    seat: Seat,
    person_id: int,
    just_competent: dict[str, int],
    press: int,
    at: datetime,
    seconds: int,
    parts: int,
    opened: Collection[int],
) -> None:
    """Store an approval of the module's content as it stands, with all three ticks."""
    await conn.execute(
        """
        insert into review.approval (module_id, number, hash, round, seat, person_id, ticks,
                                     just_competent, press, at, seconds, parts, opened)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        [
            module.id,
            module.number,
            module.hash,
            module.round,
            seat,
            person_id,
            list(TICKS),
            Jsonb(just_competent),
            press,
            at,
            seconds,
            parts,
            sorted(opened),
        ],
    )


async def fetch_approvals(conn: Connection, module: Module) -> tuple[Approval, ...]:
    """The approvals of this round of review, in the order they were given."""
    rows = await (
        await conn.execute(
            """
            select seat, person_id, hash, ticks, at, parts, opened from review.approval
            where module_id = %s and round = %s and number = %s order by id
            """,
            [module.id, module.round, module.number],
        )
    ).fetchall()
    return tuple(
        Approval(seat, who, hashed, tuple(ticks), at, parts, tuple(opened))
        for seat, who, hashed, ticks, at, parts, opened in rows
    )


async def fetch_standing_seats(conn: Connection, module_id: int) -> frozenset[Seat]:
    """The seats whose approval of a module counts: its giver may still give it."""
    cursor = await conn.execute(
        "select review.approved_seats(m) from review.module m where id = %s", [module_id]
    )
    row = await cursor.fetchone()
    return frozenset(row[0]) if row else frozenset()


async def insert_opened(
    conn: Connection, module: Module, *, person_id: int, part: int, parts: int, now: datetime
) -> None:
    """Remember that somebody was shown a part of the card of the module's present content."""
    await conn.execute(
        """
        insert into review.opened (module_id, number, person_id, parts, part, at)
        values (%s, %s, %s, %s, %s, %s) on conflict do nothing
        """,
        [module.id, module.number, person_id, parts, part, now],
    )


async def fetch_opened(
    conn: Connection, module: Module, *, person_id: int, parts: int
) -> frozenset[int]:
    """Which of so many parts of the module's present content somebody was shown; 1 always."""
    rows = await (
        await conn.execute(
            """
            select part from review.opened
            where module_id = %s and number = %s and person_id = %s and parts = %s
            """,
            [module.id, module.number, person_id, parts],
        )
    ).fetchall()
    return frozenset({1, *(row[0] for row in rows)})


async def insert_remark(
    conn: Connection,
    module: Module,
    *,
    kind: str,
    person_id: int,
    text: str,
    press: int,
    now: datetime,
) -> int:
    """Store what somebody asked for, or why they said no; return its id."""
    row = await (
        await conn.execute(
            """
            insert into review.remark (module_id, number, kind, person_id, text, press, at)
            values (%s, %s, %s, %s, %s, %s, %s) returning id
            """,
            [module.id, module.number, kind, person_id, text, press, now],
        )
    ).fetchone()
    assert row
    return int(row[0])


async def fetch_remarks(conn: Connection, module_id: int) -> tuple[Remark, ...]:
    """Everything people remarked on a module, in the order they did."""
    rows = await (
        await conn.execute(
            """
            select kind, number, person_id, text, at, id from review.remark
            where module_id = %s order by id
            """,
            [module_id],
        )
    ).fetchall()
    return tuple(Remark(*row) for row in rows)


async def fetch_reporters(conn: Connection, module: Module) -> frozenset[int]:
    """Who has reported this content since it was published, and since it was last held to be right."""
    rows = await (
        await conn.execute(
            """
            select distinct r.person_id from review.remark r
            where r.module_id = %s and r.number = %s and r.kind = 'report' and r.at >= %s
              and not exists (
                select from review.remark held
                where held.module_id = r.module_id and held.number = r.number
                  and held.kind = 'restore' and held.id > r.id)
            """,
            [module.id, module.number, module.moved_at],
        )
    ).fetchall()
    return frozenset(row[0] for row in rows)


async def upsert_posted(
    conn: Connection,
    module: Module,
    *,
    ref: str,
    place: str,
    now: datetime,
    kind: Literal["card", "form"] = "card",
    moved: bool = False,
) -> None:
    """Remember that a card shows the module's present content, or asks about it, and since when.

    `moved`: it says that what the content rests on has moved.
    """
    await conn.execute(
        """
        insert into review.posted (ref, module_id, number, place, kind, moved, posted_at)
        values (%s, %s, %s, %s, %s, %s, %s)
        on conflict (ref) do update
        set number = excluded.number, kind = excluded.kind, moved = excluded.moved,
            posted_at = excluded.posted_at
        """,
        [ref, module.id, module.number, place, kind, moved, now],
    )


async def mark_moved(conn: Connection, module_id: int, moved: bool) -> None:
    """Remember whether the module's cards say that what it rests on has moved."""
    await conn.execute(
        "update review.posted set moved = %(moved)s where module_id = %(id)s and moved <> %(moved)s",
        {"id": module_id, "moved": moved},
    )


async def mark_posted_done(conn: Connection, ref: str) -> None:
    """A form was used, or a notice decided: what stands there now is nothing to bring up to date."""
    await conn.execute("update review.posted set kind = 'done' where ref = %s", [ref])


async def fetch_posted(conn: Connection, module_id: int) -> list[Posted]:
    """Where the module's cards and forms stand, used ones too, the newest first."""
    rows = await (
        await conn.execute(
            """
            select ref, number, place, kind, posted_at from review.posted
            where module_id = %s and remark_id is null order by posted_at desc, ref
            """,
            [module_id],
        )
    ).fetchall()
    return [Posted(*row) for row in rows]


async def insert_notice(
    conn: Connection, module: Module, *, ref: str, place: str, remark_id: int, now: datetime
) -> None:
    """Remember where reviewers were told of a report."""
    await conn.execute(
        """
        insert into review.posted (ref, module_id, number, place, kind, remark_id, posted_at)
        values (%s, %s, %s, %s, 'notice', %s, %s)
        """,
        [ref, module.id, module.number, place, remark_id, now],
    )


async def fetch_notices(conn: Connection, module_id: int) -> list[tuple[str, int]]:
    """The notices of a module that are not decided: `(ref, id of the report)`."""
    return await (
        await conn.execute(
            """
            select ref, remark_id from review.posted
            where module_id = %s and kind = 'notice' order by remark_id, ref
            """,
            [module_id],
        )
    ).fetchall()


async def fetch_notice(conn: Connection, ref: str) -> tuple[int, int] | None:
    """The module and the report that a notice is of, decided or not; None for any other card."""
    return await (
        await conn.execute(
            """
            select module_id, remark_id from review.posted
            where ref = %s and remark_id is not null
            """,
            [ref],
        )
    ).fetchone()


async def insert_minutes(
    conn: Connection, module_id: int, *, person_id: int, minutes: int, press: int, now: datetime
) -> None:
    """Store how many minutes somebody says a review took them."""
    await conn.execute(
        """
        insert into review.minutes (module_id, person_id, minutes, press, at)
        values (%s, %s, %s, %s, %s)
        """,
        [module_id, person_id, minutes, press, now],
    )
