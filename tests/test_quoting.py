"""Which words are quoted: procedures whole or said to be cut, warnings whole, nothing beside them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from handlers.answer_cards import answered_card, answered_text
from handlers.answer_lines import marked_sources, source_marks
from handlers.cards import Sources, Steps, Text
from handlers.source_cards import source_card
from indexing.leading import read_of
from indexing.nouns import Answered, FoundPassage, LeftOut, Quoted
from indexing.passages import split
from indexing.quotes import stretches
from indexing.quoting import Chosen, choose
from indexing.units import units_with_whole_warnings

PARCEL = FoundPassage(
    passage_id=1,
    document_id=1,
    revision_id=1,
    source="sops",
    uri="parcels.md",
    kind="sop",
    title="Parcels that come back",
    section="Procedure",
    text="",
    version="7",
    version_on=date(2026, 5, 4),
    owner="dana@example.com",
    url="",
    roles=("everyone",),
    audience=("everyone",),
)


def document(markdown: str, number: int = 1, title: str = PARCEL.title) -> list[FoundPassage]:
    """The passages of a document as retrieval would find them."""
    return [
        replace(
            PARCEL,
            passage_id=number * 100 + passage.ordinal,
            document_id=number,
            revision_id=number,
            title=title,
            section=passage.section,
            text=passage.text,
        )
        for passage in split(title, markdown)
    ]


def step(number: int, words: int) -> str:
    return f"{number}. " + " ".join(f"word{number}x{at}" for at in range(words)) + "."


async def chosen(asked: str, found: list[FoundPassage], *sections: list[FoundPassage]) -> Chosen:
    return await choose(asked, read_of(found, asked), sections, None, None)


def answered(found: Chosen) -> Answered:
    return Answered(found.cited[0].section, found.quotes, found.cited, (), found.left_out)


async def test_a_procedure_is_quoted_whole_across_the_passages_it_was_cut_into() -> None:
    steps = "\n".join(step(number, 22) for number in range(1, 8))
    passages = document(f"## Procedure\n\n{steps}\n")
    assert len(passages) > 1
    found = await chosen("word2x3 word2x4", passages[:1], passages)
    # 22 words a step are too many for all seven: it is read from its start, and the rest is said.
    shown = [quote.step for quote in found.quotes]
    assert shown == list(range(1, len(shown) + 1))
    assert 2 in shown
    (left,) = found.left_out
    assert [*shown, *left.steps] == list(range(1, 8))
    # What was left out can be shown: the passage in which it stands is a source too.
    assert {passage.passage_id for passage in found.cited} == {p.passage_id for p in passages}


async def test_a_short_procedure_has_all_its_steps_and_says_nothing_of_more() -> None:
    steps = "\n".join(step(number, 12) for number in range(1, 6))
    passages = document(f"## Procedure\n\n{steps}\n")
    for asked in ("word1x2", "word3x2", "word5x2"):
        found = await chosen(asked, passages, passages)
        assert [quote.step for quote in found.quotes] == [1, 2, 3, 4, 5]
        assert found.left_out == ()


async def test_a_step_that_was_asked_for_is_there_however_late_it_comes() -> None:
    steps = "\n".join(step(number, 40) for number in range(1, 10))
    passages = document(f"## Procedure\n\n{steps}\n")
    last = next(passage for passage in passages if "word9x1 " in passage.text)
    found = await chosen("word9x1 word9x2", [last], passages)
    shown = [quote.step for quote in found.quotes]
    assert shown[-1] == 9
    assert shown == list(range(shown[0] or 0, 10))
    assert found.left_out[0].steps == tuple(range(1, shown[0] or 0))


async def test_what_stands_between_two_steps_comes_along_and_a_second_list_does_not() -> None:
    text = (
        "## Procedure\n\n1. Open the parcel.\n\nUse the grey knife.\n\n2. Weigh the parcel.\n\n"
        "Then for letters:\n\n1. Burn the letter.\n2. Keep its ash.\n"
    )
    passages = document(text)
    found = await chosen("how do I weigh a parcel", passages, passages)
    assert [quote.text for quote in found.quotes] == [
        "Open the parcel.",
        "Use the grey knife.",
        "Weigh the parcel.",
    ]
    assert found.left_out == ()


async def test_a_lone_step_of_another_procedure_is_not_added() -> None:
    parcels = document("## Procedure\n\n1. Open the parcel.\n2. Weigh the parcel.\n")
    letters = document("## Letters\n\n1. Get gloves.\n2. Weigh the parcel twice.\n", 2, "Letters")
    found = await chosen("weigh the parcel", [*parcels, *letters], parcels, letters)
    assert {passage.document_id for passage in found.cited} == {1}


async def test_what_opens_a_document_gives_way_to_what_it_tells() -> None:
    passages = document(
        "What to do with a parcel that a customer sends back.\n\n"
        "## Opening\n\n1. Use the grey knife.\n2. Film it.\n\n## Letters\n\nBurn them.\n"
    )
    found = await chosen("customer sends a parcel back", passages, *([one] for one in passages))
    assert [quote.text for quote in found.quotes] == [
        "What to do with a parcel that a customer sends back.",
        "Use the grey knife.",
        "Film it.",
    ]


async def test_a_warning_is_quoted_to_its_end_and_a_point_with_what_announces_it() -> None:
    warning = "Warning: Never sign for the driver. Send them to Dana instead."
    passages = document(f"## Damage\n\nWrite down:\n\n- a wet box;\n- a torn box.\n\n{warning}\n")
    found = await chosen("wet box", passages, passages)
    assert [quote.text for quote in found.quotes] == [
        "Write down:",
        "a wet box;",
        "a torn box.",
        warning,
    ]
    whole = passages[0].text
    assert [whole[u.start : u.end] for u in units_with_whole_warnings(whole)][-1] == warning


async def test_a_sentence_that_says_the_same_again_is_not_added() -> None:
    first = document("## Sizes\n\nA swap of size or colour is free.\n")
    again = document("## Sizes\n\nA swap of size or colour is always free.\n", 2, "Quick version")
    found = await chosen("is a swap of size or colour free", [*first, *again], first, again)
    assert [quote.text for quote in found.quotes] == ["A swap of size or colour is free."]


async def test_no_answer_is_longer_than_it_may_be() -> None:
    for words in (5, 20, 60, 180):
        steps = "\n".join(step(number, words) for number in range(1, 30))
        passages = document(f"## Procedure\n\n{steps}\n")
        found = await chosen("word3x1 word4x2", passages[:1], passages)
        assert len(answered_text(answered(found), {})) < 1200
        for number, passage in enumerate(found.cited, start=1):
            assert all(
                part in passage.text for part in stretches(passage.text, found.quotes, number)
            )


async def test_each_section_has_its_own_list_and_name_and_one_mark() -> None:
    parcels = document("## Parcels\n\n1. Open the parcel.\n2. Weigh the parcel.\n")
    letters = document("## Letters\n\nA parcel may hold a letter.\n", 2, "Post")
    found = await chosen("open parcel letter", [*parcels, *letters], parcels, letters)
    card = answered_card(answered(found), {}, 1)
    assert Steps(("“Open the parcel.” [1]", "“Weigh the parcel.” [1]")) in card.blocks
    assert Text("**Post: Letters**") in card.blocks
    assert card.blocks.index(Text("**Post: Letters**")) > 1


def test_what_is_left_out_is_said_and_its_passage_shown_under_the_same_mark() -> None:
    passages = document("## Procedure\n\n" + "\n".join(step(n, 30) for n in range(1, 10)))
    quotes = (Quoted("word1x1", 1, step=1, listed=True),)
    part = Answered("Procedure", quotes, tuple(passages[:2]), (), (LeftOut(2, (2, 5, 6, 7)),))
    assert source_marks(part) == (1, 1)
    said = "Not shown here: steps 2 and 5–7. Show source has the whole."
    assert said in answered_text(part, {})
    assert marked_sources(part, [(2, passages[1]), (1, passages[0])]) == [
        (1, passages[0]),
        (1, passages[1]),
    ]
    card = source_card([(1, passages[0]), (1, passages[1])], {})
    steps = [block for block in card.blocks if isinstance(block, Steps)]
    assert sum(len(block.items) for block in steps) == len(passages[0].text.split("\n")) + len(
        passages[1].text.split("\n")
    )
    (sources,) = [block for block in card.blocks if isinstance(block, Sources)]
    assert len(sources.entries) == 1
