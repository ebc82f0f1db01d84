"""Decides how the whole of what an answer cites reads: the SOP's own words as it lays them out.

Its steps are steps again, its warnings warnings; where they stand is said once, under them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from handlers.answer_lines import name_of, source
from handlers.cards import Block, Card, Note, Source, Sources, Steps, Text, literal
from handlers.wording import pointed, section_mark
from indexing.nouns import FoundPassage
from indexing.tables import is_row, row_words, with_heads
from indexing.units import Unit, units_with_whole_warnings

OWN_WORDS = "The SOP's own words."
APPROVED_WORDS = "Their own words, approved as they stand."
_NUMBER = re.compile(r"\d{1,4}[.)]\s+")


def source_card(passages: Sequence[tuple[int, FoundPassage]], names: Mapping[str, str]) -> Card:
    """The whole passages an answer quotes, each with its mark; those of one section together.

    `names`: e-mail to name.
    """
    if not passages:
        said = (
            "That passage may not be shown any more: its SOP changed or is not for you. Ask again."
        )
        return Card(said, (Text(said),))
    blocks: list[Block] = []
    for (mark, _), of_one in groupby(passages, key=lambda marked: (marked[0], marked[1].section)):
        together = [passage for _, passage in of_one]
        # A bare number reads as one of a section only with its sign.
        section = together[0].section or together[0].title
        section = section if " " in section else section_mark(section)
        blocks.append(Text(f"**{literal(section)}** [{mark}]"))
        blocks += _laid_out("\n\n".join(passage.text for passage in together))
    blocks.append(Sources(tuple(_sources(passages, names))))
    of_modules = any(passage.module for _, passage in passages)
    blocks.append(Note(APPROVED_WORDS if of_modules else OWN_WORDS))
    return Card(f"From {name_of(passages[0][1])}", tuple(blocks))


def _sources(
    passages: Sequence[tuple[int, FoundPassage]], names: Mapping[str, str]
) -> Iterator[Source]:
    """What each mark stands for: a section, or the document whose headings are the steps."""
    for mark in sorted({mark for mark, _ in passages}):
        first, *rest = [passage for of, passage in passages if of == mark]
        one_section = all(passage.section == first.section for passage in rest)
        yield source(mark, first if one_section else replace(first, section=first.title), names)


def no_part_card() -> Card:
    """Said when a part is asked for that is not there any more."""
    said = (
        "There is no more of it: the SOP has changed. Press *Show source* under the answer again."
    )
    return Card(said.replace("*", ""), (Text(said),))


def _laid_out(text: str) -> Iterator[Block]:
    """The blocks of a passage's text: steps that follow one another are one list, rows are points."""
    steps: list[str] = []
    start, paragraph, end = 1, "", 0
    units = units_with_whole_warnings(text)
    for place, head in with_heads([text[unit.start : unit.end] for unit in units]):
        unit = units[place]
        line = text[unit.start : unit.end]
        words = literal(f"• {row_words(head, line)}" if is_row(line) else pointed(line))
        if unit.step is None or unit.step != start + len(steps):
            yield from _steps(steps, start)
            steps = []
        if unit.step is not None or _stands_out(text, unit):
            yield from _paragraph(paragraph)
            paragraph = ""
        if unit.step is not None:
            start = start if steps else unit.step
            steps.append(_NUMBER.sub("", words, count=1))
        elif _stands_out(text, unit):
            yield Note(words, "warning")
        else:
            paragraph += _between(text[end : unit.start]) + words if paragraph else words
        end = unit.end
    yield from _steps(steps, start)
    yield from _paragraph(paragraph)


def _stands_out(text: str, unit: Unit) -> bool:
    return unit.warning and not text.startswith("- ", unit.start)


def _between(gap: str) -> str:
    return "\n\n" if gap.count("\n") > 1 else "\n" if "\n" in gap else " "


def _steps(items: Sequence[str], start: int) -> Iterator[Block]:
    if items:
        yield Steps(tuple(items), start)


def _paragraph(words: str) -> Iterator[Block]:
    if words:
        yield Text(words)
