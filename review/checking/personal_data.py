"""Decides what in a module looks like a real person's data: nobody's may stand in an example.

Numbers are told by their own rules (phonenumbers, python-stdnum), names by lists of given names
and surnames that occur together (Faker's). What is kept free for fiction may be used (see
`fictitious`), and what the SOP itself has is the company's, not a person's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from phonenumbers import Leniency, PhoneNumberMatcher
from stdnum import iban, luhn
from stdnum.au import tfn
from stdnum.ca import sin
from stdnum.de import idnr
from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.ie import pps
from stdnum.in_ import aadhaar
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.pl import pesel
from stdnum.us import ssn

from learning.modules import Content, sections
from review.checking import fictitious
from review.checking.person_names import full_names
from review.nouns import Finding

_REGIONS = ("GB", "US", "IE", "AU", "NZ", "IN", "ZA")
"""Where a number without its country's code is read; one with it is found anywhere."""
_SAID_TO_BE_PHONE = re.compile(
    r"\b(?:phones?|telephone|tel|mobile|cell|call|ring|text|sms|whatsapp|dial|number is)\W*$",
    re.IGNORECASE,
)
_RUN = re.compile(r"\+?\(?\d+\)?(?:[ .-]\(?\d+\)?)+")
_GROUP = re.compile(r"\+?\(?\d+\)?")
_EMAIL = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_CARD = re.compile(r"(?<![\d.-])[2-6](?:[ -]?\d){12,18}(?![\d-])")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_STREET = re.compile(
    r"\b\d{1,4}[A-Za-z]?,?\s+(?:[A-Z][\w'’.-]*\s+){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive"
    r"|Close|Court|Crescent|Terrace|Gardens|Grove|Boulevard|Blvd|Way|Square|Mews|Parade|Highway)\b"
    r"|\b[A-ZÄÖÜ][a-zäöüß]+(?:straße|strasse|gasse|allee)\s+\d{1,3}[a-z]?\b"
    r"|\b\d{1,3},?\s(?:rue|avenue|boulevard|via|calle)\s(?:[a-zé]{1,3}\s)*[A-ZÉ][\w'’-]+"
)
_POSTCODE = re.compile(
    r"\b[A-PR-UWYZ][A-HK-Y]?\d[A-HJKPSTUW0-9]? \d[ABD-HJLNP-UW-Z]{2}\b"
    r"|\b[A-Z][a-z]+(?: [A-Z][a-z]+)?,? (?:AL|AK|AZ|AR|CA|CO|CT|DC|DE|FL|GA|HI|IA|ID|IL|IN|KS|KY|LA"
    r"|MA|MD|ME|MI|MN|MO|MS|MT|NC|ND|NE|NH|NJ|NM|NV|NY|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VA|VT|WA|WI|WV"
    r"|WY) \d{5}(?:-\d{4})?\b"
)
_IN_STORE = re.compile(
    r"\b(?:aisle|bay|shelf|bin|rack|row|slot|gate|locker|room|part|model|form|code|terminal)\s+$",
    re.IGNORECASE,
)
"""What a place in a stock room is called: `aisle B4 2GH` is no postcode."""
_NINO = re.compile(
    r"\b(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]\b"
)
_Valid = Callable[[str], bool]
_BY_SHAPE: tuple[tuple[re.Pattern[str], _Valid], ...] = (
    (_NINO, lambda found: True),
    (re.compile(r"\b\d{3}-\d{2}-\d{4}\b"), ssn.is_valid),
    (re.compile(r"\b\d{8}-?[A-Z]\b"), dni.is_valid),
    (re.compile(r"\b[XYZ]-?\d{7}-?[A-Z]\b"), nie.is_valid),
    (re.compile(r"\b[A-Z]{6}\d\d[A-Z]\d\d[A-Z]\d{3}[A-Z]\b"), codicefiscale.is_valid),
)
"""Numbers of persons that nothing else looks like."""
_BY_NAME: tuple[tuple[re.Pattern[str], re.Pattern[str], _Valid], ...] = tuple(
    (re.compile(rf"\b(?:{word})\b", re.IGNORECASE), re.compile(shape), valid)
    for word, shape, valid in (
        ("nhs", r"\b\d{3} ?-?\d{3} ?-?\d{4}\b", nhs.is_valid),
        ("pps|ppsn", r"\b\d{7}[A-W][A-I]?\b", pps.is_valid),
        ("aadhaar", r"\b\d{4} ?\d{4} ?\d{4}\b", aadhaar.is_valid),
        ("sin|social insurance", r"\b\d{3}[ -]?\d{3}[ -]?\d{3}\b", sin.is_valid),
        ("tfn|tax file", r"\b\d{3} ?\d{3} ?\d{3}\b", tfn.is_valid),
        ("bsn|burgerservicenummer", r"\b\d{9}\b", bsn.is_valid),
        ("pesel", r"\b\d{11}\b", pesel.is_valid),
        ("steuer-?id|identifikationsnummer|tax id", r"\b\d{11}\b", idnr.is_valid),
        ("insee|nir|sécurité sociale", r"\b[12](?: ?\d){14}\b", nir.is_valid),
        ("ssn|social security", r"\b\d{3}[- ]?\d{2}[- ]?\d{4}\b", ssn.is_valid),
    )
)
"""Numbers that many others look like: only where the text says what they are."""


def personal_findings(content: Content, sources: Sequence[str]) -> Iterator[Finding]:
    """Every sentence that holds somebody's data, and the title; it blocks. `sources` are SOP texts."""
    known = Known(sources)
    for key, text in chain(
        [("", content.title)],
        ((section.key, said.text) for section in sections(content) for said in section.sentences),
    ):
        found = tuple(personal_data(text, known))
        if found:
            yield Finding("personal_data", key, text, found, blocks=True)


class Known:
    """Texts whose own data is nobody's secret: the SOPs."""

    def __init__(self, texts: Sequence[str]) -> None:
        whole = "\n".join(texts).casefold()
        self._plain = " ".join(whole.split())
        self._compact = _compact(whole)

    def holds(self, found: str) -> bool:
        """Whether a text has it, however its groups are parted."""
        said = " ".join(found.casefold().split())
        whole = re.search(rf"(?<!\w){re.escape(said)}(?!\w)", self._plain)
        digits = _compact(found.casefold())
        return bool(whole) or (
            any(map(str.isdigit, digits))
            and bool(re.search(rf"(?<!\w){re.escape(digits)}(?!\w)", self._compact))
        )


def _compact(text: str) -> str:
    """A text in which the groups of a number stand together."""
    return re.sub(r"(?<=[\d+(])[ ().-]+(?=[\d(])", "", text).replace("(", "")


def personal_data(text: str, known: Known) -> Iterator[str]:
    """What in a text looks like a real person's data, each once."""
    found = chain(
        _emails(text),
        _accounts(text),
        _ids(text),
        _phones(text),
        _addresses(text),
        full_names(text),
    )
    taken: list[str] = []
    for each in found:
        if not known.holds(each) and not any(each in other for other in taken):
            taken.append(each)
            yield each


def _emails(text: str) -> Iterator[str]:
    for match in _EMAIL.finditer(text):
        if not fictitious.is_email(match.group()):
            yield match.group()


def _accounts(text: str) -> Iterator[str]:
    """Payment cards and bank accounts: only those whose check digits are right."""
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if luhn.is_valid(digits) and not fictitious.is_card(digits):
            yield match.group()
    for match in _IBAN.finditer(text):
        groups = match.group().split(" ")
        tried = (" ".join(groups[:count]) for count in range(len(groups), 0, -1))
        whole = next((account for account in tried if iban.is_valid(account)), None)
        if whole and not fictitious.is_iban(whole.replace(" ", "")):
            yield whole


def _ids(text: str) -> Iterator[str]:
    for shape, valid in _BY_SHAPE:
        yield from (found for found in shape.findall(text) if valid(found))
    for word, shape, valid in _BY_NAME:
        if word.search(text):
            yield from (found for found in shape.findall(text) if valid(found))


def _phones(text: str) -> Iterator[str]:
    if sum(sign.isdigit() for sign in text) < 7:
        return
    for part, before in chain([(text, "")], _without_neighbours(text)):
        for region in _REGIONS:
            matcher = PhoneNumberMatcher(part, region, leniency=Leniency.STRICT_GROUPING)
            for match in matcher:
                raw = match.raw_string
                bare = raw.isdigit() and not raw.startswith("0")
                if bare and not _SAID_TO_BE_PHONE.search(before + part[: match.start]):
                    continue  # an order's number looks the same
                if not fictitious.is_phone(raw):
                    yield raw


def _without_neighbours(text: str) -> Iterator[tuple[str, str]]:
    """Runs of digits without a short first or last group, with what stands before them.

    `0113 243 1751 2 times`: with the 2 the number is none, and the library looks no further.
    """
    for run in _RUN.finditer(text):
        groups = [group.span() for group in _GROUP.finditer(text, *run.span())]
        firsts = groups[: 1 + (groups[0][1] - groups[0][0] <= 2)]
        lasts = groups[-1 - (groups[-1][1] - groups[-1][0] <= 2) :]
        for start, _ in firsts:
            for _, end in lasts:
                if (start, end) != run.span():
                    yield text[start:end], text[:start]


def _addresses(text: str) -> Iterator[str]:
    for pattern in (_STREET, _POSTCODE):
        for match in pattern.finditer(text):
            in_store = _IN_STORE.search(text[: match.start()])
            if not in_store and not fictitious.is_address(match.group()):
                yield match.group()
