"""Decides what a draft without a model says: the SOP's own clauses, put into each kind's form.

Pure: the same documents give the same draft. What a kind needs and no document holds is said.
"""

from __future__ import annotations

from collections.abc import Sequence

from indexing.nouns import SopText
from review.drafting_verbatim.aid import job_aid
from review.drafting_verbatim.fit import Fit, shared_terms
from review.drafting_verbatim.guide import guide
from review.drafting_verbatim.outline import Outline, outline
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
    match request.kind:
        case "guide":
            return _guide(best)
        case "aid":
            return _aid(best, wanted, fit)
        case _:
            return NothingToDraftFrom("too_few_clauses", _uris(sops))


def _guide(best: Sequence[Outline]) -> Drafted | NothingToDraftFrom:
    with_steps = [sop for sop in best if sop.steps]
    if not with_steps:
        return NothingToDraftFrom("no_steps", _uris([sop.sop for sop in best]))
    others = ("other_documents",) if len(with_steps) > 1 else ()
    return Drafted(guide(with_steps[0]), BY, others)


def _aid(best: Sequence[Outline], wanted: str, fit: Fit) -> Drafted | NothingToDraftFrom:
    others = ("other_documents",) if len(best) > 1 else ()
    for sop in best:
        if made := job_aid(sop, wanted, fit):
            aid, whole = made
            return Drafted(aid, BY, others if whole else ("sections", *others))
    uris = _uris([sop.sop for sop in best])
    return NothingToDraftFrom("too_long" if any(s.steps for s in best) else "too_few_clauses", uris)


def _wanted(request: DraftRequest, part: SubCompetency | None) -> str:
    """What the module is for, in the request's words."""
    if part is not None:
        return part.statement
    return " ".join((request.statement, *(each.statement for each in request.parts)))


def _best_first(sops: Sequence[Outline], wanted: str, fit: Fit) -> list[Outline]:
    texts = ["\n".join((sop.sop.title, *(line.text for line in sop.clauses))) for sop in sops]
    scores = fit(wanted, texts)
    order = sorted(range(len(sops)), key=lambda at: (-scores[at], at))
    return [sops[at] for at in order]


def _uris(sops: Sequence[SopText]) -> tuple[str, ...]:
    return tuple(sop.uri for sop in sops)
