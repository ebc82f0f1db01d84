"""Decides which cards of review every renderer is shown: every kind of module, every state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from analytics.nouns import Gap
from handlers import approve_form as form
from handlers import review_cards as made
from handlers.cards import Card
from handlers.drafting_cards import progress_card, request_card
from handlers.drafting_ends_cards import given_up_card, no_revision_card, stopped_card
from handlers.edit_cards import edit_card
from handlers.looking_cards import diff_card, sources_card
from handlers.review_view import ReviewView
from indexing.nouns import SopText
from indexing.store.cited import NamedRevision
from learning.competencies import Competency, Part
from learning.modules import (
    Applied,
    Cite,
    Content,
    Criterion,
    Guide,
    ItemSet,
    JobAid,
    Option,
    Ordering,
    RemedialUnit,
    Scenario,
    Sentence,
    SingleBest,
    Step,
    Variant,
    sections,
)
from review.nouns import Approval, Checked, Finding, Module, Remark, Seat, StoredContent

NOW = datetime(2026, 11, 20, 11, 20, tzinfo=UTC)
_SECTION = "4.2 Refund without a receipt"
_REVISION = NamedRevision(
    7,
    1,
    "sops",
    "refunds.md",
    "Returns and refunds",
    "7",
    date(2026, 5, 4),
    "dana@example.com",
    "",
    True,
)
_OWNERS = {"dana@example.com": "Dana Cole"}


def said(text: str, quote: str = "") -> Sentence:
    """A sentence with its source; `quote` where the source says it in other words."""
    return Sentence(text, (Cite("sops", "refunds.md", 7, "7", _SECTION, quote or text),))


def told(text: str) -> Sentence:
    """The author's own words."""
    return Sentence(text, authored=True)


LOOK_UP = said("Look the purchase up by card or loyalty number (last 90 days).")
LIMIT = said("Above £75, a shift lead approves at the till.")
NEVER = said("Never refund to a different card.")
_FULL = (Step(1, _SECTION, (LOOK_UP,)), Step(2, _SECTION, (LIMIT, NEVER)))
_SHORT = (Step(1, _SECTION, (LOOK_UP,)), Step(2, _SECTION, (LIMIT,)))
GUIDE = Guide("Refund without a receipt", _FULL, _FULL, _SHORT, (NEVER,))
AID = JobAid(
    "Refund without a receipt",
    (LOOK_UP, said("A shift lead approves above £75.", LIMIT.text), NEVER),
)
_CHOICE = SingleBest(
    "q1",
    "approvals",
    "medium",
    told("A refund comes to £80. Who approves it?"),
    (
        Option("You, at the till", False, LIMIT),
        Option("A shift lead, at the till", True, LIMIT),
        Option("The head office", False, LIMIT),
    ),
)
ITEMS = ItemSet(
    "Refunds: questions",
    (
        _CHOICE,
        Ordering("q2", "look-up", "easy", told("Put the steps in order."), (LOOK_UP, LIMIT)),
        Applied(
            "q3",
            "card-rule",
            "hard",
            told("He wants it on his own card. What do you do?"),
            (NEVER,),
        ),
    ),
)
SCENARIO = Scenario(
    "A refund at the counter",
    "card-rule",
    tuple(
        Variant(
            (told(f"A customer brings back a coat for {amount}."), told("There is no receipt.")),
            told("What do you say and do?"),
            (told("Think of who paid."),),
        )
        for amount in ("£120", "£60", "£75")
    ),
    (
        Criterion(
            "c1",
            LOOK_UP,
            told("“May I have your loyalty number?”"),
            told("“I cannot help.”"),
            False,
        ),
        Criterion(
            "c2", LIMIT, told("“Let me call my shift lead.”"), told("“Here you are.”"), False
        ),
        Criterion(
            "c3", NEVER, told("“It goes back to her card.”"), told("“I'll put it on yours.”"), True
        ),
    ),
    (LOOK_UP, LIMIT, NEVER),
)
REMEDIAL = RemedialUnit(
    "Original-card refunds",
    "card-rule",
    (NEVER,),
    (told("She paid, he returns: her card."),),
    _CHOICE,
)
_CONTENTS: dict[str, Content] = {
    "guide": GUIDE,
    "aid": AID,
    "items": ITEMS,
    "scenario": SCENARIO,
    "remedial": REMEDIAL,
}
_CLEAN = Checked(4, 4, 0, 320, 6.2)
_FOUND = Checked(
    4,
    3,
    1,
    320,
    9.0,
    (
        Finding("unsupported", "aid", "A shift lead approves above £50.", ("£50",), blocks=True),
        Finding("personal_data", "aid", "Call <!channel> on 07700 900123", ("07700 900123",), True),
        Finding("too_hard", "", "", ("12",)),
    ),
)
_LEFT_OUT = replace(
    _CLEAN,
    findings=(
        Finding("sections_without_steps", words=("Exceptions", "5. If you are *hurt*")),
        Finding("left_out_beside", words=tuple(f"“Room {room}: …”" for room in range(1, 9))),
    ),
)


def view(content: Content, *, checks: Checked = _CLEAN) -> ReviewView:
    """A draft that nobody has decided on yet."""
    module = Module(
        42,
        content.kind,
        "service-agent",
        "refunds",
        "",
        "refunds",
        "refunds-without-receipt",
        "At the till, with the customer waiting",
        "",
        1,
        None,
        "",
        "in_review",
        1,
        3,
        "f" * 64,
        NOW,
        NOW,
        NOW,
    )
    stored = StoredContent(42, 3, "f" * 64, content, content.title, checks, "verbatim", None, NOW)
    waiting: dict[Seat, tuple[str, ...]] = {
        "sme": ("Dana Cole", "Lee Park"),
        "ld": ("Jo Silva", "Kit Lam"),
    }
    return ReviewView(
        module,
        stored,
        "Cut refund losses by a third",
        "Mia Wong",
        (),
        waiting,
        (),
        {7: _REVISION},
        _OWNERS,
    )


_GUIDE = view(GUIDE)
_APPROVED = Approval("sme", 2, "f" * 64, ("accuracy", "tone", "compliance"), NOW)
_ONE = replace(
    _GUIDE,
    module=replace(_GUIDE.module, state="approved_by_one"),
    approved=((_APPROVED, "Dana Cole"),),
    waiting={"ld": ("Jo Silva", "Kit Lam")},
)
_UNREAD = replace(_ONE, approved=((replace(_APPROVED, parts=3, opened=(1,)), "Dana Cole"),))
_ITEMS = view(ITEMS)
_MANY = tuple(
    replace(_CHOICE, id=f"q{at}", stem=told(f"*A* refund comes to £{at}, <@U1>. Who signs?"))
    for at in range(1, 24)
)
_BOTH = replace(
    _ONE,
    module=replace(_GUIDE.module, state="published"),
    approved=((_APPROVED, "Dana Cole"), (replace(_APPROVED, seat="ld"), "Jo Silva")),
    waiting={},
)
_SENT_BACK = replace(
    _GUIDE,
    module=replace(_GUIDE.module, state="changes_requested"),
    remarks=((Remark("changes", 3, 2, "Say *who* approves, <@U1>.", NOW), "Dana Cole"),),
)
_AS_BEFORE = replace(_GUIDE, remarks=_SENT_BACK.remarks, as_before=True)
_SUSPENDED = replace(
    _BOTH,
    module=replace(_GUIDE.module, state="suspended"),
    remarks=((Remark("report", 3, 5, "The limit is £50 now.", NOW), "Priya Shah"),),
)
_HELD = Remark("restore", 3, 2, "It is what the *SOP* says, <@U1>.", NOW)
_HELD_RIGHT = replace(_GUIDE, remarks=(*_SUSPENDED.remarks, (_HELD, "Dana Cole")))
_REPORTED = replace(
    _BOTH, remarks=((Remark("report", 3, 5, "The *limit* is £50, <@U1>.", NOW), "Priya Shah"),)
)
_OLD = replace(GUIDE, novice=(Step(1, _SECTION, (said("Look the purchase up."),)),))
_REVISED = replace(_GUIDE, before=replace(_GUIDE.stored, content=_OLD))
_LONG = replace(
    GUIDE,
    novice=tuple(
        Step(at, _SECTION, (said(f"Step {at}: " + "check the item and the label & sign; " * 6),))
        for at in range(1, 41)
    ),
)
_COMPETENCY = Competency(
    "refunds",
    "refunds",
    "service-agent",
    "Refunds goods with and without a receipt, within the limits of the returns SOP",
    "standard",
    "dana@example.com",
    date(2026, 10, 2),
    parts=(Part("look-up", "Finds a purchase by card or loyalty number"),),
)
_SOP = SopText(
    1,
    "sops",
    "refunds.md",
    7,
    "7",
    date(2026, 5, 4),
    "Returns and refunds",
    "dana@example.com",
    (),
    (),
    (),
)

REVIEW: dict[str, Card] = {
    **{f"review_{kind}": made.review_card(view(content)) for kind, content in _CONTENTS.items()},
    "review_findings": made.review_card(view(AID, checks=_FOUND)),
    "review_left_out": made.review_card(view(GUIDE, checks=_LEFT_OUT)),
    "review_one_seat": made.review_card(_ONE),
    "review_published": made.review_card(_BOTH),
    "review_reported": made.review_card(_REPORTED),
    "review_sent_back": made.review_card(_SENT_BACK),
    "review_drafted_again": made.review_card(_AS_BEFORE),
    "review_suspended": made.review_card(_SUSPENDED),
    "review_held_right": made.review_card(_HELD_RIGHT),
    "review_revised": made.review_card(_REVISED),
    "review_long": made.review_card(view(_LONG)),
    "review_diff": diff_card(_REVISED),
    "review_sources": sources_card(_GUIDE, [(1, _SECTION, "1. Look the purchase up.\n2. Sign.")]),
    "review_edit": edit_card(_GUIDE),
    "review_edit_section": edit_card(_GUIDE, sections(GUIDE)[2]),
    "review_approve": form.approve_form(_ITEMS, form.Wanted((), 1, ITEMS.items)),
    "review_approve_unopened": form.approve_form(view(_LONG), form.Wanted((2, 3), 3, ())),
    "review_approve_unopened_too": form.approve_form(_ITEMS, form.Wanted((2,), 2, _MANY[:20])),
    "review_approve_page": form.approve_form(_ITEMS, form.Wanted((), 2, _MANY), 2, (7,) * 20),
    "review_one_seat_unread": made.review_card(_UNREAD),
    "review_minutes": made.minutes_card(_GUIDE),
    "draft_request": request_card(
        Gap("refunds-gap", "service-agent", "refunds", "Cut refund losses", 5, "Seen in audits"),
        _COMPETENCY,
        [_SOP, replace(_SOP, uri="cards.md", title="Card handling")],
    ),
    "draft_progress": progress_card(replace(_GUIDE.module, kind="items", state="draft"), 4, 11),
    "draft_progress_again": progress_card(replace(_GUIDE.module, state="changes_requested"), 1, 2),
    "draft_given_up": given_up_card(replace(_GUIDE.module, state="draft"), "K7Q2", 4, 11),
    "draft_stopped": stopped_card(
        replace(_GUIDE.module, id=9, number=0, state="withdrawn"),
        replace(_GUIDE.module, state="flagged"),
    ),
    "draft_no_revision": no_revision_card(replace(_GUIDE.module, state="flagged"), "K7Q2"),
    "review_partly_written": made.review_card(
        replace(view(ITEMS), left_out=("model_failed:timeout:2", "kept:1", "dropped:3"))
    ),
}
"""A draft of every kind, a module in every state, and what its buttons show."""
