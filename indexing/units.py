"""Decides what of a passage is quoted whole: a sentence, a step, a point, a row, a warning."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|approx|no|nos|mr|mrs|ms|dr|st|fig|sec|dept|inc|ltd|co|ext|max|min"
    r"|jan|feb|apr|aug|sept?|oct|nov|dec)"
    r"|\b[a-z]\.[a-z]|(?<!\w)[A-Z])\.$",
    re.IGNORECASE,
)
_NO_ABBREVIATION = re.compile(
    r"(?:\d\s?(?:min|max|fig|st)|\b(?:annex|appendix|attachment|form|table|schedule|section|step|type"
    r"|class|grade|group|zone|option|plan|level|code|category|vitamin|unit) [A-Z])\.$",
    re.IGNORECASE,
)
"""What looks like one and ends a sentence: `within 20 min.`, `the matrix in Annex B.`"""
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)\]]*\s+(?=[\"'“‘(\[]*[A-Z0-9À-Þ])|\n+")
_NUMBER_ALONE = re.compile(r"\(?(?:\d{1,2}(?:\.\d{1,2})+|[IVX]{1,5})\.")
"""A paragraph's number, which is no sentence: `6.5. Move the plasma.`"""
_STEP = re.compile(r"(\d{1,4})[.)]\s")
_WARNING = re.compile(
    r"\W*(?:\d{1,4}[.)]\s+|-\s+)?\W*"
    r"(?:warning|caution|danger|important|attention|n\.?b\b|never|do not|don't|don’t|must not|⚠)",
    re.IGNORECASE,
)
_HEADED = re.compile(
    r"\W*(?:warning|caution|danger|important|attention|n\.?b)\b\W*[:!]", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece that is quoted whole: a sentence, a numbered step with its sub-points, a table row.

    `start` and `end` are characters of the passage's text. `step` is the document's own number of
    a step, None for anything else; `warning` marks words that must not be missed.
    """

    start: int
    end: int
    step: int | None = None
    warning: bool = False


def units(text: str) -> tuple[Unit, ...]:
    """The sentences, steps and warnings of a passage's text, in order, without overlap."""
    found: list[Unit] = []
    for start, end in _chunks(text):
        chunk = text[start:end]
        step = _STEP.match(chunk)
        if step or chunk.startswith(("- ", "    ", "| ")):
            found.append(_unit(text, start, end, int(step.group(1)) if step else None))
            continue
        found.extend(_unit(text, start + first, start + last) for first, last in sentences(chunk))
    return tuple(unit for unit in found if unit.end > unit.start)


def units_with_whole_warnings(text: str) -> tuple[Unit, ...]:
    """The same, but a paragraph that is headed as a warning is one: half of it may mislead."""
    found: list[Unit] = []
    for unit in units(text):
        last = found[-1] if found else None
        if (
            last is not None
            and last.warning
            and _HEADED.match(text, last.start)
            and "\n" not in text[last.start : unit.start]
        ):
            found[-1] = replace(last, end=unit.end)
        else:
            found.append(unit)
    return tuple(found)


def sentences(text: str) -> list[tuple[int, int]]:
    """Where each sentence starts and ends. A line's end also ends a sentence."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        said = text[start : match.end()].rstrip()
        if "\n" not in match.group() and (
            _is_abbreviated(said) or _NUMBER_ALONE.fullmatch(said) or _leads(text, match.start())
        ):
            continue
        spans.append((start, start + len(said)))
        start = match.end()
    spans.append((start, len(text.rstrip())))
    return [(first, last) for first, last in spans if last > first]


def _is_abbreviated(said: str) -> bool:
    return bool(_ABBREVIATION.search(said)) and not _NO_ABBREVIATION.search(said)


def _leads(text: str, at: int) -> bool:
    """Whether dots lead the eye from a word to another, as in `Mixture ..... IDLE`."""
    return text.startswith("..", at) and text[at - 1 : at].isspace()


def _unit(text: str, start: int, end: int, step: int | None = None) -> Unit:
    return Unit(start, end, step, bool(_WARNING.match(text, start, end)))


def _chunks(text: str) -> Iterator[tuple[int, int]]:
    """Lines at the margin, each list item with the indented lines that belong to it; code."""
    start = 0
    position = 0
    indent = ""  # what a line must begin with to belong to the chunk at hand
    for line in text.splitlines(keepends=True):
        if position and line.strip() and not (indent and line.startswith(indent)):
            yield from _trimmed(text, start, position)
            start = position
        if position == start and line.strip():
            listed = _STEP.match(line) or line.startswith("- ")
            indent = "  " if listed else "    " if line.startswith("    ") else ""
        position += len(line)
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    kept = len(text[start:end].rstrip())
    if kept:
        yield start, start + kept
