"""Decides how a card becomes a message of Slack's: in blocks, or in words alone where it must be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import structlog

from bot.channel import Outgoing
from bot.slack.calls import Refused
from bot.slack.incoming import read
from bot.slack.plain import as_text
from bot.slack.render import render
from bot.slack.told import Told, block_id

EVENT_TYPE = "jobaid_card"
# What Slack says of blocks it will not draw; the words can be said all the same.
_UNDRAWABLE = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})
log = structlog.get_logger()

Message = dict[str, Any]
Answer = TypeVar("Answer")


async def drawn(outgoing: Outgoing, call: Callable[[Message], Awaitable[Answer]]) -> Answer:
    """Call Slack with a card drawn in blocks, and once more with its words alone if it must be."""
    text, blocks = render(outgoing.card)
    rows = (block for block in blocks if block["type"] in ("actions", "context_actions"))
    # Counted among themselves: words that come or go above them leave their ids as they are.
    for position, row in enumerate(rows):
        row["block_id"] = block_id(outgoing.ref, position)
    try:
        return await call({"text": text, "blocks": blocks})
    except Refused as refused:
        if refused.code not in _UNDRAWABLE:
            raise
        log.error("slack does not draw a card", outbox=outgoing.id, code=refused.code)
        return await call({"text": as_text(outgoing.card)})


def cause_of(outgoing: Outgoing) -> Told | None:
    """What somebody did in Slack that this card answers, if anybody did."""
    event = outgoing.event
    return read(event.payload) if event is not None and event.platform == "slack" else None


def metadata(outgoing: Outgoing) -> dict[str, Any]:
    """An id only: any app that can read the conversation can read this."""
    return {"event_type": EVENT_TYPE, "event_payload": {"ref": outgoing.ref}}
