"""Decides what a section's edited lines make of a content: every line keeps a source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Literal, assert_never

from learning.modules import (
    Applied,
    Content,
    Criterion,
    Guide,
    Item,
    ItemSet,
    JobAid,
    Option,
    Ordering,
    RemedialUnit,
    Scenario,
    Sentence,
    SingleBest,
    Step,
    Variant,
    sections,
)


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why a section cannot be replaced: `given` lines came where it has to keep `kept`."""

    why: Literal["no_such_section", "empty", "lines"]
    kept: int = 0
    given: int = 0


def replaced(content: Content, key: str, lines: Sequence[str]) -> Content | Unfit:
    """The content with a section's sentences replaced, or why that cannot be.

    `lines` are one sentence each, blank ones ignored. A line that stays keeps its sources; a
    changed one takes those of the line it stands for, a new one its neighbour's.
    """
    section = next((each for each in sections(content) if each.key == key), None)
    if section is None:
        return Unfit("no_such_section")
    given = [" ".join(line.split()) for line in lines if line.strip()]
    if not given:
        return Unfit("empty")
    said = tuple(_resourced(section.sentences, given))
    if _is_fixed(key) and len(said) != len(section.sentences):
        return Unfit("lines", len(section.sentences), len(said))
    return _put(content, key, said)


def _resourced(before: Sequence[Sentence], lines: Sequence[str]) -> Iterator[Sentence]:
    old = [" ".join(said.text.split()) for said in before]
    if len(old) == len(lines):
        for said, line in zip(before, lines, strict=True):
            yield said if line == " ".join(said.text.split()) else replace(said, text=line)
        return
    matcher = SequenceMatcher(None, old, lines, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        for at in range(c, d):
            nearest = before[min(a + at - c, max(b - 1, a, 0), len(before) - 1)]
            yield nearest if kind == "equal" else replace(nearest, text=lines[at])


def _is_fixed(key: str) -> bool:
    """Whether each line of a section has its own meaning, so that none can be added or dropped."""
    return key.startswith(("item.", "rubric.", "variant."))


def _put(content: Content, key: str, said: tuple[Sentence, ...]) -> Content:
    kind, _, rest = key.partition(".")
    match content:
        case Guide():
            if kind == "warnings":
                return replace(content, warnings=said)
            at = int(rest) - 1
            match kind:
                case "novice":
                    return replace(content, novice=_step(content.novice, at, said))
                case "standard":
                    return replace(content, standard=_step(content.standard, at, said))
                case _:
                    return replace(content, expert=_step(content.expert, at, said))
        case JobAid():
            return replace(content, lines=said)
        case ItemSet():
            items = tuple(_item(item, said) if item.id == rest else item for item in content.items)
            return replace(content, items=items)
        case Scenario():
            return _scenario(content, kind, rest, said)
        case RemedialUnit():
            match kind:
                case "clause":
                    return replace(content, clause=said)
                case "example":
                    return replace(content, example=said)
                case _:
                    return replace(content, check=_item(content.check, said))
        case _:
            assert_never(content)


def _step(steps: tuple[Step, ...], at: int, said: tuple[Sentence, ...]) -> tuple[Step, ...]:
    return tuple(replace(step, lines=said) if i == at else step for i, step in enumerate(steps))


def _item(item: Item, said: tuple[Sentence, ...]) -> Item:
    stem, *rest = said
    match item:
        case SingleBest():
            pairs = zip(rest[::2], rest[1::2], strict=True)
            options = tuple(
                Option(text.text, option.right, why)
                for option, (text, why) in zip(item.options, pairs, strict=True)
            )
            return replace(item, stem=stem, options=options)
        case Ordering():
            return replace(item, stem=stem, steps=tuple(rest))
        case Applied():
            return replace(item, stem=stem, points=tuple(rest))
        case _:
            assert_never(item)


def _scenario(scenario: Scenario, kind: str, rest: str, said: tuple[Sentence, ...]) -> Scenario:
    if kind == "model_answer":
        return replace(scenario, model_answer=said)
    if kind == "variant":
        at = int(rest) - 1
        variants = tuple(
            _variant(variant, said) if i == at else variant
            for i, variant in enumerate(scenario.variants)
        )
        return replace(scenario, variants=variants)
    rubric = tuple(
        _criterion(criterion, said) if criterion.id == rest else criterion
        for criterion in scenario.rubric
    )
    return replace(scenario, rubric=rubric)


def _variant(variant: Variant, said: tuple[Sentence, ...]) -> Variant:
    at = len(variant.situation)
    return replace(variant, situation=said[:at], task=said[at], hints=said[at + 1 :])


def _criterion(criterion: Criterion, said: tuple[Sentence, ...]) -> Criterion:
    statement, passes, fails = said
    return replace(criterion, statement=statement, passes=passes, fails=fails)
