"""Decides how the terminal chats: a second door to the places of the local chat, text or JSON.

It works off its own jobs in this process, so that `idle` can be said when nothing is left that a
line of input caused. What it leaves undone when it is killed, any worker takes up.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import threading
import unicodedata
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TextIO, assert_never

from bot import app, store
from bot.channel import Event, Outgoing, TryLater, address_of
from bot.inbox import Inbox
from bot.web import saying
from bot.web.places import direct_place, may_enter, may_see, place_named, spot_of
from bot.web.send import LocalChannel
from bot.web.store import threads
from bot.web.words import storable
from handlers import cards
from handlers.answer_cards import help_card
from handlers.cards import Block, Card, card_from_json, card_to_json, plain
from handlers.inbound import Asked, Inbound, Place
from handlers.local_chat import refusal_words
from handlers.services import Connection, Services
from handlers.stopping import is_stop
from handlers.trying import unknown_person
from handlers.wording import day
from learning.nouns import Person
from learning.store import fetch_people, fetch_person

Say = Callable[[str], None]


def render(card: Card) -> str:
    """Draw a card as plain text; a button shows the word that presses it."""
    drawn = "\n".join(line for block in card.blocks for line in _lines(block))
    return "".join(c for c in drawn if c == "\n" or unicodedata.category(c) != "Cc")


def _lines(block: cards.Block) -> Iterator[str]:
    match block:
        case cards.Heading(text, detail):
            yield f"{text} ({detail})" if detail else text
        case cards.Text(markdown):
            yield plain(markdown)
        case cards.Steps(items, start):
            for number, item in enumerate(items, start=start):
                yield f"{number}. {plain(item)}"
        case cards.Facts(rows):
            yield from (f"{label}: {value}" for label, value in rows)
        case cards.Quote(text, source):
            yield from (f"  | {line}" for line in text.splitlines())
            if source:
                yield f"  {source}"
        case cards.Sources(entries):
            yield from (_source(entry) for entry in entries)
        case cards.Note(markdown, tone):
            said = plain(markdown)
            named = said.lstrip("“").startswith("Warning")
            yield f"({said})" if tone == "quiet" else said if named else f"Warning: {said}"
        case cards.Buttons(buttons):
            yield " ".join(
                f"[{button.label}{' ✓' if button.pressed else ''}]" for button in buttons
            )
        case cards.Field(name, label, _, options, value, hint):
            scale = options == tuple(map(str, range(len(options))))
            offered = f"0 to {len(options) - 1}" if scale else " / ".join(options)
            choice = f" ({offered})" if options else ""
            yield f"{label}{choice}: {value}" + (f" ({hint})" if hint else "") + f" <{name}>"
        case _:
            assert_never(block)


def _source(entry: cards.Source) -> str:
    title = f"{entry.title} {entry.section}".strip()
    line = f"[{entry.number}] {title}, version {entry.version} of {day(entry.version_on)}"
    return f"{line}, owner {entry.owner}" + (f" {entry.url}" if entry.url else "")


@dataclass(slots=True)
class Door:
    """The local channel as this terminal sees it: what is sent is also shown here."""

    channel: LocalChannel
    tell: Callable[[str, str, str, Card], None]

    async def translate(self, event: Event) -> Inbound | None:
        """As the local channel."""
        return await self.channel.translate(event)

    async def working(self, asked: Asked, event: Event) -> None:
        """As the local channel."""
        await self.channel.working(asked, event)

    async def show(self, event: Event, place: Place, ref: str, pieces: Sequence[Block]) -> bool:
        """As the local channel."""
        return await self.channel.show(event, place, ref, pieces)

    async def find(self, outgoing: Outgoing) -> str | None:
        """As the local channel."""
        return await self.channel.find(outgoing)

    async def send(self, outgoing: Outgoing) -> str:
        """Send, then show."""
        platform_id = await self.channel.send(outgoing)
        event = {"stream": "stream_end"}.get(outgoing.kind, outgoing.kind)
        self.tell(event, outgoing.place, outgoing.ref, outgoing.card)
        return platform_id

    async def update(self, outgoing: Outgoing) -> None:
        """Update, then show."""
        await self.channel.update(outgoing)
        self.tell("update", outgoing.place, outgoing.ref, outgoing.card)


class Terminal:
    """One conversation in a terminal."""

    def __init__(self, house: app.House, person: Person, out: Say, hint: Say, as_json: bool):
        self._house = house
        self._person = person
        self._out = out
        self._hint = hint
        self._json = as_json
        self._waiting: list[int] = []
        self._working = asyncio.Lock()
        self._inbox = Inbox(self._note, house.inbox.key)
        self._last: tuple[str, Card] | None = None
        self._door = Door(LocalChannel(house.pool, app.clock), self._show)

    def start(self, services: Services) -> None:
        """Build the worker."""
        self._worker = app.worker(self._house, {"web": self._door}, services, self._inbox)

    async def _note(self, _conn: Connection, inbox_id: int, _lock: str) -> None:
        self._waiting.append(inbox_id)

    def _show(self, event: str, place: str, ref: str, card: Card) -> None:
        if self._json:
            _, thread = address_of(place)
            told = {
                "event": event,
                "place": place.partition("|")[0],
                "thread": thread or None,
                "card": {"id": ref, **card_to_json(card)},
            }
            self._out(json.dumps(told, ensure_ascii=False))
            return
        if any(isinstance(block, cards.Buttons) for block in card.blocks):
            self._last = (ref, card)
        mine = place.partition("|")[0] == direct_place(self._person)
        where = "" if mine else f" in {place}"
        self._out(f"\nJobaid{where}:\n{render(card)}\n")

    async def take(self, line: str) -> None:
        """Act on one line of input, and work off all that it caused."""
        line = line.strip("\r\n")
        if self._json and not line.strip():
            return
        if self._json:
            await self._take_json(line)
            self._out(json.dumps({"event": "idle"}))
        elif (pressed := self._button(line)) is not None:
            await self._press(self._person, *pressed, {})
        else:
            await self._say(self._person, direct_place(self._person), None, line)

    def stops(self, line: str) -> bool:
        """Whether a line stops the answer to the one before."""
        if not self._json:
            return is_stop(line)
        try:
            told = json.loads(line)
        except json.JSONDecodeError:
            return False
        return isinstance(told, dict) and is_stop(str(told.get("say") or ""))

    async def _take_json(self, line: str) -> None:
        try:
            told = json.loads(line)
        except json.JSONDecodeError:
            self._refuse("That line is not JSON.")
            return
        if not isinstance(told, dict):
            self._refuse("Write an object with say, press or show.")
            return
        person = self._person
        if told.get("as"):
            async with self._house.pool.connection() as conn:
                found = await fetch_person(conn, str(told["as"]))
            if found is None:
                self._refuse(unknown_person(str(told["as"])))
                return
            person = found
        await self._act(person, told)

    async def _act(self, person: Person, told: dict[str, Any]) -> None:
        place = place_named(str(told.get("place") or direct_place(person)))
        place, _, inside = place.partition("|")
        thread = str(told.get("thread") or inside)
        match told:
            case {"say": str(text)}:
                await self._say(person, place, int(thread) if thread.isdecimal() else None, text)
            case {"press": {"fields": _}}:
                self._refuse('Write fields beside press, not inside it: {"press": …, "fields": …}')
            case {"press": {"card": str(ref), "action": str(action), "subject": str(subject)}}:
                given = told.get("fields")
                fields = (
                    {str(k): str(v) for k, v in given.items()} if isinstance(given, dict) else {}
                )
                await self._press(person, ref, action, subject, fields)
            case {"show": str(shown)}:
                await self._show_place(person, shown)
            case _:
                self._refuse("Write say, press (card, action, subject) or show.")

    async def _say(self, person: Person, place: str, thread: int | None, text: str) -> None:
        if not storable(text):
            self._show("post", place, "", help_card())
            return
        async with self._house.pool.connection() as conn:
            said = await saying.say(conn, self._inbox, person, place, thread, text, app.clock())
        await self._after(said)

    async def _press(
        self, person: Person, ref: str, action: str, subject: str, fields: dict[str, str]
    ) -> None:
        async with self._house.pool.connection() as conn:
            pressed = await saying.press(
                conn, self._inbox, person, ref, action, subject, fields, app.clock()
            )
        await self._after(pressed)

    async def _after(self, outcome: object) -> None:
        if isinstance(outcome, saying.Refused):
            self._refuse(refusal_words(outcome.why))
        async with self._working:
            while self._waiting:
                await self._work_off(self._waiting.pop(0))

    async def _work_off(self, inbox_id: int) -> None:
        for seconds in (0.5, 1, 2, 4, 8, 16):
            try:
                await self._worker.work_off(inbox_id)
                return
            except TryLater:
                await asyncio.sleep(seconds)

    async def _show_place(self, person: Person, place: str) -> None:
        spot = spot_of(place_named(place))
        if spot is None or not may_enter(person, spot.base):
            self._refuse(refusal_words("no_such_place"))
            return
        async with self._house.pool.connection() as conn:
            messages = await threads.fetch_cards(conn, spot.base, spot.thread_id)
        for message in messages:
            if message.card is not None and may_see(person, message):
                thread = f"|{message.thread_id}" if message.thread_id else ""
                card = card_from_json(message.card)
                self._show("post", message.place + thread, message.ref or "", card)

    def _refuse(self, said: str) -> None:
        if self._json:
            self._out(json.dumps({"event": "error", "error": said}, ensure_ascii=False))
        else:
            self._hint(said)

    def _button(self, line: str) -> tuple[str, str, str] | None:
        """A line that is a button's label in brackets presses it on the last card."""
        if self._last is None or not (line.startswith("[") and line.endswith("]")):
            return None
        ref, card = self._last
        for block in card.blocks:
            if isinstance(block, cards.Buttons):
                for button in block.buttons:
                    if button.label.casefold() == line[1:-1].strip().casefold():
                        return ref, button.action, button.subject
        return None


async def run(house: app.House, arguments: argparse.Namespace, out: Say, hint: Say) -> int:
    """Chat until the input ends."""
    async with house.pool.connection() as conn:
        if not await store.is_demo(conn):
            hint(refusal_words("not_a_demo"))
            return 1
        people = await fetch_people(conn)
        person = await fetch_person(conn, arguments.as_email) if arguments.as_email else None
        if arguments.as_email and person is None:
            hint(unknown_person(arguments.as_email))
            return 1
    person = person or next((p for p in people if p.active), None)
    if person is None:
        hint("Nobody was imported yet. Run: jobaid people import FILE.yaml")
        return 1
    terminal = Terminal(house, person, out, hint, arguments.json)
    async with app.open_services(house) as services:
        terminal.start(services)
        if not arguments.json:
            hint(f"You are {person.name}. Ask a question; [Label] presses a button; Ctrl-D ends.")
        await take_lines(terminal, lines_of(sys.stdin))
    return 0


def lines_of(stream: TextIO) -> Callable[[], Awaitable[str]]:
    """How to read the next line, '' at the end. A line that never comes holds up no way out."""
    loop, lines = asyncio.get_running_loop(), asyncio.Queue[str]()

    def read() -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits for lines any more
            while line := stream.readline():
                loop.call_soon_threadsafe(lines.put_nowait, line)
            loop.call_soon_threadsafe(lines.put_nowait, "")

    threading.Thread(target=read, daemon=True).start()
    return lines.get


async def take_lines(terminal: Terminal, read: Callable[[], Awaitable[str]]) -> None:
    """Take line after line; only a `stop` does not wait until the line before is done."""
    reading = asyncio.ensure_future(read())
    while line := await reading:
        taking = [asyncio.create_task(terminal.take(line))]
        reading = asyncio.ensure_future(read())
        await asyncio.wait({taking[0], reading}, return_when=asyncio.FIRST_COMPLETED)
        if not taking[0].done() and terminal.stops(reading.result()):
            taking.append(asyncio.create_task(terminal.take(reading.result())))
            reading = asyncio.ensure_future(read())
        await asyncio.gather(*taking)
