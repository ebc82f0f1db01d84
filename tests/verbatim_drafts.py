"""Makes drafts without a model for tests: a request, a draft of one kind, its guide."""

from __future__ import annotations

from collections.abc import Sequence

from sop_texts import sample_sops, sop_text

from indexing.nouns import SopText
from learning.modules import Guide, ModuleKind, Step
from review.nouns import Drafted, DraftRequest, SubCompetency
from review.verbatim import draft

KINDS: tuple[ModuleKind, ...] = ("guide", "aid", "items", "scenario", "remedial")
SAMPLES = sample_sops()
NO_RECEIPT = SubCompetency("no-receipt", "Refund a customer who has no receipt, within the limit")
FAULTY = SubCompetency("faulty", "Decide what a customer gets for a faulty item")

PARTS = (
    SubCompetency("look-up", "Looks a purchase up by card when the receipt is lost"),
    SubCompetency("card", "Refunds to the original card only"),
    SubCompetency("limit", "Calls a shift lead before a refund without a receipt above £75"),
    SubCompetency("voucher", "Splits a refund between gift card and original card"),
)


def request(kind: ModuleKind, *parts: SubCompetency) -> DraftRequest:
    return DraftRequest(
        gap="refund-errors",
        kind=kind,
        role="service-agent",
        competency="refunds",
        statement="Refund and exchange goods at the counter by the SOP",
        domain="returns",
        context="at the counter",
        parts=parts,
    )


def made(
    kind: ModuleKind, sops: SopText | Sequence[SopText], part: SubCompetency | None = None
) -> Drafted:
    given = [sops] if isinstance(sops, SopText) else sops
    result = draft(request(kind, *([part] if part else [])), given, part)
    assert isinstance(result, Drafted), result
    assert result.drafted_by == "verbatim"
    return result


def guide_of(markdown: str) -> Guide:
    content = made("guide", sop_text(markdown)).content
    assert isinstance(content, Guide)
    return content


def said(step: Step) -> list[str]:
    return [line.text for line in step.lines]
