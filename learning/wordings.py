"""Decides how ids, days and lines of text are written in the files that people import."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from indexing.governance import is_relative, resolved
from indexing.visible import one_line

EMAIL = re.compile(r"[^@\s,:]+@[^@\s,:]+\.[^@\s,:]+")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_DOMAIN = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
_LONGEST = 500


def _text(value: Any) -> Any:
    """Numbers may be written without quotes: a level 2 is the text 2."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _line(value: str) -> str:
    clean = one_line(value)
    if not clean:
        raise ValueError("is empty; write it in a line")
    if len(clean) > _LONGEST:
        raise ValueError(f"is longer than {_LONGEST} characters; say it in a line")
    return clean


def _id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise ValueError("write an id of letters, digits, . _ and -, such as refund-no-receipt")
    return value


def _domain(value: str) -> str:
    if not _DOMAIN.fullmatch(value):
        raise ValueError("write a domain as its SMEs' seat names it: small letters, as in refunds")
    return value


def _email(value: str) -> str:
    clean = one_line(value).lower()
    if clean and not EMAIL.fullmatch(clean):
        raise ValueError("write an e-mail address such as dana@example.com")
    return clean


def _day(value: Any) -> Any:
    words = value.isoformat() if type(value) is date else value
    if words is None or words == "":
        return ""
    if not isinstance(words, str) or resolved(words, date(2000, 1, 1)) is None:
        raise ValueError("write a day as 2026-05-04, or as today-40d")
    return words


Line = Annotated[str, BeforeValidator(_text), AfterValidator(_line)]
Id = Annotated[str, BeforeValidator(_text), AfterValidator(_id)]
Domain = Annotated[str, AfterValidator(_domain)]
Email = Annotated[str, BeforeValidator(lambda value: value or ""), AfterValidator(_email)]
Day = Annotated[str, BeforeValidator(_day)]
"""As written, `today-40d` too; '' where there is none."""


def day_of(field: str, words: str, kept: Mapping[str, str], today: date) -> tuple[date | None, str]:
    """Resolve a day, and say how to keep it: `today-40d` goes on meaning the day it first meant.

    `kept` is what was stored of the entry before: field -> `today-40d 2026-10-14`.
    """
    if not words:
        return None, ""
    before, _, day = kept.get(field, "").partition(" ")
    if is_relative(words) and before == words and day:
        return date.fromisoformat(day), kept[field]
    found = resolved(words, today)
    return found, f"{words} {found}" if found and is_relative(words) else ""


def is_to_come(day: date | None, today: date) -> bool:
    """Whether a day is still to come; a day's grace, because somewhere it is tomorrow already."""
    return day is not None and day > today + timedelta(days=1)
