"""Decides what a guide says of each step at each level. No step is added or lost at any.

novice: every line of the step. standard: the step, what it announces, and every line that holds a
condition, a threshold, a warning or an example to copy. expert: the step's name, its thresholds and
its warnings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from learning.modules import Guide, Level, Sentence, Step
from review.drafting_verbatim.clauses import Block, Clause, Outline, SopStep
from review.drafting_verbatim.wording import (
    announces,
    depends,
    is_labelled_warning,
    is_name,
    label,
    leans,
    names_steps,
    sets_threshold,
    shortened,
    warns,
)


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
    """What warns beside the steps; a line that says of itself that it warns is kept whole."""
    for block in blocks:
        if is_labelled_warning(block.head.text):
            yield from block.lines
            continue
        for line in block.lines:
            yield from _warning_sentences(line)


def _warning_sentences(line: Clause) -> Iterator[Clause]:
    if line.form == "code":
        return
    if is_labelled_warning(line.text):
        yield line
        return
    for before, sentence in zip((None, *line.sentences), line.sentences, strict=False):
        if warns(sentence.text):
            # "Do not clean it up" says what not to clean in the sentence before.
            yield (
                replace(sentence, start=before.start)
                if before and leans(sentence.text)
                else sentence
            )


def standard_lines(step: SopStep) -> Iterator[Sentence]:
    """The step's first sentence with all that decides something; what it announces is kept."""
    head = [
        sentence
        for at, sentence in enumerate(step.head.sentences)
        if at == 0 or _decides(sentence) or announces(sentence.text)
    ]
    yield from _joined(step.head, head)
    kept = announces(step.head.text)
    for line in step.lines[1:]:
        if kept or line.form in ("code", "row") or _decides(line) or announces(line.text):
            yield line.said()


def _joined(line: Clause, sentences: Sequence[Clause]) -> Iterator[Sentence]:
    """A line's sentences: as one where none is missing between them."""
    if len(sentences) == len(line.sentences):
        yield line.said()
    else:
        yield from (sentence.said() for sentence in sentences)


def _decides(clause: Clause) -> bool:
    return any(
        depends(said.text) or warns(said.text) or sets_threshold(said.text) or label(said.text)[0]
        for said in clause.sentences
    )


def expert_lines(step: SopStep, *, named: bool) -> tuple[Sentence, ...]:
    """The step's name, then each of its sentences that holds a threshold or a warning."""
    name, spoken_for = step_name(step, named=named)
    lines = [name]
    for line in step.lines:
        if line.form == "code":
            continue
        if is_labelled_warning(line.text):
            lines.append(line.said())
            continue
        lines.extend(
            sentence.said()
            for sentence in line.sentences
            if sentence != spoken_for
            and (warns(sentence.text) or sets_threshold(sentence.text) or _case(sentence, named))
        )
    return tuple(dict.fromkeys(lines))


def _case(sentence: Clause, named: bool) -> bool:
    """Whether a sentence is one of several cases that a step tells apart: `Not found: …`."""
    return not named and sentence.depth == 0 and bool(label(sentence.text)[0])


def step_name(step: SopStep, *, named: bool) -> tuple[Sentence, Clause | None]:
    """What a step is called, and the sentence that this says whole, if it does.

    `named`: the steps of its list begin with their names. Else it is the first sentence, whole
    where it holds a figure or a condition, without what only explains where not.
    """
    first = step.head.sentences[0]
    title, rest = label(first.text)
    if named and is_name(title):
        return first.said(title), None
    said = rest if named else first.text
    short = shortened(said)
    whole = short.rstrip(".:;") == said.rstrip(".:;")
    return first.said(short), first if whole else None
