"""Gaps: what a file may say, their order, three at once and no more, and who settles them in chat."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from fakes import FakeChat, FakeOnce
from hypothesis import given
from hypothesis import strategies as st
from skills_world import NOW, SAMPLES, audited, load_all

from analytics import store
from analytics.gaps import (
    Activated,
    Blocked,
    Closed,
    NoSuchGap,
    RoleIsFull,
    Unchanged,
    activate,
    close,
    fetch_ranked,
    ranked,
)
from analytics.nouns import Evidence, Gap
from bot.database import Pool
from handlers import answering, gaps
from handlers.cards import Buttons, Card, Facts, card_to_json
from handlers.inbound import Asked, CardRef, Place, Pressed
from handlers.services import Connection, Services
from learning.competencies import Competency, Source
from learning.nouns import Person

SERVICES = Services(None, None)
PRESSES = {
    "gap.role": gaps.on_role,
    "gap.activate": gaps.on_activate,
    "gap.close": gaps.on_close,
}
ONE = """\
- id: no-receipt
  role: service-agent
  competency: refunds
  priority: Cut refund losses
  impact: 4
  rationale: One refund in eleven is wrong
  evidence:
    assessment: {value: 11 of 24, n: 24, on: 2026-11-01}
    performance: 9.1 %
"""


@pytest.fixture
async def people(conn: Connection) -> dict[str, Person]:
    return await load_all(conn)


async def take(conn: Connection, folder: Path, text: str) -> tuple[bool, str]:
    path = folder / "gaps.yaml"
    path.write_text(text, "utf-8")
    async with conn.transaction():
        taken, lines = await gaps.on_import(conn, path, "tests", NOW)
    return taken, "\n".join(lines)


# Files


async def test_a_gap_is_stored_as_proposed_and_what_is_missing_stays_missing(
    conn: Connection, people: dict[str, Person], tmp_path: Path
) -> None:
    taken, said = await take(conn, tmp_path, ONE)
    assert taken, said
    gap = await store.fetch_gap(conn, "no-receipt")
    assert gap is not None
    assert gap.state == "proposed"
    assert gap.missing == ("manager",)
    assert gap.evidence[1] == Evidence("performance", "9.1 %")
    (json,) = [one for one in gaps.gaps_json(await gaps.on_list(conn)) if one["id"] == gap.id]
    assert json["evidence"]["manager"] is None
    assert json["evidence"]["assessment"] == {"value": "11 of 24", "n": 24, "on": "2026-11-01"}
    assert json["missing"] == ["manager"]
    assert (await audited(conn, "gaps.imported"))[-1] == ("tests", "gaps.yaml")


async def test_the_sample_file_goes_in_out_and_in_again_unchanged(
    conn: Connection, people: dict[str, Person], tmp_path: Path
) -> None:
    before = await store.fetch_gaps(conn)
    assert {gap.role for gap in before} == {"service-agent", "shift-lead", "warehouse-operative"}
    exported = await gaps.on_export(conn)
    taken, said = await take(conn, tmp_path, exported)
    assert taken, said
    assert "0 new or changed" in said
    assert await store.fetch_gaps(conn) == before
    taken, said = await take(conn, tmp_path, (SAMPLES / "gaps.yaml").read_text("utf-8"))
    assert taken, said


@pytest.mark.parametrize(
    ("change", "field", "remedy"),
    [
        (("competency: refunds", "competency: refnds"), "competency", "did you mean refunds"),
        (("role: service-agent", "role: shift-lead"), "role", "is a competency of service-agent"),
        (("role: service-agent", "role: astronaut"), "role", "is a competency of service-agent"),
        (("impact: 4", "impact: 6"), "impact", "less than or equal to 5"),
        (("impact: 4", "impact: high"), "impact", "valid integer"),
        (("impact: 4", "impact: true"), "impact", "valid integer"),
        (("priority: Cut refund losses", "priority: ''"), "priority", "is empty"),
        (("  rationale: One refund in eleven is wrong\n", ""), "rationale", "is missing"),
        (("n: 24", "n: 0"), "evidence.assessment.n", "greater than 0"),
        (("on: 2026-11-01", "on: 2027-11-01"), "evidence.assessment.on", "still to come"),
        (("on: 2026-11-01", "on: lately"), "evidence.assessment.on", "write a day"),
        (("performance:", "survey:"), "evidence.survey", "is not a known field"),
        (("value: 11 of 24, ", ""), "evidence.assessment.value", "is missing"),
        (("id: no-receipt", "id: no receipt"), "id", "write an id"),
    ],
)
async def test_a_refusal_names_entry_field_and_remedy(
    conn: Connection,
    people: dict[str, Person],
    tmp_path: Path,
    change: tuple[str, str],
    field: str,
    remedy: str,
) -> None:
    before = await store.fetch_gaps(conn)
    taken, said = await take(conn, tmp_path, ONE.replace(*change))
    assert not taken
    assert any(f" {field}: " in line and remedy in line for line in said.splitlines()), said
    assert await store.fetch_gaps(conn) == before


async def test_an_id_that_stands_twice_and_a_closed_gap_that_changes_are_refused(
    conn: Connection, people: dict[str, Person], tmp_path: Path
) -> None:
    taken, said = await take(conn, tmp_path, ONE + ONE)
    assert not taken
    assert "no-receipt id: stands twice" in said
    await take(conn, tmp_path, ONE)
    await activate(conn, "no-receipt", NOW)
    taken, said = await take(conn, tmp_path, ONE.replace("refunds", "orders"))
    assert not taken
    assert "while the gap is active" in said
    await close(conn, "no-receipt", NOW)
    taken, _ = await take(conn, tmp_path, ONE)
    assert taken, "unchanged, it may stand in the file"
    taken, said = await take(conn, tmp_path, ONE.replace("impact: 4", "impact: 1"))
    assert not taken
    assert "is closed" in said


# Order


def gap(name: str, impact: int = 3, *n: int, role: str = "r") -> Gap:
    kinds = ("assessment", "manager", "performance")
    evidence = tuple(Evidence(kind, "x", each) for kind, each in zip(kinds, n, strict=False))
    return Gap(name, role, "c", "p", impact, "why", evidence)


SOUND = Competency("c", "d", "r", "s", "1", "a@b.c", NOW.date(), (Source("a@b.c", "head"),))


def test_the_order_is_by_impact_then_evidence_then_how_many_and_says_why() -> None:
    every = [
        gap("e", 5),
        gap("d", 3, 9),
        gap("c", 3, 2, 2),
        gap("b", 3, 9),
        gap("a", 1, 50, 50, 50),
    ]
    found = ranked(every, {"c": SOUND})
    assert [(one.gap.id, one.place, one.behind) for one in found] == [
        ("e", 1, None),
        ("c", 2, "impact"),
        ("b", 3, "evidence"),
        ("d", 4, "id"),
        ("a", 5, "impact"),
    ]


@given(st.permutations([gap("a", 3, 1), gap("b", 3, 1), gap("c", 5), gap("d", 3, 2), gap("e")]))
def test_the_order_does_not_depend_on_how_gaps_come(shuffled: list[Gap]) -> None:
    found = ranked(shuffled, {"c": SOUND})
    assert [one.gap.id for one in found] == ["c", "d", "a", "b", "e"]


def test_what_an_obstacle_keeps_out_has_no_place() -> None:
    unconfirmed = replace(SOUND, sources=(Source("", "job-description"),))
    (one,) = ranked([gap("a", 5)], {"c": unconfirmed})
    assert (one.place, one.obstacle) == (None, "unconfirmed")
    unvalidated = replace(SOUND, validated_by="", validated_on=None)
    (one,) = ranked([gap("a", 5)], {"c": unvalidated})
    assert (one.place, one.obstacle) == (None, "unvalidated")


# Three at once


async def test_a_fourth_waits_until_one_is_closed(
    conn: Connection, people: dict[str, Person]
) -> None:
    ids = ["refunds-without-receipt", "age-checks", "collection-waiting-time"]
    for name in ids:
        assert isinstance(await activate(conn, name, NOW), Activated)
    fourth = await activate(conn, "complaints-on-the-spot", NOW)
    assert isinstance(fourth, RoleIsFull)
    assert {one.id for one in fourth.active} == set(ids)
    assert isinstance(await activate(conn, "cash-differences", NOW), Activated), "another role"
    assert isinstance(await activate(conn, ids[0], NOW), Unchanged)
    assert isinstance(await close(conn, ids[0], NOW), Closed)
    assert isinstance(await activate(conn, "complaints-on-the-spot", NOW), Activated)
    assert isinstance(await activate(conn, ids[0], NOW), Unchanged), "closed is for good"
    assert isinstance(await close(conn, ids[0], NOW), Unchanged)
    assert isinstance(await activate(conn, "nothing", NOW), NoSuchGap)
    assert isinstance(await close(conn, "nothing", NOW), NoSuchGap)


async def test_nothing_is_built_on_what_is_unvalidated_or_unconfirmed(
    conn: Connection, people: dict[str, Person]
) -> None:
    found = await activate(conn, "price-matching", NOW)
    assert isinstance(found, Blocked)
    assert found.obstacle == "unvalidated"
    found = await activate(conn, "stock-count-differences", NOW)
    assert isinstance(found, Blocked)
    assert found.obstacle == "unconfirmed"


async def test_two_at_the_same_moment_share_the_last_place(
    pool: Pool, people: dict[str, Person], conn: Connection
) -> None:
    for name in ("refunds-without-receipt", "age-checks"):
        await activate(conn, name, NOW)
    await conn.commit()

    async def one(name: str) -> bool:
        async with pool.connection() as own, own.transaction():
            result = await activate(own, name, NOW)
            await asyncio.sleep(0)
        return isinstance(result, Activated)

    done = await asyncio.gather(one("collection-waiting-time"), one("complaints-on-the-spot"))
    assert sorted(done) == [False, True]
    assert await store.fetch_slots(conn, "service-agent") == (1, 2, 3)


async def test_the_database_itself_holds_three(conn: Connection, people: dict[str, Person]) -> None:
    for name in ("refunds-without-receipt", "age-checks", "collection-waiting-time"):
        await activate(conn, name, NOW)
    await conn.commit()
    for slot in (1, 4, None):
        with pytest.raises(psycopg.errors.IntegrityError):
            await conn.execute(
                "update analytics.gap set state = 'active', slot = %s, activated_at = now()"
                " where id = 'complaints-on-the-spot'",
                [slot],
            )
        await conn.rollback()


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_is_pressed_and_by_however_many_at_most_three_are_active(
    pool: Pool, conn: Connection, people: dict[str, Person], seed: int
) -> None:
    chance = random.Random(seed)
    ids = [f"g{number}" for number in range(7)]
    made = [replace(gap(name, role="service-agent"), competency="refunds") for name in ids]
    await store.upsert_gaps(conn, made, [{} for _ in made], NOW)
    await conn.commit()
    closed: set[str] = set()

    async def act(name: str, closes: bool) -> None:
        async with pool.connection() as own, own.transaction():
            result = await (close if closes else activate)(own, name, NOW)
        if isinstance(result, Closed):
            closed.add(name)

    for _ in range(12):
        await asyncio.gather(
            *(act(chance.choice(ids), chance.random() < 0.2) for _ in range(chance.randint(1, 4)))
        )
        active = await store.fetch_gaps(conn, role="service-agent", state="active")
        held = await store.fetch_slots(conn, "service-agent")
        await conn.commit()
        assert len(active) == len(held) == len(set(held)) <= 3
        assert not closed & {one.id for one in active}


# In chat


def said(person: Person | None, text: str, *, channel: bool = False) -> Asked:
    place = Place("web:service-desk|1" if channel else "web:@x")
    audience = "channel" if channel else "direct"
    return Asked(person, place, "t1", f"m-{text}", text, audience, NOW)


def pressed(person: Person | None, action: str, subject: str, *, channel: bool = False) -> Pressed:
    place = Place("web:review|1" if channel else "web:@x")
    audience = "channel" if channel else "direct"
    return Pressed(person, place, CardRef("c1"), action, subject, 7, NOW, audience)


async def ask(conn: Connection, asked: Asked) -> FakeChat:
    chat = FakeChat()
    await answering.on_asked(conn, SERVICES, chat, FakeOnce(), asked, NOW)
    return chat


async def press(conn: Connection, one: Pressed) -> FakeChat:
    chat = FakeChat()
    await PRESSES[one.action](conn, chat, one, NOW)
    return chat


def actions(card: Card) -> list[tuple[str, str]]:
    return [
        (button.action, button.subject)
        for block in card.blocks
        if isinstance(block, Buttons)
        for button in block.buttons
    ]


def facts(card: Card) -> dict[str, str]:
    return {
        name: value
        for block in card.blocks
        if isinstance(block, Facts)
        for name, value in block.rows
    }


async def test_ld_chooses_a_role_and_sees_its_gaps_in_order(
    conn: Connection, people: dict[str, Person]
) -> None:
    _, _, overview = (await ask(conn, said(people["mia"], "gaps"))).last
    assert ("gap.role", "role:service-agent") in actions(overview)
    assert facts(overview)["Shift lead"] == "0 of 3 active, 2 proposed, 0 closed"
    kind, _, card = (await press(conn, pressed(people["mia"], "gap.role", "role:shift-lead"))).last
    assert kind == "update"
    assert actions(card)[0] == ("gap.activate", "gap:cash-differences")
    assert facts(card)["Assessment"] == "missing", "of the second one"
    assert "fewer kinds of evidence" in facts(card)["Place"]
    for words in ("gaps shift-lead", "Gaps shift lead.", "/gaps shift-lead"):
        _, _, card = (await ask(conn, said(people["mia"], words))).last
        assert actions(card)[0] == ("gap.activate", "gap:cash-differences")


async def test_who_may_see_which(conn: Connection, people: dict[str, Person]) -> None:
    async def seen(name: str) -> set[str]:
        return {one.gap.id for one in await gaps.visible_to(conn, people[name])}

    assert len(await seen("jo")) == 10
    assert await seen("dana") == {
        "refunds-without-receipt", "refund-approvals-unchecked", "collection-waiting-time",
        "price-matching",
    }  # fmt: skip
    roles = {one.gap.role for one in await gaps.visible_to(conn, people["ade"])}
    assert roles == {"service-agent", "shift-lead"}, "the roles of those who report to Ade"
    assert await seen("priya") == set()
    assert await seen("ines") == set()
    assert await gaps.visible_to(conn, None) == []
    chat = await ask(conn, said(people["priya"], "gaps"))
    assert "seen by L&D" in chat.last[2].summary
    chat = await ask(conn, said(None, "gaps"))
    assert "seen by L&D" in chat.last[2].summary


async def test_an_sme_and_a_manager_see_no_buttons(
    conn: Connection, people: dict[str, Person]
) -> None:
    for name in ("dana", "ade"):
        _, _, card = (await ask(conn, said(people[name], "gaps service-agent"))).last
        assert actions(card) == []
        assert "Impact" in facts(card)


async def test_in_a_channel_the_answer_goes_to_the_asker_alone(
    conn: Connection, people: dict[str, Person]
) -> None:
    chat = await ask(conn, said(people["mia"], "gaps", channel=True))
    assert [(kind, where) for kind, where, _ in chat.said] == [
        ("direct", "mia@example.com"),
        ("whisper", "mia@example.com"),
    ]


async def test_activate_and_close_change_the_card_and_are_written_down(
    conn: Connection, people: dict[str, Person]
) -> None:
    chat = await press(conn, pressed(people["mia"], "gap.activate", "gap:cash-differences"))
    kind, _, card = chat.last
    assert kind == "update"
    assert card.summary == "cash-differences is active: 1 of 3 for shift lead."
    assert ("gap.close", "gap:cash-differences") in actions(card)
    assert ("gap.activate", "gap:cash-differences") not in actions(card)
    chat = await press(conn, pressed(people["mia"], "gap.close", "gap:cash-differences"))
    assert "is closed" in chat.last[2].summary
    assert await audited(conn, "gap.activated") == [("mia@example.com", "gap:cash-differences")]
    assert await audited(conn, "gap.closed") == [("mia@example.com", "gap:cash-differences")]


async def test_rights_are_checked_when_it_is_pressed(
    conn: Connection, people: dict[str, Person]
) -> None:
    left = replace(people["mia"], active=False)
    for person in (people["dana"], people["ade"], people["ines"], left, None):
        for action in ("gap.activate", "gap.close"):
            one = pressed(person, action, "gap:cash-differences", channel=True)
            kind, _, card = (await press(conn, one)).last
            assert kind == "whisper"
            assert "Only L&D" in card.summary
    found = await store.fetch_gap(conn, "cash-differences")
    assert found is not None
    assert found.state == "proposed"
    assert len(await audited(conn, "press.refused")) == 10


@pytest.mark.parametrize(
    "subject", ["gap:", "gap:nothing", "nothing", "gap:x\x00y", "gap:" + "x" * 4000, "'; drop --"]
)
async def test_a_press_with_a_subject_made_up_changes_nothing(
    conn: Connection, people: dict[str, Person], subject: str
) -> None:
    for action in ("gap.activate", "gap.close", "gap.role"):
        chat = await press(conn, pressed(people["mia"], action, subject))
        assert card_to_json(chat.last[2])
    assert all(one.gap.state == "proposed" for one in await fetch_ranked(conn))


async def test_the_fourth_press_is_refused_with_the_three_named(
    conn: Connection, people: dict[str, Person]
) -> None:
    for name in ("refunds-without-receipt", "age-checks", "collection-waiting-time"):
        await press(conn, pressed(people["mia"], "gap.activate", f"gap:{name}"))
    one = pressed(people["jo"], "gap.activate", "gap:complaints-on-the-spot")
    _, _, card = (await press(conn, one)).last
    assert "has 3 active gaps already" in card.summary
    assert "age-checks" in card.summary
    assert (await audited(conn, "gap.refused"))[-1][0] == "jo@example.com"


# From the shell


async def test_the_shell_activates_and_closes_as_ld_only(
    conn: Connection, people: dict[str, Person]
) -> None:
    async def act(name: str, act: str, gap: str = "age-checks") -> tuple[bool, str]:
        email = f"{name}@example.com" if name else None
        person = people.get(name)
        return await gaps.on_act(conn, act, gap, "shell:tests", person, email, NOW)

    assert not (await act("dana", "activate"))[0]
    assert not (await act("nobody", "activate"))[0]
    assert not (await act("paul", "activate"))[0]
    done, words = await act("mia", "activate")
    assert done, words
    done, words = await act("", "close")
    assert done, words
    done, words = await act("", "activate", "price-matching")
    assert not done
    assert "nobody has validated" in words
    assert await audited(conn, "gap.closed") == [("shell:tests", "gap:age-checks")]
    assert "age-checks" in gaps.gaps_table(await gaps.on_list(conn))
