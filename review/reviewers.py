"""Decides who may review a module: the seats people hold, and whose own work it is."""

from __future__ import annotations

from collections.abc import Iterable

from learning.nouns import Person
from learning.store import fetch_people
from review import store
from review.nouns import Module, Seat
from review.store import Connection

SEATS: tuple[Seat, ...] = ("sme", "ld")


def seat_name(seat: Seat, domain: str) -> str:
    """The seat as people hold it: `sme:DOMAIN` or `ld`."""
    return f"sme:{domain}" if seat == "sme" else "ld"


def seats_of(person: Person, domain: str) -> tuple[Seat, ...]:
    """The reviewing seats somebody holds in a domain; none once they have left."""
    if not person.active:
        return ()
    return tuple(seat for seat in SEATS if seat_name(seat, domain) in person.seats)


async def fetch_reviewers(
    conn: Connection, module: Module, *, without: Iterable[int] = ()
) -> dict[Seat, tuple[Person, ...]]:
    """Who may approve a module, by seat: holders who neither asked for it nor edited it."""
    authors = {module.requested_by, *await store.fetch_editors(conn, module.id), *without}
    people = [who for who in await fetch_people(conn) if who.id not in authors]
    return {
        seat: tuple(who for who in people if seat in seats_of(who, module.domain)) for seat in SEATS
    }


async def missing_reviewers(conn: Connection, domain: str, requester: Person) -> tuple[Seat, ...]:
    """The seats that nobody but the requester holds, or could hold beside the other one.

    Two different people are needed, so one person in both seats fills only one of them.
    """
    people = [who for who in await fetch_people(conn) if who.id != requester.id]
    return unfilled_seats(people, domain)


def unfilled_seats(people: Iterable[Person], domain: str) -> tuple[Seat, ...]:
    """The seats that these people cannot fill, two different ones being needed."""
    held = {seat: {who.id for who in people if seat in seats_of(who, domain)} for seat in SEATS}
    empty = tuple(seat for seat in SEATS if not held[seat])
    if not empty and len(held["sme"] | held["ld"]) == 1:
        return ("ld",)
    return empty
