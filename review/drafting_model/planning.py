"""Decides which pieces of a draft a model is asked for; the rest stays the SOP's own words.

A guide stays word for word at every level: its steps map one to one onto the SOP's, and a model
could only lose something. So do warnings, steps to put in order, a rubric's criteria, and the
clause of a remedial unit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count, islice
from typing import assert_never

from indexing.addressed import speaks_to_a_model
from indexing.nouns import SopText
from learning.modules import (
    ITEMS_WANTED,
    Guide,
    Item,
    ItemSet,
    JobAid,
    Ordering,
    RemedialUnit,
    Scenario,
    Sentence,
    SingleBest,
)
from review.drafting_model.nouns import Form, Piece, Plan, Shown, basis_of
from review.drafting_verbatim.asked import is_odd
from review.drafting_verbatim.clauses import Block, Outline, SopStep
from review.drafting_verbatim.fit import Fit, serving, shared_terms
from review.drafting_verbatim.outline import outline
from review.drafting_verbatim.records import is_record
from review.drafting_verbatim.warning import warns
from review.nouns import Drafted, DraftRequest, SubCompetency

PASSAGES = 3
"""Passages that a piece is drafted from, the best first."""
LINES = 8
"""Lines of a job aid that are one piece."""
_FORMS: tuple[Form, Form] = ("single_best", "applied")
FEWEST_WORDS = 6
"""Words of a step or paragraph that a question can be about."""


def plan_draft(
    request: DraftRequest, sops: Sequence[SopText], drafted: Drafted, fit: Fit = shared_terms
) -> Plan:
    """The pieces that a model may better in a draft that was made without one."""
    base = drafted.content
    pieces: tuple[Piece, ...]
    match base:
        case Guide():
            pieces = ()
        case JobAid():
            pieces = tuple(_aid_pieces(base, sops, request))
        case ItemSet():
            base, pieces = _item_pieces(base, sops, request, fit)
        case Scenario():
            pieces = tuple(_scenario_pieces(base, sops, request))
        case RemedialUnit():
            pieces = tuple(_remedial_pieces(base, sops, request))
        case _:
            assert_never(base)
    # What nobody may show a model stays as it is.
    pieces = tuple(piece for piece in pieces if piece.passages)
    basis = basis_of(request, sops, base, ())
    return Plan(base, drafted.drafted_by, pieces, drafted.left_out, basis)


def statement_of(request: DraftRequest, part: str) -> str:
    """What a sub-competency asks for, or the whole competency."""
    return next((each.statement for each in request.parts if each.id == part), request.statement)


def cited_by(said: Sequence[Sentence], sops: Sequence[SopText]) -> tuple[Shown, ...]:
    """The passages that hold the quotes of these sentences and may be shown, each once, in order."""
    found: dict[tuple[int, int], Shown] = {}
    for cite in (cite for each in said for cite in each.cites):
        for sop in sops:
            if sop.revision != cite.revision:
                continue
            for passage in sop.passages:
                if cite.quote in passage.text and not speaks_to_a_model(passage.text):
                    found.setdefault((sop.revision, passage.ordinal), Shown(sop, passage))
    return tuple(found.values())[: PASSAGES + 1]


# Each kind


def _aid_pieces(aid: JobAid, sops: Sequence[SopText], request: DraftRequest) -> Iterator[Piece]:
    runs: list[list[int]] = [[]]
    for at, line in enumerate(aid.lines):
        if line.authored:
            runs.append([])
        elif not warns(line.text) and not is_odd(line.text):
            if len(runs[-1]) == LINES:
                runs.append([])
            runs[-1].append(at)
    for run in runs:
        if run:
            yield lines_piece("aid", aid.lines, run, sops, request.statement)


def lines_piece(
    section: str, lines: Sequence[Sentence], at: Sequence[int], sops: Sequence[SopText], what: str
) -> Piece:
    """These lines of a section, to be said in fewer words."""
    own = tuple(lines[one] for one in at)
    shown = cited_by(own, sops)
    return Piece(f"{section}.{at[0]}", "lines", shown, own, what, lines=own, at=tuple(at))


def _scenario_pieces(
    base: Scenario, sops: Sequence[SopText], request: DraftRequest
) -> Iterator[Piece]:
    what = statement_of(request, base.part)
    criteria = tuple(criterion.statement for criterion in base.rubric)
    shown = cited_by(criteria, sops)
    for number, variant in enumerate(base.variants, 1):
        yield Piece(f"variant.{number}", "variant", shown, variant, what, lines=criteria)
    for criterion in base.rubric:
        own = (criterion.statement,)
        yield Piece(
            f"rubric.{criterion.id}", "examples", cited_by(own, sops), criterion, what, lines=own
        )
    answer = base.model_answer
    yield lines_piece("model_answer", answer, range(len(answer)), sops, what)


def _remedial_pieces(
    base: RemedialUnit, sops: Sequence[SopText], request: DraftRequest
) -> Iterator[Piece]:
    what = statement_of(request, base.part)
    shown = cited_by(base.clause, sops)
    yield Piece("example", "example", shown, base.example, what, base.part)
    if not isinstance(base.check, Ordering):
        yield Piece(
            f"item.{base.check.id}", form_of(base.check), shown, base.check, what, base.part
        )


def form_of(item: Item) -> Form:
    """The form a model is asked for in an item's place."""
    return "single_best" if isinstance(item, SingleBest) else "applied"


def _item_pieces(
    base: ItemSet, sops: Sequence[SopText], request: DraftRequest, fit: Fit
) -> tuple[ItemSet, tuple[Piece, ...]]:
    """A question of a model's in the place of each of the drafter's, and more up to ten for a part.

    What the drafter asks in figures and cases is asked of the same words; steps to put in order
    stay. Ids are given anew, so that there is one for each place.
    """
    ids = (f"q{number}" for number in count(1))
    kept: list[Item] = []
    pieces: list[Piece] = []
    outlines = [outline(sop) for sop in sops]
    for part in _parts_asked(request):
        asked: set[tuple[Form, int, int]] = set()
        left = ITEMS_WANTED
        for item in (item for item in base.items if item.part == part.id):
            named = replace(item, id=next(ids))
            kept.append(named)
            left -= 1
            if isinstance(named, Ordering):
                continue
            own, form = tuple(dict.fromkeys(_sources(named))), form_of(named)
            shown = cited_by(own, sops)
            asked |= {(form, one.sop.revision, one.passage.ordinal) for one in shown[:1]}
            key = f"item.{named.id}"
            pieces.append(Piece(key, form, shown, named, part.statement, part.id, own))
        for form, shown in islice(_unasked(outlines, part, request, asked, fit), left):
            key = f"item.{next(ids)}"
            pieces.append(Piece(key, form, shown, None, part.statement, part.id))
    return replace(base, items=tuple(kept)), tuple(pieces)


def _parts_asked(request: DraftRequest) -> tuple[SubCompetency, ...]:
    """The parts that items are wanted for, as the drafter without a model counts them."""
    if request.part:
        return tuple(part for part in request.parts if part.id == request.part)
    return request.parts or (SubCompetency(request.competency, request.statement),)


def _sources(item: Item) -> tuple[Sentence, ...]:
    match item:
        case SingleBest(options=options):
            return tuple(option.why for option in options)
        case Ordering(steps=steps):
            return steps
        case _:
            return item.points


def _unasked(
    outlines: Sequence[Outline],
    part: SubCompetency,
    request: DraftRequest,
    asked: set[tuple[Form, int, int]],
    fit: Fit,
) -> Iterator[tuple[Form, tuple[Shown, ...]]]:
    """Passages that serve a part, each with its neighbours and a form it is not asked in yet.

    First those that no question is about.
    """
    whole = part.id == request.competency and part not in request.parts
    found: dict[tuple[int, int], tuple[Shown, ...]] = {}
    for within in outlines if whole else serving(outlines, part.statement, fit):
        for source in within.parts:
            at = (within.sop.revision, source.head.passage.ordinal)
            if at not in found and _can_be_asked(source):
                found[at] = _around(within, source)
    free = [(form, at) for at in found for form in _FORMS if (form, *at) not in asked]
    # What nothing is asked about yet comes first, then what is asked in the other form.
    free.sort(key=lambda one: sum((form, *one[1]) in asked for form in _FORMS))
    first: dict[tuple[int, int], Form] = {}
    for form, at in free:
        first.setdefault(at, form)
    later = [(form, at) for form, at in free if first[at] != form]
    for form, at in (*((form, at) for at, form in first.items()), *later):
        yield form, found[at]


def _can_be_asked(source: SopStep | Block) -> bool:
    head = source.head
    return (
        head.form in ("prose", "point")
        and len(head.text.split()) >= FEWEST_WORDS
        and not is_record(head.text)
        and not is_odd(head.text)
        and not speaks_to_a_model(head.passage.text)
    )


def _around(within: Outline, source: SopStep | Block) -> tuple[Shown, ...]:
    """The passage of a step or paragraph, then others of its section."""
    own = source.head.passage
    beside = [
        passage
        for passage in within.sop.passages
        if passage.headings == own.headings
        and passage != own
        and abs(passage.ordinal - own.ordinal) < PASSAGES
        and not speaks_to_a_model(passage.text)
    ]
    return tuple(Shown(within.sop, passage) for passage in (own, *beside[: PASSAGES - 1]))
