"""Decides what a message can consist of: one neutral card, drawn natively by every channel.

A card holds words and intent, never layout. `bot/` draws it; nothing here knows a platform.
Text that came from a document, a person or a model is passed through `literal` before it
enters a `Text`, so that nothing in it can act as markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from markdown_it import MarkdownIt
from pydantic import TypeAdapter

Tone = Literal["primary", "plain", "quiet", "danger"]


@dataclass(frozen=True, slots=True)
class Heading:
    """The card's title line; `detail` is a short line beside or under it. Both are plain text."""

    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph. Markup is `**bold**`, `*emphasis*`, `` `code` `` and `[1]` source marks only."""

    markdown: str


@dataclass(frozen=True, slots=True)
class Steps:
    """Ordered steps, in the same markup as Text. `start` is the number of the first one."""

    items: tuple[str, ...]
    start: int = 1


@dataclass(frozen=True, slots=True)
class Facts:
    """Label and value pairs, plain text."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's exact words, plain text (line breaks kept), and where they stand."""

    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """What a `[number]` mark resolves to. `url` is https and comes from governance, never from text."""

    number: int
    title: str
    section: str
    version: str
    version_on: date
    owner: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources of this card, in the order of their marks."""

    entries: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A quiet footnote, or a warning that must not be missed. Same markup as Text."""

    markdown: str
    tone: Literal["quiet", "warning"] = "quiet"


@dataclass(frozen=True, slots=True)
class Button:
    """One press: an action (`folder.verb`) and the id of one subject (`answer:42`), never state.

    `pressed` draws it as already chosen. `confirm` is a question asked before the press counts.
    """

    label: str
    action: str
    subject: str
    tone: Tone = "plain"
    confirm: str = ""
    pressed: bool = False


@dataclass(frozen=True, slots=True)
class Buttons:
    """A row of buttons."""

    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """An inline input. `name` carries its card's revision (`comment:r7`).

    Values arrive with a press as strings: the text; the chosen option; ticked options joined by a
    line break.
    """

    name: str
    label: str
    kind: Literal["text", "long_text", "choice", "ticks"]
    options: tuple[str, ...] = ()
    value: str = ""
    hint: str = ""


Block = Heading | Text | Steps | Facts | Quote | Sources | Note | Buttons | Field


@dataclass(frozen=True, slots=True)
class Card:
    """A message. `summary` is its plain-text form for notifications and screen readers.

    `written` says that a model wrote words of it: platforms that label such messages do.
    """

    summary: str
    blocks: tuple[Block, ...]
    written: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style; `source` is set for a `[n]` mark, whose text is then `[n]`."""

    text: str
    bold: bool = False
    emphasis: bool = False
    code: bool = False
    source: int | None = None


# Emphasis, code and escapes only: no links, images, HTML or autolinks can come out of this parser.
_inline = MarkdownIt("zero").enable(["emphasis", "escape", "backticks", "newline"])
_mark = re.compile(r"\[(\d{1,2})\]")
# Every ASCII punctuation mark that the parser could take for markup, and brackets so that a
# document's own "[1]" cannot pose as one of our source marks.
_active = re.compile(r"([\\`*_\[\]])")
# Stands for an escaped bracket between parsing and mark finding; removed from all input by
# `indexing.visible.visible` long before it gets here, and by `literal` as well.
_OPEN, _CLOSE = "\ue000", "\ue001"


def literal(text: str) -> str:
    """Return `text` so that Text, Steps and Note show it exactly, with no markup taking effect."""
    clean = text.replace(_OPEN, "").replace(_CLOSE, "")
    return _active.sub(lambda found: "\\" + found.group(1), clean)


def spans(markdown: str) -> tuple[Span, ...]:
    """Parse the markup of Text, Steps and Note into styled runs. Line breaks stay in the text."""
    guarded = markdown.replace("\\[", _OPEN).replace("\\]", _CLOSE)
    return tuple(_runs(guarded))


def _runs(guarded: str) -> Iterator[Span]:
    bold = emphasis = False
    for token in _inline.parseInline(guarded)[0].children or []:
        match token.type:
            case "strong_open" | "strong_close":
                bold = token.type == "strong_open"
            case "em_open" | "em_close":
                emphasis = token.type == "em_open"
            case "softbreak" | "hardbreak":
                yield Span("\n", bold, emphasis)
            case "code_inline":
                yield Span(_unguard(token.content), bold, emphasis, code=True)
            case _:
                yield from _marks(token.content, bold, emphasis)


def _marks(text: str, bold: bool, emphasis: bool) -> Iterator[Span]:
    at = 0
    for found in _mark.finditer(text):
        if found.start() > at:
            yield Span(_unguard(text[at : found.start()]), bold, emphasis)
        yield Span(found.group(0), bold, emphasis, source=int(found.group(1)))
        at = found.end()
    if at < len(text):
        yield Span(_unguard(text[at:]), bold, emphasis)


def _unguard(text: str) -> str:
    return text.replace(_OPEN, "[").replace(_CLOSE, "]")


def plain(markdown: str) -> str:
    """Return the words of Text markup without its marks of style."""
    return "".join(span.text for span in spans(markdown))


_BLOCKS: dict[str, type[Block]] = {
    kind.__name__.lower(): kind
    for kind in (Heading, Text, Steps, Facts, Quote, Sources, Note, Buttons, Field)
}


def card_to_json(card: Card) -> dict[str, Any]:
    """Return the card as JSON values."""
    blocks = blocks_to_json(card.blocks)
    return {"summary": card.summary, "blocks": blocks, "written": card.written}


def blocks_to_json(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    """Return blocks as JSON values; each carries its kind in `type`."""
    return [
        {
            "type": type(block).__name__.lower(),
            **_values[type(block)].dump_python(block, mode="json"),
        }
        for block in blocks
    ]


def card_from_json(stored: dict[str, Any]) -> Card:
    """Return the card that `card_to_json` made JSON of."""
    blocks = blocks_from_json(stored["blocks"])
    return Card(stored["summary"], blocks, stored.get("written", False))


def blocks_from_json(stored: Iterable[dict[str, Any]]) -> tuple[Block, ...]:
    """Return the blocks that `blocks_to_json` made JSON of."""
    blocks: list[Block] = []
    for block in stored:
        kind = _BLOCKS[block["type"]]
        fields = {name: value for name, value in block.items() if name != "type"}
        blocks.append(_values[kind].validate_python(fields))
    return tuple(blocks)


def pieces_of(card: Card) -> Iterator[Block]:
    """The words that a card begins with, piece by piece as somebody reads them: lists step by step."""
    for block in card.blocks:
        match block:
            case Heading() | Text() | Note():
                yield block
            case Steps(items, start):
                for number, item in enumerate(items, start):
                    yield Steps((item,), number)
            case _:
                return


def joined(pieces: Iterable[Block]) -> Iterator[Block]:
    """Put pieces together again: steps that follow one another are one list."""
    last: Block | None = None
    for piece in pieces:
        if (
            isinstance(last, Steps)
            and isinstance(piece, Steps)
            and piece.start == last.start + len(last.items)
        ):
            last = Steps((*last.items, *piece.items), last.start)
            continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last


_values: dict[type[Block], TypeAdapter[Any]] = {
    kind: TypeAdapter(kind) for kind in _BLOCKS.values()
}
