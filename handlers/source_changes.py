"""Decides how a changed source reads: on the cards of what rests on it, and told directly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from handlers.cards import Block, Card, Heading, Note, Text, literal
from handlers.review_view import ReviewView
from handlers.review_words import STATES, title_of
from handlers.wording import counted, listed
from indexing.store.cited import NamedRevision
from review.flags import Warned
from review.nouns import Flag, Module

_MOST = 6
_LONGEST = 300


def source_changes(flags: Sequence[Flag], owners: Mapping[str, str]) -> Iterator[Block]:
    """What the sources say otherwise now, each document as it was found last.

    `owners` are names by e-mail.
    """
    newest = {(flag.source, flag.uri): flag for flag in flags}
    if newest:
        yield Text("**What changed in the source**")
    for flag in newest.values():
        named = f"*{literal(flag.title)}* v{literal(flag.version)}"
        if flag.withdrawn:
            yield Text(f"{named} ({literal(flag.uri)}) was withdrawn.")
            continue
        yield Text(f"{named}, owner {literal(owners.get(flag.owner, flag.owner))}:")
        yield from _changed(flag.changes)


def moved_note(view: ReviewView) -> Iterator[Note]:
    """Says on a draft's card that it cannot be approved as it stands, and what to do."""
    if view.moved:
        named = listed(f"*{literal(each.title)}* ({literal(each.uri)})" for each in view.moved)
        yield Note(
            f"What this rests on has changed or may not be used today: {named}. Request changes to"
            " have it drafted again from what is in force.",
            "warning",
        )


def revision_words(revision: int) -> str:
    """A revision is under way."""
    return f"A revision is drafted from what is in force (module {revision}), and its reviewers decide."


def no_need_words(module: Module, under_way: int | None) -> str:
    """No revision is begun."""
    if under_way:
        return f"A revision is under way already (module {under_way}). Nothing was changed."
    return f"Module {module.id} is {STATES[module.state]}, so no revision of it is begun."


def flagged_card(view: ReviewView, flag: Flag, revision: int | None) -> Card:
    """Tells who asked for a module or owns its source that it is out of use, and what comes next."""
    title = title_of(view.module, view.stored.title)
    then = (
        revision_words(revision)
        if revision is not None
        else "Nobody is left to ask for a revision: no L&D professional is active. An"
        " admin can give somebody the seat."
    )
    said = f"{title} is out of use: its source changed."
    blocks = (Heading(said), *source_changes([flag], view.owners), Text(then))
    return Card(said, blocks)


def warned_card(module: Module, title: str, warned: Warned, revision: NamedRevision) -> Card:
    """Tells who asked for a module what a text that waits for its validation would do to it."""
    named = title_of(module, title)
    said = f"{named} stays in use for now, but its source is about to change."
    changes = [
        {
            "section": each.section,
            "before": each.before,
            "after": each.after,
            "reasons": each.reasons,
        }
        for each in warned.changes
    ]
    source = f"*{literal(revision.title)}* v{literal(revision.version)}"
    blocks = (
        Heading(said),
        Text(
            f"{source} waits for its validation. Once it is in force, the module is taken out of use"
            " and drafted again, because of:"
        ),
        *_changed(changes),
    )
    return Card(said, blocks)


def _changed(changes: Sequence[dict[str, Any]]) -> Iterator[Block]:
    """The first of the changes, section by section."""
    for section, own in groupby(changes[:_MOST], key=lambda change: str(change["section"])):
        lines = [line for change in own for line in _lines(change)]
        yield Text("\n".join([f"**{literal(section)}**"] * bool(section) + lines))
    if len(changes) > _MOST:
        yield Note(f"And {counted(len(changes) - _MOST, 'more change')}.")


def _lines(change: dict[str, Any]) -> Iterator[str]:
    before, after = change["before"], change["after"]
    if "step_moved" in change["reasons"]:
        yield f"Moved to another place: {_words(after or before)}"
        return
    if before is not None:
        yield f"{'Was' if after is not None else 'Gone'}: {_words(before)}"
    if after is not None:
        yield f"{'Now' if before is not None else 'New'}: {_words(after)}"


def _words(text: str) -> str:
    """Text on one line, at a length that a card can hold several of."""
    flat = " ".join(text.split())
    if len(flat) > _LONGEST:
        flat = flat[:_LONGEST].rsplit(" ", 1)[0] + " …"
    return literal(flat)
