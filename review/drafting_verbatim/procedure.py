"""Decides what else than a numbered list is a step: a heading, a paragraph or a row that counts.

Headings (`## Step 1 – …`), and the marks that `indexing/marks.py` knows; those which may count
anything where half of them tell what to do. What stands between two steps belongs to the first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from indexing.marks import (
    FEWEST,
    FEWEST_WORDED,
    GOES_ON,
    MARKS,
    MAY_COUNT_ANYTHING,
    STEP_WORD,
    counted,
    number_of,
)
from review.drafting_verbatim.clauses import Block, Clause, Part, SopStep
from review.drafting_verbatim.wording import announces, instructs, label, section_name

_HEADING = re.compile(rf"{STEP_WORD}\s+(\d{{1,2}}|[IVX]{{1,5}})\b[\s.:)–—-]*", re.IGNORECASE)
_CELL = re.compile(r"[^|]*[^|\s]")
_BLANK = re.compile(r"[\W_]*")
"""A cell that says nothing: a dash, a line to sign on."""
_COUNTS = re.compile(
    rf"\|\s*(?:{STEP_WORD}s?|#|nr\.?|no\.?|number|order)?\s*(?:no\.?|nr\.?|#)?\s*\|", re.IGNORECASE
)
_DAY = re.compile(
    r"\|\s*(?=\S)(?=(?:T|D|WD|BD|(?:working |business )?day|tag)\s?(?P<sign>[+−–-]?)\s?"
    r"(?P<count>\d{1,3})\b[^|]*\|)",
    re.IGNORECASE,
)
"""A row of a calendar, up to its day, which the step keeps as a line: `| T-3 | Lock the list. |`"""
_UNCOUNTED = re.compile(r"(?:next|then|now|after that|afterwards|to start)\b", re.IGNORECASE)
"""How a paragraph may go on that is a step without a number: `First, … Next, … Finally, …`."""


def with_all_steps(parts: Sequence[Part]) -> Iterator[Part]:
    """The parts of a document, all its steps among them, each with what belongs to it."""
    found = list(_headed(parts))
    before: tuple[str, int] = ("", 0)
    for _, section in groupby(found, key=lambda part: part.head.passage.headings):
        own = list(section)
        if not any(isinstance(part, SopStep) for part in own):
            kind, own = _counted([part for part in own if isinstance(part, Block)], before)
            before = (kind, _lastnumber_of(own)) if kind else before
        yield from _together(own)


def step_of_heading(heading: str) -> int | None:
    """The number of a heading that is a step's: `Step 2 – Check the lists`."""
    found = _HEADING.match(section_name(heading))
    return number_of(found[1]) if found else None


def _headed(parts: Sequence[Part]) -> Iterator[Part]:
    """Sections that are steps by their headings; one that has numbered steps is left to those."""
    steps = _step_headings(parts)
    for heading, found in groupby(parts, key=lambda part: _under(part, steps)):
        own = list(found)
        if not heading or any(isinstance(part, SopStep) for part in own):
            yield from own
            continue
        lines = tuple(line for part in own for line in part.lines)
        yield SopStep(steps[heading], heading[-1], lines, headed=True)


def _step_headings(parts: Sequence[Part]) -> dict[tuple[str, ...], int]:
    """The paths of headings that count on from each other, with their numbers."""
    found: dict[tuple[str, ...], int] = {}
    for part in parts:
        headings = part.head.passage.headings
        for at, heading in enumerate(headings):
            if number := step_of_heading(heading):
                found.setdefault(headings[: at + 1], number)
                break
    by_parent: dict[tuple[str, ...], list[int]] = {}
    for path, number in found.items():
        by_parent.setdefault(path[:-1], []).append(number)
    counting = {parent for parent, numbers in by_parent.items() if len(numbers) >= FEWEST}
    return {path: number for path, number in found.items() if path[:-1] in counting}


def _under(part: Part, steps: Mapping[tuple[str, ...], int]) -> tuple[str, ...]:
    """The step's heading that a part stands below, empty for none."""
    headings = part.head.passage.headings
    paths = (headings[:end] for end in range(1, len(headings) + 1))
    return next((path for path in paths if path in steps), ())


def _counted(blocks: Sequence[Block], before: tuple[str, int]) -> tuple[str, list[Part]]:
    """A section without numbered steps, its paragraphs or rows that count made steps.

    With the kind of their marks, empty where none count. `before`: the kind that counted last, and
    how far.
    """
    placed = [(block, line) for block in blocks for line in block.lines]
    said = ["" if line.form == "code" or line.depth else line.quote for _, line in placed]
    for kind, mark in MARKS.items():
        known = before[1] if kind == before[0] and kind in GOES_ON else 0
        first, at = counted(said, kind, known)
        if len(at) < (1 if first > 1 else FEWEST):
            continue
        if kind == "row" and not _has_counting_head(placed[: at[0]]):
            continue
        if kind == "ordinal" and (
            len(at) < FEWEST_WORDED or any(_UNCOUNTED.match(line.quote) for _, line in placed)
        ):
            continue
        if kind in MAY_COUNT_ANYTHING and not _act([placed[n][1] for n in at], mark, kind):
            continue
        return kind, _regrouped(placed, at, mark, first)
    at = _days([line for _, line in placed])
    return "", _regrouped(placed, at, _DAY, 1) if at else list(blocks)


def _days(lines: Sequence[Clause]) -> list[int]:
    """The rows of a calendar: they begin with days that follow each other, and tell what to do."""
    at = [n for n, line in enumerate(lines) if line.form == "row" and _DAY.match(line.quote)]
    days = [_day(found) for n in at if (found := _DAY.match(lines[n].quote))]
    follow = all(one <= other for one, other in pairwise(days))
    acting = sum(any(map(_acts, re.split(r"\s*\|\s*", lines[n].quote))) for n in at)
    return at if len(at) >= FEWEST_WORDED and follow and 2 * acting >= len(at) else []


def _day(found: re.Match[str]) -> int:
    return -int(found["count"]) if found["sign"] in ("-", "−", "–") else int(found["count"])


def _act(lines: Sequence[Clause], mark: re.Pattern[str], kind: str) -> bool:
    """Whether half of the lines tell what to do, behind their marks and a condition.

    Of `B.1`, `B.2` a quarter does: policies hardly count so.
    """
    said = [line.quote[found.end() :] for line in lines if (found := mark.match(line.quote))]
    least = 4 if kind == "lettered" else 2
    return least * sum(_acts(each) for each in said) >= len(said)


def _acts(said: str) -> bool:
    parts = (said, label(said)[1], *re.split(r",\s+", said)[1:2])
    return any(instructs(part) for part in parts)


def _lastnumber_of(parts: Sequence[Part]) -> int:
    """The number of the last step, 0 without one."""
    return max((part.number for part in parts if isinstance(part, SopStep)), default=0)


def _has_counting_head(before: Sequence[tuple[Block, Clause]]) -> bool:
    return bool(before) and _COUNTS.match(before[-1][1].quote) is not None


def _regrouped(
    placed: Sequence[tuple[Block, Clause]], at: Sequence[int], mark: re.Pattern[str], counted: int
) -> list[Part]:
    """What precedes the first mark, the steps, and what follows the last one's own paragraph."""
    last = placed[at[-1]][0]
    end = next((n for n in range(at[-1], len(placed)) if placed[n][0] is not last), len(placed))
    head = placed[at[0] - 1][1].quote if at[0] else ""
    parts: list[Part] = list(_blocks(placed[: at[0]], head))
    rows = [_after(mark, placed[n][1]) for n in at if placed[n][1].form == "row"]
    column = _head_column(rows)
    for number, (first, stop) in enumerate(pairwise([*at, end]), counted):
        line = placed[first][1]
        found = mark.match(line.quote)
        assert found is not None
        rest = [own for _, own in placed[first + 1 : stop] if own.quote != head]
        worded = found[1].isalpha() and len(found[1]) > 1 and mark is MARKS["ordinal"]
        own = line if worded else _after(mark, line)
        lines = _cells(own, column) if line.form == "row" else [own]
        below = [replace(each, depth=each.depth + 1) for each in rest]
        parts.append(SopStep(number, line.section, (*lines, *below)))
    parts.extend(_blocks(placed[end:], ""))
    return parts


def _after(mark: re.Pattern[str], line: Clause) -> Clause:
    """A line without its mark."""
    found = mark.match(line.quote)
    return replace(line, start=line.start + found.end()) if found else line


def _blocks(placed: Sequence[tuple[Block, Clause]], head: str) -> Iterator[Block]:
    """The paragraphs as they were, without a table's head."""
    for _, found in groupby(placed, key=lambda each: id(each[0])):
        lines = tuple(line for _, line in found if not (line.form == "row" and line.quote == head))
        if lines:
            yield Block(lines)


def _cells(row: Clause, head: int) -> list[Clause]:
    """The cells of a row that say something, each a line of the step; first that of column `head`."""
    cells = [
        replace(
            row,
            start=row.start + found.start() + len(found.group()) - len(found.group().lstrip()),
            end=row.start + found.end(),
            form="prose" if n == head else "cell",
            depth=int(n != head),
        )
        for n, found in enumerate(_CELL.finditer(row.quote))
        if n == head or not _BLANK.fullmatch(found.group())
    ]
    return sorted(cells, key=lambda cell: cell.depth)


def _head_column(rows: Sequence[Clause]) -> int:
    """The column that tells what to do: the first one unless another does more often."""
    acts = Counter(
        n
        for row in rows
        for n, found in enumerate(_CELL.finditer(row.quote))
        if _acts(found.group().strip())
    )
    return max(acts, key=lambda n: (acts[n], -n), default=0)


def _together(parts: Sequence[Part]) -> Iterator[Part]:
    """Steps with what stands between them and the next one, or below one that announces it."""
    at = 0
    while at < len(parts):
        part = parts[at]
        at += 1
        if isinstance(part, Block):
            yield part
            continue
        between: list[Part] = []
        while at + len(between) < len(parts) and isinstance(parts[at + len(between)], Block):
            between.append(parts[at + len(between)])
        after = parts[at + len(between)] if at + len(between) < len(parts) else None
        if not (isinstance(after, SopStep) and after.number == part.number + 1):
            last = part.lines[-1]
            between = [each for each in between[:1] if _belongs(last, each)]
        at += len(between)
        more = [replace(line, depth=line.depth + 1) for each in between for line in each.lines]
        yield replace(part, lines=(*part.lines, *more))


def _belongs(last: Clause, block: Part) -> bool:
    """Whether what follows the last step of a list is what that announces, or an example to copy."""
    form = block.head.form
    return form == "code" or (form != "prose" and announces(last.text))
