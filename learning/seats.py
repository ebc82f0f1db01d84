"""Decides who may give and take seats, and which seats there are to give."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from learning import store
from learning.nouns import Person
from learning.store import Connection
from learning.store.competencies import fetch_domains

SEAT = re.compile(r"sme:[a-z0-9][a-z0-9_-]*|ld|admin")


@dataclass(frozen=True, slots=True)
class Granted:
    """The person holds the seat from now on."""

    person: Person
    seat: str


@dataclass(frozen=True, slots=True)
class Revoked:
    """The person does not hold the seat any more."""

    person: Person
    seat: str


@dataclass(frozen=True, slots=True)
class NothingToChange:
    """The person held the seat already, or never did; `held` says which."""

    person: Person
    seat: str
    held: bool


@dataclass(frozen=True, slots=True)
class NotAnAdmin:
    """Only an admin gives and takes seats."""


@dataclass(frozen=True, slots=True)
class NoSuchPerson:
    """Nobody who is still here is called that, or `called` so many are."""

    words: str
    called: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class NoSuchSeat:
    """There is no such seat to give."""

    words: str


@dataclass(frozen=True, slots=True)
class LastAdmin:
    """Nobody else could give seats then."""

    person: Person


SeatChange = (
    Granted | Revoked | NothingToChange | NotAnAdmin | NoSuchPerson | NoSuchSeat | LastAdmin
)


async def fetch_seats_to_give(conn: Connection) -> tuple[str, ...]:
    """Fetch every seat there is: L&D, admin, and the SMEs' of each domain that is known."""
    domains = {f"sme:{domain}" for domain in await fetch_domains(conn)}
    held = {seat for seat in await store.fetch_seats(conn) if seat.startswith("sme:")}
    return ("ld", "admin", *sorted(domains | held))


async def change_seat(
    conn: Connection,
    by: Person | None,
    act: Literal["grant", "revoke"],
    words: str,
    seat: str,
    press: int,
) -> SeatChange:
    """Grant or revoke a seat in the caller's transaction; `words` are an e-mail or a whole name.

    Who `by` is and what they hold is looked up again, as it stands now that nobody changes it. The
    database writes a change down, with the stored `press` that it came from.
    """
    await store.lock_seats(conn)
    admin = await store.fetch_person_by_id(conn, by.id) if by is not None else None
    if admin is None or not admin.active or "admin" not in admin.seats:
        return NotAnAdmin()
    if not SEAT.fullmatch(seat) or seat not in await fetch_seats_to_give(conn):
        return NoSuchSeat(seat)
    called = await store.fetch_people_called(conn, " ".join(words.split()))
    if len(called) != 1:
        return NoSuchPerson(words, tuple(called))
    person = called[0]
    holds = seat in person.seats
    if holds == (act == "grant"):
        return NothingToChange(person, seat, holds)
    await store.act_as(conn, admin.email, {"press": press})
    if act == "grant":
        await store.set_seats(conn, person.id, (*person.seats, seat))
        return Granted(person, seat)
    if seat == "admin" and len(await store.fetch_seat_holders(conn, "admin")) == 1:
        return LastAdmin(person)
    await store.set_seats(conn, person.id, _without(person.seats, seat))
    return Revoked(person, seat)


def _without(seats: Collection[str], seat: str) -> tuple[str, ...]:
    return tuple(held for held in seats if held != seat)
