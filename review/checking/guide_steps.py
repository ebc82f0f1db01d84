"""Decides whether a guide has its SOP's steps at every level, in its order, with all its warnings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from indexing.nouns import SopText
from learning.modules import LEVELS, Cite, Guide, Sentence, Step
from review.drafting_verbatim.clauses import Clause, Outline, SopStep
from review.drafting_verbatim.guide import warnings
from review.drafting_verbatim.outline import outline
from review.drafting_verbatim.warning import warns
from review.nouns import Finding


def step_findings(guide: Guide, sops: Sequence[SopText]) -> Iterator[Finding]:
    """What differs from the SOPs that the guide cites; a sub-point left out is for people to judge.

    A guide of several SOPs has the steps of each, in the order in which it first cites them.
    """
    cited = _cited(guide, sops)
    if not cited:
        return  # nothing it cites may be answered from, which is a finding of its own
    outlines = [outline(sop) for sop in cited]
    steps = [step for each in outlines for step in each.steps]
    levels = dict(zip(LEVELS, (guide.novice, guide.standard, guide.expert), strict=True))
    yield from _lost_and_added(levels["novice"], steps)
    for level in LEVELS[1:]:
        if _named(levels[level]) != _named(levels["novice"]):
            yield Finding("levels_differ", words=(level,), blocks=True)
    for level, own in levels.items():
        for at, (made, step) in enumerate(zip(own, steps, strict=False), 1):
            yield from _of_step(f"{level}.{at}", made, step)
    yield from _warnings_lost(guide, outlines)


def _cited(guide: Guide, sops: Sequence[SopText]) -> list[SopText]:
    by_key = {(sop.source, sop.uri, sop.revision): sop for sop in sops}
    keys = dict.fromkeys(
        (cite.source, cite.uri, cite.revision)
        for step in (*guide.novice, *guide.standard, *guide.expert)
        for line in step.lines
        for cite in line.cites
    )
    return [by_key[key] for key in keys if key in by_key]


def _named(steps: Sequence[Step]) -> list[tuple[int, str]]:
    return [(step.number, step.section) for step in steps]


def _lost_and_added(made: Sequence[Step], steps: Sequence[SopStep]) -> Iterator[Finding]:
    """Compared with the SOP's own count. Where the same steps stand in another order, so it says."""
    have = _named(made)
    want = [(step.number, step.section) for step in steps]
    if have == want:
        return
    lost, added = _without(want, have), _without(have, want)
    if lost:
        yield Finding("steps_lost", words=_words(lost), blocks=True)
    if added:
        yield Finding("steps_added", words=_words(added), blocks=True)
    if not lost and not added:
        yield Finding("steps_moved", blocks=True)


def _without(all_: Sequence[tuple[int, str]], others: Sequence[tuple[int, str]]) -> list[int]:
    left = list(others)
    numbers = []
    for each in all_:
        if each in left:
            left.remove(each)
        else:
            numbers.append(each[0])
    return numbers


def _words(numbers: Sequence[int]) -> tuple[str, ...]:
    return tuple(str(number) for number in numbers)


def _of_step(key: str, made: Step, step: SopStep) -> Iterator[Finding]:
    """One step of the guide against the step it stands for."""
    if (made.number, made.section) != (step.number, step.section):
        return  # said already
    if not made.lines:
        yield Finding("empty", key, blocks=True)
        return
    if not any(_rests_on(made.lines, line) for line in step.lines):
        yield Finding("steps_moved", key, made.lines[0].text, blocks=True)
        return
    for clause in _warning_clauses(step):
        if not _keeps_warning(made.lines, clause):
            yield Finding("warning_lost", key, clause.text, blocks=True)
    if key.startswith("novice."):
        lost = [line.text for line in step.lines if not _rests_on(made.lines, line)]
        for text in lost:
            yield Finding("point_lost", key, text)


def _warnings_lost(guide: Guide, outlines: Sequence[Outline]) -> Iterator[Finding]:
    """What warns beside the steps stands among the warnings, which every level shows."""
    for each in outlines:
        for clause in warnings(each.blocks):
            if not _keeps_warning(guide.warnings, clause):
                yield Finding("warning_lost", "warnings", clause.text, blocks=True)


def _warning_clauses(step: SopStep) -> Iterator[Clause]:
    for line in step.lines:
        if line.form != "code":
            yield from (said for said in line.sentences if warns(said.text))


def _rests_on(lines: Sequence[Sentence], clause: Clause) -> bool:
    return any(_same_place(cite, clause) for line in lines for cite in line.cites)


def _keeps_warning(lines: Sequence[Sentence], clause: Clause) -> bool:
    """Whether a line has the warning's own words, or rests on it and warns as well."""
    said = _plain(clause.text)
    return any(
        said in _plain(line.text)
        or (warns(line.text) and any(_same_place(cite, clause) for cite in line.cites))
        for line in lines
    )


def _same_place(cite: Cite, clause: Clause) -> bool:
    sop = clause.sop
    if (cite.source, cite.uri, cite.revision) != (sop.source, sop.uri, sop.revision):
        return False
    quote, own = _plain(cite.quote), _plain(clause.quote)
    return bool(quote) and (own in quote or quote in own)


def _plain(text: str) -> str:
    return " ".join(text.split())
