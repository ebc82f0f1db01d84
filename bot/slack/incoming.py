"""Decides what an event of Slack's tells us: a message, an edit, a deletion, a visit, or nothing.

Pure: a request's body in, a `Told` out. Whether its sender may be answered is decided elsewhere.
"""

from __future__ import annotations

from typing import Any, Literal

from bot.slack.interactions import COMMAND, read_command, read_press, read_shortcut
from bot.slack.told import Kind, Told, inner, is_ts, message_key, time_of

_ASKING_SUBTYPES = (None, "file_share", "thread_broadcast")


def read(body: dict[str, Any]) -> Told | None:
    """Return what a request says; None for what is not for us or lacks what identifies it."""
    match body.get("type"):
        case "event_callback":
            return _read_event(body)
        case "block_actions":
            return read_press(body)
        case "message_action":
            return read_shortcut(body)
    return read_command(body) if body.get("command") == COMMAND else None


def _read_event(body: dict[str, Any]) -> Told | None:
    event = inner(body, "event")
    if not body.get("event_id"):
        return None
    match event.get("type"):
        case "message" | "app_mention":
            return _read_words(body, event)
        case "app_home_opened":
            return _read_visit(body, event)
        case "agent_session_stopped":
            return _read_stop(body, event)
        case "app_uninstalled":
            return _removed(body)
        case "tokens_revoked" if inner(event, "tokens").get("bot"):
            return _removed(body)
    return None


def _read_words(body: dict[str, Any], event: dict[str, Any]) -> Told | None:
    match event.get("subtype"):
        case "message_changed":
            return _read_edit(body, event)
        case "message_deleted":
            return _deleted(body, event, inner(event, "previous_message"))
        case subtype if subtype in _ASKING_SUBTYPES:
            return _read_message(body, event)
    return None


def _read_message(body: dict[str, Any], event: dict[str, Any]) -> Told | None:
    """A message. Where we may not read the channel, an edit is told as one more mention."""
    said = _said(body, event, event)
    if said is None or _by_a_bot(event):
        return None
    mentioned = event["type"] == "app_mention"
    edited_at = inner(event, "edited").get("ts")
    if mentioned and edited_at:
        at = {"ts": edited_at}
        key = f"event:{body['event_id']}"
        return _told("edited", key, said, event, body, at=at, mentioned=True)
    key = message_key(said[0], said[1], said[3])
    return _told("said", key, said, event, body, mentioned=mentioned)


def _read_edit(body: dict[str, Any], event: dict[str, Any]) -> Told | None:
    """An edit; also how Slack tells that a message with replies was deleted (a tombstone)."""
    message = inner(event, "message")
    before = inner(event, "previous_message")
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
    if not (is_ts(thread) and is_ts(ts)):
        return None
    return tuple(map(str, found))  # type: ignore[return-value]


def _told(
    kind: Literal["said", "edited", "deleted", "stopped"],
    key: str,
    said: _Said,
    message: dict[str, Any],
    body: dict[str, Any],
    *,
    at: dict[str, Any] | None = None,
    mentioned: bool = False,
) -> Told:
    team, channel, thread, ts, user = said
    event = inner(body, "event")
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
        at=time_of(when if is_ts(when) else ts),
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


def _read_visit(body: dict[str, Any], event: dict[str, Any]) -> Told | None:
    """Somebody opened our Home, or the conversation with us."""
    kinds: dict[object, Kind] = {"home": "home", "messages": "chat_opened"}
    kind = kinds.get(event.get("tab")) if isinstance(event.get("tab"), str) else None
    team, user, channel = body.get("team_id"), event.get("user"), event.get("channel")
    if kind is None or not all(isinstance(part, str) and part for part in (team, user, channel)):
        return None
    when = event.get("event_ts")
    return Told(
        kind=kind,
        key=f"event:{body['event_id']}",
        team=str(team),
        sender_teams=frozenset({str(team)}),
        user=str(user),
        channel=str(channel),
        thread="",
        ts="",
        text="",
        at=time_of(str(when)) if is_ts(when) else None,
        audience="direct",
        bot_user=_bot_user(body),
    )


def _read_stop(body: dict[str, Any], event: dict[str, Any]) -> Told | None:
    """Somebody pressed Slack's own button that stops us, in a thread."""
    said = _said(body, event, {**event, "ts": event.get("thread_ts")})
    return said and _told("stopped", f"event:{body['event_id']}", said, event, body, at=event)


def _removed(body: dict[str, Any]) -> Told | None:
    """The app was taken out of the workspace, or our token was revoked."""
    team = body.get("team_id")
    if not isinstance(team, str) or not team:
        return None
    key = f"event:{body['event_id']}"
    return Told("removed", key, team, frozenset({team}), "", "", "", "", "", None, "direct")
