"""Decides which tables and lists of an SOP are for a job aid whole: those of limits and of tasks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from learning.modules import Sentence
from review.drafting_verbatim.clauses import Block, Clause
from review.drafting_verbatim.wording import instructs, sets_threshold

_OF_DOCUMENT = re.compile(
    r"(?:document|sop|title|owner|author|version|issue|revision|rev|status|effective|created"
    r"|(?:last |next )?review(?:ed)?|approv\w+|prepared|checked|erstellt|geprüft|freigegeben)\b",
    re.IGNORECASE,
)
FEWEST_ROWS = 2


def limits_of(block: Block) -> Iterator[Sentence]:
    """The lines of a block that is a table or a list of limits, with what announces it.

    That is one of which half hold a limit; of a table's rows some may tell what to do instead.
    Nothing for any other block, and for a table about the document itself.
    """
    rows = [line for line in block.lines if line.form == "row"]
    above = block.lines[: len(block.lines) - len(rows)]
    if not rows:
        yield from _list_of_limits(block)
        return
    if any(line.form == "row" for line in above) or len(rows) <= FEWEST_ROWS:
        return
    head, *told = rows
    told = [row for row in told if row.text != head.text]  # which a cut table has again
    if any(_OF_DOCUMENT.match(cells(row)[0]) for row in rows):
        return
    if 2 * sum(_decides(row) for row in told) < len(told):
        return
    yield from (line.said() for line in above)
    yield from (row.said(" | ".join(cell or "–" for cell in cells(row))) for row in (head, *told))


def _list_of_limits(block: Block) -> Iterator[Sentence]:
    points = [line for line in block.lines if line.form == "point" and line.depth == 0]
    limits = sum(sets_threshold(line.text) for line in points)
    if len(points) >= FEWEST_ROWS and 2 * limits >= len(points):
        yield from (line.said() for line in block.lines)


def cells(row: Clause) -> list[str]:
    """What stands in the cells of a row."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row.text.strip().strip("|"))]


def _decides(row: Clause) -> bool:
    """Whether a row holds a limit or tells what to do; what is only called out does neither."""
    said = [cell for cell in cells(row) if not cell.startswith(('"', "“"))]
    return any(sets_threshold(cell) or instructs(cell) for cell in said)
