"""The support check: honest rewordings pass, harmful edits do not, nothing raises."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from local_model import local_embedder

from indexing.figures import Figure
from indexing.nearness import nearness
from indexing.numerals import tokens, with_figures
from indexing.support import Supported, Unsupported, check, supported_by
from indexing.units import sentences, units

REFUND = """If a customer wants a refund but has lost the receipt, we can still help. The till keeps \
purchases for 90 days.

1. Look the purchase up by card or loyalty number (last 90 days).
2. Found: refund to the original card. Not found: store credit at the lowest price of the last 30 days.
3. Above £75, a shift lead approves at the till."""

FAULT = """1. Look for the fault with the customer, photograph it and note when it was first seen.
2. Up to 30 days after purchase: offer a full refund, a repair or a replacement. The customer chooses.
3. From 31 days to 6 months: offer a repair or a replacement first. If that fails once, refund in full.
4. After 6 months: take the details and photographs and pass them to a shift lead, who answers the \
customer within 5 working days.

Warning: A stove, lamp or gas hose with a fault may be dangerous. Do not light or connect it; put it \
in the outside cage and tell a shift lead at once."""

SPILL = """You must wear gloves before you open the kit. Staff should call the service desk on 5510. \
A shift lead may close the aisle. Only trained people clean up. Exchanges are possible for 60 days and \
refunds for 90 days. The team meets on 3 March 2026 at 17:00. Ask Priya Nair for the key. \
Visitors must not enter unless a guard is with them. Knives are never left without a label."""

SHORT = "Send the form by Oct. 3, 2026. Loans made before Aug. are not covered."

HONEST = [
    (SHORT, "The form is to be sent by 3 October 2026."),
    (SHORT, "Loans that were made before August are not covered."),
    (REFUND, "A shift lead has to approve refunds above £75 at the till."),
    (REFUND, "At the till, a shift lead approves amounts of more than seventy-five pounds."),
    (REFUND, "Purchases are kept by the till for ninety days."),
    (REFUND, "If it is not found, give store credit at the lowest price of the last thirty days."),
    (REFUND, "We can still assist a customer who has lost the receipt and wants a refund."),
    (REFUND, "You need to look up the purchase by loyalty number or card."),
    (
        FAULT,
        "Offer a full refund, a repair or a replacement for at most 30 days after the purchase.",
    ),
    (FAULT, "A repair or a replacement is offered first between 31 days and six months."),
    (FAULT, "Don't connect or light it, and inform a shift lead immediately."),
    (FAULT, "It must not be lit or connected."),
    (FAULT, "A shift lead answers the client within five business days."),
    (SPILL, "Gloves have to be worn before opening the kit."),
    (SPILL, "Before you open the kit, you are required to wear gloves."),
    (SPILL, "A shift lead is allowed to close the aisle."),
    (SPILL, "Employees ought to ring the service desk on 5510."),
    (SPILL, "Refunds are possible for 90 days, and exchanges for sixty days."),
    (SPILL, "On March 3, 2026, the team meets at 5 pm."),
    (SPILL, "Visitors may not enter if a guard isn't with them."),
    (SPILL, "Only people who are trained clean up."),
]

HARMFUL = [
    (SHORT, "Send the form by 4 October 2026.", "date"),
    (SHORT, "Loans made before September are not covered.", "name"),
    (REFUND, "A shift lead has to approve refunds above £57 at the till.", "number"),
    (REFUND, "A shift lead has to approve refunds above $75 at the till.", "unit"),
    (REFUND, "A shift lead has to approve refunds below £75 at the till.", "threshold"),
    (REFUND, "A shift lead has to approve refunds of at least £75 at the till.", "threshold"),
    (REFUND, "A store manager has to approve refunds above £75 at the till.", "name"),
    (REFUND, "A shift lead may approve refunds above £75 at the till.", "obligation"),
    (REFUND, "Purchases are kept by the till for sixty days.", "number"),
    (REFUND, "Purchases are kept by the till for 30 days.", "number"),
    (REFUND, "Purchases are kept by the till for ninety hours.", "unit"),
    (REFUND, "Purchases are not kept by the till for ninety days.", "negation"),
    (REFUND, "A shift lead approves above £75 and the area manager signs the slip.", "name"),
    (REFUND, "A shift lead approves above £75 at the till after a background check.", "wording"),
    (FAULT, "A shift lead answers the client within five days.", "unit"),
    (FAULT, "A shift lead answers the client within four business days.", "number"),
    (FAULT, "A repair is offered first between 31 days and five months.", "unit"),
    (FAULT, "Light or connect it, and inform a shift lead immediately.", "negation"),
    (FAULT, "Don't put it in the outside cage.", "negation"),
    (SPILL, "Before you open the kit, you should wear gloves.", "obligation"),
    (SPILL, "You can wear gloves before you open the kit.", "obligation"),
    (SPILL, "You must wear gloves after you open the kit.", "wording"),
    (SPILL, "A shift lead must close the aisle.", "obligation"),
    (SPILL, "Employees must ring the service desk on 5510.", "obligation"),
    (SPILL, "Employees should ring the service desk on 5501.", "number"),
    (SPILL, "Trained people clean up.", "obligation"),
    (SPILL, "Only visitors enter.", "negation"),
    (SPILL, "Refunds are possible for 60 days and exchanges for 90 days.", "number"),
    (SPILL, "The team meets on 4 March 2026 at 17:00.", "date"),
    (SPILL, "The team meets on 3 March 2026 at 5 am.", "date"),
    (SPILL, "Ask Tom Baker for the key.", "name"),
    (SPILL, "Visitors must not enter if a guard is with them.", "negation"),
    (SPILL, "Visitors must enter unless a guard is with them.", "negation"),
    (SPILL, "Knives are always left with a label.", "negation"),
]


@pytest.mark.parametrize(("passage", "sentence"), HONEST)
def test_an_honest_rewording_is_supported(passage: str, sentence: str) -> None:
    assert check(sentence, [passage]) == Supported()


@pytest.mark.parametrize(("passage", "sentence", "why"), HARMFUL)
def test_a_harmful_edit_is_not(passage: str, sentence: str, why: str) -> None:
    found = check(sentence, [passage])
    assert isinstance(found, Unsupported)
    assert found.why == why


ENDING = """If nothing works, just apologize and end the conversation. An alert fires when only one pod \
runs for 60 minutes, although two nodes are free. More than £500 of gift cards for one customer in a \
day needs a shift lead's approval at the till. Aid never exceeds the amount of your financial \
need. If you do not have the code, contact the applicant. The drum is emptied without delay. \
This alert is triggered by an expression that consists of a Prometheus query. If you decide to \
get a credit card, make sure you understand the terms. Scan the receipt and refund to the \
original card."""

NEAR = [
    "This notification is generated by evaluating a Prometheus expression.",
    "An alert fires when only one pod runs for 60 minutes, despite two nodes being free.",
    "Before getting a credit card, it is crucial to comprehend its terms.",
]
"""New words that no list knows, near in meaning to what the passage says."""

NOT_NEAR = [
    "If nothing works, just apologize and end the umbrella.",
    "If nothing works, just apologize and end the warranty.",
    "Scan the receipt and refund to the stolen card.",
    "An alert fires when only one pod runs for 60 minutes, although two nodes are unhealthy.",
    "An alert fires when only one pod runs monthly for 60 minutes, although two nodes are free.",
    "The drum is emptied with delay.",
]


@pytest.mark.parametrize("sentence", NEAR)
async def test_words_near_in_meaning_may_be_new(sentence: str) -> None:
    near = nearness(await local_embedder())
    assert isinstance(check(sentence, [ENDING]), Unsupported)
    assert check(sentence, [ENDING], near) == Supported()


@pytest.mark.parametrize("sentence", NOT_NEAR)
async def test_other_things_and_facts_may_not(sentence: str) -> None:
    near = nearness(await local_embedder())
    assert isinstance(check(sentence, [ENDING], near), Unsupported)


@pytest.mark.parametrize(("passage", "sentence", "why"), HARMFUL)
async def test_nearness_lets_no_harmful_edit_through(passage: str, sentence: str, why: str) -> None:
    near = nearness(await local_embedder())
    assert isinstance(check(sentence, [passage], near), Unsupported)


def test_without_minilm_nothing_is_near() -> None:
    assert nearness(None) is None


def test_a_bound_that_is_left_out_is_missed() -> None:
    vague = "Gift cards for one customer in a day need the approval of a shift lead at the till."
    assert check(vague, [ENDING]) == Unsupported("number", ("more than £500",))


def test_a_need_is_no_demand_and_a_lack_is_a_denial() -> None:
    assert check("Your financial need is never exceeded by aid.", [ENDING]) == Supported()
    assert check("If you lack the code, contact the applicant.", [ENDING]) == Supported()
    assert isinstance(check("If you have the code, contact the applicant.", [ENDING]), Unsupported)


@pytest.mark.parametrize("passage", [REFUND, FAULT, SPILL])
def test_a_passage_supports_itself(passage: str) -> None:
    assert check(passage, [passage]) == Supported()
    for unit in units(passage):
        assert check(passage[unit.start : unit.end], [passage]) == Supported()


def test_the_union_of_what_is_cited() -> None:
    both = "Above £75 a shift lead approves, and gloves must be worn before you open the kit."
    passages = {1: REFUND, 2: FAULT, 3: SPILL}
    assert supported_by(f"{both} [1][3]", passages, [1, 3]) == Supported()
    assert isinstance(supported_by(f"{both} [1]", passages, [1]), Unsupported)
    assert supported_by(both, passages, []) == Unsupported("citation")
    assert supported_by(both, passages, [1, 9]) == Unsupported("citation", ("[9]",))


def test_two_sentences_are_not_one_clause() -> None:
    scattered = "The customer photographs the outside cage at once."
    assert isinstance(check(scattered, [FAULT]), Unsupported)


def test_another_language_is_compared_word_for_word() -> None:
    german = "Rückgaben sind nicht nach 90 Tagen möglich. Der Kunde zeigt den Beleg."
    assert check("Der Kunde zeigt den Beleg.", [german]) == Supported()
    assert isinstance(check("Rückgaben sind nach 90 Tagen möglich.", [german]), Unsupported)
    assert isinstance(check("Den Beleg zeigt der Kunde.", [german]), Unsupported)
    assert isinstance(check("Der Kunde zeigt den Beleg.", [REFUND]), Unsupported)


@pytest.mark.parametrize(
    "sentence", ["Yes, always.", "Of course.", "Always.", "In all cases.", "That is right."]
)
def test_a_bare_yes_is_supported_only_where_it_stands(sentence: str) -> None:
    passage = f"{REFUND} Always log it, of course."
    assert check(sentence, [passage]) == Unsupported("wording", (sentence,))
    assert check(sentence, [f"{REFUND} {sentence}"]) == Supported()


def test_nothing_said_or_nothing_cited_is_not_supported() -> None:
    assert isinstance(check("", [REFUND]), Unsupported)
    assert isinstance(check("!", [REFUND]), Unsupported)
    assert isinstance(check("A shift lead approves.", []), Unsupported)
    assert isinstance(check("A shift lead approves.", [""]), Unsupported)


@pytest.mark.parametrize(
    ("said", "figure"),
    [
        ("£75", Figure("75", "£")),
        ("seventy-five pounds", Figure("75", "£")),
        ("GBP 75", Figure("75", "£")),
        ("£1,250.50", Figure("1250.5", "£")),
        ("no more than 90 days", Figure("90", "day", "<=")),
        ("two hundred and five", Figure("205")),
        ("1.2 million", Figure("1200000")),
        ("five business days", Figure("5", "workday")),
        ("10-minute", Figure("10", "minute")),
        ("60 or more", Figure("60", "", ">=")),
        ("99th", Figure("99", kind="ordinal")),
        ("1st of March 2026", Figure("2026-03-01", kind="date")),
        ("March 1, 2026", Figure("2026-03-01", kind="date")),
        ("2026-03-01", Figure("2026-03-01", kind="date")),
        ("5 pm", Figure("17:00", kind="clock")),
        ("before 9:30", Figure("09:30", "", "<", "clock")),
    ],
)
def test_a_figure_is_read_whatever_its_spelling(said: str, figure: Figure) -> None:
    (read,) = with_figures(tokens(said))
    assert isinstance(read, Figure)
    assert (read.value, read.unit, read.bound, read.kind) == (
        figure.value,
        figure.unit,
        figure.bound,
        figure.kind,
    )


def test_a_range_has_two_ends_of_one_unit() -> None:
    first, last = (f for f in with_figures(tokens("3 to 5 working days")) if isinstance(f, Figure))
    assert (first.unit, first.bound, last.unit, last.bound) == ("workday", "from", "workday", "to")


def test_a_steps_own_title_is_supported_however_little_it_says() -> None:
    passage = "Try Again (faq): Attempt the search once more.\n2. Timing: ask when."
    assert check("Try Again", [passage]) == Supported()
    assert check("Timing", [passage]) == Supported()
    assert isinstance(check("No", ["No: leave it."]), Unsupported), "an answer, no title"
    assert isinstance(check("Try Again", ["Never try this again: it breaks."]), Unsupported)


_SCRAPS = """
not no never without must may should only 3 75 £ % . , : ; ( ) - 1. the shift lead Priya unused one
hundred and twenty March 5 pm at least up to don't can't [1] ” once than more twice before GBP
"""
_TEXT = st.text(max_size=300) | st.lists(
    st.sampled_from([*_SCRAPS.split(), "\n"]), max_size=60
).map(" ".join)


@given(_TEXT, st.lists(_TEXT, max_size=3))
@settings(max_examples=300, deadline=None)
def test_no_text_raises(sentence: str, passages: list[str]) -> None:
    assert isinstance(check(sentence, passages), Supported | Unsupported)


@given(_TEXT)
@settings(max_examples=300, deadline=None)
def test_a_passages_own_sentences_are_supported(passage: str) -> None:
    for unit in units(passage):
        piece = passage[unit.start : unit.end]
        for start, end in sentences(piece):
            own = piece[start:end]
            if any(sign.isalnum() for sign in own):
                assert check(own, [passage]) == Supported()


@given(
    st.sampled_from(HONEST),
    st.integers(100, 10**9).map(str).filter(lambda n: n not in {"5510", "2026"}),
    st.sampled_from(["{} {}", "{} This takes {} minutes.", "{} Ask for {}.", "Above £{1}, {0}"]),
)
@settings(deadline=None)
def test_a_number_from_nowhere_is_never_supported(
    case: tuple[str, str], number: str, template: str
) -> None:
    passage, sentence = case
    assert isinstance(check(template.format(sentence, number), [passage]), Unsupported)
