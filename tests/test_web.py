"""The local chat: who says what where, what reaches the bot, and what the page lets through."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import aiohttp
import pytest
from local_page import Demo, clock, make_demo, served

import bot.store
from bot.channel import Event, Outgoing, Unsendable
from bot.database import Database
from bot.web.changes import Watch
from bot.web.places import Spot, places_of, spot_of
from bot.web.saying import Refused, delete, edit, press, say
from bot.web.send import LocalChannel
from bot.web.store import messages, threads, unread
from bot.web.suggestions import read_suggestions, suggested
from bot.web.words import command_in, mentions_bot, without_mention
from handlers.cards import Button, Buttons, Card, Heading, Steps, Text
from handlers.inbound import Asked, CardRef, Deleted, Edited, Place, Pressed
from handlers.local_chat import role_in_words
from indexing.answers import answer
from indexing.nouns import Answered
from learning.nouns import Person

DESK, REVIEW = "web:service-desk", "web:review"
NOW = datetime(2026, 10, 20, 9, 41, tzinfo=UTC)
LONG = Card("It says", (Heading("Refunds"), Steps(("One.", "Two.")), Buttons(())))
CARD = Card("It says", (Text("Look it up."), Buttons((Button("Helpful", "a.b", "answer:1"),))))


@pytest.fixture
async def demo(database: Database) -> AsyncIterator[Demo]:
    """The page of a demo database where nobody works off questions."""
    make_demo(database)
    async with served(database, works=False) as demo:
        yield demo


@pytest.fixture
def channel(demo: Demo) -> LocalChannel:
    return LocalChannel(demo.pool, clock)


async def said(
    demo: Demo, name: str, place: str, text: str, thread: int | None = None, at: datetime = NOW
) -> int:
    """Say something that is taken."""
    async with demo.pool.connection() as conn:
        told = await say(conn, demo.inbox, demo.people[name], place, thread, text, at)
    assert isinstance(told, int)
    return told


async def refused(
    demo: Demo, name: str, place: str, text: str, thread: int | None = None
) -> Refused:
    """Say something that is not taken."""
    async with demo.pool.connection() as conn:
        told = await say(conn, demo.inbox, demo.people[name], place, thread, text, NOW)
    assert isinstance(told, Refused)
    return told


async def events(demo: Demo) -> list[Event]:
    """Everything the inbox holds, each with its one job."""
    async with demo.pool.connection() as conn:
        rows = await (
            await conn.execute(
                """
                select i.id, j.lock from bot.inbox i
                join queue.procrastinate_jobs j on j.args = jsonb_build_object('inbox_id', i.id)
                order by i.id
                """
            )
        ).fetchall()
        found = [await bot.store.fetch_event(conn, row[0]) for row in rows]
    return [event for event in found if event]


async def locks(demo: Demo) -> list[str]:
    async with demo.pool.connection() as conn:
        rows = await (
            await conn.execute("select lock from queue.procrastinate_jobs order by id")
        ).fetchall()
    return [row[0] for row in rows]


def outgoing(kind: str = "post", place: str = DESK, **changes: object) -> Outgoing:
    row = Outgoing(1, "ref-1", kind, Place(place), None, CARD, "queued", NOW, None, "")
    return replace(row, **changes)  # type: ignore[arg-type]


async def standing(demo: Demo, ref: str = "ref-1") -> messages.Message:
    async with demo.pool.connection() as conn:
        message = await messages.fetch_by_ref(conn, ref)
    assert message
    return message


# Places


@pytest.mark.parametrize(
    ("place", "spot"),
    [
        ("web:service-desk", Spot("web:service-desk")),
        ("web:service-desk|12", Spot("web:service-desk", 12)),
        ("web:@priya@example.com", Spot("web:@priya@example.com")),
        ("web:@priya@example.com|3", Spot("web:@priya@example.com", 3)),
        ("web:elsewhere", None),
        ("slack:C1", None),
        ("slack:@priya@example.com", None),
        ("web:service-desk|x", None),
        ("web:service-desk|²", None),
        ("", None),
    ],
)
def test_a_place_is_read_or_is_none(place: str, spot: Spot | None) -> None:
    assert spot_of(place) == spot
    if spot:
        assert spot.place == place


def test_only_people_with_a_seat_enter_the_review_channel() -> None:
    employee = Person(1, "a@example.com", "A")
    reviewer = Person(2, "b@example.com", "B", seats=("ld",))
    assert places_of(employee) == (DESK, "web:@a@example.com")
    assert places_of(reviewer) == (DESK, REVIEW, "web:@b@example.com")


def test_roles_are_said_in_words() -> None:
    boss = Person(1, "b@example.com", "B")
    agent = Person(2, "a@example.com", "A", roles=("service-agent",), manager=boss.email)
    expert = Person(3, "e@example.com", "E", seats=("sme:gift-cards", "sme:till", "ld"))
    people = [boss, agent, expert]
    assert [role_in_words(person, people) for person in people] == [
        "Manager",
        "Employee, service agent",
        "SME, gift cards and 1 more; L&D",
    ]


@pytest.mark.parametrize(
    ("text", "mentioned", "rest"),
    [
        ("@Jobaid what now", True, "what now"),
        ("what now, @jobaid?", True, "what now, ?"),
        ("@JOBAID: help", True, "help"),
        ("jobaid what now", False, "jobaid what now"),
        ("mail@jobaid.example", False, "mail@jobaid.example"),
        ("@jobaidan hi", False, "@jobaidan hi"),
        ("@Jobaid", True, ""),
    ],
)
def test_a_mention_is_the_bots_name_and_nothing_else(text: str, mentioned: bool, rest: str) -> None:
    assert mentions_bot(text) is mentioned
    assert without_mention(text) == rest


# Saying


async def test_a_mention_in_a_channel_is_asked_in_its_thread(
    demo: Demo, channel: LocalChannel
) -> None:
    number = await said(demo, "priya", DESK, "@Jobaid no receipt, what now")
    [event] = await events(demo)
    asked = await channel.translate(event)
    assert asked == Asked(
        demo.people["priya"],
        Place(f"{DESK}|{number}"),
        f"{DESK}|{number}",
        f"web:{number}",
        "no receipt, what now",
        "channel",
        NOW,
    )
    assert event.key == f"web:say:{number}"
    assert event.payload["place"] == f"{DESK}|{number}"
    assert await locks(demo) == [f"web:{DESK}|{number}"]


async def test_people_can_chat_without_the_bot(demo: Demo) -> None:
    number = await said(demo, "priya", DESK, "lunch?")
    await said(demo, "tom", DESK, "yes", number)
    assert await events(demo) == []


async def test_a_thread_with_the_bot_goes_on_without_its_name(
    demo: Demo, channel: LocalChannel
) -> None:
    number = await said(demo, "priya", DESK, "@Jobaid no receipt")
    await said(demo, "tom", DESK, "and if its 80 quid", number)
    first, second = [await channel.translate(event) for event in await events(demo)]
    assert isinstance(first, Asked)
    assert isinstance(second, Asked)
    assert (second.thread, second.place) == (first.thread, first.place)
    assert second.text == "and if its 80 quid"


async def test_a_thread_under_a_card_goes_on_without_its_name(
    demo: Demo, channel: LocalChannel
) -> None:
    root = int(await channel.send(outgoing()))
    await said(demo, "tom", DESK, "why?", root)
    assert len(await events(demo)) == 1


async def test_a_reply_to_a_reply_hangs_on_the_same_thread(demo: Demo) -> None:
    root = await said(demo, "priya", DESK, "@Jobaid no receipt")
    reply = await said(demo, "tom", DESK, "and now", root)
    again = await said(demo, "tom", DESK, "and then", reply)
    async with demo.pool.connection() as conn:
        message = await messages.fetch_message(conn, again)
    assert message
    assert message.thread_id == root


async def test_direct_messages_within_half_an_hour_are_one_conversation(
    demo: Demo, channel: LocalChannel
) -> None:
    own = "web:@priya@example.com"
    for minutes in (0, 29, 58, 89):
        await said(demo, "priya", own, "hello", at=NOW + timedelta(minutes=minutes))
    asked = [await channel.translate(event) for event in await events(demo)]
    threads = [one.thread for one in asked if isinstance(one, Asked)]
    assert len(set(threads[:3])) == 1
    assert threads[3] != threads[0]
    assert {one.place for one in asked if isinstance(one, Asked)} == {own}
    assert {one.audience for one in asked if isinstance(one, Asked)} == {"direct"}


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\x00"])
async def test_nothing_is_not_sent(demo: Demo, text: str) -> None:
    assert await refused(demo, "priya", DESK, text) == Refused("empty")


async def test_4000_characters_are_taken_and_one_more_is_not(demo: Demo) -> None:
    await said(demo, "priya", DESK, "😀" * 4000)
    assert await refused(demo, "priya", DESK, "😀" * 4001) == Refused("too_long")


async def test_what_a_database_cannot_hold_is_left_out(demo: Demo) -> None:
    number = await said(demo, "priya", DESK, "@Jobaid a\x00b \ud83d c\r\nd")
    async with demo.pool.connection() as conn:
        message = await messages.fetch_message(conn, number)
    assert message
    assert message.text == "@Jobaid ab ? c\nd"


@pytest.mark.parametrize(
    "place", [REVIEW, "web:@tom@example.com", "web:elsewhere", "slack:C1", f"{DESK}|1", ""]
)
async def test_nobody_speaks_where_they_may_not_be(demo: Demo, place: str) -> None:
    assert await refused(demo, "priya", place, "hello") == Refused("no_such_place")
    assert await events(demo) == []


async def test_a_thread_is_only_where_it_is(demo: Demo) -> None:
    number = await said(demo, "dana", REVIEW, "look")
    assert await refused(demo, "dana", DESK, "here?", number) == Refused("no_such_message")
    assert await refused(demo, "dana", REVIEW, "here?", 10**17) == Refused("no_such_message")


async def test_nobody_is_played_outside_a_demo_database(database: Database) -> None:
    async with served(database, works=False) as real:
        assert await refused(real, "priya", DESK, "@Jobaid hi") == Refused("not_a_demo")
        channel = LocalChannel(real.pool, clock)
        await channel.send(outgoing())
        async with real.pool.connection() as conn:
            priya = real.people["priya"]
            pressed = await press(conn, real.inbox, priya, "ref-1", "a.b", "c:1", {}, NOW)
            edited = await edit(conn, real.inbox, priya, 1, "x", NOW)
            deleted = await delete(conn, real.inbox, priya, 1, NOW)
        assert {pressed, edited, deleted} == {Refused("not_a_demo")}
        told = {"kind": "say", "person": priya.id, "place": DESK, "thread": DESK, "message": 1}
        event = Event(1, "web:say:1", "web", {**told, "text": "hi"}, NOW, "waiting", 0)
        assert await channel.translate(event) is None


# The command


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("/jobaid help", "help"),
        ("/JOBAID  how long\ndo we keep it ", "how long\ndo we keep it"),
        ("/jobaid", ""),
        ("/jobaids help", None),
        ("use /jobaid help", None),
        ("/etc/jobaid", None),
    ],
)
def test_a_command_is_at_the_beginning(text: str, asked: str | None) -> None:
    assert command_in(text) == asked


async def test_a_command_is_between_its_sender_and_the_bot(
    demo: Demo, channel: LocalChannel
) -> None:
    number = await said(demo, "priya", DESK, "/jobaid no receipt, what now")
    priya, tom = demo.people["priya"], demo.people["tom"]
    [event] = await events(demo)
    own = Place("web:@priya@example.com")
    assert await channel.translate(event) == Asked(
        priya, own, f"{DESK}|{number}", f"web:{number}", "no receipt, what now", "direct", NOW
    )
    await channel.send(outgoing("stream", own, event=event))
    answer = await standing(demo)
    assert (answer.place, answer.thread_id, answer.only_for) == (DESK, number, priya.id)
    assert answer.card
    async with demo.pool.connection() as conn:
        for person, count in ((priya, 2), (tom, 0)):
            seen = await threads.fetch_threads(conn, DESK, [number], person.id, NOW)
            assert len(seen) == count
        assert await threads.fetch_roots(conn, DESK, tom.id, None, 50) == []
        refused_press = await press(conn, demo.inbox, tom, "ref-1", "a.b", "c:1", {}, NOW)
    assert refused_press == Refused("no_such_message")


async def test_a_commands_answer_can_be_replaced_when_it_is_pressed(
    demo: Demo, channel: LocalChannel
) -> None:
    await said(demo, "priya", DESK, "/jobaid no receipt")
    [event] = await events(demo)
    place = Place("web:@priya@example.com")
    async with demo.pool.connection() as conn:
        await bot.store.insert_outgoing(
            conn, ref=CardRef("ref-1"), inbox_id=event.id, kind="post", place=place,
            person_id=None, card=CARD, now=NOW,
        )  # fmt: skip
    number = await channel.send(outgoing(place=place, event=event))
    async with demo.pool.connection() as conn:
        await press(conn, demo.inbox, demo.people["priya"], "ref-1", "a.b", "c:1", {}, NOW)
    pressed = await channel.translate((await events(demo))[-1])
    assert isinstance(pressed, Pressed)
    assert pressed.card == "ref-1"
    await channel.update(outgoing("update", platform_id=number, card=CARD))


async def test_in_a_direct_conversation_a_command_is_a_question_like_any(
    demo: Demo, channel: LocalChannel
) -> None:
    own = "web:@priya@example.com"
    await said(demo, "priya", own, "/jobaid help")
    [event] = await events(demo)
    asked = await channel.translate(event)
    assert isinstance(asked, Asked)
    assert (asked.text, asked.place) == ("help", own)


# Changing and taking back


async def test_ones_own_message_can_be_changed_for_five_minutes(
    demo: Demo, channel: LocalChannel
) -> None:
    number = await said(demo, "priya", DESK, "@Jobaid no receit")
    async with demo.pool.connection() as conn:
        priya, tom = demo.people["priya"], demo.people["tom"]
        late = NOW + timedelta(minutes=5, seconds=1)
        assert await edit(conn, demo.inbox, tom, number, "x", NOW) == Refused("not_yours")
        assert await edit(conn, demo.inbox, priya, number, "x", late) == Refused("too_late")
        changed = await edit(conn, demo.inbox, priya, number, "@Jobaid no receipt", NOW)
    assert isinstance(changed, messages.Message)
    assert changed.edited_at == NOW
    _, event = await events(demo)
    edited = await channel.translate(event)
    assert isinstance(edited, Edited)
    assert (edited.text, edited.message) == ("no receipt", f"web:{number}")


async def test_a_mention_that_is_added_later_asks(demo: Demo, channel: LocalChannel) -> None:
    number = await said(demo, "priya", DESK, "no receipt")
    async with demo.pool.connection() as conn:
        await edit(conn, demo.inbox, demo.people["priya"], number, "@Jobaid no receipt", NOW)
    [event] = await events(demo)
    assert isinstance(await channel.translate(event), Asked)


async def test_a_message_that_was_taken_back_is_not_asked(
    demo: Demo, channel: LocalChannel
) -> None:
    number = await said(demo, "priya", DESK, "@Jobaid no receipt")
    async with demo.pool.connection() as conn:
        assert await delete(conn, demo.inbox, demo.people["tom"], number, NOW) == Refused(
            "not_yours"
        )
        await delete(conn, demo.inbox, demo.people["priya"], number, NOW)
        again = await delete(conn, demo.inbox, demo.people["priya"], number, NOW)
    assert again == Refused("no_such_message")
    asked, deleted = await events(demo)
    assert await channel.translate(asked) is None
    assert await channel.translate(deleted) == Deleted(Place(f"{DESK}|{number}"), f"web:{number}")
    async with demo.pool.connection() as conn:
        message = await messages.fetch_message(conn, number)
    assert message
    assert message.text == ""


# Sending


async def test_a_card_that_is_sent_again_stands_once(demo: Demo, channel: LocalChannel) -> None:
    first = await channel.send(outgoing())
    assert await channel.send(outgoing()) == first
    assert await channel.find(outgoing(state="sending")) == first
    assert await channel.find(outgoing(state="sending", ref="another")) is None


async def test_a_stream_shows_its_words_and_ends_with_its_card(
    demo: Demo, channel: LocalChannel
) -> None:
    watch = Watch(demo.pool)
    listening = asyncio.create_task(watch.run())
    await watch.listening.wait()
    with watch.subscribe() as changes:
        await channel.send(outgoing("stream", card=LONG))
        seen = [await changes.get() for _ in range(5)]
    listening.cancel()
    assert [change.event for change in seen if change] == [
        "stream", "stream", "stream", "stream", "stream_end",
    ]  # fmt: skip
    message = await standing(demo)
    assert (message.busy, message.shown) == (False, [])
    assert message.card


async def test_a_stream_that_was_cut_off_is_finished_not_doubled(
    demo: Demo, channel: LocalChannel
) -> None:
    async with demo.pool.connection() as conn:
        number = await messages.insert_card(
            conn, place=DESK, thread_id=None, card=None, only_for=None, ref="ref-1", now=NOW
        )
    cut_off = outgoing("stream", state="sending")
    assert await channel.find(cut_off) == str(number)
    message = await standing(demo)
    assert not message.busy
    assert message.card


async def test_a_whisper_is_seen_by_one(demo: Demo, channel: LocalChannel) -> None:
    root = await said(demo, "priya", DESK, "@Jobaid no receipt")
    priya, tom = demo.people["priya"], demo.people["tom"]
    await channel.send(outgoing("whisper", f"{DESK}|{root}", person_id=priya.id))
    async with demo.pool.connection() as conn:
        mine = await threads.fetch_threads(conn, DESK, [root], priya.id, NOW)
        theirs = await threads.fetch_threads(conn, DESK, [root], tom.id, NOW)
        pressed = await press(conn, demo.inbox, tom, "ref-1", "a.b", "c:1", {}, NOW)
    assert (len(mine), len(theirs)) == (2, 1)
    assert pressed == Refused("no_such_message")


async def test_an_update_replaces_the_card(demo: Demo, channel: LocalChannel) -> None:
    number = await channel.send(outgoing())
    new = Card("New", (Text("New."),))
    await channel.update(outgoing("update", platform_id=number, card=new))
    message = await standing(demo)
    assert message.card
    assert message.card["summary"] == "New"
    with pytest.raises(Unsendable):
        await channel.update(outgoing("update", platform_id="999"))


async def test_what_a_changed_question_is_answered_now_is_marked_as_changed(
    demo: Demo, channel: LocalChannel
) -> None:
    number = await channel.send(outgoing())
    pressed = Event(2, "web:press:1", "web", {"kind": "press"}, NOW, "waiting", 0)
    await channel.update(outgoing("update", platform_id=number, event=pressed))
    assert (await standing(demo)).edited_at is None
    edited = Event(3, "web:edit:1", "web", {"kind": "edit"}, NOW, "waiting", 0)
    await channel.update(outgoing("update", platform_id=number, event=edited))
    assert (await standing(demo)).edited_at is not None


@pytest.mark.parametrize(
    "place", ["web:elsewhere", "web:@nobody@example.com", f"{DESK}|999", f"{DESK}|x"]
)
async def test_what_can_never_be_sent_is_said_so(channel: LocalChannel, place: str) -> None:
    with pytest.raises(Unsendable):
        await channel.send(outgoing(place=place))


# Pressing


async def test_a_press_carries_action_subject_and_fields(demo: Demo, channel: LocalChannel) -> None:
    root = await said(demo, "priya", DESK, "@Jobaid no receipt")
    await channel.send(outgoing(place=f"{DESK}|{root}"))
    async with demo.pool.connection() as conn:
        fields = {"comment:r7": "good"}
        await press(conn, demo.inbox, demo.people["tom"], "ref-1", "a.b", "answer:1", fields, NOW)
    _, event = await events(demo)
    assert await channel.translate(event) == Pressed(
        demo.people["tom"],
        Place(f"{DESK}|{root}"),
        "ref-1",  # type: ignore[arg-type]
        "a.b",
        "answer:1",
        event.id,
        NOW,
        "channel",
        fields,
    )


async def test_a_press_on_a_whisper_names_no_card(demo: Demo, channel: LocalChannel) -> None:
    priya = demo.people["priya"]
    await channel.send(outgoing("whisper", person_id=priya.id))
    async with demo.pool.connection() as conn:
        await press(conn, demo.inbox, priya, "ref-1", "a.b", "c:1", {}, NOW)
    [event] = await events(demo)
    pressed = await channel.translate(event)
    assert isinstance(pressed, Pressed)
    assert pressed.card is None


async def test_a_press_that_cannot_be_is_refused(demo: Demo, channel: LocalChannel) -> None:
    await channel.send(outgoing(place=REVIEW))
    priya, dana = demo.people["priya"], demo.people["dana"]
    async with demo.pool.connection() as conn:
        hidden = await press(conn, demo.inbox, priya, "ref-1", "a.b", "c:1", {}, NOW)
        gone = await press(conn, demo.inbox, dana, "ref-2", "a.b", "c:1", {}, NOW)
        long = await press(conn, demo.inbox, dana, "ref-1", "a", "c", {"f": "x" * 4001}, NOW)
        many = {f"f{n}": "" for n in range(51)}
        much = await press(conn, demo.inbox, dana, "ref-1", "a", "c", many, NOW)
    assert [hidden, gone, long, much] == [
        Refused("no_such_message"), Refused("no_such_message"), Refused("too_long"),
        Refused("too_long"),
    ]  # fmt: skip
    assert await events(demo) == []


# The page over HTTP, without script


class Browser:
    """A browser without script: follows redirects, keeps cookies, sends what forms hold."""

    def __init__(self, demo: Demo, session: aiohttp.ClientSession) -> None:
        self.demo = demo
        self.session = session

    async def open(self, path: str, **headers: str) -> tuple[int, str]:
        async with self.session.get(self.demo.url + path, headers=headers) as response:
            return response.status, await response.text()

    async def token(self) -> str:
        _, html = await self.open("/p/service-desk")
        found = re.search(r'name="token" value="([^"]+)"', html)
        assert found
        return found[1]

    async def send(
        self, path: str, form: dict[str, str], *, token: str | None = None, **headers: str
    ) -> tuple[int, str]:
        sent = {"Origin": self.demo.url, **{k.replace("_", "-"): v for k, v in headers.items()}}
        token = await self.token() if token is None else token
        whole = {"token": token, "as": str(self.demo.people["priya"].id), **form}
        async with self.session.post(
            self.demo.url + path, data=whole, headers={k: v for k, v in sent.items() if v}
        ) as response:
            return response.status, await response.text()


@pytest.fixture
async def browser(demo: Demo) -> AsyncIterator[Browser]:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        yield Browser(demo, session)


async def test_a_question_is_asked_and_shown_without_script(browser: Browser) -> None:
    hostile = "@Jobaid <script>alert(1)</script> & <b>\u05e9\u202e 😀 <!channel>"
    status, html = await browser.send("/say", {"place": "service-desk", "text": hostile})
    assert status == 200
    assert "<script>alert" not in html
    assert hostile.removeprefix("@Jobaid") in unescape(html)
    assert "Looking through the SOPs" in html
    assert '<noscript><meta http-equiv="refresh"' in html


async def test_a_question_that_is_too_long_is_kept_in_its_box(browser: Browser) -> None:
    long = "why " * 2500
    status, html = await browser.send("/say", {"place": "service-desk", "text": long})
    assert status == 422
    assert "longer than 4,000 characters" in html
    assert long in html
    assert await events(browser.demo) == []


async def test_another_person_can_be_played(browser: Browser) -> None:
    dana = str(browser.demo.people["dana"].id)
    status, html = await browser.send("/as", {"person": dana, "place": "review"})
    assert status == 200
    assert "<title>#jobaid-review, as Dana Cole" in html
    assert (await browser.open("/p/review"))[0] == 200


async def test_a_form_acts_as_the_person_its_page_showed(browser: Browser) -> None:
    dana = str(browser.demo.people["dana"].id)
    await browser.send("/as", {"person": dana, "place": "service-desk"})
    await browser.send("/say", {"place": "service-desk", "text": "from the other tab"})
    async with browser.demo.pool.connection() as conn:
        [root] = await threads.fetch_roots(conn, DESK, 0, None, 9)
        message = await messages.fetch_message(conn, root)
    assert message
    assert message.author_id == browser.demo.people["priya"].id


@pytest.mark.parametrize("person", ["", "0", "x", "999999", "9" * 30])
async def test_nobody_unknown_is_played(browser: Browser, person: str) -> None:
    form = {"place": "service-desk", "text": "hello"}
    assert (await browser.send("/say", {**form, "as": person}))[0] == 422
    assert (await browser.send("/as", {"person": person}))[0] == 422


async def test_somebody_who_left_is_not_played(browser: Browser) -> None:
    paul = str(browser.demo.people["paul"].id)
    _, html = await browser.open("/p/service-desk")
    assert "Paul Dunn" not in html
    assert (await browser.send("/as", {"person": paul}))[0] == 422


async def test_what_one_may_not_enter_is_not_shown(browser: Browser) -> None:
    number = await said(browser.demo, "dana", REVIEW, "secret draft")
    for path in ("/p/review", f"/p/review/t/{number}", f"/p/service-desk/t/{number}"):
        status, html = await browser.open(path)
        assert status == 404
        assert "secret draft" not in html


async def test_another_site_cannot_send_a_form(browser: Browser) -> None:
    form = {"place": "service-desk", "text": "@Jobaid hi", "person": "1", "theme": "dark"}
    foreign = [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Host": "evil.example"},
    ]
    for path in ("/say", "/press", "/edit", "/delete", "/as", "/theme"):
        for headers in foreign:
            status, _ = await browser.send(path, form, **headers)
            assert status == 403, (path, headers)
        for token in ("", "wrong", "wröng"):
            assert (await browser.send(path, form, token=token))[0] == 403, (path, token)
    assert await events(browser.demo) == []


async def test_only_names_of_this_machine_are_answered(browser: Browser) -> None:
    port = browser.demo.url.rpartition(":")[2]
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}", f"LOCALHOST:{port}"):
        assert (await browser.open("/p/service-desk", Host=host))[0] == 200
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost."):
        for path in ("/p/service-desk", "/live", "/static/page.js", "/"):
            status, said = await browser.open(path, Host=host)
            assert status == 403
            assert "for this machine only" in said


async def test_a_body_that_is_too_large_or_broken_is_refused(browser: Browser) -> None:
    large = {"place": "service-desk", "text": "x" * 300_000}
    assert (await browser.send("/say", large))[0] == 413
    async with browser.session.post(
        browser.demo.url + "/say",
        data=b"text=%ff%fe&token=\xff",
        headers={
            "Origin": browser.demo.url,
            "Content-Type": "application/x-www-form-urlencoded; charset=nonsense",
        },
    ) as response:
        assert response.status == 400


async def test_a_press_made_by_hand_is_refused(browser: Browser) -> None:
    for form in ({}, {"ref": "x"}, {"ref": "x", "press": "a.b c:1"}, {"message": "1"}):
        assert (await browser.send("/press", form))[0] == 422
        assert (await browser.send("/delete", form))[0] == 422
    assert await events(browser.demo) == []


async def test_a_redirect_stays_on_the_page(browser: Browser) -> None:
    for back in (
        "https://evil.example/",
        "//evil.example",
        "/p/x\r\nSet-Cookie: a=b",
        "javascript:",
    ):
        token = await browser.token()
        async with browser.session.post(
            browser.demo.url + "/theme",
            data={"token": token, "theme": "dark", "back": back},
            headers={"Origin": browser.demo.url},
            allow_redirects=False,
        ) as response:
            assert response.headers["Location"] == "/p/service-desk"
            cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


async def test_every_answer_carries_the_guards(browser: Browser) -> None:
    for path in ("/p/service-desk", "/p/review", "/static/page.css", "/static/none"):
        async with browser.session.get(browser.demo.url + path) as response:
            policy = response.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'")
            assert "unsafe" not in policy
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Referrer-Policy"] == "same-origin"
            assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_the_page_has_nothing_its_policy_would_block(
    browser: Browser, channel: LocalChannel
) -> None:
    await said(browser.demo, "priya", DESK, "@Jobaid no receipt")
    await channel.send(outgoing())
    for path in ("/p/service-desk", "/p/jobaid", "/p/service-desk/t/1", "/p/review"):
        _, html = await browser.open(path)
        assert re.search(r"<script(?![^>]*\bsrc=)", html) is None
        assert re.search(r"<[^>]*\s(style|on[a-z]+)=", html) is None
        assert "<style" not in html


async def test_unread_messages_are_counted_until_they_are_seen(
    browser: Browser, channel: LocalChannel
) -> None:
    await browser.open("/p/service-desk")
    await said(browser.demo, "tom", DESK, "hello")
    await said(browser.demo, "priya", DESK, "my own")
    await channel.send(outgoing("whisper", person_id=browser.demo.people["tom"].id))
    places = [DESK, "web:@priya@example.com"]
    priya = browser.demo.people["priya"].id
    async with browser.demo.pool.connection() as conn:
        assert await unread.count_unread(conn, priya, places) == {DESK: 1}
    _, html = await browser.open("/p/jobaid")
    assert '<b>1</b><span class="unseen"> unread' in html
    await browser.open("/p/service-desk")
    async with browser.demo.pool.connection() as conn:
        assert await unread.count_unread(conn, priya, places) == {}


async def test_times_are_the_persons_own(browser: Browser) -> None:
    await said(browser.demo, "tom", DESK, "late", at=datetime(2026, 7, 1, 22, 30, tzinfo=UTC))
    _, html = await browser.open("/p/service-desk")  # Priya, in London
    assert "23:30" in html
    assert "Wednesday 1 July" in html
    ines = str(browser.demo.people["ines"].id)
    _, html = await browser.send("/as", {"person": ines, "place": "service-desk"})  # in Berlin
    assert "00:30" in html
    assert "Thursday 2 July" in html


async def test_older_messages_are_a_page_away(browser: Browser) -> None:
    numbers = [await said(browser.demo, "tom", DESK, f"message {n:02}.") for n in range(55)]
    _, html = await browser.open("/p/service-desk")
    assert "message 54." in html
    assert "message 04." not in html
    assert f"before={numbers[5]}" in html
    _, html = await browser.open(f"/p/service-desk?before={numbers[5]}")
    assert "message 04." in html
    assert "message 05." not in html


async def news(stream: aiohttp.ClientResponse, wanted: str) -> dict[str, object]:
    """Read the live stream up to the first news that holds something."""
    async for line in stream.content:
        if line.startswith(b"data: "):
            told: dict[str, object] = json.loads(line.removeprefix(b"data: "))
            if wanted in told:
                return told
    raise AssertionError("the stream ended")


async def test_an_open_page_learns_of_changes(browser: Browser) -> None:
    demo = browser.demo
    priya = demo.people["priya"].id
    first = await said(demo, "tom", DESK, "before")
    path = f"/live?place=service-desk&as={priya}&state=old&thread={first}"
    async with browser.session.get(demo.url + path) as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        missed = await news(stream, "entries")
        assert list(missed["entries"]) == [f"e{first}"]  # type: ignore[call-overload]
        assert "before" in str(missed["thread"])
        await news(stream, "unread")
        second = await said(demo, "tom", DESK, "after <b>")
        told = await news(stream, "entries")
        while list(told["entries"]) == [f"e{first}"]:  # type: ignore[call-overload]
            told = await news(stream, "entries")  # its own news came late: told once more
        assert list(told["entries"]) == [f"e{second}"]  # type: ignore[call-overload]
        assert "after &lt;b&gt;" in str(told["entries"])
        await said(demo, "tom", DESK, "a reply", first)
        assert "a reply" in str((await news(stream, "thread"))["thread"])


@pytest.mark.parametrize(
    "query", ["", "place=review&as={priya}", "place=service-desk&as=", "place=x&as={priya}"]
)
async def test_a_stream_is_for_who_may_enter(browser: Browser, query: str) -> None:
    path = "/live?" + query.format(priya=browser.demo.people["priya"].id)
    assert (await browser.open(path))[0] == 404


# Suggestions


async def test_everybody_is_offered_mostly_what_is_answered(demo: Demo) -> None:
    suggestions = read_suggestions()
    answered = {entry.question for entry in suggestions if entry.is_answered}
    for person in demo.people.values():
        offered = suggested(suggestions, person)
        assert len(set(offered)) == 3
        assert len(answered.intersection(offered)) >= 2


async def test_what_is_offered_as_answered_is_answered(database: Database) -> None:
    async with served(database, works=True) as demo, demo.pool.connection() as conn:
        for suggestion in read_suggestions():
            reply = await answer(
                conn, suggestion.question, [], ("everyone",), (), clock().date(), None, None
            )
            is_answered = isinstance(reply.outcome, Answered)
            assert is_answered or not suggestion.is_answered, suggestion.question
