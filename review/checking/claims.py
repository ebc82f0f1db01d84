"""Decides whether each sentence of a draft may say what it says: cited, quoted, supported, plain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexing.nouns import SopText
from indexing.support import Supported, Unsupported, check, is_english
from indexing.units import sentences
from learning.modules import Cite, Content, Sentence
from review.checking.marks import marks
from review.checking.slots import Placed, placed
from review.nouns import Finding

_Key = tuple[str, str, int]
_MARK = re.compile(
    r"((?:step|section) \d{1,3}(?:\.\d{1,3})*|(?:[a-z]|\d{1,3})(?:\.\d{1,3})+)[.):]?\s+(?:[-–—] )?",
    re.IGNORECASE,
)
"""What a line begins with where an SOP numbers its sections: `3.1 `, `A.1 `, `Step 2 – `."""


@dataclass(frozen=True, slots=True)
class Read:
    """What was found of the sentences. `supported` counts those whose sources say so."""

    claims: int
    supported: int
    authored: int
    findings: tuple[Finding, ...]


def read_claims(content: Content, sops: Sequence[SopText]) -> Read:
    """Every sentence of a content, held against the revisions that may be answered from."""
    said = placed(content, sops)
    sources = _Sources(sops)
    claims = [each for each in said if not each.said.authored]
    findings = [finding for each in said for finding in _findings(each, sources)]
    gone = dict.fromkeys(
        cite.uri for each in claims for cite in each.said.cites if not sources.has(cite)
    )
    findings[:0] = [
        *(Finding("source_gone", words=(uri,), blocks=True) for uri in gone),
        *_of_title(content.title, sources),
    ]
    supported = sum(_is_supported(each.said, sources) for each in claims)
    return Read(len(claims), supported, len(said) - len(claims), tuple(findings))


class _Sources:
    """The SOPs' texts by revision and section."""

    def __init__(self, sops: Sequence[SopText]) -> None:
        self.whole = tuple(passage.text for sop in sops for passage in sop.passages)
        self.headings = tuple(
            name
            for sop in sops
            for passage in sop.passages
            for name in (sop.title, passage.section, *passage.headings)
        )
        self.english = is_english("\n".join(self.whole))
        self._revisions: set[_Key] = {(sop.source, sop.uri, sop.revision) for sop in sops}
        self._sections: dict[tuple[_Key, str], list[str]] = {}
        for sop in sops:
            for passage in sop.passages:
                at = ((sop.source, sop.uri, sop.revision), passage.section)
                self._sections.setdefault(at, []).append(passage.text)

    def has(self, cite: Cite) -> bool:
        """Whether its revision is one that may be answered from."""
        return (cite.source, cite.uri, cite.revision) in self._revisions

    def holds(self, cite: Cite) -> bool:
        """Whether its section has its quote, word for word."""
        texts = self._sections.get(((cite.source, cite.uri, cite.revision), cite.section), ())
        return bool(cite.quote.strip()) and any(cite.quote in text for text in texts)


def _findings(each: Placed, sources: _Sources) -> Iterator[Finding]:
    said = each.said
    if not said.text.strip():
        yield Finding("empty", each.section, blocks=True)
        return
    if said.authored:
        if not each.may_be_own:
            yield Finding("own_words", each.section, said.text, blocks=True)
        foreign = sources.english and not is_english(said.text)
        quotes: tuple[str, ...] = (*sources.whole, *sources.headings)
    else:
        quotes = tuple(cite.quote for cite in said.cites)
        foreign = not is_english(said.text) and all(map(is_english, quotes))
        yield from _of_claim(each, sources, foreign)
    if foreign:
        yield Finding("language", each.section, said.text, blocks=True)
    for code, words in marks(said.text, quotes):
        yield Finding(code, each.section, said.text, words, blocks=True)


def _of_title(title: str, sources: _Sources) -> Iterator[Finding]:
    if sources.english and not is_english(title):
        yield Finding("language", text=title, blocks=True)
    for code, words in marks(title, (*sources.whole, *sources.headings)):
        yield Finding(code, text=title, words=words, blocks=True)


def _of_claim(each: Placed, sources: _Sources, foreign: bool) -> Iterator[Finding]:
    said = each.said
    if not said.cites:
        yield Finding("uncited", each.section, said.text, blocks=True)
        return
    lacking = [cite for cite in said.cites if sources.has(cite) and not sources.holds(cite)]
    if lacking:
        words = tuple(dict.fromkeys(cite.section for cite in lacking))
        yield Finding("quote_missing", each.section, said.text, words, blocks=True)
        return
    found = support(said.text, said.cites)
    if not isinstance(found, Supported) and not foreign:
        text, why = _at_fault(said, found)
        words = tuple(word for word in dict.fromkeys(why.words) if word not in {text.strip(), ""})
        yield Finding("unsupported", each.section, text, words, blocks=True)


def support(text: str, cites: Sequence[Cite]) -> Supported | Unsupported:
    """Whether what a text cites says so. The number of a cited section may stand before it."""
    quotes = [cite.quote for cite in cites]
    mark = _MARK.match(text)
    found = check(text, quotes)
    if isinstance(found, Supported) or mark is None or not text[mark.end() :][:1].isupper():
        return found
    its_own = re.compile(rf"{re.escape(mark[1])}(?!\.?\w)", re.IGNORECASE)
    if any(its_own.match(cite.section) for cite in cites):
        return check(text[mark.end() :], quotes)
    return found


def _at_fault(said: Sentence, whole: Unsupported) -> tuple[str, Unsupported]:
    """The first sentence of a line that what it cites does not say; the line where each is said."""
    spans = sentences(said.text)
    for first, last in spans if len(spans) > 1 else ():
        found = support(said.text[first:last], said.cites)
        if isinstance(found, Unsupported):
            return said.text[first:last], found
    return said.text, whole


def _is_supported(said: Sentence, sources: _Sources) -> bool:
    held = bool(said.cites) and all(sources.holds(cite) for cite in said.cites)
    return held and isinstance(support(said.text, said.cites), Supported)
