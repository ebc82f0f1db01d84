"""Decides what a question is taken from, and how its stem names that place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from learning.modules import Item
from review.drafting_verbatim.clauses import Block, Clause, SopStep
from review.drafting_verbatim.wording import section_name

_ODD = re.compile(r"[{}<>=\\|`_]|://|\$\w|\$\(")
_GENERIC = re.compile(
    r"(?:the )?(?:procedure|steps?|process|instructions?|method|overview|introduction|diagnosis"
    r"|mitigation|resolution|meaning|impact|troubleshooting|general|details?|summary|background"
    r"|before you (?:start|begin)|first minute|afterwards|what to do)\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the step or paragraph it is taken from."""

    item: Item
    source: SopStep | Block
    clause: Clause


def is_odd(text: str) -> bool:
    """Whether a text holds marks of code, of a link or of a placeholder."""
    return bool(_ODD.search(text))


def place(clause: Clause) -> str:
    """Where a question is from, as its stem names it: the SOP, and the section if that says more."""
    title, section = clause.sop.title, section_name(clause.section)
    if _GENERIC.match(section) or section.casefold() == title.casefold():
        return f"“{title}”"
    return f"“{title}”, “{section}”"
