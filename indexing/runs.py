"""Decides what a run does with each file of a source, and with each document that is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np

from indexing import audit, passages, rows, sources
from indexing.embeddings import Embedder, EmbeddingModel
from indexing.governance import governed
from indexing.governance_file import GovernanceFile
from indexing.known_source import KnownSource, original_stays
from indexing.nouns import Governance, Passage
from indexing.problems import Problem
from indexing.revisions import Prepared, Revised, Twin, retire, store_revision
from indexing.rows import Row
from indexing.sources import Draft, Folder, Refused, Same
from indexing.staff import Staff
from indexing.store import documents as store
from indexing.store import search
from indexing.store import sources as source_store
from indexing.store.revisions import Connection, NewText, fetch_vectors
from indexing.store.sources import Glance
from indexing.validation import (
    NewRevision,
    Stored,
    TakenBack,
    Validated,
)

Progress = Callable[[int, int], None]

_FILES_AT_ONCE = 64
"""Files read and embedded together: enough to fill the embedder, few enough to hold in memory."""


@dataclass(slots=True)
class _Ready:
    """A draft whose dates are resolved, with what is stored beside it."""

    draft: Draft
    governance: Governance
    passages: Sequence[Passage] = ()
    vectors: search.Vector | None = None


@dataclass(slots=True)
class Run:
    """One run over `folder`, with what was known of the source when it began."""

    conn: Connection
    folder: Folder
    source: str
    governance: GovernanceFile
    today: date
    now: datetime
    by: str
    dry_run: bool
    known: KnownSource
    embedder: Embedder | None = None
    revised: Revised | None = None
    staff: Staff | None = None
    rows: list[Row] = field(default_factory=list)
    leaving: frozenset[int] = frozenset()

    async def work(self, progress: Progress) -> None:
        """Work through the folder, then withdraw what is gone from it."""
        conn, gone = self.conn, self.known.gone(self.folder)
        self.leaving = frozenset(glance.document_id for glance in gone)
        async with conn.transaction():
            await source_store.insert_source(conn, self.source, str(self.folder.root), self.now)
        self._remark()
        for uri, problem in self.folder.refused.items():
            await self._refuse(Refused(uri, problem))
        # Settled duplicates come last: what they gave way to may have changed as they did.
        uris = sorted(self.folder.files, key=lambda uri: (self.known.is_settled(uri), uri))
        progress(0, len(uris))
        before: list[_Ready] = []
        for start in range(0, len(uris), _FILES_AT_ONCE):
            some = await self._read(uris[start : start + _FILES_AT_ONCE])
            # While the encoder works on some files, the database stores those before them.
            embedding = asyncio.create_task(self._embed(some))
            try:
                await self._keep_all(before)
                await embedding
            finally:
                embedding.cancel()  # nothing to cancel once it is done
            before = some
            progress(min(start + _FILES_AT_ONCE, len(uris)), len(uris))
        await self._keep_all(before)
        self._remark_causes()
        await self._withdraw(gone)
        if not self.dry_run:
            async with conn.transaction():
                await source_store.mark_source_complete(conn, self.source)

    def _remark(self) -> None:
        """Report what is ignored, and what is wrong with the governance file itself."""
        for uri, problem in self.folder.ignored.items():
            self.rows.append(Row(uri, "ignored", problem))
        file = self.governance
        for entry in (file.defaults, *(entry for _, entry in file.documents)):
            if isinstance(entry, Problem):
                self.rows.append(Row(file.name, "refused", entry))
        present = {*self.folder.files, *self.folder.refused}
        for glob in file.unmatched(present) if self.folder.is_whole else ():
            problem = Problem("unmatched", "documents", file.name, value=glob)
            self.rows.append(Row(file.name, "ignored", problem))

    def _remark_causes(self) -> None:
        """Report once, for the governance file, what in it refused documents."""
        name = self.governance.name
        told = {row.problem for row in self.rows if row.uri == name}
        causes = dict.fromkeys(row.problem for row in self.rows if row.result == "refused")
        for problem in causes:
            if problem and problem.file == name and problem not in told:
                self.rows.append(Row(name, "refused", problem))

    async def _read(self, uris: Sequence[str]) -> list[_Ready]:
        """Read some files; report what needs no more, and return what is to be stored."""
        drafts: list[Draft] = []
        for loaded in await asyncio.to_thread(self._load, uris):
            match loaded:
                case Same(uri):
                    settled = self.known.is_settled(uri)
                    self.rows.append(Row(uri, "duplicate" if settled else "unchanged"))
                case Refused():
                    await self._refuse(loaded)
                case Draft():
                    drafts.append(loaded)
        return await self._prepare(drafts) if drafts else []

    def _load(self, uris: Sequence[str]) -> list[Draft | Refused | Same]:
        return [
            sources.load(
                uri,
                self.folder.files[uri],
                self.governance,
                self.known.fingerprint(uri, self.leaving),
            )
            for uri in uris
        ]

    async def _refuse(self, refused: Refused) -> None:
        if self.known.first and refused.uri not in self.known.glances:
            async with self.conn.transaction():
                await source_store.insert_seen_at_first(
                    self.conn, self.source, refused.uri, refused.text_sha256
                )
        self.rows.append(Row(refused.uri, "refused", refused.problem))

    async def _prepare(self, drafts: Sequence[Draft]) -> list[_Ready]:
        """Resolve the dates, cut the passages, find the vectors that are known already."""
        async with self.conn.transaction():
            stored = await store.fetch_stored(self.conn, self.source, [d.uri for d in drafts])
        prepared: list[_Ready] = []
        for draft in drafts:
            known = stored.get(draft.uri)
            governance = governed(
                draft.wording, draft.fields, self.known.kept_days(known), self.today
            )
            if isinstance(governance, Problem):
                await self._refuse(Refused(draft.uri, governance, draft.text_sha256))
                continue
            ready = _Ready(draft, governance)
            prepared.append(ready)
            decision = self.known.decide(known, draft, governance)
            if not self.dry_run and isinstance(decision, NewRevision):
                ready.passages = await asyncio.to_thread(
                    passages.split, governance.title, draft.read.markdown
                )
                if decision.of is not None:
                    async with self.conn.transaction():
                        vectors = await fetch_vectors(self.conn, decision.of.id)
                    if vectors is not None and len(vectors) == len(ready.passages):
                        ready.vectors = vectors
        return prepared

    async def _embed(self, prepared: Sequence[_Ready]) -> None:
        """Embed the passages of many documents at once: small batches starve the encoder."""
        wanting = [each for each in prepared if each.passages and each.vectors is None]
        if self.embedder is None or not wanting:
            return
        texts = [
            passages.searchable(each.governance.title, passage)
            for each in wanting
            for passage in each.passages
        ]
        vectors = await self.embedder.embed(texts)
        ends = np.cumsum([len(each.passages) for each in wanting])
        for each, some in zip(wanting, np.split(vectors, ends[:-1]), strict=True):
            each.vectors = some

    async def _keep_all(self, prepared: Sequence[_Ready]) -> None:
        if self.embedder is not None and any(each.vectors is not None for each in prepared):
            model = EmbeddingModel(self.embedder.name, self.embedder.dimensions)
            async with self.conn.transaction():
                await search.insert_embedding_model(self.conn, model)
        for each in prepared:
            self.rows.append(await self._keep(each))

    async def _keep(self, ready: _Ready) -> Row:
        """Store one document: its transaction."""
        conn, draft = self.conn, ready.draft
        async with conn.transaction():
            await store.lock_text(conn, draft.text_sha256)
            # Looked at again under lock: somebody may have validated it in the meantime.
            found = await store.fetch_stored(conn, self.source, [draft.uri], lock=True)
            stored = found.get(draft.uri)
            twin = await self._twin(draft, stored)
            decision = self.known.decide(stored, draft, ready.governance)
            match decision:
                case NewRevision():
                    row = await self._revise(ready, stored, decision, twin)
                case TakenBack() if stored:
                    await store.mark_newest(conn, stored.document_id, decision.to.id)
                    await store.mark_duplicate(conn, stored.document_id, None, settled=False)
                    await store.mark_fingerprint(conn, stored.document_id, draft.fingerprint)
                    await retire(conn, stored, {decision.to.id})
                    row = Row(draft.uri, "revised")
                case _:
                    assert stored is not None  # only what is stored can be unchanged
                    await store.mark_fingerprint(conn, stored.document_id, draft.fingerprint)
                    row = await self._leave(draft, stored, twin)
        return row

    async def _twin(self, draft: Draft, stored: Stored | None) -> Twin | None:
        """Return the document that stands in this one's way: another with the same text.

        Somebody's choice between two holds until the text that lost it changes, or the other goes.
        """
        found = await store.fetch_twin(
            self.conn, draft.text_sha256, draft.uri, self.source, self.leaving
        )
        lost = stored.duplicate_of if stored and stored.duplicate_settled else None
        if found is not None:
            return Twin(*found, settled=lost == found[0])
        glance = self.known.glances.get(draft.uri)
        same = stored is not None and stored.newest.content == draft.content_sha256
        if lost and same and glance and original_stays(glance, self.leaving):
            return Twin(lost, glance.original, settled=True)
        return None

    async def _revise(
        self, ready: _Ready, stored: Stored | None, decision: NewRevision, twin: Twin | None
    ) -> Row:
        draft = ready.draft
        text = NewText(
            draft.content_sha256, draft.text_sha256, draft.read.markdown, draft.read.format
        )
        document_id = await store_revision(
            self.conn,
            (self.source, draft.uri),
            stored,
            Prepared(text, ready.governance, ready.passages, ready.vectors, draft.fingerprint),
            decision,
            twin,
            self.now,
        )
        row = rows.stored_row(
            draft, self.source, stored, decision, twin, ready.governance, self.today
        )
        row = rows.with_unheld(row, draft, self.staff)
        if stored is not None:
            await self._tell([document_id])
        if not self.dry_run:
            detail = {"result": row.result, "version": ready.governance.version}
            if isinstance(decision.verdict, Validated):
                on = decision.verdict.on.isoformat()
                detail |= {"validated_by": decision.verdict.by, "validated_on": on}
            subject = f"{self.source}:{draft.uri}"
            await audit.record(self.conn, self.by, "document.stored", subject, detail)
        return row

    async def _leave(self, draft: Draft, stored: Stored, twin: Twin | None) -> Row:
        """Nothing new in the file; but a duplicate comes in once nothing stands in its way."""
        if stored.duplicate_of is None:
            return Row(draft.uri, "unchanged")
        settled = bool(twin and twin.settled)
        original = twin.document_id if twin else None
        await store.mark_duplicate(self.conn, stored.document_id, original, settled=settled)
        if twin is not None:
            return rows.duplicate_row(draft, self.source, twin)
        newest = stored.newest
        if newest.governance.validated_on is None:
            return Row(draft.uri, "pending", Problem("claim_missing", "validated_on", draft.uri))
        await store.mark_in_force(self.conn, stored.document_id, newest.id)
        await retire(self.conn, stored, {newest.id})
        await self._tell([stored.document_id])
        return Row(draft.uri, "indexed")

    async def _tell(self, document_ids: Sequence[int]) -> None:
        if self.revised is not None and not self.dry_run:
            await self.revised(document_ids)

    async def _withdraw(self, gone: Sequence[Glance]) -> None:
        if not gone:
            return
        async with self.conn.transaction():
            ids = [glance.document_id for glance in gone]
            await source_store.mark_withdrawn(self.conn, ids, self.today)
            await self._tell(ids)
            for glance in gone:
                self.rows.append(Row(glance.uri, "withdrawn"))
                if not self.dry_run:
                    subject = f"{self.source}:{glance.uri}"
                    await audit.record(self.conn, self.by, "document.withdrawn", subject, {})
