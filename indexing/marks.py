"""Decides which lines count as steps by a mark of their own, where no list of Markdown does.

`Step 1 – …`, `(1) …`, `I. …`, `A. …` and rows with a number are steps where they count from one
without a gap; `3.1 …`, `B.2 …`, `a) …`, `1️⃣ …` and `First, …` may count anything,
such as clauses of a policy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

STEP_WORD = r"(?:step|schritt|étape|etape|paso|passo|stap|steg|krok)"
MARKS: Mapping[str, re.Pattern[str]] = {
    "step": re.compile(rf"{STEP_WORD}\s+(\d{{1,2}})\s*[.:)–—-]\s*(?=\S)", re.IGNORECASE),
    "bracket": re.compile(r"\((\d{1,2})\)\s+(?=\S)"),
    "roman": re.compile(r"([IVX]{1,5})[.)]\s+(?=\S)"),
    "letter": re.compile(r"([A-Z])[.)]\s+(?=\S)"),
    "row": re.compile(r"\|\s*(\d{1,3}(?:\.\d{1,3})*)[.)]?\s*\|\s*(?=[^|\s])"),
    "lettered": re.compile(r"([A-Z]\.?\d{1,2})[.)]?\s+(?=\S)"),
    "decimal": re.compile(r"(\d{1,2}(?:\.\d{1,2})+)[.)]?\s+(?=\S)"),
    "small roman": re.compile(r"\(?([ivx]{1,5})[.)]\s+(?=\S)"),
    "small": re.compile(r"\(?([a-z]|[ivx]{2,4})[.)]\s+(?=\S)"),
    "keycap": re.compile(r"([0-9①-⑳])(?:\ufe0f?\u20e3|(?<=[①-⑳]))\s*(?=\S)"),
    "ordinal": re.compile(
        r"(first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|final|last)(?:ly)?,\s+(?=\S)",
        re.IGNORECASE,
    ),
}
MAY_COUNT_ANYTHING = frozenset({"lettered", "decimal", "small roman", "small", "keycap", "ordinal"})
GOES_ON = frozenset({"step", "keycap"})
"""Kinds that may count on in the next section."""
_STATES = re.compile(
    r"(?!(?:if|when|where|before|after|once|unless|until|while|as|do|don['’]t|never)\b)"
    r"(?:(?:the|this|these|those|an?|all|any|each|every|no|only|it|they|we|our|its)\b"
    r"|\w+(?:\s+\w+){0,3}\s+(?:is|are|was|were|may|must|shall|should|can|will|has|have)\b)",
    re.IGNORECASE,
)
"""How a line begins that says how things are, or who may do what, and not what to do now."""
FEWEST = 2
FEWEST_WORDED = 3
_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth"),
    *("sixth", "seventh", "eighth", "ninth", "tenth"),
)
_ROMAN = {"I": 1, "V": 5, "X": 10}


def counted(lines: Sequence[str], kind: str, known: int = 0) -> tuple[int, list[int]]:
    """The first number and the places of the marks, none if they do not count without a gap.

    They count from one, or on from `known`. Of `3.1` and `3.1.1` the shorter ones are the steps.
    """
    mark = MARKS[kind]
    found = [(n, match[1]) for n, line in enumerate(lines) if (match := mark.match(line))]
    if kind in ("decimal", "row"):
        least = min((said.count(".") for _, said in found), default=0)
        found = [(n, said) for n, said in found if said.count(".") == least]
        if len({said.rpartition(".")[0] for _, said in found}) > 1:
            return 0, []
    if kind == "lettered" and len({said[0] for _, said in found}) > 1:
        return 0, []
    at: list[int] = []
    first = 0
    for n, said in found:
        expected = first + len(at) if at else 1
        number = _counts_as(kind, said, expected)
        if not at and number in (1, known + 1):
            first = expected = number
        if number == expected:
            at.append(n)
        elif not (kind == "small" and at and set(said) <= set("ivx")):
            return 0, []
    return first, at


def marked_steps(lines: Sequence[str], *, asks_how: bool) -> dict[int, int]:
    """The numbers of the paragraphs that are steps by their marks, by place; none without steps.

    Marks that may count anything are steps to who asks how something is done, where half of what
    they count tells what to do.
    """
    for kind in MARKS:
        if kind == "row" or (kind in MAY_COUNT_ANYTHING and not asks_how):
            continue
        first, at = counted(lines, kind, _before(lines, kind))
        if len(at) < (FEWEST_WORDED if kind == "ordinal" else FEWEST):
            continue
        if kind not in MAY_COUNT_ANYTHING or _act([MARKS[kind].sub("", lines[n], 1) for n in at]):
            return dict(zip(at, range(first, first + len(at)), strict=True))
    return {}


def is_marked(line: str) -> bool:
    """Whether a paragraph begins with a mark of any kind."""
    return any(mark.match(line) for mark in MARKS.values())


def number_of(said: str) -> int:
    """`3` or `III` as a number."""
    if said.isdigit():
        return int(said)
    values = [_ROMAN[sign] for sign in said.upper()]
    return sum(
        -value if after > value else value
        for value, after in zip(values, [*values[1:], 0], strict=True)
    )


def _act(said: Sequence[str]) -> bool:
    return 2 * sum(_STATES.match(line) is None for line in said) >= len(said)


def _before(lines: Sequence[str], kind: str) -> int:
    """How far a kind that goes on from section to section had counted before the first mark."""
    if kind not in GOES_ON:
        return 0
    first = next((match for line in lines if (match := MARKS[kind].match(line))), None)
    return max(_counts_as(kind, first[1], 1) - 1, 0) if first else 0


def _counts_as(kind: str, said: str, expected: int) -> int:
    """The number that a mark stands for; the last of several is whichever is expected."""
    said = said.casefold() if kind == "ordinal" else said
    if kind in ("letter", "small"):
        return ord(said.casefold()) - ord("a") + 1 if len(said) == 1 else 0
    if kind == "ordinal":
        return _ORDINALS.index(said) + 1 if said in _ORDINALS else expected if expected > 2 else 0
    if kind == "lettered":
        return int(said[1:].lstrip("."))
    if "①" <= said <= "⑳":
        return ord(said) - ord("①") + 1
    return number_of(said.rpartition(".")[2])
