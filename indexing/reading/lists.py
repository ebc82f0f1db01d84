"""Decides how lists and tables of other formats are written as Markdown."""

from __future__ import annotations

from collections.abc import Sequence


def indented(marker: str, blocks: Sequence[str]) -> str:
    """Return one list item: its first block after the marker, the others below, set in."""
    pad = " " * len(marker)
    body = "\n".join(blocks) if all("\n" not in b for b in blocks[:1]) else "\n\n".join(blocks)
    lines = body.split("\n")
    return "\n".join(
        [f"{marker}{lines[0]}".rstrip(), *(f"{pad}{line}".rstrip() for line in lines[1:])]
    )


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of cells as a Markdown table, the first row as its head.

    A table of one column only draws a box around text: it becomes paragraphs.
    """
    filled = [[_cell(cell) for cell in row] for row in rows if any(cell.strip() for cell in row)]
    if not filled:
        return ""
    width = max(len(row) for row in filled)
    if width == 1:
        return "\n\n".join(cell.strip() for row in rows for cell in row if cell.strip())
    padded = [[*row, *[""] * (width - len(row))] for row in filled]
    lines = [f"| {' | '.join(row)} |" for row in padded]
    return "\n".join([lines[0], f"|{' --- |' * width}", *lines[1:]])


def _cell(text: str) -> str:
    return "; ".join(line.strip() for line in text.split("\n") if line.strip()).replace("|", "\\|")
