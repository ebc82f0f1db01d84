"""Decides what a gap file says, and refuses the whole of it when any entry cannot be right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from analytics.nouns import EVIDENCE_KINDS, Evidence, Gap
from learning.competencies import Competency
from learning.entries import Refused, label, read_entries, refusals
from learning.wordings import Day, Id, Line, day_of, is_to_come


@dataclass(frozen=True, slots=True)
class Known:
    """What a file is checked against. `written`: id -> field -> how a stored date was worded."""

    competencies: Mapping[str, Competency]
    gaps: Mapping[str, Gap]
    written: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class GapList:
    """A gap file that may be stored, with the wording of each entry's dates."""

    gaps: tuple[Gap, ...]
    written: tuple[dict[str, str], ...]


def _value(value: Any) -> Any:
    """Bare words or a number are the value, with neither a count nor a day."""
    is_bare = isinstance(value, str | int | float) and not isinstance(value, bool)
    return {"value": value} if is_bare and value != "" else value or None


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid")

    value: Line
    n: Annotated[int, Field(gt=0, le=10_000_000)] | None = None
    on: Day = ""


_Given = Annotated[_Input | None, BeforeValidator(_value)]


class _Inputs(BaseModel):
    model_config = ConfigDict(extra="forbid")

    assessment: _Given = None
    manager: _Given = None
    performance: _Given = None


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    id: Id
    role: Id
    competency: Id
    priority: Line
    impact: Annotated[int, Field(ge=1, le=5, strict=True)]
    rationale: Line
    evidence: Annotated[_Inputs, BeforeValidator(lambda value: value or {})] = _Inputs()


def read_gaps(path: Path, known: Known, today: date) -> GapList | tuple[Refused, ...]:
    """Read a gap file: all of it, or everything that is wrong with it."""
    entries = read_entries(path, "id: …")
    if isinstance(entries, Refused):
        return (entries,)
    wrong: list[Refused] = []
    made: list[Gap] = []
    written: list[dict[str, str]] = []
    for number, raw in enumerate(entries, start=1):
        named = label(number, raw, "id")
        try:
            entry = _Entry.model_validate(_unfolded(raw))
        except ValidationError as errors:
            wrong += refusals(named, errors, list(_Entry.model_fields))
            continue
        gap, words = _made(entry, known.written.get(entry.id, {}), today)
        wrong += _wrong_with(named, gap, known, today)
        made.append(gap)
        written.append(words)
    twice = [identity for identity, times in Counter(g.id for g in made).items() if times > 1]
    wrong += [Refused(identity, "id", "stands twice; keep one entry for it") for identity in twice]
    return tuple(wrong) or GapList(tuple(made), tuple(written))


def _unfolded(entry: Any) -> Any:
    """YAML 1.1 reads an unquoted `on` as true: the day of an input is found there all the same."""
    if isinstance(entry, dict):
        return {("on" if key is True else key): _unfolded(value) for key, value in entry.items()}
    return entry


def _made(entry: _Entry, kept: Mapping[str, str], today: date) -> tuple[Gap, dict[str, str]]:
    evidence: list[Evidence] = []
    written: dict[str, str] = {}
    for kind in EVIDENCE_KINDS:
        given: _Input | None = getattr(entry.evidence, kind)
        if given is None:
            continue
        day, words = day_of(kind, given.on, kept, today)
        evidence.append(Evidence(kind, given.value, given.n, day))
        written |= {kind: words} if words else {}
    gap = Gap(
        entry.id, entry.role, entry.competency, entry.priority, entry.impact, entry.rationale,
        tuple(evidence),
    )  # fmt: skip
    return gap, written


def _wrong_with(named: str, gap: Gap, known: Known, today: date) -> Iterator[Refused]:
    competency = known.competencies.get(gap.competency)
    if competency is None:
        near = get_close_matches(gap.competency, known.competencies, n=1)
        meant = f"did you mean {near[0]}?" if near else "import it first"
        yield Refused(named, "competency", f"{gap.competency} is not known; {meant}")
    elif competency.role != gap.role:
        remedy = f"{competency.id} is a competency of {competency.role}, not of {gap.role}; "
        yield Refused(named, "role", remedy + "name that role, or another competency")
    for evidence in gap.evidence:
        if is_to_come(evidence.on, today):
            remedy = "is still to come; give the day it was found"
            yield Refused(named, f"evidence.{evidence.kind}.on", remedy)
    stored = known.gaps.get(gap.id)
    if stored is None:
        return
    if stored.state == "closed" and _said(stored) != _said(gap):
        yield Refused(named, "id", "is closed, so what it says stands; give the new one its own id")
    elif stored.state == "active" and stored.competency != gap.competency:
        remedy = f"is {stored.competency} while the gap is active; close it, or give a new id"
        yield Refused(named, "competency", remedy)


def _said(gap: Gap) -> Gap:
    return replace(gap, state="proposed", activated_at=None, closed_at=None)


def changed(gaps: Sequence[Gap], known: Known) -> tuple[str, ...]:
    """The ids of gaps that are new or say something else than what is stored."""
    return tuple(
        gap.id for gap in gaps if gap.id not in known.gaps or _said(known.gaps[gap.id]) != gap
    )


def write_gaps(gaps: Sequence[Gap]) -> str:
    """Return the file that `read_gaps` reads these from."""
    dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    entries = [_entry(gap) for gap in gaps]
    return yaml.dump(entries, Dumper=dumper, allow_unicode=True, sort_keys=False, width=100)


def _entry(gap: Gap) -> dict[str, Any]:
    return {
        "id": gap.id,
        "role": gap.role,
        "competency": gap.competency,
        "priority": gap.priority,
        "impact": gap.impact,
        "rationale": gap.rationale,
        "evidence": {
            one.kind: {"value": one.value}
            | ({"n": one.n} if one.n else {})
            | ({"on": one.on} if one.on else {})
            for one in gap.evidence
        },
    }
