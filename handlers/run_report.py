"""Decides how a run over a folder is told: what became of each file, and what to do next."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from handlers.remedies import remedy
from handlers.wording import columns, counted, listed
from indexing.documents import Report
from indexing.problems import Problem
from indexing.rows import Row

_RESULTS = {
    "indexed": "indexed",
    "revised": "revised",
    "pending": "waiting for a validation",
    "withdrawn": "withdrawn",
    "unchanged": "unchanged",
    "duplicate": "left out, another counts",
    "refused": "refused",
    "ignored": "ignored",
}
_OF_A_KIND = 3
"""How often the table says the same; a refusal is always told in full."""

_NAMES = ("person_unknown", "role_unheld")


def has_refusals(report: Report) -> bool:
    """Whether something could not be done."""
    return report.refused


def report_json(report: Report) -> list[dict[str, str]]:
    """Return one object a file: `uri`, `result`, `field`, `remedy`, `warning`.

    The last three may be empty; a `warning` is what the file was stored in spite of.
    """
    return [
        {
            "uri": row.uri,
            "result": row.result,
            "field": _field(row),
            "remedy": _remedy(row),
            "warning": " ".join(remedy(warning) for warning in row.warnings),
        }
        for row in report.rows
    ]


def report_table(report: Report) -> str:
    """Return the report for people: counts first, then a line for all that is not unchanged."""
    return "\n".join(_report_lines(report))


def _report_lines(report: Report) -> Iterator[str]:
    counts: Counter[str] = Counter(row.result for row in report.rows)
    sums = ", ".join(f"{counts[key]} {words}" for key, words in _RESULTS.items() if counts[key])
    name = f"{report.source}: " if report.source else ""
    yield f"{name}{sums or 'no documents found'}."
    if report.dry_run:
        yield "This was a dry run: nothing has been stored or withdrawn."
    stopped = _stopped(report.rows)
    rows = [
        row
        for row in report.rows
        if row.result != "unchanged" and row.uri not in stopped.get(row.problem, ())
    ]
    if rows:
        yield from _table(rows, stopped)
    yield from _unknown(report)


def _table(rows: Sequence[Row], stopped: Mapping[Problem | None, Sequence[str]]) -> Iterator[str]:
    """A line for each row with what has to be done; what is always the same is not repeated."""
    table = columns(
        ("DOCUMENT", "RESULT", "FIELD"), ((row.uri, row.result, _field(row)) for row in rows)
    )
    yield ""
    yield next(table)
    told: Counter[str | Problem] = Counter()
    for line, row in zip(table, rows, strict=True):
        yield line
        kind = row.problem.code if row.problem else ""
        told[kind] += 1
        # Below the line, not in a column: it would not fit most terminals.
        if told[kind] <= _OF_A_KIND or row.result == "refused":
            yield from _wrapped(_remedy(row))
        for warning in row.warnings:
            # A name that nobody has is a mistake of its own, and told once where it stands.
            about = warning if warning.code in _NAMES else warning.code
            told[about] += 1
            if told[about] <= (1 if about is warning else _OF_A_KIND):
                yield from _wrapped(f"Warning: {remedy(warning)}")
        if row.problem in stopped:
            yield from _wrapped(_stops(stopped[row.problem]))
    if any(count > _OF_A_KIND for kind, count in told.items() if kind):
        yield ""
        yield "Where nothing is said, the same has to be done as above; --json says it for each."


def _unknown(report: Report) -> Iterator[str]:
    """Who and what is named without being known: accepted, and told where it may need a hand."""
    if report.unknown_people:
        yield ""
        yield f"Not imported yet, accepted all the same (people): {listed(report.unknown_people)}."
        yield "Import them with: jobaid people import FILE.yaml"
    if report.unknown_competencies:
        yield ""
        names = listed(report.unknown_competencies)
        yield f"Not imported yet, accepted all the same (competencies): {names}."
        yield "Import them with: jobaid competencies import FILE.yaml"


def _stopped(rows: Sequence[Row]) -> dict[Problem | None, list[str]]:
    """The documents that a mistake in the governance file stops, by the mistake that has a row."""
    causes = {
        row.problem: list[str]() for row in rows if row.problem and row.problem.file == row.uri
    }
    for row in rows:
        if row.problem in causes and row.uri != row.problem.file:
            causes[row.problem].append(row.uri)
    return {problem: uris for problem, uris in causes.items() if uris}


def _stops(uris: Sequence[str]) -> str:
    more = len(uris) - _OF_A_KIND
    names = [*uris[:_OF_A_KIND], f"{more} more"] if more > 0 else uris
    return f"It stops {counted(len(uris), 'document')}: {listed(names)}."


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(
        text,
        96,
        initial_indent="  ",
        subsequent_indent="  ",
        break_long_words=False,  # commands and paths can be copied whole
        break_on_hyphens=False,
    )


def _field(row: Row) -> str:
    return row.problem.field if row.problem else ""


def _remedy(row: Row) -> str:
    if row.problem is None:
        return ""
    if row.result == "duplicate":
        return f"Somebody chose {row.problem.hint}, which has the same text. Nothing to do."
    return remedy(row.problem)
