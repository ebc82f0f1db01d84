"""Teams end to end: asked, pressed, edited and taken back, once each and in any order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import gallery
import pytest
from slack_world import NOW, REFUND, SAFE_CODE
from teams_stand_in import BOT, CHAT, GROUP, ROOM, TENANT, elements, words
from teams_world import World, teams_world

from bot.channel import Event, TryLater
from bot.database import Pool
from bot.outbox import Outbox, OutboxChat
from bot.store import fetch_event
from bot.teams import store
from bot.teams.messages import message
from handlers.cards import Button as CardButton
from handlers.cards import Buttons, Card, Field, Source, Sources, Text
from handlers.inbound import Place
from learning.store import fetch_person, fetch_person_by_teams


@pytest.fixture
async def world(pool: Pool, tmp_path: Path) -> AsyncIterator[World]:
    async with teams_world(pool, tmp_path) as world:
        yield world


def infos(said: dict[str, Any]) -> list[dict[str, Any]]:
    return [entity for entity in said.get("entities", ()) if entity["type"] == "streaminfo"]


# Asking


async def test_an_answer_is_streamed_in_a_chat_of_two(world: World) -> None:
    await world.hear(world.teams.direct(REFUND))
    first, piece, final, under = world.teams.said_in(CHAT)
    assert first["type"] == "typing"
    assert first["text"] == "Looking it up in the approved SOPs"
    assert infos(first) == [
        {"type": "streaminfo", "streamType": "informative", "streamSequence": 1}
    ]
    assert piece["type"] == "typing"
    (told,) = infos(piece)
    stream_id = told["streamId"]
    assert told == {
        "type": "streaminfo",
        "streamType": "streaming",
        "streamSequence": 2,
        "streamId": stream_id,
    }
    assert final["type"] == "message"
    assert infos(final) == [{"type": "streaminfo", "streamType": "final", "streamId": stream_id}]
    assert final["text"].startswith(piece["text"])
    assert final["text"] != piece["text"]
    assert "Look the purchase up" in final["text"]
    assert "replyToId" not in final
    assert not final.get("attachments")
    assert "text" not in under
    assert "entities" not in under
    (name, _) = world.last()
    assert await world.rows("select platform_id from bot.posted") == [("/".join(name),)]
    assert await world.rows("select ended from bot.teams_stream") == [(True,)]


async def test_the_final_message_cites_and_asks_for_feedback(world: World) -> None:
    await world.hear(world.teams.direct(REFUND))
    final, under = world.teams.said_in(CHAT)[-2:]
    (info,) = [each for each in final["entities"] if each["type"] != "streaminfo"]
    assert info == {
        "type": "https://schema.org/Message",
        "@type": "Message",
        "@context": "https://schema.org",
        "@id": "",
        "citation": [
            {
                "@type": "Claim",
                "position": 1,
                "appearance": {
                    "@type": "DigitalDocument",
                    "name": "Returns and refunds",
                    "abstract": "§4.2, version 7 of 4 May 2026, owner Dana Cole",
                },
            }
        ],
    }
    assert final["channelData"] == {"feedbackLoop": {"type": "default"}}
    assert (final["textFormat"], final["conversation"]["conversationType"]) == (
        "markdown",
        "personal",
    )
    assert "[1]" in final["text"]
    assert "evil.example|click" not in final["text"]
    (attachment,) = under["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert "version 7 of 4 May 2026" in words(under)
    titles = [
        each["title"] for each in elements(attachment) if each.get("type") == "Action.Execute"
    ]
    assert titles == ["Show source"], "Teams draws the thumbs itself"


async def test_a_mention_is_answered_in_its_thread_by_one_card(world: World) -> None:
    await world.hear(world.teams.mention(REFUND, 5))
    thread = f"{ROOM};messageid=1763892000005"
    sign, answer = world.teams.said_in(thread)
    assert sign["type"] == "typing"
    assert "entities" not in sign
    assert "text" not in answer
    assert "Look the purchase up" in words(answer)
    assert "entities" not in answer
    titles = [each["title"] for each in elements(answer) if each.get("type") == "Action.Execute"]
    assert titles == ["Helpful", "Not helpful", "Show source"]


async def test_a_refusal_and_a_greeting_end_the_stream_as_plain_words(world: World) -> None:
    await world.hear(world.teams.direct("what about gift cards from abroad?"))
    await world.hear(world.teams.direct("hello", 2))
    for final in world.teams.sent():
        assert infos(final)[0]["streamType"] == "final"
        assert final["text"]
        assert final.get("attachments", []) == []
        assert "channelData" not in final


async def test_a_follow_up_belongs_to_the_same_chat_until_a_pause(world: World) -> None:
    await world.hear(world.teams.direct(REFUND, 1))
    world.clock[0] = NOW + timedelta(minutes=20)
    await world.hear(world.teams.direct("and above £75?", 2))
    world.clock[0] = NOW + timedelta(minutes=60)
    await world.hear(world.teams.direct("and above £75?", 3))
    turns = await world.rows("select payload ->> 'turns' from bot.inbox order by id")
    assert turns[0] == turns[1] != turns[2]


async def test_what_is_not_for_everyone_is_answered_directly(world: World) -> None:
    await world.hear(world.teams.direct("hello", 1, **{"from": _user(2)}))
    await world.hear(world.teams.mention(SAFE_CODE, 5, **{"from": _user(2)}))
    assert not any("every month" in words(said) for said in world.teams.said_in(ROOM))
    direct = [words(said) for said in world.teams.said_in(CHAT)]
    assert any("every month" in said for said in direct)
    assert any("About what you did in Shop 7" in said for said in direct)


def _user(number: int) -> dict[str, Any]:
    return {"id": f"29:u{number}", "aadObjectId": f"aad-{number}"}


async def test_a_reply_in_a_channel_is_heard_only_where_we_are_talking(world: World) -> None:
    chatter = world.teams.mention("lunch?", 1, text="lunch?", entities=[])
    reply = world.teams.mention(REFUND, 3, root=2, text=REFUND, entities=[])
    await world.hear(chatter, reply)
    assert await world.states() == []
    await world.hear(world.teams.mention(REFUND, 4, root=2))
    await world.hear(world.teams.mention("x", 5, root=2, text="and above £75?", entities=[]))
    assert await world.states() == ["handled", "handled"]


async def test_a_group_chat_is_answered_when_we_are_mentioned(world: World) -> None:
    where = {"conversation": {"id": GROUP, "conversationType": "groupChat", "isGroup": True}}
    where["channelData"] = {"tenant": {"id": TENANT}}
    await world.hear(world.teams.mention(REFUND, **where))
    assert "Look the purchase up" in words(world.teams.said_in(GROUP)[-1])


async def test_hostile_and_odd_questions_get_one_quiet_answer(world: World) -> None:
    texts = ("", " ", "x" * 10_000, "<at>all</at> <script>x</script> [a](https://evil.example)",
             "😀 \u202e\0 \ud800")  # fmt: skip
    for number, text in enumerate(texts):
        await world.hear(world.teams.direct(text, number))
    assert await world.states() == ["handled"] * 5
    answers = [said for said in world.teams.sent() if "text" in said]
    assert len(answers) == 5
    for said in answers:
        assert not any(mark in said["text"] for mark in ("<", "](", "://"))


# Once, in any order


async def test_an_activity_that_comes_twice_is_answered_once(world: World) -> None:
    said = world.teams.direct(REFUND)
    for _ in range(3):
        assert (await world.tell(said))[0] == 201
    await world.hear(said)
    assert len(world.teams.sent()) == 2


async def test_an_activity_without_an_id_is_answered_once(world: World) -> None:
    said = world.teams.direct(REFUND, id=None)
    await world.hear(said, said)
    assert len(world.teams.sent()) == 2


async def test_an_edit_within_five_minutes_updates_the_answer(world: World) -> None:
    said = world.teams.direct("what about gift cards from abroad?")
    await world.hear(said)
    edited = {
        **said,
        "type": "messageUpdate",
        "text": REFUND,
        "timestamp": "2026-11-23T10:01:00Z",
        "channelData": {"tenant": {"id": TENANT}, "eventType": "editMessage"},
    }
    await world.hear(edited, edited)
    (answer,) = world.teams.sent()
    assert "Look the purchase up" in words(answer)
    await world.hear({**edited, "text": SAFE_CODE, "timestamp": "2026-11-23T10:09:00Z"})
    assert "Look the purchase up" in words(world.teams.sent()[0])


async def test_an_edit_updates_the_words_of_an_answer_and_its_card(world: World) -> None:
    said = world.teams.direct(REFUND)
    await world.hear(said)
    edited = {
        **said,
        "type": "messageUpdate",
        "text": "what about gift cards from abroad?",
        "timestamp": "2026-11-23T10:01:00Z",
        "channelData": {"tenant": {"id": TENANT}, "eventType": "editMessage"},
    }
    await world.hear(edited)
    for message_now in world.teams.sent():
        assert "No approved SOP covers this" in words(message_now)


async def test_an_edit_that_overtakes_its_message_stands_for_it(world: World) -> None:
    said = world.teams.direct("refnd?")
    edited = {
        **said,
        "type": "messageUpdate",
        "text": REFUND,
        "timestamp": "2025-11-23T10:01:00Z",
        "channelData": {"tenant": {"id": TENANT}, "eventType": "editMessage"},
    }
    await world.hear(edited)
    await world.hear(said)
    assert "Look the purchase up" in world.teams.sent()[0]["text"]


async def test_a_message_taken_back_gets_no_answer(world: World) -> None:
    said = world.teams.direct(REFUND)
    gone = {**said, "type": "messageDelete", "channelData": {"tenant": {"id": TENANT}}}
    assert (await world.tell(said))[0] == 201
    assert (await world.tell(gone))[0] == 201
    gone_id, said_id = [
        row[0] for row in await world.rows("select id from bot.inbox order by id desc")
    ]
    await world.worker.work_off(gone_id)
    await world.worker.work_off(said_id)
    assert world.teams.sent() == []


async def test_a_chat_that_is_opened_again_and_again_is_welcomed_once(world: World) -> None:
    for number in range(3):
        await world.hear(
            world.teams.activity(
                type="conversationUpdate", id=f"i{number}", membersAdded=[{"id": BOT}]
            )
        )
    await world.hear(world.teams.activity(type="installationUpdate", action="add", id="i9"))
    (hello,) = world.teams.sent()
    assert hello["text"].startswith("Hello. Ask me how a task is done.")


async def test_where_we_are_removed_nothing_more_is_said(world: World) -> None:
    await world.hear(world.teams.direct("hello"))
    await world.hear(world.teams.activity(type="installationUpdate", action="remove", id="i1"))
    assert await world.rows("select * from bot.teams_conversation") == []


# Who asks


async def test_somebody_is_known_by_their_address_and_then_by_their_id(world: World) -> None:
    await world.hear(world.teams.direct(REFUND))
    async with world.pool.connection() as conn:
        person = await fetch_person_by_teams(conn, "aad-1")
    assert person is not None
    assert person.email == "priya@example.com"
    world.teams.members.clear()
    await world.hear(world.teams.direct(REFUND, 2))
    rows = await world.rows("select person_id from bot.inbox order by id")
    assert rows == [(person.id,), (person.id,)]


@pytest.mark.parametrize(
    "more",
    [
        {"userRole": "guest"},
        {"userRole": "anonymous"},
        {"tenantId": "t2"},
        {"userPrincipalName": "priya_x.example#EXT#@shop.example"},
    ],
)
async def test_guests_get_nothing(world: World, more: dict[str, str]) -> None:
    world.teams.add_member("29:u1", "aad-1", "priya@example.com", **more)
    await world.hear(world.teams.direct(REFUND), world.teams.mention(REFUND, 9))
    assert await world.states() == ["ignored", "ignored"]
    assert world.teams.sent() == []


@pytest.mark.parametrize(
    "sender",
    [
        {"id": "29:u1"},
        {"id": "28:other-bot", "aadObjectId": "aad-1"},
        {"id": BOT, "aadObjectId": "aad-1"},
        {"id": "29:u1", "aadObjectId": "aad-1", "role": "bot"},
        {},
        None,
    ],
)
async def test_bots_and_nobodies_get_nothing(world: World, sender: Any) -> None:
    await world.hear(world.teams.direct(REFUND, **{"from": sender}))
    assert world.teams.sent() == []


async def test_an_unknown_colleague_is_everyone(world: World) -> None:
    await world.hear(world.teams.direct(REFUND, **{"from": _user(3)}))
    assert "Look the purchase up" in world.teams.sent()[0]["text"]
    world.teams.members.clear()
    await world.hear(world.teams.direct(SAFE_CODE, 2, **{"from": _user(4)}))
    assert "every month" not in str(world.teams.sent())


async def test_an_address_of_somebody_else_is_nobody(world: World) -> None:
    await world.hear(world.teams.direct(REFUND))
    world.teams.add_member("29:u9", "aad-9", "priya@example.com")
    await world.hear(world.teams.direct(REFUND, 2, **{"from": _user(9)}))
    assert (await world.rows("select person_id from bot.inbox order by id"))[1] == (None,)


# Pressing


async def test_a_press_in_a_chat_gets_its_card_and_the_source(world: World) -> None:
    await world.hear(world.teams.direct(REFUND))
    name, answer = world.last()
    status, said = await world.tell(world.teams.press(name, "Show source"))
    assert status == 200
    assert said == {
        "statusCode": 200,
        "type": "application/vnd.microsoft.card.adaptive",
        "value": answer["attachments"][0]["content"],
    }
    await world.work()
    assert "Look the purchase up" in words(world.teams.sent()[-1])
    assert len(world.teams.sent()) == 3


async def test_a_press_in_a_channel_is_told_to_its_presser_only(world: World) -> None:
    await world.hear(world.teams.mention(REFUND, 5))
    name, _ = world.last()
    pressed = world.teams.press(name, "Helpful")
    said = await world.pressed(pressed)
    assert said == {
        "statusCode": 200,
        "type": "application/vnd.microsoft.activity.message",
        "value": "Thank you, noted.",
    }
    assert len(world.teams.sent()) == 1
    assert await world.rows("select helpful from indexing.feedback") == [(True,)]
    assert await world.rows("select * from bot.teams_press") == []
    said = await world.pressed(world.teams.press(name, "Show source"))
    assert "Look the purchase up" in said["value"]


async def test_a_press_whose_response_is_gone_is_told_in_the_chat(world: World) -> None:
    await world.hear(world.teams.direct("hello"))
    await world.hear(world.teams.mention(REFUND, 5))
    name, _ = world.last()
    body = world.teams.press(name, "Helpful")
    assert (await world.tell(body))[0] == 200, "it is answered with the card after a while"
    await world.work()
    assert "Thank you, noted." in words(world.teams.said_in(CHAT)[-1])
    assert "About what you did in Shop 7" in words(world.teams.said_in(CHAT)[-1])


async def test_an_old_client_presses_by_message(world: World) -> None:
    await world.hear(world.teams.mention(REFUND, 5))
    name, _ = world.last()
    pressed = world.teams.press(name, "Helpful")
    action = pressed["value"]["action"]
    await world.hear(
        {**pressed, "type": "message", "value": {**action["data"], "verb": action["verb"]}}
    )
    assert await world.rows("select helpful from indexing.feedback") == [(True,)]


async def test_a_press_on_a_forwarded_or_invented_card_does_nothing(world: World) -> None:
    await world.hear(world.teams.direct(REFUND))
    name, _ = world.last()
    pressed = world.teams.press(name, "Show source")
    for changed in (
        world.teams.in_room(name[1]),
        {"replyToId": "1"},
        {"replyToId": None},
        {"conversation": {"id": "a:other", "conversationType": "personal"}},
    ):
        status, said = await world.tell({**pressed, **changed})
        assert status == 200
        assert said["value"].startswith("That button belongs to another card.")
    await world.work()
    assert len(world.teams.sent()) == 2


@pytest.mark.parametrize(
    "action",
    [
        {"verb": "answer.source", "data": {"subject": "answer:999"}},
        {"verb": "answer.source", "data": {"subject": "answer:1; drop table"}},
        {"verb": "answer.source", "data": {"subject": ["answer:1"]}},
        {"verb": "answer.source", "data": "answer:1"},
        {"verb": "answer.source", "data": None},
        {"verb": {"a": 1}, "data": {}},
        {"verb": "admin.everything", "data": {"subject": "x" * 100_000}},
        {"verb": "", "data": {}},
    ],
)
async def test_hand_made_data_changes_nothing(world: World, action: dict[str, Any]) -> None:
    await world.hear(world.teams.direct(REFUND))
    name, _ = world.last()
    pressed = world.teams.press(name, "Show source")
    pressed["value"] = {"action": {"type": "Action.Execute", **action}}
    assert (await world.tell(pressed))[0] == 200
    await world.work()
    assert set(await world.states()) == {"handled"}
    assert "Look the purchase up" not in words(world.teams.sent()[-1])


async def test_a_press_a_week_later_is_judged_by_todays_rights(world: World) -> None:
    await world.hear(world.teams.direct(REFUND))
    name, _ = world.last()
    async with world.pool.connection() as conn:
        await conn.execute("update indexing.document set withdrawn_on = '2026-11-25'")
    world.clock[0] = NOW + timedelta(days=7)
    await world.pressed(world.teams.press(name, "Show source"))
    assert "may not be shown any more" in words(world.teams.sent()[-1])


async def test_a_form_keeps_what_was_typed_in_it(world: World) -> None:
    await world.hear(world.teams.direct("hello"))
    fields = (
        Field("comment:r7", "Comment", "long_text"),
        Field("checks:r7", "Checked", "ticks", ("Accurate", "Right tone")),
    )
    row = Buttons((CardButton("Approve", "approvals.approve", "module:1"),))
    await say(world, f"teams:{CHAT}", Card("A form", (*fields, row)))
    name, _ = world.last()
    pressed = world.teams.press(name, "Approve")
    data = {"subject": "module:1", "comment:r7": "line one\nline two", "checks:r7": "1"}
    pressed["value"]["action"]["data"] = data
    _, said = await world.tell(pressed)
    inputs = [each for each in elements(said) if str(each.get("type")).startswith("Input.")]
    assert [each["value"] for each in inputs] == ["line one\nline two", "1"]


async def say(world: World, place: str, card: Card) -> None:
    """Say something unasked, and send it."""
    async with world.pool.connection() as conn:
        ref = await OutboxChat(conn, None, NOW, ("teams",)).post(Place(place), card)
        row = await (
            await conn.execute("select id from bot.outbox where ref = %s", [ref])
        ).fetchone()
    assert row
    await Outbox(world.pool, {"teams": world.channel}, lambda: NOW).send(outbox_id=row[0])


# Other invokes


@pytest.mark.parametrize("feedback", ["too short", '{"feedbackText":"too short"}', "", None])
@pytest.mark.parametrize(("thumb", "helpful"), [("like", True), ("dislike", False)])
async def test_a_thumb_is_feedback(
    world: World, thumb: str, helpful: bool, feedback: str | None
) -> None:
    await world.hear(world.teams.direct(REFUND))
    (_, name), _ = world.last()
    value = {"actionName": "feedback", "actionValue": {"reaction": thumb, "feedback": feedback}}
    invoked = world.teams.invoke("message/submitAction", value, replyToId=name)
    assert await world.tell(invoked) == (200, {})
    await world.work()
    assert await world.rows("select helpful from indexing.feedback") == [(helpful,)]
    assert not [call for call in world.teams.calls if call.method == "PUT"], "nothing to redraw"


async def test_a_thumb_that_says_nothing_of_its_answer_is_left_aside(world: World) -> None:
    await world.hear(world.teams.direct(REFUND))
    value = {"actionName": "feedback", "actionValue": {"reaction": "like"}}
    assert await world.tell(world.teams.invoke("message/submitAction", value)) == (200, {})
    await world.work()
    assert await world.states() == ["handled", "ignored"]


def _about(world: World, content: Any, **said: Any) -> dict[str, Any]:
    value = {
        "commandId": "answer_from_sops",
        "commandContext": "message",
        "messagePayload": {"id": "1", "body": {"contentType": "html", "content": content}},
    }
    return world.teams.invoke("composeExtension/fetchTask", value, **said)


async def test_a_message_of_somebody_else_is_answered_in_ones_own_chat(world: World) -> None:
    await world.hear(world.teams.direct("hello"))
    about = _about(world, f"<p>Hi, {REFUND}</p>", **world.teams.in_room("1"))
    status, said = await world.tell(about)
    assert (status, said["task"]["type"]) == (200, "message")
    assert "in our chat" in said["task"]["value"]
    await world.work()
    assert "Look the purchase up" in words(world.teams.said_in(CHAT)[-1])
    assert world.teams.said_in(ROOM) == []


async def test_who_has_no_chat_with_us_is_told_to_add_us(world: World) -> None:
    _, said = await world.tell(_about(world, REFUND, **world.teams.in_room("1")))
    assert "Add Jobaid in Teams" in said["task"]["value"]
    for content in ("", "<div><img src='x'></div>", None, 7):
        _, said = await world.tell(_about(world, content))
        assert "no words" in said["task"]["value"]
    assert await world.states() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("task/fetch", {}),
        ("composeExtension/query", {}),
        ("composeExtension/fetchTask", {"commandId": "other"}),
        ("fileConsent/invoke", {"action": "accept"}),
        ("message/submitAction", {"actionName": "other"}),
        ("message/submitAction", None),
        ("adaptiveCard/action", {"action": {"type": "Action.Submit"}}),
        ("adaptiveCard/action", []),
        ("", None),
        (None, None),
    ],
)
async def test_an_invoke_that_nobody_takes_is_501(world: World, name: Any, value: Any) -> None:
    assert await world.tell(world.teams.invoke(name, value)) == (501, None)
    assert await world.states() == []


# Sending


def test_a_written_answer_is_labelled_and_cites_as_much_as_teams_takes() -> None:
    source = Source(1, "T" * 100, "§1", "1", date(2026, 1, 1), "A" * 200, "https://a.example/")
    many = tuple(Source(n, "T", "", "1", date(2026, 1, 1), "A") for n in range(2, 15))
    text = Text(" ".join(f"Word. [{n}]" for n in range(1, 15)))
    card = Card("x", (text, Sources((source, *many))), written=True)
    (info,) = message(card, "streamed").serialize()["entities"]
    assert info["additionalType"] == ["AIGeneratedContent"]
    assert len(info["citation"]) == 10
    first = info["citation"][0]["appearance"]
    assert (len(first["name"]), len(first["abstract"])) == (80, 160)
    assert first["url"] == "https://a.example/"
    (shared,) = message(card, "shared").serialize()["entities"]
    assert "citation" not in shared
    assert shared["additionalType"] == ["AIGeneratedContent"]


def test_no_message_but_the_end_of_a_stream_is_both_text_and_card() -> None:
    for card in gallery.CARDS.values():
        for form in ("chat", "shared"):
            said = message(card, form).serialize()
            assert bool(said.get("text")) != bool(said.get("attachments"))


async def test_a_review_channel_is_posted_to_before_it_ever_spoke(world: World) -> None:
    await world.hear(world.teams.direct("hello"))
    await say(world, "teams:19:review@thread.tacv2", Card("x", (Text("A draft"),)))
    (posted,) = world.teams.said_in("19:review@thread.tacv2")
    assert "A draft" in words(posted)
    assert posted["from"] == {"id": BOT}


async def test_a_first_contact_opens_a_chat_once(world: World) -> None:
    await world.hear(world.teams.mention("hello", **{"from": _user(3)}))
    for _ in range(2):
        await say(world, "teams:@aad-7", Card("x", (Text("For you"),)))
    (opened,) = [c.said for c in world.teams.calls if c.method == "POST" and not c.conversation]
    assert opened["members"] == [{"id": "aad-7"}]
    assert opened["channelData"] == {"tenant": {"id": TENANT}}
    assert opened["isGroup"] is False
    assert len(world.teams.said_in("a:opened-aad-7")) == 2


async def test_our_own_token_is_fetched_once(world: World) -> None:
    await world.hear(world.teams.direct(REFUND), world.teams.mention(REFUND, 9))
    assert world.teams.tokens_given == 1
    world.teams.fail.append((401, {"error": {"code": "Unauthorized"}}))
    await world.hear(world.teams.direct("hello", 11))
    assert world.teams.tokens_given == 2


async def _outbox(world: World) -> list[tuple[Any, ...]]:
    return await world.rows("select state, error from bot.outbox order by id")


async def send_failing(world: World, status: int, body: Any) -> str:
    """Say something while Teams answers so; return what became of it."""
    await world.hear(world.teams.direct("hello"))
    world.teams.fail.append((status, body))
    try:
        await say(world, f"teams:{CHAT}", Card("x", (Text("Later"),)))
    except TryLater:
        return "later"
    return str((await _outbox(world))[-1][0])


@pytest.mark.parametrize("status", [401, 408, 412, 429, 500, 502, 503, 504])
async def test_what_passes_is_tried_again(world: World, status: int) -> None:
    assert await send_failing(world, status, {"error": {"code": "x", "message": "y"}}) == "later"


@pytest.mark.parametrize("status", [400, 403, 404, 413])
async def test_what_is_refused_is_given_up(world: World, status: int) -> None:
    refused = {"error": {"code": "BotNotInConversationRoster", "message": "gone"}}
    assert await send_failing(world, status, refused) == "dead"
    assert f"{status} BotNotInConversationRoster gone" in (await _outbox(world))[-1][1]


@pytest.mark.parametrize(
    ("status", "outcome"), [(413, "dead"), (502, "later"), (200, "later"), (302, "dead")]
)
async def test_a_gateways_html_is_understood(world: World, status: int, outcome: str) -> None:
    assert await send_failing(world, status, "<html>Too large</html>") == outcome


# Streams


async def test_an_answer_that_is_being_written_grows(world: World) -> None:
    await world.hear(world.teams.direct("hello"))
    event = await _event(world, 2)
    place = Place(f"teams:{CHAT}")
    await world.channel.show(event, place, "r", ["**One.** [1]"])
    world.clock[0] = NOW + timedelta(seconds=2)
    await world.channel.show(event, place, "r", ["**One.** [1]", "Two <b>. [2]"])
    first, second = [said for said in world.teams.said_in(CHAT) if "streaming" in str(infos(said))]
    assert [first["text"], second["text"]] == ["**One.** [1]", "**One.** [1] Two &#60;b&#62;. [2]"]
    assert [infos(said)[0]["streamSequence"] for said in (first, second)] == [1, 2]
    assert infos(second)[0]["streamId"].isdigit()


async def test_a_stream_whose_whole_reads_otherwise_is_ended_and_replaced(world: World) -> None:
    assert (await world.tell(world.teams.direct(REFUND)))[0] == 201
    event = await _event(world, 1)
    await world.channel.show(event, Place(f"teams:{CHAT}"), "r", ["Something written. [1]"])
    await world.work()
    final = world.teams.said_in(CHAT)[-2]
    assert final["text"] == "Something written. [1]"
    assert infos(final)[0]["streamType"] == "final"
    answer = world.teams.sent()[0]
    assert "Look the purchase up" in answer["text"]


async def test_nothing_grows_where_others_read_along(world: World) -> None:
    await world.hear(world.teams.mention("hello", 5))
    before = len(world.teams.calls)
    for place in (f"teams:{ROOM}|1763892000005", "teams:a:unknown", "teams:@aad-1"):
        await world.channel.show(await _event(world, 1), Place(place), "r", ["One."])
    assert len(world.teams.calls) == before


async def _event(world: World, inbox_id: int) -> Event:
    """The event with this id; the second one is asked here, and waits."""
    if inbox_id > 1:
        assert (await world.tell(world.teams.direct(REFUND, 2)))[0] == 201
    async with world.pool.connection() as conn:
        event = await fetch_event(conn, inbox_id)
    assert event is not None
    return event


# Streams that end otherwise


def _stopped(message: str) -> tuple[int, Any]:
    return 403, {"error": {"code": "ContentStreamNotAllowed", "message": message}}


async def _replaced(world: World) -> bool:
    return any(call.method == "PUT" for call in world.teams.calls)


async def test_a_stream_that_teams_ended_is_replaced_by_the_whole(world: World) -> None:
    assert (await world.tell(world.teams.direct(REFUND)))[0] == 201
    said = "Content stream finished due to exceeded streaming time."
    world.teams.fail += [(201, {"id": "s-1"}), (202, {}), _stopped(said)]
    world.teams.messages[CHAT, "s-1"] = {"type": "typing"}
    await world.work()
    assert await _replaced(world)
    whole = world.teams.messages[CHAT, "s-1"]
    assert "Look the purchase up" in whole["text"]
    assert not infos(whole)
    assert "Show source" in str(world.teams.sent()[-1])


async def test_a_stream_older_than_two_minutes_is_not_gone_on_with(world: World) -> None:
    assert (await world.tell(world.teams.direct(REFUND)))[0] == 201
    async with world.pool.connection() as conn:
        (inbox_id,) = (await world.rows("select id from bot.inbox"))[0]
        await store.insert_stream(conn, inbox_id, CHAT, "s-1", "", NOW - timedelta(seconds=130))
    world.teams.messages[CHAT, "s-1"] = {"type": "typing"}
    await world.work()
    assert "Look the purchase up" in world.teams.messages[CHAT, "s-1"]["text"]
    assert not any(infos(said) for said in world.teams.said_in(CHAT))


async def test_a_stream_that_left_nothing_is_posted_anew(world: World) -> None:
    assert (await world.tell(world.teams.direct(REFUND)))[0] == 201
    world.teams.fail += [(201, {"id": "s-1"}), (202, {}), _stopped("already completed"),
                         (404, {"error": {"code": "NotFound"}})]  # fmt: skip
    await world.work()
    assert "Look the purchase up" in words(world.teams.sent()[-1])
    assert len(await world.rows("select * from bot.posted")) == 1


async def test_an_answer_the_asker_stopped_stays_stopped(world: World) -> None:
    assert (await world.tell(world.teams.direct(REFUND)))[0] == 201
    world.teams.fail += [(201, {"id": "s-1"}), _stopped("Content stream was canceled by user.")]
    await world.work()
    assert world.teams.sent() == []
    assert not await _replaced(world)
    assert (await _outbox(world))[-1][0] == "sent"


async def test_a_piece_that_is_throttled_is_left_out(world: World) -> None:
    assert (await world.tell(world.teams.direct(REFUND)))[0] == 201
    world.teams.fail += [(201, {"id": "s-1"}), (429, {"error": {"code": "TooManyRequests"}})]
    await world.work()
    final, _ = world.teams.sent()
    assert infos(final)[0]["streamType"] == "final"


async def test_without_a_first_line_the_answer_is_one_message(world: World) -> None:
    assert (await world.tell(world.teams.direct(REFUND)))[0] == 201
    world.teams.fail.append((429, {"error": {"code": "TooManyRequests"}}))
    await world.work()
    (answer,) = world.teams.sent()
    assert not infos(answer)
    assert "Look the purchase up" in words(answer)


async def test_a_stream_cut_off_in_flight_is_ended_once(world: World) -> None:
    assert (await world.tell(world.teams.direct(REFUND)))[0] == 201
    world.teams.fail += [(201, {"id": "s-1"}), (202, {}), (503, {"error": {"code": "x"}})]
    with pytest.raises(TryLater):
        await world.work()
    await world.work()
    final, _ = world.teams.sent()
    assert infos(final) == [{"type": "streaminfo", "streamType": "final", "streamId": "s-1"}]
    pieces = [said for said in world.teams.said_in(CHAT) if said["type"] == "typing"]
    assert [infos(piece)[0]["streamSequence"] for piece in pieces] == [1, 2]


async def test_people_stay_who_they_are(world: World) -> None:
    async with world.pool.connection() as conn:
        before = await fetch_person(conn, "priya@example.com")
        assert before is not None
    await world.hear(world.teams.direct(REFUND))
    async with world.pool.connection() as conn:
        after = await fetch_person(conn, "priya@example.com")
    assert after is not None
    assert (after.id, after.teams) == (before.id, "aad-1")
