"""Decides how words enter and leave Teams: inert on the way out, plain on the way in."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Any

from handlers.cards import Span

_CUT = "…"
# U+2060 (word joiner) shows nothing and cannot be broken at: it takes a pattern apart, unseen.
_JOINER = "\u2060"
# Adaptive Cards replace {{DATE(…)}} and {{TIME(…)}} even where they read no markup.
_FUNCTION = re.compile(r"\{\{(?=(?:DATE|TIME)\()", re.IGNORECASE)
# Teams' messages are Markdown with HTML in it, and addresses become links by themselves.
# What is written as an entity is shown and never acts, whether Markdown or HTML is read first.
_MARKUP = re.compile(r"[\\`*_\[\]<>&~|#]|^[ \t]*[-+]|(?<=\d)[.)](?= )", re.MULTILINE)
_ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?<=\w)(?=@\w)", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def shown(text: str) -> str:
    """Return text for a part of a card that reads no markup, shown exactly as it is."""
    return _FUNCTION.sub("{" + _JOINER + "{", text)


def shortened(text: str, limit: int) -> str:
    """Return text of at most `limit` characters; an ellipsis says that it was cut."""
    return text if len(text) <= limit else text[: limit - len(_CUT)] + _CUT


def as_message(spans: Iterable[Span]) -> str:
    """Return styled runs as the text of a Teams message; only our own styles and marks act."""
    return "".join(map(_as_message, spans))


def _as_message(span: Span) -> str:
    if span.source is not None:
        return span.text
    bare = _ADDRESS.sub(_JOINER, span.text)
    words = _MARKUP.sub(_as_entities, bare)
    # A style's marks must touch the words they enclose, or they are shown instead.
    start = words[: len(words) - len(words.lstrip())]
    end = words[len(words.rstrip()) :]
    core = words.strip()
    mark = "**" if span.bold or span.code else ""
    mark += "*" if span.emphasis else ""
    return f"{start}{mark}{core}{mark[::-1]}{end}" if core else words


def _as_entities(found: re.Match[str]) -> str:
    return "".join(f"&#{ord(character)};" for character in found.group(0))


def plain_words(activity: dict[str, Any], bot_id: str) -> str:
    """Return what a person wrote: our own mention left out, other people's as their names."""
    text = activity.get("text")
    if not isinstance(text, str):
        return ""
    entities = activity.get("entities")
    for entity in entities if isinstance(entities, list) else ():
        if not isinstance(entity, dict) or entity.get("type") != "mention":
            continue
        marked, mentioned = entity.get("text"), entity.get("mentioned")
        if isinstance(marked, str) and marked and isinstance(mentioned, dict):
            ours = mentioned.get("id") == bot_id
            text = text.replace(marked, "" if ours else str(mentioned.get("name") or ""))
    return from_markup(text)


def from_markup(text: str) -> str:
    """Return the words of a message that may hold tags and entities."""
    spaced = re.sub(r"(?i)<(?:br|/p|/div|/li)\b[^<>]*>", "\n", text)
    return html.unescape(_TAG.sub("", spaced)).replace("\xa0", " ").strip()


def mentions(activity: dict[str, Any], account: str) -> bool:
    """Whether a message mentions an account."""
    entities = activity.get("entities")
    return any(
        isinstance(entity, dict)
        and entity.get("type") == "mention"
        and isinstance(entity.get("mentioned"), dict)
        and entity["mentioned"].get("id") == account
        for entity in (entities if isinstance(entities, list) else ())
    )
