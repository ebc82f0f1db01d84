"""SQL of what modules rest on: revisions by id, and whether each may be answered from on a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from indexing.store.search import Connection


@dataclass(frozen=True, slots=True)
class NamedRevision:
    """A revision with what a citation needs. `usable`: it is in force and may be answered from."""

    id: int
    document_id: int
    source: str
    uri: str
    title: str
    version: str
    version_on: date
    owner: str
    url: str
    usable: bool


async def fetch_named_revisions(
    conn: Connection, revisions: Iterable[int], today: date
) -> dict[int, NamedRevision]:
    """Fetch revisions by id; of documents of kind `sop` alone."""
    rows = await (
        await conn.execute(
            """
            select r.id, d.id, d.source, d.uri, r.title, r.version, r.version_on, r.owner, r.url,
                   coalesce(d.in_force_revision_id = r.id, false)
                       and indexing.block_reason(d, %s) is null
            from indexing.revision r join indexing.document d on d.id = r.document_id
            where r.id = any (%s) and d.kind = 'sop'
            """,
            [today, list(revisions)],
        )
    ).fetchall()
    return {row[0]: NamedRevision(*row) for row in rows}


async def fetch_current_revisions(
    conn: Connection, revisions: Iterable[int], today: date
) -> dict[int, NamedRevision]:
    """Fetch what is in force now of the documents of these revisions, by the id that was asked for."""
    rows = await (
        await conn.execute(
            """
            select cited.id, r.id, d.id, d.source, d.uri, r.title, r.version, r.version_on, r.owner,
                   r.url, indexing.block_reason(d, %s) is null
            from indexing.revision cited
            join indexing.document d on d.id = cited.document_id
            join indexing.revision r on r.id = d.in_force_revision_id
            where cited.id = any (%s) and d.kind = 'sop'
            """,
            [today, list(revisions)],
        )
    ).fetchall()
    return {row[0]: NamedRevision(*row[1:]) for row in rows}


async def fetch_section_texts(
    conn: Connection, places: Iterable[tuple[int, str]]
) -> dict[tuple[int, str], str]:
    """Fetch what stands in sections of revisions, by `(revision id, section)`, passages joined."""
    wanted = list(places)
    rows = await (
        await conn.execute(
            """
            select p.revision_id, p.section, string_agg(p.text, E'\\n\\n' order by p.ordinal)
            from indexing.passage p
            join unnest(%s::bigint[], %s::text[]) as wanted (revision_id, section)
              on wanted.revision_id = p.revision_id and wanted.section = p.section
            group by p.revision_id, p.section
            """,
            [[revision for revision, _ in wanted], [section for _, section in wanted]],
        )
    ).fetchall()
    return {(revision, section): text for revision, section, text in rows}
