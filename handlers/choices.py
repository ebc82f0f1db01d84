"""Decides which buttons of a card somebody sees as pressed: their own press, nobody else's.

A card that several people see is one card. Where a platform draws it for each of them, each sees
what they said of it; the others are not told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from handlers.cards import Block, Button, Buttons, Card
from handlers.services import Connection
from indexing.store import answers as stored
from learning.nouns import Person

Press = tuple[str, str]
"""A button's action and subject."""

_SAID = {True: "answer.helpful", False: "answer.not_helpful"}


async def pressed_by(conn: Connection, person: Person, cards: Iterable[Card]) -> frozenset[Press]:
    """Which buttons of these cards somebody has pressed, as far as a press is a choice that stays."""
    numbers = {
        int(number)
        for card in cards
        for button in _buttons(card)
        if button.action in _SAID.values()
        for number in [button.subject.removeprefix("answer:")]
        if number.isdecimal()
    }
    if not numbers:
        return frozenset()
    said = await stored.fetch_feedback(conn, person.id, sorted(numbers))
    return frozenset((_SAID[helpful], f"answer:{number}") for number, helpful in said.items())


def as_seen(card: Card, pressed: frozenset[Press]) -> Card:
    """The card with these of its choices drawn as pressed, and no others."""
    return replace(card, blocks=tuple(_as_seen(block, pressed) for block in card.blocks))


def _as_seen(block: Block, pressed: frozenset[Press]) -> Block:
    if not isinstance(block, Buttons):
        return block
    return Buttons(
        tuple(
            replace(button, pressed=(button.action, button.subject) in pressed)
            if button.action in _SAID.values()
            else button
            for button in block.buttons
        )
    )


def _buttons(card: Card) -> Iterator[Button]:
    for block in card.blocks:
        if isinstance(block, Buttons):
            yield from block.buttons
