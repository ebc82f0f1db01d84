"""The right passages are found, by those who may read them, and what is not covered shows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import psycopg
import pytest
from local_model import local_embedder
from sop_folder import GOVERNANCE, TODAY, Shop

from bot.database import Database, Pool
from handlers.services import Connection
from indexing.embeddings import Embedder, EmbeddingModel, Encoded, LocalEmbedder
from indexing.llama_retriever import as_retriever
from indexing.nouns import Governance, Passage, Retrieved, Turn
from indexing.questions import LONGEST, understood
from indexing.reindex import rebuild
from indexing.retrieval import best_blocked, retrieve, threshold
from indexing.store import finding, search
from indexing.terms import terms, within
from indexing.token_states import TokenStates

FILES = {
    "refunds.md": """\
        # Refunds

        ## 4.2 Refund without a receipt

        1. Look the purchase up by card or loyalty number.
        2. Above £75, a shift lead approves at the till.

        ## 4.3 Damaged goods

        Offer an exchange first. A torn or broken article is replaced within 30 days.
        """,
    "passwords.md": """\
        # Accounts

        ## Passwords

        To reset a password, press Forgotten on the sign-in page. An e-mail with a link arrives.

        ## Opening hours of the help desk

        The help desk answers from eight to six on working days.
        """,
    "spills.md": """\
        # Chemical spill response

        Close the aisle, put on gloves, and cover the spill with granules. Call the safety line.
        """,
    "deliveries.md": """\
        # Late deliveries

        Tell the customer the new date. Never promise one that the carrier has not confirmed.
        """,
}
EVERYONE = ("everyone",)


@pytest.fixture
async def shop(conn: Connection, tmp_path: Path) -> Shop:
    (tmp_path / "governance.yaml").write_text(GOVERNANCE.replace("[service-agent]", "[everyone]"))
    shop = Shop(conn, tmp_path)
    for name, text in FILES.items():
        shop.write(name, text)
    await shop.index(embedder=await local_embedder())
    return shop


@pytest.fixture
async def states() -> TokenStates:
    return TokenStates(await local_embedder())


async def ask(
    shop: Shop,
    question: str,
    states: TokenStates | None = None,
    history: Sequence[Turn] = (),
    tokens: tuple[str, ...] = EVERYONE,
    roles: tuple[str, ...] = (),
    today: date = TODAY,
) -> Retrieved:
    embedder: Embedder | None = states.embedder if states else None
    return await retrieve(shop.conn, question, history, tokens, roles, today, embedder, states)


async def add(shop: Shop, name: str, text: str) -> None:
    """Index one more document, validated, as a source of its own."""
    folder = shop.folder.parent / f"{shop.folder.name}-{name}"
    folder.mkdir()
    (folder / "governance.yaml").write_text((shop.folder / "governance.yaml").read_text())
    more = Shop(shop.conn, folder)
    more.write(f"{name}.md", text)
    report = await more.index(source=name, embedder=await local_embedder())
    assert [row.result for row in report.rows] == ["indexed"]


def sections(found: Retrieved) -> list[str]:
    return [passage.section for passage in found.passages]


@pytest.mark.parametrize(
    ("question", "section"),
    [
        ("refund without a receipt", "4.2 Refund without a receipt"),
        ("refnud wihtout reciept", "4.2 Refund without a receipt"),
        ("REFUNDS; receipts?", "4.2 Refund without a receipt"),
        ("signin page", "Passwords"),
        ("sign in page", "Passwords"),
        ("sign-in page", "Passwords"),
        ("which email arrives", "Passwords"),
        ("which e-mail arrives", "Passwords"),
        ("helpdesk hours", "Opening hours of the help desk"),
        ("help-desk", "Opening hours of the help desk"),
        ("gránules", "Chemical spill response"),
    ],
)
async def test_keywords_survive_typos_hyphens_and_accents(
    shop: Shop, question: str, section: str
) -> None:
    assert sections(await ask(shop, question))[0] == section


async def test_meaning_finds_what_no_word_does(shop: Shop, states: TokenStates) -> None:
    found = await ask(shop, "my login secret is lost, how do I get in again", states)
    assert sections(found)[0] == "Passwords"
    best = found.passages[0]
    assert best.cosine > 0.2
    assert best.maxsim > 0.2
    assert [p.score for p in found.passages] == sorted(
        (p.score for p in found.passages), reverse=True
    )


async def test_confidence_tells_covered_from_not(shop: Shop, states: TokenStates) -> None:
    for models in (states, None):
        covered = await ask(shop, "How do I reset a password?", models)
        other = await ask(shop, "Which orchid grows on the moon of Jupiter?", models)
        assert covered.confidence >= threshold(models) > other.confidence


async def test_audience_is_a_right_in_every_leg(shop: Shop, states: TokenStates) -> None:
    await add(
        shop, "pay", "---\naudience: [lead]\n---\n# Pay bands\n\nA shift lead earns band seven."
    )
    for models in (states, None):
        assert "Pay bands" not in sections(await ask(shop, "pay bands of a shift lead", models))
        assert not (await ask(shop, "pay bands", models, tokens=())).passages
        found = await ask(shop, "pay bands of a shift lead", models, tokens=("everyone", "lead"))
        assert sections(found)[0] == "Pay bands"


async def test_what_is_written_for_others_serves_only_when_nothing_else_does(
    shop: Shop, states: TokenStates
) -> None:
    roles = "---\nroles: [warehouse]\n---\n"
    await add(shop, "scanner", f"{roles}# Reset a password on the scanner\n\nHold the red key.")
    await add(shop, "forklift", f"{roles}# Forklift\n\nCharge it at night.")
    for models in (states, None):
        own = await ask(shop, "how do I reset a password", models, roles=("clerk",))
        assert all(passage.roles == ("everyone",) for passage in own.passages)
        lent = await ask(shop, "when do I charge the forklift", models, roles=("clerk",))
        assert sections(lent)[0] == "Forklift"
        assert lent.passages[0].roles == ("warehouse",)


async def test_a_follow_up_is_read_in_its_thread(shop: Shop, states: TokenStates) -> None:
    await add(shop, "hours", "# Returns counter\n\n## Opening hours\n\nThe counter opens at nine.")
    thread = [
        Turn("user", "who do I ask at the help desk"),
        Turn("agent", "The help desk answers."),
    ]
    for models in (states, None):
        found = await ask(shop, "and the opening hours?", models, thread)
        assert sections(found)[0] == "Opening hours of the help desk"
        alone = await ask(shop, "and the counter?", models)
        assert sections(alone)[0] == "Opening hours"
    short = await ask(shop, "and if it is 80 quid", states, [Turn("user", "refund, no receipt")])
    assert short.confidence > (await ask(shop, "and if it is 80 quid", states)).confidence


async def test_a_question_about_another_document_leaves_its_thread(
    shop: Shop, states: TokenStates
) -> None:
    thread = [
        Turn("user", "how do I reset a password"),
        Turn("agent", "To reset a password, press Forgotten on the sign-in page."),
    ]
    for question in ("a chemical spill in the aisle", "what do I say about a late delivery date"):
        alone = await ask(shop, question, states)
        found = await ask(shop, question, states, thread)
        assert found.passages[0].uri == alone.passages[0].uri
        assert found.confidence == pytest.approx(alone.confidence, rel=0.02)
    follow = await ask(shop, "and where does the link arrive?", states, thread)
    assert sections(follow)[0] == "Passwords"


async def test_one_passage_has_to_answer_and_a_misspelling_proves_less(
    shop: Shop, states: TokenStates
) -> None:
    found = await ask(shop, "How do I reset a password?", states)
    assert found.confidence == pytest.approx(
        max((one.maxsim + one.cosine) / 2 for one in found.passages)
    )
    spelt = await ask(shop, "granules on the spill")
    misspelt = await ask(shop, "granulse on the spil")
    assert sections(misspelt)[0] == sections(spelt)[0] == "Chemical spill response"
    assert spelt.confidence > misspelt.confidence >= threshold(None)


@pytest.mark.parametrize(
    "question",
    ["", " ", "\x00\x07", "\u200b\u202e", "😀", "😀 refund", "כמה עולה החזר", "what is it?", "?!",
     "'; --", "a" * 10_000, "refund " * 1500, "%s %(x)s {}", "\ud800 lone"],
)  # fmt: skip
async def test_any_question_is_answered_in_bounded_work(
    shop: Shop, states: TokenStates, question: str
) -> None:
    for models in (states, None):
        found = await ask(shop, question, models, [Turn("user", question), Turn("agent", question)])
        assert len(found.passages) <= 10
        assert -1 <= found.confidence <= 1
    assert LONGEST <= 10_000


async def test_an_empty_index_finds_nothing(conn: Connection, states: TokenStates) -> None:
    found = await retrieve(conn, "refund", (), EVERYONE, (), TODAY, states.embedder, states)
    assert found == Retrieved((), 0.0)


async def test_what_has_run_out_is_named_and_never_shown(shop: Shop, states: TokenStates) -> None:
    later = date(2027, 6, 1)
    question = "what do I do about a chemical spill"
    assert not (await ask(shop, question, states, today=later)).passages
    for embedder in (states.embedder, None):
        blocked = await best_blocked(shop.conn, question, EVERYONE, later, embedder)
        assert blocked is not None
        assert (blocked.uri, blocked.reason) == ("spills.md", "expired")
        assert blocked.since == date(2027, 1, 4)
        assert not hasattr(blocked, "text")
        assert await best_blocked(shop.conn, question, ("lead",), later, embedder) is None
        assert await best_blocked(shop.conn, question, EVERYONE, TODAY, embedder) is None
        moon = "which orchid grows on the moon of Jupiter"
        assert await best_blocked(shop.conn, moon, EVERYONE, later, embedder) is None


async def test_a_superseded_revision_leaves_no_trace_in_search(
    shop: Shop, states: TokenStates
) -> None:
    sums = "select passages || '/' || terms from indexing.corpus"
    before = await shop.value(sums)
    df = "select coalesce(sum(df), 0) from indexing.term"
    terms_before = await shop.value(df)
    held = FILES["deliveries.md"]
    shop.write("deliveries.md", "---\nvalidated_on: 2026-11-01\n---\n# Drones\n\nDrones are quick.")
    await shop.index(embedder=states.embedder)
    assert "Late deliveries" not in sections(await ask(shop, "late deliveries new date"))
    shop.write(
        "deliveries.md", "---\nvalidated_on: 2026-11-02\n---\n" + held.replace("        ", "")
    )
    await shop.index(embedder=states.embedder)
    assert sections(await ask(shop, "late deliveries new date"))[0] == "Late deliveries"
    assert (await shop.value(sums), await shop.value(df)) == (before, terms_before)


async def many(shop: Shop, count: int, audience: tuple[str, ...], word: str) -> None:
    """Store a document of `count` passages with random directions, without the gate's files."""
    await add(shop, word, f"---\naudience: [{', '.join(audience)}]\n---\n# {word}\n\n{word}.")
    ids = await shop.conn.execute(
        "select id, in_force_revision_id from indexing.document where source = %s", (word,)
    )
    document_id, revision_id = (await ids.fetchall())[0]
    governance = Governance(word, "s", "1", TODAY, "o", EVERYONE, ("c",), audience)
    passages = [Passage(n, f"{word} {n}", (), f"{word} number {n}") for n in range(1, count + 1)]
    vectors = np.random.default_rng(7).standard_normal((count, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    await search.insert_passages(shop.conn, document_id, revision_id, governance, passages, vectors)
    await shop.conn.execute("analyze indexing.passage")
    await shop.conn.commit()


async def test_a_filter_that_one_in_three_hundred_passes_finds_all_five(shop: Shop) -> None:
    await many(shop, 1500, ("crowd",), "haystack")
    await many(shop, 4, ("few",), "needle")
    vector = np.random.default_rng(8).standard_normal(384).astype(np.float32)
    vector /= np.linalg.norm(vector)
    async with shop.conn.transaction():
        await finding.begin_search(shop.conn)
        reader = await finding.fetch_reader(shop.conn, ("few",), TODAY)
        assert reader.passages == 5
        # Both ways: compared one by one, and by the index, as if many passed the filter.
        for exact_or_not in (reader, replace(reader, passages=finding.FEW + 1)):
            found = await finding.search_vectors(shop.conn, vector, exact_or_not, 5)
            assert len(set(found)) == 5
    found = await ask(shop, "needle or haystack number 7", tokens=("few",))
    assert len(found.passages) == 5
    assert {passage.title for passage in found.passages} == {"needle"}


async def test_rare_words_bring_the_candidates_and_common_ones_still_count(shop: Shop) -> None:
    await many(shop, 400, EVERYONE, "haystack")
    found = await ask(shop, "haystack number 77")
    assert sections(found)[0] == "haystack 77"


async def test_states_are_computed_once_and_kept_within_their_bound() -> None:
    embedder = await local_embedder()
    encoded: list[str] = []

    class Counting(LocalEmbedder):
        async def encode(self, texts: Sequence[str]) -> list[Encoded]:
            encoded.extend(texts)
            return await embedder.encode(texts)

    counting = Counting.__new__(Counting)
    texts = {n: f"passage number {n} about refunds and receipts" for n in range(40)}
    states = TokenStates(counting)
    first, second = await asyncio.gather(states.encode(texts), states.encode(texts))
    assert first.keys() == second.keys() == texts.keys()
    assert sorted(encoded) == sorted(texts.values())

    states = TokenStates(counting, limit=60_000)
    await states.encode(texts)
    kept = states.kept(list(texts))
    assert set(kept) == set(range(40 - len(kept), 40)), "the latest are kept"
    assert 0 < states.bytes == sum(one.nbytes for one in kept.values()) <= states.limit


async def test_another_embedder_fills_the_index_anew(
    shop: Shop, database: Database, states: TokenStates
) -> None:
    class Eight:
        name = "eight"
        dimensions = 8

        async def embed(self, texts: Sequence[str]) -> np.ndarray:
            return np.eye(8, dtype=np.float32)[[len(text) % 8 for text in texts]]

    await shop.conn.commit()
    assert await search.fetch_embedding_model(shop.conn) == EmbeddingModel("all-MiniLM-L6-v2", 384)
    await shop.conn.commit()
    path = "-c search_path=pg_catalog,queue,extensions"
    async with await psycopg.AsyncConnection.connect(database.admin_url, options=path) as owner:
        await rebuild(owner, Eight(), lambda done, of: None)
    assert await search.fetch_embedding_model(shop.conn) == EmbeddingModel("eight", 8)
    assert await shop.value("select count(*) from indexing.passage where embedding is null") == 0
    found = await retrieve(shop.conn, "reset a password", (), EVERYONE, (), TODAY, Eight(), None)
    assert sections(found)[0] == "Passwords"


async def test_llama_index_reads_the_same(shop: Shop, pool: Pool, states: TokenStates) -> None:
    from llama_index.core.retrievers import BaseRetriever

    await shop.conn.commit()
    retriever = as_retriever(pool, EVERYONE, (), TODAY, states.embedder, states)
    assert isinstance(retriever, BaseRetriever)
    nodes = await retriever.aretrieve("How do I reset a password?")
    assert nodes[0].metadata["section"] == "Passwords"
    assert nodes[0].metadata["owner"] == "dana@example.com"


def test_terms_meet() -> None:
    assert set(terms("Sign-in")) >= set(terms("signin"))
    assert set(terms("E‑Mails")) >= set(terms("email"))
    assert terms("naïve") == terms("naive") == terms("NAIVE")
    assert terms("customer’s") == terms("customer's") == terms("customers")
    assert terms("KubeAPIDown") == ["kube", "api", "down", "kubeapidown"]
    assert terms("what is it?") == []
    assert terms("x" * 500) == ["x" * 48]


@pytest.mark.parametrize(
    ("left", "right", "edits", "expected"),
    [
        ("receipt", "reciept", 1, True),
        ("refund", "refnud", 1, True),
        ("refund", "refunds", 1, True),
        ("refund", "fund", 1, False),
        ("password", "passwrd", 1, True),
        ("abc", "xyz", 2, False),
        ("", "ab", 2, True),
    ],
)
def test_within(left: str, right: str, edits: int, expected: bool) -> None:
    assert within(left, right, edits) is expected
    assert within(right, left, edits) is expected


async def test_a_word_that_no_document_has_does_not_decide_which_one_fits(
    shop: Shop, states: TokenStates
) -> None:
    corpus = await search.fetch_corpus(shop.conn)
    question = "customer misremembers the password"
    (asked,) = await understood(shop.conn, [question], corpus, states.embedder, states)
    unknown, known = asked.rarity["misrememb"], asked.rarity["password"]
    assert unknown > known
    # How sure an answer is depends on it; which passage is the better one does not.
    assert asked.piece_weights().max() == pytest.approx(unknown)
    assert asked.piece_weights(asked.known).max() == pytest.approx(known)
    found = await ask(shop, question, states)
    assert sections(found)[0] == "Passwords"
    best = found.passages[0]
    assert found.confidence == pytest.approx((best.maxsim + best.cosine) / 2)
    threads = await understood(shop.conn, [question, "a", "b"], corpus, states.embedder, states)
    assert threads[0].piece_weights(threads[0].known).max() == pytest.approx(unknown)
