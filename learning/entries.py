"""Decides how a YAML file of entries is read, and how what is wrong with one of them is named."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

# libyaml where there is one: thousands of entries in a second, not in twenty.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a file was not taken: the entry, its field, what is wrong and the remedy."""

    entry: str
    field: str
    remedy: str


def read_entries(path: Path, example: str) -> list[Any] | Refused:
    """Read a file that is a list of entries; `example` is how the first line of one looks."""
    try:
        entries = yaml.load(path.read_text("utf-8-sig"), Loader=_LOADER)  # noqa: S506 (both are safe)
    except OSError as error:
        return Refused(path.name, "", f"the file cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        return Refused(path.name, "", "the file is not UTF-8 text; save it as UTF-8")
    except RecursionError:
        return Refused(path.name, "", "the YAML is nested too deep; write a plain list")
    except (yaml.YAMLError, ValueError) as error:  # a date such as 2026-02-30 is a ValueError
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error) or "it cannot be parsed"
        return Refused(path.name, where, f"the YAML is broken: {problem}")
    if not isinstance(entries, list):
        return Refused(path.name, "", f"write a list, one `- {example}` entry each")
    return entries


def label(number: int, entry: Any, key: str) -> str:
    """Name an entry: `entry 3 (refunds)`, without the brackets where it does not say what it is."""
    named = entry.get(key) if isinstance(entry, dict) else None
    return f"entry {number} ({named})" if isinstance(named, str | int) else f"entry {number}"


def refusals(of: str, errors: ValidationError, known: Collection[str]) -> Iterator[Refused]:
    """Give a refusal for each field that pydantic found wrong. `known` are the entry's fields."""
    for error in errors.errors(include_url=False):
        field = _field(error["loc"])
        match error["type"]:
            case "missing":
                remedy = "is missing; add it"
            case "extra_forbidden":
                near = get_close_matches(str(error["loc"][-1]), known, n=1)
                meant = f"; did you mean {near[0]}?" if near else ""
                remedy = f"is not a known field{meant or '; known are ' + ', '.join(known)}"
            case "model_type" | "model_attributes_type" | "dict_type":
                remedy = "has to be `key: value` lines under it"
            case _:
                remedy = str(error["msg"]).removeprefix("Value error, ")
        yield Refused(of, field, remedy)


def _field(where: tuple[int | str, ...]) -> str:
    """Write a place in an entry as people count: `parts[2].statement`."""
    words = ""
    for step in where:
        words += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if words else step
    return words
