"""Decides what somebody is asked before they approve: each question's figure, parts not opened yet.

The form is sent to the presser alone. A number is chosen for each question, some questions a page;
what was given on earlier pages goes along in a field of its own, so that nothing is stored before
the approval itself is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.answer_cards import said_card
from handlers.cards import Block, Button, Buttons, Card, Field, Heading, Note, Text
from handlers.inbound import CardRef, Pressed
from handlers.looking import module_of, on_more
from handlers.parts import part_of
from handlers.privately import UNREACHABLE, show, tell
from handlers.review_cards import parts_in, subject_of
from handlers.review_pressed import field, pressed_module, refuse
from handlers.review_view import ReviewView, fetch_view
from handlers.review_words import TICK_LABELS, part_words, refusal_words, title_of
from handlers.services import Chat, Connection, Later, Services
from handlers.wording import FORM_SENT_DIRECTLY, shortened
from learning.modules import Content, Item, ItemSet
from learning.nouns import Person
from review import store
from review.outcomes import NotNow, OldContent, PartsUnopened, RatingsMissing
from review.states import BEFORE_REVIEWERS

ON_A_PAGE = 20
"""Questions on one page: with what else the form holds they fit every platform's limits."""
PART = "review.part"
FORM_BELOW = "You have opened every part. Approve under the last one."
_FIGURES = tuple(str(figure) for figure in range(11))
_LONGEST_STEM = 200
_NUMBER = re.compile(r"[0-9]{1,4}")
_ALL_TICKS = "\n".join(TICK_LABELS.values())


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of somebody: of so many parts these are unopened; how hard these questions are."""

    unopened: tuple[int, ...]
    parts: int
    items: tuple[Item, ...]


def approve_form(
    view: ReviewView, wanted: Wanted, page: int = 1, given: Sequence[int] = ()
) -> Card:
    """The form, or a page of it; `given` are the figures of all questions before this page."""
    title = title_of(view.module, view.stored.title)
    blocks = (
        Heading(f"Approve: {title}"),
        *_unopened(view, wanted),
        *_rating(view, wanted.items, page, given),
        Field(
            f"ticks:c{view.module.number}",
            "I have checked that it is",
            "ticks",
            tuple(TICK_LABELS.values()),
            _ALL_TICKS,
        ),
        Buttons((_submit(view, wanted, page),)),
    )
    return Card(f"Before you approve {title}", blocks)


def _unopened(view: ReviewView, wanted: Wanted) -> Iterator[Block]:
    if not wanted.unopened:
        return
    yield Note(
        f"Its card has {wanted.parts} parts, and you have not opened {part_words(wanted.unopened)}. If"
        " you approve all the same, that is on record, and the other reviewer sees it.",
        "warning",
    )
    subject = subject_of(view)
    yield Buttons(
        tuple(Button(f"Open part {part}", PART, f"{subject}#{part}") for part in wanted.unopened)
    )


def _rating(
    view: ReviewView, items: tuple[Item, ...], page: int, given: Sequence[int]
) -> Iterator[Block]:
    if not items:
        return
    at, begins = f"c{view.module.number}", (page - 1) * ON_A_PAGE
    yield Text("Of ten just-competent people, how many would get each question right?")
    if given:
        label = f"Given so far, for {items[0].id} to {items[begins - 1].id}"
        yield Field(f"ratings:{at}", label, "text", value=", ".join(map(str, given)))
    for number, item in enumerate(items[begins : begins + ON_A_PAGE], begins + 1):
        stem = shortened(" ".join(item.stem.text.split()), _LONGEST_STEM)
        yield Field(f"rating:{at}:{number}", f"{item.id}: {stem}", "choice", _FIGURES)
    if len(items) > ON_A_PAGE:
        last = min(begins + ON_A_PAGE, len(items))
        yield Note(f"Questions {begins + 1} to {last} of {len(items)}.")


def _submit(view: ReviewView, wanted: Wanted, page: int) -> Button:
    if page * ON_A_PAGE < len(wanted.items):
        return Button("Next questions", "review.rate", f"{subject_of(view)}#{page + 1}", "primary")
    label = "Approve all the same" if wanted.unopened else "Approve"
    return Button(label, "review.approve", subject_of(view), "primary")


async def ask_first(
    conn: Connection,
    chat: Chat,
    pressed: Pressed,
    view: ReviewView,
    wanting: PartsUnopened | RatingsMissing,
    shown_at: datetime,
) -> None:
    """Send the presser the form. How long they took counts from when the card itself was shown."""
    assert pressed.person
    rates = isinstance(wanting, RatingsMissing) or wanting.seat == "sme"
    card = approve_form(view, await _wanted(conn, view, pressed.person, rates))
    ref: CardRef | None
    if pressed.audience == "direct":
        ref = await chat.post(pressed.place, card)
    else:
        ref = await chat.direct(pressed.person, card)
        await tell(chat, pressed, FORM_SENT_DIRECTLY if ref else UNREACHABLE)
    if ref is not None:
        await store.upsert_posted(
            conn, view.module, ref=ref, place="direct", kind="form", now=shown_at
        )


async def _wanted(conn: Connection, view: ReviewView, person: Person, rates: bool) -> Wanted:
    parts = parts_in(view)
    opened = await store.fetch_opened(conn, view.module, person_id=person.id, parts=parts)
    unopened = tuple(part for part in range(1, parts + 1) if part not in opened)
    content = view.stored.content
    items = content.items if rates and isinstance(content, ItemSet) else ()
    return Wanted(unopened, parts, items)


async def on_part(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """Open a part from the form, which then asks for those that are left.

    With none left it comes anew, under the part that was read last. A form with figures stays as it
    is: on Teams an update wipes what was chosen in it.
    """
    await on_more(conn, services, chat, later, pressed, now)
    module_id, number = module_of(pressed.subject)
    posted = await store.fetch_posted(conn, module_id) if module_id else []
    card = next((each for each in posted if each.ref == pressed.card), None)
    view = await fetch_view(conn, module_id, now.date()) if card else None
    if card is None or card.kind != "form" or view is None or pressed.person is None:
        return
    stands = view.module.number == number and view.module.state in BEFORE_REVIEWERS
    if stands and not isinstance(view.stored.content, ItemSet):
        wanted = await _wanted(conn, view, pressed.person, rates=False)
        form = approve_form(view, wanted)
        if wanted.unopened or not (ref := await chat.direct(pressed.person, form)):
            await chat.update(CardRef(card.ref), form)
            return
        await store.upsert_posted(
            conn, view.module, ref=ref, place="direct", kind="form", now=card.at
        )
        await chat.update(CardRef(card.ref), said_card(FORM_BELOW))
        await store.mark_posted_done(conn, card.ref)


async def on_next(
    conn: Connection, services: Services, chat: Chat, later: Later, pressed: Pressed, now: datetime
) -> None:
    """Ask the questions of the next page, once each on this one has its figure."""
    shown = await pressed_module(conn, chat, pressed)
    if shown is None or pressed.person is None:
        return
    module, number, card = shown
    if card.kind != "form":
        await tell(chat, pressed, "Press Approve on the module's card first. Nothing was decided.")
        return
    view = await fetch_view(conn, module.id, now.date())
    if view is None or module.number != number or module.state not in BEFORE_REVIEWERS:
        refusal = NotNow(module) if module.number == number else OldContent(module)
        await refuse(conn, chat, pressed, refusal, module.id, now)
        return
    wanted = await _wanted(conn, view, pressed.person, rates=True)
    page = part_of(pressed.subject)[1]
    before = wanted.items[: (page - 1) * ON_A_PAGE]
    figures = ratings(pressed, view.stored.content, number)
    if missing := tuple(item.id for item in before if not 0 <= figures.get(item.id, -1) <= 10):
        await tell(chat, pressed, refusal_words(RatingsMissing(module, missing), pressed.person))
    elif before and len(before) < len(wanted.items):
        given = [figures[item.id] for item in before]
        await show(chat, pressed, approve_form(view, wanted, page, given))


def ratings(pressed: Pressed, content: Content, number: int) -> dict[str, int]:
    """The figures that were given for this very content, by question; in no range yet.

    Those of earlier pages, or all of them where the form is filled in as one line, are a row of
    numbers in the order of the questions: a row with one too few or too many says nothing.
    """
    if not isinstance(content, ItemSet):
        return {}
    begins = f"rating:c{number}:"
    chosen = {
        name.removeprefix(begins): value.strip()
        for name, value in pressed.fields.items()
        if name.startswith(begins)
    }
    ids = [item.id for item in content.items]
    on_page = [at for at in range(len(ids)) if str(at + 1) in chosen]
    row = field(pressed, "ratings", number).replace(",", " ").split()
    told = dict(zip(ids, row, strict=False)) if len(row) == min(on_page, default=len(ids)) else {}
    told |= {ids[at]: chosen[str(at + 1)] for at in on_page}
    return {item: int(figure) for item, figure in told.items() if _NUMBER.fullmatch(figure)}
