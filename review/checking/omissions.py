"""Decides what a job aid or a guide leaves out of its SOPs: reviewers see it, and judge."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from textwrap import shorten

from indexing.nouns import SopText
from indexing.terms import terms
from learning.modules import Guide, JobAid, sentences
from review.drafting_verbatim.clauses import Clause
from review.drafting_verbatim.outline import outline
from review.drafting_verbatim.records import heads_terms, is_record
from review.drafting_verbatim.wording import directs, section_name, sets_threshold
from review.nouns import Finding

SAID, CITED = 0.8, 0.5
"""Share of a sentence's terms that one line has which says it; that a line has which cites it."""
SHOWN = 60
"""Characters of a sentence by which people find it again."""
_ABOUT_ITSELF = re.compile(
    r"(?:purpose|scope|aims?|objectives?|introduction|background|references?|related \w+|see also"
    r"|document control|distribution)\b(?: (?:and|&) \w+)?\W*$",
    re.IGNORECASE,
)
"""A section that says what the SOP is, and nothing to do: `Purpose and scope`."""
_Section = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a content, its terms and the words it cites."""

    text: str
    terms: frozenset[str]
    quotes: tuple[str, ...]


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
            left = [_beginning(each.text) for each in _unsaid(own, said)]
            if left:
                yield Finding("left_out", "", section, tuple(left))


def guide_omissions(guide: Guide, sops: Sequence[SopText]) -> Iterator[Finding]:
    """What a guide does not say of what stands beside the steps of its SOPs, and tells what to do.

    Sections with nothing in the guide are named; of the others, the beginnings of what is left
    out: one finding of each. What sets no limit and tells nothing to do is missed by nobody, nor
    is what the SOP says of itself: its purpose, its terms.
    """
    cited = _cited(guide)
    documents = {(source, uri) for source, uri, _ in cited}
    whole: list[str] = []
    beside: list[str] = []
    for sop in sops:
        if (sop.source, sop.uri) not in documents:
            continue
        found = outline(sop)
        stepped = {step.section for step in found.steps}
        lines = (line for block in found.blocks for line in block.lines if not _is_idle(line))
        for section, own in groupby(lines, key=lambda line: line.section):
            said = cited.get((sop.source, sop.uri, section), [])
            left = [_beginning(each.text) for each in _unsaid(own, said) if _tells(each)]
            if left and (said or section in stepped):
                beside += left
            elif left:
                whole.append(section)
    for code, words in (("sections_without_steps", whole), ("left_out_beside", beside)):
        if words:
            yield Finding(code, words=tuple(dict.fromkeys(words)))


def _is_idle(line: Clause) -> bool:
    """Whether a line is about the SOP itself."""
    return is_record(line.text) or any(
        heads_terms(heading) or _ABOUT_ITSELF.match(section_name(heading))
        for heading in line.passage.headings
        if heading != line.sop.title
    )


def _tells(sentence: Clause) -> bool:
    """Whether a sentence, or a cell of a row, tells what to do or sets a limit."""
    cells = sentence.text.split("|") if sentence.form == "row" else [sentence.text]
    return any(directs(cell) or sets_threshold(cell) for cell in map(str.strip, cells))


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


def _cited(content: Guide | JobAid) -> dict[_Section, list[_Line]]:
    """The sections that a content rests on, each with the lines that cite it."""
    found: dict[_Section, list[_Line]] = {}
    for said in dict.fromkeys(sentences(content)):
        text = _plain(said.text)
        line = _Line(text, frozenset(terms(text)), tuple(_plain(each.quote) for each in said.cites))
        for cite in said.cites:
            found.setdefault((cite.source, cite.uri, cite.section), []).append(line)
    return found


def _unsaid(lines: Iterable[Clause], said: Sequence[_Line]) -> Iterator[Clause]:
    """The sentences of these lines that none of a content's lines says."""
    for line in lines:
        yield from (each for each in line.sentences if not _is_said(each, said))


def _is_said(sentence: Clause, lines: Sequence[_Line]) -> bool:
    """Whether one of the lines says a sentence: word for word, or most of its words."""
    words = _plain(sentence.text)
    wanted = set(terms(words))
    if not wanted:
        return True
    for line in lines:
        share = len(wanted & line.terms) / len(wanted)
        cites = any(words in quote for quote in line.quotes)
        if words in line.text or share >= (CITED if cites else SAID):
            return True
    return False


def _plain(text: str) -> str:
    return " ".join(text.split())


def _beginning(text: str) -> str:
    return f"“{shorten(text, SHOWN, placeholder=' …')}”"
