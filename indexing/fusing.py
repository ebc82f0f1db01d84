"""Decides how well each candidate fits a text: keywords, vectors and MaxSim in one score.

A candidate's score is the sum, with equal weights, of its z-scores: BM25, cosine, and MaxSim
weighted by how rare the text's words are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexing.questions import Asked
from indexing.store import contents
from indexing.store.finding import Reader, Scored
from indexing.store.search import Connection
from indexing.token_states import TokenStates, maxsim

BEST = 10
"""Passages of SOPs that are returned; those of published modules come beside them."""
REORDERED = 30
"""Candidates, best by the other two scores, that MaxSim reads: each new one costs some 10 ms."""
MODULES_REORDERED = 8
"""The same of published modules."""


@dataclass(frozen=True, slots=True)
class Fused:
    """The scores of the candidates for one text, by passage."""

    total: Mapping[int, float]
    bm25: Mapping[int, float]
    cosine: Mapping[int, float]
    maxsim: Mapping[int, float]
    document: Mapping[int, int]
    confidence: float
    by_sops: float

    @property
    def fits(self) -> dict[int, float]:
        """How well each passage that MaxSim read answers by itself: mean of MaxSim and cosine."""
        return {one: (late + self.cosine[one]) / 2 for one, late in self.maxsim.items()}

    @property
    def documents(self) -> dict[int, float]:
        """The total of each document's best passage."""
        best: dict[int, float] = {}
        for passage_id, score in self.total.items():
            document = self.document[passage_id]
            best[document] = max(best.get(document, score), score)
        return best


async def scored(
    conn: Connection,
    asked: Asked,
    found: Sequence[Scored],
    modules: Collection[int],
    reader: Reader,
    states: TokenStates | None,
) -> Fused:
    """The scores of what was found for a text; `modules` are those of it that are published."""
    if not found:
        return Fused({}, {}, {}, {}, {}, 0.0, 0.0)
    ids = [row.passage_id for row in found]
    # The SOPs alone set the scale, where they are enough for one: however many modules there are,
    # SOPs score as if there were none.
    sops = np.array([passage_id not in modules for passage_id in ids])
    scale = sops if sops.sum() >= BEST else np.ones_like(sops)
    bm25 = np.array([row.bm25 for row in found])
    cosine = np.array([row.cosine for row in found])
    total = _z(bm25, scale) + _z(cosine, scale)
    late: dict[int, float] = {}
    sure = {row.passage_id: row.held / asked.total for row in found} if asked.total else {}
    if states is not None and asked.encoded is not None:
        ranked = np.argsort(-total, kind="stable")
        front = [ids[at] for at in ranked[sops[ranked]][:REORDERED]]
        front += [ids[at] for at in ranked[~sops[ranked]][:MODULES_REORDERED]]
        late, ranked_by = await _late(conn, asked, front, reader, states)
        # What MaxSim did not read is worth the least of what it read.
        read = [ranked_by[one] for one in late if one not in modules] or list(ranked_by.values())
        least = min(read, default=0.0)
        total += _z(np.array([ranked_by.get(passage_id, least) for passage_id in ids]), scale)
        near = dict(zip(ids, cosine.tolist(), strict=True))
        # In one passage: two that each know half of the question do not answer it.
        sure = {one: (score + near[one]) / 2 for one, score in late.items()}
    return Fused(
        dict(zip(ids, total.tolist(), strict=True)),
        dict(zip(ids, bm25.tolist(), strict=True)),
        dict(zip(ids, cosine.tolist(), strict=True)),
        late,
        {row.passage_id: row.document_id for row in found},
        max(sure.values(), default=0.0),
        max((fit for one, fit in sure.items() if one not in modules), default=0.0),
    )


async def _late(
    conn: Connection, asked: Asked, passage_ids: list[int], reader: Reader, states: TokenStates
) -> tuple[dict[int, float], dict[int, float]]:
    """MaxSim of these passages, and what they are ranked by; states not at hand are computed.

    No passage holds a word that the index does not know, so it says how sure an answer can be, and
    little of which passage is the better one: for that it weighs no more than a word that is known.
    """
    assert asked.encoded is not None
    found = states.kept(passage_ids)
    missing = [passage_id for passage_id in passage_ids if passage_id not in found]
    if missing:
        found |= await states.encode(await contents.fetch_searchable(conn, missing, reader))
    sure = await maxsim(asked.encoded, asked.piece_weights(), found)
    if max(asked.rarity.values(), default=0.0) <= asked.known:
        return sure, sure
    return sure, await maxsim(asked.encoded, asked.piece_weights(asked.known), found)


def _z(scores: NDArray[np.float64], scale: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Standard scores among those that set the scale; all zero where nothing of these differs."""
    among = scores[scale]
    spread = among.std()
    return (scores - among.mean()) / spread if spread > 1e-9 else np.zeros_like(scores)
