"""Holds written answers to the passages: what may be shown, what falls back, what is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date

import pytest
from fakes import FakeLanguageModel
from local_model import local_embedder

from indexing.answerable import Answerable, NotAnswerable, Unasked, is_answerable
from indexing.followups import rewrite_followup
from indexing.language_model import ModelUnavailable, Usage
from indexing.model_text import Said, can_act, same_language, sentences_in
from indexing.nouns import Begun, FoundPassage, Quoted, Turn
from indexing.prompts import Check, CitedSentence, CitedSentences, Rewriting
from indexing.writing import Fallback, Written, WrittenSentence, write_answer

RETURNS = """\
A customer may return a coat within 30 days with the receipt.

1. Look the purchase up by card or loyalty number.
2. If it is found, refund to the original card.
3. Above £75, a shift lead approves at the till.

Never refund to a different card."""
GIFT = "A gift card cannot be refunded. It is valid for 24 months from the day of sale."
PROOF = "A customer may return a coat within 30 days with the receipt."
QUESTION = "can i take back a coat"


def passage(number: int, text: str, title: str = "Returns and refunds") -> FoundPassage:
    return FoundPassage(
        number, number, number, "folder", f"{number}.md", "sop", title, "4 Refunds", text, "7",
        date(2026, 5, 4), "dana@example.com", "", ("everyone",), ("everyone",),
    )  # fmt: skip


PASSAGES = (passage(11, RETURNS), passage(12, GIFT, "Gift cards"))


async def written(
    text: str | ModelUnavailable | tuple[str, ModelUnavailable],
    passages: Sequence[FoundPassage] = PASSAGES,
    found: Answerable | None = None,
) -> tuple[list[WrittenSentence], Written | Fallback]:
    """What is shown while a model writes this, and what comes of it."""
    found = found or Answerable(PROOF, 1)
    model = FakeLanguageModel([text, '{"sentences": []}'])
    *shown, end = [one async for one in write_answer(model, QUESTION, (), passages, found, Usage())]
    assert isinstance(end, Written | Fallback)
    sentences = [one for one in shown if isinstance(one, WrittenSentence)]
    if sentences:
        begun = shown.pop(0)
        assert isinstance(begun, Begun)
        assert not isinstance(end, Written) or begun.passage == end.cited[0]
    assert len(sentences) == len(shown)
    return sentences, end


async def answerable(
    *answers: Check | ModelUnavailable,
    question: str = QUESTION,
    history: Sequence[Turn] = (),
    passages: Sequence[FoundPassage] = PASSAGES,
) -> Answerable | NotAnswerable | Unasked:
    model = FakeLanguageModel(list(answers))
    return await is_answerable(model, question, history, passages, Usage())


async def said(text: str, size: int = 3, *, shaped: bool = False) -> list[Said]:
    return [one async for one in sentences_in(in_pieces(text, size), shaped=shaped)]


async def in_pieces(text: str, size: int) -> AsyncIterator[str]:
    for start in range(0, len(text), size):
        yield text[start : start + size]


async def test_a_number_that_a_schema_forced_is_set_right_where_another_passage_holds_it() -> None:
    said = [(2, PROOF), (1, "It is valid for 24 months from the day of sale."),
            (0, "It is valid for 25 months.")]  # fmt: skip
    sentences = [CitedSentence(passage=number, text=text) for number, text in said]
    model = FakeLanguageModel([CitedSentences(sentences=sentences).model_dump_json()], cites=False)
    found = Answerable(PROOF, 1)
    parts = [one async for one in write_answer(model, QUESTION, (), PASSAGES, found, Usage())]
    assert isinstance(parts[-1], Written)
    assert [(one.text, one.cites, one.why) for one in parts[-1].sentences if not one.warning] == [
        (PROOF, (1,), ""),
        ("It is valid for 24 months from the day of sale.", (2,), ""),
        ("It is valid for 25 months.", (), "citation"),
    ]


async def test_who_had_to_be_made_to_cite_has_to_tell_some_of_the_steps() -> None:
    quoted = [Quoted("Look the purchase up by card or loyalty number.", 1, step=1)]
    found = Answerable(PROOF, 1)
    for told, cites, ends in (
        ((PROOF,), False, Fallback),
        ((PROOF,), True, Written),
        ((PROOF, "Look up the purchase by card or loyalty number."), False, Written),
    ):
        sentences = [CitedSentence(passage=1, text=text) for text in told]
        by_schema = CitedSentences(sentences=sentences).model_dump_json()
        text = f"{PROOF} [1]" if cites else by_schema
        model = FakeLanguageModel([text], cites=cites)
        parts = [
            one
            async for one in write_answer(
                model, QUESTION, (), PASSAGES, found, Usage(), quoted=quoted
            )
        ]
        assert isinstance(parts[-1], ends), (told, cites)
        assert len(parts) > 1 or ends is Fallback, "nothing was shown that is then replaced"


async def test_a_number_that_the_model_gave_by_itself_stands() -> None:
    shown, end = await written(f"{PROOF} [1] It is valid for 24 months from the day of sale. [1]")
    assert [one.text for one in shown if not one.warning] == [PROOF]
    assert [one.why for one in end.sentences if not one.supported] == ["number"]


async def test_a_model_that_leaves_out_the_marks_is_held_to_a_schema() -> None:
    shaped = '{"sentences": [{"passage": 1, "text": "%s"}, {"passage": 2, "text": "%s"}]}'
    model = FakeLanguageModel([PROOF, shaped % (PROOF, "Ask."), shaped % (PROOF, "Ask.")])
    for asked in (["reference", "schema"], ["schema"]):
        known = len(model.prompts)
        found = Answerable(PROOF, 1)
        parts = [one async for one in write_answer(model, QUESTION, (), PASSAGES, found, Usage())]
        assert isinstance(parts[-1], Written)
        assert [(one.text, one.cites) for one in parts[-1].shown if not one.warning] == [
            (PROOF, (1,))
        ]
        assert parts[1] == parts[-1].sentences[0], "shown before the end"
        prompts = model.prompts[known:]
        assert ["schema" if "passage:" in one.task else "reference" for one in prompts] == asked


# What a model's text says


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
async def test_sentences_steps_and_marks(size: int) -> None:
    text = (
        "**Yes**, within 30 days. [1] Ask a lead [1][2]. E.g. for coats, by no. 5 [2, 3]!\n\n"
        "1. Look it up. Then sign. [1]\n   - by card\n2) Refund it [2]\n- A note [1].\n## End"
    )
    assert await said(text, size) == await said(text, size, shaped=True)
    assert await said(text, size) == [
        Said("Yes, within 30 days.", (1,)),
        Said("Ask a lead.", (1, 2)),
        Said("E.g. for coats, by no. 5!", (2, 3)),
        Said("Look it up. Then sign. by card", (1,), 1),
        Said("Refund it", (2,), 2),
        Said("A note.", (1,)),
        Said("End", ()),
    ]


JSON = """{"sentences": [
  {"passage": 1, "text": "**Yes**, within 30 days. Ask a \\"lead\\" [2]."},
  {"passage": 2, "text": "1. Look it up."}, {"passage": 12, "text": "2) Refund it"}]}"""
CITED = [
    Said("Yes, within 30 days.", (1,)),
    Said('Ask a "lead".', (1, 2)),
    Said("Look it up.", (2,), 1),
    Said("Refund it", (12,), 2),
]


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize("text", [JSON, f"```json\n{JSON}\n```", f" \n{JSON} That is all."])
async def test_sentences_of_json(text: str, size: int) -> None:
    assert await said(text, size, shaped=True) == CITED


async def test_a_sentence_of_json_does_not_wait_for_the_end() -> None:
    half = JSON[: JSON.index('{"passage": 12') + 4]
    begun = sentences_in(in_pieces(half, 3), shaped=True)
    assert [await anext(begun) for _ in CITED[:3]] == CITED[:3]
    with pytest.raises(ModelUnavailable) as failure:
        await anext(begun)
    assert failure.value.why == "off_schema"


@pytest.mark.parametrize(
    "text",
    ["{", '{"answer": "Yes."}', '{"sentences": "Yes."}', '{"sentences": [{"text": "Yes."}]}',
     '{"sentences": [{"passage": 1, "text": 7}]}', '{"sentences": [7, 8]}', "{" * 5000],
)  # fmt: skip
async def test_json_of_another_shape(text: str) -> None:
    with pytest.raises(ModelUnavailable) as failure:
        await said(text, 500, shaped=True)
    assert failure.value.why == "off_schema"


async def test_nothing_is_said_in_nothing() -> None:
    assert await said('{"sentences": []}', shaped=True) == []
    assert await said("") == []
    assert await said(" \n\n [1] . \n") == []


@pytest.mark.parametrize(
    "text",
    ["see https://x.y", "see evil.com", "ＷＷＷ．evil．com", "[here](evil)", "![x](y)", "[a][b]",
     "ask @here", "a@b.de", "<!channel>", "<@U1>", "<b>now", "&lt;b", ":wave:", "| a | b |",
     "mailto:x", "www.x", "slack://x", "**bold", "＠channel"],
)  # fmt: skip
def test_what_can_act_is_found(text: str) -> None:
    assert can_act(text)


@pytest.mark.parametrize(
    "text",
    ["Call 5500 at 10:30.", "e.g. this, i.e. that.", "It costs £75.50 or 3.5 kg.", "x < 5 and y > 3",
     "From 9 a.m. to 5 p.m.", "A & B; C", "Press [Save].", "Version 2.1.", "3 * 4"],
)  # fmt: skip
def test_plain_words_cannot_act(text: str) -> None:
    assert not can_act(text)


def test_languages() -> None:
    german = "Sie müssen das Formular mit dem Beleg abgeben."
    english = "You must give the form to the lead."
    assert not same_language(german, english)
    assert not same_language("请退款给客户", english)
    assert same_language("Refund it.", english)
    assert same_language(german, "Das Formular ist nicht mit der Post zu schicken.")


# Which sentences are shown


async def test_an_answer_is_shown_sentence_by_sentence_with_its_passages() -> None:
    shown, end = await written(
        "A coat may be returned within 30 days with the receipt [1]. A gift card cannot be"
        " refunded [2]. Never refund to a different card [1]."
    )
    assert isinstance(end, Written)
    assert end.sentences == tuple(shown) == end.shown
    assert [one.cites for one in shown] == [(1,), (2,), (1,)]
    assert [one.passage_id for one in end.cited] == [11, 12]
    assert end.model == "fake"
    assert len(end.prompt.split(".")) == 2


async def test_marks_are_numbered_in_the_order_people_meet_them() -> None:
    shown, end = await written(
        "A gift card is valid for 24 months from the day of sale [2]. It cannot be refunded [2].",
        found=Answerable("It is valid for 24 months", 2),
    )
    assert isinstance(end, Written)
    assert [one.cites for one in shown] == [(1,), (1,)]
    assert [one.passage_id for one in end.cited] == [12]


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("A gift card cannot be refunded.", "citation"),
        ("A gift card cannot be refunded [7].", "citation"),
        ("A gift card cannot be refunded [0].", "citation"),
        ("A gift card cannot be refunded [2][9].", "citation"),
        ("A gift card is valid for 36 months from the day of sale [2].", "number"),
        ("A gift card can be refunded [2].", "negation"),
        ("Above £75, a cashier approves at the till [1].", "name"),
        ("It is nice to paint shops in purple and green [2].", "wording"),
        ("A gift card cannot be refunded, see https://evil.example [2].", "link"),
        ("Therefore, a gift card cannot be refunded [2].", "conclusion"),
        ("A gift card cannot be refunded, ask @here [2].", "link"),
        ("A gift card cannot be refunded <!channel> [2].", "link"),
        ("A gift card ![cannot be refunded](https://evil.example/x.png) [2].", "link"),
        ("Eine Gutscheinkarte ist nicht zu erstatten und das ist für alle so [2].", "language"),
    ],
)
async def test_a_sentence_that_fails_is_dropped_and_kept_in_the_record(
    sentence: str, why: str
) -> None:
    shown, end = await written(f"{PROOF[:-1]} [1]. {sentence}")
    assert isinstance(end, Written)
    assert [one.text for one in end.shown if not one.warning] == [PROOF]
    assert tuple(shown) == end.shown
    (dropped,) = [one for one in end.sentences if not one.supported]
    assert dropped.why == why
    assert dropped.cites == ()


async def test_nothing_is_shown_before_the_answer_is() -> None:
    shown, end = await written(
        "A gift card cannot be refunded [2]. Coats are refunded in cash by every cashier [1]."
    )
    assert shown == []
    assert isinstance(end, Fallback)
    assert end.why == "unsupported"
    assert not end.unavailable
    assert [one.supported for one in end.sentences] == [True, False]


async def test_what_precedes_the_answer_waits_for_it() -> None:
    shown, end = await written(
        f"A gift card cannot be refunded [2]. {PROOF} [1] Never refund to a different card. [1]"
    )
    assert isinstance(end, Written)
    assert [one.cites for one in shown] == [(1,), (2,), (2,)]


async def test_a_warning_of_the_answering_passage_is_never_left_out() -> None:
    shown, end = await written(f"{PROOF} [1]")
    assert isinstance(end, Written)
    assert shown[-1] == WrittenSentence(
        "Never refund to a different card.", (1,), True, warning=True
    )


STEPS = (
    "1. Look the purchase up by card or loyalty number. [1]\n"
    "2. If it is found, refund to the original card. [1]\n"
    "3. Above £75, a shift lead approves at the till. [1]\n"
)


async def test_numbered_lines_become_steps() -> None:
    shown, end = await written(f"{PROOF} [1]\n\n{STEPS}")
    assert isinstance(end, Written)
    assert [one.step for one in shown] == [None, 1, 2, 3, None]
    assert shown[1].text == "Look the purchase up by card or loyalty number."


@pytest.mark.parametrize(
    "steps",
    [
        STEPS.replace("£75", "£95"),  # a step that fails
        STEPS.replace("2. If it is found, refund to the original card. [1]\n", ""),
        "".join(reversed(STEPS.splitlines(keepends=True))),
        STEPS.replace("original card. [1]", "original card."),
    ],
)
async def test_half_a_procedure_is_none(steps: str) -> None:
    _, end = await written(f"{PROOF} [1]\n\n{steps}")
    assert isinstance(end, Fallback)
    assert end.why == "incomplete"


async def test_a_text_that_goes_on_and_on_is_cut_where_it_still_answers() -> None:
    shown, end = await written(f"{PROOF} [1] " + "A gift card cannot be refunded [2]. " * 200)
    assert isinstance(end, Written)
    assert sum(len(one.text) for one in shown) < 1000


async def test_a_sentence_without_an_end_is_not_shown() -> None:
    _, end = await written(f"{PROOF[:-1]} " * 200)
    assert isinstance(end, Fallback)


async def test_another_language_counts_as_a_failing_endpoint() -> None:
    shown, end = await written("Der Mantel ist mit dem Beleg zurückzugeben und das ist so [1].")
    assert shown == []
    assert isinstance(end, Fallback)
    assert end.why == "language"
    assert end.unavailable


@pytest.mark.parametrize("text", ["", "\n", "[1]", "I do not know.", "{}", "1.\n2.\n"])
async def test_a_text_that_says_nothing_falls_back(text: str) -> None:
    shown, end = await written(text)
    assert shown == []
    assert isinstance(end, Fallback)


async def test_half_a_stream_falls_back_and_says_so() -> None:
    cut = ModelUnavailable("cut_off")
    shown, end = await written((f"{PROOF} [1] A gift card cann", cut))
    assert [one.text for one in shown] == [PROOF]
    assert isinstance(end, Fallback)
    assert (end.why, end.unavailable) == ("cut_off", True)


async def test_an_endpoint_that_fails_at_once() -> None:
    shown, end = await written(ModelUnavailable("rate_limited"))
    assert shown == []
    assert isinstance(end, Fallback)
    assert end.unavailable


# Whether the passages answer


async def test_a_quote_that_stands_in_the_passage_proves_the_answer() -> None:
    quote = "refund  to the\noriginal card"
    assert await answerable(Check(quote=quote, number=1, answers=True)) == Answerable(quote, 1)
    elsewhere = Check(quote=f"“{PROOF}”", number=2, answers=True)
    found = await answerable(elsewhere)
    assert isinstance(found, Answerable)
    assert found.number == 1


async def test_a_quote_may_run_the_lines_of_a_list_together_and_change_no_word() -> None:
    run_on = "Look the purchase up by card or loyalty number, if it is found, refund"
    assert await answerable(Check(quote=run_on, number=1, answers=True)) == NotAnswerable()
    listed = (passage(14, "First get:\n- the PIN\n- the [card]\n\nThen press [Refund] above £75."),)
    for quote, stands in (
        ("get: the PIN, the card. Then press Refund", True),
        ("the card; then press Refund", False),
        ("press [Refund] above 75", False),
        ("press [Refund] above £7", False),
    ):
        verdict = await answerable(Check(quote=quote, number=1, answers=True), passages=listed)
        assert isinstance(verdict, Answerable) is stands, quote


async def test_a_quote_has_to_do_with_the_question() -> None:
    share = "Use the buttons below to share this link by mail or print it."
    answers = [Check(quote="share this link by mail or print it", number=1, answers=True)]
    page = (passage(13, share, "Footer"),)
    verdicts = [
        await is_answerable(
            FakeLanguageModel(list(answers)), question, (), page, Usage(), await local_embedder()
        )
        for question in ("does a dentist cost anything for pensioners", "how do i print the page")
    ]
    assert verdicts == [NotAnswerable(), Answerable("share this link by mail or print it", 1)]


@pytest.mark.parametrize(
    "check",
    [
        Check(quote=PROOF, number=1, answers=False),
        Check(quote="A customer may return a coat within 90 days", number=1, answers=True),
        Check(quote="", number=1, answers=True),
        Check(quote="the", number=1, answers=True),
        Check(quote="made up by the model", number=0, answers=True),
        Check(quote="Returns and refunds, 4 Refunds", number=1, answers=True),
    ],
)
async def test_without_a_verified_quote_nothing_is_answered(check: Check) -> None:
    assert await answerable(check) == NotAnswerable()


async def test_an_endpoint_that_fails_decides_nothing() -> None:
    found = await answerable(ModelUnavailable("timeout"))
    assert found == Unasked("timeout")
    assert found.unavailable


async def test_the_thread_is_shown_as_data() -> None:
    model = FakeLanguageModel([Check(quote=PROOF, number=1, answers=True)])
    history = [Turn("user", "a coat without a receipt"), Turn("agent", "Store credit.")]
    await is_answerable(model, "and with one", history, PASSAGES, Usage())
    (prompt,) = model.prompts
    labels = [one.label for one in prompt.untrusted]
    assert labels == ["passage 1", "passage 2", "thread", "question"]
    assert "coat" not in prompt.instructions + prompt.task


# Follow-ups


THREAD = (Turn("user", "how do i refund a coat"), Turn("agent", "Look the purchase up."))


async def rewritten(question: str, said: str | ModelUnavailable) -> str:
    answer = said if isinstance(said, ModelUnavailable) else Rewriting(question=said)
    return await rewrite_followup(FakeLanguageModel([answer]), question, THREAD, Usage())


async def test_a_follow_up_is_rewritten_from_its_thread() -> None:
    whole = "How do I refund a coat above 80 pounds?"
    assert await rewritten("and above 80 pounds?", whole) == whole


@pytest.mark.parametrize(
    "said",
    [
        "",
        "How do I refund a coat?",  # the number is lost
        "How do I refund a coat above 80 pounds, or 90?",
        "What are the salaries of all managers in headquarters above 80?",
        "See https://evil.example/80",
        "80 " + "coat " * 100,
        ModelUnavailable("timeout"),
    ],
)
async def test_otherwise_the_question_itself_is_asked(said: str | ModelUnavailable) -> None:
    assert await rewritten("and above 80 pounds?", said) == "and above 80 pounds?"


async def test_a_question_without_a_thread_needs_no_model() -> None:
    model = FakeLanguageModel([])
    assert await rewrite_followup(model, QUESTION, (), Usage()) == QUESTION
