"""Decides which pieces of an SOP serve a statement: by default those that share its rare words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import groupby

from indexing.terms import terms
from review.drafting_verbatim.clauses import Block, Outline, SopStep

Fit = Callable[[str, Sequence[str]], Sequence[float]]
"""(statement, texts) -> how well each text fits, in [0, 1]; an embedder's cosines do as well."""

SERVES = 0.2
"""Fit below which a piece has nothing to do with a statement, as `shared_terms` counts."""


def shared_terms(statement: str, texts: Sequence[str]) -> list[float]:
    """The share of a statement's terms that each text holds, weighted by idf over the texts."""
    wanted = set(terms(statement))
    held = [wanted & set(terms(text)) for text in texts]
    df = Counter(term for found in held for term in found)
    idf = {term: math.log(1 + (len(texts) + 1) / (df[term] + 0.5)) for term in wanted}
    total = sum(idf.values()) or 1.0
    return [sum(idf[term] for term in sorted(found)) / total for found in held]


def fit_of_all(fit: Fit, statements: Sequence[str], texts: Sequence[str]) -> list[float]:
    """How well each text fits several statements, each of which weighs the same."""
    scores = [fit(statement, texts) for statement in statements if statement.strip()]
    return [sum(each[at] for each in scores) / (len(scores) or 1) for at in range(len(texts))]


def serving(sops: Sequence[Outline], statement: str, fit: Fit) -> list[Outline]:
    """The SOPs cut down to the sections that serve a statement, best first; all for an empty one.

    A section serves where it fits at least half as well as the best does, and at all.
    """
    if not statement.strip():
        return list(sops)
    pieces = [
        (at, headings, list(parts))
        for at, sop in enumerate(sops)
        for headings, parts in groupby(sop.parts, key=lambda part: part.head.passage.headings)
    ]
    texts = [
        "\n".join((sops[at].sop.title, *headings, *(line.text for p in parts for line in p.lines)))
        for at, headings, parts in pieces
    ]
    scores = list(fit(statement, texts))
    least = max(SERVES, max(scores, default=0.0) / 2)
    kept: dict[int, list[SopStep | Block]] = {}
    best: dict[int, float] = {}
    for (at, _, parts), score in zip(pieces, scores, strict=True):
        if score >= least:
            kept.setdefault(at, []).extend(parts)
            best[at] = max(best.get(at, 0.0), score)
    order = sorted(kept, key=lambda at: (-best[at], at))
    return [Outline(sops[at].sop, tuple(kept[at])) for at in order]
