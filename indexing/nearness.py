"""Decides how near a sentence's new words come to what a passage says, by MiniLM.

Word for word, as MiniLM reads each in its sentence: "till" in a shop is near "register" there. It
takes opposites and other facts for near as well, so support.py asks only about words of neither kind.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from indexing.embeddings import Embedder, Encoded, LocalEmbedder
from indexing.support import Near, Nearness


def nearness(embedder: Embedder | None) -> Nearness | None:
    """What tells `support.check` how near words are; None where no embedder reads word by word.

    Runs in the calling thread: some 11 ms (40 at worst) for a sentence that has such words.
    """
    if not isinstance(embedder, LocalEmbedder):
        return None
    model = embedder

    def near(sentence: str, new: Sequence[str], meant: str, unsaid: Collection[str]) -> list[Near]:
        without = [_word(word).sub(" ", sentence, count=1) for word in new]
        said, source, *rest = model.encode_now([sentence, meant, *without])
        places = [_pieces(word.group(), word.start(), source) for word in _words(meant, unsaid)]
        open_ = np.concatenate([source.states[place] for place in places] or [source.states[:0]])
        whole = float(said.vector @ source.vector)
        return [
            Near(
                whole,
                _alike(said, sentence, word, open_),
                float(other.vector @ source.vector) - whole,
            )
            for word, other in zip(new, rest, strict=True)
        ]

    return near


def _word(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)


def _words(text: str, wanted: Collection[str]) -> list[re.Match[str]]:
    return [match for match in re.finditer(r"\w+", text) if match.group().casefold() in wanted]


def _pieces(word: str, start: int, text: Encoded) -> NDArray[np.intp]:
    """The numbers of the word pieces that a word at this place is made of."""
    return np.flatnonzero((text.offsets[:, 0] >= start) & (text.offsets[:, 1] <= start + len(word)))


def _alike(said: Encoded, sentence: str, word: str, open_: NDArray[np.float16]) -> float:
    """The mean over a word's pieces of the best cosine with pieces of the passage."""
    found = _word(word).search(sentence)
    pieces = said.states[_pieces(word, found.start(), said)] if found else open_[:0]
    if not len(pieces) or not len(open_):
        return 0.0
    cosines = pieces.astype(np.float32) @ open_.astype(np.float32).T
    return float(cosines.max(axis=1).mean())
