"""Decides which requests the page takes at all: from this machine, from the page itself.

Identity is unproved on the page, so another site, another machine or another name for this one
must not be able to act through somebody's browser.
"""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from multidict import MultiDict, MultiDictProxy

from bot.work import UNREACHABLE

LARGEST_BODY = 256 * 1024
_NAMES = ("127.0.0.1", "localhost", "[::1]")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    # Not `no-referrer`: browsers would then send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}

Form = MultiDictProxy[str]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
FormHandler = Callable[[web.Request, Form], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Guard:
    """The checks of one process. `token` is made anew at every start and stands in every form."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def get(self, handler: Handler) -> Handler:
        """Guard a page."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            if not _is_from_here(request):
                return _refused(request)
            try:
                return await handler(request)
            except UNREACHABLE:
                return said(503, "The database cannot be reached just now. Try again in a moment.")

        return guarded

    def post(self, handler: FormHandler) -> Handler:
        """Guard a form: also its origin, its size and its token."""

        async def checked(request: web.Request) -> web.StreamResponse:
            if not _is_from_the_page(request):
                return said(403, "This form was not sent from the page itself.")
            if (request.content_length or 0) > LARGEST_BODY:
                return said(413, "That is too large. Shorten it and send it again.")
            try:
                body = await request.post()
            except (ValueError, LookupError):
                return said(400, "The form cannot be read. Load the page again.")
            form = MultiDictProxy(_strings(body))
            if not secrets.compare_digest(form.get("token", "").encode(), self.token.encode()):
                return said(403, "The page is older than Jobaid's last start. Load it again.")
            return await handler(request, form)

        return self.get(checked)


def said(status: int, words: str) -> web.Response:
    """Answer with one plain line."""
    return web.Response(status=status, text=words + "\n", headers=HEADERS)


def _strings(body: MultiDictProxy[Any]) -> MultiDict[str]:
    """Only words: no form here sends files."""
    kept: MultiDict[str] = MultiDict()
    for name, value in body.items():
        if isinstance(value, str):
            kept.add(name, value)
    return kept


def _is_from_here(request: web.Request) -> bool:
    """Whether it came over the loopback interface, under a name of this machine.

    The name shuts out DNS rebinding, the interface whoever writes a false name.
    """
    here = _local_address(request)
    if here is None:
        return False
    address, port = here
    names = {f"{name}:{port}" for name in _NAMES} | (set(_NAMES) if port == 80 else set())
    return ipaddress.ip_address(address).is_loopback and request.host.lower() in names


def _is_from_the_page(request: web.Request) -> bool:
    same_site = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    return same_site and request.headers.get("Origin") == f"http://{request.host}"


def _local_address(request: web.Request) -> tuple[str, int] | None:
    where = request.get_extra_info("sockname")
    return (where[0], where[1]) if isinstance(where, tuple) else None


def _refused(request: web.Request) -> web.Response:
    here = _local_address(request)
    port = here[1] if here else 8765
    return said(403, f"The page is for this machine only: open http://127.0.0.1:{port}/ on it.")
