"""Decides what follows for each file from what was known of its source when a run began."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from indexing.governance import Days
from indexing.nouns import Governance
from indexing.sources import Draft, Folder
from indexing.store.sources import Glance
from indexing.validation import NewRevision, Offered, Stored, TakenBack, Unchanged, decide


@dataclass(frozen=True, slots=True)
class KnownSource:
    """A source as a run finds it.

    `first`: the source's first run, or its continuation after a cut-off. `elsewhere`: the other
    folder that the source was last read from, if any. `seen`: texts that the first run refused.
    `claimed` and `wordings`: the validations claimed so far, the latest one, and by which wording.
    """

    first: bool
    elsewhere: str
    glances: Mapping[str, Glance]
    seen: Mapping[str, str]
    claimed: date | None
    wordings: Mapping[str, date]

    def gone(self, folder: Folder) -> list[Glance]:
        """Return the documents that are no longer in the folder."""
        return [
            glance
            for glance in self.glances.values()
            if not glance.withdrawn and not folder.still_has(glance.uri)
        ]

    def is_settled(self, uri: str) -> bool:
        """Say whether somebody chose another document with the same text."""
        glance = self.glances.get(uri)
        return glance is not None and glance.settled

    def fingerprint(self, uri: str, leaving: frozenset[int]) -> str | None:
        """What an untouched file has; None where the document must be looked at all the same."""
        glance = self.glances.get(uri)
        if glance is None or glance.withdrawn:
            return None
        if glance.duplicate_of and not (glance.settled and original_stays(glance, leaving)):
            return None
        return glance.fingerprint

    def kept_days(self, stored: Stored | None) -> Days:
        """What relative dates were resolved to when their wording was first stored."""
        if stored is None:
            known = {} if self.first else self.wordings
            return {("validated_on", words): day for words, day in known.items()}
        kept: dict[tuple[str, str], date] = {}
        for revision in stored.revisions:
            written = revision.governance.written
            kept["version_on", written.get("version_on", "")] = revision.governance.version_on
            if revision.claimed_on is not None:
                kept["validated_on", written.get("validated_on", "")] = revision.claimed_on
        return kept

    def decide(
        self, stored: Stored | None, draft: Draft, governance: Governance
    ) -> Unchanged | TakenBack | NewRevision:
        """Decide what a file that was read is to its document; see `indexing.validation`."""
        seen = self.first or self.seen.get(draft.uri) == draft.text_sha256
        return decide(
            stored,
            Offered(draft.content_sha256, governance),
            at_start=stored is None and seen,
            source_claimed=self.claimed,
        )


def original_stays(glance: Glance, leaving: frozenset[int]) -> bool:
    """Say whether the document that a duplicate gave way to is there, and stays."""
    return glance.original_is_live and glance.duplicate_of not in leaving
