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
from dataclasses import dataclass, replace

from learning.modules import Applied, Difficulty, Item, Option, Ordering, Sentence, SingleBest
from review.drafting_verbatim.amounts import Amount, amounts, choice
from review.drafting_verbatim.cases import Case, cases
from review.drafting_verbatim.clauses import Block, Clause, Outline, SopStep
from review.drafting_verbatim.guide import named_lists, step_name
from review.drafting_verbatim.warning import LABELLED
from review.drafting_verbatim.wording import (
    MARK,
    announces,
    dangles,
    figures,
    happens,
    instructs,
    label,
    points_back,
    section_name,
    sets_threshold,
)

_ANY_ORDER = re.compile(r"\b(?:any|no particular|whatever|either) order\b", re.IGNORECASE)
_ODD = re.compile(r"[{}<>=\\|`_]|://|\$\w|\$\(")
_CASE = re.compile(
    r"(?:if|when|unless|whenever|otherwise|else|option|or|alternatively|in case)\b", re.IGNORECASE
)
_GENERIC = re.compile(
    r"(?:the )?(?:procedure|steps?|process|instructions?|method|overview|introduction|diagnosis"
    r"|mitigation|resolution|meaning|impact|troubleshooting|general|details?|summary|background"
    r"|before you (?:start|begin)|first minute|afterwards|what to do)\W*$",
    re.IGNORECASE,
)
GAP = "____"
LONGEST_STEP_TEXT = 30
SAME_ANSWER = 2
WORDS = range(5, 41)
"""Words of a sentence that a figure is asked of."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the step or paragraph it is taken from."""

    item: Item
    source: SopStep | Block
    clause: Clause


def questions(sop: Outline, within: Outline, part: str) -> list[Asked]:
    """Every question that the parts `within` give, in their order, ids still empty.

    `sop` is the whole document: wrong figures come from all of it.
    """
    return [
        *_orderings(sop, within, part),
        *_figures(sop, within, part),
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


def is_odd(text: str) -> bool:
    """Whether a text holds marks of code, of a link or of a placeholder."""
    return bool(_ODD.search(text))


def place(clause: Clause) -> str:
    """Where a question is from, as its stem names it: the SOP, and the section if that says more."""
    title, section = clause.sop.title, section_name(clause.section)
    if _GENERIC.match(section) or section.casefold() == title.casefold():
        return f"“{title}”"
    return f"“{title}”, “{section}”"


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
        return bool(_CASE.match(rest) or _ODD.search(heading))
    case = heading and not instructs(heading)
    return bool(case or _CASE.match(said) or _ODD.search(step.head.sentences[0].text))


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is shown to ask for a figure of `sentence`; `lead` is how that begins above a list."""

    clause: Clause
    sentence: Clause
    lead: str


def _figures(sop: Outline, within: Outline, part: str) -> Iterator[Asked]:
    everywhere = [amount for line in sop.clauses for amount in amounts(line.text)]
    named = named_lists(within)
    for source in within.parts:
        beside = "\n".join(line.text for line in source.lines)
        is_named = isinstance(source, SopStep) and named[source.list_id]
        for at, line in enumerate(source.lines):
            if line.form in ("code", "row"):
                continue
            for n, sentence in enumerate(line.sentences):
                seen = _shown(line.sentences, n, is_named=is_named and at == 0)
                if seen is None:
                    continue
                shown = _Shown(seen, sentence, "" if n else _lead(source.lines, at))
                for amount in amounts(seen.quote):
                    if seen.start + amount.end <= sentence.start:
                        continue  # of the sentence before, which is asked by itself
                    if asked := _figure(shown, amount, beside, everywhere, part):
                        yield Asked(asked, source, sentence)


def _lead(lines: Sequence[Clause], at: int) -> str:
    """The line above a list whose points end its sentence: `Call the owner when:`."""
    line = lines[at]
    point = MARK.sub("", line.text, count=1)
    heads = [
        each
        for each in lines[:at]
        if each.depth < line.depth or (each.form == "prose" and not each.depth)
    ]
    begun = (line.form == "point" or line.depth) and point[:1].islower() and heads
    return heads[-1].sentences[-1].text if begun and announces(heads[-1].text) else ""


def _shown(sentences: Sequence[Clause], n: int, *, is_named: bool) -> Clause | None:
    """What is shown of a line to ask for a figure of its n-th sentence, None where nothing can be.

    A sentence that points back is shown with the one before it, a step's name not at all.
    """
    shown = sentences[n]
    if n == 0 and (mark := MARK.match(shown.quote)):
        shown = replace(shown, start=shown.start + mark.end())
    if n == 0 and is_named:
        rest = label(shown.text)[1]
        shown = replace(shown, start=shown.end - len(rest))
    if warned := LABELLED.match(shown.quote):
        shown = replace(shown, start=shown.start + warned.end())
    if points_back(shown.quote):
        if n == 0:
            return None
        shown = replace(shown, start=sentences[n - 1].start)
        if points_back(shown.quote):
            return None
    if (
        happens(shown.quote)
        or announces(shown.quote)
        or len(shown.quote.split()) not in WORDS
        or _ODD.search(shown.quote)
    ):
        return None
    return shown


def _figure(
    shown: _Shown, right: Amount, beside: str, everywhere: Sequence[Amount], part: str
) -> SingleBest | None:
    """The question for one figure of what is shown, None where the rest would give it away."""
    text = shown.clause.quote
    rest = f"{text[: right.start]} {GAP} {text[right.end :]}"
    if re.search(r"\b(?:the|these|those|this|that|same)\s*$", text[: right.start], re.IGNORECASE):
        return None
    before = text[: right.start]
    if before.count('"') % 2 or before.count("“") > before.count("”"):
        return None  # what is printed on something decides nothing
    inside = text.rfind("(", 0, right.start) > text.rfind(")", 0, right.start)
    if not sets_threshold(text[right.start : right.end]) or (inside and figures(rest)):
        return None
    if re.search(rf"\b{re.escape(text[right.start : right.end])}\b", rest):
        return None
    options = choice(right, beside, everywhere)
    if options is None:
        return None
    gapped = f"{text[: right.start]}{GAP}{text[right.end :]}"
    gapped = re.sub(rf"\b(a|an) {GAP}", f"a {GAP}", " ".join(gapped.split()))
    if shown.lead:
        gapped = f"{shown.lead} … {gapped}"
    stem = f"{place(shown.clause)}: which figure belongs in the gap? “{gapped}”"
    level: Difficulty = ("easy", "medium", "hard")[options.from_sop]
    why = shown.sentence.said()
    return SingleBest(
        "",
        part,
        level,
        Sentence(stem, authored=True),
        tuple(Option(right.written(value), value == right.value, why) for value in options.values),
    )


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
