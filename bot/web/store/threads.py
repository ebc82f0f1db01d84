"""Decides nothing: the SQL of what stands in a place together: roots, replies, conversations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from psycopg.rows import class_row

from bot.web.store.messages import Message
from handlers.services import Connection

# Longer than a slow answer takes; after it a question that nobody works on looks abandoned.
_WORKING = timedelta(minutes=2)


async def fetch_roots(
    conn: Connection, place: str, viewer_id: int, before: int | None, limit: int
) -> list[int]:
    """The newest messages of a place that are no replies and that the viewer sees, oldest first."""
    rows = await (
        await conn.execute(
            """
            select id from bot.message
            where place = %s and thread_id is null and (%s::bigint is null or id < %s)
              and (only_for is null or only_for = %s and deleted_at is null)
            order by id desc limit %s
            """,
            [place, before, before, viewer_id, limit],
        )
    ).fetchall()
    return [row[0] for row in reversed(rows)]


async def fetch_cards(conn: Connection, place: str, thread_id: int | None) -> list[Message]:
    """The bot's whole cards in a place (in one thread, if it is given), oldest first."""
    async with conn.cursor(row_factory=class_row(Message)) as cursor:
        await cursor.execute(
            """
            select m.* from bot.message m
            where m.place = %s and (%s::bigint is null or m.thread_id = %s or m.id = %s)
              and m.card is not null and m.deleted_at is null
            order by m.id
            """,
            [place, thread_id, thread_id, thread_id],
        )
        return await cursor.fetchall()


async def fetch_threads(
    conn: Connection, place: str, roots: Sequence[int], viewer_id: int, now: datetime
) -> list[Message]:
    """The messages `roots` and all their replies, as far as the viewer sees them, oldest first."""
    async with conn.cursor(row_factory=class_row(Message)) as cursor:
        await cursor.execute(
            """
            select m.*,
                   m.addressed and m.deleted_at is null and m.created_at > %(since)s and exists (
                       select 1 from bot.inbox e
                       where e.key = 'web:say:' || m.id and (e.state = 'waiting' or exists (
                           select 1 from bot.outbox o
                           where o.inbox_id = e.id and o.state in ('queued', 'sending')
                             and not exists (
                                 select 1 from bot.message shown where shown.ref = o.ref)))
                   ) as working
            from bot.message m
            where m.place = %(place)s and coalesce(m.thread_id, m.id) = any(%(roots)s)
              and (m.only_for is null or m.only_for = %(viewer)s and m.deleted_at is null)
            order by m.id
            """,
            {"place": place, "roots": list(roots), "viewer": viewer_id, "since": now - _WORKING},
        )
        return await cursor.fetchall()


async def fetch_created_above(
    conn: Connection, place: str, viewer_id: int, roots: Sequence[int]
) -> dict[int, datetime]:
    """When the message above each of some roots was said; a root with none above is left out."""
    rows = await (
        await conn.execute(
            """
            select root.id, above.created_at
            from unnest(%(roots)s::bigint[]) as root (id)
            cross join lateral (
                select m.created_at from bot.message m
                where m.place = %(place)s and m.thread_id is null and m.id < root.id
                  and (m.only_for is null or m.only_for = %(viewer)s and m.deleted_at is null)
                order by m.id desc limit 1) above
            """,
            {"roots": list(roots), "place": place, "viewer": viewer_id},
        )
    ).fetchall()
    return {row[0]: row[1] for row in rows}


async def is_talking_to_bot(conn: Connection, root_id: int) -> bool:
    """Whether the bot was asked, or spoke, in a thread."""
    row = await (
        await conn.execute(
            """
            select exists (
                select 1 from bot.message
                where (id = %s or thread_id = %s) and (addressed or author_id is null)
                  and only_for is null)
            """,
            [root_id, root_id],
        )
    ).fetchone()
    return bool(row and row[0])


async def fetch_conversation(
    conn: Connection, place: str, author_id: int, since: datetime
) -> int | None:
    """Which message opened the direct conversation that is still going on."""
    row = await (
        await conn.execute(
            """
            select coalesce(conversation_id, id) from bot.message
            where place = %s and author_id = %s and thread_id is null and created_at > %s
            order by id desc limit 1
            """,
            [place, author_id, since],
        )
    ).fetchone()
    return row[0] if row else None
