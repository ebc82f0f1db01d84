"""Decides when the headings of a document are the steps of its procedure, and who is told them all.

`### Step 1 – Verify the identity` always is one; `## 2. Purge the chamber` where nearly all of the
headings beside it begin with what to do. Who asks how to do what the document is about is told the
steps from the first one on; who asks for what only one of them says, that one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from indexing.instructing import VERBS
from indexing.leading import asked_beside_how, has_steps
from indexing.marks import STEP_WORD
from indexing.nouns import FoundPassage
from indexing.terms import terms

FEWEST, FEWEST_NUMBERED = 2, 3
"""Headings that make a procedure: of those that say `Step`, and of those that only count."""
INSTRUCT = 0.75
"""The share of numbered headings that begin with what to do, each with a verb of its own: where
fewer do, they name parts (`1. Purpose`) or cases (`1. Refund with a receipt`)."""

_FROM_START = re.compile(
    r"\bdo(?:es)? first\b|\bfirst thing\b|\bwhere (?:do|should) \w+ (?:start|begin)\b",
    re.IGNORECASE,
)
_STEP = re.compile(rf"{STEP_WORD}\s+(\d{{1,2}})\b[\s.:)–—-]*(?=\S)", re.IGNORECASE)
_NUMBER = re.compile(r"(?:\d{1,2}\.)*(\d{1,2})[.):]?\s+(?=\S)")


Placed = tuple[tuple[str, ...], FoundPassage]
"""A passage of a document, behind the path of headings that it stands under."""


@dataclass(frozen=True, slots=True)
class Headed:
    """A procedure whose steps are headings: its passages in order, and how the steps are called.

    `steps`: number and name by the id of the passage with which a step begins.
    """

    passages: tuple[FoundPassage, ...] = ()
    steps: Mapping[int, tuple[int, str]] = field(default_factory=dict)

    def cited(self, passage: FoundPassage) -> FoundPassage:
        """The passage as it is cited: the steps of one procedure are one source, its document."""
        ids = {one.passage_id for one in self.passages}
        return replace(passage, section=passage.title) if passage.passage_id in ids else passage


NONE = Headed()

_Step = tuple[int, str, Sequence[FoundPassage]]


def may_have_headed_steps(found: Sequence[FoundPassage]) -> bool:
    """Whether one of the passages found of a document stands under a heading like a step's."""
    return any(mark.match(one.section) for one in found for mark in (_STEP, _NUMBER))


def procedure(document: Sequence[Placed], read: Sequence[FoundPassage], question: str) -> Headed:
    """The headed procedure to tell who asks how to do something; `NONE` where none is to be told.

    `document`: all passages of the document that fits best, in order. `read`: what of all
    documents may be quoted, what fits best in front.
    """
    best = read[0]
    asked, title = set(asked_beside_how(question)), set(terms(best.title))
    if asked & title:
        first = _FROM_START.search(question)
        for steps in _runs(document):
            if first or not _asks_for_one(asked - title, best, steps):
                return _told(steps)
    return NONE


def _asks_for_one(more: set[str], best: FoundPassage, steps: Sequence[_Step]) -> bool:
    """Whether what fits best alone says what is asked beside the title, or has steps of its own."""
    here = [step for step in steps if best.passage_id in {one.passage_id for one in step[2]}]
    said = {
        term
        for step in steps
        if step not in here
        for passage in step[2]
        for term in terms(f"{passage.section}\n{passage.text}")
    }
    alone = more & set(terms(f"{best.section}\n{best.text}")) - said
    return bool(alone) or (not here and has_steps(best))


def _told(steps: Sequence[_Step]) -> Headed:
    return Headed(
        tuple(passage for _, _, own in steps for passage in own),
        {own[0].passage_id: (number, name) for number, name, own in steps},
    )


def _runs(document: Sequence[Placed]) -> Iterator[Sequence[_Step]]:
    """The steps of each procedure that is told by headings beside one another."""
    for mark in (_STEP, _NUMBER):
        beside: dict[tuple[str, ...], dict[str, tuple[int, list[FoundPassage]]]] = {}
        for headings, passage in document:
            for depth, heading in enumerate(headings):
                if found := mark.match(heading):
                    steps = beside.setdefault(headings[:depth], {})
                    steps.setdefault(heading, (int(found[1]), []))[1].append(passage)
        for steps in beside.values():
            run = [
                (number, mark.sub("", heading, count=1), own)
                for heading, (number, own) in steps.items()
            ]
            counted = [number for number, _, _ in run] == list(range(1, len(run) + 1))
            if counted and (len(run) >= FEWEST if mark is _STEP else _instruct(run)):
                yield run


def _instruct(run: Sequence[_Step]) -> bool:
    """Whether numbered headings say what to do, one thing after the other."""
    begins = {name.split(maxsplit=1)[0].casefold() for _, name, _ in run}
    return len(run) >= FEWEST_NUMBERED and len(begins & VERBS) >= INSTRUCT * len(run)
