"""Changes in documents of different house styles: rhythms, lists, degrees, what is of itself."""

from __future__ import annotations

import pytest

from indexing.changes import RevisionText, compare
from indexing.changes_marks import other_rhythm, tells_of_itself
from indexing.support import Supported, Unsupported, check


def _kind(before: str, after: str) -> str:
    page = "# Page\n\n1. Begin with this.\n2. {}\n3. End with that.\n"
    found = compare(
        RevisionText("Page", page.format(before)), RevisionText("Page", page.format(after))
    )
    kinds = {change.kind for change in found}
    return next((kind for kind in ("material", "wording", "cosmetic") if kind in kinds), "none")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Report it the same day.", "Report it the next day."),
        ("Report it the next working day.", "Report it the same working day."),
        ("The previous shift signs.", "The next shift signs."),
        ("Review the log weekly.", "Review the log monthly."),
        ("Check it every day.", "Check it weekly."),
        ("Do this every Monday.", "Do this every other Monday."),
        ("Tell the patient at once.", "Tell the patient later."),
        ("Wear gloves and an apron.", "Wear gloves."),
        ("Wear goggles, an apron and gloves.", "Wear goggles and gloves."),
        ("Bring the form and the key.", "Bring the form, the key and a pen."),
        ("Heat it to 75 °C.", "Heat it to 75 °F."),
        ("Heat it to 75 degrees Celsius.", "Heat it to 75 degrees Fahrenheit."),
    ],
)
def test_what_people_would_do_otherwise_for_is_material(before: str, after: str) -> None:
    assert _kind(before, after) == "material"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Report it the next day.", "Report it the following day."),
        ("Call them at once.", "Call them immediately."),
        ("Check the form, as usual, and sign it.", "Check the form and sign it."),
        ("Open it, then close it.", "Open it and then close it."),
    ],
)
def test_other_words_for_the_same_time_and_list_are_wording(before: str, after: str) -> None:
    assert _kind(before, after) == "wording"


def test_a_rhythm_that_only_one_names_is_no_other_one() -> None:
    assert not other_rhythm("Check it weekly.", "Check it once a week.")
    assert other_rhythm("Check it annually.", "Check it daily.")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Version 6.2", "Version 6.3"),
        ("Rev: C", "Rev: D"),
        ("Document: MBR-0417-03", "Document: MBR-0417-04"),
        ("Last reviewed: 2026-07-02", "Last reviewed: 2026-10-02"),
        (
            "Last changed 2 May 2026 by the safety lead.",
            "Last changed 2 June 2026 by the safety lead.",
        ),
        ("| Next review | 30 June 2027 |", "| Next review | 30 June 2028 |"),
    ],
)
def test_what_a_document_says_of_itself_is_cosmetic(before: str, after: str) -> None:
    table = "| Field | Value |\n| --- | --- |\n| Owner | The desk |\n" if before[0] == "|" else ""
    texts = [
        RevisionText("Page", f"# Page\n\n{table}{line}\n\nDo it now.\n") for line in (before, after)
    ]
    assert {change.kind for change in compare(*texts)} == {"cosmetic"}


@pytest.mark.parametrize(
    "line",
    [
        "Version 4, valid from 2026-01-12",
        "Effective from 1 April 2026.",
        "Form F-118",
        "Update 3 records",
        "Report within 24 h",
        "Version 2 of the form must be used.",
    ],
)
def test_what_people_keep_to_is_not_of_itself(line: str) -> None:
    assert not tells_of_itself(line)


def test_a_step_that_reads_like_a_version_is_still_a_step() -> None:
    assert _kind("Version 2", "Version 3") == "material"


@pytest.mark.parametrize(
    ("said", "source", "holds"),
    [
        ("Heat it to 75 °F.", "Heat it to 75 °C.", False),
        ("Keep it below 5 degrees Fahrenheit.", "Keep it below 5 °C.", False),
        ("Heat it to 75°C.", "Heat it to 75 °C.", True),
        ("Heat it to 75 degrees Celsius.", "Heat it to 75 °C.", True),
        ("Heat it to 75 degrees.", "Heat it to 75 °C.", True),
        ("Turn it by 90 degrees.", "Turn it by 90°.", True),
    ],
)
def test_degrees_are_of_one_scale(said: str, source: str, holds: bool) -> None:
    found = check(said, [source])
    assert found == Supported() if holds else isinstance(found, Unsupported) and found.why == "unit"
