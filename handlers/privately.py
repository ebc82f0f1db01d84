"""Decides how something is said to one person only, wherever they asked or pressed."""

from __future__ import annotations

from handlers.answer_cards import said_card
from handlers.cards import Card
from handlers.inbound import Asked, Pressed
from handlers.services import Chat
from handlers.wording import SENT_DIRECTLY

UNREACHABLE = "That is not for everyone here, and I cannot write to you. Write to me directly."


async def answer_alone(chat: Chat, asked: Asked, card: Card) -> None:
    """Answer somebody so that nobody else reads it: in their direct conversation."""
    if asked.audience == "direct":
        await chat.post(asked.place, card)
        return
    sent = await chat.direct(asked.person, card) if asked.person else None
    said = said_card(SENT_DIRECTLY if sent else UNREACHABLE)
    await chat.whisper(asked.place, asked.person, said, 0)


async def show(chat: Chat, pressed: Pressed, card: Card) -> None:
    """Put a card in the place of the one that was pressed, or show it to the presser alone."""
    if pressed.audience == "direct" and pressed.card is not None:
        await chat.update(pressed.card, card)
    elif pressed.audience == "direct":
        await chat.post(pressed.place, card)
    else:
        await chat.whisper(pressed.place, pressed.person, card, pressed.press)


async def tell(chat: Chat, pressed: Pressed, said: str) -> None:
    """Say a sentence to the presser alone; their card stays as it is."""
    if pressed.audience == "direct":
        await chat.post(pressed.place, said_card(said))
    else:
        await chat.whisper(pressed.place, pressed.person, said_card(said), pressed.press)
