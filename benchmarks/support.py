"""How well `indexing.support` tells honest rewordings from harmful edits, beside exact matching.

    python -m benchmarks.support FOLDER... [--honest 500] [--harmful 200] [--seed 1] [--show KIND]

Each folder's Markdown files are measured on their own. Prints a table; asserts nothing.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter
from pathlib import Path

from benchmarks.rewordings import Case, cases
from indexing.support import Supported, check


def main() -> None:
    """Reads the folders, prints a row for each and then the harms that came through."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folders", nargs="+", type=Path)
    arguments.add_argument("--honest", type=int, default=500)
    arguments.add_argument("--harmful", type=int, default=200)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--show", choices=("blocked", "missed"), help="print those cases")
    given = arguments.parse_args()
    print(f"{'documents':<28}{'honest blocked':>22}{'harmful caught':>18}   exact matching")
    for folder in given.folders:
        _measure(folder, given)


def _measure(folder: Path, given: argparse.Namespace) -> None:
    honest, harmful = cases(folder, given.honest, given.harmful, given.seed)
    for case in honest + harmful:  # the passages are read once in use as well: not part of the time
        check("Warm.", [case.passage])
    started = time.perf_counter()
    blocked = [
        (case, why)
        for case in honest
        if (why := check(case.sentence, [case.passage])) != Supported()
    ]
    missed = [case for case in harmful if check(case.sentence, [case.passage]) == Supported()]
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
