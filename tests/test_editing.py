"""Editing a section in place: what each line becomes, and what cannot stand for a section."""

from __future__ import annotations

import pytest
from gallery_review import AID, GUIDE, ITEMS, REMEDIAL, SCENARIO

from learning.modules import Content, sections
from review.editing import Unfit, replaced

EVERY = [
    pytest.param(content, section.key, id=f"{content.kind}-{section.key}")
    for content in (GUIDE, AID, ITEMS, SCENARIO, REMEDIAL)
    for section in sections(content)
]


def lines_of(content: Content, key: str) -> list[str]:
    return [said.text for each in sections(content) if each.key == key for said in each.sentences]


@pytest.mark.parametrize(("content", "key"), EVERY)
def test_a_changed_line_keeps_the_sources_of_the_one_it_stands_for(
    content: Content, key: str
) -> None:
    lines = lines_of(content, key)
    assert replaced(content, key, lines, ()) == content, "nothing typed otherwise, nothing changed"
    edited = replaced(content, key, [f"{lines[0]} And more.", *lines[1:]], ())
    assert not isinstance(edited, Unfit)
    for before, after in zip(sections(content), sections(edited), strict=True):
        if before.key != key:
            assert after == before, "another section stays as it is"
            continue
        assert after.sentences[0].text == f"{before.sentences[0].text} And more."
        assert after.sentences[0].cites == before.sentences[0].cites
        assert after.sentences[1:] == before.sentences[1:]


@pytest.mark.parametrize(("content", "key"), EVERY)
def test_a_section_is_never_emptied(content: Content, key: str) -> None:
    assert replaced(content, key, ["", "  "], ()) == Unfit("empty")


@pytest.mark.parametrize(
    ("content", "key"), [(ITEMS, "item.q1"), (SCENARIO, "rubric.c1"), (SCENARIO, "variant.1")]
)
def test_where_each_line_has_a_meaning_none_is_added_or_dropped(content: Content, key: str) -> None:
    lines = lines_of(content, key)
    assert replaced(content, key, lines[:-1], ()) == Unfit("lines", len(lines), len(lines) - 1)


def test_a_new_line_takes_its_neighbour_s_source() -> None:
    lines = lines_of(AID, "aid")
    edited = replaced(AID, "aid", [lines[0], "A line of one's own.", *lines[1:]], ())
    assert not isinstance(edited, Unfit)
    assert [said.text for said in edited.lines[:2]] == [lines[0], "A line of one's own."]  # type: ignore[union-attr]
    assert edited.lines[1].cites  # type: ignore[union-attr]


def test_a_section_that_is_not_there_is_said() -> None:
    assert replaced(AID, "novice.9", ["x"], ()) == Unfit("no_such_section")
