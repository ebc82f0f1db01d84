"""Decides nothing: all SQL of answers, their passages, the turns of a thread, and feedback."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb
from pydantic import TypeAdapter

from indexing.composing import Composed
from indexing.language_model import Usage
from indexing.nouns import (
    Answered,
    Blocked,
    FoundPassage,
    NotCovered,
    Outcome,
    Turn,
    WrittenAnswer,
)

Connection = AsyncConnection[tuple[Any, ...]]
_OUTCOME: TypeAdapter[Outcome] = TypeAdapter(Outcome)
_NAMES: dict[type[Outcome], str] = {
    Answered: "answered",
    WrittenAnswer: "answered",
    NotCovered: "not_covered",
    Blocked: "blocked",
}


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer as it was given. `asker_id` is None for an unknown asker and after it is forgotten."""

    id: int
    asker_id: int | None
    thread: str
    message: str
    question: str
    outcome: Outcome
    asked_at: datetime
    card_ref: str | None


async def insert_answer(
    conn: Connection,
    *,
    asker_id: int | None,
    thread: str,
    message: str,
    question: str,
    outcome: Outcome,
    text: str,
    confidence: float,
    asked_at: datetime,
) -> int | None:
    """Store an answer; None when this message has one already."""
    row = await (
        await conn.execute(
            """
            insert into indexing.answer
                (asker_id, thread, message, question, outcome, text, record, confidence, asked_at)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
            on conflict (message) do nothing
            returning id
            """,
            [
                asker_id,
                thread,
                message,
                question,
                _NAMES[type(outcome)],
                text,
                Jsonb(_OUTCOME.dump_python(outcome, mode="json")),
                confidence,
                asked_at,
            ],
        )
    ).fetchone()
    return row[0] if row else None


async def update_answer(
    conn: Connection, answer_id: int, question: str, outcome: Outcome, text: str, confidence: float
) -> None:
    """Store what an edited question is answered now; its passages are stored anew by the caller."""
    await conn.execute(
        """
        update indexing.answer
        set question = %s, outcome = %s, text = %s, record = %s, confidence = %s
        where id = %s
        """,
        [
            question,
            _NAMES[type(outcome)],
            text,
            Jsonb(_OUTCOME.dump_python(outcome, mode="json")),
            confidence,
            answer_id,
        ],
    )
    await conn.execute("delete from indexing.answer_passage where answer_id = %s", [answer_id])


async def insert_answer_passages(
    conn: Connection, answer_id: int, cited: Sequence[FoundPassage], quotes: Sequence[str]
) -> None:
    """Store what an answer cites: passage, revision and the words quoted, in the order of marks."""
    for number, (passage, quote) in enumerate(zip(cited, quotes, strict=True), start=1):
        await conn.execute(
            """
            insert into indexing.answer_passage (answer_id, number, passage_id, revision_id, quote)
            values (%s, %s, %s, %s, %s)
            """,
            [answer_id, number, passage.passage_id, passage.revision_id, quote],
        )


async def mark_composed(conn: Connection, answer_id: int, composed: Composed, usage: Usage) -> None:
    """Store a model's part in an answer: its sentences, shown or not, and what they took."""
    sentences = [
        {"text": one.text, "cites": list(one.cites), "supported": one.supported, "why": one.why}
        for one in composed.sentences
    ]
    await conn.execute(
        """
        update indexing.answer
        set model = %s, prompt = %s, sentences = %s, tokens_in = %s, tokens_out = %s,
            model_ms = %s, unwritten = %s
        where id = %s
        """,
        [
            composed.model,
            composed.prompt,
            Jsonb(sentences),
            usage.tokens_in,
            usage.tokens_out,
            usage.ms,
            composed.why,
            answer_id,
        ],
    )


async def count_written(conn: Connection, asker_id: int | None, since: datetime) -> int:
    """How many answers a model had a part in for somebody (all unknown askers count as one)."""
    row = await (
        await conn.execute(
            """
            select count(*) from indexing.answer
            where model <> '' and asked_at > %s and asker_id is not distinct from %s
            """,
            [since, asker_id],
        )
    ).fetchone()
    assert row
    return int(row[0])


@dataclass(frozen=True, slots=True)
class Spent:
    """What models took: answers with a part of theirs, tokens, and median milliseconds."""

    model: str
    answers: int
    written: int
    tokens_in: int
    tokens_out: int
    median_ms: float


async def fetch_spent(conn: Connection, since: datetime) -> list[Spent]:
    """What each model took since then."""
    rows = await (
        await conn.execute(
            """
            select model, count(*), count(*) filter (where unwritten = ''), sum(tokens_in),
                   sum(tokens_out), percentile_cont(0.5) within group (order by model_ms)
            from indexing.answer where model <> '' and asked_at > %s
            group by model order by model
            """,
            [since],
        )
    ).fetchall()
    return [Spent(*row) for row in rows]


async def drop_answer(conn: Connection, answer_id: int) -> None:
    """Take back an answer that could not be said anywhere, in the transaction that stored it."""
    await conn.execute("delete from indexing.answer where id = %s", [answer_id])


async def set_card(conn: Connection, answer_id: int, card_ref: str) -> None:
    """Remember which card shows an answer."""
    await conn.execute(
        "update indexing.answer set card_ref = %s where id = %s", [card_ref, answer_id]
    )


async def fetch_answer(conn: Connection, answer_id: int) -> StoredAnswer | None:
    """Fetch an answer by its id."""
    return await _one(
        conn,
        """
        select id, asker_id, thread, message, question, record, asked_at, card_ref
        from indexing.answer where id = %s and not retracted
        """,
        answer_id,
    )


async def fetch_answer_to(conn: Connection, message: str) -> StoredAnswer | None:
    """Fetch the answer that was given to a message."""
    return await _one(
        conn,
        """
        select id, asker_id, thread, message, question, record, asked_at, card_ref
        from indexing.answer where message = %s and not retracted
        """,
        message,
    )


async def _one(conn: Connection, query: Any, value: str | int) -> StoredAnswer | None:
    row = await (await conn.execute(query, [value])).fetchone()
    if row is None:
        return None
    answer_id, asker_id, thread, message_key, question, record, asked_at, card_ref = row
    outcome = _OUTCOME.validate_python(record)
    return StoredAnswer(
        answer_id, asker_id, thread, message_key, question, outcome, asked_at, card_ref
    )


async def fetch_turns(conn: Connection, thread: str, before: str, limit: int = 10) -> list[Turn]:
    """The last turns of a thread, oldest first, without the message `before` itself."""
    rows = await (
        await conn.execute(
            """
            select question, text from indexing.answer
            where thread = %s and message <> %s and not retracted
            order by id desc limit %s
            """,
            [thread, before, limit],
        )
    ).fetchall()
    return [
        turn
        for question, text in reversed(rows)
        for turn in (Turn("user", question), Turn("agent", text))
    ]


async def fetch_cited_passages(
    conn: Connection, answer_id: int, audience: Sequence[str], today: date
) -> list[tuple[int, FoundPassage]]:
    """The passages an answer cites, with their marks, as far as they may be shown today."""
    rows = await (
        await conn.execute(
            """
            select ap.number, p.passage_id, p.document_id, p.revision_id, p.source, p.uri, p.kind,
                   p.title, p.section, p.text, p.version, p.version_on, p.owner, p.url, p.roles,
                   p.audience
            from indexing.answer_passage ap
            join indexing.answerable_passage(%s) p on p.passage_id = ap.passage_id
            where ap.answer_id = %s and p.audience && %s
            order by ap.number
            """,
            [today, answer_id, list(audience)],
        )
    ).fetchall()
    return [
        (
            row[0],
            FoundPassage(
                passage_id=row[1],
                document_id=row[2],
                revision_id=row[3],
                source=row[4],
                uri=row[5],
                kind=row[6],
                title=row[7],
                section=row[8],
                text=row[9],
                version=row[10],
                version_on=row[11],
                owner=row[12],
                url=row[13],
                roles=tuple(row[14]),
                audience=tuple(row[15]),
            ),
        )
        for row in rows
    ]


async def upsert_feedback(
    conn: Connection, answer_id: int, person_id: int, helpful: bool, now: datetime
) -> None:
    """Store whether an answer helped somebody; the last press counts."""
    await conn.execute(
        """
        insert into indexing.feedback (answer_id, person_id, helpful, at) values (%s, %s, %s, %s)
        on conflict (answer_id, person_id) do update
        set helpful = excluded.helpful, at = excluded.at
        """,
        [answer_id, person_id, helpful, now],
    )


async def fetch_feedback(
    conn: Connection, person_id: int, answer_ids: Sequence[int]
) -> dict[int, bool]:
    """What somebody said of answers: whether each helped; those they said nothing of are left out."""
    rows = await (
        await conn.execute(
            """
            select answer_id, helpful from indexing.feedback
            where person_id = %s and answer_id = any(%s)
            """,
            [person_id, list(answer_ids)],
        )
    ).fetchall()
    return {row[0]: row[1] for row in rows}


async def mark_deleted(conn: Connection, message: str, now: datetime) -> None:
    """Remember that a message was taken back, whether or not it was answered already."""
    await conn.execute(
        """
        insert into indexing.deleted_message (message, at) values (%s, %s)
        on conflict do nothing
        """,
        [message, now],
    )
    await conn.execute("update indexing.answer set retracted = true where message = %s", [message])


async def is_deleted(conn: Connection, message: str) -> bool:
    """Whether a message was taken back."""
    row = await (
        await conn.execute("select 1 from indexing.deleted_message where message = %s", [message])
    ).fetchone()
    return row is not None


async def forget_askers(conn: Connection, before: datetime) -> int:
    """Take the asker out of every answer older than `before`; how many there were.

    With them goes what leads back to them: the conversation, the message, the card, and who it
    was that found the answer helpful or not.
    """
    done = await conn.execute(
        """
        with forgotten as (
            update indexing.answer
            set asker_id = null, thread = 'forgotten:' || id, message = 'forgotten:' || id,
                card_ref = null
            where asked_at < %s and message <> 'forgotten:' || id
            returning id
        ), nameless as (
            select f.answer_id, f.person_id,
                   row_number() over (partition by f.answer_id order by f.at, f.person_id) as place
            from indexing.feedback f join forgotten on forgotten.id = f.answer_id
        ), unnamed as (
            update indexing.feedback f set person_id = -n.place
            from nameless n where n.answer_id = f.answer_id and n.person_id = f.person_id
        )
        select count(*) from forgotten
        """,
        [before],
    )
    row = await done.fetchone()
    return int(row[0]) if row else 0
