"""Decides what of a content a reviewer's comment is about: that is drafted again, nothing else.

So the rest stays word for word as it was read, and the next diff shows the change alone. Which part
is meant is told by its name in the comment (`question 3`, `case 2`, `the model answer`), else by the
words they share; where neither tells, nothing is changed and that is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import assert_never

from indexing.addressed import speaks_to_a_model
from indexing.nouns import SopText
from learning.modules import (
    Content,
    Guide,
    Item,
    ItemSet,
    JobAid,
    Ordering,
    RemedialUnit,
    Scenario,
    Section,
    Sentence,
    SingleBest,
    cites,
    sections,
)
from review.drafting_model.nouns import Fragment, Piece, Plan, Shown, basis_of
from review.drafting_model.planning import (
    PASSAGES,
    cited_by,
    form_of,
    lines_piece,
    statement_of,
)
from review.drafting_verbatim.fit import Fit, shared_terms
from review.nouns import DraftRequest

ABOUT = 0.3
"""Share of a comment's rare words from which a part of a content is what it is about."""
_NAMED: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), key)
    for pattern, key in (
        (r"\b(?:question|item|q)\s?#?(\d{1,3})\b", "item.q{}"),
        (r"\b(?:case|variant)\s?#?(\d{1,3})\b", "variant.{}"),
        (r"\b(?:criterion|criteria|c)\s?#?(\d{1,3})\b", "rubric.c{}"),
        (r"\bmodel answer\b", "model_answer"),
        (r"\bexample\b", "example"),
        (r"\bcheck question\b|\bthe question\b", "item."),
        (r"\bhints?\b|\bsituations?\b|\btasks?\b", "variant."),
    )
)


def plan_revision(
    request: DraftRequest,
    sops: Sequence[SopText],
    before: Content,
    by: str,
    comments: Sequence[str],
    fit: Fit = shared_terms,
) -> Plan | None:
    """What the comments want drafted again; None where `before` rests on texts that are out today.

    `by` wrote what stands. `left_out` says `guide_kept` where only the SOP's words may stand, and
    `unclear` where no comment tells what it is about.
    """
    usable = {sop.revision for sop in sops}
    if not comments or any(cite.revision not in usable for cite in cites(before)):
        return None
    basis = basis_of(request, sops, before, comments)
    if isinstance(before, Guide):
        return Plan(before, by, (), ("guide_kept",), basis)
    pieces: dict[str, Piece] = {}
    for comment in comments:
        for piece in _pieces(request, sops, before, comment, fit):
            known = pieces.get(piece.key)
            both = f"{known.comment}\n{comment}" if known else comment
            pieces[piece.key] = replace(piece, comment=both)
    left_out = () if pieces else ("unclear",)
    return Plan(before, by, tuple(pieces.values()), left_out, basis)


def _pieces(
    request: DraftRequest, sops: Sequence[SopText], before: Content, comment: str, fit: Fit
) -> Iterator[Piece]:
    if isinstance(before, JobAid):
        own = [at for at, line in enumerate(before.lines) if not line.authored]
        for run in _runs(_meant(comment, [before.lines[at].text for at in own], fit), own):
            piece = lines_piece("aid", before.lines, run, sops, request.statement)
            yield replace(piece, passages=_with_more(piece.passages, comment, sops, fit))
        return
    for section in _sections_meant(before, comment, fit):
        piece_ = _piece(request, sops, before, section, comment, fit)
        if piece_ is not None and piece_.passages:
            yield piece_


def _runs(meant: Sequence[int], own: Sequence[int]) -> Iterator[list[int]]:
    """Places of lines that follow each other, together."""
    places = [own[at] for at in meant]
    run = places[:1]
    for one, other in pairwise(places):
        if other != one + 1:
            yield run
            run = []
        run.append(other)
    if run:
        yield run


def _sections_meant(before: Content, comment: str, fit: Fit) -> list[Section]:
    every = [section for section in sections(before) if section.key != "clause"]
    for pattern, key in _NAMED:
        wanted = {key.format(*found.groups()) for found in pattern.finditer(comment)}
        named = [
            section
            for section in every
            if section.key in wanted
            or any(k.endswith(".") and section.key.startswith(k) for k in wanted)
        ]
        if named:
            return named
    texts = [" ".join((s.heading, *(said.text for said in s.sentences))) for s in every]
    return [every[at] for at in _meant(comment, texts, fit)]


def _meant(comment: str, texts: Sequence[str], fit: Fit) -> list[int]:
    """Which of the texts a comment is about: the best, and what is as good."""
    scores = list(fit(comment, texts))
    best = max(scores, default=0.0)
    return [at for at, score in enumerate(scores) if score >= max(ABOUT, best)]


def _piece(
    request: DraftRequest,
    sops: Sequence[SopText],
    before: Content,
    section: Section,
    comment: str,
    fit: Fit,
) -> Piece | None:
    """A section as a piece; None where a model may not word it."""
    kind, _, name = section.key.partition(".")
    match before:
        case Guide() | JobAid():
            return None
        case ItemSet():
            item = next(item for item in before.items if item.id == name)
            return _item_piece(request, sops, item, comment, fit)
        case RemedialUnit():
            what = statement_of(request, before.part)
            if kind == "item":
                return _item_piece(request, sops, before.check, comment, fit)
            shown = _with_more(cited_by(before.clause, sops), comment, sops, fit)
            return Piece("example", "example", shown, before.example, what, before.part)
        case Scenario():
            return _scenario_piece(request, sops, before, kind, name, comment, fit)
        case _:
            assert_never(before)


def _item_piece(
    request: DraftRequest, sops: Sequence[SopText], item: Item, comment: str, fit: Fit
) -> Piece | None:
    if isinstance(item, Ordering):
        return None
    whys = [o.why for o in item.options] if isinstance(item, SingleBest) else list(item.points)
    shown = _with_more(cited_by(whys, sops), comment, sops, fit)
    what = statement_of(request, item.part)
    return Piece(f"item.{item.id}", form_of(item), shown, item, what, item.part)


def _scenario_piece(
    request: DraftRequest,
    sops: Sequence[SopText],
    before: Scenario,
    kind: str,
    name: str,
    comment: str,
    fit: Fit,
) -> Piece | None:
    what = statement_of(request, before.part)
    criteria = tuple(criterion.statement for criterion in before.rubric)

    def shown(said: Sequence[Sentence]) -> tuple[Shown, ...]:
        return _with_more(cited_by(said, sops), comment, sops, fit)

    if kind == "model_answer":
        at = range(len(before.model_answer))
        piece = lines_piece("model_answer", before.model_answer, at, sops, what)
        return replace(piece, passages=shown(before.model_answer))
    spare: Fragment
    if kind == "variant":
        spare = before.variants[int(name) - 1]
        return Piece(f"variant.{name}", "variant", shown(criteria), spare, what, lines=criteria)
    spare = next(criterion for criterion in before.rubric if criterion.id == name)
    own = (spare.statement,)
    return Piece(f"rubric.{name}", "examples", shown(own), spare, what, lines=own)


def _with_more(
    cited: tuple[Shown, ...], comment: str, sops: Sequence[SopText], fit: Fit
) -> tuple[Shown, ...]:
    """The passages cited so far, and the one a comment is nearest to."""
    every = [
        Shown(sop, passage)
        for sop in sops
        for passage in sop.passages
        if not speaks_to_a_model(passage.text)
    ]
    scores = list(fit(comment, [f"{one.passage.section}\n{one.passage.text}" for one in every]))
    best = max(range(len(every)), key=lambda at: scores[at], default=None)
    if best is None or scores[best] < ABOUT or every[best] in cited:
        return cited[: PASSAGES + 1]
    return (*cited[:PASSAGES], every[best])
