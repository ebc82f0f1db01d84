"""Decides nothing: the SQL that only Slack needs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.services import Connection


@dataclass(frozen=True, slots=True)
class Stream:
    """A message that grows. `shown` is what it says so far; `ts` is '' if Slack never told it."""

    ref: str
    channel: str
    ts: str
    shown: str
    shown_at: datetime | None
    open: bool


async def insert_stream(conn: Connection, ref: str, inbox_id: int, channel: str) -> None:
    """Remember that a stream is begun, before Slack is asked to; forget those whose card stands."""
    await conn.execute(
        "delete from bot.slack_stream s using bot.posted p where p.ref = s.ref and s.ref <> %s",
        [ref],
    )
    await conn.execute(
        """
        insert into bot.slack_stream (ref, inbox_id, channel) values (%s, %s, %s)
        on conflict do nothing
        """,
        [ref, inbox_id, channel],
    )


async def fetch_stream(conn: Connection, ref: str) -> Stream | None:
    """Fetch the stream that a card ends."""
    row = await (
        await conn.execute(
            """
            select ref, channel, ts, shown, shown_at, open from bot.slack_stream where ref = %s
            """,
            [ref],
        )
    ).fetchone()
    return Stream(*row) if row else None


async def fetch_left_growing(conn: Connection, inbox_id: int, channel: str) -> Stream | None:
    """Fetch a stream of an event's that no card will end: something else was said instead."""
    row = await (
        await conn.execute(
            """
            select ref, channel, ts, shown, shown_at, open from bot.slack_stream s
            where inbox_id = %s and channel = %s
              and not exists (select 1 from bot.outbox o where o.ref = s.ref)
            """,
            [inbox_id, channel],
        )
    ).fetchone()
    return Stream(*row) if row else None


async def delete_stream(conn: Connection, ref: str) -> None:
    """Forget a stream."""
    await conn.execute("delete from bot.slack_stream where ref = %s", [ref])


async def mark_begun(conn: Connection, ref: str, ts: str) -> None:
    """Remember what Slack calls a stream."""
    await conn.execute("update bot.slack_stream set ts = %s where ref = %s", [ts, ref])


async def mark_shown(conn: Connection, ref: str, shown: str, now: datetime) -> None:
    """Remember what a stream shows, before it is appended."""
    await conn.execute(
        "update bot.slack_stream set shown = %s, shown_at = %s where ref = %s", [shown, now, ref]
    )


async def mark_closed(conn: Connection, ref: str) -> None:
    """Show nothing more in a stream."""
    await conn.execute("update bot.slack_stream set open = false where ref = %s", [ref])


async def take_turn(conn: Connection, channel: str, now: datetime, pace: timedelta) -> datetime:
    """Return when it is our turn to post in a channel, and let the next one wait for `pace` more."""
    row = await (
        await conn.execute(
            """
            insert into bot.slack_pace as p (channel, free_at)
            values (%(channel)s, %(now)s + %(pace)s)
            on conflict (channel) do update
            set free_at = greatest(p.free_at, %(now)s) + %(pace)s
            returning free_at - %(pace)s
            """,
            {"channel": channel, "now": now, "pace": pace},
        )
    ).fetchone()
    assert row
    turn: datetime = row[0]
    return turn


def token_hash(token: str) -> str:
    """A name for a token that does not tell it."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]


async def insert_removed(conn: Connection, token_hash: str, reason: str, now: datetime) -> None:
    """Remember that Slack does not take this token any more."""
    await conn.execute(
        """
        insert into bot.slack_removed (token_hash, reason, at) values (%s, %s, %s)
        on conflict do nothing
        """,
        [token_hash, reason, now],
    )


async def delete_removed(conn: Connection, token_hash: str) -> None:
    """Slack takes this token again."""
    await conn.execute("delete from bot.slack_removed where token_hash = %s", [token_hash])


async def fetch_removed(conn: Connection, token_hash: str) -> str:
    """Why Slack does not take this token any more, in its own word; '' if it does."""
    row = await (
        await conn.execute(
            "select reason from bot.slack_removed where token_hash = %s", [token_hash]
        )
    ).fetchone()
    return row[0] if row else ""
