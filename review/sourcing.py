"""Decides what a line that somebody typed rests on: the words of its module's SOPs that say it.

The words are found by the check that reads them later, so that nothing is let through here which
would not be let through there. What no passage says keeps its neighbour's source, and is blocked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from indexing.nouns import Passage, SopText
from indexing.support import Supported, Unsupported, stands_in
from indexing.terms import terms
from indexing.units import sentences
from learning.modules import Cite, Content, cites
from review.checking.claims import support

TRIED = 8
"""Runs of each place, the likest first, that are held against a sentence."""
_PLACES = 3


@dataclass(frozen=True, slots=True)
class _Run:
    """Words of one passage, or several together, that a line may cite, with their terms."""

    cites: tuple[Cite, ...]
    terms: frozenset[str]


class Sources:
    """The words that an edited line of a content may cite: of the SOPs it rests on, as in force."""

    def __init__(self, content: Content, sops: Sequence[SopText]) -> None:
        rests_on = {(cite.source, cite.uri) for cite in cites(content)}
        own = [sop for sop in sops if (sop.source, sop.uri) in rests_on]
        quoted = dict.fromkeys(
            Cite(sop.source, sop.uri, sop.revision, sop.version, passage.section, quote)
            for sop in own
            for passage in sop.passages
            for quote in _quotes(passage)
        )
        self._revisions = {(sop.source, sop.uri, sop.revision) for sop in own}
        self._runs = [_run(cite) for cite in quoted]

    def of(self, text: str, near: Sequence[Cite]) -> tuple[Cite, ...]:
        """What a line cites: what says it whole, or else what says each of its sentences.

        Of what says it as well, that which stands nearest to `near`, the neighbour's. A sentence
        that nothing says adds the neighbour's, with which the line stays unsupported.
        """
        if found := self._saying(text, near):
            return found
        each = [self._saying(text[first:last], near) for first, last in sentences(text)]
        if len(each) > 1 and any(each):
            return tuple(dict.fromkeys(cite for found in each for cite in found or near))
        return tuple(near)

    def likest(self, text: str) -> Cite | None:
        """The words that come nearest to a text, whether or not they say it; None: none do."""
        wanted = frozenset(terms(text))
        ranked = _ranked(wanted, self._runs)
        return ranked[0].cites[0] if ranked else None

    def _saying(self, text: str, near: Sequence[Cite]) -> tuple[Cite, ...]:
        """The words that say a text: as they stand, anywhere, before others that mean it.

        Nothing means it where words as like it deny it: of `Silence the alarm at once` an SOP says
        `Do not silence the alarm`, though it has it silenced elsewhere.
        """
        wanted = frozenset(terms(text))
        tried = list(self._tried(wanted, near))
        for run in tried:
            if len(run.cites) == 1 and stands_in(text, run.cites[0].quote):
                return run.cites
        found = [(len(wanted & run.terms), run, support(text, run.cites)) for run in tried]
        denied = max(
            (
                shared
                for shared, _, why in found
                if isinstance(why, Unsupported) and why.why == "negation"
            ),
            default=-1,
        )
        saying = (run.cites for shared, run, why in found if why == Supported() and shared > denied)
        return next(saying, ())

    def _tried(self, wanted: frozenset[str], near: Sequence[Cite]) -> Iterator[_Run]:
        """What is held against a text: the neighbour's words, then the likest, place by place."""
        now = [one for one in near if (one.source, one.uri, one.revision) in self._revisions]
        yield from (_run(one) for one in now)
        if len(now) > 1:
            yield _run(*now)
        for place in range(_PLACES):
            yield from _ranked(wanted, (run for run in self._runs if _place(run, near) == place))[
                :TRIED
            ]


def _run(*own: Cite) -> _Run:
    return _Run(own, frozenset(terms(" ".join(cite.quote for cite in own))))


def _ranked(wanted: frozenset[str], runs: Iterable[_Run]) -> list[_Run]:
    """The runs that have words of a text, those with most first; the shortest of several."""
    having = [(-len(wanted & run.terms), len(run.cites[0].quote), run) for run in runs]
    return [run for shared, _, run in sorted(having, key=lambda each: each[:2]) if shared]


def _place(run: _Run, near: Sequence[Cite]) -> int:
    """How far from the neighbour's words: 0 in the same section, 1 in the same SOP, 2 elsewhere."""
    (cite,) = run.cites
    if any((one.source, one.uri) == (cite.source, cite.uri) for one in near):
        return 0 if any(one.section == cite.section for one in near) else 1
    return 2


def _quotes(passage: Passage) -> Iterator[str]:
    """Each sentence of a passage, each of its lines, and each line with the list below it."""
    text, lines, at = passage.text, list[tuple[int, int]](), 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            lines.append((at + len(line) - len(line.lstrip()), at + len(line.rstrip())))
        at += len(line)
    for number, (start, end) in enumerate(lines):
        begins = start + 2 if text.startswith("- ", start) else start
        if not text.startswith("| ", start):
            for first, last in sentences(text[begins:end]):
                yield text[begins + first : begins + last]
        yield text[begins:end]
        if (last := _end_of_list(text, lines, number)) > end:
            yield text[begins:last]


def _end_of_list(text: str, lines: Sequence[tuple[int, int]], number: int) -> int:
    """Where what a line heads ends: what is indented below it, or the list that it announces."""
    start, end = lines[number]
    margin = _indent(text, start)
    announces = text[start:end].endswith(":")
    for below, stop in lines[number + 1 :]:
        if _indent(text, below) > margin or (announces and text.startswith("- ", below)):
            end = stop
        else:
            break
    return end


def _indent(text: str, at: int) -> int:
    return at - text.rfind("\n", 0, at) - 1
