"""Decides how a card reads as text alone: what people get where Slack refuses its blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from bot.slack.words import escaped, unlinked
from handlers.cards import (
    Block,
    Buttons,
    Card,
    Facts,
    Field,
    Heading,
    Note,
    Quote,
    Sources,
    Steps,
    Text,
    plain,
)
from handlers.wording import source_detail

# Slack advises against more in one message, and cuts what is above 40,000.
_MOST = 4000


def as_text(card: Card) -> str:
    """Return a card's words, escaped and with nothing in them that could act. Buttons are left out."""
    lines = [line for block in card.blocks for line in _lines(block) if line.strip()]
    return escaped(unlinked("\n".join(lines) or card.summary), _MOST) or " "


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(text, detail):
            yield from (text, detail)
        case Text(markdown) | Note(markdown):
            yield plain(markdown)
        case Steps(items, start):
            yield from (f"{number}. {plain(item)}" for number, item in enumerate(items, start))
        case Facts(rows):
            yield from (f"{label}: {value}" for label, value in rows)
        case Quote(text, source):
            yield from (text, source)
        case Sources(entries):
            yield from (f"[{each.number}] {each.title}{source_detail(each)}" for each in entries)
        case Buttons():
            pass
        case Field(label=label, value=value):
            yield f"{label}: {value}" if value else label
        case _:
            assert_never(block)
