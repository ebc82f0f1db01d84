"""Guides drafted without a model: every step and warning of the SOP, at three levels."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sop_texts import sop_text
from verbatim_drafts import FAULTY, KINDS, NO_RECEIPT, SAMPLES, guide_of, made, request, said

from learning.modules import Guide
from review.nouns import NothingToDraftFrom
from review.verbatim import draft


@pytest.mark.parametrize("uri", SAMPLES)
def test_a_guide_has_the_steps_of_its_sop_at_every_level_and_all_warnings(uri: str) -> None:
    guide = made("guide", SAMPLES[uri]).content
    assert isinstance(guide, Guide)
    markdown = (Path(__file__).parent.parent / "samples" / "sops" / uri).read_text()
    numbers = [int(found) for found in re.findall(r"^(\d+)\. ", markdown, re.MULTILINE)]
    for level in (guide.novice, guide.standard, guide.expert):
        assert [step.number for step in level] == numbers
        assert [step.section for step in level] == [step.section for step in guide.novice]
        assert all(step.lines for step in level)
    warnings = re.findall(r"^Warning: .*", markdown, re.MULTILINE)
    assert set(warnings) <= {warning.text for warning in guide.warnings}


NESTED = """
# Opening a parcel

## Before

1. Look at the label:

   - Name and address
   - Weight

     If it is above 20 kg, fetch a colleague.
2. Put on gloves. Never use a knife.

   | parcel | tool |
   |---|---|
   | box | cutter |

Note the time. Do not leave an open parcel alone.

## Opening

1. Run the check:

       $ parcel --check
         --all
2. Open it.
   1. Cut the tape.
   2. Lift the lid because it may stick.
3. Count the contents, such as cups and plates and bowls, and compare them with the delivery note.
"""


def test_the_levels_of_a_guide() -> None:
    guide = guide_of(NESTED)
    assert [(step.section, step.number) for step in guide.novice] == [
        ("Before", 1),
        ("Before", 2),
        ("Opening", 1),
        ("Opening", 2),
        ("Opening", 3),
    ]
    label, gloves, run, cut, _ = guide.novice
    assert said(label) == [
        "Look at the label:",
        "Name and address",
        "Weight",
        "If it is above 20 kg, fetch a colleague.",
    ]
    assert said(gloves) == [
        "Put on gloves. Never use a knife.",
        "| parcel | tool |",
        "| box | cutter |",
    ]
    assert said(run) == ["Run the check:", "$ parcel --check\n  --all"]
    assert said(cut) == ["Open it.", "1. Cut the tape.", "2. Lift the lid because it may stick."]
    assert said(guide.standard[3]) == ["Open it."]
    assert said(guide.expert[0]) == [
        "Look at the label",
        "If it is above 20 kg, fetch a colleague.",
    ]
    assert said(guide.expert[1]) == ["Put on gloves.", "Never use a knife."]
    assert said(guide.expert[2]) == ["Run the check"]
    assert [w.text for w in guide.warnings] == ["Do not leave an open parcel alone."]


def test_steps_that_begin_with_their_names_are_called_by_them() -> None:
    guide = guide_of(
        """
        # Refund
        1. **Pull up Account** (interaction): Ask for the name. Please be polite.
        2. **Record Reason** (interaction): Ask for the reason
           - If there is none, the amount is $50
        """
    )
    assert [said(step) for step in guide.expert] == [
        ["Pull up Account"],
        ["Record Reason", "If there is none, the amount is $50"],
    ]


def test_conditions_before_a_colon_are_no_names() -> None:
    guide = guide_of(
        """
        # Refund
        1. Found: refund to the card. Not found: give store credit.
        2. Above £75: a shift lead approves.
        """
    )
    assert said(guide.expert[0]) == ["Found: refund to the card.", "Not found: give store credit."]
    assert said(guide.expert[1]) == ["Above £75: a shift lead approves."]


def test_a_list_cut_across_passages_and_a_step_cut_in_two_lose_nothing() -> None:
    long = " ".join(f"Check shelf number {n} for dust and write it down." for n in range(60))
    steps = [
        f"Do the thing called {name} and then sign the sheet for it." * 2 for name in "abcdefgh"
    ]
    listed = "\n".join(f"{n}. {step}" for n, step in enumerate([*steps, long, "Go home."], 1))
    sop = sop_text(f"# Rounds\n\n## Walk\n\n{listed}")
    assert len(sop.passages) > 3
    guide = made("guide", sop).content
    assert isinstance(guide, Guide)
    assert [step.number for step in guide.novice] == list(range(1, 11))
    whole = " ".join(said(guide.novice[8]))
    assert all(f"shelf number {n} for" in whole for n in range(60))
    assert said(guide.novice[9]) == ["Go home."]


def test_a_paragraph_after_a_list_is_no_part_of_its_last_step() -> None:
    prose = " ".join(f"This sentence tells more about matter number {n}." for n in range(30))
    guide = guide_of(f"# Rounds\n\n1. Walk.\n2. Sign.\n\n{prose}")
    assert said(guide.novice[1]) == ["Sign."]


def steps_in(markdown: str) -> list[tuple[str, int, list[str]]]:
    return [(step.section, step.number, said(step)) for step in guide_of(markdown).novice]


def test_headings_that_count_are_steps() -> None:
    assert steps_in(
        """
        # New supplier

        ## Purpose

        Know whom we buy from.

        ## Step 1 – Collect

        Ask for:

        - the VAT number

        Do not take bank details by e-mail.

        ## Step 2: Verify

        ```
        screen --all
        ```

        ### By phone

        Call the number in the register.

        ## Step 3: Release the record

        ## Records

        Keep the file.
        """
    ) == [
        (
            "Step 1 – Collect",
            1,
            ["Ask for:", "the VAT number", "Do not take bank details by e-mail."],
        ),
        ("Step 2: Verify", 2, ["screen --all", "Call the number in the register."]),
        ("Step 3: Release the record", 3, ["Step 3: Release the record"]),
    ]


def test_numbered_lists_below_headings_that_count_stay_the_steps() -> None:
    found = steps_in(
        """
        # Press

        ## Step 1: Stop

        1. Press the red button.
        2. Wait.

        ## Step 2: Report

        Call the desk.
        """
    )
    assert [(number, lines) for _, number, lines in found] == [
        (1, ["Press the red button."]),
        (2, ["Wait."]),
        (2, ["Call the desk."]),
    ]


@pytest.mark.parametrize(
    "marks",
    [
        ("I.", "II.", "III.", "IV."),
        ("(1)", "(2)", "(3)", "(4)"),
        ("Step 1:", "Step 2:", "Step 3:", "Step 4:"),
        ("**Step 1.**", "**Step 2.**", "**Step 3.**", "**Step 4.**"),
        ("A.", "B.", "C.", "D."),
    ],
)
@pytest.mark.parametrize("gap", ["\n\n", "\n"])
def test_paragraphs_that_count_are_steps(marks: tuple[str, ...], gap: str) -> None:
    does = ("Wait.", "Put on gloves. Never without.", "Fill it up.", "Wipe it dry.")
    lines = gap.join(f"{mark} {do}" for mark, do in zip(marks, does, strict=True))
    found = steps_in(f"# Water\n\nFor drivers.\n\n{lines}\n\nThank you.")
    assert found == [("Water", n, [do]) for n, do in enumerate(does, 1)]


def test_what_does_not_count_from_one_is_no_step() -> None:
    for text in ("I. Wait.\n\nIII. Fill.", "A. Smith came.\n\nJ. Doe left.", "## Step 1\n\nGo."):
        assert isinstance(
            draft(request("guide"), [sop_text(f"# Water\n\n{text}")], None), NothingToDraftFrom
        )


def test_rows_that_count_are_steps_and_their_cells_are_lines() -> None:
    guide = guide_of(
        """
        # Autoclave

        | Step | Action | Limit |
        |---|---|---|
        | 1 | Load the chamber | At most 75% full |
        | 2 | Lock the door | |
        | 3 | Start. Do not force it. | 121 °C |

        Wear gloves.
        """
    )
    assert [said(step) for step in guide.novice] == [
        ["Load the chamber", "At most 75% full"],
        ["Lock the door"],
        ["Start. Do not force it.", "121 °C"],
    ]
    assert said(guide.expert[0]) == ["Load the chamber", "At most 75% full"]
    prices = "# Prices\n\n| Size | Price |\n|---|---|\n| 1 | £2 |\n| 2 | £4 |\n"
    assert isinstance(draft(request("guide"), [sop_text(prices)], None), NothingToDraftFrom)


def test_what_stands_between_two_steps_belongs_to_the_first() -> None:
    assert [
        lines
        for _, _, lines in steps_in(
            """
            # Chilled goods

            1. Decide by the table.

            | Reading | Decision |
            |---|---|
            | above 8 °C | refuse |

            2. Open the doors.
            - Left ones
            - Right ones

            Do not run.

            3. Copy this:

            ```
            done
            ```

            Thank you.
            """
        )
    ] == [
        ["Decide by the table.", "| Reading | Decision |", "| above 8 °C | refuse |"],
        ["Open the doors.", "Left ones", "Right ones", "Do not run."],
        ["Copy this:", "done"],
    ]


def test_sub_points_with_numbers_of_their_own_stay_apart() -> None:
    assert [
        lines
        for _, _, lines in steps_in(
            """
            # Slicer

            1. Isolate it.
               1.1. Set the dial to 0.
               1.2 Pull the plug.
                  a) Hang it up.
            2. Wash it.
            """
        )
    ] == [
        ["Isolate it.", "1.1. Set the dial to 0.", "1.2 Pull the plug.", "a) Hang it up."],
        ["Wash it."],
    ]


WORDS = st.sampled_from(
    ["check", "the", "red", "door", "and", "write", "name", "every", "box", "desk"]
)
LINE = st.lists(WORDS, min_size=2, max_size=12).map(
    lambda words: " ".join(words).capitalize() + "."
)
STEP = st.tuples(
    st.lists(LINE, min_size=1, max_size=4), st.lists(LINE, max_size=4), st.lists(LINE, max_size=2)
)
SECTION = st.tuples(st.integers(1, 30), st.lists(STEP, min_size=1, max_size=14), st.lists(LINE))


@settings(max_examples=60, deadline=None)
@given(st.lists(SECTION, min_size=1, max_size=4))
def test_no_step_is_lost_or_added_whatever_the_sop(
    sections: list[tuple[int, list[tuple[list[str], list[str], list[str]]], list[str]]],
) -> None:
    written, expected = ["# A made-up SOP"], []
    for at, (first, steps, prose) in enumerate(sections):
        written += ["", f"## Part {at}", ""]
        for number, (head, points, inner) in enumerate(steps, first):
            indent = " " * len(f"{number}. ")
            written.append(f"{number}. {' '.join(head)}")
            written += [f"{indent}- {point}" for point in points]
            written += [f"{indent}  - {point}" for point in inner if points]
            lines = [" ".join(head), *points, *(inner if points else [])]
            expected.append((f"Part {at}", number, lines))
        written += ["", " ".join(prose)]
    sop = sop_text("\n".join(written))
    guide = made("guide", sop).content
    assert isinstance(guide, Guide)
    assert [(s.section, s.number, said(s)) for s in guide.novice] == expected
    texts = [passage.text for passage in sop.passages]
    for level in (guide.standard, guide.expert):
        assert [(s.section, s.number) for s in level] == [(s, n) for s, n, _ in expected]
        for step in level:
            assert step.lines
            assert all(any(c.quote in t for t in texts) for x in step.lines for c in x.cites)


@pytest.mark.parametrize(
    ("said", "warns"),
    [
        ("Never exceed 40 °C.", True),
        ("Never shred a receipt.", True),
        ("The money never goes to another card.", True),
        ("Please do not lift it.", True),
        ("If it is hot, do not lift it.", True),
        ("Nobody opens alone.", True),
        ("You must not lift it.", True),
        ("Warning: The plate is hot.", True),
        ("The customer says they never bought it.", False),
        ("You never have to accept insults.", False),
        ("You do not need to sign.", False),
        ("The customer may not remember the name.", False),
        ("If you do not know, ask.", False),
        ("Raw poultry is never stored above ready-to-eat food.", True),
        ("The order was never delivered.", False),
        ("No smoking and no open flame within 5 m.", True),
        ("No action is needed.", False),
        ("Samples are not to be refrigerated.", True),
        ("Goods may not be stored any longer.", True),
        ("The parcel may not be there yet.", False),
        ("Please make sure nobody uses the lift.", True),
        ("Check whether nobody is in.", False),
        ("Not the other way round: sparks can ignite the gas.", True),
        ("Not found: give store credit.", False),
        ("It is vital to keep the doors unlocked.", True),
        ("It is important to understand the rules.", False),
        ("Running it twice permanently deletes the volume.", True),
        ("The fumes are toxic.", True),
        ("Avoid contact with skin.", True),
        ("[!WARNING] Do it slowly.", True),
        ("⚠️ Hot surface", True),
        ("Important customers get a call.", False),
        ("Nicht in den Abfluss spülen!", True),
        ("Ab 10 Litern darf der Bereich nicht betreten werden.", True),
        ("Sie müssen nicht unterschreiben.", False),
        ("Ne jamais toucher la lame.", True),
        ("No se debe abrir la puerta.", True),
    ],
)
def test_what_warns(said: str, warns: bool) -> None:
    guide = guide_of(f"# Rounds\n\n1. Walk.\n2. Sign.\n\n{said}")
    assert [warning.text for warning in guide.warnings] == ([said] if warns else [])


def test_what_a_word_alone_and_a_heading_warn_of_is_kept() -> None:
    guide = guide_of(
        """
        # Cold store

        1. Open the door.
        2. Take the goods out.

        **Important**

        Poultry goes to the lowest shelf.

        Lights go off by themselves.

        ## Safety precautions

        - Wear the thick gloves.
        - The floor is wet.
        """
    )
    assert [warning.text for warning in guide.warnings] == [
        "Poultry goes to the lowest shelf.",
        "Wear the thick gloves.",
        "The floor is wet.",
    ]


def test_warnings_inside_paragraphs_have_what_they_lean_on() -> None:
    guide = guide_of(
        """
        # Spills

        1. Look at it. Ask who spilled it. Do not touch it. Write it down.
        2. Watch the rate. If it rises above 2%, stop.
        3. Fill the tank. Danger! Acid burns. Rinse at once.

        Broken glass lies about. Do not clean it up. Call the desk.
        """
    )
    assert [warning.text for warning in guide.warnings] == [
        "Broken glass lies about. Do not clean it up."
    ]
    assert [said(step) for step in guide.expert] == [
        ["Look at it.", "Ask who spilled it. Do not touch it."],
        ["Watch the rate.", "If it rises above 2%, stop."],
        ["Fill the tank.", "Danger! Acid burns. Rinse at once."],
    ]


def test_standard_has_what_to_do_and_conditions_and_expert_has_titles() -> None:
    guide = guide_of(
        """
        # Gate

        1. Sign the note. Write the time on it. The note is yellow.
           - Press hard.
             - Use a pen unless it is broken.
        2. Compare the number on the carton with the delivery note, and file the safety data sheet.
        3. Print the label and put the goods where the scanner says, heavy ones below 1 m.
        4. Prepare the site: wash your hands, put on gloves, choose the place, clean it for 30 seconds
           and let it dry, since dirt is what most often spoils a sample.
        5. Decide by the table.
           - red: stop
        """
    )
    assert said(guide.standard[0]) == [
        "Sign the note.",
        "Write the time on it.",
        "Press hard.",
        "Use a pen unless it is broken.",
    ]
    assert said(guide.standard[4]) == ["Decide by the table.", "red: stop"]
    assert [said(step) for step in guide.expert][:4] == [
        ["Sign the note."],
        [
            "Compare the number on the carton with the delivery note, and file the safety data sheet."
        ],
        ["Print the label and put the goods where the scanner says, heavy ones below 1 m."],
        [
            "Prepare the site",
            "wash your hands, put on gloves, choose the place, clean it for 30 seconds and let it dry,"
            " since dirt is what most often spoils a sample.",
        ],
    ]


def test_of_an_sop_in_another_language_nothing_is_left_out_of_a_step() -> None:
    guide = guide_of(
        """
        # Lösungsmittel

        1. Fenster öffnen. Zündquellen ausschalten, sofern dies ohne Gefahr möglich ist.
        2. Das Material in den roten Behälter füllen. Der Deckel ist gelb.
        """
    )
    assert guide.standard == guide.expert == guide.novice


def test_documents_without_steps_give_no_guide() -> None:
    prose = sop_text("# Gift cards\n\nA card is valid for 24 months.", "cards.md")
    assert draft(request("guide"), [prose], None) == NothingToDraftFrom("no_steps", ("cards.md",))
    assert draft(request("guide"), [], None) == NothingToDraftFrom("no_sop")


def test_of_several_sops_the_one_that_fits_is_taken_and_the_rest_is_said() -> None:
    sops = [SAMPLES["till/gift-cards.md"], SAMPLES["returns/returns-and-refunds.md"]]
    drafted = made("guide", sops, NO_RECEIPT)
    assert drafted.left_out == ("other_documents",)
    assert isinstance(drafted.content, Guide)
    assert drafted.content.title == "Returns and refunds"


def test_a_part_that_is_not_of_the_request_is_refused() -> None:
    sop = SAMPLES["returns/returns-and-refunds.md"]
    for kind in KINDS:
        refused = draft(request(kind, NO_RECEIPT), [sop], FAULTY)
        assert refused == NothingToDraftFrom("no_such_part", (sop.uri,))
