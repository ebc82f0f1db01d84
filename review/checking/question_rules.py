"""Decides which rules of good questions a set breaks: those that code can tell. All of it is advice.

After Haladyna, Downing and Rodriguez (2002), "A review of multiple-choice item-writing guidelines".
A question counts as applied when it is to be answered for a case: the short applied form always,
three options when the stem puts a case (see `_puts_a_case`). A gap to fill and an order to
restore ask to recall.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from indexing import small_words
from indexing.claims import stem
from indexing.figures import Figure
from indexing.numerals import tokens, with_figures
from indexing.statements import plain_tokens
from learning.modules import (
    ITEMS_WANTED,
    Applied,
    Content,
    Item,
    ItemSet,
    Option,
    Ordering,
    SingleBest,
)
from review.checking.slots import items_of
from review.nouns import Finding, SubCompetency

LONGEST_IS_KEY = 0.4
"""Share of the questions whose key may be their longest option."""
ENOUGH_KEYS = 5
"""Questions with options from which shares and positions say anything."""
ONE_POSITION = 0.6
"""Share of the keys that may stand in the same place."""
ECHO = 8
"""Words in a row that a question may have from its source."""
UNEVEN, UNEVEN_WORDS = 2.0, 4
"""An option is long when it has this many times the words of the shortest, and this many more."""

_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
_GAP = re.compile(r"_{3,}")
_ALL_OR_NONE = re.compile(
    r"\W*(?:all|none|both|neither|any|either) of (?:the )?(?:above|others?|options|answers|these|those"
    r"|them)\b|.*\bof the above\W*$|\W*(?:both )?(?:a and b|b and c|a and c)\W*$"
    r"|\W*(?:all|no) (?:answers|options) are\b",
    re.IGNORECASE,
)
_ABSOLUTE = re.compile(r"\b(?:always|never|every time|under no circumstances)\b", re.IGNORECASE)
_NEGATIVE = re.compile(
    r"(?i:\b(?:which|what|who|whom|whose)\b[^?.]*\b(?:not|never|except|least|incorrect|false|wrong"
    r"|untrue)\b)|\b(?:NOT|EXCEPT|LEAST)\b|(?i:\bexcept\s*[:?])"
)
_CIRCUMSTANCE = re.compile(
    r"\b(?:if|when|unless|after|before|until|while|once|because|in case)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"\b(?:if|when|unless|in case)\b", re.IGNORECASE)
_CASE = re.compile(
    r"(?:^|[.!]\s+)(?:an?|one|two|the|your|you|somebody|someone|it|he|she|they|[A-Z][a-z]+) [^?]*[.!]\s"
)
_LIGHT = frozenset((small_words.STOP + small_words.LIGHT).split())


def question_findings(
    content: Content, parts: Sequence[SubCompetency] = (), *, verbatim: bool = False
) -> Iterator[Finding]:
    """What can be said of a content's questions.

    `parts` are the sub-competencies wanted; `verbatim`: the questions are the SOP's own words by
    design, so an echo is no news.
    """
    items = items_of(content)
    for item in items:
        yield from _one(item)
    if not verbatim:
        yield from _named("echo", [item for item in items if _echoes(item)])
    if isinstance(content, ItemSet):
        yield from _set(content, parts)


def is_applied(item: Item) -> bool:
    """Whether a question asks to use what the SOP says, and not only to recall it."""
    match item:
        case Applied():
            return True
        case SingleBest():
            return _puts_a_case(item.stem.text)
        case Ordering():
            return False


def _set(content: ItemSet, parts: Sequence[SubCompetency]) -> Iterator[Finding]:
    """What only shows over all questions."""
    items = content.items
    choices = [item for item in items if isinstance(item, SingleBest) and _key(item)]
    if len(choices) >= ENOUGH_KEYS:
        longest = [item for item in choices if _is_longest(item)]
        if len(longest) > LONGEST_IS_KEY * len(choices):
            yield from _named("longest_key", longest)
        places = Counter(item.options.index(_key(item)[0]) for item in choices)
        place, count = places.most_common(1)[0]
        if count > ONE_POSITION * len(choices):
            yield Finding("key_position", words=(str(count), str(len(choices)), str(place + 1)))
    applied = sum(map(is_applied, items))
    if 2 * applied < len(items):
        yield Finding("recall_only", words=(str(applied), str(len(items))))
    counts = Counter(item.part for item in items)
    for part in dict.fromkeys((*(each.id for each in parts), *counts)):
        if counts[part] < ITEMS_WANTED:
            yield Finding("few_items", words=(part, str(counts[part])))


def _one(item: Item) -> Iterator[Finding]:
    key, asked = f"item.{item.id}", _without_quotes(item.stem.text)
    if _NEGATIVE.search(_CIRCUMSTANCE.sub("", asked)):
        yield Finding("negative_stem", key, item.stem.text)
    if asked.count("?") > 1:
        yield Finding("two_questions", key, item.stem.text)
    if isinstance(item, SingleBest):
        yield from _options(item, key)


def _options(item: SingleBest, key: str) -> Iterator[Finding]:
    texts = [option.text for option in item.options]
    if wrong := _matching(_ALL_OR_NONE, texts):
        yield Finding("all_of_the_above", key, item.stem.text, wrong)
    said = " ".join(cite.quote for option in item.options for cite in option.why.cites).casefold()
    absolute = tuple(
        found for text in texts for found in _ABSOLUTE.findall(text) if found.casefold() not in said
    )
    if absolute:
        yield Finding("absolute_words", key, item.stem.text, tuple(dict.fromkeys(absolute)))
    if same := _same_figures(texts):
        yield Finding("options_overlap", key, item.stem.text, same)
    lengths = sorted(len(text.split()) for text in texts)
    if lengths and lengths[-1] > UNEVEN * lengths[0] and lengths[-1] > lengths[0] + UNEVEN_WORDS:
        yield Finding("options_uneven", key, item.stem.text)
    elif len({_form(text) for text in texts}) > 1:
        yield Finding("options_form", key, item.stem.text)
    if clues := _clues(item):
        yield Finding("given_away", key, item.stem.text, clues)


def _named(code: str, items: Sequence[Item]) -> Iterator[Finding]:
    """One finding for all questions it is true of."""
    if items:
        yield Finding(code, words=tuple(item.id for item in items))


def _matching(pattern: re.Pattern[str], texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(text for text in texts if pattern.match(text))


def _key(item: SingleBest) -> list[Option]:
    return [option for option in item.options if option.right]


def _is_longest(item: SingleBest) -> bool:
    """Whether the key alone is the longest, by a word or a fifth of its characters at least."""
    key = len(_key(item)[0].text)
    others = [len(option.text) for option in item.options if not option.right]
    return bool(others) and key > 1.2 * max(others)


def _puts_a_case(stem_text: str) -> bool:
    """Whether a stem tells of a case before it asks, or asks for one: `A coat comes back at £80. …`.

    What stands in quotation marks is the SOP's, not the case; a gap in it asks to recall.
    """
    said = _without_quotes(stem_text)
    if _GAP.search(stem_text):
        return False
    return bool(_CASE.search(f"{said} ") or _CONDITION.search(said))


def _without_quotes(text: str) -> str:
    return _QUOTED.sub("“”", text)


def _same_figures(texts: Sequence[str]) -> tuple[str, ...]:
    """Options that name the same figures, however spelled: `5 minutes` and `five minutes`."""
    seen: dict[tuple[tuple[str, str, str], ...], list[str]] = {}
    for text in texts:
        found = [each for each in with_figures(tokens(text)) if isinstance(each, Figure)]
        rest = [token for token in plain_tokens(text) if stem(token) not in _LIGHT]
        if found and len(rest) <= 3 * len(found):
            figures = tuple(sorted((each.value, each.unit, each.bound) for each in found))
            seen.setdefault(figures, []).append(text)
    return next((tuple(same) for same in seen.values() if len(same) > 1), ())


def _form(text: str) -> tuple[bool, bool]:
    """Whether an option is a figure, and whether it ends as a sentence."""
    words = [token for token in plain_tokens(text) if token[:1].isalpha()]
    found = [each for each in with_figures(tokens(text)) if isinstance(each, Figure)]
    figures = any(each.unit or not each.weak for each in found)
    return figures and len(words) <= 3, text.rstrip().endswith((".", "!", "?"))


def _clues(item: SingleBest) -> tuple[str, ...]:
    """Words of the stem that only the key repeats, where no wrong option repeats any."""
    asked = _content_words(item.stem.text)
    right = {word for option in _key(item) for word in _content_words(option.text)}
    wrong = [_content_words(option.text) for option in item.options if not option.right]
    shared = asked & right
    if not wrong or any(asked & words for words in wrong):
        return ()
    return tuple(sorted(shared))


def _content_words(text: str) -> set[str]:
    return {
        stem(token)
        for token in plain_tokens(text)
        if len(token) > 3 and token.isalpha() and token not in _LIGHT
    }


def _echoes(item: Item) -> bool:
    """Whether the stem or an option has a long run of the source's words."""
    texts = [item.stem.text]
    cited = [*item.stem.cites]
    match item:
        case SingleBest():
            texts += [option.text for option in item.options]
            cited += [cite for option in item.options for cite in option.why.cites]
        case Ordering():
            cited += [cite for step in item.steps for cite in step.cites]
        case Applied():
            cited += [cite for point in item.points for cite in point.cites]
    runs = {run for cite in cited for run in _runs(cite.quote)}
    return any(run in runs for text in texts for run in _runs(text))


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = [token for token in plain_tokens(text) if token[:1].isalnum()]
    for at in range(len(words) - ECHO + 1):
        yield tuple(words[at : at + ECHO])
