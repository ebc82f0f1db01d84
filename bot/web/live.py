"""Decides how a page that is open learns of changes: Server-Sent Events, each a drawn piece."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.database import Pool
from bot.web.changes import Change, Changes, Watch
from bot.web.guards import HEADERS
from bot.web.places import Spot, places_of, slug_of
from bot.web.screens import Screens, Seen, choices_in, fetch_viewer, look
from bot.web.store import threads
from bot.web.store.unread import count_unread, upsert_last_read
from bot.web.views import Viewer
from handlers.services import Connection

_HEARTBEAT_SECONDS = 15.0


@dataclass(slots=True)
class _Open:
    """One open page. `waiting` are the roots it shows as being worked on: when the bot speaks
    elsewhere in the place (a direct conversation is flat), their sign has to go.
    """

    response: web.StreamResponse
    person_id: int
    spot: Spot
    waiting: set[int] = field(default_factory=set)

    async def send(self, news: dict[str, Any]) -> None:
        """Send one piece of news."""
        await self.response.write(f"data: {json.dumps(news)}\n\n".encode())


class Live:
    """Keeps the open pages up to date."""

    def __init__(
        self, pool: Pool, screens: Screens, token: str, clock: Callable[[], datetime]
    ) -> None:
        self._pool = pool
        self._screens = screens
        self._token = token
        self._clock = clock
        self._watch = Watch(pool)
        self._tasks: set[asyncio.Task[Any]] = set()

    async def run(self) -> None:
        """Listen for changes until cancelled."""
        await self._watch.run()

    async def close(self) -> None:
        """End every open stream, so that the server can stop."""
        for task in list(self._tasks):
            task.cancel()

    async def stream(
        self, request: web.Request, person_id: int, spot: Spot, state: str
    ) -> web.StreamResponse:
        """Send what changes in a place until the page is left. `state` is what it shows already."""
        response = web.StreamResponse(
            headers={**HEADERS, "Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
        )
        await response.prepare(request)
        page = _Open(response, person_id, spot)
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            with self._watch.subscribe() as changes:
                await self._catch_up(page, state)
                while True:
                    await self._pass_on(page, changes)
        except ConnectionError:
            return response
        finally:
            self._tasks.discard(task)

    async def _catch_up(self, page: _Open, state: str) -> None:
        """Send everything a page shows, unless it shows that already."""
        async with self._pool.connection() as conn:
            viewer = await self._viewer(conn, page.person_id)
            seen = await look(conn, viewer, page.spot)
            unread = await self._unread(conn, viewer)
        if seen is not None:
            page.waiting = _waiting(seen)
            if seen.state != state:
                await page.send(self._pieces(viewer, seen, set()))
        await page.send(unread)

    async def _pass_on(self, page: _Open, changes: Changes) -> None:
        """Wait for changes and send what they mean for this page."""
        try:
            async with asyncio.timeout(_HEARTBEAT_SECONDS):
                batch = [await changes.get()]
        except TimeoutError:
            await page.response.write(b": still here\n\n")
            return
        while not changes.empty():
            batch.append(changes.get_nowait())
        if None in batch:
            await self._catch_up(page, "")
            return
        mine = [c for c in batch if c and c.only_for in (None, page.person_id)]
        here = {change.root for change in mine if change.place == page.spot.base}
        async with self._pool.connection() as conn:
            viewer = await self._viewer(conn, page.person_id)
            news = [await self._changed(conn, viewer, page, here)] if here else []
            if _counts(mine, viewer):
                news.append(await self._unread(conn, viewer))
        for told in news:
            await page.send(told)

    async def _changed(
        self, conn: Connection, viewer: Viewer, page: _Open, here: set[int]
    ) -> dict[str, Any]:
        """Draw the entries of some roots, and the open thread when it is among them."""
        spot, person = page.spot, viewer.person.id
        await upsert_last_read(conn, person, spot.base)
        roots = sorted(here | page.waiting)
        messages = await threads.fetch_threads(conn, spot.base, roots, person, viewer.now)
        above = await threads.fetch_created_above(conn, spot.base, person, roots)
        thread = tuple(m for m in messages if m.root_id == spot.thread_id)
        pressed = await choices_in(conn, viewer, messages)
        seen = Seen(spot, tuple(messages), thread, above, pressed=pressed)
        page.waiting = _waiting(seen)
        return self._pieces(viewer, seen, {f"e{root}" for root in roots})

    def _pieces(self, viewer: Viewer, seen: Seen, asked: Collection[str]) -> dict[str, Any]:
        """Drawn pieces by key; a key that was asked for and is not seen any more is empty."""
        pieces: dict[str, Any] = {"entries": dict.fromkeys(sorted(asked), "")}
        pieces["entries"] |= dict(self._screens.entries(viewer, seen))
        if seen.thread:
            pieces["thread"] = self._screens.thread(viewer, seen)
        return pieces

    async def _unread(self, conn: Connection, viewer: Viewer) -> dict[str, Any]:
        places = places_of(viewer.person)
        unread = await count_unread(conn, viewer.person.id, places)
        return {"unread": {slug_of(place): unread.get(place, 0) for place in places}}

    async def _viewer(self, conn: Connection, person_id: int) -> Viewer:
        viewer = await fetch_viewer(conn, person_id, self._token, self._clock())
        if viewer is None or viewer.person.id != person_id:
            raise ConnectionError("the person played is not there any more")
        return viewer


def _waiting(seen: Seen) -> set[int]:
    return {message.root_id for message in seen.messages if message.working}


def _counts(changes: Collection[Change], viewer: Viewer) -> bool:
    """Whether changes can move an unread count of somebody."""
    places = places_of(viewer.person)
    new = ("said", "post", "stream", "whisper", "deleted")
    return any(change.event in new and change.place in places for change in changes)
