"""Decides when two figures agree: value, unit and bound, however they were spelled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Bound = Literal["", "<", "<=", ">", ">=", "within", "from", "to", "about"]
Kind = Literal["number", "ordinal", "date", "clock"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, date or time of day. `value` is decimal digits, `2026-03-01`, `--03-01` or `17:00`.

    `unit` is canonical (`minute`, `workday`, `£`, `%`), empty for a bare count. `bound` `from` and
    `to` are the ends of a range. `weak` marks the word "one", which often counts nothing.
    """

    value: str
    unit: str = ""
    bound: Bound = ""
    kind: Kind = "number"
    said: str = ""
    weak: bool = False


def agrees(said: Figure, source: Figure) -> bool:
    """Whether value and kind are the same; a date may leave out the year it does not name."""
    if said.kind == "date" and source.kind == "date":
        left, right = said.value.rsplit("-", 2), source.value.rsplit("-", 2)
        return left[1:] == right[1:] and left[0] in {"-", right[0]}
    return said.value == source.value and (said.kind == "date") == (source.kind == "date")


def unit_agrees(said: Figure, source: Figure) -> bool:
    """Whether the unit is the same. One left out is no other one."""
    if not said.unit:
        return source.unit != "#"
    if said.unit == "°" and source.unit in {"°C", "°F"}:
        return True
    return source.unit in {said.unit, f"{said.unit}#"}


def bound_agrees(said: Figure, source: Figure) -> bool:
    """Whether both set the same bound; `within`, `up to` and a plain figure count as one."""
    left, right = said.bound, source.bound
    if left == right:
        return True
    loose = {"", "within", "<=", "about", "to", "from"}
    if {left, right} <= loose:
        return {left, right} not in ({"<=", "from"}, {"to", "from"}, {"about", "<="})
    return {left, right} == {">=", "from"}


def bounds_contrary(said: Figure, source: Figure) -> bool:
    """Whether one is a bound from below and the other from above."""
    above, below = {">", ">="}, {"<", "<=", "within"}
    return (said.bound in above and source.bound in below) or (
        said.bound in below and source.bound in above
    )
