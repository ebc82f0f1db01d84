"""Decides what changed between two revisions, line by line: cosmetic, worded otherwise, or material.

Material is a change after which somebody who learned the old text would act otherwise. Answering,
drafting and flagging share what another figure, denial, obligation or name is (support.py's parts).
Pure; no model, no wording.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from indexing.changes_claims import Reason
from indexing.changes_lines import (
    Line,
    Outline,
    Part,
    RevisionText,
    is_body,
    is_step_heading,
    outline,
)
from indexing.changes_pairs import Group, Pairing, joined, pair
from indexing.changes_reasons import demands, is_of_itself, reasons, says_something
from indexing.changes_steps import (
    beside_new,
    beside_old,
    moved_headings,
    moved_steps,
    of_section,
    of_step,
    out_of_order,
    under_siblings,
)
from indexing.support import Supported, check

__all__ = ["Change", "Place", "Reason", "RevisionText", "compare"]

ChangeKind = Literal["cosmetic", "wording", "material"]

_POINTS = re.compile(
    r"\W*(?:please )?(?:see|refer to|read|visit|for (?:more|further|additional) (?:\w+ )?"
    r"(?:information|details?|help)|more (?:information|details))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Words of the old revision: `section` as a citation names it (`Passage.section`)."""

    section: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `before` is None for what is new, `after` for what is gone.

    Both None: only front matter, links or markup differ. `section` and `headings` are those of the
    old revision (of the new one for what is new), as in `Passage`. `beside` is what else in the
    old revision a material change puts in question: the other steps of a list that one was added
    to, the rest of a step, all that stands under a heading.
    """

    kind: ChangeKind
    part: Part
    section: str
    headings: tuple[str, ...]
    before: str | None
    after: str | None
    reasons: tuple[Reason, ...] = ()
    beside: tuple[Place, ...] = ()


def compare(before: RevisionText, after: RevisionText) -> tuple[Change, ...]:
    """Every change, in the order of the old revision; none if title and text are the same."""
    if before == after:
        return ()
    comparison = _Comparison(outline(before), outline(after))
    found = tuple(change for _, change in sorted(comparison.changes(), key=lambda one: one[0]))
    return found or (Change("cosmetic", "markup", before.title, (), None, None),)


class _Comparison:
    """Two revisions and what has become of each line."""

    def __init__(self, old: Outline, new: Outline) -> None:
        self.old, self.new = old, new
        self.found: Pairing = pair(old, new, lambda left, right: not reasons(left, right))

    def changes(self) -> Iterator[tuple[float, Change]]:
        """Every change with its place in the old revision."""
        for group in self.found.groups:
            yield from self._edited(group)
        for line in self.found.free_old(self.old.lines):
            yield from self._gone(line)
        for line in self.found.free_new(self.new.lines):
            yield from self._come(line)
        yield from self._moved()

    def _edited(self, group: Group) -> Iterator[tuple[float, Change]]:
        left, right = joined(group.old), joined(group.new)
        if (left.text, left.part) == (right.text, right.part):
            return
        why = reasons(left, right)
        beside: tuple[Place, ...] = ()
        if why:
            under = self.old.beneath(left) if left.part == "heading" else of_step(self.old, left)
            beside = self._places(under, left)
        steps = "step" in {left.part, right.part} and left.part != right.part
        worded = (left.plain != right.plain and not is_of_itself(left, right)) or steps
        kind: ChangeKind = "material" if why else "wording" if worded else "cosmetic"
        yield self._change(kind, left, left.text, right.text, why, beside)

    def _gone(self, line: Line) -> Iterator[tuple[float, Change]]:
        if not line.plain:
            yield self._change("cosmetic", line, line.text, None)
            return
        if self._within_gone_step(line):
            return
        why = self._why_alone(line, "removed", "step_removed")
        if line.part == "sentence" and "warning" not in why and self._still_said(line):
            why = ()
        beside: tuple[Place, ...] = ()
        if why and line.part == "heading":
            numbered = is_step_heading(line.text)
            under = under_siblings(self.old, line) if numbered else self.old.beneath(line)
            beside = self._places(under, line)
        elif why:
            beside = self._places(beside_old(self.old, line), line)
        kind: ChangeKind = "material" if why else "wording"
        yield self._change(kind, line, line.text, None, why, beside)

    def _come(self, line: Line) -> Iterator[tuple[float, Change]]:
        if not line.plain:
            yield self._change("cosmetic", line, None, line.text)
            return
        mates = [o for o in self.new.lines if line.item and o.top == line.top and o.opens]
        first = mates[0] if mates else line
        if first is not line and first.part == "step" and self._is_new_item(first):
            return  # told with the step that it is part of
        why = self._why_alone(line, "added", "step_added")
        if line.part == "sentence" and "warning" not in why:
            why = demands(line.text) and ("added", *demands(line.text))
        lines = beside_new(self.old, self.new, line, self.found) if why else []
        if "warning" in why:
            lines = of_section(self.old, line.section, self.found)
        elif why and line.part == "heading":
            lines = self._old_under(line)
        kind: ChangeKind = "material" if why else "wording"
        yield self._change(kind, line, None, line.text, why, self._places(lines, None))

    def _moved(self) -> Iterator[tuple[float, Change]]:
        told: set[int] = set()
        for line, target in moved_steps(self.old, self.found):
            if line.at not in told:
                told.add(line.at)
                beside = beside_old(self.old, line)
                beside += beside_new(self.old, self.new, target, self.found)
                yield self._moved_one("material", line, target, beside)
        for line, target in moved_headings(self.old, self.found):
            told.add(line.at)
            yield self._moved_one("material", line, target, under_siblings(self.old, line))
        kept = [
            line
            for line in self.old.lines
            if line.at not in told
            and line.at in self.found.to_new
            and line.plain == self.found.to_new[line.at].plain
        ]
        headings = [line for line in kept if line.part == "heading"]
        for line in out_of_order(headings, self.found):
            yield self._moved_one("wording", line, self.found.to_new[line.at], ())
        for section in range(len(self.old.sections)):
            body = [line for line in kept if line.section == section and is_body(line)]
            out = set(out_of_order(body, self.found))
            for line in body:
                target = self.found.to_new[line.at]
                if (
                    line in out
                    or self.found.sections.get(section, target.section) != target.section
                ):
                    yield self._moved_one("wording", line, target, ())

    def _moved_one(
        self, kind: ChangeKind, line: Line, target: Line, beside: Sequence[Line]
    ) -> tuple[float, Change]:
        why: tuple[Reason, ...] = ("step_moved",) if kind == "material" else ()
        places = self._places(beside, line)
        return self._change(kind, line, line.text, target.text, why, places)

    def _why_alone(self, line: Line, plainly: Reason, step: Reason) -> tuple[Reason, ...]:
        """Why it is material that a line has no counterpart."""
        match line.part:
            case "heading" | "title":
                return (step,) if is_step_heading(line.text) else demands(line.text)
            case "row":
                return ("table",)
            case "code":
                return (plainly, "code")
            case "step" if line.opens:
                return (step, *(("warning",) if line.warning else ()))
            case _ if line.warning:
                return (plainly, "warning", *demands(line.text))
            case _ if _POINTS.match(line.text) and not demands(line.text):
                return ()
            case _ if not says_something(line.text):
                return ()
            case _:
                return (plainly, *demands(line.text))

    def _still_said(self, line: Line) -> bool:
        """Whether the section still supports a sentence that stands in it no more."""
        target = self.found.sections.get(line.section)
        if target is None:
            return False
        text = "\n".join(other.text for other in self.new.of_section(target))
        return bool(text) and check(line.text, [text]) == Supported()

    def _within_gone_step(self, line: Line) -> bool:
        """Whether a line went with the whole step that it was part of."""
        first = next(
            (x for x in self.old.lines if line.item and x.top == line.top and x.opens), line
        )
        mates = [x for x in self.old.lines if line.item and x.top == line.top]
        return (
            first is not line
            and first.part == "step"
            and not any(mate.at in self.found.to_new for mate in mates)
        )

    def _is_new_item(self, first: Line) -> bool:
        mates = [line for line in self.new.lines if line.top == first.top]
        return not any(mate.at in self.found.to_old for mate in mates)

    def _old_under(self, heading: Line) -> list[Line]:
        beneath = (self.found.to_old.get(line.at) for line in self.new.beneath(heading))
        return [line for line in beneath if line is not None]

    def _places(self, lines: Sequence[Line], itself: Line | None) -> tuple[Place, ...]:
        places = (
            Place(self.old.sections[line.section].name, line.text)
            for line in lines
            if itself is None or line.at != itself.at
        )
        return tuple(dict.fromkeys(places))

    def _change(
        self,
        kind: ChangeKind,
        line: Line,
        before: str | None,
        after: str | None,
        why: tuple[Reason, ...] = (),
        beside: tuple[Place, ...] = (),
    ) -> tuple[float, Change]:
        section = (self.old if before is not None else self.new).sections[line.section]
        place = float(line.at) if before is not None else self._about(line)
        why = tuple(dict.fromkeys(why))
        return place, Change(
            kind, line.part, section.name, section.headings, before, after, why, beside
        )

    def _about(self, line: Line) -> float:
        """Where in the old revision a new line would stand."""
        for other in reversed(self.new.lines[: line.at]):
            if other.at in self.found.to_old:
                return self.found.to_old[other.at].at + 0.5
        return 0.5
