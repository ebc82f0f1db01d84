"""Job aids drafted without a model: short, whole, in the SOP's order."""

from __future__ import annotations

import re

import pytest
from sop_texts import sop_text
from verbatim_drafts import NO_RECEIPT, PARTS, SAMPLES, made, request

from indexing.support import Supported, check
from learning.modules import AID_CHARACTERS, Guide, JobAid
from review.nouns import Drafted, NothingToDraftFrom
from review.verbatim import draft


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
