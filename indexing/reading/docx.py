"""Decides what a Word document says, numbers of its steps and sections included.

Read from the XML that python-docx opens: its own view leaves out text boxes, content controls and
list numbers, and a step missing from an SOP is worse than an SOP refused.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, Final

import docx
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn

from indexing.problems import Code, Problem
from indexing.reading import Read
from indexing.reading.lists import indented, table
from indexing.reading.numbering import Numbering
from indexing.reading.panels import with_bold_headings
from indexing.visible import one_line

_MOST_UNPACKED = 150_000_000
_MOST_PARTS = 5_000
_LARGEST_TEXT_PART = 50_000_000
"""Bytes of one XML part: its tree takes ten times as much memory."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""What a password-protected .docx begins with: it is no zip file any more."""
_ZIP = b"PK\x03\x04"
_FORMAT = "Word document"
# What python-docx raises on a package whose parts do not fit together; lxml's own error on broken
# XML is a SyntaxError.
_BROKEN = (
    OpcError, zipfile.BadZipFile, zlib.error, SyntaxError, KeyError, ValueError, AttributeError,
    TypeError, NotImplementedError, RecursionError, EOFError,
)  # fmt: skip
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_CHANGES: Final = tuple(qn(f"w:{name}") for name in ("ins", "del", "moveFrom", "moveTo"))
_HEADING = re.compile(r"heading ([1-9])")


def read_docx(raw: bytes, uri: str) -> Read | Problem:
    """Read a .docx: headings, paragraphs, numbered and plain lists, tables, text boxes."""
    if raw.startswith(_OLE):
        return Problem("encrypted", file=uri)
    if problem := _unsafe(raw, uri):
        return problem
    try:
        opened = docx.Document(io.BytesIO(raw))
        body = opened.element.body
        if any(next(body.iter(name), None) is not None for name in _CHANGES):
            return Problem("changes_open", file=uri)
        document = _Document(opened)
        markdown = with_bold_headings("\n\n".join(_joined(document.blocks(body))))
    except _BROKEN:
        return Problem("damaged", file=uri, value=_FORMAT)
    return Read(markdown, document.title, "docx")


def _unsafe(raw: bytes, uri: str) -> Problem | None:
    """Look at the package's table of contents before anything in it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        code: Code = "damaged" if raw.startswith(_ZIP) else "not_its_format"
        return Problem(code, file=uri, value=_FORMAT)
    names = [part.filename.lower() for part in parts]
    if uri.lower().endswith("m") or any("vbaproject" in name for name in names):
        return Problem("macros", file=uri)
    if not any(name.startswith("word/") for name in names):  # a workbook, say, or a plain archive
        return Problem("not_its_format", file=uri, value=_FORMAT)
    largest = max((p.file_size for p in parts if p.filename.endswith((".xml", ".rels"))), default=0)
    unpacked = sum(part.file_size for part in parts)
    if unpacked > _MOST_UNPACKED or len(parts) > _MOST_PARTS or largest > _LARGEST_TEXT_PART:
        return Problem("unpacked_too_large", file=uri)
    return None


class _Document:
    """One document being read, from top to bottom: numbers count up as they are met."""

    def __init__(self, opened: Any) -> None:
        self._styles = {style.style_id: style for style in opened.styles}
        self._numbering = Numbering(opened)
        self.title = ""

    def blocks(self, parent: Any) -> Iterator[tuple[str, str]]:
        """Yield (kind, Markdown) for what stands in `parent`; kind is `item` or `block`."""
        for child in parent:
            if child.tag == qn("w:p"):
                yield from self._paragraph(child)
                for box in _boxes(child):
                    yield from self.blocks(box)
            elif child.tag == qn("w:tbl"):
                yield "block", self._table(child)
            elif child.tag == qn("w:sdt"):
                content = child.find(qn("w:sdtContent"))
                if content is not None and not _is_contents(child):
                    yield from self.blocks(content)
            elif child.tag in (qn("w:smartTag"), qn("w:customXml")):
                yield from self.blocks(child)

    def _paragraph(self, paragraph: Any) -> Iterator[tuple[str, str]]:
        words = _words(paragraph)
        styles = list(self._style_chain(paragraph))
        number = self._numbering.next(paragraph, styles) if words else None
        if not words:
            return
        level = _heading_level(paragraph, styles)
        if level is not None:
            label = f"{number.label} " if number and number.ordered else ""
            heading = one_line(f"{label}{words}")
            self.title = self.title or heading
            yield "block", f"{'#' * min(level, 6)} {heading}"
        elif number is not None:
            marker = f"{number.count}. " if number.ordered else "- "
            yield "item", _set_in(indented(marker, [words]), number.level)
        else:
            yield "block", f"**{words}**" if _is_bold(paragraph) and "\n" not in words else words

    def _style_chain(self, paragraph: Any) -> Iterator[Any]:
        """The paragraph's style, the one that is based on, and so on."""
        found = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        style = self._styles.get(found.get(qn("w:val"))) if found is not None else None
        for _ in range(12):
            if style is None:
                return
            yield style
            style = style.base_style

    def _table(self, tbl: Any) -> str:
        rows: list[list[str]] = []
        for row in tbl.iter(qn("w:tr")):
            if _nearest(row, qn("w:tbl")) is not tbl:
                continue
            cells: list[str] = []
            for cell in row.iter(qn("w:tc")):
                if _nearest(cell, qn("w:tr")) is row:
                    cells.append("\n".join(_joined(self.blocks(cell))))
            rows.append(cells)
        return table(rows)


def _joined(blocks: Iterator[tuple[str, str]]) -> Iterator[str]:
    """Yield Markdown blocks, the items of one list together."""
    items: list[str] = []
    for kind, text in blocks:
        if kind == "item":
            items.append(text)
            continue
        if items:
            yield "\n".join(items)
            items = []
        if text.strip():
            yield text
    if items:
        yield "\n".join(items)


def _set_in(item: str, level: int) -> str:
    pad = "   " * level
    return "\n".join(pad + line for line in item.split("\n"))


def _heading_level(paragraph: Any, styles: list[Any]) -> int | None:
    for style in styles:
        name = (style.name or "").lower()
        if name == "title":
            return 1
        if found := _HEADING.fullmatch(name):
            return int(found[1])
    places = [paragraph, *(style.element for style in styles)]
    for place in places:
        outline = place.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
        if outline is not None and outline.get(qn("w:val"), "9") in "012345678":
            return int(outline.get(qn("w:val"))) + 1
    return None


def _words(paragraph: Any) -> str:
    """The paragraph's visible words with its line breaks; text boxes in it are read apart."""
    parts: list[str] = []
    for node in paragraph.iter():
        if not isinstance(node.tag, str) or _is_apart(node, paragraph):
            continue
        if node.tag == qn("w:t"):
            parts.append("" if _is_hidden(node.getparent()) else node.text or "")
        elif node.tag in (qn("w:br"), qn("w:cr")):
            parts.append("\n")
        elif node.tag == qn("w:tab") and node.getparent().tag == qn("w:r"):
            parts.append(" ")
        elif node.tag == qn("w:noBreakHyphen"):
            parts.append("-")
    lines = [" ".join(line.split()) for line in "".join(parts).split("\n")]
    return "\n".join(line for line in lines if line)


def _is_apart(node: Any, paragraph: Any) -> bool:
    """Say whether a node belongs to a text box, or to the fallback drawing of one."""
    apart = (qn("w:txbxContent"), _FALLBACK)
    parent = node
    while parent is not paragraph:
        if parent.tag in apart:
            return True
        parent = parent.getparent()
    return False


def _boxes(paragraph: Any) -> Iterator[Any]:
    """The text boxes anchored in a paragraph; each is stored twice, once for old readers."""
    for box in paragraph.iter(qn("w:txbxContent")):
        above = list(box.iterancestors())
        above = above[: above.index(paragraph)]
        if not any(node.tag in (_FALLBACK, qn("w:txbxContent")) for node in above):
            yield box


def _is_hidden(run: Any) -> bool:
    if run is None or run.tag != qn("w:r"):
        return False
    vanish = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
    return vanish is not None and vanish.get(qn("w:val"), "1") not in ("0", "false")


def _is_bold(paragraph: Any) -> bool:
    """Say whether all of a paragraph is set in bold, as a heading without a style is."""
    runs = [
        run
        for run in paragraph.iter(qn("w:r"))
        if any((text.text or "").strip() for text in run.iter(qn("w:t")))
    ]
    bold = (run.find(f"{qn('w:rPr')}/{qn('w:b')}") for run in runs)
    return bool(runs) and all(
        mark is not None and mark.get(qn("w:val"), "1") not in ("0", "false") for mark in bold
    )


def _is_contents(control: Any) -> bool:
    """Say whether a content control is the table of contents, which only repeats headings."""
    gallery = control.find(f"{qn('w:sdtPr')}/{qn('w:docPartObj')}/{qn('w:docPartGallery')}")
    return gallery is not None and "table of contents" in gallery.get(qn("w:val"), "").lower()


def _nearest(node: Any, tag: str) -> Any:
    return next(node.iterancestors(tag), None)
