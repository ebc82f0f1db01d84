"""The notice of a report, where reviewers read it: it follows what becomes of the report."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from review_doors import CHANNEL, SERVICES, TICKS, Doors, review_doors
from slack_world import NOW
from teams_stand_in import ROOM, words

from bot.database import Pool
from bot.outbox import OutboxChat
from handlers import presses
from handlers.inbound import Place, Pressed
from review import store
from review.nouns import Module


class _Nothing:
    """Nothing here puts work off."""

    async def defer(self, task: str, subject: str) -> None:
        raise AssertionError(task)


@pytest.fixture
async def doors(pool: Pool, tmp_path: Path) -> AsyncIterator[Doors]:
    async with review_doors(pool, tmp_path) as doors:
        yield doors


async def published(doors: Doors) -> Module:
    module = await doors.drafted()
    for who in ("dana", "jo"):
        await doors.press_in_slack(who, "Approve", ticks="\n".join(TICKS))
    return module


async def report(doors: Doors, module: Module, who: str, text: str) -> None:
    """Somebody says in their own conversation that a module is wrong."""
    conn, office = doors.office.conn, doors.office
    press = await office.press(who)
    # It is handled here and now, not by the worker of Slack and Teams.
    await conn.execute("update bot.inbox set state = 'handled' where id = %s", [press])
    pressed = Pressed(
        office.people[who],
        Place("slack:DU1"),
        None,
        "module.report",
        f"module:{module.id}",
        press,
        NOW,
        "channel",
        {f"wrong:m{module.id}": text},
    )
    chat = OutboxChat(conn, None, NOW, ("slack", "teams"))
    now = NOW + timedelta(minutes=5)
    await presses.on_pressed(conn, SERVICES, chat, _Nothing(), pressed, now)
    await conn.commit()
    for (row,) in await doors.slack.rows(
        "select id from bot.outbox where state = 'queued' order by id"
    ):
        await doors.outbox.send(outbox_id=row)


def in_slack(doors: Doors) -> list[Any]:
    """The notices in Slack's review channel, the oldest first."""
    said = [each for (where, _), each in doors.slack.slack.messages.items() if where == CHANNEL]
    return [each for each in said if "says that" in str(each["text"])]


def in_teams(doors: Doors) -> list[str]:
    said = [each for (where, _), each in doors.teams.teams.messages.items() if where == ROOM]
    return [each for each in map(words, said) if "says that" in each and "It is right" not in each]


async def test_the_notice_says_who_decided_and_has_no_buttons_left(doors: Doors) -> None:
    module = await published(doors)
    await report(doors, module, "priya", "The limit is £50.")
    (notice,) = map(dict, in_slack(doors))
    assert "It is still in use." in notice["text"]
    await doors.press_in_slack("dana", "It is right", notice, reason="§4 says £75.")
    (after,) = in_slack(doors)
    assert "Dana Cole held it to be right on" in after["text"]
    assert "“§4 says £75”. It stays in use." in after["text"]
    assert "button" not in str(after["blocks"])
    assert "input" not in str(after["blocks"])
    (told,) = in_teams(doors)
    assert "Dana Cole held it to be right on" in told

    (late,) = await doors.press_in_slack("jo", "Withdraw it", notice, reason="It is wrong.")
    assert "Dana Cole held it to be right" in str(late)
    assert "There is nothing left to decide here." in str(late)
    assert (await doors.module(module)).state == "published"


async def test_withdrawing_elsewhere_reaches_the_notice(doors: Doors) -> None:
    module = await published(doors)
    await report(doors, module, "priya", "The limit is £50.")
    (notice,) = map(dict, in_slack(doors))
    conn = doors.office.conn
    (card, *_) = await store.fetch_posted(conn, module.id)
    await conn.commit()
    assert card.kind == "card"
    await doors.press_in_slack("lee", "Withdraw it", notice, reason="It is £50 now")
    (after,) = in_slack(doors)
    assert "Lee Park withdrew it on" in after["text"]
    assert "“It is £50 now”. Nobody is shown it any more." in after["text"]
    assert "button" not in str(after["blocks"])


async def test_what_a_second_report_suspends_is_decided_on_its_card(doors: Doors) -> None:
    module = await published(doors)
    await report(doors, module, "priya", "The limit is £50.")
    await report(doors, module, "omar", "Yes, £50.")
    first, second = in_slack(doors)
    for each in (first, second):
        assert "It is suspended: nobody is shown it." in each["text"]
        assert "button" not in str(each["blocks"])
    card = next(each for each in doors.slack.slack.messages.values() if "Review again" in str(each))
    await doors.press_in_slack("jo", "Review again", card, comment="Section 4 says £75")
    for each in in_slack(doors):
        assert "Jo Silva held it to be right" in each["text"]
        assert "Both seats decide on it anew." in each["text"]
    rows = await doors.slack.rows("select kind from review.posted where remark_id is not null")
    assert {kind for (kind,) in rows} == {"done"}


async def test_a_notice_that_is_open_keeps_what_is_typed(doors: Doors) -> None:
    module = await published(doors)
    await report(doors, module, "priya", "The limit is £50.")
    before = [call for call in doors.teams.teams.calls if call.method == "PUT"]
    (notice,) = map(dict, in_slack(doors))
    (refused,) = await doors.press_in_slack("dana", "It is right", notice)
    assert "Say why in the field" in str(refused)
    assert in_slack(doors) == [notice]
    assert [call for call in doors.teams.teams.calls if call.method == "PUT"] == before
