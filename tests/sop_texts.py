"""SOPs as the drafter gets them, made from Markdown without a database."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from textwrap import dedent

from indexing.nouns import SopText
from indexing.passages import split
from indexing.reading.markdown import first_heading

SAMPLES = Path(__file__).resolve().parent.parent / "samples" / "sops"


def sop_text(markdown: str, uri: str = "refunds.md") -> SopText:
    """An SOP in force, of this text."""
    markdown = dedent(markdown).strip()
    title = first_heading(markdown) or uri
    return SopText(
        document_id=1,
        source="shop",
        uri=uri,
        revision=7,
        version="3",
        version_on=date(2026, 5, 4),
        title=title,
        owner="dana@example.com",
        audience=("everyone",),
        competencies=("refunds",),
        passages=split(title, markdown),
    )


def sample_sops() -> dict[str, SopText]:
    """The made-up company's SOPs, by uri."""
    return {
        path.relative_to(SAMPLES).as_posix(): sop_text(
            path.read_text(encoding="utf-8"), path.relative_to(SAMPLES).as_posix()
        )
        for path in sorted(SAMPLES.rglob("*.md"))
    }
