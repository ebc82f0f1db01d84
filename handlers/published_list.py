"""Decides what somebody is told of when they ask what is published for their work."""

from __future__ import annotations

from datetime import datetime

from handlers.inbound import Asked
from handlers.privately import answer_alone
from handlers.published_cards import list_card
from handlers.services import Chat, Connection
from indexing.store.in_use import fetch_readable
from learning.nouns import Person, audience_of
from learning.store.published import PublishedModule, fetch_published_modules
from review.reviewers import seats_of


async def on_modules(conn: Connection, chat: Chat, asked: Asked, words: str) -> None:
    """Somebody wrote `modules`, or `modules` and a word: show them what is published for them."""
    person = asked.person
    theirs = [] if person is None else await _fetch_theirs(conn, person, asked.at)
    await answer_alone(chat, asked, list_card(theirs, words))


async def _fetch_theirs(conn: Connection, person: Person, now: datetime) -> list[PublishedModule]:
    """What is published for somebody's roles and may be read by them; a reviewer's own besides."""
    every = await fetch_published_modules(conn, ("guide", "aid", "items", "scenario", "remedial"))
    ids = [one.module_id for one in every if one.kind in ("guide", "aid")]
    readable = await fetch_readable(conn, ids, audience_of(person), now.date())
    return [
        one
        for one in every
        if (one.module_id in readable and one.role in person.roles)
        or (
            (one.module_id in readable or one.kind not in ("guide", "aid"))
            and seats_of(person, one.domain)
        )
    ]
