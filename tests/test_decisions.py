"""What people settle about documents, through the words of the library."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from fakes import FakeLater
from sop_folder import DELIVERY, GOVERNANCE, NOW, REFUNDS, TODAY, Shop, shop_in

from handlers import library, run_report
from handlers.services import Connection
from indexing.documents import mark_owners
from learning.nouns import Person

DANA = Person(1, "dana@example.com", "Dana Cole", seats=("sme:refunds",))
PRIYA = Person(2, "priya@example.com", "Priya Shah")


@pytest.fixture
def shop(conn: Connection, tmp_path: Path) -> Shop:
    return shop_in(conn, tmp_path)


async def act(
    shop: Shop, act: str, *uris: str, lift: bool = False, person: Person | None = DANA
) -> tuple[bool, str]:
    now = NOW + (shop.today - TODAY)
    email = person.email if person else "nobody@example.com"
    async with shop.conn.transaction():
        return await library.on_act(shop.conn, FakeLater(), act, uris, lift, person, email, now)


async def statuses(shop: Shop, status: str | None = None) -> dict[str, str | None]:
    rows = await library.documents(shop.conn, shop.today, None, status)
    await shop.conn.commit()
    return {str(row["uri"]): row["status"] for row in library.documents_json(rows)}


# Identical text


@pytest.mark.parametrize("chosen", ["copy.md", "refunds.md"])
async def test_of_two_identical_documents_the_second_waits_for_a_choice(
    shop: Shop, chosen: str
) -> None:
    shop.write("copy.md", "\n\n" + REFUNDS.replace("\n\n", "\n\n\n"))
    report = await shop.index()
    (row,) = [row for row in run_report.report_json(report) if row["result"] == "refused"]
    assert (row["uri"], row["field"]) == ("refunds.md", "text")
    assert "shop:copy.md" in row["remedy"]
    assert run_report.has_refusals(report)
    assert set(await shop.answerable()) == {"copy.md", "delivery.md"}
    assert set(await statuses(shop)) == {"copy.md", "delivery.md"}, "what is refused is not in it"
    assert (await shop.results())["refunds.md"] == "refused", "nobody has chosen yet"

    done, said = await act(shop, "canonical", chosen)
    assert done, said
    loser = ({"copy.md", "refunds.md"} - {chosen}).pop()
    assert set(await shop.answerable()) == {chosen, "delivery.md"}
    assert (await statuses(shop))[loser] == "withdrawn"
    report = await shop.index()
    assert not run_report.has_refusals(report)
    assert {r.uri: r.result for r in report.rows}[loser] == "duplicate"
    assert set(await shop.answerable()) == {chosen, "delivery.md"}

    blocked = await shop.value(
        "select array_agg(distinct uri) from indexing.blocked_passage(%s)", date(2028, 1, 1)
    )
    assert loser not in blocked, "the one that counts speaks for both"

    other = ({"copy.md", "refunds.md"} - {chosen}).pop()
    done, said = await act(shop, "canonical", f"shop:{other}")
    assert done, said
    assert set(await shop.answerable()) == {other, "delivery.md"}, "minds may change"


async def test_the_loser_comes_back_when_its_text_changes_or_the_other_goes(shop: Shop) -> None:
    shop.write("copy.md", REFUNDS)
    await shop.index()
    await act(shop, "canonical", "copy.md")
    shop.write("copy.md", REFUNDS.replace("£75", "£50"))
    assert (await shop.results())["refunds.md"] == "duplicate", "a choice outlives the text chosen"
    (shop.folder / "copy.md").unlink()
    results = await shop.results()
    assert (results["copy.md"], results["refunds.md"]) == ("withdrawn", "indexed")
    assert set(await shop.answerable()) == {"refunds.md", "delivery.md"}


async def test_a_moved_file_is_no_second_one(shop: Shop) -> None:
    await shop.index()
    (shop.folder / "refunds.md").rename(shop.folder / "returns.md")
    assert await shop.results() == {
        "delivery.md": "unchanged",
        "refunds.md": "withdrawn",
        "returns.md": "pending",
    }


async def test_identical_text_is_found_across_sources_and_chosen_late(shop: Shop) -> None:
    await shop.index()
    other = Shop(shop.conn, shop.folder.parent / "other")
    other.write("governance.yaml", GOVERNANCE.replace("defaults:", "defaults:\n  url: https://x.y"))
    other.write("till.md", "# Till\n\nCount it twice.\n")
    await other.index(source="other")
    other.write("refunds.md", REFUNDS)
    assert (await other.results(source="other"))["refunds.md"] == "refused"
    done, said = await act(shop, "canonical", "refunds.md")
    assert (done, said) == (
        False,
        "refunds.md can mean several documents. Say which: other:refunds.md, shop:refunds.md.",
    )
    done, said = await act(shop, "canonical", "other:refunds.md")
    assert done, said
    found = await shop.value(
        "select array_agg(source) from indexing.answerable_passage(%s) where uri = 'refunds.md'",
        TODAY,
    )
    assert found == ["other"], "the validation was given for this very text"


async def test_a_document_edited_into_a_copy_keeps_its_old_text_until_somebody_chooses(
    shop: Shop,
) -> None:
    await shop.index()
    shop.write("refunds.md", DELIVERY)
    assert (await shop.results())["refunds.md"] == "refused"
    assert "£75" in (await shop.answerable())["refunds.md"]
    done, said = await act(shop, "canonical", "delivery.md")
    assert done, said
    assert set(await shop.answerable()) == {"delivery.md"}


async def test_there_is_nothing_to_choose_without_a_duplicate(shop: Shop) -> None:
    await shop.index()
    done, said = await act(shop, "canonical", "refunds.md")
    assert (done, "nothing to choose" in said) == (False, True)


# Validation


async def test_an_sme_validates_what_waits(shop: Shop) -> None:
    await shop.index()
    shop.write("refunds.md", REFUNDS.replace("£75", "£50"))
    await shop.index()
    done, said = await act(shop, "validate", "refunds.md", person=PRIYA)
    assert (done, "no such seat" in said) == (False, True)
    assert "£75" in (await shop.answerable())["refunds.md"]
    done, said = await act(shop, "validate", "refunds.md")
    assert (done, said) == (
        True,
        "Refund without a receipt, version 3, is validated. It may be answered from until"
        " 18 February 2027.\nWarning: the text changed, but its version is still 3 of 2026-05-04."
        " Raise `version` and `version_on`, or citations name the old date.",
    )
    assert "£50" in (await shop.answerable())["refunds.md"]
    assert (await shop.results())["refunds.md"] == "unchanged"
    done, said = await act(shop, "validate", "refunds.md")
    assert (done, "no text that waits" in said) == (False, True)
    actors = await shop.value(
        "select array_agg(actor) from audit.event where act = 'document.validated'"
    )
    assert actors == ["dana@example.com"]


async def test_a_validation_by_command_is_not_undone_by_an_older_claim(shop: Shop) -> None:
    await shop.index()
    shop.write("refunds.md", REFUNDS.replace("£75", "£50"))
    await shop.index()
    await act(shop, "validate", "refunds.md")
    shop.write("refunds.md", REFUNDS.replace("£75", "£40"))
    shop.write("governance.yaml", GOVERNANCE.replace("2026-10-06", "2026-11-01"))
    assert (await shop.results())["refunds.md"] == "pending", "1 November is before the 20th"
    assert "£50" in (await shop.answerable())["refunds.md"]


async def test_what_has_expired_is_validated_anew(shop: Shop) -> None:
    await shop.index()
    shop.today = TODAY + timedelta(days=100)
    assert await statuses(shop, "expired") == {"delivery.md": "expired", "refunds.md": "expired"}
    done, said = await act(shop, "validate", "refunds.md")
    assert done, said
    assert "validated again" in said
    assert set(await shop.answerable()) == {"refunds.md"}
    assert set((await shop.results()).values()) == {"unchanged"}
    assert await shop.value(
        "select bool_and(embedding is not null) from indexing.answerable_passage(%s)", shop.today
    )


@pytest.mark.parametrize(
    ("uri", "person", "words"),
    [
        ("nothing.md", DANA, "No document is known as nothing.md."),
        ("refunds.md", None, "nobody@example.com is not among the people"),
        ("gone.md", DANA, "shop:gone.md is withdrawn"),
        ("later.md", DANA, "begins on 1 January 2027"),
        ("copy.md", DANA, "same text as shop:"),
    ],
)
async def test_what_cannot_be_validated_says_why(
    shop: Shop, uri: str, person: Person | None, words: str
) -> None:
    shop.write("gone.md", "# Gone\n\nSoon.\n")
    shop.write("later.md", "---\nversion_on: 2027-01-01\n---\n# Later\n\nOne day.\n")
    shop.write("copy.md", REFUNDS)
    shop.write("refunds.md", REFUNDS)
    await shop.index("refunds.md")
    await shop.index()
    (shop.folder / "gone.md").unlink()
    await shop.index()
    done, said = await act(shop, "validate", uri, person=person)
    assert not done
    assert words in said


# Conflicts and owners


async def test_a_conflict_takes_both_out_until_it_is_lifted(shop: Shop) -> None:
    await shop.index()
    done, said = await act(shop, "conflict", "refunds.md", "delivery.md")
    assert done, said
    assert await shop.answerable() == {}
    assert set((await statuses(shop, "conflict")).values()) == {"conflict"}
    assert "before" in (await act(shop, "conflict", "delivery.md", "shop:refunds.md"))[1]
    done, said = await act(shop, "conflict", "delivery.md", "refunds.md", lift=True)
    assert done, said
    assert len(await shop.answerable()) == 2
    assert not (await act(shop, "conflict", "delivery.md", "refunds.md", lift=True))[0]
    assert not (await act(shop, "conflict", "delivery.md", "delivery.md"))[0]
    assert not (await act(shop, "conflict", "delivery.md", "nothing.md"))[0]


async def test_a_document_is_out_while_its_owner_is_gone(shop: Shop) -> None:
    await shop.index()
    async with shop.conn.transaction():
        assert await mark_owners(shop.conn, {"dana@example.com"}, {"sam@example.com"}) == 2
    assert await shop.answerable() == {}
    assert set((await statuses(shop, "unvalidated")).values()) == {"unvalidated"}
    rows = await library.documents(shop.conn, TODAY)
    assert "owner has left" in library.documents_table(rows)
    await shop.conn.commit()
    shop.write("new.md", "# New\n\nA rule.\n")
    shop.write("governance.yaml", GOVERNANCE.replace("2026-10-06", "2026-11-01"))
    await shop.index()
    assert await shop.answerable() == {}, "indexed later, owned by one who has left"
    shop.write(
        "governance.yaml", GOVERNANCE.replace("2026-10-06", "2026-11-01").replace("dana", "lee")
    )
    await shop.index()
    assert len(await shop.answerable()) == 3, "somebody answers for them again"


# Wording


async def test_a_report_for_people_counts_and_says_what_to_do(shop: Shop) -> None:
    shop.write("broken.md", "---\nowner: [\n---\n# Broken\n")
    shop.write("waiting.md", "---\nvalidated_on:\n---\n# Waiting\n\nA rule.\n")
    shop.write("logo.png", "?")
    report = await shop.index(known_people=["dana@example.com"], known_competencies=["refunds"])
    text = run_report.report_table(report)
    assert text.splitlines()[0] == (
        "shop: 2 indexed, 1 waiting for a validation, 1 refused, 1 ignored."
    )
    words = " ".join(text.split())
    assert "broken.md, line 2: this is not valid YAML" in words
    assert "jobaid documents validate shop:waiting.md --as EMAIL" in words
    assert max(map(len, text.splitlines())) <= 100
    assert "sam@example.com" in text
    again = run_report.report_table(await shop.index(dry_run=True))
    assert "dry run" in again
    assert "2 indexed" not in again


async def test_the_list_tells_what_each_document_is(shop: Shop) -> None:
    await shop.index()
    shop.write("refunds.md", REFUNDS.replace("£75", "£50"))
    await shop.index()
    rows = await library.documents(shop.conn, TODAY, "shop")
    assert library.documents_json(rows)[1] == {
        "uri": "refunds.md",
        "source": "shop",
        "title": "Refund without a receipt",
        "status": "answerable",
        "version": "3",
        "owner": "dana@example.com",
        "next_review": date(2027, 1, 4).isoformat(),
        "waiting": True,
        "warning": "",
    }
    assert "answerable, newer text waits" in library.documents_table(rows)
    assert await library.documents(shop.conn, TODAY, "nowhere") == []
