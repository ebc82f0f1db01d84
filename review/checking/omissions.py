"""Decides what a job aid leaves out of the sections it rests on: reviewers see it, and judge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import shorten

from indexing.nouns import SopText
from indexing.terms import terms
from learning.modules import JobAid, Sentence
from review.drafting_verbatim.clauses import Clause
from review.drafting_verbatim.outline import outline
from review.drafting_verbatim.records import is_record
from review.nouns import Finding

SAID, CITED = 0.8, 0.5
"""Share of a sentence's terms that one line has which says it; that a line has which cites it."""
SHOWN = 60
"""Characters of a sentence by which people find it again."""


def omissions(content: JobAid, sops: Sequence[SopText]) -> Iterator[Finding]:
    """For each section that the aid cites, the beginnings of what it does not say of it."""
    cited = _cited(content)
    for sop in sops:
        lines = (
            line
            for line in outline(sop).clauses
            if (sop.source, sop.uri, line.section) in cited and not is_record(line.text)
        )
        for section, own in groupby(lines, key=lambda line: line.section):
            said = cited[sop.source, sop.uri, section]
            left = [
                _beginning(sentence.text)
                for line in own
                for sentence in line.sentences
                if not _is_said(sentence, said)
            ]
            if left:
                yield Finding("left_out", "", section, tuple(left))


def uncited(content: JobAid, sops: Sequence[SopText]) -> tuple[str, ...]:
    """The sections that the SOPs it cites have beside those it cites."""
    cited = _cited(content)
    documents = {(source, uri) for source, uri, _ in cited}
    every = (
        (sop.source, sop.uri, passage.section)
        for sop in sops
        for passage in sop.passages
        if (sop.source, sop.uri) in documents and passage.section != sop.title
    )
    return tuple(dict.fromkeys(each[2] for each in every if each not in cited))


def _cited(content: JobAid) -> dict[tuple[str, str, str], list[Sentence]]:
    """The sections an aid rests on, each with the lines that cite it."""
    found: dict[tuple[str, str, str], list[Sentence]] = {}
    for line in content.lines:
        for cite in line.cites:
            found.setdefault((cite.source, cite.uri, cite.section), []).append(line)
    return found


def _is_said(sentence: Clause, lines: Sequence[Sentence]) -> bool:
    """Whether one of the lines says a sentence: word for word, or most of its words."""
    words = " ".join(sentence.text.split())
    wanted = set(terms(words))
    if not wanted:
        return True
    for line in lines:
        text = " ".join(line.text.split())
        share = len(wanted & set(terms(text))) / len(wanted)
        cites = any(words in " ".join(cite.quote.split()) for cite in line.cites)
        if words in text or share >= (CITED if cites else SAID):
            return True
    return False


def _beginning(text: str) -> str:
    return f"“{shorten(text, SHOWN, placeholder=' …')}”"
