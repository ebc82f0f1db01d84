"""What is measured of one answer: code's checks, and the verdicts of LlamaIndex's evaluators."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import FakeLanguageModel
from model_stand_in import Reply, scripted

from indexing.answer_checks import Case, Extract, Stated, checked
from indexing.evaluation import judged
from indexing.language_model import Usage

PASSAGE = """\
1. Look the purchase up by card, up to 90 days back.
2. Above £75 a shift lead approves the refund
   at the till."""
RULE = "Above £75, a shift lead approves the refund at the till."
CASE = Case(
    question="who approves a refund above £75",
    answered=True,
    shown=(Stated(RULE, (1,)),),
    dropped=0,
    citations=(Extract("returns.md", PASSAGE),),
    passages=(Extract("other.md", "Something else."), Extract("returns.md", PASSAGE)),
    reference="A shift lead, above £75.",
    answerable=True,
    documents=("sops/returns",),
)
ALL_WELL = dict.fromkeys(
    ("expected", "supported", "citations", "quotes", "numbers", "document"), True
)
REFUSED = replace(CASE, answered=False, shown=(), citations=())


# What code finds


def test_an_answer_that_is_right_passes_every_check() -> None:
    found = checked(CASE)
    assert (dict(found.found), found.unsupported, found.missing) == (ALL_WELL, (), ())


@pytest.mark.parametrize(
    ("case", "failing"),
    [
        (replace(CASE, shown=(Stated(RULE.replace("75", "57"), (1,)),)), {"supported", "numbers"}),
        (replace(CASE, shown=(Stated(RULE, (2,)),)), {"supported", "citations"}),
        (replace(CASE, shown=(Stated(RULE, ()),)), {"supported"}),
        (replace(CASE, shown=()), {"supported", "numbers"}),
        (replace(CASE, passages=CASE.passages[:1]), {"supported", "citations", "quotes"}),
        (
            replace(CASE, citations=(Extract("returns.md", PASSAGE), Extract("gone.md", "Gone."))),
            {"citations", "quotes"},
        ),
        (
            replace(CASE, citations=(Extract("returns.md", "Above £75 anybody approves."),)),
            {"quotes"},
        ),
        (replace(CASE, citations=(Extract("returns.md", " "),)), {"quotes"}),
        (replace(CASE, reference="A shift lead, above £75, within 14 days."), {"numbers"}),
        (replace(CASE, reference="Above 75 %, a shift lead."), {"numbers"}),
        (replace(CASE, documents=("safe",)), {"document"}),
        (replace(CASE, answerable=False), {"expected"}),
        (replace(REFUSED, answerable=True), {"expected"}),
    ],
)
def test_each_check_finds_what_it_is_for(case: Case, failing: set[str]) -> None:
    found = checked(case).found
    assert {name for name, well in found.items() if well is False} == failing


def test_what_a_check_cannot_know_is_neither_right_nor_wrong() -> None:
    bare = replace(CASE, reference="A shift lead.", answerable=None, documents=(), citations=())
    found = checked(bare).found
    assert [found[name] for name in ("expected", "quotes", "numbers", "document")] == [None] * 4
    assert not found["citations"], "an answer has to cite"
    refused = checked(replace(REFUSED, answerable=False)).found
    assert dict(refused) == dict.fromkeys(ALL_WELL) | {"expected": True}


def test_steps_are_counted_and_the_figures_of_a_reference_may_be_spelled_out() -> None:
    steps = replace(CASE, reference="1. Above £75\n2. Ask within ninety days")
    assert checked(steps).missing == ("within ninety days",)
    told = replace(steps, shown=(*CASE.shown, Stated("Up to 90 days back.", (1,))))
    assert checked(told).missing == ()


# What LlamaIndex says


async def test_llama_index_judges_with_the_houses_model_over_http() -> None:
    replies = (
        [Reply("YES"), Reply("Answer: no, not since yesterday."), Reply("Score: 4.5/5")],
        [Reply("I would say so."), Reply("No"), Reply("10\nPerfect.")],
        [Reply(status=500), Reply("YES, it does", cut_after=7), Reply("4.0", pause=0.8)],
    )
    usage, results = Usage(), []
    async with scripted() as (stand_in, model):
        for script in replies:
            retried = [reply for reply in script if reply.status == 500]
            stand_in.script = [*retried, *script]
            results.append(await judged(model, CASE, usage))
    good, off, broken = results
    assert (good.judge, good.failed) == ("stand-in", {})
    assert good.said == {"faithful": 1.0, "relevant": 0.0, "correct": 4.5}
    assert off.said == {"faithful": None, "relevant": 0.0, "correct": None}
    assert off.failed == {"faithful": "off_schema", "correct": "off_schema"}
    assert set(broken.said.values()) == {None}
    assert broken.failed == {"faithful": "broken", "relevant": "cut_off", "correct": "timeout"}
    first, second, third = stand_in.requests[:3]
    assert all(RULE in str(request["messages"]) for request in (first, second, third))
    assert "Look the purchase up by card" in str(first["messages"])
    assert CASE.question in str(second["messages"])
    assert CASE.reference in str(third["messages"])
    assert len(usage.calls) == len(replies) * 3


async def test_a_judge_is_asked_only_what_it_can_know() -> None:
    model, usage = FakeLanguageModel([]), Usage()
    assert not any((await judged(model, REFUSED, usage)).said.values())
    assert not any((await judged(model, replace(CASE, shown=()), usage)).said.values())
    assert not model.prompts
    model.answers = ["YES", "YES", "YES"]
    said = (await judged(model, replace(CASE, question=""), usage)).said
    assert said == {"faithful": 1.0, "relevant": None, "correct": None}
    said = (await judged(model, replace(CASE, reference=""), usage)).said
    assert said == {"faithful": 1.0, "relevant": 1.0, "correct": None}


async def test_texts_with_braces_and_of_any_length_are_judged() -> None:
    braces = Stated("{context_str} {query} {", (1,))
    long = Extract("returns.md", PASSAGE + " and so on" * 4000)
    case = replace(CASE, shown=(braces,), citations=(long,), passages=(long,), reference="{x}")
    model = FakeLanguageModel([*["NO"] * 3, *["YES"] * 20])
    result = await judged(model, case, Usage())
    assert (result.said["faithful"], result.failed) == (1.0, {"correct": "off_schema"})
    assert all(braces.text in str(prompt.messages) for prompt in model.prompts)
