"""Decides whether a clause warns: by a label, by what it forbids, or by the harm that it names.

English in full; German, French and Spanish by their labels and the usual words that forbid. A
warning too many costs a line, one too few costs a hand: what may be one is kept.
"""

from __future__ import annotations

import re
from functools import lru_cache

_LABELS = (
    r"(?:warnings?|caution|danger|important|attention|beware|achtung|warnung|vorsicht|gefahr|wichtig"
    r"|avertissement|mise en garde|advertencia|atención|precaución|peligro|cuidado|attenzione"
    r"|avvertenza|pericolo|let op|waarschuwing|gevaar)"
)
LABELLED = re.compile(
    rf"\W*{_LABELS}(?:\s*/\s*{_LABELS})*\b\s*(?:[:!–—\]-]\s*)+|\W*⚠\ufe0f?\s*"
    rf"|(?:!!!|:::)\s*{_LABELS}\b\s*"
    rf"|\W*(?-i:{_LABELS.upper()}\s+(?=[A-ZÀ-Þ][a-zß-ÿ]|A ))",
    re.IGNORECASE,
)
"""The word with which a warning begins, and what parts it from the warning."""
_BARE = re.compile(rf"\W*(?:{_LABELS}|⚠\ufe0f?)(?:\s+(?:notes?|notice))?\W*$", re.IGNORECASE)
_HEADING = re.compile(
    r"(?:general |important |health and |fire )?(?:safety )?"
    r"(?:warnings?|cautions?|dangers?|hazards?|precautions?|prohibitions?|prohibited(?: \w+)?"
    r"|safety(?: first| notes?| information| instructions?| rules?| notices?)?"
    r"|what (?:not to do|you must not do|is (?:forbidden|not allowed))|never|do not|don['’]ts?"
    r"|warnhinweise?|sicherheitshinweise?|gefahren(?:hinweise?)?)\W*$",
    re.IGNORECASE,
)
_START = r"(?:^|[.,;:!?(–—]\s*|\s-\s|\b(?:and|but|or|please|so|then)\s+)"
_ACTS = (
    r"(?:stored|used|opened|removed|entered|shared|stacked|mixed|sold|reused|left|moved|exceeded"
    r"|bypassed|disabled|copied|disclosed|combined|touched|operated|carried|lifted|frozen|served"
    r"|transferred|altered|overridden|skipped|deleted|published|worn|taken|brought)"
)
_FORBIDS = re.compile(
    r"\bnever\b(?!\s+(?!exceed|proceed|feed|bleed|speed|seed|shred|shed|embed)(?:\w+ed|bought|had"
    r"|been|got|gotten|came|made|was|were|seen|did|gone|done|(?:have|has|need|needs) to)\b)"
    r"|\b(?:is|are|be|gets?)\s+never\s+(?:to\b|\w+(?:ed|en|n)\b|kept|left|sold|put|held|sent|made)"
    r"|\bmust\s+(?:never|not)\b|\bmustn['’]t\b|\bshould(?:\s+not|n['’]t)\b|\bshall\s+not\b"
    r"|\b(?:you|nobody|no one|anyone) may\s+not\b|\bno \w+ may\b"
    rf"|\bmay not (?:\w+ )?be {_ACTS}\b|\bno longer be {_ACTS}\b"
    r"|\b(?:is|are) not to (?:be )?\w|\bunder no circumstances\b|\bnot under any circumstances\b"
    r"|\b(?:forbidden|prohibited|unlawful|illegal|off[- ]limits|inadmissible)\b"
    r"|\bnot (?:be )?(?:allowed|permitted|acceptable|safe|intended for|suitable for)\b"
    rf"|\bno\b(?! (?:longer|matter))[^.;:!?]{{0,60}}\b(?:allowed|permitted)\b"
    rf"|{_START}(?:do not|don['’]t)\b(?! (?:need|have) to)"
    rf"|{_START}avoid\b|\brefrain from\b"
    r"|(?:^|[.;:!?]\s*)(?:nobody|no one|no-one|nothing (?:is|may|must|can))\b"
    r"|(?:^|[.;:!?]\s*)not (?:the other way|for (?:use|re-?use)|by e-?mail|in the|on the)\b"
    r"|(?:^|[.;:!?]\s*)no (?:\w+ing|food|drinks?|entry|access|naked|open|exceptions?|mobile|phones?"
    r"|unauthori[sz]ed|bare)\b(?!.*\b(?:is|are|was|were|has|have|needed|required|necessary)\b)"
    rf"|{_START}(?:make sure|ensure|see to it|take care)\b[^.;:]{{0,40}}"
    r"\b(?:nobody|no one|no-one|nothing|never|not)\b"
    rf"|{_START}not\s+(?:to\s+)?be\s+{_ACTS}\b",
    re.IGNORECASE,
)
_HARMS = re.compile(
    r"\b(?:be|very|extra|especially) careful\b|\btake (?:great |special |extra )?care\b|\bbeware\b"
    r"|\bwatch out\b|\bat your own risk\b|\bout of (?:the )?reach of\b|\bkeep (?:well )?(?:away|clear)\b"
    r"|\b(?:is|are|becomes?|highly|extremely|very) (?:dangerous|hazardous|toxic|poisonous|harmful"
    r"|lethal|deadly|fatal|(?:in)?flammable|explosive|corrosive|irreversible)\b"
    r"|\b(?:risk|danger) of (?:\w+ ){0,2}(?:fire|injur\w+|burns?|explosion|shock|death|infection"
    r"|contamination|suffocation|falling|crushing|poisoning|scalding|slipping|damage|data loss)\b"
    r"|\blife-?threatening\b"
    r"|(?<!that )(?<!which )\bcan (?:kill|explode|ignite|burn|scald|injure|harm|electrocute|choke"
    r"|crush)\b"
    r"|\b(?:cause|lead to|result in)s? (?:(?!to\b)[\w,-]+ ){0,4}"
    r"(?:injur(?:y|ies)|burns|death|fires?|explosions?|shocks?|blindness|data loss|loss of data)\b"
    r"|\b(?:cannot|can ?not|can['’]t) be (?:undone|reversed|reverted)\b"
    r"|\birreversibl[ey]\b|\b(?:permanently|irrevocably) (?:delet|remov|eras|destroy|los)\w+\b"
    r"|\bit(?:['’]s| is) (?:\w+ )?(?:essential|vital|imperative|crucial|critical|important)"
    r" (?:that|not to|to (?!understand|know|note|look|investigate|read|many|all|the|our|your)\w)",
    re.IGNORECASE,
)
_FOREIGN = re.compile(
    r"\b(?:niemals|nie|keinesfalls|keinerlei|auf keinen fall|verboten|untersagt|unzulässig)\b"
    r"|\b(?:darf|dürfen|soll|sollen|sollte|sollten)\b[^.;!?]*\b(?:nicht|kein\w*|niemand\w*|nie)\b"
    r"|\bnicht (?:erlaubt|gestattet|zulässig|zugelassen|geeignet)\b|\bniemand darf\b"
    r"|(?:^|[.;:!?,]\s*)(?:\w+ )?(?:nicht|kein\w*)\b[^.;]*\w(?:en|ern|eln)(?:!|[.]?$|,)"
    r"|\b(?:jamais|interdit\w*|défense de|ne (?:pas|jamais)|ne \w+ (?:pas|jamais))\b"
    r"|\b(?:nunca|jamás|prohibid[oa]s?|no (?:se )?(?:debe|deben|debes|puede|pueden|permite))\b",
    re.IGNORECASE,
)


_NOTE = re.compile(
    r"\W*(?:please )?(?:notes?|n\.?b\.?|hinweis|remarque|nota)\s*[:!–—]", re.IGNORECASE
)
_MUST = re.compile(
    r"\b(?:must|shall|(?:has|have) to|may only|can only|is required|are required|muss|müssen|doit"
    r"|doivent|debe|deben)\b",
    re.IGNORECASE,
)


_HELP = re.compile(
    r"\b(?:call|ring|dial|phone) (?:999|112|911|000|an ambulance"
    r"|(?:the )?(?:emergency services|fire (?:brigade|service|department)))\b",
    re.IGNORECASE,
)


def calls_for_help(text: str) -> bool:
    """Whether a text says when or how to call the emergency services."""
    return bool(_HELP.search(text))


def unlabelled(text: str) -> str:
    """A text without the word with which it says that it warns."""
    found = LABELLED.match(text)
    return text[found.end() :] if found else text


def is_labelled_warning(text: str) -> bool:
    """Whether a line says of itself that it warns: `Warning: …`."""
    return bool(LABELLED.match(text)) and not _BARE.match(text)


def is_bare_label(text: str) -> bool:
    """Whether a line is the word alone, so that the warning is what follows it."""
    return bool(_BARE.match(text))


@lru_cache(maxsize=4096)
def warns(text: str) -> bool:
    """Whether a text forbids something, names a harm, or says of itself that it warns."""
    return bool(
        is_labelled_warning(text)
        or _FORBIDS.search(text)
        or _HARMS.search(text)
        or _FOREIGN.search(text)
    )


def is_binding_note(text: str) -> bool:
    """Whether a note says what must be: `NOTE: Metal must be kept away from the terminals.`"""
    return bool(_NOTE.match(text) and _MUST.search(text))


def heads_warnings(heading: str) -> bool:
    """Whether all below a heading warns: `Safety precautions`, `What not to do`."""
    return bool(_HEADING.match(heading))
