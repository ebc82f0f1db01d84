"""Decides what the response of an invoke holds: a card, private words, a dialog, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from bot.teams.incoming import Told
from bot.teams.inputs import field_values
from bot.teams.messages import ADAPTIVE, Form, drawn_card
from handlers.cards import Card, Field

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
    if card is None:
        return taken()
    typed = field_values(card, told.data)
    filled = tuple(
        replace(block, value=typed[block.name])
        if isinstance(block, Field) and block.name in told.data
        else block
        for block in card.blocks
    )
    drawn = drawn_card(replace(card, blocks=filled), form)
    if drawn is None:
        return taken()
    return Answer(HTTPStatus.OK, {"statusCode": 200, "type": ADAPTIVE, "value": drawn})
