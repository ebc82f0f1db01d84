"""Decides what somebody did on purpose: the command, the shortcut on a message, a press.

Pure, as `incoming`: a request's body in, a `Told` out, None for what lacks what identifies it.
"""

from __future__ import annotations

from typing import Any

from bot.slack.fields import field_values
from bot.slack.told import (
    FEEDBACK,
    ON_HOME,
    ButtonPress,
    Told,
    digest,
    inner,
    is_ts,
    ref_of,
    time_of,
)

COMMAND = "/jobaid"
SHORTCUT = "answer_message"
"""The `callback_id` of "Answer from SOPs" in the menu of a message."""


def read_command(body: dict[str, Any]) -> Told | None:
    """`/jobaid how do I …`: answered to the sender only."""
    needed = [body.get(name) for name in ("team_id", "channel_id", "user_id", "trigger_id")]
    if not all(isinstance(part, str) and part for part in needed):
        return None
    team, channel, user, trigger = map(str, needed)
    name = f"command-{digest(trigger)[:16]}"
    return Told(
        kind="command",
        key=f"command:{digest(trigger)}",
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


def read_shortcut(body: dict[str, Any]) -> Told | None:
    """The shortcut on somebody's message: its text is the question of whoever used the shortcut."""
    message, user = inner(body, "message"), inner(body, "user")
    team = inner(body, "team").get("id") or user.get("team_id")
    channel, trigger = inner(body, "channel").get("id"), body.get("trigger_id")
    needed = (team, channel, user.get("id"), trigger)
    if body.get("callback_id") != SHORTCUT or not all(
        isinstance(part, str) and part for part in needed
    ):
        return None
    thread = message.get("thread_ts")
    return Told(
        kind="shortcut",
        key=f"shortcut:{digest(trigger)}",
        team=str(team),
        sender_teams=frozenset({str(user.get("team_id") or team)}),
        user=str(user["id"]),
        channel=str(channel),
        thread=thread if isinstance(thread, str) and is_ts(thread) else "",
        ts=f"shortcut-{digest(trigger)[:16]}",
        text=str(message.get("text") or ""),
        at=None,
        audience="direct",
        response_url=str(body.get("response_url") or ""),
    )


def read_press(body: dict[str, Any]) -> Told | None:
    """A press on one of our buttons, or on one of the pair that Slack draws for feedback."""
    actions = body.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else None
    if not isinstance(action, dict) or action.get("type") not in ("button", "feedback_buttons"):
        return None
    container, message = inner(body, "container"), inner(body, "message")
    channel = container.get("channel_id") or inner(body, "channel").get("id")
    ts = container.get("message_ts") or message.get("ts")
    if container.get("type") == "view" and inner(body, "view").get("type") == "home":
        channel, ts = ON_HOME, container.get("view_id")
    user = inner(body, "user")
    team = inner(body, "team").get("id") or user.get("team_id")
    action_ts = action.get("action_ts")
    if not (channel and ts and user.get("id") and team and is_ts(action_ts)):
        return None
    thread = message.get("thread_ts") or container.get("thread_ts") or ts
    whispered = bool(container.get("is_ephemeral"))
    pressed = (action_ts, user["id"], action.get("action_id"), action.get("value"), channel, ts)
    return Told(
        kind="press",
        key=f"press:{digest(*pressed)}",
        team=str(team),
        sender_teams=frozenset({str(user.get("team_id") or team)}),
        user=str(user["id"]),
        channel=str(channel),
        thread=str(thread),
        ts=str(ts),
        text="",
        at=time_of(str(action_ts)),
        # A whispered card cannot be replaced and is answered by whispers, as in a channel.
        audience="direct" if _is_alone(str(channel)) and not whispered else "channel",
        response_url=str(body.get("response_url") or ""),
        press=_press(action, body),
    )


def _is_alone(channel: str) -> bool:
    return channel == ON_HOME or channel.startswith("D")


def _press(action: dict[str, Any], body: dict[str, Any]) -> ButtonPress:
    name, value = str(action.get("action_id") or ""), str(action.get("value") or "")
    if action["type"] == "feedback_buttons":
        # One element for two buttons: which of them it was stands in the value.
        name, _, value = value.partition(" ")
        name = name if name in FEEDBACK else ""
    return ButtonPress(
        action=name.partition("#")[0],
        subject=value,
        ref=ref_of(str(action.get("block_id") or "")),
        fields=field_values(inner(body, "state")),
    )
