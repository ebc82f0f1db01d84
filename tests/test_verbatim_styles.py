"""Drafts from SOPs of different house styles: how steps are counted, how warnings are set."""

from __future__ import annotations

import pytest
from sop_texts import sop_text
from verbatim_drafts import guide_of, made, said

from learning.modules import ItemSet, JobAid, RemedialUnit, Scenario
from review.drafting_verbatim.answers import answers
from review.drafting_verbatim.outline import outline
from review.drafting_verbatim.records import is_record
from review.drafting_verbatim.warning import is_binding_note, is_labelled_warning
from review.drafting_verbatim.wording import instructs, section_name, titled


def _steps(markdown: str) -> list[tuple[int, list[str]]]:
    return [
        (step.number, [line.text for line in step.lines])
        for step in outline(sop_text(markdown)).steps
    ]


DECIMAL = """
# Shutting down the press

## 1.0 Scope

1.1 This sheet is for the two presses in hall B.

1.2 Only trained staff may work on them.

## 2.0 Steps

2.1 Press STOP and wait.

2.2 Release the air:

a) Open the valve.
b) Wait 5 minutes.

CAUTION: The hose may jump.

2.3 Hang up the tag.

DANGER - NEVER REMOVE A TAG THAT IS NOT YOURS.
"""


def test_steps_numbered_within_their_section() -> None:
    assert _steps(DECIMAL) == [
        (1, ["Press STOP and wait."]),
        (
            2,
            [
                "Release the air:",
                "a) Open the valve.",
                "b) Wait 5 minutes.",
                "CAUTION: The hose may jump.",
            ],
        ),
        (3, ["Hang up the tag."]),
    ]
    assert [line.text for line in guide_of(DECIMAL).warnings] == [
        "DANGER - NEVER REMOVE A TAG THAT IS NOT YOURS."
    ]
    aid = made("aid", sop_text(DECIMAL)).content
    assert isinstance(aid, JobAid)
    assert "2.3 Hang up the tag." in [line.text for line in aid.lines]


def test_deeper_numbers_belong_to_the_step_above_them() -> None:
    found = _steps("""
        # Closing

        ## 4 Steps

        4.1 Close the till.

        4.1.1 Count the cash.

        4.1.2 Sign the sheet.

        4.2 Lock the door.
        """)
    assert found == [
        (1, ["Close the till.", "4.1.1 Count the cash.", "4.1.2 Sign the sheet."]),
        (2, ["Lock the door."]),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ["a) Check the seal.", "b) Measure:", "i. the air", "ii. the load", "c) Scan it."],
        ["1️⃣ Check the seal.", "", "2️⃣ Measure it.", "", "3️⃣ Scan it."],
        ["① Check the seal.", "", "② Measure it.", "", "③ Scan it."],
        ["First, check the seal.", "", "Second, measure it.", "", "Finally, scan it."],
    ],
)
def test_other_marks_that_count(lines: list[str]) -> None:
    steps = _steps("\n".join(["# Goods in", "", "## Checks", "", *lines]))
    assert [number for number, _ in steps] == [1, 2, 3]
    told = " ".join(text for _, own in steps for text in own)
    assert all(word in told.casefold() for word in ("seal", "measure", "scan it."))


@pytest.mark.parametrize(
    "lines",
    [
        ["2.1 The form is green.", "", "2.2 The copy is white."],
        ["a) a passport", "b) a driving licence"],
        ["First, open it.", "", "Next, read it.", "", "Then, close it.", "", "Finally, file it."],
        ["First, open it.", "", "Second, read it."],
        ["2.1 Open it.", "", "2.3 Close it."],
    ],
)
def test_what_only_counts_is_no_step(lines: list[str]) -> None:
    assert _steps("\n".join(["# Papers", "", "## Kinds", "", *lines])) == []


def test_steps_count_on_over_sections() -> None:
    found = _steps("""
        # Battery

        ## Before

        Step 1 – Park the truck.

        Step 2 – Put on gloves.

        ## Changing

        Step 3 – Pull the plug.
        """)
    assert [number for number, _ in found] == [1, 2, 3]


def test_a_table_whose_numbers_have_a_point_and_its_limits_at_every_level() -> None:
    guide = guide_of("""
        # Batch record

        | Step | Instruction | Limit | Signed |
        |---|---|---|---|
        | 5.1 | Clear the room. | – | ____ / ____ |
        | 5.2 | Mix the powder. | Impeller 150 ± 10 rpm | ____ |
        """)
    for level in (guide.novice, guide.standard, guide.expert):
        assert [said(step) for step in level] == [
            ["Clear the room."],
            ["Mix the powder.", "Impeller 150 ± 10 rpm"],
        ]


def test_dots_that_lead_the_eye_end_no_sentence() -> None:
    guide = guide_of("# Start\n\n1. Master switch ....... ON\n2. Fuel pump .. ON, below 5 bar\n")
    assert [said(step) for step in guide.expert] == [
        ["Master switch ....... ON"],
        ["Fuel pump .. ON, below 5 bar"],
    ]


def test_an_expert_reads_all_branches_or_none() -> None:
    guide = guide_of("""
        # Fault

        1. Run the line test.
           - If the test passes, wait 3 minutes.
           - If the test fails, go to step 3.
        2. Look at the light.

           | Light | What you do |
           |---|---|
           | Green | Go on |
           | Off | Wait 2 minutes |
        3. Ask for the name.
           - If it is known, note it.
           - If it is not, go on.
        """)
    test, light, name = guide.expert
    assert said(test)[1:] == [
        "If the test passes, wait 3 minutes.",
        "If the test fails, go to step 3.",
    ]
    assert len(said(light)) == 4
    assert said(name) == ["Ask for the name."]


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ("WARNING If the oil is low, stop.", True),
        ("WARNING LIGHTS are red.", False),
        ("Warning if the oil is low", False),
        ("Achtung / Caution: Frozen goods go to K5.", True),
    ],
)
def test_how_a_warning_is_marked(text: str, warned: bool) -> None:
    assert is_labelled_warning(text) == warned


def test_a_note_that_binds_is_among_the_warnings() -> None:
    assert is_binding_note("NB: The key must be returned.")
    assert not is_binding_note("Note: The form is green.")
    guide = guide_of("""
        # Battery

        1. Pull the plug.
        2. Change it.

        NOTE: Metal must be kept 1 m away.

        Note: The new ones are blue.
        """)
    assert [line.text for line in guide.warnings] == ["NOTE: Metal must be kept 1 m away."]


@pytest.mark.parametrize(
    "line",
    [
        "Doc no: WH-012 Rev: C Effective: 03/15/2026",
        "Document: MBR-0417-03",
        "Version 4, valid from 2026-01-12",
        "Last changed 2 May 2026 by the safety lead.",
        "Gültig ab / Valid from: 01.03.2026",
        "For all stores. Updated: 10/04/2026",
    ],
)
def test_what_a_document_says_of_itself_is_not_taught(line: str) -> None:
    assert is_record(line)
    sop = sop_text(
        f"# Returns\n\n{line}\n\n## Steps\n\n1. Scan the whole receipt.\n2. Refund the card."
    )
    for kind in ("aid", "remedial"):
        content = made(kind, sop).content
        assert not any(line in sentence for sentence in str(content).split("Sentence"))


@pytest.mark.parametrize(
    "line",
    [
        "Issue 5 vouchers.",
        "Document the defect.",
        "Revision B is scrapped.",
        "Version 2 of the form must be used.",
        "Forms issued on 3 May must be returned.",
        "Policy: never accept cash.",
    ],
)
def test_what_is_to_be_done_is_no_record(line: str) -> None:
    assert not is_record(line)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Free chlorine must be between 1 and 3 mg/L.", False),
        ("Test results must be signed.", False),
        ("Ensure doors should be shut.", True),
        ("Check whether staff must sign.", True),
        ("Second, write down the time.", True),
    ],
)
def test_what_begins_like_an_instruction(text: str, told: bool) -> None:
    assert instructs(text) == told


def test_names_and_headings_keep_their_words() -> None:
    assert section_name("LOCK-OUT (LOTO) - LINES 1-4") == "LOCK-OUT (LOTO) - LINES 1-4"
    listed = "Save the evidence in the customer file, enter your initials, and open the account"
    assert titled(listed) == listed


@pytest.mark.parametrize(
    ("clause", "passes", "fails"),
    [
        (
            'Ask: "Is your light green?"',
            'I ask: "Is your light green?"',
            'I see no need to ask: "Is your light green?"',
        ),
        (
            "Inspect the item: tags on, not worn.",
            "I inspect the item: tags on, not worn.",
            "I see no need to inspect the item: tags on, not worn.",
        ),
        (
            "Critical: Do not exceed the limit.",
            "I do not exceed the limit.",
            "I exceed the limit.",
        ),
        (
            "Stop, do not tell the customer, and call the officer.",
            "I stop, do not tell the customer, and call the officer.",
            "I do not think that this matters here: stop, do not tell the customer, and call the"
            " officer.",
        ),
    ],
)
def test_answers_keep_what_the_clause_says(clause: str, passes: str, fails: str) -> None:
    told = answers(clause)
    assert (told.passes, told.fails) == (passes, fails)


def test_a_unit_and_a_letter_with_a_point_end_a_sentence() -> None:
    guide = guide_of(
        "# Goods in\n\n1. Unload within 20 min. Doors must not stay open.\n"
        "2. Rate it by Annex B. Large orders above £500 are always high.\n"
    )
    assert said(guide.expert[0]) == ["Unload within 20 min.", "Doors must not stay open."]
    assert said(guide.expert[1])[0] == "Rate it by Annex B."


def test_a_label_that_is_a_sentence_by_itself() -> None:
    sop = sop_text("""
        # Binder

        1. Earth the vessel before charging it.

        Caution! The binder solution contains ethanol: keep every flame away.
        """)
    unit = made("remedial", sop).content
    assert isinstance(unit, RemedialUnit)
    assert answers("Caution!").passes == "I keep to this: caution!"


def test_a_figure_is_asked_for_with_its_whole_unit() -> None:
    items = made(
        "items",
        sop_text("""
        # Water

        1. Stay at least 3 feet from the edge of the basin.
        2. Drive at no more than 15 km/h along the basin.
        """),
    ).content
    assert isinstance(items, ItemSet)
    stems = [item.stem.text for item in items.items if item.form == "single_best"]
    assert len(stems) == 1
    assert "at least ____ from the edge" in stems[0]


def test_a_point_of_a_case_does_not_stand_alone_on_an_aid() -> None:
    aid = made(
        "aid",
        sop_text("""
        # Allergens

        ## At the table

        - Greet the guest.
        - If a guest says yes:
            - tell the manager within 2 minutes

        ## Kitchen

        1. Wash your hands.
        2. Put on a clean apron.
        """),
    ).content
    assert isinstance(aid, JobAid)
    assert not any("within 2 minutes" in line.text for line in aid.lines)


def test_a_word_that_only_stresses_is_no_case() -> None:
    sop = sop_text("""
        # Drying

        1. Load the dryer.
        2. Close the door.
        3. Start the fan.

        Critical: Do not exceed 65 °C at the inlet.
        """)
    scenario, items = made("scenario", sop).content, made("items", sop).content
    assert isinstance(scenario, Scenario)
    assert isinstance(items, ItemSet)
    assert "case is “Critical”" not in str(scenario)
    assert "“Critical”" not in str(items)
