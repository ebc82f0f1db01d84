"""Decides how a draft comes about in time: piece by piece, each stored, its requester told how far.

Each piece is an event and a transaction of its own. Nothing is locked while a model works, so a
press is never kept waiting; a process that is killed has lost one piece, which is then asked for
again. What is done is never done twice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from handlers import drafting_cards as cards
from handlers import review_posts
from handlers.answer_cards import said_card
from handlers.drafting import due_at, request_of
from handlers.inbound import CardRef
from handlers.review_view import ReviewView
from handlers.services import Chat, Connection, Later, Services
from indexing.nouns import SopText
from indexing.store.drafting import fetch_sop_texts
from learning.store import fetch_person_by_id
from learning.store.competencies import fetch_competency
from review import gate, store
from review.drafting import check_drafted, draft_piece, drafted, plan
from review.drafting_model.nouns import MadePiece, Plan
from review.nouns import Drafted, DraftRequest, Module, NothingToDraftFrom
from review.states import State
from review.store import pieces as piece_store

SHOW_EVERY = timedelta(seconds=5)
"""How often at most a requester's card says how far a draft is."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """One event of a drafting. `subject` names the drafting, `count` the turn, 0 the first."""

    task: str
    subject: str
    count: int
    module: Module


@dataclass(frozen=True, slots=True)
class _Work:
    """What is drafted, from what, and which pieces of it are there."""

    module: Module
    request: DraftRequest
    sops: Sequence[SopText]
    plan: Plan
    made: Mapping[str, MadePiece]

    @property
    def number(self) -> int:
        """The content that it makes."""
        return self.module.number + 1


async def on_draft_due(
    conn: Connection, services: Services, chat: Chat, later: Later, subject: str, now: datetime
) -> None:
    """Draft what was asked for, a piece at a time, and put it before the reviewers.

    `subject` is `MODULE`, or `MODULE.TURN` for each turn that follows.
    """
    name, _, count = subject.partition(".")
    module = await store.fetch_module(conn, int(name))
    if module is not None and module.state == "draft" and module.number == 0:
        turn = _Turn("draft", name, int(count or 0), module)
        await _take_turn(conn, services, chat, later, turn, now)


async def on_revise_due(
    conn: Connection, services: Services, chat: Chat, later: Later, subject: str, now: datetime
) -> None:
    """Draft again what a reviewer sent back, from what they said.

    `subject` is `MODULE.CONTENT`, or `MODULE.CONTENT.TURN` for each turn that follows.
    """
    name, _, rest = subject.partition(".")
    number, _, count = rest.partition(".")
    module = await store.fetch_module(conn, int(name))
    if module is None or module.state != "changes_requested" or module.number != int(number):
        return
    turn = _Turn("revise", f"{name}.{number}", int(count or 0), module)
    await _take_turn(conn, services, chat, later, turn, now)


async def on_progress(conn: Connection, module_id: int) -> str | None:
    """How far a first draft is, in words ('' before its first piece); None when nobody goes on."""
    module = await store.fetch_module(conn, module_id)
    if module is None or module.state != "draft":
        return None
    known = await piece_store.fetch_drafting(conn, module_id, 1)
    if known is None:
        return ""
    return None if known.given_up else cards.progress_words(module, known.made, known.pieces)


# A turn


async def _take_turn(
    conn: Connection, services: Services, chat: Chat, later: Later, turn: _Turn, now: datetime
) -> None:
    """Plan the draft on the first turn; make one piece on each that follows; at last the whole."""
    work = await _work_of(conn, services, turn.module, now)
    if isinstance(work, NothingToDraftFrom):
        await _nothing(conn, chat, turn.module, work, now)
        return
    missing = [piece for piece in work.plan.pieces if piece.key not in work.made]
    made: MadePiece | None = None
    if missing and turn.count and services.language_model is not None:
        piece = missing.pop(0)
        made = await draft_piece(work.plan, piece, work.request, work.sops, services.language_model)
    # Whatever took place meanwhile: a press that stopped it, an edit, another worker.
    if not await _still(conn, turn.module):
        return
    await piece_store.upsert_drafting(
        conn,
        work.module.id,
        work.number,
        basis=work.plan.basis,
        pieces=len(work.plan.pieces),
        now=now,
    )
    if made is not None:
        basis = work.plan.basis
        await piece_store.insert_piece(conn, work.module.id, work.number, basis, made, now=now)
        work = replace(work, made={**work.made, made.key: made})
    if missing and services.language_model is not None:
        await _show_progress(conn, chat, work, now)
        await later.defer(turn.task, f"{turn.subject}.{turn.count + 1}")
    else:
        await _finish(conn, services, chat, work, now)


async def _still(conn: Connection, module: Module) -> bool:
    """Whether the module stands as it did; it is locked from here on."""
    found = await store.fetch_module(conn, module.id, lock=True)
    return found is not None and (found.state, found.number) == (module.state, module.number)


async def _work_of(
    conn: Connection, services: Services, module: Module, now: datetime
) -> _Work | NothingToDraftFrom:
    source, _, uri = module.source.rpartition(":")
    sops = await fetch_sop_texts(
        conn, now.date(), competency=module.competency, uri=uri or None, source=source or None
    )
    competency = await fetch_competency(conn, module.competency)
    request = request_of(module, competency, module.source)
    stored = await store.fetch_content(conn, module.id, module.number) if module.number else None
    remarks = await store.fetch_remarks(conn, module.id)
    planned = plan(
        request,
        sops,
        with_model=services.language_model is not None,
        before=Drafted(stored.content, stored.drafted_by) if stored else None,
        wanted=[
            remark.text
            for remark in remarks
            if remark.kind == "changes" and remark.number == module.number
        ],
    )
    if isinstance(planned, NothingToDraftFrom):
        return planned
    made = await piece_store.fetch_pieces(conn, module.id, module.number + 1, planned.basis)
    return _Work(module, request, sops, planned, made)


async def _nothing(
    conn: Connection, chat: Chat, module: Module, nothing: NothingToDraftFrom, now: datetime
) -> None:
    if not await _still(conn, module):
        return
    if module.number == 0:
        await piece_store.mark_undrafted(
            conn, module.id, (nothing.why, *nothing.documents), now=now
        )
        await store.mark_state(conn, module.id, "rejected", actor="jobaid", now=now)
    requester = await fetch_person_by_id(conn, module.requested_by)
    if requester is not None:
        await chat.direct(requester, said_card(cards.nothing_words(module, nothing)))


async def _finish(
    conn: Connection, services: Services, chat: Chat, work: _Work, now: datetime
) -> None:
    """Put the whole before the reviewers. Here no model is asked: each piece was checked by one."""
    before: State = work.module.state
    made = drafted(work.plan, work.made)
    others = await store.fetch_published(conn, work.module.kind, without=work.module.revises)
    checks = await check_drafted(made, work.made.values(), work.request, work.sops, others)
    stood = await store.fetch_content(conn, work.module.id, work.module.number)
    module = await gate.put_before_reviewers(
        conn,
        work.module,
        made.content,
        checks=checks,
        drafted_by=made.drafted_by,
        editor=None,
        due_at=due_at(now),
        now=now,
    )
    await piece_store.mark_ended(conn, module.id, work.number, left_out=made.left_out, now=now)
    await _end_progress(conn, chat, work)
    if before == "draft":
        view = await review_posts.post_everywhere(conn, services, chat, module.id, now)
    else:
        view = await review_posts.refresh(conn, chat, module.id, now)
    unchanged = stood is not None and stood.content == made.content
    if view is not None:
        said = cards.drafted_words(view, unchanged, made.left_out)
        for person_id in _told(view, work.module, unchanged):
            person = await fetch_person_by_id(conn, person_id)
            if person is not None and person.active:
                await chat.direct(person, said_card(said))


def _told(view: ReviewView, before: Module, unchanged: bool) -> Collection[int]:
    """The requester; where nothing has changed, whoever asked for a change reads why, too."""
    wanted = [
        remark.person_id
        for remark, _ in view.remarks
        if unchanged and remark.kind == "changes" and remark.number == before.number
    ]
    return dict.fromkeys((before.requested_by, *wanted))


# How far it is


async def _show_progress(conn: Connection, chat: Chat, work: _Work, now: datetime) -> None:
    """Tell the requester how far it is: a card once, then the same card, now and then."""
    known = await piece_store.fetch_drafting(conn, work.module.id, work.number)
    assert known
    assert known.number == work.number
    card = cards.progress_card(work.module, len(work.made), len(work.plan.pieces))
    if known.shown_at is None:
        requester = await fetch_person_by_id(conn, work.module.requested_by)
        ref = await chat.direct(requester, card) if requester is not None else None
        await piece_store.mark_shown(conn, work.module.id, work.number, card=ref, now=now)
    elif known.card is not None and now - known.shown_at >= SHOW_EVERY:
        await chat.update(CardRef(known.card), card)
        await piece_store.mark_shown(conn, work.module.id, work.number, card=known.card, now=now)


async def _end_progress(conn: Connection, chat: Chat, work: _Work) -> None:
    known = await piece_store.fetch_drafting(conn, work.module.id, work.number)
    if known is not None and known.card is not None:
        said = cards.progressed_words(work.module, len(work.made), len(work.plan.pieces))
        await chat.update(CardRef(known.card), said_card(said))
