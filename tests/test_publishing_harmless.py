"""Publishing makes no answer worse: whatever is published from the SOPs in their own words, a
question is answered from the section that answered it before, and with the same steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pytest
import yaml
from published_house import House, open_house, section_aids
from skills_world import SAMPLES

from handlers.services import Connection
from indexing.nouns import Answered, FoundPassage, SopText, Turn
from learning.modules import Guide, JobAid
from review.nouns import Drafted, DraftRequest, SubCompetency
from review.verbatim import draft

Asked = tuple[str, str, tuple[Turn, ...]]
"""A question, who asks it, and the thread before it."""
Said = tuple[FoundPassage, tuple[str, ...]]
"""What an answer leads with, and the steps it quotes."""


@pytest.fixture
async def house(conn: Connection) -> House:
    return await open_house(conn)


def questions() -> list[Asked]:
    """Who asks what in which thread: the sample questions that the SOPs answer."""
    return [
        (
            one["question"],
            one["as"].partition("@")[0],
            tuple(Turn(turn["role"], turn["text"]) for turn in one.get("history", ())),
        )
        for one in yaml.safe_load((SAMPLES / "questions.yaml").read_text("utf-8"))
        if one["expect"] == "answered"
    ]


def by_heading(sops: Sequence[SopText]) -> list[Asked]:
    """Questions that name what a section is about, as people type them."""
    sections = dict.fromkeys(
        passage.section.lstrip("0123456789. ") for sop in sops for passage in sop.passages
    )
    return [
        (form.format(name.lower()), "priya", ())
        for name in sections
        for form in ("{}, what are the steps", "how do i handle this: {}")
    ]


def drafts(sops: Sequence[SopText]) -> Iterator[JobAid | Guide]:
    """A guide of each SOP, and its job aids: of the whole, and for what each section is about."""
    for sop in sops:
        sections = dict.fromkeys(passage.section for passage in sop.passages)
        wanted = [SubCompetency(name, name.lstrip("0123456789. ")) for name in sections]
        for kind, part in (("guide", None), ("aid", None), *(("aid", one) for one in wanted)):
            request = DraftRequest(
                "", "guide" if kind == "guide" else "aid", "r", "c", sop.title, "d", "x",
                parts=(part,) if part else (),
            )  # fmt: skip
            made = draft(request, [sop], part)
            if isinstance(made, Drafted) and isinstance(made.content, JobAid | Guide):
                yield made.content


async def ask(house: House, asked: Sequence[Asked]) -> dict[Asked, Said]:
    found = {}
    for question, name, history in asked:
        outcome = (await house.answer(question, name, history)).outcome
        if isinstance(outcome, Answered):
            # What opens a document says what it is about; the section that tells what to do leads.
            quoted = [outcome.cited[quote.number - 1] for quote in outcome.quotes]
            told = (one for one in quoted if one.module or one.section != one.title)
            lead = next(told, outcome.cited[0])
            steps = tuple(quote.text for quote in outcome.quotes if quote.step is not None)
            found[question, name, history] = (lead, steps)
    return found


def rests_on(lead: FoundPassage, sop: FoundPassage) -> bool:
    """Whether an answer leads with this section of an SOP, or with what is published from it."""
    if lead.module is None:
        return (lead.uri, lead.section) == (sop.uri, sop.section)
    return any(one.uri == sop.uri and sop.section in one.sections for one in lead.module.rests_on)


def worse(before: Mapping[Asked, Said], after: Mapping[Asked, Said]) -> list[str]:
    """The questions that another section answers, or with a step less; and why.

    A guide has the steps at their standard level, so the first words of each are enough.
    """
    found = []
    for asked, (sop, steps) in before.items():
        if asked not in after:
            found.append(f"{asked[0]}: no answer")
            continue
        lead, said = after[asked]
        if not rests_on(lead, sop):
            found.append(f"{asked[0]}: {sop.uri} {sop.section}, then {lead.title} {lead.section}")
        lost = [step for step in steps if not any(step[:30] == other[:30] for other in said)]
        if lost:
            found.append(f"{asked[0]}: lost {lost}")
    return found


async def test_a_question_is_answered_from_the_section_that_answered_it_before(
    house: House,
) -> None:
    asked = [*questions(), *by_heading(house.sops)][::4]
    before = await ask(house, asked)
    published = list({content.title: content for content in drafts(house.sops)}.values())
    for content in [*published[::5], *section_aids(house.sops)[::6]]:
        await house.publish(content)
    after = await ask(house, asked)
    assert worse(before, after) == []
    assert sum(lead.module is not None for lead, _ in after.values()) > len(after) / 10


async def test_the_job_aid_on_a_section_answers_what_the_section_answered(house: House) -> None:
    (sop,) = (sop for sop in house.sops if sop.uri == "returns/returns-and-refunds.md")
    statement = "Refunds goods without a receipt within the limit"
    made = draft(DraftRequest("g", "aid", "service-agent", "c", statement, "d", "x"), [sop], None)
    assert isinstance(made, Drafted)
    assert isinstance(made.content, JobAid)
    section = "4.2 Refund without a receipt"
    steps = [
        "Look the purchase up by card or loyalty number (last 90 days).",
        "Found: refund to the original card."
        " Not found: store credit at the lowest price of the last 30 days.",
        "Above £75, a shift lead approves at the till.",
    ]
    asked = (
        "refund without a receipt, what are the steps",
        "how do i refund without a receipt",
        "customer wants a refund but lost the receipt, what do i do",
    )
    for content in (None, made.content):
        uri = await house.publish(content) if content else sop.uri
        for question in asked:
            outcome = (await house.answer(question)).outcome
            assert isinstance(outcome, Answered)
            lead = outcome.cited[0]
            assert lead.section == section, question
            assert lead.owner == sop.owner
            assert lead.uri in (sop.uri, uri)
            own = [q for q in outcome.quotes if outcome.cited[q.number - 1] == lead]
            assert [quote.text for quote in own if quote.step] == steps, question
    told = (await house.answer(asked[1])).outcome
    assert isinstance(told, Answered)
    assert told.cited[0].module is not None, "the aid itself answers"
