"""Decides where in a text the words stand that a model says it quotes."""

from __future__ import annotations

import re

SHORTEST = 3
"""Words of a quote; fewer stand in most passages by chance."""

_SIGNS = "%‰$£€¥°<>≤≥=+*/&@#~"
_WORD = re.compile(rf"\w+(?:[.,:/'’-]\w+)*|[{_SIGNS}]")
_GAP = rf"[^\w{_SIGNS}]*"
_BEFORE, _AFTER = r"(?<![\w$£€¥])(?<!\d[.,])", r"(?!\w|[.,]\d|\s?[%‰°])"
"""No part of a word or a figure, nor a figure without its sign."""


def find_quote(quote: str, text: str) -> tuple[int, int] | None:
    """Start and end of the quote in the text, in characters; None where it does not stand.

    Each word, figure and sign that counts (`£`, `%`) has to stand there as it is, in this order and
    with nothing between them. White space, bullets, commas and brackets are the model's own: it
    runs the lines of a list together.
    """
    words = _WORD.findall(quote)
    if len(quote.split()) < SHORTEST or not words:
        return None
    found = re.search(_BEFORE + _GAP.join(map(re.escape, words)) + _AFTER, text)
    return found.span() if found else None
