"""Holds what counts as a quote: every word, figure and sign that stands there, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.quotes import find_quote

TEXT = """Before you [refund], get:
   - the PIN
   - the customer's card

Above £75 (or 1.5 kg), a shift lead approves. Keep 30% back."""


@pytest.mark.parametrize(
    ("quote", "stands"),
    [
        ("the PIN, the customer's card", "the PIN\n   - the customer's card"),
        ("“get: the PIN”", "get:\n   - the PIN"),
        ("you refund, get", "you [refund], get"),
        ("above £75 or", None),  # another case may be another name
        ("Above £75, or 1.5 kg", "Above £75 (or 1.5 kg"),
        ("Above 75 or 1.5", None),
        ("Above £7", None),
        ("Above £75 or 1", None),
        ("5 kg, a shift", None),
        ("lead approves. Keep 30%", "lead approves. Keep 30%"),
        ("lead approves. Keep 30", None),
        ("75 (or 1.5 kg)", None),
        ("Keep 30 back.", None),
        ("the card", None),
        ("a lead approves", None),
        ("", None),
        ("... - —", None),
    ],
)
def test_where_a_quote_stands(quote: str, stands: str | None) -> None:
    place = find_quote(quote, TEXT)
    assert (TEXT[slice(*place)] if place else None) == stands


@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)))
def test_whole_words_of_a_text_are_a_quote_of_it(one: int, other: int) -> None:
    start, end = sorted((one, other))
    words = TEXT[start:end].split()[1:-1]
    if len(words) >= 3:
        assert find_quote(" ".join(words), TEXT)


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_is_too_odd(quote: str, text: str) -> None:
    place = find_quote(quote, text)
    assert place is None or 0 <= place[0] < place[1] <= len(text)
