"""A language model for the tests of drafting: it answers each question it is asked by its kind."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field

from pydantic import BaseModel

from indexing.language_model import Call, ModelUnavailable, Prompt, T, Usage
from indexing.units import units
from review.checking.solver import Chosen
from review.prompts import (
    Claim,
    WrittenCase,
    WrittenChoice,
    WrittenExample,
    WrittenExamples,
    WrittenLines,
    WrittenVariant,
)

Answer = Callable[[Prompt, type[BaseModel]], BaseModel | ModelUnavailable]


@dataclass
class Author:
    """Answers by `answer`, and writes down what it was asked."""

    answer: Answer
    name: str = "author"
    prompts: list[Prompt] = field(default_factory=list)
    cites: bool = True

    async def ask(self, prompt: Prompt, answer: type[T], usage: Usage) -> T:
        usage.calls.append(Call(10, 5, 2.0))
        self.prompts.append(prompt)
        said = self.answer(prompt, answer)
        if isinstance(said, ModelUnavailable):
            raise said
        assert isinstance(said, answer)
        return said

    async def write(
        self, prompt: Prompt, usage: Usage, shape: type[BaseModel] | None = None
    ) -> AsyncGenerator[str]:
        raise ModelUnavailable("broken", "drafting asks for values only")
        yield ""

    @property
    def drafting(self) -> list[Prompt]:
        """The prompts that asked for a piece, not for the answer to a question."""
        return [one for one in self.prompts if "training material" in one.instructions]


def shown(prompt: Prompt, label: str) -> str:
    """What a prompt shows under a label; empty for nothing."""
    return next((one.text for one in prompt.untrusted if one.label == label), "")


def quote_of(prompt: Prompt) -> str:
    """A sentence of the first passage that a prompt shows."""
    text = shown(prompt, "passage 1").partition("\n\n")[2]
    words = [text[unit.start : unit.end] for unit in units(text)]
    return next(said for said in words if len(said.split()) > 3)


def choice(prompt: Prompt) -> WrittenChoice:
    quote = quote_of(prompt)
    right = " ".join(quote.split()[-6:]).rstrip(".")
    number = len(shown(prompt, "words")) + len(quote)
    return WrittenChoice(
        stem=f"A customer stands before you in case {number}. What do you do?",
        right=right,
        wrong=["Send the customer away", "Ask a colleague to decide"],
        number=1,
        quote=quote,
    )


def diligent(prompt: Prompt, answer: type[BaseModel]) -> BaseModel:
    """What a model answers that keeps to the passages."""
    match answer.__name__:
        case "Chosen":
            return Chosen.model_validate({"letter": _letter(prompt)})
        case "WrittenChoice":
            return choice(prompt)
        case "WrittenCase":
            stem = f"A customer asks you about {len(quote_of(prompt))} things. What do you do?"
            return WrittenCase(stem=stem, points=[Claim(number=1, quote=quote_of(prompt))])
        case "WrittenVariant":
            return WrittenVariant(
                situation=["You are at the counter.", "A customer brings back a coat for £120."],
                task="What do you say and do?",
                hints=["Think of who paid."],
            )
        case "WrittenExamples":
            return WrittenExamples(
                passes="I keep to what the procedure wants of me.", fails="I do as I like today."
            )
        case "WrittenLines":
            lines = [line.partition(". ")[2] for line in shown(prompt, "lines").splitlines()]
            return WrittenLines(lines=lines)
        case "WrittenExample":
            return WrittenExample(sentences=["A customer asks.", "You look it up and keep to it."])
    raise AssertionError(answer)


def _letter(prompt: Prompt) -> str:
    """The option that the passage holds; without a passage, one that it does not."""
    texts = {one.label[-1]: one.text for one in prompt.untrusted if one.label.startswith("option")}
    passages = " ".join(one.text for one in prompt.untrusted if one.label.startswith("passage"))
    known = [letter for letter, text in texts.items() if text in passages]
    if passages and known:
        return known[0]
    invented = ("Send the customer away", "Ask a colleague to decide")
    return next((letter for letter, text in texts.items() if text in invented), "A")
