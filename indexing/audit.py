"""Decides what the audit log holds: governance acts, in order, each chained to the one before.

Governance acts only (import, validation, seat, approval, publication, withdrawal, refused press),
never questions or answers. The database appends, dates and chains; its trigger refuses the rest.
"""

from __future__ import annotations

from typing import Any

from indexing.store import audit as store
from indexing.store.audit import Connection


async def record(
    conn: Connection, actor: str, act: str, subject: str, detail: dict[str, Any]
) -> None:
    """Append an act in the caller's transaction.

    `actor` is an e-mail, or `shell` for a command run without a name; `act` reads
    `document.validated`; `subject` names the thing (`SOURCE:path`, `person:dana@example.com`);
    `detail` must be plain JSON. Writers wait for each other until their transaction ends, so this
    is the last thing a transaction does.
    """
    await store.insert_event(conn, actor, act, subject, detail)


async def verify(conn: Connection) -> int | None:
    """Return the id of the first row that was altered or whose predecessor is gone; None if none.

    Rows cut off at the very end leave no trace in the chain itself.
    """
    return await store.fetch_first_broken(conn)
