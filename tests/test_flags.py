"""What a changed source does to the modules that rest on it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from changing_sop import SOP, Sop
from hypothesis import given, settings
from hypothesis import strategies as st
from review_world import review_world
from sop_folder import GOVERNANCE, NOW, TODAY

from bot.database import Database, Pool, open_pool
from handlers import library
from handlers.services import Connection
from learning.nouns import Person
from review import flags, gate, outcomes, reports
from review.nouns import TICKS, Module
from review.store.flags import fetch_flags, fetch_under_way


@pytest.fixture
async def sop(conn: Connection, tmp_path: Path) -> Sop:
    sop = Sop(await review_world(conn, tmp_path))
    await sop.begins()
    return sop


MATERIAL = {
    "amount": SOP.replace("£75", "£50"),
    "who": SOP.replace("a shift lead", "a store manager"),
    "step added": SOP.replace("at the till.", "at the till.\n3. Note it in the log."),
    "step removed": SOP.replace("1. Look the purchase up by card or loyalty number.\n", ""),
    "steps exchanged": SOP.replace(
        "1. Look the purchase up by card or loyalty number.\n", ""
    ).replace("at the till.", "at the till.\n3. Look the purchase up by card or loyalty number."),
    "warning": SOP.replace("at the till.", "at the till.\n\nWarning: never refund in cash."),
}
HARMLESS = {
    "white space": SOP.replace(". ", ".   "),
    "bold": SOP.replace("£75", "**£75**"),
    "link": SOP.replace("the till", "[the till](https://example.com/till)"),
    "wording": SOP.replace("Look the purchase up", "Please look the purchase up"),
    "another section": SOP.replace("9:00", "8:30"),
    "a section more": SOP + "\n## Parking\n\nStaff must park behind the shop.\n",
}


@pytest.mark.parametrize("text", MATERIAL.values(), ids=MATERIAL)
async def test_what_somebody_would_do_otherwise_flags_the_module(sop: Sop, text: str) -> None:
    module = await sop.published()
    await sop.revise(text)
    assert await sop.world.state(module) == "flagged"
    assert await sop.world.published() == []
    (flag,) = await fetch_flags(sop.world.conn, module.id)
    assert (flag.uri, flag.revision_id) == ("refunds.md", await sop.in_force())
    assert {change["kind"] for change in flag.changes} == {"material"}
    assert len(sop.later.deferred) == 1


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS)
async def test_what_changes_nothing_cited_leaves_the_module_in_use(sop: Sop, text: str) -> None:
    module = await sop.published()
    draft = await sop.world.drafted()
    before = await sop.in_force()
    await sop.revise(text)
    assert await sop.in_force() != before, "the text is in force"
    assert await sop.world.published() == [module.id]
    assert sop.later.deferred == []
    assert isinstance(await sop.world.approve(draft, "dana"), outcomes.ApprovedBySeat)


async def test_the_flag_keeps_what_was_and_what_is(sop: Sop) -> None:
    module = await sop.published()
    await sop.revise(MATERIAL["amount"])
    (flag,) = await fetch_flags(sop.world.conn, module.id)
    assert flag.changes == [
        {
            "kind": "material",
            "reasons": ["number"],
            "section": "Refund without a receipt",
            "before": "Above £75, a shift lead approves at the till.",
            "after": "Above £50, a shift lead approves at the till.",
        }
    ]
    acts = await sop.world.conn.execute(
        "select actor from audit.event where act = 'module.flagged' and subject = %s",
        [f"module:{module.id}"],
    )
    assert await acts.fetchall() == [("jobaid",)]


async def test_the_flag_stands_or_falls_with_the_revision(sop: Sop) -> None:
    module = await sop.published()

    class Killed(Exception):
        pass

    async def killed(document_ids: Collection[int]) -> None:
        await sop.revised(document_ids)
        raise Killed

    before = await sop.in_force()
    with pytest.raises(Killed):
        await sop.revise(MATERIAL["amount"], revised=killed)
    assert await sop.in_force() == before
    assert await sop.world.published() == [module.id]
    await sop.index()
    assert await sop.world.published() == []


async def test_a_dry_run_flags_nothing(sop: Sop) -> None:
    module = await sop.published()
    await sop.revise(MATERIAL["amount"], dry_run=True)
    assert await sop.world.published() == [module.id]
    assert sop.later.deferred == []


async def test_of_two_modules_on_one_sop_the_touched_one_is_flagged(sop: Sop) -> None:
    steps, hours = await sop.published(), await sop.published(sop.hours())
    await sop.revise(SOP.replace("9:00", "8:30"))
    assert await sop.world.published() == [steps.id]
    await sop.revise(SOP.replace("9:00", "8:30").replace("£75", "£50"))
    assert await sop.world.published() == []
    assert [len(await fetch_flags(sop.world.conn, each.id)) for each in (steps, hours)] == [1, 1]


async def test_small_changes_add_up_against_what_is_cited(sop: Sop) -> None:
    module = await sop.published()
    await sop.revise(HARMLESS["wording"])
    await sop.revise(HARMLESS["wording"].replace("£75", "£50"))
    assert await sop.world.state(module) == "flagged"


async def test_a_text_that_waits_only_warns_and_flags_once_it_is_validated(sop: Sop) -> None:
    module = await sop.published()
    await sop.revise(MATERIAL["amount"], validated=False)
    assert await sop.world.published() == [module.id]
    ((task, subject),) = sop.later.deferred
    assert task == "warned"
    document, newest = (int(part) for part in subject.split(".")[1:])
    assert (document, newest > await sop.in_force()) == (await sop.document(), True)
    (warned,) = await flags.warn_of(sop.world.conn, [document])
    assert [change.reasons for change in warned.changes] == [("number",)]
    sop.later.deferred.clear()
    await sop.validate()
    assert await sop.world.state(module) == "flagged"
    assert [task for task, _ in sop.later.deferred] == ["flagged"]
    assert await flags.warn_of(sop.world.conn, [document]) == ()


async def test_a_harmless_text_that_waits_warns_nobody(sop: Sop) -> None:
    await sop.published()
    await sop.revise(HARMLESS["another section"], validated=False)
    assert sop.later.deferred == []


@pytest.mark.parametrize(
    "change",
    [
        ("owner: dana", "owner: lee"),
        ('version: "3"', 'version: "4"'),
        ("roles: [service-agent]", "roles: [service-agent, cashier]"),
        ("  review_every", "  audience: [service-agent]\n  review_every"),
    ],
    ids=lambda change: change[1].strip(),
)
async def test_governance_alone_changes_nothing_for_modules(
    sop: Sop, change: tuple[str, str]
) -> None:
    module, draft = await sop.published(), await sop.world.drafted()
    governance = GOVERNANCE.replace("2026-10-06", sop.validated_on.isoformat())
    sop.world.shop.write("governance.yaml", governance.replace(*change))
    before = await sop.in_force()
    await sop.index()
    assert await sop.in_force() != before
    assert await sop.world.published() == [module.id]
    assert sop.later.deferred == []
    assert isinstance(await sop.world.approve(draft, "dana"), outcomes.ApprovedBySeat)
    assert isinstance(await sop.world.approve(draft, "jo"), outcomes.Published)


async def test_a_withdrawn_source_flags_and_keeps_drafts_from_approval(sop: Sop) -> None:
    module, draft = await sop.published(), await sop.world.drafted()
    (sop.world.shop.folder / "refunds.md").unlink()
    await sop.index()
    assert await sop.world.state(module) == "flagged"
    (flag,) = await fetch_flags(sop.world.conn, module.id)
    assert flag.withdrawn
    refused = await sop.world.approve(draft, "dana")
    assert isinstance(refused, outcomes.SourceMoved)
    assert [document.uri for document in refused.documents] == ["refunds.md"]


async def test_what_loses_to_its_duplicate_is_withdrawn_from_modules(sop: Sop) -> None:
    module = await sop.published()
    sop.world.shop.write("copy.md", SOP)
    await sop.index()
    assert await sop.world.published() == [module.id]
    dana = sop.world.people["dana"]
    async with sop.world.conn.transaction():
        done, said = await library.on_act(
            sop.world.conn, sop.later, "canonical", ["copy.md"], False, dana, dana.email, NOW
        )
    assert done, said
    assert "1 module is out of use" in said
    assert f"(module {module.id})" in said
    assert await sop.world.state(module) == "flagged"


async def test_a_suspended_module_is_flagged_too(sop: Sop) -> None:
    module = await sop.published()
    await reports.report(
        sop.world.conn,
        module_id=module.id,
        person=sop.world.people["lee"],
        text="The limit is £50 now.",
        press=await sop.world.press("lee"),
        now=NOW,
    )
    assert await sop.world.state(module) == "suspended"
    await sop.revise(MATERIAL["amount"])
    assert await sop.world.state(module) == "flagged"


async def test_a_flagged_module_gets_one_flag_for_each_new_text(sop: Sop) -> None:
    module = await sop.published()
    await sop.revise(MATERIAL["amount"])
    await sop.revise(SOP.replace("£75", "£40"))
    governance = (sop.world.shop.folder / "governance.yaml").read_text()
    sop.world.shop.write("governance.yaml", governance.replace('version: "3"', 'version: "4"'))
    await sop.index()
    (sop.world.shop.folder / "refunds.md").unlink()
    await sop.index()
    found = await fetch_flags(sop.world.conn, module.id)
    assert [flag.changes[0].get("after", "withdrawn")[:9] for flag in found] == [
        "Above £50",
        "Above £40",
        "withdrawn",
    ]


async def test_what_is_not_in_use_is_not_flagged(sop: Sop) -> None:
    draft = await sop.world.drafted()
    withdrawn = await sop.published()
    await gate.withdraw(
        sop.world.conn,
        module_id=withdrawn.id,
        person=sop.world.people["dana"],
        owns=False,
        reason="Not needed",
        press=await sop.world.press("dana"),
        now=NOW,
    )
    await sop.revise(MATERIAL["amount"])
    assert [await sop.world.state(each) for each in (draft, withdrawn)] == [
        "in_review",
        "withdrawn",
    ]
    assert sop.later.deferred == [("moved", str(draft.id))], "its card says so"
    moved = await flags.outdated(sop.world.conn, draft.id, draft.number, TODAY)
    assert [each.uri for each in moved] == ["refunds.md"]
    assert isinstance(await sop.world.approve(draft, "dana"), outcomes.SourceMoved)


async def test_one_revision_at_a_time(sop: Sop) -> None:
    module = await sop.published()
    assert await fetch_under_way(sop.world.conn, module.id) is None
    revision = await sop.world.drafted(revises=module.id)
    assert await fetch_under_way(sop.world.conn, module.id) == revision.id


# Two at once


async def _approve(conn: Connection, module: Module, person: Person, press: int) -> object:
    return await gate.approve(
        conn,
        module_id=module.id,
        number=module.number,
        person=person,
        ticks=TICKS,
        just_competent={},
        press=press,
        shown_at=NOW,
        today=TODAY,
        now=NOW + timedelta(minutes=5),
    )


async def _somebody_waits(pool: Pool) -> None:
    """Until a session waits for another one."""
    async with pool.connection() as conn:
        while True:
            found = await conn.execute("select from pg_locks where not granted")
            if await found.fetchone() is not None:
                return
            await conn.commit()
            await asyncio.sleep(0.01)


async def test_what_is_published_while_its_source_changes_is_flagged(sop: Sop, pool: Pool) -> None:
    module = await sop.world.drafted()
    await sop.world.approve(module, "dana")
    press = await sop.world.press("jo")
    async with pool.connection() as other:
        async with other.transaction():
            await sop.world.conn.commit()
            jo = sop.world.people["jo"]
            published = await _approve(other, module, jo, press)
            assert isinstance(published, outcomes.Published)
            indexing = asyncio.create_task(sop.revise(MATERIAL["amount"]))
            await _somebody_waits(pool)
        await indexing
    assert await sop.world.state(module) == "flagged"


async def test_what_is_approved_while_its_source_changes_is_refused(sop: Sop, pool: Pool) -> None:
    module = await sop.world.drafted()
    press = await sop.world.press("dana")
    document = await sop.document()
    changed, go = asyncio.Event(), asyncio.Event()

    async def revised(document_ids: Collection[int]) -> None:
        await sop.revised(document_ids)
        if document in document_ids:
            changed.set()
            await go.wait()

    indexing = asyncio.create_task(sop.revise(MATERIAL["amount"], revised=revised))
    await changed.wait()
    async with pool.connection() as other, other.transaction():
        dana = sop.world.people["dana"]
        approving = asyncio.create_task(_approve(other, module, dana, press))
        await _somebody_waits(pool)
        go.set()
        assert isinstance(await approving, outcomes.SourceMoved)
        await indexing


# What is only appearance never flags

NOISE = st.lists(
    st.sampled_from(
        [
            (". ", ".  "),
            ("£75,", "**£75**,"),
            ("the till", "[the till](https://example.com/t)"),
            ("a shift lead", "a  shift lead"),
            ("loyalty number.", "loyalty number"),
            ("1. Look", "1) Look"),
            ("2. Above", "2) Above"),
            ("\n\n## Opening hours", "\n\n\n## Opening hours"),
            ("Opening hours", "Opening Hours"),
            ("weekdays.", "weekdays. "),
            ("# Refund", "<!-- as of today -->\n\n# Refund"),
        ]
    ),
    min_size=1,
    max_size=6,
    unique=True,
)


def test_noise_never_flags(database: Database, tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        sop, module = runner.run(_in_use(stack, database, tmp_path))

        @settings(max_examples=25, deadline=None)
        @given(noise=NOISE)
        def holds(noise: list[tuple[str, str]]) -> None:
            assert runner.run(_state_after(sop, module, noise)) == "published"

        holds()
        runner.run(stack.aclose())


async def _in_use(stack: AsyncExitStack, database: Database, place: Path) -> tuple[Sop, Module]:
    pool = await stack.enter_async_context(open_pool(database))
    conn = await stack.enter_async_context(pool.connection())
    sop = Sop(await review_world(conn, place))
    await sop.begins()
    return sop, await sop.published()


async def _state_after(sop: Sop, module: Module, noise: list[tuple[str, str]]) -> str:
    text = SOP
    for edit in noise:
        text = text.replace(*edit)
    async with sop.world.conn.transaction(force_rollback=True):
        sop.write(text, sop.validated_on + timedelta(days=1))
        (row,) = [row for row in (await sop.index()).rows if row.uri == "refunds.md"]
        assert row.result == "revised"
        return await sop.world.state(module)
