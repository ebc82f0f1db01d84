"""Seats: an admin gives and takes them in chat, a people file says them, each change is written down."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeChat, FakeOnce
from skills_world import NOW, audited, load_all, load_people

from bot.database import Pool
from handlers import answering, directory, seats
from handlers.cards import Card, Facts, Field
from handlers.inbound import Asked, CardRef, Place, Pressed
from handlers.services import Connection, Services
from learning.nouns import Person
from learning.seats import LastAdmin, NotAnAdmin, Revoked, change_seat
from learning.store import act_as, fetch_person, fetch_seat_holders, link_slack

PRESSES = {"grant": seats.on_grant, "revoke": seats.on_revoke}


@pytest.fixture
async def people(conn: Connection) -> dict[str, Person]:
    return await load_all(conn)


async def ask(conn: Connection, person: Person | None, *, channel: bool = False) -> FakeChat:
    place = Place("web:service-desk|1" if channel else "web:@x")
    asked = Asked(person, place, "t", "m1", "seats", "channel" if channel else "direct", NOW)
    chat = FakeChat()
    await answering.on_asked(conn, Services(None, None), chat, FakeOnce(), asked, NOW)
    return chat


async def press(
    conn: Connection, person: Person | None, act: str, who: str, seat: str, revision: int = 0
) -> FakeChat:
    fields = {f"person:r{revision}": who, f"seat:r{revision}": seat}
    pressed = Pressed(
        person,
        Place("web:@x"),
        CardRef("c1"),
        f"seats.{act}",
        "seats:all",
        9,
        NOW,
        "direct",
        fields,
    )
    chat = FakeChat()
    await PRESSES[act](conn, chat, pressed, NOW)
    return chat


async def held(conn: Connection, email: str) -> tuple[str, ...]:
    person = await fetch_person(conn, email)
    assert person is not None
    return person.seats


def fields(card: Card) -> list[Field]:
    return [block for block in card.blocks if isinstance(block, Field)]


async def test_an_admin_sees_who_holds_which_seat_and_others_are_told_whom_to_ask(
    conn: Connection, people: dict[str, Person]
) -> None:
    _, _, card = (await ask(conn, people["ines"])).last
    (facts,) = [block for block in card.blocks if isinstance(block, Facts)]
    assert ("SME for refunds", "Dana Cole and Lee Park") in facts.rows
    assert ("Admin", "Ines Vogel") in facts.rows
    assert [field.name for field in fields(card)] == ["person:r0", "seat:r0"]
    for person in (people["mia"], people["priya"], None):
        _, _, card = (await ask(conn, person)).last
        assert "Ask Ines Vogel" in card.summary
        assert fields(card) == []
    chat = await ask(conn, people["ines"], channel=True)
    assert [kind for kind, _, _ in chat.said] == ["direct", "whisper"]


async def test_a_seat_is_given_and_taken_and_both_are_written_down(
    conn: Connection, people: dict[str, Person]
) -> None:
    chat = await press(conn, people["ines"], "grant", "priya@example.com", "SME for refunds")
    kind, _, card = chat.last
    assert kind == "update"
    assert card.summary == "Priya Shah is SME for refunds from now on."
    assert [field.name for field in fields(card)] == ["person:r9", "seat:r9"], "and empty"
    holders = await fetch_seat_holders(conn, "sme:refunds")
    assert [one.name for one in holders] == ["Dana Cole", "Lee Park", "Priya Shah"]
    chat = await press(conn, people["ines"], "revoke", "priya shah", "SME for refunds", 9)
    assert chat.last[2].summary == "Priya Shah is not SME for refunds any more."
    assert await held(conn, "priya@example.com") == ()
    who = ("ines@example.com", "person:priya@example.com")
    assert (await audited(conn, "seat.granted"))[-1] == who
    assert (await audited(conn, "seat.revoked"))[-1] == who


@pytest.mark.parametrize(
    ("who", "seat", "said"),
    [
        ("", "L&D", "Name the person first"),
        ("nobody", "L&D", "Nobody here is called nobody"),
        ("paul@example.com", "L&D", "Nobody here is called"),
        ("priya@example.com", "", "Choose a seat first"),
        ("priya@example.com", "SME for magic", "There is no seat sme for magic"),
        ("priya@example.com", "sme:magic", "There is no seat"),
        ("priya@example.com", "owner", "There is no seat"),
        ("mia@example.com", "L&D", "Mia Wong is L&D already"),
        ("Robert'); drop table learning.person;--", "ld", "Nobody here is called"),
        ("x" * 5000, "ld", "Nobody here is called"),
    ],
)
async def test_a_slip_of_the_pen_leaves_the_card_with_what_was_typed(
    conn: Connection, people: dict[str, Person], who: str, seat: str, said: str
) -> None:
    kind, _, card = (await press(conn, people["ines"], "grant", who, seat)).last
    assert kind == "post"
    assert said in card.summary
    assert await held(conn, "priya@example.com") == ()


async def test_two_of_one_name_are_told_apart(conn: Connection, people: dict[str, Person]) -> None:
    await conn.execute("update learning.person set name = 'Tom Reid' where email like 'rosa%'")
    _, _, card = (await press(conn, people["ines"], "grant", "Tom Reid", "L&D")).last
    assert "rosa@example.com or tom@example.com" in card.summary


async def test_only_an_admin_of_this_moment_changes_seats(
    conn: Connection, people: dict[str, Person]
) -> None:
    forged = replace(people["mia"], seats=("ld", "admin"))
    left = replace(people["paul"], seats=("admin",), active=True)
    for person in (people["mia"], forged, left, people["priya"], None):
        _, _, card = (await press(conn, person, "grant", "priya@example.com", "Admin")).last
        assert "Only an admin" in card.summary
    assert await held(conn, "priya@example.com") == ()
    assert len(await audited(conn, "press.refused")) == 5


async def test_the_only_admin_stays_one(conn: Connection, people: dict[str, Person]) -> None:
    ines = people["ines"]
    _, _, card = (await press(conn, ines, "revoke", "ines@example.com", "Admin")).last
    assert "is the only admin" in card.summary
    await press(conn, ines, "grant", "mia@example.com", "Admin")
    _, _, card = (await press(conn, ines, "revoke", "ines@example.com", "Admin")).last
    assert "not Admin any more" in card.summary
    _, _, card = (await press(conn, ines, "grant", "ines@example.com", "Admin")).last
    assert "Only an admin" in card.summary


async def test_two_admins_who_remove_each_other_at_once_leave_one(
    pool: Pool, conn: Connection, people: dict[str, Person]
) -> None:
    await press(conn, people["ines"], "grant", "mia@example.com", "Admin")
    await conn.commit()

    async def revoke(by: str, whom: str) -> object:
        async with pool.connection() as own, own.transaction():
            return await change_seat(own, people[by], "revoke", f"{whom}@example.com", "admin", 9)

    done = await asyncio.gather(revoke("ines", "mia"), revoke("mia", "ines"))
    assert sorted(isinstance(one, Revoked) for one in done) == [False, True]
    assert any(isinstance(one, NotAnAdmin | LastAdmin) for one in done)
    assert len(await fetch_seat_holders(conn, "admin")) == 1


async def test_somebody_who_left_holds_no_seat(conn: Connection, people: dict[str, Person]) -> None:
    await act_as(conn, "tests", {})
    await conn.execute("update learning.person set active = false where email like 'lee%'")
    assert [one.name for one in await fetch_seat_holders(conn, "sme:refunds")] == ["Dana Cole"]
    assert await fetch_seat_holders(conn, "sme:nothing") == ()


async def test_a_people_file_gives_and_takes_seats_and_keeps_those_it_does_not_speak_of(
    conn: Connection, tmp_path: Path
) -> None:
    await load_people(conn)
    before = len(await audited(conn, "seat.granted"))
    assert before == sum([len(one.seats) for one in (await load_people(conn)).values()])
    path = tmp_path / "people.yaml"
    path.write_text(
        "- {email: mia@example.com, name: Mia Wong}\n"
        "- {email: kit@example.com, name: Kit Lam, seats: [admin]}\n"
    )
    taken, lines = await directory.on_people_import(conn, path, "shell:tests")
    assert taken
    assert any("kit@example.com (ld)" in line for line in lines)
    assert await held(conn, "mia@example.com") == ("ld",)
    assert await held(conn, "kit@example.com") == ("admin",)
    who = ("shell:tests", "person:kit@example.com")
    assert await audited(conn, "seat.revoked") == [who]
    assert (await audited(conn, "seat.granted"))[before:] == [who]


async def test_the_database_writes_down_who_changed_what_somebody_is_known_by(
    conn: Connection, people: dict[str, Person]
) -> None:
    await link_slack(conn, people["dana"].id, "U0DANA")
    cursor = await conn.execute(
        "select actor, subject, detail #>> '{after,slack}' from audit.event"
        " where act = 'person.changed'"
    )
    assert await cursor.fetchall() == [("slack", "person:dana@example.com", "U0DANA")]


async def test_every_domain_has_an_sme_and_there_are_two_of_ld(
    conn: Connection, people: dict[str, Person]
) -> None:
    rows = await (await conn.execute("select distinct domain from learning.competency")).fetchall()
    for (domain,) in rows:
        assert await fetch_seat_holders(conn, f"sme:{domain}"), domain
    assert len(await fetch_seat_holders(conn, "ld")) >= 2
