"""Published modules among the sample company's SOPs, found by MiniLM: beside them, in nobody's place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
import yaml
from intake import pressed
from local_model import local_embedder
from skills_world import NOW, SAMPLES, TODAY, load_all

from handlers.services import Connection
from indexing.documents import index_path
from indexing.in_use import Embedded
from indexing.nouns import FoundPassage, SopText
from indexing.passages import units_with_whole_warnings
from indexing.retrieval import retrieve
from indexing.store.drafting import fetch_sop_texts
from indexing.token_states import TokenStates
from learning.modules import Cite, JobAid, Sentence
from learning.nouns import Person, audience_of
from review import gate, publishing, store
from review.nouns import Checked, Drafted, DraftRequest, Module
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


@dataclass
class _House:
    """The sample company with a gap, two reviewers and the real model."""

    conn: Connection
    people: dict[str, Person]
    sops: list[SopText]
    states: TokenStates
    competency: str
    domain: str
    presses: int = 0

    async def find(self, question: str) -> Sequence[FoundPassage]:
        """What a service agent's question finds, best first."""
        embedder = await local_embedder()
        who = self.people["priya"]
        found = await retrieve(
            self.conn, question, (), audience_of(who), who.roles, TODAY, embedder, self.states
        )
        await self.conn.commit()
        return found.passages

    async def publish(self, content: JobAid) -> str:
        """Publish a job aid past both seats; its uri."""
        request = DraftRequest(
            "refunds-without-receipt",
            "aid",
            "service-agent",
            self.competency,
            "",
            self.domain,
            "x y",
        )
        author = self.people["mia"]
        module_id = await store.insert_module(
            self.conn, request, requested_by=author.id, actor=author.email, now=NOW
        )
        module = await store.fetch_module(self.conn, module_id, lock=True)
        assert module
        module = await gate.put_before_reviewers(
            self.conn,
            module,
            content,
            checks=Checked(1, 1, 0, 90),
            drafted_by="verbatim",
            editor=None,
            due_at=NOW + timedelta(days=3),
            now=NOW,
        )
        stored = await store.fetch_content(self.conn, module_id, module.number)
        assert stored
        vectors = await publishing.embed(stored, await local_embedder())

        async def found_by() -> Embedded | None:
            return vectors

        for seat in (f"sme:{self.domain}", "ld"):
            person = next(
                who for who in self.people.values() if seat in who.seats and who.id != author.id
            )
            await gate.approve(
                self.conn,
                module_id=module_id,
                number=module.number,
                person=person,
                ticks=("accuracy", "tone", "compliance"),
                just_competent={},
                press=await self._press(person, module),
                shown_at=NOW,
                today=TODAY,
                now=NOW,
                found_by=found_by,
            )
        await self.conn.commit()
        return f"module/{module_id}"

    async def _press(self, person: Person, module: Module) -> int:
        self.presses += 1
        return await pressed(
            self.conn, str(self.presses), person, f"module:{module.id}.{module.number}"
        )


@pytest.fixture
async def house(conn: Connection) -> _House:
    people = await load_all(conn)
    embedder = await local_embedder()
    await index_path(
        conn, SAMPLES / "sops", source="samples", today=TODAY, now=NOW, embedder=embedder
    )
    sops = await fetch_sop_texts(conn, TODAY)
    cursor = await conn.execute(
        """
        select c.id, c.domain from analytics.gap g
        join learning.competency c on c.id = g.competency where g.id = 'refunds-without-receipt'
        """
    )
    row = await cursor.fetchone()
    assert row
    await conn.commit()
    return _House(conn, people, sops, TokenStates(embedder), *row)


def aid_of(house: _House, uri: str, title: str) -> JobAid:
    """What the drafter makes of an SOP without a model, under a title of its own."""
    (sop,) = (sop for sop in house.sops if sop.uri == uri)
    request = DraftRequest("g", "aid", "service-agent", "c", "", "d", "x", source=f"samples:{uri}")
    made = draft(request, [sop], None)
    assert isinstance(made, Drafted)
    assert isinstance(made.content, JobAid)
    return JobAid(title, made.content.lines)


def section_aids(sops: Sequence[SopText]) -> list[JobAid]:
    """A job aid of every passage, in its SOP's own words: as near to the SOPs as can be."""
    aids: list[JobAid] = []
    for sop in sops:
        for passage in sop.passages:
            said = [passage.text[u.start : u.end] for u in units_with_whole_warnings(passage.text)]
            cites = [
                Cite(sop.source, sop.uri, sop.revision, sop.version, passage.section, text)
                for text in said
            ]
            lines = tuple(Sentence(cite.quote, (cite,)) for cite in cites)
            aids.append(JobAid(f"{sop.title}: {passage.section}", lines))
    return aids


async def test_a_job_aid_is_found_by_its_title_and_by_other_words(house: _House) -> None:
    uris = {uri: await house.publish(aid_of(house, uri, title)) for uri, (title, _) in AIDS.items()}
    for uri, (title, other_words) in AIDS.items():
        for question in (title, other_words):
            first = [passage.uri for passage in (await house.find(question))[:3]]
            assert uris[uri] in first, question


async def test_modules_do_not_crowd_out_the_sops(house: _House) -> None:
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
