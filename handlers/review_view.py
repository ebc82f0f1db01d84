"""Decides what a review card is drawn from: the module, its content, who said what, who must act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from analytics.store import fetch_gap
from handlers.services import Connection
from indexing.store.cited import NamedRevision, fetch_named_revisions
from learning.modules import ModuleKind, cites
from learning.nouns import Person
from learning.store import fetch_people
from review import store
from review.flags import outdated
from review.nouns import Approval, CitedRevision, Flag, Module, Remark, Seat, StoredContent
from review.reviewers import SEATS, fetch_reviewers
from review.states import BEFORE_REVIEWERS
from review.store.flags import fetch_flags
from review.store.pieces import fetch_drafting

PRACTISED: tuple[ModuleKind, ...] = ("items", "scenario", "remedial")
"""Kinds of modules that are for practising."""


@dataclass(frozen=True, slots=True)
class ReviewView:
    """All that a module's card shows. `waiting` names, for each seat without an approval, who may.

    `revisions` are those the content cites, by id; `owners` the names of their owners by e-mail.
    """

    module: Module
    stored: StoredContent
    priority: str
    requester: str
    approved: tuple[tuple[Approval, str], ...]
    waiting: Mapping[Seat, tuple[str, ...]]
    remarks: tuple[tuple[Remark, str], ...]
    revisions: Mapping[int, NamedRevision]
    owners: Mapping[str, str]
    before: StoredContent | None = None
    """The content of the module this one is to replace."""
    flags: tuple[Flag, ...] = ()
    """Why it was flagged, or the one it is to replace."""
    moved: tuple[CitedRevision, ...] = ()
    """What keeps a draft from being approved: sources it may not rest on any more."""
    left_out: tuple[str, ...] = ()
    """What was asked for and could not be had when it was drafted: codes."""

    as_before: bool = False
    """It was drafted again after a remark, and came out word for word the same."""

    @property
    def reports(self) -> tuple[tuple[Remark, str], ...]:
        """Who says of the published content that it is wrong; none from before it was held right."""
        module = self.module
        if module.state == "suspended":
            return _last_reports(self.remarks)
        if module.state != "published":
            return ()
        since = [
            (remark, who)
            for remark, who in self.remarks
            if remark.number == module.number and remark.at >= module.moved_at
        ]
        held = [at for at, (remark, _) in enumerate(since) if remark.kind == "restore"]
        after = since[held[-1] + 1 :] if held else since
        return tuple((remark, who) for remark, who in after if remark.kind == "report")

    @property
    def held_right(self) -> tuple[tuple[Remark, str], ...]:
        """The reports that had it suspended, then who put it before its reviewers as it stands."""
        is_back = self.module.state in BEFORE_REVIEWERS and self.remarks
        if not is_back or self.remarks[-1][0].kind != "restore":
            return ()
        last = self.remarks[-1]
        is_same = last[0].number == self.module.number
        return (*_last_reports(self.remarks[:-1]), last) if is_same else ()

    @property
    def is_practised(self) -> bool:
        """Whether it is for practising, and so nothing that questions are answered from."""
        return self.module.kind in PRACTISED


def _last_reports(remarks: tuple[tuple[Remark, str], ...]) -> tuple[tuple[Remark, str], ...]:
    """The reports at the end of what was remarked."""
    kinds = [remark.kind for remark, _ in remarks]
    count = next((n for n, kind in enumerate(reversed(kinds)) if kind != "report"), len(kinds))
    return remarks[len(kinds) - count :]


async def fetch_view(conn: Connection, module_id: int, today: date) -> ReviewView | None:
    """Fetch what a module's card shows; None where there is no such module or nothing drafted."""
    module = await store.fetch_module(conn, module_id)
    stored = await store.fetch_content(conn, module_id, module.number) if module else None
    if module is None or stored is None:
        return None
    people = {who.id: who for who in await fetch_people(conn)}
    approvals = await store.fetch_approvals(conn, module)
    left = await fetch_reviewers(conn, module, without=[given.person_id for given in approvals])
    filled = {given.seat for given in approvals}
    gap = await fetch_gap(conn, module.gap)
    revisions = await fetch_named_revisions(
        conn, {cite.revision for cite in cites(stored.content)}, today
    )
    is_open = module.state in BEFORE_REVIEWERS
    drafting = await fetch_drafting(conn, module.id, module.number)
    remarks = await store.fetch_remarks(conn, module_id)
    return ReviewView(
        module,
        stored,
        gap.priority if gap else "",
        _name(people, module.requested_by),
        tuple((given, _name(people, given.person_id)) for given in approvals),
        {seat: tuple(who.name for who in left[seat]) for seat in SEATS if seat not in filled},
        tuple((remark, _name(people, remark.person_id)) for remark in remarks),
        revisions,
        {who.email: who.name for who in people.values()},
        await _before(conn, module),
        await _flags(conn, module),
        await outdated(conn, module.id, module.number, today) if is_open else (),
        drafting.left_out if drafting else (),
        is_open and await _as_before(conn, stored, remarks),
    )


async def _as_before(conn: Connection, stored: StoredContent, remarks: Sequence[Remark]) -> bool:
    """Whether what was sent back last stands here again as it was."""
    sent_back = remarks[-1].number if remarks and remarks[-1].kind == "changes" else 0
    if sent_back != stored.number - 1:
        return False
    before = await store.fetch_content(conn, stored.module_id, sent_back)
    return before is not None and before.hash == stored.hash


def _name(people: Mapping[int, Person], person_id: int) -> str:
    return people[person_id].name if person_id in people else "somebody who has left"


async def _flags(conn: Connection, module: Module) -> tuple[Flag, ...]:
    if module.state == "flagged":
        return tuple(await fetch_flags(conn, module.id))
    is_open = module.state in BEFORE_REVIEWERS | {"changes_requested"}
    if not is_open or module.revises is None:
        return ()
    return tuple(await fetch_flags(conn, module.revises))


async def _before(conn: Connection, module: Module) -> StoredContent | None:
    old = await store.fetch_module(conn, module.revises) if module.revises else None
    return await store.fetch_content(conn, old.id, old.number) if old else None
