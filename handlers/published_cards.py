"""Decides how the list of what is published reads, and a report that something in it is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from handlers.cards import Block, Button, Buttons, Card, Field, Heading, Note, Text, literal
from handlers.gap_cards import role_words
from handlers.module_blocks import named
from handlers.wording import counted
from learning.store.published import PublishedModule
from review.outcomes import Reported
from review.states import State

MOST_SHOWN = 8
NOTHING = (
    "Nothing is published for your work yet. Ask me how a task is done: I look it up in the SOPs."
)
NOT_IN_USE = "I do not have that in use, so there is nothing to show or to report. Ask me anew."
UNKNOWN = "I do not know you yet, so I cannot keep that. Ask your admin to add you."
WORDS_MISSING = "Write what is wrong into the field, then press Report. Nothing was reported."
ALREADY_REPORTED = (
    "You have reported this already, and its reviewers have your words. You will hear what becomes"
    " of it."
)


def not_in_use_words(state: State | None) -> str:
    """Why something published once cannot be shown; `state` is the module's, None for no module."""
    match state:
        case "flagged":
            return (
                "That is out of use: its source has changed, and no revision of it is published yet."
                " Ask me anew: I look it up in the SOPs as they stand now."
            )
        case "suspended":
            return (
                "That is out of use: somebody says that it is wrong, and its reviewers have not"
                " decided yet. Ask me anew: I look it up in the SOPs."
            )
        case "superseded":
            return "That is out of use: a newer one has taken its place. Ask me anew to see it."
        case "withdrawn":
            return "That is out of use: it was withdrawn. Ask me anew: I look it up in the SOPs."
        case _:
            return NOT_IN_USE


def list_card(modules: Sequence[PublishedModule], words: str = "") -> Card:
    """What is published for somebody, each with a button that shows it.

    `words` narrows it down to what has them in its title, role or competency.
    """
    if not modules:
        return Card(NOTHING, (Text(NOTHING),))
    wanted = [one for one in modules if _fits(one, words)]
    if not wanted:
        said = f"Nothing that is published for your work is about “{words}”. Write `modules` alone."
        return Card(said.replace("`", ""), (Text(literal(said).replace("\\`", "`")),))
    blocks: list[Block] = [
        Heading("Published for your work", counted(len(wanted), "module")),
        *(block for one in wanted[:MOST_SHOWN] for block in _entry(one)),
    ]
    more = len(wanted) - MOST_SHOWN
    if more > 0:
        blocks.append(
            Note(f"And {more:,} more. Write `modules` and a word of the title, or ask me.")
        )
    return Card("What is published for your work", tuple(blocks))


def _fits(module: PublishedModule, words: str) -> bool:
    said = f"{module.title} {module.competency} {module.role}".casefold().replace("-", " ")
    return all(word in said for word in words.casefold().replace("-", " ").split())


def _entry(module: PublishedModule) -> Iterator[Block]:
    title = literal(named(module.kind, module.title))
    yield Text(f"**{title}** · for {literal(role_words(module.role))}s")
    yield Buttons((Button("Show", "module.show", f"module:{module.module_id}"),))


def report_field(module_id: int) -> str:
    """The field in which somebody says what is wrong with a module."""
    return f"wrong:m{module_id}"


def report_card(module: PublishedModule, *, may_withdraw: bool = False) -> Card:
    """Ask what is wrong; the owner of a cited SOP and its reviewers may take it out at once."""
    title = named(module.kind, module.title)
    said = f"What is wrong in {title}?"
    hint = "Say what it should say, and how you know."
    return Card(
        said,
        (
            Heading(title),
            Field(report_field(module.module_id), "What is wrong?", "long_text", hint=hint),
            Buttons(tuple(_report_buttons(f"module:{module.module_id}", may_withdraw))),
            Note("Its reviewers read your words and your name, and you hear what becomes of it."),
        ),
    )


def _report_buttons(subject: str, may_withdraw: bool) -> Iterator[Button]:
    yield Button("Report", "module.report", subject, "primary")
    if may_withdraw:
        ask = "Take it out of use at once?"
        yield Button("Withdraw it", "module.withdraw", subject, "danger", ask)


def thanks_words(reported: Reported) -> str:
    """Said to whoever reported."""
    if reported.suspended:
        return (
            "Thank you. It is out of use until its reviewers have looked at it; you will hear what"
            " becomes of it."
        )
    return "Thank you. Its reviewers have your words, and you will hear what becomes of it."


def reason_field(module_id: int) -> str:
    """The field in which a reviewer says why what was reported is right, or is withdrawn."""
    return f"reason:m{module_id}"


def reported_card(module_id: int, title: str, name: str, text: str, became: str = "") -> Card:
    """Shown where the reviewers are. `became`: what was decided; then nothing is left to press."""
    said, after = f"{name} says that {title} is wrong: “{text}”", became or "It is still in use."
    words = (Text(literal(said)), Text(literal(after)))
    if became:
        return Card(f"{said} {after}", words)
    subject, ask = f"module:{module_id}", "Take it out of use at once?"
    hint = "Why it is right as it stands, or why it is withdrawn"
    return Card(
        f"{said} {after}",
        (
            *words,
            Field(reason_field(module_id), "Reason", "long_text", hint=hint),
            Buttons(
                (
                    Button("It is right", "module.right", subject, "primary"),
                    Button("Withdraw it", "module.withdraw", subject, "danger", ask),
                )
            ),
        ),
    )
