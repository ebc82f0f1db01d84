"""Decides what is found in a draft before a human looks; what blocks is for nobody to approve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from indexing.language_model import LanguageModel
from indexing.nouns import SopText
from learning.modules import Content, Guide, Item, ItemSet, JobAid
from review import verbatim
from review.checking.claims import read_claims
from review.checking.guide_steps import step_findings
from review.checking.likeness import duplicate_findings
from review.checking.omissions import guide_omissions, omissions, uncited
from review.checking.personal_data import personal_findings
from review.checking.question_rules import question_findings
from review.checking.reading_level import level
from review.checking.slots import items_of
from review.checking.solver import key_findings
from review.checking.structure import characters_of, form_findings
from review.nouns import Checked, Drafted, DraftRequest, Finding, StoredContent, SubCompetency

_LEFT_OUT = {"other_documents": "other_documents", "sections": "sections_left_out"}
"""What a drafter says it left out, and the finding that says so. Of `fewer_items` the questions'
own count says more."""
_KEPT = frozenset({"key_unsure", "guessable", "drafted_without", *_LEFT_OUT.values()})
"""Findings that come from drafting and solving, and outlast an edit of something else."""


PATIENCE_AT_AN_EDIT = 20.0
"""Seconds a solver has while somebody waits for their edit, and others for the module's row."""


async def check_draft(
    drafted: Drafted,
    request: DraftRequest,
    sops: Sequence[SopText],
    others: Sequence[tuple[int, Content]],
    model: LanguageModel | None,
) -> Checked:
    """Check a draft against the SOPs it may rest on, today's revisions.

    `others` are the published modules of its kind by id, without the one it is to replace; `model`
    solves its questions, where there is one. Raises nothing of its own.
    """
    solved = await key_findings(drafted.content, sops, model)
    return _checked(drafted, request, sops, others, solved)


async def check_edited(
    before: StoredContent,
    content: Content,
    request: DraftRequest,
    sops: Sequence[SopText],
    others: Sequence[tuple[int, Content]],
    model: LanguageModel | None,
) -> Checked:
    """Check an edited content as a draft is checked.

    The model solves only what the edit changed; what it found of the other questions still holds.
    """
    old = items_of(before.content)
    changed = [item for item in items_of(content) if item not in old]
    kept = _outlasting(before.checks.findings, [item.id for item in changed])
    only = _only(content, changed)
    solved = await key_findings(only, sops, model, PATIENCE_AT_AN_EDIT) if changed else ()
    drafted = Drafted(content, before.drafted_by)
    return _checked(drafted, request, sops, others, (*kept, *solved))


def _outlasting(findings: Sequence[Finding], changed: Sequence[str]) -> Iterator[Finding]:
    """The earlier findings that an edit of these questions leaves true."""
    sections = {f"item.{each}" for each in changed}
    for finding in findings:
        if finding.code in _KEPT and finding.section not in sections:
            yield finding
        left = tuple(each for each in finding.words if each not in changed)
        if finding.code == "key_unchecked" and left:
            yield replace(finding, words=left)


def _only(content: Content, items: Sequence[Item]) -> Content:
    """The content with these questions alone."""
    if isinstance(content, ItemSet):
        return replace(content, items=tuple(items))
    return content


def _checked(
    drafted: Drafted,
    request: DraftRequest,
    sops: Sequence[SopText],
    others: Sequence[tuple[int, Content]],
    solved: Sequence[Finding],
) -> Checked:
    content = drafted.content
    read = read_claims(content, sops)
    grade, hard = level(content, sops)
    findings = (
        *form_findings(content),
        *(step_findings(content, sops) if isinstance(content, Guide) else ()),
        *read.findings,
        *personal_findings(content, _texts(sops)),
        *question_findings(content, _parts(request), verbatim=drafted.drafted_by == verbatim.BY),
        *solved,
        *hard,
        *duplicate_findings(content, others),
        *(omissions(content, sops) if isinstance(content, JobAid) else ()),
        *(guide_omissions(content, sops) if isinstance(content, Guide) else ()),
        *_left_out(drafted, sops),
    )
    return Checked(
        read.claims,
        read.supported,
        read.authored,
        characters_of(content),
        grade,
        tuple(dict.fromkeys(findings)),
    )


def _texts(sops: Sequence[SopText]) -> list[str]:
    return [text for sop in sops for text in (sop.title, *(each.text for each in sop.passages))]


def _parts(request: DraftRequest) -> Sequence[SubCompetency]:
    """The sub-competencies that questions were asked for."""
    return [part for part in request.parts if request.part in ("", part.id)]


def _left_out(drafted: Drafted, sops: Sequence[SopText]) -> Iterator[Finding]:
    for each in drafted.left_out:
        code = each.partition(":")[0]
        if code == "sections" and isinstance(drafted.content, JobAid):
            yield Finding(_LEFT_OUT[code], words=uncited(drafted.content, sops))
        elif code in _LEFT_OUT:
            yield Finding(_LEFT_OUT[code])
        elif code != "fewer_items":
            yield Finding("drafted_without", words=(each.replace("_", " "),))
