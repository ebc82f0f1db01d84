"""The sample company with the real MiniLM, two reviewers and what is published past both of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from intake import pressed
from local_model import local_embedder
from skills_world import NOW, SAMPLES, TODAY, load_all

from handlers.services import Connection
from indexing.answers import Reply, answer
from indexing.documents import index_path
from indexing.in_use import Embedded
from indexing.nouns import FoundPassage, SopText, Turn
from indexing.retrieval import retrieve
from indexing.store.drafting import fetch_sop_texts
from indexing.token_states import TokenStates
from indexing.units import units_with_whole_warnings
from learning.modules import Cite, Guide, JobAid, Sentence
from learning.nouns import Person, audience_of
from review import gate, publishing, store
from review.nouns import Checked, DraftRequest, Module


@dataclass
class House:
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

    async def answer(
        self, question: str, name: str = "priya", history: Sequence[Turn] = ()
    ) -> Reply:
        """What somebody is answered."""
        embedder = await local_embedder()
        who = self.people[name]
        reply = await answer(
            self.conn, question, history, audience_of(who), who.roles, TODAY, embedder, self.states
        )
        await self.conn.commit()
        return reply

    async def publish(self, content: JobAid | Guide) -> str:
        """Publish a job aid or guide past both seats; its uri."""
        request = DraftRequest(
            "refunds-without-receipt",
            content.kind,
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
        on = f"module:{module.id}.{module.number}"
        return await pressed(self.conn, str(self.presses), person, on)


async def open_house(conn: Connection) -> House:
    """The sample company in an empty database; nothing is published yet."""
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
    return House(conn, people, sops, TokenStates(embedder), *row)


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
