"""Decides what a PDF says: lines, paragraphs and headings, from where and how large its words are.

Only a text layer is read. A page that is a picture is refused with the file: recognising text is
guessing, and a missing page would not show in an answer.
"""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

from indexing.problems import Code, Problem
from indexing.reading import Read
from indexing.reading.metadata import given_title
from indexing.visible import one_line, visible

# It comments on every small repair it makes; a report has one line for a file.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)

_MOST_PAGES = 2_000
_LARGER = 1.12
"""How much larger than the running text a heading is."""
_LONGEST_HEADING = 120
_MARKER = re.compile(r"(?:[•●▪◦‣–-]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+")
_BULLET = re.compile(r"[•●▪◦‣–]\s+")
_NUMBER = re.compile(r"\(?(\d{1,3})[.)]\s+")
_SECTION = re.compile(r"\d{1,2}(?:\.\d{1,2}){0,3}\.?\s+\S")
# What pypdf raises on a file whose parts do not fit together.
_BROKEN = (
    PyPdfError, ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError,
    RecursionError, ZeroDivisionError, OverflowError, NotImplementedError, OSError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Line:
    page: int
    top: float
    size: float
    bold: bool
    text: str


def read_pdf(raw: bytes, uri: str) -> Read | Problem:
    """Read a PDF's text layer; larger or bold lines are headings, repeated ones are left out."""
    try:
        reader = PdfReader(io.BytesIO(raw))
        if reader.is_encrypted and not reader.decrypt(""):
            return Problem("encrypted", file=uri)
        if len(reader.pages) > _MOST_PAGES:
            return Problem("too_large", file=uri, value=f"{len(reader.pages)} pages,")
        pages = [list(_lines(page, number)) for number, page in enumerate(reader.pages)]
        pictures = [
            number + 1
            for number, page in enumerate(reader.pages)
            if not any(len(line.text) > 2 for line in pages[number]) and _has_picture(page)
        ]
        titled = given_title((reader.metadata.title if reader.metadata else None) or "", uri)
    except (DependencyError, FileNotDecryptedError):
        return Problem("encrypted", file=uri)
    except _BROKEN:
        # A reader looks for this mark among the first bytes, not only at the first.
        code: Code = "damaged" if b"%PDF-" in raw[:1024] else "not_its_format"
        return Problem(code, file=uri, value="PDF")
    words = sum(len(line.text) for page in pages for line in page)
    if not words or pictures:
        which = f"page {', '.join(map(str, pictures[:5]))} is a picture" if pictures else "pages"
        return Problem("scanned", f"page {pictures[0]}" if pictures else "", uri, value=which)
    return _written(_without_frame(pages), titled)


def _has_picture(page: PageObject) -> bool:
    resources: Any = page.get("/Resources")
    drawn = resources.get_object().get("/XObject") if resources is not None else None
    if drawn is None:
        return False
    return any(
        thing.get_object().get("/Subtype") == "/Image" for thing in drawn.get_object().values()
    )


def _lines(page: PageObject, number: int) -> Iterator[_Line]:
    """The lines of a page in reading order, each with the size of most of its letters."""
    pieces: list[tuple[float, float, bool, str]] = []

    def visit(text: str, cm: Any, tm: Any, font: Any, size: float) -> None:
        if not text:
            return
        scale = (abs(tm[1] * cm[0] + tm[3] * cm[3]) or abs(tm[3])) or 1.0
        name = str((font or {}).get("/BaseFont") or "")
        top = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        pieces.append((top, round(size * scale, 1), "bold" in name.lower(), text))

    page.extract_text(visitor_text=visit)
    line: list[tuple[float, float, bool, str]] = []
    for top, size, bold, text in pieces:
        for index, part in enumerate(visible(text).split("\n")):
            if index and line:
                yield from _line(line, number)
                line = []
            if part.strip():
                line.append((top, size, bold, part))
    if line:
        yield from _line(line, number)


def _line(pieces: Sequence[tuple[float, float, bool, str]], page: int) -> Iterator[_Line]:
    text = one_line("".join(piece[3] for piece in pieces))
    if text:
        letters = Counter[float]()
        for _, size, _, part in pieces:
            letters[size] += len(part.strip())
        bold = all(piece[2] for piece in pieces if piece[3].strip())
        yield _Line(page, pieces[0][0], letters.most_common(1)[0][0], bold, text)


def _without_frame(pages: Sequence[Sequence[_Line]]) -> list[_Line]:
    """Leave out running heads and page numbers: the same line, digits aside, on most pages."""

    def frame(line: _Line) -> tuple[str, int]:
        return re.sub(r"\d+", "0", line.text), round(line.top / 4)

    counts = Counter(key for page in pages for key in {frame(line) for line in page})
    often = max(3, (len(pages) + 1) // 2)
    kept = [line for page in pages for line in page if counts[frame(line)] < often]
    if len(pages) < 3:
        kept = [
            line
            for line in kept
            if not re.fullmatch(r"(?:page )?\d{1,3}(?: of \d{1,3})?", line.text, re.I)
        ]
    return kept


def _written(lines: Sequence[_Line], titled: str) -> Read:
    sizes = Counter[float]()
    for line in lines:
        sizes[line.size] += len(line.text)
    body = sizes.most_common(1)[0][0]
    larger = sorted({line.size for line in lines if _is_larger(line, body)}, reverse=True)
    blocks: list[str] = []
    title = ""
    before: _Line | None = None
    for line in lines:
        level = _level(line, body, larger)
        if level is not None:
            previous = _level(before, body, larger) if before else None
            if before and previous == level and before.page == line.page and _follows(before, line):
                blocks[-1] += f" {line.text}"
            else:
                blocks.append(f"{'#' * level} {line.text}")
            title = title or blocks[-1].lstrip("# ")
        elif blocks and before and _continues(before, line, blocks[-1]):
            blocks[-1] = _joined(blocks[-1], line.text)
        else:
            blocks.append(_item(line.text))
        before = line
    return Read(_spaced(blocks), title or titled, "pdf")


def _is_larger(line: _Line, body: float) -> bool:
    return line.size >= body * _LARGER and len(line.text) <= _LONGEST_HEADING


def _level(line: _Line, body: float, larger: Sequence[float]) -> int | None:
    if _MARKER.match(line.text) and not _SECTION.match(line.text):
        return None
    if _is_larger(line, body):
        return min(larger.index(line.size) + 1, 5)
    ends = line.text[-1] in ".:;,"
    if line.bold and line.size >= body and len(line.text) <= 80 and not ends:
        return min(len(larger) + 1, 6)
    return None


def _follows(before: _Line, line: _Line) -> bool:
    """Say whether a line comes right below another, as the next line of a paragraph does."""
    gap = before.top - line.top
    return 0 <= gap <= 1.6 * max(before.size, line.size)


def _continues(before: _Line, line: _Line, block: str) -> bool:
    if block.startswith("#") or _MARKER.match(line.text):
        return False
    if before.page != line.page:
        return block[-1] not in ".!?:" and line.text[0].islower()
    return _follows(before, line)


def _joined(block: str, text: str) -> str:
    if re.search(r"[a-zà-ÿ]-$", block) and text[0].islower():
        return block[:-1] + text
    return f"{block} {text}"


def _item(text: str) -> str:
    if _BULLET.match(text):
        return _BULLET.sub("- ", text, count=1)
    return _NUMBER.sub(r"\1. ", text, count=1)


def _spaced(blocks: Sequence[str]) -> str:
    """Join blocks, items of one list on adjoining lines."""
    text = ""
    before = ""
    for block in blocks:
        tight = bool(_MARKER.match(block)) and bool(_MARKER.match(before))
        text += ("\n" if tight else "\n\n") + block
        before = block
    return text.strip()
