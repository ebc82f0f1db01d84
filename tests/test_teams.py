"""Teams end to end: asked, edited and taken back, once each and in any order, by whom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_world import NOW, REFUND, SAFE_CODE
from teams_stand_in import BOT, CHAT, GROUP, ROOM, TENANT, elements, words
from teams_world import World, infos, teams_world, user

from bot.database import Pool
from learning.store import fetch_person_by_teams


@pytest.fixture
async def world(pool: Pool, tmp_path: Path) -> AsyncIterator[World]:
    async with teams_world(pool, tmp_path) as world:
        yield world


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
    refusal, greeting = world.teams.sent()
    for final in (refusal, greeting):
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
    await world.hear(world.teams.direct("hello", 1, **{"from": user(2)}))
    await world.hear(world.teams.mention(SAFE_CODE, 5, **{"from": user(2)}))
    assert not any("every month" in words(said) for said in world.teams.said_in(ROOM))
    direct = [words(said) for said in world.teams.said_in(CHAT)]
    assert any("every month" in said for said in direct)
    assert any("About what you did in Shop 7" in said for said in direct)


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
    answers = world.teams.sent()
    assert len(answers) == 5
    for said in answers:
        assert words(said)
        assert not any(mark in said.get("text", "") for mark in ("<", "](", "://"))
        # What a card quotes stands in runs of text, in which no link or markup comes alive.
        assert not any(each.get("type") == "TextBlock" for each in elements(said))


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
    for message_now in (said_now := world.teams.sent()):
        assert "No approved SOP covers this" in words(message_now)
    assert said_now


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
    await world.hear(world.teams.direct(REFUND, **{"from": user(3)}))
    assert "Look the purchase up" in world.teams.sent()[0]["text"]
    world.teams.members.clear()
    await world.hear(world.teams.direct(SAFE_CODE, 2, **{"from": user(4)}))
    assert "every month" not in str(world.teams.sent())


async def test_an_address_of_somebody_else_is_nobody(world: World) -> None:
    await world.hear(world.teams.direct(REFUND))
    world.teams.add_member("29:u9", "aad-9", "priya@example.com")
    await world.hear(world.teams.direct(REFUND, 2, **{"from": user(9)}))
    assert (await world.rows("select person_id from bot.inbox order by id"))[1] == (None,)
