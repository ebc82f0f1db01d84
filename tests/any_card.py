"""Cards of every kind of block, with any words in them, for what must hold whatever is said."""

from __future__ import annotations

from gallery import HOSTILE
from hypothesis import strategies as st

from handlers.cards import (
    Block,
    Button,
    Buttons,
    Card,
    Facts,
    Field,
    Heading,
    Note,
    Quote,
    Source,
    Sources,
    Steps,
    Text,
    literal,
)

_BLANK = ("", " ", "\r", "\n\n", "\N{NO-BREAK SPACE}")
_TEXT = st.text(max_size=200) | st.sampled_from([*HOSTILE.values(), *_BLANK])
_MARKDOWN = _TEXT | _TEXT.map(literal)
_SOURCE = st.builds(Source, st.integers(1, 99), _TEXT, _TEXT, _TEXT, st.dates(), _TEXT, _TEXT)
_BUTTON = st.builds(Button, _TEXT, st.just("a.b"), st.just("c:1"), confirm=_TEXT)
_FIELD = st.builds(
    Field,
    st.integers(1, 9).map("f{}:r1".format),
    _TEXT,
    st.sampled_from(("text", "long_text", "choice", "ticks")),
    st.lists(_TEXT, max_size=5).map(tuple),
    _TEXT,
    _TEXT,
)


def any_card(most_blocks: int, most_buttons: int) -> st.SearchStrategy[Card]:
    """Cards of up to so many blocks, and so many buttons in a row."""
    buttons = st.lists(_BUTTON, max_size=most_buttons).map(tuple)
    block: st.SearchStrategy[Block] = st.one_of(
        st.builds(Heading, _TEXT, _TEXT),
        st.builds(Text, _MARKDOWN),
        st.builds(Steps, st.lists(_MARKDOWN, max_size=5).map(tuple), st.integers(1, 40)),
        st.builds(Facts, st.lists(st.tuples(_TEXT, _TEXT), max_size=4).map(tuple)),
        st.builds(Quote, _TEXT, _TEXT),
        st.builds(Note, _MARKDOWN, st.sampled_from(("quiet", "warning"))),
        st.builds(Sources, st.lists(_SOURCE, max_size=4).map(tuple)),
        st.builds(Buttons, buttons),
        _FIELD,
    )
    blocks = st.lists(block, max_size=most_blocks, unique_by=_name)
    return st.builds(Card, _TEXT, blocks.map(tuple))


def _name(block: Block) -> str | int:
    """No two fields of a card have one name; other blocks have none."""
    return block.name if isinstance(block, Field) else id(block)
