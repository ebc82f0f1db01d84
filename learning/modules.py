"""Decides what a module can hold: five kinds of content, each sentence with where it comes from.

Pure, frozen values. A module is what two humans approve, so everything a learner will ever read
stands in it word for word: nothing is worded later. `content_hash` is what they approve.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, assert_never

from pydantic import Field, TypeAdapter

ModuleKind = Literal["guide", "aid", "items", "scenario", "remedial"]
Level = Literal["novice", "standard", "expert"]
Difficulty = Literal["easy", "medium", "hard"]

LEVELS: tuple[Level, ...] = ("novice", "standard", "expert")
AID_CHARACTERS = 1200
"""The most a job aid may have: it is read while somebody waits."""
TITLE_CHARACTERS = 120
"""The most a title may have."""
ITEMS_WANTED = 10
"""Items for one sub-competency from which a quiz can choose."""


@dataclass(frozen=True, slots=True)
class Cite:
    """Where a sentence stands: a document's revision, its section, and the words themselves.

    `quote` is verbatim text of one passage of `revision` (a database id); `version` is the
    document's own name of it.
    """

    source: str
    uri: str
    revision: int
    version: str
    section: str
    quote: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence (or one step with its number left out), plain text, and what it rests on.

    `authored`: the author's own words (an invented situation, a question's stem, a wrong option):
    nothing supports them and nothing needs to; the card says so. Every other sentence cites.
    """

    text: str
    cites: tuple[Cite, ...] = ()
    authored: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an SOP. `number` is the SOP's own within `section`; `lines[0]` names the step."""

    number: int
    section: str
    lines: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Guide:
    """A step-by-step guide at three levels, each with the same steps and all `warnings`.

    novice: each step with all its sub-points; standard: the step and its conditions; expert: what
    the step is called, its thresholds and warnings.
    """

    title: str
    novice: tuple[Step, ...]
    standard: tuple[Step, ...]
    expert: tuple[Step, ...]
    warnings: tuple[Sentence, ...] = ()
    kind: Literal["guide"] = "guide"


@dataclass(frozen=True, slots=True)
class JobAid:
    """What to do, in at most `AID_CHARACTERS` characters, title included."""

    title: str
    lines: tuple[Sentence, ...]
    kind: Literal["aid"] = "aid"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose. `why` says what makes it right or wrong, from the SOP."""

    text: str
    right: bool
    why: Sentence


@dataclass(frozen=True, slots=True)
class SingleBest:
    """A question with three options, one of them right. `part` is the sub-competency it shows."""

    id: str
    part: str
    difficulty: Difficulty
    stem: Sentence
    options: tuple[Option, ...]
    form: Literal["single_best"] = "single_best"


@dataclass(frozen=True, slots=True)
class Ordering:
    """Steps to put in order; they stand here in the right one."""

    id: str
    part: str
    difficulty: Difficulty
    stem: Sentence
    steps: tuple[Sentence, ...]
    form: Literal["ordering"] = "ordering"


@dataclass(frozen=True, slots=True)
class Applied:
    """A case to answer in a few words. `points` is what a right answer must hold."""

    id: str
    part: str
    difficulty: Difficulty
    stem: Sentence
    points: tuple[Sentence, ...]
    form: Literal["applied"] = "applied"


Item = Annotated[SingleBest | Ordering | Applied, Field(discriminator="form")]


@dataclass(frozen=True, slots=True)
class ItemSet:
    """Quiz items. Ten (`ITEMS_WANTED`) for each sub-competency are wanted."""

    title: str
    items: tuple[Item, ...]
    kind: Literal["items"] = "items"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing an answer must show. `statement` cites the SOP's clause; `critical`: without it
    the whole answer fails. The examples are invented answers."""

    id: str
    statement: Sentence
    passes: Sentence
    fails: Sentence
    critical: bool


@dataclass(frozen=True, slots=True)
class Variant:
    """One case of a scenario. Situation and task are invented; there are 0 to 2 hints."""

    situation: tuple[Sentence, ...]
    task: Sentence
    hints: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """An exercise answered in free text: three variants, one rubric of 3 to 6 criteria."""

    title: str
    part: str
    variants: tuple[Variant, ...]
    rubric: tuple[Criterion, ...]
    model_answer: tuple[Sentence, ...]
    kind: Literal["scenario"] = "scenario"


@dataclass(frozen=True, slots=True)
class RemedialUnit:
    """Two minutes on one sub-competency: the clause, an example, a question to check."""

    title: str
    part: str
    clause: tuple[Sentence, ...]
    example: tuple[Sentence, ...]
    check: Item
    kind: Literal["remedial"] = "remedial"


Content = Annotated[Guide | JobAid | ItemSet | Scenario | RemedialUnit, Field(discriminator="kind")]
_content: TypeAdapter[Guide | JobAid | ItemSet | Scenario | RemedialUnit] = TypeAdapter(Content)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a module as people read and edit it: one heading, its sentences in order.

    `key` names it for good within one content (`novice.3`, `item.q2`, `rubric`, `aid`).
    """

    key: str
    heading: str
    sentences: tuple[Sentence, ...]


def content_json(content: Content) -> dict[str, Any]:
    """Return the content as JSON values; `content_from_json` reads them back."""
    dumped: dict[str, Any] = _content.dump_python(content, mode="json")
    return dumped


def content_from_json(stored: Any) -> Content:
    """Return the content of JSON values. Raises `pydantic.ValidationError` naming what is wrong."""
    return _content.validate_python(stored)


def content_body(content: Content, *, role: str, competency: str) -> str:
    """Return all that is approved as text: words, sources, for whom.

    JSON with sorted keys and no spaces, so the same content always has the same hash, whatever
    order the database keeps its keys in.
    """
    said = {"content": content_json(content), "role": role, "competency": competency}
    return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def content_hash(body: str) -> str:
    """Return the SHA-256 of a content's body, in hexadecimal."""
    return hashlib.sha256(body.encode()).hexdigest()


def parts_of(content: Content) -> tuple[str, ...]:
    """The sub-competencies a module serves, in its order; none for a guide and a job aid."""
    match content:
        case Guide() | JobAid():
            return ()
        case ItemSet():
            return tuple(dict.fromkeys(item.part for item in content.items))
        case Scenario() | RemedialUnit():
            return (content.part,)
        case _:
            assert_never(content)


def sections(content: Content) -> tuple[Section, ...]:
    """The content in the order people read it. Every sentence a learner can see is in one."""
    match content:
        case Guide():
            return tuple(_guide_sections(content))
        case JobAid():
            return (Section("aid", content.title, content.lines),)
        case ItemSet():
            return tuple(_item_section(item) for item in content.items)
        case Scenario():
            return tuple(_scenario_sections(content))
        case RemedialUnit():
            return (
                Section("clause", "What the SOP says", content.clause),
                Section("example", "Example", content.example),
                _item_section(content.check),
            )
        case _:
            assert_never(content)


def sentences(content: Content) -> tuple[Sentence, ...]:
    """Every sentence of the content, in order."""
    return tuple(said for section in sections(content) for said in section.sentences)


def cites(content: Content) -> tuple[Cite, ...]:
    """Every place the content rests on, each once, in order."""
    return tuple(dict.fromkeys(cite for said in sentences(content) for cite in said.cites))


def _guide_sections(guide: Guide) -> Iterator[Section]:
    if guide.warnings:
        yield Section("warnings", "Warnings", guide.warnings)
    for level, steps in zip(LEVELS, (guide.novice, guide.standard, guide.expert), strict=True):
        for at, step in enumerate(steps, 1):
            heading = f"{level.capitalize()}, {step.section}, step {step.number}"
            yield Section(f"{level}.{at}", heading, step.lines)


def _item_section(item: Item) -> Section:
    match item:
        case SingleBest():
            options = (
                said
                for option in item.options
                for said in (Sentence(option.text, authored=True), option.why)
            )
            lines: tuple[Sentence, ...] = (item.stem, *options)
        case Ordering():
            lines = (item.stem, *item.steps)
        case Applied():
            lines = (item.stem, *item.points)
        case _:
            assert_never(item)
    return Section(f"item.{item.id}", f"Question {item.id} ({item.difficulty})", lines)


def _scenario_sections(scenario: Scenario) -> Iterator[Section]:
    for at, variant in enumerate(scenario.variants, 1):
        lines = (*variant.situation, variant.task, *variant.hints)
        yield Section(f"variant.{at}", f"Case {at}", lines)
    for criterion in scenario.rubric:
        heading = f"Criterion {criterion.id}" + (" (critical)" if criterion.critical else "")
        lines = (criterion.statement, criterion.passes, criterion.fails)
        yield Section(f"rubric.{criterion.id}", heading, lines)
    yield Section("model_answer", "Model answer", scenario.model_answer)
