"""How long lists and reminders take when much waits for review.

    python -m benchmarks.waiting [--drafts 1000] [--reviewers 20]

Everything goes through the product's own functions in a throwaway database: drafts are put before
reviewers by the gate, then the list of the command line, one tick of the clock, and every reminder
that it put off are timed.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.throwaway import throwaway_pool
from handlers import modules, reminders
from handlers.services import Chat, Connection, Services
from indexing.documents import index_path
from learning.modules import Cite, Guide, Sentence, Step
from learning.nouns import Person
from learning.store import act_as, fetch_people, upsert_person
from review import gate, store
from review.nouns import Checked, DraftRequest

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SOP = "# Refunds\n\n1. Look the purchase up.\n2. Above 75 pounds, a shift lead approves.\n"
GOVERNANCE = """
defaults: {owner: o@example.com, scope: All, version: "1", version_on: 2026-05-04,
  roles: [agent], competencies: [c], validated_by: v@example.com, validated_on: 2026-11-01}
"""
REQUEST = DraftRequest(
    "gap", "guide", "agent", "c", "Refunds within five minutes", "d", "At the till"
)


class Counting:
    """A chat and a diary that only count."""

    def __init__(self) -> None:
        self.put_off: list[str] = []
        self.said = 0

    async def defer(self, task: str, subject: str) -> None:
        """Remember it."""
        self.put_off.append(subject)

    async def direct(self, person: Person, card: Any) -> None:
        """Count it."""
        self.said += 1


async def make(conn: Connection, drafts: int, reviewers: int) -> None:
    """People, a gap, an SOP and the drafts."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "refunds.md").write_text(SOP)
        (Path(folder) / "governance.yaml").write_text(GOVERNANCE)
        await index_path(conn, Path(folder), source="s", today=NOW.date(), now=NOW, embedder=None)
    await act_as(conn, "benchmark", {})
    await upsert_person(conn, Person(0, "author@example.com", "Author", seats=("ld",)))
    for at in range(reviewers):
        seats = ("sme:d",) if at % 2 else ("ld",)
        await upsert_person(conn, Person(0, f"r{at}@example.com", f"Reviewer {at}", seats=seats))
    await conn.execute("insert into learning.role (id) values ('agent') on conflict do nothing")
    await conn.execute(
        "insert into learning.competency (id, domain, role, statement, level)"
        " values ('c', 'd', 'agent', 'x', 'y')"
    )
    await conn.execute(
        "insert into analytics.gap (id, role, competency, priority, impact, rationale, imported_at)"
        " values ('gap', 'agent', 'c', 'p', 3, 'r', %s)",
        [NOW],
    )
    row = await (
        await conn.execute("select in_force_revision_id from indexing.document")
    ).fetchone()
    assert row
    author = next(who for who in await fetch_people(conn) if who.name == "Author")
    for number in range(drafts):
        await _draft(conn, number, int(row[0]), author)


async def _draft(conn: Connection, number: int, revision: int, author: Person) -> None:
    text = "Look the purchase up."
    said = Sentence(text, (Cite("s", "refunds.md", revision, "1", "Refunds", text),))
    steps = (Step(1, "Refunds", (said,)),)
    before = NOW - timedelta(days=4)
    module_id = await store.insert_module(
        conn, REQUEST, requested_by=author.id, actor=author.email, now=before
    )
    module = await store.fetch_module(conn, module_id, lock=True)
    assert module
    await gate.put_before_reviewers(
        conn,
        module,
        Guide(f"Guide {number}", steps, steps, steps),
        checks=Checked(3, 3, 0, 66),
        drafted_by="verbatim",
        editor=None,
        due_at=NOW - timedelta(days=1),
        now=before,
    )


async def run(drafts: int, reviewers: int) -> None:
    """Print the table."""
    async with throwaway_pool() as pool, pool.connection() as conn:
        await make(conn, drafts, reviewers)
        await conn.commit()
        rows: list[tuple[str, float, str]] = []

        begun = time.perf_counter()
        listed = await modules.on_list(conn, None)
        shown = modules.modules_table(listed)
        rows.append(("list", time.perf_counter() - begun, f"{len(listed)} modules"))
        assert len(shown.splitlines()) > drafts

        counting = Counting()
        begun = time.perf_counter()
        await reminders.on_tick(conn, counting, NOW)
        rows.append(("tick", time.perf_counter() - begun, f"{len(counting.put_off)} put off"))

        chat: Chat = counting  # type: ignore[assignment]
        begun = time.perf_counter()
        for subject in counting.put_off:
            await reminders.on_remind_due(conn, Services(None, None), chat, counting, subject, NOW)
        rows.append(("reminders", time.perf_counter() - begun, f"{counting.said} messages"))
    print(f"{drafts} drafts in review, {reviewers} reviewers")
    for name, seconds, what in rows:
        print(f"  {name:<10} {seconds:6.2f} s   {what}")


def main() -> None:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--drafts", type=int, default=1000)
    parser.add_argument("--reviewers", type=int, default=20)
    arguments = parser.parse_args()
    asyncio.run(run(arguments.drafts, arguments.reviewers))


if __name__ == "__main__":
    main()
