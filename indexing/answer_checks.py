"""Decides what code can say of an answer when runs are compared: it asks no model.

So two runs differ in these checks only if their answers do. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from indexing.figures import Figure, agrees, unit_agrees
from indexing.statements import read
from indexing.support import Supported, supported_by

Check = Literal["expected", "supported", "citations", "quotes", "numbers", "document"]
CHECKS: tuple[Check, ...] = get_args(Check)


@dataclass(frozen=True, slots=True)
class Extract:
    """Words of a document: a retrieved passage, or the words that a citation stands on."""

    uri: str
    text: str


@dataclass(frozen=True, slots=True)
class Stated:
    """A sentence that was shown, or words that were quoted. `cites` number citations from 1."""

    text: str
    cites: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A question, what was answered, and what is known about the right answer.

    `question` holds the turns before it, and is '' where only the answer is known. `shown` is
    empty for a refusal; `dropped` counts sentences that a model wrote and nobody saw. `reference`
    is a right answer; `answerable` False says that a refusal is right; `documents` name those of
    which one has to be cited. '', None and () mean that nothing is known.
    """

    question: str
    answered: bool
    shown: tuple[Stated, ...]
    dropped: int
    citations: tuple[Extract, ...]
    passages: tuple[Extract, ...]
    reference: str = ""
    answerable: bool | None = None
    documents: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The answer's own words, without heading, marks and sources."""
        return "\n".join(one.text for one in self.shown)


@dataclass(frozen=True, slots=True)
class Checked:
    """What code finds; a check that has nothing to look at is None.

    `expected`: answered or refused as it should be. `supported`: every sentence shown is.
    `citations`: every one leads to a passage that was retrieved. `quotes`: each stands there word
    for word. `numbers`: those of the reference are said. `document`: a right one is cited.
    """

    found: Mapping[Check, bool | None]
    unsupported: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def checked(case: Case) -> Checked:
    """What code can say of an answer, without a model."""
    expected = None if case.answerable is None else case.answered == case.answerable
    if not case.answered:
        return Checked({name: expected if name == "expected" else None for name in CHECKS})
    texts = dict(enumerate((text_behind(one, case.passages) for one in case.citations), start=1))
    leading = {number: text for number, text in texts.items() if text}
    cites = {number for one in case.shown for number in one.cites}
    unsupported = tuple(one.text for one in case.shown if not _is_supported(one, leading))
    right = case.reference if case.answerable is not False else ""
    missing = _missing_numbers(right, case.words)
    return Checked(
        {
            "expected": expected,
            "supported": bool(case.shown) and not unsupported,
            "citations": bool(texts) and set(texts) == set(leading) and cites <= set(texts),
            "quotes": all(
                _stands(one.text, leading.get(number, ""))
                for number, one in enumerate(case.citations, start=1)
            )
            if texts
            else None,
            "numbers": not missing if _numbers(right) else None,
            "document": _cites_one_of(case) if case.documents else None,
        },
        unsupported,
        missing,
    )


def text_behind(citation: Extract, passages: Sequence[Extract]) -> str:
    """The passage that a citation quotes, or all of its document that was found; '' if none was."""
    texts = [passage.text for passage in passages if passage.uri == citation.uri]
    holding = [text for text in texts if _stands(citation.text, text)]
    return holding[0] if holding else "\n".join(texts)


def _stands(words: str, text: str) -> bool:
    """Whether words stand in a text as they are; how lines are broken counts nothing."""
    wanted = " ".join(words.split())
    return bool(wanted) and wanted in " ".join(text.split())


def _is_supported(said: Stated, texts: Mapping[int, str]) -> bool:
    if any(_stands(said.text, texts.get(number, "")) for number in said.cites):
        return True
    return isinstance(supported_by(said.text, texts, said.cites), Supported)


def _numbers(text: str) -> list[Figure]:
    """The figures of a text that count something: not those of its steps, nor the word "one"."""
    figures = [placed.figure for placed in read(text).figures]
    return [figure for figure in figures if figure.unit != "#" and not figure.weak]


def _missing_numbers(reference: str, words: str) -> tuple[str, ...]:
    """The figures of a right answer that an answer does not say with value and unit."""
    said = _numbers(words)
    return tuple(
        one.said
        for one in _numbers(reference)
        if not any(agrees(one, other) and unit_agrees(one, other) for other in said)
    )


def _cites_one_of(case: Case) -> bool:
    return not {_base(one) for one in case.documents}.isdisjoint(
        _base(one.uri) for one in case.citations
    )


def _base(uri: str) -> str:
    """A document's name without folders, ending and fragment: gold files seldom know the rest."""
    return re.split(r"[#?]", uri)[0].rstrip("/").rpartition("/")[2].removesuffix(".md")
