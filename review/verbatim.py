"""Decides what a draft without a model says: the SOP's own clauses, put into each kind's form.

Pure: the same documents give the same draft. What a kind needs and no document holds is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from textwrap import shorten
from typing import assert_never

from indexing.nouns import SopText
from learning.modules import ITEMS_WANTED, TITLE_CHARACTERS, ItemSet
from review.drafting_verbatim.aid import job_aid
from review.drafting_verbatim.asked import Asked
from review.drafting_verbatim.clauses import Outline
from review.drafting_verbatim.fit import Fit, serving, shared_terms
from review.drafting_verbatim.guide import guide
from review.drafting_verbatim.items import chosen, numbered, questions
from review.drafting_verbatim.outline import outline
from review.drafting_verbatim.remedial import remedial_unit
from review.drafting_verbatim.scenario import scenario
from review.drafting_verbatim.sharing import shared_out
from review.nouns import Drafted, DraftRequest, NothingToDraftFrom, SubCompetency

BY = "verbatim"


def draft(
    request: DraftRequest,
    sops: Sequence[SopText],
    part: SubCompetency | None,
    fit: Fit = shared_terms,
) -> Drafted | NothingToDraftFrom:
    """A draft of `request.kind` from the SOPs, or what they lack for it.

    `part` is the sub-competency it is to serve (items: None for each of the request's). `fit` tells
    which pieces serve a statement. A guide and a job aid are of one SOP, the one that fits best:
    `left_out` then has `other_documents`.
    """
    if not sops:
        return NothingToDraftFrom("no_sop")
    if part is not None and request.parts and part not in request.parts:
        return NothingToDraftFrom("no_such_part", _uris(sops))
    wanted = _wanted(request, part)
    best = _best_first([outline(sop) for sop in sops], wanted, fit)
    made = _draft(request, best, part, wanted, fit)
    if isinstance(made, NothingToDraftFrom):
        return made
    return replace(made, content=replace(made.content, title=_short(made.content.title)))


def _draft(
    request: DraftRequest,
    best: Sequence[Outline],
    part: SubCompetency | None,
    wanted: str,
    fit: Fit,
) -> Drafted | NothingToDraftFrom:
    match request.kind:
        case "guide":
            return _guide(best)
        case "aid":
            return _aid(best, wanted, fit)
        case "items":
            return _items(request, best, part, fit)
        case "scenario":
            return _scenario(request, best, part, fit)
        case "remedial":
            return _remedial(request, best, part, fit)
        case _:
            assert_never(request.kind)


def _short(title: str) -> str:
    """A title of a length that a module may have, cut between words."""
    return shorten(title, TITLE_CHARACTERS, placeholder=" …") if title.strip() else title


def _guide(best: Sequence[Outline]) -> Drafted | NothingToDraftFrom:
    with_steps = [sop for sop in best if sop.steps]
    if not with_steps:
        return NothingToDraftFrom("no_steps", _named(best))
    others = ("other_documents",) if len(with_steps) > 1 else ()
    return Drafted(guide(with_steps[0]), BY, others)


def _aid(best: Sequence[Outline], wanted: str, fit: Fit) -> Drafted | NothingToDraftFrom:
    others = ("other_documents",) if len(best) > 1 else ()
    for sop in best:
        if made := job_aid(sop, wanted, fit):
            aid, whole = made
            return Drafted(aid, BY, others if whole else ("sections", *others))
    has_steps = any(sop.steps for sop in best)
    return NothingToDraftFrom("too_long" if has_steps else "too_few_clauses", _named(best))


def _items(
    request: DraftRequest, best: Sequence[Outline], part: SubCompetency | None, fit: Fit
) -> Drafted | NothingToDraftFrom:
    """Ten for each part that is wanted, or as many as there are."""
    kept: list[Asked] = []
    left_out: list[str] = []
    parts = (part,) if part else request.parts or (_whole(request),)
    found = {
        each: [
            asked
            for within in _within(best, each, request, fit)
            for asked in questions(_document(best, within), within, each.id)
        ]
        for each in parts
    }
    for each, own in shared_out(found, fit).items():
        picked = chosen(own, ITEMS_WANTED)
        kept.extend(picked)
        if len(picked) < ITEMS_WANTED:
            left_out.append(f"fewer_items:{each.id}:{len(picked)}")
    if not kept:
        lacking = any(sop.steps for sop in best)
        return NothingToDraftFrom("too_few_clauses" if lacking else "no_thresholds", _named(best))
    title = parts[0].statement if len(parts) == 1 else request.statement
    title = title.strip().rstrip(".") or best[0].sop.title
    return Drafted(ItemSet(title, numbered(kept)), BY, tuple(left_out))


def _scenario(
    request: DraftRequest, best: Sequence[Outline], part: SubCompetency | None, fit: Fit
) -> Drafted | NothingToDraftFrom:
    """On the sections that serve the part; where those hold too little, on their whole SOP."""
    served = part or _whole(request)
    wanted = [served.statement] if part else _statements(request)
    found = _within(best, served, request, fit)
    for within in (*found, *(_document(best, within) for within in found)):
        if made := scenario(within, served.id, wanted, request.role, request.context, fit):
            return Drafted(made, BY)
    return NothingToDraftFrom("too_few_clauses", _named(best))


def _remedial(
    request: DraftRequest, best: Sequence[Outline], part: SubCompetency | None, fit: Fit
) -> Drafted | NothingToDraftFrom:
    served = part or _whole(request)
    for within in _within(best, served, request, fit):
        document = _document(best, within)
        if made := remedial_unit(document, within, served.id, served.statement, fit):
            return Drafted(made, BY)
    return NothingToDraftFrom("too_few_clauses", _named(best))


def _whole(request: DraftRequest) -> SubCompetency:
    """A competency without parts, taken as one."""
    return SubCompetency(request.competency, request.statement)


def _within(
    best: Sequence[Outline], part: SubCompetency, request: DraftRequest, fit: Fit
) -> list[Outline]:
    """The sections to draw from: for a part those that serve it, else all."""
    if part.id == request.competency and part not in request.parts:
        return list(best)
    return serving(best, part.statement, fit)


def _document(best: Sequence[Outline], within: Outline) -> Outline:
    """The whole document of a cut-down one."""
    return next(sop for sop in best if sop.sop == within.sop)


def _wanted(request: DraftRequest, part: SubCompetency | None) -> str:
    """What the module is for, in the request's words."""
    if part is not None:
        return part.statement
    return " ".join(_statements(request))


def _statements(request: DraftRequest) -> list[str]:
    """The gap in its name's words, the competency, and each of its parts."""
    gap = request.gap.replace("-", " ").replace("_", " ")
    return [gap, request.statement, *(each.statement for each in request.parts)]


def _best_first(sops: Sequence[Outline], wanted: str, fit: Fit) -> list[Outline]:
    texts = ["\n".join((sop.sop.title, *(line.text for line in sop.clauses))) for sop in sops]
    scores = fit(wanted, texts)
    order = sorted(range(len(sops)), key=lambda at: (-scores[at], at))
    return [sops[at] for at in order]


def _named(sops: Sequence[Outline]) -> tuple[str, ...]:
    return _uris([sop.sop for sop in sops])


def _uris(sops: Sequence[SopText]) -> tuple[str, ...]:
    return tuple(sop.uri for sop in sops)
