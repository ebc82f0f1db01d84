"""Decides which moves a module can make: one table, the same in code and in the database.

There is no way to `published` but from `approved by one seat`, and no move that skips the other
seat. The database holds the same table (`review.move`) and refuses everything that is not in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

State = Literal[
    "draft",
    "in_review",
    "changes_requested",
    "approved_by_one",
    "published",
    "flagged",
    "suspended",
    "superseded",
    "withdrawn",
    "rejected",
]

MOVES: Mapping[State, frozenset[State]] = {
    "draft": frozenset({"in_review", "rejected", "withdrawn"}),
    "in_review": frozenset({"approved_by_one", "changes_requested", "rejected", "withdrawn"}),
    # An edit voids the approval, which is the way back.
    "approved_by_one": frozenset(
        {"published", "in_review", "changes_requested", "rejected", "withdrawn"}
    ),
    "changes_requested": frozenset({"in_review", "rejected", "withdrawn"}),
    "published": frozenset({"flagged", "suspended", "superseded", "withdrawn"}),
    # Its source says something else now: only a revision, approved in its turn, replaces it.
    "flagged": frozenset({"superseded", "withdrawn"}),
    # Found right after all, it passes both seats again like any draft.
    "suspended": frozenset({"in_review", "flagged", "superseded", "withdrawn"}),
    "superseded": frozenset(),
    "withdrawn": frozenset(),
    "rejected": frozenset(),
}

BEFORE_REVIEWERS: frozenset[State] = frozenset({"in_review", "approved_by_one"})
"""States in which somebody can approve."""


def may_move(before: State, after: State) -> bool:
    """Whether a module may go from one state to another."""
    return after in MOVES[before]
