"""Decides how words enter and leave Slack: escaped on the way out, plain on the way in."""

from __future__ import annotations

import re
from typing import Any

_CUT = "…"
# <@U1>, <@U1|ann>, <#C1|general>, <!here>, <!date^1^{date}|Monday>, <https://a.example|label>
_WORD_JOINER = "\u2060"
# Where a link, a mention, an emoji or an image would begin: :// a.example @channel <!here :joy: ](
_BEGINS = re.compile(
    r"(?<=:)(?=//)|(?<=\w\.)(?=[^\W\d_])|(?<=[@<])|(?<=:)(?=[^\W\d]|\+)|(?<=])(?=\()"
)
_MARKDOWN = re.compile(r"([\\`*_~\[\]|#!])")
_CONTROL = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")


def escaped(text: str, limit: int) -> str:
    """Return text for a field that Slack parses: `& < >` escaped, at most `limit` characters."""
    text = shortened(text, limit)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unlinked(text: str) -> str:
    """Return text in which nothing is a link or a mention: invisible marks break where one begins."""
    return _BEGINS.sub(_WORD_JOINER, text)


def inert_markdown(text: str) -> str:
    """Return plain words for a field that Slack reads as Markdown, so that they read the same."""
    marked = _MARKDOWN.sub(r"\\\1", unlinked(" ".join(text.split())))
    return marked.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def shortened(text: str, limit: int) -> str:
    """Return text of at most `limit` characters; an ellipsis says that it was cut."""
    return text if len(text) <= limit else text[: limit - len(_CUT)] + _CUT


def plain_text(text: str, limit: int) -> dict[str, Any]:
    """Return a plain_text object: shown as it is, `:joy:` included. Slack refuses empty ones."""
    return {"type": "plain_text", "text": shortened(text, limit) or " ", "emoji": False}


def plain_words(text: str, bot_user: str = "") -> str:
    """Return what a person wrote: mentions and links as words, the bot's own mention left out."""

    def words(found: re.Match[str]) -> str:
        mark, target, label = found.groups()
        if mark == "@":
            return "" if target == bot_user else f"@{label or target}"
        if mark == "#":
            return f"#{label or target}"
        if mark == "!":
            return label or f"@{target.partition('^')[0]}"
        return label or target.removeprefix("mailto:")

    said = _CONTROL.sub(words, text)
    return said.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()
