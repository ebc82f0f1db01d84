"""Decides which pieces of an SOP serve a statement: by default those that share its rare words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

from indexing.terms import terms

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
