"""Decides how a card looks in the browser page: one HTML fragment, every string in it escaped.

A card with buttons is a form, so that it works without script; a button carries its action and
its subject, the fields go along. The only links out come from `Source.url`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from markupsafe import Markup

from bot.links import is_openable
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
    joined,
    spans,
)
from handlers.wording import after_title, day, section_mark

_LONGEST_URL = 2_000
_OPTIONS_IN_SIGHT = 10
EMPTY = Markup("")


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a card is drawn. `key` makes its ids unique on the page, `level` is its heading's rank.

    `hidden` goes along with every press: the form's own inputs, made by the page.
    """

    key: str
    level: int = 2
    hidden: Mapping[str, str] | None = None
    action: str = "/press"


def icon(name: str) -> Markup:
    """Draw one of the page's icons; they never stand alone, so they are hidden from readers."""
    return Markup('<svg class="icon" aria-hidden="true"><use href="#i-{}"/></svg>').format(name)


def render_card(card: Card, frame: Frame) -> Markup:
    """Draw a card."""
    known = {
        source.number
        for block in card.blocks
        if isinstance(block, Sources)
        for source in block.entries
    }
    drawing = _Drawing(frame, frozenset(known))
    inside = Markup("\n").join(drawing.block(block, at) for at, block in enumerate(card.blocks))
    if not card.blocks:
        inside = Markup('<div class="text"><p>{}</p></div>').format(card.summary)
    if not any(isinstance(block, Buttons | Field) for block in card.blocks):
        return Markup('<div class="card">\n{}\n</div>').format(inside)
    # A first button that is disabled: Enter in a field must not press the first real one.
    hidden = EMPTY.join(
        Markup('<input type="hidden" name="{}" value="{}">').format(name, value)
        for name, value in (frame.hidden or {}).items()
    )
    return Markup(
        '<form class="card" method="post" action="{}">'
        '<button type="submit" disabled hidden></button>{}\n{}\n</form>'
    ).format(frame.action, hidden, inside)


def render_pieces(pieces: Iterable[Block], level: int = 2) -> Markup:
    """Draw what of a streamed answer is out."""
    drawing = _Drawing(Frame("stream", level), frozenset())
    said = Markup("\n").join(drawing.block(block, at) for at, block in enumerate(joined(pieces)))
    return Markup('<div class="card">\n{}\n</div>').format(said)


@dataclass(frozen=True, slots=True)
class _Drawing:
    frame: Frame
    known_sources: frozenset[int]

    def block(self, block: Block, at: int) -> Markup:
        match block:
            case Heading(text, detail):
                small = Markup(" <small>{}</small>").format(detail) if detail else EMPTY
                level = self.frame.level
                return Markup('<h{0} class="heading">{1}{2}</h{0}>').format(level, text, small)
            case Text(markdown):
                paragraphs = [part for part in markdown.split("\n\n") if part.strip()]
                return Markup('<div class="text">{}</div>').format(
                    EMPTY.join(Markup("<p>{}</p>").format(self.inline(part)) for part in paragraphs)
                )
            case Steps(items, start):
                return self._steps(items, start)
            case Facts(rows):
                pairs = EMPTY.join(Markup("<dt>{}</dt><dd>{}</dd>").format(*row) for row in rows)
                return Markup('<dl class="facts">{}</dl>').format(pairs)
            case Quote(text, source):
                cite = Markup(" <cite>{}</cite>").format(source) if source else EMPTY
                return Markup('<blockquote class="quote">{}{}</blockquote>').format(
                    _lines(text), cite
                )
            case Sources(entries):
                listed = Markup("\n").join(self._source(source) for source in entries)
                return Markup('<ol class="sources" aria-label="Sources">\n{}\n</ol>').format(listed)
            case Note(markdown, tone):
                return self._note(markdown, tone == "warning")
            case Buttons(buttons):
                drawn = Markup("\n").join(
                    self._button(button, f"{at}-{number}") for number, button in enumerate(buttons)
                )
                return Markup(
                    '<div class="buttons" role="group" aria-label="Choices">\n{}\n</div>'
                ).format(drawn)
            case Field():
                return self._field(block, f"{self.frame.key}-f{at}")
            case _:
                assert_never(block)

    def inline(self, markdown: str) -> Markup:
        """Draw the markup of Text, Steps and Note."""
        runs = list(spans(markdown))
        return EMPTY.join(
            # A mark never starts a line of its own.
            self._run(run, glued=at + 1 < len(runs) and runs[at + 1].source is not None)
            for at, run in enumerate(runs)
        )

    def _run(self, run: Span, glued: bool) -> Markup:
        if run.source is not None and run.source in self.known_sources:
            return Markup('<a class="cite" href="#{}-s{}" aria-label="Source {}">{}</a>').format(
                self.frame.key, run.source, run.source, run.text
            )
        text = (
            run.text.removesuffix(" ") + "\N{NO-BREAK SPACE}"
            if (glued and run.text.endswith(" "))
            else run.text
        )
        drawn = _lines(text)
        if run.code:
            drawn = Markup("<code>{}</code>").format(drawn)
        if run.emphasis:
            drawn = Markup("<em>{}</em>").format(drawn)
        return Markup("<strong>{}</strong>").format(drawn) if run.bold else drawn

    def _steps(self, items: tuple[str, ...], start: int) -> Markup:
        drawn = EMPTY.join(Markup("<li>{}</li>").format(self.inline(item)) for item in items)
        first = Markup(' start="{}"').format(start) if start != 1 else EMPTY
        # Room for the widest number.
        wide = Markup(" wide") if start + len(items) > 100 else EMPTY
        return Markup('<ol class="steps{}"{}>{}</ol>').format(wide, first, drawn)

    def _note(self, markdown: str, warning: bool) -> Markup:
        said = self.inline(markdown)
        if not warning:
            return Markup('<p class="note">{}</p>').format(said)
        return Markup(
            '<p class="note warning">{}<span><span class="unseen">Warning: </span>{}</span></p>'
        ).format(icon("warning"), said)

    def _source(self, source: Source) -> Markup:
        title = f"{source.title}{after_title(section_mark(source.section))}"
        named = Markup("<b>{}</b>").format(title)
        if is_openable(source.url, _LONGEST_URL):
            named = Markup(
                '<a href="{}" target="_blank" rel="noopener noreferrer">{}'
                '<span class="unseen"> (opens in a new tab)</span></a>'
            ).format(source.url, title)
        return Markup(
            '<li id="{}-s{}"><span class="number">{}</span>'
            " <span>{}, version {} of {}, owner {}</span></li>"
        ).format(
            self.frame.key, source.number, source.number, named, source.version,
            day(source.version_on), source.owner,
        )  # fmt: skip

    def _button(self, button: Button, number: str) -> Markup:
        tone = "" if button.tone == "plain" else f" {button.tone}"
        pressed = Markup(' aria-pressed="true"') if button.pressed else EMPTY
        check = icon("check") if button.pressed else EMPTY
        value = f"{button.action} {button.subject}"
        real = Markup('<button class="button{}" name="press" value="{}"{}>{}{}</button>')
        if not button.confirm:
            return real.format(tone, value, pressed, check, button.label)
        # Asked before the press counts, without script: the real button waits in a popover.
        key = f"{self.frame.key}-c{number}"
        return Markup(
            '<button class="button{}" type="button" popovertarget="{}"{}>{}{}</button>'
            '<div class="confirm" id="{}" popover role="dialog" aria-label="Please confirm">'
            '<p>{}</p><div class="buttons">{}<button class="button" type="button"'
            ' popovertarget="{}" popovertargetaction="hide">Cancel</button></div></div>'
        ).format(
            tone, key, pressed, check, button.label, key, button.confirm,
            real.format(tone, value, EMPTY, EMPTY, button.label), key,
        )  # fmt: skip

    def _field(self, field: Field, key: str) -> Markup:
        hint = (
            Markup(' <small id="{}-hint">{}</small>').format(key, field.hint)
            if field.hint
            else EMPTY
        )
        described = Markup(' aria-describedby="{}-hint"').format(key) if field.hint else EMPTY
        name = f"field.{field.name}"
        match field.kind:
            case "text" | "long_text":
                label = Markup('<label class="label" for="{}">{}</label>{}').format(
                    key, field.label, hint
                )
                if field.kind == "text":
                    box = Markup(
                        '<input id="{}" name="{}" value="{}" autocomplete="off"{}>'
                    ).format(key, name, field.value, described)
                else:
                    # HTML drops a line break that comes first in a textarea.
                    box = Markup('<textarea id="{}" name="{}" rows="3"{}>\n{}</textarea>').format(
                        key, name, described, field.value
                    )
                return Markup('<div class="field">{}{}</div>').format(label, box)
            case "choice" if len(field.options) > _OPTIONS_IN_SIGHT:
                # A list shows its first option as chosen: until somebody chooses, that is none.
                none = () if field.value in field.options else ("",)
                options = EMPTY.join(
                    Markup("<option{}>{}</option>").format(
                        Markup(" selected") if option == field.value else EMPTY, option
                    )
                    for option in (*none, *field.options)
                )
                return Markup(
                    '<div class="field"><label class="label" for="{}">{}</label>{}'
                    '<select id="{}" name="{}"{}>{}</select></div>'
                ).format(key, field.label, hint, key, name, described, options)
            case "choice" | "ticks":
                options = EMPTY.join(self._options(field, name))
                return Markup(
                    '<fieldset class="field"{}><legend class="label">{}</legend>{}'
                    '<div class="ticks">{}</div></fieldset>'
                ).format(described, field.label, hint, options)
            case _:
                assert_never(field.kind)

    def _options(self, field: Field, name: str) -> Iterator[Markup]:
        chosen = field.value.split("\n") if field.kind == "ticks" else [field.value]
        kind = "checkbox" if field.kind == "ticks" else "radio"
        for option in field.options:
            yield Markup('<label><input type="{}" name="{}" value="{}"{}> {}</label>').format(
                kind, name, option, Markup(" checked") if option in chosen else EMPTY, option
            )


def _lines(text: str) -> Markup:
    return Markup("<br>").join(text.split("\n"))
