"""Decides how Markdown and plain text are read: front matter apart, comments out, boxes as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile

import yaml
from markdown_it import MarkdownIt

from indexing.governance import Value
from indexing.governance_file import fields_of, parse
from indexing.problems import Problem
from indexing.reading import Read
from indexing.reading.encoding import decoded
from indexing.reading.panels import with_bold_headings, without_panels
from indexing.reading.sections import with_lone_headings, with_numbered_sections
from indexing.visible import one_line, visible

_BLOCKS = MarkdownIt("commonmark", {"html": True})
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_KEY = re.compile(r"[A-Za-z_]+\s*:(\s|$)")
_SHOUTED = re.compile(r"[^a-z]{3,80}")
_NUMBERED = re.compile(r"\s*\d")
_SECTION = re.compile(r"\d{1,2}(?:\.\d{1,2})*[.)]?\s")
_IDENTIFIES = re.compile(
    r"\b(?:document|doc|sop|version|issue|rev(?:ision)?|no|number|nr|ref|date|owner|author|page)\b",
    re.IGNORECASE,
)


def read_markdown(raw: bytes, uri: str) -> Read | Problem:
    """Read Markdown with or without YAML front matter; without a heading it is read as plain text."""
    text = decoded(raw, uri)
    if isinstance(text, Problem):
        return text
    split = split_front_matter(visible(text), uri)
    if isinstance(split, Problem):
        return split
    fields, body = split
    body = as_seen(without_comments(body))
    if not any(_headings(body)) and not _FENCE.search(body):
        body = _with_plain_headings(body)
    return Read(body, first_heading(body), "markdown", fields)


def read_text(raw: bytes, uri: str) -> Read | Problem:
    """Read plain text as Markdown; a line in capitals between empty ones is a heading.

    So is a numbered one that is a section's name; capitals above all text are the title.
    """
    text = decoded(raw, uri)
    if isinstance(text, Problem):
        return text
    split = split_front_matter(visible(text), uri)
    if isinstance(split, Problem):
        return split
    fields, body = split
    body = _with_plain_headings(body)
    return Read(body, first_heading(body), "text", fields)


def _with_plain_headings(text: str) -> str:
    lines = _with_headings(_with_title(text.split("\n")))
    return with_lone_headings(with_numbered_sections("\n".join(lines)))


def split_front_matter(text: str, uri: str) -> tuple[dict[str, Value] | Problem, str] | Problem:
    """Return the front matter's fields and the text below it.

    A first line `---` that no `key:` follows is a rule across the page, not front matter.
    """
    lines = text.split("\n")
    if lines[0].rstrip() != "---" or len(lines) < 2:
        return {}, text
    starts_like_fields = next((bool(_KEY.match(x)) for x in lines[1:] if x.strip()), False)
    end = next((n for n, x in enumerate(lines[1:], 1) if x.rstrip() in ("---", "...")), None)
    if end is None:
        unclosed = Problem("yaml", file=uri, line=1, value="no closing --- line")
        return unclosed if starts_like_fields else ({}, text)
    body = "\n".join(lines[end + 1 :])
    root = parse("\n".join(lines[1:end]), uri)
    if isinstance(root, Problem):
        if not starts_like_fields:
            return {}, text
        line = None if root.line is None else root.line + 1
        return Problem("yaml", file=uri, line=line, value=root.value), body
    if root is None:
        return {}, body
    if isinstance(root, yaml.ScalarNode):
        return {}, text
    return fields_of(root, uri, above=1), body


def without_comments(markdown: str) -> str:
    """Return the text without HTML comments, which no reader sees; code blocks stay as they are."""
    if "<!--" not in markdown:
        return markdown
    parts: list[str] = []
    for is_code, text in _by_fence(markdown):
        parts.append(text if is_code else re.sub(r"<!--.*?(?:-->|\Z)", "", text, flags=re.DOTALL))
    return "\n".join(parts)


def as_seen(markdown: str) -> str:
    """Return the text with other tools' boxes and headings as Markdown; code stays as it is."""
    parts = (text if is_code else without_panels(text) for is_code, text in _by_fence(markdown))
    return with_bold_headings(with_numbered_sections("\n".join(parts)))


def _by_fence(markdown: str) -> Iterator[tuple[bool, str]]:
    """Yield runs of lines, each with whether it is a fenced code block."""
    run: list[str] = []
    fence = ""
    for line in markdown.split("\n"):
        found = _FENCE.match(line)
        if not fence and found:
            if run:
                yield False, "\n".join(run)
            run, fence = [line], found[1]
        elif fence and found and found[1].startswith(fence) and line.strip() == found[1]:
            yield True, "\n".join([*run, line])
            run, fence = [], ""
        else:
            run.append(line)
    if run:
        yield bool(fence), "\n".join(run)


def first_heading(markdown: str) -> str:
    """Return the words of the first heading, or nothing; a numbered section's name is no title."""
    tag, words = next(_headings(markdown), ("", ""))
    return "" if tag != "h1" and _SECTION.match(words) else words


def _headings(markdown: str) -> Iterator[tuple[str, str]]:
    """Yield the kind and the words of each heading that has any."""
    tokens = _BLOCKS.parse(markdown[:20_000])
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            words = "".join(
                part.content if part.type in ("text", "code_inline") else " "
                for part in tokens[number + 1].children or []
                if part.type in ("text", "code_inline", "softbreak")
            )
            if one_line(words):
                yield token.tag, one_line(words)


def _with_title(lines: list[str]) -> list[str]:
    """The lines; of several in capitals above all text, the last one is the title.

    Behind them may stand what identifies the document: `Document no. 11, issue 3`.
    """
    first = next((at for at, line in enumerate(lines) if line.strip()), len(lines))
    end = next((at for at in range(first, len(lines)) if not lines[at].strip()), len(lines))
    head = lines[first:end]
    names = list(takewhile(_is_shouted, head))
    about = head[len(names) :]
    if not names or len(head) < 2 or any(map(_NUMBERED.match, names)):
        return lines
    if not all(map(_IDENTIFIES.search, about)):
        return lines
    at = first + len(names) - 1
    return [*lines[:at], "", f"# {names[-1].strip()}", "", *lines[at + 1 :]]


def _is_shouted(line: str) -> bool:
    return bool(_SHOUTED.fullmatch(line.strip())) and sum(map(str.isupper, line)) >= 3


def _with_headings(lines: list[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        alone = not any(x.strip() for x in lines[max(number - 1, 0) : number]) and not any(
            x.strip() for x in lines[number + 1 : number + 2]
        )
        titled = any(below.startswith("# ") for below in lines[number + 1 : number + 3])
        heading = alone and not titled and _is_shouted(line) and not line.startswith("#")
        yield f"## {line.strip()}" if heading else line
