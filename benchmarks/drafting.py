"""What the verbatim drafter makes of a folder of documents: guides, job aids, questions, exercises.

    python -m benchmarks.drafting FOLDER... [--show guide|aid|items|scenario|remedial] [--only NAME]

No database and no model. Steps are counted by a parser of this file's own, line by line, which
shares no code with the drafter. Prints a table; asserts nothing. `--show` prints the drafts to read.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import get_args

from indexing.nouns import SopText
from indexing.passages import split
from indexing.problems import Problem
from indexing.reading import FORMATS, read
from indexing.support import Supported, check
from learning.modules import (
    AID_CHARACTERS,
    Guide,
    ItemSet,
    JobAid,
    ModuleKind,
    Scenario,
    Sentence,
    sections,
    sentences,
)
from review.nouns import Drafted, DraftRequest
from review.verbatim import draft

_FENCE = re.compile(r"\s*(?:```|~~~)")
_NUMBERED = re.compile(r" ?(\d{1,9})[.)]\s+\S")
_HEADED = re.compile(r"#+\s+(?:\d[\d.]*\s+)?step (\d+)\b", re.IGNORECASE)


@dataclass
class Measured:
    """One folder's figures. `wrong` are documents whose steps differ from our own count."""

    documents: int = 0
    with_steps: int = 0
    guides: Counter[str] = field(default_factory=Counter)
    equal: int = 0
    wrong: list[str] = field(default_factory=list)
    sentences: int = 0
    unsupported: list[tuple[str, str]] = field(default_factory=list)
    aids: list[int] = field(default_factory=list)
    items: Counter[str] = field(default_factory=Counter)
    criteria: Counter[int] = field(default_factory=Counter)
    remedials: int = 0
    seconds: float = 0.0


def main() -> None:
    """Reads the folders, drafts every kind from every document, prints what came out."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folders", nargs="+", type=Path)
    arguments.add_argument("--show", choices=get_args(ModuleKind), help="print these drafts")
    arguments.add_argument("--only", default="", help="only files whose name holds this")
    given = arguments.parse_args()
    for folder in given.folders:
        measured = Measured()
        for path in sorted(folder.rglob("*")):
            if path.suffix in FORMATS and given.only in path.name:
                _measure(path, path.relative_to(folder).as_posix(), measured, given.show)
        _print(folder, measured)


def steps_of(markdown: str) -> list[tuple[str, int]]:
    """(heading, number) of every step at the margin of Markdown, counted as renderers do.

    A list's items count on from its first one; what is indented, fenced or quoted is no step. A
    fence inside an item ends with the item at the latest. A heading `Step 2 …` is a step where no
    numbered item follows below it.
    """
    found: list[tuple[str, int]] = []
    headings: list[int] = []
    heading, fenced, inside, count, blank = "", False, False, 0, False
    for line in markdown.splitlines():
        is_fence = bool(_FENCE.match(line))
        if fenced and inside and line.strip() and not is_fence and not line.startswith(" "):
            fenced = False
        if is_fence:
            fenced, inside = not fenced, line.startswith(" ")
        marked = None if fenced else _NUMBERED.match(line)
        if marked:
            count = count + 1 if count else int(marked[1])
            found.append((heading, count))
        elif not fenced and line.startswith("#"):
            heading, count = line.lstrip("#").strip(), 0
            if headed := _HEADED.match(line):
                headings.append(len(found))
                found.append((heading, int(headed[1])))
        elif line.strip() and line[0] not in " \t" and (blank or line.startswith(("```", "~~~"))):
            count = 0  # a line at the margin after an empty one ends the list
        blank = not line.strip()
    alone = len(headings) < 2
    followed = {
        at for at in headings if found[at + 1 : at + 2] and found[at + 1][0] == found[at][0]
    }
    return [
        each for at, each in enumerate(found) if not (at in headings and (alone or at in followed))
    ]


def _measure(path: Path, uri: str, measured: Measured, show: str | None) -> None:
    found = read(path.read_bytes(), uri)
    if isinstance(found, Problem):
        return
    measured.documents += 1
    passages = split(found.title, found.markdown)
    sop = SopText(
        1, "bench", uri, 1, "1", date(2026, 1, 1), found.title, "", ("everyone",), (), passages
    )
    expected = [number for _, number in steps_of(found.markdown)]
    measured.with_steps += bool(expected)
    kinds: Sequence[ModuleKind] = get_args(ModuleKind)
    for kind in kinds:
        request = DraftRequest("bench", kind, "service-agent", "bench", found.title, "bench", "")
        started = time.perf_counter()
        made = draft(request, [sop], None)
        measured.seconds += time.perf_counter() - started
        if isinstance(made, Drafted):
            _count(made, uri, expected, measured)
            if show == kind:
                _show(made, uri)
        elif kind == "guide" and expected:
            measured.wrong.append(uri)


def _count(made: Drafted, uri: str, expected: Sequence[int], measured: Measured) -> None:
    content = made.content
    for said in sentences(content):
        measured.sentences += 1
        if not (said.authored or _supported(said)):
            measured.unsupported.append((uri, said.text))
    match content:
        case Guide():
            for level in ("novice", "standard", "expert"):
                steps = [step.number for step in getattr(content, level)]
                measured.guides[level] += steps == [step.number for step in content.novice]
            if [step.number for step in content.novice] == list(expected):
                measured.equal += 1
            else:
                measured.wrong.append(uri)
        case JobAid():
            measured.aids.append(
                len(content.title) + sum(len(said.text) + 1 for said in content.lines)
            )
        case ItemSet():
            measured.items.update(f"{item.form}, {item.difficulty}" for item in content.items)
        case Scenario():
            measured.criteria[len(content.rubric)] += 1
        case _:
            measured.remedials += 1


def _supported(said: Sentence) -> bool:
    """Whether each place it cites says so by itself."""
    return bool(said.cites) and all(
        check(said.text, [cite.quote]) == Supported() for cite in said.cites
    )


def _print(folder: Path, measured: Measured) -> None:
    aids = sum(length <= AID_CHARACTERS for length in measured.aids)
    levels = ", ".join(f"{level} {n}" for level, n in measured.guides.items())
    print(f"{folder}: {measured.documents} documents, {measured.with_steps} with numbered steps")
    print(f"  guides: {levels}; steps equal in order and count at novice: {measured.equal}")
    print(f"  job aids: {len(measured.aids)}, of them within {AID_CHARACTERS} characters: {aids}")
    print(f"  questions: {measured.items.total()}")
    for form, count in sorted(measured.items.items()):
        print(f"    {form}: {count}")
    rubrics = ", ".join(f"{n} with {size}" for size, n in sorted(measured.criteria.items()))
    print(f"  exercises: {measured.criteria.total()} (criteria: {rubrics})")
    print(f"  remedial units: {measured.remedials}")
    print(f"  sentences: {measured.sentences}, unsupported: {len(measured.unsupported)}")
    print(f"  seconds for all drafts: {measured.seconds:.1f}")
    for uri in measured.wrong:
        print(f"  steps differ: {uri}")
    for uri, text in measured.unsupported[:20]:
        print(f"  unsupported in {uri}: {text}")


def _show(made: Drafted, uri: str) -> None:
    print(f"=== {uri} {' '.join(made.left_out)}\n{made.content.title}")
    for line in _lines(made):
        print(line)


def _lines(made: Drafted) -> Iterator[str]:
    for section in sections(made.content):
        yield f"  {section.heading}"
        for said in section.sentences:
            mark = "~" if said.authored else " "
            yield f"   {mark} {said.text}".replace("\n", "\n     ")


if __name__ == "__main__":
    main()
