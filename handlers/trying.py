"""Decides what `jobaid ask` prints: one line of JSON a question, from the same answer as in chat."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.answer_cards import WRITING_UNAVAILABLE
from handlers.answering import LONGEST_QUESTION, small_talk
from handlers.composing import find
from handlers.replies import manager_to_ask, names_of, owners_of, reply_text
from handlers.services import Connection, Services
from handlers.wording import counted
from indexing.answers import Reply
from indexing.composing import Composed, compose
from indexing.language_model import Usage
from indexing.listing import list_documents
from indexing.nouns import (
    Answered,
    Blocked,
    FoundPassage,
    NamedDocument,
    NotCovered,
    Outcome,
    Turn,
    WrittenAnswer,
)
from indexing.quotes import stretches
from indexing.visible import visible
from learning.nouns import audience_of
from learning.store import fetch_person

_OUTCOMES: dict[type[Outcome], str] = {
    Answered: "answered",
    WrittenAnswer: "answered",
    NotCovered: "not_covered",
    Blocked: "blocked",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A question from a file or the command line. `as_email` is '' for nobody: `everyone`."""

    id: Any
    text: str
    history: tuple[Turn, ...]
    as_email: str


class _Unreadable(Exception):
    """A line of a batch file cannot be read; the message says why."""


def unknown_person(email: str) -> str:
    """Say that nobody with this e-mail is known, and what to do."""
    return f"Nobody with the e-mail {email} was imported. Add them: jobaid people import FILE.yaml"


async def batch_line(
    conn: Connection, services: Services, raw: bytes, number: int, now: datetime
) -> dict[str, Any]:
    """Answer one line of a batch file; an unreadable one gives `{"id", "error"}`."""
    asked: Any = None
    try:
        asked = json.loads(raw)
        question = _question(asked)
    except (UnicodeDecodeError, json.JSONDecodeError):
        return {"id": None, "error": f"line {number} is not JSON"}
    except _Unreadable as error:
        known = asked.get("id") if isinstance(asked, dict) else None
        return {"id": known, "error": f"line {number}: {error}"}
    return await reply_line(conn, services, question, now)


def _question(line: Any) -> Question:
    if not isinstance(line, dict):
        raise _Unreadable("write an object with id and question")
    text = line.get("question")
    if not isinstance(text, str):
        raise _Unreadable("question is missing or is not text")
    as_email = line.get("as") or ""
    if not isinstance(as_email, str):
        raise _Unreadable("as is not an e-mail")
    history = line.get("history") or []
    if not isinstance(history, list):
        raise _Unreadable("history is not a list")
    return Question(line.get("id"), text, tuple(_turns(history)), as_email)


def _turns(history: list[Any]) -> Iterator[Turn]:
    for turn in history:
        match turn:
            case {"role": "user" | "agent" as role, "text": str(text)}:
                yield Turn(role, text)
            case _:
                raise _Unreadable('a turn of history needs role ("user" or "agent") and text')


async def reply_line(
    conn: Connection, services: Services, question: Question, now: datetime
) -> dict[str, Any]:
    """Answer one question without storing anything."""
    person = await fetch_person(conn, question.as_email) if question.as_email else None
    if question.as_email and person is None:
        return {"id": question.id, "error": unknown_person(question.as_email)}
    text = visible(question.text)[:LONGEST_QUESTION].strip()
    trivial = small_talk(question.text)
    model = None if trivial else services.language_model
    started = time.perf_counter()
    usage, history = Usage(), list(question.history)
    roles = person.roles if person else ()
    tokens = audience_of(person)
    reply, history = await find(conn, services, text, history, tokens, roles, now, model, usage)
    composed = Composed(reply.outcome)
    if model is not None:
        async for piece in compose(
            model, text, history, reply, usage, services.embedder, services.refuses_below
        ):
            composed = piece if isinstance(piece, Composed) else composed
    line = _line(question, reply, composed.outcome)
    line["ms"]["total"] = round((time.perf_counter() - started) * 1000, 2)
    if services.language_model is not None:
        line["written"] = isinstance(composed.outcome, WrittenAnswer)
        line["sentences"] = [
            {"text": one.text, "cites": list(one.cites), "supported": one.supported}
            for one in composed.sentences
        ]
    if trivial:
        return line | {"outcome": "not_covered", "citations": [], "text": trivial.summary}
    names = await names_of(conn, owners_of(composed.outcome))
    note = WRITING_UNAVAILABLE if composed.unavailable else ""
    manager = await manager_to_ask(conn, composed.outcome, person)
    text = reply_text(composed.outcome, names, told=False, note=note, manager=manager)
    if isinstance(composed.outcome, NotCovered) and not reply.passages:
        text = await _nothing_indexed(conn, now) or text
    return line | {"text": text}


async def _nothing_indexed(conn: Connection, now: datetime) -> str:
    """What to do where there is nothing at all to answer from; '' where there is."""
    rows = await list_documents(conn, now.date())
    if not rows:
        return (
            "Nothing is indexed yet, so I cannot answer anything. Put a folder of SOPs in with:"
            " jobaid index FOLDER"
        )
    if any(row.status == "answerable" for row in rows):
        return ""
    return (
        f"{counted(len(rows), 'document')} {'is' if len(rows) == 1 else 'are'} indexed, but none may"
        " be answered from. See why with: jobaid documents"
    )


def _line(question: Question, reply: Reply, outcome: Outcome) -> dict[str, Any]:
    return {
        "id": question.id,
        "outcome": _OUTCOMES[type(outcome)],
        "text": "",
        "citations": list(_citations(outcome)),
        "passages": [
            {"uri": found.uri, "text": found.text, "score": round(found.score, 4)}
            for found in reply.passages
        ],
        "confidence": round(reply.confidence, 4),
        "nearest": [_named(document) for document in reply.nearest],
        "blocked": _blocked(outcome) if isinstance(outcome, Blocked) else None,
        "ms": {"retrieve": round(reply.retrieve_ms, 2), "total": round(reply.total_ms, 2)},
    }


def _citations(outcome: Outcome) -> Iterator[dict[str, Any]]:
    """One citation for each stretch of words quoted, so that every quote is verbatim.

    A written answer rests on whole passages.
    """
    if not isinstance(outcome, Answered | WrittenAnswer):
        return
    for number, passage in enumerate(outcome.cited, start=1):
        quotes = (
            stretches(passage.text, outcome.quotes, number)
            if isinstance(outcome, Answered)
            else [passage.text]
        )
        for quote in quotes:
            yield {
                "uri": passage.uri,
                "source": passage.source,
                "title": passage.title,
                "section": passage.section,
                "version": passage.version,
                "version_on": passage.version_on.isoformat(),
                "owner": passage.owner,
                "quote": quote,
            } | _resting(passage)


def _resting(passage: FoundPassage) -> dict[str, Any]:
    """Of a published module, the SOPs it rests on; nothing of an SOP."""
    if passage.module is None:
        return {}
    return {
        "rests_on": [
            {
                "uri": sop.uri,
                "source": sop.source,
                "title": sop.title,
                "version": sop.version,
                "version_on": sop.version_on.isoformat(),
                "owner": sop.owner,
            }
            for sop in passage.module.rests_on
        ]
    }


def _named(document: NamedDocument) -> dict[str, str]:
    return {
        "uri": document.uri,
        "source": document.source,
        "kind": document.module or "sop",
        "title": document.title,
        "section": document.section,
        "owner": document.owner,
    }


def _blocked(blocked: Blocked) -> dict[str, str]:
    document = blocked.document
    return {
        "uri": document.uri,
        "title": document.title,
        "reason": blocked.reason,
        "owner": document.owner,
    }
