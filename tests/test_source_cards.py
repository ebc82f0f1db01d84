"""What [Show source] shows: the SOP's own words as it lays them out, cited once, in parts if long."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from handlers.cards import Note, Sources, Steps, Text, plain
from handlers.parts import first_part, later_part
from handlers.source_cards import OWN_WORDS, source_card
from indexing.nouns import FoundPassage

NAMES = {"dana@example.com": "Dana Cole"}
TEXT = """If a customer has lost the receipt, we can still help. The till keeps purchases.

1. Look the purchase up by card.
   - by loyalty number too
2. Above *£75*, a shift lead approves.

Warning: Never refund to another card. It is theft.

- It is unused.
- It has its tag.

4. Sign the slip."""
PASSAGE = FoundPassage(
    passage_id=1,
    document_id=1,
    revision_id=1,
    source="sops",
    uri="returns/refunds.md",
    kind="sop",
    title="Returns and refunds",
    section="4.2 Refund without a receipt",
    text=TEXT,
    version="7",
    version_on=date(2026, 5, 4),
    owner="dana@example.com",
    url="",
    roles=("service-agent",),
    audience=("everyone",),
)


def test_a_source_is_laid_out_as_the_sop_lays_it_out() -> None:
    card = source_card(((1, PASSAGE),), NAMES)
    assert card.blocks[0] == Text("**4.2 Refund without a receipt** [1]")
    assert card.blocks[1] == Text(
        "If a customer has lost the receipt, we can still help. The till keeps purchases."
    )
    assert card.blocks[2] == Steps(
        (
            "Look the purchase up by card.\n• by loyalty number too",
            "Above \\*£75\\*, a shift lead approves.",
        )
    )
    assert card.blocks[3] == Note("Warning: Never refund to another card. It is theft.", "warning")
    assert card.blocks[4] == Text("• It is unused.\n• It has its tag.")
    assert card.blocks[5] == Steps(("Sign the slip.",), 4)
    assert card.blocks[-1] == Note(OWN_WORDS)


def test_it_is_cited_once() -> None:
    card = source_card(((1, PASSAGE), (1, replace(PASSAGE, passage_id=2))), NAMES)
    [sources] = [block for block in card.blocks if isinstance(block, Sources)]
    [entry] = sources.entries
    assert (entry.title, entry.section, entry.owner) == ("Returns and refunds", "§4.2", "Dana Cole")
    said = [plain(block.markdown) for block in card.blocks if isinstance(block, Text | Note)]
    assert not [words for words in said if "version" in words or "Dana" in words]


def test_a_long_source_comes_in_parts_with_their_source() -> None:
    passages = tuple(
        (mark, replace(PASSAGE, passage_id=mark, text=TEXT * 4)) for mark in range(1, 9)
    )
    card = source_card(passages, NAMES)
    first = first_part(card, "answer.source", "answer:1")
    second = later_part(card, "answer.source", "answer:1", 2)
    assert first != card
    assert second
    assert any(isinstance(block, Sources) for block in second.blocks)
