"""Decides what a people file says, and refuses the whole of it when any entry cannot be right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import available_timezones

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from learning import store
from learning.nouns import EVERYONE, Person

_EMAIL = re.compile(r"[^@\s,:]+@[^@\s,:]+\.[^@\s,:]+")
_ROLE = re.compile(r"[a-z0-9][a-z0-9_-]*")
_SEAT = re.compile(r"sme:[a-z0-9][a-z0-9_-]*|ld|admin")


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a people file was not taken: the entry, its field, what is wrong and the remedy."""

    entry: str
    field: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Imported:
    """Who was imported, and which of them are gone."""

    people: tuple[Person, ...]
    gone: frozenset[str]
    active: frozenset[str]


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


def _timezone(value: str) -> str:
    if value not in available_timezones():
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
    seats: Annotated[list[Annotated[str, AfterValidator(_seat)]], BeforeValidator(_list)] = []
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
            tuple(self.seats),
            self.timezone,
            self.manager or "",
            self.slack or "",
            self.teams or "",
            self.active,
        )


def read_people(path: Path) -> tuple[Person, ...] | tuple[Refused, ...]:
    """Read a people file: everybody in it, or everything that is wrong with it."""
    try:
        entries = yaml.safe_load(path.read_text("utf-8-sig"))
    except OSError as error:
        return (Refused(path.name, "", f"the file cannot be read: {error.strerror}"),)
    except UnicodeDecodeError:
        return (Refused(path.name, "", "the file is not UTF-8 text; save it as UTF-8"),)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        return (Refused(path.name, where, f"the YAML is broken: {problem}"),)
    if not isinstance(entries, list):
        return (Refused(path.name, "", "write a list, one `- email: …` entry a person"),)
    return _checked(entries)


def _checked(entries: Sequence[Any]) -> tuple[Person, ...] | tuple[Refused, ...]:
    people: list[Person] = []
    wrong: list[Refused] = []
    for number, entry in enumerate(entries, start=1):
        named = entry.get("email") if isinstance(entry, dict) else None
        label = f"entry {number} ({named})" if named else f"entry {number}"
        if not isinstance(entry, dict):
            wrong.append(Refused(label, "", "write `email: …`, `name: …` and so on under the dash"))
            continue
        try:
            people.append(_Entry.model_validate(entry).person())
        except ValidationError as errors:
            wrong += [_refused(label, error) for error in errors.errors()]
    for field in ("email", "slack", "teams"):
        values = [getattr(person, field) for person in people]
        twice = sorted({value for value in values if value and values.count(value) > 1})
        wrong += [Refused(value, field, "stands twice; keep one entry for it") for value in twice]
    return tuple(wrong) or tuple(people)


def _refused(label: str, error: Any) -> Refused:
    field = str(error["loc"][0]) if error["loc"] else ""
    remedies = {
        "missing": "is missing; add it",
        "extra_forbidden": "is not a known field; known are " + ", ".join(_Entry.model_fields),
    }
    said = str(error["msg"]).removeprefix("Value error, ")
    return Refused(label, field, remedies.get(error["type"], said))


async def import_people(conn: store.Connection, people: Sequence[Person]) -> Imported:
    """Store everybody of a file that was read; people whom it leaves out stay as they are."""
    for person in people:
        await store.upsert_person(conn, person)
    gone = frozenset(person.email for person in people if not person.active)
    return Imported(tuple(people), gone, frozenset(person.email for person in people) - gone)
