"""Decides what a person is to Jobaid."""

from __future__ import annotations

from dataclasses import dataclass

EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the people file. `roles` are role ids; `seats` are `sme:DOMAIN`, `ld` or `admin`.

    `id` is the database's; `timezone` is an IANA name; `manager` is an e-mail or empty.
    """

    id: int
    email: str
    name: str
    roles: tuple[str, ...] = ()
    seats: tuple[str, ...] = ()
    timezone: str = "UTC"
    manager: str = ""
    slack: str = ""
    teams: str = ""
    active: bool = True


def audience_of(person: Person | None) -> tuple[str, ...]:
    """Return the audience tokens a person holds: `everyone`, their roles and their e-mail.

    Somebody unknown or gone is `everyone` and nothing more.
    """
    if person is None or not person.active:
        return (EVERYONE,)
    return (EVERYONE, *person.roles, person.email)
