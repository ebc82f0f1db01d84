"""Decides what a guide says of each step at each level. No step is added or lost at any.

novice: every line of the step. standard: what its first line tells to do, and every line that holds a
condition, a threshold, a warning or an example to copy. expert: the step's name, its thresholds and
its warnings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from indexing.support import is_english
from learning.modules import Guide, Level, Sentence, Step
from review.drafting_verbatim.clauses import Block, Clause, Outline, SopStep
from review.drafting_verbatim.records import heads_terms
from review.drafting_verbatim.warning import (
    calls_for_help,
    heads_warnings,
    is_bare_label,
    is_binding_note,
    is_labelled_warning,
    warns,
)
from review.drafting_verbatim.wording import (
    announces,
    binds,
    depends,
    instructs,
    is_name,
    label,
    leans,
    limits,
    names_steps,
    points_down,
    section_name,
    sets_threshold,
    shortened,
    titled,
)

_CASE_LINE = re.compile(r"(?:if|when|otherwise|else|unless|yes|no)\b", re.IGNORECASE)
LONG = 25
"""Words of a sentence above which its label is the step's name."""


def guide(sop: Outline) -> Guide:
    """The guide of an SOP with numbered steps."""
    made: dict[Level, list[Step]] = {"novice": [], "standard": [], "expert": []}
    named = named_lists(sop)
    for step in sop.steps:
        levels: dict[Level, tuple[Sentence, ...]] = {
            "novice": tuple(line.said() for line in step.lines),
            "standard": tuple(standard_lines(step)),
            "expert": expert_lines(step, named=named[step.list_id]),
        }
        for level, lines in levels.items():
            made[level].append(Step(step.number, step.section, lines))
    return Guide(
        sop.sop.title,
        tuple(made["novice"]),
        tuple(made["standard"]),
        tuple(made["expert"]),
        tuple(clause.said() for clause in warnings(sop.blocks)),
    )


def named_lists(sop: Outline) -> dict[int, bool]:
    """For each numbered list, whether its steps begin with their names."""
    return {
        steps[0].list_id: names_steps([step.head.text for step in steps]) for steps in sop.lists
    }


def warnings(blocks: Sequence[Block]) -> Iterator[Clause]:
    """What warns beside the steps.

    Whole: a line that says of itself that it warns, what follows a line that is that word alone,
    and all below a heading that says so.
    """
    before: Block | None = None
    for block in blocks:
        headings = block.head.passage.headings
        below = before is not None and headings == before.head.passage.headings
        if len(block.lines) == 1 and _is_label(block):
            pass
        elif headings and heads_warnings(section_name(headings[-1])):
            yield from (line for line in block.lines if not is_bare_label(line.text))
        elif _is_whole(block) or (below and _is_label(before)):
            yield from block.lines
        elif headings and heads_terms(headings[-1]):
            pass  # what a word means forbids nothing: `DNR – do not resuscitate`
        else:
            for line in block.lines:
                yield from _warning_sentences(line)
        before = block


def _is_whole(block: Block) -> bool:
    return is_labelled_warning(block.head.text) or is_binding_note(block.head.text)


def _is_label(block: Block | None) -> bool:
    """Whether a paragraph is nothing but `Important`; as a list item it may be a degree."""
    return block is not None and block.head.form == "prose" and is_bare_label(block.lines[-1].text)


def _warning_sentences(line: Clause) -> Iterator[Clause]:
    if line.form == "code":
        return
    if is_labelled_warning(line.text):
        yield line
        return
    yield from _kept(line, lambda sentence: warns(sentence.text))


def _kept(
    line: Clause, keep: Callable[[Clause], bool], said: Clause | None = None
) -> Iterator[Clause]:
    """The sentences to keep, each to be understood without those that are left out.

    One that leans on the sentence before it has that with it: `Do not clean it up` says there what
    not to clean. `said` is one that stands already. From a warning's label on, all is kept.
    """
    told = said
    for at, sentence in enumerate(line.sentences):
        if sentence == said:
            continue
        if is_bare_label(sentence.text) and at + 1 == len(line.sentences):
            return
        if _labels(sentence):
            yield replace(sentence, end=line.end)
            return
        if not keep(sentence):
            continue
        before = line.sentences[at - 1] if at else None
        alone = before is None or before == told or not leans(sentence.text)
        told = sentence
        yield sentence if before is None or alone else replace(sentence, start=before.start)


def _labels(sentence: Clause) -> bool:
    return is_labelled_warning(sentence.text) or is_bare_label(sentence.text)


def standard_lines(step: SopStep) -> Iterator[Sentence]:
    """What the step's first line tells to do and all that decides something, without sub-points.

    What a line announces or sends people down to is kept.
    """
    first = step.head.sentences[0]
    head = [first, *_kept(step.head, _counts, first)]
    yield from _joined(step.head, head)
    whole = announces(step.head.text) or points_down(step.head.text) or not _is_understood(step)
    kept = [
        whole or line.form in ("code", "row", "cell") or _decides(line) or announces(line.text)
        for line in step.lines
    ]
    for at, line in enumerate(step.lines[1:], 1):
        if kept[at] or _stands_over(step.lines, kept, at):
            yield line.said()


def _counts(sentence: Clause) -> bool:
    said = sentence.text
    return _decides(sentence) or announces(said) or instructs(said)


def _stands_over(lines: Sequence[Clause], kept: Sequence[bool], at: int) -> bool:
    """Whether a point has points of its own that are kept and say nothing without it."""
    own = 0
    for line in lines[at + 1 :]:
        if line.depth <= lines[at].depth:
            break
        own += 1
    return any(kept[at + 1 : at + 1 + own])


def _is_understood(step: SopStep) -> bool:
    """Whether the words that decide something can be told: the SOP is in English."""
    return is_english("\n".join(line.text for line in step.lines if line.form != "code"))


def _joined(line: Clause, sentences: Sequence[Clause]) -> Iterator[Sentence]:
    """A line's sentences, those that follow each other as one where none is missing."""
    if len(sentences) == len(line.sentences) or not is_english(line.text):
        yield line.said()
    else:
        yield from (sentence.said() for sentence in sentences)


def _decides(clause: Clause) -> bool:
    return any(
        depends(said.text)
        or binds(said.text)
        or warns(said.text)
        or sets_threshold(said.text)
        or limits(said.text)
        or label(said.text)[0]
        for said in clause.sentences
    )


def expert_lines(step: SopStep, *, named: bool) -> tuple[Sentence, ...]:
    """The step's name, then each of its sentences that holds a threshold or a warning."""
    if not _is_understood(step):
        return tuple(line.said() for line in step.lines)
    name, spoken_for = step_name(step, named=named)
    lines = [replace(name, text=titled(name.text)) if instructs(name.text) else name]
    warned = False
    branches = _branches(step, named=named)
    for at, line in enumerate(step.lines):
        # The points below `Warning:` are the warning.
        warned = (warned and line.form == "point") or (
            _labels(line) and (announces(line.text) or is_bare_label(line.text))
        )
        if line.form == "code":
            continue
        if warned or _labels(line) or at in branches:
            lines.append(line.said())
        else:
            kept = _kept(line, partial(_lasts, named), spoken_for)
            lines.extend(_without(name, each).said() for each in kept)
    return tuple(dict.fromkeys(lines))


def _branches(step: SopStep, *, named: bool) -> set[int]:
    """The rows and the cases (`If yes, …`) of a step, all where one is told: alone it misleads."""
    told: set[int] = set()
    for alike in (
        [at for at, line in enumerate(step.lines) if line.form == "row"],
        [at for at, line in enumerate(step.lines) if at and _CASE_LINE.match(line.text)],
    ):
        lines = [sentence for at in alike for sentence in step.lines[at].sentences]
        if any(_lasts(named, sentence) for sentence in lines):
            told.update(alike)
    return told


def _without(name: Sentence, clause: Clause) -> Clause:
    """A sentence that begins with the step's name, which stands above it, without that."""
    title, rest = label(clause.text)
    is_name = title == name.text and clause.form != "code"
    return replace(clause, start=clause.end - len(rest)) if is_name else clause


def _lasts(named: bool, sentence: Clause) -> bool:
    """Whether even who knows the step must be told: a limit, a warning, a case, whom to call."""
    said = sentence.text
    return (
        warns(said)
        or calls_for_help(said)
        or sets_threshold(said)
        or limits(said)
        or _case(sentence, named)
    )


def _case(sentence: Clause, named: bool) -> bool:
    """Whether a sentence is one of several cases that a step tells apart: `Not found: …`."""
    return not named and sentence.depth == 0 and bool(label(sentence.text)[0])


def step_name(step: SopStep, *, named: bool) -> tuple[Sentence, Clause | None]:
    """What a step is called, and the sentence that this says whole, if it does.

    `named`: the steps of its list begin with their names; a long sentence may so by itself. Else it
    is the first sentence without what only explains, which leaves no figure and no warning out.
    """
    first = step.head.sentences[0]
    if first.form == "code":
        return first.said(), first
    title, rest = label(first.text)
    if (named and is_name(title)) or (_is_long(first) and instructs(title)):
        return first.said(title), None
    return first.said(shortened(rest if named else first.text)), first


def _is_long(sentence: Clause) -> bool:
    return len(sentence.text.split()) > LONG
