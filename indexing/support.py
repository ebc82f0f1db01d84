"""Decides whether passages support a sentence: nothing in it is new, changed, turned or loosened.

Other words are fine, other facts are not: figures, names, denials, obligations and most words must
stand in the passages, about the same things. Pure; no model, no network.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from indexing import small_words
from indexing.claims import Statement, Word, best_window, clauses, keys, likeness, windows
from indexing.moved import Finding, Reason, actors, figures
from indexing.numerals import is_unit
from indexing.statements import plain_tokens, read, without_frame
from indexing.turned import SIDES, turned


@dataclass(frozen=True, slots=True)
class Supported:
    """The passages say so."""


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Why not: the first reason found, with the sentence's (or the passage's) offending words.

    `citation` stands for a sentence that cites nothing, or a passage that is not there.
    """

    why: Reason
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Near:
    """How near a new word comes to the passage, in cosines.

    `whole`: the sentence with what it means; `alike`: the word with the nearest word there that
    the sentence does not say; `away`: how much nearer the sentence would be without the word.
    """

    whole: float
    alike: float
    away: float


class Nearness(Protocol):
    """Tells how near new words of a sentence come to the words of `meant` that it leaves unsaid."""

    def __call__(
        self, sentence: str, new: Sequence[str], meant: str, unsaid: Collection[str]
    ) -> Sequence[Near]: ...


LONGEST = 2000
"""Characters of a sentence that is compared at all, other than word for word."""
SHARE = 0.6
"""Weight of a clause's words that two neighbouring sentences of a passage must hold."""
NEW = 0.25
"""Share of a sentence's words that may be other words for what the passage says."""
SLOT = 0.4
"""Likeness of the neighbours from which a new word may stand for a passage's word."""
BARE = 5
"""Different words, none of them of weight, from which a sentence may say something."""
NEAR = 0.6
"""Cosine of a sentence with what it means, from which new words may be other words for that."""
SAID = 0.25
"""How far the share of new words stays below that cosine: the nearer, the more may be new."""
ALIKE = 0.25
"""Cosine of a new word with a word that the sentence leaves unsaid, from which it may replace it."""
NOUN_ALIKE = 0.5
"""The same for what names a thing: one thing is like another."""
AWAY = 0.03
"""How much nearer a sentence may come to what it means by leaving a new word out."""
FAR = 0.06
"""The same, from which a new word is no other word, wherever it stands."""
_DENIES = re.compile(r"un(?!der|i|til)|non")
_QUOTED = re.compile(r"[\"“]([^\"“”]{2,80})[\"”]")
_CITE = re.compile(r"\s*\[\d{1,3}\]")
_ENGLISH = frozenset(small_words.ENGLISH.split())
_FOREIGN = frozenset(small_words.FOREIGN.split())
_DENIALS = frozenset(small_words.DENIALS.split())
_COUNTS = frozenset(small_words.COUNTS.split())


def supported_by(
    sentence: str,
    passages_by_number: Mapping[int, str],
    cites: Sequence[int],
    near: Nearness | None = None,
) -> Supported | Unsupported:
    """Whether the cited passages together support a sentence, each clause within one of them."""
    missing = tuple(f"[{cite}]" for cite in cites if cite not in passages_by_number)
    if missing or not cites:
        return Unsupported("citation", missing)
    return check(_CITE.sub("", sentence), [passages_by_number[cite] for cite in cites], near)


def check(
    sentence: str, passages: Sequence[str], near: Nearness | None = None
) -> Supported | Unsupported:
    """Whether the passages say what the sentence says. Never raises, whatever the text.

    With `near`, words that no list knows may be other words for what a passage says.
    """
    if any(stands_in(sentence, passage) for passage in passages):
        return Supported()
    sources = [read(passage) for passage in passages]
    if len(sentence) > LONGEST or not is_english(sentence) or not all(map(is_english, passages)):
        return Unsupported("wording", (sentence.strip(),))
    if wrong := _misquoted(sentence, sources):
        return Unsupported("name", wrong)
    said = read(without_frame(sentence))
    named = any(_names(sentence.strip(), passage) for passage in passages)
    if not named and _is_bare(sentence, said, sources):
        return Unsupported("wording", (sentence.strip(),))
    for why, words in _findings(said, sources, near):
        return Unsupported(why, words)
    return Supported()


def stands_in(sentence: str, passage: str) -> bool:
    """Whether the sentence is one or several whole sentences of the passage, word for word."""
    return _holds_verbatim(plain_tokens(sentence), read(passage))


def _is_bare(sentence: str, said: Statement, sources: Sequence[Statement]) -> bool:
    """Whether a sentence ("Yes, always.") says nothing that passages could support or contradict.

    Without a word of weight it has to be a passage's own sentence, put in another order at most.
    """
    if said.figures or not all(word.light for word in said.words):
        return False
    tokens = {token for token in plain_tokens(sentence) if token.isalnum()}
    stands = any(tokens <= set(own) for source in sources for own in source.raw)
    return not said.words or len(tokens) < BARE or not stands


def _findings(
    said: Statement, sources: Sequence[Statement], near: Nearness | None
) -> Iterator[Finding]:
    yield from figures(said, sources)
    lacking = [word for word in said.words if not any(source.like(word) for source in sources)]
    yield from _new_facts(lacking)
    new = [word for word in lacking if not word.light]
    found = _nearness_of(new, said, sources, near) if near and new else None
    meant = found is not None and _mean_it(new, said, sources, found)
    strange = found is not None and any(one.alike < ALIKE or one.away > FAR for one in found)
    if not meant and (strange or not _stand_in(new, said, sources)):
        yield "wording", tuple(word.said for word in new)
    yield from actors(said, sources)
    yield from turned(said, sources)
    yield from _scattered(said, sources, new if meant else ())


def _holds_verbatim(said: tuple[str, ...], source: Statement) -> bool:
    for first in range(len(source.raw)):
        held: tuple[str, ...] = ()
        for last in range(first, len(source.raw)):
            held += source.raw[last]
            if len(held) >= len(said):
                break
        if said and said == held:
            return True
    return False


def _names(title: str, passage: str) -> bool:
    """Whether a passage has a line that begins with this title and a colon: `Try again: …`.

    Yes and no are answers, and no title.
    """
    words = [word for word in plain_tokens(title) if word.isalpha()]
    if not words or not set(words).isdisjoint({"yes", "ok", *_DENIALS}):
        return False
    return bool(
        re.search(rf"^[\s\d.)•*-]*{re.escape(title)}(?: \([^()\n]*\))?:", passage, re.MULTILINE)
    )


def _misquoted(sentence: str, sources: Sequence[Statement]) -> tuple[str, ...]:
    """Words in quotation marks that no passage has in this order."""
    held = [
        f" {' '.join(t for said in source.raw for t in said if t.isalnum())} " for source in sources
    ]
    return tuple(
        quoted
        for quoted in _QUOTED.findall(sentence)
        if not any(
            f" {' '.join(t for t in plain_tokens(quoted) if t.isalnum())} " in text for text in held
        )
    )


@lru_cache(maxsize=512)
def is_english(text: str) -> bool:
    """Whether a text may be read as English: its small words are not another language's."""
    words = plain_tokens(text)
    english, foreign = (sum(word in small for word in words) for small in (_ENGLISH, _FOREIGN))
    letters = [sign for sign in text if sign.isalpha()]
    latin = sum(sign < "ɐ" for sign in letters)
    return foreign <= english and 2 * latin >= len(letters)


def _new_facts(lacking: Sequence[Word]) -> Iterator[Finding]:
    """Words that no passage says and that nothing else can stand for."""
    for word in lacking:
        if word.name or word.role:
            yield "name", (word.said,)
        elif is_unit(word.said) or word.said.casefold() in _COUNTS:
            yield "unit", (word.said,)


def _stand_in(new: list[Word], said: Statement, sources: Sequence[Statement]) -> bool:
    """Whether each new word stands where a passage has another word, and they are few."""
    allowed = max(1, int(NEW * sum(not word.light for word in said.words)))
    return len(new) <= allowed and len(_rewordings(new, said, sources)) == len(new)


def _nearness_of(
    new: list[Word], said: Statement, sources: Sequence[Statement], near: Nearness
) -> Sequence[Near]:
    """How near each new word comes to the sentences meant."""
    meant = windows(said, sources)
    texts = [
        text
        for source in sources
        for number, text in enumerate(source.texts)
        if any(source is other and number in numbers for other, numbers in meant)
    ]
    own = {token for tokens in said.raw for token in tokens}
    unsaid = {
        token
        for text in texts
        for token in plain_tokens(text)
        if token not in own and keys(token)[1].isdisjoint(said.by_key)
    }
    return near(" ".join(said.texts), [word.said for word in new], " ".join(texts), unsaid)


def _mean_it(
    new: list[Word], said: Statement, sources: Sequence[Statement], found: Sequence[Near]
) -> bool:
    """Whether each new word is near enough in meaning to be another word for what is meant."""
    spoken = {token for source in sources for own in source.raw for token in own}
    share = len(new) / max(1, sum(not word.light for word in said.words))
    return not any(_turns(word.said.casefold(), spoken) for word in new) and all(
        one.whole >= max(NEAR, share + SAID)
        and one.away <= AWAY
        and one.alike >= (NOUN_ALIKE if word.noun else ALIKE)
        for word, one in zip(new, found, strict=True)
    )


def _turns(word: str, spoken: Collection[str]) -> bool:
    """Whether a new word may turn the sentence round: it is as near in meaning as what it turns.

    A denial, the opposite of a word of the passages, a word that they have in a set phrase only.
    """
    sides = SIDES.get(word, ())
    turned_to = {pair for other in spoken for pair, _ in SIDES.get(other, ())}
    return (
        bool(_DENIES.match(word)) or word in spoken or any(pair in turned_to for pair, _ in sides)
    )


def _rewordings(
    lacking: list[Word], said: Statement, sources: Sequence[Statement]
) -> list[tuple[Word, Word]]:
    """New words, each with the one word of the passage that stood among the same words."""
    meant = windows(said, sources) if lacking else []
    pairs: list[tuple[Word, Word]] = []
    for word in lacking:
        if word.noun or word.said.casefold() in SIDES:
            continue
        here = said.near(word)
        slots = [
            (likeness(here, other, source), other)
            for source, numbers in meant
            for other in source.words
            if other.sentence in numbers
            and not (other.role or other.name or said.like(other))
            and not any(other is taken for _, taken in pairs)
        ]
        best = max(slots, key=lambda slot: slot[0], default=None)
        if best is not None and best[0] >= SLOT:
            pairs.append((word, best[1]))
    return pairs


def _scattered(
    said: Statement, sources: Sequence[Statement], new: Sequence[Word]
) -> Iterator[Finding]:
    """A clause whose words, but for the new ones, the passages hold only here and there."""
    for places in clauses(said):
        words = [p for p in places if isinstance(p, Word) and all(p is not word for word in new)]
        if sum(not word.light for word in words) < 2:
            continue
        if best_window(words, sources)[0] < SHARE:
            yield "wording", tuple(word.said for word in words)
