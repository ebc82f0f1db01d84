"""Competency files: what is taken, what is refused, and what a statement has to say."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from textwrap import dedent

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from skills_world import NOW, SAMPLES, audited, load_people

from handlers import competencies
from handlers.services import Connection
from learning.competencies import Competency, Part, Source, circle_in
from learning.statements import unclear
from learning.store.competencies import fetch_competencies, fetch_competency, fetch_domains
from learning.verbs import ACTION_VERBS, VAGUE_VERBS, third_person

ONE = """\
- id: refunds
  domain: refunds
  role: service-agent
  statement: "Refunds goods without a receipt within 3 minutes, to the original card"
  level: standard
  validated_by: dana@example.com
  validated_on: 2026-10-01
  source: {person: ade@example.com, kind: head}
  parts:
    - {id: look-up, statement: "Looks a purchase up by card when the receipt is lost"}
"""


class World:
    """A database with the sample people, and a folder for files."""

    def __init__(self, conn: Connection, folder: Path) -> None:
        self.conn = conn
        self.folder = folder

    async def take(self, text: str) -> tuple[bool, str]:
        path = self.folder / "competencies.yaml"
        path.write_text(dedent(text), "utf-8")
        async with self.conn.transaction():
            taken, lines = await competencies.on_import(self.conn, path, "tests", NOW)
        return taken, "\n".join(lines)

    async def refused(self, text: str) -> str:
        taken, said = await self.take(text)
        assert not taken, said
        return said


@pytest.fixture
async def world(conn: Connection, tmp_path: Path) -> World:
    await load_people(conn)
    await conn.commit()
    return World(conn, tmp_path)


# Files


async def test_a_file_is_stored_whole_and_the_import_is_written_down(world: World) -> None:
    taken, said = await world.take(ONE)
    assert taken, said
    stored = await fetch_competency(world.conn, "refunds")
    assert stored == Competency(
        "refunds",
        "refunds",
        "service-agent",
        "Refunds goods without a receipt within 3 minutes, to the original card",
        "standard",
        "dana@example.com",
        stored.validated_on if stored else None,
        (Source("ade@example.com", "head"),),
        (Part("look-up", "Looks a purchase up by card when the receipt is lost"),),
    )
    assert stored.is_validated
    assert stored.is_confirmed
    assert str(stored.validated_on) == "2026-10-01"
    assert await audited(world.conn, "competencies.imported") == [("tests", "competencies.yaml")]


async def test_the_sample_file_goes_in_out_and_in_again_unchanged(world: World) -> None:
    taken, said = await world.take((SAMPLES / "competencies.yaml").read_text("utf-8"))
    assert taken, said
    before = await fetch_competencies(world.conn)
    assert {one.role for one in before} == {"service-agent", "shift-lead", "warehouse-operative"}
    exported = await competencies.on_export(world.conn)
    taken, said = await world.take(exported)
    assert taken, said
    assert "0 new or changed" in said
    assert await fetch_competencies(world.conn) == before
    assert await competencies.on_export(world.conn) == exported


async def test_what_a_file_leaves_out_stays(world: World) -> None:
    await world.take(ONE)
    await world.take(ONE.replace("id: refunds", "id: returns").replace("look-up", "find-it"))
    assert [one.id for one in await fetch_competencies(world.conn)] == ["refunds", "returns"]
    assert await fetch_domains(world.conn) == ("refunds",)


@pytest.mark.parametrize(
    ("change", "entry", "field", "remedy"),
    [
        (("service-agent", "service-agnet"), "(refunds)", "role", "did you mean service-agent"),
        (("service-agent", "astronaut"), "(refunds)", "role", "import the people who have it"),
        (("domain: refunds\n  ", ""), "(refunds)", "domain", "is missing; add it"),
        (("domain: refunds", "domain: Re funds"), "(refunds)", "domain", "small letters"),
        (("level: standard", "levle: standard"), "(refunds)", "levle", "did you mean level"),
        (("level: standard", "level: ''"), "(refunds)", "level", "is empty"),
        (("2026-10-01", "2027-10-01"), "(refunds)", "validated_on", "still to come"),
        (("2026-10-01", "soon"), "(refunds)", "validated_on", "write a day as 2026-05-04"),
        (("2026-10-01", "2026-02-30"), "competencies.yaml", "", "the YAML is broken"),
        (("  validated_on: 2026-10-01\n", ""), "(refunds)", "validated_on", "who and when"),
        (("dana@example.com", "dan@example.com"), "(refunds)", "validated_by", "dan@example.com"),
        (("kind: head", "kind: job-descripton"), "(refunds)", "source[1].kind", "job-description"),
        (("person: ade@example.com, ", ""), "(refunds)", "source.person", "say who by e-mail"),
        (("{person: ade@example.com, kind: head}", "[]"), "(refunds)", "source", "is empty"),
        (("id: refunds", "id: re funds"), "(re funds)", "id", "write an id"),
        (("{id: look-up, ", "{"), "(refunds)", "parts[1].id", "is missing"),
        (("id: look-up, statement", "id: look-up, words"), "(refunds)", "parts[1].words", "known"),
    ],
)
async def test_a_refusal_names_entry_field_and_remedy(
    world: World, change: tuple[str, str], entry: str, field: str, remedy: str
) -> None:
    said = await world.refused(ONE.replace(*change))
    assert "nothing has changed" in said
    assert any(
        entry in line and f" {field}" in line and remedy in line for line in said.splitlines()
    ), said
    assert await fetch_competencies(world.conn) == []
    assert await audited(world.conn, "competencies.imported") == []


async def test_everything_that_is_wrong_is_said_at_once(world: World) -> None:
    wrong = ONE.replace("service-agent", "astronaut").replace("level: standard", "level: ''")
    said = await world.refused(ONE.replace("id: refunds", "id: other") + wrong + "- just words\n")
    assert len(said.splitlines()) >= 3
    assert "entry 2 (refunds) level" in said
    assert "entry 3" in said


@pytest.mark.parametrize(
    "text", ["", "refunds: yes", "[", "- [1, 2]", "\t- x: 1", "- &a [*a]", "- 3", "- {id: [1]}"]
)
async def test_what_is_no_list_of_competencies_is_refused(world: World, text: str) -> None:
    assert "was not imported" in await world.refused(text)


async def test_bytes_that_are_no_text_and_a_missing_file_are_refused(
    world: World, tmp_path: Path
) -> None:
    path = tmp_path / "bytes.yaml"
    path.write_bytes(b"- id: \xff\xfe")
    taken, lines = await competencies.on_import(world.conn, path, "tests", NOW)
    assert not taken
    assert "UTF-8" in lines[1]
    taken, lines = await competencies.on_import(world.conn, tmp_path / "none", "tests", NOW)
    assert not taken
    assert "cannot be read" in lines[1]


async def test_an_id_that_stands_twice_is_refused(world: World) -> None:
    assert "refunds id: stands twice" in await world.refused(ONE + ONE)


async def test_a_part_stands_in_one_competency_only(world: World) -> None:
    other = ONE.replace("id: refunds", "id: returns")
    assert "look-up parts: stands in two competencies" in await world.refused(ONE + other)
    await world.take(ONE)
    assert "stands in two competencies" in await world.refused(other)
    assert "already; rename one" in await world.refused(
        other.replace("id: returns", "id: look-up").replace("{id: look-up,", "{id: own,")
    )


CIRCLE = """
- {id: a, domain: d, role: service-agent, level: "1", source: {person: ade@example.com, kind: head},
   statement: Refunds goods within 3 minutes, parts: [{id: b}]}
- {id: b, domain: d, role: service-agent, level: 2, source: {person: ade@example.com, kind: head},
   statement: Exchanges goods within 3 minutes, parts: [{id: c}]}
- {id: c, domain: d, role: service-agent, level: 3, source: {person: ade@example.com, kind: head},
   statement: Voids a sale within 3 minutes, parts: [{id: LAST}]}
"""


async def test_parts_that_run_in_a_circle_are_refused_with_the_circle(world: World) -> None:
    said = await world.refused(CIRCLE.replace("LAST", "a"))
    assert "a → b → c → a" in said
    assert "c → c" in await world.refused(CIRCLE.replace("LAST", "c"))
    assert "no competency by itself" in await world.refused(CIRCLE.replace("LAST", "x"))


async def test_a_circle_through_what_is_stored_is_refused(world: World) -> None:
    taken, said = await world.take(CIRCLE.replace(", parts: [{id: LAST}]", ""))
    assert taken, said
    stored = await fetch_competency(world.conn, "a")
    assert stored is not None
    assert stored.parts == (Part("b", "Exchanges goods within 3 minutes", linked=True),)
    last = "- {id: c" + CIRCLE.partition("- {id: c")[2].replace("LAST", "a")
    assert "→" in await world.refused(last)


def test_circles_are_found_without_going_deep() -> None:
    ring = {str(number): [str((number + 1) % 5000)] for number in range(5000)}
    assert len(circle_in(ring)) == 5001
    assert circle_in({str(number): [str(number + 1)] for number in range(5000)}) == ()
    assert circle_in({"a": ["b", "c"], "b": ["c"], "c": []}) == ()


async def test_five_thousand_competencies_are_taken_and_five_thousand_mistakes_told(
    world: World,
) -> None:
    rows = [
        {
            "id": f"c{number}",
            "domain": "refunds",
            "role": "service-agent",
            "statement": f"Refunds article {number} within 3 minutes, unaided",
            "level": 1,
            "source": {"person": "ade@example.com", "kind": "head"},
            "parts": [{"id": f"p{number}", "statement": f"Scans article {number} without help"}],
        }
        for number in range(5000)
    ]
    taken, said = await world.take(yaml.dump(rows, Dumper=yaml.CSafeDumper))
    assert taken, said
    assert len(await fetch_competencies(world.conn)) == 5000
    for row in rows:
        row["role"] = "astronaut"
    said = await world.refused(yaml.dump(rows, Dumper=yaml.CSafeDumper))
    assert len(said.splitlines()) < 200


async def test_changed_words_need_a_new_validation(world: World) -> None:
    await world.take(ONE)
    changed = ONE.replace("3 minutes", "5 minutes")
    assert "has changed since" in await world.refused(changed)
    taken, _ = await world.take(changed.replace("2026-10-01", "2026-11-20"))
    assert taken
    again = ONE.replace("3 minutes", "6 minutes")
    taken, said = await world.take("\n".join(x for x in again.splitlines() if "valid" not in x))
    assert taken
    assert "Nobody has validated refunds" in said


async def test_a_relative_day_goes_on_meaning_the_same_day(world: World) -> None:
    relative = ONE.replace("2026-10-01", "today-40d")
    await world.take(relative)
    path = world.folder / "competencies.yaml"
    path.write_text(relative, "utf-8")
    later = NOW.replace(year=2027)
    await competencies.on_import(world.conn, path, "tests", later)
    stored = await fetch_competency(world.conn, "refunds")
    assert stored is not None
    assert str(stored.validated_on) == "2026-10-14"


async def test_a_role_cannot_change(world: World) -> None:
    await world.take(ONE)
    assert "cannot change" in await world.refused(ONE.replace("service-agent", "shift-lead"))


async def test_what_only_a_job_description_names_is_unconfirmed(world: World) -> None:
    taken, said = await world.take(
        ONE.replace("{person: ade@example.com, kind: head}", "{kind: JD}")
    )
    assert taken, said
    assert "unconfirmed" in said
    (one,) = competencies.competencies_json(await competencies.on_list(world.conn))
    assert one["confirmed"] is False
    assert "unconfirmed" in competencies.competencies_table(await competencies.on_list(world.conn))


# Statements

OBSERVABLE = (
    "produces a pivot table from raw export unaided",
    "Processes a refund without a receipt within 3 minutes",
    "Lifts a 20 kg box without help",
    "Reconciles the till to within £1 at close of day",
    "Explains the returns policy to a customer in plain words",
    "Responds to a customer complaint within 24 hours",
    "The agent can refund a purchase to the original card, with no receipt, unaided",
    "Defrosts the walk-in freezer every month without moving stock to another one",
    "Inspects each delivery against the purchase order before signing",
    "Isolates a faulty forklift and tags it out before the next shift",
    "Classifies support tickets by severity with at least 95% accuracy",
    "Correctly completes the accident form within one hour of an accident",
    "Writes a SQL query that joins three tables and returns correct totals",
    "Calculates VAT on a mixed basket without a calculator",
    "Given a raw sales export, builds a pivot table by region unaided",
    "Counts the float to the penny before opening",
    "Evacuates customers to the assembly point in under 3 minutes",
    "Carries out a stock count of one aisle with no more than 1% difference",
    "Logs in to the till when a shift begins",
    "Pipettes 100 microlitres with a deviation of at most 2 %",
    "Welds a butt joint to ISO 5817 level C",
    "Able to apply a tourniquet in under 60 seconds",
    "De-escalates an angry customer by following the four-step script",
    "Butchers a whole chicken into eight pieces in 4 minutes",
    "Recounts the safe with a second person when the total differs",
)

NOT_OBSERVABLE = (
    ("data analysis", "topic"),
    ("Communication skills", "topic"),
    ("customer service", "topic"),
    ("Excel", "topic"),
    ("stock control", "topic"),
    ("Time management within the team", "topic"),
    ("Knowledge of the returns process", "topic"),
    ("Strong leadership", "topic"),
    ("knows the refund policy", "vague_verb"),
    ("Understand the till", "vague_verb"),
    ("understands health and safety", "vague_verb"),
    ("Be aware of GDPR", "vague_verb"),
    ("is aware of fire exits", "vague_verb"),
    ("Familiar with Excel", "vague_verb"),
    ("Demonstrates an understanding of GDPR", "vague_verb"),
    ("knows how to use the till", "vague_verb"),
    ("handles complaints", "vague_verb"),
    ("Works well in a team", "vague_verb"),
    ("ensures quality at all times", "vague_verb"),
    ("Processing refunds", "not_finite"),
    ("writes clearly", "no_object"),
    ("sells", "no_object"),
    ("writes reports", "no_measure"),
    ("Operates the forklift safely", "no_measure"),
    ("Uses Office 365", "no_measure"),
    ("responds to customers in a timely manner", "no_measure"),
    ("Delivers excellent customer service at all times", "no_measure"),
    ("Prepares documents when needed", "no_measure"),
)


@pytest.mark.parametrize("statement", OBSERVABLE)
def test_an_observable_statement_passes(statement: str) -> None:
    assert unclear(statement) is None


@pytest.mark.parametrize(("statement", "lack"), NOT_OBSERVABLE)
def test_a_vague_one_is_refused_with_one_that_would_pass(statement: str, lack: str) -> None:
    found = unclear(statement)
    assert found is not None
    assert found.lack == lack
    assert unclear(found.suggestion) is None


def test_the_suggestion_keeps_what_the_statement_is_about() -> None:
    found = unclear("data analysis")
    assert found is not None
    assert found.suggestion.startswith("analyses data")
    found = unclear("knows how to void a sale")
    assert found is not None
    assert found.suggestion.startswith("voids a sale")


async def test_the_refusal_of_a_statement_says_why_and_what_would_do(world: World) -> None:
    vague = ONE.replace(
        "Refunds goods without a receipt within 3 minutes, to the original card", "x"
    )
    said = await world.refused(vague.replace('statement: "x"', "statement: data analysis"))
    assert "“data analysis” names a topic" in said
    assert "For example: “analyses data" in said


def verbs(words: Iterable[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(sorted(words))


@given(verbs(ACTION_VERBS), st.sampled_from(["the form", "a sale", "two pallets"]))
def test_every_action_verb_with_object_and_measure_passes(verb: str, what: str) -> None:
    assert unclear(f"{third_person(verb)} {what} within 5 minutes") is None
    assert unclear(f"{verb} {what} without help") is None


@given(verbs(VAGUE_VERBS), st.sampled_from(["the form", "stock", ""]), st.booleans())
def test_no_vague_verb_passes_whatever_follows(verb: str, what: str, capital: bool) -> None:
    said = f"{verb} {what} within 5 minutes"
    found = unclear(said.capitalize() if capital else said)
    assert found is not None
    assert unclear(found.suggestion) is None


@given(st.text(max_size=80))
def test_any_text_gets_a_verdict_and_every_suggestion_passes(text: str) -> None:
    found = unclear(text)
    assert found is None or unclear(found.suggestion) is None
