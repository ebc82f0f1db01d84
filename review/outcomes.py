"""Decides nothing: what can come of a press on a module, as values that are matched exhaustively."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from learning.nouns import Person
from review.nouns import CitedRevision, Module, Seat, Tick
from review.states import State


@dataclass(frozen=True, slots=True)
class NoSuchModule:
    """There is none with this id."""


@dataclass(frozen=True, slots=True)
class OldContent:
    """The card shows a content the module no longer has. Nothing was done."""

    module: Module


@dataclass(frozen=True, slots=True)
class NotNow:
    """The module is in a state in which this cannot be done."""

    module: Module


@dataclass(frozen=True, slots=True)
class NotAReviewer:
    """The person holds no seat that may. `holders` are those who do, by seat."""

    module: Module
    holders: Mapping[Seat, tuple[Person, ...]]


@dataclass(frozen=True, slots=True)
class IsAuthor:
    """Whoever asked for it or edited it does not approve it. `others` can, for the missing seats."""

    module: Module
    others: Mapping[Seat, tuple[Person, ...]]


@dataclass(frozen=True, slots=True)
class SeatTaken:
    """The seats this person holds have approved already. `others` can fill the missing one."""

    module: Module
    by_themselves: bool
    others: Mapping[Seat, tuple[Person, ...]]


@dataclass(frozen=True, slots=True)
class TicksMissing:
    """Approving needs all three ticks; these are not set."""

    module: Module
    missing: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class RatingsMissing:
    """An SME says for each of these items how many of ten just-competent people get it right."""

    module: Module
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PartsUnopened:
    """The person was not shown these parts of the card, and did not say that they know."""

    module: Module
    seat: Seat
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ChecksBlock:
    """A check found what nobody may approve; the card names it."""

    module: Module


@dataclass(frozen=True, slots=True)
class SourceMoved:
    """The module rests on documents that say something else now, or are out today."""

    module: Module
    documents: tuple[CitedRevision, ...]


@dataclass(frozen=True, slots=True)
class WordsMissing:
    """A comment or a reason is needed."""

    module: Module


@dataclass(frozen=True, slots=True)
class NoReviewerLeft:
    """Editing would make the person an author, and nobody else holds these seats."""

    module: Module
    seats: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class ApprovedBySeat:
    """One seat has approved. `waiting_for` can fill the other.

    The approvals of the people in `void` count no more: they lost their seat before the second one.
    """

    module: Module
    seat: Seat
    waiting_for: Mapping[Seat, tuple[Person, ...]]
    void: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Published:
    """Both seats have approved: the module is in use, and the one it replaced is not."""

    module: Module
    seat: Seat


@dataclass(frozen=True, slots=True)
class Moved:
    """The module went from `before` to the state it has now."""

    module: Module
    before: State


@dataclass(frozen=True, slots=True)
class Reported:
    """A report is on record. `suspended`: it was the one that takes the module out of use."""

    module: Module
    suspended: bool
    remark_id: int


@dataclass(frozen=True, slots=True)
class HeldRight:
    """A reviewer holds the module to be right; what these people (ids) reported is closed."""

    module: Module
    reporters: frozenset[int]


@dataclass(frozen=True, slots=True)
class NotReported:
    """Nobody says that the module is wrong, or not any more."""

    module: Module


@dataclass(frozen=True, slots=True)
class AlreadyReported:
    """The same person has reported this content before."""

    module: Module


Refusal = NoSuchModule | OldContent | NotNow | NotAReviewer | IsAuthor | WordsMissing
ApproveRefusal = (
    Refusal | SeatTaken | TicksMissing | RatingsMissing | PartsUnopened | ChecksBlock | SourceMoved
)
