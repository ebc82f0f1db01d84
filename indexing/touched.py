"""Decides which changes of a source touch words that were cited from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from indexing.changes import Change, Place
from indexing.changes_lines import Part, Plain, pieces, plain_heading, plain_quote

_DISTINCT = 4
"""Words of a part of a quote that are seldom anybody else's."""


def touched(changes: Sequence[Change], quote: str, section: str = "") -> tuple[Change, ...]:
    """The material changes that touch words cited from the old revision.

    `quote` is verbatim text of a passage, `section` its `Passage.section` (empty: any). A sentence
    is touched by what changes in it and by a warning that is new in its section; a step also when
    another part of it changes, or one is added to, taken from or moved in its list.
    """
    return tuple(
        change
        for change in changes
        if change.kind == "material"
        and any(
            _same_section(place.section, section) and _cites(quote, place.text)
            for place in _places(change)
        )
    )


def _places(change: Change) -> Iterator[Place]:
    text = change.before if change.before is not None else change.after
    if text is not None and (change.before is not None or not change.beside):
        yield Place(change.section, text)
    yield from change.beside


def _same_section(name: str, cited: str) -> bool:
    return not cited or plain_heading(name) == plain_heading(cited)


@lru_cache(maxsize=8192)
def _words(text: str) -> Plain:
    return plain_quote(text)


def _cites(quote: str, text: str) -> bool:
    """Whether a quote holds these words whole, or is part of them.

    A command that is only the beginning of the quote's longer one is not held.
    """
    quoted, words = _words(quote), _words(text)
    cut = _cut(quote)
    if any(
        _within(piece, words) for _, piece in [("quote", quoted), *cut] if _tells(piece, quoted)
    ):
        return True
    return _within(words, quoted) and not any(
        part == "code" and piece != words and _within(words, piece) for part, piece in cut
    )


def _tells(piece: Plain, quoted: Plain) -> bool:
    """Whether a piece of a quote is long enough to tell where it was taken from."""
    return piece == quoted or len(piece) >= _DISTINCT


@lru_cache(maxsize=1024)
def _cut(quote: str) -> tuple[tuple[Part, Plain], ...]:
    return pieces(quote)


def _within(shorter: Plain, longer: Plain) -> bool:
    size = len(shorter)
    return bool(size) and any(
        longer[at : at + size] == shorter for at in range(len(longer) - size + 1)
    )
