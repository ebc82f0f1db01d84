"""Decides what a reader of an HTML page sees, and writes that as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, PreformattedString, Tag

from indexing.problems import Problem
from indexing.reading import Read
from indexing.reading.encoding import decoded
from indexing.reading.lists import indented, table
from indexing.reading.metadata import given_title
from indexing.visible import one_line

_UNSEEN = frozenset({
    "audio", "button", "canvas", "dialog", "embed", "form", "head", "iframe", "input", "math",
    "nav", "noscript", "object", "script", "select", "style", "svg", "template", "textarea", "video",
})  # fmt: skip
_FRAME = frozenset({"header", "footer", "aside"})
"""The page's frame, unless it belongs to the main part: there an aside is a warning."""
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "html", "li", "main", "ol", "p", "pre", "section", "summary", "table", "ul",
})  # fmt: skip
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d])"
    r"|font-size\s*:\s*0(?![.\d])",
    re.IGNORECASE,
)
_DEEPEST = 60
"""Levels of nesting that are followed; below that only the words count."""


def read_html(raw: bytes, uri: str) -> Read | Problem:
    """Read the main part of a page: headings, lists, tables and text, no navigation or scripts."""
    text = decoded(raw, uri, html=True)
    if isinstance(text, Problem):
        return text
    page = BeautifulSoup(text, "html.parser")
    heading = next((h for h in page.find_all(re.compile("^h[1-6]$")) if _is_seen(h)), None)
    titled = page.title.get_text(" ") if page.title else ""
    title = heading.get_text(" ") if heading else given_title(titled, uri)
    mains = page.find_all("main") or page.find_all("article")
    root = mains[0] if len(mains) == 1 else page.body or page
    markdown = "\n\n".join(block for block in _blocks(root, 0) if block.strip())
    return Read(markdown, title, "html")


def _is_seen(tag: Tag) -> bool:
    """Say whether this tag shows and is part of the text."""
    if tag.name in _FRAME and tag.find_parent(["main", "article"]) is None:
        return False
    if tag.name in _UNSEEN or tag.has_attr("hidden") or tag.get("aria-hidden") == "true":
        return False
    return not _HIDDEN.search(str(tag.get("style") or ""))


def _blocks(parent: Tag, depth: int) -> Iterator[str]:
    """Yield the Markdown blocks of what a tag holds; loose text between blocks is a paragraph."""
    loose: list[PageElement] = []
    for child in parent.children:
        if isinstance(child, Tag) and not _is_seen(child):
            continue
        if isinstance(child, Tag) and _has_blocks(child):
            yield _inline(loose, depth)
            loose = []
            yield from _block(child, depth + 1)
        else:
            loose.append(child)
    yield _inline(loose, depth)


def _has_blocks(tag: Tag) -> bool:
    return tag.name in _BLOCKS or tag.find(_BLOCKS) is not None


def _block(tag: Tag, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        yield one_line(" ".join(tag.stripped_strings))
        return
    match tag.name:
        case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
            yield f"{'#' * int(tag.name[1])} {one_line(_inline(tag.children, depth))}"
        case "ul" | "ol":
            yield "\n".join(_list(tag, depth))
        case "table":
            yield from _table(tag, depth)
        case "pre":
            yield f"```\n{tag.get_text().strip(chr(10))}\n```"
        case "blockquote":
            quoted = "\n\n".join(block for block in _blocks(tag, depth) if block.strip())
            yield "\n".join(f"> {line}".rstrip() for line in quoted.split("\n"))
        case "dl":
            yield from _definitions(tag, depth)
        case "hr":
            yield "---"
        case _:
            yield from _blocks(tag, depth)


def _list(tag: Tag, depth: int) -> Iterator[str]:
    try:
        number = int(str(tag.get("start") or 1))
    except ValueError:
        number = 1
    for item in tag.find_all("li", recursive=False):
        if not _is_seen(item):
            continue
        parts = [block for block in _blocks(item, depth) if block.strip()]
        yield indented(f"{number}. " if tag.name == "ol" else "- ", parts)
        number += 1


def _definitions(tag: Tag, depth: int) -> Iterator[str]:
    """The terms of a list with what is said of each behind it: apart neither says anything."""
    terms: list[str] = []
    for item in tag.find_all(["dt", "dd"]):
        if item.find_parent("dl") is not tag or not _is_seen(item):
            continue
        if item.name == "dt":
            terms.append(one_line(_inline(item.children, depth)))
            continue
        parts = [block for block in _blocks(item, depth) if block.strip()]
        if terms:
            parts = [f"{', '.join(terms)}: {parts[0] if parts else ''}".rstrip(), *parts[1:]]
            terms = []
        if parts:
            yield indented("- ", parts)
    if terms:
        yield indented("- ", [", ".join(terms)])


def _table(tag: Tag, depth: int) -> Iterator[str]:
    caption = tag.find("caption")
    if isinstance(caption, Tag) and _is_seen(caption):
        yield _inline(caption.children, depth)
    rows = [
        ["; ".join(b for b in _blocks(cell, depth) if b.strip()) for cell in _cells(row)]
        for row in tag.find_all("tr")
        if _is_seen(row) and row.find_parent("table") is tag
    ]
    yield table(rows)


def _cells(row: Tag) -> list[Tag]:
    return [cell for cell in row.find_all(["td", "th"], recursive=False) if _is_seen(cell)]


def _inline(parts: object, depth: int) -> str:
    """Return running text; a link is its words, a picture its description."""
    words = "".join(_words(part, depth) for part in parts)  # type: ignore[attr-defined]
    lines = [" ".join(line.split()) for line in words.split("\n")]
    return "\n".join(line for line in lines if line)


def _words(part: PageElement, depth: int) -> str:
    if isinstance(part, PreformattedString):  # comments, declarations, processing instructions
        return ""
    if isinstance(part, NavigableString):
        return re.sub(r"\s+", " ", str(part))
    if not isinstance(part, Tag) or not _is_seen(part):
        return ""
    if depth > _DEEPEST:
        return " ".join(part.stripped_strings)
    match part.name:
        case "br":
            return "\n"
        case "img":
            return str(part.get("alt") or "")
        case "code" | "kbd" | "samp" if part.get_text().strip() and "`" not in part.get_text():
            return f"`{part.get_text().strip()}`"
        case _:
            words = "".join(_words(child, depth + 1) for child in part.children)
    mark = {"strong": "**", "b": "**", "em": "*", "i": "*"}.get(part.name, "")
    bare = words.strip()
    if not mark or not bare or "\n" in bare or bare.startswith("*"):
        return words
    return words.replace(bare, f"{mark}{bare}{mark}", 1)
