"""Decides what still has room in an answer: its words, its sources and their marks count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from indexing.fits import Fit
from indexing.terms import terms

ROOM = 1_120
"""Characters of an answer with its sources and marks; what else it says stays below 1,200."""
SOURCED, HINTED = 48, 72
"""Characters beside its words that a source takes (version, date, `owner`), and those of the line
that says what of a list was left out."""
SAID = 0.8
"""Share of its terms from which a sentence only says again what is quoted already."""


@dataclass(slots=True)
class Kept:
    """What is quoted so far, and the room that is left for more."""

    room: int
    fits: list[Fit] = field(default_factory=list)

    def cost(self, wanted: Sequence[Fit]) -> int:
        """The characters that these take: their words, and the source of each new section."""
        sections = {fit.section for fit in self.fits}
        cost = 0
        for fit in wanted:
            if fit in self.fits:
                continue
            cost += fit.cost
            if fit.section not in sections:
                sections.add(fit.section)
                passage = fit.passage
                cost += 2 * len(passage.section) + len(passage.title) + len(passage.owner) + SOURCED
                cost += HINTED if fit.listed else 0
        return cost

    def add(self, wanted: Sequence[Fit]) -> bool:
        """Keep all of these, if there is room for all; say whether there was."""
        cost = self.cost(wanted)
        if cost > self.room:
            return False
        self.room -= cost
        self.fits += [fit for fit in wanted if fit not in self.fits]
        return True

    def says(self, fit: Fit) -> bool:
        """Whether what is kept says the same already, as the same SOP in a shorter version would."""
        said = {term for other in self.fits for term in terms(other.text)}
        words = set(terms(fit.text))
        return not words or len(words & said) >= SAID * len(words)
