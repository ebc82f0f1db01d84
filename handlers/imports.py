"""Decides how the report on an imported file reads: taken whole, or refused with all that is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from learning.entries import Refused

_MOST_TOLD = 100


def refused_lines(path: Path, refused: Sequence[Refused]) -> list[str]:
    """Say that nothing of a file was taken, and what to mend: entry, field, remedy."""
    lines = [f"{path.name} was not imported; nothing has changed."]
    lines += [
        f"  {' '.join(filter(None, (one.entry, one.field)))}: {one.remedy}"
        for one in refused[:_MOST_TOLD]
    ]
    more = len(refused) - _MOST_TOLD
    if more > 0:
        lines.append(f"  And {more} more. Mend these first, then import again.")
    return lines


def not_a_person(email: str) -> str:
    """Say that an act cannot be done in this name."""
    return (
        f"{email} is not among the people, or has left. Name somebody who is, or import the file"
        " again: jobaid people import FILE.yaml"
    )
