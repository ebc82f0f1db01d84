"""Decides how the library speaks: the list of documents, what settles one, what a change sets off."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import assert_never

from handlers.remedies import remedy, same_version
from handlers.services import Connection, Later
from handlers.set_off import SetOff, set_off_lines
from handlers.wording import STATUS_WORDS, columns, listed
from indexing.decisions import (
    Ambiguous,
    CanonicalChosen,
    Choice,
    Conflict,
    ConflictLifted,
    ConflictMarked,
    DocumentValidated,
    HasNoDuplicate,
    IsDuplicate,
    IsWithdrawn,
    NoSuchDocument,
    NotAnSme,
    NothingToValidate,
    NotYetValid,
    SameDocument,
    Validation,
    mark_conflict,
    set_canonical,
    validate_document,
)
from indexing.listing import list_documents, reported
from indexing.problems import Problem
from indexing.staff import Staff, Unheld, unheld
from indexing.store.decisions import Listed
from learning.nouns import Person
from review.flags import flag_modules, moved_drafts, warn_of

_MOST_NAMED = 3


def reindexed(count: int, embeddings: str) -> str:
    """Say that every passage has a vector of the configured model now."""
    return f"{count} passages have new embeddings ({embeddings}). Questions use them from now on."


# The list of documents


async def documents(
    conn: Connection,
    today: date,
    source: str | None = None,
    status: str | None = None,
    *,
    waiting: bool = False,
) -> list[Listed]:
    """Return the indexed documents as they stand on that day; `waiting`: those that wait alone."""
    rows = await list_documents(conn, today, source, status)
    return [row for row in rows if _waits(row)] if waiting else rows


def _waits(row: Listed) -> bool:
    """Whether a text of the document waits for an SME: its first one, or one newer than in force."""
    return row.waiting or row.status == "unvalidated"


def staff_of(people: Sequence[Person]) -> Staff | None:
    """Return whom documents can name; None while nobody was imported, when there is no telling."""
    if not people:
        return None
    roles = {role for person in people if person.active for role in person.roles}
    return Staff(frozenset(person.email for person in people), frozenset(roles))


def _unheld(rows: Sequence[Listed], staff: Staff | None) -> list[str]:
    """What these documents name that nobody of the staff has, a sentence or two each."""
    named: dict[Unheld, list[str]] = {}
    for row in rows:
        if staff is None or row.status == "withdrawn":
            continue
        for each in unheld(row.roles, row.audience, row.owner, staff):
            named.setdefault(each, []).append(f"{row.source}:{row.uri}")
    return [
        remedy(Problem(each.code, each.field, _first(names), value=each.name, hint=each.meant))
        for each, names in named.items()
    ]


def _first(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return listed([*names[:_MOST_NAMED], f"{more} more"] if more > 0 else names)


def documents_json(
    rows: Sequence[Listed], staff: Staff | None = None
) -> list[dict[str, str | bool | None]]:
    """Return one object a document; `next_review` is an ISO date or null.

    `waiting` says that a text of it, the first or a newer one, waits for an SME to validate it.
    `status` is one of five: a document whose owner has left is reported as `unvalidated`, since
    nobody who is still here stands behind it. `warning` says which roles and e-mails it names that
    nobody of the `staff` has; '' where there are none.
    """
    return [
        {
            "uri": row.uri,
            "source": row.source,
            "title": row.title,
            "status": reported(row.status),
            "version": row.version,
            "owner": row.owner,
            "next_review": row.next_review.isoformat() if row.next_review else None,
            "waiting": _waits(row),
            "warning": " ".join(_unheld([row], staff)),
        }
        for row in rows
    ]


def documents_table(
    rows: Sequence[Listed], staff: Staff | None = None, *, waiting: bool = False
) -> str:
    """Return the list for people, then what nobody of the `staff` has of what documents name.

    `waiting`: of those documents alone that wait for an SME.
    """
    if waiting and not rows:
        return "No text waits for a validation."
    if not rows:
        return "No documents. Put a folder in with: jobaid index PATH"
    lines = columns(
        ("DOCUMENT", "STATUS", "VERSION", "OWNER", "NEXT REVIEW", "TITLE"),
        (
            (
                f"{row.source}:{row.uri}",
                STATUS_WORDS[row.status] + (", newer text waits" if row.waiting else ""),
                row.version,
                row.owner,
                row.next_review.isoformat() if row.next_review else "-",
                row.title,
            )
            for row in rows
        ),
    )
    warnings = [f"Warning: {said}" for said in _unheld(rows, staff)]
    return "\n".join([*lines, *([""] if warnings else []), *warnings])


# What a changed document sets off


async def on_revised(
    conn: Connection, later: Later, document_ids: Collection[int], now: datetime
) -> SetOff:
    """Flag the modules that rest on what these documents no longer say; people are told afterwards.

    The cards of drafts before their reviewers that may not be approved for it are to say so.
    In the transaction that changed the documents. Of a text that still waits for its validation
    people are only warned, once.
    """
    flagged = await flag_modules(conn, document_ids, now)
    moved = await moved_drafts(conn, document_ids, now.date())
    warned = await warn_of(conn, document_ids)
    for flag in flagged:
        await later.defer("flagged", str(flag.flag_id))
    for module_id in moved:
        await later.defer("moved", str(module_id))
    for each in warned:
        subject = f"{each.module_id}.{each.document_id}.{each.revision_id}"
        await later.defer("warned", subject)
    return SetOff(
        tuple(flag.module_id for flag in flagged),
        tuple(each.module_id for each in warned),
        moved,
    )


# What settles a document


async def on_act(
    conn: Connection,
    later: Later,
    act: str,
    uris: Sequence[str],
    lift: bool,
    person: Person | None,
    email: str,
    now: datetime,
) -> tuple[bool, str]:
    """Validate, choose the canonical one, or mark a conflict, as `person` from the shell.

    `act` is `validate`, `canonical` or `conflict`. Return whether it was done, and what to say.
    """
    if person is None or not person.active:
        return False, (
            f"{email} is not among the people, or has left. Name somebody who is, or import the"
            " file again: jobaid people import FILE.yaml"
        )

    set_off: list[SetOff] = []

    async def revised(document_ids: Collection[int]) -> None:
        set_off.append(await on_revised(conn, later, document_ids, now))

    match act:
        case "validate":
            validated = await validate_document(
                conn, uris[0], person.email, person.seats, now, now.date(), revised
            )
            said = [_validation(validated), *await set_off_lines(conn, set_off)]
            return isinstance(validated, DocumentValidated), "\n".join(said)
        case "canonical":
            chosen = await set_canonical(conn, uris[0], person.email, revised)
            said = [_choice(chosen), *await set_off_lines(conn, set_off)]
            return isinstance(chosen, CanonicalChosen), "\n".join(said)
        case _:
            settled = await mark_conflict(conn, uris[0], uris[1], person.email, now, lift=lift)
            done = isinstance(settled, ConflictMarked) or (
                isinstance(settled, ConflictLifted) and settled.lifted
            )
            return done, _conflict(settled)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _unfound(result: NoSuchDocument | Ambiguous) -> str:
    match result:
        case NoSuchDocument(uri):
            return f"No document is known as {uri}. See them all with: jobaid documents"
        case Ambiguous(uri, candidates):
            return f"{uri} can mean several documents. Say which: {', '.join(candidates)}."
        case _:
            assert_never(result)


def _validation(result: Validation) -> str:
    match result:
        case DocumentValidated(_, title, version, next_review, renewed, same_as):
            again = " again" if renewed else ""
            old = same_version(f"{version} of {same_as.isoformat()}") if same_as else ""
            return (
                f"{title}, version {version}, is validated{again}. It may be answered from until"
                f" {_day(next_review)}." + (f"\nWarning: {old}" if old else "")
            )
        case NothingToValidate(name, next_review):
            return (
                f"{name} has no text that waits for a validation. Its next review is due on"
                f" {_day(next_review)}."
            )
        case NotYetValid(name, version_on):
            return (
                f"{name} begins on {_day(version_on)}, and a validation given before holds for an"
                " earlier version. Validate it then, or correct version_on."
            )
        case IsDuplicate(name, original, settled):
            if settled:
                return f"{name} was left out in favour of {original}. Validate that one."
            return (
                f"{name} has the same text as {original}. Say first which counts:"
                " jobaid documents canonical URI --as EMAIL"
            )
        case IsWithdrawn(name):
            return _withdrawn(name)
        case NotAnSme(email):
            return (
                f"Only a subject-matter expert can validate, and {email} has no such seat. Ask"
                " one, or give the seat (sme:DOMAIN) in the people file and import it again."
            )
        case NoSuchDocument() | Ambiguous():
            return _unfound(result)
        case _:
            assert_never(result)


def _withdrawn(name: str) -> str:
    return f"{name} is withdrawn: its file is gone. Put it back and run: jobaid index PATH"


def _choice(result: Choice) -> str:
    match result:
        case CanonicalChosen(name, others, waiting):
            wait = " It still waits for a validation: jobaid documents validate." if waiting else ""
            return f"{name} counts from now on; {', '.join(others)} is left out.{wait}"
        case HasNoDuplicate(name):
            return f"No other document has the same text as {name}, so there is nothing to choose."
        case IsWithdrawn(name):
            return _withdrawn(name)
        case NoSuchDocument() | Ambiguous():
            return _unfound(result)
        case _:
            assert_never(result)


def _conflict(result: Conflict) -> str:
    match result:
        case ConflictMarked((one, other), new):
            if not new:
                return f"{one} and {other} were marked as a conflict before. Both stay out."
            return (
                f"{one} and {other} disagree, so neither is answered from. When it is settled:"
                " jobaid documents conflict URI URI --lift --as EMAIL"
            )
        case ConflictLifted((one, other), lifted):
            if not lifted:
                return f"{one} and {other} are not marked as a conflict, so nothing has changed."
            return f"The conflict of {one} and {other} is lifted."
        case SameDocument(name):
            return f"A conflict takes two documents; both times you named {name}."
        case NoSuchDocument() | Ambiguous():
            return _unfound(result)
        case _:
            assert_never(result)
