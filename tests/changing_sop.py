"""An SOP that is edited and indexed again, with modules that rest on it, for the tests of flags."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from fakes import FakeLater
from review_world import World
from sop_folder import GOVERNANCE, NOW

from handlers import library
from indexing.documents import Report
from learning.modules import Cite, Guide, JobAid, Sentence
from review.nouns import Module

SOP = """\
# Refund without a receipt

1. Look the purchase up by card or loyalty number.
2. Above £75, a shift lead approves at the till.

## Opening hours

Every shop opens at 9:00 on weekdays.
"""
HOURS = Sentence(
    "Every shop opens at 9:00 on weekdays.",
    (Cite("shop", "refunds.md", 0, "3", "Opening hours", "Every shop opens at 9:00 on weekdays."),),
)


@dataclass
class Sop:
    """`refunds.md` of the shop, whose changes go to the modules as they do in the product."""

    world: World
    later: FakeLater = field(default_factory=FakeLater)
    validated_on: date = date(2026, 10, 6)

    async def begins(self) -> None:
        """Bring the text into force that the modules are to cite."""
        await self.revise(SOP)
        self.world.revision = await self.in_force()

    async def revise(self, text: str, *, validated: bool = True, **how: Any) -> Report:
        """Write another text and index it; not `validated`, it waits for an SME."""
        if validated:
            self.validated_on += timedelta(days=1)
        self.write(text, self.validated_on)
        await self.world.conn.commit()
        return await self.index(**how)

    def write(self, text: str, validated_on: date) -> None:
        governance = GOVERNANCE.replace("2026-10-06", validated_on.isoformat())
        self.world.shop.write("governance.yaml", governance)
        self.world.shop.write("refunds.md", text)

    async def index(self, **how: Any) -> Report:
        """Index the shop as the product does."""
        return await self.world.shop.index(**{"revised": self.revised} | how)

    async def revised(self, document_ids: Collection[int]) -> None:
        await library.on_revised(self.world.conn, self.later, document_ids, NOW)

    async def validate(self) -> None:
        """An SME validates what waits, from the shell."""
        dana = self.world.people["dana"]
        async with self.world.conn.transaction():
            done, said = await library.on_act(
                self.world.conn,
                self.later,
                "validate",
                ["refunds.md"],
                False,
                dana,
                dana.email,
                NOW,
            )
        assert done, said

    async def in_force(self) -> int:
        return int(
            await self.world.shop.value(
                "select in_force_revision_id from indexing.document where uri = 'refunds.md'"
            )
        )

    async def document(self) -> int:
        return int(
            await self.world.shop.value("select id from indexing.document where uri = 'refunds.md'")
        )

    def steps(self) -> Guide:
        """A guide that cites both steps, as they are in force."""
        return self.world.guide()

    def hours(self) -> JobAid:
        """A job aid that cites the opening hours alone."""
        (cite,) = HOURS.cites
        at = Cite(cite.source, cite.uri, self.world.revision, "3", cite.section, cite.quote)
        return JobAid("Opening hours", (Sentence(HOURS.text, (at,)),))

    async def published(self, content: Guide | JobAid | None = None, *, by: str = "mia") -> Module:
        """A module in use."""
        module = await self.world.drafted(content or self.steps(), by=by)
        await self.world.approve(module, "dana")
        await self.world.approve(module, "max" if by == "jo" else "jo")
        assert await self.world.state(module) == "published"
        await self.world.conn.commit()
        return module
