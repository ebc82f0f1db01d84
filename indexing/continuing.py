"""Decides what follows what was quoted last: "and then?" asks for the next steps, not for a subject.

The words of the turn before say where its reader is: no search can, since the next step may have
no word in common with the one before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import groupby

from indexing.fits import Fit, units_of
from indexing.fusing import BEST
from indexing.kept import ROOM, SOURCED
from indexing.nouns import Answered, FoundPassage, LeftOut, Quoted, Turn
from indexing.questions import LONGEST, understood
from indexing.retrieval import EVERYONE
from indexing.store import contents, finding
from indexing.store.search import Connection, fetch_corpus
from indexing.store.sections import fetch_headed
from indexing.terms import tidy

FEWEST_WORDS = 3
"""Words of a line from which it says where in a document it stands."""
_FOLLOWS = re.compile(
    r"\W*(?:(?:ok|okay|yes|right|so|and|but|done|good|thanks)\W+)*"
    r"(?:(?:and\W+)?then(?: what)?|next(?: steps?)?|what(?:'s|s| is| comes| do i do| should i do)?"
    r" (?:the )?(?:next(?: steps?)?|then|now|afterwards?|after (?:that|this))"
    r"|(?:and )?after(?:wards?| (?:that|this))|go on|continue|and now)\W*",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"(?:[A-Z]|[IVX]+|\d{1,2}|(?:step|phase|part|stage) \w+)(?:[.):]\s|\s[–—-]\s)", re.IGNORECASE
)
"""A heading that counts: what follows it goes on with it."""
_MARKS = re.compile(r"\[\d+\]\W*$|[“”]")


def asks_what_follows(question: str, history: Sequence[Turn]) -> bool:
    """Whether this only asks to go on with what was said, in a thread where something was."""
    turns = [turn.text for turn in history[-1:] if turn.role == "user"] or [question]
    return any(turn.role == "agent" for turn in history) and bool(
        _FOLLOWS.fullmatch(turns[0].replace("’", "'"))
    )


async def what_follows(
    conn: Connection,
    history: Sequence[Turn],
    tokens: tuple[str, ...],
    roles: tuple[str, ...],
    today: date,
) -> Answered | None:
    """What stands after the last words that the thread quotes; None where nothing goes on there.

    Only what `tokens` may read today: a document that changed or was blocked since goes on nowhere.
    """
    said = _Said(next(turn.text for turn in reversed(history) if turn.role == "agent"))
    best = await _source_of(conn, said, tokens, today)
    if best is None:
        return None
    document = await fetch_headed(conn, best.revision_id, tokens, today)
    sections = [
        [passage for _, passage in group] for _, group in groupby(document, lambda one: one[0])
    ]
    fits = units_of([own[0] for own in sections], sections, {}, asks_how=True)
    return _answered(_after(fits, said), roles)


async def _source_of(
    conn: Connection, said: _Said, tokens: tuple[str, ...], today: date
) -> FoundPassage | None:
    """The passage that an answer quotes: its own words find it, for whomever it was written."""
    corpus = await fetch_corpus(conn)
    (asked,) = await understood(conn, [tidy(said.text)[:LONGEST]], corpus, None, None)
    reader = await finding.fetch_reader(conn, tokens, today)
    ids = await finding.search_keywords(conn, asked.rare, corpus.mean_length, reader, BEST)
    found = await contents.fetch_found(conn, ids, reader)
    return next((found[one] for one in ids if one in found and said.holds(found[one].text)), None)


class _Said:
    """What an answer said, as far as it can be found again in a document."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._lines = [_plain(_MARKS.sub("", line)) for line in text.splitlines()]
        self._whole = "\n".join(self._lines)

    def place(self, text: str) -> int:
        """Where the answer says this, or the beginning of it; -1 where it does not."""
        words = _plain(text)
        if words in self._whole and len(words.split()) >= FEWEST_WORDS:
            return self._whole.find(words)
        begun = (
            line
            for line in self._lines
            if len(line.split()) >= FEWEST_WORDS and words.startswith(line)
        )
        return next((self._whole.find(line) for line in begun), -1)

    def holds(self, text: str) -> bool:
        """Whether the answer says something of this."""
        return any(self.place(line) >= 0 for line in re.split(r"\n+|(?<=[.!?])\s", text))


def _plain(text: str) -> str:
    return " ".join(re.sub(r"^\W*(?:\d+[.)]\s)?", "", text.strip()).casefold().split())


def _after(fits: Sequence[Fit], said: _Said) -> list[Fit]:
    """What follows in the section that the answer quoted first, or in the next if that counts on."""
    places = {fit: place for fit in fits if (place := said.place(fit.text)) >= 0}
    if not places:
        return []
    steps = [fit for fit in places if fit.listed] or list(places)
    first = min(steps, key=places.__getitem__).section
    last = max(fit.at for fit in places if fit.section == first)
    rest = [fit for fit in fits if fit.section == first and fit.at > last]
    if rest or first == fits[-1].section:
        return rest
    here = next(fit for fit in fits if fit.section == first).passage
    after = [fit for fit in fits if fit.section == first + 1]
    going_on = _COUNTED.match(here.section) and _COUNTED.match(after[0].passage.section)
    return after if going_on else []


def _answered(rest: Sequence[Fit], roles: tuple[str, ...]) -> Answered | None:
    """The next steps, as many as there is room for; what is beyond them is said to be left out."""
    if not rest:
        return None
    first = rest[0].passage
    room = ROOM - SOURCED - 2 * len(first.section) - len(first.title) - len(first.owner)
    shown: list[Fit] = []
    for fit in rest:
        if shown and sum(one.cost for one in (*shown, fit)) > room:
            break
        shown.append(fit)
    missing = [fit for fit in rest[len(shown) :] if fit.listed]
    cited = tuple({fit.passage.passage_id: fit.passage for fit in (*shown, *missing)}.values())
    number = {passage.passage_id: place for place, passage in enumerate(cited, start=1)}
    quotes = tuple(
        Quoted(
            fit.text,
            number[fit.passage.passage_id],
            fit.number,
            fit.unit.warning,
            fit.listed,
            fit.head,
        )
        for fit in shown
    )
    left_out = [
        LeftOut(
            number[missing[0].passage.passage_id],
            tuple(fit.number for fit in missing if fit.number is not None),
            sum(fit.number is None and not fit.row for fit in missing),
            sum(fit.row for fit in missing),
        )
        for _ in missing[:1]
    ]
    mine = {EVERYONE, *roles}
    fitting = any(mine & set(passage.roles) for passage in cited)
    return Answered(first.section, quotes, cited, () if fitting else first.roles, tuple(left_out))
