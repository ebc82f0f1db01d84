"""Decides nothing: the SQL of drafting piece by piece stands here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.types.json import Jsonb

from review.drafting_model.nouns import MadePiece, fragment_from_json, fragment_json
from review.store import Connection


@dataclass(frozen=True, slots=True)
class Drafting:
    """How far the drafting of a content is. `card` is the requester's, None where they have none.

    `made` of `pieces` are there; `left_out` is known at the end (where there were none: why not).
    `given_up` is the reference under which it failed for good, else ''.
    """

    module_id: int
    number: int
    basis: str
    pieces: int
    made: int
    card: str | None
    shown_at: datetime | None
    left_out: tuple[str, ...]
    ended_at: datetime | None
    given_up: str


async def upsert_drafting(
    conn: Connection, module_id: int, number: int, *, basis: str, pieces: int, now: datetime
) -> None:
    """Begin the drafting of a content, or go on from another basis: what was made before is void."""
    await conn.execute(
        """
        insert into review.drafting (module_id, number, basis, pieces, begun_at)
        values (%s, %s, %s, %s, %s)
        on conflict (module_id, number) do update
        set basis = excluded.basis, pieces = excluded.pieces
        """,
        [module_id, number, basis, pieces, now],
    )


async def fetch_drafting(conn: Connection, module_id: int, number: int) -> Drafting | None:
    """The drafting of the newest content up to `number` that a drafter made; None for none."""
    row = await (
        await conn.execute(
            """
            select d.module_id, d.number, d.basis, d.pieces,
                   (select count(*) from review.piece p
                    where p.module_id = d.module_id and p.number = d.number and p.basis = d.basis),
                   d.card, d.shown_at, d.left_out, d.ended_at, d.given_up
            from review.drafting d
            where d.module_id = %s and d.number <= %s
            order by d.number desc limit 1
            """,
            [module_id, number],
        )
    ).fetchone()
    if row is None:
        return None
    *before, left_out, ended_at, given_up = row
    module, at, basis, pieces, made, card, shown_at = before
    return Drafting(
        module, at, basis, pieces, made, card, shown_at, tuple(left_out), ended_at, given_up
    )


async def mark_shown(
    conn: Connection, module_id: int, number: int, *, card: str | None, now: datetime
) -> None:
    """Remember the card that shows how far it is, and when it was last brought up to date."""
    await conn.execute(
        """
        update review.drafting set card = %s, shown_at = %s where module_id = %s and number = %s
        """,
        [card, now, module_id, number],
    )


async def mark_ended(
    conn: Connection, module_id: int, number: int, *, left_out: tuple[str, ...], now: datetime
) -> None:
    """The content is drafted, or will not be."""
    await conn.execute(
        """
        update review.drafting set left_out = %s, ended_at = %s
        where module_id = %s and number = %s
        """,
        [list(left_out), now, module_id, number],
    )


async def mark_given_up(
    conn: Connection, module_id: int, number: int, reference: str, *, now: datetime
) -> None:
    """The drafting of a content failed for good, perhaps before it began."""
    await conn.execute(
        """
        insert into review.drafting (module_id, number, basis, pieces, begun_at, given_up)
        values (%s, %s, '', 0, %s, %s)
        on conflict (module_id, number) do update set given_up = excluded.given_up
        """,
        [module_id, number, now, reference],
    )


async def mark_undrafted(
    conn: Connection, module_id: int, why: tuple[str, ...], *, now: datetime
) -> None:
    """Nothing could be drafted at all: a code, then the documents that were looked at."""
    await upsert_drafting(conn, module_id, 1, basis="", pieces=0, now=now)
    await mark_ended(conn, module_id, 1, left_out=why, now=now)


async def fetch_undrafted(
    conn: Connection, module_ids: Sequence[int]
) -> Mapping[int, tuple[str, ...]]:
    """Of modules without content, why nothing could be drafted, as `mark_undrafted` took it."""
    rows = await (
        await conn.execute(
            """
            select d.module_id, d.left_out from review.drafting d
            join review.module m on m.id = d.module_id
            where m.id = any(%s) and m.state = 'rejected' and m.number = 0 and d.left_out <> '{}'
            """,
            [list(module_ids)],
        )
    ).fetchall()
    return {module_id: tuple(why) for module_id, why in rows}


async def clear_given_up(conn: Connection, module_id: int, number: int) -> bool:
    """Somebody has it gone on with; False where it was not given up."""
    done = await conn.execute(
        """
        update review.drafting set given_up = ''
        where module_id = %s and number = %s and given_up <> ''
        """,
        [module_id, number],
    )
    return done.rowcount > 0


async def insert_piece(
    conn: Connection, module_id: int, number: int, basis: str, made: MadePiece, *, now: datetime
) -> None:
    """Store a piece with what it took; one that is there already stays."""
    fragment = None if made.fragment is None else fragment_json(made.key, made.fragment)
    await conn.execute(
        """
        insert into review.piece (module_id, number, basis, key, fragment, model, why, solved,
                                  prompt, passages, tokens_in, tokens_out, ms, made_at)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        on conflict do nothing
        """,
        [
            module_id,
            number,
            basis,
            made.key,
            None if fragment is None else Jsonb(fragment),
            made.by,
            made.why,
            made.solved,
            made.prompt,
            Jsonb([list(passage) for passage in made.passages]),
            made.usage.tokens_in,
            made.usage.tokens_out,
            made.usage.ms,
            now,
        ],
    )


async def fetch_pieces(
    conn: Connection, module_id: int, number: int, basis: str
) -> Mapping[str, MadePiece]:
    """The pieces made so far under a basis, by key; what they took is not fetched."""
    rows = await (
        await conn.execute(
            """
            select key, fragment, model, why, solved, prompt, passages from review.piece
            where module_id = %s and number = %s and basis = %s
            """,
            [module_id, number, basis],
        )
    ).fetchall()
    return {
        key: MadePiece(
            key,
            None if fragment is None else fragment_from_json(key, fragment),
            model,
            why,
            solved,
            prompt,
            tuple((revision, ordinal) for revision, ordinal in passages),
        )
        for key, fragment, model, why, solved, prompt, passages in rows
    }


@dataclass(frozen=True, slots=True)
class Took:
    """What a model took for a content: calls' tokens, milliseconds, and how many pieces are its."""

    model: str
    pieces: int
    by_model: int
    tokens_in: int
    tokens_out: int
    ms: float


@dataclass(frozen=True, slots=True)
class Spent:
    """What drafting took of models: contents drafted, pieces asked for and taken, tokens, and
    milliseconds a piece at the median. `models` are the names of those whose pieces were taken."""

    models: tuple[str, ...]
    drafts: int
    pieces: int
    by_model: int
    tokens_in: int
    tokens_out: int
    median_ms: float


async def fetch_spent(conn: Connection, since: datetime) -> Spent | None:
    """What drafting took since then, pieces that were not used included; None for nothing."""
    row = await (
        await conn.execute(
            """
            select coalesce(array_agg(distinct model order by model) filter (where model <> ''), '{}'),
                   count(distinct (module_id, number)), count(*),
                   count(*) filter (where model <> ''), sum(tokens_in), sum(tokens_out),
                   percentile_cont(0.5) within group (order by ms)
            from review.piece where made_at > %s having count(*) > 0
            """,
            [since],
        )
    ).fetchone()
    return Spent(tuple(row[0]), *row[1:]) if row else None


async def fetch_took(conn: Connection, module_id: int, number: int) -> Took | None:
    """What a content took, pieces that were not used included; None where no model was asked."""
    row = await (
        await conn.execute(
            """
            select coalesce(max(model), ''), count(*), count(*) filter (where model <> ''),
                   sum(tokens_in), sum(tokens_out), sum(ms)
            from review.piece where module_id = %s and number = %s having count(*) > 0
            """,
            [module_id, number],
        )
    ).fetchone()
    return Took(*row) if row else None
