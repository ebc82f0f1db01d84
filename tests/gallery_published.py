"""Decides which cards of published modules every renderer is shown: quoted, listed, read, reported."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from gallery_review import AID, GUIDE, ITEMS, said, view

from handlers import published_cards as made
from handlers.answer_cards import answer_buttons, answered_card
from handlers.cards import Card
from handlers.guides import Shown, section_card, shown_card
from handlers.source_cards import source_card
from indexing.nouns import Answered, FoundPassage, InUse, Quoted, RestsOn
from learning.modules import Content, Guide, Step
from learning.store.published import PublishedModule

_NAMES = {"dana@example.com": "Dana Cole", "lee@example.com": "Lee Park"}
_REFUNDS = RestsOn(
    1, "sops", "refunds.md", "Returns and refunds", "7", date(2026, 5, 4), "dana@example.com", ""
)
_CARDS = RestsOn(
    2, "sops", "cards.md", "Card handling", "3", date(2026, 2, 11), "lee@example.com", ""
)
_AID_PASSAGE = FoundPassage(
    passage_id=7,
    document_id=9,
    revision_id=9,
    source="modules",
    uri="module/42",
    kind="module",
    title="Refund without a receipt",
    section="Refund without a receipt",
    text="Look the purchase up by card or loyalty number (last 90 days).",
    version="7",
    version_on=date(2026, 5, 4),
    owner="dana@example.com",
    url="",
    roles=("service-agent",),
    audience=("everyone",),
    module=InUse(42, "aid", (_REFUNDS,)),
)
_GUIDE_PASSAGE = replace(
    _AID_PASSAGE,
    section="4.2 Refund without a receipt",
    module=InUse(43, "guide", (_REFUNDS, _CARDS)),
)
_SOP_PASSAGE = replace(
    _AID_PASSAGE,
    passage_id=8,
    document_id=1,
    uri="refunds.md",
    kind="sop",
    title="Returns and refunds",
    section="4.2 Refund without a receipt",
    module=None,
)
_FROM_AID = Answered("Refund without a receipt", (Quoted(_AID_PASSAGE.text, 1),), (_AID_PASSAGE,))
_FROM_GUIDE = Answered(
    "4.2 Refund without a receipt",
    (Quoted(_AID_PASSAGE.text, 1, 1), Quoted("Sign for it.", 2)),
    (_GUIDE_PASSAGE, _SOP_PASSAGE),
)
_FROM_SOP = Answered(
    "4.2 Refund without a receipt", (Quoted(_SOP_PASSAGE.text, 1, 1),), (_SOP_PASSAGE,)
)
_AFTER = (Step(1, "6. After the refund", (said("Put the item in the returns cage."),)),)
_WITH_MORE = replace(
    GUIDE,
    novice=(*GUIDE.novice, *_AFTER),
    standard=(*GUIDE.standard, *_AFTER),
    expert=(*GUIDE.expert, *_AFTER),
)
_HOSTILE = "*Refunds* <!channel> [1] <https://evil.example|x>"


def _module(module_id: int, content: Content, title: str = "") -> PublishedModule:
    return PublishedModule(
        module_id,
        content.kind,
        "service-agent",
        "refunds",
        "refunds",
        title or content.title,
    )


def _shown(content: Content) -> Shown:
    return Shown(_module(43, content), content, view(content).revisions, _NAMES)


_LONG = tuple(
    Step(at, "4.2", (said(f"Step {at}: " + "check the item and the label & sign; " * 9),))
    for at in range(1, 41)
)
_EVERY = [_module(42, AID), _module(43, GUIDE), _module(44, ITEMS)]

PUBLISHED: dict[str, Card] = {
    "published_answer_aid": answered_card(_FROM_AID, _NAMES, 42),
    "published_answer_guide": answered_card(_FROM_GUIDE, _NAMES, 42),
    "published_answer_opens_guide": answered_card(_FROM_SOP, _NAMES, 42, guide=43),
    "published_answer_section": section_card(
        _shown(_WITH_MORE),
        "novice",
        "answer:42",
        (answer_buttons("answer:42", None),),
        GUIDE.novice[0].section,
    ),
    "published_answer_novice": shown_card(
        _shown(GUIDE), "novice", "answer:42", (answer_buttons("answer:42", None),)
    ),
    "published_source": source_card(((1, _AID_PASSAGE),), _NAMES),
    "published_aid": shown_card(_shown(AID), "standard"),
    "published_guide": shown_card(_shown(GUIDE), "standard"),
    "published_guide_expert": shown_card(_shown(GUIDE), "expert"),
    "published_guide_long": shown_card(_shown(Guide("Long", _LONG, _LONG, _LONG)), "novice"),
    "published_list": made.list_card(_EVERY),
    "published_list_many": made.list_card(_EVERY * 400),
    "published_list_hostile": made.list_card([_module(45, AID, _HOSTILE)]),
    "published_list_nothing": made.list_card([]),
    "published_list_no_such": made.list_card(_EVERY, _HOSTILE),
    "published_report": made.report_card(_module(42, AID)),
    "published_report_owner": made.report_card(_module(42, AID), may_withdraw=True),
    "published_reported": made.reported_card(
        42, "Job aid “Lost receipt”", "Priya Shah", "The limit is £50."
    ),
    "published_reported_decided": made.reported_card(
        42,
        "Job aid “Lost receipt”",
        "Priya Shah",
        "The *limit* is £50, <@U1>.",
        "Dana Cole held it to be right on 20 November 2026: “§4 says £75”. It stays in use.",
    ),
    "published_report_hostile": made.report_card(_module(45, AID, _HOSTILE)),
}
"""A published module wherever people meet it."""
