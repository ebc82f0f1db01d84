"""Made-up passages, vectors and questions for measuring speed, the same on every run.

Words follow Zipf's law (exponent 1.07, as measured on English prose): the commonest ones are those
of the sample company, the long tail is made of syllables. Vectors are drawn around 500 subjects.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SAMPLES = Path(__file__).parent.parent / "samples" / "sops"
EVERYONE = "everyone"
ROLES = tuple(f"role-{number}" for number in range(12))
RARE = "role-rare"
"""Holds one document in 300."""
WORDS = 20_000
DIMENSIONS = 384
SUBJECTS = 500
SYLLABLES = [first + then for first in "bdfghklmnprstvwz" for then in "aeiou"]


@dataclass(frozen=True, slots=True)
class MadeUp:
    """`texts` (n,) and `vectors` (n, 384) of passages; `readers` (n,): who may read each one.

    `questions` and `asked` (m, 384): what is asked, near passages of every kind.
    """

    per_document: int
    texts: list[str]
    readers: list[str]
    vectors: NDArray[np.float32]
    questions: list[str]
    asked: NDArray[np.float32]

    def write(self, folder: Path) -> None:
        """Put it where a program of another environment reads it."""
        lines = (
            json.dumps({"text": text, "audience": reader})
            for text, reader in zip(self.texts, self.readers, strict=True)
        )
        (folder / "passages.jsonl").write_text("\n".join(lines))
        (folder / "questions.json").write_text(json.dumps(self.questions))
        np.save(folder / "vectors.npy", self.vectors)
        np.save(folder / "asked.npy", self.asked)


def made_up(passages: int, questions: int, per_document: int = 10) -> MadeUp:
    """So many passages of 60 to 110 words, and questions whose words and vectors are near some."""
    rng = np.random.default_rng(20_261_123)
    words = np.array(_vocabulary(rng))
    share = np.cumsum(1 / np.arange(1, len(words) + 1) ** 1.07)
    share /= share[-1]
    # A document keeps to its subject: a third of its words come from some sixty of its own.
    documents = passages // per_document
    texts: list[str] = []
    readers: list[str] = []
    for number in range(documents):
        own = rng.choice(words[300:], 60, replace=False)
        reader = _reader(number, rng)
        for _ in range(per_document):
            drawn = words[np.searchsorted(share, rng.random(rng.integers(60, 111)))]
            here = rng.random(len(drawn)) < 1 / 3
            drawn[here] = rng.choice(own, int(here.sum()))
            texts.append(" ".join(drawn))
            readers.append(reader)
    centres = rng.standard_normal((SUBJECTS, DIMENSIONS), np.float32)
    subjects = np.repeat(rng.integers(SUBJECTS, size=documents), per_document)
    vectors = _near(centres[subjects], 0.9, rng)
    asked = rng.choice(len(texts), questions, replace=False)
    return MadeUp(
        per_document,
        texts,
        readers,
        vectors,
        [_question(texts[number], words, rng) for number in asked],
        _near(vectors[asked] * DIMENSIONS**0.5, 0.5, rng),
    )


def _vocabulary(rng: np.random.Generator) -> list[str]:
    """Words, commonest first."""
    text = " ".join(path.read_text() for path in sorted(SAMPLES.rglob("*.md")))
    known = [word for word, _ in Counter(re.findall(r"[a-z]+", text.lower())).most_common()]
    tail = dict.fromkeys(
        "".join(rng.choice(SYLLABLES, rng.integers(2, 5))) for _ in range(WORDS * 2)
    )
    return list(dict.fromkeys([*known, *tail]))[:WORDS]


def _reader(number: int, rng: np.random.Generator) -> str:
    if number % 300 == 7:
        return RARE
    return EVERYONE if rng.random() < 0.3 else str(rng.choice(ROLES))


def _question(text: str, words: NDArray[np.str_], rng: np.random.Generator) -> str:
    """Five to eight of a passage's words and two or three of the commonest."""
    some = rng.choice(text.split(), rng.integers(5, 9), replace=False)
    return " ".join([*rng.choice(words[:40], rng.integers(2, 4)), *some]) + "?"


def _near(
    centres: NDArray[np.float32], noise: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Unit vectors around these."""
    drawn = centres + noise * rng.standard_normal(centres.shape, np.float32)
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), np.float32)
