"""An endpoint that failed keeps nobody waiting: left alone for a while, then tried by one question."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from model_stand_in import HASTY, MODEL, ModelStandIn, Reply, as_json, model_stand_in
from test_writing import passage

from bot.breaker import FIRST, LONGEST, Breaker
from bot.language_model import EndpointModel, endpoint_model
from indexing.answers import Reply as FoundReply
from indexing.composing import Composed, compose
from indexing.followups import rewrite_followup
from indexing.language_model import LanguageModel, ModelUnavailable, Prompt, Usage, Why
from indexing.nouns import Answered, Quoted, Turn
from indexing.prompts import Check

PROMPT = Prompt("Read.", (), "Answer.", max_tokens=40)
QUOTE = "Above £75 a shift lead approves the refund at the till."
CHECK = as_json(quote=QUOTE, number=1, answers=True)
HISTORY = (Turn("user", "who approves a refund"), Turn("agent", "A shift lead."))
THERE = (passage(1, QUOTE),)
FOUND = FoundReply(Answered("Refunds", (Quoted(QUOTE, 1),), THERE), THERE, 1.0, (), 0.0, 0.0)


class Clock:
    """Seconds that only a test lets pass."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def fail(breaker: Breaker, why: Why = "timeout") -> None:
    with pytest.raises(ModelUnavailable) as failure, breaker.call():
        raise ModelUnavailable(why)
    assert failure.value.why == why


def is_resting(breaker: Breaker) -> bool:
    try:
        with breaker.call():
            return False
    except ModelUnavailable as failure:
        return failure.why == "resting"


@pytest.mark.parametrize("why", ["timeout", "rate_limited", "unreachable", "broken", "cut_off"])
def test_a_failure_that_the_next_question_would_meet_too(why: Why) -> None:
    clock = Clock()
    breaker = Breaker(clock)
    fail(breaker, why)
    assert is_resting(breaker)
    clock.now = FIRST - 1
    assert is_resting(breaker)
    clock.now = FIRST
    assert not is_resting(breaker)
    assert not is_resting(breaker)


@pytest.mark.parametrize("why", ["refused", "off_schema", "endless", "stopped"])
def test_what_costs_no_wait_or_is_not_the_endpoints_fault(why: Why) -> None:
    breaker = Breaker(Clock())
    fail(breaker, why)
    assert not is_resting(breaker)


def test_each_failed_probe_doubles_the_pause_up_to_a_limit() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for pause in (FIRST, 2 * FIRST, 4 * FIRST, 8 * FIRST, LONGEST, LONGEST):
        fail(breaker)
        clock.now += pause - 1
        assert is_resting(breaker)
        clock.now += 1
    assert not is_resting(breaker)
    fail(breaker)
    clock.now += FIRST
    assert not is_resting(breaker)


def test_a_probe_that_was_given_up_leaves_the_next_one_to_find_out() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    fail(breaker)
    clock.now = FIRST
    with pytest.raises(asyncio.CancelledError), breaker.call():
        raise asyncio.CancelledError
    fail(breaker)
    assert is_resting(breaker)


def test_one_call_probes_while_the_others_go_without() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    fail(breaker)
    clock.now = FIRST
    with breaker.call():
        assert is_resting(breaker)
        assert is_resting(breaker)
    assert not is_resting(breaker)


def test_a_call_that_began_before_the_failure_tells_nothing() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    with breaker.call():
        fail(breaker)
    assert is_resting(breaker)
    clock.now = FIRST
    assert not is_resting(breaker)


@asynccontextmanager
async def house_model(
    clock: Clock, patience: float = HASTY.first
) -> AsyncIterator[tuple[ModelStandIn, EndpointModel]]:
    hasty = replace(HASTY, first=patience)
    async with (
        model_stand_in() as stand_in,
        endpoint_model(stand_in.url, "key", MODEL, hasty, Breaker(clock)) as model,
    ):
        yield stand_in, model


async def answered(model: LanguageModel, usage: Usage) -> Composed:
    """Everything that one follow-up asks of a model."""
    await rewrite_followup(model, "and above £75", HISTORY, usage)
    async for piece in compose(model, "and above £75", HISTORY, FOUND, usage):
        if isinstance(piece, Composed):
            return piece
    raise AssertionError("composing ends with the whole")


@pytest.mark.parametrize(
    "reply",
    [
        Reply(wait=9),
        Reply(status=429, headers={"Retry-After": "60"}),
        Reply("half of it", cut_after=4),
    ],
)
async def test_one_answer_meets_a_failing_endpoint_once(reply: Reply) -> None:
    clock, usage = Clock(), Usage()
    async with house_model(clock, patience=1.5) as (stand_in, model):
        stand_in.otherwise = lambda _: reply
        composed = await answered(model, usage)
        met = len(stand_in.requests)
        assert composed.outcome == FOUND.outcome
        assert (composed.why, composed.unavailable) == ("resting", True)
        assert len(usage.calls) == 1
        await answered(model, Usage())
        assert len(stand_in.requests) == met
        clock.now = FIRST
        stand_in.script = [as_json(question="who approves above £75"), CHECK, Reply(f"{QUOTE} [1]")]
        assert (await answered(model, Usage())).why == ""


async def test_all_calls_of_an_answer_share_one_patience() -> None:
    clock, usage = Clock(), Usage()
    async with house_model(clock, patience=2.0) as (stand_in, model):
        # Each alone is quick enough; together they are not.
        stand_in.otherwise = lambda _: replace(CHECK, wait=1.2)
        stand_in.script = [replace(as_json(question="who approves above £75"), wait=1.2)]
        composed = await answered(model, usage)
    assert composed.outcome == FOUND.outcome
    assert composed.unavailable
    assert len(usage.calls) == 2


async def test_once_something_is_shown_only_the_whole_call_is_bounded() -> None:
    usage = Usage()
    async with house_model(Clock(), patience=1.5) as (stand_in, model):
        slow = Reply(f"{QUOTE} [1] " + "It is written at the till. " * 8, size=40, pause=0.3)
        stand_in.script = [as_json(question="x"), CHECK, slow]
        assert (await answered(model, usage)).why == ""
    assert not usage.awaited


async def test_a_batch_asks_again_whatever_came_of_it() -> None:
    async with (
        model_stand_in() as stand_in,
        endpoint_model(stand_in.url, "key", MODEL, HASTY) as model,
    ):
        for _ in range(2):
            with pytest.raises(ModelUnavailable) as failure:
                await model.ask(PROMPT, Check, Usage())
            assert failure.value.why == "broken"
    assert len(stand_in.requests) > 4
