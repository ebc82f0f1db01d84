"""SQL that reads what passages say: for an answer, and for those who order what was found.

Through `indexing.answerable_passage(today)` alone, and never past the reader's rights.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from psycopg.rows import tuple_row

from indexing.nouns import FoundPassage, Passage
from indexing.passages import searchable
from indexing.store.finding import Reader
from indexing.store.search import Connection


async def fetch_found(
    conn: Connection, passage_ids: Sequence[int], reader: Reader
) -> dict[int, FoundPassage]:
    """The passages themselves, scores zero, by id; one that may not be read is missing."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            """
            select may.* from unnest(%(ids)s::bigint[]) wanted (passage_id)
            cross join lateral (
                select passage_id, document_id, revision_id, source, uri, kind, title, section,
                       text, version, version_on, owner, url, roles, audience
                from indexing.answerable_passage(%(today)s) p
                where p.passage_id = wanted.passage_id and audience && %(tokens)s::text[]
                limit 1
            ) may
            """,
            {"ids": list(passage_ids), "today": reader.today, "tokens": list(reader.tokens)},
        )
        rows: list[Any] = await cursor.fetchall()
    found: dict[int, FoundPassage] = {}
    for *plain, roles, audience in rows:
        found[plain[0]] = FoundPassage(*[*plain, tuple(roles), tuple(audience)])
    return found


async def fetch_searchable(
    conn: Connection, passage_ids: Sequence[int], reader: Reader
) -> dict[int, str]:
    """What search reads of each of these passages: title, heading path and text."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            """
            select may.* from unnest(%(ids)s::bigint[]) wanted (passage_id)
            cross join lateral (
                select passage_id, title, section, headings, text
                from indexing.answerable_passage(%(today)s) p
                where p.passage_id = wanted.passage_id and audience && %(tokens)s::text[]
                limit 1
            ) may
            """,
            {"ids": list(passage_ids), "today": reader.today, "tokens": list(reader.tokens)},
        )
        return {
            row[0]: searchable(row[1], Passage(0, row[2], tuple(row[3]), row[4]))
            for row in await cursor.fetchall()
        }


async def fetch_newest_searchable(conn: Connection, today: date, limit: int) -> dict[int, str]:
    """What search reads of the newest answerable passages, whoever may read them.

    Only to have their states at hand: nothing of it reaches anybody without `fetch_searchable`.
    """
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            """
            select passage_id, title, section, headings, text
            from indexing.answerable_passage(%s) order by passage_id desc limit %s
            """,
            [today, limit],
        )
        return {
            row[0]: searchable(row[1], Passage(0, row[2], tuple(row[3]), row[4]))
            for row in await cursor.fetchall()
        }


async def fetch_titles(
    conn: Connection, tokens: Sequence[str], roles: Sequence[str], today: date, limit: int
) -> tuple[str, ...]:
    """The titles of SOPs that these tokens may read, those written for these roles first."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            """
            select title from indexing.answerable_passage(%(today)s)
            where kind = 'sop' and audience && %(tokens)s::text[]
            group by title
            order by bool_or(roles && %(roles)s::text[]) desc, title
            limit %(limit)s
            """,
            {"today": today, "tokens": list(tokens), "roles": list(roles), "limit": limit},
        )
        return tuple([row[0] for row in await cursor.fetchall()])
