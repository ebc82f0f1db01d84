"""Decides which figures of an SOP are asked for, and what of a clause is shown around the gap."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from learning.modules import Difficulty, Option, Sentence, SingleBest
from review.drafting_verbatim.amounts import Amount, amounts, choice
from review.drafting_verbatim.asked import Asked, is_odd, place
from review.drafting_verbatim.clauses import Clause, Outline, SopStep
from review.drafting_verbatim.guide import named_lists
from review.drafting_verbatim.warning import LABELLED
from review.drafting_verbatim.wording import (
    MARK,
    announces,
    figures,
    happens,
    label,
    points_back,
    sets_threshold,
)

GAP = "____"
WORDS = range(5, 41)
"""Words of a sentence that a figure is asked of."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is shown to ask for a figure of `sentence`; `lead` is how that begins above a list."""

    clause: Clause
    sentence: Clause
    lead: str


def figures_asked(sop: Outline, within: Outline, part: str) -> Iterator[Asked]:
    """The questions for figures of `within`; wrong figures come from all of `sop`."""
    everywhere = [amount for line in sop.clauses for amount in amounts(line.text)]
    named = named_lists(within)
    for source in within.parts:
        beside = "\n".join(line.text for line in source.lines)
        is_named = isinstance(source, SopStep) and named[source.list_id]
        for at, line in enumerate(source.lines):
            if line.form in ("code", "row"):
                continue
            for n, sentence in enumerate(line.sentences):
                seen = _shown(line.sentences, n, is_named=is_named and at == 0)
                if seen is None:
                    continue
                shown = _Shown(seen, sentence, "" if n else _lead(source.lines, at))
                for amount in amounts(seen.quote):
                    if seen.start + amount.end <= sentence.start:
                        continue  # of the sentence before, which is asked by itself
                    if asked := _figure(shown, amount, beside, everywhere, part):
                        yield Asked(asked, source, sentence)


def _lead(lines: Sequence[Clause], at: int) -> str:
    """The line above a list whose points end its sentence: `Call the owner when:`."""
    line = lines[at]
    point = MARK.sub("", line.text, count=1)
    heads = [
        each
        for each in lines[:at]
        if each.depth < line.depth or (each.form == "prose" and not each.depth)
    ]
    begun = (line.form == "point" or line.depth) and point[:1].islower() and heads
    return heads[-1].sentences[-1].text if begun and announces(heads[-1].text) else ""


def _shown(sentences: Sequence[Clause], n: int, *, is_named: bool) -> Clause | None:
    """What is shown of a line to ask for a figure of its n-th sentence, None where nothing can be.

    A sentence that points back is shown with the one before it, a step's name not at all.
    """
    shown = sentences[n]
    if n == 0 and (mark := MARK.match(shown.quote)):
        shown = replace(shown, start=shown.start + mark.end())
    if n == 0 and is_named:
        rest = label(shown.text)[1]
        shown = replace(shown, start=shown.end - len(rest))
    if warned := LABELLED.match(shown.quote):
        shown = replace(shown, start=shown.start + warned.end())
    if points_back(shown.quote):
        if n == 0:
            return None
        shown = replace(shown, start=sentences[n - 1].start)
        if points_back(shown.quote):
            return None
    if (
        happens(shown.quote)
        or announces(shown.quote)
        or len(shown.quote.split()) not in WORDS
        or is_odd(shown.quote)
    ):
        return None
    return shown


def _figure(
    shown: _Shown, right: Amount, beside: str, everywhere: Sequence[Amount], part: str
) -> SingleBest | None:
    """The question for one figure of what is shown, None where the rest would give it away."""
    text = shown.clause.quote
    rest = f"{text[: right.start]} {GAP} {text[right.end :]}"
    if re.search(r"\b(?:the|these|those|this|that|same)\s*$", text[: right.start], re.IGNORECASE):
        return None
    before = text[: right.start]
    if before.count('"') % 2 or before.count("“") > before.count("”"):
        return None  # what is printed on something decides nothing
    inside = text.rfind("(", 0, right.start) > text.rfind(")", 0, right.start)
    if not sets_threshold(text[right.start : right.end]) or (inside and figures(rest)):
        return None
    if re.search(rf"\b{re.escape(text[right.start : right.end])}\b", rest):
        return None
    options = choice(right, beside, everywhere)
    if options is None:
        return None
    gapped = f"{text[: right.start]}{GAP}{text[right.end :]}"
    gapped = re.sub(rf"\b(a|an) {GAP}", f"a {GAP}", " ".join(gapped.split()))
    if shown.lead:
        gapped = f"{shown.lead} … {gapped}"
    stem = f"{place(shown.clause)}: which figure belongs in the gap? “{gapped}”"
    level: Difficulty = ("easy", "medium", "hard")[options.from_sop]
    why = shown.sentence.said()
    return SingleBest(
        "",
        part,
        level,
        Sentence(stem, authored=True),
        tuple(Option(right.written(value), value == right.value, why) for value in options.values),
    )
