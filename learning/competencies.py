"""Decides what a competency is, when it may be built on, and which sub-competencies run in a circle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

SourceKind = Literal[
    "head",
    "manager",
    "high-performer",
    "practitioner",
    "sme",
    "interview",
    "workshop",
    "observation",
    "incident",
    "job-description",
]
"""From whom or from what somebody knows that the competency matters."""

SOURCE_KINDS: tuple[SourceKind, ...] = get_args(SourceKind)


@dataclass(frozen=True, slots=True)
class Source:
    """Who says so, and as what. `person` is an e-mail; empty for what no person said."""

    person: str
    kind: SourceKind


@dataclass(frozen=True, slots=True)
class Part:
    """A sub-competency. `linked`: it is a competency itself, and `statement` is that one's."""

    id: str
    statement: str
    linked: bool = False


@dataclass(frozen=True, slots=True)
class Competency:
    """What somebody in `role` can be seen to do. SMEs of `domain` answer for it.

    `validated_by` is an e-mail and goes with `validated_on`; '' and None where nobody has.
    `level` is a word of the company's own, `parts` may be none.
    """

    id: str
    domain: str
    role: str
    statement: str
    level: str
    validated_by: str = ""
    validated_on: date | None = None
    sources: tuple[Source, ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def is_validated(self) -> bool:
        """Whether somebody has put their name to it."""
        return self.validated_on is not None

    @property
    def is_confirmed(self) -> bool:
        """Whether anything but a job description says that it matters: those lag behind the work."""
        return any(source.kind != "job-description" for source in self.sources)


def circle_in(parts: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the first circle of competencies that are parts of each other, or nothing.

    `parts` is competency -> the ids of its parts. The circle begins and ends with the same id.
    """
    done: set[str] = set()
    for start in parts:
        # Depth first along `path`, each id with its parts still to follow. No recursion: a file
        # may nest as deep as it likes.
        path: dict[str, Iterator[str]] = {start: iter(parts[start])} if start not in done else {}
        while path:
            current = next(reversed(path))
            following = next(
                (part for part in path[current] if part in parts and part not in done), ""
            )
            if following in path:
                ids = list(path)
                return (*ids[ids.index(following) :], following)
            if following:
                path[following] = iter(parts[following])
            else:
                done.add(current)
                del path[current]
    return ()
