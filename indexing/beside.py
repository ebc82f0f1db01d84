"""Decides how many passages of published modules stand among those of the SOPs, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from indexing.nouns import FoundPassage
from indexing.quoting import READ
from indexing.terms import terms

MOST_MODULES = 3
"""Modules among the passages found; of the first ones, which are read, one alone."""


def beside_sops(
    order: Sequence[int], shown: Mapping[int, FoundPassage], question: str
) -> list[int]:
    """The passages (ids, best first) in the order they are read, of no more than MOST_MODULES modules.

    Of the first READ, which are read, one is an SOP's if there is any, and the others are one
    module's: the one whose title is what was asked, which is always among them, else the best one.
    """
    modules = {one: shown[one].document_id for one in order if shown[one].kind == "module"}
    if not modules:
        return list(order)
    leading = next((one for one in modules if _says(shown[one].title, question)), None) or next(
        (one for one in modules if set(terms(shown[one].title)) == set(terms(question))), None
    )
    kept = list(dict.fromkeys(modules[one] for one in (leading, *modules) if one is not None))
    front: list[int] = []
    for one in order:
        beside = modules.get(one) == kept[0] and sum(at in modules for at in front) < READ - 1
        if len(front) < READ and (one not in modules or beside):
            front.append(one)
    if leading is not None and leading not in front:
        front[READ - 1 :] = [leading]
    few = kept[:MOST_MODULES]
    rest = [one for one in order if one not in front and modules.get(one, few[0]) in few]
    return [*front, *rest]


def _says(title: str, question: str) -> bool:
    return title.casefold().split() == question.casefold().rstrip(" ?.!").split()
