"""Decides what can be wrong with a document: the refusals and remarks of the gate, as values.

No wording: `handlers/remedies.py` turns a problem into what happened and what to do next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Code = Literal[
    # The run as a whole
    "path_missing",
    "source_name",
    "source_elsewhere",
    # The file
    "binary",
    "changes_open",
    "damaged",
    "empty",
    "encoding",
    "encrypted",
    "file_name",
    "link_outside",
    "linked_folder",
    "macros",
    "no_text",
    "not_its_format",
    "scanned",
    "too_large",
    "unknown_format",
    "unpacked_too_large",
    "unreadable",
    # Its governance
    "comma",
    "date",
    "email",
    "future",
    "misplaced",
    "missing",
    "period",
    "text_too_long",
    "twice",
    "unknown_key",
    "unmatched",
    "url",
    "wrong_kind",
    "yaml",
    # Its place among the others
    "duplicate",
    # Why it waits for a validation
    "claim_before_version",
    "claim_incomplete",
    "claim_missing",
    "claim_not_raised",
    # What it is stored in spite of
    "expired_on_arrival",
    "person_unknown",
    "role_unheld",
    "version_not_raised",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal or remark.

    `file` is where to mend it (a document's uri or the name of a governance file), `line` its
    line there, counted from 1. `field` is the governance field or the part of the file meant.
    `value` is what was found; `hint` what helps: the nearest known key, the other document's uri.
    """

    code: Code
    field: str = ""
    file: str = ""
    line: int | None = None
    value: str = ""
    hint: str = ""
