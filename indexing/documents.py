"""Decides what one run over a folder does to the governed index, document by document.

Each document is one transaction, its embeddings computed before it opens, so that a broken file or
a killed process costs that document alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from indexing import sources
from indexing.embeddings import Embedder
from indexing.governance_file import GovernanceFile
from indexing.known_source import KnownSource
from indexing.problems import Problem
from indexing.revisions import Revised
from indexing.rows import Row
from indexing.runs import Progress, Run
from indexing.sources import Folder
from indexing.staff import Staff
from indexing.store import decisions as decision_store
from indexing.store import sources as source_store
from indexing.store.documents import Connection
from indexing.visible import one_line


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did, or with `dry_run` would do. `rows` are in the order of their uris.

    `unknown_people` are named by live documents but not imported; `unknown_competencies` too, those
    that this run was the first to name.
    """

    source: str
    rows: tuple[Row, ...]
    dry_run: bool = False
    unknown_people: tuple[str, ...] = ()
    unknown_competencies: tuple[str, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether something could not be done."""
        return any(row.result == "refused" for row in self.rows)


async def index_path(
    conn: Connection,
    path: Path,
    *,
    source: str | None = None,
    governance_file: Path | None = None,
    today: date,
    now: datetime,
    embedder: Embedder | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    known_people: Collection[str] | None = None,
    staff: Staff | None = None,
    known_competencies: Collection[str] | None = None,
    by: str = "shell",
    revised: Revised | None = None,
) -> Report:
    """Bring the index in line with the folder or file at `path`.

    `conn` must be outside a transaction: every document is committed by itself. `source` defaults
    to the folder's name (a file's: its folder's), uris are relative to that folder, and only a
    whole folder withdraws what is gone from it. `progress` is called with (files done, files).
    `known_people` and `known_competencies` are the imported ones; None: do not compare. Documents
    that name a role or an e-mail that nobody of `staff` has are warned of; None: nobody was imported
    yet. `by` is who the audit log names. `revised` is called in a document's own transaction, on
    `conn`. `dry_run` does the same work, except embedding and telling `revised`, and takes it back.
    """
    folder = await asyncio.to_thread(sources.list_folder, path, governance_file)
    if isinstance(folder, Problem):
        return Report(source or "", (Row(str(path), "refused", folder),), dry_run)
    name = one_line(source if source is not None else folder.root.name)
    if not name or len(name) > 200 or (source is not None and name != source):
        problem = Problem("source_name", "source", value=name)
        return Report(name, (Row(str(path), "refused", problem),), dry_run)
    governance = await asyncio.to_thread(sources.load_governance, folder, governance_file)
    async with _alone(conn, name, dry_run):
        run = await _open(conn, folder, name, governance, today, now, by, dry_run)
        run.embedder = None if dry_run else embedder
        run.revised = revised
        run.staff = staff
        if source is None and run.known.elsewhere and run.known.gone(folder):
            problem = Problem("source_elsewhere", "source", value=name, hint=run.known.elsewhere)
            return Report(name, (Row(str(path), "refused", problem),), dry_run)
        async with conn.transaction():
            _, named = await source_store.fetch_named(conn, name)
        await run.work(progress or (lambda done, of: None))
        async with conn.transaction():
            people, competencies = await source_store.fetch_named(conn, name)
    return Report(
        name,
        tuple(sorted(run.rows, key=lambda row: row.uri)),
        dry_run,
        () if known_people is None else tuple(sorted(people - set(known_people))),
        ()
        if known_competencies is None
        else tuple(sorted(competencies - named - set(known_competencies))),
    )


@asynccontextmanager
async def _alone(conn: Connection, source: str, dry_run: bool) -> AsyncIterator[None]:
    """Keep other runs of the source out. What a dry run does is rolled back whole."""
    async with conn.transaction():
        await source_store.lock_source(conn, source)
    try:
        if dry_run:
            async with conn.transaction(force_rollback=True):
                yield
        else:
            yield
    finally:
        if not conn.broken:
            async with conn.transaction():
                await source_store.unlock_source(conn, source)


async def _open(
    conn: Connection,
    folder: Folder,
    source: str,
    governance: GovernanceFile,
    today: date,
    now: datetime,
    by: str,
    dry_run: bool,
) -> Run:
    async with conn.transaction():
        known = await source_store.fetch_source(conn, source)
        claimed, wordings = await source_store.fetch_claims(conn, source)
        return Run(
            conn=conn,
            folder=folder,
            source=source,
            governance=governance,
            today=today,
            now=now,
            by=by,
            dry_run=dry_run,
            known=KnownSource(
                first=known is None or not known.complete,
                elsewhere=known.root if known and known.root != str(folder.root) else "",
                glances=await source_store.fetch_glances(conn, source),
                seen=await source_store.fetch_seen_at_first(conn, source),
                claimed=claimed,
                wordings=wordings,
            ),
        )


async def mark_owners(conn: Connection, gone: set[str], active: set[str]) -> int:
    """Tell the index who left and who is here (e-mails); return how many documents that changed.

    A document whose owner left cannot be answered from, now or when it is indexed later, until it
    names another owner or that person is back.
    """
    return await decision_store.mark_owners(conn, gone, active)
