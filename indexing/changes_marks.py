"""Decides by words alone when a rhythm or a day is another one, and what a document says of itself."""

from __future__ import annotations

import re

_DATE = (
    r"(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|(?:\d{1,2}(?:st|nd|rd|th)? )?(?:jan|feb|mar|apr|may|jun|jul|aug"
    r"|sep|oct|nov|dec)[a-z]*\.? (?:\d{1,2}, ?)?\d{4}|\d{1,2}-[a-z]{3}-\d{2,4}|\d{4}-\d\d)"
)
_OF_ITSELF = re.compile(
    r"\W*(?:(?:this |the )?(?:document|doc|sop|page|procedure|policy)\W+)?(?:"
    r"(?:version|revision|rev)\b\W*(?:(?:no|number)\b\W*)?(?:\d[\d.]{0,7}|[A-Z])"
    r"|(?:(?:last|next) |date of (?:last |next )?)?(?:reviewed|review|updated|changed|modified|revised"
    rf"|revision|amended|printed)\b(?: (?:on|date|due)\b)?\W*{_DATE}(?: by [^\W\d][\w .]{{0,40}})?)\W*$"
    r"|\W*(?:document|doc|sop)(?: (?:no|nr|number|id|ref)\b\.?)?\s*[:|]\W*(?=\S*\d)[A-Z]"
    r"[\w/-]{3,20}\W*$",
    re.IGNORECASE,
)
_DAYS = r"(?:working |business |calendar )?(?:day|week|month|quarter|year|shift|morning|evening|night)\b"
_RHYTHMS = (
    re.compile(
        r"\b(?:(?P<hour>hourly|every hour)|(?P<day>daily|every day)|(?P<night>nightly)|(?P<week>weekly"
        r"|every week)|(?P<fortnight>fortnightly|bi-?weekly)|(?P<month>monthly|every month)"
        r"|(?P<quarter>quarterly)|(?P<year>yearly|annual(?:ly)?|every year))\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:(?P<same>same)|(?P<next>next|following)|(?P<last>previous|preceding|last))\s+"
        + _DAYS,
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:(?P<now>at once|immediately|straight ?away|right away|without delay)"
        r"|(?P<later>later(?! than)|afterwards|eventually|when convenient))\b",
        re.IGNORECASE,
    ),
)
_ALTERNATE = re.compile(
    rf"\b(?:every (?:other|second)|alternate) (?:\w+day\b|{_DAYS})", re.IGNORECASE
)


def tells_of_itself(text: str) -> bool:
    """Whether a line tells a document's version, number or day of review, and nothing else.

    When it comes into force is more than that.
    """
    return bool(_OF_ITSELF.match(text))


def other_rhythm(before: str, after: str) -> bool:
    """Whether both name a rhythm, a day or an urgency, and other ones: `the same day`, `the next`."""
    for marks in _RHYTHMS:
        held = [{found.lastgroup for found in marks.finditer(text)} for text in (before, after)]
        if held[0] and held[1] and held[0].isdisjoint(held[1]):
            return True
    return bool(_ALTERNATE.search(before)) != bool(_ALTERNATE.search(after))
