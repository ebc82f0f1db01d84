"""Decides at which level a guide is shown, and how a published module reads where it is used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from handlers.answer_cards import Names, answer_buttons, answered_card
from handlers.cards import Block, Button, Buttons, Card, Heading, Note, Quote
from handlers.module_blocks import content_blocks, named, sources_of
from handlers.module_buttons import leading_guide, level_buttons, wrong_button
from handlers.parts import first_part
from handlers.services import Connection
from indexing.nouns import Answered, WrittenAnswer
from indexing.store.cited import NamedRevision, fetch_current_revisions
from indexing.store.in_use import fetch_guide_on, fetch_readable
from learning.modules import Content, Guide, JobAid, Level, Step, cites
from learning.nouns import EVERYONE, Person, audience_of
from learning.store import fetch_people
from learning.store.published import PublishedModule, fetch_level, fetch_published_module
from review.reviewers import seats_of

MORE = "guide.more"
APPROVED = "Approved by a subject-matter expert and by L&D."


@dataclass(frozen=True, slots=True)
class Shown:
    """A published module with what its citations need. `revisions`: what is in force today, by the
    id that is cited; `owners`: e-mail to name."""

    module: PublishedModule
    content: Content
    revisions: Mapping[int, NamedRevision]
    owners: Names


async def fetch_shown(
    conn: Connection, module_id: int, person: Person | None, today: date
) -> Shown | None:
    """A published module that somebody may be shown today; None for any other.

    Job aids and guides are shown to those who may read all their SOPs; what is practised with only
    to its reviewers.
    """
    found = await fetch_published_module(conn, module_id)
    if found is None:
        return None
    module, content = found
    if isinstance(content, Guide | JobAid):
        if not await fetch_readable(conn, [module_id], audience_of(person), today):
            return None
    elif person is None or not seats_of(person, module.domain):
        return None
    revisions = await fetch_current_revisions(
        conn, {cite.revision for cite in cites(content)}, today
    )
    owners = {who.email: who.name for who in await fetch_people(conn)}
    return Shown(module, content, revisions, owners)


async def answer_as_wanted(
    conn: Connection,
    answered: Answered | WrittenAnswer,
    names: Names,
    answer_id: int,
    person: Person | None,
    today: date,
    *,
    helpful: bool | None = None,
    note: str = "",
) -> Card:
    """An answer as one person reads it: where it quotes a guide, at the level they chose."""
    module_id = leading_guide(answered)
    level = await fetch_level(conn, person.id) if person and module_id else "standard"
    if module_id and level != "standard" and isinstance(answered, Answered):
        shown = await fetch_shown(conn, module_id, person, today)
        if shown is not None:
            foot = (answer_buttons(f"answer:{answer_id}", helpful),)
            return section_card(shown, level, f"answer:{answer_id}", foot, answered.heading)
    guide = await _guide_to(conn, answered, person, today)
    return answered_card(answered, names, answer_id, helpful, note, guide)


async def _guide_to(
    conn: Connection, answered: Answered | WrittenAnswer, person: Person | None, today: date
) -> int | None:
    """The guide to the section that an answer begins with, where it is not from a module itself."""
    lead = answered.cited[0]
    if person is None or any(passage.module for passage in answered.cited):
        return None
    roles = (EVERYONE, *person.roles)
    return await fetch_guide_on(
        conn, lead.document_id, lead.section, audience_of(person), roles, today
    )


def section_card(
    shown: Shown, level: Level, subject: str, foot: Sequence[Buttons], section: str
) -> Card:
    """A guide in place of an answer: what it has of the section that was quoted, if that fits."""
    narrowed = _of_section(shown.content, section)
    if narrowed is not None:
        module = f"module:{shown.module.module_id}"
        whole = Buttons((Button("The whole guide", "module.show", module, "quiet"),))
        card = whole_card(replace(shown, content=narrowed), level, subject, (whole, *foot))
        heading = Heading(named(narrowed.kind, narrowed.title), f"{section}, {level} level")
        card = replace(card, blocks=(heading, *card.blocks[1:]))
        if first_part(card, MORE, module) == card:
            return card
    return shown_card(shown, level, subject, foot)


def _of_section(content: Content, section: str) -> Guide | None:
    """A guide with the steps and warnings of one section alone; None where that is all or none."""
    if not isinstance(content, Guide):
        return None
    novice, standard, expert = (
        tuple(step for step in steps if step.section == section)
        for steps in (content.novice, content.standard, content.expert)
    )
    if not standard or standard == content.standard:
        return None
    warnings = tuple(
        line for line in content.warnings if any(cite.section == section for cite in line.cites)
    )
    return replace(content, novice=novice, standard=standard, expert=expert, warnings=warnings)


def shown_card(shown: Shown, level: Level, subject: str = "", foot: Sequence[Buttons] = ()) -> Card:
    """A published module, the first part of it where it is long.

    `subject` is what its level buttons name, the module itself unless it is an answer's card.
    """
    module = f"module:{shown.module.module_id}"
    return first_part(whole_card(shown, level, subject or module, foot), MORE, module)


def whole_card(shown: Shown, level: Level, subject: str = "", foot: Sequence[Buttons] = ()) -> Card:
    """The same without parts."""
    content = _at_level(shown.content, level)
    title = named(content.kind, content.title)
    detail = f"{level} level" if isinstance(content, Guide) else ""
    blocks: list[Block] = [Heading(title, detail)]
    blocks += _words(content, shown.revisions, level)
    blocks += [sources_of(content, shown.revisions, shown.owners), Note(APPROVED)]
    module = f"module:{shown.module.module_id}"
    buttons = level_buttons(subject or module, level) if isinstance(content, Guide) else ()
    blocks += [Buttons((*buttons, wrong_button(shown.module.module_id))), *foot]
    return Card(title, tuple(blocks))


def _words(
    content: Content, revisions: Mapping[int, NamedRevision], level: Level
) -> Iterator[Block]:
    """What a learner reads: without the SOP's own wording, which reviewers see under each line."""
    for block in content_blocks(content, revisions, level=level):
        if not isinstance(block, Quote):
            yield block


def _at_level(content: Content, level: Level) -> Content:
    """A guide of one level alone, so that its marks count what is shown."""
    if not isinstance(content, Guide):
        return content
    by_level: dict[Level, tuple[Step, ...]] = {
        "novice": content.novice,
        "standard": content.standard,
        "expert": content.expert,
    }
    steps = by_level[level]
    return replace(content, novice=steps, standard=steps, expert=steps)
