"""Decides what is found in a draft before a human looks; what blocks is for nobody to approve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from indexing.language_model import LanguageModel
from indexing.nouns import SopText
from indexing.support import Supported, check
from learning.modules import (
    AID_CHARACTERS,
    Content,
    JobAid,
    Sentence,
    sections,
    sentences,
)
from review.nouns import Checked, Drafted, DraftRequest, Finding


async def check_draft(
    drafted: Drafted,
    request: DraftRequest,
    sops: Sequence[SopText],
    others: Sequence[tuple[int, Content]],
    model: LanguageModel | None,
) -> Checked:
    """Check a draft. `others` are the published modules of its kind, by id; `model` may solve items."""
    return check_content(drafted.content)


def check_content(content: Content) -> Checked:
    """What can be said of a content by itself: support, sources, length."""
    said = sentences(content)
    claims = [each for each in said if not each.authored]
    supported = sum(_is_supported(each) for each in claims)
    characters = sum(len(each.text) for each in said) + len(content.title)
    return Checked(
        len(claims),
        supported,
        len(said) - len(claims),
        characters,
        None,
        tuple(_findings(content, characters)),
    )


def _findings(content: Content, characters: int) -> Iterator[Finding]:
    for section in sections(content):
        for each in section.sentences:
            if not each.text.strip():
                yield Finding("empty", section.key, each.text, blocks=True)
            elif each.authored:
                continue
            elif not each.cites:
                yield Finding("uncited", section.key, each.text, blocks=True)
            elif not _is_supported(each):
                yield Finding("unsupported", section.key, each.text, blocks=True)
    if isinstance(content, JobAid) and characters > AID_CHARACTERS:
        yield Finding("too_long", words=(str(characters),), blocks=True)


def _is_supported(said: Sentence) -> bool:
    return isinstance(check(said.text, [cite.quote for cite in said.cites]), Supported)
