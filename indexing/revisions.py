"""Decides how a revision is stored, comes into force and gives way to the next one.

Everything here runs inside one transaction of the caller's, and in this order: what is new is
stored, the document is pointed at it, and what nobody needs any more leaves search.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from indexing.nouns import Governance, Passage
from indexing.store import documents as store
from indexing.store import revisions as revision_store
from indexing.store import search
from indexing.store.revisions import Connection, NewText
from indexing.validation import NewRevision, Stored, Validated

Vectors = NDArray[np.float32]
Revised = Callable[[Collection[int]], Awaitable[None]]
"""Told the documents (their ids) whose revision in force changed, that have a newer one waiting or
were withdrawn: in the transaction that did it, before the audit log is written to."""


@dataclass(frozen=True, slots=True)
class Twin:
    """The document that has the same text, named `SOURCE:path`.

    `settled`: somebody chose it over this one.
    """

    document_id: int
    name: str
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that is stored with a revision. `governance.validated_*` is what is claimed.

    `vectors` has one row a passage, or is None without an embedding model. `fingerprint` is of the
    file as it was read.
    """

    text: NewText
    governance: Governance
    passages: Sequence[Passage]
    vectors: Vectors | None
    fingerprint: str


async def store_revision(
    conn: Connection,
    place: tuple[str, str],
    stored: Stored | None,
    prepared: Prepared,
    decision: NewRevision,
    twin: Twin | None,
    now: datetime,
) -> int:
    """Store a new revision of the document at (source, uri) and return the document's id.

    It comes into force when it is validated and its text stands nowhere else.
    """
    document_id = stored.document_id if stored else await store.insert_document(conn, *place)
    in_force = stored.in_force.id if stored and stored.in_force else None
    if stored and in_force and decision.narrowed is not None:
        in_force = await copied(conn, stored.document_id, in_force, now, decision.narrowed)
    verdict = decision.verdict
    validated = (verdict.by, verdict.on) if isinstance(verdict, Validated) else None
    revision_id = await revision_store.insert_revision(
        conn, document_id, prepared.text, prepared.governance, validated, decision.from_start, now
    )
    if prepared.passages:
        await search.insert_passages(
            conn,
            document_id,
            revision_id,
            prepared.governance,
            prepared.passages,
            prepared.vectors,
        )
    if validated and twin is None:
        in_force = revision_id
    elif stored and stored.withdrawn:
        in_force = None
    await store.mark_stored(
        conn,
        document_id,
        newest=revision_id,
        in_force=in_force,
        duplicate_of=twin.document_id if twin else None,
        settled=bool(twin and twin.settled),
        fingerprint=prepared.fingerprint,
    )
    if stored:
        await retire(conn, stored, {revision_id, in_force})
    return document_id


async def retire(conn: Connection, stored: Stored, needed: Collection[int | None]) -> None:
    """Take those revisions out of search that are no longer needed."""
    for known in stored.revisions:
        if known.id not in needed:
            await search.retire_passages(conn, known.id)


async def copied(
    conn: Connection,
    document_id: int,
    revision_id: int,
    now: datetime,
    audience: Sequence[str] | None = None,
    validated: tuple[str, date] | None = None,
) -> int:
    """Store the same text again with another audience or validation; return the new revision's id."""
    copy = await revision_store.copy_revision(
        conn, revision_id, now, audience=audience, validated=validated
    )
    await search.insert_passages(
        conn,
        document_id,
        copy,
        await revision_store.fetch_governance(conn, copy),
        await revision_store.fetch_passages(conn, revision_id),
        await revision_store.fetch_vectors(conn, revision_id),
    )
    return copy
