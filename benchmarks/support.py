"""How well `indexing.support` tells honest rewordings from harmful edits, beside exact matching.

    python -m benchmarks.support FOLDER... [--honest 500] [--harmful 200] [--seed 1] [--show KIND]
        [--nearness] [--made FILE.jsonl]

Each folder's Markdown files are measured on their own. FILE holds rewordings by a model, judged by
a reader: `passage`, `reworded` and `label` (honest, harmful; others are left out). Prints a table;
asserts nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import time
from collections import Counter
from pathlib import Path

from benchmarks.harms import HARMS
from benchmarks.rewordings import Case, cases
from benchmarks.throwaway import MODELS
from indexing.embeddings import LocalEmbedder
from indexing.nearness import nearness
from indexing.support import Nearness, Supported, check

TRIES = 60
"""Times that each harm is tried on a model's rewording: another edit each time, or one made before."""


def main() -> None:
    """Reads the folders, prints a row for each and then the harms that came through."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folders", nargs="*", type=Path)
    arguments.add_argument("--honest", type=int, default=500)
    arguments.add_argument("--harmful", type=int, default=200)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--show", choices=("blocked", "missed"), help="print those cases")
    arguments.add_argument("--nearness", action="store_true", help="with MiniLM, as in use")
    arguments.add_argument("--made", type=Path, action="append", default=[])
    given = arguments.parse_args()
    near = nearness(asyncio.run(LocalEmbedder.load(MODELS))) if given.nearness else None
    print(f"{'documents':<28}{'honest blocked':>22}{'harmful caught':>18}   exact matching")
    for folder in given.folders:
        _measure(folder, given, near)
    for file in given.made:
        _measure_made(file, near)


def _measure_made(file: Path, near: Nearness | None) -> None:
    """A model's own rewordings, honest and not, and every harmful edit of the honest ones."""
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    rng = random.Random(7)
    edits: dict[str, str] = {}
    verdicts: Counter[tuple[str, bool]] = Counter()
    for line in lines:
        passed = check(line["reworded"], [line["passage"]], near) == Supported()
        verdicts[line["label"], passed] += 1
        for harm in HARMS.values() if line["label"] == "honest" else ():
            for edit in (harm(line["reworded"], rng) for _ in range(TRIES)):
                if edit != line["reworded"] and edit not in line["passage"]:
                    edits[edit] = line["passage"]
    caught = sum(check(edit, [passage], near) != Supported() for edit, passage in edits.items())
    honest, harmful = (
        f"{verdicts[label, False]} of {verdicts[label, False] + verdicts[label, True]}"
        for label in ("honest", "harmful")
    )
    print(
        f"{file.name:<28} honest blocked {honest}, harmful caught {harmful}, "
        f"edits of the honest caught {caught} of {len(edits)}"
    )


def _measure(folder: Path, given: argparse.Namespace, near: Nearness | None) -> None:
    honest, harmful = cases(folder, given.honest, given.harmful, given.seed)
    for case in honest + harmful:  # the passages are read once in use as well: not part of the time
        check("Warm.", [case.passage])
    started = time.perf_counter()
    blocked = [
        (case, why)
        for case in honest
        if (why := check(case.sentence, [case.passage], near)) != Supported()
    ]
    missed = [case for case in harmful if check(case.sentence, [case.passage], near) == Supported()]
    spent = (time.perf_counter() - started) / max(1, len(honest) + len(harmful))
    exact_blocked, exact_caught = (
        sum(not _verbatim(case) for case in cases_) for cases_ in (honest, harmful)
    )
    share = len(blocked) / max(1, len(honest))
    print(
        f"{folder.name:<28}{len(blocked):>9} of {len(honest)} ({share:4.0%})"
        f"{len(harmful) - len(missed):>11} of {len(harmful)}   {exact_blocked} of {len(honest)} blocked,"
        f" {exact_caught} of {len(harmful)} caught; {spent * 1000:.1f} ms a sentence"
    )
    kinds = Counter(case.kind for case in harmful)
    through = Counter(case.kind for case in missed)
    caught = (f"{kind} {count - through[kind]} of {count}" for kind, count in kinds.items())
    print(f"   caught: {', '.join(caught)}")
    if given.show == "blocked":
        for case, why in blocked:
            print(f"  {why}\n    {case.kind}\n    P: {case.source}\n    S: {case.sentence}")
    if given.show == "missed":
        for case in missed:
            print(f"  {case.kind}\n    P: {case.source}\n    S: {case.sentence}")


def _verbatim(case: Case) -> bool:
    """Exact matching: the sentence stands in the passage, but for case and marks."""
    plain = [
        " ".join(re.findall(r"\w+", text.casefold())) for text in (case.sentence, case.passage)
    ]
    return plain[0] in plain[1]


if __name__ == "__main__":
    main()
