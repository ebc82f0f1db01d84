"""Decides how the sentences and steps of an answer stand together: one list per section, named.

A number in front of a step is the SOP's own. Where an answer quotes more than one section, each
further one has its name above it, so that nobody reads two procedures as one; and what a list has
beyond what is quoted is said under it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from handlers.cards import Block, Note, Source, Steps, Text, literal
from handlers.module_blocks import named
from handlers.wording import (
    counted,
    day,
    listed,
    pointed,
    section_beside,
    section_mark,
    section_name,
)
from indexing.marks import is_marked
from indexing.nouns import Answered, FoundPassage, LeftOut, Quoted, Worded, WrittenAnswer
from indexing.tables import is_row, row_words


@dataclass(frozen=True, slots=True)
class _Line:
    """A quote or sentence with its source marks, in Text markup. `source` is its first mark."""

    marked: str
    source: int
    step: int | None
    warning: bool
    listed: bool


def source_marks(answered: Answered | WrittenAnswer) -> tuple[int, ...]:
    """The mark of each passage. Quoted ones of one section share one, since they are one source.

    A model's sentences were shown with the numbers they have, before all were known.
    """
    if isinstance(answered, WrittenAnswer):
        return tuple(range(1, len(answered.cited) + 1))
    marks: dict[tuple[int, str], int] = {}
    return tuple(
        marks.setdefault((passage.document_id, passage.section), len(marks) + 1)
        for passage in answered.cited
    )


def marked_sources(
    answered: Answered | WrittenAnswer, numbered: Sequence[tuple[int, FoundPassage]]
) -> list[tuple[int, FoundPassage]]:
    """Passages with their number among what is cited, as they stand under the answer's marks."""
    marks = source_marks(answered)
    marked = [(marks[number - 1], passage) for number, passage in numbered]
    return sorted(marked, key=lambda one: (one[0], one[1].passage_id))


def sources(answered: Answered | WrittenAnswer, names: Mapping[str, str]) -> tuple[Source, ...]:
    """What the marks stand for; `names`: e-mail to name."""
    marked = zip(source_marks(answered), answered.cited, strict=True)
    first = dict(reversed(list(marked)))
    return tuple(source(mark, first[mark], names) for mark in sorted(first))


def source(mark: int, passage: FoundPassage, names: Mapping[str, str]) -> Source:
    """What one mark stands for."""
    return Source(
        mark,
        _title(passage, names),
        section_beside(passage.title, passage.section),
        passage.version,
        passage.version_on,
        names.get(passage.owner, passage.owner),
        passage.url,
    )


def owners(cited: Collection[FoundPassage]) -> frozenset[str]:
    """The e-mails of everybody whose documents are cited."""
    resting = (sop for passage in cited if passage.module for sop in passage.module.rests_on)
    return frozenset({*(passage.owner for passage in cited), *(sop.owner for sop in resting)})


def _title(passage: FoundPassage, names: Mapping[str, str]) -> str:
    """A document's title; a published module's with the SOPs it is from, the one cited last."""
    if passage.module is None:
        return passage.title
    sop, *others = passage.module.rests_on
    resting = [
        f"{other.title} (version {other.version} of {day(other.version_on)}, owner"
        f" {names.get(other.owner, other.owner)})"
        for other in others
    ]
    return f"{name_of(passage)}, from {listed([*resting, sop.title])}"


def name_of(passage: FoundPassage) -> str:
    """What a document goes by: its title, of a published module with its kind."""
    module = passage.module
    return named(module.kind, passage.title) if module else passage.title


def first_line(answered: Answered | WrittenAnswer) -> str:
    """The line an answer begins with, in Text markup."""
    return _lines(answered)[0].marked


def block(worded: Worded) -> Block:
    """One sentence or step of an answer that is being written, as its card will draw it."""
    return next(_blocks([_worded(worded)]))


def blocks(answered: Answered | WrittenAnswer) -> Iterator[Block]:
    """The lines of an answer as a card draws them."""
    if isinstance(answered, WrittenAnswer):
        yield from _blocks(_lines(answered))
        return
    marks = source_marks(answered)
    left_out = {marks[one.number - 1]: one for one in answered.left_out}
    for place, (source, of_one) in enumerate(groupby(_lines(answered), lambda line: line.source)):
        together = list(of_one)
        if place and not all(line.warning for line in together):
            yield Text(f"**{_section(answered.cited, marks.index(source))}**")
        yield from _blocks(together)
        if source in left_out:
            yield Note(_not_shown(left_out[source]))


def _section(cited: Sequence[FoundPassage], index: int) -> str:
    """What a section is called: beside another document's, with its title."""
    passage = cited[index]
    name = section_name(passage.section)
    if passage.section == passage.title or section_mark(name).startswith("§"):
        # A section without a name of its own: as it is cited.
        beside = section_beside(passage.title, passage.section)
        return literal(f"{name_of(passage)} {beside}".strip())
    same = passage.document_id == cited[0].document_id
    return literal(name if same else f"{name_of(passage)}: {name}")


def _not_shown(left_out: LeftOut) -> str:
    said = []
    if left_out.steps:
        several = len(left_out.steps) > 1
        said.append(f"step{'s' if several else ''} {listed(_runs(left_out.steps))}")
    if left_out.points:
        said.append(f"{counted(left_out.points, 'more point')} of the list")
    if left_out.rows:
        said.append(f"{counted(left_out.rows, 'more row')} of the table")
    return f"Not shown here: {listed(said)}. *Show source* has the whole."


def _runs(steps: Sequence[int]) -> Iterator[str]:
    """Steps as people write them: 2, 5–8."""
    runs = groupby(enumerate(steps), lambda placed: placed[1] - placed[0])
    for _, run in runs:
        first, *_, last = [step for _, step in run] * 2
        yield f"{first}" if first == last else f"{first}–{last}"


def _lines(answered: Answered | WrittenAnswer) -> list[_Line]:
    if isinstance(answered, WrittenAnswer):
        return [_worded(sentence) for sentence in answered.sentences]
    marks = source_marks(answered)
    return [_quoted(quote, marks[quote.number - 1]) for quote in answered.quotes]


def _quoted(quote: Quoted, mark: int) -> _Line:
    # A step that carries its mark in its words needs no point in front of it.
    point = "• " if quote.listed and quote.step is None and not is_marked(quote.text) else ""
    words = row_words(quote.head, quote.text) if is_row(quote.text) else pointed(quote.text)
    marked = f"{point}“{literal(words)}” [{mark}]"
    return _Line(marked, mark, quote.step, quote.warning, quote.listed)


def _worded(worded: Worded) -> _Line:
    marked = f"{literal(worded.text)} {''.join(f'[{number}]' for number in worded.numbers)}"
    return _Line(marked, 0, worded.step, worded.warning, listed=False)


def _blocks(together: Sequence[_Line]) -> Iterator[Block]:
    """Steps that follow one another are one list; warnings stand out; the rest are paragraphs."""

    def kind(line: _Line) -> str:
        # A step that warns keeps its place in the list: a procedure without its step 2 misleads.
        if line.step is not None:
            return "step"
        return "warning" if line.warning and not line.listed else "text"

    for name, run in groupby(together, key=kind):
        if name == "step":
            yield from _step_blocks(list(run))
        else:
            for line in run:
                yield Note(line.marked, "warning") if name == "warning" else Text(line.marked)


def _step_blocks(steps: Sequence[_Line]) -> Iterator[Steps]:
    at = 0
    while at < len(steps):
        first = steps[at].step or 1
        end = at + 1
        while end < len(steps) and steps[end].step == first + (end - at):
            end += 1
        yield Steps(tuple(step.marked for step in steps[at:end]), first)
        at = end
