"""Decides who is asking in Slack: a person we know, somebody permitted, or nobody we may answer.

Guests, bots, deactivated accounts and people of other workspaces get nothing. Somebody is known by
Slack id, then by the e-mail Slack has confirmed; the id is remembered. Where Slack refuses to say
who a user is, a person known by id is still known, and anybody else is `everyone`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.calls import Refused, Unreachable, called
from bot.slack.told import Told
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
    """What Slack says of a user. `email` is '' unless confirmed; no `teams` if it does not say."""

    email: str
    teams: frozenset[str]
    is_member: bool

    def may_ask_in(self, team: str) -> bool:
        """Whether this is a full member of a workspace."""
        return self.is_member and (not self.teams or team in self.teams)


@dataclass(frozen=True, slots=True)
class Home:
    """The workspace our token belongs to and our own user there; '' when Slack will not say."""

    team: str = ""
    user: str = ""


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who may be answered. `email` is '' where Slack has confirmed none, or will not say."""

    user: str
    email: str


class People:
    """Looks users up at Slack, remembering the answers briefly."""

    def __init__(self, client: AsyncWebClient, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._clock = clock
        self._accounts: dict[str, tuple[datetime, Account | None]] = {}
        self._home: tuple[datetime, Home] | None = None

    async def asker(self, told: Told) -> Asker | None:
        """Return who said this, None for somebody who gets nothing. Asks Slack, not the database."""
        home = await self.home()
        if told.sender_teams - {told.team} or (home.team and told.team != home.team):
            return None
        if told.user in ("USLACKBOT", home.user, told.bot_user):
            return None
        account = await self._account(told.user)
        if account is not None and not account.may_ask_in(told.team):
            return None
        return Asker(told.user, account.email if account is not None else "")

    async def home(self) -> Home:
        """Return our own workspace and user, asked once (again after a while if it was refused)."""
        now = self._clock()
        if self._home is None or self._home[0] < now:
            try:
                said = await called(self._client.auth_test(), _SECONDS)
            except (Refused, Unreachable) as error:
                log.warning("slack does not say who we are", error=str(error))
                self._home = (now + _UNKNOWN_FOR, Home())
            else:
                home = Home(str(said.get("team_id") or ""), str(said.get("user_id") or ""))
                self._home = (now + timedelta(days=1), home)
        return self._home[1]

    async def _account(self, user: str) -> Account | None:
        now = self._clock()
        remembered = self._accounts.get(user)
        if remembered is not None and remembered[0] > now:
            return remembered[1]
        if len(self._accounts) >= _MOST_REMEMBERED:
            self._accounts.clear()
        try:
            said = await called(self._client.users_info(user=user), _SECONDS)
            account = _read_account(said.get("user") or {})
        except (Refused, Unreachable) as error:
            log.warning("slack does not say who this is", error=str(error))
            self._accounts[user] = (now + _UNKNOWN_FOR, None)
            return None
        self._accounts[user] = (now + _KNOWN_FOR, account)
        return account


def _read_account(user: dict[str, Any]) -> Account:
    outside = (
        "deleted",
        "is_bot",
        "is_workflow_bot",
        "is_restricted",
        "is_ultra_restricted",
        "is_stranger",
    )
    profile = user.get("profile")
    email = profile.get("email") if isinstance(profile, dict) else ""
    confirmed = user.get("is_email_confirmed") is not False
    enterprise = user.get("enterprise_user")
    teams = enterprise.get("teams") if isinstance(enterprise, dict) else ()
    return Account(
        email=str(email or "") if confirmed else "",
        teams=frozenset(str(team) for team in (user.get("team_id"), *(teams or ())) if team),
        is_member=not any(user.get(name) for name in outside),
    )


async def fetch_person(conn: Connection, asker: Asker) -> Person | None:
    """Return the person an asker is, None for one the directory does not know."""
    person = await store.fetch_person_by_slack(conn, asker.user)
    if person is not None or not asker.email:
        return person
    person = await store.fetch_person(conn, asker.email)
    if person is not None and not person.slack:
        await store.link_slack(conn, person.id, asker.user)
        return replace(person, slack=asker.user)
    return person
