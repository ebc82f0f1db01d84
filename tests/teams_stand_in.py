"""Decides what Microsoft says in tests: a local log-in, signing keys and connector that records
calls and can be told to refuse, and activities signed as Teams signs them.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

APP_ID, SECRET, TENANT = "11111111-1111-4111-8111-111111111111", "app secret", "tenant-1"
BOT = f"28:{APP_ID}"
ISSUER = "https://api.botframework.com"
CHAT, ROOM, GROUP = "a:chat-u1", "19:room@thread.tacv2", "19:group@thread.v2"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the connector: its method, the conversation, the activity it names, the JSON."""

    method: str
    conversation: str
    activity: str
    said: dict[str, Any]


@dataclass
class TeamsStandIn:
    """Microsoft's side. `fail` holds answers for the next calls: a status and a body each."""

    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    fail: list[tuple[int, Any]] = field(default_factory=list)
    messages: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    keys: list[tuple[str, Any, list[str]]] = field(
        default_factory=lambda: [("key-1", KEY, ["msteams"])]
    )
    keys_are_down: bool = False
    keys_fetched: int = 0
    tokens_given: int = 0
    url: str = ""
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def service_url(self) -> str:
        return f"{self.url}/teams/"

    @property
    def openid_url(self) -> str:
        return f"{self.url}/.well-known/openidconfiguration"

    def sent(self) -> list[dict[str, Any]]:
        """The messages that people see, in order."""
        return [said for said in self.messages.values() if said["type"] == "message"]

    def said_in(self, conversation: str) -> list[dict[str, Any]]:
        """Everything that was posted in a conversation, typing included."""
        return [c.said for c in self.calls if c.method == "POST" and c.conversation == conversation]

    def add_member(self, user: str, aad: str, email: str, **more: Any) -> None:
        """Add a member of the tenant; `more` overrides what is said of them."""
        self.members[user] = {
            "id": user,
            "name": email,
            "aadObjectId": aad,
            "email": email,
            "userPrincipalName": email,
            "tenantId": TENANT,
            "userRole": "user",
            **more,
        }

    async def give_token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if (form["client_id"], form["client_secret"]) != (APP_ID, SECRET):
            return web.json_response({"error": "invalid_client"}, status=401)
        assert request.match_info["tenant"] == TENANT
        assert form["scope"] == f"{ISSUER}/.default"
        self.tokens_given += 1
        return web.json_response({"access_token": "ours", "expires_in": 3600})

    async def say_where_keys_are(self, _request: web.Request) -> web.Response:
        if self.keys_are_down:
            return web.Response(status=502, text="<html>Bad gateway</html>")
        return web.json_response({"jwks_uri": f"{self.url}/keys"})

    async def give_keys(self, _request: web.Request) -> web.Response:
        self.keys_fetched += 1
        given = []
        for name, key, endorsements in self.keys:
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
            given.append({**public, "kid": name, "use": "sig", "endorsements": endorsements})
        return web.json_response({"keys": given})

    async def connect(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") not in ("Bearer ours", None):
            return web.Response(status=401)
        conversation = unquote(request.match_info.get("conversation", ""))
        activity = unquote(request.match_info.get("activity", ""))
        said = await request.json() if request.can_read_body else {}
        self.calls.append(Call(request.method, conversation, activity, said))
        if self.fail and request.method != "GET":
            status, body = self.fail.pop(0)
            if isinstance(body, str):
                return web.Response(status=status, text=body, content_type="text/html")
            return web.json_response(body, status=status)
        return self._result(request, conversation, activity, said)

    def _result(
        self, request: web.Request, conversation: str, activity: str, said: dict[str, Any]
    ) -> web.Response:
        if request.method == "GET":
            member = self.members.get(unquote(request.match_info["member"]))
            return web.json_response(member or {"error": {}}, status=200 if member else 404)
        if not conversation:
            user = said["members"][0]["id"]
            return web.json_response({"id": f"a:opened-{user}"}, status=201)
        if request.method == "PUT":
            if (conversation, activity) not in self.messages:
                return web.json_response({"error": {"code": "NotFound"}}, status=404)
            self.messages[conversation, activity] = said
            return web.json_response({"id": activity})
        for entity in said.get("entities", ()):
            if entity["type"] == "streaminfo" and "streamId" in entity:
                self.messages[conversation, entity["streamId"]] = said
                return web.Response(status=202)
        name = f"{1_763_892_000_000 + next(self._ids)}"
        self.messages[conversation, name] = said
        return web.json_response({"id": name}, status=201)

    def token(self, key: Any = KEY, name: str = "key-1", alg: str = "RS256", **claims: Any) -> str:
        """A token as Microsoft signs it; `claims` override (None leaves one out)."""
        now = int(time.time())
        whole = {
            "iss": ISSUER,
            "aud": APP_ID,
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "serviceurl": self.service_url,
            **claims,
        }
        said = {name: value for name, value in whole.items() if value is not None}
        return jwt.encode(said, key, algorithm=alg, headers={"kid": name})

    def activity(self, **said: Any) -> dict[str, Any]:
        """An activity by U1 in their chat with the bot; `said` overrides."""
        return {
            "channelId": "msteams",
            "serviceUrl": self.service_url,
            "timestamp": "2026-11-23T10:00:00.1234567Z",
            "from": {"id": "29:u1", "name": "Priya", "aadObjectId": "aad-1"},
            "recipient": {"id": BOT, "name": "Jobaid"},
            "conversation": {"id": CHAT, "conversationType": "personal", "tenantId": TENANT},
            "channelData": {"tenant": {"id": TENANT}},
            **said,
        }

    def direct(self, text: str, /, number: int = 1, **said: Any) -> dict[str, Any]:
        """Somebody writes in their chat with the bot."""
        name = str(1_763_892_000_000 + number)
        return self.activity(**{"type": "message", "id": name, "text": text, **said})

    def mention(self, text: str, /, number: int = 1, root: int = 0, **said: Any) -> dict[str, Any]:
        """Somebody mentions the bot in a channel, in the thread of `root`."""
        name = str(1_763_892_000_000 + number)
        thread = str(1_763_892_000_000 + (root or number))
        return self.activity(
            **{
                "type": "message",
                "id": name,
                "text": f"<at>Jobaid</at>&nbsp;{text}\n",
                "entities": [
                    {"type": "mention", "text": "<at>Jobaid</at>", "mentioned": {"id": BOT}}
                ],
                **self.in_room(thread),
                **said,
            }
        )

    def in_room(self, thread: str) -> dict[str, Any]:
        """What says that something happened in a channel's thread."""
        return {
            "conversation": {
                "id": f"{ROOM};messageid={thread}",
                "conversationType": "channel",
                "isGroup": True,
            },
            "channelData": {"tenant": {"id": TENANT}, "channel": {"id": ROOM, "name": "Shop 7"}},
        }

    def press(self, message: tuple[str, str], label: str, **said: Any) -> dict[str, Any]:
        """A press on the button with this label in a sent message."""
        conversation, name = message
        button = next(
            element
            for element in elements(self.messages[message])
            if element.get("type") == "Action.Execute" and element["title"] == label
        )
        action = {key: button[key] for key in ("type", "verb", "data")}
        where = {} if conversation == CHAT else self.in_room(name)
        return self.activity(
            **{
                "type": "invoke",
                "name": "adaptiveCard/action",
                "id": f"f:{next(self._ids)}",
                "replyToId": name,
                "value": {"action": action, "trigger": "manual"},
                **where,
                **said,
            }
        )

    def invoke(self, name: str, value: Any, **said: Any) -> dict[str, Any]:
        """Any other invoke."""
        invoked = {"type": "invoke", "name": name, "value": value, "id": f"f:{next(self._ids)}"}
        return self.activity(**{**invoked, **said})


def elements(value: Any) -> list[dict[str, Any]]:
    """Every object in a JSON value, the outer ones first."""
    found: list[dict[str, Any]] = []
    if isinstance(value, dict):
        found = [value, *(inner for each in value.values() for inner in elements(each))]
    elif isinstance(value, list):
        found = [inner for each in value for inner in elements(each)]
    return found


def words(value: Any) -> str:
    """Every word of a message that is shown, in order."""
    shown = [str(value.get("text") or "")] if value.get("type") == "message" else []
    shown += [each["text"] for each in elements(value) if each.get("type") == "TextRun"]
    return " ".join(shown)


@asynccontextmanager
async def teams_stand_in() -> AsyncIterator[TeamsStandIn]:
    """Run a stand-in on a free port; `url` and `openid_url` are what the settings take."""
    teams = TeamsStandIn()
    app = web.Application()
    app.router.add_post("/{tenant}/oauth2/v2.0/token", teams.give_token)
    app.router.add_get("/.well-known/openidconfiguration", teams.say_where_keys_are)
    app.router.add_get("/keys", teams.give_keys)
    for path in (
        "/teams/v3/conversations",
        "/teams/v3/conversations/{conversation}/activities",
        "/teams/v3/conversations/{conversation}/activities/{activity}",
        "/teams/v3/conversations/{conversation}/members/{member}",
    ):
        app.router.add_route("*", path, teams.connect)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    teams.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield teams
    finally:
        await runner.cleanup()
