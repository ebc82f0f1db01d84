"""Decides nothing: the SQL of single messages of the local chat stands here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from handlers.cards import Block, Card, blocks_to_json, card_to_json
from handlers.services import Connection

CHANNEL = "local_chat"


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
    shown: list[dict[str, Any]]
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
    only_for: int | None = None,
) -> int:
    """Store what a person said; without a conversation it opens its own."""
    row = await (
        await conn.execute(
            """
            with said as (
                insert into bot.message
                    (place, thread_id, author_id, text, addressed, conversation_id, created_at,
                     only_for)
                values (%s, %s, %s, %s, %s, %s, %s, %s)
                returning id
            )
            select id from said
            """,
            [place, thread_id, author_id, text, addressed, conversation_id, now, only_for],
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


async def mark_shown(conn: Connection, message_id: int, pieces: Sequence[Block]) -> None:
    """Show more of a streamed answer."""
    await conn.execute(
        "update bot.message set shown = %s, version = version + 1 where id = %s and busy",
        [Jsonb(blocks_to_json(pieces)), message_id],
    )


async def mark_card(
    conn: Connection, message_id: int, card: Card, edited_at: datetime | None = None
) -> bool:
    """Show a whole card in place of what stood there; False when the message is not there.

    `edited_at` is given where it says something else now, not where only its looks changed.
    """
    row = await (
        await conn.execute(
            """
            update bot.message
            set card = %s, shown = '[]', busy = false, version = version + 1,
                edited_at = coalesce(%s, edited_at)
            where id = %s
            returning id
            """,
            [Jsonb(card_to_json(card)), edited_at, message_id],
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


async def is_replaceable(conn: Connection, ref: str) -> bool:
    """Whether the card that the outbox calls `ref` can be replaced: it is no whisper."""
    row = await (
        await conn.execute(
            "select exists (select 1 from bot.outbox where ref = %s and kind in ('post', 'stream'))",
            [ref],
        )
    ).fetchone()
    return bool(row and row[0])


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
