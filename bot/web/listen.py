"""Decides what the browser page can be asked: its addresses, its forms, and who is played.

Everything works without script: a form answers with a redirect to where its message stands. A
page with script asks for JSON instead and stays where it is. Only `jobaid demo` mounts it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from datetime import datetime

from aiohttp import web

from bot.database import Pool
from bot.inbox import Inbox
from bot.web.guards import HEADERS, Form, Guard, said
from bot.web.live import Live
from bot.web.places import Spot, base_of, may_enter, places_of, slug_of, spot_of
from bot.web.saying import Refused, delete, edit, press, say
from bot.web.screens import HERE, Screens, Trouble, fetch_viewer, look
from bot.web.store.messages import Message
from bot.web.store.unread import upsert_last_read
from bot.web.views import Viewer, address
from handlers.local_chat import Refusal, refusal_words
from handlers.services import Connection

_PLAYED = "jobaid_as"
_THEME = "jobaid_theme"
_STATIC = {"page.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml"}
_OUR_PATH = re.compile(r"/p/[a-z-]+(/t/\d{1,18})?(#[a-z0-9]+)?")


def mount(
    app: web.Application,
    *,
    pool: Pool,
    inbox: Inbox,
    clock: Callable[[], datetime],
    sample: bool = True,
) -> None:
    """Add the page to an application that is served on loopback; `sample`: of the sample company."""
    guard = Guard()
    screens = Screens(sample)
    live = Live(pool, screens, guard.token, clock)
    page = _Page(pool, inbox, clock, guard, screens, live)
    app.router.add_get("/", guard.get(page.front))
    app.router.add_get("/static/{name}", guard.get(page.static))
    app.router.add_get(r"/p/{slug:[a-z-]+}", guard.get(page.place))
    app.router.add_get(r"/p/{slug:[a-z-]+}/t/{thread:\d{1,18}}", guard.get(page.place))
    app.router.add_get("/live", guard.get(page.live))
    for name, handler in {
        "say": page.say,
        "edit": page.edit,
        "delete": page.delete,
        "press": page.press,
        "as": page.play,
        "theme": page.theme,
    }.items():
        app.router.add_post(f"/{name}", guard.post(handler))

    async def listening(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(live.run())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def closing(_app: web.Application) -> None:
        await live.close()

    app.cleanup_ctx.append(listening)
    app.on_shutdown.append(closing)


class _Page:
    """The page's handlers."""

    def __init__(
        self,
        pool: Pool,
        inbox: Inbox,
        clock: Callable[[], datetime],
        guard: Guard,
        screens: Screens,
        live: Live,
    ) -> None:
        self._pool = pool
        self._inbox = inbox
        self._clock = clock
        self._guard = guard
        self._screens = screens
        self._live = live

    async def front(self, _request: web.Request) -> web.StreamResponse:
        """Go to the first channel."""
        return _see("/p/service-desk")

    async def static(self, request: web.Request) -> web.StreamResponse:
        """Serve a file; its address names its content, so it may be kept."""
        name = request.match_info["name"]
        if name not in _STATIC:
            return said(404, "There is no such file.")
        kept = {"Cache-Control": "public, max-age=31536000, immutable"}
        body = await asyncio.to_thread((HERE / "static" / name).read_bytes)
        return web.Response(
            body=body, content_type=_STATIC[name], charset="utf-8", headers={**HEADERS, **kept}
        )

    async def place(self, request: web.Request) -> web.StreamResponse:
        """Show a place, with a thread when the address names one."""
        async with self._pool.connection() as conn:
            viewer = await self._viewer(conn, request.cookies.get(_PLAYED))
            if viewer is None:
                return _html(self._screens.nobody(_theme_of(request)), 200)
            base = base_of(request.match_info["slug"], viewer.person)
            thread = request.match_info.get("thread")
            spot = Spot(base, int(thread) if thread else None)
            return await self._show(conn, request, viewer, spot)

    async def _show(
        self,
        conn: Connection,
        request: web.Request,
        viewer: Viewer,
        spot: Spot,
        trouble: Trouble | None = None,
    ) -> web.Response:
        theme = _theme_of(request)
        before = request.query.get("before", "")
        seen = None
        if spot_of(spot.base) and may_enter(viewer.person, spot.base):
            seen = await look(conn, viewer, spot, int(before) if _is_id(before) else None)
        if seen is None:
            entered = may_enter(viewer.person, spot.base)
            why: Refusal = "no_such_message" if entered else "no_such_place"
            html = self._screens.gone(viewer, refusal_words(why), theme)
            return _html(html, 404)
        await upsert_last_read(conn, viewer.person.id, spot.base)
        html = await self._screens.page(conn, viewer, seen, theme, trouble)
        return _html(html, 422 if trouble else 200)

    async def live(self, request: web.Request) -> web.StreamResponse:
        """Stream the changes of a place to the page that shows it."""
        thread = request.query.get("thread", "")
        async with self._pool.connection() as conn:
            viewer = await self._viewer(conn, request.query.get("as"))
        if viewer is None or str(viewer.person.id) != request.query.get("as"):
            return said(404, "Nobody by that number can be played.")
        base = base_of(request.query.get("place", ""), viewer.person)
        if not spot_of(base) or not may_enter(viewer.person, base):
            return said(404, refusal_words("no_such_place"))
        spot = Spot(base, int(thread) if _is_id(thread) else None)
        state = request.query.get("state", "")
        return await self._live.stream(request, viewer.person.id, spot, state)

    async def say(self, request: web.Request, form: Form) -> web.StreamResponse:
        """Say something, in a place or in a thread."""
        async with self._pool.connection() as conn:
            viewer = await self._player(conn, form)
            if viewer is None:
                return _nobody()
            base = base_of(form.get("place", ""), viewer.person)
            thread = form.get("thread", "")
            root = int(thread) if _is_id(thread) else None
            text = form.get("text", "")
            told = await say(conn, self._inbox, viewer.person, base, root, text, viewer.now)
            if not isinstance(told, Refused):
                return _done(request, Spot(base, root), told)
            words = refusal_words(told.why)
            if _wants_json(request) or not spot_of(base) or not may_enter(viewer.person, base):
                return _refuse(request, words)
            trouble = Trouble(words, text, in_thread=root is not None)
            return await self._show(conn, request, viewer, Spot(base, root), trouble)

    async def edit(self, request: web.Request, form: Form) -> web.StreamResponse:
        """Change one's own message."""
        async with self._pool.connection() as conn:
            viewer = await self._player(conn, form)
            if viewer is None:
                return _nobody()
            message, text = _id_in(form, "message"), form.get("text", "")
            return _outcome(
                request,
                form,
                await edit(conn, self._inbox, viewer.person, message, text, viewer.now),
            )

    async def delete(self, request: web.Request, form: Form) -> web.StreamResponse:
        """Take back one's own message, or dismiss a whisper."""
        async with self._pool.connection() as conn:
            viewer = await self._player(conn, form)
            if viewer is None:
                return _nobody()
            message = _id_in(form, "message")
            return _outcome(
                request, form, await delete(conn, self._inbox, viewer.person, message, viewer.now)
            )

    async def press(self, request: web.Request, form: Form) -> web.StreamResponse:
        """Press a button of a card."""
        async with self._pool.connection() as conn:
            viewer = await self._player(conn, form)
            if viewer is None:
                return _nobody()
            action, _, subject = form.get("press", "").partition(" ")
            return _outcome(
                request,
                form,
                await press(
                    conn, self._inbox, viewer.person, form.get("ref", ""), action, subject,
                    _fields(form), viewer.now,
                ),
            )  # fmt: skip

    async def play(self, _request: web.Request, form: Form) -> web.StreamResponse:
        """Play another person from now on, in the same place where they may enter it."""
        async with self._pool.connection() as conn:
            viewer = await self._viewer(conn, form.get("person"))
        if viewer is None or str(viewer.person.id) != form.get("person"):
            return _nobody()
        base = base_of(form.get("place", ""), viewer.person)
        slug = slug_of(base) if base in places_of(viewer.person) else "service-desk"
        response = _see(f"/p/{slug}#latest")
        _keep(response, _PLAYED, str(viewer.person.id))
        return response

    async def theme(self, request: web.Request, form: Form) -> web.StreamResponse:
        """Remember the light or the dark theme."""
        response = (
            web.json_response({}, headers=HEADERS) if _wants_json(request) else _see(_back(form))
        )
        if form.get("theme") in ("dark", "light"):
            _keep(response, _THEME, form["theme"])
        return response

    async def _viewer(self, conn: Connection, wanted: str | None) -> Viewer | None:
        number = int(wanted) if wanted and _is_id(wanted) else None
        return await fetch_viewer(conn, number, self._guard.token, self._clock())

    async def _player(self, conn: Connection, form: Form) -> Viewer | None:
        """The person a form says it acts as: the one its page showed, not the last one picked."""
        viewer = await self._viewer(conn, form.get("as"))
        return viewer if viewer and str(viewer.person.id) == form.get("as") else None


def _theme_of(request: web.Request) -> str:
    theme = request.cookies.get(_THEME, "")
    return theme if theme in ("dark", "light") else ""


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _id_in(form: Form, name: str) -> int:
    return int(form[name]) if _is_id(form.get(name, "")) else 0


def _fields(form: Form) -> Mapping[str, str]:
    """The values of a card's fields; ticks of one name are joined by line breaks."""
    names = {name for name in form if name.startswith("field.")}
    return {name.removeprefix("field."): "\n".join(form.getall(name)) for name in names}


def _wants_json(request: web.Request) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _html(html: str, status: int) -> web.Response:
    return web.Response(text=html, content_type="text/html", status=status, headers=HEADERS)


def _see(path: str) -> web.Response:
    return web.Response(status=303, headers={**HEADERS, "Location": path})


def _back(form: Form) -> str:
    back = form.get("back", "")
    return back if _OUR_PATH.fullmatch(back) else "/p/service-desk"


def _keep(response: web.Response, name: str, value: str) -> None:
    response.set_cookie(name, value, httponly=True, samesite="Strict", max_age=31_536_000)


def _done(request: web.Request, spot: Spot, message_id: int) -> web.Response:
    if _wants_json(request):
        return web.json_response({"id": message_id}, headers=HEADERS)
    return _see(address(spot, message_id))


def _refuse(request: web.Request, words: str) -> web.Response:
    if _wants_json(request):
        # A refusal is an answer: script shows its words, and no browser logs it as a failure.
        return web.json_response({"refused": words}, headers=HEADERS)
    return said(422, words)


def _nobody() -> web.Response:
    return said(422, "Nobody by that number can be played. Load the page again.")


def _outcome(request: web.Request, form: Form, outcome: Message | Refused) -> web.Response:
    if isinstance(outcome, Refused):
        return _refuse(request, refusal_words(outcome.why))
    if _wants_json(request):
        return web.json_response({"id": outcome.id}, headers=HEADERS)
    return _see(_back(form))
