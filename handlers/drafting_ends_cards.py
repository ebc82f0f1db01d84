"""Decides how it is said that a drafting was stopped, given up or begun again."""

from __future__ import annotations

from handlers.answer_cards import said_card
from handlers.cards import Button, Buttons, Card, Note, Text
from handlers.module_blocks import KINDS
from handlers.review_words import state_words
from handlers.wording import counted
from review.nouns import Module

NOT_YOUR_DRAFT = "Only whoever asked for this draft can do that. Nothing was changed."
_FAILS_AGAIN = "Should it fail once more, give your admin the reference: `jobaid doctor` says why."


def stop_button(module: Module) -> Button:
    """Ends a drafting; of what reviewers have seen, it says first that it ends the module."""
    confirm = "" if module.state == "draft" else "Stop, and withdraw this draft for good?"
    return Button("Stop", "draft.stop", f"module:{module.id}", confirm=confirm)


def not_drafting_words(module: Module) -> str:
    """There is nothing to stop any more."""
    return f"There is nothing to stop: this module is {state_words(module)}."


def not_given_up_words(module: Module) -> str:
    """There is nothing to begin again."""
    return f"There is nothing to start again: this module is {state_words(module)}."


def stopped_card(module: Module, revised: Module | None) -> Card:
    """The requester wanted no more of it. `revised` is what it was to replace."""
    if module.number:
        said = f"Stopped. {_named(module).capitalize()} is withdrawn, and its reviewers see that."
    else:
        said = f"Stopped. Nothing of {_named(module)} went to reviewers."
    if revised is None:
        return said_card(f"{said} Write `gaps` to ask for another.")
    if revised.state != "flagged":
        return said_card(f"{said} Module {revised.id}, which it was to replace, stays as it is.")
    said += f" Module {revised.id} stays out of use until a revision of it is published."
    again = Button("Draft a revision", "draft.revise", f"module:{revised.id}")
    return Card(said, (Text(said), Buttons((again,))))


def again_card(module: Module) -> Card:
    """It goes on."""
    said = f"I go on with {_named(module)} and tell you when its reviewers have it."
    return Card(said, (Text(said), Buttons((stop_button(module),))))


def given_up_words(module: Module, reference: str, made: int, pieces: int) -> str:
    """It failed each time it was tried."""
    kept = f" What is done is kept: {made} of {counted(pieces, 'piece')}." if made else ""
    return (
        f"I could not draft {_named(module)}: it failed each time I tried (reference {reference})."
        f"{kept}"
    )


def given_up_card(module: Module, reference: str, made: int, pieces: int) -> Card:
    """It failed each time it was tried, and somebody decides how it goes on."""
    said = given_up_words(module, reference, made, pieces)
    again = Button("Start again", "draft.again", f"module:{module.id}", "primary")
    return Card(
        said,
        (
            Text(said),
            Note(_FAILS_AGAIN),
            Buttons((again, stop_button(module))),
        ),
    )


def no_revision_card(module: Module, reference: str) -> Card:
    """A module is out of use, and its revision could not even be asked for."""
    said = (
        f"{_named(module).capitalize()} is out of use because its source changed, and I could not"
        f" begin a revision: it failed each time I tried (reference {reference})."
    )
    again = Button("Draft a revision", "draft.revise", f"module:{module.id}", "primary")
    return Card(said, (Text(said), Note(_FAILS_AGAIN), Buttons((again,))))


def _named(module: Module) -> str:
    return f"the {KINDS[module.kind].lower()} (module {module.id})"
