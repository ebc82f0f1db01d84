"""Decides what a model's text says: sentences and steps with their marks, and whether any can act.

What a model wrote is plain words with `[n]` marks, or JSON that names passages. Emphasis is taken
off; whatever could act when it is shown (a link, a mention, an image, HTML) is found, so that its
sentence can be left out.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace

from pydantic_core import from_json

from indexing.language_model import ModelUnavailable
from indexing.prompts import CitedSentence, CitedSentences
from indexing.units import units
from indexing.visible import one_line, visible

_MARK = re.compile(r"[ \t]*\[(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\]")
_MARKS_AFTER_END = re.compile(rf"([.!?…]+[\"'”’)]*)((?:{_MARK.pattern})+)\.?")
_STEP = re.compile(r"\A\d{1,4}[.)]\s+")
_BULLET = re.compile(r"(?m)^\s*(?:[-•*>]\s+|#{1,6}\s+)")
_EMPHASIS = re.compile(r"(\*{1,3}|_{1,3}|`{1,3}|~~)(?=\S)(.+?)(?<=\S)\1", re.DOTALL)
_ACTS = re.compile(
    r"\w+://|\bwww\.|\b(?:mailto|tel|javascript|data|slack|msteams):\S"  # addresses
    r"|(?<![\w.])(?:[a-z0-9][a-z0-9-]+\.)+[a-z]{2,18}(?![\w.]\w)"  # a bare domain or a file
    r"|\S@\S|(?<!\w)@\s?\w"  # e-mail, mention
    r"|\]\s*[(\[:]|!\[|<\s*[a-z/!@#?]|&#?\w+;|\|.*\|"  # Markdown links and images, HTML, tables
    r"|(?<!\w):[a-z][a-z0-9_+-]*:(?!\w)|[`*~]{2}",  # emoji by name, what is left of markup
    re.IGNORECASE,
)

_JSON = re.compile(r"\s*(?:```(?:json)?\s*)?\{")
_UNDECIDED = re.compile(r"\s*(?:`{1,3}j?s?o?n?\s*)?")
"""The beginning of a text that may yet turn out to be JSON, perhaps in a code fence."""


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence or a numbered step of a model's text, on one line, without its marks.

    `cites` are the numbers of its marks in their order, each once.
    """

    text: str
    cites: tuple[int, ...]
    step: int | None = None


async def sentences_in(pieces: AsyncIterator[str], *, shaped: bool = False) -> AsyncGenerator[Said]:
    """Each sentence or step as soon as the beginning of what follows it has arrived.

    `shaped`: it was asked for as `CitedSentences`, which not every endpoint can hold a model to, so
    plain text with marks is understood as well. Raises `ModelUnavailable` for JSON of another shape.
    """
    if not shaped:
        async for said in _of_text(pieces):
            yield said
        return
    begun = ""
    async for piece in pieces:
        begun += piece
        if not _UNDECIDED.fullmatch(begun):
            break
    read = _of_json if _JSON.match(begun) else _of_text
    async with aclosing(read(_continued(begun, pieces))) as sentences:
        async for said in sentences:
            yield said


async def _continued(begun: str, pieces: AsyncIterator[str]) -> AsyncGenerator[str]:
    yield begun
    async for piece in pieces:
        yield piece


async def _of_json(pieces: AsyncIterator[str]) -> AsyncGenerator[Said]:
    text, taken = "", 0
    async for piece in pieces:
        text += piece
        for one in _complete(text)[taken:]:
            taken += 1
            for said in _cited(one):
                yield said
    try:
        whole, _ = json.JSONDecoder().raw_decode(text, text.index("{"))
        sentences = CitedSentences.model_validate(whole).sentences
    except (ValueError, RecursionError) as error:
        raise ModelUnavailable("off_schema", "no sentences with passages") from error
    for one in sentences[taken:]:
        for said in _cited(one):
            yield said


def _complete(text: str) -> list[CitedSentence]:
    """The sentences of JSON that has arrived in part, save the last, which may still go on."""
    try:
        arrived = from_json(text[text.index("{") :], allow_partial=True)
        sentences = arrived.get("sentences", [])[:-1]
        return [CitedSentence.model_validate(one) for one in sentences]
    except (ValueError, TypeError, AttributeError):
        return []  # the whole tells what is wrong with it


def _cited(one: CitedSentence) -> Iterator[Said]:
    """What a cited text says, sentence by sentence; a mark within it cites as well."""
    for start, end, step in _units(one.text):
        if said := _said(one.text[start:end], step):
            yield replace(said, cites=tuple(dict.fromkeys((one.passage, *said.cites))))


async def _of_text(pieces: AsyncIterator[str]) -> AsyncGenerator[Said]:
    text = ""
    async for piece in pieces:
        text += piece
        *ended, open_end = _units(text) or [(0, 0, None)]
        # A mark after a full stop belongs to what precedes it, and may have arrived in part.
        if ended and not text[open_end[0] :].lstrip().startswith("["):
            for start, end, step in ended:
                if said := _said(text[start:end], step):
                    yield said
            text = text[open_end[0] :]
    for start, end, step in _units(text):
        if said := _said(text[start:end], step):
            yield said


def _units(text: str) -> list[tuple[int, int, int | None]]:
    """(start, end, step) of each unit; marks after a full stop are part of their sentence."""
    tidied = _MARKS_AFTER_END.sub(_marks_within, text)
    return [(unit.start, unit.end, unit.step) for unit in units(tidied)]


def _marks_within(found: re.Match[str]) -> str:
    """`end. [1]` as `end [1].`, in as many characters."""
    whole = found.group()
    moved = found.group(2) + found.group(1)
    return moved.ljust(len(whole))


def _said(text: str, step: int | None) -> Said | None:
    """A unit's words and marks; None when it has no words."""
    text = visible(text).strip()
    cites = dict.fromkeys(
        int(number) for mark in _MARK.finditer(text) for number in re.findall(r"\d+", mark.group(1))
    )
    words = _MARK.sub("", text)
    for _ in range(2):  # bold within emphasis
        words = _EMPHASIS.sub(r"\2", words)
    plain = unmarked(words)
    return Said(plain, tuple(cites), step) if any(map(str.isalnum, plain)) else None


def unmarked(text: str) -> str:
    """Text on one line, without a step's number or the dashes of a list."""
    return one_line(_BULLET.sub("", _STEP.sub("", text.strip(), count=1)))


def can_act(text: str) -> bool:
    """Whether a text holds anything that could be more than words when it is shown.

    A full stop without a space after it reads as an address too; that sentence is lost.
    """
    return bool(_ACTS.search(unicodedata.normalize("NFKC", text)))


_SMALL_WORDS = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and to is are be you your with for that this it not if or when must on by at"
        " in as an will has have from do can may should",
        "de": "der das und ist nicht ein eine mit für auf dem von zu sie wenn oder wird muss bei",
        "fr": "le la les une est pas dans avec vous et du sur qui si votre ou sont il aux au",
        "es": "el los las una para con que como se del su y en usted es si debe al o",
        "it": "il lo gli della che con una di è si nel sono deve al suo e un dei o",
        "nl": "het een niet voor zijn wordt en op als u te bij moet aan uw deze naar",
        "pt": "os uma não para com que da em se é você na dos por ao deve o e um ou",
        "sv": "och att som inte är det en ett på av för med om ska du eller kan har",
    }.items()
}
"""Words that hold sentences together; none that is an everyday English word of another sense."""
_WORD = re.compile(r"[^\W\d_]+")


def same_language(text: str, other: str) -> bool:
    """Whether two texts may be of one language: told by script and small words, if they tell."""
    left, right = _script(text), _script(other)
    if left and right and left != right:
        return False
    spoken = set(_languages(text))
    heard = set(_languages(other))
    return not spoken or not heard or bool(spoken & heard)


def _languages(text: str) -> Iterator[str]:
    """The languages of whose small words a text holds most; none when it holds under two."""
    words = set(_WORD.findall(text.casefold()))
    held = {name: len(words & small) for name, small in _SMALL_WORDS.items()}
    most = max(held.values())
    return (name for name, count in held.items() if count == most and most > 1)


def _script(text: str) -> str:
    """The script most letters belong to, as its Unicode names begin (`LATIN`, `CJK`)."""
    letters = [sign for sign in text[:2000] if sign.isalpha()]
    names = [unicodedata.name(sign, "").partition(" ")[0] for sign in letters]
    return max(set(names), key=names.count) if names else ""
