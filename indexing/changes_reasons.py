"""Decides what is materially different between two wordings of one line, if anything is.

What counts as another figure, denial, obligation or name is decided by the parts of the support
check (moved.py, turned.py), asked in both directions; here stands only what a change asks besides.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from indexing import moved, small_words
from indexing.changes_claims import Reason, other_claims, other_names
from indexing.changes_lines import Line, Plain, without_links, without_number
from indexing.changes_marks import other_rhythm, tells_of_itself
from indexing.claims import Statement, Word, akin, keys, weight
from indexing.statements import read
from indexing.terms import tidy
from indexing.turned import turned

_COMPOUND = re.compile(r"[^\W_]+(?:[-_‐‑][^\W_]+)+")
_POLITE = re.compile(r"\b(?:please|kindly)\b,?", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_DENIALS = frozenset({"not", "no", "never", "without", "cannot"})
_DEMANDS = frozenset(f"{small_words.MAY} {small_words.SHOULD} must shall will would".split())
LOST = 0.35
"""Share of a line's words from which its content is another one; rewordings keep below 0.3."""
_OF_HEADINGS = frozenset({"number", "unit", "threshold", "date", "name", "negation", "obligation"})
"""What may be material in a heading, which otherwise only names what stands under it."""
_STOP = frozenset(
    f"{small_words.STOP} {small_words.MAY} {small_words.SHOULD} must cannot".split()
) - {"till"}
_OPENS = frozenset(small_words.OPENS.split())
_AND = re.compile(r"\s*[,;]\s*(?:and|or)?\s+|\s+(?:and|or|&)\s+")
_ARTICLES = frozenset({"a", "an", "the", "your", "any", "some"})
_LONGEST_ITEM = 5
"""Words of a list's item."""
_SHORT = 4
"""Words in a table's cell up to which it is a value rather than a text."""


def reasons(before: Line, after: Line) -> tuple[Reason, ...]:
    """Why the change of a line is material; nothing if it is only worded otherwise."""
    if "code" in {before.part, after.part}:
        return () if before.plain == after.plain else ("code",)
    if before.plain == after.plain or is_of_itself(before, after):
        return ()
    if "heading" in {before.part, after.part} or "title" in {before.part, after.part}:
        # Capitals make no names here, and "Opening hours" counts none.
        texts = [without_number(line.text).lower() for line in (before, after)]
        counts = any(map(_DIGIT.search, texts))
        found = [why for why in _of_texts(*texts) if why in _OF_HEADINGS]
        return tuple(dict.fromkeys(why for why in found if counts or why != "unit"))
    found = list(_of_texts(before.text, after.text))
    found.extend(_replaced(before.plain, after.plain))
    found.extend(_nothing_but_grammar(before.plain, after.plain))
    if before.part == after.part == "row":
        found.extend(_cells(before.text, after.text))
    if before.warning and not after.warning:
        found.append("warning")
    return tuple(dict.fromkeys(found))


def is_of_itself(before: Line, after: Line) -> bool:
    """Whether a change is of the document's own version, number or day of review."""
    apart = {"step", "code", "heading", "title"}
    return not apart & {before.part, after.part} and all(
        tells_of_itself(line.text) for line in (before, after)
    )


def demands(text: str) -> tuple[Reason, ...]:
    """Why a sentence that comes or goes by itself matters: what it counts, demands or denies."""
    said = _read(text)
    found: list[Reason] = []
    for placed in said.figures:
        if not placed.figure.weak and placed.figure.unit != "#":
            found.append("date" if placed.figure.kind in {"date", "clock"} else "number")
    if said.denials:
        found.append("negation")
    if said.onlys or any(strength != "may" for strength, _ in said.modals):
        found.append("obligation")
    return tuple(dict.fromkeys(found))


def says_something(text: str) -> bool:
    """Whether a text holds a figure or a word of weight."""
    said = _read(text)
    return bool(said.figures) or any(not word.light for word in said.words)


@lru_cache(maxsize=512)
def _read(text: str) -> Statement:
    said = _POLITE.sub("", without_links(text)).replace("’re ", " are ").replace("'re ", " are ")
    return read(" ".join(said.split()))


def _of_texts(before: str, after: str) -> Iterator[Reason]:
    """Each reason that two sentences give, in both directions."""
    left, right = _read(before), _read(after)
    if other := _other_digits(before, after):
        yield other
    if _compounds(before) - _compounds(after, 2) and _compounds(after) - _compounds(before, 2):
        yield "name"
    for said, source in ((left, right), (right, left)):
        for why, _ in moved.figures(said, [source]):
            yield _material(why)
        for why, _ in turned(said, [source]):
            yield _material(why)
        for why, _ in moved.actors(said, [source]):
            yield _material(why)
        yield from other_names(said, source)
    if other_rhythm(before, after):
        yield "date"
    yield from _listed(before.casefold(), after.casefold())
    yield from other_claims(left, right)
    for said, source in ((left, right), (right, left)):
        lost = sum(map(weight, (word for word in said.words if not source.like(word))))
        if lost >= max(1.0, LOST * sum(map(weight, said.words))):
            yield "content"


def _listed(before: str, after: str) -> Iterator[Reason]:
    """A thing of a list left out or put in, where nothing else is different."""
    left, right = _items(before), _items(after)
    for longer, shorter, text in ((left, right, before), (right, left, after)):
        rest = iter(longer)
        apart = [item for item in longer if item not in shorter]
        alone = 0 < len(apart) == len(longer) - len(shorter)
        if not (alone and all(item in rest for item in shorter)):
            continue
        things = {
            word.said.casefold() for word in _read(text).words if word.noun and not word.light
        }
        if any(len(item) <= _LONGEST_ITEM and not things.isdisjoint(item) for item in apart):
            yield "content"


def _items(text: str) -> list[frozenset[str]]:
    """The words of each part of a sentence between commas, `and` and `or`."""
    return [frozenset(re.findall(r"[^\W_]+", item)) - _ARTICLES for item in _AND.split(text)]


def _material(why: moved.Reason) -> Reason:
    """The reason of a finding. Of what is asked here, only opposites are found as `wording`."""
    match why:
        case "number" | "unit" | "threshold" | "date" | "name" | "negation" | "obligation":
            return why
        case "wording" | "citation":
            return "opposite"


def _other_digits(before: str, after: str) -> Reason | None:
    """Nothing but digits is different, wherever they stand: in a code, a version, a time."""
    left, right = (tidy(without_links(text)) for text in (before, after))
    if _DIGIT.sub("0", left) != _DIGIT.sub("0", right):
        return None
    return "number" if _DIGIT.findall(left) != _DIGIT.findall(right) else None


def _compounds(text: str, parts: int = 0) -> set[str]:
    """Compounds such as `stock-room`, as one word; with `parts`, each two words in a row as well."""
    found = {"".join(re.findall(r"[^\W_]+", one[0])).casefold() for one in _COMPOUND.finditer(text)}
    words = re.findall(r"[^\W_]+", text.casefold()) if parts else []
    return found | set(words) | {first + then for first, then in pairwise(words)}


def _replaced(before: Plain, after: Plain) -> Iterator[Reason]:
    """Another word in the same place after an article or preposition, where things are named."""
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        opened = tag == "replace" and i and k and before[i - 1] in _OPENS
        if opened and max(j - i, m - k) <= _SHORT - 2 and not _alike(before[i:j], after[k:m]):
            yield "thing"


def _nothing_but_grammar(before: Plain, after: Plain) -> Iterator[Reason]:
    """Words of denial, or of demand, that alone were put in, left out or replaced."""
    left, right = Counter(before), Counter(after)
    other = set((left - right) + (right - left))
    if other and other <= _DENIALS:
        yield "negation"
    if other and other <= _DEMANDS:
        yield "obligation"


def _alike(left: Plain, right: Plain) -> bool:
    """Whether any of these words may stand for one of those, or none of either names anything."""
    named = [[word for word in words if _names_something(word)] for words in (left, right)]
    return not (named[0] and named[1]) or any(
        not keys(one)[1].isdisjoint(keys(other)[1]) or akin(keys(one)[0], keys(other)[0])
        for one in named[0]
        for other in named[1]
    )


def _names_something(word: str) -> bool:
    return word[0].isalpha() and "'" not in word and word not in _STOP


def _only_here(said: Statement, source: Statement) -> Sequence[Word]:
    return [word for word in said.words if not word.light and not source.like(word)]


def _cells(before: str, after: str) -> Iterator[Reason]:
    """A value of a table that is another one."""
    rows = [[cell.split() for cell in row.strip("| ").split(" | ")] for row in (before, after)]
    if len(rows[0]) != len(rows[1]):
        yield "table"
        return
    for left, right in zip(*rows, strict=True):
        said, source = _read(" ".join(left)), _read(" ".join(right))
        if [word.casefold() for word in left] == [word.casefold() for word in right]:
            continue
        short = max(len(left), len(right)) <= _SHORT
        if short and (_only_here(said, source) or _only_here(source, said)):
            yield "table"
