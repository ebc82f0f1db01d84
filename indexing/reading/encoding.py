"""Decides how bytes become text, and when that would be a guess."""

from __future__ import annotations

import codecs
import re
import unicodedata

from charset_normalizer import from_bytes

from indexing.problems import Problem

_MARKED = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.I)
_SAMPLE = 200_000
"""Bytes that a guess looks at; what follows must then decode without an error as well."""


def decoded(raw: bytes, uri: str, *, html: bool = False) -> str | Problem:
    """Return the text of `raw`: as marked, as UTF-8, as declared, else as known beyond doubt."""
    for mark, encoding in _MARKED:
        if raw.startswith(mark):
            return _decoded_as(raw, encoding) or Problem("encoding", file=uri, value=encoding)
    text = _decoded_as(raw, "utf-8")
    if text is None and html and (declared := _DECLARED.search(raw[:4096])):
        text = _decoded_as(raw, declared[1].decode("ascii"))
    if text is None:
        text = _guessed(raw)
    if text is None:
        return Problem("binary" if b"\x00" in raw else "encoding", file=uri)
    return Problem("binary", file=uri) if "\x00" in text else text


def _decoded_as(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _guessed(raw: bytes) -> str | None:
    """Return the text where every likely encoding gives the same, else None.

    Western encodings differ in a few signs only: £ in one is Ł in the next, and both look clean to
    a detector. So Latin text counts only where Windows-1252 agrees with the best guess.
    """
    matches = list(from_bytes(raw[:_SAMPLE]))
    if not matches or matches[0].percent_chaos > 0 or b"\x00" in raw:
        return None
    best = matches[0]
    likely = [
        match
        for match in matches
        if match.percent_chaos == 0 and match.percent_coherence >= 0.8 * best.percent_coherence
    ]
    texts = {_decoded_as(raw, match.encoding) for match in likely}
    text = texts.pop() if len(texts) == 1 else None
    if text is None:
        return None
    letters = [char for char in text[:_SAMPLE] if char.isalpha()]
    latin = sum(unicodedata.name(char, "").startswith("LATIN") for char in letters)
    if 2 * latin > len(letters) and text != _decoded_as(raw, "cp1252"):
        return None
    return text
