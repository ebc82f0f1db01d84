"""Decides how a published module stands in the index, and what a passage of one is cited with.

It is a document of kind `module`, which only its SOPs keep in use: there is no validation of its own
that could run out. The database refuses one that is not published with these very words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import reduce
from typing import Literal

from indexing.embeddings import Embedder, EmbeddingModel
from indexing.nouns import FoundPassage, Governance, InUse, Passage
from indexing.passages import searchable
from indexing.revisions import Vectors
from indexing.store import in_use as store
from indexing.store import search
from indexing.store.revisions import NewText, insert_revision
from indexing.store.search import Connection
from indexing.validation import narrower

_ALWAYS = timedelta(days=36_500)


@dataclass(frozen=True, slots=True)
class ModuleText:
    """A published module as it is found and quoted. `body` is what hashes to `hash`."""

    module_id: int
    kind: Literal["guide", "aid"]
    title: str
    role: str
    competency: str
    body: str
    hash: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Embedded:
    """The vectors of a module's passages, (passages, dimensions), and what they come from."""

    vectors: Vectors
    model: EmbeddingModel


async def embedded(
    title: str, passages: Sequence[Passage], embedder: Embedder | None
) -> Embedded | None:
    """The vectors of a module's passages; to be computed before anything is locked."""
    if embedder is None:
        return None
    vectors = await embedder.embed([searchable(title, passage) for passage in passages])
    return Embedded(vectors, EmbeddingModel(embedder.name, embedder.dimensions))


async def put_in_use(
    conn: Connection,
    text: ModuleText,
    revisions: Iterable[int],
    found_by: Embedded | None,
    *,
    by: str,
    today: date,
    now: datetime,
) -> None:
    """Let answers use a module that was just published and rests on these revisions.

    The caller took `search.lock_writers` before any other lock, as imports do. Raises
    `psycopg.errors.RaiseException` when the module is not published with these words.
    """
    for revision_id in await store.fetch_left_in_search(conn):
        await search.retire_passages(conn, revision_id, "module")
    known = await store.fetch_document(conn, text.module_id)
    if known is not None:
        document_id, before = known
        await search.retire_passages(conn, before, "module")
    else:
        document_id = await store.insert_document(conn, text.module_id)
    governance = _governance(text, await store.fetch_resting_on(conn, revisions), today)
    revision_id = await insert_revision(
        conn,
        document_id,
        NewText(text.hash, text.hash, text.body, text.kind),
        governance,
        (by, today),
        from_start=False,
        now=now,
    )
    if found_by is not None:
        await search.insert_embedding_model(conn, found_by.model)
    vectors = found_by.vectors if found_by else None
    await search.insert_passages(
        conn, document_id, revision_id, governance, text.passages, vectors, "module"
    )
    await store.mark_in_use(conn, document_id, revision_id)


def _governance(text: ModuleText, sops: Sequence[Governance], today: date) -> Governance:
    """Read by those who may read every SOP; the database narrows it further when they do."""
    owner = sops[0].owner

    def both(before: tuple[str, ...], sop: Governance) -> tuple[str, ...]:
        return narrower(before, sop.audience, owner)

    return Governance(
        title=text.title,
        scope=sops[0].scope,
        version=sops[0].version,
        version_on=today,
        owner=owner,
        roles=(text.role,),
        competencies=(text.competency,),
        audience=reduce(both, sops, ("everyone",)),
        review_every=_ALWAYS,
    )


async def with_sops(conn: Connection, passages: Iterable[FoundPassage]) -> tuple[FoundPassage, ...]:
    """The passages; those of modules with the SOPs they rest on, by which they are cited."""
    every = tuple(passages)
    ids = {passage.document_id for passage in every if passage.kind == "module"}
    if not ids:
        return every
    found = await store.fetch_in_use(conn, ids)
    return tuple(
        _cited(passage, found) if passage.document_id in found else passage for passage in every
    )


def _cited(passage: FoundPassage, found: Mapping[int, InUse]) -> FoundPassage:
    module = found[passage.document_id]
    sop = module.rests_on[0]
    return replace(
        passage,
        version=sop.version,
        version_on=sop.version_on,
        owner=sop.owner,
        url=sop.url,
        module=module,
    )
