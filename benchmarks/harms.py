"""Makes harmful edits of a sentence: a number, unit, denial, obligation or name is another one."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

Change = Callable[[str, random.Random], str]
"""A change of a text; the text itself where it does not apply."""
_SMALL = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen
"""
SMALL = _SMALL.split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
TENS = _TENS.split()
ROLES = """
customer; shift lead; store manager; team lead; cashier; supervisor; service desk; manager; agent; user
administrator; driver; supplier; guard; visitor; teacher; student; borrower; servicer; parent; nurse
"""
OTHER_NAMES = """
Priya Nair; Northgate; Aurora; Tom Baker; Helix 9; Brightwater; ZX-41; Omega Desk; K7Q2; Lindow
"""
OTHER_NOUNS = """
helmet; umbrella; trolley; voucher; passport; freezer; lanyard; kettle; brochure; generator; locker
keyboard; warranty; mattress
"""
OTHER_BOUNDS = {
    "at least": "at most",
    "no fewer than": "no more than",
    "no more than": "at least",
    "at most": "at least",
    "over": "under",
    "under": "over",
    "more than": "less than",
    "above": "below",
    "up to": "at least",
}
DROPS = (
    (r"\b(do|does|is|are|will|can|must|should|may|have|has)(?: not|n't)\b", r"\1"),
    (r"\bcan't\b", "can"),
    (r"\bcannot\b", "can"),
    (r"\bwon't\b", "will"),
    (r"\bnever\b", "always"),
    (r"\bNever\b", "Always"),
    (r"\b[Ww]ithout\b", "with"),
    (r"\bunless\b", "if"),
    (r"\bUnless\b", "If"),
    (r"\bexcept\b", "including"),
    (r"\bno (?!more|fewer|less|later|longer)(?=[a-z]+s?\b)", "a "),
    (r"\bare unable to\b", "are able to"),
    (r"\b(?:not allowed|forbidden)\b", "allowed"),
    (r"\b(must|should|may|can|will|is|are)\b(?! not| to)", r"\1 not"),
    (r"\bhave to\b", "do not have to"),
    (r"\bneed to\b", "do not need to"),
    (r"\bif\b", "unless"),
    (r"\bwith\b", "without"),
)
DEMANDS = (
    (r"\b(?:must|have to|has to|need to|needs to)\b(?! not)", ("may", "can", "should", "could")),
    (r"\b(?:are|is) required to\b", ("are free to", "may", "should")),
    (r"\bIt is necessary to\b", ("It is optional to", "You may")),
    (r"\b(?:should|ought to)\b", ("must", "may")),
    (r"\b(?:may|are allowed to|are permitted to)\b(?! not)", ("must", "should", "have to")),
    (r"\bcan\b(?! not|')", ("must", "should")),
    (r"\bonly ", ("",)),
)
UNIT = {
    "minutes": "hours", "minute": "hour", "hours": "days", "hour": "day", "days": "weeks",
    "day": "week", "weeks": "months", "months": "years", "month": "week", "years": "months",
    "working days": "days", "seconds": "minutes", "mins": "hours", "hrs": "days", "percent": "points",
    "pounds": "dollars", "%": " pounds", "£": "$", "$": "€", "ms": "s", "milliseconds": "seconds",
    "miles": "kilometres", "year": "month", "kg": "g", "per second": "per minute", "second": "hour",
}  # fmt: skip


def _listed(text: str) -> list[str]:
    return [item.strip() for item in text.strip().replace("\n", ";").split(";")]


def _with(text: str, hit: re.Match[str], new: str) -> str:
    return text[: hit.start()] + new + text[hit.end() :]


def _wrong_number(text: str, rng: random.Random) -> str:
    found = list(re.finditer(r"\d+(?:[.,]\d+)*", text))
    if len(found) > 1 and rng.random() < 0.4 and found[0][0] != found[1][0]:
        return _with(_with(text, found[1], found[0][0]), found[0], found[1][0])
    for said, other in OTHER_BOUNDS.items():
        if rng.random() < 0.5 and (hit := re.search(rf"\b{said}\b(?= [£$\d])", text)):
            return _with(text, hit, other)
    if found:
        hit = rng.choice(found)
        digits = hit[0]
        if len(set(digits)) > 1 and digits[-1] != "0" and rng.random() < 0.4:
            return _with(text, hit, digits[::-1])
        return _with(text, hit, str(int(re.sub(r"\D", "", digits)) + rng.choice((1, 2, 5, 10, 30))))
    if words := [*re.finditer(r"\b(" + "|".join(SMALL[2:] + TENS) + r")\b", text)]:
        hit = rng.choice(words)
        return _with(text, hit, rng.choice([w for w in (*SMALL[2:12], *TENS) if w != hit[0]]))
    return text


def _wrong_unit(text: str, rng: random.Random) -> str:
    counted = re.compile(
        r"(?:\d|\b(?:" + "|".join(SMALL + TENS) + r"|working)|\bper|\ban?) $",
    )
    for unit in sorted(UNIT, key=len, reverse=True):
        if not unit[0].isalpha():
            if hit := re.search(re.escape(unit) + r"(?=[\d\s.])", text):
                return _with(text, hit, UNIT[unit])
            continue
        for hit in re.finditer(rf"(?<=[\d\w] ){unit}\b", text):
            if counted.search(text[: hit.start()]):
                return _with(text, hit, UNIT[unit])
    return text


def _turned(text: str, rng: random.Random) -> str:
    for pattern, other in DROPS:
        if re.search(pattern, text):
            return re.sub(pattern, other, text, count=1)
    return text


def _obliged(text: str, rng: random.Random) -> str:
    for pattern, others in DEMANDS:
        if hit := re.search(pattern, text):
            return _with(text, hit, rng.choice(others))
    return text


def _renamed(text: str, rng: random.Random) -> str:
    role = "|".join(_listed(ROLES))
    after = "is|are|to|in|on|and|at|for|from|with|must|has"
    kinds = [
        (rf"\b(?i:{role})(?=s?\b)", ROLES),
        (r"(?<=[a-z,] )(?:[A-Z][\w-]+ ?)+(?<! )", OTHER_NAMES),
        (rf"(?<=\bthe )([a-z]{{4,}})(?= (?:{after})\b|[.,])", OTHER_NOUNS),
    ]
    for pattern, others in rng.sample(kinds, 3):
        if hits := [*re.finditer(pattern, text)]:
            new = [word for word in _listed(others) if word.casefold() not in text.casefold()]
            return _with(text, rng.choice(hits), rng.choice(new))
    return text


HARMS: dict[str, Change] = {
    "number": _wrong_number,
    "unit": _wrong_unit,
    "negation": _turned,
    "obligation": _obliged,
    "name": _renamed,
}
