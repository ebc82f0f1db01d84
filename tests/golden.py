"""Decides whether drawn text is what it was: golden files under `tests/golden/`.

`UPDATE_GOLDEN=1` writes them anew; read the difference before committing it.
"""

from __future__ import annotations

import os
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"


def check(path: str, text: str) -> None:
    """Compare `text` with the golden file at `path` (below `tests/golden/`, `slack/note.json`)."""
    file = GOLDEN / path
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")
        return
    assert file.exists(), f"tests/golden/{path} is missing: run the tests with UPDATE_GOLDEN=1"
    assert text == file.read_bytes().decode(), (
        f"tests/golden/{path} differs: look at it, then run the tests with UPDATE_GOLDEN=1"
    )


def strays(folder: str, names: set[str]) -> set[str]:
    """Return the files in a golden folder that no test writes any more."""
    return {file.name for file in (GOLDEN / folder).iterdir()} - names
