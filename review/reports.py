"""Decides what "this is wrong" does to a published module, and who may say that it is right.

Both take the module's row lock first and return what became of the press as a value, as the gate
does; both are on record, in the remarks and in the audit log.
"""

from __future__ import annotations

from datetime import datetime

from indexing import audit
from learning.nouns import Person
from review import store
from review.outcomes import (
    AlreadyReported,
    HeldRight,
    NoSuchModule,
    NotAReviewer,
    NotNow,
    NotReported,
    Refusal,
    Reported,
    WordsMissing,
)
from review.reviewers import fetch_reviewers, seats_of
from review.store import Connection

REPORTS_THAT_SUSPEND = 2


async def report(
    conn: Connection,
    *,
    module_id: int,
    person: Person,
    text: str,
    press: int,
    now: datetime,
) -> Reported | AlreadyReported | NoSuchModule | NotNow | WordsMissing:
    """Take in "this is wrong": two people's reports, or one SME's, suspend the module."""
    module = await store.fetch_module(conn, module_id, lock=True)
    if module is None:
        return NoSuchModule()
    if module.state != "published":
        return NotNow(module)
    if not text.strip():
        return WordsMissing(module)
    reporters = await store.fetch_reporters(conn, module)
    if person.id in reporters:
        return AlreadyReported(module)
    remark_id = await store.insert_remark(
        conn, module, kind="report", person_id=person.id, text=text.strip(), press=press, now=now
    )
    enough = len(reporters) + 1 >= REPORTS_THAT_SUSPEND or "sme" in seats_of(person, module.domain)
    if enough:
        await store.mark_state(conn, module.id, "suspended", actor=person.email, now=now)
    detail = {"number": module.number, "suspended": enough, "press": press}
    await audit.record(conn, person.email, "module.reported", f"module:{module.id}", detail)
    found = await store.fetch_module(conn, module.id)
    assert found
    return Reported(found, enough, remark_id)


async def hold_right(
    conn: Connection, *, module_id: int, person: Person, reason: str, press: int, now: datetime
) -> HeldRight | NotReported | Refusal:
    """Close what is reported of a module still in use: it is right; a seat holder's press.

    The reports stay on record and count no more towards suspending it.
    """
    module = await store.fetch_module(conn, module_id, lock=True)
    if module is None:
        return NoSuchModule()
    if module.state != "published":
        return NotNow(module)
    if not seats_of(person, module.domain):
        return NotAReviewer(module, await fetch_reviewers(conn, module))
    reporters = await store.fetch_reporters(conn, module)
    if not reporters:
        return NotReported(module)
    if not reason.strip():
        return WordsMissing(module)
    await store.insert_remark(
        conn, module, kind="restore", person_id=person.id, text=reason.strip(), press=press, now=now
    )
    detail = {"number": module.number, "press": press}
    await audit.record(conn, person.email, "module.held_right", f"module:{module.id}", detail)
    return HeldRight(module, reporters)
