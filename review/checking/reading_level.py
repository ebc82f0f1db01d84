"""Decides how hard a text reads: the school grade it needs, by the formula of Flesch and Kincaid.

Kincaid, Fishburne, Rogers and Chissom (1975): .39 words a sentence + 11.8 syllables a word - 15.59.
Syllables are counted by their vowels, which is right for nine English words in ten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from indexing.nouns import SopText
from indexing.units import sentences as sentences_of
from learning.modules import Content, Sentence, cites, sentences
from review.nouns import Finding

FEWEST_WORDS = 100
"""The formula was made on samples of this many words; below it one long word moves the result."""
HARD = 10.0
"""The grade from which most grown-ups read more slowly than they work."""
ABOVE_SOURCE = 3.0
SLIGHTLY = 1.5
"""What is hard may be this much harder than its source: nobody rewrites that in a module."""

_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")
_CODE = re.compile(r"[{}<>=\\|`_$]|://|\w/\w+/")
_QUOTED = re.compile(r"“[^”]*”")
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT = re.compile(r"(?<=[^aeiouylr])(?:e|ed|es)$|(?<=[lr])e$|(?<=[aeiou])(?:ed)$")


def grade(texts: Iterable[str]) -> float | None:
    """The grade a reader needs; None for fewer than 100 words. A line of code is not read."""
    words = runs = syllables = 0
    for text in texts:
        for start, end in sentences_of(text):
            said = _WORD.findall(text[start:end])
            if said and not _CODE.search(text, start, end):
                runs += 1
                words += len(said)
                syllables += sum(map(_syllables, said))
    if words < FEWEST_WORDS:
        return None
    return round(0.39 * words / runs + 11.8 * syllables / words - 15.59, 1)


def level(content: Content, sops: Sequence[SopText]) -> tuple[float | None, tuple[Finding, ...]]:
    """A content's grade, and the advice that follows from it.

    Hard is what reads above `HARD` and more than `SLIGHTLY` harder than its source, or
    `ABOVE_SOURCE` grades harder.
    """
    own = grade(dict.fromkeys(_own_text(said) for said in sentences(content)))
    source = grade(_cited_texts(content, sops))
    if own is None:
        return None, ()
    above = own - source if source is not None else 0.0
    if above > ABOVE_SOURCE or (own > HARD and (source is None or above > SLIGHTLY)):
        return own, (Finding("too_hard", words=(str(round(own)),)),)
    return own, ()


def _own_text(said: Sentence) -> str:
    """A sentence without what it quotes, which is read elsewhere."""
    return _QUOTED.sub("", said.text) if said.authored else said.text


def _cited_texts(content: Content, sops: Sequence[SopText]) -> Iterator[str]:
    """The whole texts of the sections that the content rests on."""
    places = {(cite.source, cite.uri, cite.revision, cite.section) for cite in cites(content)}
    for sop in sops:
        for passage in sop.passages:
            if (sop.source, sop.uri, sop.revision, passage.section) in places:
                yield passage.text


def _syllables(word: str) -> int:
    low = word.casefold()
    low = low if re.search(r"[dt]ed$", low) else _SILENT.sub("", low)
    return max(1, len(_VOWELS.findall(low)))
