"""Approving where it takes more than a press: a figure for each question, parts not opened yet."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import slack_limits
from review_doors import TICKS, Doors, review_doors
from sop_folder import TODAY
from teams_stand_in import elements, words

from bot.database import Pool
from bot.teams.render import MOST_BYTES, size_of
from handlers.approve_form import FORM_BELOW
from handlers.modules import module_json, module_text
from learning.modules import Guide, ItemSet, Ordering, Step

TICKED = "\n".join(TICKS)


@pytest.fixture
async def doors(pool: Pool, tmp_path: Path) -> AsyncIterator[Doors]:
    async with review_doors(pool, tmp_path) as doors:
        yield doors


def quiz(doors: Doors, count: int) -> ItemSet:
    """As many questions as that, short enough for one part."""
    (one,) = doors.office.items().items
    assert isinstance(one, Ordering)
    return ItemSet("Refund quiz", tuple(replace(one, id=f"q{at}") for at in range(1, count + 1)))


def long_guide(doors: Doors) -> Guide:
    """A guide of several parts."""
    said = doors.office.said("Look the purchase up by card or loyalty number. " * 10)
    many = tuple(Step(at, "Refund without a receipt", (said,)) for at in range(1, 15))
    return Guide("Refund without a receipt", many, many, many)


def figures(first: int, last: int, figure: str = "7") -> dict[str, str]:
    return {f"rating:c1:{at}": figure for at in range(first, last + 1)}


async def approvals(doors: Doors) -> list[Any]:
    """What is on record: the seat, the figures, the parts and those that were opened."""
    return await doors.slack.rows(
        "select seat, just_competent, parts, opened from review.approval order by id"
    )


def begins(message: Any) -> str:
    return str(message["blocks"][0])


# A figure for each question


async def test_a_figure_for_each_question_is_chosen_in_slack(doors: Doors) -> None:
    await doors.drafted(quiz(doors, 3))
    (said,) = await doors.press_in_slack("dana", "Approve", ticks=TICKED)
    assert said["text"] == "Nothing is approved yet: what is still to do is in our chat."
    form = doors.slack_direct("dana")
    assert slack_limits.refused(form["text"], form["blocks"]) == []
    lists = [
        each for each in form["blocks"] if each.get("element", {}).get("type") == "static_select"
    ]
    assert [len(each["element"]["options"]) for each in lists] == [11, 11, 11]

    old = dict(form)
    await doors.press_in_slack("dana", "Approve", form, **figures(1, 2))
    assert "Still to give: q3" in str(doors.slack_direct("dana"))
    assert await approvals(doors) == [], "nothing is stored by halves"

    await doors.press_in_slack("dana", "Approve", form, **figures(1, 2), **figures(3, 3, "10"))
    assert await approvals(doors) == [("sme", {"q1": 7, "q2": 7, "q3": 10}, 1, [1])]
    replaced = doors.slack.slack.messages["DU11", form["ts"]]
    assert "Approved as SME (refunds)" in str(replaced), "the form's place says what was done"
    assert "button" not in str(replaced)
    await doors.press_in_slack("dana", "Approve", old, **figures(1, 3))
    assert "You have approved this already" in str(doors.slack_direct("dana"))


async def test_a_figure_for_each_question_is_chosen_in_teams(doors: Doors) -> None:
    await doors.drafted(quiz(doors, 17))
    await doors.press_in_teams("dana", "Approve", ticks=TICKED)
    name, form = doors.teams_direct("dana")
    assert size_of(form["attachments"][0]["content"]) <= MOST_BYTES
    lists = [each for each in elements(form) if each.get("style") == "compact"]
    assert len(lists) == 17
    label = "Approve all the same"  # its card has several parts
    answer = await doors.press_in_teams("dana", label, name, **figures(1, 16))
    shown = {str(each.get("id")): each.get("value") for each in elements(answer)}
    assert shown["rating:c1:16"] == "7", "what was chosen stays"
    assert "Still to give: q17" in words(doors.teams_direct("dana")[1])
    assert await approvals(doors) == [], "nothing is stored by halves"
    await doors.press_in_teams("dana", label, name, **figures(1, 17))
    ((_, stored, _, _),) = await approvals(doors)
    assert stored == {f"q{at}": 7 for at in range(1, 18)}


async def test_many_questions_are_asked_page_by_page(doors: Doors) -> None:
    await doors.drafted(quiz(doors, 37))
    await doors.press_in_slack("dana", "Approve", ticks=TICKED)
    form = doors.slack_direct("dana")
    assert slack_limits.refused(form["text"], form["blocks"]) == []
    await doors.press_in_slack("dana", "Next questions", form, **figures(1, 19))
    assert "Still to give: q20" in str(doors.slack_direct("dana"))
    await doors.press_in_slack("dana", "Next questions", form, **figures(1, 20))
    page = doors.slack.slack.messages["DU11", form["ts"]]
    assert "Questions 21 to 37 of 37." in str(page)
    assert slack_limits.refused(page["text"], page["blocks"]) == []
    label = "Approve all the same"  # its card has several parts
    given = {"ratings:c1": "7, " * 19 + "12"}
    await doors.press_in_slack("dana", label, page, **given, **figures(21, 37, "3"))
    assert "Still to give: q20" in str(doors.slack_direct("dana")), "12 is not from 0 to 10"
    await doors.press_in_slack("dana", label, page, **figures(21, 37, "3"))
    ((seat, stored, _, _),) = await approvals(doors)
    assert seat == "sme"
    assert stored == {f"q{at}": 7 if at <= 20 else 3 for at in range(1, 38)}


async def test_all_figures_in_one_line_are_taken_too(doors: Doors) -> None:
    await doors.drafted(quiz(doors, 3))
    await doors.press_in_slack("dana", "Approve", ticks=TICKED)
    press = doors.slack_press("dana", "Approve", doors.slack_direct("dana"))
    values = press["state"]["values"]
    for name in [name for name in values if name.startswith("rating:")]:
        del values[name]
    values["ratings:c1"] = {"value": {"value": "7 8"}}
    await doors.slack.pressed(press)
    await doors.slack.work()
    assert "Still to give: q1, q2 and q3" in str(doors.slack_direct("dana"))
    for at, (row, missing) in enumerate({"7 -8 9.5": "q2 and q3", "7, 8, 9": ""}.items()):
        values["ratings:c1"] = {"value": {"value": row}}
        press["actions"][0]["action_ts"] = f"17000001{at}9.000100"
        await doors.slack.pressed(press)
        await doors.slack.work()
        if missing:
            assert f"Still to give: {missing}" in str(doors.slack_direct("dana"))
    assert [row[1] for row in await approvals(doors)] == [{"q1": 7, "q2": 8, "q3": 9}]


async def test_only_the_sme_is_asked(doors: Doors) -> None:
    await doors.drafted(quiz(doors, 3))
    (done,) = await doors.press_in_slack("jo", "Approve", ticks=TICKED)
    assert done["text"].startswith("Approved as L&amp;D")


@pytest.mark.parametrize("typed", ["eleven", "-1", "11", "7.5", "９", "9" * 5000, ""])
async def test_what_is_no_figure_approves_nothing(doors: Doors, typed: str) -> None:
    await doors.drafted(quiz(doors, 1))
    await doors.press_in_slack("dana", "Approve", ticks=TICKED)
    form = doors.slack_direct("dana")
    for name in ("rating:c1:1", "ratings:c1"):
        await doors.press_in_slack("dana", "Approve", form, **{name: typed})
    assert await approvals(doors) == []
    assert "Still to give: q1" in str(doors.slack_direct("dana"))


async def test_a_form_of_what_changed_shows_the_new_card(doors: Doors) -> None:
    module = await doors.drafted(quiz(doors, 1))
    await doors.press_in_slack("dana", "Approve", ticks=TICKED)
    form = doors.slack_direct("dana")
    await doors.press_in_slack("lee", "Request changes", comment="Ask for the till too.")
    await doors.slack.work()
    await doors.press_in_slack("dana", "Approve", form, **figures(1, 1))
    assert await approvals(doors) == []
    assert (await doors.module(module)).state == "in_review"
    replaced = doors.slack.slack.messages["DU11", form["ts"]]
    assert "Draft for review" in begins(replaced)


# Parts that were not opened


async def test_who_reads_every_part_approves_with_one_press(doors: Doors) -> None:
    await doors.drafted(long_guide(doors))
    await _read(doors, "dana")
    (done,) = await doors.press_in_slack("dana", "Approve", ticks=TICKED)
    assert done["text"].startswith("Approved as SME (refunds). Still needed")
    ((_, _, parts, opened),) = await approvals(doors)
    assert opened == list(range(1, parts + 1))
    assert "after opening" not in str(doors.slack_card())


async def _read(doors: Doors, who: str) -> None:
    """Open part after part, as far as there are any."""
    (part,) = await doors.press_in_slack(who, "More")
    while "'More'" in str(part["blocks"]):
        (part,) = await doors.press_in_slack(
            who, "More", {**doors.slack_card(), "blocks": part["blocks"]}
        )


async def test_what_was_not_opened_is_said_recorded_and_shown(doors: Doors) -> None:
    module = await doors.drafted(long_guide(doors))
    await doors.press_in_slack("jo", "More")
    await doors.press_in_slack("dana", "Approve", ticks=TICKED)
    assert await approvals(doors) == [], "another one's reading is not theirs"
    form = doors.slack_direct("dana")
    assert "you have not opened parts 2, 3" in str(form)
    await doors.press_in_slack("dana", "Open part 3", form)
    assert "(part 3 of" in doors.slack_direct("dana")["text"]
    form = doors.slack.slack.messages["DU11", form["ts"]]
    assert "you have not opened parts 2, 4" in str(form), "it asks for those that are left"
    assert "Open part 3" not in str(form)
    await doors.press_in_slack("dana", "Approve all the same", form)
    ((seat, _, parts, opened),) = await approvals(doors)
    assert (seat, opened) == ("sme", [1, 3])
    assert parts > 3

    read = f"after opening 2 of {parts} parts"
    assert f", {read}" in str(doors.slack_card()), "the other reviewer sees it"
    assert read in doors.under()[0], "in Teams it is said under the card"
    conn = doors.office.conn
    told = await module_json(conn, module.id)
    assert told
    assert [(each["parts"], each["opened"]) for each in told["approvals"]] == [(parts, [1, 3])]
    assert read in str(await module_text(conn, module.id, TODAY))
    rows = await doors.slack.rows(
        "select detail -> 'parts', detail -> 'opened' from audit.event where act = 'module.approval'"
    )
    assert rows == [(parts, [1, 3])]


async def test_with_every_part_opened_the_form_comes_under_the_last(doors: Doors) -> None:
    await doors.drafted(long_guide(doors))
    await doors.press_in_slack("dana", "Approve", ticks=TICKED)
    first = doors.slack_direct("dana")
    rows = await doors.slack.rows("select posted_at from review.posted where kind = 'form'")
    while label := re.search(r"Open part \d", str(doors.slack.slack.messages["DU11", first["ts"]])):
        await doors.press_in_slack("dana", label.group(), first)
    assert doors.slack.slack.messages["DU11", first["ts"]]["text"] == FORM_BELOW
    form = doors.slack_direct("dana")
    assert form["text"].startswith("Before you approve")
    assert "you have not opened" not in str(form)
    since = "select posted_at from review.posted where kind = 'form'"
    assert await doors.slack.rows(since) == rows, "how long it took counts from the card"
    await doors.press_in_slack("dana", "Approve", form)
    ((_, _, parts, opened),) = await approvals(doors)
    assert opened == list(range(1, parts + 1))


async def test_parts_of_an_earlier_content_do_not_count(doors: Doors) -> None:
    module = await doors.drafted(long_guide(doors))
    await _read(doors, "dana")
    conn = doors.office.conn
    locked = await doors.module(module)
    guide = long_guide(doors)
    await doors.office.put(locked, replace(guide, title="Refunds without one"), by="lee")
    await conn.commit()
    await doors.press_in_slack("dana", "Approve", ticks=TICKED)
    (said,) = await doors.press_in_slack("dana", "Approve", ticks=TICKED)
    assert said["text"] == "Nothing is approved yet: what is still to do is in our chat."
    assert await approvals(doors) == []


async def test_in_teams_the_form_opens_parts_and_approves(doors: Doors) -> None:
    await doors.drafted(long_guide(doors))
    await doors.press_in_teams("dana", "Approve", ticks=TICKED)
    name, form = doors.teams_direct("dana")
    assert "you have not opened parts 2, 3" in words(form)
    await doors.press_in_teams("dana", "Open part 2", name)
    assert "part 2 of" in words(doors.teams_direct("dana")[1])
    assert "you have not opened parts 3" in words(doors.teams.teams.messages[name])
    await doors.press_in_teams("dana", "Approve all the same", name)
    ((_, _, _, opened),) = await approvals(doors)
    assert opened == [1, 2]
    assert "Approved as SME (refunds), after opening 2 of" in words(
        doors.teams.teams.messages[name]
    )


async def test_a_form_stays_while_the_other_seat_approves(doors: Doors) -> None:
    module = await doors.drafted(quiz(doors, 2))
    await doors.press_in_slack("dana", "Approve", ticks=TICKED)
    form = doors.slack_direct("dana")
    before = dict(form)
    await doors.press_in_slack("jo", "Approve", ticks=TICKED)
    assert doors.slack.slack.messages["DU11", form["ts"]] == before, "what is chosen in it stays"
    await doors.press_in_slack("dana", "Approve", form, **figures(1, 2))
    assert (await doors.module(module)).state == "published"


async def test_how_long_it_took_counts_from_the_card(doors: Doors) -> None:
    await doors.drafted(quiz(doors, 1))
    (at,) = await doors.slack.rows("select posted_at from review.posted where place like 'slack%'")
    await doors.press_in_slack("dana", "Approve", ticks=TICKED)
    assert await doors.slack.rows("select posted_at from review.posted where kind = 'form'") == [at]
