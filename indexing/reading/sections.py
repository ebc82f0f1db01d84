"""Decides which numbered lines are a document's own sections, written like the items of a list.

`1. SCOPE` above its text in a plain file, `**1. Scope.** This procedure …` in Markdown: lines that
count from one without a gap, of which some are names that only parts of a document have.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_PART = re.compile(
    r"(?:aims?|objectives?|purpose|scope|applicability|introduction|background|policy(?: statement)?"
    r"|definitions?|terms|glossary|abbreviations|roles(?: and responsibilities)?|responsibilit(?:y|ies)"
    r"|procedures?|process|method|materials|equipment|references|related documents|records?"
    r"|documentation|annex(?:es)?|appendi(?:x|ces)|distribution|approvals?"
    r"|(?:document|revision|version|change|amendment)s? (?:history|control|log|record)"
    r"|zweck|ziel|geltungsbereich|begriffe|definitionen|abkürzungen|zuständigkeiten|verantwortung"
    r"|verantwortlichkeiten|ablauf|durchführung|mitgeltende \w+|aufzeichnungen|änderungs\w+)"
    r"(?: and \w+| \([^()]*\))?\W*",
    re.IGNORECASE,
)
_NUMBER = r"(?P<number>\d{1,2})(?:\.0)?[.)]?[ \t]+"
_STYLES = (
    re.compile(rf"{_NUMBER}(?P<name>[^a-zß-ÿ]{{3,80}})(?P<rest>)"),
    re.compile(
        rf"{_NUMBER}(?:\*\*|__)(?P<name>[^*_\n]{{3,80}}?)[.:]?(?:\*\*|__)[.:]?(?P<rest>[ \t].*|)"
    ),
    re.compile(
        rf"(?:\*\*|__){_NUMBER}(?P<name>[^*_\n]{{3,80}}?)[.:]?(?:\*\*|__)[.:]?(?P<rest>[ \t].*|)"
    ),
)
"""In capitals on a line of its own; in bold, with what it says behind it or below; as items."""
_LONE = re.compile(r"[A-ZÀ-Þ][^.:;,!|`#\n]{2,70}(?<![\s-])")
_FENCE = re.compile(r" {0,3}(?:```|~~~)")
FEWEST = 3
FEWEST_NAMED = 2
LONGEST_NAME = 8
"""Words of a section's name."""


@dataclass(frozen=True, slots=True)
class _Found:
    at: int
    number: int
    name: str
    rest: str


def with_numbered_sections(markdown: str) -> str:
    """Return Markdown whose numbered sections are headings, what stood behind a name below it."""
    lines = markdown.split("\n")
    for style in _STYLES:
        found = _counted(_lines_of(style, lines))
        if len(found) < FEWEST or sum(_is_part(each) for each in found) < FEWEST_NAMED:
            continue
        _set_out(lines, found)
        for each in found:
            heading = f"## {each.number}. {each.name}"
            lines[each.at] = "\n\n".join(("", heading, each.rest)).rstrip(" ")
        break
    return "\n".join(lines)


def with_lone_headings(text: str) -> str:
    """Return plain text whose short lines between empty ones are headings, where it has no others.

    Such a line has no mark before it and no point behind it, and a paragraph or a list follows.
    """
    lines = text.split("\n")
    last = len(lines) - 1
    found = (at for at in range(len(lines)) if _is_lone(lines, at))
    lone = dict.fromkeys(at for at in found if not lines[min(at + 2, last)].startswith("#"))
    followed = [at for at in lone if at + 2 <= last and at + 2 not in lone]
    if len(followed) < FEWEST or any(line.startswith("## ") for line in lines):
        return text
    for at in followed:
        lines[at] = f"## {lines[at].strip()}"
    return "\n".join(lines)


def _is_lone(lines: Sequence[str], at: int) -> bool:
    around = (*lines[max(0, at - 1) : at], *lines[at + 1 : at + 2])
    short = len(lines[at].split()) <= LONGEST_NAME
    return short and bool(_LONE.fullmatch(lines[at])) and not any(map(str.strip, around))


def _set_out(lines: list[str], found: Sequence[_Found]) -> None:
    """Moves what belongs to a section to the margin where it was set in as an item's is."""
    for each, after in zip(found, [*(other.at for other in found[1:]), len(lines)], strict=True):
        below = range(each.at + 1, after)
        indents = [len(lines[at]) - len(lines[at].lstrip(" ")) for at in below if lines[at].strip()]
        width = min(indents, default=0)
        for at in below:
            lines[at] = lines[at][width:]


def _is_part(found: _Found) -> bool:
    return _PART.fullmatch(found.name) is not None


def _lines_of(style: re.Pattern[str], lines: Sequence[str]) -> list[_Found]:
    """The lines of one style that stand at the margin and outside examples."""
    found: list[_Found] = []
    fenced = False
    for at, line in enumerate(lines):
        if _FENCE.match(line):
            fenced = not fenced
        match = None if fenced else style.fullmatch(line.rstrip())
        if match is None or len(match["name"].split()) > LONGEST_NAME:
            continue
        name = match["name"].strip()
        if sum(map(str.isalpha, name)) >= 3:
            found.append(_Found(at, int(match["number"]), name, match["rest"].strip()))
    return found


def _counted(found: Sequence[_Found]) -> list[_Found]:
    """Those that count from one; none where another number stands between them."""
    counts = [each.number for each in found]
    return list(found) if counts == list(range(1, len(found) + 1)) else []
