"""Decides how modules are reported on the command line: lists, one in full, and what is in use."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import yaml

from handlers.drafting_cards import undrafted_words
from handlers.module_blocks import KINDS, item_lines, named
from handlers.review_view import fetch_view
from handlers.review_words import (
    STATES,
    checks_line,
    finding_words,
    is_undrafted,
    read_words,
    seat_words,
    state_words,
)
from handlers.services import Connection
from handlers.wording import columns, counted, day, listed
from learning.modules import (
    Cite,
    Content,
    Item,
    ItemSet,
    RemedialUnit,
    content_json,
    sections,
    sentences,
)
from learning.store import fetch_people
from review import store
from review.nouns import Module, StoredContent
from review.states import MOVES, State
from review.store.flags import fetch_flags
from review.store.pieces import fetch_drafting, fetch_took, fetch_undrafted

_UNSAFE = re.compile(r"[^a-z0-9]+")
NO_REASONS: Mapping[int, str] = {}
_FRONT = ("id", "kind", "title", "role", "competency", "gap", "hash", "approvals")


def state_of(words: str) -> State | None:
    """The state somebody named, in any way of writing it; None for none."""
    name = words.strip().casefold().replace(" ", "_").replace("-", "_")
    return next((state for state in MOVES if state == name), None)


def unknown_state(words: str) -> str:
    """There is no such state."""
    return f"There is no state “{words}”. There are: {listed(MOVES, 'or')}."


def unknown_module(module: str) -> str:
    """There is no such module."""
    return f"There is no module {module}. See: jobaid modules list"


async def on_list(conn: Connection, state: State | None) -> list[tuple[Module, str]]:
    """The modules, the newest first, with their titles."""
    return await store.fetch_modules(conn, [state] if state else [])


async def reasons_of(conn: Connection, rows: Sequence[tuple[Module, str]]) -> dict[int, str]:
    """Why nothing could be drafted of those modules of which that is so."""
    found = await fetch_undrafted(conn, [module.id for module, _ in rows])
    return {module_id: undrafted_words(why) for module_id, why in found.items()}


async def same_in_review(conn: Connection, module_id: int) -> str:
    """Say that another module in review says just what this one does; '' where none does."""
    rows = await store.fetch_modules(conn, ["in_review"])
    mine = next((module for module, _ in rows if module.id == module_id), None)
    same = [m.id for m, _ in rows if mine and m.id != mine.id and m.hash == mine.hash]
    if not same:
        return ""
    before = listed(f"module {other}" for other in sorted(same))
    return (
        f"Module {module_id} says word for word what {before} says, which is in review already."
        " Withdraw one of them on its card: reviewers need not read it twice."
    )


def modules_json(
    rows: Sequence[tuple[Module, str]], reasons: Mapping[int, str] = NO_REASONS
) -> list[dict[str, Any]]:
    """One object a module; `reason` says why nothing could be drafted, '' where something was."""
    return [
        {
            "id": module.id,
            "kind": module.kind,
            "state": module.state,
            "hash": module.hash,
            "title": title,
            "role": module.role,
            "competency": module.competency,
            "gap": module.gap,
            "due": module.due_at.isoformat() if module.due_at else None,
            "reason": reasons.get(module.id, ""),
        }
        for module, title in rows
    ]


def modules_table(
    rows: Sequence[tuple[Module, str]], reasons: Mapping[int, str] = NO_REASONS
) -> str:
    """The modules for people; what has no title says why."""
    if not rows:
        return (
            'No modules yet. Draft one: jobaid draft --gap ID --kind guide --role R --context "…"'
        )
    return "\n".join(
        columns(
            ("ID", "KIND", "STATE", "ROLE", "COMPETENCY", "TITLE"),
            (
                (str(m.id), m.kind, _state(m), m.role, m.competency, title or _untitled(m, reasons))
                for m, title in rows
            ),
        )
    )


def _state(module: Module) -> str:
    """The state as it can be asked for; what nobody rejected is said as it is."""
    return "not drafted" if is_undrafted(module) else module.state


def _untitled(module: Module, reasons: Mapping[int, str]) -> str:
    if module.state == "draft":
        return "(being drafted)"
    return f"({reasons.get(module.id) or 'nothing was drafted'})"


async def _drafting(conn: Connection, module: Module) -> dict[str, Any] | None:
    """How the present content was drafted: what could not be had, and what a model took for it."""
    known = await fetch_drafting(conn, module.id, max(module.number, 1))
    if known is None:
        return None
    took = await fetch_took(conn, module.id, known.number)
    return {
        "pieces": known.pieces,
        "made": known.made,
        "left_out": list(known.left_out),
        "took": asdict(took) if took else None,
    }


async def module_json(conn: Connection, module_id: int) -> dict[str, Any] | None:
    """A module in full; None where there is none. While it is drafted it has no sentences."""
    module = await store.fetch_module(conn, module_id)
    if module is None:
        return None
    stored = await store.fetch_content(conn, module.id, module.number) if module.number else None
    people = {who.id: who.email for who in await fetch_people(conn)}
    authors = [module.requested_by, *sorted(await store.fetch_editors(conn, module.id))]
    row = [(module, stored.title if stored else "")]
    (listed_as,) = modules_json(row, await reasons_of(conn, row))
    return {
        **listed_as,
        "context": module.context,
        "part": module.part,
        "revises": module.revises,
        "authors": list(dict.fromkeys(people.get(author, "") for author in authors)),
        "drafted_by": stored.drafted_by if stored else None,
        "drafting": await _drafting(conn, module),
        "sentences": _sentences(stored) if stored else [],
        "authored": [said.text for said in sentences(stored.content) if said.authored]
        if stored
        else [],
        "content": content_json(stored.content) if stored else None,
        "checks": [
            {
                "code": f.code,
                "section": f.section,
                "text": f.text,
                "words": f.words,
                "blocks": f.blocks,
            }
            for f in (stored.checks.findings if stored else ())
        ],
        "approvals": [
            {
                "seat": given.seat,
                "person": people.get(given.person_id, ""),
                "hash": given.hash,
                "ticks": list(given.ticks),
                "at": given.at.isoformat(),
                "parts": given.parts,
                "opened": list(given.opened),
            }
            for given in await store.fetch_approvals(conn, module)
        ],
        "flags": [
            {
                "uri": flag.uri,
                "source": flag.source,
                "at": flag.at.isoformat(),
                "changes": flag.changes,
            }
            for flag in await fetch_flags(conn, module.id)
        ],
    }


def _sentences(stored: StoredContent) -> list[dict[str, Any]]:
    """Every sentence that cites or should; the author's own words are apart."""
    unsupported = [
        (finding.section, finding.text)
        for finding in stored.checks.findings
        if finding.code in ("unsupported", "uncited")
    ]
    return [
        {
            "text": said.text,
            "cites": [_cite(cite) for cite in said.cites],
            "supported": not any(
                section.key == key and text in said.text for key, text in unsupported
            ),
        }
        for section in sections(stored.content)
        for said in section.sentences
        if not said.authored
    ]


def _cite(cite: Cite) -> dict[str, str]:
    return {
        "uri": cite.uri,
        "source": cite.source,
        "version": cite.version,
        "section": cite.section,
        "quote": cite.quote,
    }


async def module_text(conn: Connection, module_id: int, today: date) -> str | None:
    """A module for people: what it says, what was found in it, who has to act."""
    module = await store.fetch_module(conn, module_id)
    if module is None:
        return None
    view = await fetch_view(conn, module_id, today)
    if view is None:
        why = (await reasons_of(conn, [(module, "")])).get(module.id)
        ends = f": {why}" if why else "."
        return f"Module {module.id}: {KINDS[module.kind]}, {state_words(module)}{ends}"
    lines = [f"{named(module.kind, view.stored.title)} (module {module.id})"]
    lines.append(f"{STATES[module.state]} · {checks_line(view.stored.checks)} · {module.hash[:12]}")
    lines += [f"  {finding_words(finding)}" for finding in view.stored.checks.findings]
    for given, name in view.approved:
        by = f"approved by {name}, {day(given.at.date())}{read_words(given)}"
        lines.append(f"{seat_words(given.seat, module.domain)}: {by}")
    for heading, told in _told(view.stored.content):
        lines += ["", heading]
        lines += [f"  {line}" for line in told]
    return "\n".join(lines)


async def exported(conn: Connection) -> list[tuple[str, str]]:
    """Each published module as files, `(name, text)`: Markdown with its governance on top, and JSON."""
    files: list[tuple[str, str]] = []
    for module, title in reversed(await store.fetch_modules(conn, ["published"])):
        told = await module_json(conn, module.id)
        stored = await store.fetch_content(conn, module.id, module.number)
        assert told
        assert stored
        name = f"{module.id}-{_UNSAFE.sub('-', title.casefold()).strip('-')[:60]}"
        front = {key: told[key] for key in _FRONT}
        head = yaml.safe_dump(front, sort_keys=False, allow_unicode=True)
        files.append((f"{name}.md", f"---\n{head}---\n{_markdown(stored)}"))
        files.append((f"{name}.json", json.dumps(told, ensure_ascii=False, indent=1) + "\n"))
    return files


def exported_words(count: int, folder: str) -> str:
    """What was written."""
    return f"{counted(count, 'published module')} written to {folder}, as Markdown and as JSON."


def _markdown(stored: StoredContent) -> str:
    lines = [f"# {stored.title}"]
    for heading, told in _told(stored.content):
        lines += ["", f"## {heading}", ""]
        lines += [f"- {line}" for line in told]
    return "\n".join(lines) + "\n"


def _told(content: Content) -> Iterator[tuple[str, list[str]]]:
    """Each section's heading and lines; a question says which answer is right."""
    asked: tuple[Item, ...] = ()
    if isinstance(content, ItemSet):
        asked = content.items
    elif isinstance(content, RemedialUnit):
        asked = (content.check,)
    items = {f"item.{item.id}": item for item in asked}
    for section in sections(content):
        item = items.get(section.key)
        yield section.heading, item_lines(item) if item else [s.text for s in section.sentences]
