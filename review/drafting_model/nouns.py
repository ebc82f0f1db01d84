"""Decides what a model drafts at a time: one piece, from a few passages, with what stands in for it.

Pure values. A piece fills one place of a content that stands already, word for word from the SOP or
from before a revision, so whatever a model does there is a whole draft.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import TypeAdapter

from indexing.language_model import Usage
from indexing.nouns import Passage, SopText
from learning.modules import (
    Content,
    Criterion,
    Item,
    Sentence,
    Variant,
    content_json,
)
from review.nouns import DraftRequest

Form = Literal["single_best", "applied", "variant", "examples", "lines", "example"]
"""A question with three options, a case to answer in a few words, one case of an exercise, a
criterion's two examples, lines in fewer words, and a remedial unit's example."""

Lines = tuple[Sentence, ...]
Fragment = Item | Variant | Criterion | Lines
"""What a piece puts into its place."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage as a model is shown it."""

    sop: SopText
    passage: Passage


@dataclass(frozen=True, slots=True)
class Piece:
    """One place to fill. `key` names it: `item.q3`, `variant.1`, `rubric.c2`, `example`, and for
    lines their section and the first of them, `aid.0`, `model_answer.0`.

    `spare` stands there if the model's does not do; None: then nothing does. `statement` is what
    the piece practises. `lines` are what a good answer shows, or for lines what is said in fewer
    words, `at` their places in the section. `comment` is what a reviewer wants changed in `spare`.
    """

    key: str
    form: Form
    passages: tuple[Shown, ...]
    spare: Fragment | None
    statement: str = ""
    part: str = ""
    lines: Lines = ()
    at: tuple[int, ...] = ()
    comment: str = ""

    @property
    def answers(self) -> bool:
        """Whether its lines are said as an answer to an exercise, not in fewer words."""
        return self.key.startswith("model_answer")


@dataclass(frozen=True, slots=True)
class Plan:
    """A draft that stands, and the pieces a model may still better. `by` wrote what stands.

    `basis` changes with everything a piece may rest on: pieces of another basis count for nothing.
    """

    base: Content
    by: str
    pieces: tuple[Piece, ...]
    left_out: tuple[str, ...]
    basis: str


@dataclass(frozen=True, slots=True)
class MadePiece:
    """What came of a piece. `by` is the model's name, or empty where `spare` stands; `fragment` is
    None where nothing does. `why` is why the model's was not taken: a code of `Why` or of a fault.
    `solved` is the code of what a blind solver found of a question, empty where its key was found.

    `prompt` is the last prompt's hash, `passages` what it showed as (revision, ordinal).
    """

    key: str
    fragment: Fragment | None
    by: str
    why: str = ""
    solved: str = ""
    prompt: str = ""
    passages: tuple[tuple[int, int], ...] = ()
    usage: Usage = field(default_factory=Usage)


def basis_of(
    request: DraftRequest, sops: Sequence[SopText], base: Content, comments: Sequence[str]
) -> str:
    """What a plan rests on, as twelve digits: what was asked, which texts, what stood before."""
    texts = [[sop.source, sop.uri, sop.revision] for sop in sops]
    said = [repr(request), texts, content_json(base), list(comments)]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]


_item: TypeAdapter[Any] = TypeAdapter(Item)
_variant = TypeAdapter(Variant)
_criterion = TypeAdapter(Criterion)
_lines: TypeAdapter[Lines] = TypeAdapter(Lines)


def fragment_json(key: str, fragment: Fragment) -> Any:
    """A fragment as JSON values; `fragment_from_json` reads them back by the piece's key."""
    return _adapter(key).dump_python(fragment, mode="json")


def fragment_from_json(key: str, stored: Any) -> Fragment:
    """The fragment of JSON values. Raises `pydantic.ValidationError` naming what is wrong."""
    made: Fragment = _adapter(key).validate_python(stored)
    return made


def _adapter(key: str) -> TypeAdapter[Any]:
    match key.partition(".")[0]:
        case "item":
            return _item
        case "variant":
            return _variant
        case "rubric":
            return _criterion
        case _:
            return _lines
