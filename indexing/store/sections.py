"""All SQL of the sections that passages were cut from: a list goes on in the passage that follows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from psycopg.rows import tuple_row

from indexing.nouns import FoundPassage
from indexing.store.search import Connection

NEAR = 8
"""Passages before and after one that are read with it."""


async def fetch_sections(
    conn: Connection, passage_ids: Sequence[int], tokens: Sequence[str], today: date
) -> list[list[FoundPassage]]:
    """The sections that these passages stand in, each in its order, as far as `tokens` may read.

    A section is what stands under one heading; of a long one, NEAR passages either way.
    """
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            """
            select near.ordinal, near.headings, may.*
            from (
                select distinct p.id, p.revision_id, p.ordinal, p.headings
                from indexing.passage asked
                join indexing.passage p
                  on p.revision_id = asked.revision_id and p.headings = asked.headings
                 and p.ordinal between asked.ordinal - %(near)s and asked.ordinal + %(near)s
                where asked.id = any(%(ids)s::bigint[])
            ) near
            cross join lateral (
                select passage_id, document_id, revision_id, source, uri, kind, title, section,
                       text, version, version_on, owner, url, roles, audience
                from indexing.answerable_passage(%(today)s) p
                where p.passage_id = near.id and audience && %(tokens)s::text[]
                limit 1
            ) may
            order by near.revision_id, near.ordinal
            """,
            {"ids": list(passage_ids), "near": NEAR, "tokens": list(tokens), "today": today},
        )
        rows: list[Any] = await cursor.fetchall()
    sections: list[list[FoundPassage]] = []
    before: tuple[int, int, list[str]] | None = None
    for ordinal, headings, *row in rows:
        passage = _found(row)
        if before != (passage.revision_id, ordinal - 1, headings):
            sections.append([])
        sections[-1].append(passage)
        before = (passage.revision_id, ordinal, headings)
    return sections


async def fetch_headed(
    conn: Connection, revision_id: int, tokens: Sequence[str], today: date
) -> list[tuple[tuple[str, ...], FoundPassage]]:
    """A revision's passages in its order, each behind its headings, as far as `tokens` may read."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            """
            select p.headings, may.*
            from indexing.passage p
            cross join lateral (
                select passage_id, document_id, revision_id, source, uri, kind, title, section,
                       text, version, version_on, owner, url, roles, audience
                from indexing.answerable_passage(%s) a
                where a.passage_id = p.id and audience && %s::text[]
                limit 1
            ) may
            where p.revision_id = %s
            order by p.ordinal
            """,
            [today, list(tokens), revision_id],
        )
        rows: list[Any] = await cursor.fetchall()
    return [(tuple(headings), _found(row)) for headings, *row in rows]


def _found(row: Sequence[Any]) -> FoundPassage:
    *plain, roles, audience = row
    return FoundPassage(*[*plain, tuple(roles), tuple(audience)])
