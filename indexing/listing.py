"""Decides which documents a list shows, and under which status."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from indexing.nouns import Status
from indexing.store import decisions as store
from indexing.store.decisions import Listed
from indexing.store.documents import Connection

ASKED_FOR: dict[str, frozenset[Status]] = {
    "answerable": frozenset({"answerable"}),
    # Nobody who is still here stands behind it, which is what its reader has to know.
    "unvalidated": frozenset({"unvalidated", "owner_gone"}),
    "expired": frozenset({"expired"}),
    "withdrawn": frozenset({"withdrawn"}),
    "conflict": frozenset({"conflict"}),
}
"""The five statuses that can be asked for and are reported; `owner_gone` counts as unvalidated.

A document whose owner left was validated, but nobody answers for it any more; of the five,
`unvalidated` is the one that neither promises an answer nor names a cause that is not the case.
"""


async def list_documents(
    conn: Connection, today: date, source: str | None = None, status: str | None = None
) -> list[Listed]:
    """Return the indexed documents by source and uri, as they stand on that day.

    `status` is one of the five; the rows themselves keep `owner_gone` apart. A document refused
    as a duplicate that nobody has settled is not in the index and not in the list.
    """
    wanted: Collection[Status] | None = None if status is None else ASKED_FOR[status]
    return await store.fetch_listed(conn, today, source, wanted)


def reported(status: Status) -> str:
    """Return which of the five statuses stands for this one."""
    return next(name for name, kinds in ASKED_FOR.items() if status in kinds)
