"""What is drafted without a model: the SOP's own clauses in each kind's form, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from sop_folder import NOW, TODAY, shop_in
from verbatim_drafts import KINDS, NO_RECEIPT, SAMPLES, made

from handlers.services import Connection
from indexing.store.drafting import fetch_sop_texts
from indexing.support import Supported, check
from learning.modules import ModuleKind, content_from_json, content_json, sentences

# What holds of every draft


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("uri", SAMPLES)
def test_every_sentence_that_is_not_the_authors_is_quoted_and_supported(
    uri: str, kind: ModuleKind
) -> None:
    sop = SAMPLES[uri]
    content = made(kind, sop).content
    texts = [passage.text for passage in sop.passages]
    for sentence in sentences(content):
        if sentence.authored:
            assert not sentence.cites
            continue
        assert sentence.cites, sentence
        for cite in sentence.cites:
            assert (cite.source, cite.uri, cite.revision, cite.version) == ("shop", uri, 7, "3")
            assert any(cite.quote in text for text in texts), cite
            assert check(sentence.text, [cite.quote]) == Supported(), sentence
    assert content_from_json(content_json(content)) == content


def test_the_same_documents_give_the_same_draft() -> None:
    sop = SAMPLES["returns/returns-and-refunds.md"]
    for kind in KINDS:
        assert made(kind, sop, NO_RECEIPT) == made(kind, sop, NO_RECEIPT)


# What is read for drafting


async def test_drafting_reads_whole_sops_that_may_be_answered_from(
    conn: Connection, tmp_path: Path
) -> None:
    shop = shop_in(conn, tmp_path)
    steps = "\n".join(
        f"{n}. Look at shelf {n} and {'write it down and ' * 9}go on." for n in range(1, 12)
    )
    shop.write("shelves.md", f"# Shelves\n\n{steps}\n")
    await shop.index()
    async with conn.transaction():
        found = await fetch_sop_texts(conn, TODAY)
        assert [sop.uri for sop in found] == ["delivery.md", "refunds.md", "shelves.md"]
        shelves = found[2]
        assert len(shelves.passages) > 1
        assert [p.ordinal for p in shelves.passages] == list(range(len(shelves.passages)))
        assert (shelves.source, shelves.version, shelves.owner) == ("shop", "3", "dana@example.com")
        assert shelves.competencies == ("refunds",)
        assert [s.uri for s in await fetch_sop_texts(conn, TODAY, uri="refunds.md")] == [
            "refunds.md"
        ]
        assert await fetch_sop_texts(conn, TODAY, source="elsewhere") == []
        assert await fetch_sop_texts(conn, TODAY, competency="welding") == []
        assert len(await fetch_sop_texts(conn, TODAY, competency="refunds")) == 3
    expired = TODAY.replace(year=TODAY.year + 2)
    assert NOW.date() == TODAY
    async with conn.transaction():
        assert await fetch_sop_texts(conn, expired) == []
