"""Who asks how to do something is told the steps, and what to know before them; found by MiniLM."""

from __future__ import annotations

from pathlib import Path

import pytest
from local_model import local_embedder
from sop_folder import GOVERNANCE, TODAY, Shop

from handlers.services import Connection
from indexing.answers import answer
from indexing.nouns import Answered
from indexing.token_states import TokenStates

FILES = {
    "descaling.md": """\
        # How to descale the espresso machine

        Keeps the espresso machine at the bar in working order.

        ## Before you start

        - The machine is cold and unplugged.
        - You have the descaling powder and a two-litre jug.

        Warning: Never mix the powder with bleach.

        ## Steps

        1. Fill the tank with one litre of water and one sachet of powder.
        2. Press and hold the clean button until the lamp blinks.
        3. Let it run through, then empty the tray.

        ## If something goes wrong

        If the lamp stays red, call the engineer on 4410.
        """,
    "till-roll.md": """\
        # Replacing the till roll

        ## Before you start

        Sign out of the till. Have a new roll at hand.

        Warning: Do not touch the print head; it is hot.

        ## Procedure

        1. Lift the cover.
        2. Take out the old roll.
        3. Put in the new roll with the paper coming from below.

        ## Afterwards

        Throw the old core in the paper bin.
        """,
    "kayaks.md": """\
        # Cleaning a kayak

        ## What you need

        A sponge, fresh water and mild soap.

        ## How to do it

        1. Rinse off the salt.
        2. Wash it with soap and a sponge.

        ## Storage

        Store the kayak on its side, never flat on its hull.
        """,
    "passwords.md": """\
        # Reset a customer's password

        ## Prerequisites

        The customer is on the phone. Verify the customer before you reset a password.

        ## Steps

        1. Open Security.
        2. Choose Send link.

        ## Notes

        The link works for 30 minutes. A customer cannot reset a password twice in an hour.
        """,
    "accidents.md": """\
        # Accidents

        ## A colleague is hurt

        1. Ring the first aider.
        2. Stay with them.

        ## A customer is hurt

        Help first. Then save the camera recording of the last two hours.

        ## Reports to the authorities

        1. A broken bone: keep the recording and ring 5500 at once.
        """,
}


@pytest.fixture
async def shop(conn: Connection, tmp_path: Path) -> Shop:
    (tmp_path / "governance.yaml").write_text(GOVERNANCE.replace("[service-agent]", "[everyone]"))
    shop = Shop(conn, tmp_path)
    for name, text in FILES.items():
        shop.write(name, text)
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


@pytest.mark.parametrize(
    ("question", "steps", "before"),
    [
        (
            "How do I descale the espresso machine?",
            3,
            {
                "The machine is cold and unplugged.",
                "You have the descaling powder and a two-litre jug.",
                "Warning: Never mix the powder with bleach.",
            },
        ),
        (
            "How do I replace the till roll?",
            3,
            {"Sign out of the till.", "Warning: Do not touch the print head; it is hot."},
        ),
        ("replacing the till roll, what are the steps", 3, set()),
        ("how do i clean a kayak", 2, {"A sponge, fresh water and mild soap."}),
        ("How do I reset a customer's password?", 2, {"The customer is on the phone."}),
        ("how to change the paper in the till", 3, set()),
    ],
)
async def test_how_to_do_something_is_told_by_its_steps(
    shop: Shop, question: str, steps: int, before: set[str]
) -> None:
    told = await ask(shop, question)
    assert [quote.step for quote in told.quotes if quote.step] == list(range(1, steps + 1))
    assert before <= {quote.text for quote in told.quotes}
    opening = {n for n, one in enumerate(told.cited, 1) if one.section == one.title}
    assert next(q.step for q in told.quotes if q.number not in opening) == 1, "the steps lead"


@pytest.mark.parametrize(
    ("question", "section"),
    [
        ("what do i need to clean a kayak", "What you need"),
        ("is it ok to mix the descaling powder with bleach", "Before you start"),
        ("how do i throw away the old core", "Afterwards"),
        ("how do i store a kayak", "Storage"),
        ("a customer is hurt, how do i save the camera recording", "A customer is hurt"),
    ],
)
async def test_what_is_asked_of_another_section_is_told_from_there(
    shop: Shop, question: str, section: str
) -> None:
    assert (await ask(shop, question)).cited[0].section == section
