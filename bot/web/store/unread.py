"""Decides nothing: the SQL of what somebody has read and what not stands here."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.services import Connection


async def upsert_last_read(conn: Connection, person_id: int, place: str) -> None:
    """Remember that somebody has seen everything in a place."""
    await conn.execute(
        """
        insert into bot.last_read as seen (person_id, place, message_id)
        select %(person)s, %(place)s, max(id) from bot.message where place = %(place)s
        having max(id) is not null
        on conflict (person_id, place) do update set message_id = excluded.message_id
        where seen.message_id < excluded.message_id
        """,
        {"person": person_id, "place": place},
    )


async def count_unread(conn: Connection, person_id: int, places: Sequence[str]) -> dict[str, int]:
    """How many messages by others somebody has not seen yet; places with none are left out."""
    rows = await (
        await conn.execute(
            """
            select m.place, count(*) from bot.message m
            left join bot.last_read seen on seen.person_id = %(person)s and seen.place = m.place
            where m.place = any(%(places)s) and m.id > coalesce(seen.message_id, 0)
              and m.author_id is distinct from %(person)s and m.deleted_at is null
              and (m.only_for is null or m.only_for = %(person)s)
            group by m.place
            """,
            {"person": person_id, "places": list(places)},
        )
    ).fetchall()
    return {row[0]: row[1] for row in rows}
