"""Decides which figures a text holds, in digits or in words: value, unit and bound.

`£75` is `75 pounds` is `seventy-five pounds`; `up to three days` is `no more than 3 days`. English.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace

from indexing.figures import Figure
from indexing.number_words import (
    BEFORE_UNITS,
    BOUND_SIGNS,
    BOUNDS_AFTER,
    BOUNDS_BEFORE,
    BOUNDS_BEFORE_TIME,
    CURRENCIES,
    MONTHS,
    ORDINALS,
    SCALES,
    SCALES_OF_HEAT,
    SHORT_UNITS,
    TENS,
    UNDER_TWENTY,
    UNITS,
)

_TOKEN = re.compile(
    r"\d{4}-\d\d-\d\d(?!\w)|\d{1,2}/\d{1,2}/\d{2,4}(?!\w)"
    r"|\d{1,2}:\d\d(?::\d\d)?(?!\d)|\d{1,2}\.\d\d(?=\s?[ap]\.?m\b)"
    r"|\d+(?:\.\d+){2,}|\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,])|\d+(?:\.\d+)?"
    r"|[ap]\.m\.?|[^\W\d_][\w’']*(?:[.:@/][\w’']+)*|[^\W\d]\w*|\S",
)
_DIGITS = re.compile(r"\d")


def tokens(text: str) -> list[str]:
    """Words, numbers and marks of a text in their order; a hyphenated word gives its parts."""
    return _TOKEN.findall(text)


def with_figures(said: Sequence[str]) -> list[str | Figure]:
    """The tokens with every figure, its unit and its bound drawn together into one."""
    found: list[str | Figure] = []
    at = 0
    while at < len(said):
        read = _date(said, at) or _clock(said, at) or _times(said, at)
        read = read or _single(said, at) or _number(said, at)
        if read is None:
            found.append(said[at])
            at += 1
            continue
        figure, after = read
        figure, after = _bounded_after(figure, said, after)
        found.append(_bounded_before(figure, found))
        at = after
    return list(_ranges(found))


def is_unit(word: str) -> bool:
    """Whether a word is a unit's name and hardly anything else."""
    return UNITS.get(word.casefold(), "time") not in {"time", "second", "point", "°", "foot"}


def _number(said: Sequence[str], at: int) -> tuple[Figure, int] | None:
    start, currency = at, ""
    if said[at].casefold() in CURRENCIES and at + 1 < len(said):
        currency, at = CURRENCIES[said[at].casefold()], at + 1
    if _DIGITS.match(said[at]):
        value, at = _canonical(said[at]), at + 1
        if at < len(said) and said[at].casefold() in SCALES:
            value, at = _scaled(value, said[at].casefold()), at + 1
        elif at < len(said) and said[at] in {"st", "nd", "rd", "th"}:
            return Figure(value, "", "", "ordinal", said[at - 1] + said[at]), at + 1
        weak = False
    else:
        spelled = _spelled(said, at)
        if spelled is None:
            return None
        value, after, ordinal = spelled
        weak = after - at == 1 and said[at].casefold() == "one"
        at = after
        if ordinal:
            return Figure(value, "", "", "ordinal", " ".join(said[start:at])), at
    unit, after = _unit(said, at)
    unit, after = (currency, after if unit == currency else at) if currency else (unit, after)
    if not unit and start and said[start - 1].casefold() in UNITS:
        unit = UNITS[said[start - 1].casefold()] + "#"  # "day 91" counts no days
    return Figure(value, unit, "", "number", _said(said[start:after]), weak), after


def _single(said: Sequence[str], at: int) -> tuple[Figure, int] | None:
    """The 1 of `a day` and `per hour`; the unit stays a word as well."""
    if said[at].casefold() not in {"a", "an", "per", "each", "every"} or at + 1 >= len(said):
        return None
    unit = UNITS.get(said[at + 1].casefold(), "")
    if unit not in {"minute", "hour", "day", "week", "month", "year"}:
        return None
    return Figure("1", unit, "", "number", f"{said[at]} {said[at + 1]}", weak=True), at + 1


def _times(said: Sequence[str], at: int) -> tuple[Figure, int] | None:
    """`Twice`, and `once` where a bound before it shows that it counts."""
    word = said[at].casefold()
    counts = word == "once" and at > 0 and said[at - 1].casefold() in {"than", "most", "least"}
    if not counts and word not in {"twice", "thrice"}:
        return None
    value = {"once": "1", "twice": "2", "thrice": "3"}[word]
    return Figure(value, "time", "", "number", said[at]), at + 1


def _unit(said: Sequence[str], at: int) -> tuple[str, int]:
    """The unit that follows a number, and where it ends."""
    if at >= len(said):
        return "", at
    if said[at] in "-‑‐" and at + 1 < len(said) and said[at + 1].casefold() in UNITS:
        at += 1
    word = said[at].casefold()
    if word in {"working", "business"} and at + 1 < len(said) and _is(said[at + 1], "day"):
        return "workday", at + 2
    if word in BEFORE_UNITS and at + 1 < len(said) and said[at + 1].casefold() in UNITS:
        return UNITS[said[at + 1].casefold()], at + 2
    if word in UNITS:
        if at + 1 < len(said) and word == "percentage" and _is(said[at + 1], "point"):
            return "point", at + 2
        if at + 1 < len(said) and _is(word, "°") and said[at + 1].casefold() in SCALES_OF_HEAT:
            return SCALES_OF_HEAT[said[at + 1].casefold()], at + 2
        return UNITS[word], at + 1
    if word in SHORT_UNITS and said[at] == word:
        return SHORT_UNITS[word], at + 1
    return "", at


def _is(word: str, unit: str) -> bool:
    return UNITS.get(word.casefold()) == unit


def _spelled(said: Sequence[str], at: int) -> tuple[str, int, bool] | None:
    """A number in words: its value, where it ends, whether it is an ordinal."""
    total, group, seen, first = 0, 0, False, at
    while at < len(said):
        word = said[at].casefold()
        if (
            word in UNDER_TWENTY
            and (group % 10 == 0 or not seen)
            and (group % 100 == 0 or group % 100 > 19)
        ):
            group += UNDER_TWENTY[word]
        elif word in TENS and group % 100 == 0:
            group += TENS[word]
        elif word == "dozen" and group < 20:
            group = 12 * max(group, 1)
        elif word == "hundred" and group < 100:
            group = max(group, 1) * 100
        elif word in SCALES and word != "hundred" and (seen or at == first):
            total, group = total + max(group, 1) * SCALES[word], 0
        elif word in ORDINALS and group % 10 == 0:
            return str(total + group + ORDINALS[word]), at + 1, True
        elif seen and word in {"and", "-"} and at + 1 < len(said) and _goes_on(said, at, group):
            at += 1
            continue
        else:
            break
        seen, at = True, at + 1
    if not seen:
        return None
    return str(total + group), at, False


def _goes_on(said: Sequence[str], at: int, group: int) -> bool:
    following = said[at + 1].casefold()
    if said[at] == "-":
        return group % 100 > 19 and (following in UNDER_TWENTY or following in ORDINALS)
    return group >= 100 and group % 100 == 0 and (following in UNDER_TWENTY or following in TENS)


def _date(said: Sequence[str], at: int) -> tuple[Figure, int] | None:
    token = said[at]
    if re.fullmatch(r"\d{4}-\d\d-\d\d", token):
        return Figure(token, kind="date", said=token), at + 1
    if re.fullmatch(r"\d{1,2}/\d{1,2}/\d{2,4}", token):
        # Day or month first cannot be told, so such a date is only the same as itself.
        return Figure(f"--{token.replace('/', '|')}", kind="date", said=token), at + 1
    day = month = ""
    after = at
    if re.fullmatch(r"\d{1,2}", token):
        day, after = token, at + 1
        after += after < len(said) and said[after] in {"st", "nd", "rd", "th"}
        after += after < len(said) and said[after].casefold() == "of"
        month = _month(said, after)
        after += 1
    elif month := _month(said, at):
        after = at + 1
        if after < len(said) and re.fullmatch(r"\d{1,2}", said[after]):
            day, after = said[after], after + 1
            after += after < len(said) and said[after] in {"st", "nd", "rd", "th"}
    if not (day and month):
        return None
    year = "-"
    comma = after < len(said) and said[after] == ","
    if after + comma < len(said) and re.fullmatch(r"(?:19|20)\d\d", said[after + comma]):
        year, after = said[after + comma], after + comma + 1
    return Figure(f"{year}-{month}-{int(day):02}", kind="date", said=_said(said[at:after])), after


def _month(said: Sequence[str], at: int) -> str:
    if at >= len(said) or not said[at][:1].isupper():
        return ""
    number = MONTHS.get(said[at].casefold().rstrip("."))
    return f"{number:02}" if number else ""


def _clock(said: Sequence[str], at: int) -> tuple[Figure, int] | None:
    half = said[at + 1].casefold().replace(".", "") if at + 1 < len(said) else ""
    spelled = str(UNDER_TWENTY.get(said[at].casefold(), said[at]))
    match = re.fullmatch(r"(\d{1,2})(?:[:.](\d\d))?(?::\d\d)?", spelled)
    if match is None or (":" not in said[at] and half not in {"am", "pm"}):
        return None
    hour, minute, after = int(match[1]), match[2] or "00", at + 1
    if half in {"am", "pm"}:
        hour, after = hour % 12 + (12 if half == "pm" else 0), at + 2
    return Figure(f"{hour:02}:{minute}", kind="clock", said=_said(said[at:after])), after


def _bounded_before(figure: Figure, found: list[str | Figure]) -> Figure:
    """The figure with the bound that stands before it, whose words are taken off `found`."""
    if found and isinstance(found[-1], str) and found[-1] in BOUND_SIGNS:
        return replace(figure, bound=BOUND_SIGNS[str(found.pop())])
    skip = 0
    while skip < 2 and len(found) > skip and _word(found[-1 - skip]) in {"the", "a", "day", "of"}:
        skip += 1
    patterns = (
        BOUNDS_BEFORE + BOUNDS_BEFORE_TIME if figure.kind in {"date", "clock"} else BOUNDS_BEFORE
    )
    for skipped in range(skip + 1):
        end = len(found) - skipped
        for pattern, bound in patterns:
            for length in (4, 3, 2, 1):
                words = [_word(token) for token in found[max(0, end - length) : end]]
                if len(words) == length and re.fullmatch(pattern, " ".join(words)):
                    del found[end - length : end]
                    return replace(figure, bound=bound, said=f"{' '.join(words)} {figure.said}")
    return figure


def _bounded_after(figure: Figure, said: Sequence[str], at: int) -> tuple[Figure, int]:
    if at < len(said) and said[at] == "+":
        return replace(figure, bound=">="), at + 1
    for length in (3, 2, 1):
        words = " ".join(said[at : at + length]).casefold()
        for pattern, bound in BOUNDS_AFTER:
            if len(said) >= at + length and re.fullmatch(pattern, words):
                return replace(figure, bound=bound, said=f"{figure.said} {words}"), at + length
    return figure, at


def _ranges(found: Sequence[str | Figure]) -> Iterator[str | Figure]:
    """Two figures joined by `to`, a dash or `between … and` as the ends of one range."""
    tokens_ = list(found)
    for at, token in enumerate(tokens_[:-2]):
        joint, last = _word(tokens_[at + 1]), tokens_[at + 2]
        if not (isinstance(token, Figure) and isinstance(last, Figure)):
            continue
        between = at > 0 and _word(tokens_[at - 1]) == "between"
        if joint in {"to", "-", "–", "—"} or (joint == "and" and between):
            if token.kind == "number" and last.kind == "number":
                token = replace(token, unit=token.unit or last.unit, weak=False)
                last = replace(last, unit=last.unit or token.unit, weak=False)
            if not token.bound or token.bound == ">=":
                tokens_[at] = replace(token, bound="from")
            if not last.bound or last.bound == "<=":
                tokens_[at + 2] = replace(last, bound="to")
            tokens_[at + 1] = ""
    return (token for token in tokens_ if token)


def _word(token: str | Figure) -> str:
    return token.casefold() if isinstance(token, str) else ""


def _said(said: Sequence[str]) -> str:
    return re.sub(r"(?<=[£$€]) | (?=%)", "", " ".join(said))


def _canonical(digits: str) -> str:
    """Digits in one spelling: no thousands separators, no zeros that end a decimal."""
    plain = "".join(
        str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in digits if sign != ","
    )
    return plain.rstrip("0").rstrip(".") if plain.count(".") == 1 else plain


def _scaled(value: str, scale: str) -> str:
    whole, _, decimals = value.partition(".")
    zeros = len(str(SCALES[scale])) - 1
    if len(decimals) > zeros:
        return f"{value} {scale}"
    return (whole + decimals + "0" * (zeros - len(decimals))).lstrip("0") or "0"
