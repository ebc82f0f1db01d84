"""Decides what counts as the same word in keyword search.

Case, accents, endings and hyphens do not matter: `E-mails` is found by `email` and by `e-mail`.
A compound gives its parts and the whole, so that `sign-in`, `sign in` and `signin` all meet. Words
that only hold a sentence together are no terms at all: they were measured to mislead.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import snowballstemmer

LONGEST = 48
"""Characters of a term that are kept: what is longer is no word anybody types."""

_FUNCTION_WORDS = frozenset(
    """
    a about am an and any are as at be been being but by can could d did do does for from had has
    have having he her here hers him his how i if in into is it its just ll m me my of on or our
    ours re s shall she should so some such t than that the their theirs them then there these they
    this those to too us ve was we were what when where whether which while who whom whose why will
    with would you your yours
    """.split()  # noqa: SIM905 - a list of that many literals reads worse
)
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'"})
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*(?:[-‐‑_]+[^\W_]+(?:'[^\W_]+)*)*")
_JOINT = re.compile(r"[-‐‑_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_STEMMER = snowballstemmer.stemmer("english")


def tidy(text: str) -> str:
    """Text in one Unicode form, without control, zero-width and direction marks."""
    text = _CONTROL.sub(" ", _INVISIBLE.sub("", text))
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def terms(text: str) -> list[str]:
    """The terms of a text in their order; a compound gives its parts and then the whole."""
    return [term for _, _, term in placed_terms(tidy(text))]


def placed_terms(tidied: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, term) of a tidied text, in characters; a compound's terms share its place."""
    for match in _WORD.finditer(tidied.translate(_APOSTROPHES)):
        parts = [
            part for joint in _JOINT.split(match.group()) for part in _HUMP.split(joint) if part
        ]
        for part in parts:
            if part.casefold() not in _FUNCTION_WORDS:
                yield match.start(), match.end(), _folded(part)
        if len(parts) > 1:
            yield match.start(), match.end(), _folded("".join(parts))


def joined(tidied: str) -> list[str]:
    """Each two neighbouring words written as one: how `sign in` finds `signin`."""
    words = [match.group() for match in _WORD.finditer(tidied.translate(_APOSTROPHES))]
    return [_folded(left + right) for left, right in itertools.pairwise(words)]


def cut_in_two(term: str) -> list[tuple[str, str]]:
    """Every way to read a term as two words: how `signin` finds `sign in`."""
    return [(_folded(term[:at]), _folded(term[at:])) for at in range(2, len(term) - 1)]


def within(left: str, right: str, edits: int) -> bool:
    """Whether `edits` changes, at most, turn one word into the other.

    A change adds, drops or replaces a letter or swaps two neighbours: optimal string alignment
    distance (Damerau, 1964).
    """
    if abs(len(left) - len(right)) > edits:
        return False
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        above, row = row, [i]
        for j, b in enumerate(right, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > edits:
            return False
        before = above
    return row[-1] <= edits


@lru_cache(maxsize=65536)
def _folded(word: str) -> str:
    """The Snowball English stem (Porter, 2001) of a word without case, accents, apostrophes."""
    word = word.casefold()
    if not word.isascii():
        spread = unicodedata.normalize("NFKD", word)
        word = "".join(sign for sign in spread if not unicodedata.combining(sign))
    stemmed: str = _STEMMER.stemWord(word)
    return stemmed.replace("'", "")[:LONGEST]
