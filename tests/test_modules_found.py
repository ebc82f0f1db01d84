"""Published modules among the sample company's SOPs, found by MiniLM: beside them, in nobody's place."""

from __future__ import annotations

import pytest
import yaml
from published_house import House, open_house, section_aids
from skills_world import SAMPLES

from handlers.services import Connection
from learning.modules import JobAid
from review.nouns import Drafted, DraftRequest
from review.verbatim import draft

AIDS = {
    "returns/returns-and-refunds.md": (
        "Refunds at a glance",
        "a shopper wants her money back and has no proof of purchase",
    ),
    "service/click-and-collect.md": (
        "Handing out online orders",
        "somebody picks up a web order for his neighbour",
    ),
    "safety/fire-evacuation.md": (
        "When the alarm rings",
        "what do I do with customers when there is a fire alarm",
    ),
}


@pytest.fixture
async def house(conn: Connection) -> House:
    return await open_house(conn)


def aid_of(house: House, uri: str, title: str) -> JobAid:
    """What the drafter makes of an SOP without a model, under a title of its own."""
    (sop,) = (sop for sop in house.sops if sop.uri == uri)
    request = DraftRequest("g", "aid", "service-agent", "c", "", "d", "x", source=f"samples:{uri}")
    made = draft(request, [sop], None)
    assert isinstance(made, Drafted)
    assert isinstance(made.content, JobAid)
    return JobAid(title, made.content.lines)


async def test_a_job_aid_is_found_by_its_title_and_by_other_words(house: House) -> None:
    uris = {uri: await house.publish(aid_of(house, uri, title)) for uri, (title, _) in AIDS.items()}
    for uri, (title, other_words) in AIDS.items():
        for question in (title, other_words):
            first = [passage.uri for passage in (await house.find(question))[:3]]
            assert uris[uri] in first, question


async def test_modules_do_not_crowd_out_the_sops(house: House) -> None:
    questions = [
        asked["question"]
        for asked in yaml.safe_load((SAMPLES / "questions.yaml").read_text("utf-8"))
        if asked["expect"] == "answered" and "history" not in asked
    ][::4]
    before = {asked: await house.find(asked) for asked in questions}
    for aid in section_aids(house.sops)[::4]:
        await house.publish(aid)
    for asked, sops in before.items():
        after = await house.find(asked)
        assert [p.passage_id for p in after if p.kind == "sop"][:3] == [
            p.passage_id for p in sops[:3]
        ], "the SOPs in the order they had"
        assert len({p.uri for p in after if p.kind == "module"}) <= 3
        assert any(p.kind == "sop" for p in after[:3])
