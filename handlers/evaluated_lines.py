"""Decides what a line of an evaluation's file says: a question, an answer, or an answer measured.

A question is written as `ask --batch` takes it, with what is known about its right answer; an
answer as `ask --batch` or an earlier evaluation printed it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from indexing.answer_checks import Case, Checked, Extract, Stated, checked
from indexing.evaluation import Judged, Verdict
from indexing.language_model import Why
from indexing.prompts import TURNS


class _Part(BaseModel):
    model_config = ConfigDict(strict=True)


class _Turn(_Part):
    role: Literal["user", "agent"]
    text: str


class _Sentence(_Part):
    text: str
    cites: list[int]
    supported: bool


class _Citation(_Part):
    uri: str
    quote: str


class _Passage(_Part):
    uri: str
    text: str


class _Times(_Part):
    total: float | None = None


class _Verdicts(_Part):
    """What LlamaIndex's evaluators said in an earlier run."""

    judge: str
    said: dict[Verdict, float | None]
    failed: dict[Verdict, Why] = Field(default_factory=dict)


class _Evaluation(_Part):
    llama_index: _Verdicts | None = None


class Line(_Part):
    """What is read of a line; everything else is passed on unread."""

    question: str = ""
    history: list[_Turn] | None = None
    reference: str | None = None
    gold_text: str | None = None
    answerable: bool | None = None
    gold_doc: str | None = None
    gold_docs_alt: list[str] | None = None
    outcome: Literal["answered", "not_covered", "blocked"] | None = None
    text: str = ""
    written: bool = False
    sentences: list[_Sentence] = Field(default_factory=list)
    citations: list[_Citation] = Field(default_factory=list)
    passages: list[_Passage] = Field(default_factory=list)
    ms: _Times | None = None
    evaluation: _Evaluation | None = None


Answer = Literal["written", "quoted", "not covered", "blocked"]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One case with everything that was measured. `line` is its line, to be written again.

    `number` is its line's, from 1. `judged` is None where no model judged. `ms`: how long the
    answer took, where that is known.
    """

    number: int
    line: Mapping[str, Any]
    answer: Answer
    case: Case
    checked: Checked
    judged: Judged | None = None
    ms: float | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """A line that could not be read or answered, and why (a sentence that names the line)."""

    id: Any
    reason: str


class Unreadable(Exception):
    """A line cannot be read; the message says why."""


def written_on(lines: Sequence[bytes]) -> Iterable[tuple[int, bytes]]:
    return ((number, raw) for number, raw in enumerate(lines, start=1) if raw.strip())


def read_object(raw: bytes) -> dict[str, Any]:
    try:
        line = json.loads(raw)
    except (ValueError, RecursionError):
        raise Unreadable("it is not JSON") from None
    if not isinstance(line, dict):
        raise Unreadable("write an object with id and question, or with an answer")
    return line


def read_fields(line: Mapping[str, Any]) -> Line:
    if "error" in line and "outcome" not in line:
        raise Unreadable(f"it was not answered: {line['error']}")
    try:
        return Line.model_validate(line)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Unreadable(f"{place}: {first['msg']}") from None


class Keys:
    """What pairs the lines of two files: the id (or the question), and how manieth of it it is."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def of(self, line: Mapping[str, Any]) -> str:
        known = line["id"] if line.get("id") is not None else line.get("question")
        name = json.dumps(known, sort_keys=True)
        self._seen[name] += 1
        return f"{name} {self._seen[name]}"


def evaluated(number: int, line: Mapping[str, Any], fields: Line) -> Evaluated:
    """One answered line with what code finds, and with an earlier run's verdicts if it has them."""
    if fields.outcome is None:
        raise Unreadable("it holds no answer yet")
    answered = fields.outcome == "answered"
    reference = fields.reference or fields.gold_text or ""
    case = Case(
        question=_asked(fields),
        answered=answered,
        shown=_shown(fields) if answered else (),
        dropped=sum(not one.supported for one in fields.sentences),
        citations=tuple(Extract(one.uri, one.quote) for one in fields.citations),
        passages=tuple(Extract(one.uri, one.text) for one in fields.passages),
        reference=reference,
        answerable=True if fields.answerable is None and reference else fields.answerable,
        documents=tuple(filter(None, (fields.gold_doc, *(fields.gold_docs_alt or ())))),
    )
    verdicts = fields.evaluation.llama_index if fields.evaluation else None
    said = Judged(verdicts.judge, verdicts.said, verdicts.failed) if verdicts else None
    kind: Answer = "written" if fields.written else "quoted"
    if not answered:
        kind = "blocked" if fields.outcome == "blocked" else "not covered"
    ms = fields.ms.total if fields.ms else None
    return Evaluated(number, line, kind, case, checked(case), said, ms)


def _asked(fields: Line) -> str:
    """The question after the turns before it."""
    if not fields.question or not fields.history:
        return fields.question
    turns = [f"{turn.role}: {turn.text}" for turn in fields.history[-TURNS:]]
    return "\n".join([*turns, f"user: {fields.question}"])


def _shown(fields: Line) -> tuple[Stated, ...]:
    """What an answer states: its sentences if a model wrote it, else the words it quotes."""
    if fields.written:
        said = (Stated(one.text, tuple(one.cites)) for one in fields.sentences if one.supported)
        return tuple(said)
    if fields.citations:
        quotes = enumerate((one.quote for one in fields.citations), start=1)
        return tuple(Stated(quote, (number,)) for number, quote in quotes)
    return (Stated(fields.text, ()),) if fields.text.strip() else ()
