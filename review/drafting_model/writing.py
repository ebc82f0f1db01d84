"""Decides what becomes of a piece: the model's if it passes every check, else what stood there.

Whatever fails is asked for once more, with what was wrong, and then no more.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel

from indexing.language_model import LanguageModel, ModelUnavailable, Prompt, T, Usage
from indexing.nouns import SopText
from learning.modules import ItemSet, JobAid, SingleBest
from review.checking.solver import key_findings
from review.checks import check_draft
from review.drafting_model.assembling import UNASKED, put
from review.drafting_model.nouns import Fragment, MadePiece, Piece, Plan
from review.drafting_model.reading import Fault, fragment_of
from review.nouns import Drafted, DraftRequest
from review.prompts import SHAPES, piece_prompt

TRIES = 2
_RETRIED = frozenset({"off_schema", "endless"})
"""Failures that are the answer's own; any other the next try would meet too."""


@dataclass(slots=True)
class _Metered:
    """A model that counts what others ask of it towards one piece."""

    model: LanguageModel
    usage: Usage
    cites: bool = True

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

    def write(
        self, prompt: Prompt, usage: Usage, shape: type[BaseModel] | None = None
    ) -> AsyncGenerator[str]:
        return self.model.write(prompt, usage, shape)


async def write_piece(
    plan: Plan,
    piece: Piece,
    request: DraftRequest,
    sops: Sequence[SopText],
    model: LanguageModel,
) -> MadePiece:
    """Have the model write a piece. Never raises what a model does: then `spare` stands."""
    usage = Usage(awaited=False)
    wrong: tuple[str, ...] = ()
    prompt = piece_prompt(piece, request)
    for again in range(TRIES):
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
        wrong = await _held_against(plan, piece, fragment, request, sops, advice=not again)
        if wrong:
            continue
        solved = await _solved(piece, fragment, sops, _Metered(model, usage))
        if solved != "key_unsure":
            by = "" if fragment == piece.spare else model.name
            return _made(piece, fragment, by, "", solved, prompt, usage)
        wrong = (solved,)
    solved = ""
    if wrong[0] not in UNASKED:
        solved = await _solved(piece, piece.spare, sops, _Metered(model, usage))
    return _made(piece, piece.spare, "", wrong[0], solved, prompt, usage)


def _made(
    piece: Piece,
    fragment: Fragment | None,
    by: str,
    why: str,
    solved: str,
    prompt: Prompt,
    usage: Usage,
) -> MadePiece:
    shown = tuple((one.sop.revision, one.passage.ordinal) for one in piece.passages)
    return MadePiece(piece.key, fragment, by, why, solved, prompt.hash, shown, usage)


async def _held_against(
    plan: Plan,
    piece: Piece,
    fragment: Fragment,
    request: DraftRequest,
    sops: Sequence[SopText],
    *,
    advice: bool,
) -> tuple[str, ...]:
    """The codes of what the checks hold against a content with this fragment, and not without it.

    With `advice` also what does not block but concerns the piece's own words: worth another try.
    """
    base = replace(plan.base, items=()) if isinstance(plan.base, ItemSet) else plan.base
    with_it = await check_draft(Drafted(put(base, piece, fragment), ""), request, sops, (), None)
    without = await check_draft(Drafted(base, ""), request, sops, (), None)
    own = piece.key.partition(".")[0] if isinstance(base, JobAid) else piece.key
    return tuple(
        dict.fromkeys(
            finding.code
            for finding in with_it.findings
            if finding not in without.findings
            and (finding.blocks or (advice and finding.section == own))
        )
    )


async def _solved(
    piece: Piece, fragment: Fragment | None, sops: Sequence[SopText], model: LanguageModel
) -> str:
    """What a blind solver finds of a question: a finding's code, empty for the key it should."""
    if not isinstance(fragment, SingleBest):
        return ""
    found = await key_findings(ItemSet(piece.key, (fragment,)), sops, model)
    return found[0].code if found else ""
