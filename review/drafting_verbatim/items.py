"""Decides which questions an SOP's own clauses give, and how hard each is called.

- which figure (three options): easy with two made-up wrong figures, medium with one that the SOP
  has elsewhere, hard with two;
- which order: three steps are easy, four medium, five or six hard;
- what to do in a case: one clause to name is easy, two are medium, more are hard.

Fewer rather than bad ones: what would not be understood by itself is not asked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from learning.modules import Applied, Difficulty, Item, Ordering, Sentence, SingleBest
from review.drafting_verbatim.asked import Asked, is_odd, place
from review.drafting_verbatim.cases import Case, cases
from review.drafting_verbatim.clauses import Block, Outline, SopStep
from review.drafting_verbatim.gaps import figures_asked
from review.drafting_verbatim.guide import named_lists, step_name
from review.drafting_verbatim.wording import (
    dangles,
    happens,
    instructs,
    label,
    section_name,
    sets_threshold,
)

_ANY_ORDER = re.compile(r"\b(?:any|no particular|whatever|either) order\b", re.IGNORECASE)
_CASE = re.compile(
    r"(?:if|when|unless|whenever|otherwise|else|option|or|alternatively|in case)\b", re.IGNORECASE
)
LONGEST_STEP_TEXT = 30
SAME_ANSWER = 2


def questions(sop: Outline, within: Outline, part: str) -> list[Asked]:
    """Every question that the parts `within` give, in their order, ids still empty.

    `sop` is the whole document: wrong figures come from all of it.
    """
    return [
        *_orderings(sop, within, part),
        *figures_asked(sop, within, part),
        *_cases(within, part),
    ]


def chosen(asked: Sequence[Asked], most: int) -> list[Asked]:
    """So many of the questions, each form in turn.

    Of one clause one is asked, since it would tell the answer to another; of one figure, two at
    most, in different sections.
    """
    by_form: dict[str, list[Asked]] = {"single_best": [], "applied": [], "ordering": []}
    for each in asked:
        by_form[each.item.form].append(each)
    kept: list[Asked] = []
    said: set[tuple[str, int, int] | tuple[str, str, str]] = set()
    right: Counter[str] = Counter()
    while len(kept) < most and any(by_form.values()):
        for queue in by_form.values():
            if not queue or len(kept) == most:
                continue
            each = queue.pop(0)
            clause, answer = each.clause, _answer(each.item)
            at = (clause.sop.uri, clause.passage.ordinal, clause.start)
            near = (clause.sop.uri, clause.section, answer)
            if at in said or near in said or right[answer] >= SAME_ANSWER:
                continue
            kept.append(each)
            if answer:
                right[answer] += 1
                said.add(near)
            if each.item.form != "ordering":
                said.add(at)
    return kept


def _answer(item: Item) -> str:
    """The figure that is right, empty where no figure is asked for."""
    if not isinstance(item, SingleBest):
        return ""
    return next(option.text for option in item.options if option.right)


def numbered(asked: Sequence[Asked], first: int = 1) -> tuple[Item, ...]:
    """The items with their ids: q1, q2 and so on."""
    return tuple(replace(each.item, id=f"q{n}") for n, each in enumerate(asked, first))


def case_question(case: Case) -> str:
    """The stem that asks for a case: `What do you do if …?`."""
    where = place(case.points[0])
    verb = "what do you do" if case.acts else "what applies"
    if not case.opening:
        if case.after is not None and not is_odd(case.after.text):
            where = f"{where}, after “{case.after.text.rstrip('.:')}”"
        return f"{where}: {verb} in this case: “{case.when}”?"
    helping = f"You are helping a {case.about}. " if case.about else ""
    helping = helping.replace(" a e", " an e").replace(" a a", " an a")
    if helping:
        return f"{where}. {helping}{verb[0].upper()}{verb[1:]} {case.when}?"
    return f"{where}: {verb} {case.when}?"


def _orderings(sop: Outline, within: Outline, part: str) -> Iterator[Asked]:
    if any(_ANY_ORDER.search(line.text) for line in sop.clauses):
        return
    named = named_lists(within)
    for steps in within.lists:
        for run in _runs(steps, named=named[steps[0].list_id]):
            names = [step_name(step, named=named[step.list_id])[0] for step in run]
            sequence = named[run[0].list_id] or sum(
                instructs(n.text) for n in names
            ) * 3 >= 2 * len(names)
            short = all(len(name.text.split()) <= LONGEST_STEP_TEXT for name in names)
            short = short and not any(dangles(name.text) for name in names)
            distinct = len({name.text.casefold() for name in names}) == len(names)
            if not (sequence and short and distinct) or _are_choices(sop, run):
                continue
            level: Difficulty = "easy" if len(run) == 3 else "medium" if len(run) == 4 else "hard"
            one = len({step.section for step in run}) == 1
            where = place(run[0].head) if one else f"“{sop.sop.title}”"
            stem = f"{where}: put these steps in the order in which they are done."
            yield Asked(
                Ordering("", part, level, Sentence(stem, authored=True), tuple(names)),
                run[0],
                run[0].head,
            )


_CHOICES = re.compile(
    r"\b(?:options?|alternatives?|recommend(?:ed|ations?)|possible|suggest(?:ed|ions?)|causes?|reasons?"
    r"|tips|ideas|ways|solutions?|considerations?|examples?|checks?|rules?|principles?|responsibilities"
    r"|requirements?|faqs?|questions?|limits?|criteria|benefits?|one of (?:the|these))\b",
    re.IGNORECASE,
)


def _are_choices(sop: Outline, run: Sequence[SopStep]) -> bool:
    """Whether steps are each for a case of its own or to choose from: their numbers only count."""
    first = run[0]
    own = next((at for at, part in enumerate(sop.parts) if part.head == first.head), 0)
    above = sop.parts[own - 1].lines[-1].text if own else ""
    led = above.rstrip().endswith(":") and bool(_CHOICES.search(above))
    conditional = sum(_CASE.match(_body(step)) is not None for step in run)
    named = not first.headed and _CHOICES.search(section_name(first.section))
    return bool(led or named) or 2 * conditional >= len(run)


def _body(step: SopStep) -> str:
    """What follows a step's name: the rest of its first line, or its second."""
    rest = [line.text for line in (*step.head.sentences[1:], *step.lines[1:])]
    return label(step.head.text)[1] if not rest else rest[0]


def _runs(steps: Sequence[SopStep], *, named: bool) -> Iterator[Sequence[SopStep]]:
    """Three to six steps that follow each other, none of them for some cases only."""
    run: list[SopStep] = []
    for step in (*steps, None):
        if step is not None and not _for_some_cases(step, named=named):
            run.append(step)
            continue
        parts = -(-len(run) // 6)
        size = -(-len(run) // parts) if parts else 0
        for first in range(0, len(run), size or 1):
            if len(run[first : first + size]) >= 3:
                yield run[first : first + size]
        run = []


def _for_some_cases(step: SopStep, *, named: bool) -> bool:
    said = step.head.text
    heading, rest = label(said)
    if named:
        return bool(_CASE.match(rest) or is_odd(heading))
    case = heading and not instructs(heading)
    return bool(case or _CASE.match(said) or is_odd(step.head.sentences[0].text))


def _cases(within: Outline, part: str) -> Iterator[Asked]:
    for case in cases(within):
        if not case.acts and (happens(case.then) or not _worth_asking(case.then)):
            continue
        points = tuple(point.said() for point in case.points)
        level: Difficulty = ("easy", "easy", "medium", "hard")[min(3, len(points))]
        stem = Sentence(case_question(case), authored=True)
        yield Asked(Applied("", part, level, stem, points), _source(within, case), case.points[0])


def _worth_asking(then: str) -> bool:
    """Whether a consequence is a rule: what merely happens is not asked."""
    return sets_threshold(then) or bool(
        re.search(r"\b(?:must|may|should|need|needs|has to|have to)\b", then, re.IGNORECASE)
    )


def _source(within: Outline, case: Case) -> SopStep | Block:
    for found in within.parts:
        if any(
            line.passage == case.points[0].passage and line.start <= case.points[0].start < line.end
            for line in found.lines
        ):
            return found
    raise LookupError(case.when)
