"""A thread, with our own long answers in it: a new subject is a new subject, a follow-up is none."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes import FakeChat, FakeOnce
from local_model import local_embedder
from model_stand_in import scripted

from bot.database import Pool
from handlers import answering
from handlers.cards import plain
from handlers.inbound import Asked, Place
from handlers.services import Connection, Services
from indexing.continuing import asks_what_follows
from indexing.documents import index_path
from indexing.nouns import Turn
from indexing.store import answers as stored
from indexing.token_states import TokenStates
from learning.nouns import Person
from learning.store import act_as, fetch_person, upsert_person

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
THREAD = "web:@sari|1"
FOG = """# Fog at the pier

### A. The first minutes

A.1 Sound the horn for five seconds every minute. Do not stop it for passengers who complain.
A.2 Switch on the amber lamps and put the second deckhand on the bow.
A.3 The deckhand reports "clear" or "not clear" within four minutes.
A.4 Not clear, or no report: call the harbour on channel 12 and name the ferry and its load.

### B. Holding the ferry

B.1 Close the ramp and print the passenger list.
B.2 Passengers go up to the saloon. Nobody stays with the cars.
B.3 Guests who need help are marked "H" on the list. Tell the harbour where they sit.
B.4 Count everybody in the saloon, and give the list to the harbour's officer.

Caution: never open the ramp again before the harbour has cleared the fog signal.

### C. False report

C.1 The deckhand sees the far pier and says so by radio.
C.2 Switch the horn off, then reset the lamps.
C.3 A passenger who tampered with a lamp is charged EUR 180.
"""
TICKETS = """# Missed sailings and refunds

A passenger who has not boarded when the ramp closes has missed the sailing. The ticket office marks
the booking as missed the same evening and keeps the fare of the first crossing.

When a passenger disputes this, listen and promise nothing. Ask for proof, for example a delayed
train or a doctor's note. The office manager decides within three working days. A ticket clerk may
refund nothing alone; the duty manager may refund up to EUR 150; above that only the office manager.
Money goes back to the card that paid. Cash refunds of a card payment are forbidden.
"""
CARS = """# Boarding vehicles

## Measuring high vans

1. Measure each van that is higher than the yellow bar.
2. Above 2.40 metres, sell the van ticket at the ramp.
3. Chain motorcycles to the rail on the left.

## Batteries

Electric cars are charged on deck 2 only, and never overnight.

## Papers

1. Note the deck.
2. Keep the slip of measuring high vans in the drawer.
3. Hand in the drawer key.
"""
GOVERNANCE = """
defaults:
  owner: dana@example.com
  scope: All piers
  version: "7"
  version_on: 2026-05-04
  roles: [everyone]
  competencies: [piers]
  validated_by: lee@example.com
  validated_on: 2026-11-01
documents:
  fog.md: {owner: sam@example.com}
"""


class Conversation:
    """A direct conversation through the handlers, each question a message of its own."""

    def __init__(self, conn: Connection, person: Person, services: Services) -> None:
        self._conn, self._person, self.services = conn, person, services
        self._messages = 0

    async def say(self, text: str) -> str:
        """What is answered, its blocks as one text."""
        self._messages += 1
        at = NOW + timedelta(minutes=self._messages)
        asked = Asked(
            person=self._person,
            place=Place("web:@sari"),
            thread=THREAD,
            message=f"m{self._messages}",
            text=text,
            audience="direct",
            at=at,
        )
        chat = FakeChat()
        await answering.on_asked(self._conn, self.services, chat, FakeOnce(), asked, at)
        turns = await stored.fetch_turns(self._conn, THREAD, before="")
        summary = plain(chat.last[2].summary)
        return turns[-1].text if turns and turns[-2].text == text else summary


async def _services() -> Services:
    embedder = await local_embedder()
    return Services(embedder, TokenStates(embedder))


@pytest.fixture
async def thread(conn: Connection, tmp_path: Path) -> Conversation:
    await act_as(conn, "tests", {})
    await upsert_person(conn, Person(0, "sari@example.com", "Sari Aho", ("clerk",)))
    person = await fetch_person(conn, "sari@example.com")
    assert person
    for name, text in (("fog.md", FOG), ("tickets.md", TICKETS), ("cars.md", CARS)):
        (tmp_path / name).write_text(text)
    (tmp_path / "governance.yaml").write_text(GOVERNANCE)
    await conn.commit()
    services = await _services()
    report = await index_path(
        conn, tmp_path, source="sops", today=NOW.date(), now=NOW, embedder=services.embedder
    )
    assert not report.refused, report
    return Conversation(conn, person, services)


OF_FOG = ("fog is coming in, im alone on the pier", "what do i charge for the lamp", "thanks")


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("missed the boat, she is furious and wants all her money back, train was late", "refund"),
        ("up to how much can the duty manager give back", "EUR 150"),
        ("where do electric cars charge", "deck 2"),
    ],
)
async def test_a_new_subject_is_answered_from_its_own_document(
    thread: Conversation, question: str, says: str
) -> None:
    for before in OF_FOG:
        await thread.say(before)
    said = await thread.say(question)
    assert says in said
    assert "Fog at the pier" not in said


async def test_a_new_subject_is_one_after_a_restart_too(thread: Conversation, pool: Pool) -> None:
    for before in OF_FOG:
        await thread.say(before)
    thread.services = await _services()
    said = await thread.say("missed the boat, wants all her money back, train was late")
    assert "Fog at the pier" not in said
    assert "Missed sailings" in said
    thread.services = await _services()
    assert "EUR 150" in await thread.say("and up to how much can the duty manager give?")


async def test_a_follow_up_keeps_its_document(thread: Conversation) -> None:
    await thread.say("a passenger missed the sailing and wants a refund")
    for follow in ("who decides that", "and if she wants it in cash?", "how long does it take"):
        assert "Missed sailings" in await thread.say(follow)


async def test_and_then_goes_on_behind_the_last_step_that_was_quoted(thread: Conversation) -> None:
    first = await thread.say("what do I do in the first minutes of fog at the pier")
    assert "A.4" in first
    second = await thread.say("and then?")
    assert [mark in second for mark in ("A.1", "A.4", "B.1", "B.4", "C.1")] == [
        *(False, False),
        *(True, True),
        False,
    ]
    thread.services = await _services()
    assert "C.1" in await thread.say("what's next")


async def test_a_step_that_was_quoted_alone_is_gone_on_with(thread: Conversation) -> None:
    assert "Measure each van" in await thread.say("which vans do I measure")
    said = await thread.say("and after that?")
    assert "Measure each van" not in said


async def test_a_refusal_names_nobody_of_the_subject_before(thread: Conversation) -> None:
    await thread.say(OF_FOG[0])
    said = await thread.say("how do I apply for parental leave in Norway")
    assert "No approved SOP covers this" in said
    assert "Fog" not in said
    assert "sam@example.com" not in said


async def test_what_asks_nothing_is_no_turn(thread: Conversation, conn: Connection) -> None:
    await thread.say(OF_FOG[0])
    turns = await stored.fetch_turns(conn, THREAD, before="")
    for text, said in (
        ("ok", "Good."),
        ("great, thanks!", "You're welcome."),
        ("Got it. Thank you very much", "You're welcome."),
    ):
        assert (await thread.say(text)).startswith(said)
    assert await stored.fetch_turns(conn, THREAD, before="") == turns


@pytest.mark.parametrize(
    ("question", "goes_on"),
    [
        ("and then?", True),
        ("ok, what next", True),
        ("What’s next?", True),
        ("and after that", True),
        ("what do I do next?", True),
        ("then refund it?", False),
        ("what comes after the horn", False),
        ("next sailing", False),
    ],
)
def test_what_only_asks_to_go_on(question: str, *, goes_on: bool) -> None:
    thread = [Turn("user", "fog"), Turn("agent", "Sound the horn.")]
    assert asks_what_follows(question, thread) is goes_on
    assert not asks_what_follows(question, thread[:1])


async def test_a_model_is_told_nothing_of_the_old_subject_and_asked_to_reword_nothing(
    thread: Conversation,
) -> None:
    await thread.say("fog is coming in, im alone on the pier")
    async with scripted() as (stand_in, model):
        thread.services = replace(await _services(), language_model=model)
        await thread.say("where do electric cars charge")
        assert stand_in.requests
        told = json.dumps(stand_in.requests)
        assert "electric cars" in told
        assert "Sound the horn" not in told
        assert "fog is coming" not in told
        stand_in.requests.clear()
        await thread.say("and for how long?")
        assert "electric cars" in json.dumps(stand_in.requests[0]), "a follow-up is told its thread"


async def test_a_heading_that_another_step_names_is_not_taken_for_what_was_quoted(
    thread: Conversation,
) -> None:
    assert "Measure each van" in await thread.say("how do I go about measuring high vans")
    said = await thread.say("and then?")
    assert ("drawer key" in said) is ("Note the deck" in said), (
        "not from the middle of another list"
    )
