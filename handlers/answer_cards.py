"""Decides how an answer, a refusal and a greeting read, with the validated words themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers import answer_lines
from handlers.cards import (
    Block,
    Button,
    Buttons,
    Card,
    Heading,
    Note,
    Sources,
    Steps,
    Text,
    literal,
    plain,
)
from handlers.module_blocks import named
from handlers.module_buttons import answer_module_buttons
from handlers.wording import day, heading_of, listed, section_beside, source_detail
from indexing.nouns import (
    Answered,
    Begun,
    Blocked,
    NamedDocument,
    NotCovered,
    Worded,
    WrittenAnswer,
)

Names = Mapping[str, str]
"""E-mail to the name people know; an e-mail that is not in it is shown as it is."""

QUOTED = "Quoted from the SOP."
_QUOTED = {"sop": QUOTED, "aid": "Quoted from the job aid.", "guide": "Quoted from the guide."}
_QUOTED_SEVERAL = "Quoted from the SOPs and from what was published from them."
WRITTEN = "Written by AI from these SOPs; they decide."
WRITING_UNAVAILABLE = "Writing is unavailable just now, so here is the SOP itself."
ENOUGH_WRITTEN = "You have had this hour's written answers, so here is the SOP itself."


def note_of(answered: Answered | WrittenAnswer) -> str:
    """How an answer came about, where nothing else is to be said of it."""
    if isinstance(answered, WrittenAnswer):
        return WRITTEN
    quoted = (answered.cited[quote.number - 1] for quote in answered.quotes)
    kinds = {passage.module.kind if passage.module else "sop" for passage in quoted}
    return _QUOTED[kinds.pop()] if len(kinds) == 1 else _QUOTED_SEVERAL


def answered_card(
    answered: Answered | WrittenAnswer,
    names: Names,
    answer_id: int | None,
    helpful: bool | None = None,
    note: str = "",
    guide: int | None = None,
) -> Card:
    """The words that fit, each with its source. `helpful` draws that press as made.

    `note` says how the answer came about, where that is not the usual way; `guide` is the module
    that tells the same section step by step.
    """
    blocks: list[Block] = [Heading(heading_of(answered.cited[0].title, answered.heading))]
    blocks += answer_lines.blocks(answered)
    blocks.append(Sources(answer_lines.sources(answered, names)))
    if answered.written_for:
        roles = listed(role.replace("-", " ") + "s" for role in answered.written_for)
        blocks.append(Note(literal(f"Written for {roles}; nothing for your role covers this.")))
    blocks.append(Note(note or note_of(answered)))
    if answer_id is not None:
        of_module = tuple(answer_module_buttons(answered, f"answer:{answer_id}", guide))
        blocks += [Buttons(of_module)] if of_module else []
        blocks.append(answer_buttons(f"answer:{answer_id}", helpful))
    heading = heading_of(answered.cited[0].title, answered.heading)
    summary = f"{heading}: {plain(answer_lines.first_line(answered))}"
    return Card(summary, tuple(blocks), written=isinstance(answered, WrittenAnswer))


def answer_buttons(subject: str, helpful: bool | None) -> Buttons:
    """What everybody can press under an answer; `helpful` draws that press as made."""
    yes, no = helpful is True, helpful is False
    return Buttons(
        (
            Button("Helpful", "answer.helpful", subject, "quiet", pressed=yes),
            Button("Not helpful", "answer.not_helpful", subject, "quiet", pressed=no),
            Button("Show source", "answer.source", subject),
        )
    )


def answered_text(answered: Answered | WrittenAnswer, names: Names, note: str = "") -> str:
    """The same answer as plain text: what is stored, and what the command line prints."""
    lines = [heading_of(answered.cited[0].title, answered.heading)]
    for block in answer_lines.blocks(answered):
        match block:
            case Steps(items, start):
                lines += [f"{start + at}. {plain(item)}" for at, item in enumerate(items)]
            case Text(markdown) | Note(markdown):
                lines.append(plain(markdown))
            case _:
                raise AssertionError(block)
    lines += [
        f"[{source.number}] {source.title}{source_detail(source)}"
        for source in answer_lines.sources(answered, names)
    ]
    return "\n".join([*lines, note or note_of(answered)])


def piece_of(written: Begun | Worded) -> Block:
    """A piece of an answer that is being written: its heading, then its sentences and steps."""
    if isinstance(written, Begun):
        return Heading(heading_of(written.passage.title, written.passage.section))
    return answer_lines.block(written)


def not_covered_text(refusal: NotCovered, names: Names, manager: str = "") -> str:
    """An honest refusal: the nearest documents and whom to ask; `manager` is the asker's, by name."""
    said = "No approved SOP covers this."
    if refusal.nearest:
        beside = any(document.module for document in refusal.nearest)
        said += f" Closest: {listed(_named(one, beside) for one in refusal.nearest)}."
    if refusal.owner:
        about = literal(_name(refusal.nearest[0]))
        said += f" Ask {literal(names.get(refusal.owner, refusal.owner))}, who owns {about}."
    else:
        whom = f"{literal(manager)}, your manager," if manager else "your manager"
        said += f" Ask {whom} or L&D, so that it can be written down."
    return said


def _named(document: NamedDocument, beside_modules: bool) -> str:
    """A document in a list; an SOP says that it is one where a module may have the same title."""
    title = f"*{literal(_name(document))}*"
    if beside_modules and not document.module:
        title = f"the SOP {title}"
    beside = section_beside(document.title, document.section)
    return f"{title} ({literal(beside)})" if beside else title


def _name(document: NamedDocument) -> str:
    return named(document.module, document.title) if document.module else document.title


def not_covered_card(refusal: NotCovered, names: Names, manager: str = "") -> Card:
    """See `not_covered_text`."""
    said = not_covered_text(refusal, names, manager)
    first, _, rest = said.partition(".")
    return Card(plain(said), (Text(f"**{first}.**{rest}"),))


def blocked_text(blocked: Blocked, names: Names, told: bool) -> str:
    """Names the fitting document, the reason and the owner; never what it says."""
    owner = literal(names.get(blocked.document.owner, blocked.document.owner))
    said = (
        f"I have an SOP on this, *{literal(blocked.document.title)}*, but"
        f" {because(blocked, 'it')}, so I may not answer from it."
    )
    if blocked.reason == "owner_gone":
        said += " Ask your manager or L&D who takes it over."
    else:
        said += (
            f" I have told its owner, {owner}." if told else f" Its owner is {owner}: ask there."
        )
    if blocked.urgent:
        said += f" **If this is urgent, {_reach(blocked.urgent)}.**"
    return said


def _reach(urgent: str) -> str:
    """What to do about something urgent: governance gives a place to reach, or says how already."""
    first, *rest = urgent.rstrip(".").split(maxsplit=1) or [""]
    if first.lower() in ("call", "dial", "phone", "ring"):
        return literal(" ".join([first.lower(), *rest]))
    return f"call {literal(urgent.rstrip('.'))}"


def blocked_card(blocked: Blocked, names: Names, told: bool) -> Card:
    """See `blocked_text`."""
    said = blocked_text(blocked, names, told)
    return Card(plain(said), (Text(said),))


def because(blocked: Blocked, it: str) -> str:
    """Why a document may not be answered from, as the end of a sentence; `it` names it."""
    match blocked.reason:
        case "expired":
            on = f" on {day(blocked.since)}" if blocked.since else ""
            return f"its review ran out{on}"
        case "unvalidated":
            return f"nobody has validated {it} yet"
        case "withdrawn":
            return f"{it} has been withdrawn"
        case "conflict":
            return f"{it} contradicts another SOP and that is not settled yet"
        case "owner_gone":
            return "its owner has left and nobody answers for it"


def elsewhere_card() -> Card:
    """Said in a channel when the answer is not for everyone there."""
    said = "The SOP on this is not for everyone here, so I have answered you in a direct message."
    return Card(said, (Text(said),))


def help_card(greeting: str = "", commands: Sequence[str] = ("modules",)) -> Card:
    """What I do, in one short card; `commands` are the words that its reader can write besides."""
    said = (
        "Ask me how a task is done. I answer from SOPs that somebody owns and has validated, with"
        " the source, or say that none covers it and whom to ask."
    )
    said = f"{greeting} {said}".strip()
    words = listed(f"`{command}` {_COMMANDS[command]}" for command in commands)
    return Card(said, (Text(said), Text(f"Write {words}.")))


_COMMANDS = {
    "modules": "for the guides and job aids in use",
    "gaps": "for where people are not there yet",
    "seats": "for who reviews, and to change that",
}


def said_card(said: str) -> Card:
    """One plain sentence or two."""
    return Card(said, (Text(literal(said)),))
