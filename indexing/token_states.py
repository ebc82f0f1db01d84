"""Decides how a question's words are matched with a passage's, and what is kept to do it fast.

Late interaction (MaxSim; Khattab and Zaharia, 2020): each word piece of the question takes its
best cosine among the passage's pieces, and the weighted mean of those is the score.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from indexing.embeddings import Encoded, LocalEmbedder

States = NDArray[np.float16]

DEFAULT_BYTES = 96 * 2**20
"""About 800 passages of 150 word pieces."""
UNITS_KEPT = 4000
"""Passages whose sentences' vectors are kept: some 6 kB each."""


class TokenStates:
    """The word-piece states of passages, the most recently used ones kept within a bound of bytes.

    Passages never change, so nothing here goes stale. One instance serves a whole process.
    """

    def __init__(self, embedder: LocalEmbedder, limit: int = DEFAULT_BYTES) -> None:
        self.embedder = embedder
        self.limit = limit
        self.bytes = 0
        self._kept: OrderedDict[int, States] = OrderedDict()
        self._units: OrderedDict[tuple[int, int], NDArray[np.float32]] = OrderedDict()
        # Two questions about the same passages do not encode them twice.
        self._encoding = asyncio.Lock()

    def kept(self, passage_ids: Sequence[int]) -> dict[int, States]:
        """Those of the passages whose states are at hand; they count as used."""
        found = {}
        for passage_id in passage_ids:
            if (states := self._kept.get(passage_id)) is not None:
                self._kept.move_to_end(passage_id)
                found[passage_id] = states
        return found

    async def encode(self, texts: Mapping[int, str]) -> dict[int, States]:
        """The states of these passages (id -> what search reads of it), kept from now on."""
        async with self._encoding:
            found = self.kept(list(texts))
            missing = [passage_id for passage_id in texts if passage_id not in found]
            encoded = await self.embedder.encode([texts[passage_id] for passage_id in missing])
        for passage_id, one in zip(missing, encoded, strict=True):
            found[passage_id] = one.states
            self._keep(passage_id, one.states)
        return found

    async def units(self, texts: Mapping[int, Sequence[str]]) -> dict[int, NDArray[np.float32]]:
        """The vectors (n, dimensions) of these passages' sentences and steps, kept from now on."""
        # What is a unit depends on the section and on the question, not on the passage alone.
        keys = {passage_id: (passage_id, hash(tuple(own))) for passage_id, own in texts.items()}
        missing = [passage_id for passage_id in texts if keys[passage_id] not in self._units]
        if missing:
            flat = [text for passage_id in missing for text in texts[passage_id]]
            vectors = await self.embedder.embed(flat)
            at = 0
            for passage_id in missing:
                end = at + len(texts[passage_id])
                self._units[keys[passage_id]] = vectors[at:end]
                at = end
        found = {passage_id: self._units[key] for passage_id, key in keys.items()}
        for key in keys.values():
            self._units.move_to_end(key)
        while len(self._units) > UNITS_KEPT:
            self._units.popitem(last=False)
        return found

    def _keep(self, passage_id: int, states: States) -> None:
        if passage_id in self._kept or states.nbytes > self.limit:
            return
        self._kept[passage_id] = states
        self.bytes += states.nbytes
        while self.bytes > self.limit:
            _, dropped = self._kept.popitem(last=False)
            self.bytes -= dropped.nbytes


async def maxsim(
    question: Encoded, weights: NDArray[np.float32], passages: Mapping[int, States]
) -> dict[int, float]:
    """The score of each passage in [-1, 1]. `weights` (pieces of the question,): not all zero."""
    return await asyncio.to_thread(_maxsim, question, weights, passages)


def _maxsim(
    question: Encoded, weights: NDArray[np.float32], passages: Mapping[int, States]
) -> dict[int, float]:
    read = {passage_id: states for passage_id, states in passages.items() if len(states)}
    if not read or not len(question.states):
        return dict.fromkeys(passages, 0.0)
    asked = question.states.astype(np.float32)
    shares = weights / weights.sum()
    pieces = np.concatenate(list(read.values())).astype(np.float32)
    starts = np.cumsum([0, *(len(states) for states in read.values())])[:-1]
    best = np.maximum.reduceat(asked @ pieces.T, starts, axis=1)
    scores = dict.fromkeys(passages, 0.0)
    scores.update(zip(read, (shares @ best).tolist(), strict=True))
    return scores
