"""Decides whether a validation holds for the content at hand, and what a run has to store.

**A validation holds for the content it was given for.** Content is title and text. So:

- The same content keeps its validation, whatever else changes in the governance (owner, roles,
  version, audience …), as long as the claimed `validated_on` is not lowered or taken out.
- Changed content, a document first seen in a later run of its source, and a withdrawn document
  that returns need a *raised* claim: later than every validation known before, and not before
  `version_on`. For a document with a history that is every claim and validation of its own. For
  one first seen in a later run it is every claim its source has made so far: a new file must not
  inherit what a `defaults` entry said before it existed. Where there was no claim at all, any
  counts as raised.
- What the first run of a source brings may be claimed without a raise, then or later, because no
  earlier content could have been meant. A first run that was cut off goes on as the first one, and
  a file that it refused counts as seen if its text is still the same.
- A claim needs both `validated_by` and `validated_on`; one before `version_on` was given for an
  earlier version and holds for none.
- A relative date means the day on which its wording was first stored, so time alone raises nothing.
- A governance change is part of a new revision and comes into force with it; only a narrowed
  `audience` takes effect at once, on the text in force as well: a right withdrawn is withdrawn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from indexing.nouns import Governance

PendingBecause = Literal[
    "claim_before_version", "claim_incomplete", "claim_missing", "claim_not_raised"
]


@dataclass(frozen=True, slots=True)
class Validated:
    """The content is validated: by whom and when."""

    by: str
    on: date


@dataclass(frozen=True, slots=True)
class Pending:
    """The content waits for a validation, and why the claimed one does not do."""

    because: PendingBecause


@dataclass(frozen=True, slots=True)
class Known:
    """A stored revision. `governance.validated_*` is what holds, `claimed_*` what its file said."""

    id: int
    content: str
    governance: Governance
    claimed_by: str
    claimed_on: date | None
    from_start: bool


@dataclass(frozen=True, slots=True)
class Offered:
    """What a file says now. `governance.validated_*` is what is claimed."""

    content: str
    governance: Governance


@dataclass(frozen=True, slots=True)
class Stored:
    """A document that is known. `in_force` and `newest` may be the same revision."""

    document_id: int
    in_force: Known | None
    newest: Known
    withdrawn: bool
    duplicate_of: int | None
    duplicate_settled: bool

    @property
    def revisions(self) -> tuple[Known, ...]:
        """The revisions that still matter, the one in force first."""
        if self.in_force is None or self.in_force.id == self.newest.id:
            return (self.newest,)
        return (self.in_force, self.newest)


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Nothing to store."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The file says again what is in force: the revision that waited is dropped."""

    to: Known


@dataclass(frozen=True, slots=True)
class NewRevision:
    """Store a revision. `of` is the stored one with the same content, if there is one.

    `narrowed` is set when the text in force must get a smaller audience at once.
    """

    verdict: Validated | Pending
    from_start: bool
    of: Known | None = None
    narrowed: tuple[str, ...] | None = None


def decide(
    stored: Stored | None, offered: Offered, *, at_start: bool, source_claimed: date | None
) -> Unchanged | TakenBack | NewRevision:
    """Say what a run does with a file.

    `at_start`: the first run of the source brought this content. `source_claimed`: the latest
    `validated_on` that any document of the source claimed before this run.
    """
    if stored is None:
        return NewRevision(_first_seen(offered, at_start, source_claimed), at_start)
    same = next((r for r in stored.revisions if r.content == offered.content), None)
    if stored.withdrawn:
        return NewRevision(_raised(offered, _latest(stored)), from_start=False, of=same)
    for known in reversed(stored.revisions):
        if _says_the_same(known, offered):
            return Unchanged() if known.id == stored.newest.id else TakenBack(known)
    from_start = at_start or (same is not None and same.from_start)
    verdict = _verdict(stored, offered, same, from_start)
    narrowed = None
    if isinstance(verdict, Pending) and stored.in_force is not None:
        before = stored.in_force.governance.audience
        after = narrower(before, offered.governance.audience, stored.in_force.governance.owner)
        narrowed = after if set(after) != set(before) else None
    return NewRevision(verdict, from_start, same, narrowed)


def _says_the_same(known: Known, offered: Offered) -> bool:
    claim = replace(known.governance, validated_by=known.claimed_by, validated_on=known.claimed_on)
    return known.content == offered.content and claim == offered.governance


def _verdict(
    stored: Stored, offered: Offered, same: Known | None, from_start: bool
) -> Validated | Pending:
    claimed = offered.governance.validated_on
    held = same.governance.validated_on if same else None
    if same is not None and held is not None:
        if same.claimed_on is not None and (claimed is None or claimed < same.claimed_on):
            return Pending("claim_not_raised")
        renewed = _claim(offered)
        if isinstance(renewed, Validated) and renewed.on > held:
            return renewed
        return Validated(same.governance.validated_by, held)
    return _claim(offered) if from_start else _raised(offered, _latest(stored))


def _first_seen(
    offered: Offered, at_start: bool, source_claimed: date | None
) -> Validated | Pending:
    return _claim(offered) if at_start else _raised(offered, source_claimed)


def _raised(offered: Offered, before: date | None) -> Validated | Pending:
    claim = _claim(offered)
    if isinstance(claim, Validated) and before is not None and claim.on <= before:
        return Pending("claim_not_raised")
    return claim


def _claim(offered: Offered) -> Validated | Pending:
    by, on = offered.governance.validated_by, offered.governance.validated_on
    if on is None:
        return Pending("claim_missing")
    if not by:
        return Pending("claim_incomplete")
    if on < offered.governance.version_on:
        return Pending("claim_before_version")
    return Validated(by, on)


def _latest(stored: Stored) -> date | None:
    days = [
        day
        for known in stored.revisions
        for day in (known.claimed_on, known.governance.validated_on)
        if day is not None
    ]
    return max(days, default=None)


def keeps_its_version(stored: Stored, content: str, governance: Governance) -> bool:
    """Whether another content than the one in force goes by its version and its version date."""
    before = stored.in_force
    return (
        before is not None
        and before.content != content
        and (before.governance.version, before.governance.version_on)
        == (governance.version, governance.version_on)
    )


def narrower(before: tuple[str, ...], after: tuple[str, ...], owner: str) -> tuple[str, ...]:
    """Return the audience that both allow; where they have nobody in common, the owner alone."""
    if "everyone" in after:
        return before
    if "everyone" in before:
        return after
    return tuple(token for token in before if token in after) or (owner,)
