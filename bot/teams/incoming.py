"""Decides what an activity of Teams tells us: a message, an edit, a press, a rating, or nothing.

Pure: an activity's JSON in, a `Told` out. Who sent it is proved, and whether they may be answered
decided, elsewhere. Nothing in a press is trusted: anybody can write what a card sends.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot.teams.words import from_markup, mentions, plain_words
from handlers.inbound import Audience

Kind = Literal["said", "edited", "deleted", "press", "rated", "asked_about", "installed", "removed"]
ASK_ABOUT = "answer_from_sops"
"""The id of the message extension's command in the manifest."""

_LONGEST = 200
_THREAD = ";messageid="
_FRACTION = re.compile(r"(\.\d{6})\d+")


@dataclass(frozen=True, slots=True)
class Told:
    """What one activity says. `key` is unique for what happened, however often it is delivered.

    `conversation` is its id without the thread, `thread` the id of the message that opened the
    channel thread ('' elsewhere). `message` is the activity spoken of: the message itself, or the
    card that was pressed. `user` is Teams' id of the sender, `aad` the directory's. `data` is what
    a press or a rating carries, all of it text.
    """

    kind: Kind
    key: str
    conversation: str
    thread: str
    conversation_kind: str
    conversation_name: str
    message: str
    user: str
    aad: str
    tenant: str
    service_url: str
    bot_id: str
    text: str
    at: datetime | None
    mentioned: bool = False
    action: str = ""
    data: dict[str, str] = field(default_factory=dict)

    @property
    def audience(self) -> Audience:
        """Anything that is not surely a chat of two can be read by others."""
        return "direct" if self.conversation_kind == "personal" else "channel"

    @property
    def place(self) -> str:
        """Where an answer goes."""
        if self.kind == "asked_about":
            return f"teams:@{self.aad}"
        return f"teams:{self.conversation}" + (f"|{self.thread}" if self.thread else "")

    @property
    def lock(self) -> str:
        """What is handled one after the other: a thread, or a chat."""
        return f"{self.conversation}:{self.thread}"

    @property
    def turn(self) -> str:
        """Who asks, and where: a thread, or a chat."""
        return f"{self.lock}:{self.aad or self.user}"

    @property
    def platform_id(self) -> str:
        """What our own cards are called: the conversation and the activity."""
        return f"{self.conversation}/{self.message}"

    @property
    def message_key(self) -> str:
        """The inbox key of the message itself."""
        return f"{self.conversation}:{self.message}"


def split_conversation(conversation: str) -> tuple[str, str]:
    """Return a conversation's id and its thread ('' for none)."""
    base, _, thread = conversation.partition(_THREAD)
    return base, thread


def joined_conversation(base: str, thread: str) -> str:
    """Return the id that Teams knows a thread by."""
    return f"{base}{_THREAD}{thread}" if thread else base


def read(activity: dict[str, Any]) -> Told | None:
    """Return what an activity says; None for what is not for us or lacks what identifies it."""
    match activity.get("type"):
        case "message":
            return _read_message(activity)
        case "messageUpdate" if _event_type(activity) == "editMessage":
            return _told(activity, "edited", key=f"edit:{_digest(activity)}")
        case "messageDelete":
            return _told(activity, "deleted", key=f"delete:{_digest(activity)}")
        case "invoke":
            return _read_invoke(activity)
        case "installationUpdate":
            removed = str(activity.get("action") or "").startswith("remove")
            return _told(activity, "removed" if removed else "installed")
        case "conversationUpdate":
            added = activity.get("membersAdded")
            ours = _text(_dict(activity, "recipient"), "id")
            for member in added if isinstance(added, list) else ():
                if isinstance(member, dict) and member.get("id") == ours:
                    return _told(activity, "installed")
    return None


def _read_message(activity: dict[str, Any]) -> Told | None:
    """A message; a client too old for Action.Execute sends a press as one, without words."""
    value = _dict(activity, "value")
    if value and not activity.get("text"):
        return _told(
            activity,
            "press",
            message=_text(activity, "replyToId"),
            action=_text(value, "verb"),
            data=_strings(value),
        )
    return _told(activity, "said")


def _read_invoke(activity: dict[str, Any]) -> Told | None:
    value = _dict(activity, "value")
    match activity.get("name"):
        case "adaptiveCard/action":
            action = _dict(value, "action")
            if action.get("type") != "Action.Execute":
                return None
            return _told(
                activity,
                "press",
                message=_text(activity, "replyToId"),
                action=_text(action, "verb"),
                data=_strings(_dict(action, "data")),
            )
        case "message/submitAction" if value.get("actionName") == "feedback":
            rated = _dict(value, "actionValue")
            return _told(
                activity,
                "rated",
                message=_text(activity, "replyToId"),
                action=_text(rated, "reaction"),
                data={"feedback": _feedback(rated.get("feedback"))},
            )
        case "composeExtension/fetchTask" if value.get("commandId") == ASK_ABOUT:
            body = _dict(_dict(value, "messagePayload"), "body")
            content = body.get("content")
            return _told(
                activity,
                "asked_about",
                text=from_markup(content if isinstance(content, str) else ""),
            )
    return None


def _told(activity: dict[str, Any], kind: Kind, *, key: str = "", **more: Any) -> Told | None:
    conversation, sender = _dict(activity, "conversation"), _dict(activity, "from")
    base, thread = split_conversation(_text(conversation, "id", 1000))
    bot, user = _text(_dict(activity, "recipient"), "id"), _text(sender, "id")
    if not base or not user or _by_a_bot(sender, bot):
        return None
    channel_data = _dict(activity, "channelData")
    name = _text(_dict(channel_data, "channel"), "name") or _text(conversation, "name")
    message = _text(activity, "id")
    return Told(
        **{
            "kind": kind,
            # Without an id the whole of it is the key: a redelivery says the same.
            "key": key or f"{base}:{message or _digest(activity)}",
            "conversation": base,
            "thread": thread,
            "conversation_kind": _text(conversation, "conversationType"),
            "conversation_name": name,
            "message": message or _digest(activity),
            "user": user,
            "aad": _text(sender, "aadObjectId"),
            "tenant": tenant_of(activity),
            "service_url": _text(activity, "serviceUrl", 1000),
            "bot_id": bot,
            "text": plain_words(activity, bot),
            "at": _time(activity.get("timestamp")),
            "mentioned": mentions(activity, bot),
            **more,
        }
    )


def tenant_of(activity: dict[str, Any]) -> str:
    """The tenant an activity comes from; botbuilder reads another field, which is never there."""
    return _text(_dict(_dict(activity, "channelData"), "tenant"), "id")


def _by_a_bot(sender: dict[str, Any], ours: str) -> bool:
    user = str(sender.get("id"))
    return sender.get("role") in ("bot", "skill") or user.startswith("28:") or user == ours


def _event_type(activity: dict[str, Any]) -> str:
    return _text(_dict(activity, "channelData"), "eventType")


def _feedback(said: Any) -> str:
    """What somebody wrote beside their thumb: plain, or JSON in a text."""
    if not isinstance(said, str):
        return ""
    try:
        inner = json.loads(said)
    except ValueError:
        return said
    return _text(inner, "feedbackText", 4000) if isinstance(inner, dict) else said


def _strings(data: dict[str, Any]) -> dict[str, str]:
    """Only words: ours are, and toggles and choices arrive as words too."""
    return {name: value for name, value in data.items() if isinstance(value, str)}


def _text(of: dict[str, Any], name: str, longest: int = _LONGEST) -> str:
    value = of.get(name)
    return value[:longest] if isinstance(value, str) else ""


def _dict(of: dict[str, Any], name: str) -> dict[str, Any]:
    value = of.get(name)
    return value if isinstance(value, dict) else {}


def _digest(activity: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(activity, sort_keys=True).encode()).hexdigest()


def _time(stamp: Any) -> datetime | None:
    """When it happened, by Teams' clock; None where it does not say so with a time zone."""
    try:
        at = datetime.fromisoformat(_FRACTION.sub(r"\1", str(stamp)))
    except ValueError:
        return None
    return at if at.tzinfo else None
