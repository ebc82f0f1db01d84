"""Decides who drafts: a language model piece by piece where one is configured, else the SOP's words.

The SOP's own words come first in either case: they are what stands where a model fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from indexing.language_model import LanguageModel
from indexing.nouns import SopText
from learning.modules import Content
from review import verbatim
from review.checks import check_draft
from review.drafting_model.assembling import OF_PIECES, assembled, solver_findings
from review.drafting_model.nouns import MadePiece, Piece, Plan, basis_of
from review.drafting_model.planning import plan_draft
from review.drafting_model.revising import plan_revision
from review.drafting_model.writing import write_piece
from review.nouns import Checked, Drafted, DraftRequest, NothingToDraftFrom


def plan(
    request: DraftRequest,
    sops: Sequence[SopText],
    *,
    with_model: bool,
    before: Drafted | None = None,
    wanted: Sequence[str] = (),
) -> Plan | NothingToDraftFrom:
    """What stands without a model, and the pieces to ask one for; the same for the same arguments.

    `before` is the content that reviewers sent back, `wanted` what they said of it, the oldest first:
    a model drafts the part they speak of again. Without a model the SOPs are taken anew.
    """
    if with_model and before is not None:
        revision = plan_revision(request, sops, before.content, before.drafted_by, wanted)
        if revision is not None:
            return revision
    part = next((part for part in request.parts if part.id == request.part), None)
    drafted = verbatim.draft(request, sops, part)
    if isinstance(drafted, NothingToDraftFrom):
        return drafted
    if with_model:
        return plan_draft(request, sops, drafted)
    basis = basis_of(request, sops, drafted.content, wanted)
    return Plan(drafted.content, drafted.drafted_by, (), drafted.left_out, basis)


async def draft_piece(
    planned: Plan,
    piece: Piece,
    request: DraftRequest,
    sops: Sequence[SopText],
    model: LanguageModel,
) -> MadePiece:
    """Have a model write one piece; what fails its checks twice is left as it stood."""
    return await write_piece(planned, piece, request, sops, model)


def drafted(planned: Plan, made: Mapping[str, MadePiece]) -> Drafted:
    """The draft that a plan and its pieces (by key) amount to."""
    return assembled(planned, made)


async def check_drafted(
    made: Drafted,
    pieces: Iterable[MadePiece],
    request: DraftRequest,
    sops: Sequence[SopText],
    others: Sequence[tuple[int, Content]],
) -> Checked:
    """Check a whole draft. No model is asked: a solver has had each question with its piece."""
    of_sops = tuple(code for code in made.left_out if code.partition(":")[0] not in OF_PIECES)
    checked = await check_draft(replace(made, left_out=of_sops), request, sops, others, None)
    solved = solver_findings(made.content, pieces)
    return replace(checked, findings=(*checked.findings, *solved))


async def draft(
    request: DraftRequest,
    sops: Sequence[SopText],
    model: LanguageModel | None,
    *,
    before: Content | None = None,
    wanted: Sequence[str] = (),
) -> Drafted | NothingToDraftFrom:
    """Draft a module from SOPs that may be answered from today, all at once."""
    stood = Drafted(before, verbatim.BY) if before is not None else None
    planned = plan(request, sops, with_model=model is not None, before=stood, wanted=wanted)
    if isinstance(planned, NothingToDraftFrom):
        return planned
    made: dict[str, MadePiece] = {}
    for piece in planned.pieces if model is not None else ():
        assert model is not None
        made[piece.key] = await write_piece(planned, piece, request, sops, model)
    return assembled(planned, made)
