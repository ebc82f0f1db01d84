"""Decides how the audit log reads: whether it is whole, and every entry of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from handlers.services import Connection
from handlers.wording import columns, counted
from indexing import audit
from indexing.store.audit import Entry, fetch_entries, fetch_head


async def on_verify(conn: Connection) -> tuple[bool, str]:
    """Whether the log is whole, and what to say of it."""
    broken = await audit.verify(conn)
    if broken is not None:
        return False, (
            f"Entry {broken} of the audit log does not follow from the one before it: it, or the"
            " one before it, was altered or removed. Compare it with your last export"
            " (jobaid audit export --json) and with the database's backups."
        )
    head = await fetch_head(conn)
    if head is None:
        return True, "The audit log is empty."
    count, last, digest = head
    return True, (
        f"The audit log is whole: {counted(count, 'entry', 'entries')}, the last is {last}.\n"
        f"Its seal is {digest}. Keep it: entries cut off at the end change nothing but the seal."
    )


async def on_export(conn: Connection) -> list[Entry]:
    """Every entry, in order."""
    return await fetch_entries(conn)


def entries_json(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """One object an entry; `hash` and `previous` are hexadecimal."""
    return [
        {
            "id": entry.id,
            "at": entry.at.isoformat(),
            "actor": entry.actor,
            "act": entry.act,
            "subject": entry.subject,
            "detail": entry.detail,
            "previous": entry.previous,
            "hash": entry.hash,
        }
        for entry in entries
    ]


def entries_table(entries: Sequence[Entry]) -> str:
    """The entries for people."""
    if not entries:
        return "The audit log is empty."
    return "\n".join(
        columns(
            ("ID", "WHEN", "WHO", "DID", "TO", "WITH"),
            (
                (
                    str(entry.id),
                    f"{entry.at:%Y-%m-%d %H:%M:%S}",
                    entry.actor,
                    entry.act,
                    entry.subject,
                    json.dumps(entry.detail, ensure_ascii=False)[:120],
                )
                for entry in entries
            ),
        )
    )
