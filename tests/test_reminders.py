"""Reminders of review: once a person and day, in their own hours, and what L&D hears of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes import FakeChat, FakeLater
from review_world import NOW, World, review_world

from handlers import reminders
from handlers.cards import Card
from handlers.services import Connection, Services
from learning import store as people_store
from learning.nouns import Person
from review.outcomes import ApprovedBySeat

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
FRIDAY_EVENING = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)


@pytest.fixture
async def world(conn: Connection, tmp_path: Path) -> World:
    return await review_world(conn, tmp_path)


async def tick(world: World, now: datetime) -> dict[str, Card]:
    """What one tick has people told, by e-mail."""
    later, chat = FakeLater(), FakeChat()
    await reminders.on_tick(world.conn, later, now)
    for task, subject in later.deferred:
        assert task == "remind"
        await reminders.on_remind_due(world.conn, Services(None, None), chat, later, subject, now)
    return {where: card for _, where, card in chat.said}


async def test_reviewers_are_reminded_once_a_day_in_their_hours(world: World) -> None:
    await world.drafted()
    assert await tick(world, NOW + timedelta(hours=1)) == {}, "it has not waited long enough"
    assert await tick(world, FRIDAY_EVENING + timedelta(days=1)) == {}, "not on a Saturday"
    told = await tick(world, MONDAY)
    assert set(told) == {
        "dana@example.com",
        "lee@example.com",
        "max@example.com",
        "jo@example.com",
    }, "whoever could approve it, and not Mia, who asked for it"
    assert "1 draft waits for your review" in told["dana@example.com"].summary
    assert await tick(world, MONDAY + timedelta(minutes=1)) == {}
    assert set(await tick(world, MONDAY + timedelta(days=1))) >= {"dana@example.com"}


async def test_the_hours_are_the_reviewer_s_own(world: World) -> None:
    await world.drafted()
    lee = replace(world.people["lee"], timezone="America/New_York")
    await people_store.upsert_person(world.conn, lee)
    assert "lee@example.com" not in await tick(world, MONDAY)
    assert set(await tick(world, MONDAY + timedelta(hours=5))) == {"lee@example.com"}


async def test_who_has_approved_is_left_in_peace(world: World) -> None:
    module = await world.drafted()
    assert isinstance(await world.approve(module, "dana"), ApprovedBySeat)
    assert set(await tick(world, MONDAY + timedelta(hours=1))) == {
        "jo@example.com",
        "max@example.com",
    }


async def test_ld_hears_of_what_is_overdue_elsewhere(world: World) -> None:
    module = await world.drafted()
    assert isinstance(await world.approve(module, "jo"), ApprovedBySeat)
    told = await tick(world, MONDAY + timedelta(days=2))
    assert "mia@example.com" in told, "she drafted it, and it waits for an SME"
    assert "1 draft overdue" in told["mia@example.com"].summary
    assert "Dana Cole, Lee Park or Max Both" in str(told["mia@example.com"].blocks)


async def test_one_message_however_many_drafts_wait(world: World) -> None:
    for number in range(25):
        await world.drafted(world.guide(f"Guide {number}"))
    told = await tick(world, MONDAY)
    assert "25 drafts wait for your review" in told["dana@example.com"].summary
    assert "And 15 more" in str(told["dana@example.com"].blocks)


def test_people_in_odd_places_have_hours_too() -> None:
    kathmandu = Person(1, "a@example.com", "A", timezone="Asia/Kathmandu")
    assert reminders.in_working_hours(kathmandu, datetime(2026, 11, 23, 3, 15, tzinfo=UTC))
    assert not reminders.in_working_hours(kathmandu, datetime(2026, 11, 23, 3, 14, tzinfo=UTC))
