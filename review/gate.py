"""Decides who may move a module: two people, two seats, one exact content, and no way round.

Every function takes the module's row lock first (`approve` keeps search and its sources still
before that), re-reads all it decides on, and returns what became of the press as a value. The
database's triggers hold the same rules once more.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import date, datetime

from indexing.in_use import Embedded
from indexing.store.search import lock_writers
from learning.modules import Content, ItemSet, cites, content_body, content_hash
from learning.nouns import Person
from learning.store import fetch_people
from review import store
from review.flags import outdated
from review.nouns import TICKS, Checked, Module, Seat
from review.outcomes import (
    ApprovedBySeat,
    ApproveRefusal,
    ChecksBlock,
    IsAuthor,
    Moved,
    NoReviewerLeft,
    NoSuchModule,
    NotAReviewer,
    NotNow,
    OldContent,
    PartsUnopened,
    Published,
    RatingsMissing,
    Refusal,
    SeatTaken,
    SourceMoved,
    TicksMissing,
    WordsMissing,
)
from review.publishing import answer_from
from review.reviewers import fetch_reviewers, seats_of, unfilled_seats
from review.states import BEFORE_REVIEWERS, State, may_move
from review.store import Connection
from review.store.flags import lock_cited

FoundBy = Callable[[], Awaitable[Embedded | None]]
"""Gives the vectors by which answers find a content. Asked only where an approval publishes."""


async def approve(
    conn: Connection,
    *,
    module_id: int,
    number: int,
    person: Person,
    ticks: Iterable[str],
    just_competent: Mapping[str, int],
    press: int,
    shown_at: datetime | None,
    today: date,
    now: datetime,
    found_by: FoundBy | None = None,
    parts: int = 1,
    knowing: bool = False,
) -> ApprovedBySeat | Published | ApproveRefusal:
    """Approve the content `number` for the one missing seat the person holds.

    `just_competent` is what an SME says of each item, 0 to 10; `press` is the stored press's id,
    which must be the person's own; `shown_at`: when the card was posted; `today`: the day on which
    what the module cites has to be in force; `found_by` gives what `publishing.embed`
    makes of this content (None: it is found by its words alone). The card has `parts`; `knowing`:
    the person was told which of them they have not opened.
    """
    await lock_writers(conn)
    await lock_cited(conn, module_id, number)
    module = await _at_hand(conn, module_id, number)
    if not isinstance(module, Module):
        return module
    if module.state not in BEFORE_REVIEWERS:
        return NotNow(module)
    void: tuple[Person, ...] = ()
    if seats_of(person, module.domain):
        module, void = await _without_void(conn, module, person, now)
    seat = await _seat_to_fill(conn, module, person)
    if not isinstance(seat, str):
        return seat
    refused = await _not_ready(conn, module, ticks, today)
    if refused is not None:
        return refused
    opened = await store.fetch_opened(conn, module, person_id=person.id, parts=parts)
    unopened = tuple(part for part in range(1, parts + 1) if part not in opened)
    if unopened and not knowing:
        return PartsUnopened(module, seat, unopened)
    if seat == "sme" and (unrated := await _unrated(conn, module, just_competent)):
        return RatingsMissing(module, unrated)
    seconds = max(0, int((now - (shown_at or module.moved_at)).total_seconds()))
    await store.insert_approval(
        conn,
        module,
        seat=seat,
        person_id=person.id,
        just_competent=dict(just_competent) if seat == "sme" else {},
        press=press,
        at=now,
        seconds=seconds,
        parts=parts,
        opened=opened,
    )
    if module.state == "in_review":
        await store.mark_state(conn, module.id, "approved_by_one", actor=person.email, now=now)
        waiting = await fetch_reviewers(conn, module, without=[person.id])
        return ApprovedBySeat(
            await _again(conn, module),
            seat,
            {other: who for other, who in waiting.items() if other != seat},
            void,
        )
    await store.publish(conn, module.id, actor=person.email, now=now)
    stored = await store.fetch_content(conn, module.id, number)
    assert stored
    vectors = await found_by() if found_by else None
    await answer_from(conn, module, stored, vectors, by=person.email, today=today, now=now)
    return Published(await _again(conn, module), seat)


async def request_changes(
    conn: Connection,
    *,
    module_id: int,
    number: int,
    person: Person,
    comment: str,
    press: int,
    now: datetime,
) -> Moved | Refusal:
    """Send a module back with what has to change; a seat holder's press."""
    return await _say_no(conn, module_id, number, person, "changes_requested", comment, press, now)


async def reject(
    conn: Connection,
    *,
    module_id: int,
    number: int,
    person: Person,
    reason: str,
    press: int,
    now: datetime,
) -> Moved | Refusal:
    """End a module for good, with the reason; a seat holder's press."""
    return await _say_no(conn, module_id, number, person, "rejected", reason, press, now)


async def withdraw(
    conn: Connection,
    *,
    module_id: int,
    person: Person,
    owns: bool,
    reason: str,
    press: int,
    now: datetime,
) -> Moved | Refusal:
    """Take a module out at once: for a seat holder, or (`owns`) the owner of a cited document."""
    module = await store.fetch_module(conn, module_id, lock=True)
    if module is None:
        return NoSuchModule()
    if not may_move(module.state, "withdrawn"):
        return NotNow(module)
    if not owns and not seats_of(person, module.domain):
        return NotAReviewer(module, await fetch_reviewers(conn, module))
    return await _move(conn, module, person, "withdrawn", "withdraw", reason, press, now)


async def may_edit(
    conn: Connection, *, module_id: int, number: int, person: Person
) -> Module | Refusal | NoReviewerLeft:
    """Whether somebody may edit the content at hand, which makes them one of its authors."""
    module = await _at_hand(conn, module_id, number)
    if not isinstance(module, Module):
        return module
    if module.state not in BEFORE_REVIEWERS | {"changes_requested"}:
        return NotNow(module)
    if not seats_of(person, module.domain) and person.id != module.requested_by:
        return NotAReviewer(module, await fetch_reviewers(conn, module))
    left = await fetch_reviewers(conn, module, without=[person.id])
    unfilled = unfilled_seats(
        {who.id: who for held in left.values() for who in held}.values(), module.domain
    )
    return NoReviewerLeft(module, unfilled) if unfilled else module


async def put_before_reviewers(
    conn: Connection,
    module: Module,
    content: Content,
    *,
    checks: Checked,
    drafted_by: str,
    editor: Person | None,
    due_at: datetime,
    now: datetime,
) -> Module:
    """Store a drafted, revised or edited content and open a round of review; voids approvals.

    The caller holds the module's row lock (`may_edit` and `fetch_module(lock=True)` take it) and
    has asked `may_edit` where there is an `editor`. Raises `psycopg.errors.RaiseException` where
    the gate does not allow it.
    """
    body = content_body(content, role=module.role, competency=module.competency)
    hashed = content_hash(body)
    number = module.number + 1
    await store.insert_content(
        conn,
        module.id,
        number,
        body=body,
        hash=hashed,
        title=content.title,
        checks=checks,
        drafted_by=drafted_by,
        edited_by=editor.id if editor else None,
        now=now,
    )
    cited = dict.fromkeys((cite.revision, cite.section, cite.quote) for cite in cites(content))
    await store.insert_cited(conn, module.id, number, list(cited))
    actor = editor.email if editor else "jobaid"
    await store.mark_content(conn, module, number, hashed, actor=actor, now=now)
    await store.mark_due(conn, module.id, due_at)
    return await _again(conn, module)


async def review_again(
    conn: Connection,
    *,
    module_id: int,
    person: Person,
    reason: str,
    press: int,
    now: datetime,
) -> Moved | Refusal:
    """Put a suspended module before both seats again, unchanged; a seat holder's press."""
    module = await store.fetch_module(conn, module_id, lock=True)
    if module is None:
        return NoSuchModule()
    if module.state != "suspended":
        return NotNow(module)
    if not seats_of(person, module.domain):
        return NotAReviewer(module, await fetch_reviewers(conn, module))
    if not reason.strip():
        return WordsMissing(module)
    await store.insert_remark(
        conn, module, kind="restore", person_id=person.id, text=reason.strip(), press=press, now=now
    )
    await store.mark_back_in_review(conn, module.id, actor=person.email, now=now)
    return Moved(await _again(conn, module), "suspended")


# What they share


async def _at_hand(
    conn: Connection, module_id: int, number: int
) -> Module | NoSuchModule | OldContent:
    module = await store.fetch_module(conn, module_id, lock=True)
    if module is None:
        return NoSuchModule()
    return module if module.number == number else OldContent(module)


async def _again(conn: Connection, module: Module) -> Module:
    found = await store.fetch_module(conn, module.id)
    assert found
    return found


async def _without_void(
    conn: Connection, module: Module, person: Person, now: datetime
) -> tuple[Module, tuple[Person, ...]]:
    """The module and whose approvals of it count no more: they have lost the seat since.

    Then both seats have to approve anew, as after any change; `person` is about to.
    """
    standing = await store.fetch_standing_seats(conn, module.id)
    given = await store.fetch_approvals(conn, module)
    lost = {each.person_id for each in given if each.seat not in standing}
    if not lost:
        return module, ()
    await store.mark_back_in_review(conn, module.id, actor=person.email, now=now)
    people = await fetch_people(conn)
    return await _again(conn, module), tuple(who for who in people if who.id in lost)


async def _seat_to_fill(
    conn: Connection, module: Module, person: Person
) -> Seat | NotAReviewer | IsAuthor | SeatTaken:
    """The missing seat this person may fill, the SME's first where they hold both."""
    held = seats_of(person, module.domain)
    given = await store.fetch_approvals(conn, module)
    filled = {approval.seat for approval in given}
    left = await fetch_reviewers(conn, module, without=[a.person_id for a in given])
    missing = {seat: who for seat, who in left.items() if seat not in filled}
    if not held:
        return NotAReviewer(module, missing)
    if person.id == module.requested_by or person.id in await store.fetch_editors(conn, module.id):
        return IsAuthor(module, missing)
    by_themselves = any(approval.person_id == person.id for approval in given)
    seat = next((seat for seat in held if seat not in filled), None)
    if by_themselves or seat is None:
        return SeatTaken(module, by_themselves, missing)
    return seat


async def _not_ready(
    conn: Connection,
    module: Module,
    ticks: Iterable[str],
    today: date,
) -> ChecksBlock | SourceMoved | TicksMissing | None:
    stored = await store.fetch_content(conn, module.id, module.number)
    assert stored
    if stored.checks.blocked:
        return ChecksBlock(module)
    if moved := await outdated(conn, module.id, module.number, today):
        return SourceMoved(module, moved)
    set_ticks = set(ticks)
    if missing := tuple(tick for tick in TICKS if tick not in set_ticks):
        return TicksMissing(module, missing)
    return None


async def _unrated(
    conn: Connection, module: Module, just_competent: Mapping[str, int]
) -> tuple[str, ...]:
    stored = await store.fetch_content(conn, module.id, module.number)
    if stored is None or not isinstance(stored.content, ItemSet):
        return ()
    items = stored.content.items
    return tuple(item.id for item in items if not 0 <= just_competent.get(item.id, -1) <= 10)


async def _say_no(
    conn: Connection,
    module_id: int,
    number: int,
    person: Person,
    after: State,
    text: str,
    press: int,
    now: datetime,
) -> Moved | Refusal:
    module = await _at_hand(conn, module_id, number)
    if not isinstance(module, Module):
        return module
    if module.state not in BEFORE_REVIEWERS or not may_move(module.state, after):
        return NotNow(module)
    if not seats_of(person, module.domain):
        return NotAReviewer(module, await fetch_reviewers(conn, module))
    kind = "reject" if after == "rejected" else "changes"
    return await _move(conn, module, person, after, kind, text, press, now)


async def _move(
    conn: Connection,
    module: Module,
    person: Person,
    after: State,
    kind: str,
    text: str,
    press: int,
    now: datetime,
) -> Moved | WordsMissing:
    if not text.strip():
        return WordsMissing(module)
    await store.insert_remark(
        conn, module, kind=kind, person_id=person.id, text=text.strip(), press=press, now=now
    )
    await store.mark_state(conn, module.id, after, actor=person.email, now=now)
    return Moved(await _again(conn, module), module.state)
