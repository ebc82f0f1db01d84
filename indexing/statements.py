"""Decides what a text claims, word by word: what is denied, how strongly, of what kind each word is.

No grammar: clauses end at marks and at words such as `if` or `which`; a denial or an obligation
holds for the words that follow it in its clause. English; see synonyms.py for the words.
"""

from __future__ import annotations

import re
from functools import lru_cache

from indexing import small_words, synonyms
from indexing.claims import Mark, Placed, Statement, Strength, Word, is_role, keys, stem, weight
from indexing.figures import Figure
from indexing.numerals import tokens, with_figures
from indexing.terms import tidy
from indexing.units import sentences, units

_LIGHT = frozenset(stem(word) for word in small_words.LIGHT.split())
_STOP = frozenset(small_words.STOP.split())
_PHRASES = {
    said.strip(): meant.strip()
    for meant, _, ways in (
        line.partition("=") for line in re.sub(r"\n +", " ", synonyms.PHRASES).strip().splitlines()
    )
    for said in ways.split("|")
}
_PHRASE = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(map(re.escape, sorted(_PHRASES, key=len, reverse=True)))
    + r")(?![\w-])",
    re.IGNORECASE,
)
_FRAME = re.compile(f"(?:{'|'.join(synonyms.FRAMES)})+", re.IGNORECASE)
_NEEDED = frozenset(small_words.NEEDED.split())
_MODALS: dict[str, Strength] = {
    **dict.fromkeys({"must", *_NEEDED}, "must"),
    **dict.fromkeys(small_words.SHOULD.split(), "should"),
    **dict.fromkeys(small_words.MAY.split(), "may"),
    "neednot": "optional",
}
_DENIALS = frozenset(small_words.DENIALS.split())
_ONLY = frozenset({"only", "solely", "exclusively"})
_NEGATIVE = re.compile(f"(?:un|in|non|dis)({'|'.join(small_words.DENIABLE.split())})$")
_BREAKS = frozenset(".;:()—–!?|")
_SUBORDINATE = frozenset(small_words.SUBORDINATE.split())
_MARKER = re.compile(r"^\s*(?:[-•*]\s+|(\d{1,4})[.)]\s+)")
_OPENS = frozenset(small_words.OPENS.split())
_ABSTRACT = tuple(small_words.ABSTRACT.split())
_ENDS_A_NOUN = frozenset({"-", ".", ",", ";", "in", "of", "is", "are", "and", "or"})
_FARTHEST = 8
"""Content words that a denial reaches, at most."""


@lru_cache(maxsize=256)
def read(text: str) -> Statement:
    """What a passage or a sentence claims. The result is shared: do not change it."""
    statement = Statement()
    lead: int | None = None
    for unit in units(text):
        piece = text[unit.start : unit.end]
        marker = _MARKER.match(piece)
        if marker:
            statement.raw.append(plain_tokens(marker.group()))
            _add_marker(statement, marker[1])
        for start, end in sentences(rest := piece[marker.end() :] if marker else piece):
            _add_sentence(statement, tidy(rest[start:end]))
            if lead is not None and marker:
                statement.leads[statement.sentences - 1] = lead
        if piece.rstrip().endswith(":"):
            lead = statement.sentences - 1
        elif not marker:
            lead = None
    for word in statement.words:
        statement.weights[word.sentence] = statement.weights.get(word.sentence, 0) + weight(word)
        for key in word.keys:
            statement.by_key.setdefault(key, []).append(word)
    statement.places.extend(word.at for word in statement.words)
    statement.figured.extend(sorted(placed.at for placed in statement.figures))
    return statement


def without_frame(sentence: str) -> str:
    """A sentence without words that only introduce it: `According to the policy, …`."""
    sentence = sentence.strip()
    frame = _FRAME.match(sentence)
    return sentence[frame.end() :] if frame else sentence


def plain_tokens(text: str) -> tuple[str, ...]:
    """The tokens of a text in lower case: what verbatim comparison compares."""
    return tuple(token.casefold() for token in tokens(tidy(text)))


def _add_marker(statement: Statement, number: str | None) -> None:
    """The number of a step, which counts nothing."""
    if number:
        at = 1000 * statement.sentences
        figure = Figure(number, "#", said=number)
        statement.figures.append(Placed(figure, statement.sentences, at, at))


def _add_sentence(statement: Statement, said: str) -> None:
    statement.raw.append(plain_tokens(said))
    statement.texts.append(said)
    number = statement.sentences
    statement.sentences += 1
    at = 1000 * number
    found = with_figures(tokens(_spelled_out(said)))
    clause, words, marks = at, len(statement.words), []
    modals: list[tuple[int, int, str]] = []
    starts = True
    for token in found:
        at += 1
        if isinstance(token, Figure):
            token = _step(token, found, at - 1000 * number - 1)
            statement.figures.append(Placed(token, number, clause, at))
            starts = False
            continue
        word = token.casefold()
        statement.small.append((word, number))
        if word in _BREAKS or word in _SUBORDINATE or word in {",", "that"}:
            clause = at
        is_modal = word in _MODALS and not _names_need(found, at - 1000 * number - 1)
        if is_modal:
            modals.append((at, clause, word))
        if word in _ONLY or (word in _DENIALS and not _idle(found, at - 1000 * number - 1)):
            marks.append((at, word))
        elif not is_modal and (content := _content(token, number, clause, at, starts=starts)):
            statement.words.append(content)
            if negative := _NEGATIVE.match(word):
                own_keys, content.keys = content.keys, content.keys | keys(negative[1])[1]
                statement.denials.append(Mark(token, at, [content], own_keys))
        starts = token in {":", "“", '"', "‘"} or (starts and not token[0].isalnum())
    own = statement.words[words:]
    _mark_nouns(own, found, 1000 * number)
    lower = [token.casefold() if isinstance(token, str) else "" for token in found]
    for place, word in marks:
        scope = _scope(word, lower, place - 1000 * number - 1, own, 1000 * number)
        (statement.onlys if word in _ONLY else statement.denials).append(Mark(word, place, scope))
    strengths = {at: _strength(at, said, marks) for at, _, said in modals}
    statement.modals.extend((strength, number) for strength in strengths.values())
    _oblige(modals, strengths, own)


def _spelled_out(said: str) -> str:
    """Contractions and set phrases in one wording."""
    said = said.replace("’", "'").replace("‘", "'").replace("**", "")
    said = re.sub(r"\b(ca|wo|sha)n'?t\b", _contracted, said, flags=re.IGNORECASE)
    said = re.sub(r"\b([a-z]+)n('| )t\b(?!-)", r"\1 not", said, flags=re.IGNORECASE)
    said = re.sub(r"'(?:s|re|ve|ll|d|m)\b", "", said)
    for _ in range(2):
        said = _PHRASE.sub(lambda match: _PHRASES[match.group().casefold()], said)
    return said.replace("need-not", "neednot")


def _contracted(match: re.Match[str]) -> str:
    return {"ca": "can not", "wo": "will not", "sha": "must not"}[match[1].casefold()]


def _idle(found: list[str | Figure], at: int) -> bool:
    """Whether a word of denial denies nothing here: `No. 5`, `something else instead`."""
    word = str(found[at]).casefold()
    following = found[at + 1] if at + 1 < len(found) else "."
    if word == "instead":
        return following != "of"
    if word == "except":
        return following in {"that", "when", "if"}  # what follows holds, as an exception
    return word == "no" and isinstance(following, Figure)


def _names_need(found: list[str | Figure], at: int) -> bool:
    """Whether `need` names one and demands nothing: `your financial need.`, `need-based`.

    What is needed would follow the verb.
    """
    following = found[at + 1] if at + 1 < len(found) else "."
    return str(found[at]).casefold() in {"need", "needs"} and following in _ENDS_A_NOUN


def _step(figure: Figure, found: list[str | Figure], at: int) -> Figure:
    before = found[at - 1] if at else ""
    if not figure.unit and isinstance(before, str) and before.casefold() in {"step", "steps"}:
        return Figure(figure.value, "#", said=figure.said)
    return figure


def _content(token: str, sentence: int, clause: int, at: int, *, starts: bool) -> Word | None:
    word = token.casefold()
    if not any(sign.isalnum() for sign in word):
        return None
    if word in _STOP or (len(word) == 1 and word.isascii()):
        return None
    root, found = keys(word)
    coded = bool(re.search(r"\d|_|[a-z][A-Z]|\w[.@/]\w", token)) or (
        token.isupper() and len(token) > 1
    )
    name = coded or (token[0].isupper() and not starts)
    return Word(token, root, found, sentence, clause, at, root in _LIGHT, name, is_role(word))


def _scope(word: str, lower: list[str], at: int, own: list[Word], base: int) -> list[Word]:
    """The words a mark holds for: those after it in its clause, else the three before it."""
    stops = set(_BREAKS)
    if not {"or", "nor"} & set(lower[at : at + 20]):
        stops.add(",")
    if word in {"not", "never", "no"}:
        stops.add("and")
    end = at + 1
    while end < len(lower) and lower[end] not in stops:
        if lower[end] in _SUBORDINATE and end > at + 1:
            break
        end += 1
    start = at
    while start and lower[start - 1] not in _BREAKS and lower[start - 1] not in _SUBORDINATE:
        start -= 1
    before = [content for content in own if start <= content.at - base - 1 < at][-3:]
    after = [content for content in own if at < content.at - base - 1 < end][:_FARTHEST]
    return before + after if word in {"nothing", "none", "nobody"} else after or before


def _mark_nouns(own: list[Word], found: list[str | Figure], base: int) -> None:
    """Guesses which words name things: the last word of what an article or preposition opens."""
    places = {word.at - base - 1: word for word in own}
    for at, word in places.items():
        before = [str(found[place]).casefold() for place in (at - 1, at - 2) if place >= 0]
        opened = bool(before) and (
            before[0] in _OPENS or (at - 1 in places and len(before) > 1 and before[1] in _OPENS)
        )
        counted = at > 0 and isinstance(found[at - 1], Figure)
        ends = at + 1 not in places
        word.noun = (counted or opened) and ends and not word.said.casefold().endswith(_ABSTRACT)


def _strength(at: int, said: str, marks: list[tuple[int, str]]) -> Strength:
    """What a modal demands; a denial beside it turns may and must into forbidding."""
    strength = _MODALS[said]
    if strength in {"must", "may"} and any(
        0 < at - place <= 3 or (0 < place - at <= 2 and mark in {"not", "never", "neither"})
        for place, mark in marks
        if mark in _DENIALS and mark not in {"without", "except"}
    ):
        return "optional" if said in _NEEDED else "prohibited"
    return strength


def _oblige(
    modals: list[tuple[int, int, str]], strengths: dict[int, Strength], own: list[Word]
) -> None:
    """Gives each word the strength of the nearest modal before it in its clause, else after it."""
    governed: dict[int, int] = {}
    for word in own:
        same = [at for at, clause, _ in modals if clause == word.clause]
        before = [at for at in same if at < word.at]
        after = [at for at in same if word.at < at <= word.at + 5]
        if before or after:
            modal = before[-1] if before else after[0]
            governed[modal] = governed.get(modal, 0) + bool(before)
            word.strength = strengths[modal]
            word.rank = governed[modal] if before else 2
