"""Decides how a module's sources and its changes since the last version read to a reviewer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from handlers.cards import Block, Card, Heading, Text, literal
from handlers.module_blocks import marks_of, sources_of
from handlers.review_view import ReviewView
from handlers.review_words import title_of
from learning.modules import Content, Section, sections


def diff_card(view: ReviewView) -> Card:
    """What this content says otherwise than the one it is to replace, section by section."""
    assert view.before
    title = title_of(view.module, view.stored.title)
    blocks: list[Block] = [Heading(f"Changes: {title}", "against the version it replaces")]
    changed = list(_changes(view.before.content, view.stored.content))
    blocks += changed or [Text("Not a word has changed; its sources' versions may have.")]
    return Card(f"Changes since the last version of {title}", tuple(blocks))


def _changes(before: Content, after: Content) -> Iterator[Block]:
    old, new = _by_key(before), _by_key(after)
    for key in dict.fromkeys((*old, *new)):
        was, now = old.get(key), new.get(key)
        lines_before = [said.text for said in was.sentences] if was else []
        lines_after = [said.text for said in now.sentences] if now else []
        if lines_before == lines_after:
            continue
        said = was or now
        assert said
        yield Text(f"**{literal(said.heading)}**")
        matcher = SequenceMatcher(None, lines_before, lines_after, autojunk=False)
        for kind, a, b, c, d in matcher.get_opcodes():
            if kind == "equal":
                continue
            yield from _pair(lines_before[a:b], lines_after[c:d])


def _pair(gone: Sequence[str], come: Sequence[str]) -> Iterator[Block]:
    if gone:
        yield Text(f"{'Was' if come else 'Gone'}: {literal(' '.join(gone))}")
    if come:
        yield Text(f"{'Now' if gone else 'New'}: {literal(' '.join(come))}")


def _by_key(content: Content) -> dict[str, Section]:
    return {section.key: section for section in sections(content)}


def sources_card(view: ReviewView, passages: Sequence[tuple[int, str, str]]) -> Card:
    """The passages a content cites, whole: `(mark, section, text)`."""
    title = title_of(view.module, view.stored.title)
    blocks: list[Block] = [Heading(f"Sources: {title}")]
    for number, section, text in passages:
        blocks.append(Text(f"**{literal(section)}** [{number}]"))
        blocks.append(Text(literal(text)))
    if not passages:
        blocks.append(Text("None of its sources can be shown today."))
    blocks.append(sources_of(view.stored.content, view.revisions, view.owners))
    return Card(f"Sources of {title}", tuple(blocks))


def marks_in_order(content: Content) -> list[tuple[int, tuple[int, str]]]:
    """The marks of a content with the revision and section each stands for."""
    return [(number, place) for place, number in marks_of(content).numbers.items()]
