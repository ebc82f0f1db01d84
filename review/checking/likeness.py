"""Decides whether a module says nearly the same as one that is published."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from indexing.statements import plain_tokens
from learning.modules import Content, sentences
from review.nouns import Finding

NEARLY_SAME = 0.9
"""Cosine of the counts of three words in a row."""


def duplicate_findings(
    content: Content, others: Sequence[tuple[int, Content]]
) -> Iterator[Finding]:
    """The published module that says nearly the same; of several the likest.

    `others` are those of its kind, by id.
    """
    own = _runs(content)
    like = [(_cosine(own, _runs(other)), module_id, other.title) for module_id, other in others]
    if like:
        cosine, module_id, title = max(like, key=lambda each: (each[0], -each[1]))
        if cosine >= NEARLY_SAME:
            yield Finding("duplicate", words=(str(module_id), title))


def _runs(content: Content) -> Counter[tuple[str, ...]]:
    """The content's words, three in a row, counted; a sentence of fewer is one run."""
    counted: Counter[tuple[str, ...]] = Counter()
    for said in sentences(content):
        words = [token for token in plain_tokens(said.text) if token[:1].isalnum()]
        for at in range(max(1, len(words) - 2)):
            counted[tuple(words[at : at + 3])] += 1
    return counted


def _cosine(left: Counter[tuple[str, ...]], right: Counter[tuple[str, ...]]) -> float:
    few, many = sorted((left, right), key=len)
    both = sum(count * many[run] for run, count in few.items())
    lengths = math.sqrt(_squares(left) * _squares(right))
    return both / lengths if lengths else 0.0


def _squares(counted: Counter[tuple[str, ...]]) -> int:
    return sum(count * count for count in counted.values())
