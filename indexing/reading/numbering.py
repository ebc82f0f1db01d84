"""Decides which number Word shows before a paragraph: the file holds only the rule for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import qn

_LETTERS = frozenset({"lowerLetter", "upperLetter"})
_ROMANS = frozenset({"lowerRoman", "upperRoman"})


@dataclass(frozen=True, slots=True)
class Number:
    """A list item's place. `label` is as Word shows it ("4.2", "b)"), `count` its plain number.

    `level` counts from 0; `ordered` is false for bullets.
    """

    level: int
    count: int
    label: str
    ordered: bool


@dataclass(frozen=True, slots=True)
class _Level:
    format: str
    text: str
    start: int


class Numbering:
    """The numbered lists of one document, counted as their items are met."""

    def __init__(self, opened: Any) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}
        self._abstract: dict[str, str] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._restarted: set[tuple[str, int]] = set()
        self._starts: dict[tuple[str, int], int] = {}
        part = next(
            (r.target_part for r in opened.part.rels.values() if r.reltype.endswith("/numbering")),
            None,
        )
        if part is None:
            return
        root = part.element
        for abstract in root.iter(qn("w:abstractNum")):
            self._levels[abstract.get(qn("w:abstractNumId"), "")] = _levels(abstract)
        for num in root.iter(qn("w:num")):
            num_id = num.get(qn("w:numId"), "")
            reference = num.find(qn("w:abstractNumId"))
            self._abstract[num_id] = reference.get(qn("w:val"), "") if reference is not None else ""
            for override in num.iter(qn("w:lvlOverride")):
                start = override.find(qn("w:startOverride"))
                if start is not None:
                    level = int(override.get(qn("w:ilvl"), "0"))
                    self._starts[num_id, level] = int(start.get(qn("w:val"), "1"))

    def next(self, paragraph: Any, styles: Sequence[Any]) -> Number | None:
        """Return the number of this paragraph, None if it has none; counts it."""
        num_id, level = _reference([paragraph, *(style.element for style in styles)])
        abstract = self._abstract.get(num_id)
        if abstract is None or num_id == "0":
            return None
        levels = self._levels.get(abstract, {})
        rule = levels.get(level)
        if rule is None or rule.format == "none":
            return None
        # Lists that share an abstract one go on counting in each other, unless told to start anew.
        counts = self._counts.setdefault(abstract, {})
        if (num_id, level) in self._starts and (num_id, level) not in self._restarted:
            self._restarted.add((num_id, level))
            counts[level] = self._starts[num_id, level] - 1
        counts[level] = counts.get(level, rule.start - 1) + 1
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        return Number(level, counts[level], _label(rule, levels, counts), rule.format != "bullet")


def _levels(abstract: Any) -> dict[int, _Level]:
    found: dict[int, _Level] = {}
    for level in abstract.iter(qn("w:lvl")):
        number = int(level.get(qn("w:ilvl"), "0"))
        found[number] = _Level(
            _value(level, "w:numFmt", "decimal"),
            _value(level, "w:lvlText", f"%{number + 1}."),
            int(_value(level, "w:start", "1")),
        )
    return found


def _value(parent: Any, name: str, default: str) -> str:
    child = parent.find(qn(name))
    return default if child is None else str(child.get(qn("w:val"), default))


def _reference(places: Sequence[Any]) -> tuple[str, int]:
    """The list and level a paragraph is in: its own word first, then its styles'."""
    num_id, level = "", None
    for place in places:
        properties = place.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        if properties is None:
            continue
        own_id, own_level = properties.find(qn("w:numId")), properties.find(qn("w:ilvl"))
        if level is None and own_level is not None:
            level = int(own_level.get(qn("w:val"), "0"))
        if own_id is not None:
            num_id = own_id.get(qn("w:val"), "")
            break
    return num_id, level or 0


def _label(rule: _Level, levels: dict[int, _Level], counts: dict[int, int]) -> str:
    def shown(found: re.Match[str]) -> str:
        level = int(found[1]) - 1
        known = levels.get(level, rule)
        return _written(counts.get(level, known.start), known.format)

    return re.sub(r"%([1-9])", shown, rule.text).rstrip(".")


def _written(count: int, form: str) -> str:
    if form in _LETTERS:
        letter = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form in _ROMANS:
        return _roman(count).upper() if form == "upperRoman" else _roman(count)
    return str(count)


def _roman(count: int) -> str:
    steps = (
        (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
        (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
    )  # fmt: skip
    written = ""
    for value, letters in steps:
        times, count = divmod(count, value)
        written += letters * times
    return written
