"""Decides what Slack says in tests: a local Web API that records calls and can be told to refuse,
and requests signed as Slack signs them.

It posts what a client posts, gives timestamps, keeps messages (so they can be looked up by
metadata and replaced), and refuses what Slack would refuse of blocks.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import slack_limits
from aiohttp import WSMsgType, web

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TOKEN = "xoxb-stand-in"
APP_TOKEN = "xapp-stand-in"
TEAM = "T1"
BOT_USER, BOT_ID = "UBOT", "BBOT"


@dataclass(frozen=True, slots=True)
class Call:
    """One call that was made: a method of the Web API, or `response_url`."""

    method: str
    said: dict[str, Any]


@dataclass
class SlackStandIn:
    """Slack's side. `refuse[method]` is an error code; `fail[method]` HTTP statuses to answer with.

    `refuse_blocks[method]` is the error code for a message that has any. `homes` are the App Homes
    by user, `sockets` the connections that are open, `acknowledged` the envelopes that came back.
    """

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    fail: dict[str, list[int]] = field(default_factory=dict)
    refuse_blocks: dict[str, str] = field(default_factory=dict)
    homes: dict[str, dict[str, Any]] = field(default_factory=dict)
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    messages: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    url: str = ""
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    def made(self, method: str) -> list[dict[str, Any]]:
        """What was said in every call of a method."""
        return [call.said for call in self.calls if call.method == method]

    def posted(self) -> list[dict[str, Any]]:
        """The messages that people see, in order."""
        return list(self.messages.values())

    def add_user(self, user: str, email: str, **more: Any) -> None:
        """Add a member of the workspace; `more` overrides fields of users.info."""
        self.users[user] = {"id": user, "team_id": TEAM, "profile": {"email": email}, **more}

    @property
    def response_url(self) -> str:
        return self.url.replace("/api/", "/response/") + str(next(self._ids))

    async def answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        said = await _said(request)
        if request.path.startswith("/response/"):
            method = "response_url"
        self.calls.append(Call(method, said))
        if self.fail.get(method):
            return web.Response(
                status=self.fail[method].pop(0), headers={"Retry-After": "0"}, text="no"
            )
        if method in self.refuse:
            status = 404 if method == "response_url" else 200
            return web.json_response({"ok": False, "error": self.refuse[method]}, status=status)
        token = APP_TOKEN if method == "apps.connections.open" else TOKEN
        if request.headers.get("Authorization") != f"Bearer {token}" and method != "response_url":
            return web.json_response({"ok": False, "error": "invalid_auth"})
        if said.get("blocks") and slack_limits.refused(said["text"], said["blocks"]):
            return web.json_response({"ok": False, "error": "invalid_blocks"})
        if method in self.refuse_blocks and (said.get("blocks") or _is_drawn(said)):
            error = {"ok": False, "error": self.refuse_blocks[method]}
            return web.json_response(error, status=400 if method == "response_url" else 200)
        return web.json_response({"ok": True, **self._result(method, said)})

    def _result(self, method: str, said: dict[str, Any]) -> dict[str, Any]:
        match method:
            case "auth.test":
                return {"team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT_ID}
            case "users.info" if said["user"] in self.users:
                return {"user": self.users[said["user"]]}
            case "users.info":
                return {"ok": False, "error": "user_not_found"}
            case "conversations.open":
                return {"channel": {"id": f"D{said['users']}"}}
            case "chat.postMessage":
                ts = f"{1_700_000_000 + next(self._ids)}.000100"
                self.messages[said["channel"], ts] = {**said, "ts": ts}
                return {"channel": said["channel"], "ts": ts}
            case "chat.update" if (said["channel"], said["ts"]) in self.messages:
                self.messages[said["channel"], said["ts"]] |= said
                return {"channel": said["channel"], "ts": said["ts"]}
            case "chat.update":
                return {"ok": False, "error": "message_not_found"}
            case "chat.startStream":
                ts = f"{1_700_000_000 + next(self._ids)}.000100"
                said = {"blocks": [], "text": "", **said}
                self.messages[said["channel"], ts] = {**said, "ts": ts, "streaming": True}
                return {"channel": said["channel"], "ts": ts}
            case "chat.appendStream" | "chat.stopStream":
                return self._streamed(
                    method, self.messages.get((said["channel"], said["ts"])), said
                )
            case "views.publish":
                self.homes[said["user_id"]] = said["view"]
            case "apps.connections.open":
                return {"url": self.url.replace("http://", "ws://").replace("/api/", "/socket")}
            case "conversations.history" | "conversations.replies":
                here = [
                    m for (channel, _), m in self.messages.items() if channel == said["channel"]
                ]
                return {"messages": here}
        return {}

    def _streamed(
        self, method: str, message: dict[str, Any] | None, said: dict[str, Any]
    ) -> dict[str, Any]:
        if message is None:
            return {"ok": False, "error": "message_not_found"}
        if not message.get("streaming"):
            return {"ok": False, "error": "message_not_in_streaming_state"}
        if method == "chat.stopStream":
            message["streaming"] = False
        message["text"] += said.get("markdown_text", "")
        return {"ts": said["ts"]}

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """One Socket Mode connection; what comes back on it are acknowledgements."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": len(self.sockets) + 1})
        self.sockets.append(socket)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self.acknowledged.append(json.loads(message.data)["envelope_id"])
        finally:
            self.sockets.remove(socket)
        return socket

    async def tell(self, kind: str, payload: dict[str, Any], envelope: str) -> None:
        """Send an envelope on the newest connection."""
        await self.sockets[-1].send_json(
            {
                "type": kind,
                "envelope_id": envelope,
                "payload": payload,
                "accepts_response_payload": kind != "events_api",
            }
        )


def _is_drawn(said: dict[str, Any]) -> bool:
    view = said.get("view") or {}
    return any(block["type"] != "section" for block in view.get("blocks", ()))


async def _said(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(await request.json())
    said: dict[str, Any] = {}
    for name, value in (await request.post()).items():
        parsed = str(value)
        said[name] = json.loads(parsed) if parsed.startswith(("[", "{")) else parsed
    return {**request.query, **said}


@asynccontextmanager
async def slack_stand_in() -> AsyncIterator[SlackStandIn]:
    """Run a stand-in on a free port; its `url` is what SLACK_API_URL takes."""
    slack = SlackStandIn()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", slack.answer)
    app.router.add_post("/response/{method}", slack.answer)
    app.router.add_get("/socket", slack.connect)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    try:
        yield slack
    finally:
        await runner.cleanup()


def signed(
    body: str, *, secret: str = SECRET, at: float | None = None, form: bool = False
) -> dict[str, str]:
    """The headers of a request as Slack signs it, `at` seconds since 1970 (now if None)."""
    timestamp = str(int(time.time() if at is None else at))
    base = f"v0:{timestamp}:{body}".encode()
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    return {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest(),
    }


def event(told: dict[str, Any], event_id: str = "", team: str = TEAM) -> str:
    """The body of an event request around what it tells."""
    return json.dumps(
        {
            "type": "event_callback",
            "token": "old-shared-token",
            "team_id": team,
            "api_app_id": "A1",
            "event_id": event_id or f"Ev{hash(json.dumps(told, sort_keys=True))}",
            "event_time": 1_700_000_000,
            "authorizations": [{"team_id": team, "user_id": BOT_USER, "is_bot": True}],
            "event": told,
        }
    )


def mention(text: str, ts: str = "1700000000.000100", **more: Any) -> dict[str, Any]:
    """Somebody mentions the bot in a channel."""
    return {
        "type": "app_mention",
        "user": "U1",
        "team": TEAM,
        "channel": "C1",
        "ts": ts,
        "event_ts": ts,
        "text": f"<@{BOT_USER}> {text}",
        **more,
    }


def direct(text: str, ts: str = "1700000000.000100", **more: Any) -> dict[str, Any]:
    """Somebody writes to the bot directly."""
    return {
        "type": "message",
        "channel_type": "im",
        "user": "U1",
        "team": TEAM,
        "channel": "D1",
        "ts": ts,
        "event_ts": ts,
        "text": text,
        **more,
    }


def edit(of: dict[str, Any], text: str, at: str) -> dict[str, Any]:
    """The event that says that a message was edited."""
    changed = {name: value for name, value in of.items() if name not in ("channel", "event_ts")}
    return {
        "type": "message",
        "subtype": "message_changed",
        "channel": of["channel"],
        "channel_type": of.get("channel_type", "channel"),
        "ts": at,
        "event_ts": at,
        "message": {**changed, "type": "message", "text": text, "edited": {"ts": at}},
        "previous_message": changed,
    }


def deletion(of: dict[str, Any], at: str) -> dict[str, Any]:
    """The event that says that a message was deleted."""
    return {
        "type": "message",
        "subtype": "message_deleted",
        "channel": of["channel"],
        "channel_type": of.get("channel_type", "channel"),
        "ts": at,
        "event_ts": at,
        "deleted_ts": of["ts"],
        "previous_message": {**of, "type": "message"},
    }


def command(text: str, response_url: str, **more: str) -> str:
    """The body of a `/jobaid` command."""
    return urlencode(
        {
            "command": "/jobaid",
            "text": text,
            "team_id": TEAM,
            "channel_id": "C1",
            "user_id": "U1",
            "trigger_id": "1.2.three",
            "response_url": response_url,
            **more,
        }
    )


def _buttons(block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The buttons of a block; Slack tells the two for feedback as presses on their one element."""
    if block["type"] == "actions":
        yield from block["elements"]
    if block["type"] == "context_actions":
        for element in block["elements"]:
            name, kind = element["action_id"], element["type"]
            for which in ("positive_button", "negative_button"):
                yield {**element[which], "action_id": name, "type": kind}


def press(
    message: dict[str, Any], label: str, response_url: str = "", **more: Any
) -> dict[str, Any]:
    """The payload of a press on the button with this label in a posted message."""
    block, button = next(
        (block, button)
        for block in message["blocks"]
        for button in _buttons(block)
        if button["text"]["text"].removeprefix("✓ ") == label
    )
    return {
        "type": "block_actions",
        "team": {"id": TEAM},
        "user": {"id": "U1", "team_id": TEAM},
        "channel": {"id": message["channel"]},
        "container": {
            "type": "message",
            "message_ts": message["ts"],
            "channel_id": message["channel"],
            "is_ephemeral": False,
        },
        "message": message,
        "response_url": response_url,
        "actions": [
            {
                "type": button["type"],
                "action_id": button["action_id"],
                "block_id": block["block_id"],
                "value": button["value"],
                "action_ts": "1700000100.000100",
            }
        ],
        **more,
    }


def opened(tab: str, user: str = "U1") -> dict[str, Any]:
    """Somebody opens the app's Home (`home`) or the conversation with it (`messages`)."""
    return {
        "type": "app_home_opened",
        "user": user,
        "channel": f"D{user}",
        "tab": tab,
        "event_ts": "1700000000.000100",
    }


def shortcut(text: str, response_url: str, **more: Any) -> dict[str, Any]:
    """The payload of the shortcut used on somebody's message, outside threads."""
    return {
        "type": "message_action",
        "callback_id": "answer_message",
        "trigger_id": "4.5.six",
        "team": {"id": TEAM, "domain": "shop"},
        "user": {"id": "U1", "team_id": TEAM, "name": "priya"},
        "channel": {"id": "C1", "name": "till"},
        "message": {"type": "message", "user": "U3", "ts": "1700000000.000100", "text": text},
        "message_ts": "1700000000.000100",
        "response_url": response_url,
        **more,
    }


def press_body(payload: dict[str, Any]) -> str:
    """The body of an interactivity request."""
    return urlencode({"payload": json.dumps(payload)})
