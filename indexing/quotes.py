"""Decides where in a text the words stand that are quoted from it, or that a model says are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from indexing.nouns import Quoted

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


def stretches(text: str, quotes: Sequence[Quoted], number: int) -> list[str]:
    """The quotes from one passage as verbatim stretches of its text, neighbours in one piece."""
    places: list[tuple[int, int]] = []
    at = 0
    for quote in quotes:
        if quote.number != number:
            continue
        # A step that is a heading stands in its passage without its name.
        _, *below = quote.text.splitlines()
        for words in [quote.text] if quote.text in text else below:
            if (start := text.find(words, at)) >= 0:
                at = start + len(words)
                places.append((start, at))
    merged: list[tuple[int, int]] = places[:1]
    for (_, end), (start, last) in pairwise(places):
        # Between neighbours stand only white space and a step's number.
        if len(text[end:start].split()) <= 1 and not any(c.isalpha() for c in text[end:start]):
            merged[-1] = (merged[-1][0], last)
        else:
            merged.append((start, last))
    return [text[start:end] for start, end in merged]
