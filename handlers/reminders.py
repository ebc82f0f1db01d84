"""Decides when reviewers are reminded, and that L&D hears of what is overdue.

One message a person and working day at most, in their own working hours, however many drafts wait.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.cards import Block, Button, Buttons, Card, Facts, Heading, Note, Text, literal
from handlers.review_words import names, seat_words, title_of
from handlers.services import Chat, Connection, Later, Services
from handlers.wording import counted, day
from learning.nouns import Person
from learning.store import fetch_people, fetch_person_by_id
from review.nouns import Seat, Waiting
from review.reviewers import SEATS, seats_of
from review.store import waiting as store

OPENS, CLOSES = 9, 17
"""Hours of the person's own day between which they are written to unasked, Monday to Friday."""
REMIND_AFTER = timedelta(days=1)
"""How long a draft has waited before anybody is reminded of it, unless it is due sooner."""
_MOST_LISTED = 10


async def on_tick(conn: Connection, later: Later, now: datetime) -> int:
    """Put off a reminder for everybody who has one coming now; how many those are."""
    people = {who.id: who for who in await fetch_people(conn)}
    awake = [who for who in people.values() if _reviews(who) and in_working_hours(who, now)]
    days = {who.id: local_day(who, now) for who in awake}
    reminded = await store.fetch_reminded(conn, days.items())
    left = [who for who in awake if who.id not in reminded]
    waiting = await store.fetch_waiting(conn) if left else []
    count = 0
    for who in left:
        if any(_is_pressing(each, now) for each in waiting_for(waiting, who)) or _overdue(
            waiting, who, now
        ):
            await store.insert_reminded(conn, who.id, days[who.id])
            await later.defer("remind", f"{who.id}.{days[who.id]}")
            count += 1
    return count


async def on_remind_due(
    conn: Connection, services: Services, chat: Chat, later: Later, subject: str, now: datetime
) -> None:
    """Send one person what waits for them, as it stands by now."""
    person = await fetch_person_by_id(conn, int(subject.partition(".")[0]))
    if person is None or not person.active:
        return
    waiting = await store.fetch_waiting(conn)
    mine = waiting_for(waiting, person)
    overdue = _overdue(waiting, person, now)
    if mine or overdue:
        people = {who.id: who for who in await fetch_people(conn)}
        await chat.direct(person, reminder_card(mine, overdue, list(people.values()), now))


def reminder_card(
    mine: Sequence[Waiting], overdue: Sequence[Waiting], people: Sequence[Person], now: datetime
) -> Card:
    """What waits for somebody's approval, and for L&D what others have let lie."""
    said = (
        f"{counted(len(mine), 'draft')} {'waits' if len(mine) == 1 else 'wait'} for your review"
        if mine
        else f"{counted(len(overdue), 'draft')} overdue"
    )
    blocks: list[Block] = [Heading(said)]
    blocks += waiting_blocks(mine, now)
    if overdue:
        if mine:
            blocks.append(Text(f"**{counted(len(overdue), 'draft')} overdue elsewhere**"))
        rows = tuple(
            (title_of(each.module, each.title), _waits_for(each, people))
            for each in overdue[:_MOST_LISTED]
        )
        blocks.append(Facts(rows))
        if len(overdue) > _MOST_LISTED:
            blocks.append(Note(f"And {len(overdue) - _MOST_LISTED} more."))
    return Card(said, tuple(blocks))


def waiting_blocks(mine: Sequence[Waiting], now: datetime) -> Iterator[Block]:
    """Each draft that waits, with its date and a button that brings its card."""
    for each in mine[:_MOST_LISTED]:
        late = each.module.due_at is not None and each.module.due_at < now
        when = f"due {day(each.module.due_at.date())}" if each.module.due_at else "no date set"
        yield Text(
            f"**{literal(title_of(each.module, each.title))}** · {when}{', overdue' if late else ''}"
        )
        yield Buttons((Button("Review it", "review.show", f"module:{each.module.id}"),))
    if len(mine) > _MOST_LISTED:
        yield Note(f"And {len(mine) - _MOST_LISTED} more; these are the most urgent ones.")


def _waits_for(each: Waiting, people: Sequence[Person]) -> str:
    said = []
    for seat in _missing(each):
        who = [
            person
            for person in people
            if seat in seats_of(person, each.module.domain) and person.id not in each.out
        ]
        said.append(f"{seat_words(seat, each.module.domain)}: {names(who)}")
    due = f", due since {day(each.module.due_at.date())}" if each.module.due_at else ""
    return "; ".join(said) + due


# Who is reminded of what


def in_working_hours(person: Person, now: datetime) -> bool:
    """Whether it is a working hour where somebody is."""
    local = now.astimezone(_zone(person))
    return local.weekday() < 5 and OPENS <= local.hour < CLOSES


def local_day(person: Person, now: datetime) -> date:
    """The date where somebody is."""
    return now.astimezone(_zone(person)).date()


def _zone(person: Person) -> ZoneInfo:
    return ZoneInfo(person.timezone)


def _reviews(person: Person) -> bool:
    return person.active and any(seat == "ld" or seat.startswith("sme:") for seat in person.seats)


def _missing(each: Waiting) -> list[Seat]:
    return [seat for seat in SEATS if seat not in each.approved]


def waiting_for(waiting: Sequence[Waiting], person: Person) -> list[Waiting]:
    """What the person could approve now, the most urgent first."""
    found = [
        each
        for each in waiting
        if person.id not in each.out
        and set(seats_of(person, each.module.domain)) & set(_missing(each))
    ]
    late = datetime.max.replace(tzinfo=UTC)
    return sorted(found, key=lambda each: (each.module.due_at or late, each.module.id))


def _is_pressing(each: Waiting, now: datetime) -> bool:
    due = each.module.due_at
    return now - each.module.moved_at >= REMIND_AFTER or (
        due is not None and due - now <= timedelta(days=1)
    )


def _overdue(waiting: Sequence[Waiting], person: Person, now: datetime) -> list[Waiting]:
    """What L&D hears of: drafts past their date that wait for somebody else's seat."""
    if "ld" not in person.seats:
        return []
    mine = {each.module.id for each in waiting_for(waiting, person)}
    return [
        each
        for each in waiting
        if each.module.due_at is not None
        and now - each.module.due_at >= timedelta(days=1)
        and each.module.id not in mine
    ]
