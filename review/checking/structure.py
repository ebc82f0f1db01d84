"""Decides whether a content has the form of its kind: counts, lengths, ids, nothing left blank."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

from learning.modules import (
    AID_CHARACTERS,
    TITLE_CHARACTERS,
    Applied,
    Content,
    Guide,
    Item,
    ItemSet,
    JobAid,
    Ordering,
    RemedialUnit,
    Scenario,
    SingleBest,
    sentences,
)
from review.checking.slots import items_of
from review.nouns import Finding

LONGEST = 20_000
"""Characters of a module, title included: more is no module but a manual."""
VARIANTS = 3
HINTS = 2
CRITERIA = range(3, 7)
OPTIONS = 3
STEPS_TO_ORDER = range(3, 7)


def characters_of(content: Content) -> int:
    """The characters a learner reads, title included."""
    return len(content.title) + sum(len(said.text) for said in sentences(content))


def form_findings(content: Content) -> Iterator[Finding]:
    """What is wrong with a content's form; all of it blocks."""
    if not content.title.strip():
        yield Finding("title_missing", blocks=True)
    elif len(content.title) > TITLE_CHARACTERS:
        yield Finding("title_long", words=(str(len(content.title)),), blocks=True)
    characters = characters_of(content)
    if characters > (AID_CHARACTERS if isinstance(content, JobAid) else LONGEST):
        yield Finding("too_long", words=(str(characters),), blocks=True)
    match content:
        case Guide():
            yield from _blank("novice.1", content.novice)
        case JobAid():
            yield from _blank("aid", content.lines)
        case ItemSet():
            yield from _blank("", content.items)
        case Scenario():
            yield from _scenario(content)
        case RemedialUnit():
            yield from _blank("clause", content.clause)
            yield from _blank("example", content.example)
        case _:
            assert_never(content)
    items = items_of(content)
    yield from _same_ids([item.id for item in items])
    for item in items:
        yield from _item(item)


def _scenario(scenario: Scenario) -> Iterator[Finding]:
    if len(scenario.variants) != VARIANTS:
        yield Finding("variants", words=(str(len(scenario.variants)),), blocks=True)
    for at, variant in enumerate(scenario.variants, 1):
        yield from _blank(f"variant.{at}", variant.situation)
        if len(variant.hints) > HINTS:
            yield Finding("hints", f"variant.{at}", words=(str(len(variant.hints)),), blocks=True)
    if len(scenario.rubric) not in CRITERIA:
        yield Finding("criteria", words=(str(len(scenario.rubric)),), blocks=True)
    yield from _same_ids([criterion.id for criterion in scenario.rubric])
    yield from _blank("model_answer", scenario.model_answer)


def _item(item: Item) -> Iterator[Finding]:
    key = f"item.{item.id}"
    match item:
        case SingleBest():
            right = sum(option.right for option in item.options)
            if len(item.options) != OPTIONS or right != 1:
                counts = (str(len(item.options)), str(right))
                yield Finding("options", key, item.stem.text, counts, blocks=True)
            alike = _twice(option.text for option in item.options)
            if alike:
                yield Finding("options_alike", key, item.stem.text, alike, blocks=True)
        case Ordering():
            if len(item.steps) not in STEPS_TO_ORDER:
                count = (str(len(item.steps)),)
                yield Finding("steps_to_order", key, item.stem.text, count, blocks=True)
            alike = _twice(step.text for step in item.steps)
            if alike:
                yield Finding("steps_alike", key, item.stem.text, alike, blocks=True)
        case Applied():
            yield from _blank(key, item.points)
        case _:
            assert_never(item)


def _blank(section: str, held: Sequence[object]) -> Iterator[Finding]:
    if not held:
        yield Finding("empty", section, blocks=True)


def _same_ids(ids: Sequence[str]) -> Iterator[Finding]:
    twice = tuple(each for each, count in Counter(ids).items() if count > 1 or not each.strip())
    if twice:
        yield Finding("same_id", words=twice, blocks=True)


def _twice(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts that stand there more than once, whatever their case and marks."""
    said: dict[str, list[str]] = {}
    for text in texts:
        said.setdefault(" ".join(text.casefold().split()).rstrip(" .;:"), []).append(text)
    return tuple(same[0] for same in said.values() if len(same) > 1)
