"""Decides where HTTP is served, and says in one line why an address cannot be had."""

from __future__ import annotations

import asyncio
import errno
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
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    try:
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


def health_routes(pool: Pool) -> web.RouteTableDef:
    """`/healthz`: the process runs. `/readyz`: it also reaches its database."""
    routes = web.RouteTableDef()

    @routes.get("/healthz")
    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    @routes.get("/readyz")
    async def readyz(_request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(2), pool.connection(timeout=2) as conn:
                await store.is_demo(conn)
        except (TimeoutError, OSError, *UNREACHABLE):
            return web.json_response({"status": "database unreachable"}, status=503)
        return web.json_response({"status": "ready"})

    return routes
