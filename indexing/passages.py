"""Decides where a document is cut: passages follow its headings, and a step stays whole.

Markdown is read by markdown-it-py. A passage's text is what is shown and quoted: plain words,
list numbers and line structure kept, links reduced to their words, HTML dropped.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from indexing.nouns import Passage
from indexing.units import sentences

LIMIT = 120
"""Words in a passage unless one step alone has more.

Of 60, 90, 120, 150 and 200, this many found most within 1,000 words without losing in the first
300, and with its headings it still fits one window of the embedding model.
"""
LONGEST_STEP = 400
"""Words above which even a step is cut, at the end of a sentence."""
LONGEST_CODE = 40
"""Lines of an example that stay together."""
LONGEST_SENTENCE = 200
"""Words above which a run of text without an end is cut between words."""

_MARKDOWN = MarkdownIt("commonmark").enable("table")
# Control characters, and the marks that turn the direction of the text around them.
_UNWANTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_ENUMERATED = re.compile(
    r"\s*(?:(?:\(?(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|[ivx]{1,4}|[IVX]{1,5})[.)]|[•·▪–*-])\s"
    r"|\d{1,2}(?:\.\d{1,2})+\s+(?=[A-ZÀ-Þ])|[A-Z]\.\d{1,2}[.)]?\s+(?=[A-ZÀ-Þ])"
    r"|(?:Step|STEP|Schritt) \d{1,2}\s?[.:)–—-](?:\s+(?=[A-ZÀ-Þ])|$))"
)
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class _Atom:
    """Text that is never cut. `gap` is what parts it from the atom before it."""

    text: str
    gap: str
    with_next: bool = False
    repeat: str = ""  # a table's head, shown again where the table is cut

    @property
    def words(self) -> int:
        return len(self.text.split())


@dataclass(slots=True)
class _Section:
    headings: tuple[str, ...]
    atoms: list[_Atom] = field(default_factory=list)


def split(title: str, markdown: str, limit: int = LIMIT) -> tuple[Passage, ...]:
    """The passages of a document, in its order."""
    passages: list[Passage] = []
    for section in _sections(title, markdown):
        for text in _packed(section.atoms, limit):
            name = section.headings[-1] if section.headings else title
            passages.append(Passage(len(passages), name, section.headings, text))
    return tuple(passages)


def searchable(title: str, passage: Passage) -> str:
    """What keyword search and embeddings read: title and heading path with the text."""
    return "\n".join((title, *passage.headings, passage.text))


def _sections(title: str, markdown: str) -> Iterator[_Section]:
    """Sections in order; one without words of its own is only part of the path below it."""
    path: list[tuple[int, str]] = []
    section = _Section(())
    readable = _UNWANTED.sub("", markdown.replace("\r\n", "\n"))
    for node in SyntaxTreeNode(_MARKDOWN.parse(readable)).children:
        if node.type != "heading":
            section.atoms.extend(_atoms(node))
            continue
        level, heading = int(node.tag[1]), " ".join(_inline(node.children[0]).split())
        deeper = bool(section.headings) and level > path[-1][0] if path else False
        yield from _kept(section, leaf=not deeper)
        path = [step for step in path if step[0] < level]
        if heading:
            path.append((level, heading))
        names = [name for _, name in path]
        # The first heading of a document usually is its title, which the document bears already.
        if names and names[0].casefold() == title.casefold():
            names = names[1:]
        section = _Section(tuple(names))
    yield from _kept(section, leaf=True)


def _kept(section: _Section, *, leaf: bool) -> Iterator[_Section]:
    if section.atoms:
        yield section
    elif leaf and section.headings:
        # A heading that nothing follows is still something the document says.
        yield _Section(section.headings, [_Atom(section.headings[-1], "")])


def _atoms(node: SyntaxTreeNode) -> Iterator[_Atom]:
    """A top-level block as the pieces that may not be cut."""
    match node.type:
        case "paragraph":
            yield from _of_sentences(_inline(node.children[0]), "\n\n")
        case "bullet_list" | "ordered_list":
            for index, item in enumerate(node.children):
                text = _item(item, _marker(node, index))
                gap = "\n" if index else "\n\n"
                if len(text.split()) > LONGEST_STEP:
                    yield from _of_sentences(text, gap)
                else:
                    yield _Atom(text, gap)
        case "table":
            rows = [_row(row) for part in node.children for row in part.children]
            yield _Atom(rows[0], "\n\n", with_next=True)
            for row in rows[1:]:
                yield _Atom(row, "\n", repeat=rows[0])
        case "blockquote":
            for child in node.children:
                yield from _atoms(child)
        case "fence" | "code_block":
            code = node.content.rstrip("\n")
            lines = [f"    {line}" for line in code.split("\n")] if code.strip() else []
            for index in range(0, len(lines), LONGEST_CODE):
                gap = "\n" if index else "\n\n"
                yield _Atom("\n".join(lines[index : index + LONGEST_CODE]), gap)
        case "html_block":
            yield from _of_sentences(_html_words(node.content), "\n\n")
        case "heading":  # inside a quotation: a line like any other
            yield from _of_sentences(_inline(node.children[0]), "\n\n")
        case _:
            return


def _of_sentences(text: str, gap: str) -> Iterator[_Atom]:
    """Sentences as atoms; the last one stays with what follows when it announces it (`:`)."""
    spans = [part for span in _pieces(text) for part in _cut_between_words(text, *span)]
    before = 0
    for index, (start, end) in enumerate(spans):
        announces = index == len(spans) - 1 and text[start:end].endswith(":")
        yield _Atom(text[start:end], text[before:start] if index else gap, announces)
        before = end


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """The sentences of a text; a line that is a step or point by its own mark stays whole."""
    whole = 0  # where the last such line ends
    for start, end in sentences(text):
        if start < whole:
            continue
        line = text.find("\n", start)
        line = len(text.rstrip()) if line < 0 else line
        begins = start == 0 or text[start - 1] == "\n"
        if begins and _ENUMERATED.match(text, start) and text.count(" ", start, line) < LIMIT:
            whole = line
            yield start, line
        else:
            yield start, end


def _cut_between_words(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence as it is, or one without end in parts."""
    words = list(_WORD.finditer(text, start, end))
    if len(words) <= LONGEST_SENTENCE:
        yield start, end
        return
    for first in range(0, len(words), LIMIT):
        part = words[first : first + LIMIT]
        yield part[0].start(), part[-1].end()


def _item(item: SyntaxTreeNode, marker: str) -> str:
    """A list item with everything under it, as indented lines."""
    lines: list[str] = []
    for child in item.children:
        match child.type:
            case "bullet_list" | "ordered_list":
                for index, inner in enumerate(child.children):
                    lines.extend(_item(inner, _marker(child, index)).split("\n"))
            case _:
                for index, atom in enumerate(_atoms(child)):
                    glue = atom.gap if index else ""
                    if glue and "\n" not in glue:
                        first, *rest = atom.text.split("\n")
                        lines[-1] += glue + first
                        lines.extend(rest)
                    else:
                        lines.extend(atom.text.split("\n"))
    first, rest = (lines[0], lines[1:]) if lines else ("", [])
    indent = " " * len(marker)
    return "\n".join([marker + first, *(indent + line for line in rest)]).rstrip()


def _marker(node: SyntaxTreeNode, index: int) -> str:
    if node.type == "bullet_list":
        return "- "
    return f"{int(node.attrs.get('start', 1)) + index}. "


def _row(row: SyntaxTreeNode) -> str:
    cells = (" ".join(_inline(c.children[0]).split()) if c.children else "" for c in row.children)
    return f"| {' | '.join(cells)} |"


def _inline(node: SyntaxTreeNode) -> str:
    """The words of inline Markdown: marks, links' addresses and HTML gone."""
    said: list[str] = []
    for child in node.children:
        match child.type:
            case "text" if not child.content:  # between a line break and bold words
                continue
            case "text" | "code_inline":
                text = child.content
                # A line break inside a paragraph means nothing, unless the next line counts on it.
                if said and said[-1] == "\n" and not _ENUMERATED.match(text):
                    said[-1] = " "
                said.append(text)
            case "softbreak":
                said.append("\n")
            case "hardbreak":
                said.append("\n\n")
            case "html_inline":
                said.append("\n\n" if child.content.startswith("<br") else "")
            case _:
                said.append(_inline(child))
    text = "".join(" " if piece == "\n" else piece for piece in _settled(said))
    return re.sub(r"[ \t]*\n+[ \t]*", "\n", re.sub(r"[ \t]+", " ", text)).strip()


def _settled(said: list[str]) -> Iterator[str]:
    for index, piece in enumerate(said):
        if piece == "\n" and index + 1 < len(said) and _ENUMERATED.match(said[index + 1]):
            yield "\n\n"
        else:
            yield piece


def _html_words(html: str) -> str:
    soup = BeautifulSoup(html, "html.parser")
    for hidden in soup(["script", "style", "template"]):
        hidden.decompose()
    return " ".join(soup.get_text(" ").split())


def _packed(atoms: list[_Atom], limit: int) -> Iterator[str]:
    """Atoms put together to texts of about equal length, none above the limit if it can be."""
    left = sum(atom.words for atom in atoms)
    share = left / max(1, math.ceil(left / limit))
    held: list[_Atom] = []
    words = 0
    for group in _groups(atoms):
        size = sum(atom.words for atom in group)
        # Closing here leaves the passage nearer to its share than going on would.
        if held and (words + size > limit or words + size / 2 > share):
            yield _joined(held)
            left -= words
            share = left / max(1, math.ceil(left / limit))
            held, words = [], 0
        held.extend(group)
        words += size
    if held:
        yield _joined(held)


def _groups(atoms: list[_Atom]) -> list[list[_Atom]]:
    """Atoms that stay together: a line that announces a list stands with its first item."""
    groups: list[list[_Atom]] = []
    for index, atom in enumerate(atoms):
        if index and atoms[index - 1].with_next:
            groups[-1].append(atom)
        else:
            groups.append([atom])
    return groups


def _joined(atoms: list[_Atom]) -> str:
    first = atoms[0]
    head = f"{first.repeat}\n" if first.repeat else ""
    return head + first.text + "".join(atom.gap + atom.text for atom in atoms[1:])
