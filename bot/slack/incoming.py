"""Decides what a Slack request tells us: a message, an edit, a deletion, a command, a press, or nothing.

Pure: a request's body in, a `Told` out. Whether its sender may be answered is decided elsewhere.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from bot.slack.fields import field_values
from handlers.inbound import Audience

COMMAND = "/jobaid"
_BLOCK_ID = "card:"
_ASKING_SUBTYPES = (None, "file_share", "thread_broadcast")
_TS = re.compile(r"\d{1,12}\.\d{1,9}")


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """A pressed button. `ref` is what the card's own block says it is, '' when it says nothing."""

    action: str
    subject: str
    ref: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """What one request says. `key` is unique for what happened, however often it is delivered.

    `team` is the workspace that Slack delivers to, `sender_teams` those the sender is said to be
    of. `thread` and `ts` are Slack's timestamps; `at` is None where Slack gives no time. `bot_user`
    is our own user there, if the request names it.
    """

    kind: Literal["said", "edited", "deleted", "command", "press"]
    key: str
    team: str
    sender_teams: frozenset[str]
    user: str
    channel: str
    thread: str
    ts: str
    text: str
    at: datetime | None
    audience: Audience
    mentioned: bool = False
    bot_user: str = ""
    response_url: str = ""
    press: ButtonPress | None = None

    @property
    def place(self) -> str:
        """Where an answer goes: the thread, or the sender where nobody else saw the question."""
        if self.kind == "command":
            return f"slack:@{self.user}"
        return f"slack:{self.channel}|{self.thread}"

    @property
    def lock(self) -> str:
        """What is handled one after the other: a thread, a person's commands."""
        return f"{self.team}:{self.channel}:{self.user if self.kind == 'command' else self.thread}"

    @property
    def conversation(self) -> str:
        """The key of the stored turns."""
        return f"slack:{self.team}:{self.channel}:{self.thread}"

    @property
    def message(self) -> str:
        """The key of the message, stable across edits."""
        return f"slack:{self.team}:{self.channel}:{self.ts}"

    @property
    def message_key(self) -> str:
        """The inbox key of the message itself."""
        return message_key(self.team, self.channel, self.ts)


def message_key(team: str, channel: str, ts: str) -> str:
    """One message is one event, whether Slack tells it as a mention, as a message or as both."""
    return f"message:{team}:{channel}:{ts}"


def block_id(ref: str, position: int) -> str:
    """The id of a card's row of buttons, so that a press says which card it is on."""
    return f"{_BLOCK_ID}{ref}:{position}"


def read(body: dict[str, Any]) -> Told | None:
    """Return what a request says; None for what is not for us or lacks what identifies it."""
    if body.get("type") == "event_callback":
        return _read_event(body)
    if body.get("type") == "block_actions":
        return _read_press(body)
    if body.get("command") == COMMAND:
        return _read_command(body)
    return None


def _read_event(body: dict[str, Any]) -> Told | None:
    event = _dict(body, "event")
    if not body.get("event_id") or event.get("type") not in ("message", "app_mention"):
        return None
    match event.get("subtype"):
        case "message_changed":
            return _read_edit(body, event)
        case "message_deleted":
            return _deleted(body, event, _dict(event, "previous_message"))
        case subtype if subtype in _ASKING_SUBTYPES:
            return _read_message(body, event)
    return None


def _read_message(body: dict[str, Any], event: dict[str, Any]) -> Told | None:
    """A message. Where we may not read the channel, an edit is told as one more mention."""
    said = _said(body, event, event)
    if said is None or _by_a_bot(event):
        return None
    mentioned = event["type"] == "app_mention"
    edited_at = _dict(event, "edited").get("ts")
    if mentioned and edited_at:
        at = {"ts": edited_at}
        key = f"event:{body['event_id']}"
        return _told("edited", key, said, event, body, at=at, mentioned=True)
    key = message_key(said[0], said[1], said[3])
    return _told("said", key, said, event, body, mentioned=mentioned)


def _read_edit(body: dict[str, Any], event: dict[str, Any]) -> Told | None:
    """An edit; also how Slack tells that a message with replies was deleted (a tombstone)."""
    message = _dict(event, "message")
    before = _dict(event, "previous_message")
    if message.get("subtype") == "tombstone":
        return _deleted(body, event, before)
    said = _said(body, event, message)
    if said is None or _by_a_bot(message) or message.get("text") == before.get("text"):
        return None  # a preview was added, or our own card was updated
    return _told("edited", f"event:{body['event_id']}", said, message, body, at=event)


def _deleted(body: dict[str, Any], event: dict[str, Any], before: dict[str, Any]) -> Told | None:
    if _by_a_bot(before):
        return None
    ts = event.get("deleted_ts") or before.get("ts")
    said = _said(body, event, {**before, "ts": ts, "user": before.get("user") or _SOMEBODY})
    return said and _told("deleted", f"event:{body['event_id']}", said, before, body, at=event)


# Slack does not always say whose message was deleted; it makes no difference.
_SOMEBODY = "somebody"
_Said = tuple[str, str, str, str, str]


def _said(body: dict[str, Any], event: dict[str, Any], message: dict[str, Any]) -> _Said | None:
    """Team, channel, thread, timestamp and author; None when one is missing."""
    ts = message.get("ts")
    thread = message.get("thread_ts") or ts
    found = (body.get("team_id"), event.get("channel"), thread, ts, message.get("user"))
    if not all(isinstance(part, str) and part for part in found):
        return None
    if not (_TS.fullmatch(str(thread)) and _TS.fullmatch(str(ts))):
        return None
    return tuple(map(str, found))  # type: ignore[return-value]


def _told(
    kind: Literal["said", "edited", "deleted"],
    key: str,
    said: _Said,
    message: dict[str, Any],
    body: dict[str, Any],
    *,
    at: dict[str, Any] | None = None,
    mentioned: bool = False,
) -> Told:
    team, channel, thread, ts, user = said
    event = _dict(body, "event")
    claimed = (each.get(name) for each in (event, message) for name in _TEAM_FIELDS)
    direct = event.get("channel_type") == "im" or channel.startswith("D")
    when = str((at or {}).get("event_ts") or (at or {}).get("ts") or ts)
    return Told(
        kind=kind,
        key=key,
        team=team,
        sender_teams=frozenset(str(name) for name in claimed if name),
        user=user,
        channel=channel,
        thread=thread,
        ts=ts,
        text=str(message.get("text") or ""),
        at=_time(when if _TS.fullmatch(when) else ts),
        audience="direct" if direct else "channel",
        mentioned=mentioned,
        bot_user=_bot_user(body),
    )


# In a shared channel the sender's workspace is in `user_team`; `team` may be ours.
_TEAM_FIELDS = ("team", "user_team", "source_team")


def _by_a_bot(message: dict[str, Any]) -> bool:
    return bool(message.get("bot_id") or message.get("bot_profile")) or message.get("subtype") in (
        "bot_message",
        "assistant_app_thread",
    )


def _bot_user(body: dict[str, Any]) -> str:
    authorizations = body.get("authorizations")
    for each in authorizations if isinstance(authorizations, list) else ():
        if isinstance(each, dict) and each.get("is_bot"):
            return str(each.get("user_id") or "")
    return ""


def _read_command(body: dict[str, Any]) -> Told | None:
    needed = [body.get(name) for name in ("team_id", "channel_id", "user_id", "trigger_id")]
    if not all(isinstance(part, str) and part for part in needed):
        return None
    team, channel, user, trigger = map(str, needed)
    name = f"command-{_digest(trigger)[:16]}"
    return Told(
        kind="command",
        key=f"command:{_digest(trigger)}",
        team=team,
        sender_teams=frozenset({team}),
        user=user,
        channel=channel,
        thread=name,
        ts=name,
        text=str(body.get("text") or ""),
        at=None,
        audience="direct",
        response_url=str(body.get("response_url") or ""),
    )


def _read_press(body: dict[str, Any]) -> Told | None:
    actions = body.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else None
    if not isinstance(action, dict) or action.get("type") != "button":
        return None
    container, message = _dict(body, "container"), _dict(body, "message")
    channel = container.get("channel_id") or _dict(body, "channel").get("id")
    ts = container.get("message_ts") or message.get("ts")
    user = _dict(body, "user")
    team = _dict(body, "team").get("id") or user.get("team_id")
    action_ts = str(action.get("action_ts") or "")
    if not (channel and ts and user.get("id") and team and _TS.fullmatch(action_ts)):
        return None
    thread = message.get("thread_ts") or container.get("thread_ts") or ts
    whispered = bool(container.get("is_ephemeral"))
    pressed = (action_ts, user["id"], action.get("action_id"), action.get("value"), channel, ts)
    return Told(
        kind="press",
        key=f"press:{_digest(*pressed)}",
        team=str(team),
        sender_teams=frozenset({str(user.get("team_id") or team)}),
        user=str(user["id"]),
        channel=str(channel),
        thread=str(thread),
        ts=str(ts),
        text="",
        at=_time(action_ts),
        # A whispered card cannot be replaced and is answered by whispers, as in a channel.
        audience="direct" if str(channel).startswith("D") and not whispered else "channel",
        response_url=str(body.get("response_url") or ""),
        press=ButtonPress(
            action=str(action.get("action_id") or "").partition("#")[0],
            subject=str(action.get("value") or ""),
            ref=_ref(str(action.get("block_id") or "")),
            fields=field_values(_dict(body, "state")),
        ),
    )


def _ref(name: str) -> str:
    return name.removeprefix(_BLOCK_ID).partition(":")[0] if name.startswith(_BLOCK_ID) else ""


def _digest(*parts: object) -> str:
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def _time(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)


def _dict(of: dict[str, Any], name: str) -> dict[str, Any]:
    value = of.get(name)
    return value if isinstance(value, dict) else {}
