"""Decides what of the chat stands on the page: entries, articles, threads, days, unread counts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from bot.web.places import DIRECT, Spot, may_enter, room_of, slug_of
from bot.web.render import Frame, render_card, render_pieces
from bot.web.saying import CHANGEABLE
from bot.web.store.messages import Message
from bot.web.words import mention_marked
from handlers.cards import Buttons, Card, blocks_from_json, card_from_json
from handlers.choices import Press, as_seen
from handlers.local_chat import ROOMS
from learning.nouns import Person


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at the page: the person played, and everybody they may meet there.

    `pressed` are the person's own choices on the cards that are drawn.
    """

    person: Person
    people: Mapping[int, Person]
    token: str
    now: datetime
    pressed: frozenset[Press] = frozenset()

    @property
    def zone(self) -> ZoneInfo:
        """Where the person's clock stands."""
        return ZoneInfo(self.person.timezone)

    def local(self, at: datetime) -> datetime:
        """A moment on the person's clock."""
        return at.astimezone(self.zone)


@dataclass(frozen=True, slots=True)
class Article:
    """One message as it is drawn. `version` changes whenever its drawing does."""

    key: str
    id: int
    version: str
    author: str
    initials: str
    is_bot: bool
    at: datetime
    body: Markup
    busy: bool = False
    edited: bool = False
    deleted: bool = False
    whisper: bool = False
    text: str = ""
    mine: bool = False
    changeable: bool = False


@dataclass(frozen=True, slots=True)
class Replies:
    """The link to a thread."""

    root: int
    count: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A message in a place with what belongs under it: the first answer, whispers, its thread."""

    key: str
    day: str
    articles: tuple[Article, ...]
    replies: Replies | None


def day_words(at: datetime) -> str:
    """Return a day as a separator says it: Tuesday 20 October."""
    return f"{at:%A} {at.day} {at:%B}"


def initials(name: str) -> str:
    """Return the letters of an avatar."""
    words = name.split()
    return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper()


def entries(
    viewer: Viewer, spot: Spot, messages: Iterable[Message], above: Mapping[int, datetime]
) -> list[Entry]:
    """Arrange whole threads as a place shows them. `above`: when the message above was said."""
    drawn = []
    ordered = sorted(messages, key=lambda message: (message.root_id, message.id))
    for _, thread in groupby(ordered, key=lambda message: message.root_id):
        root, *replies = thread
        day = day_words(viewer.local(root.created_at))
        before = above.get(root.id)
        starts = before is None or day_words(viewer.local(before)) != day
        drawn.append(_entry(viewer, spot, root, replies, day if starts else ""))
    return drawn


def _entry(
    viewer: Viewer, spot: Spot, root: Message, replies: Sequence[Message], day: str
) -> Entry:
    public = [reply for reply in replies if reply.only_for is None]
    # The first answer stands in the place itself, where everybody looks; the rest in its thread.
    first = next((reply for reply in public if reply.author_id is None), None)
    # Where the thread is open beside it, whispers stand there.
    beside = spot.thread_id == root.id
    whispers = [reply for reply in replies if reply.only_for is not None and not beside]
    under = [*([first] if first else []), *whispers]
    articles = [
        article for message in [root, *under] for article in _articles(viewer, spot, message, "m")
    ]
    more = [reply for reply in public if reply is not first]
    link = None
    if root.only_for is None and (more or spot.audience == "channel"):
        link = Replies(root.id, len(more), viewer.local(more[-1].created_at) if more else None)
    return Entry(f"e{root.id}", day, tuple(articles), link)


def thread_articles(viewer: Viewer, spot: Spot, messages: Iterable[Message]) -> list[Article]:
    """Arrange one thread as its panel shows it."""
    return [article for message in messages for article in _articles(viewer, spot, message, "t")]


def _articles(viewer: Viewer, spot: Spot, message: Message, panel: str) -> Iterator[Article]:
    key = f"{panel}{message.id}"
    author = viewer.people.get(message.author_id) if message.author_id else None
    mine = message.author_id == viewer.person.id and message.only_for is None
    name = author.name if author else "Jobaid" if message.author_id is None else "Somebody"
    card = as_seen(card_from_json(message.card), viewer.pressed) if message.card else None
    yield Article(
        key=key,
        id=message.id,
        version=str(message.version) + (_choices(card) if card else ""),
        author=name,
        initials=initials(name)[:2] if message.author_id else "J",
        is_bot=message.author_id is None,
        at=viewer.local(message.created_at),
        body=_body(viewer, spot, message, card, key),
        busy=message.busy,
        edited=message.edited_at is not None and message.deleted_at is None,
        deleted=message.deleted_at is not None,
        whisper=message.only_for is not None,
        text=message.text,
        mine=mine and message.deleted_at is None,
        changeable=viewer.now - message.created_at <= CHANGEABLE,
    )
    if message.working:
        dots = Markup(
            '<p class="working"><i aria-hidden="true"><b></b></i> Looking through the SOPs</p>'
        )
        yield Article(
            f"{panel}w{message.id}", message.id, "working", "Jobaid", "J", True,
            viewer.local(message.created_at), dots, busy=True,
        )  # fmt: skip


def _choices(card: Card) -> str:
    """Name which buttons of a card are drawn as pressed."""
    rows = (block.buttons for block in card.blocks if isinstance(block, Buttons))
    return "".join(f" {button.action}" for row in rows for button in row if button.pressed)


def _body(viewer: Viewer, spot: Spot, message: Message, card: Card | None, key: str) -> Markup:
    if message.deleted_at:
        return Markup('<p class="said gone">This message was taken back.</p>')
    level = 3 if key.startswith("t") else 2
    if card is not None:
        hidden = {
            "token": viewer.token,
            "as": str(viewer.person.id),
            "ref": message.ref or "",
            "back": address(spot, message.id),
        }
        return render_card(card, Frame(key, level, hidden))
    if message.author_id is None:
        return render_pieces(blocks_from_json(message.shown), level)
    said = [
        Markup('<span class="mention">{}</span>').format(words) if mention else escape(words)
        for words, mention in mention_marked(message.text)
    ]
    return Markup('<p class="said">{}</p>').format(Markup("").join(said))


def address(spot: Spot, message_id: int | None = None) -> str:
    """The page's address of a place, its thread, and a message there."""
    path = f"/p/{slug_of(spot.base)}"
    mark = "#latest" if message_id is None else f"#m{message_id}"
    if spot.thread_id is not None:
        path += f"/t/{spot.thread_id}"
        mark = "" if message_id is None else f"#t{message_id}"
    return path + mark


def state_of(messages: Iterable[Message], pressed: Iterable[Press]) -> str:
    """Name what is shown, so that a page that comes back knows whether it missed anything."""
    shown = ",".join(f"{m.id}.{m.version}.{m.working:d}" for m in messages)
    shown += ";".join(f"{action} {subject}" for action, subject in sorted(pressed))
    return hashlib.blake2s(shown.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list of places."""

    slug: str
    title: str
    open: bool
    current: bool
    unread: int


def rows(viewer: Viewer, base: str, unread: Mapping[str, int]) -> tuple[list[Row], Row]:
    """The channels, and the direct conversation with the bot."""
    channels = []
    for room in ROOMS:
        place = f"web:{room.name}"
        channels.append(
            Row(
                room.name, room.title, may_enter(viewer.person, place), place == base,
                unread.get(place, 0),
            )
        )  # fmt: skip
    own = f"web:@{viewer.person.email}"
    direct = Row(DIRECT, "Jobaid", True, base == own, unread.get(own, 0))
    return channels, direct


def titles(base: str) -> tuple[str, str, str]:
    """A place's title, its purpose, and how a composer names it."""
    room = room_of(base)
    if room is None:
        return "Jobaid", "Only you and Jobaid see this", "Jobaid"
    return f"#{room.title}", room.purpose, f"#{room.title}"
