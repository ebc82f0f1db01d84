"""Decides what the governed index talks about: documents, revisions, passages, answers.

Pure values. Dates are dates of the company's day; no value here knows what day it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

Kind = Literal["sop", "module"]
Status = Literal["answerable", "unvalidated", "expired", "withdrawn", "conflict", "owner_gone"]
Reason = Literal["unvalidated", "expired", "withdrawn", "conflict", "owner_gone"]


@dataclass(frozen=True, slots=True)
class Governance:
    """What somebody answers for: without it a document is not indexed.

    `audience` holds role ids, e-mails and `everyone`: who may read. `roles`: for whom it is
    written. `validated_on` None means that nobody has validated this content.
    """

    title: str
    scope: str
    version: str
    version_on: date
    owner: str
    roles: tuple[str, ...]
    competencies: tuple[str, ...]
    audience: tuple[str, ...] = ("everyone",)
    validated_by: str = ""
    validated_on: date | None = None
    review_every: timedelta = timedelta(days=90)
    url: str = ""
    urgent: str = ""
    written: dict[str, str] = field(default_factory=dict)
    """The wording of `version_on` and `validated_on` as written (`today-40d` counts as unchanged)."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of one revision, following its headings. `text` is what is shown and quoted.

    `section` names the place for a citation ("4.2 Refund without a receipt"); `headings` is the
    path from the title down.
    """

    ordinal: int
    section: str
    headings: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class SopText:
    """A document of kind `sop` that may be answered from today: its revision in force, whole.

    `passages` are in the document's order; what is drafted quotes from their texts.
    """

    document_id: int
    source: str
    uri: str
    revision: int
    version: str
    version_on: date
    title: str
    owner: str
    audience: tuple[str, ...]
    competencies: tuple[str, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class RestsOn:
    """An SOP that a published module rests on, as it is in force now; `sections`: those it cites."""

    document_id: int
    source: str
    uri: str
    title: str
    version: str
    version_on: date
    owner: str
    url: str
    sections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InUse:
    """The published module that a passage is of. `rests_on`: the SOP it cites most comes first."""

    module_id: int
    kind: Literal["guide", "aid"]
    rests_on: tuple[RestsOn, ...]


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """An answerable passage with what a citation needs and how well it matched.

    `score` orders a result (higher is better, comparable within one result only); `cosine` and
    `maxsim` are in [-1, 1], 0 without an embedding model; `bm25` is 0 where no term matched.
    `module` is set for a passage of kind `module`; its version, owner and url are then those of the
    first SOP it rests on.
    """

    passage_id: int
    document_id: int
    revision_id: int
    source: str
    uri: str
    kind: Kind
    title: str
    section: str
    text: str
    version: str
    version_on: date
    owner: str
    url: str
    roles: tuple[str, ...]
    audience: tuple[str, ...]
    score: float = 0.0
    bm25: float = 0.0
    cosine: float = 0.0
    maxsim: float = 0.0
    module: InUse | None = None


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The best passages, best first. `confidence` is what the refusal threshold applies to.

    `in_thread`: whether the question was read with the turns before it, not by itself.
    """

    passages: tuple[FoundPassage, ...]
    confidence: float
    in_thread: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a thread, as data: nothing in it is an instruction."""

    role: Literal["user", "agent"]
    text: str


@dataclass(frozen=True, slots=True)
class NamedDocument:
    """Enough of a document to name it and its owner; never its content.

    `module` is a published module's kind, '' for an SOP.
    """

    document_id: int
    source: str
    uri: str
    title: str
    section: str
    owner: str
    module: str = ""


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words taken verbatim from one passage. `number` is the citation's mark in the answer.

    `step` is the number the SOP gives this step, None for anything else; `warning` marks words
    that must not be missed; `listed`, a step or one point of a list. A row of a table is quoted as
    it stands in the passage, `head` is the first row of its table.
    """

    text: str
    number: int
    step: int | None = None
    warning: bool = False
    listed: bool = False
    head: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What an answer does not quote of a list it quotes from: its steps, how many points and rows.

    `number` is that of a passage in which they stand.
    """

    number: int
    steps: tuple[int, ...]
    points: int = 0
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """Validated words that fit the question. `cited[n - 1]` is what `[n]` stands for.

    `written_for` names the roles the passages were written for when none of them is the asker's
    or `everyone`, else it is empty.
    """

    heading: str
    quotes: tuple[Quoted, ...]
    cited: tuple[FoundPassage, ...]
    written_for: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class Worded:
    """A sentence that a model wrote and that the passages `numbers` were found to support.

    `step` and `warning` mean the same as in `Quoted`.
    """

    text: str
    numbers: tuple[int, ...]
    step: int | None = None
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Begun:
    """An answer begins, and this is the passage that it cites first: its heading can be shown."""

    passage: FoundPassage


@dataclass(frozen=True, slots=True)
class WrittenAnswer:
    """An answer in a model's words, each sentence supported. The rest is as in `Answered`."""

    heading: str
    sentences: tuple[Worded, ...]
    cited: tuple[FoundPassage, ...]
    written_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotCovered:
    """No approved SOP covers the question. `nearest` are the closest ones the asker may read."""

    nearest: tuple[NamedDocument, ...]
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Blocked:
    """The fitting document may not be answered from. `since` is when that began, if known."""

    document: NamedDocument
    reason: Reason
    since: date | None = None
    urgent: str = ""


Outcome = Answered | WrittenAnswer | NotCovered | Blocked
