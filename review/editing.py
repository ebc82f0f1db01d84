"""Decides what a section's edited lines make of a content: every line keeps or finds a source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Literal, assert_never

from indexing.nouns import SopText
from learning.modules import (
    Applied,
    Cite,
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
from review.checking.slots import headings_of, is_heading
from review.sourcing import Sources


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why a section cannot be replaced: `given` lines came where it has to keep `kept`."""

    why: Literal["no_such_section", "empty", "lines"]
    kept: int = 0
    given: int = 0


def replaced(
    content: Content, key: str, lines: Sequence[str], sops: Sequence[SopText]
) -> Content | Unfit:
    """The content with a section's sentences replaced, or why that cannot be.

    `lines` are one sentence each, blank ones ignored. A line that stays keeps its sources, wherever
    it now stands; a changed or a new one rests on what says it of the SOPs that the content rests
    on, of `sops`, or else on its neighbour's.
    """
    section = next((each for each in sections(content) if each.key == key), None)
    if section is None:
        return Unfit("no_such_section")
    given = [" ".join(line.split()) for line in lines if line.strip()]
    if not given:
        return Unfit("empty")
    fixed = _is_fixed(key)
    if fixed and len(given) != len(section.sentences):
        return Unfit("lines", len(section.sentences), len(given))
    return _put(content, key, tuple(_resourced(content, section.sentences, given, sops, fixed)))


def _resourced(
    content: Content,
    before: Sequence[Sentence],
    lines: Sequence[str],
    sops: Sequence[SopText],
    fixed: bool,
) -> Iterator[Sentence]:
    """The lines with their sources. Where places are `fixed`, a line's place says what it is."""
    kept = {} if fixed else {_plain(said): said for said in before}
    headings = headings_of(sops) if isinstance(content, JobAid) else ()
    sources = Sources(content, sops)
    for line, at in zip(lines, _stands_for(before, lines), strict=True):
        if _plain(before[at]) == line:
            yield before[at]
        elif line in kept:
            yield kept[line]
        elif is_heading(line, headings):
            yield Sentence(line, authored=True)
        elif before[at].authored and not isinstance(content, JobAid):
            yield replace(before[at], text=line)
        else:
            yield Sentence(line, sources.of(line, _cites_near(before, at)))


def _stands_for(before: Sequence[Sentence], lines: Sequence[str]) -> Iterator[int]:
    """For each line the sentence it was, or the neighbour of a new one, by its place."""
    old = [_plain(said) for said in before]
    if len(old) == len(lines):
        yield from range(len(old))
        return
    matcher = SequenceMatcher(None, old, lines, autojunk=False)
    for _, a, b, c, d in matcher.get_opcodes():
        yield from (min(a + at - c, max(b - 1, a, 0), len(before) - 1) for at in range(c, d))


def _cites_near(before: Sequence[Sentence], at: int) -> tuple[Cite, ...]:
    """The sources of the nearest sentence that has any: a heading has none."""
    places = [place for place, said in enumerate(before) if said.cites]
    nearest = min(places, key=lambda place: (abs(place - at), -place), default=None)
    return () if nearest is None else before[nearest].cites


def _plain(said: Sentence) -> str:
    return " ".join(said.text.split())


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
