"""The whole path of a module as a script through `jobaid chat --json`, played by five people."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from databases import Server
from local_page import make_demo

from bot import app, demo
from bot.database import Database
from bot.settings import Settings
from bot.terminal import Terminal
from learning.store import fetch_person

REVIEW = "web:review"
TICKS = "Accurate\nRight tone\nCompliant"
SME, LD, AUTHOR, LEARNER = (
    "dana@example.com",
    "jo@example.com",
    "mia@example.com",
    "priya@example.com",
)


@dataclass
class Script:
    """A terminal that is written to and read line by line, as another program would."""

    house: app.House
    terminal: Terminal
    said: list[str]

    async def line(self, **told: Any) -> list[dict[str, Any]]:
        """Write one line; everything that is printed until `idle`."""
        del self.said[:]
        await self.terminal.take(json.dumps(told))
        events = [json.loads(each) for each in self.said]
        assert events.pop() == {"event": "idle"}
        return events

    async def press(
        self, who: str, event: dict[str, Any], label: str, **fields: str
    ) -> list[dict[str, Any]]:
        """Press a button of a card as it was printed, with the fields named by their beginnings."""
        card = event["card"]
        named = {
            block["name"]: fields[block["name"].partition(":")[0]]
            for block in card["blocks"]
            if block["type"] == "field" and block["name"].partition(":")[0] in fields
        }
        button = next(
            button
            for block in card["blocks"]
            if block["type"] == "buttons"
            for button in block["buttons"]
            if button["label"] == label
        )
        press = {"card": card["id"], "action": button["action"], "subject": button["subject"]}
        return await self.line(
            **{"as": who, "place": event["place"], "press": press, "fields": named}
        )

    async def review_card(self) -> dict[str, Any]:
        """The newest card of the review channel, as it stands."""
        events = await self.line(**{"as": SME, "show": REVIEW})
        return [each for each in events if _has_buttons(each["card"])][-1]


def _has_buttons(card: dict[str, Any]) -> bool:
    return any(block["type"] == "buttons" for block in card["blocks"])


@pytest.fixture
async def script(server: Server, database: Database, tmp_path: Path) -> AsyncIterator[Script]:
    make_demo(database)
    settings = Settings(_env_file=None, jobaid_home=tmp_path, jobaid_embeddings="none")  # type: ignore[call-arg]
    async with app.open_house(settings, database) as house:
        await demo.load_samples(house, None, lambda _: None)
        async with house.pool.connection() as conn:
            person = await fetch_person(conn, AUTHOR)
        assert person
        said: list[str] = []
        terminal = Terminal(house, person, said.append, said.append, True)
        async with app.open_services(house) as services:
            terminal.start(services)
            yield Script(house, terminal, said)


async def test_fields_inside_a_press_are_refused_with_the_way_to_write_it(script: Script) -> None:
    press = {"card": "1", "action": "a", "subject": "b", "fields": {"ticks": TICKS}}
    (refused,) = await script.line(press=press)
    assert refused["event"] == "error"
    assert "fields beside press, not inside it" in refused["error"]


@pytest.mark.parametrize("place", ["web:review", "review", "jobaid-review", "#jobaid-review"])
async def test_the_review_channel_goes_by_the_name_people_see(script: Script, place: str) -> None:
    assert await script.line(show=place, **{"as": SME}) == []
    (refused,) = await script.line(show=place, **{"as": LEARNER})
    assert refused["error"] == "You cannot read or write there. Choose a place that is open to you."


async def test_from_a_gap_to_a_published_module(script: Script) -> None:
    gaps = await script.line(say="gaps service-agent")
    (asked,) = await script.press(AUTHOR, gaps[0], "Draft a module")
    drafted = await script.press(
        AUTHOR, asked, "Draft it", kind="Job aid", context="At the till, with the customer waiting"
    )
    assert any("Draft for review" in event["card"]["summary"] for event in drafted), drafted

    card = await script.review_card()
    sent_back = await script.press(SME, card, "Request changes", comment="Name the limit first.")
    assert any("sent back by Dana Cole" in event["card"]["summary"] for event in sent_back)

    card = await script.review_card()
    (refused,) = await script.press(AUTHOR, card, "Approve", ticks=TICKS)
    assert refused["event"] == "whisper"
    assert "You drafted this one" in refused["card"]["summary"]
    (refused,) = await script.press(LEARNER, card, "Approve", ticks=TICKS)
    assert refused["event"] == "error", "learners are not in the review channel"

    await script.press(SME, card, "Approve", ticks=TICKS)
    card = await script.review_card()
    published = await script.press(LD, card, "Approve", ticks=TICKS)
    assert any(event["card"]["summary"].startswith("Published") for event in published)
    (again,) = await script.press(LD, card, "Approve", ticks=TICKS)
    assert "is published" in again["card"]["summary"]


async def test_an_sme_gives_each_question_its_figure(script: Script) -> None:
    gaps = await script.line(say="gaps service-agent")
    (asked,) = await script.press(AUTHOR, gaps[0], "Draft a module")
    kind, context = "Quiz questions", "At the till, with the customer waiting"
    await script.press(AUTHOR, asked, "Draft it", kind=kind, context=context)
    card = await script.review_card()
    events = await script.press(SME, card, "Approve", ticks=TICKS)
    (form,) = [event for event in events if event["card"]["summary"].startswith("Before you")]
    label = [
        button["label"]
        for block in form["card"]["blocks"]
        if block["type"] == "buttons"
        for button in block["buttons"]
    ][-1]
    (refused,) = await script.press(SME, form, label, ticks=TICKS)
    assert "Still to give: q1" in refused["card"]["summary"]
    events = await script.press(SME, form, label, ticks=TICKS, rating="6")
    assert any("Approved as SME" in event["card"]["summary"] for event in events)
    async with script.house.pool.connection() as conn:
        (row,) = await (await conn.execute("select just_competent from review.approval")).fetchall()
    assert set(row[0].values()) == {6}
