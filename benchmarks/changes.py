"""How well `indexing.changes` tells material changes of a document from all others.

    python -m benchmarks.changes FOLDER... [--material 40] [--other 60] [--seed 1] [--show]
    python -m benchmarks.changes --from OLD --to NEW [--gold FILE] [--show]

The first plants edits in each folder's Markdown files. The second compares two states of a folder,
citing every numbered step of the old one; a FILE of lines `{"file", "section", "quote",
"material"}` says what a reader thinks of some of them. Prints tables; asserts nothing.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.edits import Edit, edits
from indexing.changes import Change, RevisionText, compare
from indexing.passages import split
from indexing.problems import Problem
from indexing.reading import read
from indexing.touched import touched
from indexing.units import units


def main() -> None:
    """Reads the folders and prints a row for each, then what was wrong."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folders", nargs="*", type=Path)
    arguments.add_argument("--material", type=int, default=40)
    arguments.add_argument("--other", type=int, default=60)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--from", dest="old", type=Path)
    arguments.add_argument("--to", dest="new", type=Path)
    arguments.add_argument("--gold", type=Path)
    arguments.add_argument("--show", action="store_true", help="print what was flagged wrongly")
    given = arguments.parse_args()
    if given.folders:
        print(f"{'flagged':<24}{'material':>16}{'wording':>16}{'cosmetic':>16}")
    for folder in given.folders:
        _planted(folder, given)
    if given.old and given.new:
        _between(given.old, given.new, given.gold, given.show)


def _planted(folder: Path, given: argparse.Namespace) -> None:
    """A row: how many of the planted edits of each label are flagged."""
    flagged: Counter[str] = Counter()
    planted: Counter[str] = Counter()
    wrong: list[tuple[Edit, tuple[Change, ...]]] = []
    started = time.perf_counter()
    for edit in edits(folder, given.material, given.other, given.seed):
        changes = compare(_text(edit.before, edit.file), _text(edit.after, edit.file))
        hit = _is_flagged(edit, changes)
        planted[edit.label] += 1
        flagged[edit.label] += hit
        if hit != (edit.label == "material"):
            wrong.append((edit, changes))
    spent = (time.perf_counter() - started) / max(1, planted.total())
    shares = (f"{flagged[x]} of {planted[x]}" for x in ("material", "wording", "cosmetic"))
    print(f"{folder.name:<24}" + "".join(f"{share:>16}" for share in shares), end="")
    print(f"   {spent * 1000:.0f} ms an edit")
    for edit, changes in wrong:
        print(f"  {'missed' if edit.label == 'material' else 'flagged'}: {edit.kind}, {edit.file}")
        if given.show:
            print(f"    cited: {edit.quote}")
            _show(changes)


def _is_flagged(edit: Edit, changes: tuple[Change, ...]) -> bool:
    """Whether what is cited is touched; of an edit of the whole document, anything at all."""
    if edit.label != "material":
        return any(change.kind == "material" for change in changes)
    return bool(touched(changes, edit.quote, edit.section))


def _text(raw: str, file: str) -> RevisionText:
    found = read(raw.encode(), file)
    if isinstance(found, Problem):
        return RevisionText(file, "")
    return RevisionText(found.title, found.markdown)


def _show(changes: tuple[Change, ...]) -> None:
    for change in changes:
        if change.kind != "cosmetic":
            print(f"    {change.kind} [{change.section}] {', '.join(change.reasons)}")
            print(f"      - {change.before}\n      + {change.after}")


def _between(old: Path, new: Path, gold: Path | None, show: bool) -> None:
    """What two states of a folder changed, and which cited steps that touches."""
    kinds: Counter[str] = Counter()
    steps: Counter[str] = Counter()
    compared: dict[str, tuple[Change, ...]] = {}
    started = time.perf_counter()
    for path in sorted(old.rglob("*.md")):
        file = str(path.relative_to(old))
        if not (new / file).exists():
            continue
        before = _text(path.read_text(), file)
        changes = compare(before, _text((new / file).read_text(), file))
        compared[file] = changes
        kinds.update({str(change.kind) for change in changes} or {"none"})
        cited = list(_steps(before))
        steps["guides"] += bool(cited)
        steps["cited"] += len(cited)
        steps["flagged"] += (hits := sum(bool(touched(changes, *cite)) for cite in cited))
        steps["guides flagged"] += bool(hits)
    print(
        f"{len(compared)} documents in {time.perf_counter() - started:.1f} s: unchanged"
        f" {kinds['none']}, with cosmetic changes {kinds['cosmetic']}, worded otherwise"
        f" {kinds['wording']}, changed materially {kinds['material']}"
    )
    print(
        f"{steps['guides']} guides of {steps['cited']} steps: {steps['guides flagged']} guides"
        f" flagged for {steps['flagged']} steps"
    )
    if gold is not None:
        _agreement(gold, compared, show)


def _steps(text: RevisionText) -> Iterator[tuple[str, str]]:
    """(quote, section) of every numbered step, as a guide cites it."""
    for passage in split(text.title, text.markdown):
        for unit in units(passage.text):
            if unit.step is not None:
                yield passage.text[unit.start : unit.end], passage.section


def _agreement(gold: Path, compared: dict[str, tuple[Change, ...]], show: bool) -> None:
    hits: Counter[tuple[bool, bool]] = Counter()
    for line in gold.read_text().splitlines():
        case = json.loads(line)
        flagged = bool(touched(compared[case["file"]], case["quote"], case["section"]))
        hits[case["material"], flagged] += 1
        if flagged != case["material"]:
            print(f"  {'flagged' if flagged else 'missed'}: {case['file']}: {case['quote']}")
            if show:
                _show(compared[case["file"]])
    print(
        f"a reader's judgement: material {hits[True, True]} of"
        f" {hits[True, True] + hits[True, False]} flagged, others {hits[False, True]} of"
        f" {hits[False, True] + hits[False, False]}"
    )


if __name__ == "__main__":
    main()
