"""Job aids drafted without a model: short, whole, in the SOP's order."""

from __future__ import annotations

import re

import pytest
from sop_texts import sop_text
from verbatim_drafts import NO_RECEIPT, PARTS, SAMPLES, made, request

from handlers.review_words import finding_words
from indexing.support import Supported, check
from learning.modules import AID_CHARACTERS, Guide, JobAid
from review.checking.omissions import omissions
from review.checks import check_draft
from review.drafting_verbatim.outline import outline
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
        "Ask whom they visit.",
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


GOODWILL = """
    # Goodwill

    ## 1. At the counter

    1. Say sorry and ask what would help.
    2. Up to £20 you may settle it yourself.

    Offer an exchange or a gift card before you offer money. Most people prefer one of the two.

    ## 2. By phone

    1. Take the name and the number.
    2. Ring back within 2 hours.
    """


async def test_what_an_aid_leaves_out_of_its_sections_is_said_on_the_card() -> None:
    sop = sop_text(GOODWILL)
    drafted = made("aid", sop)
    aid = drafted.content
    assert isinstance(aid, JobAid)
    checked = await check_draft(drafted, request("aid"), [sop], (), None)
    told = "\n".join(line.text for line in aid.lines)
    # What is to be done is on the aid, beside the steps.
    assert "Offer an exchange or a gift card before you offer money." in told
    (left,) = (each for each in checked.findings if each.code == "left_out")
    assert (left.text, left.words) == (
        "1. At the counter",
        ("“Most people prefer one of the two.”",),
    )
    assert not left.blocks
    assert finding_words(left) == (
        "“1. At the counter”: left out of this section: “Most people prefer one of the two.”."
    )
    # An edit that takes a line away is looked at in the same way.
    less = JobAid(aid.title, tuple(line for line in aid.lines if "gift card" not in line.text))
    found = {each.text: each.words for each in omissions(less, [sop])}
    assert found["1. At the counter"][0].startswith("“Offer an exchange or a gift card before")


@pytest.mark.parametrize("uri", SAMPLES)
async def test_every_sentence_of_a_cited_section_is_on_the_aid_or_named_as_left_out(
    uri: str,
) -> None:
    sop = SAMPLES[uri]
    drafted = made("aid", sop)
    assert isinstance(drafted.content, JobAid)
    checked = await check_draft(drafted, request("aid"), [sop], (), None)
    left = {f.text: f.words for f in checked.findings if f.code == "left_out"}
    told = "\n".join(line.text for line in drafted.content.lines)
    cited = {cite.section for line in drafted.content.lines for cite in line.cites}
    for clause in outline(sop).clauses:
        for sentence in clause.sentences if clause.section in cited else ():
            named = any(sentence.text.startswith(w[1:-1].removesuffix(" …"))
                        for w in left.get(clause.section, ()))  # fmt: skip
            words = set(re.findall(r"\w+", sentence.text.casefold()))
            there = words & set(re.findall(r"\w+", told.casefold()))
            assert named or sentence.text in told or len(there) >= len(words) / 2, sentence.text
    whole = {passage.section for passage in sop.passages if passage.section != sop.title}
    gone = next((f.words for f in checked.findings if f.code == "sections_left_out"), ())
    if gone:
        assert set(gone) == whole - cited


def test_the_steps_are_told_in_full_before_anything_else_is() -> None:
    rest = " ".join(f"Pots above {n} kg must dry for {n} days." for n in range(40))
    sop = sop_text(
        f"# Pots\n\n1. Weigh it. Write the weight down.\n2. Lift it. Ask for help if it is heavy."
        f"\n\n{rest}\n"
    )
    aid = made("aid", sop).content
    assert isinstance(aid, JobAid)
    told = [line.text for line in aid.lines]
    assert told[:2] == [
        "1. Weigh it. Write the weight down.",
        "2. Lift it. Ask for help if it is heavy.",
    ]
    assert len(told) > 2
