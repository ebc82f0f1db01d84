"""Decides which roles and e-mails that a document names nobody has, and what was meant by each.

Such a document is stored all the same: whoever it names may be imported later.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from indexing.governance import EVERYONE
from indexing.problems import Code

_ALIKE = 0.6
"""How alike a slip and what was meant are: `front-dsk` and `front-desk-agent` 0.72."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Who was imported: their e-mails, and the roles of those who are still here."""

    emails: frozenset[str]
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Unheld:
    """A name in a governance field that nobody has; `meant` is the nearest known one or ''."""

    code: Code
    field: str
    name: str
    meant: str


def unheld(
    roles: Sequence[str], audience: Sequence[str], owner: str, staff: Staff
) -> Iterator[Unheld]:
    """What of a document's governance nobody who was imported has."""
    if owner not in staff.emails:
        yield Unheld("person_unknown", "owner", owner, _nearest_email(owner, staff.emails))
    for field, names in (("roles", roles), ("audience", audience)):
        for name in names:
            if "@" in name and name not in staff.emails:
                meant = _nearest_email(name, staff.emails)
                yield Unheld("person_unknown", field, name, meant)
            elif "@" not in name and name not in staff.roles and name != EVERYONE:
                yield Unheld("role_unheld", field, name, _nearest(name, staff.roles))


def _nearest(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, sorted(known), n=1, cutoff=_ALIKE)
    return near[0] if near else ""


def _nearest_email(email: str, known: Iterable[str]) -> str:
    """The e-mail of the same name elsewhere, or of the nearest name at the same place."""
    name, _, place = email.partition("@")
    halves = {one.partition("@")[0]: one for one in sorted(known) if one.endswith(f"@{place}")}
    same = _nearest(place, [one.partition("@")[2] for one in known if one.startswith(f"{name}@")])
    return f"{name}@{same}" if same else halves.get(_nearest(name, halves), "")
