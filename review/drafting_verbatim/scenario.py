"""Decides what an exercise asks and what an answer must show: a rubric of the SOP's own clauses.

Everything invented stands in fixed sentences that fit any SOP; what is particular is quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from learning.modules import Criterion, Scenario, Sentence, Variant
from review.drafting_verbatim.answers import Answers, answers
from review.drafting_verbatim.asked import is_odd, place
from review.drafting_verbatim.cases import Case, cases
from review.drafting_verbatim.clauses import Block, Clause, Outline, SopStep
from review.drafting_verbatim.fit import Fit, fit_of_all
from review.drafting_verbatim.guide import named_lists, step_name, warnings
from review.drafting_verbatim.warning import is_labelled_warning, warns
from review.drafting_verbatim.wording import (
    announces,
    dangles,
    directs,
    instructs,
    label,
    leans,
    points_back,
    section_name,
    sets_threshold,
)

FEWEST, MOST = 3, 6
LONGEST = 45
"""Words of a clause that can be a criterion."""
TASK = "Write what you do and what you say, step by step, and what would make you act differently."


@dataclass(frozen=True, slots=True)
class _Point:
    """A clause that an answer can show."""

    clause: Clause
    text: str
    said: Answers
    critical: bool


def scenario(
    within: Outline, part: str, wanted: Sequence[str], role: str, context: str, fit: Fit
) -> Scenario | None:
    """The exercise on one section of these, or on all where none has clauses enough for a rubric.

    `wanted` are the statements it is to serve. None where all together have not enough.
    """
    found = _on_one_section(within, wanted, fit)
    rubric = _chosen(list(_points(found)))
    if len(rubric) < FEWEST:
        return None
    within, told = found, cases(found)
    criteria = tuple(
        Criterion(
            f"c{n}",
            point.clause.said(point.text),
            Sentence(point.said.passes, authored=True),
            Sentence(point.said.fails, authored=True),
            point.critical,
        )
        for n, point in enumerate(rubric, 1)
    )
    subject = _subject(within, rubric)
    return Scenario(
        subject,
        part,
        tuple(_variants(within, told, rubric, role, context, subject)),
        criteria,
        tuple(criterion.statement for criterion in criteria),
    )


def _on_one_section(within: Outline, wanted: Sequence[str], fit: Fit) -> Outline:
    """The section that fits best by heading and text, of several the one that tells most cases."""
    sections = [
        Outline(within.sop, tuple(parts))
        for _, parts in groupby(within.parts, key=lambda part: part.head.passage.headings)
    ]
    sections = [each for each in sections if len(_chosen(list(_points(each)))) >= FEWEST]
    if not sections:
        return within
    names = [section_name(each.parts[0].head.section) for each in sections]
    texts = [
        "\n".join((name, *(line.text for line in each.clauses)))
        for name, each in zip(names, sections, strict=True)
    ]
    together = zip(fit_of_all(fit, wanted, names), fit_of_all(fit, wanted, texts), strict=True)
    scores = [sum(both) for both in together]
    return max(
        zip(scores, sections, strict=True),
        key=lambda scored: (scored[0], min(2, len(cases(scored[1]))), len(scored[1].steps)),
    )[1]


def _subject(within: Outline, rubric: Sequence[_Point]) -> str:
    """The section most of the rubric is from, or the SOP where it is from several."""
    sections = {point.clause.section for point in rubric}
    where = place(rubric[0].clause)
    if len(sections) == 1 and "”, “" in where:
        return section_name(rubric[0].clause.section)
    return within.sop.title


def _points(within: Outline) -> Iterator[_Point]:
    """What each step asks first and every warning, in the document's order."""
    named = named_lists(within)
    warned = list(warnings(within.blocks))
    for part in within.parts:
        if isinstance(part, Block):
            found = [w for w in warned if any(_holds(line, w) for line in part.lines)]
            yield from (point for w in found if (point := _point(w, w.text, w.text)))
            continue
        yield from _of_step(part, named=named[part.list_id])


def _of_step(step: SopStep, *, named: bool) -> Iterator[_Point]:
    """The first thing a step asks for, and the first that it forbids or limits."""
    first, *more = [s for line in step.lines for s in line.sentences if line.form != "code"]
    text = label(first.text)[1] if named else first.text
    must = next((clause for clause in more if _must(clause)), None)
    if must is not None and leans(must.text):
        # "Do not give them tablets" says who they are in the sentence before.
        both = must is more[0] and _holds(step.head, must)
        whole = replace(first, end=must.end)
        if both and (point := _point(whole, whole.text, must.text)):
            yield point
            return
        must = None
    for clause, said in ((first, text), *((other, other.text) for other in more)):
        point = _point(clause, said, said)
        if point and (point.said.natural or point.critical):
            yield point
            break
    if must is not None and (point := _point(must, must.text, must.text)):
        yield point


def _point(clause: Clause, text: str, about: str) -> _Point | None:
    """The clause, if it can be a criterion; the answers are about `about`."""
    text = text.rstrip()
    if text.endswith(":") and instructs(text) and "following" not in text:
        text = about = text[:-1]
    words = len(text.split())
    if not 3 <= words <= LONGEST or is_odd(text) or announces(text) or dangles(text):
        return None
    if points_back(text) and not is_labelled_warning(text):
        return None
    return _Point(clause, text, answers(about), _must(clause))


def _must(clause: Clause) -> bool:
    """Whether an answer without it fails: the clause forbids, warns or sets a limit to what is done.

    What merely happens is no rule: `Card refunds arrive in 3 to 5 working days.`
    """
    return warns(clause.text) or (sets_threshold(clause.text) and directs(clause.text))


def _holds(line: Clause, inner: Clause) -> bool:
    return line.passage == inner.passage and line.start <= inner.start < line.end


def _chosen(points: Sequence[_Point]) -> list[_Point]:
    """Three to six: at most half of them critical where there are others, natural ones first."""
    distinct = list({point.text.casefold(): point for point in points}.values())
    order = {id(point): n for n, point in enumerate(distinct)}
    critical = sorted((p for p in distinct if p.critical), key=lambda p: not p.said.natural)
    plain = sorted((p for p in distinct if not p.critical), key=lambda p: not p.said.natural)
    acting = [p for p in plain if p.said.natural or instructs(p.text)]
    kept = critical[: MOST // 2]
    kept += acting[: MOST - len(kept)]
    kept += critical[MOST // 2 :][: MOST - len(kept)]
    return sorted(kept, key=lambda point: order[id(point)])


def _variants(
    within: Outline,
    told: Sequence[Case],
    rubric: Sequence[_Point],
    role: str,
    context: str,
    subject: str,
) -> Iterator[Variant]:
    person = next((case.about for case in told if case.about), "")
    opening = f"This case is invented. You are at work as {_role(role)}"
    opening += f" and are helping a {person}." if person else "."
    about = [Sentence(f"It is about “{subject}”.", authored=True)]
    if context.strip():
        about.append(Sentence(f"Where: {context.strip().rstrip('.')}.", authored=True))
    for turn in list(_turns(within, told, rubric))[:3]:
        situation = (Sentence(opening, authored=True), *about, Sentence(turn, authored=True))
        yield Variant(situation, Sentence(TASK, authored=True), tuple(_hints(rubric)))


def _turns(within: Outline, told: Sequence[Case], rubric: Sequence[_Point]) -> Iterator[str]:
    """What is particular about a case: the SOP's own conditions first, then what tempts people."""
    apart = [case for case in told if case.opening in ("", "if", "when") and case.acts]
    rubric_at = {(p.clause.passage.ordinal, p.clause.start) for p in rubric}
    apart.sort(key=lambda c: (c.points[0].passage.ordinal, c.points[0].start) not in rubric_at)
    for case in apart[:2]:
        yield _turn(case)
    named = named_lists(within)
    for step in (*within.steps[1:], *within.steps[:1]):
        name = step_name(step, named=named[step.list_id])[0].text.rstrip(".:")
        is_case = label(name)[0] and not instructs(name)
        tells = len(name.split()) >= 2 and (named[step.list_id] or instructs(name))
        if tells and not is_odd(name) and not is_case:
            yield f"You are short of time, and a colleague suggests leaving out one step: “{name}”."
            break
    rules = sorted((p for p in rubric if p.critical), key=lambda p: not _is_rule(p))
    for point in rules[:1]:
        rule = point.text.rstrip(".:")
        yield f"Somebody asks you to make an exception to a rule of the SOP: “{rule}”."
    for case in apart[2:]:
        yield _turn(case)
    yield "Nothing about it is unusual."
    yield "It is your first case of this kind, and nobody is near whom you could ask."
    yield "A colleague tells you that this is usually done from memory."


def _is_rule(point: _Point) -> bool:
    """Whether a clause binds whoever is tempted, beyond saying what to do."""
    return warns(point.text) or not point.said.natural


def _turn(case: Case) -> str:
    """`This time, the customer does not know.`"""
    if not case.opening:
        after = ""
        if case.after is not None and not is_odd(case.after.text):
            after = f", after “{case.after.text.rstrip('.:')}”,"
        return f"This time{after} the case is “{case.when}”."
    holds = case.when[len(case.opening) :].strip()
    return f"This is the case: {holds}."


def _role(role: str) -> str:
    """`service-agent` as people say it."""
    said = re.sub(r"[-_]+", " ", role).strip() or "colleague"
    return f"{'an' if said[0].lower() in 'aeiou' else 'a'} {said}"


def _hints(rubric: Sequence[_Point]) -> Iterator[Sentence]:
    yield Sentence(f"Where it stands: {place(rubric[0].clause)}.", authored=True)
    if any(point.critical for point in rubric):
        yield Sentence("Think of the limits the SOP sets and of what it forbids.", authored=True)
