"""Decides how many passages of published modules stand among those of the SOPs, and where.

Whatever is published, the SOPs keep their order, and a question is answered from the section that
answered it before: from the SOP, or from a module that says what this section says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from indexing.leading import READ
from indexing.nouns import FoundPassage
from indexing.terms import terms

MOST_MODULES = 3
"""Modules beside the SOPs' passages; with the first ones, which are read, one alone."""


def beside_sops(
    order: Sequence[int], shown: Mapping[int, FoundPassage], question: str, *, sops_answer: bool
) -> list[int]:
    """The passages (ids, best first) in the order they are read: the SOPs', and MOST_MODULES others,
    each the best one of its module.

    `sops_answer`: the SOPs alone are sure enough of an answer. Then no module stands before the best
    of them unless it rests on that very section, or its title is what was asked.

    With the first READ SOPs one module's passage is read: of the module whose title is what was
    asked, else of the best one. It takes no SOP's place.
    """
    modules = {one: shown[one].document_id for one in order if shown[one].kind == "module"}
    if not modules:
        return list(order)
    by_name = next((one for one in modules if _says(shown[one].title, question)), None)
    asked_for = by_name or next(
        (one for one in modules if set(terms(shown[one].title)) == set(terms(question))), None
    )
    best = next((one for one in order if one not in modules), None)
    if best is not None and sops_answer:
        after = [
            one
            for one in order[: order.index(best)]
            if one != by_name and not _rests_on(shown[one], shown[best])
        ]
        order = _moved(order, after, best)
    firsts = {modules[one]: one for one in (*reversed(order), asked_for) if one in modules}
    few = [one for one in order if one in firsts.values() and one != asked_for]
    few = [*([] if asked_for is None else [asked_for]), *few][:MOST_MODULES]
    sops = [one for one in order if one not in modules]
    end = order.index(sops[READ - 1]) + 1 if len(sops) >= READ else len(order)
    front = [one for one in order[:end] if one not in modules or one == few[0]]
    if asked_for is not None and asked_for not in front:
        front.append(asked_for)
    return [*front, *(one for one in order if one not in front and (one in sops or one in few))]


def _moved(order: Sequence[int], some: Sequence[int], behind: int) -> list[int]:
    """The order with some of them put right behind another."""
    left = [one for one in order if one not in some]
    at = left.index(behind) + 1
    return [*left[:at], *some, *left[at:]]


def _rests_on(module: FoundPassage, sop: FoundPassage) -> bool:
    """Whether what a module's passage says is what this section of an SOP says.

    A passage under a cited section's name is of that section alone; any other of all that are cited.
    What opens a document only says what it is about: what it tells to do is quoted then.
    """
    cited = {
        (one.document_id, section)
        for one in (module.module.rests_on if module.module else ())
        for section in one.sections
    }
    if sop.section == sop.title:
        return False
    own = {(document, section) for document, section in cited if section == module.section}
    return (sop.document_id, sop.section) in (own or cited)


def _says(title: str, question: str) -> bool:
    return title.casefold().split() == question.casefold().rstrip(" ?.!").split()
