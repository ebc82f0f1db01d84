"""Cuts Markdown documents by their raw lines, and puts an edited line back.

Shares no code with what is measured by it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

ITEM = re.compile(r"( *)(\d{1,3}[.)]|[-*+])( +)(?=\S)")
HEADING = re.compile(r"#{1,6} +(.*?) *#*$")
FENCE = re.compile(r" *(```|~~~)")
SENTENCE = re.compile(r"(?<=[.!?]) +(?=[A-Z])")
SIMPLE = re.compile(r"[A-Z][^|{}<>\[\]_*\\#]*[.:!]")
NO_BLOCK = re.compile(r"\s*(?:[<>!]|\[[^\]]+\]:)")
OPENS_BLOCK = re.compile(r"\s*(?:[-*+#>|=~`]|\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,4})[.)])")


@dataclass(slots=True)
class Block:
    """A paragraph, list item or table row: lines `start` to `end`, its words without line breaks.

    `end` takes in what is indented under an item; `own` is where its own first paragraph ends.
    """

    start: int
    own: int
    end: int
    prefix: str
    text: str
    section: str
    kind: Literal["paragraph", "bullet", "step", "row"]


@dataclass(slots=True)
class Document:
    """A file's text with its blocks; examples, comments and quotations are no blocks."""

    file: str
    raw: str
    lines: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Planted:
    """An edited document, and what is cited from the old one: a quote and its heading."""

    after: str
    quote: str
    section: str


Plant = Callable[[Document, random.Random], Planted | None]


def parsed(path: Path, folder: Path) -> Document:
    """Read and cut one file of a folder."""
    raw = path.read_text(encoding="utf-8", errors="replace")
    document = Document(str(path.relative_to(folder)), raw, raw.split("\n"))
    lines, at, section, fence = document.lines, 0, "", ""
    if lines[0].strip() == "---" and "---" in (line.strip() for line in lines[1:]):
        at = 1 + next(n for n, line in enumerate(lines[1:], 1) if line.strip() == "---")
    while at < len(lines):
        line = lines[at]
        if found := FENCE.match(line):
            fence = "" if fence == found[1] else fence or found[1]
        elif fence or not line.strip() or NO_BLOCK.match(line):
            pass
        elif heading := HEADING.match(line):
            section = heading[1]
        elif block := _block(lines, at, section):
            document.blocks.append(block)
            at = block.own
            continue
        at += 1
    return document


def _block(lines: list[str], at: int, section: str) -> Block | None:
    item = ITEM.match(lines[at])
    if lines[at].startswith("|"):
        own = at + 1
        return Block(at, own, own, "", lines[at], section, "row")
    if item is None and lines[at].startswith("   "):
        return None
    own = at + 1
    while own < len(lines) and lines[own].strip() and not _opens(lines[own]):
        own += 1
    prefix = item[0] if item else ""
    text = " ".join(line.strip() for line in (lines[at][len(prefix) :], *lines[at + 1 : own]))
    end = own
    while item and end < len(lines) and (not lines[end].strip() or lines[end].startswith("  ")):
        end += 1
    kind: Literal["step", "bullet", "paragraph"] = (
        "paragraph" if item is None else "step" if item[2][0].isdigit() else "bullet"
    )
    return Block(at, own, end if item else own, prefix, text.strip(), section, kind)


def _opens(line: str) -> bool:
    return bool(OPENS_BLOCK.match(line) or NO_BLOCK.match(line))


def visible(text: str) -> str:
    """The words of inline Markdown."""
    text = re.sub(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])", r"\1", text)
    return re.sub(r"`|\*\*|\\(?=[_*\[\]<>#.])", "", text).strip()


def with_text(document: Document, block: Block, text: str) -> str:
    """The document with other words in one block, on one line."""
    lines = document.lines
    return "\n".join([*lines[: block.start], block.prefix + text, *lines[block.own :]])


def outside_code(raw: str, change: Callable[[str], str]) -> str:
    """Every line changed that is no example, no front matter and no table."""
    fence, front, done = "", raw.startswith("---\n"), []
    for number, line in enumerate(raw.split("\n")):
        found = FENCE.match(line)
        if found:
            fence = "" if fence == found[1] else fence or found[1]
        inside = fence or found or front or line.startswith(("    ", "|"))
        done.append(line if inside else change(line))
        front = front and not (number and line.strip() == "---")
    return "\n".join(done)


def whole(change: Callable[[Document, random.Random], str]) -> Plant:
    """An edit of the whole document, by which nothing that is cited may be touched."""

    def plant(document: Document, rng: random.Random) -> Planted | None:
        return Planted(change(document, rng), "", "")

    return plant
