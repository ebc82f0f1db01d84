"""Decides whether what is written about a document is enough to answer from it.

Governance is written in a document's front matter and in the folder's `governance.yaml`. Field by
field the later wins: `defaults`, then the entries of `documents` whose glob matches, in the order
of the file, then the document's own front matter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

from indexing.nouns import Governance
from indexing.problems import Code, Problem
from indexing.visible import one_line

REQUIRED = ("title", "scope", "version_on", "owner", "roles", "competencies")
EVERYONE = "everyone"
_LONGEST = 1000
"""Characters in one value: a field is a line, not a text."""
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_RELATIVE = re.compile(r"today(?:([+-])(\d{1,4})([dw]))?")
_PERIOD = re.compile(r"(\d{1,4})([dw])")
_EMAIL = re.compile(r"[^\s@,;:<>()\[\]\"\\]+@[^\s@,;:<>()\[\]\"\\]+")
_DAYS = {"d": 1, "w": 7}


@dataclass(frozen=True, slots=True)
class Value:
    """One field as written, and where. Empty text stands for a key without a value."""

    words: str | tuple[str, ...]
    file: str
    line: int


Fields = Mapping[str, Value]


def _invalid(code: Code) -> PydanticCustomError:
    return PydanticCustomError(code, "see handlers/library.py")


def _line(text: str) -> str:
    clean = one_line(text)
    if len(clean) > _LONGEST:
        raise _invalid("text_too_long")
    return clean


def _email(text: str) -> str:
    clean = _line(text).lower()
    if clean and not _EMAIL.fullmatch(clean):
        raise _invalid("email")
    return clean


def _names(words: tuple[str, ...]) -> tuple[str, ...]:
    """Role ids, competency ids and e-mails: order kept, each once, e-mails in lower case."""
    clean = [_line(word) for word in words]
    if any("," in word for word in clean):
        raise _invalid("comma")
    lowered = (w.lower() if "@" in w or w.lower() == EVERYONE else w for w in clean if w)
    return tuple(dict.fromkeys(lowered))


def _day(text: str) -> str:
    clean = _line(text)
    if clean and resolved(clean, date(2000, 1, 1)) is None:
        raise _invalid("date")
    return clean


def _period(text: str) -> str:
    clean = _line(text)
    found = _PERIOD.fullmatch(clean)
    if not found or int(found[1]) == 0:
        raise _invalid("period")
    return clean


def _url(text: str) -> str:
    clean = _line(text)
    if not clean:
        return ""
    try:
        parts = urlsplit(clean)
        usable = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        usable = False
    if not usable or re.search(r"[\s<>|\"'`\\]", clean):
        raise _invalid("url")
    return clean


def _listed(words: Any) -> Any:
    return (words,) if isinstance(words, str) else words


_Text = Annotated[str, AfterValidator(_line)]
_Person = Annotated[str, AfterValidator(_email)]
_Day = Annotated[str, AfterValidator(_day)]
_Names = Annotated[tuple[str, ...], BeforeValidator(_listed), AfterValidator(_names)]


class Wording(BaseModel):
    """A document's governance, every field in its own form, dates still as they are written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: _Text = ""
    scope: _Text = ""
    version: _Text = "1"
    version_on: _Day = ""
    owner: _Person = ""
    roles: _Names = ()
    competencies: _Names = ()
    audience: _Names = (EVERYONE,)
    validated_by: _Person = ""
    validated_on: _Day = ""
    review_every: Annotated[str, AfterValidator(_period)] = "90d"
    url: Annotated[str, AfterValidator(_url)] = ""
    urgent: _Text = ""


def resolved(words: str, today: date) -> date | None:
    """Return the day that `2026-05-04`, `today` or `today-40d` (d, w) names; None if none."""
    relative = _RELATIVE.fullmatch(words)
    try:
        if relative is None:
            return date.fromisoformat(words) if _DATE.fullmatch(words) else None
        sign, number, unit = relative.groups()
        days = int(number) * _DAYS[unit] if number else 0
        return today + timedelta(days=-days if sign == "-" else days)
    except (ValueError, OverflowError):
        return None


def is_relative(words: str) -> bool:
    """Say whether a date is written relative to the day on which it is read."""
    return words.startswith("today")


def worded(fields: Fields, title: str, uri: str) -> Wording | Problem:
    """Check the fields of one document; `title` is what it is called if no field says so."""
    words = {name: value.words for name, value in fields.items()}
    if not words.get("title"):
        words["title"] = title
    try:
        wording = Wording.model_validate(words)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0])
        known = {"comma", "date", "email", "period", "text_too_long", "url"}
        code: Any = first["type"] if first["type"] in known else "wrong_kind"
        value = "a line of text" if code == "wrong_kind" else one_line(str(first["input"]))[:80]
        where = fields.get(name, Value("", uri, 0))
        return Problem(code, name, where.file, where.line or None, value)
    missing = [name for name in (*REQUIRED, "audience") if not getattr(wording, name)]
    if missing:
        where = fields.get(missing[0], Value("", uri, 0))
        return Problem("missing", ", ".join(missing), where.file, where.line or None)
    return wording


Days = Mapping[tuple[str, str], date]
"""What a date field's relative wording was resolved to before: (field, wording) -> day."""


def governed(wording: Wording, fields: Fields, kept: Days, today: date) -> Governance | Problem:
    """Resolve the dates. A relative one that was resolved before (`kept`) still means that day.

    In the result `validated_by` and `validated_on` are what is claimed, not yet what holds: that
    is for `indexing.validation` to say.
    """
    days: dict[str, date | None] = {}
    for name in ("version_on", "validated_on"):
        words = getattr(wording, name)
        day = kept.get((name, words)) if is_relative(words) else None
        days[name] = day or resolved(words, today)
    # A day's grace: somewhere it is tomorrow already.
    claimed = days["validated_on"]
    if claimed and claimed > today + timedelta(days=1):
        where = fields["validated_on"]
        return Problem("future", "validated_on", where.file, where.line, wording.validated_on)
    version_on = days["version_on"]
    assert version_on is not None  # `worded` refused an empty one, `Wording` a malformed one
    number, unit = wording.review_every[:-1], wording.review_every[-1]
    return Governance(
        title=wording.title,
        scope=wording.scope,
        version=wording.version or "1",
        version_on=version_on,
        owner=wording.owner,
        roles=wording.roles,
        competencies=wording.competencies,
        audience=wording.audience,
        validated_by=wording.validated_by,
        validated_on=claimed,
        review_every=timedelta(days=int(number) * _DAYS[unit]),
        url=wording.url,
        urgent=wording.urgent,
        written={"version_on": wording.version_on, "validated_on": wording.validated_on},
    )
