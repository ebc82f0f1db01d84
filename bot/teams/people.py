"""Decides who is asking in Teams: a person we know, somebody permitted, or nobody we may answer.

Guests, bots and people of other tenants get nothing, nor does anybody without a directory id.
Somebody is known by that id, then by the address their own directory gives; the id is remembered.
Where Teams does not say who somebody is, a person known by id is still known, and anybody else is
`everyone`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.teams.calls import Refused, Unreachable
from bot.teams.connector import Connector
from bot.teams.incoming import Told
from bot.teams.store import fetch_conversation
from handlers.services import Connection
from learning import store
from learning.nouns import Person

_KNOWN_FOR = timedelta(minutes=5)
_UNKNOWN_FOR = timedelta(seconds=30)
_MOST_REMEMBERED = 10_000
_SECONDS = 5.0
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Account:
    """What Teams says of a member: the addresses of their directory, and whether it is ours."""

    addresses: tuple[str, ...]
    is_member: bool


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who may be answered; `person` is None for one the directory does not know."""

    person: Person | None


class People:
    """Looks members up in Teams, remembering the answers briefly."""

    def __init__(self, connector: Connector, clock: Callable[[], datetime]) -> None:
        self._connector = connector
        self._clock = clock
        self._accounts: dict[str, tuple[datetime, Account | None]] = {}

    async def asker(self, conn: Connection, told: Told) -> Asker | None:
        """Return who sent this, None for somebody who gets nothing."""
        ours = self._connector.identity
        if not told.aad or (not ours.local and told.tenant != ours.tenant):
            return None
        account = await self._account(conn, told)
        if account is not None and not account.is_member:
            return None
        return Asker(await _person(conn, told.aad, account))

    async def _account(self, conn: Connection, told: Told) -> Account | None:
        now = self._clock()
        remembered = self._accounts.get(told.aad)
        if remembered is not None and remembered[0] > now:
            return remembered[1]
        if len(self._accounts) >= _MOST_REMEMBERED:
            self._accounts.clear()
        account = await self._look_up(conn, told)
        known_for = _UNKNOWN_FOR if account is None else _KNOWN_FOR
        self._accounts[told.aad] = (now + known_for, account)
        return account

    async def _look_up(self, conn: Connection, told: Told) -> Account | None:
        where = await fetch_conversation(conn, told.conversation)
        if where is None:
            return None
        try:
            async with asyncio.timeout(_SECONDS):
                member = await self._connector.member(where, told.user)
        except (Refused, Unreachable, TimeoutError) as error:
            log.warning("teams does not say who this is", error=repr(error))
            return None
        said = {name: value for name, value in member.items() if isinstance(value, str)}
        if told.aad not in (said.get("aadObjectId"), said.get("objectId")):
            return None
        tenant = self._connector.identity.tenant
        is_ours = said.get("tenantId", tenant) == tenant or self._connector.identity.local
        name = said.get("userPrincipalName", "")
        is_outside = said.get("userRole", "user") not in ("user", "owner", "admin")
        return Account(
            addresses=tuple(filter(None, (name, said.get("email", "")))),
            is_member=is_ours and not is_outside and "#ext#" not in name.lower(),
        )


async def _person(conn: Connection, aad: str, account: Account | None) -> Person | None:
    person = await store.fetch_person_by_teams(conn, aad)
    if person is not None or account is None:
        return person
    for address in account.addresses:
        person = await store.fetch_person(conn, address)
        if person is not None:
            if not person.teams:
                await store.link_teams(conn, person.id, aad)
                return replace(person, teams=aad)
            return None  # the address is somebody's whom Teams calls otherwise
    return None
