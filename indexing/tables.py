"""Decides how a row of a table is read outside its table: each cell behind its column's name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

NAME = 5
"""Words of a column's name, at most."""


def is_row(text: str) -> bool:
    """Whether a line of a passage is a row of a table."""
    return text.startswith("| ") and text.rstrip().endswith("|")


def with_heads(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """The places of the lines to be told, a row's with the head of its table.

    The head itself is not told where rows follow. A table that was cut has its head in each part.
    """
    for in_table, run in groupby(range(len(lines)), key=lambda at: is_row(lines[at])):
        places = list(run)
        head = lines[places[0]] if in_table and is_head(lines[places[0]]) else ""
        rows = [at for at in places if lines[at] != head]
        for at in rows or places:
            yield at, head if rows else ""


def is_head(row: str) -> bool:
    """Whether a table's first row names its columns: a few words each, and no sentence."""
    cells = _cells(row)
    return bool(cells) and all(
        len(cell.split()) <= NAME and not cell.endswith((".", ";", ":")) for cell in cells
    )


def row_words(head: str, row: str) -> str:
    """`Dish: Caesar salad; Fish: yes` for a row below its head; empty cells go.

    Without a head, or with one that has not as many cells, a row is read without the names.
    """
    names, cells = _cells(head), _cells(row)
    if len(names) != len(cells):
        names = [""] * len(cells)
    said = zip(names, cells, strict=True)
    return "; ".join(f"{name}: {cell}" if name else cell for name, cell in said if cell)


def _cells(row: str) -> list[str]:
    inner = row.strip().removeprefix("|").removesuffix("|")
    return [cell.strip() for cell in inner.split(" | ")] if inner.strip() else []
