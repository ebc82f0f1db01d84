"""Decides where a sentence holds a figure that can be asked for, and which others are plausible.

A wrong figure is another of the same SOP and unit where there is one, else one near by. It never
is a figure that the same step or paragraph holds.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

_WORDS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
          "eleven", "twelve")  # fmt: skip
LARGEST_WORD = len(_WORDS) - 1
_UNIT = (
    r"%|percent|per cent|(?:working |business |calendar |consecutive )?days?|seconds?|minutes?|hours?"
    r"|weeks?|months?|years?|metres?|meters?|kilometres?|miles?|litres?|liters?|kilograms?|kg|grams?"
    r"|tonnes?|cm|mm|km|ml|mins?|hrs?|pounds|dollars|euros|pence|cents|points|degrees|°C|°F|GiB|MiB"
    r"|GB|MB|KB|TB|feet|inches|mg|psi|rpm|volts"
)
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
_AMOUNT = re.compile(
    rf"(?P<sign>[£$€])\s?(?P<money>{_NUMBER})(?![\d.,]*\d|\s?(?:k|m|million|thousand)\b)"
    rf"|(?<![\w.,/:£$€−–-])(?P<value>{_NUMBER}|{'|'.join(_WORDS[1:])})(?P<gap>\s?-?)(?P<unit>{_UNIT})"
    r"(?![\w/])",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?<![\d:])(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?![\d:])(?!\s?[ap]\.?m)"
)
_NEAR = {
    "day": (1, 2, 3, 5, 7, 10, 14, 21, 28, 30, 45, 60, 90, 120, 180, 365),
    "hour": (1, 2, 4, 8, 12, 24, 36, 48, 72, 96),
    "minute": (1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 90, 120),
    "month": (1, 2, 3, 6, 9, 12, 18, 24, 36),
}
_STEPS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 75, 80)
_ANY = tuple(sorted({step * scale for step in _STEPS for scale in (1, 10, 100, 1000, 10_000)}))
APART = 1.3
"""The least ratio between two options: nearer ones would be a matter of memory alone."""
FAR = 10
"""The greatest: farther ones nobody would choose."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure with its unit at its place in a text. `value` counts minutes for a time of day.

    `form` is how it is written, with `{}` for the number: `£{}`, `{} working days`, `{}-minute`;
    `grouped`: with commas between thousands.
    """

    start: int
    end: int
    value: int
    unit: str
    form: str
    in_words: bool = False
    grouped: bool = False

    def written(self, value: int) -> str:
        """Another value in the same form."""
        if self.unit == "clock":
            return f"{value // 60:02}:{value % 60:02}"
        number = _WORDS[value] if self.in_words else f"{value:,}" if self.grouped else str(value)
        form = self.form
        if value == 1 and form.endswith("s") and len(form.split()[-1]) > 2:
            form = form[:-1]
        elif value != 1 and self.value == 1 and re.search(r" [a-z]{3,}$", form):
            form = f"{form}s"
        return form.format(number)


def amounts(text: str) -> list[Amount]:
    """The figures of a text that have a unit, in order; ends of ranges are none."""
    found = [_amount(match) for match in _AMOUNT.finditer(text)]
    found += [
        Amount(m.start(), m.end(), 60 * int(m["hour"]) + int(m["minute"]), "clock", "{}")
        for m in _CLOCK.finditer(text)
    ]
    return sorted(
        (amount for amount in found if not _ranges(text, amount)), key=lambda each: each.start
    )


def _amount(match: re.Match[str]) -> Amount:
    if match["sign"]:
        value = int(match["money"].replace(",", ""))
        return Amount(
            match.start(),
            match.end(),
            value,
            match["sign"],
            f"{match['sign']}{{}}",
            grouped="," in match["money"],
        )
    said = match["value"].casefold()
    in_words = said in _WORDS
    value = _WORDS.index(said) if in_words else int(said.replace(",", ""))
    unit = match["unit"]
    name = unit.casefold()
    name = name[:-1] if name.endswith("s") and len(name) > 3 else name
    form = f"{{}}{match['gap']}{unit}"
    return Amount(match.start(), match.end(), value, name, form, in_words, "," in said)


def _ranges(text: str, amount: Amount) -> bool:
    number = rf"(?:[£$€]?\d[\d,.:]*|{'|'.join(_WORDS[1:])})"
    before, after = text[: amount.start], text[amount.end :]
    return bool(
        re.search(rf"{number}[\s-]*[\w°%]*\s*(?:to|and|or|[-–—/])\s*$", before, re.IGNORECASE)
        or re.match(rf"\s*(?:to|or|[-–—/]|and)\s*[+−-]?{number}\b", after, re.IGNORECASE)
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """Three values in rising order, and how many of the wrong ones stand in the SOP."""

    values: tuple[int, int, int]
    from_sop: int


def choice(right: Amount, beside: str, elsewhere: Sequence[Amount]) -> Choice | None:
    """The right value and two wrong ones. `beside`: the text it stands in; `elsewhere`: the SOP's.

    No number of the text it stands in is a wrong one, whatever that counts. Where the right one
    stands among the three is drawn from its own text, the same each time.
    """
    taken = _numbers(beside) | {right.value}
    own = {amount.value for amount in elsewhere if amount.unit == right.unit}
    near = [value for value in _near(right) if value not in taken]
    known = sorted(value for value in own - taken if _plausible(right, value))
    by_nearness = [*sorted(known, key=lambda v: _ratio(right.value, v)), *near]
    lower = [value for value in dict.fromkeys(by_nearness) if value < right.value]
    higher = [value for value in dict.fromkeys(by_nearness) if value > right.value]
    said = f"{right.form}{right.value}{right.start}".encode()
    drawn = hashlib.sha256(said).digest()[0] % 3
    tried = [
        [*_apart(lower, below), *_apart(higher, 2 - below)]
        for below in (drawn, (drawn + 1) % 3, (drawn + 2) % 3)
    ]
    wrong = max(tried, key=lambda values: (len(values), sum(value in own for value in values)))
    if len(wrong) < 2 or (right.in_words and max(wrong) >= len(_WORDS)):
        return None
    first, second, third = sorted([*wrong, right.value])
    return Choice((first, second, third), sum(value in own for value in wrong))


def _numbers(text: str) -> set[int]:
    """Every number of a text, times of day as minutes, ends of ranges included."""
    words = re.findall(r"[a-z]+", text.casefold())
    return {
        *(int(found.replace(",", "")) for found in re.findall(_NUMBER, text)),
        *(_WORDS.index(word) for word in words if word in _WORDS),
        *(60 * int(found["hour"]) + int(found["minute"]) for found in _CLOCK.finditer(text)),
    }


def _apart(values: Sequence[int], wanted: int) -> list[int]:
    """So many of the values, best first, none too near another."""
    kept: list[int] = []
    for value in values:
        if len(kept) < wanted and all(_ratio(value, other) >= APART for other in kept):
            kept.append(value)
    return kept


def _near(right: Amount) -> list[int]:
    """Round values about the right one, the nearest first."""
    if right.unit == "clock":
        steps = (30, -30, 60, -60, 90, -90)
        return [right.value + step for step in steps if 0 <= right.value + step < 24 * 60]
    ladder = _NEAR.get(right.unit.split()[-1], _ANY)
    fit = [
        value for value in ladder if _plausible(right, value) and _ratio(right.value, value) <= 4
    ]
    return sorted(fit, key=lambda value: (_ratio(right.value, value), value))


def _plausible(right: Amount, value: int) -> bool:
    if right.unit == "clock":
        return 30 <= abs(value - right.value) <= 6 * 60
    if right.unit in ("%", "percent", "per cent") and value > 100:
        return False
    return value > 0 and APART <= _ratio(right.value, value) <= FAR


def _ratio(one: int, other: int) -> float:
    low, high = sorted((one, other))
    return high / low if low else float("inf")
