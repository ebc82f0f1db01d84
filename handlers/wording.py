"""Decides how dates, names and lists read in every sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from handlers.cards import Source
from indexing.nouns import FoundPassage, Status

LOOKING_UP = "is looking it up"
"""The status beside the agent's name while a question is worked on."""

LOOKING_UP_STEPS = ("Searching the approved SOPs", "Checking versions and owners")
"""What is shown in turn meanwhile, where a platform shows such lines."""

LOOKING_IT_UP = "Looking it up in the approved SOPs"
"""The first line of an answer that is still being worked on."""

CUT_SHORT = "There is more than fits here: the rest stands in the SOP."
"""The last line of a card that a platform's limits cut."""

CANCEL = "Cancel"
"""The way out of a question that a button asks before its press counts."""

NOT_THIS_CARD = "That button belongs to another card. Use the buttons under the answer itself."
"""Said to somebody who pressed on a card that is not ours, or not there."""

SENT_DIRECTLY = "I have sent it to you in our chat."
"""Said privately where somebody pressed, when what was asked for is too long to be said there."""

FORM_SENT_DIRECTLY = "Nothing is approved yet: what is still to do is in our chat."
"""Said where somebody pressed Approve, and was sent the form that asks for more."""

ANSWERING_DIRECTLY = "I am looking it up and answer in our chat."
"""Said to somebody who asked about another person's message."""

NOTHING_TO_ANSWER = "That message has no words I could look up. Ask me in our chat instead."
"""Said to somebody who asked about a message without text."""

ADD_ME_FIRST = "I cannot write to you yet. Add Jobaid in Teams under Apps, then try again."
"""Said to somebody who has no chat with us in which they could be answered."""


STATUS_WORDS: Mapping[Status, str] = {
    "answerable": "answerable",
    "unvalidated": "unvalidated",
    "expired": "expired",
    "withdrawn": "withdrawn",
    "conflict": "conflict",
    "owner_gone": "unvalidated (owner has left)",
}
"""A document's status on the command line: it begins with the word that `--status` takes."""

LABEL = 75
"""The longest label of a choice that every platform shows whole."""


def about_place(name: str) -> str:
    """Return the line that says where something said privately comes from; `name` may be ''."""
    return f"About what you did in {name}:" if name else "About what you did in a shared chat:"


def day(when: date) -> str:
    """Return a date as people write it: 4 May 2026."""
    return f"{when.day} {when:%B %Y}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """Join words as in a sentence: a, b and c."""
    *most, end = list(words) or [""]
    return f"{', '.join(most)} {last} {end}" if most else end


_POINT = re.compile(r"^[ \t]*- ", re.MULTILINE)


def shortened(text: str, most: int) -> str:
    """Return at most `most` characters of a text, cut where a word ends, and say that it goes on."""
    if len(text) <= most:
        return text
    whole, blank, _ = text[: most - 1].rpartition(" ")
    return f"{whole.rstrip(' ,;:.') if blank else text[: most - 1]}…"


def pointed(text: str) -> str:
    """Return a text of an SOP with the points of its lists as people see them."""
    return _POINT.sub("• ", text)


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: 1 person, 2 people."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def section_mark(section: str) -> str:
    """Return a section for a footnote: `§4.2` when its heading is numbered, else the heading."""
    number = next(iter(section.split(maxsplit=1)), "").rstrip(".")
    if number and all(part.isdigit() for part in number.split(".")):
        return f"§{number}"
    return section


def section_name(section: str) -> str:
    """Return a section's heading without its number."""
    number, _, name = section.partition(" ")
    return name if name and section_mark(section) == f"§{number.rstrip('.')}" else section


def section_beside(title: str, section: str) -> str:
    """Return what to write of a section after its document's title: nothing when it is the title."""
    return "" if section == title else section_mark(section)


def heading_of(title: str, section: str) -> str:
    """Return what an answer from this section is headed with.

    A numbered or telling section speaks for itself; "Procedure" or "Meaning" needs the title.
    """
    name = section_name(section)
    return name if name != section or len(name.split()) > 2 else title


def after_title(section: str) -> str:
    """Return a section mark as it follows its document's title: ` §4.2`, or `, Exceptions`."""
    if not section:
        return ""
    return f" {section}" if section.startswith("§") else f", {section}"


def cited(passage: FoundPassage, owner: str) -> str:
    """Return one citation as a line: title, section, version, date, owner."""
    return (
        f"{passage.title}{after_title(section_beside(passage.title, passage.section))}"
        f", version {passage.version} of {day(passage.version_on)}, owner {owner}"
    )


def source_detail(source: Source) -> str:
    """Return what follows a source's title: section, version, date, owner."""
    return (
        f"{after_title(section_mark(source.section))}"
        f", version {source.version} of {day(source.version_on)}, owner {source.owner}"
    )


def columns(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Give a table line by line, its head first, each column as wide as it needs."""
    table = [head, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(head) - 1)]
    for row in table:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([*cells, row[-1]]).rstrip()
