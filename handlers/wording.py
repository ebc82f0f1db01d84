"""Decides how dates, names and lists read in every sentence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from handlers.cards import Source
from indexing.nouns import FoundPassage

LOOKING_UP = "is looking it up"
"""The status beside the agent's name while a question is worked on."""

CUT_SHORT = "There is more than fits here: the rest stands in the SOP."
"""The last line of a card that a platform's limits cut."""

CANCEL = "Cancel"
"""The way out of a question that a button asks before its press counts."""


def day(when: date) -> str:
    """Return a date as people write it: 4 May 2026."""
    return f"{when.day} {when:%B %Y}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """Join words as in a sentence: a, b and c."""
    *most, end = list(words) or [""]
    return f"{', '.join(most)} {last} {end}" if most else end


def section_mark(section: str) -> str:
    """Return a section for a footnote: `§4.2` when its heading is numbered, else the heading."""
    number = section.split(maxsplit=1)[0].rstrip(".") if section else ""
    if number and all(part.isdigit() for part in number.split(".")):
        return f"§{number}"
    return section


def section_name(section: str) -> str:
    """Return a section's heading without its number."""
    number, _, name = section.partition(" ")
    return name if name and section_mark(section) == f"§{number.rstrip('.')}" else section


def cited(passage: FoundPassage, owner: str) -> str:
    """Return one citation as a line: title, section, version, date, owner."""
    return (
        f"{passage.title} {section_mark(passage.section)}".strip()
        + f", version {passage.version} of {day(passage.version_on)}, owner {owner}"
    )


def source_detail(source: Source) -> str:
    """Return what follows a source's title: section, version, date, owner."""
    return (
        f"{' ' if source.section else ''}{source.section}"
        f", version {source.version} of {day(source.version_on)}, owner {source.owner}"
    )
