"""Decides what of a section belongs together: a list, a table's rows, the sentences of a paragraph."""

from __future__ import annotations

from collections.abc import Sequence

from indexing.fits import Fit
from indexing.marks import is_marked

FEWEST = 2
"""Paragraphs from which some that begin with a mark are taken to count."""
BETWEEN = 3
"""Paragraphs and examples that may stand between two steps of one procedure."""


def list_of(section: Sequence[Fit], item: Fit) -> list[Fit]:
    """The whole list that an item stands in, with what stands between its steps."""
    first = last = section.index(item)
    while (before := _beside(section, first, -1)) is not None:
        first = before
    while (after := _beside(section, last, 1)) is not None:
        last = after
    return list(section[first : last + 1])


def _beside(section: Sequence[Fit], at: int, way: int) -> int | None:
    """Where the list goes on from an item, in this direction: the next number, or the next point."""
    step = section[at].step
    reach = 1 if step is None else BETWEEN + 1
    for place in range(at + way, at + way * (reach + 1), way):
        if not 0 <= place < len(section):
            return None
        other = section[place]
        if step is None:
            alike = other.listed and other.step is None and other.row == section[at].row
            return place if alike else None
        if other.step is not None:
            return place if other.step == step + way else None
    return None


def paragraph_of(section: Sequence[Fit], fit: Fit) -> list[Fit]:
    """The sentences of one paragraph: half of it may say the opposite of what all of it does."""
    if fit.listed:
        return [fit]
    first = last = section.index(fit)
    while first > 0 and _goes_on(section[first - 1], section[first]):
        first -= 1
    while last + 1 < len(section) and _goes_on(section[last], section[last + 1]):
        last += 1
    return list(section[first : last + 1])


def counted_run(section: Sequence[Fit], fit: Fit) -> list[Fit]:
    """The paragraphs about a sentence that count, `1.1 …`, `1.2 …`, from the first to the last."""
    starts = [one.at for one in section if not one.listed and is_marked(one.text)]
    if len(starts) < FEWEST or fit.at < starts[0]:
        return []
    last = paragraph_of(section, section[starts[-1]])[-1].at
    return list(section[starts[0] : last + 1]) if fit.at <= last else []


def announced_by(section: Sequence[Fit], paragraph: Sequence[Fit]) -> list[Fit]:
    """The list below a paragraph that announces it (`…:`), without which that says nothing."""
    after = paragraph[-1].at + 1
    if paragraph[-1].listed or not paragraph[-1].text.endswith(":") or after >= len(section):
        return []
    return list_of(section, section[after]) if section[after].listed else []


def _goes_on(one: Fit, following: Fit) -> bool:
    """Whether a sentence stands in the paragraph of the one before, as far as that is known.

    Passages may be cut within a paragraph: across them it goes on.
    """
    if one.listed or following.listed:
        return False
    if one.passage is not following.passage:
        return True
    return "\n" not in one.passage.text[one.unit.end : following.unit.start]


def announcement_of(section: Sequence[Fit], fit: Fit) -> list[Fit]:
    """The line that ends in a colon above a list's item."""
    if not fit.listed:
        return []
    before = section[max(list_of(section, fit)[0].at - 1, 0)]
    return [before] if before.text.endswith(":") and not before.listed else []


def outwards(units_in_order: Sequence[Fit], at: int) -> list[Fit]:
    """The units from a place outwards, what follows it before what precedes it."""
    outwards = [units_in_order[at]]
    for distance in range(1, len(units_in_order)):
        for place in (at + distance, at - distance):
            if 0 <= place < len(units_in_order):
                outwards.append(units_in_order[place])
    return outwards


def rest_of(section: Sequence[Fit], shown: set[int]) -> list[Fit]:
    """The steps and points that a section's lists have beside those of them that are shown."""
    lists = [list_of(section, fit) for fit in section if fit.listed and fit.at in shown]
    rest = {fit.at: fit for one in lists for fit in one if fit.listed and fit.at not in shown}
    # Paragraphs that count are no steps where they may count anything, yet one may be missed.
    counting = [fit for fit in section if not fit.listed and is_marked(fit.text)]
    if any(fit.at in shown for fit in counting):
        rest |= {fit.at: fit for fit in counting if fit.at not in shown}
    return [rest[at] for at in sorted(rest)]
