"""Plants edits in Markdown documents: material ones, honest rewordings, and mere appearance.

Shares no code with what it measures: documents are cut and changed here by their raw lines.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks.appearances import COSMETIC
from benchmarks.harms import HARMS
from benchmarks.raw_markdown import (
    ITEM,
    SENTENCE,
    SIMPLE,
    Block,
    Document,
    Plant,
    Planted,
    parsed,
    visible,
    whole,
    with_text,
)
from benchmarks.rewordings import HONEST

Label = Literal["material", "wording", "cosmetic"]


@dataclass(frozen=True, slots=True)
class Edit:
    """A document before and after one edit, raw. `quote` is cited from `section` of the old one.

    `section` is the heading that the quote stands under, empty above the first one.
    """

    file: str
    label: Label
    kind: str
    before: str
    after: str
    quote: str
    section: str


_WARNS = re.compile(r"\W*(?:warning|caution|danger|important|attention|never|do not|don't)\b", re.I)
_NEW_STEPS = (
    "Write the time and your initials in the log.",
    "Ask a second person to check the result.",
    "Switch the device off and remove the cover.",
    "Send a copy of the form to the archive.",
    "Take a photograph of the label.",
)
_MONTHS = "January February March April May June July August September October November December"
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"


def edits(folder: Path, material: int, other: int, seed: int) -> list[Edit]:
    """As many edits as asked for, every kind in turn, each in another document where there are."""
    rng = random.Random(seed)
    documents = [parsed(path, folder) for path in sorted(folder.rglob("*.md"))]
    rng.shuffle(documents)
    third = other // 3
    planted = _planted("material", MATERIAL, documents, material, rng)
    planted += _planted("wording", WORDING, documents, third, rng)
    return planted + _planted("cosmetic", COSMETIC, documents, other - third, rng)


def _planted(
    label: Label,
    kinds: dict[str, Plant],
    documents: list[Document],
    wanted: int,
    rng: random.Random,
) -> list[Edit]:
    found: list[Edit] = []
    seen: set[tuple[str, str]] = set()
    names = list(kinds)
    tries = dict.fromkeys(names, 0)
    while names and len(found) < wanted:
        for name in list(names):
            if len(found) == wanted:
                break
            while tries[name] < 3 * len(documents):
                document = documents[(len(found) * 7 + tries[name]) % len(documents)]
                tries[name] += 1
                edit = kinds[name](document, rng)
                if edit and edit.after != document.raw and (document.file, edit.after) not in seen:
                    seen.add((document.file, edit.after))
                    found.append(
                        Edit(document.file, label, name, document.raw, edit.after,
                             visible(edit.quote), visible(edit.section))
                    )  # fmt: skip
                    break
            else:
                names.remove(name)
    return found


def _sentences(document: Document) -> list[tuple[Block, str]]:
    return [
        (block, sentence)
        for block in document.blocks
        if block.kind != "row"
        for sentence in SENTENCE.split(block.text)
        if 4 <= len(sentence.split()) <= 40 and SIMPLE.fullmatch(sentence)
    ]


def _in_sentence(change: Callable[[str, random.Random], str]) -> Plant:
    """A change of one sentence, which is what is cited."""

    def plant(document: Document, rng: random.Random) -> Planted | None:
        found = _sentences(document)
        rng.shuffle(found)
        for block, sentence in found[:12]:
            changed = change(sentence, rng)
            if _words(changed) != _words(sentence):
                text = block.text.replace(sentence, changed, 1)
                return Planted(with_text(document, block, text), sentence, block.section)
        return None

    return plant


def _words(text: str) -> list[str]:
    return re.findall(r"[\w£$€%<>]+", text.casefold())


def _other_date(text: str, rng: random.Random) -> str:
    for names in (_MONTHS.split(), _DAYS.split()):
        if found := re.search(rf"\b(?:{'|'.join(names)})(?=s?\b)", text):
            other = rng.choice([name for name in names if name != found[0]])
            return text[: found.start()] + other + text[found.end() :]
    return text


def _lists(document: Document) -> list[list[Block]]:
    """Lists of three and more steps at the margin, nothing between them."""
    rows: list[list[Block]] = []
    for block in document.blocks:
        if block.kind != "step" or block.prefix.startswith(" "):
            continue
        if rows and rows[-1][-1].end == block.start:
            rows[-1].append(block)
        else:
            rows.append([block])
    return [row for row in rows if len(row) > 2 and all(len(_words(x.text)) > 2 for x in row)]


def _relisted(document: Document, row: list[Block], texts: list[list[str]]) -> str:
    """The document with other items in a list, counted anew."""
    counts = len({block.prefix for block in row}) > 1
    first = int(re.sub(r"\D", "", row[0].prefix))
    lines: list[str] = []
    for number, (head, *rest) in enumerate(texts, start=first):
        marker = ITEM.match(head)
        body = head[marker.end() :] if marker else head
        lines += [f"{number if counts else first}{row[0].prefix.lstrip('0123456789')}{body}", *rest]
    return "\n".join([*document.lines[: row[0].start], *lines, *document.lines[row[-1].end :]])


def _listed(change: Callable[[list[list[str]], int, random.Random], int]) -> Plant:
    """A change of the list of steps around one; `change` returns which step is cited."""

    def plant(document: Document, rng: random.Random) -> Planted | None:
        rows = _lists(document)
        if not rows:
            return None
        row = rng.choice(rows)
        texts = [document.lines[block.start : block.end] for block in row]
        cited = row[change(texts, rng.randrange(len(row)), rng)]
        return Planted(_relisted(document, row, texts), cited.text, cited.section)

    return plant


def _step_added(texts: list[list[str]], at: int, rng: random.Random) -> int:
    texts.insert(at, [rng.choice(_NEW_STEPS), *([""] if texts[0][-1] == "" else [])])
    return at


def _step_removed(texts: list[list[str]], at: int, rng: random.Random) -> int:
    del texts[at]
    return at


def _step_moved(texts: list[list[str]], at: int, rng: random.Random) -> int:
    other = rng.choice([number for number in range(len(texts)) if number != at])
    texts.insert(other, texts.pop(at))
    return at


def _other_cell(document: Document, rng: random.Random) -> Planted | None:
    rows = [block for block in document.blocks if block.kind == "row"]
    values = [block for block in rows if not re.fullmatch(r"[\s|:-]+", block.text)][1:]
    if not values:
        return None
    block = rng.choice(values)
    cells = block.text.split("|")
    at = rng.choice([n for n, cell in enumerate(cells) if cell.strip()])
    digits = re.sub(r"\d+", lambda found: str(int(found[0]) + 3), cells[at])
    cells[at] = digits if digits != cells[at] else f" {rng.choice(('Northgate', 'never', 'red'))} "
    quote = " ".join(cell.strip() for cell in block.text.split("|"))
    return Planted(with_text(document, block, "|".join(cells)), quote, block.section)


def _warning_dropped(document: Document, rng: random.Random) -> Planted | None:
    found = [(block, said) for block, said in _sentences(document) if _WARNS.match(said)]
    if not found:
        return None
    block, sentence = rng.choice(found)
    text = " ".join(block.text.replace(sentence, "", 1).split())
    if text:
        return Planted(with_text(document, block, text), sentence, block.section)
    lines = [*document.lines[: block.start], *document.lines[block.end :]]
    return Planted("\n".join(lines), sentence, block.section)


def _renamed_heading(document: Document, rng: random.Random) -> str:
    found = [n for n, line in enumerate(document.lines) if re.match(r"##+ [A-Z][a-z ]+$", line)]
    found = [
        n
        for n in found
        if any(b.section == document.lines[n].lstrip("# ") for b in document.blocks)
    ]
    if not found:
        return document.raw
    at, lines = rng.choice(found), list(document.lines)
    mark, _, words = lines[at].partition(" ")
    lines[at] = f"{mark} {rng.choice(('More about', 'Overview of', 'Notes on'))} {words.lower()}"
    return "\n".join(lines)


def _section_moved(document: Document, rng: random.Random) -> str:
    """The last section of the second level stands before the one that it followed."""
    starts = [n for n, line in enumerate(document.lines) if re.match(r"## [A-Za-z]", line)]
    fenced = "```" in "\n".join(document.lines[: starts[0]]) if starts else True
    if len(starts) < 2 or fenced or re.search(r"(?im)^## (?:step|phase|stage|\d)", document.raw):
        return document.raw
    first, then, lines = starts[-2], starts[-1], document.lines
    return "\n".join([*lines[:first], *lines[then:], "", *lines[first:then]])


def _obliged_likewise(text: str, rng: random.Random) -> str:
    """The same obligation in other words; `need not` has no such words."""
    return text if re.search(r"\b(?:no|not|n't) need", text, re.I) else HONEST["modal"](text, rng)


def _polite(text: str, rng: random.Random) -> str:
    verbs = "Check|Use|Make|Ask|Enter|Run|Verify|Get|Review|Look|Find|Go|Open|Select|Click|Read"
    return re.sub(rf"^({verbs})\b", lambda found: f"Please {found[1].lower()}", text)


def _phrased(text: str, rng: random.Random) -> str:
    """Set phrases of an editor's pencil."""
    for said, other in (
        ("in order to", "to"), ("e.g.", "for example"), ("for example", "e.g."),
        ("such as", "like"), ("make sure", "ensure"), ("Make sure", "Ensure"),
        ("due to", "because of"), ("as well as", "and"), ("prior to", "before"),
        ("the following", "these"), ("a number of", "several"), ("carry out", "perform"),
        ("whether it", "if it"), ("in the event that", "if"), ("at this time", "now"),
    ):  # fmt: skip
        if re.search(rf"\b{re.escape(said)}(?!\w)", text):
            return re.sub(rf"\b{re.escape(said)}(?!\w)", other, text, count=1)
    return text


MATERIAL: dict[str, Plant] = {
    **{harm: _in_sentence(change) for harm, change in HARMS.items()},
    "date": _in_sentence(_other_date),
    "step added": _listed(_step_added),
    "step removed": _listed(_step_removed),
    "step moved": _listed(_step_moved),
    "table": _other_cell,
    "warning dropped": _warning_dropped,
}
WORDING: dict[str, Plant] = {
    **{
        kind: _in_sentence(HONEST[kind])
        for kind in (
            "synonym",
            "words",
            "units",
            "bounds",
            "modal",
            "order",
            "contraction",
            "passive",
        )
    },
    "modal": _in_sentence(_obliged_likewise),
    "polite": _in_sentence(_polite),
    "phrase": _in_sentence(_phrased),
    "heading renamed": whole(_renamed_heading),
    "section moved": whole(_section_moved),
}
