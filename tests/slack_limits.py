"""Decides what Slack would refuse of a message: the SDK accepts all of it.

Limits from Slack's Block Kit reference, written down apart from the renderer's own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

STYLES = {"bold", "italic", "code", "strike"}


def refused(text: str, blocks: list[dict[str, Any]]) -> list[str]:
    """Return everything that Slack would refuse of a message, as sentences; none if it is fine."""
    return list(_message(text, blocks))


def _message(text: str, blocks: list[dict[str, Any]]) -> Iterator[str]:
    if not 0 < len(text) <= 40_000:
        yield f"text has {len(text)} characters"
    if not 0 < len(blocks) <= 50:
        yield f"{len(blocks)} blocks"
    words = [block for block in blocks if block["type"] in ("rich_text", "context", "header")]
    if len(json.dumps(words, ensure_ascii=False, separators=(",", ":"))) > 13_200:
        yield "msg_blocks_too_long"
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        yield "a block_id twice"
    for block in blocks:
        yield from _block(block)


def _block(block: dict[str, Any]) -> Iterator[str]:
    if not len(block.get("block_id", "")) <= 255:
        yield "block_id"
    match block["type"]:
        case "header":
            yield from _plain(block["text"], 150)
        case "context":
            if not 1 <= len(block["elements"]) <= 10:
                yield "context elements"
            for element in block["elements"]:
                yield from _plain(element, 3000)
        case "actions":
            yield from _actions(block["elements"])
        case "context_actions":
            yield from _feedback(block["elements"])
        case "input":
            yield from _plain(block["label"], 2000)
            if "hint" in block:
                yield from _plain(block["hint"], 2000)
            yield from _input(block["element"])
        case "rich_text":
            yield from _rich_text(block["elements"])
        case other:
            yield f"block {other}"


def _plain(text: dict[str, Any], limit: int) -> Iterator[str]:
    if text["type"] != "plain_text" or set(text) != {"type", "text", "emoji"}:
        yield f"not a plain_text: {text}"
    if not 1 <= len(text["text"]) <= limit:
        yield f"{len(text['text'])} characters where {limit} go"


def _actions(elements: list[dict[str, Any]]) -> Iterator[str]:
    if not 1 <= len(elements) <= 25:
        yield f"{len(elements)} buttons in a row"
    ids = [element["action_id"] for element in elements]
    if len(ids) != len(set(ids)) or any(len(name) > 255 for name in ids):
        yield f"action ids {ids}"
    for button in elements:
        yield from _plain(button["text"], 75)
        if len(button["value"]) > 2000 or button.get("style") not in (None, "primary", "danger"):
            yield "button"
        if "confirm" in button:
            confirm = button["confirm"]
            yield from _plain(confirm["title"], 100)
            yield from _plain(confirm["text"], 300)
            yield from _plain(confirm["confirm"], 30)
            yield from _plain(confirm["deny"], 30)


def _feedback(elements: list[dict[str, Any]]) -> Iterator[str]:
    if not 1 <= len(elements) <= 5:
        yield "context_actions elements"
    for element in elements:
        if element["type"] != "feedback_buttons" or not 1 <= len(element["action_id"]) <= 255:
            yield f"context_actions {element}"
        for name in ("positive_button", "negative_button"):
            yield from _plain(element[name]["text"], 75)
            if not 1 <= len(element[name]["value"]) <= 2000:
                yield "feedback value"


def _input(element: dict[str, Any]) -> Iterator[str]:
    if element["type"] == "plain_text_input":
        if len(element.get("initial_value", "x")) not in range(1, 3001):
            yield "initial_value"
        return
    lists = [element["options"]] if "options" in element else []
    for group in element.get("option_groups", []):
        yield from _plain(group["label"], 75)
        lists.append(group["options"])
    most = 10 if element["type"] in ("checkboxes", "radio_buttons") else 100
    if not 1 <= len(lists) <= 100 or any(not 1 <= len(options) <= most for options in lists):
        yield "number of options"
    options = [option for options in lists for option in options]
    for option in options:
        yield from _plain(option["text"], 75)
        if not 1 <= len(option["value"]) <= 150:
            yield "option value"
    chosen = element.get("initial_options", [])
    chosen = [*chosen, element["initial_option"]] if "initial_option" in element else chosen
    if any(option not in options for option in chosen) or element.get("initial_options") == []:
        yield "chosen options"


def _rich_text(elements: list[dict[str, Any]]) -> Iterator[str]:
    if not elements:
        yield "empty rich_text"
    for element in elements:
        match element["type"]:
            case "rich_text_list":
                if element["style"] != "ordered" or element["offset"] < 0:
                    yield "list"
                yield from _rich_text(element["elements"])
            case "rich_text_section" | "rich_text_quote":
                if not element["elements"]:
                    yield "empty section"
                for part in element["elements"]:
                    yield from _part(part)
            case other:
                yield f"rich text {other}"


def _part(part: dict[str, Any]) -> Iterator[str]:
    if part["type"] not in ("text", "link") or not part["text"]:
        yield f"rich text part {part}"
    if part["type"] == "link" and not part["url"].startswith("https://"):
        yield f"link to {part['url']}"
    if not set(part.get("style", {"bold": True})) <= STYLES or part.get("style") == {}:
        yield "style"
