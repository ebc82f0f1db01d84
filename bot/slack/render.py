"""Decides how Slack draws a card: Block Kit inside Slack's limits, with every word inert.

Words go into rich_text and plain_text only, which Slack shows as they are: no mention, link or
markup in them can act. Nothing is drawn as mrkdwn. Single limits are those of Slack's Block Kit
reference; the one of a whole message is undocumented and taken from measurements (slackapi/bolt-js
issues 2509 and 2867: about 13,200 characters, of which the structure counts some).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, assert_never

from bot.links import is_openable
from bot.slack.buttons import rows_of
from bot.slack.fields import OPTION_TEXT, input_blocks
from bot.slack.words import escaped, plain_text
from handlers.cards import (
    Block,
    Buttons,
    Card,
    Facts,
    Field,
    Heading,
    Note,
    Quote,
    Source,
    Sources,
    Span,
    Steps,
    Text,
    spans,
)
from handlers.wording import CUT_SHORT, source_detail

SlackBlock = dict[str, Any]

MOST_BLOCKS = 50
MOST_CHARACTERS = 12_000
_RICH_TEXT = 3000
_HEADER = 150
_SUMMARY = 3000
_URL = 3000
_CONTEXT_ELEMENTS = 10
_CONTEXT_TEXT = 2000


def render(card: Card) -> tuple[str, list[SlackBlock]]:
    """Return the text for notifications (escaped) and the blocks of a message.

    What does not fit into one message is left out from the end of the words, never of headings,
    sources, fields or buttons, and a last line says so.
    """
    drawn = [(drawn, _is_pinned(block)) for block in card.blocks for drawn in _draw(block)]
    blocks = _fit(drawn) or [_rich_text(_section([Span(card.summary or " ")]))]
    return escaped(card.summary or _first_words(blocks), _SUMMARY), blocks


def _draw(block: Block) -> Iterator[SlackBlock]:
    match block:
        case Heading(text, detail):
            yield from _heading(text)
            yield from _context(detail)
        case Text(markdown):
            yield from _paragraph(spans(markdown))
        case Steps(items, start):
            yield from _steps(items, start)
        case Facts(rows):
            yield from _paragraph(_fact_spans(rows))
        case Quote(text, source):
            words = [Span(text), *([Span(f"\n{source}", emphasis=True)] if source else [])]
            yield from _paragraph(words, "rich_text_quote")
        case Sources(entries):
            yield from _sources(entries)
        case Note(markdown, "quiet"):
            yield from _context(_quiet(markdown))
        case Note(markdown):
            yield from _paragraph([Span("⚠ "), *spans(markdown)])
        case Buttons(buttons):
            yield from rows_of(buttons)
        case Field():
            if block.options and max(map(len, block.options)) > OPTION_TEXT:
                # The input shows options shortened: the whole of each stands above it.
                yield from _steps_of(([Span(option)] for option in block.options), 1)
            yield from input_blocks(block)
        case _:
            assert_never(block)


def _is_pinned(block: Block) -> bool:
    """Whether a block stays when a message is too long: without it the rest would be no use."""
    return isinstance(block, Heading | Sources | Buttons | Field)


def _heading(text: str) -> Iterator[SlackBlock]:
    if not text.strip():
        return
    if len(text) > _HEADER:
        yield from _paragraph([Span(text, bold=True)])
    else:
        yield {"type": "header", "text": plain_text(text, _HEADER)}


def _context(text: str) -> Iterator[SlackBlock]:
    pieces = [piece for piece in _pieces([Span(text)], _CONTEXT_TEXT) if text.strip()]
    for piece in pieces:
        words = "".join(span.text for span in piece)
        yield {"type": "context", "elements": [plain_text(words, _CONTEXT_TEXT)]}


def _quiet(markdown: str) -> str:
    """The words of a note, which Slack draws in one style: what stands out is in quotation marks."""
    return "".join(
        f"“{span.text}”" if span.code or span.emphasis else span.text for span in spans(markdown)
    )


def _paragraph(words: Iterable[Span], kind: str = "rich_text_section") -> Iterator[SlackBlock]:
    for piece in _pieces(words, _RICH_TEXT):
        yield _rich_text(_section(piece, kind))


def _steps(items: Sequence[str], start: int) -> Iterator[SlackBlock]:
    return _steps_of((spans(item) for item in items), start)


def _steps_of(items: Iterable[Iterable[Span]], start: int) -> Iterator[SlackBlock]:
    """Ordered lists, as many blocks as it takes; a step too long for one goes on unnumbered."""
    elements: list[SlackBlock] = []
    size = 0
    for number, item in enumerate(items, start):
        for at, piece in enumerate(_pieces(item, _RICH_TEXT) or [[Span(" ")]]):
            length = sum(len(span.text) for span in piece)
            if elements and size + length > _RICH_TEXT:
                yield _rich_text(*elements)
                elements, size = [], 0
            size += length
            if at:
                elements.append(_section(piece))
            elif elements and elements[-1]["type"] == "rich_text_list":
                elements[-1]["elements"].append(_section(piece))
            else:
                elements.append(
                    {
                        "type": "rich_text_list",
                        "style": "ordered",
                        "offset": number - 1,
                        "elements": [_section(piece)],
                    }
                )
    if elements:
        yield _rich_text(*elements)


def _fact_spans(rows: Sequence[tuple[str, str]]) -> Iterator[Span]:
    for at, (label, value) in enumerate(rows):
        yield Span(("\n" if at else "") + f"{label}: ", bold=True)
        yield Span(value)


def _sources(entries: Sequence[Source]) -> Iterator[SlackBlock]:
    """Quiet lines; where an original can be opened, rich text, which alone has inert links."""
    if any(is_openable(entry.url, _URL) for entry in entries):
        for start in range(0, len(entries), _CONTEXT_ELEMENTS):
            lines = entries[start : start + _CONTEXT_ELEMENTS]
            yield _rich_text(*(_source_line(entry) for entry in lines))
        return
    texts = [f"{entry.number} {entry.title}{source_detail(entry)}" for entry in entries]
    if any(len(text) > _CONTEXT_TEXT for text in texts):
        yield from _paragraph([Span("\n".join(texts))])
        return
    for start in range(0, len(texts), _CONTEXT_ELEMENTS):
        lines_of_text = texts[start : start + _CONTEXT_ELEMENTS]
        elements = [plain_text(text, _CONTEXT_TEXT) for text in lines_of_text]
        yield {"type": "context", "elements": elements}


def _source_line(entry: Source) -> SlackBlock:
    title: SlackBlock = {"type": "text", "text": entry.title or " "}
    if is_openable(entry.url, _URL):
        title = {"type": "link", "url": entry.url, "text": entry.title or entry.url}
    number, detail = Span(f"{entry.number} "), Span(source_detail(entry))
    return {
        "type": "rich_text_section",
        "elements": [*_texts([number]), title, *_texts([detail])],
    }


def _rich_text(*elements: SlackBlock) -> SlackBlock:
    return {"type": "rich_text", "elements": list(elements)}


def _section(words: Iterable[Span], kind: str = "rich_text_section") -> SlackBlock:
    return {"type": kind, "elements": list(_texts(words))}


def _texts(words: Iterable[Span]) -> Iterator[SlackBlock]:
    """Text elements; Slack refuses empty ones, so they are left out."""
    for span in words:
        if not span.text:
            continue
        style = {
            name: True
            for name, wanted in (
                ("bold", span.bold),
                ("italic", span.emphasis),
                ("code", span.code),
            )
            if wanted
        }
        element: SlackBlock = {"type": "text", "text": span.text}
        yield {**element, "style": style} if style else element


def _pieces(words: Iterable[Span], limit: int) -> list[list[Span]]:
    """Split styled words into pieces of at most `limit` characters, at blanks if there are any."""
    pieces: list[list[Span]] = []
    room = 0
    for span in words:
        rest = span.text
        while rest:
            if len(rest) > room and (not pieces or room < limit // 2):
                pieces.append([])
                room = limit
            end = _break_at(rest, room)
            pieces[-1].append(replace(span, text=rest[:end]))
            rest, room = rest[end:], room - end
    return pieces


def _break_at(text: str, room: int) -> int:
    if len(text) <= room:
        return len(text)
    blank = max(text.rfind(" ", 0, room), text.rfind("\n", 0, room))
    return blank + 1 if blank > 0 else room


def _fit(drawn: Sequence[tuple[SlackBlock, bool]]) -> list[SlackBlock]:
    """Leave out words from the end until the message fits, and say so in a last line."""
    sizes = [_size(block) for block, _ in drawn]
    if len(drawn) <= MOST_BLOCKS and sum(sizes) <= MOST_CHARACTERS:
        return [block for block, _ in drawn]
    (note,) = _context(CUT_SHORT)
    kept: set[int] = set()
    room = MOST_CHARACTERS - _size(note)
    for wanted in (True, False):
        for at, (_, pinned) in enumerate(drawn):
            if pinned is not wanted:
                continue
            room -= sizes[at]
            if len(kept) == MOST_BLOCKS - 1 or room < 0:
                break
            kept.add(at)
    return [*(drawn[at][0] for at in sorted(kept)), note]


def _size(block: SlackBlock) -> int:
    """The characters of a block of words as it is sent: never less than what Slack counts."""
    if block["type"] in ("actions", "context_actions", "input"):
        return 0
    return len(json.dumps(block, ensure_ascii=False, separators=(",", ":")))


def _first_words(value: Any) -> str:
    """The first words of drawn blocks: what stands in for a missing summary."""
    if isinstance(value, dict):
        text = value.get("text")
        return text if isinstance(text, str) else _first_words(list(value.values()))
    if isinstance(value, list):
        return next((words for words in map(_first_words, value) if words), "")
    return ""
