"""Decides which cards every renderer is shown: each block, each option, and what must stay inert.

The text of a hostile card enters as the handlers enter it: through `literal` into Text, Steps and
Note, and as it is into the plain-text blocks. `RAW` is hostile text that skipped `literal`: even
then nothing may become a mention, a link or a tag.
"""

from __future__ import annotations

from datetime import date

from gallery_flags import FLAGS
from gallery_published import PUBLISHED
from gallery_real import REAL
from gallery_review import REVIEW
from gallery_skills import SKILLS

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
    Steps,
    Text,
    literal,
)

REFUNDS = Source(1, "Returns and refunds", "§4.2", "7", date(2026, 5, 4), "Dana Cole")
CARDS_SOP = Source(
    2,
    "Card handling",
    "§2",
    "3",
    date(2026, 2, 11),
    "Lee Park",
    "https://intranet.example.com/cards?id=7#s2",
)

HOSTILE: dict[str, str] = {
    "mass_mention": "<!channel> <!here|here> <!everyone> @channel @here @everyone <!subteam^S1>",
    "mention": "<@U1> <@U1|ann> <#C1|general> <at>Dana Cole</at>",
    "link": "<https://evil.example/?q=1|click> https://evil.example/a?b=c mailto:a@b.example",
    "markdown_link": "[click](https://evil.example) ![x](https://evil.example/p.png) <https://e.io>",
    "html": '<script>alert(1)</script><img src=x onerror="alert(1)"> &lt;b&gt; &amp; </div>"\'',
    "markup": "*bold* _it_ ~gone~ `code` ```block``` **strong** > quote\n# title\n- item\n1. one",
    "backslashes": "C:\\shop\\till \\[1] \\*x\\* \\\\ \\",
    "brackets": "[1] [99] [[red]] [bold]x[/bold] [/] [link=https://e.example]x[/link]",
    "template": "{{ 7 * 7 }} {% raw %} ${HOME} %s {0}",
    "right_to_left": "\u05de\u05d4 \u05e2\u05d5\u05e9\u05d9\u05dd? \u202egnp.exe \u0627\u0644",
    "terminal": "\x1b[31mred\x1b[0m \x1b]8;;https://e.example\x07x\x1b]8;;\x07 \x07\x08 \x9b31m",
    "invisible": "re\u200bfund \u2066x\u2069 \U000e0041\U000e0042 \ufeffz e\u0301 \U0001f600 :joy:",
    "dates": "<!date^1700000000^{date}^https://evil.example|x> <tel:+44|call>",
}
_EVERYTHING = "\n".join(HOSTILE.values())
_LONG = " ".join(f"Sentence {n} of a long SOP says what to do at the till." for n in range(1, 100))


def _one(block: Block) -> Card:
    return Card("One block", (block,))


def _hostile(text: str) -> Card:
    """Hostile text in every place where words of a document or a person can stand."""
    safe = literal(text)
    return Card(
        text,
        (
            Heading(text, text),
            Text(safe),
            Steps((safe, safe)),
            Facts(((text, text),)),
            Quote(text, text),
            Sources((Source(1, text, text, text, date(2026, 5, 4), text),)),
            Note(safe),
            Note(safe, "warning"),
            Buttons((Button(text, "answering.rate_helpful", "answer:1", confirm=text),)),
            Field("comment:r1", text, "choice", (text, "Other"), text, text),
            Field("words:r1", text, "long_text", value=text, hint=text),
        ),
    )


def _raw(text: str) -> Card:
    return Card(text, (Text(text), Steps((text,)), Note(text), Note(text, "warning")))


_BLOCKS: dict[str, Card] = {
    "heading": _one(Heading("Refund without a receipt")),
    "heading_detail": _one(Heading("A refund at the counter", "about 5 minutes")),
    "heading_long": _one(Heading("Refunds " * 40, "detail " * 100)),
    "text": _one(Text("Look the purchase up. [1]")),
    "text_styles": _one(
        Text("**£80 needs a *shift lead*.** [1] Press `F4`, *not* `F5`.\nThen wait. [2]")
    ),
    "text_empty": _one(Text("")),
    "text_long": _one(Text(_LONG[:4000])),
    "text_one_word": _one(Text("x" * 4000)),
    "steps": _one(Steps(("Look it up. [1]", "**Found:** refund it. [1]", "Ask the lead. [2]"))),
    "steps_from_4": _one(Steps(("Count the till.\nTwice.", "Sign."), start=4)),
    "steps_60": _one(Steps(tuple(f"Step {n}: check **item {n}**. [1]" for n in range(1, 61)))),
    "steps_long": _one(Steps(tuple(_LONG[:3500] for _ in range(4)))),
    "facts": _one(Facts((("Owner", "Dana Cole"), ("Next review", "4 August 2026")))),
    "facts_many": _one(Facts(tuple((f"Fact {n}", f"value {n}") for n in range(1, 31)))),
    "facts_long": _one(Facts((("Scope " * 40, _LONG[:2500]), ("Empty", "")))),
    "quote": _one(Quote("Never refund to a different card.", "Card handling §2")),
    "quote_lines": _one(Quote("1. Look it up.\n2. Refund it.\n\nThen sign.")),
    "quote_long": _one(Quote(_LONG, "Returns and refunds §4")),
    "sources": _one(Sources((REFUNDS, CARDS_SOP))),
    "sources_30": _one(
        Sources(
            tuple(
                Source(
                    n,
                    f"SOP number {n}",
                    f"{n}.1 A section",
                    "2",
                    date(2026, 1, 1),
                    "Sam Ortiz",
                    f"https://intranet.example.com/sop/{n}" if n % 2 else "",
                )
                for n in range(1, 31)
            )
        )
    ),
    "source_bad_url": _one(
        Sources(
            tuple(
                Source(n, "Title", "1", "1", date(2026, 1, 1), "Owner", url)
                for n, url in enumerate(
                    (
                        "javascript:alert(1)",
                        "http://intranet.example.com/",
                        "https://intranet.example.com/ a|b>c",
                        'https://intranet.example.com/"><script>',
                        "https://" + "a" * 4000,
                    ),
                    start=1,
                )
            )
        )
    ),
    "source_no_section": _one(
        Sources((Source(1, "Opening hours", "", "1", date(2026, 1, 1), "Sam Ortiz"),))
    ),
    "note": _one(Note("Quoted from the SOP.")),
    "note_warning": _one(Note("Never refund to a **different** card. [2]", "warning")),
    "note_long": _one(Note(_LONG)),
    "buttons": _one(
        Buttons(
            (
                Button("Helpful", "answering.rate_helpful", "answer:1", "primary"),
                Button("Not helpful", "answering.rate_unhelpful", "answer:1"),
                Button("Show source", "answering.show_source", "answer:1", "quiet"),
                Button("Withdraw", "library.withdraw", "document:1", "danger", "Withdraw it now?"),
                Button("Outdated", "answering.rate_outdated", "answer:1", pressed=True),
            )
        )
    ),
    "buttons_same_action": _one(
        Buttons(tuple(Button(f"Option {n}", "quizzes.choose", f"option:{n}") for n in range(3)))
    ),
    "buttons_30": _one(
        Buttons(tuple(Button(f"Page {n}", "library.page", f"page:{n}") for n in range(30)))
    ),
    "button_long": _one(
        Buttons(
            (Button("Show the whole passage " * 6, "answering.show", "answer:1", confirm=_LONG),)
        )
    ),
    "field_text": _one(Field("name:r1", "Your name", "text", value="Ann", hint="As on the till")),
    "field_long_text": _one(Field("comment:r7", "What should change?", "long_text")),
    "field_long_value": _one(Field("draft:r2", "Draft", "long_text", value=_LONG)),
    "field_choice": _one(Field("sure:r1", "How sure?", "choice", ("Sure", "Not sure"), "Sure")),
    "field_choice_many": _one(
        Field("page:r1", "Which?", "choice", tuple(f"Option {n}" for n in range(1, 151)))
    ),
    "field_ticks": _one(
        Field("checks:r1", "Checked", "ticks", ("Accurate", "Tone", "Compliant"), "Accurate\nTone")
    ),
    "field_ticks_many": _one(
        Field("all:r1", "Which apply?", "ticks", tuple(f"Option {n}" for n in range(1, 31)))
    ),
    "field_long_options": _one(
        Field("long:r1", "Label " * 500, "choice", (_LONG[:300], _LONG[:299]), hint="hint " * 500)
    ),
}

_WHOLE: dict[str, Card] = {
    "answer": Card(
        "Refund without a receipt: look the purchase up by card or loyalty number.",
        (
            Heading("Refund without a receipt"),
            Steps(
                (
                    "Look the purchase up by card or loyalty number (last 90 days). [1]",
                    "Found: refund to the original card. Not found: store credit. [1]",
                    "Above £75, a shift lead approves at the till. [1]",
                )
            ),
            Note("Never refund to a different card. [2]", "warning"),
            Sources((REFUNDS, CARDS_SOP)),
            Note("Quoted from the SOP."),
            Buttons(
                (
                    Button("Helpful", "answering.rate_helpful", "answer:1"),
                    Button("Not helpful", "answering.rate_unhelpful", "answer:1"),
                    Button("Show source", "answering.show_source", "answer:1"),
                )
            ),
        ),
    ),
    "form": Card(
        "Draft for review",
        (
            Heading("Draft for review: A refund at the counter", "due Thursday 14:00"),
            Quote("He wants the money on his own card.", "Situation"),
            Facts((("SME", "waiting for Dana Cole"), ("L&D", "waiting"))),
            Field("checks:r7", "Checked", "ticks", ("Accurate", "Right tone", "Compliant")),
            Field("comment:r7", "Comment", "long_text", hint="What should change"),
            Buttons(
                (
                    Button("Approve", "approvals.approve", "module:42", "primary"),
                    Button("Reject", "approvals.reject", "module:42", "danger", "Reject it?"),
                )
            ),
        ),
    ),
    "too_much": Card(
        "A card of 120 blocks",
        (
            *(Text(f"Paragraph {n}. {_LONG[:900]}") if n % 2 else Note("-") for n in range(120)),
            Buttons((Button("Show source", "answering.show_source", "answer:1"),)),
        ),
    ),
    "empty": Card("Nothing to show", ()),
    "no_summary": Card("", (Text("Words"),)),
}

CARDS: dict[str, Card] = {
    **_BLOCKS,
    **_WHOLE,
    **REAL,
    **SKILLS,
    **PUBLISHED,
    **REVIEW,
    **FLAGS,
    **{f"hostile_{name}": _hostile(text) for name, text in HOSTILE.items()},
    "hostile_everything": _hostile(_EVERYTHING),
}
"""Every example card by name; the name is its golden file's."""

RAW: dict[str, Card] = {f"raw_{name}": _raw(text) for name, text in HOSTILE.items()}
"""Hostile text that nobody made literal: its emphasis may act, nothing else."""


def _words(card: Card) -> str:
    (block,) = card.blocks
    assert isinstance(block, Text | Quote | Note)
    return block.text if isinstance(block, Quote) else block.markdown


# Cards of one block whose words are long, and those words.
LONG: dict[str, str] = {
    name: _words(CARDS[name]) for name in ("text_long", "text_one_word", "quote_long", "note_long")
}
