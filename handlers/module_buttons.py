"""Decides what can be pressed where a published module is quoted or shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from handlers.cards import Button
from indexing.nouns import Answered, WrittenAnswer
from learning.modules import LEVELS, Level

_LEVEL_LABELS: Mapping[Level, str] = {
    "novice": "Novice",
    "standard": "Standard",
    "expert": "Expert",
}


def leading_guide(answered: Answered | WrittenAnswer) -> int | None:
    """The module that an answer follows, if that is a guide: there its reader chooses a level."""
    module = answered.cited[0].module
    return module.module_id if module is not None and module.kind == "guide" else None


def answer_module_buttons(
    answered: Answered | WrittenAnswer, subject: str, guide: int | None
) -> Iterator[Button]:
    """The buttons of an answer that quotes a published module; of a guide, its standard level.

    Where it quotes the SOP, the button of the `guide` to that section, if there is one.
    """
    if guide is not None:
        yield guide_button(guide)
    if leading_guide(answered) is not None:
        yield from level_buttons(subject, "standard")
    module = next((passage.module for passage in answered.cited if passage.module), None)
    if module is not None:
        yield wrong_button(module.module_id)


def guide_button(module_id: int) -> Button:
    """What opens the guide to the section that an answer quotes."""
    return Button("Open the guide", "module.show", f"module:{module_id}", "quiet")


def level_buttons(subject: str, level: Level) -> tuple[Button, ...]:
    """The other levels a guide can be read at."""
    return tuple(
        Button(_LEVEL_LABELS[other], f"guide.{other}", subject, "quiet")
        for other in LEVELS
        if other != level
    )


def wrong_button(module_id: int) -> Button:
    """What whoever finds a mistake presses."""
    return Button("This is wrong", "module.wrong", f"module:{module_id}", "quiet")
