"""Decides how somebody edits a module in place: a section at a time, as one of its authors."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from handlers import review_posts
from handlers.answer_cards import said_card
from handlers.cards import plain
from handlers.drafting import due_at, request_of
from handlers.edit_cards import edit_card, labelled_sections
from handlers.inbound import Pressed
from handlers.looking import module_of, show_directly
from handlers.privately import show, tell
from handlers.review_view import ReviewView, fetch_view
from handlers.review_words import finding_words, refusal_words, title_of, unfit_words
from handlers.services import Chat, Connection, Later, Services
from handlers.wording import shortened
from indexing import audit
from indexing.nouns import SopText
from indexing.store.drafting import fetch_sop_texts
from learning.modules import Content
from learning.store.competencies import fetch_competency
from review import gate, store
from review.checks import check_edited
from review.editing import Unfit, replaced
from review.nouns import Checked, Module, StoredContent
from review.sourcing import Sources

_LONGEST_FINDING = 300


async def on_edit(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """Say what editing means and offer the sections, if the presser may edit."""
    module = await _editable(conn, chat, pressed)
    view = await fetch_view(conn, module.id, now.date()) if module else None
    if view is not None:
        await show_directly(chat, pressed, edit_card(view))


async def on_open(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """Open the chosen section with its own words."""
    module = await _editable(conn, chat, pressed)
    view = await fetch_view(conn, module.id, now.date()) if module else None
    if view is None:
        return
    label = pressed.fields.get(f"section:c{view.module.number}", "")
    chosen = labelled_sections(view.stored.content).get(label)
    if chosen is None:
        await tell(chat, pressed, "Choose a section first, then press Open.")
        return
    await show(chat, pressed, edit_card(view, chosen))


async def on_save(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """Store the edited section: a new content, void approvals, and the presser an author."""
    module = await _editable(conn, chat, pressed)
    stored = await store.fetch_content(conn, module.id, module.number) if module else None
    if module is None or stored is None or pressed.person is None:
        return
    prefix = f"text:c{module.number}:"
    edited = {
        name.removeprefix(prefix): text
        for name, text in pressed.fields.items()
        if name.startswith(prefix)
    }
    if not edited:
        await tell(chat, pressed, "Nothing was typed for this content, so nothing was changed.")
        return
    ((key, text),) = edited.items()
    sops = await _sops(conn, module, now)
    # Held against every sentence of the SOPs, which takes a moment in which others are served.
    content = await asyncio.to_thread(replaced, stored.content, key, text.splitlines(), sops)
    if isinstance(content, Unfit):
        await tell(chat, pressed, unfit_words(content))
        return
    if content == stored.content:
        await tell(chat, pressed, "Not a word was changed, so nothing was stored.")
        return
    await gate.put_before_reviewers(
        conn,
        module,
        content,
        checks=await _checks(conn, services, module, stored, content, sops),
        drafted_by=stored.drafted_by,
        editor=pressed.person,
        due_at=module.due_at or due_at(now),
        now=now,
    )
    view = await review_posts.refresh(conn, chat, module.id, now)
    await show(chat, pressed, said_card(_saved_words(view, sops)))


def _saved_words(view: ReviewView, sops: Sequence[SopText]) -> str:
    """What saving did; at once, too, where a check keeps everybody from approving it."""
    title = title_of(view.module, view.stored.title)
    blocking = next((found for found in view.stored.checks.findings if found.blocks), None)
    if blocking is None:
        return (
            f"{title} is changed and before its reviewers again; approvals given before are void."
        )
    first = shortened(plain(finding_words(blocking)), _LONGEST_FINDING).rstrip(".")
    said = (
        f"{title} is changed, and approvals given before are void, but nobody can approve it yet:"
        f" {first}; the card says what."
    )
    if blocking.code != "unsupported":
        return said
    likest = Sources(view.stored.content, sops).likest(blocking.text)
    if likest is None:
        return f"{said} Nothing in the SOPs it rests on comes near that."
    words = shortened(" ".join(likest.quote.split()), _LONGEST_FINDING)
    return f"{said} Nearest in the SOPs it rests on ({likest.section}): “{words}”"


async def _sops(conn: Connection, module: Module, now: datetime) -> Sequence[SopText]:
    """The SOPs that a module may rest on today."""
    source, _, uri = module.source.rpartition(":")
    return await fetch_sop_texts(
        conn, now.date(), competency=module.competency, uri=uri or None, source=source or None
    )


async def _checks(
    conn: Connection,
    services: Services,
    module: Module,
    before: StoredContent,
    content: Content,
    sops: Sequence[SopText],
) -> Checked:
    """What the checks say of the edited content, as they would of a draft."""
    competency = await fetch_competency(conn, module.competency)
    request = request_of(module, competency, module.source)
    others = await store.fetch_published(conn, module.kind, without=module.revises)
    return await check_edited(before, content, request, sops, others, services.language_model)


async def _editable(conn: Connection, chat: Chat, pressed: Pressed) -> Module | None:
    """The module at hand for somebody who may edit it; others are told why not."""
    module_id, number = module_of(pressed.subject)
    if pressed.person is None or not module_id:
        await tell(chat, pressed, "I do not know you yet. Ask your admin to add you.")
        return None
    found = await gate.may_edit(conn, module_id=module_id, number=number, person=pressed.person)
    if isinstance(found, Module):
        return found
    await tell(chat, pressed, refusal_words(found, pressed.person))
    detail = {"action": pressed.action, "why": type(found).__name__, "press": pressed.press}
    await audit.record(conn, pressed.person.email, "press.refused", f"module:{module_id}", detail)
    return None
