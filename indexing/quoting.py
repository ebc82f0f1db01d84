"""Decides which validated words are quoted as an answer: what fits, and procedures as a whole.

Sentences, steps, rows and warnings are chosen by how well each fits the question, by meaning and by
its rarer words. A sentence brings its paragraph, and a numbered procedure is quoted from its first
step to its last, across the passages it was cut into; where there is no room for that, what was left
out is counted and said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from indexing.embeddings import Embedder
from indexing.fits import MARKED, Fit, Section, scored, units_of
from indexing.headed import NONE, Headed
from indexing.kept import ROOM, Kept
from indexing.leading import asks_how, comes_before, opens
from indexing.nouns import FoundPassage, LeftOut, Quoted
from indexing.pieces import (
    announced_by,
    announcement_of,
    counted_run,
    list_of,
    outwards,
    paragraph_of,
    rest_of,
)
from indexing.token_states import TokenStates

FITS = 0.6
"""A sentence of the best section is quoted from this share of the best one's fit on."""
ADDS = 0.8
"""A sentence of another section is quoted from this share of the best one's fit on."""
AROUND = 3
"""Sentences beside the best one that are quoted with it, in whole paragraphs."""
CLEARLY = 1.25
"""How many times as well as any step a sentence below them has to fit to be told without them; and
a row of a table as any other."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is quoted. `cited[n - 1]` is what the number n of a quote stands for."""

    quotes: tuple[Quoted, ...]
    cited: tuple[FoundPassage, ...]
    left_out: tuple[LeftOut, ...]


async def choose(
    asked: str | Sequence[str],
    read: Sequence[FoundPassage],
    around: Sequence[Section],
    embedder: Embedder | None,
    states: TokenStates | None,
    headed: Headed = NONE,
) -> Chosen:
    """Choose what answers from `read`, which `read_of` gives; `around` are the sections of these.

    `asked`: the question, or in a thread also the same behind the ones before. A procedure with
    `headed` steps is told first of all, as one section.
    """
    readings = (asked,) if isinstance(asked, str) else asked
    how = any(map(asks_how, readings))
    if headed.passages:
        steps = {one.passage_id for one in headed.passages}
        first = replace(headed.passages[0], score=read[0].score)
        read = [first, *(one for one in read if one.passage_id not in steps)]
        around = [headed.passages, *(own for own in around if own[0].passage_id not in steps)]
    units = units_of(read, around, headed.steps, asks_how=how)
    fits = await scored(readings, read, units, embedder, states)
    if not fits:
        whole = replace(read[0], text=read[0].text[:ROOM])
        return Chosen((Quoted(whole.text, 1),), (read[0],), ())
    sections = [
        [fit for fit in fits if fit.section == rank] for rank in sorted({f.section for f in fits})
    ]
    kept = Kept(ROOM)
    told = _told(sections)
    if told is not sections[0]:
        best = max(fits, key=lambda fit: fit.score)
        if best.section == sections[0][0].section:
            kept.add([best])
    _keep_front(kept, told, how=how)
    if how:
        _keep_going_on(kept, told, sections)
    _keep_before(kept, told, sections, read)
    _keep_extras(kept, sections, told[0].section)
    return _as_chosen(sections, kept.fits)


def _told(sections: Sequence[Sequence[Fit]]) -> Sequence[Fit]:
    """The section that is quoted first of all: the best one, or the one that its document opens."""
    first = sections[0][0].passage
    if opens(first):
        for section in sections[1:]:
            if section[0].passage.revision_id == first.revision_id:
                return section
    return sections[0]


def _keep_front(kept: Kept, front: Sequence[Fit], *, how: bool) -> None:
    """Of the best section: what fits best, its warnings, and the procedure or what is around it.

    A sentence that fits best often only repeats the question, so what stands around it comes
    along; where the passage tells a procedure, its steps do, unless what stands below them says
    more clearly what was asked.
    """
    read = [fit for fit in front if fit.read]
    lead = max(read, key=lambda fit: fit.score)
    if not kept.add([lead]):
        kept.add([_shortened(lead, kept.room - kept.cost([lead]) + lead.cost - MARKED)])
    steps = [fit for fit in read if fit.step is not None]
    tells = lead.listed or (steps and (how or not _answers_below(lead, steps)))
    for fit in sorted(front if tells else read, key=lambda fit: fit.step is not None):
        if fit.unit.warning:
            kept.add([fit])
    if lead.row:
        _keep_rows(kept, front, lead)
    elif tells:
        item = lead if lead.listed else max(steps, key=lambda fit: fit.score)
        _keep_list(kept, front, item)
    else:
        # Of clauses that count, one left out is missed like a step.
        kept.add(counted_run(front, lead))
        beside = [fit for fit in read if fit.step is None]
        _keep_paragraph(kept, front, lead)
        fitting = [fit for fit in beside if fit.score >= FITS * lead.score]
        nearest = outwards(beside, beside.index(lead))[: AROUND + 1]
        for fit in [*sorted(fitting, key=lambda fit: -fit.score), *nearest]:
            if len(kept.fits) <= AROUND:
                beside_it = paragraph_of(front, fit)
                kept.add([*beside_it, *announced_by(front, beside_it)])


def _answers_below(lead: Fit, steps: Sequence[Fit]) -> bool:
    """Whether what fits best stands below the steps and fits much better than any of them."""
    return lead.at > steps[-1].at and lead.score >= CLEARLY * max(fit.score for fit in steps)


def _keep_going_on(kept: Kept, told: Sequence[Fit], sections: Sequence[Sequence[Fit]]) -> None:
    """The steps of further sections that count on from those which are told."""
    last = max((fit.step for fit in told if fit.step is not None), default=0)
    for section in sections:
        first = next((fit for fit in section if fit.step is not None), None)
        same = section[0].passage.revision_id == told[0].passage.revision_id
        if section is not told and same and first and last and first.step == last + 1:
            _keep_list(kept, section, first)
            last = max(fit.step for fit in section if fit.step is not None)


def _keep_before(
    kept: Kept,
    told: Sequence[Fit],
    sections: Sequence[Sequence[Fit]],
    read: Sequence[FoundPassage],
) -> None:
    """What is to be known before the steps: its warnings, and all of it where there is room."""
    steps = next(one for one in read if one.passage_id in {fit.passage.passage_id for fit in told})
    above = {one.passage_id for one in read if comes_before(one, steps)}
    for section in sections:
        if section is not told and any(fit.passage.passage_id in above for fit in section):
            for fit in section:
                if fit.unit.warning:
                    kept.add([fit])
            kept.add(section)


def _keep_rows(kept: Kept, section: Sequence[Fit], lead: Fit) -> None:
    """The table a row stands in, or what fits of it; the row alone where it fits clearly best."""
    rows = list_of(section, lead)
    others = sorted((row for row in rows if row is not lead), key=lambda row: -row.score)
    if others and lead.score < CLEARLY * others[0].score and not kept.add(rows):
        for row in others:
            kept.add([row])


def _keep_paragraph(kept: Kept, section: Sequence[Fit], lead: Fit) -> None:
    """The paragraph that a sentence stands in: whole, or as much around it as there is room for."""
    whole = paragraph_of(section, lead)
    if not kept.add([*whole, *announced_by(section, whole)]) and not kept.add(whole):
        for fit in outwards(whole, whole.index(lead)):
            if not kept.add([fit]):
                break


def _keep_list(kept: Kept, section: Sequence[Fit], item: Fit) -> None:
    """The list an item stands in, after what introduces it: whole, or a stretch that holds it."""
    whole = list_of(section, item)
    first = whole[0].at
    introduction = [fit for fit in section[max(first - 2, 0) : first] if not fit.listed]
    if kept.add([*introduction, *whole]):
        return
    at = whole.index(item)
    # A procedure is read from its start, unless the step that was asked for would not be reached.
    end = len(whole)
    while end > at + 1 and kept.cost([*introduction, *whole[:end]]) > kept.room:
        end -= 1
    if kept.add([*introduction, *whole[:end]]):
        return
    ahead = back = True
    for fit in outwards(whole, at):
        after = fit.at >= item.at
        if not (ahead if after else back):
            continue
        if not kept.add([fit]):
            if after:
                ahead = False
            else:
                back = False


def _keep_extras(kept: Kept, sections: Sequence[Sequence[Fit]], front: int) -> None:
    """What else fits; not a step or point of another section's list, which says little alone."""
    fits = [(fit, section) for section in sections for fit in section if fit.read]
    best = max(fit.score for fit, _ in fits)
    for fit, section in sorted(fits, key=lambda one: -one[0].score):
        here = fit.section == front
        fitting = fit.score >= (FITS if here and not fit.row else ADDS) * best
        says_more = fit.text != fit.passage.section and not kept.says(fit)
        if fitting and fit.row and says_more:
            kept.add([fit])
            _keep_rows(kept, section, fit)
        elif fitting and (here or not fit.listed) and says_more:
            whole = paragraph_of(section, fit)
            before = [*announcement_of(section, fit), *whole]
            items = announced_by(section, whole)
            # Of a list that is announced, its beginning: what is left out is said.
            for end in range(len(items), 0, -1) if items else (0,):
                if kept.add([*before, *items[:end]]):
                    break


def _shortened(fit: Fit, room: int) -> Fit:
    """A single step that alone is too long, cut at the end of a line or word; [Show source] has it."""
    cut = fit.text[:room]
    end = max(cut.rfind("\n"), cut.rfind(". ") + 1) or cut.rfind(" ")
    return replace(fit, text=cut[: end if end > 0 else None].rstrip())


def _as_chosen(sections: Sequence[Sequence[Fit]], kept: Sequence[Fit]) -> Chosen:
    """The quotes in the order they are shown: best section first, each in its document's order."""
    shown = sorted(kept, key=lambda fit: (fit.section, fit.at))
    missing = {
        fit.section: rest
        for section in sections
        for fit in section[:1]
        if (rest := rest_of(section, {one.at for one in shown if one.section == fit.section}))
    }
    # Where the rest stands is a source too: it is what [Show source] shows.
    stands_in = [
        fit.passage for fit in (*shown, *(one for rest in missing.values() for one in rest))
    ]
    cited = tuple({passage.passage_id: passage for passage in stands_in}.values())
    number = {passage.passage_id: place for place, passage in enumerate(cited, start=1)}
    quotes = tuple(
        Quoted(
            fit.text,
            number[fit.passage.passage_id],
            fit.number,
            fit.unit.warning,
            fit.listed,
            fit.head,
        )
        for fit in shown
    )
    left_out = tuple(
        LeftOut(
            number[rest[0].passage.passage_id],
            tuple(fit.step for fit in rest if fit.step is not None),
            sum(fit.step is None and not fit.row for fit in rest),
            sum(fit.row for fit in rest),
        )
        for rest in missing.values()
    )
    return Chosen(quotes, cited, left_out)
