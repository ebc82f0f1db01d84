"""Decides which of the sentences that a model writes are shown, and whether they still answer.

A sentence is shown only if it cites a passage that supports it. What fails is left out; if the
rest no longer answers, the quoted passages are shown instead.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from itertools import groupby, islice
from typing import Literal, get_args

from indexing import language_model
from indexing.addressed import shown_to_model, spoken_to_people
from indexing.answerable import Answerable
from indexing.language_model import LanguageModel, ModelUnavailable, Usage
from indexing.model_text import Said, can_act, same_language, sentences_in, unmarked
from indexing.nouns import Begun, FoundPassage, Quoted, Turn
from indexing.prompts import CitedSentences, writing_prompt
from indexing.support import Nearness, Unsupported, stands_in, supported_by
from indexing.terms import terms
from indexing.units import units, units_with_whole_warnings

LONGEST = 700
"""Characters of a model's sentences."""
LONGEST_WARNINGS = 300
"""Characters of warnings that are added: with its sources an answer stays under 1,200."""
ALIKE = 0.5
"""Share of its terms from which a text is taken to be about the same thing as another."""
LEAST = 2
"""Terms that a sentence has in common with what it cites."""
SAID = 0.8
"""The same, from which a text is taken to say what another says."""

_CONCLUDES = re.compile(
    r"(?:therefore|thus|hence|consequently|so(?=,)|in (?:conclusion|summary|short))\b", re.I
)
"""A model's own inference: its words may all stand in a passage, and its conditions be lost."""

Unwritten = Literal[
    "unsupported",  # what the passages support of the text does not answer
    "incomplete",  # a step of a procedure is missing or out of order
    "language",  # another language than the passages'
]


@dataclass(frozen=True, slots=True)
class WrittenSentence:
    """A sentence of a model's, in plain words. `cites` number `Written.cited` from 1.

    `step`: its number in a list. `warning`: a passage's own words that must not be missed, added
    by code. Without `supported` it is only kept in the record; `why` says what was wrong.
    """

    text: str
    cites: tuple[int, ...]
    supported: bool
    step: int | None = None
    warning: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """An answer whose shown sentences are all supported. `cited[n - 1]` is what `[n]` stands for.

    `prompt` is the hash of what the model was shown. `stopped`: whoever asked wanted no more.
    """

    sentences: tuple[WrittenSentence, ...]
    cited: tuple[FoundPassage, ...]
    model: str
    prompt: str
    stopped: bool = False

    @property
    def shown(self) -> tuple[WrittenSentence, ...]:
        return tuple(sentence for sentence in self.sentences if sentence.supported)


@dataclass(frozen=True, slots=True)
class Fallback:
    """The passages are quoted instead; `sentences` is what was written, for the record."""

    why: language_model.Why | Unwritten
    sentences: tuple[WrittenSentence, ...] = ()
    model: str = ""
    prompt: str = ""

    @property
    def unavailable(self) -> bool:
        """Whether the endpoint failed, rather than our checks, the texts, or who asked."""
        return self.why in {*get_args(language_model.Why), "language"} - {"stopped"}


async def write_answer(
    model: LanguageModel,
    question: str,
    history: Sequence[Turn],
    passages: Sequence[FoundPassage],
    found: Answerable,
    usage: Usage,
    near: Nearness | None = None,
    quoted: Sequence[Quoted] = (),
) -> AsyncGenerator[Begun | WrittenSentence | Written | Fallback]:
    """Write an answer: each sentence that may be shown as soon as it may, and last what came of it.

    Before the first sentence comes `Begun`.

    The first sentence waits until one that holds the answer has been checked, so what cannot be
    written falls back before anything is shown. Later failures (half a stream, a lost step) end
    with `Fallback` too: what was shown is then replaced. `near`: see `support.check`. `quoted` is what
    is shown if nothing is written.
    """
    shown = shown_to_model(passages)
    turns = spoken_to_people(history)
    begun = False
    for shaped in (False, True) if model.cites else (True,):
        prompt = writing_prompt(question, turns, shown, shaped=shaped)
        steps = tuple(one.text for one in quoted if shaped and one.step is not None)
        draft = _Draft(shown, found, model.name, prompt.hash, near, shaped, steps)
        try:
            async with (
                aclosing(model.write(prompt, usage, CitedSentences if shaped else None)) as pieces,
                aclosing(sentences_in(pieces, shaped=shaped)) as written,
            ):
                async for said in written:
                    for sentence in await asyncio.to_thread(draft.take, said):
                        usage.awaited = False
                        if not begun:
                            begun = True
                            yield Begun(shown[draft.cited[0] - 1])
                        yield sentence
                    if draft.is_over:
                        break
        except ModelUnavailable as failure:
            yield draft.broken_off(failure.why)
            return
        if draft.cites or shaped:
            break
        # Small models answer and leave out the marks, time after time; a schema makes them cite.
        model.cites = False
    for sentence in draft.finish():
        yield sentence
    yield draft.result()


@dataclass(slots=True)
class _Draft:
    """An answer while it is being written."""

    shown: tuple[FoundPassage, ...]
    found: Answerable
    model: str
    prompt: str
    near: Nearness | None = None
    recites: bool = False
    """Whether a sentence goes to the passage that has it word for word, if the one named has not.

    So where a schema made the model name one: it then names the wrong one as often as the right.
    """
    steps: tuple[str, ...] = ()
    """Steps of which the text has to say some: such a model likes to tell what a procedure is for."""
    sentences: list[WrittenSentence] = field(default_factory=list)
    cited: list[int] = field(default_factory=list)
    """Numbers of passages as the model knows them, in the order in which sentences cite them."""
    held: list[WrittenSentence] | None = field(default_factory=list)
    """Sentences that wait for one that holds the answer; None once it has come."""
    room: int = LONGEST
    failed: Unwritten | None = None
    full: bool = False
    cites: bool = False
    """Whether anything in the text has a mark."""
    answers: bool = False
    """Whether a sentence holds the quote that answers."""
    tells: bool = False
    """Whether one says some of `steps`."""

    @property
    def is_over(self) -> bool:
        return self.full or self.failed is not None

    def take(self, said: Said) -> list[WrittenSentence]:
        """Check a sentence; give what may be shown now."""
        self.cites = self.cites or bool(said.cites)
        if len(said.text) > self.room:
            # Half a procedure is none; a text that only goes on too long still answers.
            self.full, why = True, "length"
        else:
            said, why = self._checked(said)
        if why:
            self.sentences.append(WrittenSentence(said.text, (), False, said.step, why=why))
            if said.step is not None:
                self.failed = "incomplete"
            return []
        self.room -= len(said.text)
        sentence = WrittenSentence(said.text, self._numbers(said.cites), True, said.step)
        self.sentences.append(sentence)
        if self.held is None:
            return [sentence]
        self.held.append(sentence)
        self.answers |= self.found.number in said.cites and _answers(said.text, self.found.quote)
        self.tells |= any(_answers(said.text, step) for step in self.steps)
        if not self.answers or (self.steps and not self.tells):
            return []
        held, self.held = self.held, None
        return held

    def _checked(self, said: Said) -> tuple[Said, str]:
        """A sentence and why it may not be shown; with `recites` under the number it stands in."""
        texts = dict(enumerate((one.text for one in self.shown), start=1))
        why = _fault(said, texts, self.near)
        if why and self.recites:
            stands = (number for number in texts if stands_in(said.text, texts[number]))
            moved = replace(said, cites=tuple(islice(stands, 1)))
            said, why = (moved, "") if not _fault(moved, texts, self.near) else (said, why)
        return said, why

    def _numbers(self, cites: Sequence[int]) -> tuple[int, ...]:
        self.cited += [number for number in cites if number not in self.cited]
        return tuple(self.cited.index(number) + 1 for number in cites)

    def finish(self) -> Iterator[WrittenSentence]:
        """Decide whether what is shown answers; if it does, give the warnings it leaves out.

        They are those of the passage that answers, in its own words.
        """
        if self.failed is None and self.held is not None:
            faults = {sentence.why for sentence in self.sentences}
            self.failed = "language" if faults == {"language"} else "unsupported"
        if self.failed is None and self._misses_a_step():
            self.failed = "incomplete"
        if self.failed is not None:
            return
        room = LONGEST_WARNINGS
        text = self.shown[self.found.number - 1].text
        for unit in units_with_whole_warnings(text):
            words = unmarked(text[unit.start : unit.end])
            said = any(holds(one.text, words, SAID) for one in self.sentences if one.supported)
            if unit.warning and not said and len(words) <= room and not can_act(words):
                room -= len(words)
                cites = self._numbers((self.found.number,))
                self.sentences.append(WrittenSentence(words, cites, True, warning=True))
                yield self.sentences[-1]

    def result(self) -> Written | Fallback:
        """What came of it."""
        if self.failed is not None:
            return self.fallback(self.failed)
        cited = tuple(self.shown[number - 1] for number in self.cited)
        return Written(tuple(self.sentences), cited, self.model, self.prompt)

    def broken_off(self, why: language_model.Why) -> Written | Fallback:
        """What came of a text without an end: what was shown is kept only for who stopped it."""
        if why != "stopped" or self.held is not None or self.failed is not None:
            return self.fallback(why)
        cited = tuple(self.shown[number - 1] for number in self.cited)
        return Written(tuple(self.sentences), cited, self.model, self.prompt, stopped=True)

    def fallback(self, why: language_model.Why | Unwritten) -> Fallback:
        return Fallback(why, tuple(self.sentences), self.model, self.prompt)

    def _misses_a_step(self) -> bool:
        """Whether the steps shown leave out, or turn round, steps of the passage they come from."""
        steps = [s for s in self.sentences if s.supported and s.step is not None]
        for number in dict.fromkeys(step.cites[0] for step in steps):
            text = self.shown[self.cited[number - 1] - 1].text
            theirs = [text[unit.start : unit.end] for unit in units(text) if unit.step is not None]
            places = [_place(step.text, theirs) for step in steps if step.cites[0] == number]
            known = [place for place, _ in groupby(place for place in places if place is not None)]
            if known and known != list(range(known[0], known[-1] + 1)):
                return True
        return False


def _fault(said: Said, texts: Mapping[int, str], near: Nearness | None) -> str:
    """Why a sentence may not be shown; '' when it may."""
    if can_act(said.text):
        return "link"
    if not said.cites or any(number not in texts for number in said.cites):
        return "citation"
    if _CONCLUDES.match(said.text):
        return "conclusion"
    if not same_language(said.text, " ".join(texts[number] for number in said.cites)):
        return "language"
    verdict = supported_by(said.text, texts, said.cites, near)
    if isinstance(verdict, Unsupported):
        return verdict.why
    # What says nothing ("Yes, always.") contradicts nothing either.
    shared = set(terms(said.text)) & {term for one in said.cites for term in terms(texts[one])}
    return "" if len(shared) >= LEAST else "wording"


def holds(sentence: str, words: str, share: float) -> bool:
    """Whether a sentence has at least this share of the terms of other words."""
    wanted = set(terms(words))
    return len(wanted & set(terms(sentence))) >= share * max(1, len(wanted))


def _answers(sentence: str, quote: str) -> bool:
    """Whether a sentence says what the quote that answers says, or part of it."""
    return holds(sentence, quote, ALIKE) or (
        len(set(terms(sentence))) > 2 and holds(quote, sentence, SAID)
    )


def _place(step: str, theirs: Sequence[str]) -> int | None:
    """Which of a passage's steps this one is; None when it is none of them."""
    said = set(terms(step))
    shares = [len(said & set(terms(other))) / max(1, len(said)) for other in theirs]
    best = max(shares, default=0.0)
    return shares.index(best) if best >= ALIKE else None
