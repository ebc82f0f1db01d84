"""Every card of the gallery as the terminal draws it."""

from __future__ import annotations

import pytest
from gallery import CARDS, RAW
from golden import check, strays

from bot.terminal import render

EVERY = {**CARDS, **RAW}


@pytest.mark.parametrize("name", EVERY)
def test_a_card_is_drawn_as_it_was(name: str) -> None:
    check(f"terminal/{name}.txt", render(EVERY[name]) + "\n")


def test_no_golden_file_is_left_over() -> None:
    assert not strays("terminal", {f"{name}.txt" for name in EVERY})


@pytest.mark.parametrize("name", EVERY)
def test_nothing_drawn_can_steer_a_terminal(name: str) -> None:
    drawn = render(EVERY[name])
    assert not [c for c in drawn if ord(c) < 32 and c != "\n"]
