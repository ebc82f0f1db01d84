"""Decides which of the found passages are quoted from, and which of them comes first.

The best one does, with two exceptions: what stands above a document's first heading only says what
the document is about, and who asks how to do something is told the steps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from indexing.marks import marked_steps
from indexing.nouns import FoundPassage
from indexing.terms import terms
from indexing.units import units

READ = 3
"""Passages of SOPs whose words may be quoted: the best one, and what the next ones add. What is
read of published modules comes beside them, one passage."""
NEARLY = 0.85
"""The share of the best section's score from which another one fits nearly as well."""
NAMED = 2
"""Terms of a heading that a question which says it word for word asks for."""

_HOW = re.compile(
    r"\bhow (?:(?:do|does|can|could|should|shall|would|must|may|is|are) (?!you know\b)|to\b|exactly\b)"
    r"|\b(?:what|which) (?:are|is) the (?:\w+ )?(?:steps|procedure|process)\b"
    r"|\bwhat (?:do|should|shall|must|can|does) \w+ do\b|\bwhat to do\b|\bsteps (?:to|for|of|when)\b"
    r"|\b(?:procedure|process|instructions) (?:for|to|of|when)\b"
    r"|\b(?:steps|procedure|process)\W*$"
    r"|\b(?:walk|talk|guide|take) me through\b|\bstep by step\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[\d.]+\s+")


def asks_how(question: str) -> bool:
    """Whether a question asks how something is done."""
    return _HOW.search(question) is not None


def asked_beside_how(question: str) -> list[str]:
    """The terms of a question without those which only ask how."""
    return terms(_HOW.sub(" ", question))


def read_of(found: Sequence[FoundPassage], question: str) -> tuple[FoundPassage, ...]:
    """Those of the found passages that may be quoted from, what is quoted first of all in front.

    What stands above a document's first heading says what the document is about. When it fits
    best, the section of that document that fits best is read too: it says what to do. Of those
    that fit nearly as well it is one whose heading has a word of the question.

    Where a question asks how something is done and the best section has no steps, the steps of its
    document come before it: with headings such as "Before you start" each section has the
    document's title in common with the question, and no more. Sections whose steps count on from
    them come next.
    """
    front = found[: READ + 1]
    sops = [one for one in front if one.kind == "sop"][:READ]
    modules = [one for one in front if one.kind == "module"][: max(READ - len(sops), 1)]
    read = [one for one in front if one in sops or one in modules]
    if not read:
        return ()
    opening = read[:1] if opens(read[0]) else []
    same = [one for one in found if one.revision_id == read[0].revision_id and not opens(one)]
    if opening:
        same = _by_heading(same, question)
    if same:
        how = asks_how(question)
        first = (_procedure(same, question) if how else None) or same[0]
        first = _beginning(same, first) if how else first
        leads = [*opening, first, *(_going_on(same, first) if how else ())]
        read = [*leads, *(one for one in read if one not in leads)]
    return tuple(read[: READ + len(modules)])


def opens(passage: FoundPassage) -> bool:
    """Whether it stands above its document's first heading."""
    return passage.section == passage.title


def comes_before(passage: FoundPassage, steps: FoundPassage) -> bool:
    """Whether a passage fits better than the steps that are told and stands above them.

    That is what people need to know before they begin.
    """
    return (
        passage.revision_id == steps.revision_id
        and passage.passage_id < steps.passage_id
        and passage.score > steps.score
        and not opens(passage)
    )


def named_in(question: str, passage: FoundPassage) -> bool:
    """Whether a question says a section's heading word for word."""
    name = " ".join(_words(_NUMBER.sub("", passage.section, count=1)))
    return len(set(terms(name))) >= NAMED and f" {name} " in f" {' '.join(_words(question))} "


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _procedure(same: Sequence[FoundPassage], question: str) -> FoundPassage | None:
    """The best of a document's passages with steps; None where what fits best says more.

    What a passage says of the question beside the document's title is what it fits it for. Of
    several procedures one is only told to who asks for what the document is about.
    """
    best = same[0]
    with_steps = [one for one in same if has_steps(one)]
    if not with_steps or best in with_steps:
        return None
    asked, title = set(asked_beside_how(question)), set(terms(best.title))
    if not asked & title and len({one.section for one in with_steps}) > 1:
        return None
    more = asked - title
    # Who asks for what the whole document is about begins where it begins.
    told = with_steps[0] if more else min(with_steps, key=lambda one: one.passage_id)
    return told if more & _said(best) <= more & _said(told) else None


def _by_heading(same: Sequence[FoundPassage], question: str) -> list[FoundPassage]:
    """A document's sections, those in front whose heading says more of the question than its title."""

    def is_headed(one: FoundPassage) -> bool:
        said = set(terms(one.section)) & (set(terms(question)) - set(terms(one.title)))
        return bool(said) and one.score >= NEARLY * same[0].score

    return sorted(same, key=lambda one: not is_headed(one))


def _beginning(same: Sequence[FoundPassage], first: FoundPassage) -> FoundPassage:
    """Where the steps begin that a passage counts on: under an earlier heading, or where they are."""
    for one in sorted(same, key=lambda one: -one.passage_id):
        numbers, known = _numbers(one), min(_numbers(first), default=1)
        before = one.passage_id < first.passage_id and one.section != first.section
        if before and known > 1 and numbers and max(numbers) == known - 1:
            first = one
    return first


def _going_on(same: Sequence[FoundPassage], first: FoundPassage) -> Iterator[FoundPassage]:
    """The passages of later sections whose steps count on from those of the first one's."""
    last = max(max(_numbers(one), default=0) for one in same if one.section == first.section)
    for one in sorted(same, key=lambda one: one.passage_id):
        numbers = _numbers(one)
        if one.passage_id > first.passage_id and last and numbers and min(numbers) == last + 1:
            last = max(numbers)
            if one.section != first.section:
                yield one


def _said(passage: FoundPassage) -> set[str]:
    return set(terms(f"{passage.section}\n{passage.text}"))


def has_steps(passage: FoundPassage) -> bool:
    """Whether a passage tells steps."""
    return bool(_numbers(passage))


def _numbers(passage: FoundPassage) -> list[int]:
    """The numbers of a passage's steps, in its order."""
    steps = [unit.step for unit in units(passage.text) if unit.step is not None]
    return steps or list(marked_steps(passage.text.splitlines(), asks_how=True).values())
