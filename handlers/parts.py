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

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

from handlers.block_pieces import BLOCK, joined, pieces_of, weight_of
from handlers.cards import (
    Block,
    Button,
    Buttons,
    Card,
    Field,
    Heading,
    Note,
    Quote,
    Source,
    Sources,
    Steps,
    Text,
    spans,
)

MOST = 9_000
"""The most that a part weighs: its characters, and what they take to be drawn."""
_PART = re.compile(r"(?P<subject>.+)#(?P<number>\d{1,3})", re.DOTALL)

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
    if sum(map(weight_of, card.blocks)) <= MOST:
        return [card.blocks]
    words, foot = _parted(card)
    sources = {source.number: source for source in _all_sources(card)}
    room = max(MOST - sum(weight_of(b) for b in foot if not isinstance(b, Sources)), MOST // 2)
    parts: list[list[tuple[int, Block]]] = [[]]
    used, named = 0, set[int]()
    for group in _groups(words):
        marked = {mark for _, block in group for mark in _marks(block)} & sources.keys()
        more = _added(parts[-1], group) + _weight_of_sources(sources, marked - named, named)
        if parts[-1] and used + more > room:
            over = _over(words, *group[0])
            parts.append(over)
            room, used, named = MOST, sum(weight_of(block) for _, block in over), set()
            more = _added([], group) + _weight_of_sources(sources, marked, named)
        parts[-1] += group
        used, named = used + more, named | marked
    return [tuple(joined(part)) for part in parts]


def _added(part: Sequence[tuple[int, Block]], group: Sequence[tuple[int, Block]]) -> int:
    """What a group weighs on a part: what is joined to a piece of its own block is no new block."""
    before = [part[-1][0] if part else None, *(at for at, _ in group)]
    return sum(
        weight_of(block) - (BLOCK if at == last else 0)
        for last, (at, block) in zip(before, group, strict=False)
    )


def _weight_of_sources(sources: Mapping[int, Source], marks: Set[int], named: Set[int]) -> int:
    """What further sources weigh beside those that a part names already."""
    weight = weight_of(Sources(tuple(sources[mark] for mark in marks)))
    return weight - (BLOCK if weight and named else 0)


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
        following = words[at + 1] if at + 1 < len(words) else None
        heads = following is not None and _is_head(block)
        for piece in pieces_of(block):
            group.append((at, piece))
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
    if sum(weight_of(block) for _, block in group) <= MOST // 2:
        if group:
            yield group
        return
    for piece in group:
        yield [piece]
