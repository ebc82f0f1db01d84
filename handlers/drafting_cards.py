"""Decides how drafting speaks: what is asked for, what is missing, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from analytics.nouns import Gap
from handlers.cards import Button, Buttons, Card, Field, Heading, Note, Text, literal
from handlers.drafting_ends_cards import stop_button
from handlers.module_blocks import KINDS
from handlers.review_view import ReviewView
from handlers.review_words import seat_words, title_of
from handlers.services import Connection
from handlers.wording import LABEL, listed, shortened
from indexing.nouns import SopText
from learning.competencies import Competency
from learning.modules import ModuleKind
from learning.store import fetch_seat_holders
from review.nouns import Module, NothingToDraftFrom, Seat

NOT_YOURS = (
    "Drafts are asked for by L&D and by the SMEs of the domain. Your admin can give you a seat."
)
CONTEXT_MISSING = (
    "Say in a few words where the module is used (“at the till, with the customer waiting”), then"
    " ask again. Nothing was drafted."
)
_ANY = "Any that fits"
_NOTHING = {
    "no_sop": "no approved SOP serves this competency today",
    "no_steps": "none of its SOPs has numbered steps",
    "no_thresholds": "none of its SOPs names an amount, a time or a limit to ask about",
    "too_few_clauses": "its SOPs hold too few clauses for it",
    "too_long": "the essentials do not fit its length",
    "no_such_part": "the competency has no such sub-competency",
}


def request_card(gap: Gap, competency: Competency, sops: Sequence[SopText]) -> Card:
    """Asks what is to be drafted for a gap, and from what."""
    kinds = tuple(KINDS[kind] for kind in get_args(ModuleKind))
    blocks: list[Heading | Text | Field | Note | Buttons] = [
        Heading("Draft a module", f"gap: {gap.priority}"),
        Text(literal(competency.statement)),
        Field("kind", "Kind", "choice", kinds, kinds[0]),
    ]
    if competency.parts:
        parts = (_ANY, *(_part_label(part.id, part.statement) for part in competency.parts))
        blocks.append(Field("part", "Sub-competency", "choice", parts, _ANY))
    if len(sops) > 1:
        sources = (_ANY, *(_source_label(sop) for sop in sops))
        blocks.append(Field("source", "SOP", "choice", sources, _ANY))
    blocks.append(
        Field("context", "Where it is used", "text", hint="At the till, with the customer waiting")
    )
    if not sops:
        blocks.append(Note(literal(no_sop_words(competency.id, "")), "warning"))
    blocks.append(Buttons((Button("Draft it", "draft.start", f"gap:{gap.id}", "primary"),)))
    return Card("Draft a module", tuple(blocks))


def kind_of(label: str) -> str:
    """The kind a choice stands for; a kind's own id is taken too."""
    return next((kind for kind, name in KINDS.items() if label in (name, kind)), label)


def part_of_label(competency: Competency | None, label: str) -> str:
    """The sub-competency a choice stands for; empty for none."""
    if competency is None or label in ("", _ANY):
        return ""
    parts = competency.parts
    return next((p.id for p in parts if label in (p.id, _part_label(p.id, p.statement))), label)


def source_of_label(sops: Sequence[SopText], label: str) -> str:
    """The `SOURCE:path` a choice stands for; empty for any."""
    if label in ("", _ANY):
        return ""
    found = (sop for sop in sops if label in (_source_label(sop), f"{sop.source}:{sop.uri}"))
    return next((f"{sop.source}:{sop.uri}" for sop in found), label)


def _part_label(part: str, statement: str) -> str:
    return _labelled(statement, part)


def _source_label(sop: SopText) -> str:
    return _labelled(sop.title, f"{sop.source}:{sop.uri}")


def _labelled(words: str, identity: str) -> str:
    """A choice in words, with the id that keeps it apart from every other."""
    return f"{shortened(words, max(20, LABEL - len(identity) - 3))} ({identity})"


# What is missing


async def no_reviewers_words(conn: Connection, seats: Sequence[Seat], domain: str) -> str:
    """Nobody could approve it: which seats are empty, and who can fill them."""
    admins = [who.name for who in await fetch_seat_holders(conn, "admin")]
    missing = listed(seat_words(seat, domain) for seat in seats)
    ask = listed(admins, "or") if admins else "your admin"
    return (
        f"Nobody besides you could approve it as {missing}, so nothing was drafted."
        f" Ask {ask} to give somebody the seat."
    )


def no_gap_words(gap: str) -> str:
    """The gap is not known."""
    named = f"There is no gap “{gap}”." if gap.strip() else "No gap is named."
    return f"{named} Content is only drafted for a named gap: write `gaps` for those there are."


def gap_not_active_words(gap: Gap) -> str:
    """The gap is known and not worked on."""
    return (
        f"The gap {gap.id} is {gap.state}, and content is drafted for active gaps only."
        " L&D activates it: write `gaps`."
    )


def kind_words(kind: str) -> str:
    """The kind is not known, or not named."""
    known = listed(sorted(KINDS), "or")
    return f"Say what kind to draft: {known}. “{kind}” is none of them."


def role_words(role: str, gap: Gap) -> str:
    """The role is not the gap's."""
    named = f"“{role}” is not its role" if role.strip() else "the role is missing"
    return f"The gap {gap.id} is one of the role {gap.role}; {named}. Nothing was drafted."


def not_validated_words(competency: Competency) -> str:
    """Nobody has validated the competency."""
    return (
        f"Nobody has validated the competency {competency.id}. Have an SME validate it"
        " (validated_by and validated_on in competencies.yaml, then `jobaid competencies import`)."
    )


def part_words(part: str, competency: Competency) -> str:
    """The sub-competency is not one of the competency's."""
    known = listed((each.id for each in competency.parts), "or") or "it has none"
    return f"{competency.id} has no sub-competency “{part}”: {known}."


def conflict_words(pairs: Sequence[tuple[str, str, str, str]]) -> str:
    """SOPs contradict each other; nothing is drafted until somebody has settled which holds."""
    said = "; ".join(f"{title} ({uri}) and {other} ({with_})" for uri, title, with_, other in pairs)
    return (
        f"SOPs of this competency contradict each other: {said}. Nothing is drafted until their"
        " owners have settled which one holds (`jobaid documents conflict … --lift`)."
    )


def no_sop_words(competency: str, source: str) -> str:
    """Nothing may be drafted from."""
    none = f"{source} does not serve" if source else "No approved SOP serves"
    return (
        f"{none} the competency {competency} today. Have one validated, or name the competency in"
        f" its governance (competencies: [{competency}])."
    )


# What came of it


def started_words(module: Module) -> str:
    """The request is taken."""
    return (
        f"{KINDS[module.kind]} asked for (module {module.id}). I draft it now and tell you when its"
        " reviewers have it."
    )


def nothing_words(module: Module, nothing: NothingToDraftFrom) -> str:
    """Nothing could be drafted."""
    why = undrafted_words((nothing.why, *nothing.documents))
    return f"I could not draft the {KINDS[module.kind].lower()} (module {module.id}): {why}"


def undrafted_words(why: Sequence[str]) -> str:
    """Why nothing could be drafted and what to do, of its code and the documents looked at."""
    code, documents = why[0], why[1:]
    looked = f" I looked at {listed(documents)}." if documents else ""
    return f"{_NOTHING[code]}.{looked} Name another SOP or another kind."


def progress_words(module: Module, made: int, pieces: int) -> str:
    """How far a draft is."""
    return f"Drafting {KINDS[module.kind].lower()} (module {module.id}): {made} of {pieces} pieces."


def progress_card(module: Module, made: int, pieces: int) -> Card:
    """How far a draft is, for whoever asked for it, who can stop it."""
    said = progress_words(module, made, pieces)
    note = "Each piece is checked against its SOP. I tell you when its reviewers have it."
    return Card(said, (Text(said), Note(note), Buttons((stop_button(module),))))


def progressed_words(module: Module, made: int, pieces: int) -> str:
    """What the same card says at the end."""
    return f"{KINDS[module.kind]} (module {module.id}): {made} of {pieces} pieces drafted."


def drafted_words(view: ReviewView, unchanged: bool, left_out: Sequence[str] = ()) -> str:
    """The draft is with its reviewers. `left_out` tells why a revision changed nothing."""
    title = title_of(view.module, view.stored.title)
    if unchanged:
        return f"{title} is with its reviewers again, word for word as before: {_same(left_out)}"
    blocked = (
        " A check found something to solve before anybody can approve it; the card says what."
        if view.stored.checks.blocked
        else ""
    )
    return f"{title} is with its reviewers (module {view.module.id}).{blocked}"


def _same(left_out: Sequence[str]) -> str:
    """Why nothing changed, and what to do about it."""
    names = {code.partition(":")[0] for code in left_out}
    if "unclear" in names:
        return (
            "I could not tell which part the comment means. Name it (“question 3”, “case 2”), or"
            " edit the section."
        )
    if "model_failed" in names:
        return (
            "the language model could not be asked. Request the change again, or edit the section."
        )
    if "kept" in names:
        return "what the language model wrote failed the checks. Edit the section, or say it otherwise."
    if "guide_kept" in names:
        return "a guide takes the SOP's own words only. Edit the section, or change the SOP."
    return (
        "without a language model I only take the SOP's own words. Edit the section, or change the"
        " SOP."
    )
