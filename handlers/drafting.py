"""Decides the conversation about a draft: who may ask for one, for what, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args

from analytics.nouns import Gap
from analytics.store import fetch_gap
from handlers import drafting_cards as cards
from handlers.answer_cards import said_card
from handlers.inbound import Pressed
from handlers.looking import show_directly
from handlers.privately import tell
from handlers.services import Chat, Connection, Later, Services
from indexing.store.drafting import fetch_disputed, fetch_sop_texts
from learning.competencies import Competency
from learning.modules import ModuleKind
from learning.nouns import Person
from learning.store.competencies import fetch_competency
from review import store
from review.nouns import DraftRequest, Module, SubCompetency
from review.reviewers import missing_reviewers, seats_of

REVIEW_DAYS = 3
"""Working days that reviewers have before they are asked to hurry."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks to have drafted, as they said it: nothing of it is checked yet."""

    gap: str
    kind: str
    role: str
    context: str
    part: str = ""
    source: str = ""


async def on_new(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """Ask what is to be drafted for a gap."""
    gap = await fetch_gap(conn, pressed.subject.partition(":")[2])
    competency = await fetch_competency(conn, gap.competency) if gap else None
    if gap is None or competency is None:
        await tell(
            chat, pressed, "That gap is not there any more. Write `gaps` for those there are."
        )
        return
    if not _may_ask(pressed.person, competency):
        await tell(chat, pressed, cards.NOT_YOURS)
        return
    sops = await fetch_sop_texts(conn, now.date(), competency=competency.id)
    await show_directly(chat, pressed, cards.request_card(gap, competency, sops))


async def on_start(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """Take a request for a draft, or say what is missing from it."""
    if pressed.person is None:
        await tell(chat, pressed, cards.NOT_YOURS)
        return
    gap_id = pressed.subject.partition(":")[2]
    gap = await fetch_gap(conn, gap_id)
    competency = await fetch_competency(conn, gap.competency) if gap else None
    sops = await fetch_sop_texts(conn, now.date(), competency=competency.id) if competency else []
    wish = Wish(
        gap_id,
        cards.kind_of(pressed.fields.get("kind", "")),
        gap.role if gap else "",
        pressed.fields.get("context", ""),
        cards.part_of_label(competency, pressed.fields.get("part", "")),
        cards.source_of_label(sops, pressed.fields.get("source", "")),
    )
    asked = await ask_for_draft(conn, later, wish, pressed.person, now)
    if isinstance(asked, str):
        await tell(chat, pressed, asked)
        return
    said = said_card(cards.started_words(asked))
    if pressed.card is not None and pressed.audience == "direct":
        await chat.update(pressed.card, said)
    else:
        await tell(chat, pressed, cards.started_words(asked))


async def ask_for_draft(
    conn: Connection, later: Later, wish: Wish, person: Person, now: datetime
) -> Module | str:
    """Store a request and have it drafted soon; or say, in words, what is missing and whom to ask."""
    request = await _checked(conn, wish, person, now)
    if isinstance(request, str):
        return request
    unfilled = await missing_reviewers(conn, request.domain, person)
    if unfilled:
        return await cards.no_reviewers_words(conn, unfilled, request.domain)
    module_id = await store.insert_module(
        conn, request, requested_by=person.id, actor=person.email, now=now
    )
    await later.defer("draft", str(module_id))
    module = await store.fetch_module(conn, module_id)
    assert module
    return module


async def _checked(
    conn: Connection, wish: Wish, person: Person, now: datetime
) -> DraftRequest | str:
    """The request a wish amounts to, or the first thing that is wrong with it."""
    gap = await fetch_gap(conn, wish.gap.strip())
    if gap is None:
        return cards.no_gap_words(wish.gap)
    competency = await fetch_competency(conn, gap.competency)
    if competency is None or not _may_ask(person, competency):
        return cards.NOT_YOURS
    wrong = _first_wrong(wish, gap, competency)
    if wrong:
        return wrong
    disputed = await fetch_disputed(conn, competency.id)
    if disputed:
        return cards.conflict_words(disputed)
    source, _, uri = wish.source.rpartition(":")
    sops = await fetch_sop_texts(
        conn, now.date(), competency=competency.id, uri=uri or None, source=source or None
    )
    if not sops:
        return cards.no_sop_words(competency.id, wish.source)
    return _request(wish, gap, competency)


def _first_wrong(wish: Wish, gap: Gap, competency: Competency) -> str:
    if gap.state != "active":
        return cards.gap_not_active_words(gap)
    if wish.kind not in get_args(ModuleKind):
        return cards.kind_words(wish.kind)
    if wish.role.strip() != gap.role:
        return cards.role_words(wish.role, gap)
    if competency.validated_on is None:
        return cards.not_validated_words(competency)
    if len(wish.context.split()) < 2:
        return cards.CONTEXT_MISSING
    if wish.part and wish.part not in {part.id for part in competency.parts}:
        return cards.part_words(wish.part, competency)
    return ""


def _request(wish: Wish, gap: Gap, competency: Competency) -> DraftRequest:
    kind = next(kind for kind in get_args(ModuleKind) if kind == wish.kind)
    return DraftRequest(
        gap=gap.id,
        kind=kind,
        role=gap.role,
        competency=competency.id,
        statement=competency.statement,
        domain=competency.domain,
        context=wish.context.strip(),
        parts=tuple(SubCompetency(part.id, part.statement) for part in competency.parts),
        part=wish.part,
        source=wish.source,
    )


def _may_ask(person: Person | None, competency: Competency) -> bool:
    return person is not None and bool(seats_of(person, competency.domain))


# What is put off (`handlers/drafting_due.py`)


def request_of(module: Module, competency: Competency | None, source: str) -> DraftRequest:
    """What a module was asked for with, to be drafted again from a source."""
    parts = competency.parts if competency else ()
    return DraftRequest(
        gap=module.gap,
        kind=module.kind,
        role=module.role,
        competency=module.competency,
        statement=competency.statement if competency else "",
        domain=module.domain,
        context=module.context,
        parts=tuple(SubCompetency(part.id, part.statement) for part in parts),
        part=module.part,
        source=source,
    )


def due_at(now: datetime) -> datetime:
    """When reviewers are to have decided: `REVIEW_DAYS` working days from now."""
    left, when = REVIEW_DAYS, now
    while left:
        when += timedelta(days=1)
        left -= when.weekday() < 5
    return when
