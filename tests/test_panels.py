"""Boxes, macros and bold headings of other tools, read as people see them."""

from __future__ import annotations

from textwrap import dedent

import pytest

from indexing.passages import split
from indexing.reading import Read
from indexing.reading.markdown import read_markdown


def _read(markdown: str) -> Read:
    found = read_markdown(dedent(markdown).strip().encode(), "page.md")
    assert isinstance(found, Read)
    return found


def _said(markdown: str) -> str:
    found = _read(markdown)
    return "\n".join(passage.text for passage in split(found.title, found.markdown))


@pytest.mark.parametrize(
    ("box", "said"),
    [
        ("> [!WARNING]\n> Do not open it.", "Warning: Do not open it."),
        ("> [!note] Keys\n> Are kept at the desk.", "Note: Keys Are kept at the desk."),
        ("> [!CAUTION]\n> - Acid.\n> - Heat.", "Caution:\n\n- Acid.\n- Heat."),
        ("!!! danger\n    Acid burns.", "Danger: Acid burns."),
        ('!!! warning "High voltage"\n    Switch it off.', "Warning: High voltage. Switch it off."),
        ("??? note\n    Ask first.", "Note: Ask first."),
        (":::caution\nHot surface.\n:::", "Caution: Hot surface."),
        ("{warning}\nIt erases the disk.\n{warning}", "Warning: It erases the disk."),
        ("{note:title=Keys}Lock them away.{note}", "Note: Keys. Lock them away."),
        ("{panel:title=Hours|borderStyle=solid}8 to 5{panel}", "Hours: 8 to 5"),
        ("{color:red}Stop{color} here, {status:colour=Red|title=LIVE}.", "Stop here, LIVE."),
        ("- [x] Mains on\n- [ ] Cable at hand", "- Mains on\n- Cable at hand"),
        ("{toc:maxLevel=2}\n\nRead on.", "Read on."),
        (
            '<ac:structured-macro ac:name="warning"><ac:rich-text-body>Stand back.'
            "</ac:rich-text-body></ac:structured-macro>",
            "Warning: Stand back.",
        ),
        (
            '<ac:structured-macro ac:name="toc"><ac:parameter ac:name="maxLevel">2</ac:parameter>'
            "</ac:structured-macro>\n\nRead on.",
            "Read on.",
        ),
    ],
)
def test_a_box_is_read_as_its_word_and_what_it_holds(box: str, said: str) -> None:
    assert _said(box) == said


@pytest.mark.parametrize(
    "text",
    [
        "```\n{warning}\n!!! danger\n> [!NOTE]\n```",
        "The template holds {note} once.",
        "Really!!! Warning signs are red.",
        "See [!important] for more.",
    ],
)
def test_code_and_text_that_only_looks_like_a_box_stay(text: str) -> None:
    assert _read(text).markdown == text


BOLD = """
**WORK INSTRUCTION**

**Changing the filter**

**1. Purpose**

How the filter is changed.

**2. Steps**

**2.1 Before**

Step 1 – Switch off the pump.

Step 2 – Wait 5 minutes.

**Never open it while it is warm**

**Warning: hot water**
"""


def test_bold_lines_are_headings_where_there_are_no_others() -> None:
    found = _read(BOLD)
    assert found.title == "Changing the filter"
    passages = split(found.title, found.markdown)
    assert [passage.headings for passage in passages] == [
        (),
        ("1. Purpose",),
        ("2. Steps", "2.1 Before"),
    ]
    assert "Never open it while it is warm" in passages[2].text
    assert "Warning: hot water" in passages[2].text


@pytest.mark.parametrize("headings", ["## One\n\n## Two\n\n", "One\n---\n\nTwo\n===\n\n"])
def test_bold_lines_stay_where_the_document_has_headings(headings: str) -> None:
    text = (
        f"{headings}**First thing**\n\nDo it.\n\n**Second thing**\n\n**Third thing**\n\nDo it too."
    )
    assert _read(text).markdown == text
