"""Decides how Slack draws an inline input, and how its value is read from a press.

A text longer than one input holds is continued in further ones and put together again, so that
nothing somebody wrote is lost. An option of more than 150 characters arrives shortened.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bot.slack.words import plain_text, shortened
from handlers.cards import Field

_INPUT_TEXT = 3000
_LABEL = 2000
OPTION_TEXT = 75
_OPTION_VALUE = 150
_VISIBLE_OPTIONS = 10
_OPTIONS_IN_A_LIST = 100
_VALUE = "value"
_CONTINUED = "~"


def input_blocks(field: Field) -> Iterator[dict[str, Any]]:
    """Return the input blocks of a field. A choice without options has nothing to draw."""
    if field.kind in ("text", "long_text"):
        pieces = [
            field.value[start : start + _INPUT_TEXT]
            for start in range(0, len(field.value), _INPUT_TEXT)
        ] or [""]
        for number, piece in enumerate(pieces):
            name = f"{field.name}{_CONTINUED}{number}" if number else field.name
            part = f" ({number + 1}/{len(pieces)})" if len(pieces) > 1 else ""
            yield _input(name, shortened(field.label, _LABEL - 10) + part, field.hint, {
                "type": "plain_text_input",
                "multiline": field.kind == "long_text",
                **({"initial_value": piece} if piece else {}),
            })  # fmt: skip
    elif field.options:
        yield _input(field.name, field.label, field.hint, _options_element(field))


def _input(name: str, label: str, hint: str, element: dict[str, Any]) -> dict[str, Any]:
    block: dict[str, Any] = {
        "type": "input",
        "block_id": name,
        "label": plain_text(label, _LABEL),
        "element": {**element, "action_id": _VALUE},
    }
    if hint:
        block["hint"] = plain_text(hint, _LABEL)
    return block


def _options_element(field: Field) -> dict[str, Any]:
    options = [_option(option) for option in field.options]
    several = field.kind == "ticks"
    chosen_names = field.value.split("\n") if several else [field.value]
    chosen = [options[field.options.index(name)] for name in chosen_names if name in field.options]
    if len(options) <= _VISIBLE_OPTIONS:
        element: dict[str, Any] = {"type": "checkboxes" if several else "radio_buttons"}
    else:
        element = {"type": "multi_static_select" if several else "static_select"}
    element |= _option_lists(options)
    if chosen:
        element |= {"initial_options": chosen} if several else {"initial_option": chosen[0]}
    return element


def _option_lists(options: Sequence[dict[str, Any]]) -> dict[str, Any]:
    if len(options) <= _OPTIONS_IN_A_LIST:
        return {"options": list(options)}
    groups = []
    for start in range(0, len(options), _OPTIONS_IN_A_LIST):
        end = min(start + _OPTIONS_IN_A_LIST, len(options))
        label = plain_text(f"{start + 1}–{end}", OPTION_TEXT)
        groups.append({"label": label, "options": list(options[start:end])})
    return {"option_groups": groups}


def _option(option: str) -> dict[str, Any]:
    return {
        "text": plain_text(option, OPTION_TEXT),
        "value": shortened(option, _OPTION_VALUE) or " ",
    }


def field_values(state: dict[str, Any]) -> dict[str, str]:
    """Return a press's inputs by field name. No `state`: nothing ticked, nothing typed."""
    values: dict[str, str] = {}
    blocks = state.get("values")
    for name, actions in (blocks if isinstance(blocks, dict) else {}).items():
        element = actions.get(_VALUE) if isinstance(actions, dict) else None
        value = _value(element) if isinstance(element, dict) else ""
        field_name = name.partition(_CONTINUED)[0]
        values[field_name] = values.get(field_name, "") + value
    return values


def _value(element: dict[str, Any]) -> str:
    several, one = element.get("selected_options"), element.get("selected_option")
    if isinstance(several, list):
        return "\n".join(_chosen(option) for option in several)
    return _chosen(one) if one is not None else str(element.get("value") or "")


def _chosen(option: Any) -> str:
    return str(option.get("value") or "") if isinstance(option, dict) else ""
