"""Decides what of a model's answer can stand: words of ours around the SOP's, or what is wrong.

Pure. A quote counts only where it stands in its passage, word for word, and is then cited with the
whole sentences it stands in, so that no condition is cut off. What looks like more than words, is
in another language or is too long is a fault. Whether a claim is supported and a person invented is
for `review/checks.py` to say, of models and people alike.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from indexing.figures import agrees, unit_agrees
from indexing.model_text import can_act, same_language
from indexing.quotes import find_quote
from indexing.statements import read
from indexing.units import units
from indexing.visible import one_line
from indexing.writing import holds
from learning.modules import (
    Applied,
    Cite,
    Criterion,
    Option,
    Sentence,
    SingleBest,
    Variant,
)
from review.drafting_model.nouns import Fragment, Piece, Shown
from review.prompts import (
    Claim,
    Written,
    WrittenCase,
    WrittenChoice,
    WrittenExample,
    WrittenExamples,
    WrittenLines,
    WrittenVariant,
)

STEM, OPTION, ANSWER, SENTENCE = 500, 160, 320, 280
"""Characters that a stem, an option, an example answer and a sentence may have."""
MORE = 100
"""Characters that a line may take more than it did, to say what a comment asks, or as an answer."""
ALIKE = 0.9
"""Share of a criterion's words from which a case is taken to tell it."""
KEY = 0.5
"""Share of the right option's words that its quote must hold, unless the case names them."""

_MARKER = re.compile(r"(?:\d{1,4}[.)]|-)\s+")
_LISTED = re.compile(r"\s*(?:\d{1,2}[.)]|[-•*])\s+")


class Fault(ValueError):
    """The answer cannot stand; `code` says why, in the codes that `review/prompts.py` words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def fragment_of(piece: Piece, written: Written) -> Fragment:
    """What an answer puts into a piece's place. Raises `Fault` where it cannot stand."""
    match written:
        case WrittenChoice():
            return _choice(piece, written)
        case WrittenCase():
            return _case(piece, written)
        case WrittenVariant():
            return _variant(piece, written)
        case WrittenExamples():
            return _examples(piece, written)
        case WrittenLines():
            return _lines(piece, written)
        case WrittenExample():
            said = [one_line(text) for text in written.sentences]
            if not 1 <= len(said) <= 5:
                raise Fault("count")
            return tuple(_own(text, piece, SENTENCE) for text in said)


def _choice(piece: Piece, written: WrittenChoice) -> SingleBest:
    if len(written.wrong) != 2:
        raise Fault("count")
    stem = _own(written.stem, piece, STEM)
    why = _claim(Claim(number=written.number, quote=written.quote), piece)
    right, *wrong = (
        _own(_LISTED.sub("", text, count=1), piece, OPTION).text
        for text in (written.right, *written.wrong)
    )
    if len({_plain(text) for text in (right, *wrong)}) < 3:
        raise Fault("alike")
    if _plain(right) in _plain(stem.text):
        raise Fault("gives_away")
    quote = why.cites[0].quote
    if _stray_figures(right, [quote, stem.text]) or not (
        holds(quote, right, KEY) or holds(f"{quote} {stem.text}", right, ALIKE)
    ):
        raise Fault("key")
    options = [Option(right, True, why), *(Option(text, False, why) for text in wrong)]
    # Where the right one stands is drawn from its own words, the same each time.
    options.sort(key=lambda option: hashlib.sha256(f"{stem.text}{option.text}".encode()).digest())
    return SingleBest(_id(piece), piece.part, "medium", stem, tuple(options))


def _case(piece: Piece, written: WrittenCase) -> Applied:
    if not 1 <= len(written.points) <= 4:
        raise Fault("count")
    stem = _own(written.stem, piece, STEM)
    points = tuple(dict.fromkeys(_claim(point, piece) for point in written.points))
    if any(_plain(point.text) in _plain(stem.text) for point in points):
        raise Fault("gives_away")
    return Applied(_id(piece), piece.part, "medium" if len(points) < 3 else "hard", stem, points)


def _variant(piece: Piece, written: WrittenVariant) -> Variant:
    if not 1 <= len(written.situation) <= 5 or len(written.hints) > 2:
        raise Fault("count")
    made = Variant(
        tuple(_own(text, piece, SENTENCE) for text in written.situation),
        _own(written.task, piece, SENTENCE),
        tuple(_own(text, piece, SENTENCE) for text in written.hints),
    )
    told = " ".join(said.text for said in (*made.situation, *made.hints))
    if any(holds(told, line.text, ALIKE) for line in piece.lines):
        raise Fault("gives_away")
    return made


def _examples(piece: Piece, written: WrittenExamples) -> Criterion:
    if not isinstance(piece.spare, Criterion):
        raise TypeError(f"{piece.key} is no criterion")
    passes, fails = _own(written.passes, piece, ANSWER), _own(written.fails, piece, ANSWER)
    if _plain(passes.text) == _plain(fails.text):
        raise Fault("alike")
    if _stray_figures(passes.text, [shown.passage.text for shown in piece.passages]):
        raise Fault("figure")
    return replace(piece.spare, passes=passes, fails=fails)


def _lines(piece: Piece, written: WrittenLines) -> tuple[Sentence, ...]:
    """Each line in the model's words, with the source it had; a job aid's never longer than it was."""
    if len(written.lines) != len(piece.lines):
        raise Fault("count")
    made: list[Sentence] = []
    for before, text in zip(piece.lines, written.lines, strict=True):
        number = _LISTED.match(before.text)
        said = _LISTED.sub("", one_line(text), count=1)
        said = f"{number.group()}{said}" if number else said
        longer = MORE if piece.comment or piece.answers else 0
        room = len(before.text) + longer
        _own(said, piece, max(room, 1))
        made.append(before if said == before.text else replace(before, text=said))
    return tuple(made)


def _id(piece: Piece) -> str:
    return piece.key.partition(".")[2]


def _own(text: str, piece: Piece, longest: int) -> Sentence:
    """Words of the model's own: plain, short, and in the passages' language."""
    said = one_line(text)
    if not any(map(str.isalnum, said)):
        raise Fault("empty")
    if len(said) > longest:
        raise Fault("length")
    if can_act(said):
        raise Fault("link")
    if not same_language(said, " ".join(shown.passage.text for shown in piece.passages)):
        raise Fault("language")
    return Sentence(said, authored=True)


def _claim(claim: Claim, piece: Piece) -> Sentence:
    """The sentences of a passage in which a quote stands, cited."""
    for shown in _named_first(piece.passages, claim.number):
        if place := _place(claim.quote, shown.passage.text):
            start, end = place
            quote = shown.passage.text[start:end]
            sop = shown.sop
            section = shown.passage.section
            cite = Cite(sop.source, sop.uri, sop.revision, sop.version, section, quote)
            return Sentence(quote, (cite,))
    raise Fault("quote")


def _named_first(passages: Sequence[Shown], number: int) -> list[Shown]:
    """The passages, the one with this number first: a quote proves more than a number."""
    order = sorted(range(len(passages)), key=lambda at: at + 1 != number)
    return [passages[at] for at in order]


def _place(quote: str, text: str) -> tuple[int, int] | None:
    """Where the sentences stand that hold a quote, without a list's marker; None if none do."""
    found = find_quote(quote, text)
    if found is None:
        return None
    within = [unit for unit in units(text) if unit.start < found[1] and unit.end > found[0]]
    if not within:
        return None
    start, end = within[0].start, within[-1].end
    if marker := _MARKER.match(text, start, end):
        start = marker.end()
    return start, start + len(text[start:end].rstrip())


def _stray_figures(text: str, sources: Iterable[str]) -> bool:
    """Whether a text has a figure that no source has."""
    known = [placed.figure for source in sources for placed in read(source).figures]
    return any(
        not any(agrees(said.figure, one) and unit_agrees(said.figure, one) for one in known)
        for said in read(text).figures
        if not said.figure.weak
    )


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
