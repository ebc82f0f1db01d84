"""Exercises and remedial units drafted without a model: a rubric of clauses, invented cases."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sop_texts import sop_text
from verbatim_drafts import FAULTY, PARTS, SAMPLES, made, request

from learning.modules import RemedialUnit, Scenario
from review.drafting_verbatim.answers import answers
from review.nouns import Drafted, NothingToDraftFrom
from review.verbatim import draft


@pytest.mark.parametrize("uri", SAMPLES)
def test_an_exercise_has_a_rubric_of_clauses_and_three_cases_that_say_they_are_invented(
    uri: str,
) -> None:
    scenario = made("scenario", SAMPLES[uri]).content
    assert isinstance(scenario, Scenario)
    assert 3 <= len(scenario.rubric) <= 6
    assert scenario.model_answer == tuple(c.statement for c in scenario.rubric)
    for criterion in scenario.rubric:
        assert criterion.statement.cites
        assert criterion.passes.authored
        assert criterion.fails.authored
        assert criterion.passes.text != criterion.fails.text
    assert len(set(scenario.variants)) == 3
    for variant in scenario.variants:
        assert variant.situation[0].text.startswith("This case is invented.")
        assert all(line.authored for line in (*variant.situation, variant.task, *variant.hints))
        assert len(variant.hints) <= 2


def test_an_exercise_is_on_what_the_gap_and_its_parts_are_about() -> None:
    asked = replace(request("scenario", *PARTS), gap="refunds-without-receipt")
    result = draft(asked, [SAMPLES["returns/returns-and-refunds.md"]], None)
    assert isinstance(result, Drafted)
    assert result.content.title == "Refund without a receipt"


def test_what_merely_happens_is_no_rule_of_an_exercise() -> None:
    scenario = made(
        "scenario",
        sop_text(
            """
            # Slips
            1. Give the customer the slip. The money arrives in 5 working days.
            2. Sign the copy.
            3. Above £75, a shift lead approves.
            4. Tag the item. It is on the shelf by the end of the day.
            """
        ),
    ).content
    assert isinstance(scenario, Scenario)
    assert [(c.statement.text, c.critical) for c in scenario.rubric] == [
        ("Give the customer the slip.", False),
        ("Sign the copy.", False),
        ("Above £75, a shift lead approves.", True),
        ("Tag the item.", False),
    ]


def test_what_passes_and_what_fails() -> None:
    scenario = made(
        "scenario",
        sop_text(
            """
            # Refund
            1. Ask for your colleague's name and write it down.
            2. If the card is lost, ring the bank.
            3. Above £75, a shift lead approves.

            Never refund to any other card.
            """
        ),
    ).content
    assert isinstance(scenario, Scenario)
    told = [(c.critical, c.passes.text, c.fails.text) for c in scenario.rubric]
    assert told[0] == (
        False,
        "I ask for my colleague's name and write it down.",
        "I see no need to ask for my colleague's name and write it down.",
    )
    assert told[1] == (
        False,
        "If the card is lost, I ring the bank.",
        "If the card is lost, I see no need to ring the bank.",
    )
    assert told[2][0]
    assert told[2][1] == "I keep to this: above £75, a shift lead approves."
    assert re.fullmatch(r"I keep to this: above £(?!75)\d+, a shift lead approves\.", told[2][2])
    assert told[3] == (True, "I never refund to any other card.", "I refund to some other card.")


@pytest.mark.parametrize(
    ("clause", "passes", "fails"),
    [
        (
            "Wait at least 60 seconds.",
            r"I wait at least 60 seconds\.",
            r"I wait at least [1-5]?\d sec.*",
        ),
        (
            "Report it within 2 hours.",
            r"I report it within 2 hours\.",
            r"I report it within [3-9] h.*",
        ),
        ("You may not open it.", r"I do not open it\.", r"I open it\."),
        ("Lifts must not be used.", r"I do not let lifts be used\.", r"I let lifts be used\."),
        (
            "Goods may not be stored any longer.",
            r"I do not let goods be stored any longer\.",
            r"I let goods be stored\.",
        ),
        (
            "Danger! Acid burns skin. Rinse it off.",
            r"I rinse it off\.",
            r"I see no need to rinse it off\.",
        ),
        ("Note: The rule is old.", r"I keep to this: .*", r"I do not think that this matters.*"),
        (
            "Schutzbrille anlegen und nicht abnehmen.",
            r"I keep to this: Schutzbrille anlegen.*",
            r"I do not think that this matters here: Schutzbrille.*",
        ),
    ],
)
def test_what_one_answer_shows_and_the_other_does_not(clause: str, passes: str, fails: str) -> None:
    told = answers(clause)
    assert re.fullmatch(passes, told.passes)
    assert re.fullmatch(fails, told.fails)


def test_a_criterion_says_something_whole() -> None:
    content = made(
        "scenario",
        sop_text(
            "# Desk\n\n1. Ask the guest for:\n   - a name\n2. Ring the bell.\n3. Call the desk."
            "\n4. Sign the sheet."
        ),
    ).content
    assert isinstance(content, Scenario)
    assert [c.statement.text for c in content.rubric] == [
        "Ring the bell.",
        "Call the desk.",
        "Sign the sheet.",
    ]


def test_a_remedial_unit_is_on_what_people_do_and_not_on_what_is_so() -> None:
    unit = made(
        "remedial",
        sop_text(
            """
            # Full disk

            The alert fires when the disk has been above 80% for 5 minutes.

            Note: This takes a while.

            Delete old logs. Never delete the journal.
            """
        ),
    ).content
    assert isinstance(unit, RemedialUnit)
    assert [line.text for line in unit.clause] == ["Delete old logs. Never delete the journal."]
    assert unit.example[1].text == "One has it right: “I never delete the journal.”"


def test_too_few_clauses_make_no_exercise() -> None:
    sop = sop_text("# Cards\n\n1. Ring the bank.\n2. Sign.")
    assert draft(request("scenario"), [sop], None) == NothingToDraftFrom(
        "too_few_clauses", (sop.uri,)
    )


def test_a_remedial_unit_is_the_clause_of_its_part() -> None:
    sops = [SAMPLES["till/gift-cards.md"], SAMPLES["returns/returns-and-refunds.md"]]
    unit = made("remedial", sops, FAULTY).content
    assert isinstance(unit, RemedialUnit)
    assert unit.part == unit.check.part == "faulty"
    assert {cite.section for line in unit.clause for cite in line.cites} == {"5. Faulty items"}
    assert all(line.authored for line in unit.example)
    assert not any("““" in line.text for line in unit.example)
