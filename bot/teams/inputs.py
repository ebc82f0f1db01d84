"""Decides how Teams draws an inline input, and how its value is read from a press.

A choice travels as the position of its option, because Teams joins several by commas. The titles
of choices may be read as Markdown: options with any mark of it, and long ones, stand above the
input as numbered lines, and the choice shows the number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.teams.words import shortened, shown
from handlers.cards import Card, Field, Span

_TITLE = 100
_LABEL = 500
_EXPANDED_OPTIONS = 10
_ACTIVE = re.compile(r"[\\`*_\[\]<>#~|]|^\s*(?:[-+]|\d+[.)])\s|https?:|www\.", re.IGNORECASE)

Lines = Iterable[tuple[str, Iterable[Span]]]


def listed_options(field: Field) -> Lines:
    """Return the options that have to stand above the input, numbered; none when titles will do."""
    if not field.options or all(_is_a_title(option) for option in field.options):
        return []
    return [(f"{at}.", [Span(option)]) for at, option in enumerate(field.options, start=1)]


def _is_a_title(option: str) -> bool:
    return 0 < len(option) <= _TITLE and _ACTIVE.search(option) is None


def drawn_input(field: Field) -> dict[str, Any] | None:
    """Return the input of a field; None for a choice without options."""
    common = {"id": field.name, "label": shown(shortened(field.label, _LABEL)) or " "}
    if field.kind in ("text", "long_text"):
        element = {"type": "Input.Text", **common, "isMultiline": field.kind == "long_text"}
        return {**element, "value": field.value} if field.value else element
    if not field.options:
        return None
    titles = field.options
    if listed_options(field):
        titles = tuple(str(at) for at in range(1, len(field.options) + 1))
    several = field.kind == "ticks"
    wanted = field.value.split("\n") if several else [field.value]
    chosen = [str(at) for at, option in enumerate(field.options) if option in wanted]
    small = len(titles) <= _EXPANDED_OPTIONS
    element = {
        "type": "Input.ChoiceSet",
        **common,
        "style": "expanded" if small or several else "compact",
        "isMultiSelect": several,
        "wrap": True,
        "choices": [{"title": shown(title), "value": str(at)} for at, title in enumerate(titles)],
    }
    return {**element, "value": ",".join(chosen)} if chosen else element


def field_values(card: Card | None, data: Mapping[str, str]) -> dict[str, str]:
    """Return a press's inputs by field name, read with the fields of the card it is on.

    Without the card nothing can be told from `data`, which anybody may have written.
    """
    return dict(_values(card, data)) if card else {}


def _values(card: Card, data: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for field in card.blocks:
        if isinstance(field, Field):
            sent = data.get(field.name, "")
            yield field.name, _options(field, sent) if field.options else sent


def _options(field: Field, sent: str) -> str:
    """The options at the positions that were sent; what is no position is left out."""
    positions = [
        int(part) for part in sent.split(",") if part.isascii() and part.isdigit() and len(part) < 5
    ]
    return "\n".join(field.options[at] for at in positions if at < len(field.options))
