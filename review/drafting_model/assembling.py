"""Decides what whole the pieces make: each in its place, and what is said of those that failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import assert_never, cast, get_args

from indexing.language_model import Why
from learning.modules import (
    ITEMS_WANTED,
    Content,
    Criterion,
    Guide,
    Item,
    ItemSet,
    JobAid,
    Ordering,
    RemedialUnit,
    Scenario,
    Sentence,
    SingleBest,
    Variant,
    parts_of,
)
from review.checking.slots import items_of
from review.drafting_model.nouns import Fragment, Lines, MadePiece, Piece, Plan
from review.nouns import Drafted, Finding

UNASKED = frozenset(get_args(Why)) - {"off_schema", "endless"}
"""What an endpoint did to us, rather than wrote."""
OF_PIECES = frozenset({"model_failed", "kept", "dropped", "guide_kept", "unclear"})
"""Codes of `left_out` that tell of pieces; the others tell of the SOPs."""


def assembled(plan: Plan, made: Mapping[str, MadePiece]) -> Drafted:
    """The draft that the pieces made so far amount to; where one is missing, what stood stays.

    `left_out` says `model_failed:WHY:N` for pieces that could not be asked for, `kept:N` for those
    that stand as they were since the model's did not do, `dropped:N` where nothing stands.
    """
    content = plan.base
    for piece in plan.pieces:
        if found := made.get(piece.key):
            content = put(content, piece, found.fragment)
    if isinstance(content, ItemSet):
        content = _in_order(content)
    done = [made[piece.key] for piece in plan.pieces if piece.key in made]
    by = next((each.by for each in done if each.by), plan.by)
    return Drafted(content, by, (*_fewer(plan, content), *_failed(done)))


def solver_findings(content: Content, made: Iterable[MadePiece]) -> tuple[Finding, ...]:
    """What a blind solver found of the questions, as `review/checking/solver.py` says it."""
    items = items_of(content)
    ids = {item.stem.text: item.id for item in items}
    found: list[Finding] = []
    unchecked: list[str] = []
    for piece in made:
        stem = piece.fragment.stem.text if isinstance(piece.fragment, SingleBest) else ""
        if not piece.solved or stem not in ids:
            continue
        if piece.solved == "key_unchecked":
            unchecked.append(ids[stem])
        else:
            found.append(Finding(piece.solved, f"item.{ids[stem]}", stem))
    if unchecked:
        found.append(Finding("key_unchecked", words=tuple(unchecked)))
    return tuple(found)


def _failed(done: list[MadePiece]) -> list[str]:
    unasked = [each.why for each in done if each.why in UNASKED]
    unfit = [each for each in done if each.why and each.why not in UNASKED]
    kept = sum(each.fragment is not None for each in unfit)
    said = [f"model_failed:{unasked[0]}:{len(unasked)}"] if unasked else []
    if kept:
        said.append(f"kept:{kept}")
    if dropped := len(unfit) - kept:
        said.append(f"dropped:{dropped}")
    return said


def _fewer(plan: Plan, content: Content) -> tuple[str, ...]:
    """What was left out at first; of questions, how many there are in the end."""
    if not isinstance(content, ItemSet):
        return plan.left_out
    codes = [code.split(":") for code in plan.left_out]
    said = [":".join(code) for code in codes if code[0] != "fewer_items"]
    short = [":".join(code[1:-1]) for code in codes if code[0] == "fewer_items"]
    for part in dict.fromkeys((*short, *parts_of(content))):
        number = sum(item.part == part for item in content.items)
        if number < ITEMS_WANTED:
            said.append(f"fewer_items:{part}:{number}")
    return tuple(said)


def put(content: Content, piece: Piece, fragment: Fragment | None) -> Content:
    """The content with a fragment in a piece's place; without it where nothing stands there."""
    if fragment is None:
        return content
    match content:
        case Guide():
            return content
        case JobAid():
            return replace(content, lines=_at(content.lines, piece, cast(Lines, fragment)))
        case ItemSet():
            return replace(content, items=_with(content.items, cast(Item, fragment)))
        case Scenario():
            return _in_scenario(content, piece, fragment)
        case RemedialUnit():
            if piece.key == "example":
                return replace(content, example=cast(Lines, fragment))
            return replace(content, check=cast(Item, fragment))
        case _:
            assert_never(content)


def _in_scenario(content: Scenario, piece: Piece, fragment: Fragment) -> Scenario:
    kind, _, rest = piece.key.partition(".")
    if kind == "variant":
        variants = list(content.variants)
        variants[int(rest) - 1] = cast(Variant, fragment)
        return replace(content, variants=tuple(variants))
    if kind == "rubric":
        made = cast(Criterion, fragment)
        rubric = tuple(made if each.id == made.id else each for each in content.rubric)
        return replace(content, rubric=rubric)
    answer = _at(content.model_answer, piece, cast(Lines, fragment))
    return replace(content, model_answer=answer)


def _at(lines: Lines, piece: Piece, made: Lines) -> tuple[Sentence, ...]:
    new = dict(zip(piece.at, made, strict=True))
    return tuple(new.get(at, line) for at, line in enumerate(lines))


def _with(items: tuple[Item, ...], made: Item) -> tuple[Item, ...]:
    if any(item.id == made.id for item in items):
        return tuple(made if item.id == made.id else item for item in items)
    return (*items, made)


def _in_order(content: ItemSet) -> ItemSet:
    """The questions in the order they were planned, counted anew, each asked once."""
    ordered = sorted(content.items, key=lambda item: int(item.id.removeprefix("q") or 0))
    asked: dict[str, Item] = {}
    for item in ordered:
        # Every ordering has the same words in its stem.
        said = " ".join(item.stem.text.casefold().split())
        asked.setdefault(f"{item.id} {said}" if isinstance(item, Ordering) else said, item)
    items = tuple(replace(item, id=f"q{n}") for n, item in enumerate(asked.values(), 1))
    return replace(content, items=items)
