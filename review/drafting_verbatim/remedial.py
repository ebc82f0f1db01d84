"""Decides what two minutes on one sub-competency hold: the clause, an example, a question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from learning.modules import Applied, Item, RemedialUnit, Sentence
from review.drafting_verbatim.answers import answers
from review.drafting_verbatim.asked import Asked, is_odd, place
from review.drafting_verbatim.clauses import Block, Clause, Outline, SopStep
from review.drafting_verbatim.fit import Fit
from review.drafting_verbatim.guide import named_lists, step_name
from review.drafting_verbatim.items import numbered, questions
from review.drafting_verbatim.records import is_record
from review.drafting_verbatim.warning import is_bare_label, warns
from review.drafting_verbatim.wording import (
    announces,
    dangles,
    directs,
    happens,
    label,
    points_back,
    section_name,
    sets_threshold,
)

MOST_LINES = 6


def remedial_unit(
    sop: Outline, within: Outline, part: str, statement: str, fit: Fit
) -> RemedialUnit | None:
    """The unit on the step or paragraph that fits the statement best; None where none can be used."""
    usable = [piece for piece in within.parts if _can_be_taught(piece)]
    own = fit(statement, [_text(piece) for piece in usable])
    around = fit(statement, [_section(within, piece) for piece in usable])
    headings = fit(statement, [section_name(piece.head.section) for piece in usable])
    scores = [sum(each) for each in zip(own, around, headings, strict=True)]
    # Of those that fit as well, what people have to do or keep to comes before what is so.
    order = sorted(
        range(len(usable)), key=lambda at: (-round(scores[at], 2), not _directs(usable[at]), at)
    )
    named = named_lists(within)
    asked = questions(sop, within, part)
    for at in order:
        piece = usable[at]
        is_named = isinstance(piece, SopStep) and named[piece.list_id]
        example = _example(piece, is_named=is_named)
        if example is None:
            continue
        lines = piece.lines[:MOST_LINES]
        clause = tuple(line.said() for line in lines)
        return RemedialUnit(
            _title(piece), part, clause, example, _check(sop, piece, asked, part, lines)
        )
    return None


def _can_be_taught(piece: SopStep | Block) -> bool:
    head = piece.head
    if is_record(head.text):
        return False
    return head.form in ("prose", "point") and len(head.text.split()) >= 4 and not is_odd(head.text)


def _directs(piece: SopStep | Block) -> bool:
    said = [sentence.text for line in piece.lines for sentence in line.sentences]
    return any((directs(text) or warns(text)) and not happens(text) for text in said)


def _text(piece: SopStep | Block) -> str:
    return "\n".join((piece.head.section, *(line.text for line in piece.lines)))


def _section(within: Outline, piece: SopStep | Block) -> str:
    """All that stands in the piece's section."""
    headings = piece.head.passage.headings
    lines = [line.text for line in within.clauses if line.passage.headings == headings]
    return "\n".join((piece.head.section, *lines))


def _title(piece: SopStep | Block) -> str:
    where = place(piece.head)
    section = section_name(piece.head.section)
    return section if "”, “" in where else piece.head.sop.title


def _example(piece: SopStep | Block, *, is_named: bool) -> tuple[Sentence, ...] | None:
    """What two people say, one of whom has it right: on a limit or a warning where there is one."""
    told = list(_told(piece, is_named=is_named))
    for said in sorted(told, key=lambda text: not (warns(text) or sets_threshold(text))):
        made = answers(said)
        if made.natural or warns(said) or (sets_threshold(said) and not happens(said)):
            return (
                Sentence("An invented example, of two people.", authored=True),
                Sentence(f"One has it right: “{_inside(made.passes)}”", authored=True),
                Sentence(f"The other has not: “{_inside(made.fails)}”", authored=True),
            )
    return None


def _told(piece: SopStep | Block, *, is_named: bool) -> Iterator[str]:
    """The sentences of a piece that say something by themselves."""
    for at, line in enumerate(piece.lines):
        if line.form in ("code", "cell"):
            continue
        for n, sentence in enumerate(line.sentences):
            said = label(sentence.text)[1] if is_named and at == n == 0 else sentence.text
            if is_record(said) or is_bare_label(said) or announces(said) or dangles(said):
                continue
            if not (is_odd(said) or points_back(said)):
                yield said


def _inside(said: str) -> str:
    """What is said inside quotation marks: its own are single ones."""
    said = re.sub(r'"([^"]*)"', r"‘\1’", said)
    return said.replace("“", "‘").replace("”", "’")


def _check(
    sop: Outline, piece: SopStep | Block, asked: Sequence[Asked], part: str, lines: Sequence[Clause]
) -> Item:
    """A question on the same step or paragraph, else one that asks for it in own words."""
    own = [each for each in asked if each.source == piece and each.item.form != "ordering"]
    if own:
        return numbered(own[:1])[0]
    points = tuple(line.said() for line in lines if line.form != "code")
    if isinstance(piece, SopStep):
        before = _step_before(sop, piece)
        when = f"after “{before}”" if before else "first"
        stem = f"{place(piece.head)}: what do you do {when}?"
    else:
        stem = f"{place(piece.head)}: what must you know or do? Say it in your own words."
    return Applied("q1", part, "easy", Sentence(stem, authored=True), points)


def _step_before(sop: Outline, step: SopStep) -> str:
    """What the step before this one is called, empty for the first of its list."""
    named = named_lists(sop)
    steps = [each for each in sop.steps if each.list_id == step.list_id]
    at = steps.index(step)
    return step_name(steps[at - 1], named=named[step.list_id])[0].text.rstrip(".:") if at else ""
