"""Decides which sentences of a module may be the author's own words, and which have to cite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from indexing.nouns import SopText
from learning.modules import (
    Applied,
    Content,
    Guide,
    Item,
    ItemSet,
    JobAid,
    Ordering,
    RemedialUnit,
    Scenario,
    Sentence,
    SingleBest,
    sections,
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A sentence with its section's key. `may_be_own`: it may be the author's own words there."""

    section: str
    said: Sentence
    may_be_own: bool


def placed(content: Content, sops: Sequence[SopText] = ()) -> tuple[Placed, ...]:
    """Every sentence of a content, in order.

    The author's own may be: situation, task, hints and example answers of an exercise; the example
    of a remedial unit; a question's stem and its options; on a job aid the headings of its SOPs.
    """
    own: Iterable[bool]
    match content:
        case Guide():
            own = (False for section in sections(content) for _ in section.sentences)
        case JobAid():
            headings = headings_of(sops)
            own = (is_heading(line.text, headings) for line in content.lines)
        case ItemSet():
            own = (slot for item in content.items for slot in _of_item(item))
        case Scenario():
            own = _of_scenario(content)
        case RemedialUnit():
            own = (
                *(False for _ in content.clause),
                *(True for _ in content.example),
                *_of_item(content.check),
            )
        case _:
            assert_never(content)
    said = [(section.key, each) for section in sections(content) for each in section.sentences]
    return tuple(Placed(key, each, may) for (key, each), may in zip(said, own, strict=True))


def items_of(content: Content) -> tuple[Item, ...]:
    """The questions of a content."""
    match content:
        case ItemSet():
            return content.items
        case RemedialUnit():
            return (content.check,)
        case Guide() | JobAid() | Scenario():
            return ()
        case _:
            assert_never(content)


def _of_item(item: Item) -> Iterator[bool]:
    yield True
    match item:
        case SingleBest():
            yield from (slot for _ in item.options for slot in (True, False))
        case Ordering():
            yield from (False for _ in item.steps)
        case Applied():
            yield from (False for _ in item.points)
        case _:
            assert_never(item)


def _of_scenario(scenario: Scenario) -> Iterator[bool]:
    for variant in scenario.variants:
        yield from (True for _ in (*variant.situation, variant.task, *variant.hints))
    for _ in scenario.rubric:
        yield from (False, True, True)
    yield from (False for _ in scenario.model_answer)


def headings_of(sops: Sequence[SopText]) -> list[str]:
    """The headings of SOPs, in one case."""
    return [
        heading.casefold()
        for sop in sops
        for passage in sop.passages
        for heading in (sop.title, passage.section, *passage.headings)
    ]


def is_heading(line: str, headings: Sequence[str]) -> bool:
    """Whether a line is a heading of an SOP and a colon; its number may be left out."""
    said = line.rstrip().casefold()
    name = said.removesuffix(":").strip()
    return said.endswith(":") and bool(name) and any(heading.endswith(name) for heading in headings)
