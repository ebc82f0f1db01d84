"""Decides whether passages answer a question that their scores say they are about.

A model is asked, and its word is not taken: only a quote that stands in a passage counts, and only
if it has to do with the question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from indexing import language_model
from indexing.addressed import SHOWN, shown_to_model, speaks_to_a_model, spoken_to_people
from indexing.embeddings import Embedder, LocalEmbedder
from indexing.language_model import LanguageModel, ModelUnavailable, Usage
from indexing.nouns import FoundPassage, Turn
from indexing.prompts import Check, check_prompt
from indexing.quotes import find_quote
from indexing.terms import terms

FITS = 0.15
"""Cosine (MiniLM's) of a question with a quote under its heading, from which the quote may answer.

Low on purpose: of real answers and of any other sentences that were found, as many fall below a
higher bar, so it would refuse without telling them apart.
"""


@dataclass(frozen=True, slots=True)
class Answerable:
    """The passages answer: these words of passage `number` (of those shown, from 1) do."""

    quote: str
    number: int


@dataclass(frozen=True, slots=True)
class NotAnswerable:
    """No words of the passages answer this question."""


@dataclass(frozen=True, slots=True)
class Unasked:
    """No model could say, so scores alone decide and the passages are quoted.

    `addressed`: the question or a passage speaks to a model.
    """

    why: language_model.Why | Literal["addressed"]

    @property
    def unavailable(self) -> bool:
        """Whether the endpoint failed."""
        return self.why not in ("addressed", "stopped")


async def is_answerable(
    model: LanguageModel,
    question: str,
    history: Sequence[Turn],
    passages: Sequence[FoundPassage],
    usage: Usage,
    embedder: Embedder | None = None,
) -> Answerable | NotAnswerable | Unasked:
    """Whether the passages answer exactly this question, proved by a quote that stands in one.

    With MiniLM as `embedder` the quote has to fit the question, too.
    """
    shown = shown_to_model(passages)
    if not shown or speaks_to_a_model(question):
        return Unasked("addressed")
    prompt = check_prompt(question, spoken_to_people(history), shown)
    try:
        said = await model.ask(prompt, Check, usage)
    except ModelUnavailable as failure:
        return Unasked(failure.why)
    number = _where(said.quote, said.number, shown)
    fits = number and await _fits(question, history, said.quote, shown[number - 1], embedder)
    if said.answers and fits:
        return Answerable(said.quote, number)
    # What the model was not shown may answer.
    return NotAnswerable() if len(shown) == len(passages[:SHOWN]) else Unasked("addressed")


def _where(quote: str, number: int, shown: Sequence[FoundPassage]) -> int:
    """The number of the passage that holds the quote word for word, the one named first; else 0."""
    numbers = sorted(range(1, len(shown) + 1), key=lambda one: one != number)
    return next((one for one in numbers if find_quote(quote, shown[one - 1].text)), 0)


async def _fits(
    question: str,
    history: Sequence[Turn],
    quote: str,
    passage: FoundPassage,
    embedder: Embedder | None,
) -> bool:
    """Whether a quote has to do with a question, or with a follow-up and what it follows."""
    earlier = [turn.text for turn in history if turn.role == "user"][-1:]
    asked = [question, *(f"{before} {question}" for before in earlier)]
    if not isinstance(embedder, LocalEmbedder) or set(terms(asked[-1])) & set(terms(quote)):
        return True
    whole = f"{passage.title}, {passage.section}: {quote}"
    quoted, *others = await embedder.embed([whole, *asked])
    return max(float(other @ quoted) for other in others) >= FITS
