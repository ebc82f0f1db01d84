"""The gate: what a run over a folder lets in, keeps out, and remembers."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sop_folder import DELIVERY, GOVERNANCE, REFUNDS, TODAY, Shop, shop_in

from handlers.services import Connection


@pytest.fixture
def shop(conn: Connection, tmp_path: Path) -> Shop:
    return shop_in(conn, tmp_path)


async def test_a_first_run_lets_governed_and_validated_documents_in(shop: Shop) -> None:
    assert await shop.results() == {"refunds.md": "indexed", "delivery.md": "indexed"}
    assert set(await shop.answerable()) == {"refunds.md", "delivery.md"}
    assert "shift lead approves" in (await shop.answerable())["refunds.md"]
    assert shop.embedder.embedded == await shop.value("select count(*) from indexing.passage")


async def test_unchanged_documents_make_no_work(shop: Shop) -> None:
    await shop.index()
    before, embedded = await shop.counts(), shop.embedder.embedded
    assert set((await shop.results()).values()) == {"unchanged"}
    assert (await shop.counts(), shop.embedder.embedded) == (before, embedded)


async def test_blank_lines_at_line_ends_are_no_change_but_a_governance_comment_neither(
    shop: Shop,
) -> None:
    await shop.index()
    before = await shop.counts()
    shop.write("refunds.md", REFUNDS.replace("\n\n", "  \n\n\n\n"))
    shop.write("governance.yaml", "# looked at\n" + GOVERNANCE)
    assert set((await shop.results()).values()) == {"unchanged"}
    assert await shop.counts() == before


async def test_a_review_that_is_due_takes_a_document_out(shop: Shop) -> None:
    await shop.index()
    last = date(2026, 10, 6) + timedelta(days=90)
    assert len(await shop.answerable(last)) == 2
    assert await shop.answerable(last + timedelta(days=1)) == {}


async def test_a_changed_text_waits_while_the_old_one_answers(shop: Shop) -> None:
    await shop.index()
    shop.write("refunds.md", REFUNDS.replace("£75", "£50"))
    report = await shop.index()
    (row,) = [row for row in report.rows if row.uri == "refunds.md"]
    assert row.result == "pending"
    assert row.problem is not None
    assert (row.problem.code, row.problem.field) == ("claim_not_raised", "validated_on")
    assert "£75" in (await shop.answerable())["refunds.md"]
    assert (await shop.results())["refunds.md"] == "unchanged"


async def test_a_raised_claim_brings_the_changed_text_into_force(shop: Shop) -> None:
    await shop.index()
    shop.write("refunds.md", REFUNDS.replace("£75", "£50"))
    shop.write("governance.yaml", GOVERNANCE.replace("2026-10-06", "2026-11-01"))
    assert (await shop.results())["refunds.md"] == "revised"
    assert "£50" in (await shop.answerable())["refunds.md"]
    assert await shop.value("select count(*) from indexing.revision") == 4


async def test_a_raised_claim_before_the_version_holds_for_none(shop: Shop) -> None:
    await shop.index()
    shop.write("refunds.md", REFUNDS.replace("£75", "£50"))
    shop.write(
        "governance.yaml",
        GOVERNANCE.replace("2026-10-06", "2026-11-01").replace("2026-05-04", "2026-11-10"),
    )
    report = await shop.index()
    assert report.rows[1].problem is not None
    assert report.rows[1].problem.code == "claim_before_version"
    assert "£75" in (await shop.answerable())["refunds.md"]


async def test_a_text_that_waits_comes_in_when_its_claim_is_raised_later(shop: Shop) -> None:
    await shop.index()
    shop.write("refunds.md", REFUNDS.replace("£75", "£50"))
    await shop.index()
    shop.write("governance.yaml", GOVERNANCE.replace("2026-10-06", "2026-11-01"))
    assert (await shop.results())["refunds.md"] == "revised"
    assert "£50" in (await shop.answerable())["refunds.md"]


async def test_a_change_taken_back_leaves_what_was_in_force(shop: Shop) -> None:
    await shop.index()
    shop.write("refunds.md", REFUNDS.replace("£75", "£50"))
    await shop.index()
    shop.write("refunds.md", REFUNDS)
    assert (await shop.results())["refunds.md"] == "revised"
    assert "£75" in (await shop.answerable())["refunds.md"]
    shop.write("refunds.md", REFUNDS.replace("£75", "£50"))
    assert (await shop.results())["refunds.md"] == "pending"


async def test_a_document_first_seen_in_a_later_run_inherits_no_validation(shop: Shop) -> None:
    await shop.index()
    shop.write("exchanges.md", "# Exchanges\n\nOnly with the label on.\n")
    assert (await shop.results())["exchanges.md"] == "pending"
    assert "exchanges.md" not in await shop.answerable()
    shop.write("governance.yaml", GOVERNANCE.replace("2026-10-06", "2026-11-02"))
    assert (await shop.results())["exchanges.md"] == "indexed"
    assert "exchanges.md" in await shop.answerable()


async def test_time_alone_raises_no_relative_claim(shop: Shop) -> None:
    relative = GOVERNANCE.replace("2026-10-06", "today-10d").replace("2026-05-04", "today-200d")
    shop.write("governance.yaml", relative)
    await shop.index()
    shop.today = TODAY + timedelta(days=5)
    shop.write("exchanges.md", "# Exchanges\n\nOnly with the label on.\n")
    shop.write("refunds.md", REFUNDS.replace("£75", "£50"))
    results = await shop.results()
    assert results == {
        "refunds.md": "pending",
        "delivery.md": "unchanged",
        "exchanges.md": "pending",
    }
    assert await shop.value("select max(expires_on) from indexing.document") == (
        TODAY - timedelta(days=10) + timedelta(days=90)
    )
    shop.write("governance.yaml", relative.replace("today-10d", "today-1d"))
    assert set((await shop.results()).values()) == {"indexed", "revised"}


async def test_what_the_first_run_refused_may_be_mended_without_a_raise(shop: Shop) -> None:
    shop.write("governance.yaml", GOVERNANCE.replace("  owner: dana@example.com\n", ""))
    assert set((await shop.results()).values()) == {"refused"}
    shop.write("governance.yaml", GOVERNANCE)
    shop.write("delivery.md", DELIVERY + "\nAnd apologise.\n")
    assert await shop.results() == {"refunds.md": "indexed", "delivery.md": "indexed"}, (
        "no claim was made yet, so any is a raised one"
    )


async def test_a_refused_text_that_changed_meanwhile_is_a_new_one(shop: Shop) -> None:
    shop.write("broken.md", "---\nonwer: x\n---\n# Broken\n\nOne.\n")
    shop.write("other.md", "---\nonwer: x\n---\n# Other\n\nTwo.\n")
    results = await shop.results()
    assert (results["broken.md"], results["other.md"]) == ("refused", "refused")
    shop.write("broken.md", "# Broken\n\nOne.\n")
    shop.write("other.md", "# Other\n\nThree.\n")
    results = await shop.results()
    assert (results["broken.md"], results["other.md"]) == ("indexed", "pending")


async def test_governance_alone_changes_at_once_and_keeps_the_validation(shop: Shop) -> None:
    await shop.index()
    embedded = shop.embedder.embedded
    shop.write("governance.yaml", GOVERNANCE.replace("dana@", "LEE@").replace("90d", "30w"))
    assert set((await shop.results()).values()) == {"revised"}
    assert await shop.value("select min(owner) from indexing.answerable_passage(%s)", TODAY) == (
        "lee@example.com"
    )
    assert shop.embedder.embedded == embedded, "the text is the same, and so are its vectors"
    assert await shop.value("select max(expires_on) from indexing.document") == (
        date(2026, 10, 6) + timedelta(weeks=30)
    )
    assert (
        await shop.value(
            "select count(*) from indexing.answerable_passage(%s) where embedding is null", TODAY
        )
        == 0
    )


async def test_a_lowered_claim_is_no_validation_of_the_new_revision(shop: Shop) -> None:
    await shop.index()
    shop.write("governance.yaml", GOVERNANCE.replace("2026-10-06", "2026-09-06"))
    assert set((await shop.results()).values()) == {"pending"}
    assert len(await shop.answerable()) == 2


async def test_a_narrowed_audience_binds_the_text_in_force_at_once(shop: Shop) -> None:
    await shop.index()
    shop.write("refunds.md", REFUNDS.replace("£75", "£50"))
    shop.write("governance.yaml", GOVERNANCE + "  audience: [shift-lead]\n")
    assert (await shop.results())["refunds.md"] == "pending"
    assert "£75" in (await shop.answerable())["refunds.md"]
    audiences = await shop.value(
        "select array_agg(distinct audience::text) from indexing.answerable_passage(%s)", TODAY
    )
    assert audiences == ["{shift-lead}"]


async def test_a_widened_audience_waits_with_its_text(shop: Shop) -> None:
    shop.write("governance.yaml", GOVERNANCE + "  audience: [shift-lead]\n")
    await shop.index()
    shop.write("refunds.md", REFUNDS.replace("£75", "£50"))
    shop.write("governance.yaml", GOVERNANCE)
    assert (await shop.results())["refunds.md"] == "pending"
    audience = await shop.value(
        "select audience from indexing.answerable_passage(%s) where uri = 'refunds.md'", TODAY
    )
    assert audience == ["shift-lead"]


async def test_a_document_that_is_gone_is_withdrawn_and_returns_unvalidated(shop: Shop) -> None:
    await shop.index()
    (shop.folder / "refunds.md").unlink()
    assert (await shop.results())["refunds.md"] == "withdrawn"
    assert set(await shop.answerable()) == {"delivery.md"}
    assert await shop.results() == {"delivery.md": "unchanged"}
    shop.write("refunds.md", REFUNDS)
    assert (await shop.results())["refunds.md"] == "pending"
    assert set(await shop.answerable()) == {"delivery.md"}
    shop.write("governance.yaml", GOVERNANCE.replace("2026-10-06", "2026-11-02"))
    assert (await shop.results())["refunds.md"] == "indexed"


async def test_one_file_or_another_source_withdraws_nothing(shop: Shop) -> None:
    await shop.index()
    assert await shop.results("refunds.md") == {"refunds.md": "unchanged"}
    other = Shop(shop.conn, shop.folder.parent / "other")
    other.write("governance.yaml", GOVERNANCE)
    other.write("till.md", "# The till\n\nCount it twice.\n")
    assert await other.results(source="other") == {"till.md": "indexed"}
    assert len(await shop.answerable()) == 3


async def test_a_source_name_taken_by_another_folder_does_not_withdraw_by_accident(
    shop: Shop,
) -> None:
    await shop.index(source=None)
    other = Shop(shop.conn, shop.folder.parent / "elsewhere" / "sops")
    other.write("governance.yaml", GOVERNANCE)
    other.write("till.md", "# The till\n\nCount it twice.\n")
    report = await other.index(source=None)
    assert [row.problem.code for row in report.rows if row.problem] == ["source_elsewhere"]
    assert len(await shop.answerable()) == 2
    assert (await other.results(source="sops"))["refunds.md"] == "withdrawn"
