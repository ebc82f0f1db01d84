"""A file of questions or answers is evaluated, and held against an earlier run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeLanguageModel
from model_stand_in import MODEL, model_stand_in
from test_answering import GOVERNANCE, NOW, SERVICES, people
from test_evaluation import ALL_WELL, PASSAGE, RULE
from test_written_answers import APPROVAL, CHECKED, SAID

from bot import commands
from bot.__main__ import DONE, FAILED, parser
from bot.database import Database
from bot.settings import Settings
from handlers import evaluating, evaluation_report
from handlers.evaluated_lines import Evaluated, Unread
from handlers.evaluating import Earlier, Measured, read_earlier
from handlers.services import Connection, Services
from indexing.documents import index_path
from indexing.language_model import LanguageModel, Usage
from learning.nouns import Person

__all__ = ["people"]


@pytest.fixture
async def approval(conn: Connection, people: dict[str, Person], tmp_path: Path) -> None:
    """An SOP beside that of `test_answering`, whose own speaks to models and is not shown to them."""
    folder = tmp_path / "approval"
    folder.mkdir()
    (folder / "approval.md").write_text(APPROVAL)
    (folder / "governance.yaml").write_text(GOVERNANCE.split("documents:")[0])
    report = await index_path(conn, folder, source="approval", today=NOW.date(), now=NOW)
    assert not report.refused


# A file of questions, a file of answers


async def measured(
    conn: Connection,
    lines: list[Any],
    model: LanguageModel | None = None,
    earlier: Earlier | None = None,
) -> list[Measured]:
    raw = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    services = Services(None, None, model) if model else SERVICES
    run = evaluating.on_eval(conn, services, raw, earlier or Earlier(), NOW, Usage())
    return [one async for one in run]


def as_lines(cases: list[Measured]) -> list[dict[str, Any]]:
    return [json.loads(evaluating.json_line(one)) for one in cases]


def written_again(cases: list[Measured]) -> list[bytes]:
    return [evaluating.json_line(one).encode() for one in cases]


def table(cases: list[Measured], earlier: Earlier | None = None, judge: str = "") -> str:
    return evaluation_report.report(cases, earlier, judge, Usage())


QUESTION = {
    "id": "till",
    "question": "who approves a refund above £75 without a receipt",
    "as": "priya@example.com",
    "reference": "A shift lead, above £75.",
    "gold_doc": "approval",
}
BIKE = {"id": "bike", "question": "how do I service a mountain bike", "answerable": False}


async def test_without_a_model_questions_are_answered_and_checked_by_code(
    conn: Connection, people: dict[str, Person], approval: None
) -> None:
    cases = await measured(conn, [QUESTION, b"", BIKE])
    quoted, refused = as_lines(cases)
    assert (quoted["outcome"], refused["outcome"]) == ("answered", "not_covered")
    assert quoted["evaluation"]["checks"] == ALL_WELL
    assert refused["evaluation"]["checks"]["expected"] is True
    assert "llama_index" not in quoted["evaluation"]
    assert quoted["reference"] == QUESTION["reference"], "so that the file can be evaluated again"
    said = table(cases)
    assert evaluation_report.WITHOUT_MODEL in said
    assert "FAITHFUL" not in said
    rows = [row.split() for row in said.splitlines()]
    assert rows[0][:4] == ["CASE", "ANSWER", "EXPECTED", "SUPPORTED"]
    assert rows[1][:3] == ["till", "quoted", "yes"]
    assert rows[2] == ["bike", "not", "covered", "yes"]
    stored = await (await conn.execute("select count(*) from indexing.answer")).fetchone()
    assert stored == (0,), "nothing is stored"


async def test_a_model_writes_is_checked_and_judges(
    conn: Connection, people: dict[str, Person], approval: None
) -> None:
    lie = "The store manager approves refunds above £57. [1]"
    model = FakeLanguageModel([CHECKED, f"{SAID} {lie}", "YES", "perhaps", "5\nRight."])
    cases = await measured(conn, [QUESTION], model)
    (line,) = as_lines(cases)
    assert (line["written"], line["model"]) == (True, "fake")
    assert line["evaluation"]["checks"] == ALL_WELL
    assert line["evaluation"]["llama_index"] == {
        "judge": "fake",
        "said": {"faithful": 1.0, "relevant": None, "correct": 5.0},
        "failed": {"relevant": "off_schema"},
    }
    assert "£57" not in str(model.prompts[2:]), "what nobody was shown is not judged"
    head, row, *_ = table(cases, judge="fake").splitlines()
    cells = dict(zip(head.split("  "), row.split("  "), strict=False))
    assert head.split()[-3:] == ["FAITHFUL", "RELEVANT", "CORRECT"]
    assert row.split()[-3:] == ["yes", "-", "5.0"], cells
    assert "Missing verdicts (-): 1 no verdict in the reply." in table(cases, judge="fake")


async def test_what_is_answered_already_is_not_answered_again(conn: Connection) -> None:
    answered = {
        "id": 1,
        "outcome": "answered",
        "text": "whatever",
        "citations": [{"uri": "a.md", "quote": "Count the till\ntwice.", "owner": "x"}],
        "passages": [{"uri": "a.md", "text": "First. Count the till twice.", "score": 1}],
        "ms": {"total": 12},
    }
    foreign = {"id": 2, "outcome": "answered", "text": "Trust me."}
    model = FakeLanguageModel(["yes"])
    cases = await measured(conn, [answered, foreign, {"id": 3, "outcome": "blocked"}], model)
    own, other, blocked = (one.now for one in cases)
    assert isinstance(own, Evaluated)
    assert isinstance(other, Evaluated)
    assert isinstance(blocked, Evaluated)
    assert own.checked.found["quotes"]
    assert own.checked.found["supported"]
    assert (other.checked.found["supported"], other.checked.found["citations"]) == (False, False)
    assert (blocked.answer, own.ms) == ("blocked", 12)
    assert not model.answers
    assert "Answers without their question: 2." in table(cases, judge="fake")


UNREADABLE: tuple[tuple[Any, str], ...] = (
    (b"nope", "it is not JSON"),
    (b"\xff\xfe\xfa", "it is not JSON"),
    (b"[" * 100_000, "it is not JSON"),
    (b"[1]", "write an object"),
    ({"id": 1}, "question is missing or is not text"),
    ({"id": 1, "question": 5}, "question: Input should be a valid string"),
    ({"question": "x", "reference": ["y"]}, "reference: Input"),
    ({"question": "x", "answerable": "no"}, "answerable: Input"),
    ({"outcome": "maybe"}, "outcome: Input should be 'answered'"),
    ({"outcome": "answered", "citations": [{"uri": "a"}]}, "citations.0.quote: Field"),
    ({"outcome": "answered", "sentences": [{"text": "x"}]}, "sentences.0.cites: Field"),
    ({"id": 1, "error": "line 9 is not JSON"}, "it was not answered: line 9 is not"),
    ({"question": "x", "as": "who@example.com"}, "Nobody with the e-mail who@"),
)


async def test_a_line_that_cannot_be_read_is_named_with_its_reason(conn: Connection) -> None:
    lines = [line for line, _ in UNREADABLE]
    *bad, good = await measured(conn, [*lines, {"id": 2, "outcome": "not_covered"}])
    for number, (one, (_, reason)) in enumerate(zip(bad, UNREADABLE, strict=True), start=1):
        assert isinstance(one.now, Unread)
        assert one.now.reason.startswith(f"line {number}: {reason}")
        assert evaluating.has_gaps([one, good], Earlier())
    assert isinstance(good.now, Evaluated), "the rest is measured"
    assert all("error" in line for line in as_lines(bad))
    assert f"{len(bad)} lines could not be read or answered:" in table([*bad, good])
    assert not evaluating.has_gaps([good], Earlier())


async def test_nothing_in_a_file_can_steer_a_terminal_or_break_the_output(conn: Connection) -> None:
    hostile = {"id": "a\u001b[2J\n\ud800" + "b" * 99, "outcome": "not_covered", "more": "\ud800"}
    cases = await measured(conn, [hostile])
    assert not [sign for sign in table(cases) if ord(sign) < 32 and sign != "\n"]
    table(cases).encode()
    evaluating.json_line(cases[0]).encode()
    assert as_lines(cases)[0]["id"] == hostile["id"]


# Two runs


def answer(text: str, known: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "id": known or "till",
        "outcome": "answered",
        "written": True,
        "sentences": [{"text": text, "cites": [1], "supported": True}],
        "citations": [{"uri": "returns.md", "quote": PASSAGE}],
        "passages": [{"uri": "returns.md", "text": PASSAGE}],
        **more,
    }


def verdicts(judge: str, faithful: float | None, correct: float) -> dict[str, Any]:
    said = {"faithful": faithful, "relevant": 1.0, "correct": correct}
    return {"llama_index": {"judge": judge, "said": said, "failed": {}}}


async def test_the_cases_that_changed_are_shown_beside_the_earlier_run(conn: Connection) -> None:
    old = [
        answer(RULE, question="who approves", reference="Above £75, a shift lead."),
        answer(RULE, "same", question="a", reference="£75", evaluation=verdicts("fake", 1, 4.5)),
        answer(RULE, "words", question="b"),
        answer(RULE, "gone", question="c"),
        answer(RULE, "twice", question="d"),
        answer(RULE, "twice", question="e"),
        {"id": "bad", "error": "no"},
    ]
    earlier = read_earlier([json.dumps(line).encode() for line in old])
    assert [one.reason for one in earlier.unread] == ["line 7: it was not answered: no"]
    now = [
        answer(RULE.replace("75", "57")),  # as `ask --batch` prints it, without the question
        answer(RULE, "same"),
        answer("A shift lead approves a refund above £75 at the till.", "words"),
        answer(RULE, "twice", question="quite another question"),
        {"id": "twice", "outcome": "not_covered"},
        answer(RULE, "new", question="f"),
    ]
    # Without a reference and a question: faithful and relevant, or faithful alone.
    replies = ["NO", "YES", "2", *("YES", "NO", "4.5"), *("YES",) * 2, *("YES",) * 2, *("YES",) * 2]
    model = FakeLanguageModel([*replies])
    cases = await measured(conn, now, model, earlier)
    assert not model.answers
    lines = as_lines(cases)
    assert lines[0]["changed"] == {"supported": [True, False], "numbers": [True, False]}
    assert lines[0]["question"] == "who approves", "the earlier run knows it"
    assert lines[1]["changed"] == {"relevant": [1.0, 0.0]}
    assert [line.get("changed") for line in lines[2:4]] == [{}, None]
    assert lines[4]["changed"] == {"answer": ["written", "not covered"]}
    said = table(cases, earlier, "fake")
    assert "3 of 4 cases that both runs hold changed." in said
    rows = [" ".join(row.split()) for row in said.splitlines()]
    assert "till supported yes NO worse" in rows
    assert "numbers yes NO worse" in rows
    assert "same relevant yes NO worse" in rows
    assert "twice answer written not covered" in rows
    assert "1 more say it in other words, with the same findings." in rows
    assert "Not compared: 2 cases that only this run holds, 2 only the earlier one." in rows
    assert "IN ALL EARLIER NOW" in rows
    assert "correct, mean of 1 to 5 (LlamaIndex) 4.5 over 1 3.2 over 2" in rows
    assert "1 line of the earlier run could not be read:" in rows
    assert evaluating.has_gaps(cases, earlier)


async def test_a_run_that_is_evaluated_again_has_not_changed(conn: Connection) -> None:
    first = await measured(conn, [answer(RULE, question="a")], FakeLanguageModel(["YES", "NO"]))
    earlier = read_earlier(written_again(first))
    again = await measured(conn, written_again(first), FakeLanguageModel(["YES", "NO"]), earlier)
    assert as_lines(again)[0]["changed"] == {}
    third = as_lines(await measured(conn, written_again(again)))[0]
    assert "changed" not in third
    assert "llama_index" not in third["evaluation"], "nobody judged this time"
    assert "0 of 1 cases that both runs hold changed." in table(again, earlier, "fake")


async def test_verdicts_of_two_judges_are_told_apart(conn: Connection) -> None:
    lines = [answer(RULE, question="a", evaluation=verdicts("old", 1, 4))]
    earlier = read_earlier([json.dumps(line).encode() for line in lines])
    cases = await measured(conn, lines, FakeLanguageModel(["YES", "YES"]), earlier)
    assert "The earlier run was judged by old:" in table(cases, earlier, "fake")
    nobody = read_earlier([json.dumps(answer(RULE, question="a")).encode()])
    assert "No model judged the earlier run" in table(cases, nobody, "fake")


# The command


async def run(database: Database, *arguments: str, **settings: Any) -> int:
    urls = {"database_url": database.url, "database_admin_url": database.admin_url}
    given = Settings(**urls, jobaid_embeddings="none", **settings)
    return await commands.run(parser().parse_args(["eval", "answers", *arguments]), given)


async def test_the_command_evaluates_a_file_and_holds_it_against_an_earlier_one(
    database: Database,
    people: dict[str, Person],
    approval: None,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file, old = tmp_path / "questions.jsonl", tmp_path / "old.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in (QUESTION, BIKE)))
    assert await run(database, str(file), "--json", "--no-model") == DONE
    out, err = capsys.readouterr()
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["till", "bike"]
    assert evaluation_report.WITHOUT_MODEL in err, "the report is not among the lines"

    old.write_text(out.replace("not_covered", "blocked"))
    async with model_stand_in() as stand_in:
        model = {"openai_base_url": stand_in.url, "jobaid_model": MODEL}
        assert await run(database, str(old), "--against", str(old), **model) == DONE
        assert stand_in.requests, "judged"
        asked = len(stand_in.requests)
        assert await run(database, str(file), "--against", str(old), "--no-model", **model) == DONE
        assert len(stand_in.requests) == asked
    first, second = capsys.readouterr().out.split("0 of 2 cases that both runs hold changed.")
    assert "Missing verdicts (-): 3 an error of the endpoint's." in first
    assert "1 of 2 cases that both runs hold changed." in second
    assert evaluation_report.WITHOUT_MODEL in second

    with file.open("a") as lines:
        lines.write("\nnope\n")
    assert await run(database, str(file)) == FAILED
    assert "line 3: it is not JSON" in capsys.readouterr().out
    (empty := tmp_path / "empty.jsonl").write_bytes(b"\n")
    assert await run(database, str(empty)) == FAILED
    assert "It holds no question." in capsys.readouterr().out
    for missing in ([str(tmp_path / "none")], [str(file), "--against", str(tmp_path)]):
        assert await run(database, *missing) == FAILED
        assert "cannot be read" in capsys.readouterr().err


def test_misuse_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in (["eval"], ["eval", "answers"], ["eval", "answers", "a", "--against"]):
        with pytest.raises(SystemExit) as left:
            parser().parse_args(wrong)
        assert left.value.code == 2
