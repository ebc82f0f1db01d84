"""Decides nothing: the SQL that only Teams needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.teams.incoming import Told
from handlers.cards import Card, card_from_json
from handlers.inbound import CardRef
from handlers.services import Connection


@dataclass(frozen=True, slots=True)
class Conversation:
    """Where to speak: a conversation that we were spoken to in, or opened ourselves."""

    id: str
    kind: str
    name: str
    service_url: str
    bot_id: str
    user_id: str
    aad: str


@dataclass(frozen=True, slots=True)
class OpenStream:
    """A stream that was begun: Teams' id of it, the number of its last piece, and its words."""

    stream_id: str
    sequence: int
    shown: str
    started_at: datetime
    said_at: datetime


async def upsert_conversation(
    conn: Connection, told: Told, turns: str, pause: timedelta, now: datetime
) -> str:
    """Remember a conversation; return which stretch of turns it is in.

    `turns` names a new stretch, begun when nothing was heard for `pause`.
    """
    personal = told.audience == "direct"
    row = await (
        await conn.execute(
            """
            insert into bot.teams_conversation as c
                (id, kind, name, service_url, bot_id, user_id, aad, turns, heard_at)
            values (%(id)s, %(kind)s, %(name)s, %(service_url)s, %(bot_id)s, %(user_id)s, %(aad)s,
                    %(turns)s, %(now)s)
            on conflict (id) do update set
                kind = excluded.kind, service_url = excluded.service_url, bot_id = excluded.bot_id,
                name = case when excluded.name = '' then c.name else excluded.name end,
                user_id = excluded.user_id, aad = excluded.aad,
                turns = case when c.heard_at < %(now)s - %(pause)s
                             then excluded.turns else c.turns end,
                heard_at = greatest(c.heard_at, excluded.heard_at)
            returning turns
            """,
            {
                "id": told.conversation,
                "kind": told.conversation_kind,
                "name": told.conversation_name,
                "service_url": told.service_url,
                "bot_id": told.bot_id,
                "user_id": told.user if personal else "",
                "aad": told.aad if personal else "",
                "turns": turns,
                "now": now,
                "pause": pause,
            },
        )
    ).fetchone()
    assert row
    return str(row[0])


async def insert_personal(conn: Connection, opened: Conversation, now: datetime) -> None:
    """Remember a personal chat that we opened."""
    await conn.execute(
        """
        insert into bot.teams_conversation
            (id, kind, name, service_url, bot_id, user_id, aad, turns, heard_at)
        values (%s, 'personal', '', %s, %s, %s, %s, 'opened', %s)
        on conflict (id) do nothing
        """,
        [opened.id, opened.service_url, opened.bot_id, opened.user_id, opened.aad, now],
    )


async def delete_conversation(conn: Connection, conversation: str) -> None:
    """Forget a conversation that we were removed from."""
    await conn.execute("delete from bot.teams_conversation where id = %s", [conversation])


async def fetch_conversation(conn: Connection, conversation: str) -> Conversation | None:
    """Fetch a conversation by its id without a thread."""
    return await _conversation(
        conn,
        """
        select id, kind, name, service_url, bot_id, user_id, aad
        from bot.teams_conversation where id = %s
        """,
        [conversation],
    )


async def fetch_personal(conn: Connection, aad: str) -> Conversation | None:
    """Fetch the personal chat with somebody of the directory."""
    return await _conversation(
        conn,
        """
        select id, kind, name, service_url, bot_id, user_id, aad
        from bot.teams_conversation where aad = %s and kind = 'personal'
        order by heard_at desc limit 1
        """,
        [aad],
    )


async def fetch_newest(conn: Connection) -> Conversation | None:
    """Fetch the conversation heard of last: it knows where Teams wants to be called now."""
    return await _conversation(
        conn,
        """
        select id, kind, name, service_url, bot_id, user_id, aad
        from bot.teams_conversation order by heard_at desc limit 1
        """,
        [],
    )


async def _conversation(conn: Connection, query: Any, values: Sequence[str]) -> Conversation | None:
    row = await (await conn.execute(query, values)).fetchone()
    return Conversation(*row) if row else None


async def fetch_posted(conn: Connection, platform_id: str) -> CardRef | None:
    """The card of ours that Teams calls by this conversation and activity, wherever we meant it.

    A streamed answer is known by its words and by the card under them.
    """
    row = await (
        await conn.execute(
            """
            select ref from bot.posted where platform_id = %(id)s and place like 'teams:%%'
            union all
            select o.ref from bot.teams_stream s
            join bot.outbox o on o.inbox_id = s.inbox_id and o.kind = 'stream'
            where s.conversation || '/' || s.stream_id = %(id)s
            limit 1
            """,
            {"id": platform_id},
        )
    ).fetchone()
    return CardRef(row[0]) if row else None


async def fetch_last_posted(conn: Connection, conversation: str) -> CardRef | None:
    """The streamed answer that we gave in a conversation last."""
    row = await (
        await conn.execute(
            """
            select p.ref from bot.posted p join bot.outbox o on o.ref = p.ref
            where split_part(p.place, '|', 1) = %s and o.kind = 'stream'
            order by o.id desc limit 1
            """,
            [f"teams:{conversation}"],
        )
    ).fetchone()
    return CardRef(row[0]) if row else None


async def fetch_card(conn: Connection, ref: CardRef) -> Card | None:
    """A card as it was said last."""
    row = await (
        await conn.execute(
            "select card from bot.outbox where ref = %s and state <> 'dead' order by id desc limit 1",
            [ref],
        )
    ).fetchone()
    return card_from_json(row[0]) if row else None


async def fetch_card_before(conn: Connection, ref: str, outbox_id: int) -> Card | None:
    """A card as it stands in chat before an update is sent."""
    row = await (
        await conn.execute(
            """
            select card from bot.outbox where ref = %s and id < %s and state = 'sent'
            order by id desc limit 1
            """,
            [ref, outbox_id],
        )
    ).fetchone()
    return card_from_json(row[0]) if row else None


async def insert_stream(
    conn: Connection, inbox_id: int, conversation: str, stream_id: str, shown: str, now: datetime
) -> None:
    """Remember a stream before anything more is said in it."""
    await conn.execute(
        """
        insert into bot.teams_stream
            (inbox_id, conversation, stream_id, sequence, shown, started_at, said_at)
        values (%s, %s, %s, 1, %s, %s, %s)
        on conflict (inbox_id) do update set
            stream_id = excluded.stream_id, sequence = 1, shown = excluded.shown,
            started_at = excluded.started_at, said_at = excluded.said_at,
            ended = false
        """,
        [inbox_id, conversation, stream_id, shown, now, now],
    )


async def fetch_stream(conn: Connection, inbox_id: int, conversation: str) -> OpenStream | None:
    """Fetch the stream that is open for an event in a conversation."""
    row = await (
        await conn.execute(
            """
            select stream_id, sequence, shown, started_at, said_at from bot.teams_stream
            where inbox_id = %s and conversation = %s and not ended
            """,
            [inbox_id, conversation],
        )
    ).fetchone()
    return OpenStream(*row) if row else None


async def mark_streamed(
    conn: Connection, inbox_id: int, sequence: int, shown: str, now: datetime
) -> None:
    """Remember a stream's piece before it is sent."""
    await conn.execute(
        """
        update bot.teams_stream set sequence = %s, shown = %s, said_at = %s where inbox_id = %s
        """,
        [sequence, shown, now, inbox_id],
    )


async def mark_stream_ended(conn: Connection, inbox_id: int) -> None:
    """Remember that a stream ended: nothing more can be said in it."""
    await conn.execute("update bot.teams_stream set ended = true where inbox_id = %s", [inbox_id])


async def fetch_streamed(conn: Connection, ref: str) -> str | None:
    """What Teams calls the words of a streamed answer; None for a card that was not streamed."""
    row = await (
        await conn.execute(
            """
            select s.stream_id from bot.outbox o join bot.teams_stream s on s.inbox_id = o.inbox_id
            where o.ref = %s and o.kind = 'stream' and s.ended
            """,
            [ref],
        )
    ).fetchone()
    return row[0] if row else None


async def insert_waiting_press(conn: Connection, inbox_id: int, until: datetime) -> None:
    """Say that a press's response is held open."""
    await conn.execute(
        "insert into bot.teams_press (inbox_id, waits_until) values (%s, %s)", [inbox_id, until]
    )


async def hand_over(conn: Connection, inbox_id: int, said: str, now: datetime) -> bool:
    """Give words to the response that waits for them; False when nobody waits any more."""
    row = await (
        await conn.execute(
            """
            update bot.teams_press set said = %s
            where inbox_id = %s and waits_until > %s and said is null
            returning inbox_id
            """,
            [said, inbox_id, now],
        )
    ).fetchone()
    return row is not None


async def is_settled(conn: Connection, inbox_id: int) -> bool:
    """Whether a press has its words, or was handled and has none."""
    row = await (
        await conn.execute(
            """
            select exists (select 1 from bot.teams_press where inbox_id = %(id)s and said is not null)
                or (select state <> 'waiting' from bot.inbox where id = %(id)s)
               and not exists (select 1 from bot.outbox where inbox_id = %(id)s
                               and kind = 'whisper' and state in ('queued', 'sending'))
            """,
            {"id": inbox_id},
        )
    ).fetchone()
    return bool(row and row[0])


async def take_over(conn: Connection, inbox_id: int) -> str | None:
    """Stop waiting, and return the words that were handed over, if any."""
    row = await (
        await conn.execute(
            "delete from bot.teams_press where inbox_id = %s returning said", [inbox_id]
        )
    ).fetchone()
    return row[0] if row else None
