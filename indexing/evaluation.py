"""Decides how LlamaIndex's evaluators judge an answer: which of them, with which model, read how.

They ask a model, so whoever compares two runs by them lets the same model judge both. They put the
texts into their prompts as they stand: a passage that speaks to models can sway them, which is why
they stand beside what code checks (`indexing/answer_checks.py`) and never instead of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

from indexing import language_model
from indexing.answer_checks import Case, text_behind
from indexing.language_model import LanguageModel, ModelUnavailable, Prompt, Usage

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

Verdict = Literal["faithful", "relevant", "correct"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
PASSES = 4.0
"""The score from which LlamaIndex's correctness evaluator lets an answer pass, of 1 to 5."""
WINDOW = 3900
"""Tokens that LlamaIndex packs into one call, its own default: every endpoint in use holds them."""
LONGEST_VERDICT = 512
"""Tokens of a verdict; the correctness evaluator asks for the reasons too."""
_JUDGE = "You judge answers."
"""Instructions where LlamaIndex gives none: some endpoints refuse an empty message."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the evaluators say: `faithful` and `relevant` 0 or 1, `correct` 1 to 5.

    None where there was nothing to judge, and where the evaluator failed: `failed` says why.
    """

    judge: str
    said: Mapping[Verdict, float | None]
    failed: Mapping[Verdict, language_model.Why] = field(default_factory=dict)


async def judged(model: LanguageModel, case: Case, usage: Usage) -> Judged:
    """Let LlamaIndex's evaluators, asking this model, judge an answer. A refusal is not judged.

    Faithful: the passages cited support it. Relevant: it fits question and passages. Correct: it
    says what the reference says; without one a model would judge by what it believes itself.
    """
    said: dict[Verdict, float | None] = dict.fromkeys(VERDICTS)
    failed: dict[Verdict, language_model.Why] = {}
    for verdict in _verdicts_on(case):
        try:
            said[verdict] = await _evaluated(verdict, model, case, usage)
        except ModelUnavailable as failure:
            failed[verdict] = failure.why
    return Judged(model.name, said, failed)


def _verdicts_on(case: Case) -> tuple[Verdict, ...]:
    if not case.answered or not case.words.strip() or not _contexts(case):
        return ()
    if not case.question:
        return ("faithful",)
    right = case.reference and case.answerable is not False
    return VERDICTS if right else ("faithful", "relevant")


def _contexts(case: Case) -> list[str]:
    """The passages that the answer cites, each once."""
    texts = (text_behind(one, case.passages) or one.text for one in case.citations)
    return [text for text in dict.fromkeys(texts) if text.strip()]


async def _evaluated(verdict: Verdict, model: LanguageModel, case: Case, usage: Usage) -> float:
    """One evaluator's verdict; `ModelUnavailable` when there is none to be had."""
    from llama_index.core.evaluation import (
        BaseEvaluator,
        CorrectnessEvaluator,
        FaithfulnessEvaluator,
        RelevancyEvaluator,
    )

    llm = _as_llm(model, usage)
    evaluator: BaseEvaluator
    match verdict:
        case "faithful":
            evaluator = FaithfulnessEvaluator(llm=llm)
        case "relevant":
            evaluator = RelevancyEvaluator(llm=llm)
        case "correct":
            # Its own parser raises on a reply of one line, and takes "4/5" for no score.
            evaluator = CorrectnessEvaluator(llm=llm, parser_function=_score)
    try:
        result = await evaluator.aevaluate(
            case.question, case.words, _contexts(case), reference=case.reference
        )
    except ValueError as error:  # a prompt that does not fit, most likely
        raise ModelUnavailable("refused", "LlamaIndex could not ask") from error
    found = result.score if verdict == "correct" else _yes_or_no(result.feedback or "")
    if found is None:
        raise ModelUnavailable("off_schema", f"no verdict on {verdict}")
    return found


_YES_OR_NO = re.compile(r"\b(?:(yes)|no)\b", re.IGNORECASE)
_SCORE = re.compile(
    r"\W*(?:(?:overall|final)?\s*(?:score|rating)\W*(?:is\W*)?)?([1-5](?:\.\d+)?)(?![.\d]*\d)",
    re.IGNORECASE,
)


def _yes_or_no(reply: str) -> float | None:
    """The first yes or no of a reply.

    LlamaIndex looks for the letters "yes" anywhere: to it "NO, not since yesterday" agrees, and
    whatever is neither disagrees.
    """
    found = _YES_OR_NO.search(reply)
    return None if found is None else float(bool(found[1]))


def _score(reply: str) -> tuple[float | None, str | None]:
    """The score that a reply begins with, and the reply."""
    found = _SCORE.match(reply)
    score = float(found[1]) if found else 0.0
    return (score if 1 <= score <= 5 else None), reply


def _as_llm(model: LanguageModel, usage: Usage) -> LLM:
    """The house's model as one of LlamaIndex's (async only)."""
    from llama_index.core.llms import (
        ChatMessage,
        ChatResponse,
        CompletionResponse,
        CompletionResponseGen,
        CustomLLM,
        LLMMetadata,
        MessageRole,
    )

    async def written(instructions: str, task: str) -> str:
        # LlamaIndex's prompts hold the texts already, so that figures compare with other houses'.
        prompt = Prompt(instructions, (), task, LONGEST_VERDICT)
        return "".join([piece async for piece in model.write(prompt, usage)])

    class HouseLLM(CustomLLM):
        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata(
                model_name=model.name,
                is_chat_model=True,
                context_window=WINDOW,
                num_output=LONGEST_VERDICT,
            )

        async def achat(self, messages: Sequence[ChatMessage], **kwargs: object) -> ChatResponse:
            system = [m.content or "" for m in messages if m.role == MessageRole.SYSTEM]
            others = [m.content or "" for m in messages if m.role != MessageRole.SYSTEM]
            reply = await written("\n\n".join(system) or _JUDGE, "\n\n".join(others))
            return ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content=reply))

        async def acomplete(
            self, prompt: str, formatted: bool = False, **kwargs: object
        ) -> CompletionResponse:
            return CompletionResponse(text=await written(_JUDGE, prompt))

        def complete(
            self, prompt: str, formatted: bool = False, **kwargs: object
        ) -> CompletionResponse:
            raise TypeError("the house's models are asked asynchronously: use acomplete()")

        def stream_complete(
            self, prompt: str, formatted: bool = False, **kwargs: object
        ) -> CompletionResponseGen:
            raise TypeError("the house's models are asked asynchronously: use acomplete()")

    return HouseLLM()
