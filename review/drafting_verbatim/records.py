"""Decides what of an SOP is about the document itself: its owner, its dates, its history, its terms."""

from __future__ import annotations

import re

from review.drafting_verbatim.wording import binds, instructs, section_name

_RECORD = re.compile(
    r"(?:scope|purpose|aim|owner|version|audience|applies to|author|approved by|team|department|related"
    r"|references?|see also|tags?|keywords?|last (?:updated|reviewed)|effective(?: date)?)\s*:"
    r"|(?:doc(?:ument)?|sop|form|procedure|policy)(?: (?:no|nr|number|id|ref(?:erence)?))?\b\.?\s*:"
    r"\s*[\w/-]*\d"
    r"|(?:version|revision|rev)\b\.?(?: (?:no|number)\b\.?)?\s*:?\s*"
    r"(?:\d[\d.]{0,6}|[A-Z])\s*(?:[,;|]|$)",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"\b(?:(?:last|next) )?(?:updated|reviewed|changed|revised|modified|amended|edited|issued|published"
    r"|review|effective|valid|gültig|in force|approved)(?: by (?:[A-Z][\w.'’-]*,? ){1,3}?(?=on\b))?"
    r"(?: ?(?:on|from|since|as of|ab|date))?\s*:?\s+"
    r"(?:\d{1,4}[./-]|\d{1,2}(?:st|nd|rd|th)? [A-Z]|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"[a-z]*\.? \d)",
    re.IGNORECASE,
)
"""When a document was last changed: `Valid from 2026-01-12`, in a line that says nothing else."""
_DATED_WORDS = 14
_HISTORY = re.compile(
    r"(?:(?:document|revision|version|change|amendment|issue|release)s? (?:history|log|records?)"
    r"|change ?log|(?:table of|list of|summary of) (?:changes|revisions|amendments)|release notes"
    r"|(?:änderungs|revisions|versions)(?:historie|verzeichnis|übersicht|index)"
    r"|historique des (?:révisions|modifications|versions)|historial de (?:cambios|revisiones))\W*$",
    re.IGNORECASE,
)
_TERMS = re.compile(
    r"(?:(?:terms|acronyms|abbreviations|definitions)(?:,? (?:and |& )?(?:terms|acronyms|abbreviations"
    r"|definitions))*|glossary(?: of terms)?|begriffe(?: \(\w+\))?|definitionen|abkürzungen)\W*$",
    re.IGNORECASE,
)
_ROMAN = re.compile(r"[IVX]{1,5}[.)]\s+")


def is_record(text: str) -> bool:
    """Whether a line says what a document is, and nothing to do: `Scope: refunds`."""
    if _RECORD.match(text):
        return True
    short = len(text.split()) <= _DATED_WORDS
    return short and bool(_DATED.search(text)) and not (instructs(text) or binds(text))


def heads_history(heading: str) -> bool:
    """Whether what stands below a heading tells how the document changed: `Revision history`."""
    return bool(_HISTORY.match(_name(heading)))


def heads_terms(heading: str) -> bool:
    """Whether what stands below a heading says what words mean: `Definitions`."""
    return bool(_TERMS.match(_name(heading)))


def _name(heading: str) -> str:
    return _ROMAN.sub("", section_name(heading), count=1)
