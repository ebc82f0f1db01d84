"""Decides which words of two texts match, and where one text says what is nearest to the other.

A `Statement` is a text as statements.py reads it: words, figures, denials, obligations.
"""

from __future__ import annotations

import bisect
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import snowballstemmer

from indexing import small_words, synonyms
from indexing.figures import Figure, agrees

Strength = Literal["plain", "must", "should", "may", "optional", "prohibited"]
Keys = frozenset[str]
Nearby = list[tuple["Word", float, int]]
Window = tuple["Statement", frozenset[int]]
"""Sentences of a passage, by number."""

ACROSS = 0.5
"""What a word counts that stands before one place and after the other."""
BEYOND = 0.3
"""What a word counts that stands behind another figure, to which it rather belongs."""
FAVOUR = 0.05
"""Share of a clause for which a place counts that the rest of the sentence is about."""
FURTHER = 0.1
"""Share of a clause that a second sentence must add to be taken in."""
_AROUND = 12
"""Tokens to either side that count as being about a place."""
_STEMMER = snowballstemmer.stemmer("english")
_IRREGULAR: dict[str, str] = {
    form: _STEMMER.stemWord(forms.split()[0])
    for forms in synonyms.IRREGULAR.replace("\n", "|").split("|")
    for form in forms.split()
}


@dataclass(slots=True)
class Word:
    """A word that says something, at its place. Two words match when they share a key.

    `sentence` and `clause` count from the text's start; `light` words (begin, available) carry
    little; `rank` tells how manieth word after its modal it is (0: none governs it); `noun` is a
    guess from the words before and after.
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
    rank: int = 0


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
    """A text as what it claims, in its order. `leads` maps a listed item to the line above it.

    `texts` are its sentences as they stand.
    """

    words: list[Word] = field(default_factory=list)
    figures: list[Placed] = field(default_factory=list)
    denials: list[Mark] = field(default_factory=list)
    onlys: list[Mark] = field(default_factory=list)
    modals: list[tuple[Strength, int]] = field(default_factory=list)
    small: list[tuple[str, int]] = field(default_factory=list)
    leads: dict[int, int] = field(default_factory=dict)
    by_key: dict[str, list[Word]] = field(default_factory=dict)
    raw: list[tuple[str, ...]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    sentences: int = 0
    weights: dict[int, float] = field(default_factory=dict)
    places: list[int] = field(default_factory=list)
    figured: list[int] = field(default_factory=list)
    likes: dict[tuple[str, Keys, bool], list[Word]] = field(default_factory=dict)
    denied: set[int] = field(default_factory=set)
    nears: dict[int, Nearby] = field(default_factory=dict)

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

    def near(self, place: Word | Placed) -> Nearby:
        """The words about a place: each with its weight, less with distance and across clauses,
        and its side (-1 before, 1 after).
        """
        if place.at not in self.nears:
            middle = bisect.bisect_left(self.places, place.at)
            before = self.words[max(0, middle - 5) : middle][::-1]
            after = [word for word in self.words[middle : middle + 6] if word.at != place.at][:5]
            self.nears[place.at] = [
                (word, self._pull(word, place) / (distance + 1), side)
                for side, words in ((-1, before), (1, after))
                for distance, word in enumerate(words, start=1)
                if abs(word.at - place.at) <= _AROUND
            ]
        return self.nears[place.at]

    def inside(self) -> set[int]:
        """The words that some denial holds for, by identity."""
        if not self.denied and self.denials:
            self.denied.update(id(word) for mark in self.denials for word in mark.scope)
        return self.denied

    def _pull(self, word: Word, place: Word | Placed) -> float:
        low, high = sorted((word.at, place.at))
        figure = bisect.bisect_right(self.figured, low)
        between = figure < len(self.figured) and self.figured[figure] < high
        return (
            (1.0 if word.clause == place.clause else 0.6)
            * (0.4 if word.light else 1.0)
            * (BEYOND if between else 1.0)
        )

    def before(self, word: Word) -> Word | None:
        """The word right before another, nothing between them."""
        place = bisect.bisect_left(self.places, word.at) - 1
        found = self.words[place] if place >= 0 else None
        return found if found and word.at - found.at == 1 else None


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """The Snowball English stem (Porter, 2001) of a word, without case and accents."""
    spread = unicodedata.normalize("NFKD", word.casefold())
    stemmed: str = _STEMMER.stemWord("".join(s for s in spread if not unicodedata.combining(s)))
    return _IRREGULAR.get(word.casefold()) or stemmed.strip("'")


def akin(left: str, right: str) -> bool:
    """Whether one stem is the other with an ending: approv and approval, deliv and deliveri."""
    shared = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        shared += 1
    shorter, longer = sorted((len(left), len(right)))
    return shared >= 5 and shared >= shorter - 1 and longer - shared <= 4


_ROLES = frozenset(small_words.ROLES.split())
_SAME: dict[str, set[str]] = defaultdict(set)
for _number, _group in enumerate(synonyms.SAME.split(";")):
    for _word in _group.split():
        _SAME[stem(_word)].add(f"={_number}")


@lru_cache(maxsize=16384)
def keys(word: str) -> tuple[str, Keys]:
    """The stem of a word and every key under which it matches others.

    A role is not its verb: a manager is nobody who manages.
    """
    root = stem(word)
    own = f"role {root}" if is_role(word) else root
    return root, frozenset({own, *_SAME.get(root, ())})


def is_role(word: str) -> bool:
    """Whether a word says who acts."""
    return word in _ROLES or word.removesuffix("s") in _ROLES


def same(word: Word, other: Word) -> bool:
    """Whether two words say the same."""
    return bool(word.keys & other.keys)


def weight(word: Word) -> float:
    """What a word counts for where words are counted."""
    return 0.3 if word.light else 1.0


def likeness(here: Nearby, place: Placed | Word, source: Statement) -> float:
    """How much of what stands about one place also stands about the other, in [0, about 3].

    A word on the other side counts half: order changes in a rewording, but seldom all of it.
    """
    there = source.near(place)
    total = 0.0
    for word, near, side in here:
        best = 0.0
        for match, other, on in there:
            if not word.keys.isdisjoint(match.keys):
                best = max(best, min(near, other) * (1.0 if on == side else ACROSS))
        total += best
    return total


def clauses(said: Statement) -> list[list[Word | Placed]]:
    """The words and figures of each clause."""
    groups: dict[int, list[Word | Placed]] = defaultdict(list)
    for word in said.words:
        groups[word.clause].append(word)
    for placed in said.figures:
        groups[placed.clause].append(placed)
    return list(groups.values())


def windows(said: Statement, sources: Sequence[Statement]) -> list[Window]:
    """For each clause, the one or two neighbouring sentences of a passage that mean it most."""
    whole = best_window([*said.words, *said.figures], sources)[1]
    found = [best_window(places, sources, whole)[1] for places in clauses(said)]
    return [window for window in found if window is not None]


def best_window(
    places: Sequence[Word | Placed],
    sources: Sequence[Statement],
    favoured: Window | None = None,
) -> tuple[float, Window | None]:
    """The largest share of the words and figures that neighbouring sentences hold, and those.

    A second sentence, or the line above a list, is taken where it adds something of weight; among
    equals wins the favoured one, then the sentence that says the least besides.
    """
    counts = [weight(place) if isinstance(place, Word) else 1.0 for place in places]
    total = sum(counts) or 1.0
    best: tuple[float, float, Window | None] = (0.0, 0.0, None)
    for source in sources:
        held = [_sentences_with(place, source) for place in places]
        for number in sorted(set().union(*held)):
            lead = {source.leads[number]} if number in source.leads else set()
            for window in ({number}, {number} | lead, {number - 1, number}, {number, number + 1}):
                met = sum(count for count, at in zip(counts, held, strict=True) if at & window)
                share = met / total - FURTHER * (len(window) - 1)
                if favoured and favoured[0] is source and window & favoured[1]:
                    share += FAVOUR
                spare = met / (1.0 + sum(source.weights.get(at, 0.0) for at in window))
                if (share, spare) > best[:2]:
                    best = (share, spare, (source, frozenset(window)))
    return best[0], best[2]


def _sentences_with(place: Word | Placed, source: Statement) -> set[int]:
    if isinstance(place, Word):
        return {match.sentence for match in source.like(place)}
    return {other.sentence for other in source.figures if agrees(place.figure, other.figure)}
