"""Edits that change how a document looks and nothing that it says."""

from __future__ import annotations

import random
import re
import textwrap

from benchmarks.raw_markdown import (
    HEADING,
    OPENS_BLOCK,
    SENTENCE,
    SIMPLE,
    Document,
    Plant,
    Planted,
    outside_code,
    whole,
    with_text,
)


def _rewrapped(document: Document, rng: random.Random) -> str:
    lines = list(document.lines)
    width = rng.choice((50, 64, 110))
    for block in reversed(document.blocks):
        held = document.lines[block.start : block.own]
        if block.kind == "row" or any(line.endswith(("  ", "\\")) for line in held):
            continue
        pad = " " * len(block.prefix)
        wrapped = textwrap.wrap(
            block.text, width, break_long_words=False, break_on_hyphens=False,
            initial_indent=block.prefix, subsequent_indent=pad,
        )  # fmt: skip
        if not any(OPENS_BLOCK.match(line) for line in wrapped[1:]):
            lines[block.start : block.own] = wrapped
    return "\n".join(lines)


def _typographic(document: Document, rng: random.Random) -> str:
    def change(line: str) -> str:
        parts = re.split(r"(`[^`]*`|\]\([^)]*\)|<[^>]*>)", line)
        for number in range(0, len(parts), 2):
            curled = re.sub(r"(?<=\w)'(?=\w)", "’", parts[number])
            curled = re.sub(r'(?<!\w)"(?=\w)', "“", curled)
            parts[number] = re.sub(r'(?<=[\w.,!?])"', "”", curled).replace(" - ", " – ")
        return "".join(parts)

    return outside_code(document.raw, change)


def _other_targets(document: Document, rng: random.Random) -> str:
    raw = re.sub(r"(\]\()[^)\s]+(\))", r"\1https://wiki.example.com/moved\2", document.raw)
    return re.sub(r"(?m)^(\[[^\]]+\]: +)\S+", r"\1https://wiki.example.com/moved", raw)


def _front_matter(document: Document, rng: random.Random) -> str:
    fields = 'version: "7"\nowner: someone@example.com\nversion_on: 2026-11-02\n'
    if document.raw.startswith("---\n"):
        return document.raw.replace("---\n", "---\nurgent: call the desk\n", 1)
    return f"---\n{fields}---\n{document.raw}"


def _heading_capitals(document: Document, rng: random.Random) -> str:
    change = rng.choice((str.upper, str.lower, str.title))

    def heading(line: str) -> str:
        return change(line) if HEADING.match(line) and "`" not in line else line

    return outside_code(document.raw, heading)


def _bullets(document: Document, rng: random.Random) -> str:
    other = {"*": "-", "-": "*", "+": "-"}

    def change(line: str) -> str:
        found = re.match(r"( *)([-*+])( +\S)", line)
        return f"{found[1]}{other[found[2]]}{line[found.end(2) :]}" if found else line

    return outside_code(document.raw, change)


def _brackets(document: Document, rng: random.Random) -> str:
    return outside_code(document.raw, lambda line: re.sub(r"^(\d{1,3})\.(?= )", r"\1)", line))


def _emphasised(document: Document, rng: random.Random) -> str:
    def change(line: str) -> str:
        return re.sub(r"^((?:\d{1,3}\.|-) |)([A-Z][a-z]+)(?= [a-z])", r"\1**\2**", line)

    return outside_code(document.raw, change)


def _spaced(document: Document, rng: random.Random) -> str:
    raw = re.sub(r"\n\n", "\n\n\n", document.raw)
    return outside_code(raw, lambda line: line.rstrip() + (" " if line.strip() else ""))


def _end_marks(document: Document, rng: random.Random) -> str:
    """List items end with a full stop, or no longer do; a colon for a comma."""
    lines = list(document.lines)
    for block in document.blocks:
        if block.kind in {"bullet", "step"}:
            last = lines[block.own - 1].rstrip()
            lines[block.own - 1] = last[:-1] if last.endswith(".") else last
            if last[-1:].isalnum():
                lines[block.own - 1] = f"{last}."
    return "\n".join(lines)


def _commented(document: Document, rng: random.Random) -> str:
    return f"{document.raw}\n\n<!-- reviewed on 2026-11-02, next 5 days: must not change -->\n"


def _sentences_joined(document: Document, rng: random.Random) -> Planted | None:
    for block in rng.sample(document.blocks, len(document.blocks)):
        parts = SENTENCE.split(block.text)
        if block.kind != "row" and len(parts) > 1 and re.match(r"[A-Z][a-z]+ [a-z]", parts[1]):
            if not (SIMPLE.fullmatch(parts[0]) and SIMPLE.fullmatch(parts[1])):
                continue
            joint = f"{parts[0][:-1]}; {parts[1][0].lower()}{parts[1][1:]}"
            text = " ".join([joint, *parts[2:]])
            return Planted(with_text(document, block, text), parts[1], block.section)
    return None


COSMETIC: dict[str, Plant] = {
    "lines wrapped": whole(_rewrapped),
    "typographic marks": whole(_typographic),
    "link targets": whole(_other_targets),
    "front matter": whole(_front_matter),
    "heading capitals": whole(_heading_capitals),
    "bullets": whole(_bullets),
    "numbers' brackets": whole(_brackets),
    "emphasis": whole(_emphasised),
    "white space": whole(_spaced),
    "end marks": whole(_end_marks),
    "comment": whole(_commented),
    "sentences joined by a mark": _sentences_joined,
}
