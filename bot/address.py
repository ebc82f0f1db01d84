"""Decides where HTTP is served, and says in one line why an address cannot be had."""

from __future__ import annotations

import asyncio
import errno
import http.client
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot import store
from bot.database import Pool
from bot.settings import Settings, UnusableSetting
from bot.work import UNREACHABLE

# What a program that may only use high ports, or finds another on this one, is told.
_PORT_ERRORS = (errno.EADDRINUSE, errno.EACCES, errno.EPERM)


def check_address(settings: Settings) -> None:
    """Raise `UnusableSetting` for a HOST or PORT that cannot be had, before anything is built."""
    try:
        found = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        for family, kind, protocol, _, address in found:
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
    except OSError as error:
        raise _unusable(settings, error) from None


def _unusable(settings: Settings, error: OSError) -> UnusableSetting:
    host, port = settings.host, settings.port
    if error.errno == errno.EADDRINUSE:
        if is_jobaid(host, port):
            return UnusableSetting(
                f"Jobaid is already running at {_url(host, port)}. Open that, or stop it, or set"
                f" PORT to a free one for a second: PORT={_another(port)}"
            )
        return UnusableSetting(
            f"PORT {port} on HOST {host} is taken by another program. Stop that one, or set PORT to"
            f" a free one: PORT={_another(port)}"
        )
    if error.errno in _PORT_ERRORS:
        return UnusableSetting(
            f"PORT {port} may not be used by this user. Set PORT to one of 1024 or more: PORT=8765"
        )
    return UnusableSetting(
        f"HOST {host} is no address of this machine. Set HOST to 127.0.0.1 (reached from this"
        " machine only) or to 0.0.0.0 (reached from others too)."
    )


def is_jobaid(host: str, port: int) -> bool:
    """Whether what answers at this address is a Jobaid."""
    asked = http.client.HTTPConnection(_reached_at(host), port, timeout=2)
    try:
        asked.request("GET", "/healthz")
        told = json.loads(asked.getresponse().read(1_000))
    except (OSError, ValueError, http.client.HTTPException):
        return False
    finally:
        asked.close()
    return isinstance(told, dict) and told.get("service") == "jobaid"


def _reached_at(host: str) -> str:
    """Where a program on this machine reaches what listens on every address."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _another(port: int) -> int:
    return port + 1 if port < 65535 else 8765


@asynccontextmanager
async def listening(settings: Settings, application: web.Application) -> AsyncIterator[str]:
    """Serve HTTP; gives the URL. Raises `UnusableSetting` when the address cannot be had."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=3)
    await runner.setup()
    site = web.TCPSite(runner, settings.host, settings.port, reuse_address=True)
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        raise _unusable(settings, error) from None
    port = runner.addresses[0][1]
    try:
        yield _url(settings.host, port)
    finally:
        await runner.cleanup()


def health_routes(pool: Pool) -> web.RouteTableDef:
    """`/healthz`: the process runs. `/readyz`: it also reaches its database."""
    routes = web.RouteTableDef()

    @routes.get("/healthz")
    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok", "service": "jobaid"})

    @routes.get("/readyz")
    async def readyz(_request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(2), pool.connection(timeout=2) as conn:
                await store.is_demo(conn)
        except (TimeoutError, OSError, *UNREACHABLE):
            return web.json_response({"status": "database unreachable"}, status=503)
        return web.json_response({"status": "ready"})

    return routes
