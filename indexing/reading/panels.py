"""Decides how the boxes, macros and bold headings of other tools' Markdown are read: as people see them.

Boxes that warn or note (`> [!WARNING]`, `!!! danger "…"`, `:::caution`, `{warning}…{warning}`) become
a paragraph that begins with the word (`Warning: …`); boxes to tick, and what only sets colours or
makes a table of contents, go. Lines in bold are headings in a document that has hardly any others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_KINDS = r"(?:warning|caution|danger|important|attention|error|note|info|tip|hint)"
_QUOTED = re.compile(rf"^(\s{{0,3}}>\s*)\[!({_KINDS})\][+-]?[ \t]*(.*)$", re.IGNORECASE)
_INDENTED = re.compile(
    rf"^(?:!!!|\?\?\?\+?)[ \t]+({_KINDS})\b[^\"\n]*(?:\"([^\"\n]*)\")?[ \t]*$", re.IGNORECASE
)
_COLONS = re.compile(
    rf"^:{{3,}}[ \t]*\{{?({_KINDS})\b\}}?[ \t]*\[?([^\]\n]*)\]?[ \t]*$", re.IGNORECASE
)
_MACRO = re.compile(
    rf"\{{(?P<kind>{_KINDS}|panel)(?::(?P<set>[^}}\n]*))?\}}(?P<text>.*?)\{{(?P=kind)\}}",
    re.IGNORECASE | re.DOTALL,
)
_TITLE = re.compile(r"\btitle=([^|}]*)", re.IGNORECASE)
_COLOURED = re.compile(r"\{colou?r(?::[^}\n]*)?\}", re.IGNORECASE)
_STATUS = re.compile(r"\{status:[^}\n]*?\btitle=([^|\\}\n]*)[^}\n]*\}", re.IGNORECASE)
_SILENT = re.compile(r"\{(?:toc|children|anchor|pagetree)(?::[^}\n]*)?\}", re.IGNORECASE)
_STORED = re.compile(
    r"<ac:parameter\b[^>]*>.*?</ac:parameter>|</?(?:ac|ri):[^>]*>|<!\[CDATA\[|\]\]>", re.DOTALL
)
_STORED_PANEL = re.compile(rf"<ac:structured-macro\b[^>]*ac:name=\"({_KINDS})\"[^>]*>", re.I)
_BOLD = re.compile(r"(?:\*\*|__)(?P<said>[^*_\n][^*\n]{0,88}?)(?:\*\*|__)[ \t]*")
_HEADING = re.compile(r"#{1,6}[ \t]+\S")
_UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*")
_NUMBER = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)\.?[ \t]+\S")
_BOX_TO_TICK = re.compile(r"^(\s*(?:[-*+]|\d{1,3}[.)])\s+)\[[ xX]\]\s+(?=\S)", re.MULTILINE)
_LISTED = re.compile(r"(?:[-*+]|\d{1,3}[.)])\s|```|~~~|\|")
_NO_HEADING = re.compile(
    rf"(?:{_KINDS}|never|do not|don['’]t|no|not|nobody|stop|must|always|step|⚠)\b|⚠|.*[.:;,!?]$",
    re.IGNORECASE,
)
_GENERIC = re.compile(
    r"(?:standard operating procedures?|sop|(?:work|operating) instructions?|procedure|policy)\W*$",
    re.IGNORECASE,
)
FEWEST_BOLD = 3
"""Bold lines from which a document is taken to have its headings in bold."""
LONGEST_HEADING = 10
"""Words of a bold line that can be a heading."""


def without_panels(markdown: str) -> str:
    """Return Markdown (no code) with boxes as paragraphs and macros gone."""
    if "{" in markdown:
        markdown = _MACRO.sub(_macro, markdown)
        markdown = _STATUS.sub(r"\1", _COLOURED.sub("", markdown))
        markdown = _SILENT.sub("", markdown)
    if "<ac:" in markdown:
        markdown = _STORED.sub("", _STORED_PANEL.sub(lambda m: f"{_said(m[1])} ", markdown))
    markdown = _BOX_TO_TICK.sub(r"\1", markdown)
    if not re.search(r"\[!|^(?:!!!|\?\?\?|:::)", markdown, re.MULTILINE):
        return markdown
    return "\n".join(_without_boxes(markdown.split("\n")))


def _said(kind: str) -> str:
    return f"{kind.capitalize()}:"


def _macro(found: re.Match[str]) -> str:
    """`{note:title=Keys}Lock it.{note}` as `Note: Keys. Lock it.`"""
    text = found["text"].strip()
    title = _TITLE.search(found["set"] or "")
    if found["kind"].casefold() == "panel":
        return f"{title[1].strip()}: {text}" if title else text
    own = f"{title[1].strip().rstrip('.:')}. " if title else ""
    return f"{_said(found['kind'])} {own}{text}"


def _without_boxes(lines: list[str]) -> Iterator[str]:
    """The lines; what a box holds stands at the margin, behind its word."""
    box, waiting = "", ""  # how the box at hand is marked; its word, until its first line comes
    for line in lines:
        if box == "indented" and line.strip() and not line.startswith(("    ", "\t")):
            box = ""
        if box == "colons" and re.fullmatch(r":{3,}\s*", line):
            box, line = "", ""
        if quoted := _QUOTED.match(line):
            lead, kind, rest = quoted[1], quoted[2], quoted[3]
            waiting = f"{_said(kind)} "
            if rest.strip():
                yield f"{lead}{waiting}{rest}"
                waiting = ""
            box = "quoted"
            continue
        if opened := _INDENTED.match(line) or _COLONS.match(line):
            box = "colons" if line.startswith(":") else "indented"
            title = (opened[2] or "").strip()
            waiting = " ".join(
                (_said(opened[1]), *([f"{title.rstrip('.:')}."] if title else []), "")
            )
            yield ""
            continue
        if box == "indented":
            line = line.removeprefix("    ").removeprefix("\t")
        if waiting and line.strip(" >"):
            rest, word = line.lstrip(" >"), waiting
            mark, waiting = line[: len(line) - len(rest)], ""
            if _LISTED.match(rest):
                yield f"{mark}{word}"
                yield mark.rstrip()
            else:
                line = f"{mark}{word}{rest}"
        yield line
    if waiting.strip():
        yield waiting.strip()


def with_bold_headings(markdown: str) -> str:
    """Return Markdown whose bold lines are headings where it hardly has others.

    The first one above all text is the title. `3.1` is a level below `3`.
    """
    lines = markdown.split("\n")
    bold = {at: said for at in range(len(lines)) if (said := _bold_heading(lines, at))}
    others = sum(_is_heading(lines, at) for at in range(len(lines)))
    if len(bold) < FEWEST_BOLD or len(bold) < 2 * others:
        return markdown
    titled = any(re.match(r"#[ \t]", line) for line in lines)
    above = True  # whether no text has come yet
    for at, line in enumerate(lines):
        if at not in bold:
            above = above and not line.strip()
            continue
        said = bold[at]
        number = _NUMBER.match(said)
        if above and not titled and number is None:
            if not _GENERIC.match(said):
                lines[at], titled = f"# {said}", True
            continue
        level = min(6, 2 + (number[1].count(".") if number else 0))
        lines[at] = f"{'#' * level} {said}"
    return "\n".join(lines)


def _bold_heading(lines: list[str], at: int) -> str:
    """The words of a bold line that stands alone and reads like a heading, empty for any other."""
    found = _BOLD.fullmatch(lines[at])
    alone = not any(line.strip() for line in (*lines[max(0, at - 1) : at], *lines[at + 1 : at + 2]))
    if not found or not alone:
        return ""
    said = found["said"].strip()
    short = 0 < len(said.split()) <= LONGEST_HEADING
    return said if short and not _NO_HEADING.match(said) else ""


def _is_heading(lines: list[str], at: int) -> bool:
    under = at > 0 and lines[at - 1].strip() and _UNDERLINE.fullmatch(lines[at])
    return bool(_HEADING.match(lines[at]) or under)
