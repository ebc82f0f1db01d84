"""Decides whether a text speaks to a language model rather than to people.

Such a text is never shown to a model: a passage is left to be quoted, a turn of a thread is left
out, and a question that does it is answered as if no model were configured. This finds the plain
attempts only; what it does not find is held by the checks on every sentence that a model writes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from indexing.nouns import FoundPassage, Turn
from indexing.visible import one_line

SHOWN = 5
"""Passages that a model is shown, the best ones."""

_RULES = (
    r"(?:instruction|rule|prompt|guideline|direction|command|safeguard|restriction|constraint)s?"
)
_MODEL = r"(?:ai|a\.i\.|assistant|chat ?bot|bot|language model|llm|gpt|model|jobaid|copilot|dan)"
_ADDRESSED = re.compile(
    rf"\b(?:ignor\w+|disregard\w*|forget\w*|overrid\w+|bypass\w*|discard\w*).{{0,40}}\b{_RULES}\b"
    r"|\b(?:ignore|disregard|forget)\b.{0,15}\b(?:above|previous|everything|all (?:of )?th(?:at|e))\b"
    rf"|\b(?:system|hidden|initial|your|developer) (?:prompt|message|instructions)\b"
    rf"|\byou are (?:now )?(?:an? |the |my )?(?:\w+ ){{0,2}}{_MODEL}\b"
    rf"|\b(?:note|message|instruction|attention)s?,? (?:to |for )?(?:the |any |all )?{_MODEL}s?\b"
    rf"|\b(?:hey|dear|hello),? {_MODEL}\b"
    rf"|\b(?:as an?|if you are an?|when you,? (?:the|an?)) {_MODEL}\b"
    r"|\b(?:jailbreak|prompt injection|developer mode|act as|pretend (?:to be|that|you)|role-?play as)\b"
    r"|\bnew (?:system )?(?:instructions|rules|prompt)\b"
    r"|<\|?/?(?:im_start|im_end|system|assistant|user|endoftext|s)\b[^>]*>|\[/?INST\]|<</?SYS>>"
    r"|(?:^|\n)\W{0,4}(?:system|assistant|developer)\W{0,3}:"
    r"|\b(?:answers?|answerable|supported|quote)\"?\s*[:=]\s*(?:true|false|\")",
    re.IGNORECASE,
)


def speaks_to_a_model(text: str) -> bool:
    """Whether the text tells a model, by name or by its rules, what to do."""
    whole = unicodedata.normalize("NFKC", text)
    return bool(_ADDRESSED.search(whole) or _ADDRESSED.search(one_line(whole)))


def shown_to_model(passages: Sequence[FoundPassage]) -> tuple[FoundPassage, ...]:
    """The passages a model is shown, in the order of their numbers."""
    return tuple(passage for passage in passages[:SHOWN] if not speaks_to_a_model(passage.text))


def spoken_to_people(history: Sequence[Turn]) -> list[Turn]:
    """The turns of a thread that a model is shown."""
    return [turn for turn in history if not speaks_to_a_model(turn.text)]
