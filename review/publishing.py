"""Decides how a published module is found and quoted.

A job aid is by its headings, a guide in its standard level by the SOP's sections. The passages are
the approved words in the approved order; the database compares them line by line with what was
published.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby, pairwise

from indexing.embeddings import Embedder
from indexing.in_use import Embedded, ModuleText, embedded, put_in_use
from indexing.nouns import Passage
from indexing.passages import LIMIT
from learning.modules import Guide, JobAid, Sentence, Step, cites, content_body
from review.nouns import Module, StoredContent
from review.store import Connection


async def embed(stored: StoredContent, embedder: Embedder | None) -> Embedded | None:
    """The vectors by which a content will be found once it is published; None where it is not."""
    content = stored.content
    if not isinstance(content, Guide | JobAid):
        return None
    return await embedded(content.title, passages_of(content), embedder)


async def answer_from(
    conn: Connection,
    module: Module,
    stored: StoredContent,
    found_by: Embedded | None,
    *,
    by: str,
    today: date,
    now: datetime,
) -> None:
    """Let answers use a module that was published in this transaction; guides and job aids only."""
    content = stored.content
    if not isinstance(content, Guide | JobAid):
        return
    text = ModuleText(
        module.id,
        content.kind,
        content.title,
        module.role,
        module.competency,
        content_body(content, role=module.role, competency=module.competency),
        stored.hash,
        passages_of(content),
    )
    revisions = {cite.revision for cite in cites(content)}
    await put_in_use(conn, text, revisions, found_by, by=by, today=today, now=now)


def passages_of(content: Guide | JobAid) -> tuple[Passage, ...]:
    """What is searched of a module, in passages that one window of the embedding model holds."""
    found: list[Passage] = []
    for section, paragraphs in _sections(content):
        headings = () if section.casefold() == content.title.casefold() else (section,)
        name = section if headings else content.title
        found += [
            Passage(len(found) + at, name, headings, text)
            for at, text in enumerate(_packed(paragraphs))
        ]
    return tuple(found)


def _sections(content: Guide | JobAid) -> Iterator[tuple[str, list[str]]]:
    """The sections as the SOP names them, each with its paragraphs."""
    return _of_aid(content) if isinstance(content, JobAid) else _of_guide(content)


def _of_aid(aid: JobAid) -> Iterator[tuple[str, list[str]]]:
    """An aid is cut at its headings; one without any is of one piece, under its title."""
    places = [at for at, line in enumerate(aid.lines) if _heading(aid.lines, at)]
    if not places:
        yield aid.title, _paragraphs(aid.lines)
        return
    if places[0]:
        yield aid.title, _paragraphs(aid.lines[: places[0]])
    for start, end in pairwise([*places, len(aid.lines)]):
        section = _heading(aid.lines, start)
        # A heading that only repeats the section's name is that name.
        named = section.casefold().endswith(aid.lines[start].text.rstrip(": ").casefold())
        yield section, _paragraphs(aid.lines[start + named : end])


def _heading(lines: Sequence[Sentence], at: int) -> str:
    """The SOP's section above whose lines an author's heading stands; empty where none does."""
    if not (lines[at].authored and lines[at].text.rstrip().endswith(":")):
        return ""
    return next((cite.section for line in lines[at + 1 : at + 2] for cite in line.cites), "")


def _of_guide(guide: Guide) -> Iterator[tuple[str, list[str]]]:
    """The standard level section by section, the warnings of each above its steps."""
    groups = [(name, list(own)) for name, own in groupby(guide.standard, lambda step: step.section)]
    left = list(guide.warnings)
    for at, (name, steps) in enumerate(groups):
        here = [said for said in left if _stands_in(said, name)]
        left = [said for said in left if said not in here]
        if at == len(groups) - 1:
            here += left
        yield name, [*_paragraphs(here), *(_step(step) for step in steps)]


def _stands_in(said: Sentence, section: str) -> bool:
    return any(cite.section == section for cite in said.cites)


def _step(step: Step) -> str:
    """A step with the SOP's number, what belongs to it indented below."""
    marker = f"{step.number}. "
    lines = "\n".join(line.text for line in step.lines).split("\n")
    return marker + f"\n{' ' * len(marker)}".join(lines)


def _paragraphs(lines: Iterable[Sentence]) -> list[str]:
    """Lines as paragraphs; one that announces others stands with the first of them."""
    texts: list[str] = []
    announced = False
    for line in lines:
        if announced:
            texts[-1] += f"\n\n{line.text}"
        else:
            texts.append(line.text)
        announced = line.text.endswith(":")
    return texts


def _packed(texts: Sequence[str]) -> Iterator[str]:
    """Paragraphs and steps put together up to the length of a passage."""
    held: list[str] = []
    words = 0
    for text in texts:
        size = len(text.split())
        if held and words + size > LIMIT:
            yield "\n\n".join(held)
            held, words = [], 0
        held.append(text)
        words += size
    if held:
        yield "\n\n".join(held)
