"""What a model adds to drafts that stand word for word from the SOP, piece by piece.

    python -m benchmarks.model_drafting FILE... --url http://127.0.0.1:8080/v1 --model NAME [--show]

Each file is drafted from as each kind, as `jobaid draft` does it, without the database. A piece that
fails its checks twice stays as the SOP words it. Prints a table; `--show` prints what was taken.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import get_args

from benchmarks.writing import PATIENCE
from bot.language_model import endpoint_model
from indexing.language_model import LanguageModel
from indexing.nouns import SopText
from indexing.passages import split
from indexing.problems import Problem
from indexing.reading import read
from learning.modules import ModuleKind, sentences
from review import drafting
from review.drafting_model.nouns import MadePiece, fragment_json
from review.nouns import DraftRequest, NothingToDraftFrom


def sop_of(path: Path) -> SopText:
    """A file as the text of an SOP. Raises SystemExit naming the file that cannot be read."""
    found = read(path.read_bytes(), path.name)
    if isinstance(found, Problem):
        raise SystemExit(f"{path}: {found}")
    passages = split(found.title, found.markdown)
    return SopText(
        1,
        "bench",
        path.name,
        1,
        "1",
        date(2026, 1, 1),
        found.title,
        "",
        ("everyone",),
        (),
        passages,
    )


async def draft_kind(sop: SopText, kind: ModuleKind, model: LanguageModel, *, show: bool) -> None:
    """Draft one kind from one document; print a row of the table."""
    request = DraftRequest("bench", kind, "service-agent", "at work", sop.title, "bench", "")
    planned = drafting.plan(request, [sop], with_model=True)
    if isinstance(planned, NothingToDraftFrom):
        print(f"| {sop.uri} | {kind} | nothing to draft from | | | | |", flush=True)
        return
    made: dict[str, MadePiece] = {}
    begun = time.perf_counter()
    for piece in planned.pieces:
        made[piece.key] = await drafting.draft_piece(planned, piece, request, [sop], model)
        if show and made[piece.key].by:
            fragment = made[piece.key].fragment
            assert fragment is not None
            print(f"    {piece.key}: {fragment_json(piece.key, fragment)}", flush=True)
    whole = drafting.drafted(planned, made)
    checked = await drafting.check_drafted(whole, made.values(), request, [sop], ())
    blocked = [finding.code for finding in checked.findings if finding.blocks]
    kept = Counter(one.why for one in made.values() if not one.by and one.why)
    tokens = sum(one.usage.tokens_in + one.usage.tokens_out for one in made.values())
    print(
        f"| {sop.uri} | {kind} | {sum(bool(one.by) for one in made.values())} of {len(made)}"
        f" | {dict(kept) or ''} | {len(list(sentences(whole.content)))}, {blocked or 'none'}"
        f" | {tokens} | {time.perf_counter() - begun:.0f} |",
        flush=True,
    )


async def measure(files: Sequence[Path], url: str, name: str, *, show: bool) -> None:
    print("| document | kind | by the model | kept as it stood | sentences, blocked | tokens | s |")
    print("|---|---|---|---|---|---|---|", flush=True)
    async with endpoint_model(url, "none", name, PATIENCE) as model:
        for file in files:
            for kind in get_args(ModuleKind):
                await draft_kind(sop_of(file), kind, model, show=show)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--url", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--show", action="store_true", help="print the pieces taken")
    given = parser.parse_args()
    asyncio.run(measure(given.files, given.url, given.model, show=given.show))


if __name__ == "__main__":
    main()
