"""Decides what `stop` is, and what is said when an answer was stopped or there is none to stop."""

from __future__ import annotations

from handlers.answer_cards import WRITTEN, said_card
from handlers.cards import Card
from handlers.inbound import Asked
from handlers.services import Chat

STOPPED = "Stopped. Ask again any time."
STOPPED_WRITTEN = f"{STOPPED} {WRITTEN}"

_STOPS = frozenset(
    {"stop", "stop it", "stop that", "stop please", "please stop", "ok stop", "cancel",
     "cancel that", "cancel it", "please cancel", "never mind", "nevermind", "abort"}
)  # fmt: skip


def is_stop(text: str) -> bool:
    """Whether a message stops the answer that is on its way: an exact list, the rest is asked."""
    return " ".join(text.casefold().split()).strip(" .!…") in _STOPS


async def on_stop(chat: Chat, asked: Asked, stopped: bool) -> None:
    """Somebody wrote `stop`: an answer that it stopped says so itself; otherwise say that."""
    if not stopped:
        await chat.post(asked.place, nothing_to_stop_card())


def stopped_card() -> Card:
    """In place of an answer of which nothing had been shown."""
    return said_card(STOPPED)


def nothing_to_stop_card() -> Card:
    """Nothing was on its way to whoever wrote `stop`."""
    return said_card("There is nothing to stop. Ask me how a task is done.")
