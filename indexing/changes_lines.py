"""Decides what the lines of a revision are: its sentences, steps, sub-points, rows and headings.

Lines are cut from the very text that passages are cut from, so that what is cited is found again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from indexing.numerals import tokens
from indexing.passages import split
from indexing.terms import tidy
from indexing.units import sentences, units

Part = Literal["title", "heading", "sentence", "step", "point", "row", "code", "markup"]
Plain = tuple[str, ...]

_WHOLE = 10**9
"""Words in a passage: so many that a section stays in one."""
_CODE = 4
"""Spaces that set an example in."""
_MARKER = re.compile(r"(?:(\d{1,4})[.)]|-)\s")
_MARKERS = re.compile(r"(?m)^\s*(?:\d{1,4}[.)]|-)\s+")
_NUMBERED = re.compile(
    r"(?:(step|stage|phase)\s+)?(?:\d{1,3}(?:\.\d{1,3})*|[ivx]{1,4}(?=[.):]))(?:[.):]|\s*[-–—]|\s|$)\s*",
    re.IGNORECASE,
)
_LINK = re.compile(r"(?:https?://|ftp://|www\.|mailto:)[^\s<>()\[\]]+", re.IGNORECASE)
_KEPT_DASH = re.compile(r"(?<![\w-])-{1,2}(?=\w)|(?<=\d)\s?-\s?(?=\d)")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-") | dict.fromkeys("’‘ʼ´", "'"))
_SIGNS = frozenset("<>=≤≥≠+%$£€#@&/\\°±×~^*")
_PROMPT = re.compile(r"(?m)^\s*[$#>] ")
_GOES_ON = re.compile(r"\\\s*\n")


@dataclass(frozen=True, slots=True)
class RevisionText:
    """What a revision says: its title and its Markdown, front matter apart."""

    title: str
    markdown: str


@dataclass(frozen=True, slots=True)
class Line:
    """The smallest piece that is compared. `text` is without the marker of its list item.

    `section` counts the sections from 0. `top` is the outermost list item that the line stands in
    and `item` the innermost, each by number from 1, 0 outside lists; `listed` is the list, which
    goes on over what interrupts it. `step` is whether the outermost item is numbered, `opens`
    whether the line is its item's first. `level` is that of a heading's place in the path.
    """

    at: int
    text: str
    plain: Plain
    part: Part
    section: int
    top: int = 0
    item: int = 0
    listed: int = 0
    step: bool = False
    opens: bool = False
    warning: bool = False
    level: int = 0
    lead: int = -1


@dataclass(frozen=True, slots=True)
class Section:
    """A section: `name` as a citation names it (`Passage.section`), and the path of headings."""

    name: str
    headings: tuple[str, ...]


@dataclass(slots=True)
class Outline:
    """A revision cut into lines, in its order. The title's line comes first, in section 0."""

    sections: list[Section] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def of_section(self, section: int) -> list[Line]:
        """The lines that stand in a section, its headings apart."""
        return [line for line in self.lines if line.section == section and is_body(line)]

    def beneath(self, heading: Line) -> list[Line]:
        """The lines of the sections that a heading stands over."""
        path = self.sections[heading.section].headings[: heading.level]
        return [
            line
            for line in self.lines[heading.at + 1 :]
            if is_body(line) and self.sections[line.section].headings[: heading.level] == path
        ]


def pieces(quote: str) -> tuple[tuple[Part, Plain], ...]:
    """The lines of a quote, which is text of a passage, perhaps without its first marker."""
    found = _Cut()
    found.outline.sections.append(Section("", ()))
    first, _, rest = quote.partition("\n")
    if rest and not _MARKER.match(first):
        # What is indented under a step stays so when the step's own marker is cut off.
        indent = min((len(x) - len(x.lstrip()) for x in rest.split("\n") if x.strip()), default=0)
        width = indent if indent <= _CODE else indent - _CODE
        rest = "\n".join(_dedented(line, width) for line in rest.split("\n"))
    found.section(f"{first}\n{rest}")
    return tuple((line.part, plain_quote(line.text)) for line in found.outline.lines)


def is_body(line: Line) -> bool:
    """Whether a line is neither the title nor a heading."""
    return line.part not in {"title", "heading"}


def outline(text: RevisionText) -> Outline:
    """Cut a revision into lines."""
    found = _Cut()
    found.outline.sections.append(Section(text.title, ()))
    found.add(text.title, "title")
    path: tuple[str, ...] = ()
    for passage in split(text.title, text.markdown, _WHOLE):
        found.outline.sections.append(Section(passage.section, passage.headings))
        kept = 0
        while kept < min(len(path), len(passage.headings)) and path[kept] == passage.headings[kept]:
            kept += 1
        for level, heading in enumerate(passage.headings[kept:], start=kept + 1):
            found.add(heading, "heading", level)
        path = passage.headings
        if not passage.headings or passage.text != passage.headings[-1]:
            found.section(passage.text)
    return found.outline


def plain(text: str) -> Plain:
    """The words and figures of a text: no case, no punctuation, no addresses of links.

    Signs that change what is said (`<`, `%`, `£`, the minus before a figure) stay.
    """
    said = tidy(without_links(text)).translate(_DASHES)
    kept = _KEPT_DASH.sub(" ≠ ", said.replace("≠", " "))
    found = (token.strip("'’").casefold() for token in tokens(kept.replace("-", " ")))
    return tuple(t for t in found if t and (t[0].isalnum() or t[0] in _SIGNS))


def without_links(text: str) -> str:
    """A text without addresses of the web, which say nothing by themselves."""
    return _LINK.sub(" ", text)


def plain_quote(text: str) -> Plain:
    """The same of a quote, which may bring the markers of its list items."""
    return plain(_MARKERS.sub("", text))


def plain_heading(text: str) -> Plain:
    """The same of a heading, without its number: renumbering says nothing new."""
    return plain(without_number(text)) or plain(text)


def without_number(heading: str) -> str:
    """A heading's words: `4.2 Refunds` and `Step 3: Refunds` are `Refunds`."""
    return heading[number.end() :] if (number := _NUMBERED.match(heading)) else heading


def plain_code(text: str) -> Plain:
    """An example by its words, which are case-sensitive: white space and prompts say nothing."""
    return tuple(_PROMPT.sub("", _GOES_ON.sub(" ", text)).split())


def is_numbered(heading: str) -> bool:
    """Whether a heading has a number, so that its place among the others means something."""
    return bool(_NUMBERED.match(heading))


def is_step_heading(heading: str) -> bool:
    """Whether a heading says that it is a step."""
    return bool((found := _NUMBERED.match(heading)) and found[1])


class _Cut:
    """An outline while it is cut."""

    def __init__(self) -> None:
        self.outline = Outline()
        self._items = 0
        self._lists = 0

    def add(self, text: str, part: Part, level: int = 0, **place: int) -> None:
        """Add one line to the section at hand."""
        form = {"code": plain_code, "heading": plain_heading}.get(part, plain)
        section = len(self.outline.sections) - 1
        # A list item's first line may warn by its very first word.
        warning = part not in {"code", "row"} and any(unit.warning for unit in units(text)[:1])
        self.outline.lines.append(
            Line(
                len(self.outline.lines), text, form(text), part, section,
                place.get("top", 0), place.get("item", 0), place.get("listed", 0),
                bool(place.get("step")), bool(place.get("opens")), warning, level,
                place.get("lead", -1),
            )
        )  # fmt: skip

    def section(self, text: str) -> None:
        """Add the lines of one section's text."""
        listed, last = 0, 0
        lead = -1
        for block in _blocks(text.split("\n")):
            number = _MARKER.match(block[0])
            if number is None:
                self._plain_block(block, "sentence", {})
                lead = len(self.outline.lines) - 1
                if not (block[0].startswith(" ") or self.outline.lines[-1].text.endswith(":")):
                    lead = -1
                continue
            count = int(number[1] or 0)
            # A list that an example cuts in two starts anew with 1, or goes on.
            if not listed or bool(count) != bool(last) or (count == 1 and last > 1):
                self._lists += 1
                listed = self._lists
            last = count
            place = {"listed": listed, "step": int(bool(count)), "lead": lead}
            self._item(block, place)

    def _item(self, block: Sequence[str], place: dict[str, int]) -> None:
        """Add a list item with everything under it."""
        marker = _MARKER.match(block[0])
        assert marker is not None
        self._items += 1
        place = {**place, "item": self._items, "top": place.get("top") or self._items}
        part: Part = "step" if marker[1] else "point"
        width = len(marker[0])
        inner = [block[0][width:], *(_dedented(line, width) for line in block[1:])]
        opens = 1
        for child in _blocks(inner):
            if _MARKER.match(child[0]) and not opens:
                self._item(child, place)
            else:
                self._plain_block(child, part, {**place, "opens": opens})
            opens = 0

    def _plain_block(self, block: Sequence[str], part: Part, place: dict[str, int]) -> None:
        if block[0].startswith(" "):
            self.add("\n".join(block), "code", **{**place, "opens": 0})
        elif block[0].startswith("| "):
            self.add(block[0], "row", **place)
        else:
            for start, end in sentences(block[0]):
                self.add(block[0][start:end], part, **place)
                place = {**place, "opens": 0}


def _dedented(line: str, width: int) -> str:
    return line[width:] if not line[:width].strip() else line.lstrip()


def _blocks(lines: Sequence[str]) -> Iterator[list[str]]:
    """Lines as they belong together: a list item with what is under it, an example, or one line."""
    at = 0
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            at += 1
            continue
        indent = "  " if _MARKER.match(line) else " " if line.startswith(" ") else ""
        end = at + 1
        while (
            indent
            and end < len(lines)
            and (not lines[end].strip() or lines[end][:2].startswith(indent))
        ):
            end += 1
        block = list(lines[at:end])
        while not block[-1].strip():
            block.pop()
        yield block
        at = end
