"""Decides whether a statement says what somebody can be seen to do.

It has an action verb, the verb's object, and a condition or a measure. The verbs are those of the
revised Bloom taxonomy (Anderson and Krathwohl 2001) and of work with hands, tills and tools; the
shape is Mager's (Preparing Instructional Objectives, 1962). Decided in code, so that the same words
get the same verdict every time. English only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from learning.verbs import ACTION_VERBS, NOUNS_OF_ACTION, NOUNS_TOO, VAGUE_VERBS, third_person

Lack = Literal["topic", "vague_verb", "no_object", "no_measure", "not_finite"]


@dataclass(frozen=True, slots=True)
class Unclear:
    """What a statement lacks: `word` is what gave it away, `suggestion` a whole statement that
    would do, to be made true by whoever knows the work."""

    lack: Lack
    word: str
    suggestion: str


_LEAD = re.compile(
    r"^(?:(?:the|an?|each|every|new|our)\s+)?"
    r"(?:(?:learner|agent|service agent|shift lead|operative|warehouse operative|colleague|employee"
    r"|person|staff|team member|you|they|he|she|we|somebody)\s+)?"
    r"(?:(?:can|could|will|should|must|is able to|are able to|be able to|able to|has to|have to"
    r"|is expected to)\s+)?"
    r"(?:(?:to|always|also)\s+)?",
    re.I,
)
_WORD = re.compile(r"[\w'’£$€%./:+-]*[\w%]", re.UNICODE)


def words_of(text: str) -> frozenset[str]:
    """Return the words of a line as a set."""
    return frozenset(text.split())


_DETERMINERS = words_of(
    "a an the each every any all both its their his her our your this that these those no"
    " two three four five six seven eight nine ten twelve twenty"
)
_PARTICLES = words_of(
    "to with for on up out through over at off down in back apart away into around by about"
)
_NUMBER_WORDS = words_of(
    "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty"
    " sixty ninety hundred half twice once zero"
)
# What says how well or how fast, wherever it stands.
_MEASURES = words_of(
    "unaided unassisted independently alone unprompted unsupervised error-free faultless first-time"
    " same-day hourly daily weekly monthly quarterly yearly every each only never without using"
    " according per following against from above below"
)
# Where a condition begins that may stand right after the verb.
_BREAKS = words_of("without using from per against via")
_NOTHINGS = words_of("well and or of")
_PRAISE = words_of(
    "good strong excellent effective great basic advanced sound solid proven outstanding deep general"
)
# What begins a condition when words follow it that say which.
_CONDITIONS = words_of(
    "when whenever if before after during until while once unless where within under"
    " via based because whose so"
)
_EMPTY_CONDITIONS = re.compile(
    r"\b(?:under pressure|within (?:the |a |our )?(?:team|company|organi[sz]ation|business|department)"
    r"|at all times|when (?:needed|required|necessary|appropriate|possible|asked)"
    r"|as (?:needed|required|necessary|appropriate)|where (?:needed|possible|appropriate|necessary)"
    r"|if (?:needed|required|necessary|possible)|in a timely (?:manner|fashion)|every time|every day"
    r"|each day|each time|so on|so forth|and so)\b",
    re.I,
)
# `with`, `by`, `in`, `on`, `at`, `for` and `to` say something only with the right words after them.
_WITH = (
    r"\bwith(?:in)? (?:\w+ ){0,2}(?:no|zero|fewer|less|one|only|errors?|mistakes?|help|guidance"
    r"|supervision|checklist|template|scanner|form|job aid|handbook|list|key|calculator|receipt"
    r"|accuracy)\b"
)
_PHRASES = re.compile(
    "|".join(
        (
            _WITH,
            r"\bby (?:\w+ing|noon|midnight|close|closing|opening|hand|phone|e-?mail|the (?:end|close"
            r"|deadline|cut-?off|next|last|first|due))\b",
            r"\bin (?:line|accordance|order|sequence|writing|full|plain|under|less|front of|one go"
            r"|the (?:right|given|correct|stated|set|same) (?:order|sequence|time))\b",
            r"\bon (?:the |a |their |its |his |her )?(?:first|same|next|arrival|receipt|delivery"
            r"|request|due)\b",
            r"\bat (?:least|most|close|closing|opening|handover|the (?:end|start|close|beginning"
            r"|latest|agreed|stated|original))\b",
            r"\bfor (?:every|each|at least|at most|up to)\b",
            r"\bto (?:within|the (?:sop|standard|procedure|specification|policy|letter|nearest|penny"
            r"|minute|end)|spec(?:ification)?|standard|scale|size|measure|time|ISO|BS|DIN|EN|ASTM|class"
            r"|grade|level)\b",
            r"\b(?:more|less|fewer|no later|not more|rather) than\b",
            r"\bup to\b",
            r"\bas soon as\b",
            r"\bas (?:the |an? )?(?:sop|procedure|policy|checklist|handbook|label|law) \w+",
            r"\b(?:step by step|end[- ]to[- ]end|start to finish|right first time|to the minute)\b",
            r"\bthat (?:is|are|has|have|shows?|meets?|covers?|names?|contains?|passes|needs?)\b",
        )
    ),
    re.I,
)
# Part of a name (Office 365, ISO 9001), not a measure.
_NAMED_NUMBER = re.compile(r"(?<!^)\b[A-Z][\w-]* (?:v(?:ersion)? ?)?\d[\d.]*\b(?! ?(?:%|min|hour))")
_FIRST_CLAUSE = re.compile(
    r"^(?:given|when|if|within|after|before|without|using|from|during|on|at|under|for|in)\b[^,]*,\s*",
    re.I,
)


def unclear(statement: str) -> Unclear | None:
    """Return what the statement lacks to be seen and judged, or None when it has all three."""
    said = " ".join(statement.split()).strip(" .;:!-–—•*\"“”'")
    clause = _FIRST_CLAUSE.match(said)
    condition = said[: clause.end()] if clause else ""
    said = said[len(condition) :]
    said = _LEAD.sub("", said, count=1) or said
    words = _WORD.findall(said)
    while len(words) > 1 and _is_adverb(words[0]):
        words = words[1:]
    if not words:
        return Unclear("topic", statement.strip(), _whole("names", ""))
    return _verdict(words, f"{said}, {condition}")


def _verdict(words: list[str], said: str) -> Unclear | None:
    first, rest = words[0].lower(), words[1:]
    vague = _vague(words)
    if vague:
        return vague
    base = _gerund(first)
    if base:
        return Unclear("not_finite", words[0], _whole(third_person(base), " ".join(rest)))
    if not _is_verb(first, rest):
        return Unclear("topic", " ".join(words), _from_topic(words))
    shown = first if first.endswith("s") and not first.endswith("ss") else third_person(first)
    if not _has_object(rest):
        return Unclear("no_object", words[0], _whole(shown, ""))
    if not _is_measured(said):
        return Unclear("no_measure", words[0], _whole(shown, " ".join(rest)))
    return None


def _is_adverb(word: str) -> bool:
    return len(word) > 4 and word.lower().endswith("ly") and word.lower() not in ACTION_VERBS


def _lemmas(word: str) -> tuple[str, ...]:
    """The base forms that a third-person verb can have."""
    forms = [word]
    if word.endswith("ies"):
        forms.append(word[:-3] + "y")
    if word.endswith("es"):
        forms.append(word[:-2])
    if word.endswith("s") and not word.endswith("ss"):
        forms.append(word[:-1])
    if "-" in word:  # de-escalates, re-orders
        forms += _lemmas(word.rpartition("-")[2])
    if word.startswith("re") and len(word) > 6:  # recounts, reinspects
        forms += _lemmas(word[2:])
    return tuple(forms)


def _is_verb(first: str, rest: list[str]) -> bool:
    following = rest[0].lower() if rest else ""
    if first in NOUNS_TOO and following in NOUNS_OF_ACTION:
        return False  # stock control, time management
    if any(lemma in ACTION_VERBS for lemma in _lemmas(first)):
        return True
    if first in NOUNS_OF_ACTION or first.endswith(_ENDINGS_OF_NOUNS):
        return False
    # A verb that we do not know shows itself by the object right after it.
    counted = first.endswith("s") and following[:1].isdigit()
    return following in _DETERMINERS or counted


_ENDINGS_OF_NOUNS = ("tion", "ment", "ness", "ity", "ship", "ance", "ing")


def _vague(words: list[str]) -> Unclear | None:
    """What is vague about a statement's beginning; the longest beginning that fits counts."""
    low = [word.lower() for word in words]
    for length in range(min(5, len(low)), 0, -1):
        rest = low[1:length]
        found = next(
            (
                said
                for lemma in _lemmas(low[0])
                if (said := " ".join((lemma, *rest))) in VAGUE_VERBS
            ),
            None,
        )
        if found is None:
            continue
        shown, after = VAGUE_VERBS[found], words[length:]
        if not shown and after and _is_verb(after[0].lower(), after[1:]):
            shown, after = after[0].lower(), after[1:]
            shown = shown if shown.endswith("s") else third_person(shown)
        return Unclear(
            "vague_verb", " ".join(low[:length]), _whole(shown or "completes", " ".join(after))
        )
    return None


def _gerund(word: str) -> str:
    """The verb of a word such as `processing`; empty when it is none."""
    if not word.endswith("ing") or len(word) < 5 or word in ACTION_VERBS:
        return ""
    stem = word[:-3]
    doubled = stem[:-1] if stem[-1] == stem[-2] else stem
    return next((form for form in (stem, stem + "e", doubled) if form in ACTION_VERBS), "")


def _has_object(rest: list[str]) -> bool:
    """Whether something stands before the first condition, the verb's own particle aside."""
    words = [word.lower() for word in rest]
    while len(words) > 1 and words[0] in _PARTICLES:
        words = words[1:]
    for word in words:
        if word in _CONDITIONS or word in _BREAKS:
            return False
        if word in _PARTICLES:
            return False
        empty = word in _MEASURES or word in _DETERMINERS or word in _NOTHINGS
        if not empty and not _is_adverb(word):
            return True
    return False


def _is_measured(said: str) -> bool:
    plain = _EMPTY_CONDITIONS.sub(" ", said)
    if _PHRASES.search(plain):
        return True
    words = [word.lower() for word in _WORD.findall(_NAMED_NUMBER.sub(" ", plain))[1:]]
    return any(
        word in _MEASURES
        or word in _NUMBER_WORDS
        or any(letter.isdigit() for letter in word)
        or (word in _CONDITIONS and at < len(words) - 1)
        for at, word in enumerate(words)
    )


def _from_topic(words: list[str]) -> str:
    """Turn "data analysis" into "analyses data", and any other topic into a task in it."""
    kept = [word for word in words if word.lower() not in _PRAISE] or words
    if kept[0][1:].islower() and len(kept) > 1:
        kept = [kept[0].lower(), *kept[1:]]
    verb = NOUNS_OF_ACTION.get(kept[-1].lower())
    if verb and len(kept) > 1:
        return _whole(verb, " ".join(kept[:-1]))
    verb = NOUNS_OF_ACTION.get(kept[0].lower())
    if verb and len(kept) > 2 and kept[1].lower() in {"of", "in", "for", "with", "about"}:
        return _whole(verb, " ".join(kept[2:]))
    return f"completes a task in {' '.join(kept)} unaided"


def _whole(verb: str, words: str) -> str:
    """Make a statement that has all three. It is an example: only its author knows what is true."""
    kept = words.strip(" ,.;")
    particle = _WORD.findall(verb)[1:]  # "carries out": the particle belongs to the verb
    if not _has_object([*particle, *_WORD.findall(kept)]):
        kept = "a given item"
    return (
        f"{verb} {kept}" if _is_measured(f"x {kept}") else f"{verb} {kept} in a given case, unaided"
    )
