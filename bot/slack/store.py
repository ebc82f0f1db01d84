"""Decides nothing: the SQL that only Slack needs."""

from __future__ import annotations

from handlers.services import Connection


async def is_engaged(conn: Connection, place: str) -> bool:
    """Whether a card of ours stands in this thread."""
    row = await (
        await conn.execute("select exists (select 1 from bot.posted where place = %s)", [place])
    ).fetchone()
    return bool(row and row[0])


async def is_known(conn: Connection, key: str) -> bool:
    """Whether this event is in the inbox."""
    row = await (
        await conn.execute("select exists (select 1 from bot.inbox where key = %s)", [key])
    ).fetchone()
    return bool(row and row[0])
