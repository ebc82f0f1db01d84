"""Decides whether the title in a file's properties was given by a person or by the program."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from indexing.visible import one_line

_PROGRAMS = re.compile(r"microsoft (?:office )?(?:word|excel|powerpoint)\b.*", re.IGNORECASE)
# What programs call what nobody has named, in the languages most of them are sold in.
_NAMELESS = re.compile(
    r"(?:untitled|no title|new (?:document|page)|document|doc|presentation|powerpoint presentation"
    r"|book|workbook|slide|pdf document|unbenannt|ohne titel|dokument|sans titre|sin título"
    r"|senza titolo|sem título|naamloos|namnlös)(?: document| page)?[ _-]?\(?\d*\)?",
    re.IGNORECASE,
)
_FILE = re.compile(
    r".*\.(?:docx?|docm|dotx?|odt|rtf|txt|md|pages|pptx?|odp|xlsx?|pdf|indd|qxd|html?|tex)",
    re.IGNORECASE,
)
_PLACE = re.compile(r"(?:[a-z]:\\|file:|https?:|about:).*", re.IGNORECASE)


def given_title(title: str, uri: str) -> str:
    """Return the title on one line; '' for a program's own, a file's name or an address."""
    said = one_line(title)
    is_file = said.casefold() == PurePosixPath(uri).name.casefold() or _FILE.fullmatch(said)
    if is_file or any(no.fullmatch(said) for no in (_NAMELESS, _PROGRAMS, _PLACE)):
        return ""
    return said
