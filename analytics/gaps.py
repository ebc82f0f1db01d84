"""Decides which gaps are worked on: their order, what stops one from being activated, who settles it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Literal

from analytics import store
from analytics.gap_file import Known, changed, read_gaps, write_gaps
from analytics.nouns import MOST_ACTIVE, Gap
from analytics.store import Connection
from learning.competencies import Competency
from learning.entries import Refused
from learning.nouns import Person
from learning.store.competencies import fetch_competencies, fetch_competency, lock_role, lock_roles

Obstacle = Literal["unvalidated", "unconfirmed"]
"""Why nothing is built on a gap's competency: nobody validated it, or only a job description
names it."""

By = Literal["impact", "evidence", "people", "id"]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A gap and its place among those of its role, from 1; None where an obstacle keeps it out.

    `behind` is what put it behind the one before: a smaller impact, fewer kinds of evidence, less
    of it, or nothing but the order of ids. None for the first one.
    """

    gap: Gap
    competency: Competency
    place: int | None
    behind: By | None = None
    obstacle: Obstacle | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """How many gaps a file held, and which of them were new or changed."""

    count: int
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Activated:
    """The gap is active; `active` are all of its role's, this one among them."""

    gap: Gap
    active: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Closed:
    """The gap is closed; its place is free."""

    gap: Gap


@dataclass(frozen=True, slots=True)
class NoSuchGap:
    """Nothing is known under this id."""

    id: str


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The gap is what it was to become, or closed for good; `gap.state` says which."""

    gap: Gap


@dataclass(frozen=True, slots=True)
class RoleIsFull:
    """The role has as many active gaps as it may."""

    gap: Gap
    active: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Blocked:
    """Nothing may be built on the gap's competency yet."""

    gap: Gap
    competency: Competency
    obstacle: Obstacle


Activation = Activated | NoSuchGap | Unchanged | RoleIsFull | Blocked
Closing = Closed | NoSuchGap | Unchanged


def may_settle(person: Person | None) -> bool:
    """Whether somebody activates and closes gaps: L&D does."""
    return person is not None and person.active and "ld" in person.seats


def may_view(person: Person | None, ranked: Ranked, managed: Collection[str]) -> bool:
    """Whether somebody sees a gap: L&D, the SMEs of its domain, and managers of the role.

    `managed` are the roles of those who report to the person.
    """
    if person is None or not person.active:
        return False
    seats = {"ld", f"sme:{ranked.competency.domain}"}
    return bool(seats & set(person.seats)) or ranked.gap.role in managed


def obstacle_of(competency: Competency) -> Obstacle | None:
    """What keeps anything from being built on a competency."""
    if not competency.is_validated:
        return "unvalidated"
    return None if competency.is_confirmed else "unconfirmed"


def ranked(gaps: Sequence[Gap], competencies: Mapping[str, Competency]) -> tuple[Ranked, ...]:
    """Put gaps in order, role by role, so that the same gaps always give the same order.

    Greater impact first; then more kinds of evidence; then evidence from more people or cases;
    then by id. Closed ones stand last, without a place, as do those that an obstacle keeps out.
    """
    in_order = sorted(gaps, key=lambda gap: (gap.role, *_key(gap)))
    found: list[Ranked] = []
    for _, of_role in groupby(in_order, key=lambda gap: gap.role):
        found += _placed(list(of_role), competencies)
    return tuple(found)


def _key(gap: Gap) -> tuple[int, int, int, str]:
    return -gap.impact, -len(gap.evidence), -sum(one.n or 0 for one in gap.evidence), gap.id


def _placed(gaps: Sequence[Gap], competencies: Mapping[str, Competency]) -> Iterator[Ranked]:
    before: Gap | None = None
    place = 0
    left: list[Ranked] = []
    for gap in gaps:
        competency = competencies[gap.competency]
        obstacle = obstacle_of(competency)
        if obstacle or gap.state == "closed":
            left.append(Ranked(gap, competency, None, None, obstacle))
            continue
        place += 1
        yield Ranked(gap, competency, place, _behind(before, gap))
        before = gap
    yield from sorted(left, key=lambda one: one.gap.state == "closed")


def _behind(before: Gap | None, gap: Gap) -> By | None:
    if before is None:
        return None
    names: tuple[By, ...] = ("impact", "evidence", "people", "id")
    pairs = zip(names, _key(before), _key(gap), strict=True)
    return next(name for name, one, other in pairs if one != other)


async def fetch_ranked(conn: Connection, *, role: str = "", state: str = "") -> tuple[Ranked, ...]:
    """Fetch gaps in order. A place counts all of the role's, whatever `state` leaves out."""
    competencies = {one.id: one for one in await fetch_competencies(conn, role=role)}
    every = ranked(await store.fetch_gaps(conn, role=role), competencies)
    return tuple(one for one in every if not state or one.gap.state == state)


async def activate(conn: Connection, gap_id: str, now: datetime) -> Activation:
    """Activate a gap in the caller's transaction, unless something stands against it."""
    found = await store.fetch_gap(conn, gap_id)
    if found is None:
        return NoSuchGap(gap_id)
    await lock_role(conn, found.role)
    gap = await store.fetch_gap(conn, gap_id)  # as it is now that nobody else changes it
    if gap is None:
        return NoSuchGap(gap_id)
    if gap.state != "proposed":
        return Unchanged(gap)
    competency = await fetch_competency(conn, gap.competency)
    assert competency is not None  # a foreign key
    obstacle = obstacle_of(competency)
    if obstacle:
        return Blocked(gap, competency, obstacle)
    held = await store.fetch_slots(conn, gap.role)
    free = sorted(set(range(1, MOST_ACTIVE + 1)) - set(held))
    if not free:
        return RoleIsFull(gap, await _active(conn, gap.role))
    await store.mark_active(conn, gap.id, free[0], now)
    active = await _active(conn, gap.role)
    return Activated(next(one for one in active if one.id == gap.id), active)


async def close(conn: Connection, gap_id: str, now: datetime) -> Closing:
    """Close a gap, active or only proposed, in the caller's transaction."""
    found = await store.fetch_gap(conn, gap_id)
    if found is None:
        return NoSuchGap(gap_id)
    await lock_role(conn, found.role)
    gap = await store.fetch_gap(conn, gap_id)
    if gap is None or gap.state == "closed":
        return Unchanged(gap or found)
    await store.mark_closed(conn, gap.id, now)
    closed = await store.fetch_gap(conn, gap_id)
    return Closed(closed or gap)


async def _active(conn: Connection, role: str) -> tuple[Gap, ...]:
    return tuple(await store.fetch_gaps(conn, role=role, state="active"))


async def import_gaps(
    conn: Connection, path: Path, now: datetime
) -> Imported | tuple[Refused, ...]:
    """Store all of a gap file, or nothing; gaps that it leaves out stay as they are."""
    await lock_roles(conn)  # nothing is activated between the look and the change
    known = Known(
        {one.id: one for one in await fetch_competencies(conn)},
        {one.id: one for one in await store.fetch_gaps(conn)},
        await store.fetch_written(conn),
    )
    read = read_gaps(path, known, now.date())
    if isinstance(read, tuple):
        return read
    await store.upsert_gaps(conn, read.gaps, read.written, now)
    return Imported(len(read.gaps), changed(read.gaps, known))


async def export_gaps(conn: Connection) -> str:
    """Return everything stored as a file that can be imported again."""
    return write_gaps(await store.fetch_gaps(conn))
