"""What is drafted without a model: the SOP's own clauses in each kind's form, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sop_folder import NOW, TODAY, shop_in
from sop_texts import sample_sops, sop_text

from handlers.services import Connection
from indexing.nouns import SopText
from indexing.store.drafting import fetch_sop_texts
from indexing.support import Supported, check
from learning.modules import (
    AID_CHARACTERS,
    Applied,
    Guide,
    ItemSet,
    JobAid,
    ModuleKind,
    Ordering,
    RemedialUnit,
    Scenario,
    Sentence,
    SingleBest,
    Step,
    content_from_json,
    content_json,
    sentences,
)
from review.drafting_verbatim.answers import answers
from review.nouns import Drafted, DraftRequest, NothingToDraftFrom, SubCompetency
from review.verbatim import draft

KINDS: tuple[ModuleKind, ...] = ("guide", "aid", "items", "scenario", "remedial")
SAMPLES = sample_sops()
NO_RECEIPT = SubCompetency("no-receipt", "Refund a customer who has no receipt, within the limit")
FAULTY = SubCompetency("faulty", "Decide what a customer gets for a faulty item")

PARTS = (
    SubCompetency("look-up", "Looks a purchase up by card when the receipt is lost"),
    SubCompetency("card", "Refunds to the original card only"),
    SubCompetency("limit", "Calls a shift lead before a refund without a receipt above £75"),
    SubCompetency("voucher", "Splits a refund between gift card and original card"),
)


def request(kind: ModuleKind, *parts: SubCompetency) -> DraftRequest:
    return DraftRequest(
        gap="refund-errors",
        kind=kind,
        role="service-agent",
        competency="refunds",
        statement="Refund and exchange goods at the counter by the SOP",
        domain="returns",
        context="at the counter",
        parts=parts,
    )


def made(
    kind: ModuleKind, sops: SopText | Sequence[SopText], part: SubCompetency | None = None
) -> Drafted:
    given = [sops] if isinstance(sops, SopText) else sops
    result = draft(request(kind, *([part] if part else [])), given, part)
    assert isinstance(result, Drafted), result
    assert result.drafted_by == "verbatim"
    return result


def guide_of(markdown: str) -> Guide:
    content = made("guide", sop_text(markdown)).content
    assert isinstance(content, Guide)
    return content


def said(step: Step) -> list[str]:
    return [line.text for line in step.lines]


# What holds of every draft


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("uri", SAMPLES)
def test_every_sentence_that_is_not_the_authors_is_quoted_and_supported(
    uri: str, kind: ModuleKind
) -> None:
    sop = SAMPLES[uri]
    content = made(kind, sop).content
    texts = [passage.text for passage in sop.passages]
    for sentence in sentences(content):
        if sentence.authored:
            assert not sentence.cites
            continue
        assert sentence.cites, sentence
        for cite in sentence.cites:
            assert (cite.source, cite.uri, cite.revision, cite.version) == ("shop", uri, 7, "3")
            assert any(cite.quote in text for text in texts), cite
            assert check(sentence.text, [cite.quote]) == Supported(), sentence
    assert content_from_json(content_json(content)) == content


def test_the_same_documents_give_the_same_draft() -> None:
    sop = SAMPLES["returns/returns-and-refunds.md"]
    for kind in KINDS:
        assert made(kind, sop, NO_RECEIPT) == made(kind, sop, NO_RECEIPT)


# Guides


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
        ["Compare the number on the carton with the delivery note"],
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


# Job aids


@pytest.mark.parametrize("uri", SAMPLES)
def test_a_job_aid_fits_and_holds_each_list_of_steps_whole_or_not_at_all(uri: str) -> None:
    sop = SAMPLES[uri]
    drafted = made("aid", sop)
    aid, guide = drafted.content, made("guide", sop).content
    assert isinstance(aid, JobAid)
    assert isinstance(guide, Guide)
    assert len(aid.title) + sum(len(line.text) + 1 for line in aid.lines) <= AID_CHARACTERS
    steps = [line for line in aid.lines if re.match(r"\d+\. ", line.text)]
    assert not any(line.text.rstrip().endswith(":") for line in aid.lines[-1:])
    here = [(line.cites[0].section, int(line.text.split(".")[0])) for line in steps]
    sections = {section for section, _ in here}
    assert here == [(s.section, s.number) for s in guide.novice if s.section in sections]
    if not drafted.left_out:
        assert len(here) == len(guide.novice)


def test_a_job_aid_of_a_long_sop_holds_what_it_is_wanted_for() -> None:
    drafted = made("aid", SAMPLES["returns/returns-and-refunds.md"], NO_RECEIPT)
    assert isinstance(drafted.content, JobAid)
    assert "sections" in drafted.left_out
    assert "3. Above £75, a shift lead approves at the till." in {
        line.text for line in drafted.content.lines
    }


def test_a_job_aid_cut_from_sections_is_called_by_them_and_sends_nobody_elsewhere() -> None:
    result = draft(request("aid", *PARTS), [SAMPLES["returns/returns-and-refunds.md"]], None)
    assert isinstance(result, Drafted)
    assert isinstance(result.content, JobAid)
    assert result.content.title.startswith("Refund without a receipt")
    lines = [line.text for line in result.content.lines]
    assert not any("section" in line for line in lines)
    # A step is not quoted in half.
    assert (
        "2. Found: refund to the original card."
        " Not found: store credit at the lowest price of the last 30 days."
    ) in lines


def test_sections_that_a_job_aid_speaks_of_are_on_it_with_their_numbers() -> None:
    sop = """
    # Parcels

    ## 1. Arrival

    1. Weigh the parcel. Above 20 kg: go to section 2.
    2. Sign for it.

    ## 2. Heavy parcels

    1. Fetch a colleague.
    2. Lift it together.

    ## 3. What we refuse

    We do not take these parcels:

    - wet ones;
    - ones without a name.

    Warning: Never open a wet parcel.
    """
    aid = made("aid", sop_text(sop)).content
    assert isinstance(aid, JobAid)
    assert [line.text for line in aid.lines] == [
        "Section 1, Arrival:",
        "1. Weigh the parcel. Above 20 kg: go to section 2.",
        "2. Sign for it.",
        "Section 2, Heavy parcels:",
        "1. Fetch a colleague.",
        "2. Lift it together.",
        "Section 3, What we refuse:",
        "We do not take these parcels:",
        "wet ones;",
        "ones without a name.",
        "Warning: Never open a wet parcel.",
    ]


def aid_of(markdown: str) -> list[str]:
    content = made("aid", sop_text(markdown)).content
    assert isinstance(content, JobAid)
    for line in content.lines:
        assert line.authored or check(line.text, [line.cites[0].quote]) == Supported()
    return [line.text for line in content.lines]


def test_a_job_aid_of_a_procedure_without_numbers_has_it_in_its_order() -> None:
    bullets = """
        # Requests

        - Log the request the same day.
        - Verify who is asking. Do not ask for a copy of an ID card.
        - Search these systems:
          - CRM
          - Billing
        - Send the export.
        """
    assert aid_of(bullets) == [
        "Log the request the same day.",
        "Verify who is asking. Do not ask for a copy of an ID card.",
        "Search these systems:",
        "CRM",
        "Billing",
        "Send the export.",
    ]
    paragraphs = """
        # Gate

        **Greet the visitor.** Ask whom they visit.

        **Check identity.** Look at a photo ID. Do not copy it.

        **Hand out the badge.** Contractors may enter only with an escort.
        """
    assert aid_of(paragraphs) == [
        "Greet the visitor.",
        "Check identity.",
        "Look at a photo ID. Do not copy it.",
        "Hand out the badge.",
        "Contractors may enter only with an escort.",
    ]


def test_a_job_aid_has_what_its_steps_point_at_and_warns_where_the_sop_does() -> None:
    assert aid_of(
        """
        # Slicer

        Never touch the blade.

        1. Isolate it.
           1. Pull the plug before anything else.
        2. Decide by the table.

        | Reading | Decision |
        |---|---|
        | red | stop |

        3. Ask for two of the items below.
           - Name
           - Number

        Caution: wet floor.
        """
    ) == [
        "Never touch the blade.",
        "1. Isolate it.",
        "Pull the plug before anything else.",
        "2. Decide by the table.",
        "| Reading | Decision |",
        "| red | stop |",
        "3. Ask for two of the items below.",
        "Name",
        "Number",
        "Caution: wet floor.",
    ]


def test_a_job_aid_of_steps_that_are_no_list_numbers_them_as_the_sop_does() -> None:
    rows = "| No. | Do |\n|---|---|\n| 1 | Load it |\n| 2 | Lock it |\n"
    assert aid_of(f"# Autoclave\n\n{rows}") == ["1: Load it", "2: Lock it"]
    assert aid_of("# Water\n\nI. Wait.\n\nII. Fill it.") == ["I. Wait.", "II. Fill it."]
    assert aid_of("# Press\n\n## Step 1: Stop\n\nHit it.\n\n## Step 2: Tell\n\nCall.") == [
        "Step 1: Stop:",
        "Hit it.",
        "Step 2: Tell:",
        "Call.",
    ]


def test_a_list_of_steps_that_fits_no_job_aid_is_too_long() -> None:
    steps = "\n".join(
        f"{n}. If it is {n + 10} days old, {'look again and ' * 20}go." for n in range(1, 9)
    )
    result = draft(request("aid"), [sop_text(f"# Long\n\n{steps}")], None)
    assert result == NothingToDraftFrom("too_long", ("refunds.md",))


# Questions


def items_of(*sops: SopText, part: SubCompetency | None = None) -> ItemSet:
    content = made("items", sops, part).content
    assert isinstance(content, ItemSet)
    return content


@pytest.mark.parametrize("uri", SAMPLES)
def test_questions_have_one_right_answer_and_no_wrong_one_that_the_clause_holds(uri: str) -> None:
    items = items_of(SAMPLES[uri]).items
    assert 1 <= len(items) <= 10
    assert [item.id for item in items] == [f"q{n}" for n in range(1, len(items) + 1)]
    guide = made("guide", SAMPLES[uri]).content
    assert isinstance(guide, Guide)
    for item in items:
        assert item.stem.authored
        match item:
            case SingleBest():
                (right,) = [option for option in item.options if option.right]
                assert len({option.text for option in item.options}) == len(item.options) == 3
                assert right.text in right.why.text
                for option in item.options:
                    assert option.why == right.why
                    held = re.search(rf"(?<!\w){re.escape(option.text)}(?!\w)", option.why.text)
                    assert bool(held) == option.right
                    assert len(option.text.split()) == len(right.text.split())
            case Ordering():
                assert 3 <= len(item.steps) <= 6
                assert len({step.text for step in item.steps}) == len(item.steps)
                order = [step.lines[0].cites[0].quote for step in guide.novice]
                places = [
                    next(n for n, head in enumerate(order) if step.cites[0].quote in head)
                    for step in item.steps
                ]
                assert places == list(range(places[0], places[0] + len(places)))
            case Applied():
                assert item.points
                assert item.stem.text.endswith("?")


def test_wrong_figures_come_from_the_sop_where_it_has_others() -> None:
    content = items_of(
        sop_text(
            """
            # Returns
            ## Deadlines
            Goods come back within 90 days of the purchase.
            ## Faults
            A fault is told to the maker within 30 days of the report.
            ## Credit
            Store credit is paid out within 60 days of the return.
            """
        )
    )
    item = next(item for item in content.items if "Goods come back" in item.stem.text)
    assert isinstance(item, SingleBest)
    assert item.stem.text == (
        "“Returns”, “Deadlines”: which figure belongs in the gap?"
        " “Goods come back within ____ of the purchase.”"
    )
    assert [option.text for option in item.options] == ["30 days", "60 days", "90 days"]
    assert item.difficulty == "hard"


def test_the_key_is_not_always_in_the_same_place() -> None:
    places = [
        [option.right for option in item.options].index(True)
        for sop in SAMPLES.values()
        for item in items_of(sop).items
        if isinstance(item, SingleBest)
    ]
    assert {places.count(n) > len(places) / 10 for n in range(3)} == {True}


@pytest.mark.parametrize(
    ("clause", "stem"),
    [
        ("If the card is lost, ring the bank.", "what do you do if the card is lost?"),
        ("Ring the bank if the card is lost.", "what do you do if the card is lost?"),
        (
            "If a box is wet, torn or open, refuse it.",
            "what do you do if a box is wet, torn or open?",
        ),
        ("Not found: give store credit.", "what do you do in this case: “Not found”?"),
        ("Above £75, a shift lead must approve.", None),
        ("Check if the card is lost.", None),
        ("If it is lost, ring the bank.", None),
        ("If they say no, end the call.", None),
        ("Keep the receipt, even if the customer throws it away.", None),
        ("If the card is lost, go to section 4.", None),
        ("If the above step does not help, ring the bank.", None),
        (
            "If you work for a federal, state, local or tribal office, ring the bank.",
            "what do you do if you work for a federal, state, local or tribal office?",
        ),
        ("Expected time: Alert should clear within an hour.", None),
        ("When the power fails, the tills must be closed.", "what applies when the power fails?"),
        ("When the power fails, the tills run for about 12 minutes.", None),
    ],
)
def test_what_is_asked_about_a_case(clause: str, stem: str | None) -> None:
    sop = sop_text(f"# Cards\n\n{clause}")
    result = draft(request("items"), [sop], None)
    items = result.content.items if isinstance(result, Drafted) else ()  # type: ignore[union-attr]
    asked = [item for item in items if isinstance(item, Applied)]
    assert [item.stem.text for item in asked] == ([f"“Cards”: {stem}"] if stem else [])
    assert all(item.points == (Sentence(clause, item.points[0].cites),) for item in asked)


def test_who_they_are_is_said_where_the_sop_says_it() -> None:
    content = items_of(
        sop_text(
            "# Cards\n\nGreet the customer. Thank the customer.\n\nIf they look ill, call 999."
        )
    )
    assert [item.stem.text for item in content.items] == [
        "“Cards”. You are helping a customer. What do you do if they look ill?"
    ]


@pytest.mark.parametrize(
    ("clause", "asked"),
    [
        ("Goods come back within 90 days of the purchase.", True),
        ("Leave the spray on for 5 minutes.", True),
        ("The alert fires when latency exceeds 30 ms for 5 minutes.", False),
        ("The pod failed to send 75% of its messages.", False),
        ("The bucket has crossed 80% of its quota.", False),
        ("The tills run on battery for about 12 minutes.", False),
        ("The blade may take 30 seconds to stand still.", False),
        ("Store frozen goods at −18 °C or colder.", False),
    ],
)
def test_figures_are_asked_of_what_people_have_to_keep_to(clause: str, asked: bool) -> None:
    result = draft(request("items"), [sop_text(f"# Cards\n\n{clause}")], None)
    items = result.content.items if isinstance(result, Drafted) else ()  # type: ignore[union-attr]
    assert any(isinstance(item, SingleBest) for item in items) == asked


@pytest.mark.parametrize(
    ("heading", "steps"),
    [
        ("Possible causes", "1. Check the bag.\n2. Ring the bell.\n3. Call the desk."),
        (
            "Slow server",
            "1. Add memory:\n   If it is full, add some.\n2. Add a disk:\n   If it is slow, add one.\n"
            "3. Call the desk.",
        ),
        ("Rounds", "Do one of these:\n\n1. Check the bag.\n2. Ring the bell.\n3. Call the desk."),
        ("Rounds", "1. Ask the guest for\n   - a name\n2. Ring the bell.\n3. Call the desk."),
    ],
)
def test_what_there_is_to_choose_from_has_no_order(heading: str, steps: str) -> None:
    result = draft(request("items"), [sop_text(f"# Desk\n\n## {heading}\n\n{steps}")], None)
    items = result.content.items if isinstance(result, Drafted) else ()  # type: ignore[union-attr]
    assert not any(isinstance(item, Ordering) for item in items)


def test_steps_by_their_headings_are_put_in_order_across_sections() -> None:
    sections = "".join(
        f"## Step {n}: Part {n}\n\n{does}\n\n"
        for n, does in enumerate(("Switch the lights on.", "Ring the bell.", "Call the desk."), 1)
    )
    items = items_of(sop_text(f"# Rounds\n\n{sections}")).items
    (item,) = [item for item in items if isinstance(item, Ordering)]
    assert item.stem.text == "“Rounds”: put these steps in the order in which they are done."
    assert [step.text for step in item.steps] == [
        "Switch the lights on.",
        "Ring the bell.",
        "Call the desk.",
    ]


def test_steps_in_any_order_or_for_some_cases_are_not_put_in_order() -> None:
    steps = "1. Check the bag.\n2. Ring the bell.\n3. Call the desk.\n4. Sign the sheet."
    orders = {
        "": 1,
        "Do these in any order.": 0,
    }
    for lead, count in orders.items():
        result = draft(request("items"), [sop_text(f"# Rounds\n\n{lead}\n\n{steps}")], None)
        items = result.content.items if isinstance(result, Drafted) else ()  # type: ignore[union-attr]
        assert sum(isinstance(item, Ordering) for item in items) == count
    cases = "1. Check the bag.\n2. Ring the bell.\n3. If it is late, stop.\n4. Sign the sheet."
    result = draft(request("items"), [sop_text(f"# Rounds\n\n{cases}")], None)
    assert isinstance(result, NothingToDraftFrom)


def test_questions_are_of_the_part_and_too_few_are_said() -> None:
    sop = SAMPLES["returns/returns-and-refunds.md"]
    result = draft(request("items", NO_RECEIPT, FAULTY), [sop], None)
    assert isinstance(result, Drafted)
    assert isinstance(result.content, ItemSet)
    items = result.content.items
    assert {item.part for item in items} == {"no-receipt", "faulty"}
    for part in ("no-receipt", "faulty"):
        own = [item for item in items if item.part == part]
        assert (f"fewer_items:{part}:{len(own)}" in result.left_out) == (len(own) < 10)
    sections = {
        cite.section
        for item in items
        if item.part == "faulty" and isinstance(item, Applied)
        for point in item.points
        for cite in point.cites
    }
    assert "5. Faulty items" in sections


def test_no_question_is_asked_twice_for_several_parts() -> None:
    result = draft(request("items", *PARTS), [SAMPLES["returns/returns-and-refunds.md"]], None)
    assert isinstance(result, Drafted)
    assert isinstance(result.content, ItemSet)
    items = result.content.items
    assert len({item.stem.text for item in items}) == len(items)
    assert {item.part for item in items} == {part.id for part in PARTS}
    (limit,) = [item for item in items if "Above ____" in item.stem.text]
    assert limit.part == "limit"


# Exercises and remedial units


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
    assert result.content.title == "Exercise: Refund without a receipt"


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


# What is read for drafting


async def test_drafting_reads_whole_sops_that_may_be_answered_from(
    conn: Connection, tmp_path: Path
) -> None:
    shop = shop_in(conn, tmp_path)
    steps = "\n".join(
        f"{n}. Look at shelf {n} and {'write it down and ' * 9}go on." for n in range(1, 12)
    )
    shop.write("shelves.md", f"# Shelves\n\n{steps}\n")
    await shop.index()
    async with conn.transaction():
        found = await fetch_sop_texts(conn, TODAY)
        assert [sop.uri for sop in found] == ["delivery.md", "refunds.md", "shelves.md"]
        shelves = found[2]
        assert len(shelves.passages) > 1
        assert [p.ordinal for p in shelves.passages] == list(range(len(shelves.passages)))
        assert (shelves.source, shelves.version, shelves.owner) == ("shop", "3", "dana@example.com")
        assert shelves.competencies == ("refunds",)
        assert [s.uri for s in await fetch_sop_texts(conn, TODAY, uri="refunds.md")] == [
            "refunds.md"
        ]
        assert await fetch_sop_texts(conn, TODAY, source="elsewhere") == []
        assert await fetch_sop_texts(conn, TODAY, competency="welding") == []
        assert len(await fetch_sop_texts(conn, TODAY, competency="refunds")) == 3
    expired = TODAY.replace(year=TODAY.year + 2)
    assert NOW.date() == TODAY
    async with conn.transaction():
        assert await fetch_sop_texts(conn, expired) == []
