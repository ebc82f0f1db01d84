"""Decides what somebody says who follows a clause, and somebody who does not: invented answers.

An instruction turns into the first person (`Scan the receipt` → `I scan the receipt`); where that
would not read well, the clause is quoted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexing.support import is_english
from indexing.units import sentences
from review.drafting_verbatim.amounts import LARGEST_WORD, amounts, choice
from review.drafting_verbatim.cases import split_condition
from review.drafting_verbatim.records import is_record
from review.drafting_verbatim.warning import unlabelled
from review.drafting_verbatim.wording import (
    LEADING,
    instructs,
    label,
)

_DENIED = re.compile(r"(?:please )?(?:never|do not|don['’]t)\s+", re.IGNORECASE)
_NOTES = frozenset({"note", "notice", "alert", "remember"})
_STRESSED = frozenset({"note", "nb", "critical", "mandatory", "essential", "required", "remember"})
"""Labels that only stress what follows, and are no case."""
_QUOTED = re.compile(r"([\"“][^\"“”]*[\"”])")
_ALSO_DENIED_LAST = re.compile(
    r"^[^,;]*[,;]\s+(?:and\s+|but\s+)?(?:do not|don['’]t|never)\s+(?=[^,;.]*[.]?$)",
    re.IGNORECASE,
)
"""What is done, and what is forbidden behind it, to the end: `listen, do not argue`."""
_ALSO_DENIED = re.compile(r"(?:[,;]|\b(?:and|but))\s+(?:do not|don['’]t|never)\b", re.IGNORECASE)
_NOUNS = re.compile(r"(?:store credit|gift cards?|record cards?|order numbers?)\b", re.IGNORECASE)
"""What begins like an instruction and names a thing."""
_AT_LEAST = re.compile(
    r"\b(?:at least|minimum(?: of)?|(?:not|no) (?:less|fewer|earlier|sooner) than)\s+(?:\w+\s+)?$",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    r"\b(?:at most|within|up to|maximum(?: of)?|under|below|until|by|before|less than|fewer than"
    r"|(?:not|no) (?:more|later|longer) than|(?:not|never) exceed(?:ing)?)\s+(?:the first |\w+\s+)?$",
    re.IGNORECASE,
)
"""What stands before a figure that may not be undercut, and before one that may not be passed."""
_BARRED = re.compile(r"you (?:may|must|should|shall|can) (?:not|never)\s+(?!be\b)", re.IGNORECASE)
_PASSIVE = re.compile(
    r"(?P<what>(?!you\b|it\b|this\b|they\b|these\b)[^,;:]{3,60}?)"
    r" (?:must|may|should|shall) (?:not|never) be (?P<done>\w+(?:ed|en|n|t)\b.*)",
    re.IGNORECASE | re.DOTALL,
)
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
    said = " ".join(unlabelled(said).split()) or said.strip()
    said = _told(said).rstrip(" .;:,")
    lead, act = "", said
    heading, rest = label(said)
    if condition := split_condition(said):
        when = _to_first_person(condition[1])
        lead, act = (f"{_upper(when)}, ", condition[2]) if when else ("", said)
    elif heading.casefold() in _STRESSED and instructs(rest):
        act = rest
    elif instructs(heading) and _QUOTED.match(rest):
        says = f"{_lower(heading)}: {rest}"
        return Answers(_ended(f"I {says}"), _ended(f"I see no need to {says}"), True)
    elif heading and instructs(rest) and not instructs(heading) and not is_record(said):
        lead, act = f"“{heading}”: ", rest
    elif heading.casefold() not in _NOTES and instructs(heading) and _explains(rest):
        act = heading
    if not _NOUNS.match(act) and (own := _first_person(act)):
        return Answers(_ended(lead + own[0]), _ended(lead + own[1]), True)
    return _quoted(said)


def _explains(rest: str) -> bool:
    """Whether what follows a name is a sentence about it, and not what it asks for: `tags on`."""
    return not instructs(rest) and not rest[:1].islower()


def _told(said: str) -> str:
    """The sentence that an answer is about: the first one, or after a mere fact what to do."""
    every = [said[first:last] for first, last in sentences(said)]
    acts = [each for each in every if instructs(each) or _BARRED.match(each)]
    return (
        every[0] if not acts or split_condition(every[0]) or _PASSIVE.match(every[0]) else acts[0]
    )


def _first_person(said: str) -> tuple[str, str] | None:
    """What somebody does and what somebody else leaves out or does instead."""
    if lead := LEADING.match(said):
        said = said[lead.end() :]
    said = said.removeprefix("then ").strip()
    heading = label(said)[0]
    words = _to_first_person(said)
    if words is None:
        return None
    if barred := _BARRED.match(said):
        act = _lower(_to_first_person(said[barred.end() :]) or said[barred.end() :])
        return f"I do not {act}", f"I {_affirmed(act)}"
    if passive := _PASSIVE.match(said):
        what = f"{_lower(passive['what'])} be {passive['done']}"
        return f"I do not let {what}", f"I let {_affirmed(what)}"
    if not instructs(said) or (heading and not instructs(heading)):
        return None
    if denied := _DENIED.match(words):
        act = words[denied.end() :]
        act, further = _parted(act)
        kept = "never" if denied.group().casefold().startswith("never") else "do not"
        return f"I {kept} {_lower(act)}{further}", f"I {_lower(_affirmed(act))}"
    if changed := _other_figure(words):
        return f"I {_lower(words)}", f"I {_lower(changed)}"
    if also := _ALSO_DENIED_LAST.search(words):
        return f"I {_lower(words)}", f"I {_lower(_affirmed(words[also.end() :]))}"
    if _ALSO_DENIED.search(words):
        return f"I {_lower(words)}", f"I do not think that this matters here: {_lower(said)}"
    return f"I {_lower(words)}", f"I see no need to {_lower(words)}"


def _parted(act: str) -> tuple[str, str]:
    """What is forbidden, and what is to be done instead: `load it; ring the owner`."""
    found = re.search(r";\s+(?=\S)", act)
    if found is None or not instructs(act[found.end() :]):
        return act, ""
    return act[: found.start()], f", and I {_lower(act[found.end() :])}"


def _other_figure(said: str) -> str | None:
    """The same with a figure that is not the SOP's, None where it holds none to be changed."""
    for amount in amounts(said):
        options = choice(amount, said, ())
        if options is None:
            continue
        before = said[: amount.start]
        whole = amount.unit in ("clock", "%", "percent", "per cent")
        half, double = (0, 0) if whole else (amount.value // 2, 2 * amount.value)
        wrong = [value for value in reversed(options.values) if value != amount.value]
        if _AT_LEAST.search(before):
            wrong = [value for value in wrong if value < amount.value] or [half]
        elif _AT_MOST.search(before):
            wrong = [value for value in wrong if value > amount.value] or [double]
        if wrong[0] > 0 and not (amount.in_words and wrong[0] > LARGEST_WORD):
            return before + amount.written(wrong[0]) + said[amount.end :]
    return None


def _to_first_person(said: str) -> str | None:
    """`You` and `your` turned into the first person, None where that cannot be told.

    What is quoted stays: somebody else is spoken to.
    """
    parts = [
        part if at % 2 else _as_first_person(part) for at, part in enumerate(_QUOTED.split(said))
    ]
    told = [part for part in parts if part is not None]
    return "".join(told) if len(told) == len(parts) else None


def _as_first_person(said: str) -> str | None:
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
    act = re.sub(r"\s+any (?:more|longer|further)\b", "", act)
    act = re.sub(r"\b(and|or) (?:do not|don['’]t|never) ", r"\1 ", act)
    return re.sub(r"\bany\b", "some", act)


def _quoted(said: str) -> Answers:
    """The clause itself, and the clause with another figure or denied."""
    passes = _ended(f"I keep to this: {_lower(said)}")
    if changed := _other_figure(said):
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
    # where nouns may have capitals
    keeps = keeps or not (is_english(said) or instructs(said))
    return said if keeps or first == "I" else said[:1].lower() + said[1:]
