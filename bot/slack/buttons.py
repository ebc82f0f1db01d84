"""Decides how Slack draws buttons: in rows, and whether an answer helped as Slack itself asks it.

What Slack draws for feedback never shows what was pressed: once it was, the pair are buttons.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bot.slack.told import FEEDBACK
from bot.slack.words import plain_text
from handlers.cards import Button
from handlers.wording import CANCEL

_BUTTONS = 25
_BUTTON_LABEL = 75
_CONFIRM_TITLE, _CONFIRM_TEXT, _CONFIRM_LABEL = 100, 300, 30


def rows_of(buttons: Sequence[Button]) -> Iterator[dict[str, Any]]:
    """Rows of buttons; whether an answer helped is asked as Slack asks it, once a row."""
    by_action = {button.action: button for button in buttons}
    pair = [by_action[action] for action in FEEDBACK if action in by_action]
    is_open = len(pair) == len(FEEDBACK) and not any(button.pressed for button in pair)
    asked = pair if is_open else []
    if asked:
        yield {"type": "context_actions", "elements": [_feedback(*asked)]}
    others = [button for button in buttons if button not in asked]
    for start in range(0, len(others), _BUTTONS):
        row = others[start : start + _BUTTONS]
        yield {"type": "actions", "elements": [_button(*each) for each in enumerate(row)]}


def _feedback(helpful: Button, not_helpful: Button) -> dict[str, Any]:
    """Slack tells a press on either by one action id, so the value says which it was."""
    return {
        "type": "feedback_buttons",
        "action_id": "feedback",
        "positive_button": _feedback_button(helpful),
        "negative_button": _feedback_button(not_helpful),
    }


def _feedback_button(button: Button) -> dict[str, Any]:
    return {"text": _label(button), "value": f"{button.action} {button.subject}"}


def _label(button: Button) -> dict[str, Any]:
    return plain_text(f"✓ {button.label}" if button.pressed else button.label, _BUTTON_LABEL)


def _button(position: int, button: Button) -> dict[str, Any]:
    """A button's value is its subject; its place keeps ids of one action apart in a row."""
    drawn: dict[str, Any] = {
        "type": "button",
        "action_id": f"{button.action}#{position}",
        "text": _label(button),
        "value": button.subject,
    }
    if button.tone in ("primary", "danger"):
        drawn["style"] = button.tone
    if button.confirm:
        drawn["confirm"] = {
            "title": plain_text(button.label, _CONFIRM_TITLE),
            "text": plain_text(button.confirm, _CONFIRM_TEXT),
            "confirm": plain_text(button.label, _CONFIRM_LABEL),
            "deny": plain_text(CANCEL, _CONFIRM_LABEL),
        }
    return drawn
