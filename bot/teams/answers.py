"""Decides what the response of an invoke holds: a card, private words, a dialog, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from bot.teams.incoming import Told
from bot.teams.inputs import field_values
from bot.teams.messages import ADAPTIVE, Form, drawn_card
from handlers.cards import Block, Buttons, Card, Field, Note, literal

_WORDS = "application/vnd.microsoft.activity.message"


@dataclass(frozen=True, slots=True)
class Answer:
    """The HTTP status and the JSON of a response."""

    status: int
    body: dict[str, Any] | None = None


def taken() -> Answer:
    """It was stored, and there is nothing to say."""
    return Answer(HTTPStatus.OK, {})


def private(words: str) -> Answer:
    """Words that only the presser sees; their card stays as it is."""
    return Answer(HTTPStatus.OK, {"statusCode": 200, "type": _WORDS, "value": words})


def dialog(words: str) -> Answer:
    """Words in a dialog, for somebody who used the message extension."""
    return Answer(HTTPStatus.OK, {"task": {"type": "message", "value": words}})


def not_implemented() -> Answer:
    """Nothing here takes such an invoke."""
    return Answer(HTTPStatus.NOT_IMPLEMENTED)


def card_as_it_stands(card: Card | None, told: Told, form: Form) -> Answer:
    """The pressed card with what the presser typed and ticked: any answer at all clears it."""
    return _card(_filled(card, told), form) or taken()


def private_beside(card: Card | None, told: Told, form: Form, words: str) -> Answer:
    """Words that only the presser sees; what they typed and ticked stays where it is.

    Private words clear a card's fields. Where something is in them the words are put on the
    presser's own copy of the card instead, above the button they pressed.
    """
    is_typed = card is not None and any(
        isinstance(block, Field) and told.data.get(block.name) for block in card.blocks
    )
    filled = _filled(card, told) if is_typed else None
    return _card(_with_words(filled, told, words), form) or private(words)


def _filled(card: Card | None, told: Told) -> Card | None:
    if card is None:
        return None
    typed = field_values(card, told.data)
    filled = tuple(
        replace(block, value=typed[block.name])
        if isinstance(block, Field) and block.name in told.data
        else block
        for block in card.blocks
    )
    return replace(card, blocks=filled)


def _with_words(card: Card | None, told: Told, words: str) -> Card | None:
    if card is None:
        return None
    at = next(
        (at for at, block in enumerate(card.blocks) if _is_pressed(block, told)), len(card.blocks)
    )
    said = Note(literal(words), "warning")
    return replace(card, blocks=(*card.blocks[:at], said, *card.blocks[at:]))


def _is_pressed(block: Block, told: Told) -> bool:
    return isinstance(block, Buttons) and any(
        button.action == told.action for button in block.buttons
    )


def _card(card: Card | None, form: Form) -> Answer | None:
    drawn = drawn_card(card, form) if card else None
    if drawn is None:
        return None
    return Answer(HTTPStatus.OK, {"statusCode": 200, "type": ADAPTIVE, "value": drawn})
