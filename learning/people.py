"""Decides what a people file says, and refuses the whole of it when any entry cannot be right."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from learning import store
from learning.entries import Refused, label, read_entries, refusals
from learning.nouns import EVERYONE, Person

_EMAIL = re.compile(r"[^@\s,:]+@[^@\s,:]+\.[^@\s,:]+")
_ROLE = re.compile(r"[a-z0-9][a-z0-9_-]*")
_SEAT = re.compile(r"sme:[a-z0-9][a-z0-9_-]*|ld|admin")


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """Everybody in a file. Those of `seats_kept` (e-mails) keep the seats they hold: it says none."""

    people: tuple[Person, ...]
    seats_kept: frozenset[str]

    @property
    def gone(self) -> frozenset[str]:
        """Who is not here any more (e-mails)."""
        return frozenset(person.email for person in self.people if not person.active)

    @property
    def active(self) -> frozenset[str]:
        """Who is here (e-mails)."""
        return frozenset(person.email for person in self.people if person.active)


@dataclass(frozen=True, slots=True)
class SeatsMoved:
    """Seats that the file gave to somebody, and those that it took."""

    email: str
    granted: tuple[str, ...]
    revoked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """Who was imported, which of them are gone, which managers nobody knows (e-mails), and whose
    seats changed by it."""

    people: tuple[Person, ...]
    gone: frozenset[str]
    unknown_managers: frozenset[str] = frozenset()
    seats: tuple[SeatsMoved, ...] = ()


def _email(value: str) -> str:
    value = value.strip().lower()
    if not _EMAIL.fullmatch(value):
        raise ValueError("write an e-mail address such as dana@example.com")
    return value


def _role(value: str) -> str:
    if not _ROLE.fullmatch(value) or value == EVERYONE:
        raise ValueError("write a role as a short id such as service-agent")
    return value


def _seat(value: str) -> str:
    if not _SEAT.fullmatch(value):
        raise ValueError("a seat is sme:DOMAIN, ld or admin")
    return value


@cache  # asking walks through some six hundred files
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())


def _timezone(value: str) -> str:
    if value not in _timezones():
        raise ValueError("write a time zone such as Europe/London")
    return value


def _list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value or []


Email = Annotated[str, AfterValidator(_email)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    email: Email
    name: str
    roles: Annotated[list[Annotated[str, AfterValidator(_role)]], BeforeValidator(_list)] = []
    seats: Annotated[list[Annotated[str, AfterValidator(_seat)]], BeforeValidator(_list)] | None = (
        None
    )
    timezone: Annotated[str, AfterValidator(_timezone)] = "UTC"
    manager: Email | None = None
    slack: str | None = None
    teams: str | None = None
    active: bool = True

    def person(self) -> Person:
        return Person(
            0,
            self.email,
            self.name or self.email,
            tuple(self.roles),
            tuple(dict.fromkeys(self.seats or ())),
            self.timezone,
            self.manager or "",
            self.slack or "",
            self.teams or "",
            self.active,
        )


def read_people(path: Path) -> PeopleFile | tuple[Refused, ...]:
    """Read a people file: everybody in it, or everything that is wrong with it."""
    entries = read_entries(path, "email: …")
    if isinstance(entries, Refused):
        return (entries,)
    return _checked(entries)


def _checked(entries: Sequence[Any]) -> PeopleFile | tuple[Refused, ...]:
    people: list[Person] = []
    kept: set[str] = set()
    wrong: list[Refused] = []
    for number, entry in enumerate(entries, start=1):
        named = label(number, entry, "email")
        if not isinstance(entry, dict):
            wrong.append(Refused(named, "", "write `email: …`, `name: …` and so on under the dash"))
            continue
        try:
            read = _Entry.model_validate(entry)
        except ValidationError as errors:
            wrong += refusals(named, errors, list(_Entry.model_fields))
            continue
        people.append(read.person())
        if read.seats is None:
            kept.add(read.email)
    for field in ("email", "slack", "teams"):
        counts = Counter(getattr(person, field) for person in people)
        twice = sorted(value for value, times in counts.items() if value and times > 1)
        wrong += [Refused(value, field, "stands twice; keep one entry for it") for value in twice]
    return tuple(wrong) or PeopleFile(tuple(people), frozenset(kept))


async def import_people(conn: store.Connection, file: PeopleFile) -> Imported:
    """Store everybody of a file that was read; people whom it leaves out stay as they are.

    The caller has said who imports it (`store.act_as`).
    """
    await store.lock_seats(conn)
    before = {person.email: person.seats for person in await store.fetch_people(conn)}
    moved: list[SeatsMoved] = []
    for person in file.people:
        held = before.get(person.email, ())
        seats = held if person.email in file.seats_kept else person.seats
        await store.upsert_person(conn, replace(person, seats=seats))
        granted = tuple(seat for seat in seats if seat not in held)
        revoked = tuple(seat for seat in held if seat not in seats)
        if granted or revoked:
            moved.append(SeatsMoved(person.email, granted, revoked))
    known = before.keys() | {person.email for person in file.people}
    managers = {person.manager for person in file.people if person.manager}
    return Imported(file.people, file.gone, frozenset(managers - known), tuple(moved))
