"""Plants edits in Markdown documents: material ones, honest rewordings, and mere appearance.

Shares no code with what it measures: documents are cut and changed here by their raw lines.
"""

from __future__ import annotations

import random
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from benchmarks.harms import HARMS
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


@dataclass(slots=True)
class _Block:
    """A paragraph, list item or table row: lines `start` to `end`, its words without line breaks.

    `end` takes in what is indented under an item; `own` is where its own first paragraph ends.
    """

    start: int
    own: int
    end: int
    prefix: str
    text: str
    section: str
    kind: Literal["paragraph", "bullet", "step", "row"]


@dataclass(slots=True)
class _Document:
    file: str
    raw: str
    lines: list[str] = field(default_factory=list)
    blocks: list[_Block] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Planted:
    after: str
    quote: str
    section: str


Plant = Callable[[_Document, random.Random], _Planted | None]
_ITEM = re.compile(r"( *)(\d{1,3}[.)]|[-*+])( +)(?=\S)")
_HEADING = re.compile(r"#{1,6} +(.*?) *#*$")
_FENCE = re.compile(r" *(```|~~~)")
_SENTENCE = re.compile(r"(?<=[.!?]) +(?=[A-Z])")
_SIMPLE = re.compile(r"[A-Z][^|{}<>\[\]_*\\#]*[.:!]")
_OPENS_BLOCK = re.compile(r"\s*(?:[-*+#>|=~`]|\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,4})[.)])")
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
    documents = [_parsed(path, folder) for path in sorted(folder.rglob("*.md"))]
    rng.shuffle(documents)
    third = other // 3
    planted = _planted("material", MATERIAL, documents, material, rng)
    planted += _planted("wording", WORDING, documents, third, rng)
    return planted + _planted("cosmetic", COSMETIC, documents, other - third, rng)


def _planted(
    label: Label,
    kinds: dict[str, Plant],
    documents: list[_Document],
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
                             _visible(edit.quote), _visible(edit.section))
                    )  # fmt: skip
                    break
            else:
                names.remove(name)
    return found


def _parsed(path: Path, folder: Path) -> _Document:
    raw = path.read_text(encoding="utf-8", errors="replace")
    document = _Document(str(path.relative_to(folder)), raw, raw.split("\n"))
    lines, at, section, fence = document.lines, 0, "", ""
    if lines[0].strip() == "---" and "---" in (line.strip() for line in lines[1:]):
        at = 1 + next(n for n, line in enumerate(lines[1:], 1) if line.strip() == "---")
    while at < len(lines):
        line = lines[at]
        if found := _FENCE.match(line):
            fence = "" if fence == found[1] else fence or found[1]
        elif fence or not line.strip() or line.lstrip().startswith(("<", ">", "!")):
            pass
        elif heading := _HEADING.match(line):
            section = heading[1]
        elif block := _block(lines, at, section):
            document.blocks.append(block)
            at = block.own
            continue
        at += 1
    return document


def _block(lines: list[str], at: int, section: str) -> _Block | None:
    item = _ITEM.match(lines[at])
    if lines[at].startswith("|"):
        own = at + 1
        return _Block(at, own, own, "", lines[at], section, "row")
    if item is None and lines[at].startswith("   "):
        return None
    own = at + 1
    while own < len(lines) and lines[own].strip() and not _OPENS_BLOCK.match(lines[own]):
        own += 1
    prefix = item[0] if item else ""
    text = " ".join(line.strip() for line in (lines[at][len(prefix) :], *lines[at + 1 : own]))
    end = own
    while item and end < len(lines) and (not lines[end].strip() or lines[end].startswith("  ")):
        end += 1
    kind: Literal["step", "bullet", "paragraph"] = (
        "paragraph" if item is None else "step" if item[2][0].isdigit() else "bullet"
    )
    return _Block(at, own, end if item else own, prefix, text.strip(), section, kind)


def _visible(text: str) -> str:
    """The words of inline Markdown."""
    text = re.sub(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])", r"\1", text)
    return re.sub(r"`|\*\*|\\(?=[_*\[\]<>#.])", "", text).strip()


def _sentences(document: _Document) -> list[tuple[_Block, str]]:
    return [
        (block, sentence)
        for block in document.blocks
        if block.kind != "row"
        for sentence in _SENTENCE.split(block.text)
        if 4 <= len(sentence.split()) <= 40 and _SIMPLE.fullmatch(sentence)
    ]


def _with_text(document: _Document, block: _Block, text: str) -> str:
    lines = document.lines
    return "\n".join([*lines[: block.start], block.prefix + text, *lines[block.own :]])


def _in_sentence(change: Callable[[str, random.Random], str]) -> Plant:
    """A change of one sentence, which is what is cited."""

    def plant(document: _Document, rng: random.Random) -> _Planted | None:
        found = _sentences(document)
        rng.shuffle(found)
        for block, sentence in found[:12]:
            changed = change(sentence, rng)
            if _words(changed) != _words(sentence):
                text = block.text.replace(sentence, changed, 1)
                return _Planted(_with_text(document, block, text), sentence, block.section)
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


def _lists(document: _Document) -> list[list[_Block]]:
    """Lists of three and more steps at the margin, nothing between them."""
    rows: list[list[_Block]] = []
    for block in document.blocks:
        if block.kind != "step" or block.prefix.startswith(" "):
            continue
        if rows and rows[-1][-1].end == block.start:
            rows[-1].append(block)
        else:
            rows.append([block])
    return [row for row in rows if len(row) > 2 and all(len(_words(x.text)) > 2 for x in row)]


def _relisted(document: _Document, row: list[_Block], texts: list[list[str]]) -> str:
    """The document with other items in a list, counted anew."""
    counts = len({block.prefix for block in row}) > 1
    first = int(re.sub(r"\D", "", row[0].prefix))
    lines: list[str] = []
    for number, (head, *rest) in enumerate(texts, start=first):
        marker = _ITEM.match(head)
        body = head[marker.end() :] if marker else head
        lines += [f"{number if counts else first}{row[0].prefix.lstrip('0123456789')}{body}", *rest]
    return "\n".join([*document.lines[: row[0].start], *lines, *document.lines[row[-1].end :]])


def _listed(change: Callable[[list[list[str]], int, random.Random], int]) -> Plant:
    """A change of the list of steps around one; `change` returns which step is cited."""

    def plant(document: _Document, rng: random.Random) -> _Planted | None:
        rows = _lists(document)
        if not rows:
            return None
        row = rng.choice(rows)
        texts = [document.lines[block.start : block.end] for block in row]
        cited = row[change(texts, rng.randrange(len(row)), rng)]
        return _Planted(_relisted(document, row, texts), cited.text, cited.section)

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


def _other_cell(document: _Document, rng: random.Random) -> _Planted | None:
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
    return _Planted(_with_text(document, block, "|".join(cells)), quote, block.section)


def _warning_dropped(document: _Document, rng: random.Random) -> _Planted | None:
    found = [(block, said) for block, said in _sentences(document) if _WARNS.match(said)]
    if not found:
        return None
    block, sentence = rng.choice(found)
    text = " ".join(block.text.replace(sentence, "", 1).split())
    if text:
        return _Planted(_with_text(document, block, text), sentence, block.section)
    lines = [*document.lines[: block.start], *document.lines[block.end :]]
    return _Planted("\n".join(lines), sentence, block.section)


def _whole(change: Callable[[_Document, random.Random], str]) -> Plant:
    """A change of the whole document, which nothing cited may be touched by."""

    def plant(document: _Document, rng: random.Random) -> _Planted | None:
        return _Planted(change(document, rng), "", "")

    return plant


def _outside_code(raw: str, change: Callable[[str], str]) -> str:
    """Every line changed that is no example, no front matter and no table."""
    fence, front, done = "", raw.startswith("---\n"), []
    for number, line in enumerate(raw.split("\n")):
        found = _FENCE.match(line)
        if found:
            fence = "" if fence == found[1] else fence or found[1]
        inside = fence or found or front or line.startswith(("    ", "|"))
        done.append(line if inside else change(line))
        front = front and not (number and line.strip() == "---")
    return "\n".join(done)


def _rewrapped(document: _Document, rng: random.Random) -> str:
    lines = list(document.lines)
    width = rng.choice((50, 64, 110))
    for block in reversed(document.blocks):
        held = document.lines[block.start : block.own]
        if block.kind == "row" or any(line.endswith(("  ", "\\")) for line in held):
            continue
        pad = " " * len(block.prefix)
        wrapped = textwrap.wrap(
            block.text, width, break_long_words=False, break_on_hyphens=False,
            initial_indent=block.prefix, subsequent_indent=pad,
        )  # fmt: skip
        if not any(_OPENS_BLOCK.match(line) for line in wrapped[1:]):
            lines[block.start : block.own] = wrapped
    return "\n".join(lines)


def _typographic(document: _Document, rng: random.Random) -> str:
    def change(line: str) -> str:
        parts = re.split(r"(`[^`]*`|\]\([^)]*\)|<[^>]*>)", line)
        for number in range(0, len(parts), 2):
            curled = re.sub(r"(?<=\w)'(?=\w)", "’", parts[number])
            curled = re.sub(r'(?<!\w)"(?=\w)', "“", curled)
            parts[number] = re.sub(r'(?<=[\w.,!?])"', "”", curled).replace(" - ", " – ")
        return "".join(parts)

    return _outside_code(document.raw, change)


def _other_targets(document: _Document, rng: random.Random) -> str:
    raw = re.sub(r"(\]\()[^)\s]+(\))", r"\1https://wiki.example.com/moved\2", document.raw)
    return re.sub(r"(?m)^(\[[^\]]+\]: +)\S+", r"\1https://wiki.example.com/moved", raw)


def _front_matter(document: _Document, rng: random.Random) -> str:
    fields = 'version: "7"\nowner: someone@example.com\nversion_on: 2026-11-02\n'
    if document.raw.startswith("---\n"):
        return document.raw.replace("---\n", "---\nurgent: call the desk\n", 1)
    return f"---\n{fields}---\n{document.raw}"


def _heading_capitals(document: _Document, rng: random.Random) -> str:
    change = rng.choice((str.upper, str.lower, str.title))

    def heading(line: str) -> str:
        return change(line) if _HEADING.match(line) and "`" not in line else line

    return _outside_code(document.raw, heading)


def _bullets(document: _Document, rng: random.Random) -> str:
    other = {"*": "-", "-": "*", "+": "-"}

    def change(line: str) -> str:
        found = re.match(r"( *)([-*+])( +\S)", line)
        return f"{found[1]}{other[found[2]]}{line[found.end(2) :]}" if found else line

    return _outside_code(document.raw, change)


def _brackets(document: _Document, rng: random.Random) -> str:
    return _outside_code(document.raw, lambda line: re.sub(r"^(\d{1,3})\.(?= )", r"\1)", line))


def _emphasised(document: _Document, rng: random.Random) -> str:
    def change(line: str) -> str:
        return re.sub(r"^((?:\d{1,3}\.|-) |)([A-Z][a-z]+)(?= [a-z])", r"\1**\2**", line)

    return _outside_code(document.raw, change)


def _spaced(document: _Document, rng: random.Random) -> str:
    raw = re.sub(r"\n\n", "\n\n\n", document.raw)
    return _outside_code(raw, lambda line: line.rstrip() + (" " if line.strip() else ""))


def _end_marks(document: _Document, rng: random.Random) -> str:
    """List items end with a full stop, or no longer do; a colon for a comma."""
    lines = list(document.lines)
    for block in document.blocks:
        if block.kind in {"bullet", "step"}:
            last = lines[block.own - 1].rstrip()
            lines[block.own - 1] = last[:-1] if last.endswith(".") else last
            if last[-1:].isalnum():
                lines[block.own - 1] = f"{last}."
    return "\n".join(lines)


def _commented(document: _Document, rng: random.Random) -> str:
    return f"{document.raw}\n\n<!-- reviewed on 2026-11-02, next 5 days: must not change -->\n"


def _renamed_heading(document: _Document, rng: random.Random) -> str:
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


def _section_moved(document: _Document, rng: random.Random) -> str:
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


def _sentences_joined(document: _Document, rng: random.Random) -> _Planted | None:
    for block in rng.sample(document.blocks, len(document.blocks)):
        parts = _SENTENCE.split(block.text)
        if block.kind != "row" and len(parts) > 1 and re.match(r"[A-Z][a-z]+ [a-z]", parts[1]):
            if not (_SIMPLE.fullmatch(parts[0]) and _SIMPLE.fullmatch(parts[1])):
                continue
            joint = f"{parts[0][:-1]}; {parts[1][0].lower()}{parts[1][1:]}"
            text = " ".join([joint, *parts[2:]])
            return _Planted(_with_text(document, block, text), parts[1], block.section)
    return None


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
    "heading renamed": _whole(_renamed_heading),
    "section moved": _whole(_section_moved),
}
COSMETIC: dict[str, Plant] = {
    "lines wrapped": _whole(_rewrapped),
    "typographic marks": _whole(_typographic),
    "link targets": _whole(_other_targets),
    "front matter": _whole(_front_matter),
    "heading capitals": _whole(_heading_capitals),
    "bullets": _whole(_bullets),
    "numbers' brackets": _whole(_brackets),
    "emphasis": _whole(_emphasised),
    "white space": _whole(_spaced),
    "end marks": _whole(_end_marks),
    "comment": _whole(_commented),
    "sentences joined by a mark": _sentences_joined,
}
