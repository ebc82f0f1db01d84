"""Questions drafted without a model: on the SOP's figures, orders and rules, with one right answer."""

from __future__ import annotations

import re

import pytest
from sop_texts import sop_text
from verbatim_drafts import FAULTY, NO_RECEIPT, PARTS, SAMPLES, made, request

from indexing.nouns import SopText
from learning.modules import Applied, Guide, ItemSet, Ordering, Sentence, SingleBest
from review.nouns import Drafted, NothingToDraftFrom, SubCompetency
from review.verbatim import draft


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
