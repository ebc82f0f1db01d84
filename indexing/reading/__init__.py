"""Decides what a file says: every format is read into Markdown, a title and its own governance.

What cannot be read whole and for certain is refused rather than guessed at: an SOP with a page or
a sentence missing is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from indexing.governance import Fields
from indexing.problems import Problem
from indexing.visible import one_line, visible

FORMATS: Mapping[str, str] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
    ".text": "text",
    ".html": "html",
    ".htm": "html",
    ".docx": "docx",
    ".docm": "docx",
    ".dotm": "docx",
    ".pdf": "pdf",
}
"""File name endings that are read. `.docm` is here so that its refusal can say why."""

VERSION = "2"
"""Counted up when a reader or the cutting into passages changes: unchanged files are read again."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a file says. `markdown` holds visible characters only; `title` is never empty.

    `fields` is the governance the file itself carries (front matter), or what is wrong with it.
    """

    markdown: str
    title: str
    format: str
    fields: Fields | Problem = field(default_factory=dict)


def read(raw: bytes, uri: str) -> Read | Problem:
    """Read one file's bytes; `uri` is its path below the folder and decides the format.

    Takes as long as parsing takes: call it outside the event loop.
    """
    form = FORMATS[PurePosixPath(uri).suffix.lower()]
    if not raw.strip():
        return Problem("empty", file=uri)
    found = _read_as(form, raw, uri)
    if isinstance(found, Problem):
        return found
    markdown = visible(found.markdown).strip("\n").rstrip()
    if not re.search(r"\w", markdown):
        return Problem("no_text", file=uri)
    title = one_line(found.title) or file_title(uri)
    return Read(markdown, title[:300], form, found.fields)


def _read_as(form: str, raw: bytes, uri: str) -> Read | Problem:
    # Readers of foreign formats are costly to import, and most folders hold Markdown only.
    match form:
        case "markdown" | "text":
            from indexing.reading.markdown import read_markdown, read_text

            return (read_markdown if form == "markdown" else read_text)(raw, uri)
        case "html":
            from indexing.reading.html import read_html

            return read_html(raw, uri)
        case "docx":
            from indexing.reading.docx import read_docx

            return read_docx(raw, uri)
        case _:
            from indexing.reading.pdf import read_pdf

            return read_pdf(raw, uri)


def file_title(uri: str) -> str:
    """Return a title made from a file name: `returns/no-receipt.md` is "No receipt"."""
    words = one_line(re.sub(r"[-_.\s]+", " ", PurePosixPath(uri).stem))
    return words[:1].upper() + words[1:]
