"""Decides the conversation about gaps: who sees which, who settles them, and what is written down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from analytics import gaps as domain
from analytics.gaps import Activated, Activation, Closed, Closing, Ranked, fetch_ranked
from analytics.nouns import EVIDENCE_KINDS
from analytics.store import fetch_gap
from handlers import gap_cards as cards
from handlers.answer_cards import said_card
from handlers.cards import Card
from handlers.imports import not_a_person, refused_lines
from handlers.inbound import Asked, Pressed
from handlers.privately import answer_alone, show, tell
from handlers.services import Chat, Connection
from handlers.wording import columns, counted
from indexing import audit
from indexing.visible import one_line
from learning.nouns import Person
from learning.store import fetch_managed_roles
from review.reviewers import seats_of

NOT_YOURS = (
    "Gaps are seen by L&D, by the SMEs of their domain, and by those who manage people in the role."
    " Your admin can give you a seat."
)
ONLY_LD = "Only L&D activates and closes gaps. Your admin can give you the seat."


# In chat


async def visible_to(conn: Connection, person: Person | None) -> list[Ranked]:
    """Fetch the gaps somebody may see."""
    if person is None or not person.active:
        return []
    managed = await fetch_managed_roles(conn, person.email)
    return [one for one in await fetch_ranked(conn) if domain.may_view(person, one, managed)]


async def on_gaps(conn: Connection, chat: Chat, asked: Asked, words: str) -> None:
    """Somebody wrote `gaps`, or `gaps` and a role: show them what they may see, to them alone."""
    seen = await visible_to(conn, asked.person)
    role = words.strip().casefold().replace(" ", "-")
    await answer_alone(chat, asked, _card(seen, asked.person, role))


def _card(
    seen: Sequence[Ranked], person: Person | None, role: str, said: str = "", about: str = ""
) -> Card:
    if not seen:
        return said_card(NOT_YOURS)
    roles = list(dict.fromkeys(one.gap.role for one in seen))
    chosen = role if role in roles else roles[0] if len(roles) == 1 else ""
    if not chosen:
        return cards.overview_card(seen)
    of_role = [one for one in seen if one.gap.role == chosen]
    drafts = {one.gap.id for one in of_role if person and seats_of(person, one.competency.domain)}
    return cards.role_card(
        chosen, of_role, settles=domain.may_settle(person), drafts=drafts, said=said, about=about
    )


async def on_role(conn: Connection, chat: Chat, pressed: Pressed, now: datetime) -> None:
    """Show the gaps of one role."""
    seen = await visible_to(conn, pressed.person)
    await show(chat, pressed, _card(seen, pressed.person, _subject(pressed)))


async def on_activate(conn: Connection, chat: Chat, pressed: Pressed, now: datetime) -> None:
    """Activate a gap, if whoever pressed still may."""
    gap = _subject(pressed)
    if not domain.may_settle(pressed.person):
        await _refuse(conn, chat, pressed, ONLY_LD, "not_ld")
        return
    result = await domain.activate(conn, gap, now)
    await _settled(conn, chat, pressed, result, cards.activation_words(result))


async def on_close(conn: Connection, chat: Chat, pressed: Pressed, now: datetime) -> None:
    """Close a gap, if whoever pressed still may."""
    gap = _subject(pressed)
    if not domain.may_settle(pressed.person):
        await _refuse(conn, chat, pressed, ONLY_LD, "not_ld")
        return
    result = await domain.close(conn, gap, now)
    await _settled(conn, chat, pressed, result, cards.closing_words(result))


def _subject(pressed: Pressed) -> str:
    """The id in a press; whoever made it up may have put anything there."""
    return one_line(pressed.subject.partition(":")[2])[:200]


async def _settled(
    conn: Connection, chat: Chat, pressed: Pressed, result: Activation | Closing, said: str
) -> None:
    person, gap_id = pressed.person, _subject(pressed)
    assert person is not None  # `may_settle` was asked
    gap = await fetch_gap(conn, gap_id)
    if gap is None:
        await show(chat, pressed, said_card(said))
    else:
        seen = await visible_to(conn, person)
        await show(chat, pressed, _card(seen, person, gap.role, said, gap.id))
    await _write_down(conn, person.email, gap_id, result, {"press": pressed.press})


async def _refuse(conn: Connection, chat: Chat, pressed: Pressed, said: str, because: str) -> None:
    await tell(chat, pressed, said)
    actor = pressed.person.email if pressed.person else "unknown"
    detail = {"action": pressed.action, "because": because, "press": pressed.press}
    await audit.record(conn, actor, "press.refused", one_line(pressed.subject)[:200], detail)


async def _write_down(
    conn: Connection,
    actor: str,
    gap_id: str,
    result: Activation | Closing,
    detail: dict[str, Any],
) -> None:
    match result:
        case Activated():
            act = "gap.activated"
        case Closed():
            act = "gap.closed"
        case _:
            act, detail = "gap.refused", detail | {"because": type(result).__name__}
    await audit.record(conn, actor, act, f"gap:{gap_id}", detail)


# From the shell


async def on_import(
    conn: Connection, path: Path, actor: str, now: datetime
) -> tuple[bool, list[str]]:
    """Import a gap file, all of it or nothing; whether it was taken, and the report."""
    imported = await domain.import_gaps(conn, path, now)
    if isinstance(imported, tuple):
        return False, refused_lines(path, imported)
    detail = {"gaps": imported.count, "changed": list(imported.changed)}
    await audit.record(conn, actor, "gaps.imported", path.name, detail)
    many = counted(imported.count, "gap")
    return True, [f"{path.name}: {many}, {len(imported.changed)} new or changed."]


async def on_act(
    conn: Connection,
    act: str,
    gap: str,
    actor: str,
    person: Person | None,
    email: str | None,
    now: datetime,
) -> tuple[bool, str]:
    """Activate or close a gap from the shell; whether it was done, and what to say.

    `email` names who it is done as, `person` is who that is; without it `actor` is written down.
    """
    if email is not None and (person is None or not person.active):
        return False, not_a_person(email)
    if person is not None and not domain.may_settle(person):
        return False, f"Only L&D activates and closes gaps, and {person.email} has no such seat."
    result: Activation | Closing
    if act == "activate":
        activation = await domain.activate(conn, gap, now)
        result, said = activation, cards.activation_words(activation)
    else:
        closing = await domain.close(conn, gap, now)
        result, said = closing, cards.closing_words(closing)
    by = {"by": actor} if person else {}
    await _write_down(conn, person.email if person else actor, gap, result, by)
    return isinstance(result, Activated | Closed), said


async def on_export(conn: Connection) -> str:
    """Return every gap as a file that can be imported again."""
    return await domain.export_gaps(conn)


async def on_list(conn: Connection) -> tuple[Ranked, ...]:
    """Return every gap, in order, role by role."""
    return await fetch_ranked(conn)


def gaps_json(gaps: Sequence[Ranked]) -> list[dict[str, Any]]:
    """Return one object a gap; a kind of evidence that is missing is null."""
    return [_json(one) for one in gaps]


def _json(one: Ranked) -> dict[str, Any]:
    gap = one.gap
    given = {
        each.kind: {
            "value": each.value,
            "n": each.n,
            "on": each.on.isoformat() if each.on else None,
        }
        for each in gap.evidence
    }
    return {
        "id": gap.id,
        "role": gap.role,
        "competency": gap.competency,
        "domain": one.competency.domain,
        "priority": gap.priority,
        "impact": gap.impact,
        "rationale": gap.rationale,
        "evidence": {kind: given.get(kind) for kind in EVIDENCE_KINDS},
        "missing": list(gap.missing),
        "state": gap.state,
        "activated_at": gap.activated_at.isoformat() if gap.activated_at else None,
        "closed_at": gap.closed_at.isoformat() if gap.closed_at else None,
        "place": one.place,
        "behind": one.behind,
        "obstacle": one.obstacle,
    }


def gaps_table(gaps: Sequence[Ranked]) -> str:
    """Return the list for people."""
    if not gaps:
        return "No gaps. Import a file: jobaid gaps import FILE.yaml"
    rows = (
        (
            one.gap.id,
            one.gap.role,
            str(one.place or "-"),
            one.gap.state,
            f"{one.gap.impact} of 5",
            f"{len(one.gap.evidence)} of {len(EVIDENCE_KINDS)}",
            one.obstacle or "-",
            one.gap.priority,
        )
        for one in gaps
    )
    head = ("GAP", "ROLE", "PLACE", "STATE", "IMPACT", "EVIDENCE", "IN THE WAY", "SERVES")
    return "\n".join(columns(head, rows))
