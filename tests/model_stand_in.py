"""Decides what a language model says in tests: a local endpoint in OpenAI's wire format that streams,
and can be slow, fail, stop half way, answer past the question, or say what it likes."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.language_model import EndpointModel, Patience, endpoint_model

MODEL = "stand-in"
HASTY = Patience(connect=2, first=2.5, between=0.5, total=3)
"""So that a test of an endpoint that hangs is over soon."""
IMPATIENT = Patience(connect=2, first=0.3, between=0.2, total=0.5)
"""For who is too slow whatever the machine has to do: nothing is to come in time."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the endpoint does with one request. Times are seconds.

    `text` arrives `size` characters at a time. `raw` is sent as it is instead of a stream;
    `cut_after` characters the connection is dropped; `finish` '' ends without an end.
    """

    text: str = ""
    size: int = 7
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    error: dict[str, Any] | None = None
    raw: str | None = None
    content_type: str = "text/event-stream"
    wait: float = 0
    pause: float = 0
    cut_after: int | None = None
    finish: str = "stop"
    endless: bool = False


# It may be asked again at once: by itself the SDK waits half a second and more before its retry.
BROKEN = Reply(status=500, headers={"Retry-After-Ms": "1"})


@dataclass
class ModelStandIn:
    """The endpoint. Replies come from `script`, one a request, then from `otherwise`."""

    script: list[Reply] = field(default_factory=list)
    otherwise: Callable[[dict[str, Any]], Reply] = field(default=lambda _: BROKEN)
    requests: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    @property
    def shown(self) -> str:
        """All that the last request showed the model."""
        return "\n".join(str(one["content"]) for one in self.requests[-1]["messages"])

    async def answer(self, request: web.Request) -> web.StreamResponse:
        said = await request.json()
        self.requests.append(said)
        reply = self.script.pop(0) if self.script else self.otherwise(said)
        if reply.wait:
            await asyncio.sleep(reply.wait)
        if reply.status != 200:
            body = {"error": reply.error or {"message": "no", "type": "error"}}
            return web.json_response(body, status=reply.status, headers=reply.headers)
        response = web.StreamResponse(headers={"Content-Type": reply.content_type})
        await response.prepare(request)
        with contextlib.suppress(ConnectionResetError):  # the client had enough
            await _stream(request, response, reply)
        return response


async def _stream(request: web.Request, response: web.StreamResponse, reply: Reply) -> None:
    if reply.raw is not None:
        await response.write(reply.raw.encode())
        return
    text = reply.text
    sent = 0
    while sent < len(text) or reply.endless:
        piece = text[sent : sent + reply.size] or "and so on "
        if reply.cut_after is not None and sent >= reply.cut_after:
            assert request.transport is not None
            request.transport.abort()
            return
        await response.write(_event({"content": piece}))
        sent += len(piece)
        await asyncio.sleep(reply.pause)
    if reply.finish:
        await response.write(_event({}, reply.finish))
        count = {"prompt_tokens": 100, "completion_tokens": len(text), "total_tokens": 0}
        await response.write(_line({**_CHUNK, "choices": [], "usage": count}))
        await response.write(b"data: [DONE]\n\n")


_CHUNK = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": MODEL}


def _event(delta: dict[str, str], finish: str | None = None) -> bytes:
    return _line({**_CHUNK, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def _line(value: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(value)}\n\n".encode()


@asynccontextmanager
async def model_stand_in(*script: Reply) -> AsyncIterator[ModelStandIn]:
    """Serve the endpoint on loopback."""
    stand_in = ModelStandIn(list(script))
    application = web.Application()
    application.router.add_post("/v1/chat/completions", stand_in.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        stand_in.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        yield stand_in
    finally:
        await runner.cleanup()


@asynccontextmanager
async def scripted(
    *script: Reply, patience: Patience = HASTY
) -> AsyncIterator[tuple[ModelStandIn, EndpointModel]]:
    """The endpoint, and the house's model that talks to it."""
    async with (
        model_stand_in(*script) as stand_in,
        endpoint_model(stand_in.url, "key", MODEL, patience) as model,
    ):
        yield stand_in, model


def as_json(**values: Any) -> Reply:
    """A reply that is JSON."""
    return Reply(json.dumps(values))
