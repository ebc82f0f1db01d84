"""How long it takes from a reviewer's press to the updated card.

    python -m benchmarks.reviewing [--presses 100] [--claims 40]

Each press goes in as the page's does and is worked off by a worker at once; the card stands in the
local chat. Approve is pressed in turn by an SME and an L&D professional on drafts of that size,
without an embedder, so what is timed is the gate, the card and the outbox.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg

from benchmarks.throwaway import migrated_database, throwaway_server
from benchmarks.waiting import REQUEST, make
from bot.database import Pool, open_pool
from bot.inbox import Inbox, Worker
from bot.outbox import Outbox, OutboxChat
from bot.web import saying
from bot.web.send import LocalChannel
from handlers import review_cards, review_posts
from handlers.inbound import Place
from handlers.review_view import fetch_view
from handlers.services import Connection, Services
from learning.modules import Cite, JobAid, Sentence
from learning.nouns import Person
from learning.store import fetch_people
from review import gate, store
from review.nouns import Checked, Module

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
REVIEW = Place("web:review")
TICKS = "Accurate\nRight tone\nCompliant"


class Desk:
    """A worker over the local chat."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.waiting: list[int] = []
        self.inbox = Inbox(self._note)
        channels = {"web": LocalChannel(pool, lambda: NOW)}
        self.outbox = Outbox(pool, channels, lambda: NOW)
        services = Services(None, None, review_places=(REVIEW,))
        self.services = services
        self.worker = Worker(pool, channels, services, self.outbox, lambda: NOW, self.inbox)

    async def _note(self, _conn: Connection, inbox_id: int, _lock: str) -> None:
        self.waiting.append(inbox_id)

    async def work_off(self) -> None:
        """Do what waits."""
        while self.waiting:
            await self.worker.work_off(self.waiting.pop(0))

    async def draft(self, author: Person, claims: int) -> tuple[Module, str]:
        """A draft of that many claims before its reviewers; its card's reference."""
        async with self.pool.connection() as conn, conn.transaction():
            row = await (
                await conn.execute("select in_force_revision_id from indexing.document")
            ).fetchone()
            assert row
            text = "Look the purchase up."
            said = Sentence(text, (Cite("s", "refunds.md", int(row[0]), "1", "Refunds", text),))
            module_id = await store.insert_module(
                conn,
                replace(REQUEST, kind="aid"),
                requested_by=author.id,
                actor=author.email,
                now=NOW,
            )
            module = await store.fetch_module(conn, module_id, lock=True)
            assert module
            module = await gate.put_before_reviewers(
                conn,
                module,
                JobAid(f"Aid {module_id}", (said,) * claims),
                checks=Checked(claims, claims, 0, claims * len(text)),
                drafted_by="verbatim",
                editor=None,
                due_at=NOW + timedelta(days=3),
                now=NOW,
            )
            chat = OutboxChat(conn, None, NOW, ("web",))
            await review_posts.post_everywhere(conn, self.services, chat, module.id, NOW)
            await self.read(conn, module)
            (posted,) = await store.fetch_posted(conn, module.id)
            rows = await (
                await conn.execute("select id from bot.outbox where ref = %s", [posted.ref])
            ).fetchall()
        for (outbox_id,) in rows:
            await self.outbox.send(outbox_id=outbox_id)
        return module, posted.ref

    async def read(self, conn: Connection, module: Module) -> None:
        """Both reviewers have opened every part of the card."""
        view = await fetch_view(conn, module.id, NOW.date())
        assert view
        parts = review_cards.parts_in(view)
        for who in await fetch_people(conn):
            for part in range(2, parts + 1):
                await store.insert_opened(
                    conn, module, person_id=who.id, part=part, parts=parts, now=NOW
                )

    async def approve(self, who: Person, module: Module, ref: str) -> float:
        """Seconds from the press to the card as it is then."""
        at = f"c{module.number}"
        begun = time.perf_counter()
        async with self.pool.connection() as conn:
            pressed = await saying.press(
                conn,
                self.inbox,
                who,
                ref,
                "review.approve",
                f"module:{module.id}.{module.number}",
                {f"ticks:{at}": TICKS, f"comment:{at}": ""},
                NOW,
            )
        assert not isinstance(pressed, saying.Refused), pressed
        await self.work_off()
        return time.perf_counter() - begun


async def run(presses: int, claims: int) -> None:
    """Print the table."""
    with throwaway_server() as server:
        database = await migrated_database(server)
        with psycopg.connect(database.admin_url) as owner:
            owner.execute("insert into bot.this_database (demo, created_at) values (true, now())")
        async with open_pool(database) as pool:
            taken, published = await _timed(pool, presses, claims)
    print(f"{len(taken)} presses on drafts of {claims} claims, {published} published")
    print(f"  p50 {statistics.median(taken):.3f} s   p95 {taken[int(len(taken) * 0.95) - 1]:.3f} s")


async def _timed(pool: Pool, presses: int, claims: int) -> tuple[list[float], int]:
    """Seconds of each press, sorted, and how many modules came out published."""
    async with pool.connection() as conn:
        await make(conn, 0, 2)
        await conn.commit()
        people = {who.email: who for who in await fetch_people(conn)}
    desk = Desk(pool)
    taken: list[float] = []
    while len(taken) < presses:
        module, ref = await desk.draft(people["author@example.com"], claims)
        taken.append(await desk.approve(people["r1@example.com"], module, ref))
        taken.append(await desk.approve(people["r0@example.com"], module, ref))
    async with pool.connection() as conn:
        row = await (
            await conn.execute("select count(*) from learning.published_module")
        ).fetchone()
    return sorted(taken), int(row[0]) if row else 0


def main() -> None:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--presses", type=int, default=100)
    parser.add_argument("--claims", type=int, default=40)
    arguments = parser.parse_args()
    asyncio.run(run(arguments.presses, arguments.claims))


if __name__ == "__main__":
    main()
