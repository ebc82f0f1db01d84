"""Decides what of a block may stand apart from the rest of it, and what each piece weighs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from handlers.cards import (
    Block,
    Buttons,
    Facts,
    Field,
    Heading,
    Note,
    Quote,
    Sources,
    Steps,
    Text,
    plain,
    spans,
)

BLOCK, _LINE, _RUN = 200, 120, 75
"""What Slack and Teams write around each, rounded up: a block, a line or item, a run of style."""
_LONGEST_PIECE = 2_000
# Where words may be parted, the best first.
_ENDS = (re.compile(r"\n\n"), re.compile(r"\n"), re.compile(r"[.!?;:]\s"), re.compile(r"\s"))
_TRIES = 20


def pieces_of(block: Block) -> Iterator[Block]:
    """The pieces that a block may be parted into, in their order; `joined` puts them together."""
    match block:
        case Steps(items, start):
            for at, item in enumerate(items):
                yield Steps((item,), start + at)
        case Facts(rows):
            for row in rows:
                yield Facts((row,))
        case Text(markdown):
            for words in _cut(markdown, is_markup=True):
                yield Text(words)
        case Note(markdown, tone):
            for words in _cut(markdown, is_markup=True):
                yield Note(words, tone)
        case Quote(text, source):
            *most, last = _cut(text, is_markup=False)
            for words in most:
                yield Quote(words)
            yield Quote(last, source)
        case Sources():
            return  # those that are marked are put where their marks are
        case Heading() | Buttons() | Field():
            yield block


def joined(pieces: Iterable[tuple[int, Block]]) -> Iterator[Block]:
    """Put together what of one block stands on one part."""
    for _, run in groupby(pieces, key=lambda piece: piece[0]):
        first, *more = [block for _, block in run]
        for block in more:
            first = _join(first, block)
        yield first


def _join(first: Block, second: Block) -> Block:
    match first, second:
        case Steps(items, start), Steps(others):
            return Steps((*items, *others), start)
        case Facts(rows), Facts(others_rows):
            return Facts((*rows, *others_rows))
        case Text(markdown), Text(rest):
            return Text(markdown + rest)
        case Note(markdown, tone), Note(rest):
            return Note(markdown + rest, tone)
        case Quote(text), Quote(rest, source):
            return Quote(text + rest, source)
    raise AssertionError((first, second))


def _cut(text: str, is_markup: bool) -> list[str]:
    """Part long words where a sentence or a line ends, and never inside markup."""
    cut: list[str] = []
    while len(text) > _LONGEST_PIECE:
        at = next(_places_to_cut(text, is_markup), 0)
        if not at:
            break
        cut.append(text[:at])
        text = text[at:]
    return [*cut, text]


def _places_to_cut(text: str, is_markup: bool) -> Iterator[int]:
    whole = _letters(plain(text)) if is_markup else ""
    for end in _ENDS:
        found = [match.end() for match in end.finditer(text, 0, _LONGEST_PIECE)]
        late = [at for at in found if at > _LONGEST_PIECE // 2]
        for at in reversed(late[-_TRIES:]):
            # Markup that is cut is shown as it is written: then the two parts say more than the whole.
            if not is_markup or _letters(plain(text[:at]) + plain(text[at:])) == whole:
                yield at


def _letters(text: str) -> str:
    return "".join(text.split())


def weight_of(block: Block) -> int:
    """About what a block takes of a message, never less than Slack counts."""
    match block:
        case Heading(text, detail):
            return 2 * BLOCK + _length(text) + _length(detail)
        case Text(markdown) | Note(markdown):
            return BLOCK + _line(markdown)
        case Steps(items):
            return BLOCK + sum(_LINE + _line(item) for item in items)
        case Facts(rows):
            return BLOCK + sum(_LINE + _length(label) + _length(value) for label, value in rows)
        case Quote(text, source):
            return BLOCK + _length(text) + _length(source) + _RUN
        case Sources(()):
            return 0
        case Sources(entries):
            words = (f"{s.title}{s.section}{s.version}{s.owner}{s.url}" for s in entries)
            return BLOCK + sum(2 * _LINE + _length(text) for text in words)
        case Buttons(buttons):
            return BLOCK * (1 + len(buttons) // 20)
        case Field():
            return 2 * BLOCK + (_length(block.value) // 3_000) * BLOCK


def _line(markdown: str) -> int:
    return sum(_length(span.text) + _RUN for span in spans(markdown))


def _length(text: str) -> int:
    """Characters as JSON writes them; Teams writes a block for each line."""
    return len(json.dumps(text, ensure_ascii=False)) + 40 * text.count("\n")
