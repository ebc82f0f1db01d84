"""What is remarked on in a draft's questions: rules of good ones, and what a solver makes of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from fakes import FakeLanguageModel
from kiln import (
    FAN,
    FAN_STOPS,
    HOT,
    NEVER,
    ORDER,
    REMEDIAL,
    SOP,
    own,
)

from indexing.language_model import ModelUnavailable, Prompt, T, Usage
from learning.modules import (
    Applied,
    ItemSet,
    Option,
    Ordering,
    Sentence,
    SingleBest,
)
from review.checking.question_rules import is_applied, question_findings
from review.checking.solver import Chosen, key_findings
from review.nouns import (
    Finding,
    SubCompetency,
)

# How questions are written


def choice(
    stem: str, *texts: str, right: int = 0, id: str = "q1", why: Sentence = NEVER
) -> SingleBest:
    """A question of three options."""
    options = tuple(Option(text, at == right, why) for at, text in enumerate(texts))
    return SingleBest(id, "kiln", "easy", own(stem), options)


GOOD = choice("The kiln is at 75 °C. What now?", "Wait", "Open it", "Fetch water")


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (choice("What now?", "Wait", "Open it", "All of the above"), "all_of_the_above"),
        (choice("What now?", "Wait", "Open it", "None of these."), "all_of_the_above"),
        (choice("When?", "Wait", "Always open it", "Fetch water"), "absolute_words"),
        (choice("How hot?", "60 °C", "sixty °C", "80 °C"), "options_overlap"),
        (
            choice(
                "What now?",
                "Wait until the controller shows that it has cooled down far enough",
                "Open it",
                "Fetch water",
            ),
            "options_uneven",
        ),
        (choice("How hot?", "60 °C", "Wait for it", "80 °C"), "options_form"),
        (choice("Which of these is NOT allowed?", "Open it", "Wait", "Log it"), "negative_stem"),
        (choice("What must you never do?", "Open it", "Wait", "Log it"), "negative_stem"),
        (choice("Who opens it? And when?", "Sam", "Kim", "Lou"), "two_questions"),
        (
            choice("The glaze touches the wall. What now?", "Free the glaze", "Log it", "Go on"),
            "given_away",
        ),
    ],
)
def test_a_question_that_breaks_a_rule_is_remarked_on(item: SingleBest, code: str) -> None:
    found = list(question_findings(replace(REMEDIAL, check=item)))
    assert code in {finding.code for finding in found}
    assert not any(finding.blocks for finding in found)


@pytest.mark.parametrize(
    "item",
    [
        GOOD,
        choice("The customer does not know. What do you do if she has no card?", "Ask", "Go", "Wait"),
        choice("How long?", "10 minutes", "20 minutes", "an hour"),
        choice("When do you open it?", "Never above 60 °C", "At 80 °C", "At 90 °C"),
        choice("All of the pots are wet. What now?", "Wait for all of them", "Fire", "Fan them"),
    ],
)  # fmt: skip
def test_a_question_that_keeps_the_rules_is_left_alone(item: SingleBest) -> None:
    assert list(question_findings(replace(REMEDIAL, check=item))) == []


def test_a_question_that_repeats_its_source_is_named_unless_that_is_the_drafters_way() -> None:
    stem = "If the fan stops, call the studio lead within how many minutes?"
    echo = choice(stem, "10", "20", "30", why=FAN)
    assert Finding("echo", words=("q1",)) in question_findings(replace(REMEDIAL, check=echo))
    unsaid = question_findings(replace(REMEDIAL, check=echo), verbatim=True)
    assert not any(finding.code == "echo" for finding in unsaid)


def set_of(*items: SingleBest | Ordering | Applied) -> ItemSet:
    return ItemSet("Questions", tuple(replace(item, id=f"q{n}") for n, item in enumerate(items, 1)))


def codes(content: ItemSet, *parts: SubCompetency) -> dict[str, tuple[str, ...]]:
    return {finding.code: finding.words for finding in question_findings(content, parts)}


def test_the_key_is_neither_always_longest_nor_always_in_one_place() -> None:
    long_key = choice("It is hot. What?", "Wait until it is cool", "Open it", "Log it")
    short_key = [replace(GOOD, options=(*GOOD.options[at:], *GOOD.options[:at])) for at in range(3)]
    fair = codes(set_of(*short_key, *short_key, long_key, long_key))
    assert "longest_key" not in fair
    assert "key_position" not in fair
    found = codes(set_of(*short_key, long_key, long_key, long_key))
    assert found["longest_key"] == ("q4", "q5", "q6")
    assert found["key_position"] == ("4", "6", "1")
    assert "key_position" not in codes(set_of(GOOD, GOOD, GOOD)), "too few to tell"


def test_half_of_the_questions_ask_to_apply() -> None:
    gap = choice("Which figure belongs in the gap? “Above ____, wait.”", "60 °C", "70 °C", "80 °C")
    recall = choice("Which is the limit?", "60 °C", "70 °C", "80 °C")
    assert [is_applied(item) for item in (GOOD, FAN_STOPS, ORDER, gap, recall)] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert is_applied(choice("Who is called if the fan stops?", "Lead", "Guard", "Nobody"))
    assert codes(set_of(ORDER, gap, GOOD))["recall_only"] == ("1", "3")
    assert "recall_only" not in codes(set_of(ORDER, GOOD))


def test_fewer_than_ten_questions_are_counted_by_sub_competency() -> None:
    found = question_findings(set_of(*[GOOD] * 10), [SubCompetency("cool", "Cools")])
    assert [f.words for f in found if f.code == "few_items"] == [("cool", "0")]


# The blind solver


@dataclass
class Solver(FakeLanguageModel):
    """Chooses options by their text, one for each time it is asked."""

    chooses: list[str] = field(default_factory=list)

    async def ask(self, prompt: Prompt, answer: type[T], usage: Usage) -> T:
        self.answers.append(Chosen.model_validate({"letter": letters(prompt)[self.chooses.pop(0)]}))
        return await super().ask(prompt, answer, usage)


def letters(prompt: Prompt) -> dict[str, str]:
    """The letters of the options that a prompt shows, by their text."""
    shown = [one for one in prompt.untrusted if one.label.startswith("option ")]
    return {one.text: one.label[-1] for one in shown}


async def solved(*chooses: str) -> tuple[list[str], list[Prompt]]:
    """The codes of what a solver that chooses so finds of one question, and what it was shown."""
    model = Solver([], chooses=list(chooses))
    found = await key_findings(REMEDIAL, [SOP], model)
    assert not any(finding.blocks or finding.section != "item.q1" for finding in found)
    return [finding.code for finding in found], model.prompts


RIGHT, WRONG = "Leave it shut", "Open it a crack"


async def test_a_solver_sees_the_passage_once_and_then_the_question_alone() -> None:
    found, (first, *rest) = await solved(RIGHT, WRONG, WRONG, WRONG, WRONG)
    assert found == []
    assert any("never open the kiln above 60 °C" in one.text for one in first.untrusted)
    assert not any(one.label.startswith("passage") for prompt in rest for one in prompt.untrusted)
    orders = {tuple(letters(prompt).items()) for prompt in (first, *rest)}
    assert len(orders) > 1, "in another order each time"
    assert (await solved(RIGHT, WRONG, WRONG, WRONG, WRONG))[1] == [first, *rest]


async def test_a_key_that_the_source_does_not_show_is_unsure() -> None:
    assert (await solved(WRONG))[0] == ["key_unsure"]


async def test_a_question_that_can_be_guessed_is_remarked_on() -> None:
    assert (await solved(RIGHT, RIGHT, WRONG, RIGHT, WRONG, RIGHT))[0] == ["guessable"]
    assert (await solved(RIGHT, RIGHT, WRONG, RIGHT, WRONG, WRONG))[0] == []


async def test_a_model_that_fails_leaves_questions_unchecked_and_raises_nothing() -> None:
    items = set_of(HOT, HOT)
    model = FakeLanguageModel([ModelUnavailable("timeout")])
    found = await key_findings(items, [SOP], model)
    assert found == (Finding("key_unchecked", words=("q1", "q2")),)
    assert await key_findings(ItemSet("Q", (FAN_STOPS,)), [SOP], model) == ()
    assert await key_findings(items, [SOP], None) == ()
