"""What is published in use: found, quoted, shown, reported; and out again in the same moment."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fakes import FakeChat, FakeLater, FakeOnce
from review_world import World, review_world
from sop_folder import NOW, TODAY

from handlers import answering, presses
from handlers.answer_cards import not_covered_text
from handlers.cards import Button, Buttons, Card, Field, Heading, Sources
from handlers.inbound import Asked, CardRef, Place, Pressed
from handlers.services import Connection, Services
from handlers.trying import Question, reply_line
from indexing.answers import Reply, answer
from indexing.documents import mark_owners
from indexing.nouns import Answered, NamedDocument, NotCovered
from indexing.store.drafting import fetch_sop_texts
from learning.modules import Cite, Content, Guide, JobAid, Sentence, Step
from learning.nouns import Person
from learning.store import act_as, fetch_person, upsert_person
from learning.store.published import fetch_level
from review import gate, store
from review.nouns import Module
from review.publishing import passages_of

REVIEW = Place("web:review")
SERVICES = Services(None, None, review_places=(REVIEW,))
EVERYONE = ("everyone", "service-agent")


@pytest.fixture
async def world(conn: Connection, tmp_path: Path) -> World:
    return await review_world(conn, tmp_path)


def aid(world: World, title: str = "Lost receipt at the counter") -> JobAid:
    """A job aid in words of its own, each with its source."""
    cite = world.said("Above £75, a shift lead approves at the till.").cites
    lines = (
        world.said("Look the purchase up by card or loyalty number."),
        Sentence("Over £75, call a shift lead to the till.", cite),
    )
    return JobAid(title, lines)


def levels(world: World) -> Guide:
    """A guide that differs from level to level."""
    look, limit = (
        world.said("Look the purchase up by card or loyalty number."),
        world.said("Above £75, a shift lead approves at the till."),
    )
    more = Sentence("Ask for the loyalty number first.", look.cites)
    section = "Refund without a receipt"
    return Guide(
        "Refunding at the counter",
        (Step(1, section, (look, more)), Step(2, section, (limit,))),
        (Step(1, section, (look,)), Step(2, section, (limit,))),
        (
            Step(1, section, (replace(look, text="Look the purchase up."),)),
            Step(2, section, (limit,)),
        ),
    )


async def publish(world: World, content: Content, *, revises: int | None = None) -> Module:
    module = await world.drafted(content, revises=revises)
    await world.approve(module, "dana")
    await world.approve(module, "jo")
    await world.conn.commit()
    assert module.id in await world.published()
    return module


async def found(world: World, day: date = TODAY, tokens: tuple[str, ...] = EVERYONE) -> set[str]:
    """What the holder of these tokens may be answered from, by uri."""
    cursor = await world.conn.execute(
        "select distinct uri from indexing.answerable_passage(%s) where audience && %s",
        [day, list(tokens)],
    )
    uris = {row[0] for row in await cursor.fetchall()}
    await world.conn.commit()
    return uris


async def ask(world: World, question: str, *, tokens: tuple[str, ...] = EVERYONE) -> Reply:
    reply = await answer(world.conn, question, (), tokens, ("service-agent",), TODAY, None, None)
    await world.conn.commit()
    return reply


# In the index


async def test_publishing_puts_a_module_beside_the_sops(world: World) -> None:
    module = await publish(world, aid(world))
    uri = f"module/{module.id}"
    assert await found(world) == {"delivery.md", "refunds.md", uri}
    reply = await ask(world, "lost receipt at the counter")
    passage = next(one for one in reply.passages if one.uri == uri)
    assert passage.module
    assert (passage.source, passage.kind, passage.module.kind) == ("modules", "module", "aid")
    assert [(sop.uri, sop.version) for sop in passage.module.rests_on] == [("refunds.md", "3")]
    assert (passage.owner, passage.version) == ("dana@example.com", "3")


async def test_what_is_practised_with_is_not_answered_from(world: World) -> None:
    module = await world.drafted(world.items())
    await world.approve(module, "dana", just_competent={"q1": 7})
    await world.approve(module, "jo")
    assert await world.published() == [module.id]
    assert await found(world) == {"delivery.md", "refunds.md"}


async def test_drafts_rest_on_sops_alone(world: World) -> None:
    await publish(world, aid(world))
    uris = {sop.uri for sop in await fetch_sop_texts(world.conn, TODAY)}
    assert uris == {"delivery.md", "refunds.md"}


async def test_a_guide_is_found_as_its_standard_level(world: World) -> None:
    guide = levels(world)
    (passage,) = passages_of(guide)
    assert passage.text == (
        "1. Look the purchase up by card or loyalty number.\n\n"
        "2. Above £75, a shift lead approves at the till."
    )
    warned = replace(guide, warnings=(world.said("Never refund cash."),))
    (passage,) = passages_of(warned)
    assert passage.text.startswith("Never refund cash.\n\n1. Look")


async def test_a_long_module_is_cut_between_steps(world: World) -> None:
    steps = tuple(
        Step(at, "Refunds" if at < 20 else "Cards", (world.said("word " * 20), world.said("- and")))
        for at in range(1, 31)
    )
    found_ = passages_of(Guide("Long", steps, steps, steps))
    assert [passage.ordinal for passage in found_] == list(range(len(found_)))
    assert {passage.section for passage in found_} == {"Refunds", "Cards"}
    assert all(len(passage.text.split()) <= 120 for passage in found_)
    assert "   - and" in found_[0].text


async def test_a_module_is_out_as_soon_as_it_is_not_published(world: World) -> None:
    for state in ("withdrawn", "suspended", "flagged"):
        module = await publish(world, aid(world))
        uri = f"module/{module.id}"
        assert uri in await found(world)
        async with world.conn.transaction():
            await store.mark_state(world.conn, module.id, state, actor="jobaid", now=NOW)
            cursor = await world.conn.execute(
                "select count(*) from indexing.answerable_passage(%s) where uri = %s", [TODAY, uri]
            )
            assert await cursor.fetchone() == (0,), "in the same transaction"
        assert uri not in await found(world)
        reply = await ask(world, "lost receipt at the counter")
        assert uri not in {passage.uri for passage in reply.passages}


async def test_a_newer_version_takes_over(world: World) -> None:
    old = await publish(world, aid(world))
    new = await publish(world, aid(world, "Lost receipts, again"), revises=old.id)
    assert await found(world) == {"delivery.md", "refunds.md", f"module/{new.id}"}
    left = await world.conn.execute(
        """
        select count(*) from indexing.posting p
        join indexing.document d on d.newest_revision_id = p.revision_id
        where d.module_id = %s
        """,
        [old.id],
    )
    assert await left.fetchone() == (0,), "what is out leaves search"


async def test_a_module_that_was_suspended_comes_back(world: World) -> None:
    module = await publish(world, aid(world))
    await store.mark_state(world.conn, module.id, "suspended", actor="jobaid", now=NOW)
    await store.mark_back_in_review(world.conn, module.id, actor="dana@example.com", now=NOW)
    assert f"module/{module.id}" not in await found(world)
    await world.approve(module, "lee")
    await world.approve(module, "jo")
    assert f"module/{module.id}" in await found(world)


# What it rests on


async def test_a_module_is_blocked_with_its_source(world: World) -> None:
    module = await publish(world, aid(world))
    later = TODAY + timedelta(days=60)
    assert await found(world, later) == set()
    cursor = await world.conn.execute(
        "select distinct uri, title, section, reason from indexing.blocked_passage(%s)", [later]
    )
    blocked = set(await cursor.fetchall())
    title = "Refund without a receipt"
    assert ("refunds.md", title, title, "expired") in blocked
    assert f"module/{module.id}" not in {uri for uri, *_ in blocked}, "its SOP is named instead"


async def test_a_source_in_conflict_blocks_what_rests_on_it(world: World) -> None:
    await publish(world, aid(world))
    await world.conn.execute(
        "update indexing.document set in_conflict = true where uri = 'refunds.md'"
    )
    assert await found(world) == {"delivery.md"}


async def test_only_those_who_may_read_every_source_find_a_module(world: World) -> None:
    shop = world.shop
    text = (shop.folder / "governance.yaml").read_text()
    restricted = (
        "documents:\n"
        "  refunds.md: {audience: [shift-lead, service-agent]}\n"
        "  delivery.md: {audience: [shift-lead, driver]}\n"
    )
    shop.write("governance.yaml", text + restricted)
    await shop.index()
    delivery = await shop.value(
        "select in_force_revision_id from indexing.document where uri = 'delivery.md'"
    )
    refunds = await shop.value(
        "select in_force_revision_id from indexing.document where uri = 'refunds.md'"
    )
    words = "Never promise one that the carrier has not confirmed."
    cite = Cite("shop", "delivery.md", delivery, "3", "Late deliveries", words)
    lines = (world.said("Above £75, a shift lead approves at the till.", refunds),)
    module = await publish(world, JobAid("Two sources", (*lines, Sentence(words, (cite,)))))
    uri = f"module/{module.id}"
    assert uri in await found(world, tokens=("everyone", "shift-lead"))
    for tokens in (("everyone", "service-agent"), ("everyone", "driver"), ("everyone",)):
        assert uri not in await found(world, tokens=tokens)
        reply = await ask(world, "two sources carrier confirmed", tokens=tokens)
        assert uri not in {passage.uri for passage in reply.passages}

    # A right that is withdrawn is withdrawn from what was published before, too.
    shop.write("governance.yaml", (text + restricted).replace("[shift-lead, driver]", "[driver]"))
    await shop.index()
    assert uri not in await found(world, tokens=("everyone", "shift-lead"))
    assert uri not in await found(world, tokens=("everyone", "service-agent", "driver"))
    assert uri in await found(world, tokens=("everyone", "dana@example.com")), "their one owner"


async def test_an_owner_who_left_takes_the_module_along_and_the_next_brings_it_back(
    world: World,
) -> None:
    await publish(world, aid(world))
    await mark_owners(world.conn, {"dana@example.com"}, set())
    assert await found(world) == set()
    text = (world.shop.folder / "governance.yaml").read_text()
    world.shop.write("governance.yaml", text.replace("dana@", "lee@"))
    await world.shop.index()
    assert len(await found(world)) == 3
    reply = await ask(world, "lost receipt at the counter")
    assert {passage.owner for passage in reply.passages} == {"lee@example.com"}


# No other way in


PUBLISHED_ATTACKS = {
    "other words": "update indexing.passage set text = 'Give cash.' where document_id = %(module)s",
    "another heading": (
        "update indexing.passage set section = 'Cash' where document_id = %(module)s"
    ),
    "more words": """
        insert into indexing.passage (document_id, revision_id, readership_id, ordinal, section,
                                      headings, text)
        select document_id, revision_id, readership_id, 9, section, headings, 'Give cash.'
        from indexing.passage where document_id = %(module)s
    """,
    "an SOP's passage": """
        update indexing.passage set document_id = %(module)s, revision_id = (
            select in_force_revision_id from indexing.document where id = %(module)s), ordinal = 9
        where text like 'Tell the customer%%'
    """,
    "a revision of its own": """
        with other as (
            insert into indexing.revision (document_id, content_sha256, text_sha256, body, format,
                title, scope, version, version_on, owner, roles, competencies, audience,
                validated_by, validated_on, review_every, stored_at)
            select document_id, content_sha256, text_sha256, 'Give cash.', format, title, scope,
                version, version_on, owner, roles, competencies, audience, validated_by,
                validated_on, review_every, stored_at
            from indexing.revision where document_id = %(module)s returning id)
        update indexing.document set in_force_revision_id = (select id from other)
        where id = %(module)s
    """,
    "fewer words": "delete from indexing.passage where document_id = %(module)s",
    "another order": "update indexing.passage set ordinal = 9 - ordinal",
    "its own words once more": """
        insert into indexing.passage (document_id, revision_id, readership_id, ordinal, section,
                                      headings, text)
        select document_id, revision_id, readership_id, 9, section, headings, text
        from indexing.passage where document_id = %(module)s
    """,
    "a revision of its own, of the same words": """
        with other as (
            insert into indexing.revision (document_id, content_sha256, text_sha256, body, format,
                title, scope, version, version_on, owner, roles, competencies, audience,
                validated_by, validated_on, review_every, stored_at)
            select document_id, content_sha256, text_sha256, body, format, title, scope,
                version, version_on, owner, roles, competencies, audience, validated_by,
                validated_on, review_every, stored_at
            from indexing.revision where document_id = %(module)s returning id)
        update indexing.document set in_force_revision_id = (select id from other)
        where id = %(module)s
    """,
    "withdraw it to bring another back": """
        update indexing.document set withdrawn_on = now()::date where id = %(module)s
    """,
    "take it away unseen": "delete from learning.published_module",
    "no source": "delete from indexing.rests_on",
    "an easier source": "update indexing.rests_on set on_document_id = document_id",
    "an SOP by name": (
        "update indexing.document set kind = 'sop', module_id = null where id = %(module)s"
    ),
    "another function": """
        create or replace function indexing.module_stands(d indexing.document, today date)
        returns boolean language sql as 'select true'
    """,
}


@pytest.mark.parametrize("attack", PUBLISHED_ATTACKS, ids=list(PUBLISHED_ATTACKS))
async def test_plain_sql_does_not_change_what_is_answered_from(world: World, attack: str) -> None:
    module = await publish(world, aid(world))
    document = await world.shop.value(
        "select id from indexing.document where module_id = %s", module.id
    )
    before = await _passages(world)
    with pytest.raises(psycopg.Error):
        await world.conn.execute(PUBLISHED_ATTACKS[attack].encode(), {"module": document})
    await world.conn.rollback()
    assert await _passages(world) == before


@pytest.mark.parametrize(
    "attack",
    [
        "update indexing.document set withdrawn_on = null where kind = 'module'",
        """
        insert into learning.published_module
            (module_id, kind, role, competency, title, hash, body, published_at)
        select m.id, m.kind, m.role, m.competency, c.title, c.hash, c.body, now()
        from review.module m join review.content c on c.module_id = m.id
        """,
    ],
)
async def test_plain_sql_does_not_bring_back_what_is_out(world: World, attack: str) -> None:
    module = await publish(world, aid(world))
    await store.mark_state(world.conn, module.id, "suspended", actor="jobaid", now=NOW)
    await world.conn.commit()
    with pytest.raises(psycopg.Error):
        await world.conn.execute(attack.encode())
    await world.conn.rollback()
    assert await found(world) == {"delivery.md", "refunds.md"}


async def _passages(world: World) -> list[Any]:
    cursor = await world.conn.execute(
        "select uri, section, text, audience from indexing.answerable_passage(%s) order by 1, 2, 3",
        [TODAY],
    )
    rows = await cursor.fetchall()
    await world.conn.commit()
    return rows


# In chat


@dataclass
class Desk:
    """People who ask and press in their own conversations."""

    world: World
    chat: FakeChat = field(default_factory=FakeChat)
    now: datetime = NOW
    asked: int = 0

    async def ask(self, name: str | None, text: str, *, channel: bool = False) -> Card:
        person = self.world.people[name] if name else None
        self.asked += 1
        question = Asked(
            person,
            Place("web:desk|1" if channel else f"web:@{name}"),
            f"t{self.asked}",
            f"m{self.asked}",
            text,
            "channel" if channel else "direct",
            self.now,
        )
        await answering.on_asked(
            self.world.conn, SERVICES, self.chat, FakeOnce(), question, self.now
        )
        await self.world.conn.commit()
        return self.chat.last[2]

    @property
    def ref(self) -> str:
        return f"card-{len(self.chat.said)}"

    async def press(
        self,
        name: str | None,
        button: Button,
        *,
        card: str | None = None,
        channel: bool = False,
        fields: dict[str, str] | None = None,
    ) -> list[tuple[str, str, Card]]:
        before = len(self.chat.said)
        self.now += timedelta(minutes=1)
        pressed = Pressed(
            self.world.people[name] if name else None,
            Place(f"web:@{name}"),
            CardRef(card or self.ref),
            button.action,
            button.subject,
            await self.world.press(name or "priya"),
            self.now,
            "channel" if channel else "direct",
            fields or {},
        )
        await presses.on_pressed(
            self.world.conn, SERVICES, self.chat, FakeLater(), pressed, self.now
        )
        await self.world.conn.commit()
        return self.chat.said[before:]


@pytest.fixture
async def desk(world: World) -> Desk:
    return Desk(world)


def buttons(card: Card) -> dict[str, Button]:
    return {
        button.label: button
        for block in card.blocks
        if isinstance(block, Buttons)
        for button in block.buttons
    }


def wrong(module: Module) -> Button:
    return Button("Report", "module.report", f"module:{module.id}")


async def test_an_answer_from_a_job_aid_is_shown_as_such(desk: Desk) -> None:
    await publish(desk.world, aid(desk.world))
    card = await desk.ask("priya", "lost receipt at the counter")
    (sources,) = (block for block in card.blocks if isinstance(block, Sources))
    source = sources.entries[0]
    assert source.title == ("Job aid “Lost receipt at the counter”, from Refund without a receipt")
    assert (source.version, source.owner) == ("3", "Dana Cole")
    assert "This is wrong" in buttons(card)
    assert "Novice" not in buttons(card)
    said = await desk.press("priya", buttons(card)["Show source"])
    assert "Over £75, call a shift lead to the till." in str(said[0][2].blocks)


def test_what_has_the_same_title_is_told_apart_by_its_kind() -> None:
    named = [
        NamedDocument(
            at, "shop", f"{at}.md", "Lost receipt", "Lost receipt", "dana@example.com", kind
        )
        for at, kind in enumerate(("aid", "guide", ""))
    ]
    said = not_covered_text(NotCovered(tuple(named), "dana@example.com"), {})
    assert (
        "Closest: *Job aid “Lost receipt”*, *Guide “Lost receipt”* and the SOP *Lost receipt*."
        in said
    )
    assert "who owns Job aid “Lost receipt”" in said


async def test_the_same_words_are_quoted_once(desk: Desk) -> None:
    await publish(desk.world, desk.world.guide("Refunds at the till, step by step"))
    reply = await ask(desk.world, "look the purchase up by card or loyalty number")
    assert {passage.kind for passage in reply.passages} == {"sop", "module"}
    assert isinstance(reply.outcome, Answered)
    texts = [quote.text for quote in reply.outcome.quotes]
    assert len(texts) == len(set(texts))


async def test_a_batch_names_the_sops_behind_a_module(desk: Desk) -> None:
    module = await publish(desk.world, aid(desk.world))
    question = Question(1, "lost receipt at the counter", (), "priya@example.com")
    line = await reply_line(desk.world.conn, SERVICES, question, NOW)
    cited = next(each for each in line["citations"] if each["source"] == "modules")
    assert (cited["uri"], cited["title"]) == (
        f"module/{module.id}",
        "Lost receipt at the counter",
    )
    assert [sop["uri"] for sop in cited["rests_on"]] == ["refunds.md"]
    passages = [each["text"] for each in line["passages"] if each["uri"] == cited["uri"]]
    assert any(cited["quote"] in text for text in passages)


async def test_an_answer_from_the_sop_opens_the_guide_to_that_section(desk: Desk) -> None:
    before = await desk.ask("priya", "refund without a receipt")
    assert "Open the guide" not in buttons(before)
    guide = replace(levels(desk.world), title="Counter work, told at three levels")
    module = await publish(desk.world, guide)
    card = await desk.ask("priya", "refund without a receipt")
    (sources,) = (block for block in card.blocks if isinstance(block, Sources))
    assert sources.entries[0].title == "Refund without a receipt", "the SOP itself answers"
    answered = desk.ref
    ((_, _, shown),) = await desk.press("priya", buttons(card)["Open the guide"])
    assert shown.summary == "Guide “Counter work, told at three levels”"
    assert {"Novice", "Expert"} <= set(buttons(shown))
    ((_, _, rated),) = await desk.press("priya", buttons(card)["Helpful"], card=answered)
    assert "Open the guide" in buttons(rated), "it stays when the card is drawn again"
    other = await desk.ask("dana", "refund without a receipt")
    assert "Open the guide" not in buttons(other), "it is written for another role"
    await gate.withdraw(
        desk.world.conn,
        module_id=module.id,
        person=desk.world.people["jo"],
        owns=False,
        reason="Wrong limit.",
        press=await desk.world.press("jo"),
        now=NOW,
    )
    again = await desk.ask("priya", "refund without a receipt")
    assert "Open the guide" not in buttons(again)


async def test_in_place_of_an_answer_a_guide_shows_the_section_that_was_asked(desk: Desk) -> None:
    guide, section = levels(desk.world), "After the refund"
    limit = desk.world.said("Above £75, a shift lead approves at the till.")
    more = Sentence("Write down who it was.", limit.cites)
    after = Step(1, section, (limit,))
    await publish(
        desk.world,
        replace(
            guide,
            novice=(*guide.novice, Step(1, section, (limit, more))),
            standard=(*guide.standard, after),
            expert=(*guide.expert, after),
        ),
    )
    card = await desk.ask("priya", "refunding at the counter")
    ((_, _, novice),) = await desk.press("priya", buttons(card)["Novice"])
    heading = novice.blocks[0]
    assert isinstance(heading, Heading)
    assert heading.detail == "After the refund, novice level"
    assert "Write down who it was." in str(novice.blocks)
    assert "loyalty number first" not in str(novice.blocks)
    assert {"Standard", "Expert", "The whole guide", "Helpful"} <= set(buttons(novice))
    said = await desk.press("priya", buttons(novice)["The whole guide"])
    assert "loyalty number first" in str(said[-1][2].blocks)
    assert "The whole guide" not in buttons(said[-1][2])


async def test_a_chosen_level_is_shown_in_place_and_kept(desk: Desk) -> None:
    await publish(desk.world, levels(desk.world))
    conn, priya = desk.world.conn, desk.world.people["priya"]
    card = await desk.ask("priya", "refunding at the counter")
    assert {"Novice", "Expert", "This is wrong", "Helpful"} <= set(buttons(card))
    assert "loyalty number first" not in str(card.blocks)
    answered = desk.ref
    ((kind, where, novice),) = await desk.press("priya", buttons(card)["Novice"])
    assert (kind, where) == ("update", answered)
    assert "Ask for the loyalty number first." in str(novice.blocks)
    assert {"Standard", "Expert", "This is wrong", "Helpful"} <= set(buttons(novice))
    assert await fetch_level(conn, priya.id) == "novice"
    ((kind, _, helped),) = await desk.press("priya", buttons(novice)["Helpful"], card=answered)
    assert (kind, buttons(helped)["Helpful"].pressed) == ("update", True)
    assert "Ask for the loyalty number first." in str(helped.blocks), "as it was read"
    again = await desk.ask("priya", "refunding at the counter please")
    assert "Ask for the loyalty number first." in str(again.blocks), "the choice is kept"
    other = await desk.ask("omar", "refunding at the counter")
    assert "loyalty number first" not in str(other.blocks), "for each person"
    mine = desk.ref
    ((_, _, short),) = await desk.press("omar", buttons(other)["Expert"])
    assert "Look the purchase up. [1]" in str(short.blocks)
    ((_, _, back),) = await desk.press("omar", buttons(short)["Standard"], card=mine)
    assert "Novice" in buttons(back)
    assert "“Look the purchase up by card or loyalty number.”" in str(back.blocks)


async def test_in_a_channel_a_level_is_shown_to_the_presser_alone(desk: Desk) -> None:
    await publish(desk.world, levels(desk.world))
    await desk.press("priya", Button("Novice", "guide.novice", "module:1"))
    card = await desk.ask("priya", "refunding at the counter", channel=True)
    assert "Novice" in buttons(card), "what others read too is at the standard level"
    ((kind, where, shown),) = await desk.press("omar", buttons(card)["Expert"], channel=True)
    assert (kind, where) == ("whisper", "omar@example.com")
    assert "Look the purchase up. [1]" in str(shown.blocks)


async def test_two_reports_take_a_module_out_and_everybody_hears(desk: Desk) -> None:
    module = await publish(desk.world, aid(desk.world))
    await store.upsert_posted(desk.world.conn, module, ref="card-review", place=REVIEW, now=NOW)
    card = await desk.ask("priya", "lost receipt at the counter")
    ((_, _, form),) = await desk.press("priya", buttons(card)["This is wrong"])
    asked = next(block for block in form.blocks if isinstance(block, Field))
    assert asked.label == "What is wrong?"
    ((_, _, missing),) = await desk.press("priya", buttons(form)["Report"])
    assert "Nothing was reported" in missing.summary
    said = await desk.press(
        "priya", buttons(form)["Report"], fields={asked.name: "The limit is £50."}
    )
    assert said[0][2].summary.startswith("Thank you. Its reviewers have your words")
    assert ("update", "card-review") in {(kind, where) for kind, where, _ in said}
    assert "Priya Shah says that Job aid" in next(
        card.summary for kind, where, card in said if (kind, where) == ("post", REVIEW)
    )
    ((_, _, twice),) = await desk.press(
        "priya", buttons(form)["Report"], fields={asked.name: "Again."}
    )
    assert "You have reported this already" in twice.summary
    assert await desk.world.published() == [module.id]
    said = await desk.press("omar", buttons(form)["Report"], fields={asked.name: "It is £50."})
    assert "It is out of use" in said[0][2].summary
    assert await desk.world.published() == []
    ((_, _, late),) = await desk.press("jo", buttons(form)["Report"], fields={asked.name: "Yes."})
    assert "out of use: somebody says that it is wrong" in late.summary
    ((_, _, gone),) = await desk.press("omar", buttons(card)["This is wrong"])
    assert "out of use: somebody says that it is wrong" in gone.summary


async def _reported(desk: Desk, module: Module, name: str = "priya") -> Card:
    """What the reviewers read once somebody has reported a module."""
    said = await desk.press(
        name, wrong(module), fields={f"wrong:m{module.id}": "The limit is £50."}
    )
    return next(card for kind, where, card in said if (kind, where) == ("post", REVIEW))


async def _acts(world: World, act: str) -> list[str]:
    cursor = await world.conn.execute(
        "select actor from audit.event where act = %s order by id", [act]
    )
    return [actor for (actor,) in await cursor.fetchall()]


async def test_what_is_right_after_all_stays_in_use_and_the_reporter_hears_why(
    desk: Desk,
) -> None:
    module = await publish(desk.world, aid(desk.world))
    await store.upsert_posted(desk.world.conn, module, ref="card-review", place=REVIEW, now=NOW)
    desk.now += timedelta(minutes=5)
    notice = await _reported(desk, module)
    assert list(buttons(notice)) == ["It is right", "Withdraw it"]
    assert await _acts(desk.world, "module.reported") == ["priya@example.com"]
    right, reason = buttons(notice)["It is right"], f"reason:m{module.id}"
    ((_, _, refused),) = await desk.press("omar", right, channel=True, fields={reason: "No."})
    assert "Only reviewers of refunds" in refused.summary
    ((_, _, missing),) = await desk.press("dana", right, channel=True)
    assert "Say why in the field" in missing.summary
    said = await desk.press("dana", right, channel=True, fields={reason: "Section 4 says £75."})
    told = [card.summary for kind, who, card in said if who == "priya@example.com"]
    assert len(told) == 1
    assert "Dana Cole holds it to be right (“Section 4 says £75”), and it stays" in told[0]
    assert said[-1][2].summary.startswith("Noted: it stays in use")
    assert await desk.world.published() == [module.id]
    assert await _acts(desk.world, "module.held_right") == ["dana@example.com"]
    ((_, _, late),) = await desk.press(
        "jo", right, card="elsewhere", channel=True, fields={reason: "Yes."}
    )
    assert "Nobody says that it is wrong any more" in late.summary
    await _reported(desk, module, "omar")
    assert await desk.world.published() == [module.id], "what was closed counts no more"


async def test_the_card_of_what_is_reported_has_the_press_that_closes_it(desk: Desk) -> None:
    module = await publish(desk.world, aid(desk.world))
    await store.upsert_posted(desk.world.conn, module, ref="card-review", place=REVIEW, now=NOW)
    desk.now += timedelta(minutes=5)
    said = await desk.press(
        "priya", wrong(module), fields={f"wrong:m{module.id}": "The limit is £50."}
    )
    card = next(card for kind, where, card in said if where == "card-review")
    assert "Priya Shah says that it is wrong: “The limit is £50.”" in str(card.blocks)
    right = buttons(card)["It is right"]
    said = await desk.press(
        "jo",
        right,
        card="card-review",
        channel=True,
        fields={f"comment:c{module.number}": "It is £75."},
    )
    card = next(card for kind, where, card in said if where == "card-review")
    assert "It is right" not in buttons(card)
    assert ("whisper", "jo@example.com") in {(kind, who) for kind, who, _ in said}


async def test_the_owner_of_a_cited_sop_withdraws_at_once(desk: Desk) -> None:
    module = await publish(desk.world, aid(desk.world))
    assert await _owner(desk.world) == "dana@example.com"
    await act_as(desk.world.conn, "tests", {})
    await upsert_person(desk.world.conn, Person(0, "dana@example.com", "Dana Cole"))
    owner = await fetch_person(desk.world.conn, "dana@example.com")
    assert owner
    assert not owner.seats, "their seat is not what lets them"
    desk.world.people["dana"] = owner
    ask_wrong = Button("This is wrong", "module.wrong", f"module:{module.id}")
    ((_, _, form),) = await desk.press("omar", ask_wrong)
    assert list(buttons(form)) == ["Report"]
    ((_, _, form),) = await desk.press("dana", ask_wrong)
    assert list(buttons(form)) == ["Report", "Withdraw it"]
    withdraw, name = buttons(form)["Withdraw it"], f"wrong:m{module.id}"
    ((_, _, refused),) = await desk.press("omar", withdraw, fields={name: "I want it gone."})
    assert "Only reviewers of refunds" in refused.summary
    assert await desk.world.published() == [module.id]
    ((_, _, missing),) = await desk.press("dana", withdraw)
    assert "Say why in the field" in missing.summary
    said = await desk.press("dana", withdraw, fields={name: "The limit is wrong."})
    assert said[-1][2].summary.startswith("It is withdrawn")
    assert await desk.world.published() == []
    assert await desk.world.state(module) == "withdrawn"


async def _owner(world: World) -> str:
    return str(
        await world.shop.value(
            """
            select r.owner from indexing.revision r join indexing.document d
              on r.id = d.in_force_revision_id where d.uri = 'refunds.md'
            """
        )
    )


@pytest.mark.parametrize("kind", ["quiz", "aid"])
async def test_the_requester_is_told_what_becomes_of_what_is_practised_with(
    desk: Desk, kind: str
) -> None:
    world = desk.world
    module = await world.drafted(world.items() if kind == "quiz" else aid(world))
    await store.upsert_posted(world.conn, module, ref="card-review", place=REVIEW, now=NOW)
    await world.approve(module, "dana", just_competent={"q1": 7})
    approve = Button("Approve", "review.approve", f"module:{module.id}.{module.number}")
    ticks = {f"ticks:c{module.number}": "Accurate\nRight tone\nCompliant"}
    said = await desk.press("jo", approve, card="card-review", channel=True, fields=ticks)
    (told,) = (card.summary for _, who, card in said if who == "mia@example.com")
    assert ("It waits for practising in chat" in told) == (kind == "quiz")


async def test_an_sme_alone_suspends(desk: Desk) -> None:
    module = await publish(desk.world, aid(desk.world))
    await desk.press("lee", wrong(module), fields={f"wrong:m{module.id}": "That changed."})
    assert await desk.world.published() == []
    assert f"module/{module.id}" not in await found(desk.world)


async def test_reporters_hear_that_it_is_published_again(desk: Desk) -> None:
    module = await publish(desk.world, aid(desk.world))
    await store.upsert_posted(desk.world.conn, module, ref="card-review", place=REVIEW, now=NOW)
    await desk.press("lee", wrong(module), fields={f"wrong:m{module.id}": "That changed."})
    await store.mark_back_in_review(desk.world.conn, module.id, actor="dana", now=NOW)
    ticks = {f"ticks:c{module.number}": "Accurate\nRight tone\nCompliant"}
    subject = f"module:{module.id}.{module.number}"
    approve = Button("Approve", "review.approve", subject)
    await desk.press("dana", approve, card="card-review", channel=True, fields=ticks)
    said = await desk.press("jo", approve, card="card-review", channel=True, fields=ticks)
    assert await desk.world.published() == [module.id]
    told = [card.summary for kind, who, card in said if who == "lee@example.com"]
    assert any("is in use again" in words for words in told)


@pytest.mark.parametrize(
    "subject", ["module:999", "module:x", "answer:999", "gap:1", "module:1.2#9"]
)
@pytest.mark.parametrize(
    "action",
    [
        "module.show",
        "module.wrong",
        "module.report",
        "module.withdraw",
        "module.right",
        "guide.expert",
    ],
)
async def test_a_press_made_by_hand_does_nothing(desk: Desk, action: str, subject: str) -> None:
    before = len(desk.chat.said)
    await desk.press("priya", Button("x", action, subject), fields={"wrong:m999": "wrong"})
    assert len(desk.chat.said) == before + 1, "one clear answer"
    cursor = await desk.world.conn.execute("select count(*) from review.remark")
    assert await cursor.fetchone() == (0,)


async def test_who_is_not_known_cannot_report_or_choose(desk: Desk) -> None:
    module = await publish(desk.world, levels(desk.world))
    for action in ("module.report", "module.withdraw", "module.right", "guide.novice"):
        ((_, _, card),) = await desk.press(None, Button("x", action, f"module:{module.id}"))
        assert "I do not know you yet" in card.summary


async def test_what_somebody_may_not_read_is_not_there_for_them(desk: Desk) -> None:
    text = (desk.world.shop.folder / "governance.yaml").read_text()
    desk.world.shop.write(
        "governance.yaml", text + "documents:\n  refunds.md: {audience: [shift-lead]}\n"
    )
    await desk.world.shop.index()
    revision = await desk.world.shop.value(
        "select in_force_revision_id from indexing.document where uri = 'refunds.md'"
    )
    module = await publish(desk.world, desk.world.guide("For leads alone", revision=revision))
    for action in ("module.show", "module.wrong", "guide.novice"):
        ((_, _, card),) = await desk.press("priya", Button("x", action, f"module:{module.id}"))
        assert "do not have that in use" in card.summary
    await desk.press("priya", wrong(module), fields={f"wrong:m{module.id}": "x"})
    cursor = await desk.world.conn.execute("select count(*) from review.remark")
    assert await cursor.fetchone() == (0,)
    assert "Nothing is published" in (await desk.ask("priya", "modules")).summary


async def test_modules_lists_what_is_for_ones_work(desk: Desk) -> None:
    assert "Nothing is published" in (await desk.ask("priya", "modules")).summary
    job_aid = await publish(desk.world, aid(desk.world))
    await publish(desk.world, levels(desk.world))
    quiz = await desk.world.drafted(desk.world.items())
    await desk.world.approve(quiz, "dana", just_competent={"q1": 7})
    await desk.world.approve(quiz, "jo")
    card = await desk.ask("priya", "modules")
    assert "**Job aid “Lost receipt at the counter”** · for service agents" in str(card.blocks)
    assert "Refunding at the counter" in str(card.blocks)
    assert "quiz" not in str(card.blocks).casefold(), "what is practised with is not told"
    reviewers = await desk.ask("dana", "Modules")
    assert "Refund quiz" in str(reviewers.blocks)
    stranger = Person(0, "sam@example.com", "Sam Ortiz", ("driver",))
    await upsert_person(desk.world.conn, stranger)
    desk.world.people["sam"] = stranger
    assert "Nothing is published" in (await desk.ask("sam", "modules")).summary
    narrowed = await desk.ask("priya", "modules lost receipt")
    assert "Refunding" not in str(narrowed.blocks)
    none = await desk.ask("priya", "modules welding")
    assert "is about “welding”" in none.summary
    ((_, _, shown),) = await desk.press("priya", buttons(narrowed)["Show"])
    assert shown.summary == "Job aid “Lost receipt at the counter”"
    assert "Over £75, call a shift lead to the till. [1]" in str(shown.blocks)
    assert buttons(narrowed)["Show"].subject == f"module:{job_aid.id}"
    ((_, _, refused),) = await desk.press("priya", Button("x", "module.show", f"module:{quiz.id}"))
    assert "do not have that in use" in refused.summary
