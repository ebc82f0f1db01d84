"""Decides which part of a competency a question is for: no set asks the same twice.

A question that serves several parts goes to the one whose statement fits its clause best; a part
that would be left with none keeps the one that fits it best of a part that has others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from review.drafting_verbatim.asked import Asked
from review.drafting_verbatim.fit import Fit
from review.drafting_verbatim.wording import section_name
from review.nouns import SubCompetency

_Key = tuple[str, str]


def shared_out(
    found: Mapping[SubCompetency, Sequence[Asked]], fit: Fit
) -> dict[SubCompetency, list[Asked]]:
    """The questions of each part, each in one part only, in the order in which they came."""
    keys = {part: list(dict.fromkeys(map(_key, asked))) for part, asked in found.items()}
    every = {_key(each): _text(each) for asked in found.values() for each in asked}
    texts = list(every.values())
    scores = {part: dict(zip(every, fit(part.statement, texts), strict=True)) for part in found}
    owner = {
        key: max((part for part in keys if key in keys[part]), key=lambda part: scores[part][key])
        for key in every
    }
    for part, own in keys.items():
        owners = Counter(owner.values())
        spare = [key for key in own if owners[owner[key]] > 1]
        if part not in owners and spare:
            owner[max(spare, key=lambda key: scores[part][key])] = part
    return {
        part: [each for each in asked if owner[_key(each)] == part] for part, asked in found.items()
    }


def _key(asked: Asked) -> _Key:
    """The same for questions on the same clause; an order is another matter than its first step."""
    clause = asked.clause
    if asked.item.form == "ordering":
        return asked.item.form, asked.item.stem.text + asked.source.head.quote
    return "clause", f"{clause.sop.uri}:{clause.passage.ordinal}:{clause.start}"


def _text(asked: Asked) -> str:
    lines = [line.text for line in asked.source.lines]
    return "\n".join((section_name(asked.clause.section), asked.clause.text, *lines))
