"""Decides which steps were moved, and which lines stand beside one that came, went or was moved.

The order of numbered steps means something, and that of numbered headings; no other order does.
"""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from indexing.changes_lines import Line, Outline, is_body, is_numbered
from indexing.changes_pairs import Pairing


def moved_steps(old: Outline, found: Pairing) -> Iterator[tuple[Line, Line]]:
    """Each step that stands elsewhere among its own now, or in another section's list."""
    rows: dict[tuple[int, int], list[Line]] = defaultdict(list)
    for line in old.lines:
        if line.part == "step" and line.opens and line.at in found.to_new:
            rows[line.listed, line.top if line.item != line.top else 0].append(line)
    known = {there: here for here, there in found.sections.items()}
    for steps in rows.values():
        for line in out_of_order(steps, found):
            yield line, found.to_new[line.at]
        for line in steps:
            target = found.to_new[line.at]
            elsewhere = known.get(target.section, line.section) != line.section
            if elsewhere and _other_list(line, target, found):
                yield line, target


def _other_list(line: Line, target: Line, found: Pairing) -> bool:
    """Whether a line's own section is still there, so that the line has left it."""
    return found.sections.get(line.section) != target.section


def moved_headings(old: Outline, found: Pairing) -> Iterator[tuple[Line, Line]]:
    """Each numbered heading that stands elsewhere among its siblings now."""
    for siblings in _numbered_siblings(old):
        kept = [line for line in siblings if line.at in found.to_new]
        if all(is_numbered(found.to_new[line.at].text) for line in kept):
            for line in out_of_order(kept, found):
                yield line, found.to_new[line.at]


def under_siblings(old: Outline, heading: Line) -> list[Line]:
    """Everything under the numbered headings among which this one stands."""
    row = next((row for row in _numbered_siblings(old) if heading in row), [heading])
    return [line for sibling in row for line in old.beneath(sibling)]


def _numbered_siblings(old: Outline) -> list[list[Line]]:
    rows: dict[tuple[str, ...], list[Line]] = defaultdict(list)
    for line in old.lines:
        if line.part == "heading" and is_numbered(line.text):
            rows[old.sections[line.section].headings[: line.level - 1]].append(line)
    return list(rows.values())


def out_of_order(lines: Sequence[Line], found: Pairing) -> list[Line]:
    """The fewest lines without which the others stand in the same order as before.

    All but a longest increasing subsequence, by patience sorting (Fredman, 1975).
    """
    places = [found.to_new[line.at].at for line in lines]
    ends: list[int] = []  # the smallest place on which a run of each length ends
    lengths: list[int] = []
    for place in places:
        length = bisect.bisect_right(ends, place)
        ends[length : length + 1] = [place]
        lengths.append(length)
    out: list[Line] = []
    wanted, limit = len(ends) - 1, float("inf")
    for line, place, length in zip(
        reversed(lines), reversed(places), reversed(lengths), strict=True
    ):
        if length == wanted and place <= limit:
            wanted, limit = wanted - 1, place
        else:
            out.append(line)
    return out[::-1]


def beside_old(old: Outline, line: Line) -> list[Line]:
    """What a change of the list at this line puts in question: the list, or the step it is part of."""
    if not line.item:
        return []
    if line.item != line.top or not line.opens:
        return [other for other in old.lines if other.top == line.top]
    return [*_lead(old, line), *(other for other in old.lines if other.listed == line.listed)]


def beside_new(old: Outline, new: Outline, line: Line, found: Pairing) -> list[Line]:
    """The same of a line that is new: the old list or step that it has come into."""
    if not line.item:
        return []
    if line.item != line.top or not line.opens:
        mates = [other for other in new.lines if other.top == line.top]
        tops = {other.top for other in _counterparts(mates, found)} - {0}
        return [other for other in old.lines if other.top in tops]
    mates = [*_lead(new, line), *(other for other in new.lines if other.listed == line.listed)]
    met = _counterparts(mates, found)
    lists = {other.listed for other in met} - {0}
    joined = {other.at: other for other in met}
    joined.update((other.at, other) for other in old.lines if other.listed in lists)
    return [joined[at] for at in sorted(joined)]


def of_step(old: Outline, line: Line) -> list[Line]:
    """The whole numbered step that a line is part of."""
    return [other for other in old.lines if line.step and other.top == line.top]


def of_section(old: Outline, section: int, found: Pairing) -> list[Line]:
    """The old section that a new one was."""
    known = {there: here for here, there in found.sections.items()}
    return old.of_section(known[section]) if section in known else []


def _lead(side: Outline, line: Line) -> list[Line]:
    lead = side.lines[line.lead] if line.lead >= 0 else None
    return [lead] if lead is not None and is_body(lead) and lead.text.endswith(":") else []


def _counterparts(lines: Iterable[Line], found: Pairing) -> list[Line]:
    return [found.to_old[line.at] for line in lines if line.at in found.to_old]
