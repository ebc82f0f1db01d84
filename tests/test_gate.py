"""The gate: two people, two seats, one exact content; in code, and under plain SQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from review_world import NOW, World, review_world
from sop_folder import TODAY

from bot.database import Database, open_pool
from handlers.services import Connection
from learning import store as people_store
from review import gate, outcomes, reports, store
from review.nouns import TICKS, Module
from review.reviewers import missing_reviewers
from review.states import MOVES


@pytest.fixture
async def world(conn: Connection, tmp_path: Path) -> World:
    return await review_world(conn, tmp_path)


async def test_the_database_holds_the_same_table_of_moves(conn: Connection) -> None:
    rows = await (await conn.execute("select before, after from review.move")).fetchall()
    assert {(before, after) for before, after in rows} == {
        (before, after) for before, moves in MOVES.items() for after in moves
    }
    assert {before for before, moves in MOVES.items() if "published" in moves} == {
        "approved_by_one"
    }
    ends = {before for before, moves in MOVES.items() if not moves}
    assert ends == {"superseded", "withdrawn", "rejected"}


# The way through


async def test_an_sme_and_an_ld_professional_publish_a_module(world: World) -> None:
    module = await world.drafted()
    first = await world.approve(module, "dana")
    assert isinstance(first, outcomes.ApprovedBySeat)
    assert first.seat == "sme"
    assert [who.name for who in first.waiting_for["ld"]] == ["Jo Silva", "Max Both"], (
        "not its author"
    )
    assert await world.published() == []
    second = await world.approve(module, "jo")
    assert isinstance(second, outcomes.Published)
    assert await world.published() == [module.id]


async def test_the_order_of_the_seats_does_not_matter(world: World) -> None:
    module = await world.drafted()
    assert isinstance(await world.approve(module, "jo"), outcomes.ApprovedBySeat)
    assert isinstance(await world.approve(module, "lee"), outcomes.Published)


async def test_a_revision_takes_the_place_of_what_it_revises(world: World) -> None:
    old = await world.drafted()
    await world.approve(old, "dana")
    await world.approve(old, "jo")
    new = await world.drafted(world.guide("Refunds without receipts"), revises=old.id)
    assert await world.published() == [old.id], "the old one serves until the new one is approved"
    await world.approve(new, "lee")
    await world.approve(new, "jo")
    assert await world.published() == [new.id]
    assert await world.state(old) == "superseded"


# The ways round it that code refuses


async def test_one_person_in_both_seats_fills_only_one(world: World) -> None:
    module = await world.drafted()
    assert isinstance(await world.approve(module, "max"), outcomes.ApprovedBySeat)
    again = await world.approve(module, "max")
    assert isinstance(again, outcomes.SeatTaken)
    assert again.by_themselves
    assert await world.published() == []
    assert isinstance(await world.approve(module, "jo"), outcomes.Published)


async def test_who_asked_for_it_does_not_approve_it(world: World) -> None:
    module = await world.drafted(by="mia")
    refused = await world.approve(module, "mia")
    assert isinstance(refused, outcomes.IsAuthor)
    assert [who.name for who in refused.others["ld"]] == ["Jo Silva", "Max Both"]


async def test_who_edited_it_does_not_approve_it(world: World) -> None:
    module = await world.drafted()
    edited = await world.put(module, world.guide("Refunds, edited"), by="dana")
    assert isinstance(await world.approve(edited, "dana"), outcomes.IsAuthor)
    assert isinstance(await world.approve(edited, "lee"), outcomes.ApprovedBySeat)


async def test_an_edit_voids_what_was_approved(world: World) -> None:
    module = await world.drafted()
    await world.approve(module, "dana")
    edited = await world.put(module, world.guide("Refunds, edited"), by="lee")
    assert edited.state == "in_review"
    assert isinstance(await world.approve(module, "jo"), outcomes.OldContent), "an old card"
    assert isinstance(await world.approve(edited, "jo"), outcomes.ApprovedBySeat)
    assert await world.published() == []
    assert isinstance(await world.approve(edited, "dana"), outcomes.Published), "read it anew"


async def test_an_edit_back_to_approved_words_needs_new_approvals(world: World) -> None:
    module = await world.drafted()
    await world.approve(module, "dana")
    edited = await world.put(module, world.guide("Refunds, edited"), by="lee")
    back = await world.put(edited, world.guide(), by="lee")
    assert back.hash == module.hash
    assert isinstance(await world.approve(back, "jo"), outcomes.ApprovedBySeat)
    assert await world.published() == []


@pytest.mark.parametrize("name", ["priya", "ada"])
async def test_nobody_without_a_seat_of_the_domain_approves(world: World, name: str) -> None:
    module = await world.drafted()
    refused = await world.approve(module, name)
    assert isinstance(refused, outcomes.NotAReviewer)
    assert [who.name for who in refused.holders["sme"]] == ["Dana Cole", "Lee Park", "Max Both"]


async def lose_seat(world: World, name: str) -> None:
    await people_store.act_as(world.conn, "tests", {})
    await people_store.set_seats(world.conn, world.people[name].id, [])


async def test_a_seat_lost_since_the_card_was_posted_counts_no_more(world: World) -> None:
    module = await world.drafted()
    await world.approve(module, "dana")
    await lose_seat(world, "dana")
    first = await world.approve(module, "jo")
    assert isinstance(first, outcomes.ApprovedBySeat), "the first approval of a new round"
    assert (first.seat, first.module.round) == ("ld", module.round + 1)
    assert [who.name for who in first.void] == ["Dana Cole"]
    assert "dana@example.com" not in {who.email for who in first.waiting_for["sme"]}
    assert await world.published() == []
    assert isinstance(await world.approve(module, "lee"), outcomes.Published)


async def test_another_sme_approves_once_the_first_lost_the_seat(world: World) -> None:
    module = await world.drafted()
    await world.approve(module, "dana")
    assert isinstance(await world.approve(module, "lee"), outcomes.SeatTaken)
    await lose_seat(world, "dana")
    assert isinstance(await world.approve(module, "priya"), outcomes.NotAReviewer)
    assert await world.state(module) == "approved_by_one", "who holds no seat moves nothing"
    assert isinstance(await world.approve(module, "lee"), outcomes.ApprovedBySeat)
    assert isinstance(await world.approve(module, "jo"), outcomes.Published)


async def test_an_approval_whose_giver_lost_the_seat_publishes_nothing_by_sql(
    world: World,
) -> None:
    module = await world.drafted()
    await world.approve(module, "dana")
    await lose_seat(world, "dana")
    with pytest.raises(psycopg.errors.RaiseException, match="needs an SME's"):
        await world.conn.execute(
            "update review.module set state = 'published', moved_by = 'x', moved_at = now()"
        )


async def test_all_three_ticks_are_needed(world: World) -> None:
    module = await world.drafted()
    refused = await world.approve(module, "dana", ticks=("accuracy",))
    assert isinstance(refused, outcomes.TicksMissing)
    assert refused.missing == ("tone", "compliance")


async def test_an_sme_rates_every_item(world: World) -> None:
    module = await world.drafted(world.items())
    for given_ in ({}, {"q1": 11}, {"q2": 5}):
        refused = await world.approve(module, "dana", just_competent=given_)
        assert isinstance(refused, outcomes.RatingsMissing)
        assert refused.items == ("q1",)
    rated = await world.approve(module, "dana", just_competent={"q1": 7})
    assert isinstance(rated, outcomes.ApprovedBySeat)
    cursor = await world.conn.execute("select just_competent from review.approval")
    assert await cursor.fetchall() == [({"q1": 7},)]


async def test_what_a_check_blocks_nobody_approves(world: World) -> None:
    module = await world.drafted(blocked=True)
    assert isinstance(await world.approve(module, "dana"), outcomes.ChecksBlock)


async def test_a_source_that_is_out_while_its_draft_is_in_review_blocks_it(world: World) -> None:
    module = await world.drafted()
    result = await gate.approve(
        world.conn,
        module_id=module.id,
        number=module.number,
        person=world.people["dana"],
        ticks=TICKS,
        just_competent={},
        press=await world.press("dana"),
        shown_at=NOW,
        today=TODAY + timedelta(days=90),
        now=NOW,
    )
    assert isinstance(result, outcomes.SourceMoved)
    assert [document.uri for document in result.documents] == ["refunds.md"]


async def test_a_source_revised_while_its_draft_is_in_review_blocks_it(world: World) -> None:
    module = await world.drafted()
    await world.conn.commit()
    world.shop.write("refunds.md", "# Refund without a receipt\n\n1. Call a shift lead.\n")
    text = (world.shop.folder / "governance.yaml").read_text()
    world.shop.write("governance.yaml", text.replace("2026-10-06", "2026-11-19"))
    await world.shop.index()
    assert isinstance(await world.approve(module, "dana"), outcomes.SourceMoved)


async def test_saying_no_needs_words_and_a_seat(world: World) -> None:
    module = await world.drafted()
    how = {"module_id": module.id, "number": module.number, "now": NOW}
    dana, priya = world.people["dana"], world.people["priya"]
    none = await gate.request_changes(
        world.conn, person=dana, comment=" ", press=await world.press("dana"), **how
    )
    assert isinstance(none, outcomes.WordsMissing)
    nobody = await gate.reject(
        world.conn, person=priya, reason="no", press=await world.press("priya"), **how
    )
    assert isinstance(nobody, outcomes.NotAReviewer)
    said = await gate.request_changes(
        world.conn, person=dana, comment="Say £75.", press=await world.press("dana"), **how
    )
    assert isinstance(said, outcomes.Moved)
    assert said.module.state == "changes_requested"
    assert isinstance(await world.approve(module, "dana"), outcomes.NotNow)
    revised = await world.put(said.module, world.guide("Refunds again"))
    assert revised.state == "in_review"
    gone = await gate.reject(
        world.conn,
        module_id=module.id,
        number=revised.number,
        person=dana,
        reason="Not needed.",
        press=await world.press("dana"),
        now=NOW,
    )
    assert isinstance(gone, outcomes.Moved)
    assert isinstance(await world.approve(revised, "jo"), outcomes.NotNow)


async def test_editing_is_refused_where_nobody_else_could_approve(world: World) -> None:
    await people_store.act_as(world.conn, "tests", {})
    for name in ("lee", "max"):
        await people_store.upsert_person(world.conn, replace(world.people[name], seats=()))
    module = await world.drafted(by="mia")
    refused = await gate.may_edit(
        world.conn, module_id=module.id, number=module.number, person=world.people["dana"]
    )
    assert isinstance(refused, outcomes.NoReviewerLeft)
    assert refused.seats == ("sme",)
    allowed = await gate.may_edit(
        world.conn, module_id=module.id, number=module.number, person=world.people["mia"]
    )
    assert isinstance(allowed, Module)


async def test_drafting_needs_reviewers_besides_the_requester(world: World) -> None:
    mia, jo = world.people["mia"], world.people["jo"]
    assert await missing_reviewers(world.conn, "refunds", mia) == ()
    assert await missing_reviewers(world.conn, "stock", mia) == ()
    assert await missing_reviewers(world.conn, "nowhere", mia) == ("sme",)
    await people_store.act_as(world.conn, "tests", {})
    for name in ("jo", "max"):
        await people_store.upsert_person(world.conn, replace(world.people[name], seats=()))
    assert await missing_reviewers(world.conn, "refunds", mia) == ("ld",)
    assert await missing_reviewers(world.conn, "refunds", jo) == ()


# Reports


async def test_two_reports_or_one_of_an_sme_suspend_a_module(world: World) -> None:
    async def report(module: Module, name: str) -> object:
        return await reports.report(
            world.conn,
            module_id=module.id,
            person=world.people[name],
            text="That is wrong.",
            press=await world.press(name),
            now=NOW + timedelta(hours=1),
        )

    module = await world.drafted()
    await world.approve(module, "dana")
    await world.approve(module, "jo")
    first = await report(module, "priya")
    assert first == outcomes.Reported(first.module, False, first.remark_id)  # type: ignore[attr-defined]
    assert isinstance(await report(module, "priya"), outcomes.AlreadyReported)
    second = await report(module, "omar")
    assert isinstance(second, outcomes.Reported)
    assert second.suspended
    assert await world.published() == []
    again = await gate.review_again(
        world.conn,
        module_id=module.id,
        person=world.people["dana"],
        reason="It is what the SOP says.",
        press=await world.press("dana"),
        now=NOW,
    )
    assert isinstance(again, outcomes.Moved)
    assert again.module.state == "in_review"
    assert isinstance(await world.approve(module, "jo"), outcomes.ApprovedBySeat), "both, anew"
    await world.approve(module, "lee")
    assert await world.published() == [module.id]
    by_sme = await report(module, "lee")
    assert isinstance(by_sme, outcomes.Reported)
    assert by_sme.suspended


# Two at once


async def test_two_reviewers_in_the_same_second_publish_once(
    database: Database, conn: Connection, tmp_path: Path
) -> None:
    world = await review_world(conn, tmp_path)
    module = await world.drafted()
    presses = {name: await world.press(name) for name in ("dana", "lee", "jo")}
    await conn.commit()
    async with open_pool(database) as pool:

        async def press(name: str) -> object:
            async with pool.connection() as own, own.transaction():
                return await gate.approve(
                    own,
                    module_id=module.id,
                    number=module.number,
                    person=world.people[name],
                    ticks=TICKS,
                    just_competent={},
                    press=presses[name],
                    shown_at=NOW,
                    today=TODAY,
                    now=NOW,
                )

        results = await asyncio.gather(*(press(name) for name in presses))
    kinds = sorted(type(result).__name__ for result in results)
    assert kinds in (
        ["ApprovedBySeat", "Published", "SeatTaken"],
        ["ApprovedBySeat", "NotNow", "Published"],
    )
    assert await world.published() == [module.id]


# Plain SQL under the application's role


ATTACKS = {
    "publish at once": "update review.module set state = 'published', moved_by = 'me'",
    "publish after one approval": (
        "update review.module set state = 'approved_by_one', moved_by = 'me'"
    ),
    "publish by hand": """
        insert into learning.published_module
            (module_id, kind, role, competency, title, hash, body, published_at)
        select m.id, m.kind, m.role, m.competency, c.title, c.hash, c.body, now()
        from review.module m join review.content c on c.module_id = m.id
    """,
    "approve for somebody without a seat": """
        insert into review.approval (module_id, number, hash, round, seat, person_id, ticks, press,
                                     at, seconds, parts, opened)
        select m.id, m.number, m.hash, m.round, 'sme', i.person_id,
               '{accuracy,tone,compliance}', i.id, now(), 60, 1, '{1}'
        from review.module m, bot.inbox i
        where i.person_id = (select id from learning.person where email = 'priya@example.com')
    """,
    "approve for its author": """
        insert into review.approval (module_id, number, hash, round, seat, person_id, ticks, press,
                                     at, seconds, parts, opened)
        select m.id, m.number, m.hash, m.round, 'ld', i.person_id,
               '{accuracy,tone,compliance}', i.id, now(), 60, 1, '{1}'
        from review.module m join bot.inbox i on i.person_id = m.requested_by
    """,
    "approve with somebody else's press": """
        insert into review.approval (module_id, number, hash, round, seat, person_id, ticks, press,
                                     at, seconds, parts, opened)
        select m.id, m.number, m.hash, m.round, 'sme', p.id,
               '{accuracy,tone,compliance}', (select min(id) from bot.inbox), now(), 60, 1, '{1}'
        from review.module m, learning.person p where p.email = 'lee@example.com'
    """,
    "approve without ticks": """
        insert into review.approval (module_id, number, hash, round, seat, person_id, ticks, press,
                                     at, seconds, parts, opened)
        select m.id, m.number, m.hash, m.round, 'sme', i.person_id, '{accuracy,tone}', i.id, now(), 9, 1,
               '{1}'
        from review.module m, bot.inbox i
        where i.person_id = (select id from learning.person where email = 'dana@example.com')
    """,
    "change what was approved": "update review.content set body = '{}', hash = 'x'",
    "change its hash": "update review.module set hash = 'x', moved_by = 'me'",
    "skip a round": "update review.module set state = 'in_review', number = 0, moved_by = 'me'",
    "store words under a hash that is not theirs": """
        insert into review.content (module_id, number, hash, body, title, blocked, drafted_by, stored_at)
        select id, 9, hash, '{}', 'x', false, 'me', now() from review.module
    """,
    "give it to another role": "update review.module set role = 'everyone'",
    "take its author away": "update review.module set requested_by = requested_by + 1",
    "remove it": "delete from review.module",
    "empty it": "truncate review.module cascade",
    "remove an approval": "delete from review.approval",
    "change an approval": "update review.approval set seat = 'ld'",
    "allow another move": "insert into review.move values ('draft', 'published')",
    "switch the trigger off": "alter table review.module disable trigger all",
    "replace the function": """
        create or replace function review.approved_seats(m review.module) returns text[]
        language sql as $$ select array['ld', 'sme'] $$
    """,
    "play the owner": "set session_replication_role = replica",
    "answer from a draft": """
        insert into indexing.document (source, uri, kind, module_id)
        select 'modules', 'module/' || id, 'module', id from review.module
    """,
    "answer from a draft under another name": """
        insert into indexing.document (source, uri, kind, module_id)
        select 'shop', 'refunds-2.md', 'module', id from review.module
    """,
    "call an SOP a module": """
        update indexing.document d
        set source = 'modules', uri = 'module/' || m.id, kind = 'module', module_id = m.id
        from review.module m where d.uri = 'refunds.md'
    """,
    "say what a module rests on": """
        insert into indexing.rests_on (document_id, position, on_document_id, sections)
        select min(id), 1, max(id), '{}' from indexing.document
    """,
    "give yourself a seat": """
        update learning.person set seats = '{sme:refunds}' where email = 'priya@example.com'
    """,
    "come with a seat": """
        insert into learning.person (email, name, seats) values ('x@example.com', 'X', '{ld}')
    """,
    "bring somebody back": "update learning.person set active = not active",
    "press as somebody else": """
        update learning.person set slack = 'U0PRIYA' where email = 'dana@example.com'
    """,
    "take somebody's address": "update learning.person set email = 'x' || email",
    "remove somebody": "delete from learning.person where email = 'omar@example.com'",
    "move the competency to another SME": "update learning.competency set domain = 'stock'",
    "ask for it in another SME's domain": """
        insert into review.module (kind, role, competency, domain, gap, context, requested_by,
                                   created_at, moved_at, moved_by)
        select kind, role, competency, 'stock', gap, context, requested_by, now(), now(), 'me'
        from review.module
    """,
    "revise what is something else": """
        insert into review.module (kind, role, competency, domain, gap, context, requested_by,
                                   created_at, moved_at, moved_by, revises)
        select 'aid', role, competency, domain, gap, context, requested_by, now(), now(), 'me', id
        from review.module
    """,
    "approve with a press that was for something else": """
        update bot.inbox set state = 'handled';
        insert into review.approval (module_id, number, hash, round, seat, person_id, ticks, press,
                                     at, seconds, parts, opened)
        select m.id, m.number, m.hash, m.round, 'sme', i.person_id,
               '{accuracy,tone,compliance}', i.id, now(), 60, 1, '{1}'
        from review.module m, bot.inbox i
        where i.person_id = (select id from learning.person where email = 'dana@example.com')
    """,
    "make up a press": """
        insert into bot.inbox (key, platform, payload, sender, received_at, person_id)
        select 'web:mine', 'web', '{"action": "review.approve", "subject": "module:1.1"}', email,
               now(), id
        from learning.person where email = 'lee@example.com'
    """,
    "take in a press without the intake's key": """
        select bot.take_in('a guess', 'web:mine', 'web',
            '{"action": "review.approve", "subject": "module:1.1"}', 'lee@example.com', now(), '',
            false)
    """,
    "approve with an event of our own": """
        select bot.take_in('', 'jobaid:mine', 'jobaid',
            '{"action": "review.approve", "subject": "module:1.1"}', 'lee@example.com', now(), '',
            false);
        update bot.inbox set person_id = (select id from learning.person
                                          where email = 'lee@example.com')
        where key = 'jobaid:mine';
        insert into review.approval (module_id, number, hash, round, seat, person_id, ticks, press,
                                     at, seconds, parts, opened)
        select m.id, m.number, m.hash, m.round, 'sme', i.person_id,
               '{accuracy,tone,compliance}', i.id, now(), 60, 1, '{1}'
        from review.module m, bot.inbox i where i.key = 'jobaid:mine'
    """,
    "approve with a press of somebody without a seat": """
        update bot.inbox set person_id = (select id from learning.person
                                          where email = 'lee@example.com')
        where sender = 'priya@example.com';
        insert into review.approval (module_id, number, hash, round, seat, person_id, ticks, press,
                                     at, seconds, parts, opened)
        select m.id, m.number, m.hash, m.round, 'sme', i.person_id,
               '{accuracy,tone,compliance}', i.id, now(), 60, 1, '{1}'
        from review.module m, bot.inbox i where i.sender = 'priya@example.com'
    """,
    "say that somebody else sent it": "update bot.inbox set sender = 'lee@example.com'",
    "say that it was on something else": "update bot.inbox set payload = '{}' || payload || '{}'"
    " || jsonb_build_object('subject', 'module:2.1')",
    "be the intake": "insert into bot.intake (key_hash) values (sha256('mine'))",
    "be the only intake": "update bot.intake set key_hash = sha256('mine')",
    "have no intake": "delete from bot.intake",
    "handle a press again": """
        update bot.inbox set state = 'handled';
        update bot.inbox set state = 'waiting';
    """,
    "say no in somebody else's name": """
        insert into review.remark (module_id, number, kind, person_id, text, press, at)
        select m.id, m.number, 'reject', p.id, 'no', i.id, now()
        from review.module m, bot.inbox i, learning.person p
        where p.email = 'dana@example.com' and i.person_id <> p.id limit 1
    """,
    "approve what was so once": """
        rollback; begin isolation level repeatable read;
        insert into review.approval (module_id, number, hash, round, seat, person_id, ticks, press,
                                     at, seconds, parts, opened)
        select m.id, m.number, m.hash, m.round, 'sme', i.person_id,
               '{accuracy,tone,compliance}', i.id, now(), 60, 1, '{1}'
        from review.module m, bot.inbox i
        where i.person_id = (select id from learning.person where email = 'dana@example.com')
    """,
    "move in an old snapshot": """
        rollback; begin isolation level serializable;
        update review.module set state = 'withdrawn', moved_by = 'me'
    """,
    "say that somebody else moved it": """
        update review.module set moved_by = 'dana@example.com', moved_at = now()
    """,
    "let it rest on something else": """
        insert into review.cited (module_id, number, document_id, revision_id, section, quote)
        select m.id, m.number, d.id, d.in_force_revision_id, '1', 'x'
        from review.module m, indexing.document d where d.uri = 'delivery.md'
    """,
    "show another title than what is approved": """
        insert into review.content (module_id, number, hash, body, title, blocked, drafted_by,
                                    stored_at)
        select module_id, 9, hash, body, 'Give cash', false, 'me', now() from review.content
    """,
    "copy it in": """
        do $$ begin
            create temp table mine as
                select m.id, m.kind, m.role, m.competency, c.title, c.hash, c.body, now()
                from review.module m join review.content c on c.module_id = m.id;
            insert into learning.published_module select * from mine;
        end $$
    """,
    "put a trigger before it": """
        create function pg_temp.wave() returns trigger language plpgsql
            as 'begin new.blocked := false; return new; end';
        create trigger wave before insert on review.content
            for each row execute function pg_temp.wave()
    """,
    "own the tables": "set role jobaid_owner",
    "be the owner": "set session authorization jobaid_owner",
    "make a place for functions of your own": "create schema mine",
    "make functions where ours are": """
        create function review.approved_seats(anyelement) returns text[]
        language sql as $$ select array['ld', 'sme'] $$
    """,
    "drop what is in the way": "drop trigger guard on review.module",
    "forge a line of the log": """
        insert into audit.event (actor, act, subject)
        values ('dana@example.com', 'module.published', 'module:1')
    """,
    "forge a seat in the log": """
        insert into audit.event (actor, act, subject)
        values ('ada@example.com', 'seat.granted', 'person:priya@example.com')
    """,
    "change the log": "update audit.event set actor = 'nobody'",
    "empty the log": "delete from audit.event",
    "empty the log at once": "truncate audit.event",
    "wind the log back": "select setval('audit.event_id_seq', 1)",
}


@pytest.mark.parametrize("attack", ATTACKS, ids=list(ATTACKS))
async def test_plain_sql_does_not_get_round_the_gate(world: World, attack: str) -> None:
    await world.drafted(by="mia")
    for name in ("priya", "mia", "dana"):
        await world.press(name)
    await world.conn.commit()
    before = await _everything(world.conn)
    with pytest.raises(psycopg.Error):
        await world.conn.execute(ATTACKS[attack].encode())
    await world.conn.rollback()
    assert await _everything(world.conn) == before


@pytest.mark.parametrize(
    ("on", "action"),
    [
        ("module:1.1", "review.more"),
        ("module:1.2", "review.approve"),
        ("module:1.11", "review.approve"),
        ("module:11.1", "review.approve"),
        ("module:1.1", "review.approved"),
        ("", "review.approve"),
    ],
)
async def test_a_press_on_something_else_approves_nothing(
    world: World, on: str, action: str
) -> None:
    module = await world.drafted()
    press = await world.press("dana", on, action)
    with pytest.raises(psycopg.errors.RaiseException, match="was for something else"):
        await world.approve(module, "dana", press=press)


async def test_words_approved_cannot_be_exchanged_once_published(world: World) -> None:
    module = await world.drafted()
    await world.approve(module, "dana")
    await world.approve(module, "jo")
    await world.conn.commit()
    for attack in (
        "update learning.published_module set title = 'x'",
        "delete from learning.published_module",
        "update bot.inbox set payload = '{}', key = key || 'x'",
        "update bot.inbox set person_id = person_id + 1",
        "delete from bot.inbox",
        "update review.module set state = 'in_review', round = round + 1",
        "update review.module set number = number + 1, round = round + 1",
    ):
        with pytest.raises(psycopg.Error):
            await world.conn.execute(attack.encode())
        await world.conn.rollback()
    assert await world.published() == [module.id]


async def test_a_type_of_ones_own_does_not_run_with_the_owner_s_rights(world: World) -> None:
    await people_store.act_as(world.conn, "me", {})
    await world.conn.execute(
        """
        create function pg_temp.take() returns boolean language plpgsql as $$
        begin
            insert into review.move values ('draft', 'published');
            return true;
        end $$
        """
    )
    for type_ in ("bytea", "text", "jsonb", "bigint", "int8", "timestamptz", "boolean"):
        try:
            async with world.conn.transaction():
                await world.conn.execute(
                    f"create domain pg_temp.{type_} as pg_catalog.{type_}"
                    " check (pg_temp.take())".encode()
                )
        except psycopg.errors.UndefinedObject:
            continue  # a type that goes by another name
    await world.drafted()
    await people_store.set_seats(world.conn, world.people["omar"].id, ["ld"])
    cursor = await world.conn.execute(
        "select from review.move where (before, after) = ('draft', 'published')"
    )
    assert await cursor.fetchall() == []


async def test_a_seat_that_changes_is_in_the_log_with_whoever_said_so(world: World) -> None:
    await people_store.act_as(world.conn, "somebody", {"press": 7})
    await world.conn.execute(
        "update learning.person set seats = '{ld}' where email = 'max@example.com'"
    )
    await world.conn.commit()
    cursor = await world.conn.execute(
        "select actor, act, subject, detail from audit.event order by id desc limit 1"
    )
    line = ("seat.revoked", "person:max@example.com", {"press": 7, "seat": "sme:refunds"})
    assert await cursor.fetchall() == [("somebody", *line)]
    with pytest.raises(psycopg.errors.RaiseException, match="nobody says"):
        await people_store.set_seats(world.conn, world.people["max"].id, [])


async def test_no_module_moves_without_a_line_in_the_log(world: World) -> None:
    module = await world.drafted()
    await world.conn.execute(
        "update review.module set state = 'withdrawn', moved_by = 'somebody' where id = %s",
        [module.id],
    )
    cursor = await world.conn.execute(
        "select actor, act from audit.event where subject = %s order by id", [f"module:{module.id}"]
    )
    assert await cursor.fetchall() == [
        ("mia@example.com", "module.draft"),
        ("jobaid", "module.in_review"),
        ("somebody", "module.withdrawn"),
    ]


async def _everything(conn: Connection) -> list[Any]:
    cursor = await conn.execute(
        """
        select (select json_agg(m order by id) from review.module m)::text,
               (select json_agg(c) from review.content c)::text,
               (select count(*) from review.approval),
               (select count(*) from learning.published_module),
               (select json_agg(p order by id) from learning.person p)::text,
               (select json_agg(e order by id) from audit.event e)::text
        """
    )
    found = await cursor.fetchall()
    await conn.commit()
    return found


# Every walk through the table


WALKERS = ("dana", "lee", "jo", "mia", "max", "priya")
STEP = st.one_of(
    st.tuples(st.just("approve"), st.sampled_from(WALKERS), st.integers(0, 2)),
    st.tuples(st.just("edit"), st.sampled_from(WALKERS), st.integers(0, 1)),
    st.tuples(st.just("changes"), st.sampled_from(WALKERS), st.just(0)),
    st.tuples(st.just("reject"), st.sampled_from(WALKERS), st.just(0)),
    st.tuples(st.just("withdraw"), st.sampled_from(WALKERS), st.just(0)),
    st.tuples(st.just("report"), st.sampled_from(WALKERS), st.just(0)),
    st.tuples(st.just("again"), st.sampled_from(WALKERS), st.just(0)),
    st.tuples(st.just("redraft"), st.just("mia"), st.just(0)),
    st.tuples(st.just("lose a seat"), st.sampled_from(WALKERS), st.just(0)),
    st.tuples(st.just("sql"), st.just("mia"), st.integers(0, 9)),
)


async def _walk(world: World, steps: list[tuple[str, str, int]]) -> None:
    """Take the steps in a transaction that is rolled back; after each, the gate holds."""
    async with world.conn.transaction(force_rollback=True):
        people = dict(world.people)
        module = await world.drafted()
        for at, (act, name, detail) in enumerate(steps):
            person = people[name]
            now = NOW + timedelta(minutes=at)
            try:
                async with world.conn.transaction():
                    await _take(world, module, act, name, detail, person, now)
            except psycopg.errors.RaiseException:
                pass  # the database's own refusal: as good as the code's
            if act == "lose a seat":
                people[name] = replace(person, seats=person.seats[1:])
            found = await store.fetch_module(world.conn, module.id, lock=True)
            assert found
            module = found
            await _holds(world, module)


async def _take(
    world: World, module: Module, act: str, name: str, detail: int, person: Any, now: Any
) -> None:
    how: dict[str, Any] = {"person": person, "now": now}
    at_hand = {"module_id": module.id, "number": module.number - (detail == 2)}
    match act:
        case "approve":
            await gate.approve(
                world.conn,
                **at_hand,
                **how,
                ticks=TICKS[: 3 - (detail == 1)],
                just_competent={},
                press=await world.press(name),
                shown_at=NOW,
                today=TODAY,
            )
        case "edit":
            if isinstance(await gate.may_edit(world.conn, **at_hand, person=person), Module):
                await world.put(module, world.guide(f"Title {detail}"), by=name)
        case "redraft":
            if module.state == "changes_requested":
                await world.put(module, world.guide())
        case "changes":
            await gate.request_changes(
                world.conn, **at_hand, **how, comment="c", press=await world.press(name)
            )
        case "reject":
            await gate.reject(
                world.conn, **at_hand, **how, reason="r", press=await world.press(name)
            )
        case "withdraw":
            await gate.withdraw(
                world.conn,
                module_id=module.id,
                owns=False,
                **how,
                reason="r",
                press=await world.press(name),
            )
        case "report" | "again":
            call = reports.report if act == "report" else gate.review_again
            words = {"text": "w"} if act == "report" else {"reason": "w"}
            await call(
                world.conn, module_id=module.id, **how, **words, press=await world.press(name)
            )
        case "lose a seat":
            await people_store.act_as(world.conn, "tests", {})
            await people_store.upsert_person(world.conn, replace(person, seats=person.seats[1:]))
        case "sql":
            states = list(MOVES)
            await store.mark_state(
                world.conn, module.id, states[detail % len(states)], actor="sql", now=now
            )


async def _holds(world: World, module: Module) -> None:
    """What learners can reach was approved: word for word, by two people in two seats, no author."""
    for hashed, seats, people, authors in await (
        await world.conn.execute(
            """
            select p.hash,
                   (select array_agg(a.seat order by a.seat) from review.approval a
                    where a.module_id = p.module_id and a.round = m.round and a.hash = p.hash),
                   (select array_agg(distinct a.person_id) from review.approval a
                    where a.module_id = p.module_id and a.round = m.round),
                   (select array_agg(c.edited_by) filter (where c.edited_by is not null)
                    from review.content c where c.module_id = p.module_id) || m.requested_by
            from learning.published_module p join review.module m on m.id = p.module_id
            """
        )
    ).fetchall():
        assert (hashed, module.state) == (module.hash, "published")
        assert seats == ["ld", "sme"]
        assert len(people) == 2
        assert not set(people) & set(authors)
    if module.state == "published":
        assert await world.published() == [module.id]


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=4, max_size=14))
def test_no_walk_through_the_table_gets_round_the_gate(
    steps: list[tuple[str, str, int]], database: Database, tmp_path: Path
) -> None:
    async def walk() -> None:
        async with open_pool(database) as pool, pool.connection() as conn:
            place = tmp_path / str(len(list(tmp_path.iterdir())))
            world = await _world_once(conn, place)
            await _walk(world, steps)

    asyncio.run(walk())


async def _world_once(conn: Connection, place: Path) -> World:
    """The world of this database: made by the first example, read again by the others."""
    cursor = await conn.execute("select count(*) from learning.person")
    row = await cursor.fetchone()
    if row == (0,):
        return await review_world(conn, place)
    people = {who.name.split()[0].lower(): who for who in await people_store.fetch_people(conn)}
    cursor = await conn.execute(
        "select in_force_revision_id from indexing.document where uri = 'refunds.md'"
    )
    found = await cursor.fetchone()
    assert found
    await conn.commit()
    return World(conn, None, people, int(found[0]))  # type: ignore[arg-type]
