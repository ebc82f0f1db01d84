"""Headings that are steps: all are told to who asks how to do what the document is about."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from local_model import local_embedder
from sop_folder import GOVERNANCE, TODAY, Shop
from test_quoting import document
from test_source_cards import NAMES, PASSAGE

from handlers.answer_lines import source_marks
from handlers.cards import Sources, Text
from handlers.services import Connection
from handlers.source_cards import source_card
from indexing.answers import answer
from indexing.headed import NONE, Headed, Placed, procedure
from indexing.nouns import Answered
from indexing.passages import split
from indexing.quotes import stretches
from indexing.token_states import TokenStates

ACCOUNT = """\
# Opening an account

## Policy

No account is opened without a verified identity.

### Step 1 – Verify the identity

Ask for a passport. Compare the photograph with the customer.

- Check the expiry date.
- Copy both sides.

### Step 2 – Search the register

Search the register for the name. If there is a hit, call 4411.

### Step 3 – Open it

The customer signs both copies.

## Records

Keep the copies for 10 years.
"""
BOILER = """\
# Boiler restart

## 1. Isolate the gas

Close valve V3. **Warning:** Never restart with the tag on.

## 2. Purge the chamber

Run the fan for 5 minutes.

## 3. Relight

Press reset once. If there is no flame after 10 seconds, close V3 and wait.

## 4. Log the restart

Write the time and the pressure in the log.
"""
LEAVE = """\
# Booking leave

## 1. Purpose

How leave is booked.

## 2. Request

Send the request to your manager two weeks ahead.

## 3. Responsibilities

The manager answers within three days.
"""
PUMP = "# Starting the pump\n\n" + "".join(
    f"## Step {n} – Turn valve {n}\n\n{f'Turn valve {n} until the needle rests. ' * 6}\n\n"
    for n in range(1, 10)
)


def placed(title: str, markdown: str) -> list[Placed]:
    found = document(markdown, title=title)
    headings = [passage.headings for passage in split(title, markdown)]
    return list(zip(headings, found, strict=True))


def told(title: str, markdown: str, fits_best: str, question: str) -> Headed:
    """The headed procedure that is told where a section of this heading fits best."""
    whole = placed(title, markdown)
    best = next(passage for _, passage in whole if passage.section == fits_best)
    return procedure(whole, [replace(best, score=2.0)], question)


@pytest.mark.parametrize(
    ("fits_best", "question", "steps"),
    [
        ("Step 3 – Open it", "How do I open an account?", 3),
        ("Policy", "what are the steps to open an account", 3),
        ("Step 1 – Verify the identity", "how do I open an account for a customer", 3),
        ("Step 1 – Verify the identity", "how do I verify the identity for an account", 0),
        ("Step 2 – Search the register", "how do I search the register", 0),
        ("Records", "how do I keep the copies of an account", 0),
        (
            "Step 2 – Search the register",
            "opening an account: what do I do first, the register?",
            3,
        ),
    ],
)
def test_all_steps_are_told_to_who_asks_for_what_the_document_is_about(
    fits_best: str, question: str, steps: int
) -> None:
    found = told("Opening an account", ACCOUNT, fits_best, question)
    assert [number for number, _ in found.steps.values()] == list(range(1, steps + 1))
    if steps:
        assert found.steps[found.passages[0].passage_id] == (1, "Verify the identity")


def test_numbered_headings_are_steps_where_they_say_what_to_do() -> None:
    found = told("Boiler restart", BOILER, "4. Log the restart", "how do I restart the boiler")
    assert [name for _, name in found.steps.values()] == [
        *("Isolate the gas", "Purge the chamber", "Relight", "Log the restart"),
    ]
    assert told("Booking leave", LEAVE, "2. Request", "how do I book leave") == NONE


@pytest.mark.parametrize(
    "markdown",
    [
        ACCOUNT.replace("Step 2 –", "Step 4 –"),
        ACCOUNT.replace("Step 2 – Search", "Search").replace("Step 3 – Open", "Open"),
        BOILER.replace("## 3. Relight", "## Relight"),
        BOILER.replace("Isolate", "Purging").replace("Purge", "Purging").replace("Log", "Purging"),
    ],
)
def test_headings_that_do_not_count_on_or_only_name_parts_are_no_steps(markdown: str) -> None:
    title = markdown.partition("\n")[0].removeprefix("# ")
    whole = placed(title, markdown)
    assert procedure(whole, [whole[-1][1]], f"how to: {title}") == NONE


@pytest.fixture
async def shop(conn: Connection, tmp_path: Path) -> Shop:
    (tmp_path / "governance.yaml").write_text(GOVERNANCE.replace("[service-agent]", "[everyone]"))
    shop = Shop(conn, tmp_path)
    shop.write("accounts.md", ACCOUNT)
    shop.write("boiler.md", BOILER)
    shop.write("pump.md", PUMP)
    await shop.index(embedder=await local_embedder())
    return shop


async def ask(shop: Shop, question: str) -> Answered:
    embedder = await local_embedder()
    everyone = ("everyone",)
    reply = await answer(
        shop.conn, question, (), everyone, everyone, TODAY, embedder, TokenStates(embedder)
    )
    assert isinstance(reply.outcome, Answered), question
    return reply.outcome


async def test_an_answer_has_the_steps_as_one_list_from_one_source(shop: Shop) -> None:
    found = await ask(shop, "how do I restart the boiler")
    assert [quote.step for quote in found.quotes] == [1, 2, 3, 4]
    assert found.quotes[0].text == (
        "Isolate the gas\nClose valve V3. Warning: Never restart with the tag on."
    )
    assert set(source_marks(found)) == {1}
    assert (found.heading, found.cited[0].section) == ("Boiler restart", "Boiler restart")
    # What is exported of them stands in the document word for word, names of steps apart.
    spans = [
        span
        for number, passage in enumerate(found.cited, 1)
        for span in stretches(passage.text, found.quotes, number)
    ]
    assert spans == [passage.text for passage in found.cited]


async def test_one_step_is_told_alone_to_who_asks_for_it(shop: Shop) -> None:
    found = await ask(shop, "how do I check the register for a customer")
    assert found.cited[0].section == "Step 2 – Search the register"
    assert not any(quote.step for quote in found.quotes)


async def test_a_long_procedure_says_which_of_its_steps_are_not_shown(shop: Shop) -> None:
    found = await ask(shop, "how do I start the pump")
    shown = [quote.step for quote in found.quotes]
    [left] = found.left_out
    assert [*shown, *left.steps] == list(range(1, 10))
    assert len(shown) >= 2


def test_the_whole_of_such_a_procedure_names_each_step_and_is_cited_once() -> None:
    steps = [
        (1, replace(PASSAGE, passage_id=n, section=f"Step {n} – Go on", text=f"Do {n}."))
        for n in (1, 2)
    ]
    card = source_card(steps, NAMES)
    texts = [block.markdown for block in card.blocks if isinstance(block, Text)]
    assert texts == ["**Step 1 – Go on** [1]", "Do 1.", "**Step 2 – Go on** [1]", "Do 2."]
    [sources] = [block for block in card.blocks if isinstance(block, Sources)]
    assert [(one.title, one.section) for one in sources.entries] == [("Returns and refunds", "")]
