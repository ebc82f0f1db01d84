"""Decides which line of the old revision has become which line of the new one.

First what stands word for word, by section and then anywhere; then what is most alike. A section
is known again by its headings, else by its words, so that renaming or moving it moves no line.
"""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from indexing import small_words
from indexing.changes_lines import Line, Outline, is_body, plain_heading
from indexing.claims import Keys, keys

HERE = 0.35
"""Likeness from which two lines of one section are one line, edited."""
ANYWHERE = 0.6
"""The same for lines of different sections."""
SECTION = 0.4
"""Likeness from which two sections of other headings are one section."""
SAME_HEADING, SAME_PLACE = 0.3, 0.15
"""What it adds to the likeness of sections or of lines."""
COVERED = 0.7
"""Share of a sentence's words from which it has been drawn into the one beside it."""
_TRIED = 12
"""Lines tried for each, those with the most words in common."""
_DISTINCT = 4
"""Words from which a sentence elsewhere is this one and no other."""
_LIGHT, _STOP = (frozenset(words.split()) for words in (small_words.LIGHT, small_words.STOP))
_Weighed = tuple[tuple[Keys, float], ...]


@dataclass(slots=True)
class Group:
    """Lines of the old revision and what they have become: mostly one and one."""

    old: list[Line]
    new: list[Line]


@dataclass(slots=True)
class Pairing:
    """Everything that has a counterpart, and what is left over on either side.

    `sections` maps the old ones to the new ones, both by number.
    """

    sections: dict[int, int] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    to_new: dict[int, Line] = field(default_factory=dict)
    to_old: dict[int, Line] = field(default_factory=dict)

    def join(self, left: Line, right: Line) -> None:
        """Make two lines counterparts."""
        self.groups.append(Group([left], [right]))
        self.to_new[left.at], self.to_old[right.at] = right, left

    def free_old(self, lines: Iterable[Line]) -> list[Line]:
        """Those old lines that have no counterpart yet."""
        return [line for line in lines if line.at not in self.to_new]

    def free_new(self, lines: Iterable[Line]) -> list[Line]:
        """Those new lines that have no counterpart yet."""
        return [line for line in lines if line.at not in self.to_old]


def pair(old: Outline, new: Outline, same: Callable[[Line, Line], bool]) -> Pairing:
    """Find the counterparts. `same`: whether two lines, word for word different, say the same."""
    found = Pairing(_sections(old, new))
    found.join(old.lines[0], new.lines[0])
    for left, right in found.sections.items():
        _word_for_word(old.of_section(left), new.of_section(right), found)
    _elsewhere(old, new, found)
    for left, right in found.sections.items():
        lefts, rights = (
            found.free_old(old.of_section(left)),
            found.free_new(new.of_section(right)),
        )
        _most_alike(lefts, rights, found, HERE)
    _headings(old, new, found)
    body = [line for line in old.lines if is_body(line)]
    _most_alike(found.free_old(body), found.free_new(filter(is_body, new.lines)), found, ANYWHERE)
    _drawn_together(old, new, found, same)
    return found


def _sections(old: Outline, new: Outline) -> dict[int, int]:
    """Sections by their whole path of headings, then by their last heading and words."""
    found = {0: 0}
    by_path: dict[tuple[tuple[str, ...], ...], list[int]] = defaultdict(list)
    for number, section in enumerate(new.sections[1:], start=1):
        by_path[tuple(map(plain_heading, section.headings))].append(number)
    for number, section in enumerate(old.sections[1:], start=1):
        if waiting := by_path[tuple(map(plain_heading, section.headings))]:
            found[number] = waiting.pop(0)
    taken = set(found.values())
    left = [number for number in range(1, len(old.sections)) if number not in found]
    free = [number for number in range(1, len(new.sections)) if number not in taken]
    words = {(side, n): _bag(o, n) for side, o, ns in ((0, old, left), (1, new, free)) for n in ns}
    ranked = sorted(
        (
            (
                _overlap(words[0, a], words[1, b])
                + SAME_HEADING
                * (plain_heading(old.sections[a].name) == plain_heading(new.sections[b].name)),
                -abs(a - b), a, b,
            )
            for a in left
            for b in free
        ),
        reverse=True,
    )  # fmt: skip
    for score, _, a, b in ranked:
        if score >= SECTION and a not in found and b not in taken:
            found[a] = b
            taken.add(b)
    return found


def _bag(side: Outline, section: int) -> Counter[str]:
    return Counter(word for line in side.of_section(section) for word in line.plain)


def _overlap(left: Counter[str], right: Counter[str]) -> float:
    """Dice's coefficient of two bags of words, in [0, 1]."""
    total = left.total() + right.total()
    return 2 * (left & right).total() / total if total else 0.0


def _word_for_word(lefts: Sequence[Line], rights: Sequence[Line], found: Pairing) -> None:
    matcher = difflib.SequenceMatcher(
        None, [_form(line) for line in lefts], [_form(line) for line in rights], autojunk=False
    )
    for first, then, length in matcher.get_matching_blocks():
        for step in range(length):
            found.join(lefts[first + step], rights[then + step])


def _form(line: Line) -> tuple[str, ...]:
    return ("", *line.plain) if line.part == "code" else line.plain


def _elsewhere(old: Outline, new: Outline, found: Pairing) -> None:
    """Whole lines that stand in another place now."""
    waiting: dict[tuple[str, ...], list[Line]] = defaultdict(list)
    for line in found.free_new(filter(is_body, new.lines)):
        waiting[_form(line)].append(line)
    for line in found.free_old(filter(is_body, old.lines)):
        here = [
            other
            for other in waiting[_form(line)]
            if len(line.plain) >= _DISTINCT or found.sections.get(line.section) == other.section
        ]
        if here:
            found.join(line, here[0])
            waiting[_form(line)].remove(here[0])


def _headings(old: Outline, new: Outline, found: Pairing) -> None:
    """Headings over sections that are each other's counterparts, the deepest first."""
    waiting = [line for line in new.lines if line.part == "heading"]
    for line in old.lines:
        if line.part != "heading":
            continue
        target = found.sections.get(line.section)
        depth = len(old.sections[line.section].headings) - line.level
        for other in waiting:
            same_place = target == other.section and depth == (
                len(new.sections[other.section].headings) - other.level
            )
            if other.at not in found.to_old and (same_place or line.plain == other.plain):
                found.join(line, other)
                break


def _most_alike(lefts: Sequence[Line], rights: Sequence[Line], found: Pairing, bar: float) -> None:
    """The likeliest pairs first, each line once."""
    index: dict[str, set[int]] = defaultdict(set)
    for number, line in enumerate(rights):
        for word, _ in _weighed(line):
            for key in word:
                index[key].add(number)
    ranked: list[tuple[float, int, int, int]] = []
    for number, line in enumerate(lefts):
        near = Counter(
            other for word, _ in _weighed(line) for key in word for other in index.get(key, ())
        )
        beside = [number] if len(lefts) == len(rights) else []
        for other in {*beside, *(at for at, _ in near.most_common(_TRIED))}:
            score = likeness(line, rights[other])
            if number in beside and other == number and line.part == rights[other].part:
                score += SAME_PLACE
            ranked.append((score, -abs(number - other), number, other))
    for score, _, number, other in sorted(ranked, reverse=True):
        left, right = lefts[number], rights[other]
        if score >= bar and left.at not in found.to_new and right.at not in found.to_old:
            found.join(left, right)


def likeness(left: Line, right: Line) -> float:
    """How much of either line's words the other has, synonyms counted, in [0, 1]."""
    if (left.part == "code") != (right.part == "code") or (left.part == "row") != (
        right.part == "row"
    ):
        return 0.0
    here, there = _weighed(left), _weighed(right)
    total = sum(count for _, count in here) + sum(count for _, count in there)
    return (_held(here, there) + _held(there, here)) / total if total else 0.0


def _held(here: _Weighed, there: _Weighed) -> float:
    known = frozenset[str]().union(*(word for word, _ in there))
    return sum(count for word, count in here if not known.isdisjoint(word))


@lru_cache(maxsize=8192)
def _weighed(line: Line) -> _Weighed:
    if line.part == "code":
        return tuple((frozenset({word}), 1.0) for word in line.plain)
    return tuple(
        (keys(word)[1], 0.15 if word in _STOP else 0.3 if word in _LIGHT else 1.0)
        for word in line.plain
        if word[0].isalnum()
    )


def _drawn_together(
    old: Outline, new: Outline, found: Pairing, same: Callable[[Line, Line], bool]
) -> None:
    """Sentences that were made one, or one that was cut in two."""
    for side, lines, known in ((0, old.lines, found.to_new), (1, new.lines, found.to_old)):
        groups = {line.at: group for group in found.groups for line in (group.old, group.new)[side]}
        for line in lines:
            if line.at in known or line.part in {"code", "row", "heading"} or not line.plain:
                continue
            for at in (line.at - 1, line.at + 1):
                group = groups.get(at)
                if group is None or not _beside(line, lines[at]):
                    continue
                wider = Group(list(group.old), list(group.new))
                mine, theirs = (wider.old, wider.new) if side == 0 else (wider.new, wider.old)
                mine.append(line)
                mine.sort(key=lambda one: one.at)
                if _covered(line, theirs) and _says_no_other(wider, same):
                    group.old, group.new = wider.old, wider.new
                    known[line.at] = theirs[0]
                    groups[line.at] = group
                    break


def _beside(line: Line, other: Line) -> bool:
    return (line.section, line.item, is_body(line)) == (other.section, other.item, is_body(other))


def _covered(line: Line, by: Sequence[Line]) -> bool:
    here = _weighed(line)
    there = tuple(word for other in by for word in _weighed(other))
    return _held(here, there) >= COVERED * sum(count for _, count in here)


def _says_no_other(group: Group, same: Callable[[Line, Line], bool]) -> bool:
    left, right = joined(group.old), joined(group.new)
    return left.plain == right.plain or same(left, right)


def joined(lines: Sequence[Line]) -> Line:
    """Several lines as one."""
    if len(lines) == 1:
        return lines[0]
    return replace(
        lines[0],
        text=" ".join(line.text for line in lines),
        plain=tuple(word for line in lines for word in line.plain),
        warning=any(line.warning for line in lines),
    )
