"""People, a gap, an indexed SOP and drafts from it, for the tests of review and its gate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from intake import pressed
from sop_folder import NOW, TODAY, Shop, shop_in

from handlers.services import Connection
from learning import store as people_store
from learning.modules import Cite, Content, Guide, ItemSet, Ordering, Sentence, Step
from learning.nouns import Person
from review import gate, store
from review.nouns import Checked, DraftRequest, Finding, Module

STEPS = (
    "Look the purchase up by card or loyalty number.",
    "Above £75, a shift lead approves at the till.",
)
EVERYBODY = (
    Person(0, "dana@example.com", "Dana Cole", seats=("sme:refunds",)),
    Person(0, "lee@example.com", "Lee Park", seats=("sme:refunds",)),
    Person(0, "jo@example.com", "Jo Silva", seats=("ld",)),
    Person(0, "mia@example.com", "Mia Wong", seats=("ld",)),
    Person(0, "max@example.com", "Max Both", seats=("sme:refunds", "ld")),
    Person(0, "priya@example.com", "Priya Shah", roles=("service-agent",)),
    Person(0, "omar@example.com", "Omar Aziz", roles=("service-agent",)),
    Person(0, "ada@example.com", "Ada Root", seats=("admin", "sme:stock")),
)
REQUEST = DraftRequest(
    gap="refunds-gap",
    kind="guide",
    role="service-agent",
    competency="refunds",
    statement="Refunds a purchase without a receipt within five minutes",
    domain="refunds",
    context="At the till, with the customer waiting",
)


@dataclass
class World:
    """What the tests of review stand on. `people` by first name, `revision` of refunds.md."""

    conn: Connection
    shop: Shop
    people: dict[str, Person]
    revision: int
    presses: int = 0

    def guide(
        self, title: str = "Refund without a receipt", *, revision: int | None = None
    ) -> Guide:
        """A guide whose every sentence is the SOP's own."""
        steps = tuple(
            Step(at, "Refund without a receipt", (self.said(text, revision),))
            for at, text in enumerate(STEPS, 1)
        )
        return Guide(title, steps, steps, steps)

    def items(self) -> ItemSet:
        stem = Sentence("Put the steps in order.", authored=True)
        steps = tuple(self.said(text) for text in STEPS)
        return ItemSet("Refund quiz", (Ordering("q1", "refunds", "easy", stem, steps),))

    def said(self, text: str, revision: int | None = None) -> Sentence:
        at = revision or self.revision
        cite = Cite("shop", "refunds.md", at, "3", "Refund without a receipt", text)
        return Sentence(text, (cite,))

    async def press(self, name: str, on: str = "module:1.1", action: str = "review.approve") -> int:
        """A stored press of this person's."""
        self.presses += 1
        return await pressed(self.conn, f"{self.presses}-{name}", self.people[name], on, action)

    async def drafted(
        self,
        content: Content | None = None,
        *,
        by: str = "mia",
        revises: int | None = None,
        blocked: bool = False,
    ) -> Module:
        """A module with content, before its reviewers."""
        content = content or self.guide()
        request = replace(REQUEST, kind=content.kind)
        requester = self.people[by]
        module_id = await store.insert_module(
            self.conn,
            request,
            requested_by=requester.id,
            actor=requester.email,
            now=NOW,
            revises=revises,
        )
        module = await store.fetch_module(self.conn, module_id, lock=True)
        assert module
        return await self.put(module, content, blocked=blocked)

    async def put(
        self, module: Module, content: Content, *, by: str | None = None, blocked: bool = False
    ) -> Module:
        return await gate.put_before_reviewers(
            self.conn,
            module,
            content,
            checks=Checked(
                2, 2, 0, 90, None, (Finding("unsupported", blocks=True),) if blocked else ()
            ),
            drafted_by="verbatim",
            editor=self.people[by] if by else None,
            due_at=NOW + timedelta(days=3),
            now=NOW,
        )

    async def approve(
        self,
        module: Module,
        name: str,
        *,
        ticks: tuple[str, ...] = ("accuracy", "tone", "compliance"),
        just_competent: dict[str, int] | None = None,
        number: int | None = None,
        press: int | None = None,
    ) -> object:
        number = module.number if number is None else number
        return await gate.approve(
            self.conn,
            module_id=module.id,
            number=number,
            person=self.people[name],
            ticks=ticks,
            just_competent=just_competent or {},
            press=press or await self.press(name, f"module:{module.id}.{number}"),
            shown_at=NOW,
            today=TODAY,
            now=NOW + timedelta(minutes=2),
        )

    async def state(self, module: Module) -> str:
        found = await store.fetch_module(self.conn, module.id)
        assert found
        return found.state

    async def published(self) -> list[int]:
        cursor = await self.conn.execute(
            "select module_id from learning.published_module order by module_id"
        )
        return [row[0] for row in await cursor.fetchall()]


async def review_world(conn: Connection, tmp_path: Path) -> World:
    """Everybody, one active gap, and the shop's SOPs, indexed and committed."""
    shop = shop_in(conn, tmp_path)
    await shop.index()
    await people_store.act_as(conn, "tests", {})
    for person in EVERYBODY:
        await people_store.upsert_person(conn, person)
    people = {
        person.name.split()[0].lower(): person for person in await people_store.fetch_people(conn)
    }
    await conn.execute(
        "insert into learning.role (id) values ('service-agent') on conflict do nothing"
    )
    await conn.execute(
        """
        insert into learning.competency (id, domain, role, statement, level, validated_by, validated_on)
        values ('refunds', 'refunds', 'service-agent', %s, 'working', 'dana@example.com', %s)
        """,
        [REQUEST.statement, TODAY],
    )
    await conn.execute(
        """
        insert into analytics.gap (id, role, competency, priority, impact, rationale, state, slot,
                                   imported_at, activated_at)
        values ('refunds-gap', 'service-agent', 'refunds', 'Fewer refund errors', 4, 'Seen in audits',
                'active', 1, %s, %s)
        """,
        [NOW, NOW],
    )
    cursor = await conn.execute(
        "select in_force_revision_id from indexing.document where uri = 'refunds.md'"
    )
    row = await cursor.fetchone()
    assert row
    await conn.commit()
    return World(conn, shop, people, int(row[0]))
