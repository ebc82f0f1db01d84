"""A card too long for one message: its parts, and that each fits every platform and none is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import gallery
import pytest
import slack_limits
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.render import render as slack
from bot.teams.render import MOST_BYTES, size_of
from bot.teams.render import render as teams
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
    plain,
)
from handlers.parts import first_part, later_part, part_of
from handlers.wording import CUT_SHORT

CLAIMS = 40
_CLAIM = "Above £75 a shift lead approves the refund at the till before any money is given back."


def review_card(claims: int) -> Card:
    """A draft for review: each claim beside its passage, then what is ticked, written and pressed."""
    blocks: list[Block] = [Heading("Draft for review", "due Thursday 14:00")]
    for number in range(1, claims + 1):
        blocks.append(Text(f"**Claim {number}.** {_CLAIM} [{number % 9 + 1}]"))
        blocks.append(Quote(f"{number}. {_CLAIM} " * 5, "Returns and refunds §4.2, version 7"))
    sources = (
        Source(n, f"SOP {n}", "§1", "7", date(2026, 5, 4), "Dana Cole", f"https://sops.example/{n}")
        for n in range(1, 10)
    )
    blocks += [
        Sources(tuple(sources)),
        Note("Drafted by AI."),
        Field("checks:r7", "Checked", "ticks", ("Accurate", "Right tone", "Compliant")),
        Field("comment:r7", "Comment", "long_text"),
        Buttons((Button("Approve", "review.approve", "module:42", "primary"),)),
    ]
    return Card("Draft for review", tuple(blocks))


def all_parts(card: Card) -> list[Card]:
    """Every part, each reached by the button of the one before."""
    parts = [first_part(card, "review.more", "module:42")]
    while button := more_button(parts[-1]):
        subject, number = part_of(button.subject)
        assert (subject, number) == ("module:42", len(parts) + 1)
        part = later_part(card, button.action, subject, number)
        assert part
        parts.append(part)
    return parts


def more_button(card: Card) -> Button | None:
    rows = (block.buttons for block in card.blocks if isinstance(block, Buttons))
    return next((button for row in rows for button in row if button.label == "More"), None)


def words_of(blocks: tuple[Block, ...]) -> Iterator[str]:
    """What is there to be read, as single words, without what a part adds."""
    for block in blocks:
        match block:
            case Text(markdown) | Note(markdown, "warning"):
                yield from plain(markdown).split()
            case Steps(items, start):
                for at, item in enumerate(items):
                    yield from (str(start + at), *plain(item).split())
            case Facts(rows):
                yield from (word for row in rows for cell in row for word in cell.split())
            case Quote(text, source):
                yield from (*text.split(), *source.split())
            case _:
                pass


def is_cut(card: Card) -> bool:
    """Whether a platform would leave something out."""
    drawn = str(slack(card)[1]) + str(teams(card))
    return CUT_SHORT in drawn


def test_a_card_that_fits_stays_as_it_is() -> None:
    card = review_card(3)
    assert first_part(card, "review.more", "module:42") == card
    assert later_part(card, "review.more", "module:42", 2) is None


def test_a_review_of_forty_claims_is_shown_whole_and_in_order() -> None:
    card = review_card(CLAIMS)
    parts = all_parts(card)
    assert len(parts) > 2
    shown = [word for part in parts for word in words_of(part.blocks)]
    assert shown == list(words_of(card.blocks))
    for part in parts:
        assert slack_limits.refused(*slack(part)) == []
        assert size_of(teams(part)) <= MOST_BYTES
        assert not is_cut(part)


def test_what_is_pressed_and_filled_in_stands_on_the_first_part_alone() -> None:
    card = review_card(CLAIMS)
    first, *later = all_parts(card)
    assert first.blocks[-3:] == card.blocks[-3:]
    for part in later:
        assert not [block for block in part.blocks if isinstance(block, Field)]
        labels = [b.label for row in part.blocks if isinstance(row, Buttons) for b in row.buttons]
        assert labels in (["More"], [])
    assert more_button(later[-1]) is None


def test_a_claim_stands_with_its_passage() -> None:
    for part in all_parts(review_card(CLAIMS)):
        kinds = [type(block) for block in part.blocks]
        assert kinds.count(Text) == kinds.count(Quote)
        assert kinds[1] is Text


def test_every_part_names_itself_and_the_sources_of_its_marks() -> None:
    parts = all_parts(review_card(12 + CLAIMS))
    assert parts[0].blocks[0] == Heading("Draft for review", "due Thursday 14:00")
    for number, part in enumerate(parts[1:], start=2):
        assert part.blocks[0] == Heading("Draft for review", f"part {number} of {len(parts)}")
        assert part.summary == f"Draft for review (part {number} of {len(parts)})"
    for part in parts:
        marks = {f"[{s.number}]" for b in part.blocks if isinstance(b, Sources) for s in b.entries}
        said = " ".join(words_of(part.blocks))
        assert marks == {f"[{n}]" for n in range(1, 10) if f"[{n}]" in said}


# Those of the gallery that are a first part already are left to their own tests.
@pytest.mark.parametrize(
    "name", [name for name, card in gallery.CARDS.items() if more_button(card) is None]
)
def test_of_no_card_anything_is_left_out(name: str) -> None:
    card = gallery.CARDS[name]
    parts = all_parts(card)
    shown = [word for part in parts for word in words_of(part.blocks)]
    assert shown == list(words_of(card.blocks))
    assert not any(map(is_cut, parts))


def test_sources_that_no_words_name_stand_on_the_first_part() -> None:
    source = Source(1, "Card handling", "§2", "3", date(2026, 2, 11), "Lee", "https://a.example/")
    quotes = (Quote("A line of the SOP.\n" * 200, f"[{n}] Card handling") for n in range(1, 7))
    first, *later = all_parts(Card("From Card handling", (*quotes, Sources((source,)))))
    assert Sources((source,)) in first.blocks
    assert later
    assert not any(isinstance(block, Sources) for part in later for block in part.blocks)


def test_numbers_of_steps_go_on() -> None:
    steps = tuple(f"Count the till {number} times and sign for it. [1]" for number in range(1, 121))
    lists = [
        block
        for part in all_parts(Card("Counting", (Heading("Counting"), Steps(steps))))
        for block in part.blocks
        if isinstance(block, Steps)
    ]
    assert len(lists) > 1
    at = 1
    for each in lists:
        assert each.start == at
        at += len(each.items)


def test_steps_say_on_every_part_under_which_heads_they_stand() -> None:
    blocks: list[Block] = [Heading("Guide")]
    for level in ("Novice", "Expert"):
        blocks.append(Text(f"**{level}**"))
        for section in range(1, 4):
            blocks += [Text(f"*{section}. Refunds*"), Steps(("Count the till twice. [1]",) * 25)]
    _, *later = all_parts(Card("Guide", tuple(blocks)))
    assert later
    for part in later:
        _, first, second, *_ = part.blocks
        assert first in (Text("**Novice**"), Text("**Expert**"))
        assert isinstance(second, Text)
        assert second.markdown.endswith("Refunds*")


def test_long_words_are_never_parted_inside_markup() -> None:
    said = "".join(
        f"**Rule {n} holds. It does, *always*.** See `F{n}`; then wait. " for n in range(120)
    )
    shown = [
        plain(block.markdown)
        for part in all_parts(Card("Rules", (Text(said),)))
        for block in part.blocks
        if isinstance(block, Text)
    ]
    assert len(shown) > 1
    assert "".join(shown).split() == plain(said).split()
    assert "*" not in "".join(shown)


@pytest.mark.parametrize(
    ("subject", "meant"),
    [
        ("module:42#3", ("module:42", 3)),
        ("module:42", ("module:42", 1)),
        ("module:42#", ("module:42#", 1)),
        ("module:42#0", ("module:42", 0)),
        ("module:42#99999", ("module:42#99999", 1)),
        ("module:42#٣x", ("module:42#٣x", 1)),
        ("#2", ("#2", 1)),
        ("", ("", 1)),
    ],
)
def test_a_subject_names_its_part(subject: str, meant: tuple[str, int]) -> None:
    assert part_of(subject) == meant


@pytest.mark.parametrize("number", [-1, 0, 1, 99])
def test_there_is_no_part_beyond_the_last(number: int) -> None:
    assert later_part(review_card(CLAIMS), "review.more", "module:42", number) is None


_WORDS = st.text(max_size=3000) | st.sampled_from(list(gallery.HOSTILE.values()))
_BLOCK = st.one_of(
    st.builds(Heading, _WORDS, _WORDS),
    st.builds(Text, _WORDS.map(literal)),
    st.builds(Steps, st.lists(_WORDS.map(literal), max_size=9).map(tuple), st.integers(1, 40)),
    st.builds(Facts, st.lists(st.tuples(_WORDS, _WORDS), max_size=9).map(tuple)),
    st.builds(Quote, _WORDS, _WORDS),
)


@settings(deadline=None, max_examples=60)
@given(st.builds(Card, _WORDS, st.lists(_BLOCK, max_size=30).map(tuple)))
def test_whatever_is_said_nothing_is_lost(card: Card) -> None:
    shown = [word for part in all_parts(card) for word in words_of(part.blocks)]
    assert "".join(shown) == "".join(words_of(card.blocks))
