"""More house styles: how sections without headings of their own are read, and what drafts make."""

from __future__ import annotations

import io

import docx
import pytest
from sop_texts import sop_text
from verbatim_drafts import guide_of, made, said

from indexing.passages import split
from indexing.reading import Read, read
from indexing.units import sentences
from learning.modules import JobAid
from review.drafting_verbatim.answers import answers
from review.drafting_verbatim.outline import outline
from review.drafting_verbatim.records import heads_history, heads_terms, is_record
from review.drafting_verbatim.wording import instructs, sets_threshold


def _read(raw: bytes | str, uri: str) -> Read:
    found = read(raw.encode() if isinstance(raw, str) else raw, uri)
    assert isinstance(found, Read), found
    return found


def _headings(found: Read) -> list[str]:
    passages = split(found.title, found.markdown)
    return list(dict.fromkeys(p.headings[-1] for p in passages if p.headings))


PLAIN = """\
NORTH LANE VETS
SHEET 4: BOOKING A PATIENT IN

Owner: the practice manager

1. SCOPE
This sheet covers cats and dogs.

2. BOOKING
2.1 Ask for the name of the owner.
2.2 Weigh the patient.

3. RECORDS
Sheets are kept for 2 years.
"""


def test_numbered_names_of_sections_in_a_plain_file_are_headings() -> None:
    found = _read(PLAIN, "booking.txt")
    assert found.title == "SHEET 4: BOOKING A PATIENT IN"
    assert _headings(found) == ["1. SCOPE", "2. BOOKING", "3. RECORDS"]
    assert "NORTH LANE VETS" in found.markdown


def test_bold_names_of_sections_before_their_text_are_headings() -> None:
    markdown = (
        "# Boxes\n\n**1. Purpose.** How boxes are stored.\n\n**2. Scope.** All boxes.\n\n"
        "**3. Storing**\n\n3.1. Tape the box.\n\n3.2. Shelve it.\n"
    )
    found = _read(markdown, "boxes.md")
    assert _headings(found) == ["1. Purpose", "2. Scope", "3. Storing"]
    assert "\nHow boxes are stored." in found.markdown


def test_items_that_are_sections_let_go_of_the_steps_set_in_below_them() -> None:
    markdown = (
        "# Night\n\n1. **PURPOSE.** To close the day.\n2. **STEPS**\n   1. Print the list.\n"
        "   2. Sign it.\n3. **RECORDS.** Kept for a year.\n"
    )
    found = _read(markdown, "night.md")
    assert _headings(found) == ["1. PURPOSE", "2. STEPS", "3. RECORDS"]
    assert "\n1. Print the list.\n2. Sign it." in found.markdown


def test_short_lines_alone_are_headings_of_a_plain_file_that_has_no_others() -> None:
    parts = ("Purpose", "If a dog is lost", "Afterwards")
    text = "LOST DOGS\nSHEET 2\n\n" + "\n".join(f"{part}\n\nWrite it down.\n" for part in parts)
    assert _headings(_read(text, "dogs.txt")) == [*parts]
    assert "#" not in _read("Hello\n\nWrite it down.\n\nBye\n\nDo not.\n", "dogs.txt").markdown


@pytest.mark.parametrize(
    "text",
    [
        "1. STOP\nLook about you.\n2. CALL FOR HELP\nBy phone.\n3. SCOPE THE ROOM\nFrom the door.\n",
        "1. SCOPE\nAll.\n2. RECORDS\nNone.\n1. PURPOSE\nMore.\n",
        "```\n1. SCOPE\n2. PURPOSE\n3. RECORDS\n```\n",
    ],
)
def test_other_lines_in_capitals_stay_steps(text: str) -> None:
    assert "#" not in _read(text, "other.txt").markdown


def test_paragraphs_in_bold_are_headings_in_a_word_file_without_any() -> None:
    document = docx.Document()
    for name in ("A. Before", "B. During", "C. After"):
        document.add_paragraph().add_run(name).bold = True
        document.add_paragraph(f"Say what is done {name[3:].lower()} the work.")
    raw = io.BytesIO()
    document.save(raw)
    assert _headings(_read(raw.getvalue(), "work.docx")) == ["A. Before", "B. During", "C. After"]


def test_a_term_of_a_page_stands_with_what_is_said_of_it() -> None:
    page = "<h1>Times</h1><dl><dt>Reply</dt><dd>2 days</dd><dt>Appeal</dt><dd>1 month</dd></dl>"
    assert _read(page, "times.html").markdown.endswith("- Reply: 2 days\n\n- Appeal: 1 month")


@pytest.mark.parametrize("text", ["6.5. Move the cells.", "IV. Find the file."])
def test_the_number_of_a_paragraph_is_no_sentence(text: str) -> None:
    assert sentences(text) == [(0, len(text))]


HISTORY = """
# Opening the pool

1. Test the water.
2. Unlock the gate.

## Terms

- DNR – do not resuscitate

## IV. Revision history

1. 2026-01-02: limit raised from 20 to 30 swimmers.
2. 2026-03-04: never open before 7.
"""


def test_the_history_of_a_document_is_nobodys_task_and_its_terms_warn_of_nothing() -> None:
    assert [said(step) for step in guide_of(HISTORY).novice] == [
        ["Test the water."],
        ["Unlock the gate."],
    ]
    assert guide_of(HISTORY).warnings == ()
    aid = made("aid", sop_text(HISTORY)).content
    assert isinstance(aid, JobAid)
    assert not any("swimmers" in line.text for line in aid.lines)


@pytest.mark.parametrize(
    ("heading", "history", "terms"),
    [
        ("7. DOCUMENT HISTORY", True, False),
        ("Changelog", True, False),
        ("VII. Änderungshistorie", True, False),
        ("Change control", False, False),
        ("Patient history", False, False),
        ("Definitions and abbreviations", False, True),
        ("Terms of payment", False, False),
    ],
)
def test_headings_of_what_is_about_the_document(heading: str, history: bool, terms: bool) -> None:
    assert (heads_history(heading), heads_terms(heading)) == (history, terms)


def test_who_edited_a_document_is_a_record() -> None:
    assert is_record("Kitchen · Last edited by A. Berg on 4 Nov 2026")
    assert not is_record("Have the list edited by a colleague on Monday and Friday")


RULES = """
# Taking samples

1. Take a vial from the box and check that it is clean (inside and outside) before it is filled up.
   Vials without a label must be thrown away.
2. Ask how the patient feels. If they faint, call 999.
"""


def test_what_must_be_is_told_at_standard_and_whom_to_call_to_an_expert() -> None:
    guide = guide_of(RULES)
    assert "Vials without a label must be thrown away." in " ".join(said(guide.standard[0]))
    assert said(guide.expert[1]) == ["Ask how the patient feels.", "If they faint, call 999."]
    assert all(line.text.count("(") == line.text.count(")") for line in guide.expert[0].lines)


TABLE = """
# Berthing

| Step | Who | What to do | Form |
|---|---|---|---|
| 1 | Mate | Check the fenders. | F 2.1-1 |
| 2 | Deckhand | Throw the line. | – |
| 3 | Master | Stop the engine within 2 minutes. | F 2.1-2 |
"""


def test_a_step_in_a_table_is_named_by_what_to_do_and_keeps_who_does_it_at_standard() -> None:
    guide = guide_of(TABLE)
    assert [said(step) for step in guide.standard] == [
        ["Check the fenders.", "Mate", "F 2.1-1"],
        ["Throw the line.", "Deckhand"],
        ["Stop the engine within 2 minutes.", "Master", "F 2.1-2"],
    ]
    assert [said(step) for step in guide.expert] == [
        ["Check the fenders."],
        ["Throw the line."],
        ["Stop the engine within 2 minutes."],
    ]
    aid = made("aid", sop_text(TABLE)).content
    assert isinstance(aid, JobAid)
    assert aid.lines[0].text == "1: Check the fenders."


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("EN 60204-1", False),
        ("Max. 250 Pa", True),
        ("FB 8.7-1", False),
        ("EUR 5-10", True),
        ("2-3 days", True),
    ],
)
def test_the_number_of_a_form_is_no_limit(text: str, limits: bool) -> None:
    assert sets_threshold(text) is limits


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Dry ice releases carbon dioxide.", False),
        ("Dry hands well.", True),
        ("Dry your hands well with a towel.", True),
        ("Clean filter covers with a cloth.", True),
    ],
)
def test_what_only_looks_like_an_instruction(text: str, told: bool) -> None:
    assert instructs(text) is told


def test_what_is_done_instead_is_no_part_of_what_is_forbidden() -> None:
    told = answers("If the seal is broken, do not open the box; ring the owner.")
    assert told.passes == "If the seal is broken, I do not open the box, and I ring the owner."
    assert told.fails == "If the seal is broken, I open the box."


def _aid_lines(markdown: str) -> list[str]:
    content = made("aid", sop_text(markdown)).content
    assert isinstance(content, JobAid)
    return [line.text for line in content.lines]


LIMITS = """
# Keeping plants

| Owner | Next review |
|---|---|
| Gardener | 2027-01-03 |
| Deputy | 2027-01-03 |

## Watering

1. Fill the can.
2. Water the roots.

## Limits

| Plant | Least | Most |
|---|---|---|
| Fern | 12 °C | 24 °C |
| Cactus | 5 °C | |

Ferns of up to 2 kg stay on the shelf. Ferns of more than 2 kg stand on the floor for one week.

## If somebody eats a leaf

Keep calm. Call 999 and keep the leaf.
"""


def test_an_aid_has_tables_of_limits_both_of_two_limits_and_whom_to_call() -> None:
    lines = _aid_lines(LIMITS)
    at = lines.index("Plant | Least | Most")
    assert lines[at + 1 : at + 3] == ["Fern | 12 °C | 24 °C", "Cactus | 5 °C | –"]
    assert "Ferns of up to 2 kg stay on the shelf." in lines
    assert "Ferns of more than 2 kg stand on the floor for one week." in lines
    assert "Call 999 and keep the leaf." in lines
    assert not any("Gardener" in line for line in lines)


def test_an_aid_tells_what_to_do_in_each_case_of_a_list() -> None:
    cases_told = [
        "If the lamp is red, wait.",
        "If the lamp is green → open the door.",
        "If the lamp is off, the hall is closed.",
    ]
    lines = _aid_lines("# Hall\n\n## Lamp\n\n" + "\n".join(f"- {each}" for each in cases_told))
    assert lines == cases_told


CALENDAR = """
# Closing the till book

| Day | Task | Who |
|---|---|---|
| D-2 | Count the stock. | Clerk |
| D-1 | Enter late bills. | Clerk |
| D+3 | Lock the book. | Manager |
"""


def test_the_days_of_a_calendar_are_steps_that_keep_their_days() -> None:
    guide = guide_of(CALENDAR)
    assert said(guide.novice[0]) == ["Count the stock.", "D-2", "Clerk"]
    assert [said(step) for step in guide.expert] == [
        ["Count the stock.", "D-2"],
        ["Enter late bills.", "D-1"],
        ["Lock the book.", "D+3"],
    ]
    assert _aid_lines(CALENDAR) == [
        "D-2: Count the stock.",
        "D-1: Enter late bills.",
        "D+3: Lock the book.",
    ]


@pytest.mark.parametrize(
    "days", [("D-1", "D-2", "D+3"), ("Day one", "Day two", "Later"), ("D-2", "D-1", "Then")]
)
def test_rows_whose_days_do_not_follow_each_other_are_no_steps(days: tuple[str, ...]) -> None:
    markdown = CALENDAR
    for old, new in zip(("D-2 ", "D-1 ", "D+3 "), ("@0 ", "@1 ", "@2 "), strict=True):
        markdown = markdown.replace(old, new)
    for at, day in enumerate(days):
        markdown = markdown.replace(f"@{at}", day)
    assert outline(sop_text(markdown)).steps == ()


def test_what_is_quoted_ends_no_sentence_and_a_short_instruction_loses_its_capital() -> None:
    (step,) = outline(sop_text('# Call\n\n1. Say "I see. Go on.", and wait. Hang up.\n')).steps
    assert [each.text for each in step.head.sentences] == [
        'Say "I see. Go on.", and wait.',
        "Hang up.",
    ]
    assert answers("Print 6 cryo-labels per tray.").passes == "I print 6 cryo-labels per tray."


def test_an_aid_has_what_to_do_behind_two_labels() -> None:
    told = ["E1: Frost alarm: close the damper.", "E4: Fan fault: reset it once."]
    markdown = "# Unit\n\n1. Open the door.\n\n## Codes\n\n" + "\n".join(
        f"- {each}" for each in told
    )
    assert told[0] in _aid_lines(markdown)
