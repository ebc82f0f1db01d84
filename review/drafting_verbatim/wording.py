"""Decides what a clause is: a warning, a condition, a threshold, an instruction; and its short form.

English, by words and marks alone. In doubt a clause is none of these, and is left as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from indexing.figures import Figure
from indexing.instructing import VERBS
from indexing.numerals import tokens, with_figures
from indexing.terms import tidy
from review.drafting_verbatim.warning import is_labelled_warning, unlabelled, warns

_DEPENDS = re.compile(
    r"\b(?:if|unless|when|whenever|once|until|till|before|after|except|otherwise|only|provided"
    r"|while|during|as long as|as soon as|at least|at most|up to|without|depending on|whichever"
    r"|(?:more|less|fewer|later|earlier|longer) than|in case|within|instead|rather than)\b"
    r"|\b(?:above|over|below|under)\s+(?:[£$€−-]?\s?\d|(?:the |this |that |a |an )?(?:\w+ )?(?:limit"
    r"|threshold|maximum|minimum|age|mark|line|level)\b|(?:one|two|three|four|five|six|seven|eight"
    r"|nine|ten|twelve|twenty|fifty|half)\b)|^should\b",
    re.IGNORECASE,
)
_BINDS = re.compile(
    r"\b(?:must|shall|should|may only|cannot|can only|only|needs?|required?|requires|has to|have to"
    r"|forbidden|prohibited|allowed|permitted|approval|approves?|counts?)\b",
    re.IGNORECASE,
)
_AS_SUBJECT = re.compile(
    r"[\w-]+(?::|\s+(?:should|must|shall|will|would|can|cannot|could|may|might|is|are|was|were|has|had"
    r"|does|did)\b)|(?:alert|note|notice|warning|attention)\W*!",
    re.IGNORECASE,
)
"""What begins like an instruction and names a thing: `Alert should clear`, `Note: …`."""
_RULED = re.compile(
    r"(?!(?:assume|check|confirm|decide|determine|ensure|explain|inform|make|note|remember|remind|say"
    r"|see|show|state|tell|verify)\b)[\w-]+(?:\s+(?!(?:the|an?|all|any|each|every|your|their|its|how"
    r"|if|it|that|them|this|these|those|to|what|when|where|whether|which|who)\b)[\w-]+){1,2}"
    r"\s+(?:must|shall|should)\b",
    re.IGNORECASE,
)
"""The same in more words, of which a rule speaks: `Free chlorine must be …`, `Test results must …`."""
_HAPPENS = re.compile(
    r"\b(?:fires?|firing|triggers?|indicates?|represents?|means|results? in|predicted|happens?|occurs?"
    r"|occurred|typically|usually|generally|expected|might|could|example|e\.g\.|currently|failed to)\b"
    r"|\b(?:is|are|gets?|was|were|been) (?:raised|triggered|detected|observed)\b"
    r"|\b(?:about|around|approximately|roughly) (?:[£$€]?\d|one|two|three|four|five|six|ten|a )"
    r"|\bmay (?:take (?!off)|need|already|have)\b|\btakes? (?:up to|about)\b"
    r"|\bha(?:s|ve|d) (?:been |already )?(?:crossed|reached|exceeded|failed|dropped|fallen|increased)\b",
    re.IGNORECASE,
)
_STRICT = re.compile(
    r"\b(?:must|shall|has to|have to|may only|can only)\b|\bonly (?:after|with|if|when|once|by)\b",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"(?:above|over|below|under|up to|from|until|more than|less than|at least|at most|exactly)\b"
    r"[^.;]*\d[^.;]*[,:]\s|(?:from|until|after|up to) day\b",
    re.IGNORECASE,
)
"""A limit before what is then decided: `Above £75, a shift lead approves.`"""
_TURNS = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|without|only|unless|except|if|when|until|before|after"
    r"|must|may|should|cannot|but|or)\b|n['’]t\b",
    re.IGNORECASE,
)
"""Words that a part must not have to be left out: without them the rest says something else."""
_ASIDE = re.compile(
    r",?\s+(?:because|so that|so as to|in order to"
    r"|such as|for example|for instance|e\.g\.|which|by (?:running|using|"
    r"entering|executing) the following)\b|\s+[–—]\s+|\s+-\s+|\s+\([^()]*\)$"
)
_AND = re.compile(r"[,;]\s+(?:and\s+|then\s+|and then\s+)?(?=\w)")
_LIMITS = re.compile(
    r"\bonly (?:after|with|if|when|once|by|from|for|in|to|on|at)\b"
    r"|\b(?:at (?:most|least)|(?:no|not) (?:more|less|fewer) than|up to)"
    r" (?:one|two|three|four|five|six)\b"
    r"|\b(?:two|three|four|\d+) (?:people|persons|employees|colleagues|operatives)\b"
    r"|\bwithout\b[^.;]*\b(?:not|no|never|nobody|nothing)\b"
    r"|\b(?:not|no|never|nobody|nothing)\b[^.;]*\bwithout\b",
    re.IGNORECASE,
)
"""A bound in words: `at most one tray`, `Two people are needed`, `Only after the guard has confirmed`,
`no key without ID`."""
_DEADLINE = re.compile(
    r"\bsame (?:working )?day\b|(?:^|\W)[TD] ?[+−–-] ?\d{1,3}\b(?!-)"
    r"|\b(?:end|close) of (?:the|each|every|that|your) (?:\w+ )?(?:day|shift|week|month)\b",
    re.IGNORECASE,
)
_TOLERANCE = re.compile(
    r"[±≤≥]\s*\d|\d\s*(?:\+/-|±)\s*\d|\b(?:max|min)(?:imum)?\b\.?:?\s*\d", re.IGNORECASE
)
_CODE = re.compile(r"\b(?!(?:EUR|USD|GBP|CHF)\b)[A-Z]{1,4}[ -]?\d+(?:\.\d+)*-\d+\b")
"""The number of a form or a standard, which limits nothing: `FB 8.7-1`, `EN 60204-1`."""
_LABEL = re.compile(r"([A-Z0-9\[\"“'][^:.;!?]{0,70}?)(\s+\([^()]{1,40}\))?:\s+(?=\S)")
_CONDITION_LABEL = re.compile(
    r"(?:if|when|unless|in case|for|from|up to|after|before|above|over|below|under|between|within"
    r"|more|less|fewer|until|on|at|with|without|no|not|found|anybody|somebody|anyone|someone"
    r"|option|otherwise|else|note|nb|example|tip|remember|reminder)\b",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"\W*(?:(?:yes|no)(?=,)|it|its|they|their|them|this|that|these|those|he|she|his|her|such|both|either|neither"
    r"|then|also|otherwise|instead|however|therefore|so|thus|the same|the rest|the other|again"
    r"|(?:after|before) (?:that|this)|(?:if|when|where) (?:any|some|none|both|either|neither)"
    r" (?:is|are|was|were|has|have|of (?:them|these|those)|remains?|fails?|can|cannot))\b",
    re.IGNORECASE,
)
_POINTS_DOWN = re.compile(
    r"\b(?:below|(?:as|the|these|one of the|any of the|all of the) (?:follows|following)"
    r"|(?:the|this|by|per|see) (?:table|list|chart|matrix))\b(?!\s*[\d£$€−-])",
    re.IGNORECASE,
)
_DANGLES = re.compile(
    r"\b(?:for|to|of|with|from|into|as|and|or|the|a|an|these|following|that|is|are)$",
    re.IGNORECASE,
)
LEADING = re.compile(
    r"(?:(?:(?:second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)(?:ly)?(?=,)"
    r"|please|then|next|finally|first(?:ly)?|now|also|always|always be sure to|make sure to|you"
    r" (?:must|should|can|need to|will need to)|lastly|afterwards)\s*,?\s+)+",
    re.IGNORECASE,
)
MARK = re.compile(
    r"(?:\(?(?:\d{1,2}(?:\.\d{1,2})*|[a-z]|[ivx]{1,4})[.)]|\d{1,2}(?:\.\d{1,2})+)\s+(?=\S)"
)
"""The number or letter of a point inside a step: `(c) …`, `4.4 …`."""
_NUMBER = re.compile(r"(?:(?:\d+(?:\.\d+)*|[A-Z])[.)]|\d+(?:\.\d+)+)\s+")
_POINTED = re.compile(
    r"\b(?P<what>section|step)s?\s+(?P<numbers>\d+(?:\.\d+)*"
    r"(?:(?:\s*[,&–-]\s*|\s+(?:and|or|to)\s+)\d+(?:\.\d+)*)*)"
    r"(?![^.;]*\bof (?:the|this|that|your|our) (?:\w+ )?(?:sheet|manual|form|handbook|contract"
    r"|agreement|report|policy|law|act)\b)",
    re.IGNORECASE,
)
_ALSO_ADJECTIVES = frozenset({"clean", "clear", "dry", "empty", "free", "open", "warm", "separate"})
_BOUNDS = re.compile(r"\b(?:below|above|over|under|within|per|same|by the end)\b", re.IGNORECASE)
_FURTHER = re.compile(
    r"[,;]?\s+and\s+(?:then\s+)?(?=(?P<verb>[a-z-]+)\s)|[;:]\s+|,\s+then\s+|,\s+and\s+"
)
SHORT = 12
"""Words of a sentence above which what it says aside is left out of a step's name."""
LONG_NAME = 20
"""Words of a step's name above which the further things it tells to do are left out."""
LEAST = 3
"""Words of a title, at least."""
LABEL_WORDS = 7


@lru_cache(maxsize=4096)
def figures(text: str) -> tuple[Figure, ...]:
    """The figures of a text."""
    found = with_figures(tokens(tidy(text)))
    return tuple(figure for figure in found if isinstance(figure, Figure))


@lru_cache(maxsize=4096)
def sets_threshold(text: str) -> bool:
    """Whether a text holds an amount, a time, a date or a bound: a figure that decides something."""
    text = _CODE.sub("", text)
    return bool(_DEADLINE.search(text) or _TOLERANCE.search(text)) or any(
        figure.kind in ("date", "clock")
        or (not figure.weak and figure.unit not in ("", "time") and not figure.unit.endswith("#"))
        or (figure.weak and figure.unit != "" and figure.bound not in ("", "about"))
        or (not figure.weak and figure.kind == "number" and figure.bound not in ("", "about"))
        for figure in figures(text)
    )


def limits(text: str) -> bool:
    """Whether a text says in words up to where, or in which case alone, something may be done."""
    return bool(_LIMITS.search(_CODE.sub("", text)))


def depends(text: str) -> bool:
    """Whether a text holds under a condition, up to a bound or from some time on."""
    return bool(_DEPENDS.search(text))


def leans(text: str) -> bool:
    """Whether a text needs what stands before it to be understood: `Do not clean it up.`"""
    return points_back(text) or bool(
        re.search(
            r"\b(?:it|them|this|these|those|there)\b(?! is\b)"
            r"|\bone\b(?! (?!of|that|which|who|with|for|to|and|or|in|at|from|on)[a-z])(?! is\b)",
            text,
            re.IGNORECASE,
        )
    )


def announces(text: str) -> bool:
    """Whether a text needs what follows it: `valid options are`, `do the following:`."""
    end = text.rstrip()
    return end.endswith((":", ",")) or bool(
        re.search(r"\b(?:are|is|include|includes|following|options|like|as)\s*$", end)
    )


def dangles(text: str) -> bool:
    """Whether a text ends with a word that wants another: `Ask the supplier for`."""
    return bool(_DANGLES.search(text.rstrip(" .:;,")))


def points_down(text: str) -> bool:
    """Whether a text sends people to what follows it: `3 out of 4 items below`, `by the table`."""
    return bool(_POINTS_DOWN.search(text))


def points_back(text: str) -> bool:
    """Whether a text's first words stand for something said before: `After that …`."""
    return bool(_POINTS_BACK.match(text))


def label(text: str) -> tuple[str, str]:
    """A line's label and what follows it: `Validate Purchase (kb query): To confirm …`.

    Both as they stand, what is in brackets before the colon left out; `("", text)` without one.
    """
    found = _LABEL.match(text)
    if found is None or len(found[1].split()) > LABEL_WORDS or is_labelled_warning(text):
        return "", text
    return found[1], text[found.end() :]


def names_steps(heads: Sequence[str]) -> bool:
    """Whether the labels of a list's first lines are the names of its steps, and no conditions."""
    found = [label(head)[0] for head in heads]
    return (
        len(heads) >= 2
        and all(found)
        and not any(_CONDITION_LABEL.match(name) or sets_threshold(name) for name in found)
        and (
            sum(name[:1].isupper() and instructs(name) for name in found) * 2 >= len(found)
            or all(_bracketed(head) for head in heads)
        )
    )


def _bracketed(head: str) -> bool:
    found = _LABEL.match(head)
    return found is not None and found[2] is not None


def section_name(section: str) -> str:
    """A heading without its number: `4.2 Refund without a receipt`."""
    return (
        section[found.end() :].strip() or section if (found := _NUMBER.match(section)) else section
    )


def section_number(section: str) -> str:
    """A heading's number: `4.2`; empty without one."""
    found = _NUMBER.match(section)
    return found.group().strip().rstrip(".)") if found else ""


def pointed(what: str, text: str) -> tuple[str, ...]:
    """The numbers of the sections or steps that a text speaks of: `check sections 2 and 3`."""
    return tuple(
        number
        for found in _POINTED.finditer(text)
        if found["what"].casefold() == what
        for number in re.findall(r"\d+(?:\.\d+)*", found["numbers"])
    )


def is_name(said: str) -> bool:
    """Whether a label says something: `N/A` does not."""
    return len(re.sub(r"[^A-Za-z]", "", said)) > 2


def instructs(text: str) -> bool:
    """Whether a text begins with what to do: a verb of the trade in its plain form."""
    said = text.removeprefix("[").lstrip("\"“'")
    if lead := LEADING.match(said):
        said = said[lead.end() :]
    if re.match(r"(?:do not|don['’]t|never)\b", said, re.IGNORECASE):
        return True
    first = re.match(r"([A-Za-z]+(?:-[a-z]+)?)(\W?)", said)
    if first is None or first[1].casefold() not in VERBS:
        return False
    if _AS_SUBJECT.match(said) or _RULED.match(said):
        return False
    if first[1].casefold() in _ALSO_ADJECTIVES and _does(said):
        return False
    return first[2] in (" ", "") or first[1].casefold() not in _ALSO_ADJECTIVES


def _does(said: str) -> bool:
    """Whether the third word is what the first two do: `Dry ice releases carbon dioxide.`"""
    third = re.match(
        r"[\w-]+ (?!(?:your|their|its)\b)[a-z]+[^s\W] ([a-z]+?)(?:es|s)"
        r" (?!with|in|on|at|by|to|and|or)\w",
        said,
    )
    return third is not None and bool({third[1], f"{third[1]}e"} & VERBS)


def binds(text: str) -> bool:
    """Whether a text says what must be, or what may be only in one case."""
    return bool(_STRICT.search(text))


def happens(text: str) -> bool:
    """Whether a text tells what is so, was so or may be so, which nobody has to keep to."""
    return bool(_HAPPENS.search(text)) and not (binds(text) or instructs(label(text)[1]))


def directs(text: str) -> bool:
    """Whether a text tells people to do, decide or leave something, rather than what happens."""
    said = label(unlabelled(text))[1]
    return (
        instructs(text)
        or instructs(said)
        or any(instructs(part) for part in re.split(r"[,:;]\s+", said)[1:])
        or bool(_BINDS.search(text) or _BOUND.match(said))
    )


def shortened(sentence: str) -> str:
    """A sentence as a step's name: what only explains is left out, what decides is not.

    Nothing is left out that holds a figure or a word that could turn the rest.
    """
    said = sentence.rstrip()
    while len(said.split()) > SHORT or said.endswith(":"):
        cuts = [found.start() for found in _ASIDE.finditer(said) if found.start() > 8]
        if said.endswith(":") and not cuts:
            break
        cut = next((at for at in cuts if _spare(said[at:]) and not _tells(said[at:])), None)
        if cut is None:
            break
        said = said[:cut].rstrip()
    return said.rstrip(":,;– ").rstrip() or sentence


def titled(name: str) -> str:
    """A step's name as its title: of a long one, the further things it tells to do are left out.

    As in `shortened`, what holds a figure, a limit or a word that could turn the rest stays.
    """
    said = name
    while len(said.split()) > LONG_NAME:
        cuts = [found.start() for found in _FURTHER.finditer(said) if _parts(said, found)]
        if not cuts or not _spare(said[cuts[-1] :]) or _BOUNDS.search(said[cuts[-1] :]):
            break
        said = said[: cuts[-1]].rstrip()
    return said


def _parts(said: str, found: re.Match[str]) -> bool:
    """Whether a joint parts two things to do, and not two of a list or two ends of one."""
    before, joint = said[: found.start()], found.group().strip()
    if before.count("(") > before.count(")"):
        return False
    if len(before.split()) < LEAST or re.search(r"\bto [\w-]+$", before):
        return False
    if found["verb"] is None:
        return True
    listed = ":" in before or ("," in before and not joint.startswith(";"))
    return found["verb"] in VERBS and not listed


def _tells(part: str) -> bool:
    """Whether what explains something is followed by something more to do: `…, and tell the chef`."""
    return any(instructs(part[found.end() :]) for found in _AND.finditer(part))


def _spare(part: str) -> bool:
    return (
        not _TURNS.search(part)
        and not warns(part)
        and not any(not figure.weak for figure in figures(part))
    )
