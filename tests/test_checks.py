"""What is found in a draft before a human looks: each check with what it holds and what it lets pass."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from fakes import FakeLanguageModel
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from kiln import (
    AID,
    CONTENTS,
    FAN,
    FAN_STOPS,
    GAP,
    GUIDE,
    HOT,
    ITEMS,
    KILN,
    KINDS,
    LOG,
    NEVER,
    NOW,
    ORDER,
    REMEDIAL,
    REQUEST,
    SCENARIO,
    SECTION,
    SET,
    SOP,
    STACK,
    WALL,
    blocking,
    checked,
    own,
    said,
    with_line,
)
from sop_texts import sop_text

from handlers.review_words import finding_words
from indexing.language_model import ModelUnavailable
from indexing.nouns import SopText
from learning.modules import (
    TITLE_CHARACTERS,
    Content,
    Guide,
    Item,
    ItemSet,
    JobAid,
    ModuleKind,
    Option,
    Scenario,
    Sentence,
    Step,
)
from review.checking.likeness import duplicate_findings
from review.checking.marks import marks
from review.checking.reading_level import grade, level
from review.checks import check_draft, check_edited
from review.nouns import (
    Checked,
    Finding,
    NothingToDraftFrom,
    StoredContent,
)
from review.verbatim import draft


def rubric(**changes: Any) -> Scenario:
    """The exercise with every criterion changed."""
    return replace(SCENARIO, rubric=tuple(replace(each, **changes) for each in SCENARIO.rubric))


def variants(**changes: Any) -> Scenario:
    """The exercise with every case changed."""
    made = tuple(replace(each, **changes) for each in SCENARIO.variants)
    return replace(SCENARIO, variants=made)


def options(**changes: Any) -> tuple[Option, ...]:
    """The options of the question about a hot kiln, each changed."""
    return tuple(replace(each, **changes) for each in HOT.options)


def item(only: Item) -> ItemSet:
    """A set of one question."""
    return replace(ITEMS, items=(only,))


# What stands as it should


@pytest.mark.parametrize("kind", KINDS)
async def test_what_rests_on_its_sop_is_not_blocked(kind: str) -> None:
    found = await checked(CONTENTS[kind])
    assert not found.blocked, found.findings
    assert found.supported == found.claims > 0


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_found_reads_as_a_sentence(kind: str) -> None:
    broken = replace(CONTENTS[kind], title="")
    found = (await checked(broken, sops=())).findings
    assert found
    for finding in found:
        words = finding_words(finding)
        assert words.endswith(".")
        assert "{}" not in words
        assert "_" not in words.replace("____", "")


# Each sentence and what it rests on


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (said("Set the controller to 890 °C and press start.", SET.text), "unsupported"),
        (Sentence("Let it cool."), "uncited"),
        (said("Cool it slowly."), "quote_missing"),
        (said(LOG.text, section="Cleaning"), "quote_missing"),
        (own("Wear an apron."), "own_words"),
        (own("  "), "empty"),
        (said("Protokollieren Sie den Brand, und zwar in dem Buch.", LOG.text), "language"),
        (said("Log the firing in the kiln book, see https://evil.example/x", LOG.text), "link"),
        (said("Log the firing, <!channel>, in the kiln book.", LOG.text), "mention"),
        (said("**Log** the firing in the kiln book.", LOG.text), "markup"),
        (said("Log the firing in the kiln\u202e book.", LOG.text), "control"),
    ],
)
async def test_a_sentence_that_may_not_stand_blocks(line: Sentence, code: str) -> None:
    assert code in await blocking(with_line(line))


@pytest.mark.parametrize("kind", KINDS)
async def test_a_verbatim_title_is_cut_to_what_a_title_may_have(kind: ModuleKind) -> None:
    sop = sop_text(
        KILN.replace("Firing the kiln", "Firing the kiln " + "and more " * 20), "kiln.md"
    )
    request = replace(REQUEST, kind=kind, statement="Fires a load " + "and another " * 20)
    made = draft(request, [sop], None)
    assert not isinstance(made, NothingToDraftFrom)
    assert len(made.content.title) <= TITLE_CHARACTERS
    found = await check_draft(made, request, [sop], (), None)
    assert not found.blocked, found.findings


async def test_the_authors_words_stand_where_they_belong_and_nowhere_else() -> None:
    assert await blocking(replace(AID, lines=(own("Firing the kiln:"), *AID.lines))) == set()
    assert await blocking(replace(AID, lines=(own("My own heading:"), *AID.lines))) == {"own_words"}
    for content in (
        replace(GUIDE, warnings=(NEVER, own("Mind your fingers."))),
        item(replace(FAN_STOPS, points=(own("Call."),))),
        item(replace(ORDER, steps=(STACK, SET, own("Go home.")))),
        rubric(statement=own("Tidy up.")),
        replace(SCENARIO, model_answer=(own("I leave it shut."),)),
        replace(REMEDIAL, clause=(own("Kilns are hot."),)),
        replace(REMEDIAL, check=replace(HOT, options=options(why=own("So.")))),
    ):  # fmt: skip
        assert "own_words" in await blocking(content), content


async def test_a_source_out_of_force_is_said_once_however_much_rests_on_it() -> None:
    later = replace(SOP, revision=8)
    found = await checked(GUIDE, sops=[later])
    assert [f.words for f in found.findings if f.code == "source_gone"] == [("kiln.md",)]
    assert not any(f.code == "quote_missing" for f in found.findings)
    assert found.blocked
    assert found.supported == 0


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("See [the list](list.md).", ["link"]),
        ("Go to www.example.com today.", ["link"]),
        ("It is on shop.example.com/faq now.", ["link"]),
        ("mailto:a@b.example", ["link"]),
        ("Ask @here or @dana.", ["mention"]),
        ("<@U123> knows", ["mention"]),
        ("<at>Dana</at>", ["mention"]),
        ("![a](b.png)", ["link", "markup"]),
        ("<b>Stop</b>", ["markup"]),
        ("<img src=x onerror=alert(1)>", ["markup"]),
        ("# Heading", ["markup"]),
        ("`rm`", ["markup"]),
        ("*now*", ["markup"]),
        ("&lt;b&gt;", ["markup"]),
        ("a\u200bb", ["control"]),
        ("a\x00b", ["control"]),
        # plain text, whatever it looks like
        ("Write to desk@example.com.", []),
        ("Which figure belongs in the ____?", []),
        ("2 * 3 * 4 at 5 < 6 & 7 > 6", []),
        ("Press [Try Again], then #4.", []),
        ("A file called list.md, see §4.2.", []),
        ("Café, naïve, “quoted”, 5 °C, 🔥", []),
    ],
)
def test_only_plain_text_has_a_place(text: str, codes: list[str]) -> None:
    assert [code for code, _ in marks(text, [])] == codes
    assert list(marks(text, [f"The SOP says: {text}."])) == [], "what the SOP has may stand"


# The form of each kind


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (replace(AID, title=" "), "title_missing"),
        (replace(AID, title="t" * 121), "title_long"),
        (replace(AID, title="See https://evil.example/"), "link"),
        (replace(AID, lines=tuple([SET] * 30)), "too_long"),
        (replace(ITEMS, items=tuple(replace(ORDER, id=f"q{n}") for n in range(180))), "too_long"),
        (replace(AID, lines=()), "empty"),
        (replace(SCENARIO, variants=SCENARIO.variants[:2]), "variants"),
        (replace(SCENARIO, variants=(*SCENARIO.variants, SCENARIO.variants[0])), "variants"),
        (variants(hints=(own("Look."),) * 3), "hints"),
        (variants(situation=()), "empty"),
        (replace(SCENARIO, rubric=SCENARIO.rubric[:2]), "criteria"),
        (replace(SCENARIO, rubric=SCENARIO.rubric * 3), "criteria"),
        (rubric(id="c1"), "same_id"),
        (replace(SCENARIO, model_answer=()), "empty"),
        (replace(ITEMS, items=(HOT, replace(ORDER, id="q1"))), "same_id"),
        (item(replace(HOT, options=HOT.options[:2])), "options"),
        (item(replace(HOT, options=options(right=True))), "options"),
        (item(replace(HOT, options=options(text="Wait."))), "options_alike"),
        (item(replace(ORDER, steps=(STACK, SET))), "steps_to_order"),
        (item(replace(ORDER, steps=(STACK, SET, STACK))), "steps_alike"),
        (item(replace(FAN_STOPS, points=())), "empty"),
        (replace(REMEDIAL, clause=()), "empty"),
        (replace(REMEDIAL, example=()), "empty"),
    ],
)
async def test_a_content_without_its_kinds_form_is_blocked(content: Content, code: str) -> None:
    assert code in await blocking(content)


# The steps of a guide


def every_level(guide: Guide, change: dict[int, Step | None]) -> Guide:
    """The guide with steps replaced or dropped at every level, by their place."""

    def changed(steps: tuple[Step, ...]) -> tuple[Step, ...]:
        made = [change.get(at, step) for at, step in enumerate(steps)]
        return tuple(step for step in made if step is not None)

    return replace(
        guide,
        novice=changed(guide.novice),
        standard=changed(guide.standard),
        expert=changed(guide.expert),
    )


@pytest.mark.parametrize(
    ("guide", "code"),
    [
        (every_level(GUIDE, {2: None}), "steps_lost"),
        (every_level(GUIDE, {2: Step(9, SECTION, (FAN,))}), "steps_added"),
        (every_level(GUIDE, {1: GUIDE.novice[2], 2: GUIDE.novice[1]}), "steps_moved"),
        (every_level(GUIDE, {1: Step(2, SECTION, (FAN,))}), "steps_moved"),
        (replace(GUIDE, expert=GUIDE.expert[:3]), "levels_differ"),
        (replace(GUIDE, expert=(Step(1, SECTION, (STACK,)), *GUIDE.expert[1:])), "warning_lost"),
        (replace(GUIDE, warnings=()), "warning_lost"),
        (
            replace(GUIDE, warnings=(said("Open the kiln above 60 °C.", NEVER.text),)),
            "warning_lost",
        ),
        (replace(GUIDE, novice=(Step(1, SECTION, ()), *GUIDE.novice[1:])), "empty"),
    ],
)
async def test_a_guide_keeps_its_sops_steps_and_warnings(guide: Guide, code: str) -> None:
    assert code in await blocking(guide)


async def test_a_point_left_out_of_the_novice_level_is_shown_and_not_blocked() -> None:
    found = await checked(
        replace(GUIDE, novice=(Step(1, SECTION, (STACK, WALL)), *GUIDE.novice[1:]))
    )
    assert [f.text for f in found.findings if f.code == "point_lost"] == [GAP.text]
    assert not found.blocked


async def test_an_edit_is_checked_as_a_draft_and_only_its_questions_are_solved_again() -> None:
    items = ItemSet("Questions", (HOT, replace(HOT, id="q2"), replace(HOT, id="q3")))
    earlier = (
        Finding("key_unsure", "item.q1", "x"),
        Finding("guessable", "item.q2", "x"),
        Finding("key_unchecked", words=("q2", "q3")),
        Finding("other_documents"),
        Finding("unsupported", "item.q1", "x", blocks=True),
    )
    before = StoredContent(
        1, 1, "h", items, "t", Checked(1, 1, 0, 9, None, earlier), "m", None, NOW
    )
    edited = replace(
        items,
        items=(
            items.items[0],
            replace(items.items[1], stem=own("It is hot. What?")),
            items.items[2],
        ),
    )
    model = FakeLanguageModel([ModelUnavailable("resting")])
    found = await check_edited(before, edited, REQUEST, [SOP], (), model)
    assert len(model.prompts) == 1
    kept = [(f.code, f.section, f.words) for f in found.findings if f.code not in ("few_items",)]
    assert ("key_unsure", "item.q1", ()) in kept
    assert ("other_documents", "", ()) in kept
    assert ("key_unchecked", "", ("q3",)) in kept
    assert ("key_unchecked", "", ("q2",)) in kept
    assert not {"guessable", "unsupported"} & {code for code, _, _ in kept}


# How it reads, and what else there is

EASY = "We shut the door. It is hot. You wait for it to cool. Then you take the pots out. " * 7
HARD = (
    "Operational responsibility necessitates comprehensive documentation of temperature"
    " irregularities, notwithstanding administrative considerations regarding availability. "
)


def test_a_grade_is_told_from_a_hundred_words_on() -> None:
    assert grade([EASY[:100]]) is None
    easy, hard = grade([EASY]), grade([HARD * 9])
    assert easy is not None
    assert hard is not None
    assert easy < 3
    assert hard > 20
    assert grade([EASY, "kubectl get pods -n {name} | grep x"]) == easy, "code is not read"
    # The formula's own example sentence: 11 words, 24 syllables, grade 14.4 (Flesch's is 14.5).
    example = "The Australian platypus is seemingly a hybrid of a mammal and reptilian creature."
    found = grade([example] * 10)
    assert found is not None
    assert abs(found - 11.3) < 1.5


def test_what_reads_harder_than_its_source_is_remarked_on() -> None:
    sop = sop_text(f"# Doors\n\n{EASY}\n", "doors.md")
    lines = tuple(said(f"{HARD}{n}", EASY.strip(), section="Doors", sop=sop) for n in range(9))
    found, findings = level(JobAid("Doors", lines), [sop])
    assert found is not None
    assert [finding.code for finding in findings] == ["too_hard"]
    hard_sop = sop_text(f"# Doors\n\n{HARD * 9}\n", "doors.md")
    assert level(JobAid("Doors", lines), [hard_sop])[1] == (), "its source is as hard"


def test_a_module_that_stands_is_named_if_it_says_nearly_the_same() -> None:
    other = replace(GUIDE, title="Kiln, firing")
    found = list(duplicate_findings(GUIDE, [(3, AID), (7, other), (9, GUIDE)]))
    assert found == [Finding("duplicate", words=("7", "Kiln, firing"))]
    assert "Module 7" in finding_words(found[0])
    assert list(duplicate_findings(GUIDE, [(3, AID)])) == []


async def test_what_a_drafter_left_out_is_said() -> None:
    found = await checked(
        AID, left_out=("other_documents", "sections", "fewer_items:kiln:2", "no_luck:3")
    )
    said_ = [(f.code, f.words, f.blocks) for f in found.findings if f.code != "left_out"]
    assert said_ == [
        ("other_documents", (), False),
        ("sections_left_out", (), False),
        ("drafted_without", ("no luck:3",), False),
    ]


# Any SOP there is

_THINGS = (
    "pot kiln glaze shelf clay wheel apron studio lead visitor bucket tray label key door sink"
)
_ACTS = "Check Open Close Wash Label Move Call Lift Fill Log Ask Tell"
_WORDS, _VERBS = st.sampled_from(_THINGS.split()), st.sampled_from(_ACTS.split())
_BOUNDS = st.sampled_from(
    ["", " within {} minutes", " above {} °C", " for £{}", " at least {} times", " twice"]
)


@st.composite
def sentences_(draw: st.DrawFn) -> str:
    verb, thing, where = draw(_VERBS), draw(_WORDS), draw(_WORDS)
    bound = draw(_BOUNDS).format(draw(st.integers(2, 95)))
    shape = draw(st.integers(0, 5))
    if shape == 0:
        return f"If the {thing} is wet, {verb.lower()} the {where}{bound}."
    if shape == 1:
        return f"Never {verb.lower()} the {thing} near the {where}{bound}."
    if shape == 2:
        return f"{verb} the {thing}: the {where} must be dry{bound}."
    return f"{verb} the {thing} by the {where}{bound}."


@st.composite
def sops(draw: st.DrawFn) -> SopText:
    """A made-up SOP: sections of numbered steps with sub-points, paragraphs and warnings."""
    lines = ["# Studio rules"]
    for at in range(draw(st.integers(1, 3))):
        lines += ["", f"## {at + 1}. The {draw(_WORDS)}", ""]
        if draw(st.booleans()):
            lines += [
                f"{draw(st.sampled_from(['Warning: ', 'Note: ', '']))}{draw(sentences_())}",
                "",
            ]
        for step in range(1, draw(st.integers(1, 6))):
            lines.append(
                f"{step}. {' '.join(draw(st.lists(sentences_(), min_size=1, max_size=3)))}"
            )
            lines += [f"   - {each}" for each in draw(st.lists(sentences_(), max_size=2))]
        lines += ["", draw(sentences_())]
    return sop_text("\n".join(lines), "studio.md")


@given(sops(), st.sampled_from(KINDS))
@settings(max_examples=120, deadline=None)
async def test_no_verbatim_draft_of_any_sop_is_blocked(sop: SopText, kind: ModuleKind) -> None:
    made = draft(replace(REQUEST, kind=kind), [sop], None)
    if isinstance(made, NothingToDraftFrom):
        return
    found = await check_draft(made, replace(REQUEST, kind=kind), [sop], (), None)
    assert not found.blocked, [finding for finding in found.findings if finding.blocks]
    assert found.supported == found.claims


@given(sops(), st.data())
@settings(max_examples=80, deadline=None)
async def test_a_planted_fault_always_blocks(sop: SopText, data: st.DataObject) -> None:
    made = draft(REQUEST, [sop], None)
    assume(not isinstance(made, NothingToDraftFrom))
    assert not isinstance(made, NothingToDraftFrom)
    guide = made.content
    assert isinstance(guide, Guide)
    at = data.draw(st.integers(0, len(guide.novice) - 1))
    step = guide.novice[at]
    first = step.lines[0]

    dropped = every_level(guide, {at: None})
    phone = replace(first, text=f"{first.text} Ring 07911 123456.")
    number = re.sub(r"\d+", lambda found: str(int(found.group()) + 1), first.text, count=1)
    changed = replace(first, text=number if number != first.text else f"{first.text} Wait 3 days.")
    for faulty in (
        dropped,
        replace(guide, novice=_with_line(guide.novice, at, phone)),
        replace(guide, novice=_with_line(guide.novice, at, changed)),
    ):
        found = await check_draft(replace(made, content=faulty), REQUEST, [sop], (), None)
        assert found.blocked


def _with_line(steps: tuple[Step, ...], at: int, line: Sentence) -> tuple[Step, ...]:
    step = replace(steps[at], lines=(line, *steps[at].lines[1:]))
    return (*steps[:at], step, *steps[at + 1 :])
