"""Decides which cards about gaps and seats every renderer is shown."""

from __future__ import annotations

from datetime import UTC, date, datetime

from analytics.gaps import Ranked, RoleIsFull
from analytics.nouns import Evidence, Gap
from handlers import gap_cards, seats
from handlers.answer_cards import said_card
from handlers.cards import Card
from handlers.gaps import NOT_YOURS
from learning.competencies import Competency, Source

_NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
_REFUNDS = Competency(
    "refunds",
    "refunds",
    "service-agent",
    "Refunds goods without a receipt within the limits of the returns SOP, unaided",
    "standard",
    "dana@example.com",
    date(2026, 10, 2),
    (Source("ade@example.com", "head"),),
)
_PRICING = Competency(
    "pricing",
    "pricing",
    "service-agent",
    "Matches a competitor's price after checking that the item is identical",
    "standard",
    sources=(Source("", "job-description"),),
)
_EVIL = "*Refunds* <!channel> [1] <script>x</script> @here"
_ACTIVE = Gap(
    "refunds-without-receipt",
    "service-agent",
    "refunds",
    "Cut refund losses by a third this year",
    5,
    "One refund in eleven goes to a wrong card or past the limit.",
    (
        Evidence("assessment", "11 of 24 handled the case right", 24, date(2026, 11, 5)),
        Evidence("performance", "9.1 % of refunds corrected by Finance", 418),
    ),
    "active",
    _NOW,
)
_PROPOSED = Gap(
    "refund-slips",
    "service-agent",
    "refunds",
    "Cut refund losses by a third this year",
    3,
    "Slips are not signed.",
    (Evidence("manager", "Half of the slips lack a signature", 40, date(2026, 11, 9)),),
)
_BLOCKED = Gap("price-matching", "service-agent", "pricing", "Keep customers", 4, "No common rule.")
_HOSTILE = Gap("evil", "service-agent", "refunds", _EVIL, 2, _EVIL, (Evidence("manager", _EVIL),))

_RANKED = (
    Ranked(_ACTIVE, _REFUNDS, 1),
    Ranked(_PROPOSED, _REFUNDS, 2, "impact"),
    Ranked(_BLOCKED, _PRICING, None, None, "unvalidated"),
)
_MANY = tuple(
    Ranked(
        Gap(f"gap-{number}", "service-agent", "refunds", "Serve quicker", 3, "They wait.", ()),
        _REFUNDS,
        number,
        "id" if number > 1 else None,
    )
    for number in range(1, 13)
)
_FULL = RoleIsFull(_PROPOSED, (_ACTIVE,) * 3)
_HELD = {
    "ld": ("Jo Silva", "Kit Lam", "Mia Wong"),
    "admin": ("Ines Vogel",),
    "sme:refunds": ("Dana Cole", "Lee Park"),
}
_GIVEN = ("ld", "admin", "sme:gift-cards", "sme:refunds")


def _role_card(gaps: tuple[Ranked, ...], *, settles: bool, said: str = "", about: str = "") -> Card:
    drafts = {one.gap.id for one in gaps} if settles else set[str]()
    return gap_cards.role_card(
        "service-agent", gaps, settles=settles, drafts=drafts, said=said, about=about
    )


SKILLS: dict[str, Card] = {
    "gaps_overview": gap_cards.overview_card(
        (*_RANKED, Ranked(Gap("cash", "shift-lead", "c", "p", 4, "r"), _REFUNDS, 1))
    ),
    "gaps_role": _role_card(_RANKED, settles=True),
    "gaps_role_viewed": _role_card(_RANKED, settles=False),
    "gaps_role_full": _role_card(
        _RANKED, settles=True, said=gap_cards.activation_words(_FULL), about=_PROPOSED.id
    ),
    "gaps_role_many": _role_card(_MANY, settles=True),
    "gaps_role_none": _role_card((), settles=True),
    "gaps_role_hostile": _role_card((Ranked(_HOSTILE, _REFUNDS, 1),), settles=True, said=_EVIL),
    "gaps_not_yours": said_card(NOT_YOURS),
    "seats": seats.seats_card(_HELD, _GIVEN, 0),
    "seats_changed": seats.seats_card(
        _HELD, _GIVEN, 42, "Lee Park is SME for refunds from now on."
    ),
    "seats_many": seats.seats_card(
        _HELD, tuple(f"sme:domain-{number}" for number in range(120)), 1
    ),
    "seats_hostile": seats.seats_card({"ld": (_EVIL,)}, ("ld",), 2, _EVIL),
}
"""Every card about gaps and seats, by name."""
