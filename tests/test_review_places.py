"""Review where it is held: one module, its card in Slack and in Teams, pressed over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import slack_limits
import slack_stand_in as slack_side
from review_doors import TICKS, Doors, review_doors
from teams_stand_in import elements, words

from bot.database import Pool
from bot.teams.render import MOST_BYTES, size_of
from learning.modules import Guide, JobAid, Step

TICKED = "\n".join(TICKS)


@pytest.fixture
async def doors(pool: Pool, tmp_path: Path) -> AsyncIterator[Doors]:
    async with review_doors(pool, tmp_path) as doors:
        yield doors


def puts(doors: Doors) -> list[Any]:
    """The cards that were replaced in Teams."""
    return [call.said for call in doors.teams.teams.calls if call.method == "PUT"]


def shown(value: Any) -> str:
    """Every word of a Slack message or of an answer to a press, wherever it stands."""
    return str(value)


def inputs(card: Any) -> dict[str, str]:
    """What stands in the inputs of a Teams card, by the beginnings of their names."""
    return {
        str(each["id"]).partition(":")[0]: str(each.get("value", ""))
        for each in elements(card)
        if str(each.get("type")).startswith("Input.")
    }


# Two reviewers


async def test_one_in_slack_and_one_in_teams_publish_it(doors: Doors) -> None:
    module = await doors.drafted()
    before = doors.slack_card()["blocks"]
    (done,) = await doors.press_in_slack("dana", "Approve", ticks=TICKED)
    assert done["text"].startswith("Approved as SME (refunds). Still needed")
    after = doors.slack_card()["blocks"]
    changed = [(was, now) for was, now in zip(before, after, strict=True) if was != now]
    assert len(changed) == 1, "an update touches the status lines only"
    assert "approved by Dana Cole" in shown(changed[0][1])
    assert changed[0][0]["type"] == "rich_text"

    assert puts(doors) == [], "an update would empty what others typed in Teams"
    (said,) = doors.under()
    assert "Dana Cole approved as SME (refunds)" in said
    assert "Jo Silva" in said

    await doors.press_in_teams("jo", "Approve", ticks=TICKED)
    assert (await doors.module(module)).state == "published"
    assert "Published" in shown(doors.slack_card()["blocks"])
    assert "Published" in words(doors.teams_card()[1])
    assert "Approve" not in shown(doors.slack_card()["blocks"])


async def test_one_person_on_two_platforms_is_one_person(doors: Doors) -> None:
    module = await doors.drafted()
    await doors.press_in_slack("dana", "Approve", ticks=TICKED)
    answer = await doors.press_in_teams("dana", "Approve", ticks=TICKED)
    assert "already" in shown(answer)
    assert (await doors.module(module)).state == "approved_by_one"
    assert await doors.slack.rows("select count(*) from review.approval") == [(1,)]


async def test_a_comment_comes_back_as_a_new_card_in_both_places(doors: Doors) -> None:
    module = await doors.drafted()
    await doors.press_in_teams("dana", "Request changes", comment="Name the till first.")
    await doors.slack.work()
    revised = await doors.module(module)
    assert (revised.state, revised.number) == ("in_review", 2)
    names = {each["block_id"] for each in doors.slack_card()["blocks"] if each["type"] == "input"}
    assert names == {"ticks:c2", "comment:c2"}, "a text for the old content is not one for the new"
    assert {str(each["id"]) for each in elements(puts(doors)[-1]) if "id" in each} >= names


async def test_a_rejection_ends_it_in_both_places(doors: Doors) -> None:
    module = await doors.drafted()
    (said,) = await doors.press_in_slack("lee", "Reject")
    assert "Say why in the field" in shown(said)
    (done,) = await doors.press_in_slack("lee", "Reject", comment="We never do this.")
    assert done["text"].startswith("Rejected for good")
    assert (await doors.module(module)).state == "rejected"
    for card in (shown(doors.slack_card()["blocks"]), words(doors.teams_card()[1])):
        assert "Rejected" in card
        assert "We never do this." in card
        assert "Approve" not in card


# What is refused


async def test_a_refusal_leaves_what_was_typed_in_teams(doors: Doors) -> None:
    await doors.drafted()
    typed = {"comment": "half a thou", "ticks": "Accurate\nCompliant"}
    answer = await doors.press_in_teams("dana", "Approve", **typed)
    assert answer["type"] == "application/vnd.microsoft.card.adaptive"
    assert inputs(answer) == {"comment": "half a thou", "ticks": "0,2"}
    assert "Still to tick: “Right tone”" in words(answer)
    assert puts(doors) == [], "nobody else's card is touched"
    answer = await doors.press_in_teams("dana", "Approve")
    assert answer["type"] == "application/vnd.microsoft.activity.message"
    assert "all three ticks" in answer["value"]


async def test_a_refusal_leaves_what_was_typed_in_slack(doors: Doors) -> None:
    await doors.drafted()
    (said,) = await doors.press_in_slack("dana", "Approve", comment="half a thou")
    assert "all three ticks" in shown(said)
    assert doors.slack.slack.made("chat.update") == [], "and so Slack keeps it"


@pytest.mark.parametrize("name", ["mia", "priya"])
async def test_who_may_not_approve_is_told_why(doors: Doors, name: str) -> None:
    module = await doors.drafted()
    (said,) = await doors.press_in_slack(name, "Approve", ticks=TICKED)
    answer = await doors.press_in_teams(name, "Approve", ticks=TICKED)
    wanted = {"mia": "You drafted this one", "priya": "Only reviewers of refunds"}[name]
    assert wanted in shown(said)
    assert wanted in words(answer)
    assert (await doors.module(module)).state == "in_review"


async def test_a_forwarded_card_decides_nothing(doors: Doors) -> None:
    module = await doors.drafted()
    press = doors.slack_press("dana", "Approve", ticks=TICKED)
    forwarded = {"id": "C0GOSSIP"}
    press |= {"channel": forwarded, "container": press["container"] | {"channel_id": "C0GOSSIP"}}
    await doors.slack.pressed(press)
    assert "That card is a copy" in shown(doors.slack.slack.calls[-1].said)
    press = doors.teams_press("dana", "Approve", ticks=TICKED)
    answer = await doors.teams.pressed({**press, "replyToId": "1763892000999"})
    assert answer["value"].startswith("That button belongs to another card.")
    assert (await doors.module(module)).state == "in_review"


@pytest.mark.parametrize(
    ("action", "subject"),
    [
        ("review.approve", "module:999.1"),
        ("review.approve", "module:{id}.99"),
        ("review.approve", "module:{id}"),
        ("review.approve", "module:{id}.1; drop table review.module"),
        ("review.approve", "gap:refunds-gap"),
        ("review.publish", "module:{id}.1"),
        ("review.rate", "module:{id}.1#2"),
        ("review.part", "module:{id}.1#2"),
        ("review.save", "module:{id}.1"),
        ("review.minutes_999", "module:{id}.1"),
    ],
)
async def test_a_press_made_by_hand_decides_nothing(
    doors: Doors, action: str, subject: str
) -> None:
    module = await doors.drafted()
    subject = subject.replace("{id}", str(module.id))
    press = doors.slack_press("dana", "Approve", ticks=TICKED)
    press["actions"][0] |= {"action_id": f"{action}#0", "value": subject}
    await doors.slack.pressed(press)
    press = doors.teams_press("dana", "Approve", ticks=TICKED)
    press["value"]["action"] |= {"verb": action}
    press["value"]["action"]["data"]["subject"] = subject
    await doors.teams.pressed(press)
    found = await doors.module(module)
    assert (found.state, found.number) == ("in_review", 1)
    assert set(await doors.slack.states()) == {"handled"}
    assert await doors.slack.rows("select * from review.approval") == []


# At home


async def test_home_shows_what_waits_and_its_button_brings_the_card(doors: Doors) -> None:
    module = await doors.drafted()
    await doors.slack.hear(slack_side.opened("home", "U11"))
    home = doors.slack.slack.homes["U11"]
    assert "Waiting for your review" in shown(home)
    press = slack_side.press({"blocks": home["blocks"], "channel": "", "ts": ""}, "Review it")
    press |= {
        "user": {"id": "U11", "team_id": slack_side.TEAM},
        "container": {"type": "view", "view_id": "V1"},
        "view": {"id": "V1", "type": "home"},
    }
    del press["channel"], press["message"]
    await doors.slack.pressed(press)
    card = doors.slack.slack.posted()[-1]
    assert card["channel"] == "DU11"
    await doors.press_in_slack("dana", "Approve", card, ticks=TICKED)
    assert (await doors.module(module)).state == "approved_by_one"
    assert "approved by Dana Cole" in shown(doors.slack_card()["blocks"])


async def test_home_says_what_became_of_ones_own_drafts(doors: Doors) -> None:
    await doors.drafted()
    await doors.slack.hear(slack_side.opened("home", "U14"))
    home = shown(doors.slack.slack.homes["U14"])
    assert "Drafts you asked for" in home
    assert "in review" in home
    assert "Waiting for your review" not in home, "nobody approves their own"


# Looking and editing


async def test_a_section_is_edited_in_a_direct_conversation_of_slack(doors: Doors) -> None:
    module = await doors.drafted()
    await doors.press_in_slack("lee", "Edit")
    where, _ = list(doors.slack.slack.messages)[-1]
    assert where == "DU12"
    (choice,) = [block for block in _direct(doors)["blocks"] if block["type"] == "input"]
    options = [option["value"] for option in choice["element"]["options"]]
    await _edit(doors, "Open", section=options[0])
    text = next(block for block in _direct(doors)["blocks"] if block["type"] == "input")
    assert text["element"]["initial_value"] == "Look the purchase up by card or loyalty number."
    await _edit(doors, "Save", text="Look the purchase up by its card or loyalty number.")
    assert "before its reviewers again" in shown(_direct(doors))
    found = await doors.module(module)
    assert (found.state, found.number, found.round) == ("in_review", 2, 2)
    assert "by its card" in shown(doors.slack_card()["blocks"])
    assert "by its card" in words(puts(doors)[-1])


def _direct(doors: Doors) -> Any:
    messages = doors.slack.slack.messages
    return [said for (where, _), said in messages.items() if where == "DU12"][-1]


async def _edit(doors: Doors, label: str, **typed: str) -> None:
    await doors.press_in_slack("lee", label, _direct(doors), **typed)


async def test_a_section_is_edited_in_a_chat_of_teams(doors: Doors) -> None:
    module = await doors.drafted()
    answer = await doors.press_in_teams("lee", "Edit", comment="half a thou")
    assert inputs(answer)["comment"] == "half a thou"
    teams = doors.teams.teams
    name = list(teams.messages)[-1]
    assert name[0] == "a:opened-aad-12"

    async def press(label: str, **data: str) -> None:
        pressed = teams.press(name, label, **{"from": {"id": "29:u12", "aadObjectId": "aad-12"}})
        pressed["conversation"] = {"id": name[0], "conversationType": "personal"}
        pressed["channelData"].pop("channel")
        pressed["value"]["action"]["data"] |= data
        await doors.teams.pressed(pressed)

    await press("Open", **{"section:c1": "0"})
    (box,) = [each for each in elements(teams.messages[name]) if each.get("type") == "Input.Text"]
    await press("Save", **{box["id"]: "Look the purchase up by its card or loyalty number."})
    assert "before its reviewers again" in words(teams.messages[name])
    assert (await doors.module(module)).number == 2


def _long(doors: Doors, steps: int, words: int) -> Guide:
    """A guide of many claims, each of its sentences the SOP's own."""
    said = doors.office.said("Look the purchase up by card or loyalty number. " * words)
    many = tuple(Step(at, "Refund without a receipt", (said,)) for at in range(1, steps + 1))
    return Guide("Refund without a receipt", many, many, many)


async def test_a_draft_of_forty_claims_and_one_of_20_000_characters_fit(doors: Doors) -> None:
    lines = tuple(doors.office.said(f"Look it up, and once more: {at}.") for at in range(1, 41))
    for content in (JobAid("Refund without a receipt", lines), _long(doors, 14, 10)):
        await doors.drafted(content)
        card = doors.slack_card()
        assert slack_limits.refused(card["text"], card["blocks"]) == []
        assert size_of(doors.teams_card()[1]) <= MOST_BYTES
        assert "Part 1 of" in shown(card["blocks"])


async def test_an_approval_moves_no_word_from_one_part_to_another(doors: Doors) -> None:
    await doors.drafted(_long(doors, 14, 10))
    before = doors.slack_card()["blocks"]
    (second,) = await doors.press_in_slack("jo", "More")
    await doors.press_in_slack("dana", "Approve", ticks=TICKED)
    await doors.press_in_slack("dana", "Approve all the same", doors.slack_direct("dana"))
    after = doors.slack_card()["blocks"]
    assert sum(was != now for was, now in zip(before, after, strict=True)) == 1
    (again,) = await doors.press_in_slack("jo", "More")
    assert again["blocks"][0] == second["blocks"][0]
    assert shown(again["blocks"][1:-1]) == shown(second["blocks"][1:-1])


async def test_more_shows_every_part_to_its_presser_only(doors: Doors) -> None:
    await doors.drafted(_long(doors, 14, 10))
    before = len(doors.slack.slack.messages)
    parts = 1
    (part,) = await doors.press_in_slack("dana", "More")
    while True:
        parts += 1
        assert f"(part {parts} of" in part["text"]
        assert slack_limits.refused(part["text"], part["blocks"]) == []
        if "More" not in [
            button["text"]["text"]
            for block in part["blocks"]
            if block["type"] == "actions"
            for button in block["elements"]
        ]:
            break
        (part,) = await doors.press_in_slack(
            "dana", "More", {**doors.slack_card(), "blocks": part["blocks"]}
        )
    assert parts >= 3
    assert len(doors.slack.slack.messages) == before, "nobody else sees them"

    answer = await doors.press_in_teams("dana", "More", comment="half a thou")
    assert inputs(answer)["comment"] == "half a thou", "it is shown in their own chat"
    assert "Part 2 of" in words(list(doors.teams.teams.messages.values())[-1])
    (said,) = await doors.press_in_slack("priya", "More")
    assert "Drafts are shown to their reviewers only" in shown(said)
