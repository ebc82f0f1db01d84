"""Decides how a follow-up reads when it stands alone, so that its passages can be found."""

from __future__ import annotations

from collections.abc import Sequence

from indexing.addressed import speaks_to_a_model, spoken_to_people
from indexing.language_model import LanguageModel, ModelUnavailable, Usage
from indexing.model_text import can_act
from indexing.nouns import Turn
from indexing.prompts import Rewriting, rewriting_prompt
from indexing.terms import terms
from indexing.visible import one_line

LONGEST = 300
"""Characters of a rewritten question."""
NEW_TERMS = 2
"""Words that it may have from neither the question nor the thread."""


async def rewrite_followup(
    model: LanguageModel, question: str, history: Sequence[Turn], usage: Usage
) -> str:
    """A question of a thread as one that stands alone; the question itself if that cannot be had.

    It serves to find passages, beside the original: rights are checked for what is found either
    way. It may hold only words of the question and the thread, and keeps every number.
    """
    turns = spoken_to_people(history)
    if not turns or speaks_to_a_model(question):
        return question
    try:
        said = await model.ask(rewriting_prompt(question, turns), Rewriting, usage)
    except ModelUnavailable:
        return question
    rewritten = one_line(said.question)
    asked = set(terms(question))
    known = asked | {term for turn in turns for term in terms(turn.text)}
    meant = set(terms(rewritten))
    numbers = {term for term in asked if term.isdigit()}
    if (
        not rewritten
        or len(rewritten) > LONGEST
        or can_act(rewritten)
        or len(meant - known) > NEW_TERMS
        or numbers - meant
        or any(term.isdigit() for term in meant - known)
    ):
        return question
    return rewritten
