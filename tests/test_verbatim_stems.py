"""What a question shows of a clause: enough to be understood, nothing that gives the answer away."""

from __future__ import annotations

import pytest
from sop_texts import sop_text
from verbatim_drafts import made

from learning.modules import ItemSet
from review.drafting_verbatim.cases import cases
from review.drafting_verbatim.outline import outline


def _stems(markdown: str) -> list[str]:
    content = made("items", sop_text(markdown)).content
    assert isinstance(content, ItemSet)
    return [item.stem.text.replace("\n", " ") for item in content.items]


def test_a_case_before_an_arrow_does_not_give_its_answer_away() -> None:
    told = '- If the guest says "I lost my key" → ask for the name. Then print a new key.'
    (case,) = cases(outline(sop_text(f"# Desk\n\n{told}")))
    assert case.when == 'if the guest says "I lost my key"'
    assert case.points[0].text == told.removeprefix("- ")


def test_a_short_case_is_asked_with_what_is_looked_at() -> None:
    (told,) = [
        stem
        for stem in _stems(
            "# Beds\n\nCheck the frame for rust. Rusty: send it to the workshop. Paint it there."
        )
        if "Rusty" in stem
    ]
    assert "after “Check the frame for rust”" in told


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("4.4 Send the slip within 3 days.", "“Send the slip within ____.”"),
        (
            "(b) Keep the slip for 3 days after the sale.",
            "“Keep the slip for ____ after the sale.”",
        ),
    ],
)
def test_a_question_leaves_the_number_of_a_clause_out(line: str, shown: str) -> None:
    assert [stem for stem in _stems(f"# Slips\n\n{line}\n") if stem.endswith(shown)]


def test_the_end_of_a_sentence_is_asked_with_its_beginning() -> None:
    stems = _stems(
        "# Alarms\n\nCall the owner when:\n\n- the door is open for 5 minutes\n- it smells"
    )
    assert stems == [
        "“Alarms”: which figure belongs in the gap? "
        "“Call the owner when: … the door is open for ____”"
    ]


def test_a_point_of_a_step_is_asked_with_what_announces_it() -> None:
    stems = _stems(
        "# Van\n\na) Open the doors.\nb) Measure:\n   i. of the air, at most 4 °C\nc) Go.\n"
    )
    asked = "“Van”: which figure belongs in the gap? “Measure: … of the air, at most ____”"
    assert asked in stems


def test_what_follows_something_is_asked_with_it_and_the_ends_of_a_range_not_at_all() -> None:
    stems = _stems(
        "# Lockers\n\nA locker is free of charge for 2 hours. After that we charge £4 for every day.\n\n"
        "Keep lockers with food at 2 °C to 8 °C during the whole day.\n"
    )
    assert stems[1:] == [
        "“Lockers”: which figure belongs in the gap? “A locker is free of charge for 2 hours. After "
        "that we charge ____ for every day.”"
    ]
    assert len(stems) == 2
