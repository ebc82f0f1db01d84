"""Decides what becomes of a piece: the model's if it passes every check, else what stood there.

Whatever fails is asked for once more, with what was wrong, and then no more.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace

from indexing.language_model import LanguageModel, ModelUnavailable, Prompt, T, Usage
from indexing.nouns import SopText
from learning.modules import Content, ItemSet, JobAid, RemedialUnit
from review.checks import check_draft
from review.drafting_model.assembling import put
from review.drafting_model.nouns import Fragment, MadePiece, Piece, Plan
from review.drafting_model.reading import Fault, fragment_of
from review.nouns import Drafted, DraftRequest, Finding
from review.prompts import SHAPES, piece_prompt

TRIES = 2
_RETRIED = frozenset({"off_schema", "endless"})
"""Failures that are the answer's own; any other the next try would meet too."""
_BY_A_SOLVER = frozenset({"key_unsure"})
"""Found by a model, whose word does not block; good enough a reason not to take a piece."""


@dataclass(frozen=True, slots=True)
class _Metered:
    """A model that counts what others ask of it towards one piece."""

    model: LanguageModel
    usage: Usage

    @property
    def name(self) -> str:
        return self.model.name

    async def ask(self, prompt: Prompt, answer: type[T], usage: Usage) -> T:
        known = len(usage.calls)
        usage.awaited = False
        try:
            return await self.model.ask(prompt, answer, usage)
        finally:
            if usage is not self.usage:
                self.usage.calls.extend(usage.calls[known:])

    def write(self, prompt: Prompt, usage: Usage) -> AsyncGenerator[str]:
        return self.model.write(prompt, usage)


async def write_piece(
    plan: Plan,
    piece: Piece,
    request: DraftRequest,
    sops: Sequence[SopText],
    model: LanguageModel,
) -> MadePiece:
    """Have the model write a piece. Never raises what a model does: then `spare` stands."""
    usage = Usage(awaited=False)
    metered = _Metered(model, usage)
    wrong: tuple[str, ...] = ()
    prompt = piece_prompt(piece, request)
    for _ in range(TRIES):
        prompt = piece_prompt(piece, request, wrong)
        try:
            written = await model.ask(prompt, SHAPES[piece.form], usage)
            fragment = fragment_of(piece, written)
        except ModelUnavailable as failure:
            wrong = (failure.why,)
            if failure.why not in _RETRIED:
                break
            continue
        except Fault as fault:
            wrong = (fault.code,)
            continue
        found = await _findings(plan, piece, fragment, request, sops, metered)
        if not found:
            return _made(piece, fragment, model.name, "", prompt, usage)
        wrong = tuple(dict.fromkeys(finding.code for finding in found))
    return _made(piece, piece.spare, "", wrong[0], prompt, usage)


def _made(
    piece: Piece, fragment: Fragment | None, by: str, why: str, prompt: Prompt, usage: Usage
) -> MadePiece:
    shown = tuple((one.sop.revision, one.passage.ordinal) for one in piece.passages)
    if by and fragment == piece.spare:
        by = ""  # word for word what stood: nobody's but whose it was
    return MadePiece(piece.key, fragment, by, why, (), prompt.hash, shown, usage)


async def _findings(
    plan: Plan,
    piece: Piece,
    fragment: Fragment,
    request: DraftRequest,
    sops: Sequence[SopText],
    model: LanguageModel,
) -> list[Finding]:
    """What the checks hold against a content with this fragment, and not against it without."""
    with_it, without = _around(plan.base, piece, fragment)
    solver = model if piece.key.startswith("item.") else None
    checked = await check_draft(Drafted(with_it, model.name), request, sops, (), solver)
    stood = set()
    if without is not None:
        before = await check_draft(Drafted(without, plan.by), request, sops, (), None)
        stood = set(before.findings)
    return [
        finding
        for finding in checked.findings
        if (finding.blocks or finding.code in _BY_A_SOLVER) and finding not in stood
    ]


def _around(base: Content, piece: Piece, fragment: Fragment) -> tuple[Content, Content | None]:
    """The least content that can be checked with a fragment in it, and the same without it."""
    match base:
        case ItemSet():
            return put(replace(base, items=()), piece, fragment), None
        case RemedialUnit() | JobAid():
            return put(base, piece, fragment), base
        case _:
            return put(base, piece, fragment), base
