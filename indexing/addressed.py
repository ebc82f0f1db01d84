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

_RULES = r"(?:instruction|rule|prompt|guideline|direction|command|safeguard|restriction)s?"
_MODEL = (
    r"(?:(?:ai|virtual|digital|chat) (?:assistant|agent|model)|ai|chat ?bots?|bots?"
    r"|(?:large )?language models?|llms?|chatgpt|gpt|claude|gemini|jobaid)"
)
_REPLY = r"(?:every|each|all|any|your) (?:\w+ )?(?:repl(?:y|ies)|answers?|responses?)"
_SAYS = (
    r"(?:ends?|begins?|starts?|finish(?:es)?|closes?|includes?|contains?|mentions?|cites?|adds?)"
)
_IGNORE = r"\b(?:ignor(?:e|ing)|disregard|forget|override|bypass|discard|set aside)\b"
_ADDRESSED = re.compile(
    rf"{_IGNORE}.{{0,30}}\b(?:previous|prior|above|earlier|preceding|your|my|all|any)\b.{{0,30}}{_RULES}"
    rf"|{_IGNORE}\W+(?:\w+\W+){{0,2}}(?:above|everything|(?:passages?|documents?|sops?)\b)"
    r"|\b(?:system|developer|initial) (?:prompt|message)\b|\byour prompt\b"
    rf"|\byou are (?:now )?(?:an? |the |my )?(?:\w+ )?{_MODEL}\b"
    rf"|\b(?:note|message|instruction)s? (?:to|for) (?:the |any |all )?{_MODEL}\b"
    rf"|\b(?:attention|hey|dear|hello)\W+(?:all )?{_MODEL}\b"
    rf"|\b(?:as an?|if you are an?|when you,? the) {_MODEL}\b"
    r"|\b(?:prompt injection|developer mode|end of (?:passage|data))\b"
    r"|\bnew (?:system )?(?:instructions|prompt)\b"
    rf"|\b{_REPLY}\W+(?:(?:must|should|has to|have to|shall|will|also|always)\W+){{0,2}}{_SAYS}\b"
    rf"|\b{_SAYS} (?:every|each|your) (?:\w+ )?(?:reply|answer|response)\b"
    r"|<\|?/?(?:im_start|im_end|system|assistant|user|endoftext)\b[^>]*>|\[/?INST\]|<</?SYS>>"
    r"|(?:^|\n)\W{0,4}(?:system|assistant)\W{0,3}:"
    r"|\b(?:answers|answerable|supported)\"?\s*[:=]\s*(?:true|false)",
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
