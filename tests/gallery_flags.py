"""Decides which cards of changed sources every renderer is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from gallery_review import GUIDE, NOW, view

from handlers import source_changes as made
from handlers.cards import Card
from handlers.review_cards import review_card
from indexing.changes import Change
from indexing.store.cited import NamedRevision
from review.flags import Warned
from review.nouns import CitedRevision, Flag

_SECTION = "4.2 Refund without a receipt"
_EVIL = "*Refunds* <!channel> [1] <script>x</script> @here"


def _change(before: str | None, after: str | None, *why: str) -> dict[str, object]:
    kinds = {"kind": "material", "reasons": list(why)}
    return {**kinds, "section": _SECTION, "before": before, "after": after}


_FLAG = Flag(
    41,
    "sops",
    "refunds.md",
    8,
    "Returns and refunds",
    "8",
    "dana@example.com",
    [
        _change(
            "Above £75, a shift lead approves at the till.",
            "Above £50, a shift lead approves at the till.",
            "number",
        ),
        _change(None, "Note the refund in the log.", "step_added"),
        _change("Keep the label.", None, "step_removed"),
        _change("Sign the slip.", "Sign the slip.", "step_moved"),
        _change(_EVIL, f"{_EVIL} " + "until the counter has been cleared and locked " * 12, "name"),
        *(_change(None, f"Step {number} is new.", "step_added") for number in range(1, 4)),
    ],
    NOW,
)
_GONE = replace(
    _FLAG, uri="cards.md", title=_EVIL, changes=[{"kind": "withdrawn"}], owner="gone@example.com"
)
_GUIDE = view(GUIDE)
_FLAGGED = replace(
    _GUIDE, module=replace(_GUIDE.module, state="flagged"), waiting={}, flags=(_FLAG,)
)
_REVISION = replace(
    _GUIDE,
    module=replace(_GUIDE.module, revises=41, because="source_changed"),
    before=_GUIDE.stored,
    flags=(_FLAG, _GONE),
)
_MOVED = replace(
    _GUIDE, moved=(CitedRevision(1, 7, 8, "sops", "refunds.md", "Returns and refunds"),)
)
_NEXT = NamedRevision(
    9, 1, "sops", "refunds.md", "Returns and refunds", "9", date(2026, 11, 20), "", "", False
)
_WARNED = Warned(
    42,
    1,
    9,
    (
        Change(
            "material",
            "step",
            _SECTION,
            (_SECTION,),
            "Above £50, a shift lead approves at the till.",
            "Above £50, a store manager approves at the till.",
            ("name",),
        ),
    ),
)

FLAGS: dict[str, Card] = {
    "review_flagged": review_card(_FLAGGED),
    "review_source_changed": review_card(_REVISION),
    "review_source_moved": review_card(_MOVED),
    "source_flagged": made.flagged_card(_FLAGGED, _FLAG, 43),
    "source_withdrawn": made.flagged_card(_FLAGGED, _GONE, None),
    "source_warned": made.warned_card(_GUIDE.module, "Refund without a receipt", _WARNED, _NEXT),
}
"""What a changed source looks like on the cards of modules, and told directly."""
