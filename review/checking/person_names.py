"""Decides what in a text is a person's full name: a given name and a surname that people have.

Lists for English-speaking and larger European countries; a name on neither list is not seen, so
this catches the usual invented customer, not every person there is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module

from review.checking import fictitious

_LOCALES = (
    *("en_US", "en_GB", "en_IE", "en_IN", "en_NZ"),
    *("de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pt_BR", "tr_TR", "sv_SE", "da_DK"),
)
_ALSO_WORDS = frozenset(
    """
    art bill chance chase christian dale dawn dev don drew edit else faith frank grace grant guy hope
    job joy junior line lot major mark max may mercy meta miles my page per rich robin rose royal
    sandy server summer us will
    apple baker banks bell best bird bishop black bond bridge brown carpenter carter case chambers
    clear coffin company cook cross customer date day deep doctor driver early fair fall farmer fee
    field fields forest foster gardener glass golden good green gross hall hand head hill holder hood
    house key king knight lake land lane law leader little long low marsh mason master miller more
    order page pages paper parent park parker pool porter post potter power price read reader real
    refund return rice rich road room rose sales seller shop short small smart smith stack staff
    stock stone store story street taylor till town turner wall ward waters way weeks west white
    wood woods young
    """.split()  # noqa: SIM905
)
"""Names that are ordinary words: two of them side by side are no name."""
_PLACES = frozenset("park street bridge house lane lake field fields land".split())  # noqa: SIM905
"""Surnames that make a given name a place: `Victoria Park`."""
_CAPITALISED = re.compile(r"[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]+(?:['’-]?[A-ZÀ-ÖØ-Þ]?[a-zß-öø-ÿ]+)*")
_INITIAL = re.compile(r"(?:[A-Z]\.? )?")


def full_names(text: str) -> Iterator[str]:
    """The full names of a text, but for those that stand for anybody (`Jane Doe`)."""
    given, surnames = _names()
    for match in _CAPITALISED.finditer(text):
        first = match.group().casefold()
        if first not in given or not text.startswith(" ", match.end()):
            continue
        at = _INITIAL.match(text, match.end() + 1)
        second = _CAPITALISED.match(text, at.end() if at else match.end() + 1)
        if second is None:
            continue
        last = re.sub(r"['’]s$", "", second.group())
        low = last.casefold()
        if low not in surnames or low in _PLACES or {first, low} <= _ALSO_WORDS:
            continue
        name = f"{match.group()} {last}"
        if not fictitious.is_name(name):
            yield text[match.start() : second.start() + len(last)]


@lru_cache(maxsize=1)
def _names() -> tuple[frozenset[str], frozenset[str]]:
    """Given names and surnames in lower case; read when first needed (0.2 s, 3 MB)."""
    given: set[str] = set()
    surnames: set[str] = set()
    for locale in _LOCALES:
        provider = import_module(f"faker.providers.person.{locale}").Provider
        given.update(name.casefold() for name in provider.first_names)
        surnames.update(name.casefold() for name in provider.last_names)
    return frozenset(given), frozenset(surnames)
