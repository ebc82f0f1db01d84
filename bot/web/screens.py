"""Decides how a whole page, and each piece of it that can change, is put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import learning.store
from bot.web.places import Spot, places_of, room_of, slug_of
from bot.web.store import threads
from bot.web.store.messages import Message
from bot.web.store.unread import count_unread
from bot.web.suggestions import Suggestion, own_titles, read_suggestions, suggested
from bot.web.views import (
    Viewer,
    address,
    entries,
    initials,
    rows,
    state_of,
    thread_articles,
    titles,
)
from handlers.cards import card_from_json
from handlers.choices import Press, pressed_by
from handlers.local_chat import Holdings, manages, role_in_words, what_to_import
from handlers.services import Connection
from indexing.listing import list_documents
from learning.nouns import Person

HERE = Path(__file__).parent
SHOWN_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page shows: the messages of a place and those of an open thread.

    `above` says when the message above each root was said; `earlier` is the first root shown, where
    there are older ones; `pressed` are the viewer's own choices on cards that others see too.
    """

    spot: Spot
    messages: tuple[Message, ...]
    thread: tuple[Message, ...]
    above: Mapping[int, datetime]
    earlier: int | None = None
    pressed: frozenset[Press] = frozenset()

    @property
    def state(self) -> str:
        """See `state_of`."""
        return state_of([*self.messages, *self.thread], self.pressed)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why something was not taken, and the words that were written, so that they are not lost."""

    words: str
    draft: str = ""
    in_thread: bool = False


async def look(
    conn: Connection, viewer: Viewer, spot: Spot, before: int | None = None
) -> Seen | None:
    """Fetch what a page shows; None when its thread is not there."""
    person = viewer.person.id
    roots = await threads.fetch_roots(conn, spot.base, person, before, SHOWN_AT_ONCE)
    messages = await threads.fetch_threads(conn, spot.base, roots, person, viewer.now)
    thread: list[Message] = []
    if spot.thread_id is not None:
        thread = await threads.fetch_threads(conn, spot.base, [spot.thread_id], person, viewer.now)
        if not thread or thread[0].id != spot.thread_id:
            return None
    above = await threads.fetch_created_above(conn, spot.base, person, roots)
    earlier = roots[0] if roots and roots[0] in above else None
    pressed = await choices_in(conn, viewer, [*messages, *thread])
    return Seen(spot, tuple(messages), tuple(thread), above, earlier, pressed)


async def choices_in(
    conn: Connection, viewer: Viewer, messages: Iterable[Message]
) -> frozenset[Press]:
    """What the viewer has pressed on the cards of some messages."""
    cards = [card_from_json(message.card) for message in messages if message.card is not None]
    return await pressed_by(conn, viewer.person, cards)


class Screens:
    """Draws pages and their pieces from the templates."""

    def __init__(self, sample: bool) -> None:
        self._sample: Sequence[Suggestion] = read_suggestions() if sample else ()
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals |= {"static": static_version, "slug": slug_of, "sample": sample}

    def entries(self, viewer: Viewer, seen: Seen) -> list[tuple[str, str]]:
        """Draw the entries of a place, each with its key."""
        viewer = replace(viewer, pressed=seen.pressed)
        drawn = entries(viewer, seen.spot, seen.messages, seen.above)
        template = self._templates.get_template("entry.html")
        return [
            (entry.key, template.render(entry=entry, viewer=viewer, spot=seen.spot))
            for entry in drawn
        ]

    def thread(self, viewer: Viewer, seen: Seen) -> str:
        """Draw the articles of an open thread."""
        viewer = replace(viewer, pressed=seen.pressed)
        articles = thread_articles(viewer, seen.spot, seen.thread)
        template = self._templates.get_template("thread.html")
        return template.render(articles=articles, viewer=viewer, spot=seen.spot)

    async def page(
        self, conn: Connection, viewer: Viewer, seen: Seen, theme: str, trouble: Trouble | None
    ) -> str:
        """Draw the whole page."""
        spot = seen.spot
        title, purpose, named = titles(spot.base)
        unread = await count_unread(conn, viewer.person.id, places_of(viewer.person))
        channels, direct = rows(viewer, spot.base, unread)
        suggestions, missing = await self._welcome(conn, viewer, seen)
        waiting = any(message.working for message in (*seen.messages, *seen.thread))
        return self._templates.get_template("page.html").render(
            viewer=viewer,
            person=viewer.person,
            cast=_cast(viewer),
            role=role_in_words(viewer.person, viewer.people.values()),
            initials=initials,
            spot=replace(spot, thread_id=None),
            here=spot,
            address=address,
            title=title,
            purpose=purpose,
            named=named,
            channels=channels,
            direct=direct,
            entries=[html for _, html in self.entries(viewer, seen)],
            thread=self.thread(viewer, seen) if seen.thread else None,
            earlier=seen.earlier,
            suggestions=suggestions,
            missing=missing,
            mention="@Jobaid " if spot.audience == "channel" else "",
            state=seen.state,
            refresh=waiting,
            theme=theme,
            trouble=trouble,
        )

    async def _welcome(
        self, conn: Connection, viewer: Viewer, seen: Seen
    ) -> tuple[tuple[str, ...], tuple[str, str]]:
        """What an empty conversation offers to ask, and what to import where there is nothing."""
        room = room_of(seen.spot.base)
        if seen.messages or (room and room.seated):
            return (), ("", "")
        if self._sample:
            return suggested(self._sample, viewer.person), ("", "")
        today = viewer.now.date()
        rows = await list_documents(conn, today)
        answerable = sum(row.status == "answerable" for row in rows)
        holds = Holdings(len(viewer.people), len(rows), answerable)
        return await own_titles(conn, viewer.person, today), what_to_import(holds)

    def nobody(self, theme: str) -> str:
        """Draw the page of a company that nobody has been imported into."""
        missing = what_to_import(Holdings(0, 0, 0))
        return self._templates.get_template("nobody.html").render(missing=missing, theme=theme)

    def gone(self, viewer: Viewer, words: str, theme: str) -> str:
        """Draw the page that says why there is nothing to see."""
        return self._templates.get_template("gone.html").render(
            words=words, theme=theme, person=viewer.person
        )


async def fetch_viewer(
    conn: Connection, wanted: int | None, token: str, now: datetime
) -> Viewer | None:
    """Who looks: the person wanted, else the first who just works there; None without people."""
    people = await learning.store.fetch_people(conn)
    active = [person for person in people if person.active]
    known = next((person for person in active if person.id == wanted), None)
    plain = (p for p in active if p.roles and not p.seats and not manages(p, people))
    chosen = known or next(plain, None) or next(iter(active), None)
    if chosen is None:
        return None
    return Viewer(chosen, {person.id: person for person in people}, token, now)


def _cast(viewer: Viewer) -> list[tuple[Person, str]]:
    """Everybody else who can be played: those who ask first, then managers, then seats."""
    people = viewer.people.values()

    def rank(person: Person) -> tuple[int, str]:
        if "admin" in person.seats:
            return 4, person.name
        if person.seats:
            return 3 if "ld" in person.seats else 2, person.name
        return 1 if manages(person, people) else 0, person.name

    others = (p for p in people if p.active and p.id != viewer.person.id)
    return [(person, role_in_words(person, people)) for person in sorted(others, key=rank)]


@cache
def static_version(name: str) -> str:
    """The address of a static file, with its content's hash, so that it can be kept for good."""
    digest = sha256((HERE / "static" / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"
