"""Decides how streams, the AI label and citations are written on the wire.

botbuilder's own Entity sends nothing but its `type`, so each has a class that maps its fields.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from botbuilder.schema import Entity

from bot.links import is_openable
from bot.teams.render import MOST_OF_URL
from bot.teams.words import shortened
from handlers.cards import Source
from handlers.wording import source_detail

_NAME, _ABSTRACT = 80, 160
MOST_CITATIONS = 10


class StreamInfo(Entity):  # type: ignore[misc]
    """Where a message stands in a stream: `informative`, `streaming` or `final`."""

    _attribute_map = {  # noqa: RUF012  (msrest reads it so)
        "type": {"key": "type", "type": "str"},
        "stream_type": {"key": "streamType", "type": "str"},
        "stream_sequence": {"key": "streamSequence", "type": "int"},
        "stream_id": {"key": "streamId", "type": "str"},
    }

    def __init__(
        self, stream_type: str, *, sequence: int | None = None, stream_id: str | None = None
    ) -> None:
        super().__init__(type="streaminfo")
        self.stream_type = stream_type
        self.stream_sequence = sequence
        self.stream_id = stream_id


class MessageInfo(Entity):  # type: ignore[misc]
    """What a message is made of: whether a model wrote it, and what its `[n]` marks cite."""

    _attribute_map = {  # noqa: RUF012
        "type": {"key": "type", "type": "str"},
        "at_type": {"key": "@type", "type": "str"},
        "at_context": {"key": "@context", "type": "str"},
        "at_id": {"key": "@id", "type": "str"},
        "additional_type": {"key": "additionalType", "type": "[str]"},
        "citation": {"key": "citation", "type": "[object]"},
    }

    def __init__(self, *, written: bool, cited: Sequence[Source]) -> None:
        super().__init__(type="https://schema.org/Message")
        self.at_type = "Message"
        self.at_context = "https://schema.org"
        self.at_id = ""
        self.additional_type = ["AIGeneratedContent"] if written else None
        self.citation = [_claim(source) for source in cited] or None


def _claim(source: Source) -> dict[str, Any]:
    appearance = {
        "@type": "DigitalDocument",
        "name": shortened(source.title, _NAME) or " ",
        "abstract": shortened(source_detail(source).lstrip(" ,"), _ABSTRACT),
    }
    if is_openable(source.url, MOST_OF_URL):
        appearance["url"] = source.url
    return {"@type": "Claim", "position": source.number, "appearance": appearance}
