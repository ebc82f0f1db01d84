"""The conversation of a question when a model is configured: written, refused, down, too often."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import FakeChat, FakeLanguageModel, FakeOnce
from test_answering import GOVERNANCE, NOW, asked, blocks, people

from handlers import answering
from handlers.answer_cards import ENOUGH_WRITTEN, WRITING_UNAVAILABLE, WRITTEN
from handlers.cards import Card, Heading, Note, Sources, joined
from handlers.services import Connection, Services
from indexing.documents import index_path
from indexing.language_model import ModelUnavailable
from indexing.prompts import Check
from learning.nouns import Person

QUOTE = "Above £75 a shift lead approves the refund at the till."
CHECKED = Check(answers=True, quote=QUOTE, number=1)
SAID = "Above £75, a shift lead approves the refund at the till. [1]"

APPROVAL = """# Refund approval

## 1. Who approves a refund

Without a receipt a refund up to £75 needs nobody.
Above £75 a shift lead approves the refund at the till.
"""
__all__ = ["people"]


@pytest.fixture(autouse=True)
async def approval(conn: Connection, people: dict[str, Person], tmp_path: Path) -> None:
    """An SOP beside that of `test_answering`, whose own speaks to models and is not shown to them."""
    folder = tmp_path / "approval"
    folder.mkdir()
    (folder / "approval.md").write_text(APPROVAL)
    (folder / "governance.yaml").write_text(GOVERNANCE.split("documents:")[0])
    report = await index_path(conn, folder, source="approval", today=NOW.date(), now=NOW)
    assert not report.refused


async def ask(
    conn: Connection,
    model: FakeLanguageModel,
    person: Person,
    message: str = "m1",
    limit: int = 20,
    refuses_below: float = 0.65,
) -> FakeChat:
    chat = FakeChat()
    services = Services(None, None, model, limit, refuses_below)
    words = "who approves a refund above £75 without a receipt"
    question = replace(asked(person, words, message), thread=message)
    await answering.on_asked(conn, services, chat, FakeOnce(), question, NOW)
    return chat


def notes(card: Card) -> list[str]:
    return [block.markdown for block in blocks(card, Note) if isinstance(block, Note)]


async def test_a_written_answer_cites_and_says_that_ai_wrote_it(
    conn: Connection, people: dict[str, Person]
) -> None:
    chat = await ask(conn, FakeLanguageModel([CHECKED, SAID]), people["priya"])
    kind, _, card = chat.last
    assert kind == "stream"
    pieces = tuple(joined(chat.streamed))
    assert pieces == card.blocks[: len(pieces)]
    assert isinstance(pieces[0], Heading)
    assert "Above £75, a shift lead approves" in str(pieces[1])
    assert WRITTEN in notes(card)
    assert card.written
    (sources,) = blocks(card, Sources)
    assert isinstance(sources, Sources)
    assert sources.entries[0].title == "Refund approval"
    row = await (
        await conn.execute(
            "select model, prompt <> '', tokens_in > 0, sentences from indexing.answer"
        )
    ).fetchone()
    assert row
    assert row[:3] == ("fake", True, True)
    assert row[3][0]["supported"]


async def test_a_sentence_that_nothing_supports_is_never_shown_but_kept_on_record(
    conn: Connection, people: dict[str, Person]
) -> None:
    lie = "The store manager approves refunds above £57. [1]"
    chat = await ask(conn, FakeLanguageModel([CHECKED, f"{SAID} {lie}"]), people["priya"])
    assert "£57" not in str(chat.said)
    assert "£57" not in str(chat.streamed)
    row = await (await conn.execute("select sentences from indexing.answer")).fetchone()
    assert row
    assert [one["supported"] for one in row[0] if "£57" in one["text"]] == [False]


async def test_what_the_passages_do_not_answer_is_refused(
    conn: Connection, people: dict[str, Person]
) -> None:
    # What is not shown to a model may answer all the same: without it the model's word counts.
    await conn.execute(
        "update indexing.document set withdrawn_on = %s where uri = 'returns.md'", [NOW.date()]
    )
    for check in (
        Check(answers=False, quote="", number=1),
        Check(answers=True, quote="an invented quote of some words", number=1),
    ):
        message = f"m-{check.answers}"
        model = FakeLanguageModel([check])
        chat = await ask(conn, model, people["priya"], message, refuses_below=1.0)
        assert chat.last[2].summary.startswith("No approved SOP covers this. Closest: ")


async def test_a_model_s_doubt_alone_does_not_refuse_what_is_well_covered(
    conn: Connection, people: dict[str, Person]
) -> None:
    model = FakeLanguageModel([Check(answers=False, quote="", number=1)])
    chat = await ask(conn, model, people["priya"], "m-doubted", refuses_below=0.0)
    card = chat.last[2]
    assert not card.written
    assert "Without a receipt a refund up to £75 needs nobody." in str(card.blocks)


@pytest.mark.parametrize(
    "answers",
    [
        [ModelUnavailable("timeout")],
        [CHECKED, ModelUnavailable("rate_limited")],
        [CHECKED, ("Above £75, a shi", ModelUnavailable("cut_off"))],
        [CHECKED, (SAID, ModelUnavailable("cut_off"))],
    ],
)
async def test_a_failing_model_degrades_to_the_quoted_sop_with_one_line(
    conn: Connection, people: dict[str, Person], answers: list[object]
) -> None:
    chat = await ask(conn, FakeLanguageModel(answers), people["priya"])  # type: ignore[arg-type]
    _, _, card = chat.last
    assert WRITING_UNAVAILABLE in notes(card)
    assert "“" in str(card)


async def test_after_so_many_written_answers_in_an_hour_the_sop_is_quoted(
    conn: Connection, people: dict[str, Person]
) -> None:
    for number in range(2):
        await ask(conn, FakeLanguageModel([CHECKED, SAID]), people["priya"], f"m{number}", 2)
    model = FakeLanguageModel([])
    chat = await ask(conn, model, people["priya"], "m-over", 2)
    assert ENOUGH_WRITTEN in notes(chat.last[2])
    assert not model.prompts
    later = replace(asked(people["priya"], "who approves a refund", "m-later"), thread="later")
    services = Services(None, None, FakeLanguageModel([CHECKED, SAID]), 2)
    after = NOW + timedelta(hours=2)
    await answering.on_asked(conn, services, chat, FakeOnce(), later, after)
    assert ENOUGH_WRITTEN not in notes(chat.last[2])
