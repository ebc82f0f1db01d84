"""Decides nothing: all SQL of the local chat stands here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from handlers.cards import Card, card_to_json
from handlers.services import Connection

CHANNEL = "local_chat"
# Longer than a slow answer takes; after it a question that nobody works on looks abandoned.
_WORKING = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Message:
    """One row of the local chat. `author_id` is None for the bot, `card` None while it streams.

    `working` says that the bot has been asked and has not said anything yet.
    """

    id: int
    place: str
    thread_id: int | None
    author_id: int | None
    text: str
    card: dict[str, Any] | None
    shown: list[str]
    busy: bool
    only_for: int | None
    ref: str | None
    addressed: bool
    conversation_id: int | None
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    version: int
    working: bool = False

    @property
    def root_id(self) -> int:
        """The message its thread hangs on: itself, unless it is a reply."""
        return self.thread_id or self.id


async def notify(
    conn: Connection, event: str, place: str, root_id: int, message_id: int, only_for: int | None
) -> None:
    """Tell every process that looks on what changed; delivered when the transaction commits."""
    change = {
        "event": event,
        "place": place,
        "root": root_id,
        "id": message_id,
        "only_for": only_for,
    }
    await conn.execute("select pg_notify(%s, %s)", [CHANNEL, json.dumps(change)])


async def insert_said(
    conn: Connection,
    *,
    place: str,
    thread_id: int | None,
    author_id: int,
    text: str,
    addressed: bool,
    conversation_id: int | None,
    now: datetime,
) -> int:
    """Store what a person said; without a conversation it opens its own."""
    row = await (
        await conn.execute(
            """
            with said as (
                insert into bot.message
                    (place, thread_id, author_id, text, addressed, conversation_id, created_at)
                values (%s, %s, %s, %s, %s, %s, %s)
                returning id
            )
            select id from said
            """,
            [place, thread_id, author_id, text, addressed, conversation_id, now],
        )
    ).fetchone()
    assert row
    return int(row[0])


async def insert_card(
    conn: Connection,
    *,
    place: str,
    thread_id: int | None,
    card: Card | None,
    only_for: int | None,
    ref: str,
    now: datetime,
) -> int | None:
    """Store what the bot says (no card yet: a stream begins); None when `ref` stands already."""
    row = await (
        await conn.execute(
            """
            insert into bot.message (place, thread_id, card, busy, only_for, ref, created_at)
            values (%s, %s, %s, %s, %s, %s, %s)
            on conflict (ref) do nothing
            returning id
            """,
            [
                place,
                thread_id,
                Jsonb(card_to_json(card)) if card else None,
                card is None,
                only_for,
                ref,
                now,
            ],
        )
    ).fetchone()
    return int(row[0]) if row else None


async def mark_shown(conn: Connection, message_id: int, sentences: Sequence[str]) -> None:
    """Show more of a streamed answer."""
    await conn.execute(
        "update bot.message set shown = %s, version = version + 1 where id = %s and busy",
        [Jsonb(list(sentences)), message_id],
    )


async def mark_card(conn: Connection, message_id: int, card: Card) -> bool:
    """Show a whole card in place of what stood there; False when the message is not there."""
    row = await (
        await conn.execute(
            """
            update bot.message
            set card = %s, shown = '[]', busy = false, version = version + 1
            where id = %s
            returning id
            """,
            [Jsonb(card_to_json(card)), message_id],
        )
    ).fetchone()
    return row is not None


async def mark_edited(
    conn: Connection, message_id: int, text: str, addressed: bool, now: datetime
) -> None:
    """Change what a person said."""
    await conn.execute(
        """
        update bot.message
        set text = %s, addressed = %s, edited_at = %s, version = version + 1
        where id = %s
        """,
        [text, addressed, now, message_id],
    )


async def mark_deleted(conn: Connection, message_id: int, now: datetime) -> None:
    """Take back a message, or dismiss a whisper. Its words go; its place in the thread stays."""
    await conn.execute(
        """
        update bot.message
        set text = '', card = null, shown = '[]', deleted_at = %s, version = version + 1
        where id = %s
        """,
        [now, message_id],
    )


async def fetch_message(conn: Connection, message_id: int) -> Message | None:
    """Fetch one message, for whoever asks: check with `places` who may see it."""
    async with conn.cursor(row_factory=class_row(Message)) as cursor:
        await cursor.execute("select * from bot.message where id = %s", [message_id])
        return await cursor.fetchone()


async def fetch_by_ref(conn: Connection, ref: str) -> Message | None:
    """Fetch the card that the outbox calls `ref`."""
    async with conn.cursor(row_factory=class_row(Message)) as cursor:
        await cursor.execute("select * from bot.message where ref = %s", [ref])
        return await cursor.fetchone()


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


async def fetch_newest_id(conn: Connection) -> int:
    """The newest message of all, 0 for none."""
    row = await (await conn.execute("select coalesce(max(id), 0) from bot.message")).fetchone()
    assert row
    return int(row[0])


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
