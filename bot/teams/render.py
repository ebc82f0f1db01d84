"""Decides how Teams draws a card: an Adaptive Card 1.5 within Teams' size, with every word inert.

Words go into text runs and inputs only, which read no Markdown: no mention, link or markup in
them can act. TextBlock and FactSet, which do read it, are not used. The size of a message is
Microsoft's limit for bots (100 KB counted as UTF-16), of which a fifth is left for the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any, assert_never

from bot.links import is_openable
from bot.teams.inputs import drawn_input, listed_options
from bot.teams.words import shortened, shown
from handlers.cards import (
    Block,
    Button,
    Buttons,
    Card,
    Facts,
    Field,
    Heading,
    Note,
    Quote,
    Source,
    Sources,
    Span,
    Steps,
    Text,
    spans,
)
from handlers.wording import CANCEL, CUT_SHORT, source_detail

Element = dict[str, Any]

MOST_BYTES = 80_000
_BUTTONS_IN_A_ROW = 5
_BUTTON_LABEL = 100
MOST_OF_URL = 2000
_WARNING = "⚠ "
_FIGURE_SPACE = "\u2007"  # as wide as a digit


def render(card: Card) -> Element:
    """Return the Adaptive Card of a card.

    What does not fit into one message is left out from the end of the words, never of headings,
    sources, fields or buttons, and a last line says so.
    """
    ids = count(1)
    drawn = [(each, _is_pinned(block)) for block in card.blocks for each in _draw(block, ids)]
    body = _fit(drawn) or [_line([Span(card.summary or " ")])]
    return {"type": "AdaptiveCard", "version": "1.5", "body": body}


def _draw(block: Block, ids: Iterator[int]) -> Iterator[Element]:
    match block:
        case Heading(text, detail):
            yield from _heading(text, detail)
        case Text(markdown):
            yield from _lines(spans(markdown))
        case Steps(items, start):
            numbered = enumerate(items, start)
            yield from _numbered((f"{number}.", spans(item)) for number, item in numbered)
        case Facts(rows):
            yield from _facts(rows)
        case Quote(text, source):
            yield from _quote(text, source)
        case Sources(entries):
            yield from _sources(entries)
        case Note(markdown, "quiet"):
            yield from _lines(spans(markdown), quiet=True, above="Small")
        case Note(markdown):
            words = [Span(_WARNING), *spans(markdown)]
            yield {"type": "Container", "style": "warning", "items": list(_lines(words))}
        case Buttons(buttons):
            yield from _buttons(buttons, ids)
        case Field():
            yield from _field(block)
        case _:
            assert_never(block)


def _is_pinned(block: Block) -> bool:
    """Whether a block stays when a message is too long: without it the rest would be no use."""
    return isinstance(block, Heading | Sources | Buttons | Field)


def _heading(text: str, detail: str) -> Iterator[Element]:
    if text.strip():
        large = {"size": "Large", "weight": "Bolder"}
        yield {"type": "RichTextBlock", "inlines": [_run(Span(text), **large)]}
    if detail.strip():
        yield from _lines([Span(detail)], quiet=True, above="Small")


def _lines(words: Iterable[Span], quiet: bool = False, above: str = "") -> Iterator[Element]:
    """One block a line, because a line break inside a run is not always shown.

    `above` is the spacing above the first line, '' the platform's own.
    """
    lines: list[list[Span]] = [[]]
    for span in words:
        first, *more = span.text.split("\n")
        lines[-1].append(_styled(span, first))
        lines += [[_styled(span, part)] for part in more]
    spacing = above
    for line in lines:
        if not any(span.text for span in line):
            spacing = ""
            continue
        yield {**_line(line, quiet), **({"spacing": spacing} if spacing else {})}
        spacing = "None"


def _styled(span: Span, text: str) -> Span:
    return Span(text, span.bold, span.emphasis, span.code, span.source)


def _line(words: Iterable[Span], quiet: bool = False) -> Element:
    looks = {"size": "Small", "isSubtle": True} if quiet else {}
    return {
        "type": "RichTextBlock",
        "inlines": [_run(span, **looks) for span in words if span.text],
    }


def _run(span: Span, **looks: Any) -> Element:
    run: Element = {"type": "TextRun", "text": shown(span.text), **looks}
    if span.bold:
        run["weight"] = "Bolder"
    if span.emphasis:
        run["italic"] = True
    if span.code:
        run["fontType"] = "Monospace"
    return run


def _numbered(items: Iterable[tuple[str, Iterable[Span]]]) -> Iterator[Element]:
    """Lines beside their numbers, which are made equally wide so that all lines begin alike."""
    lines = list(items)
    widest = max((len(number) for number, _ in lines), default=0)
    for number, words in lines:
        shifted = Span(number.rjust(widest, _FIGURE_SPACE))
        yield _columns(("auto", [shifted]), ("stretch", words))


def _facts(rows: Sequence[tuple[str, str]]) -> Iterator[Element]:
    """Label beside value. No Table: Teams shows the first row of one as its header, whatever it is
    told (microsoft/AdaptiveCards issue 8599).
    """
    for label, value in rows:
        yield _columns((1, [Span(label, bold=True)]), (2, [Span(value)]))


def _columns(*columns: tuple[str | int, Iterable[Span]]) -> Element:
    """Words side by side, each with its width: 'auto', 'stretch' or a share."""
    drawn = [
        {"type": "Column", "width": width, "items": list(_lines(words))} for width, words in columns
    ]
    return {"type": "ColumnSet", "spacing": "Small", "columns": drawn}


def _quote(text: str, source: str) -> Iterator[Element]:
    items = list(_lines([Span(text)]))
    if source:
        items += _lines([Span(source, emphasis=True)], quiet=True, above="Small")
    yield {"type": "Container", "style": "emphasis", "items": items}


def _sources(entries: Sequence[Source]) -> Iterator[Element]:
    """Quiet lines under a rule, close together."""
    for at, entry in enumerate(entries):
        place = {"spacing": "None"} if at else {"separator": True}
        yield {**_source_line(entry), **place}


def _source_line(entry: Source) -> Element:
    quiet = {"size": "Small", "isSubtle": True}
    title = _run(Span(entry.title or entry.url or " "), **quiet)
    if is_openable(entry.url, MOST_OF_URL):
        title["selectAction"] = {"type": "Action.OpenUrl", "url": entry.url}
    number, detail = Span(f"{entry.number} "), Span(source_detail(entry))
    inlines = [_run(number, **quiet), title, _run(detail, **quiet)]
    return {"type": "RichTextBlock", "inlines": inlines}


def _buttons(buttons: Sequence[Button], ids: Iterator[int]) -> Iterator[Element]:
    """Rows of buttons; one that asks first opens its question under its row."""
    for start in range(0, len(buttons), _BUTTONS_IN_A_ROW):
        actions: list[Element] = []
        questions: list[Element] = []
        for button in buttons[start : start + _BUTTONS_IN_A_ROW]:
            if button.confirm:
                name = f"confirm-{next(ids)}"
                actions.append({**_toggle(_label(button), name), **_style(button)})
                questions.append(_question(button, name))
            else:
                actions.append(_execute(button))
        yield {"type": "ActionSet", "actions": actions}
        yield from questions


def _execute(button: Button) -> Element:
    """A press. A client too old for Action.Execute sends the same as a message."""
    title = _label(button)
    data = {"subject": button.subject}
    return {
        "type": "Action.Execute",
        "title": title,
        "verb": button.action,
        "data": data,
        **_style(button),
        "fallback": {
            "type": "Action.Submit",
            "title": title,
            "data": {**data, "verb": button.action},
        },
    }


def _label(button: Button) -> str:
    label = f"✓ {button.label}" if button.pressed else button.label
    return shown(shortened(label, _BUTTON_LABEL)) or " "


def _style(button: Button) -> Element:
    match button.tone:
        case "primary":
            return {"style": "positive"}
        case "danger":
            return {"style": "destructive"}
        case "plain" | "quiet":
            return {}
        case _:
            assert_never(button.tone)


def _toggle(title: str, name: str) -> Element:
    return {"type": "Action.ToggleVisibility", "title": title, "targetElements": [name]}


def _question(button: Button, name: str) -> Element:
    actions = [_execute(button), _toggle(CANCEL, name)]
    return {
        "type": "Container",
        "id": name,
        "style": "emphasis",
        "isVisible": False,
        "items": [*_lines([Span(button.confirm)]), {"type": "ActionSet", "actions": actions}],
    }


def _field(field: Field) -> Iterator[Element]:
    drawn = drawn_input(field)
    if drawn is None:
        return
    yield from _numbered(listed_options(field))
    yield drawn
    if field.hint:
        yield from _lines([Span(field.hint)], quiet=True, above="Small")


def _fit(drawn: Sequence[tuple[Element, bool]]) -> list[Element]:
    """Leave out words from the end until the message fits, and say so in a last line."""
    sizes = [size_of(element) for element, _ in drawn]
    if sum(sizes) <= MOST_BYTES:
        return [element for element, _ in drawn]
    note = _line([Span(CUT_SHORT)], quiet=True)
    kept: set[int] = set()
    room = MOST_BYTES - size_of(note)
    for wanted in (True, False):
        for at, (_, pinned) in enumerate(drawn):
            if pinned is not wanted:
                continue
            room -= sizes[at]
            if room < 0:
                break
            kept.add(at)
    return [*(drawn[at][0] for at in sorted(kept)), note]


def size_of(value: Any) -> int:
    """The bytes of a value as Teams counts them: its JSON in UTF-16."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return len(text.encode("utf-16-le", "surrogatepass")) + 2
