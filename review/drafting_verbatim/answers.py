"""Decides what somebody says who follows a clause, and somebody who does not: invented answers.

An instruction turns into the first person (`Scan the receipt` → `I scan the receipt`); where that
would not read well, the clause is quoted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexing.passages import sentences
from review.drafting_verbatim.amounts import amounts, choice
from review.drafting_verbatim.cases import split_condition
from review.drafting_verbatim.warning import LABELLED
from review.drafting_verbatim.wording import (
    LEADING,
    instructs,
    is_record,
    label,
)

_DENIED = re.compile(r"(?:please )?(?:never|do not|don['’]t)\s+", re.IGNORECASE)
_NOUNS = re.compile(r"(?:store credit|gift cards?|record cards?|order numbers?)\b", re.IGNORECASE)
"""What begins like an instruction and names a thing."""
_YOU_ACTS = re.compile(
    r"\byou(?= (?:can|could|must|may|will|have|had|do|did|should|hold|know|need|touch|start|finish"
    r"|sign|leave|go|see|want|would|cannot|can['’]t|don['’]t|think|take|make|enter|get|send|ask)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Answers:
    """An answer that shows a clause and one that fails it. `natural`: in the first person."""

    passes: str
    fails: str
    natural: bool


def answers(said: str) -> Answers:
    """Both answers to a clause, of which a condition before the instruction is kept."""
    said = " ".join(LABELLED.sub("", said, count=1).split())
    first, last = sentences(said)[0]
    said = said[first:last].rstrip(" .;:,")
    lead, act = "", said
    heading, rest = label(said)
    if condition := split_condition(said):
        when = _to_first_person(condition[1])
        lead, act = (f"{_upper(when)}, ", condition[2]) if when else ("", said)
    elif heading and instructs(rest) and not instructs(heading) and not is_record(said):
        lead, act = f"“{heading}”: ", rest
    elif heading and instructs(heading) and not instructs(rest):
        act = heading
    if not _NOUNS.match(act) and (own := _first_person(act)):
        return Answers(_ended(lead + own[0]), _ended(lead + own[1]), True)
    return _quoted(said)


def _first_person(said: str) -> tuple[str, str] | None:
    """What somebody does and what somebody else leaves out or does instead."""
    if lead := LEADING.match(said):
        said = said[lead.end() :]
    said = said.removeprefix("then ").strip()
    heading = label(said)[0]
    words = _to_first_person(said)
    if words is None or not instructs(said) or (heading and not instructs(heading)):
        return None
    if denied := _DENIED.match(words):
        act = words[denied.end() :]
        kept = "never" if denied.group().casefold().startswith("never") else "do not"
        return f"I {kept} {_lower(act)}", f"I {_lower(_affirmed(act))}"
    return f"I {_lower(words)}", f"I see no need to {_lower(words)}"


def _to_first_person(said: str) -> str | None:
    """`You` and `your` turned into the first person, None where that cannot be told."""
    words = re.sub(r"\byou are\b", "I am", said, flags=re.IGNORECASE)
    words = _YOU_ACTS.sub("I", words)
    words = re.sub(r"\byourself\b", "myself", words, flags=re.IGNORECASE)
    words = re.sub(r"\byour\b", "my", words, flags=re.IGNORECASE)
    return None if re.search(r"\byou\b", words, re.IGNORECASE) else words


def _affirmed(act: str) -> str:
    """What was forbidden, as somebody says it who does it."""
    act = re.sub(r",?\s+(?:unless|except|but|not even)\b.*$", "", act)
    for denied, said in (("anybody", "somebody"), ("anyone", "someone"), ("anything", "something")):
        act = re.sub(rf"\b{denied}\b", said, act)
    return re.sub(r"\bany\b", "some", act)


def _quoted(said: str) -> Answers:
    """The clause itself, and the clause with another figure or denied."""
    passes = _ended(f"I keep to this: {_lower(said)}")
    for amount in amounts(said):
        if options := choice(amount, said, ()):
            other = next(value for value in reversed(options.values) if value != amount.value)
            changed = said[: amount.start] + amount.written(other) + said[amount.end :]
            return Answers(passes, _ended(f"I keep to this: {_lower(changed)}"), False)
    fails = _ended(f"I do not think that this matters here: {_lower(said)}")
    return Answers(passes, fails, False)


def _ended(said: str) -> str:
    return said if re.search(r"[.!?][\"”'’)]?$", said) else f"{said}."


def _upper(said: str) -> str:
    return said[:1].upper() + said[1:]


def _lower(said: str) -> str:
    """The text without its capital, which a name or an abbreviation keeps."""
    first = said.split(" ", 1)[0]
    keeps = len(first) > 1 and any(sign.isupper() for sign in first[1:])
    return said if keeps or first == "I" else said[:1].lower() + said[1:]
