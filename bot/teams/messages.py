"""Decides what of a card is said as a message's text and what is drawn as its Adaptive Card.

Only text is streamed, and only its `[n]` marks become citations: a streamed answer's words are text,
and what has to be pressed or looked up is a card in a message under it. No message is both, because
Teams makes two of text and card, and does not say what it calls them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Literal

from botbuilder.schema import Activity, Attachment

from bot.links import is_openable
from bot.teams.entities import MOST_CITATIONS, MessageInfo
from bot.teams.render import MOST_BYTES, MOST_OF_URL, render, size_of
from bot.teams.words import as_message
from handlers.cards import (
    Block,
    Button,
    Buttons,
    Card,
    Facts,
    Heading,
    Note,
    Quote,
    Source,
    Sources,
    Span,
    Steps,
    Text,
    plain,
    spans,
)
from handlers.wording import source_detail

ADAPTIVE = "application/vnd.microsoft.card.adaptive"
RATINGS = {"like": "answer.helpful", "dislike": "answer.not_helpful"}
"""What the thumbs that Teams draws under an answer mean here."""

_MOST_TEXT = MOST_BYTES // 2
_WORDS = Heading | Text | Steps | Note

Form = Literal["streamed", "chat", "shared"]
"""Where a message stands: the end of a stream, a chat of two, or where others read along."""


def pieces(card: Card, form: Form) -> tuple[str, ...]:
    """Return the paragraphs of a card that are said as text; none when all of it is a card."""
    is_plain = all(isinstance(block, _WORDS) for block in card.blocks)
    if form == "shared" or not (is_plain or (form == "streamed" and is_answer(card))):
        return ()
    said = tuple(words for block in card.blocks if _is_said(card, block) for words in _say(block))
    return said if size_of("\n\n".join(said)) <= _MOST_TEXT else ()


def grown(blocks: Sequence[Block]) -> str:
    """Return the text of an answer that is being written: the whole begins with the same text."""
    return "\n\n".join(words for block in blocks for words in _say(block))


def is_answer(card: Card) -> bool:
    """Whether a card is an answer: words, and the sources they come from."""
    has_words = any(isinstance(block, Text | Steps) for block in card.blocks)
    return has_words and any(isinstance(block, Sources) for block in card.blocks)


def message(card: Card, form: Form) -> Activity:
    """Return the message of a card."""
    activity = Activity(type="message", summary=card.summary, attachments=[])
    said = pieces(card, form)
    if not said:
        activity.attachments = [Attachment(content_type=ADAPTIVE, content=render(card))]
    else:
        activity.text = "\n\n".join(said)
        activity.text_format = "markdown"
    if is_answer(card):
        cited = list(_cited(card, activity.text or ""))
        if cited or card.written:
            activity.entities = [MessageInfo(written=card.written, cited=cited)]
        if said:
            activity.channel_data = {"feedbackLoop": {"type": "default"}}
    return activity


def card_under(card: Card) -> Activity | None:
    """Return the message that follows a streamed answer, None where its words say everything."""
    drawn = drawn_card(card, "streamed") if pieces(card, "streamed") else None
    if drawn is None:
        return None
    attachment = Attachment(content_type=ADAPTIVE, content=drawn)
    return Activity(type="message", summary=card.summary, attachments=[attachment])


def drawn_card(card: Card, form: Form) -> dict[str, Any] | None:
    """Return the Adaptive Card that stands for a card, None where words say everything."""
    if not pieces(card, form):
        return render(card)
    rest = tuple(_without_ratings(block) for block in card.blocks if not _is_said(card, block))
    rest = tuple(block for block in rest if block != Buttons(()))
    return render(Card(" ", rest)) if rest else None


def _is_said(card: Card, block: Block) -> bool:
    """An answer's quiet notes stand with its sources, under the words."""
    if isinstance(block, Note) and block.tone == "quiet":
        return not is_answer(card)
    return isinstance(block, _WORDS)


def _without_ratings(block: Block) -> Block:
    """Teams draws thumbs itself: the same question is not asked twice."""
    if not isinstance(block, Buttons):
        return block
    kept: tuple[Button, ...] = tuple(
        button for button in block.buttons if button.action not in RATINGS.values()
    )
    return replace(block, buttons=kept)


def _say(block: Block) -> Iterator[str]:
    match block:
        case Heading(text, detail):
            if text.strip():
                yield _paragraph([Span(text, bold=True)])
            if detail.strip():
                yield _paragraph([Span(detail, emphasis=True)])
        case Text(markdown) | Note(markdown, "quiet"):
            if markdown.strip():
                yield _paragraph(spans(markdown))
        case Note(markdown):
            yield _paragraph([Span("⚠ "), *spans(markdown)])
        case Steps(items, start):
            for number, item in enumerate(items, start):
                yield f"{number}. {as_message(spans(item.replace(chr(10), ' ')))}"
        case _:
            return


def _paragraph(words: Any) -> str:
    return re.sub(r"\s*\n\s*", "  \n", as_message(words).strip())


def _cited(card: Card, text: str) -> Iterator[Source]:
    """The sources whose mark stands in the text, as many as Teams takes."""
    entries = [
        entry for block in card.blocks if isinstance(block, Sources) for entry in block.entries
    ]
    marked = (entry for entry in entries if f"[{entry.number}]" in text)
    yield from list(marked)[:MOST_CITATIONS]


def words_of(card: Card) -> str | None:
    """Return a card's words as plain lines; None when it holds what only a card can show."""
    lines: list[str] = []
    for block in card.blocks:
        match block:
            case Heading(text, detail):
                lines += [text, detail]
            case Text(markdown) | Note(markdown):
                lines.append(plain(markdown))
            case Steps(items, start):
                lines += [f"{at}. {plain(item)}" for at, item in enumerate(items, start)]
            case Quote(text, source):
                lines += [text, source]
            case Facts(rows):
                lines += [f"{label}: {value}" for label, value in rows]
            case Sources(entries) if not any(
                is_openable(entry.url, MOST_OF_URL) for entry in entries
            ):
                lines += [f"{each.number} {each.title}{source_detail(each)}" for each in entries]
            case _:
                return None
    return "\n".join(line for line in lines if line)
