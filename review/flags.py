"""Decides what a changed source does to the modules that rest on it: flagged, warned of, or left.

A module is flagged where somebody who learned it would now act otherwise (`indexing.changes`), and
in the transaction in which the change comes into force. What touches nothing cited leaves it be.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from indexing.changes import Change, RevisionText, compare
from indexing.store.changes import fetch_revision_texts
from indexing.touched import touched
from review import store
from review.nouns import WITHDRAWN, CitedRevision
from review.states import State
from review.store import Connection
from review.store import flags as flag_store
from review.store.flags import Citing, Standing

IN_USE: tuple[State, ...] = ("published", "suspended")
"""States in which a changed source flags a module."""
_FLAGGED: tuple[State, ...] = (*IN_USE, "flagged")
_By = dict[int, tuple[Change, ...]]


@dataclass(frozen=True, slots=True)
class Flagged:
    """A module was flagged: `revision_id` of a document changes what it cites.

    `changes` are empty where the document was withdrawn.
    """

    flag_id: int
    module_id: int
    document_id: int
    revision_id: int
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Warned:
    """A published module would be flagged if this revision came into force, which waits for that."""

    module_id: int
    document_id: int
    revision_id: int
    changes: tuple[Change, ...]


async def flag_modules(
    conn: Connection, document_ids: Collection[int], now: datetime
) -> tuple[Flagged, ...]:
    """Flag what rests on words of these documents that are no longer in force.

    To be called in the transaction that changed them, before it writes to the audit log: whoever
    moves a module locks it first and logs then. A module that was flagged before gets another flag
    when its source changes once more, and does not move.
    """
    await flag_store.lock_sources(conn, document_ids)
    await flag_store.lock_citing(conn, document_ids, _FLAGGED)
    flagged: list[Flagged] = []
    for standing in await flag_store.fetch_standing(conn, document_ids):
        flagged += await _flag(conn, standing, now)
    return tuple(flagged)


async def warn_of(conn: Connection, document_ids: Collection[int]) -> tuple[Warned, ...]:
    """The published modules that a revision of these documents would flag, once validated."""
    warned: list[Warned] = []
    for standing in await flag_store.fetch_standing(conn, document_ids):
        if standing.waits:
            where = (standing.document_id, standing.newest)
            found = await _touching(conn, *where, ("published",))
            warned += [Warned(module_id, *where, changes) for module_id, changes in found.items()]
    return tuple(warned)


async def outdated(
    conn: Connection, module_id: int, number: int, today: date
) -> tuple[CitedRevision, ...]:
    """What a content may not rest on any more.

    Documents that may not be answered from today, and those whose revision in force says something
    else in what is cited. A revision that changes nothing cited is none of them.
    """
    found: list[CitedRevision] = []
    for cited, usable, differs in await flag_store.fetch_resting(conn, module_id, number, today):
        if not usable or cited.in_force is None:
            found.append(cited)
        elif differs:
            quotes = await flag_store.fetch_quotes(conn, module_id, number, cited.revision_id)
            if await _compared(conn, cited.document_id, cited.in_force, quotes):
                found.append(cited)
    return tuple(found)


async def moved_drafts(
    conn: Connection, document_ids: Collection[int], today: date
) -> tuple[int, ...]:
    """The modules before their reviewers that cite these documents and rest on what has moved.

    And those that do not any more, whose cards say that they do.
    """
    citing = await flag_store.fetch_drafts_citing(conn, document_ids)
    return tuple(
        [
            module_id
            for module_id, number, says_so in citing
            if says_so or await outdated(conn, module_id, number, today)
        ]
    )


async def _flag(conn: Connection, standing: Standing, now: datetime) -> list[Flagged]:
    revision_id = standing.in_force or standing.newest
    if standing.withdrawn:
        citing = await flag_store.fetch_modules_citing(conn, standing.document_id, _FLAGGED)
        found: _By = {module_id: () for module_id, _ in citing}
    elif standing.in_force is None:
        return []
    else:
        found = await _touching(conn, standing.document_id, revision_id, _FLAGGED)
    flagged: list[Flagged] = []
    for module_id, changes in found.items():
        document_id = standing.document_id
        told = [_stored(change) for change in changes] or [{"kind": WITHDRAWN}]
        if told == await flag_store.fetch_last_changes(conn, module_id, document_id):
            continue
        module = await store.fetch_module(conn, module_id)
        assert module
        if module.state != "flagged":
            await store.mark_state(conn, module_id, "flagged", actor="jobaid", now=now)
        flag_id = await flag_store.insert_flag(
            conn,
            module_id,
            document_id=document_id,
            revision_id=revision_id,
            changes=told,
            now=now,
        )
        flagged.append(Flagged(flag_id, module_id, document_id, revision_id, changes))
    return flagged


async def _touching(
    conn: Connection, document_id: int, revision_id: int, states: Sequence[State]
) -> _By:
    citing = await flag_store.fetch_citing(conn, document_id, revision_id, states)
    return await _compared(conn, document_id, revision_id, citing)


async def _compared(
    conn: Connection, document_id: int, revision_id: int, citing: Sequence[Citing]
) -> _By:
    """The material changes in what is cited, by module; modules without any are left out."""
    if not citing:
        return {}
    wanted = {revision_id, *(cite.revision_id for cite in citing)}
    texts = await fetch_revision_texts(conn, document_id, wanted)
    # Comparing a long document takes a moment, in which others are to be served.
    return await asyncio.to_thread(_changes, texts, revision_id, citing)


def _changes(texts: Mapping[int, RevisionText], revision_id: int, citing: Sequence[Citing]) -> _By:
    found: dict[int, tuple[Change, ...]] = {}
    by_revision = sorted(citing, key=lambda cite: (cite.revision_id, cite.module_id))
    for before, of_revision in groupby(by_revision, key=lambda cite: cite.revision_id):
        changes = compare(texts[before], texts[revision_id])
        for module_id, cites in groupby(of_revision, key=lambda cite: cite.module_id):
            hit = {
                change for cite in cites for change in touched(changes, cite.quote, cite.section)
            }
            if hit:
                own = tuple(change for change in changes if change in hit)
                found[module_id] = (*found.get(module_id, ()), *own)
    return found


def _stored(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "reasons": list(change.reasons),
        "section": change.section,
        "before": change.before,
        "after": change.after,
    }
