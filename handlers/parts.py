"""Decides how a card too long for one message is shown part by part, the next on a press of [More].

Part 1 is the message itself: it keeps the fields and buttons at the card's end, and is what is
updated. Later parts are told to whoever presses. A press names the card's subject and the part
wanted and nothing else, so the handler builds the card anew, with today's rights, and takes that
part of it: nothing is kept anywhere, and a button works after a restart.

    card = first_part(review_card(module), "review.more", f"module:{module.id}")
    await chat.post(place, card)                       # and in every later update

    async def on_more(conn, chat, pressed, now):       # `review.more` in handlers/presses.py
        subject, number = part_of(pressed.subject)     # "module:42", 2
        ...                                            # load the subject, check rights, as ever
        card = later_part(review_card(module), "review.more", subject, number)

A card that fits stays as it is. What a part may weigh fits every platform (Slack takes least: 50
blocks and about 12,000 characters of JSON), so that all of them show the same parts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from itertools import groupby

from handlers.cards import (
    Block,
    Button,
    Buttons,
    Card,
    Facts,
    Field,
    Heading,
    Note,
    Quote,
    Source,
    Sources,
    Steps,
    Text,
    plain,
    spans,
)

MOST = 9_000
"""The most that a part weighs: its characters, and what they take to be drawn."""
# What Slack and Teams write around each, rounded up: a block, a line or item of it, a run of style.
_BLOCK, _LINE, _RUN = 200, 120, 75
_LONGEST_PIECE = 2_000
_PART = re.compile(r"(?P<subject>.+)#(?P<number>\d{1,3})", re.DOTALL)
# Where words may be parted, the best first.
_ENDS = (re.compile(r"\n\n"), re.compile(r"\n"), re.compile(r"[.!?;:]\s"), re.compile(r"\s"))
_TRIES = 20

Blocks = tuple[Block, ...]


def first_part(card: Card, action: str, subject: str) -> Card:
    """Return what of a card goes into its message; all of it where that fits.

    `action` and `subject` are those of the press that shows the next part: see the file's head.
    """
    parts = _parts(card)
    if len(parts) == 1:
        return card
    foot = tuple(block for block in _parted(card)[1] if not isinstance(block, Sources))
    more = _more(1, len(parts), action, subject)
    return replace(card, blocks=(*parts[0], *_sources_of(card, parts[0], True), *more, *foot))


def later_part(card: Card, action: str, subject: str, number: int) -> Card | None:
    """Return part `number` (from 2) of a card; None when it has no such part (any more)."""
    parts = _parts(card)
    if not 2 <= number <= len(parts):
        return None
    of = f"part {number} of {len(parts)}"
    title = next((block.text for block in card.blocks if isinstance(block, Heading)), "")
    head = Heading(title, of) if title else Heading(of.capitalize())
    words = parts[number - 1]
    more = _more(number, len(parts), action, subject) if number < len(parts) else ()
    blocks = (head, *words, *_sources_of(card, words), *more)
    return replace(card, summary=f"{card.summary} ({of})", blocks=blocks)


def count_of_parts(card: Card) -> int:
    """Return how many parts a card is shown in; 1 where it fits one message."""
    return len(_parts(card))


def part_of(subject: str) -> tuple[str, int]:
    """Return a press's own subject and the part it wants; 1 where it names none."""
    found = _PART.fullmatch(subject)
    return (found["subject"], int(found["number"])) if found else (subject, 1)


def _more(number: int, count: int, action: str, subject: str) -> Blocks:
    button = Button("More", action, f"{subject}#{number + 1}")
    return Note(f"Part {number} of {count}."), Buttons((button,))


def _parts(card: Card) -> list[Blocks]:
    """The parts of a card's words, without its foot; the whole card if it fits."""
    if sum(map(_weight, card.blocks)) <= MOST:
        return [card.blocks]
    words, foot = _parted(card)
    sources = {source.number: source for source in _all_sources(card)}
    room = max(MOST - sum(_weight(b) for b in foot if not isinstance(b, Sources)), MOST // 2)
    parts: list[list[tuple[int, Block]]] = [[]]
    used, named = 0, set[int]()
    for group in _groups(words):
        marked = {mark for _, block in group for mark in _marks(block)} & sources.keys()
        more = _added(parts[-1], group) + _weight_of_sources(sources, marked - named, named)
        if parts[-1] and used + more > room:
            over = _over(words, *group[0])
            parts.append(over)
            room, used, named = MOST, sum(_weight(block) for _, block in over), set()
            more = _added([], group) + _weight_of_sources(sources, marked, named)
        parts[-1] += group
        used, named = used + more, named | marked
    return [tuple(_joined(part)) for part in parts]


def _added(part: Sequence[tuple[int, Block]], group: Sequence[tuple[int, Block]]) -> int:
    """What a group weighs on a part: what is joined to a piece of its own block is no new block."""
    before = [part[-1][0] if part else None, *(at for at, _ in group)]
    return sum(
        _weight(block) - (_BLOCK if at == last else 0)
        for last, (at, block) in zip(before, group, strict=False)
    )


def _weight_of_sources(sources: Mapping[int, Source], marks: Set[int], named: Set[int]) -> int:
    """What further sources weigh beside those that a part names already."""
    weight = _weight(Sources(tuple(sources[mark] for mark in marks)))
    return weight - (_BLOCK if weight and named else 0)


def _parted(card: Card) -> tuple[Blocks, Blocks]:
    """A card's words, and its foot: what stands at its end and is not read but used."""
    at = len(card.blocks)
    while at and _is_foot(card.blocks[at - 1]):
        at -= 1
    return card.blocks[:at], card.blocks[at:]


def _is_foot(block: Block) -> bool:
    if isinstance(block, Note):
        return block.tone == "quiet"
    return isinstance(block, Sources | Buttons | Field)


def _sources_of(card: Card, words: Sequence[Block], is_first: bool = False) -> Blocks:
    """Those of a card's sources that some of its words name; first also those that none names."""
    here = {mark for block in words for mark in _marks(block)}
    if is_first:
        named = {mark for block in card.blocks for mark in _marks(block)}
        here |= {source.number for source in _all_sources(card)} - named
    shown = tuple(source for source in _all_sources(card) if source.number in here)
    return (Sources(shown),) if shown else ()


def _all_sources(card: Card) -> Iterator[Source]:
    for block in card.blocks:
        if isinstance(block, Sources):
            yield from block.entries


def _marks(block: Block) -> set[int]:
    match block:
        case Text(markdown) | Note(markdown):
            words: Iterable[str] = (markdown,)
        case Steps(items):
            words = items
        case _:
            return set()
    return {span.source for text in words for span in spans(text) if span.source is not None}


# What may be parted, and what belongs together


def _groups(words: Sequence[Block]) -> Iterator[list[tuple[int, Block]]]:
    """Pieces that must stand on one part, each with the position of the block it is of.

    A heading stands with what it heads, and so does a line in bold or italics that is one; a sentence
    stands with the quote under it.
    """
    group: list[tuple[int, Block]] = []
    for at, block in enumerate(words):
        for piece in _pieces(block):
            group.append((at, piece))
            following = words[at + 1] if at + 1 < len(words) else None
            heads = _is_head(block) and following is not None
            if heads or (isinstance(block, Text) and isinstance(following, Quote)):
                continue
            yield from _bounded(group)
            group = []
    yield from _bounded(group)


def _is_head(block: Block) -> bool:
    """Whether a block says what comes under it: nothing cited, and it begins as a head does."""
    match block:
        case Heading():
            return True
        case Text(markdown):
            first = next(iter(spans(markdown)), None)
            return first is not None and (first.bold or first.emphasis) and not _marks(block)
        case _:
            return False


def _over(words: Sequence[Block], at: int, first: Block) -> list[tuple[int, Block]]:
    """The heads that a part's first piece stands under: steps say of what they are, on every part."""
    if not isinstance(first, Steps) and not _is_italic(first):
        return []
    heads: list[tuple[int, Block]] = []
    for before in range(at - 1, -1, -1):
        block = words[before]
        is_italic = _is_italic(block)
        if _is_head(block) and not (is_italic and (heads or _is_italic(first))):
            heads.insert(0, (before, block))
        if not (is_italic or isinstance(block, Steps | Quote)):
            break
    return heads


def _is_italic(block: Block) -> bool:
    return (
        _is_head(block)
        and isinstance(block, Text)
        and block.markdown.startswith("*")
        and (not block.markdown.startswith("**"))
    )


def _bounded(group: list[tuple[int, Block]]) -> Iterator[list[tuple[int, Block]]]:
    """A group, or its pieces one by one where no part could hold it whole."""
    if sum(_weight(block) for _, block in group) <= MOST // 2:
        if group:
            yield group
        return
    for piece in group:
        yield [piece]


def _pieces(block: Block) -> Iterator[Block]:
    match block:
        case Steps(items, start):
            for at, item in enumerate(items):
                yield Steps((item,), start + at)
        case Facts(rows):
            for row in rows:
                yield Facts((row,))
        case Text(markdown):
            for words in _cut(markdown, is_markup=True):
                yield Text(words)
        case Note(markdown, tone):
            for words in _cut(markdown, is_markup=True):
                yield Note(words, tone)
        case Quote(text, source):
            *most, last = _cut(text, is_markup=False)
            for words in most:
                yield Quote(words)
            yield Quote(last, source)
        case Sources():
            return  # those that are marked are put where their marks are
        case Heading() | Buttons() | Field():
            yield block


def _joined(pieces: Iterable[tuple[int, Block]]) -> Iterator[Block]:
    """Put together what of one block stands on one part."""
    for _, run in groupby(pieces, key=lambda piece: piece[0]):
        first, *more = [block for _, block in run]
        for block in more:
            first = _join(first, block)
        yield first


def _join(first: Block, second: Block) -> Block:
    match first, second:
        case Steps(items, start), Steps(others):
            return Steps((*items, *others), start)
        case Facts(rows), Facts(others_rows):
            return Facts((*rows, *others_rows))
        case Text(markdown), Text(rest):
            return Text(markdown + rest)
        case Note(markdown, tone), Note(rest):
            return Note(markdown + rest, tone)
        case Quote(text), Quote(rest, source):
            return Quote(text + rest, source)
    raise AssertionError((first, second))


def _cut(text: str, is_markup: bool) -> list[str]:
    """Part long words where a sentence or a line ends, and never inside markup."""
    cut: list[str] = []
    while len(text) > _LONGEST_PIECE:
        at = next(_places_to_cut(text, is_markup), 0)
        if not at:
            break
        cut.append(text[:at])
        text = text[at:]
    return [*cut, text]


def _places_to_cut(text: str, is_markup: bool) -> Iterator[int]:
    for end in _ENDS:
        found = [match.end() for match in end.finditer(text, 0, _LONGEST_PIECE)]
        late = [at for at in found if at > _LONGEST_PIECE // 2]
        for at in reversed(late[-_TRIES:]):
            if not is_markup or _is_outside_markup(text, at):
                yield at


def _is_outside_markup(markdown: str, at: int) -> bool:
    """Markup that is cut is shown as it is written: then the two parts say more than the whole."""
    cut = plain(markdown[:at]) + plain(markdown[at:])
    return "".join(cut.split()) == "".join(plain(markdown).split())


def _weight(block: Block) -> int:
    """About what a block takes of a message, never less than Slack counts."""
    match block:
        case Heading(text, detail):
            return 2 * _BLOCK + _length(text) + _length(detail)
        case Text(markdown) | Note(markdown):
            return _BLOCK + _line(markdown)
        case Steps(items):
            return _BLOCK + sum(_LINE + _line(item) for item in items)
        case Facts(rows):
            return _BLOCK + sum(_LINE + _length(label) + _length(value) for label, value in rows)
        case Quote(text, source):
            return _BLOCK + _length(text) + _length(source) + _RUN
        case Sources(()):
            return 0
        case Sources(entries):
            words = (f"{s.title}{s.section}{s.version}{s.owner}{s.url}" for s in entries)
            return _BLOCK + sum(2 * _LINE + _length(text) for text in words)
        case Buttons(buttons):
            return _BLOCK * (1 + len(buttons) // 20)
        case Field():
            return 2 * _BLOCK + (_length(block.value) // 3_000) * _BLOCK


def _line(markdown: str) -> int:
    return sum(_length(span.text) + _RUN for span in spans(markdown))


def _length(text: str) -> int:
    """Characters as JSON writes them; Teams writes a block for each line."""
    return len(json.dumps(text, ensure_ascii=False)) + 40 * text.count("\n")
