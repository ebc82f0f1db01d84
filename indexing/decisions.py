"""Decides what people may settle about documents: validation, the canonical one, conflicts.

Each act is one transaction of the caller's, loads what it is about again, and leaves an audit row.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from indexing import audit
from indexing.revisions import Revised, copied, retire
from indexing.store import decisions as store
from indexing.store import documents as document_store
from indexing.store.decisions import Place
from indexing.store.documents import Connection
from indexing.validation import Stored, keeps_its_version


@dataclass(frozen=True, slots=True)
class NoSuchDocument:
    """No document is known by this uri."""

    uri: str


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several documents are known by this uri; `candidates` name each (`SOURCE:path`)."""

    uri: str
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotAnSme:
    """Validating takes an SME seat, and this person has none."""

    email: str


@dataclass(frozen=True, slots=True)
class IsWithdrawn:
    """The document is withdrawn: there is nothing to validate."""

    name: str


@dataclass(frozen=True, slots=True)
class IsDuplicate:
    """The same text stands in `original`; which one counts has to be said first, or was."""

    name: str
    original: str
    settled: bool


@dataclass(frozen=True, slots=True)
class NotYetValid:
    """The version starts on a later day; a validation given before then would hold for none."""

    name: str
    version_on: date


@dataclass(frozen=True, slots=True)
class NothingToValidate:
    """What the document says is validated, and its review is not due before `next_review`."""

    name: str
    next_review: date


@dataclass(frozen=True, slots=True)
class DocumentValidated:
    """The newest text is in force until `next_review`. `renewed`: it was, and had expired.

    `same_as` is the version date that it has in common with the different text it replaces.
    """

    name: str
    title: str
    version: str
    next_review: date
    renewed: bool
    same_as: date | None = None


@dataclass(frozen=True, slots=True)
class HasNoDuplicate:
    """No other document has this text."""

    name: str


@dataclass(frozen=True, slots=True)
class CanonicalChosen:
    """`name` counts; `others` are withdrawn in its favour. `waiting`: it still needs a validation."""

    name: str
    others: tuple[str, ...]
    waiting: bool


@dataclass(frozen=True, slots=True)
class SameDocument:
    """A document cannot disagree with itself."""

    name: str


@dataclass(frozen=True, slots=True)
class ConflictMarked:
    """Both are out until the conflict is lifted. `new` is false when it was marked before."""

    names: tuple[str, str]
    new: bool


@dataclass(frozen=True, slots=True)
class ConflictLifted:
    """The two no longer stand in each other's way. `lifted` is false when they did not."""

    names: tuple[str, str]
    lifted: bool


Unfound = NoSuchDocument | Ambiguous
Validation = (
    DocumentValidated
    | NothingToValidate
    | NotYetValid
    | IsDuplicate
    | IsWithdrawn
    | NotAnSme
    | Unfound
)
Choice = CanonicalChosen | HasNoDuplicate | IsWithdrawn | Unfound
Conflict = ConflictMarked | ConflictLifted | SameDocument | Unfound


async def validate_document(
    conn: Connection,
    uri: str,
    email: str,
    seats: Collection[str],
    now: datetime,
    today: date,
    revised: Revised | None = None,
) -> Validation:
    """Bring the newest text of a document into force, on the word of a subject-matter expert.

    Where no newer text waits and the one in force has expired, the same text is validated anew.
    """
    place = await _find(conn, uri)
    if not isinstance(place, Place):
        return place
    if not any(seat.startswith("sme:") for seat in seats):
        return NotAnSme(email)
    stored = await _load(conn, place)
    newest = stored.newest
    if stored.withdrawn:
        return IsWithdrawn(place.name)
    if stored.duplicate_of is not None:
        original = await store.fetch_place(conn, stored.duplicate_of)
        return IsDuplicate(place.name, original.name, stored.duplicate_settled)
    if newest.governance.version_on > today:
        return NotYetValid(place.name, newest.governance.version_on)
    renewed = newest.governance.validated_on is not None
    if renewed:
        expires_on = await store.fetch_expiry(conn, place.document_id)
        if expires_on is not None and expires_on >= today:
            return NothingToValidate(place.name, expires_on)
        revision_id = await copied(
            conn, place.document_id, newest.id, now, validated=(email, today)
        )
        await document_store.mark_newest(conn, place.document_id, revision_id)
    else:
        revision_id = newest.id
        await store.mark_validated(conn, revision_id, email, today)
    await document_store.mark_in_force(conn, place.document_id, revision_id)
    await retire(conn, stored, {revision_id})
    if revised is not None:
        await revised([place.document_id])
    detail = {"version": newest.governance.version, "revision": revision_id, "renewed": renewed}
    await audit.record(conn, email, "document.validated", place.name, detail)
    next_review = today + newest.governance.review_every
    governance = newest.governance
    kept = keeps_its_version(stored, newest.content, governance)
    same_as = governance.version_on if kept else None
    return DocumentValidated(
        place.name, governance.title, governance.version, next_review, renewed, same_as
    )


async def set_canonical(
    conn: Connection, uri: str, by: str, revised: Revised | None = None
) -> Choice:
    """Say which of several documents with the same text counts; the others are withdrawn.

    The chosen one takes over a validation that was given for the very same title and text.
    """
    place = await _find(conn, uri)
    if not isinstance(place, Place):
        return place
    chosen = await _load(conn, place)
    if chosen.withdrawn:
        return IsWithdrawn(place.name)
    original_id = chosen.duplicate_of or place.document_id
    losers = [
        other
        for other in await store.fetch_duplicates(conn, original_id)
        if other.document_id != place.document_id
    ]
    waiting = chosen.in_force is None
    if original_id != place.document_id:
        original = await store.fetch_place(conn, original_id)
        losers.insert(0, original)
        await document_store.mark_duplicate(conn, place.document_id, None, settled=False)
        waiting = await _promote(conn, chosen, await _load(conn, original))
    if not losers:
        return HasNoDuplicate(place.name)
    for loser in losers:
        await document_store.mark_duplicate(
            conn, loser.document_id, place.document_id, settled=True
        )
    if revised is not None:
        await revised([place.document_id, *(loser.document_id for loser in losers)])
    others = tuple(loser.name for loser in losers)
    await audit.record(conn, by, "document.canonical", place.name, {"over": list(others)})
    return CanonicalChosen(place.name, others, waiting)


async def _promote(conn: Connection, chosen: Stored, original: Stored) -> bool:
    """Bring the chosen one's newest text into force if it is validated; say whether it waits."""
    newest, held = chosen.newest, original.in_force
    if newest.governance.validated_on is None:
        if held is None or held.content != newest.content:
            return True
        validation = held.governance
        assert validation.validated_on is not None  # it is in force
        await store.mark_validated(
            conn, newest.id, validation.validated_by, validation.validated_on
        )
    await document_store.mark_in_force(conn, chosen.document_id, newest.id)
    await retire(conn, chosen, {newest.id})
    return False


async def mark_conflict(
    conn: Connection, uri: str, other: str, by: str, now: datetime, *, lift: bool = False
) -> Conflict:
    """Take two documents that disagree out of every answer, or let them back in."""
    one, two = await _find(conn, uri), await _find(conn, other)
    if not isinstance(one, Place):
        return one
    if not isinstance(two, Place):
        return two
    if one == two:
        return SameDocument(one.name)
    names = (one.name, two.name)
    if lift:
        done = await store.delete_conflict(conn, one.document_id, two.document_id)
    else:
        done = await store.insert_conflict(conn, one.document_id, two.document_id, by, now)
    if done:
        act = "document.conflict_lifted" if lift else "document.conflict"
        await audit.record(conn, by, act, one.name, {"with": two.name})
    return ConflictLifted(names, done) if lift else ConflictMarked(names, done)


async def _find(conn: Connection, uri: str) -> Place | Unfound:
    places = await store.fetch_places(conn, uri)
    match places:
        case [place]:
            return place
        case []:
            return NoSuchDocument(uri)
        case _:
            return Ambiguous(uri, tuple(place.name for place in places))


async def _load(conn: Connection, place: Place) -> Stored:
    stored = await document_store.fetch_stored(conn, place.source, [place.uri], lock=True)
    return stored[place.uri]
