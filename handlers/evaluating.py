"""Decides what an evaluation does with a file of questions or answers, and which cases changed."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from handlers.evaluated_lines import (
    Evaluated,
    Keys,
    Unread,
    Unreadable,
    evaluated,
    read_fields,
    read_object,
    written_on,
)
from handlers.services import Connection, Services
from handlers.trying import batch_line
from indexing.answer_checks import Check
from indexing.evaluation import PASSES, VERDICTS, Judged, Verdict, judged
from indexing.language_model import Usage

KNOWN = ("question", "history", "reference", "answerable", "gold_text", "gold_doc", "gold_docs_alt")
"""Fields of a line that say something about the question, whoever answers it."""
STEP = 1.0
"""Difference of two correctness scores, of 1 to 5, that counts as a change."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that came out differently. `better` is None where it is neither."""

    what: Literal["answer"] | Check | Verdict
    earlier: Any
    now: Any
    better: bool | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier run: its cases by key, and the lines of its file that could not be read."""

    cases: Mapping[str, Evaluated] = field(default_factory=dict)
    unread: Sequence[Unread] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of one line, beside the same question in the earlier run if it was asked there."""

    now: Evaluated | Unread
    before: Evaluated | None = None


def read_earlier(lines: Sequence[bytes]) -> Earlier:
    """Read an earlier run: checked again by code, its evaluators' verdicts taken as they stand."""
    cases: dict[str, Evaluated] = {}
    unread: list[Unread] = []
    keys = Keys()
    for number, raw in written_on(lines):
        line: dict[str, Any] = {}
        try:
            line = read_object(raw)
            cases[keys.of(line)] = evaluated(number, line, read_fields(line))
        except Unreadable as error:
            unread.append(Unread(line.get("id"), f"line {number}: {error}"))
    return Earlier(cases, unread)


async def on_eval(
    conn: Connection,
    services: Services,
    lines: Sequence[bytes],
    earlier: Earlier,
    now: datetime,
    usage: Usage,
) -> AsyncGenerator[Measured]:
    """Answer what is not answered yet and measure every line, in their order.

    Nothing is stored. A failing evaluator leaves a gap, and an endpoint that is down leaves many.
    `usage` counts what judging took.
    """
    keys = Keys()
    for number, raw in written_on(lines):
        line: dict[str, Any] = {}
        try:
            line = read_object(raw)
            before = earlier.cases.get(keys.of(line))
            if before is not None and not _asked_alike(line, before.line):
                before = None
            line = _with_what_is_known(line, before.line if before else {})
            if read_fields(line).outcome is None:
                line = await _answered(conn, services, line, number, now)
            done = evaluated(number, line, read_fields(line))
            if before is not None:
                known = _with_what_is_known(before.line, line)
                before = evaluated(before.number, known, read_fields(known))
        except Unreadable as error:
            reason = str(error)
            told = reason if reason.startswith("line ") else f"line {number}: {reason}"
            yield Measured(Unread(line.get("id"), told))
            continue
        model = services.language_model
        verdicts = await judged(model, done.case, usage) if model is not None else None
        yield Measured(_with_verdicts(done, verdicts), before)


def _asked_alike(line: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two lines of one id are about one question, as far as they say."""
    return all(
        line.get(name) is None or other.get(name) is None or line[name] == other[name]
        for name in ("question", "history")
    )


def _with_what_is_known(line: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """A line with what another knows about its question: `ask --batch` prints answers alone."""
    return {name: other[name] for name in KNOWN if name in other} | dict(line)


async def _answered(
    conn: Connection, services: Services, line: dict[str, Any], number: int, now: datetime
) -> dict[str, Any]:
    """A question's line with its answer."""
    raw = json.dumps(line).encode()
    async with conn.transaction():
        said = await batch_line(conn, services, raw, number, now)
    if "error" in said:
        raise Unreadable(str(said["error"]))
    model = services.language_model
    by = {"model": model.name} if model is not None else {}
    return line | said | by


def _with_verdicts(done: Evaluated, verdicts: Judged | None) -> Evaluated:
    """The case with these verdicts, and its line with everything that was measured."""
    found = done.checked
    measured: dict[str, Any] = {
        "checks": dict(found.found),
        "unsupported": list(found.unsupported),
        "missing_numbers": list(found.missing),
        "characters": len(done.case.words),
    }
    if verdicts is not None:
        measured["llama_index"] = {
            "judge": verdicts.judge,
            "said": dict(verdicts.said),
            "failed": dict(verdicts.failed),
        }
    line = dict(done.line) | {"evaluation": measured}
    return replace(done, line=line, judged=verdicts)


def changes(earlier: Evaluated, now: Evaluated) -> list[Change]:
    """What came out differently; what only one of the two runs knows is no change."""
    found: list[Change] = []
    if earlier.answer != now.answer:
        found.append(Change("answer", earlier.answer, now.answer))
    for check, value in now.checked.found.items():
        before = earlier.checked.found[check]
        if before is not None and value is not None and before != value:
            found.append(Change(check, before, value, value))
    for verdict in VERDICTS:
        before_that, after = _verdict(earlier, verdict), _verdict(now, verdict)
        if before_that is None or after is None or before_that == after:
            continue
        passed = (before_that >= PASSES, after >= PASSES)
        if verdict != "correct" or abs(after - before_that) >= STEP or passed[0] != passed[1]:
            found.append(Change(verdict, before_that, after, after > before_that))
    return found


def _verdict(run: Evaluated, verdict: Verdict) -> float | None:
    return run.judged.said.get(verdict) if run.judged else None


def json_line(measured: Measured) -> str:
    """One line of JSON; `changed` maps what came out differently to [earlier, now]."""
    match measured.now:
        case Unread(known, reason):
            value: dict[str, Any] = {"id": known, "error": reason}
        case Evaluated(line=line) as run:
            value = {name: line[name] for name in line if name != "changed"}
            if (before := measured.before) is not None:
                found = changes(before, run)
                value["changed"] = {one.what: [one.earlier, one.now] for one in found}
    # Half a surrogate pair, which JSON may hold and UTF-8 may not, stays the escape it was.
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def has_gaps(cases: Sequence[Measured], earlier: Earlier) -> bool:
    """Whether a line could not be read or answered, or there was none. A missing verdict is none."""
    return not cases or bool(earlier.unread) or any(isinstance(one.now, Unread) for one in cases)
