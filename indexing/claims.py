"""Decides which words of two texts match, and where one text says what is nearest to the other.

A `Statement` is a text as statements.py reads it: words, figures, denials, obligations.
"""

from __future__ import annotations

import bisect
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import snowballstemmer

from indexing import synonyms
from indexing.figures import Figure

Strength = Literal["plain", "must", "should", "may", "optional", "prohibited"]
Keys = frozenset[str]

_AROUND = 12
"""Tokens to either side that count as being about a place."""
_STEMMER = snowballstemmer.stemmer("english")
_IRREGULAR = {
    form: forms.split()[0]
    for forms in synonyms.IRREGULAR.replace("\n", "|").split("|")
    for form in forms.split()
}


@dataclass(slots=True)
class Word:
    """A word that says something, at its place. Two words match when they share a key.

    `sentence` and `clause` count from the text's start; `light` words (begin, available)
    carry little; `noun` is a guess from the words before and after.
    """

    said: str
    stem: str
    keys: Keys
    sentence: int
    clause: int
    at: int
    light: bool
    name: bool
    role: bool
    noun: bool = False
    strength: Strength = "plain"


@dataclass(slots=True)
class Placed:
    """A figure at its place among the tokens of its text."""

    figure: Figure
    sentence: int
    clause: int
    at: int


@dataclass(slots=True)
class Mark:
    """A denial (`not`, `without`) or an `only`, with the words that it holds for.

    `own` are the keys of a word such as `unused`, which is its own denial.
    """

    said: str
    at: int
    scope: list[Word]
    own: Keys = frozenset()


@dataclass(slots=True)
class Statement:
    """A text as what it claims, in its order. `leads` maps a listed item to the line above it."""

    words: list[Word] = field(default_factory=list)
    figures: list[Placed] = field(default_factory=list)
    denials: list[Mark] = field(default_factory=list)
    onlys: list[Mark] = field(default_factory=list)
    modals: list[tuple[Strength, int]] = field(default_factory=list)
    small: list[tuple[str, int]] = field(default_factory=list)
    leads: dict[int, int] = field(default_factory=dict)
    by_key: dict[str, list[Word]] = field(default_factory=dict)
    raw: list[tuple[str, ...]] = field(default_factory=list)
    sentences: int = 0
    places: list[int] = field(default_factory=list)
    likes: dict[tuple[str, Keys, bool], list[Word]] = field(default_factory=dict)
    nears: dict[int, list[tuple[Word, float]]] = field(default_factory=dict)

    def like(self, word: Word) -> list[Word]:
        """The words of this text that match a word of another."""
        known = (word.stem, word.keys, word.role)
        if known not in self.likes:
            found = {id(match): match for key in word.keys for match in self.by_key.get(key, ())}
            if not found and len(word.stem) >= 5 and not word.role:
                found = {
                    id(other): other
                    for other in self.words
                    if not other.role and akin(word.stem, other.stem)
                }
            self.likes[known] = list(found.values())
        return self.likes[known]

    def near(self, place: Word | Placed) -> list[tuple[Word, float]]:
        """The words about a place with their weight: less with distance and across clauses."""
        if place.at not in self.nears:
            middle = bisect.bisect_left(self.places, place.at)
            before = self.words[max(0, middle - 5) : middle][::-1]
            after = [word for word in self.words[middle : middle + 6] if word.at != place.at][:5]
            self.nears[place.at] = [
                (word, _weight(word, place) / (distance + 1))
                for side in (before, after)
                for distance, word in enumerate(side, start=1)
                if abs(word.at - place.at) <= _AROUND
            ]
        return self.nears[place.at]

    def before(self, word: Word) -> Word | None:
        """The word right before another, nothing between them."""
        place = bisect.bisect_left(self.places, word.at) - 1
        found = self.words[place] if place >= 0 else None
        return found if found and word.at - found.at == 1 else None


def _weight(word: Word, place: Word | Placed) -> float:
    return (1.0 if word.clause == place.clause else 0.6) * (0.4 if word.light else 1.0)


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """The Snowball English stem (Porter, 2001) of a word, without case and accents."""
    spread = unicodedata.normalize("NFKD", word.casefold())
    stemmed: str = _STEMMER.stemWord("".join(s for s in spread if not unicodedata.combining(s)))
    return _IRREGULAR.get(word.casefold(), stemmed.strip("'"))


def akin(left: str, right: str) -> bool:
    """Whether one stem is the other with an ending: approv and approval, deliv and deliveri."""
    shared = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        shared += 1
    shorter, longer = sorted((len(left), len(right)))
    return shared >= 5 and shared >= shorter - 1 and longer - shared <= 4


_SAME: dict[str, set[str]] = defaultdict(set)
for _number, _group in enumerate(synonyms.SAME.split(";")):
    for _word in _group.split():
        _SAME[stem(_word)].add(f"={_number}")


@lru_cache(maxsize=16384)
def keys(word: str) -> tuple[str, Keys]:
    """The stem of a word and every key under which it matches others."""
    root = stem(word)
    return root, frozenset({root, *_SAME.get(root, ())})


def same(word: Word, other: Word) -> bool:
    """Whether two words say the same."""
    return bool(word.keys & other.keys)


def weight(word: Word) -> float:
    """What a word counts for where words are counted."""
    return 0.3 if word.light else 1.0


def likeness(here: Sequence[tuple[Word, float]], place: Placed | Word, source: Statement) -> float:
    """How much of what stands about one place also stands about the other, in [0, about 3]."""
    there = source.near(place)
    return sum(
        max((min(near, other) for match, other in there if same(word, match)), default=0.0)
        for word, near in here
    )


def clauses(said: Statement) -> list[list[Word]]:
    """The words of each clause, in order."""
    groups: dict[int, list[Word]] = defaultdict(list)
    for word in said.words:
        groups[word.clause].append(word)
    return list(groups.values())


def windows(
    said: Statement, sources: Iterable[Statement]
) -> list[tuple[Statement, frozenset[int]]]:
    """For each clause, the sentences of a passage that hold most of its words."""
    sources = list(sources)
    found = []
    for words in clauses(said):
        share, source, numbers = best_window(words, sources)
        if source is not None and share > 0:
            found.append((source, numbers))
    return found


def best_window(
    words: Sequence[Word], sources: Iterable[Statement]
) -> tuple[float, Statement | None, frozenset[int]]:
    """The largest share of the words that two neighbouring sentences hold, with those sentences."""
    total = sum(map(weight, words)) or 1.0
    best: tuple[float, Statement | None, frozenset[int]] = (0.0, None, frozenset())
    for source in sources:
        places = [(weight(word), {match.sentence for match in source.like(word)}) for word in words]
        for number in range(source.sentences):
            alone = {number} | ({source.leads[number]} if number in source.leads else set())
            for window in (alone, alone | {number + 1}):
                share = sum(counts for counts, at in places if at & window) / total
                if share > best[0] + (0 if len(window) <= len(best[2]) else 1e-9):
                    best = (share, source, frozenset(window))
    return best
