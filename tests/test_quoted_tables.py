"""Tables and paragraphs in answers: rows with their columns' names, paragraphs whole, gaps said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import TypeAdapter
from test_quoting import PARCEL, answered, chosen, document

from handlers.answering import reply_text
from handlers.cards import Text
from handlers.source_cards import source_card
from indexing.nouns import Answered
from indexing.quotes import stretches
from indexing.quoting import Chosen, choose
from indexing.tables import row_words, with_heads

MATRIX = """\
## Matrix

Never answer from memory.

| Dish | Milk | Fish | Without |
|---|---|---|---|
| Burger | yes | no | milk (cheese) |
| Salmon soup | yes | yes | |
| Caesar salad | yes | yes | gluten (croutons) |
| Brownie | yes | no | - |
"""
DISPUTES = """\
## No-shows

A reservation becomes a no-show at 04:00. Others are released at 18:00.

When a guest disputes the charge, listen and write down the reason. An agent refunds nothing alone. \
Above 200 euro the manager decides.

Mark the no-show in the extranet within 48 hours.
"""
ALARM = """\
## False alarm

i) The guard finds no fire.

ii) Silence the alarm, then reset the panel. Only after the guard has confirmed by radio.

iii) Call the floors within 15 minutes.

iv) Write it in the logbook.
"""


def rows(found: Chosen) -> list[str]:
    return [quote.text for quote in found.quotes if quote.head]


def said(found: Chosen) -> str:
    return reply_text(answered(found), {}, told=False)


async def test_a_question_about_a_column_is_told_every_row() -> None:
    found = await chosen("which dishes have fish", document(MATRIX))
    assert len(rows(found)) == 4
    assert all(
        quote.head == "| Dish | Milk | Fish | Without |" for quote in found.quotes if quote.head
    )
    text = said(found)
    assert "• “Dish: Caesar salad; Milk: yes; Fish: yes; Without: gluten (croutons)” [1]" in text
    assert "• “Dish: Salmon soup; Milk: yes; Fish: yes” [1]" in text
    assert "|" not in text
    assert "Not shown" not in text


async def test_a_question_about_a_row_is_told_that_row_and_how_many_others_there_are() -> None:
    found = await chosen("caesar salad without gluten?", document(MATRIX))
    assert rows(found) == ["| Caesar salad | yes | yes | gluten (croutons) |"]
    assert "Not shown here: 3 more rows of the table. Show source has the whole." in said(found)
    # What is exported is what stands in the passage, word for word.
    [passage] = found.cited
    assert all(part in passage.text for part in stretches(passage.text, found.quotes, 1))


async def test_of_a_table_that_is_too_long_the_best_rows_are_told() -> None:
    many = "".join(f"| Dish {n} | {'a word and ' * 8}end |\n" for n in range(1, 30))
    table = document(f"## Long\n\n| Name | Text |\n|---|---|\n{many}")
    best = sorted(table, key=lambda one: "Dish 17 " not in one.text and "Dish 23 " not in one.text)
    found = await chosen("the dish 17 and dish 23", best, table)
    assert {"17", "23"} <= {row.split()[2] for row in rows(found)}
    [left] = found.left_out
    assert left.rows == 29 - len(rows(found))
    assert (left.steps, left.points) == ((), 0)


@pytest.mark.parametrize(
    ("head", "row", "words"),
    [
        ("| Dish | Fish |", "| Soup | yes |", "Dish: Soup; Fish: yes"),
        ("| Dish | |", "| Soup | yes |", "Dish: Soup; yes"),
        ("| Dish | Fish |", "| Soup | |", "Dish: Soup"),
        ("| Dish | Fish |", "| a | b | c |", "a; b; c"),
        ("", "| Soup | yes |", "Soup; yes"),
    ],
)
def test_a_row_is_read_behind_the_names_of_its_columns(head: str, row: str, words: str) -> None:
    assert row_words(head, row) == words


def test_a_table_without_names_of_columns_keeps_its_first_row() -> None:
    first = "| Purpose | This procedure says how parcels are taken back. |"
    lines = ["Above.", first, "| Scope | All shops. |", "Below.", "| Dish | Fish |"]
    assert list(with_heads(lines)) == [(0, ""), (1, ""), (2, ""), (3, ""), (4, "")]
    cut = ["| A | B |", "| 1 | 2 |", "| A | B |", "| 3 | 4 |"]
    assert list(with_heads(cut)) == [(1, "| A | B |"), (3, "| A | B |")]


async def test_a_sentence_brings_its_paragraph() -> None:
    found = await chosen("guest disputes the charge, reason", document(DISPUTES))
    words = [quote.text for quote in found.quotes]
    at = words.index("When a guest disputes the charge, listen and write down the reason.")
    assert words[at + 1 : at + 3] == [
        "An agent refunds nothing alone.",
        "Above 200 euro the manager decides.",
    ]


async def test_what_counts_is_quoted_by_whole_lines_and_gaps_are_said() -> None:
    filler = "\n\n".join(f"{mark}) {'Something else again. ' * 18}" for mark in ("v", "vi", "vii"))
    section = document(f"{ALARM}\n{filler}\n")
    found = await chosen("silence the alarm", section, section)
    words = [quote.text for quote in found.quotes]
    at = words.index("ii) Silence the alarm, then reset the panel.")
    assert words[at + 1] == "Only after the guard has confirmed by radio."
    [left] = found.left_out
    shown = sum(word.split()[0].endswith(")") for word in words)
    assert shown + left.points == 7


async def test_small_roman_and_lettered_numbers_are_steps_to_who_asks_how() -> None:
    found = await chosen("how do I reset after a false alarm", document(ALARM))
    assert [quote.text.split()[0] for quote in found.quotes] == ["i)", "ii)", "iii)", "iv)"]
    lettered = ALARM.replace("iv)", "C.4").replace("iii)", "C.3").replace("ii)", "C.2")
    found = await chosen("how do I reset", document(lettered.replace("i)", "C.1", 1)))
    assert [quote.text.split()[0] for quote in found.quotes] == ["C.1", "C.2", "C.3", "C.4"]


def test_the_whole_of_a_table_is_read_by_its_columns_too() -> None:
    [passage] = document(MATRIX)
    card = source_card([(1, replace(PARCEL, text=passage.text))], {})
    told = "\n".join(block.markdown for block in card.blocks if isinstance(block, Text))
    assert "• Dish: Caesar salad; Milk: yes; Fish: yes; Without: gluten (croutons)" in told
    assert "|" not in told


def test_a_record_of_an_answer_without_rows_is_still_read() -> None:
    old = {"text": "Sign.", "number": 1, "step": 2, "warning": False, "listed": True}
    record = {"heading": "x", "quotes": [old], "cited": [], "written_for": [], "left_out": []}
    assert TypeAdapter(Answered).validate_python(record).quotes[0].head == ""


CASH = """\
## Cash-up

Count the till with the cashier present, and put the takings in a bag. {filler}

## Differences

What to do when the till is short at cash-up:

1. Up to 5 euro: enter it and carry on. {more}
2. Above 5 euro: count again with a second person. {more}
3. Above 20 euro: call the manager. {more}
"""


@pytest.mark.parametrize(("words", "all_of_it"), [(0, True), (40, False)])
async def test_what_announces_a_list_brings_it_or_its_beginning(
    words: int, all_of_it: bool
) -> None:
    text = CASH.format(filler="", more="and so on " * words)
    passages = document(text)
    section = [one for one in passages if one.section == "Differences"]
    first, *rest = [one for one in passages if one.section == "Cash-up"]
    found = await chosen("till short at cash-up", [first, *section, *rest], [first], section)
    told = [quote.text for quote in found.quotes]
    assert "What to do when the till is short at cash-up:" in told
    steps = [quote.step for quote in found.quotes if quote.step]
    assert steps == list(range(1, len(steps) + 1))
    assert (len(steps) == 3) is all_of_it
    assert steps
    assert bool(found.left_out) is not all_of_it


async def test_clauses_that_count_are_quoted_without_a_gap_where_they_fit() -> None:
    text = (
        "## General\n\n1.1 Only operatives with a licence may do it.\n\n1.2 The bay is a no-smoking"
        " area. Gas is given off.\n\n1.3 The following shall be worn: shield, gloves and boots.\n"
    )
    found = await chosen("what do i wear, which licence", document(text))
    assert [quote.text.split()[0] for quote in found.quotes] == ["1.1", "1.2", "Gas", "1.3"]
    assert not found.left_out


async def test_a_question_before_does_not_choose_the_row() -> None:
    table = document(
        "## Decide\n\n| Seen | Distance | Action |\n|---|---|---|\n| Gas canister | 5 m | Quarantine"
        " cage |\n| Unknown powder | 25 m | Do not touch, call 999 |\n| Leaking acid | 15 m | Kit B |\n"
    )
    before, question = "how long in the quarantine cage", "white powder comes out"
    found = await choose([f"{before}\n{question}", question], table, [table], None, None)
    assert "| Unknown powder | 25 m | Do not touch, call 999 |" in rows(found)
