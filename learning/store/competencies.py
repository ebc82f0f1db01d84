"""Decides nothing: the SQL of competencies, their parts and their sources."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from psycopg.types.json import Jsonb

from learning.competencies import Competency, Part, Source
from learning.store.people import Connection

_SELECT = """
    select c.id, c.domain, c.role, c.statement, c.level, c.validated_by, c.validated_on,
           coalesce((select jsonb_agg(jsonb_build_array(s.person, s.kind) order by s.position)
                     from learning.competency_source s where s.competency = c.id), '[]'),
           coalesce((select jsonb_agg(jsonb_build_array(p.id, coalesce(l.statement, p.statement),
                                                        p.linked is not null) order by p.position)
                     from learning.competency_part p
                     left join learning.competency l on l.id = p.linked
                     where p.competency = c.id), '[]')
    from learning.competency c
"""


async def fetch_competency(conn: Connection, competency: str) -> Competency | None:
    """Fetch a competency by its id."""
    row = await (
        await conn.execute((_SELECT + " where c.id = %s").encode(), [competency])
    ).fetchone()
    return _competency(row) if row else None


async def fetch_competencies(
    conn: Connection, *, role: str = "", domain: str = ""
) -> list[Competency]:
    """Fetch the competencies, all of them or those of a role, of a domain or of both, in the
    order of their file."""
    cursor = await conn.execute(
        (
            _SELECT
            + """
            where (%(role)s = '' or c.role = %(role)s) and (%(domain)s = '' or c.domain = %(domain)s)
            order by c.position, c.id
            """
        ).encode(),
        {"role": role, "domain": domain},
    )
    return [_competency(row) for row in await cursor.fetchall()]


async def fetch_written(conn: Connection) -> dict[str, dict[str, str]]:
    """Fetch how the dates of each competency were worded: id -> field -> wording."""
    cursor = await conn.execute("select id, written from learning.competency")
    return dict(await cursor.fetchall())


async def fetch_domains(conn: Connection) -> tuple[str, ...]:
    """Fetch the domains there are, by name."""
    cursor = await conn.execute("select distinct domain from learning.competency order by 1")
    return tuple(row[0] for row in await cursor.fetchall())


async def fetch_roles(conn: Connection) -> frozenset[str]:
    """Fetch the roles that anybody has ever had."""
    cursor = await conn.execute("select id from learning.role")
    return frozenset(row[0] for row in await cursor.fetchall())


async def lock_role(conn: Connection, role: str) -> None:
    """Wait until nobody else holds the role; it is held until the transaction ends."""
    await conn.execute("select from learning.role where id = %s for update", [role])


async def lock_roles(conn: Connection) -> None:
    """Wait until nobody else holds any role, and hold them all."""
    await conn.execute("select from learning.role order by id for update")


async def upsert_competencies(
    conn: Connection, competencies: Sequence[Competency], written: Sequence[dict[str, str]]
) -> None:
    """Insert competencies or bring those with these ids up to date, parts and sources with them.

    `written` is the wording of each one's dates. Their order in the file is kept.
    """
    ids = [competency.id for competency in competencies]
    async with conn.cursor() as cursor:
        await cursor.executemany(
            """
            insert into learning.competency
                (id, domain, role, statement, level, validated_by, validated_on, written, position)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
            on conflict (id) do update set
                domain = excluded.domain, role = excluded.role, statement = excluded.statement,
                level = excluded.level, validated_by = excluded.validated_by,
                validated_on = excluded.validated_on, written = excluded.written,
                position = excluded.position
            """,
            [_row(*each) for each in zip(competencies, written, range(len(ids)), strict=True)],
        )
        await cursor.execute(
            "delete from learning.competency_source where competency = any(%s)", [ids]
        )
        await cursor.execute(
            "delete from learning.competency_part where competency = any(%s)", [ids]
        )
        await cursor.executemany(
            "insert into learning.competency_source (competency, position, person, kind)"
            " values (%s, %s, %s, %s)",
            [
                (competency.id, position, source.person, source.kind)
                for competency in competencies
                for position, source in enumerate(competency.sources)
            ],
        )
        await cursor.executemany(
            "insert into learning.competency_part (competency, position, id, statement, linked)"
            " values (%s, %s, %s, %s, %s)",
            [
                (competency.id, position, part.id, *_statement_or_link(part))
                for competency in competencies
                for position, part in enumerate(competency.parts)
            ],
        )


def _row(competency: Competency, written: dict[str, str], position: int) -> tuple[Any, ...]:
    return (
        competency.id,
        competency.domain,
        competency.role,
        competency.statement,
        competency.level,
        competency.validated_by,
        competency.validated_on,
        Jsonb(written),
        position,
    )


def _statement_or_link(part: Part) -> tuple[str, str | None]:
    return ("", part.id) if part.linked else (part.statement, None)


def _competency(row: tuple[Any, ...]) -> Competency:
    identity, domain, role, statement, level, by, on, sources, parts = row
    validated_on: date | None = on
    return Competency(
        identity,
        domain,
        role,
        statement,
        level,
        by,
        validated_on,
        tuple(Source(person, kind) for person, kind in sources),
        tuple(Part(part, words, linked) for part, words, linked in parts),
    )
