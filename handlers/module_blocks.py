"""Decides how a module's content reads on a card: every sentence, its source's mark beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import assert_never

from handlers.cards import Block, Quote, Source, Sources, Steps, Text, literal
from handlers.wording import section_beside
from indexing.store.cited import NamedRevision
from learning.modules import (
    Applied,
    Cite,
    Content,
    Criterion,
    Guide,
    Item,
    ItemSet,
    JobAid,
    Level,
    Option,
    Ordering,
    RemedialUnit,
    Scenario,
    Sentence,
    SingleBest,
    Step,
    cites,
)

KINDS = {
    "guide": "Guide",
    "aid": "Job aid",
    "items": "Quiz questions",
    "scenario": "Scenario",
    "remedial": "Two-minute unit",
}
"""What people call each kind of module. One goes by its kind and title: what is drafted from one SOP
for one task often has the same title."""
LEVEL_NAMES: Mapping[Level, str] = {
    "novice": "Novice: every step in full",
    "standard": "Standard: each step and its conditions",
    "expert": "Expert: steps, limits and warnings",
}
LETTERS = "ABCDEF"
IN_ORDER = "In the right order:"
RIGHT_ANSWER = "A right answer holds:"
_WARNING = "Warning:"


def named(kind: str, title: str) -> str:
    """A module by its kind and title: `Scenario “A refund at the counter”`."""
    return f"{KINDS[kind]} “{title}”" if title else KINDS[kind]


@dataclass(frozen=True, slots=True)
class Marks:
    """The `[n]` of each place a content cites: one for each section of each revision."""

    numbers: Mapping[tuple[int, str], int]

    def of(self, said: Sentence) -> str:
        """The marks of a sentence, with a space before them; none for the author's own words."""
        found = sorted({self.numbers[cite.revision, cite.section] for cite in said.cites})
        return "".join(f" [{number}]" for number in found)


def marks_of(content: Content) -> Marks:
    """Number the places a content cites, in the order it cites them."""
    places = dict.fromkeys((cite.revision, cite.section) for cite in cites(content))
    return Marks({place: number for number, place in enumerate(places, 1)})


def sources_of(
    content: Content, revisions: Mapping[int, NamedRevision], owners: Mapping[str, str]
) -> Sources:
    """What the marks stand for. A revision that is not there any more is named by its path."""
    entries: list[Source] = []
    for place, number in marks_of(content).numbers.items():
        found = revisions.get(place[0])
        if found is not None:
            owner = owners.get(found.owner, found.owner)
            section = section_beside(found.title, place[1])
            entries.append(
                Source(
                    number, found.title, section, found.version, found.version_on, owner, found.url
                )
            )
    return Sources(tuple(entries))


def content_blocks(
    content: Content, revisions: Mapping[int, NamedRevision], *, level: Level | None = None
) -> Iterator[Block]:
    """Every sentence of a content. `level` draws one level of a guide; without it all three.

    A sentence in other words than its source has the source's words under it.
    """
    marks = marks_of(content)
    match content:
        case Guide():
            yield from _lines(content.warnings, marks, revisions, warning=True)
            for name, steps in _levels(content, level):
                if level is None:
                    yield Text(f"**{LEVEL_NAMES[name]}**")
                yield from _steps(steps, marks, revisions)
        case JobAid():
            yield from _lines(content.lines, marks, revisions)
        case ItemSet():
            for item in content.items:
                yield from _item(item, marks, revisions)
        case Scenario():
            yield from _scenario(content, marks, revisions)
        case RemedialUnit():
            yield Text("**What the SOP says**")
            yield from _lines(content.clause, marks, revisions)
            yield Text("**Example** (invented)")
            yield from _lines(content.example, marks, revisions)
            yield from _item(content.check, marks, revisions)
        case _:
            assert_never(content)


def _levels(guide: Guide, level: Level | None) -> Iterator[tuple[Level, tuple[Step, ...]]]:
    every: dict[Level, tuple[Step, ...]] = {
        "novice": guide.novice,
        "standard": guide.standard,
        "expert": guide.expert,
    }
    for name, steps in every.items():
        if level in (None, name):
            yield name, steps


def _steps(
    steps: Iterable[Step], marks: Marks, revisions: Mapping[int, NamedRevision]
) -> Iterator[Block]:
    """Steps under the section that counts them, with the SOP's own numbers."""
    sections = [(name, list(own)) for name, own in groupby(steps, key=lambda step: step.section)]
    for name, own in sections:
        if len(sections) > 1:
            yield Text(f"*{literal(name)}*")
        run: list[Step] = []
        for step in own:
            if run and step.number != run[-1].number + 1:
                yield _run(run, marks)
                run = []
            run.append(step)
        yield _run(run, marks)
        yield from _reworded((line for step in own for line in step.lines), revisions)


def _run(steps: list[Step], marks: Marks) -> Steps:
    items = tuple(
        "\n".join(f"{literal(line.text)}{marks.of(line)}" for line in step.lines) for step in steps
    )
    return Steps(items, steps[0].number)


def _lines(
    said: Iterable[Sentence],
    marks: Marks,
    revisions: Mapping[int, NamedRevision],
    *,
    warning: bool = False,
) -> Iterator[Block]:
    for line in said:
        # Many SOPs say the word themselves.
        is_said = line.text.casefold().startswith(_WARNING.casefold())
        text = line.text[len(_WARNING) :].lstrip() if warning and is_said else line.text
        before = f"**{_WARNING}** " if warning else ""
        yield Text(f"{before}{literal(text)}{marks.of(line)}")
        yield from _reworded([line], revisions)


def _reworded(said: Iterable[Sentence], revisions: Mapping[int, NamedRevision]) -> Iterator[Block]:
    """What the source says, where a sentence says it in other words."""
    for line in said:
        for cite in line.cites:
            if _plain(line.text) not in _plain(cite.quote):
                yield Quote(cite.quote, _named(cite, revisions))


def _named(cite: Cite, revisions: Mapping[int, NamedRevision]) -> str:
    found = revisions.get(cite.revision)
    return f"{found.title if found else cite.uri}, version {cite.version}, {cite.section}"


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".;:")


def _item(item: Item, marks: Marks, revisions: Mapping[int, NamedRevision]) -> Iterator[Block]:
    """A question: what is asked, then what is right of it, a block each so that it stays together."""
    head = f"**Question {literal(item.id)}** · {item.difficulty} · shows {literal(item.part)}"
    asked = f"{head}\n{literal(item.stem.text)}{marks.of(item.stem)}"
    match item:
        case SingleBest():
            yield Text(asked)
            yield Text(
                "\n".join(
                    _option(letter, option, tells_why(item, option), marks)
                    for letter, option in zip(LETTERS, item.options, strict=False)
                )
            )
            whys = dict.fromkeys(option.why for option in item.options)
            yield from _reworded(whys, revisions)
        case Ordering():
            yield Text(f"{asked}\n{IN_ORDER}")
            yield Steps(tuple(f"{literal(s.text)}{marks.of(s)}" for s in item.steps))
            yield from _reworded(item.steps, revisions)
        case Applied():
            yield Text(f"{asked}\n{RIGHT_ANSWER}")
            yield from _lines(item.points, marks, revisions)
        case _:
            assert_never(item)


def tells_why(item: SingleBest, option: Option) -> bool:
    """Whether a reason stands under an option: one that is also the right option's is said once."""
    return option.right or all(option.why != other.why for other in item.options if other.right)


def _option(letter: str, option: Option, why: bool, marks: Marks) -> str:
    text = literal(option.text)
    shown = f"**{letter}. {text} (right)**" if option.right else f"{letter}. {text}"
    return f"{shown}\nWhy: {literal(option.why.text)}{marks.of(option.why)}" if why else shown


def item_lines(item: Item) -> list[str]:
    """A question without marks: its stem, then what is right of it."""
    match item:
        case SingleBest():
            lines = []
            for letter, option in zip(LETTERS, item.options, strict=False):
                lines.append(f"{letter}. {option.text}{' (right)' if option.right else ''}")
                if tells_why(item, option):
                    lines.append(f"Why: {option.why.text}")
        case Ordering():
            steps = (f"{n}. {step.text}" for n, step in enumerate(item.steps, 1))
            lines = [IN_ORDER, *steps]
        case Applied():
            lines = [RIGHT_ANSWER, *(point.text for point in item.points)]
        case _:
            assert_never(item)
    return [item.stem.text, *lines]


def _scenario(
    scenario: Scenario, marks: Marks, revisions: Mapping[int, NamedRevision]
) -> Iterator[Block]:
    for number, variant in enumerate(scenario.variants, 1):
        yield Text(f"**Case {number}** (invented)")
        situation = " ".join(literal(said.text) for said in variant.situation)
        yield Text(f"{situation}\n**{literal(variant.task.text)}**")
        if variant.hints:
            yield Text("\n".join(f"Hint: {literal(hint.text)}" for hint in variant.hints))
    yield Text(f"**Rubric**: {len(scenario.rubric)} criteria")
    for criterion in scenario.rubric:
        yield Text(_criterion(criterion, marks))
        yield from _reworded([criterion.statement], revisions)
    yield Text("**Model answer**")
    yield from _lines(scenario.model_answer, marks, revisions)


def _criterion(criterion: Criterion, marks: Marks) -> str:
    critical = " (critical)" if criterion.critical else ""
    return (
        f"**{literal(criterion.id)}{critical}** {literal(criterion.statement.text)}"
        f"{marks.of(criterion.statement)}\n"
        f"Shown by: {literal(criterion.passes.text)}\nNot shown by: {literal(criterion.fails.text)}"
    )
