"""Decides what a competency file says, and refuses the whole of it when any entry cannot be right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from learning.competencies import SOURCE_KINDS, Competency, Part, Source, SourceKind, circle_in
from learning.entries import Refused, label, read_entries, refusals
from learning.statements import Unclear, unclear
from learning.wordings import Day, Domain, Email, Id, Line, day_of, is_to_come

_ALIASES = {"jd": "job-description", "department-head": "head", "line-manager": "manager"}


@dataclass(frozen=True, slots=True)
class Known:
    """What a file is checked against: the roles and people there are, and what is stored already.

    `written` is how the dates of stored entries were worded: id -> field -> wording.
    """

    roles: frozenset[str]
    people: frozenset[str]
    competencies: Mapping[str, Competency]
    written: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Framework:
    """A competency file that may be stored, with the wording of each entry's dates."""

    competencies: tuple[Competency, ...]
    written: tuple[dict[str, str], ...]


def _kind(value: Any) -> str:
    words = str(value or "").strip().lower().replace("_", "-").replace(" ", "-")
    words = _ALIASES.get(words, words)
    if words not in SOURCE_KINDS:
        near = get_close_matches(words, SOURCE_KINDS, n=1)
        meant = f"did you mean {near[0]}?" if near else f"write one of {', '.join(SOURCE_KINDS)}"
        raise ValueError(f"is not a known kind of source; {meant}")
    return words


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value or []


class _Source(BaseModel):
    model_config = ConfigDict(extra="forbid")

    person: Email = ""
    kind: Annotated[SourceKind, BeforeValidator(_kind)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: Id
    statement: Annotated[str, AfterValidator(lambda text: " ".join(text.split()))] = ""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    id: Id
    domain: Domain
    role: Id
    statement: Line
    level: Line
    validated_by: Email = ""
    validated_on: Day = ""
    source: Annotated[list[_Source], BeforeValidator(_listed)]
    parts: Annotated[list[_Part], BeforeValidator(lambda value: value or [])] = []


def read_competencies(path: Path, known: Known, today: date) -> Framework | tuple[Refused, ...]:
    """Read a competency file: all of it, or everything that is wrong with it."""
    entries = read_entries(path, "id: …")
    if isinstance(entries, Refused):
        return (entries,)
    wrong: list[Refused] = []
    read: list[tuple[str, _Entry]] = []
    for number, entry in enumerate(entries, start=1):
        named = label(number, entry, "id")
        try:
            read.append((named, _Entry.model_validate(entry)))
        except ValidationError as errors:
            wrong += refusals(named, errors, list(_Entry.model_fields))
    checked = _Checked({entry.id: entry for _, entry in read}, known, today)
    for named, entry in read:
        wrong += checked.of_one(named, entry)
    wrong += checked.of_all([entry for _, entry in read])
    if wrong:
        return tuple(wrong)
    made = [checked.made(entry) for _, entry in read]
    return Framework(tuple(one for one, _ in made), tuple(words for _, words in made))


@dataclass(frozen=True, slots=True)
class _Checked:
    """Entries, each right in itself, held against each other and against what is known."""

    entries: Mapping[str, _Entry]
    known: Known
    today: date

    def of_one(self, named: str, entry: _Entry) -> Iterator[Refused]:
        if entry.role not in self.known.roles:
            near = get_close_matches(entry.role, self.known.roles, n=1)
            meant = f"did you mean {near[0]}?" if near else "import the people who have it first"
            yield Refused(named, "role", f"nobody has the role {entry.role}; {meant}")
        lint = unclear(entry.statement)
        if lint:
            yield Refused(named, "statement", _remedy(entry.statement, lint))
        yield from self._validation(named, entry)
        yield from self._sources(named, entry)
        yield from self._parts(named, entry)
        stored = self.known.competencies.get(entry.id)
        if stored and stored.role != entry.role:
            remedy = f"is {stored.role} and cannot change; give it a new id for another role"
            yield Refused(named, "role", remedy)

    def _validation(self, named: str, entry: _Entry) -> Iterator[Refused]:
        if bool(entry.validated_by) != bool(entry.validated_on):
            field = "validated_on" if entry.validated_by else "validated_by"
            yield Refused(named, field, "is missing; a validation needs who and when, or neither")
            return
        if not entry.validated_by:
            return
        if entry.validated_by not in self.known.people:
            yield Refused(named, "validated_by", _unknown(entry.validated_by))
        made, _ = self.made(entry)
        if is_to_come(made.validated_on, self.today):
            remedy = "is still to come; give the day on which it was validated"
            yield Refused(named, "validated_on", remedy)
        before = self.known.competencies.get(entry.id)
        if before is None or before.validated_on is None or made.validated_on is None:
            return
        said_before = (before.statement, before.level, before.parts)
        same = (made.statement, made.level, made.parts) == said_before
        if not same and made.validated_on <= before.validated_on != self.today:
            yield Refused(
                named,
                "validated_on",
                f"what was validated on {before.validated_on} has changed since; have it validated"
                " again and give that day, or leave out validated_by and validated_on",
            )

    def _sources(self, named: str, entry: _Entry) -> Iterator[Refused]:
        if not entry.source:
            yield Refused(named, "source", "is empty; say who knows that it matters, and as what")
        for source in entry.source:
            if not source.person and source.kind != "job-description":
                yield Refused(named, "source.person", "is missing; say who by e-mail")
            elif source.person and source.person not in self.known.people:
                yield Refused(named, "source.person", _unknown(source.person))

    def _parts(self, named: str, entry: _Entry) -> Iterator[Refused]:
        for at, part in enumerate(entry.parts, start=1):
            whole = self._competency(part.id)
            field = f"parts[{at}].statement"
            if whole is None:
                lint = unclear(part.statement) if part.statement else None
                if lint:
                    yield Refused(named, field, _remedy(part.statement, lint))
                elif not part.statement:
                    remedy = f"is missing, and {part.id} is no competency by itself; add it"
                    yield Refused(named, field, remedy)
            elif part.statement and part.statement != whole:
                remedy = f"differs from that of the competency {part.id}; leave it out here"
                yield Refused(named, field, remedy)

    def _competency(self, identity: str) -> str | None:
        """The statement of a competency in the file or, failing that, of a stored one."""
        if identity in self.entries:
            return self.entries[identity].statement
        stored = self.known.competencies.get(identity)
        return stored.statement if stored else None

    def of_all(self, entries: Sequence[_Entry]) -> Iterator[Refused]:
        """What is wrong between entries: ids that stand twice, parts that run in a circle."""
        ids = Counter(entry.id for entry in entries)
        parts = Counter((entry.id, part.id) for entry in entries for part in entry.parts)
        for (whole, part), times in parts.items():
            if times > 1:
                yield Refused(whole, "parts", f"{part} stands twice; keep one")
        own = Counter(part for _, part in parts if self._competency(part) is None)
        kept = {
            part.id: one.id
            for one in self.known.competencies.values()
            if one.id not in self.entries
            for part in one.parts
            if not part.linked
        }
        for identity, times in ids.items():
            if times > 1:
                yield Refused(identity, "id", "stands twice; keep one entry for it")
            if identity in kept:
                yield Refused(identity, "id", f"is a part of {kept[identity]} already; rename one")
        for part, times in own.items():
            if times > 1 or part in kept:
                remedy = "stands in two competencies; give each its own id"
                yield Refused(part, "parts", remedy)
        below = {
            one.id: [part.id for part in one.parts if part.linked]
            for one in self.known.competencies.values()
        }
        below |= {entry.id: [part.id for part in entry.parts] for entry in entries}
        circle = circle_in(below)
        if circle:
            remedy = f"run in a circle: {' → '.join(circle)}; take one of them out"
            yield Refused(circle[0], "parts", remedy)

    def made(self, entry: _Entry) -> tuple[Competency, dict[str, str]]:
        kept = self.known.written.get(entry.id, {})
        day, words = day_of("validated_on", entry.validated_on, kept, self.today)
        parts = tuple(
            Part(part.id, self._competency(part.id) or part.statement, self._is_linked(part.id))
            for part in entry.parts
        )
        sources = tuple(dict.fromkeys(Source(one.person, one.kind) for one in entry.source))
        made = Competency(
            entry.id, entry.domain, entry.role, entry.statement, entry.level,
            entry.validated_by, day, sources, parts,
        )  # fmt: skip
        return made, {"validated_on": words} if words else {}

    def _is_linked(self, identity: str) -> bool:
        return self._competency(identity) is not None


def _unknown(email: str) -> str:
    return f"nobody with the e-mail {email} was imported; correct it or import them first"


def _remedy(statement: str, lint: Unclear) -> str:
    why = {
        "topic": "names a topic, not what somebody does",
        "vague_verb": f"begins with “{lint.word}”, which nobody can see being done",
        "not_finite": f"begins with “{lint.word}”; begin with the action itself",
        "no_object": f"does not say what is done to what after “{lint.word}”",
        "no_measure": "says neither under which condition nor how well or how fast",
    }[lint.lack]
    return f"“{statement}” {why}. For example: “{lint.suggestion}”"


def write_competencies(competencies: Sequence[Competency]) -> str:
    """Return the file that `read_competencies` reads these from."""
    entries = [_entry(competency) for competency in competencies]
    return yaml.dump(entries, Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=100)


_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def _entry(competency: Competency) -> dict[str, Any]:
    sources = [{"person": s.person, "kind": s.kind} for s in competency.sources]
    entry: dict[str, Any] = {
        "id": competency.id,
        "domain": competency.domain,
        "role": competency.role,
        "statement": competency.statement,
        "level": competency.level,
    }
    if competency.validated_on:
        entry |= {
            "validated_by": competency.validated_by,
            "validated_on": competency.validated_on,
        }
    entry["source"] = sources[0] if len(sources) == 1 else sources
    if competency.parts:
        entry["parts"] = [
            {"id": part.id} if part.linked else {"id": part.id, "statement": part.statement}
            for part in competency.parts
        ]
    return entry


def changed(framework: Framework, known: Known) -> tuple[str, ...]:
    """The ids of a file's competencies that are new or not as they are stored."""
    return tuple(one.id for one in framework.competencies if known.competencies.get(one.id) != one)
