"""Which published modules a changed folder flags, through the gate, on a PostgreSQL of its own.

    python -m benchmarks.flagging OLD NEW [--gold FILE] [--material 40] [--other 60] [--seed 1] [--show]

First a guide from each document of OLD that has numbered steps, word for word, approved by two seat
holders; then NEW is indexed in its place. A FILE of lines `{"file", "section", "quote", "material"}`
says what a reader thinks of some of what is cited. Then edits planted in OLD, each in a document of
its own with a job aid that cites the edited sentence, or the whole document where the edit is not
material. Prints a table; asserts nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import tempfile
import time
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from benchmarks.edits import Edit, edits
from benchmarks.throwaway import GOVERNANCE, NOW, TODAY, throwaway_pool
from bot.store import insert_event, mark_event_person
from handlers.services import Connection
from indexing.documents import index_path
from indexing.nouns import SopText
from indexing.store.drafting import fetch_sop_texts
from learning import store as people_store
from learning.modules import Cite, Content, JobAid, Sentence, cites
from learning.nouns import Person
from review import gate, store, verbatim
from review.flags import flag_modules
from review.nouns import TICKS, Checked, Drafted, DraftRequest, Module
from review.outcomes import Published

_PEOPLE = (
    Person(0, "author@example.com", "Ada Author", seats=("ld",)),
    Person(0, "sme@example.com", "Sam Expert", seats=("sme:bench",)),
    Person(0, "ld@example.com", "Lee Design", seats=("ld",)),
)
_WORLD = """
    insert into learning.role (id) values ('everyone') on conflict do nothing;
    insert into learning.competency (id, domain, role, statement, level)
    values ('everything', 'bench', 'everyone', 'Does what the document says', 'working');
    insert into analytics.gap (id, role, competency, priority, impact, rationale, state, slot,
                               imported_at, activated_at)
    values ('bench', 'everyone', 'everything', 'Measure', 3, 'Measured', 'active', 1, now(), now());
"""
_VALIDATED = "validated_on: 2026-11-02"


@dataclass
class Bench:
    """A scratch house: `modules` are published, by the uri of the document each cites."""

    conn: Connection
    people: Sequence[Person] = ()
    modules: dict[str, int] = field(default_factory=dict)
    contents: dict[str, Content] = field(default_factory=dict)
    deciding: float = 0.0

    async def index(self, folder: Path, *, again: bool) -> float:
        """Index a folder, validated anew if `again`; seconds."""
        started = time.perf_counter()
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as governance:
            governance.write(
                GOVERNANCE.replace(_VALIDATED, "validated_on: 2026-11-20") if again else GOVERNANCE
            )
            governance.flush()
            await index_path(
                self.conn,
                folder,
                source="bench",
                governance_file=Path(governance.name),
                today=TODAY,
                now=NOW,
                revised=self._revised,
            )
        return time.perf_counter() - started

    async def _revised(self, document_ids: Collection[int]) -> None:
        started = time.perf_counter()
        await flag_modules(self.conn, document_ids, NOW)
        self.deciding += time.perf_counter() - started

    async def sops(self) -> list[SopText]:
        """What may be drafted from."""
        return await fetch_sop_texts(self.conn, TODAY)

    async def publish(self, uri: str, content: Content) -> None:
        """Put a content into use as two people do: drafted, approved by each seat."""
        author, *reviewers = self.people
        module_id = await store.insert_module(
            self.conn, _request(content.kind), requested_by=author.id, actor=author.email, now=NOW
        )
        module = await store.fetch_module(self.conn, module_id, lock=True)
        assert module
        module = await gate.put_before_reviewers(
            self.conn,
            module,
            content,
            checks=Checked(1, 1, 0, 1),
            drafted_by="verbatim",
            editor=None,
            due_at=NOW + timedelta(days=3),
            now=NOW,
        )
        for person in reviewers:
            result = await gate.approve(
                self.conn,
                module_id=module.id,
                number=module.number,
                person=person,
                ticks=TICKS,
                just_competent={},
                press=await self._press(person, module),
                shown_at=NOW,
                today=TODAY,
                now=NOW,
            )
        assert isinstance(result, Published), result
        await self.conn.commit()
        self.modules[uri] = module.id
        self.contents[uri] = content

    async def _press(self, person: Person, module: Module) -> int:
        payload = {"action": "review.approve", "subject": f"module:{module.id}.{module.number}"}
        key = f"web:{module.id}-{person.id}"
        event = await insert_event(self.conn, "", key, "web", payload, person.email, NOW, "", False)
        assert event
        await mark_event_person(self.conn, event, person.id)
        return event

    async def flagged(self) -> set[str]:
        """The documents whose modules are out of use."""
        standing = {module.id: module.state for module, _ in await store.fetch_modules(self.conn)}
        await self.conn.commit()
        return {uri for uri, module in self.modules.items() if standing[module] == "flagged"}


@asynccontextmanager
async def _bench() -> AsyncIterator[Bench]:
    async with throwaway_pool() as pool, pool.connection() as conn:
        await people_store.act_as(conn, "benchmark", {})
        for person in _PEOPLE:
            await people_store.upsert_person(conn, person)
        await conn.execute(_WORLD)
        found = {person.email: person for person in await people_store.fetch_people(conn)}
        await conn.commit()
        yield Bench(conn, [found[person.email] for person in _PEOPLE])


def _request(kind: str) -> DraftRequest:
    assert kind in ("guide", "aid")
    return DraftRequest(
        "bench",
        "guide" if kind == "guide" else "aid",
        "everyone",
        "everything",
        "Does what the document says",
        "bench",
        "in a benchmark",
    )


async def main() -> None:
    """Reads the folders and prints a row for each measurement."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("old", type=Path)
    arguments.add_argument("new", type=Path)
    arguments.add_argument("--gold", type=Path, help="lines of {file, quote, material}, a reader's")
    arguments.add_argument("--material", type=int, default=40)
    arguments.add_argument("--other", type=int, default=60)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--show", action="store_true", help="name what was judged wrongly")
    given = arguments.parse_args()
    head = ("modules", "flagged", "material", "missed", "wrongly flagged", "seconds", "deciding")
    print(f"{'':<26}" + "".join(f"{name:>17}" for name in head))
    await _between(given.old, given.new, given.gold, given.show)
    await _planted(given)


def _row(name: str, *figures: str) -> None:
    print(f"{name:<26}" + "".join(f"{figure:>17}" for figure in figures))


async def _between(old: Path, new: Path, gold: Path | None, show: bool) -> None:
    """A row: guides of one state of a folder, then the other state comes into force."""
    async with _bench() as bench:
        await bench.index(old, again=False)
        for sop in await bench.sops():
            made = verbatim.draft(_request("guide"), [sop], None)
            if isinstance(made, Drafted):
                await bench.publish(sop.uri, made.content)
        seconds = await bench.index(new, again=True)
        flagged = await bench.flagged()
        material, missed, wrong = _judged(bench, flagged, gold)
        figures = [str(len(found)) if gold else "-" for found in (material, missed, wrong)]
        counts = (str(len(bench.modules)), str(len(flagged)))
        _row(
            f"{old.name} to {new.name}",
            *counts,
            *figures,
            f"{seconds:.1f}",
            f"{bench.deciding:.2f}",
        )
        for name, found in (("missed", missed), ("wrongly flagged", wrong)):
            for uri in sorted(found) if show else ():
                print(f"  {name}: {uri}")


def _judged(
    bench: Bench, flagged: set[str], gold: Path | None
) -> tuple[set[str], set[str], set[str]]:
    """The modules with a material change in what they cite, those missed, those flagged wrongly.

    By a reader's judgement; where it says nothing of what a module cites, neither do we.
    """
    said: dict[str, list[bool]] = {}
    for line in gold.read_text().splitlines() if gold else ():
        case = json.loads(line)
        content = bench.contents.get(case["file"])
        if content and _holds(content, case["quote"]):
            said.setdefault(case["file"], []).append(case["material"])
    material = {uri for uri, cases in said.items() if any(cases)}
    return material, material - flagged, (said.keys() - material) & flagged


def _holds(content: Content, quote: str) -> bool:
    """Whether the content cites a quote, or a part of it."""
    words = _words(quote)
    return any(words in cited or cited in words for cited in map(_words, _quotes(content)))


def _quotes(content: Content) -> Iterator[str]:
    return (cite.quote for cite in cites(content))


def _words(text: str) -> str:
    """The words alone: a reader was shown them without markup."""
    return " ".join(["", *re.findall(r"[^\W_]+", text.casefold()), ""])


async def _planted(given: argparse.Namespace) -> None:
    """Three rows: edits of each label, every one in a document and under a module of its own."""
    planted = edits(given.old, given.material, given.other, given.seed)
    async with _bench() as bench:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            _write(folder, [edit.before for edit in planted])
            await bench.index(folder, again=False)
            for sop in await bench.sops():
                edit = planted[int(sop.uri.removesuffix(".md"))]
                await bench.publish(sop.uri, _aid(edit, sop))
            _write(folder, [edit.after for edit in planted])
            seconds = await bench.index(folder, again=True)
        flagged = await bench.flagged()
    for label in ("material", "wording", "cosmetic"):
        own = {_uri(at): edit for at, edit in enumerate(planted) if edit.label == label}
        hit = own.keys() & flagged
        material = set(own) if label == "material" else set()
        figures = (len(own.keys() & bench.modules.keys()), len(hit), len(material))
        wrong = (len(material - flagged), len(hit - material))
        times = (f"{seconds:.1f}", f"{bench.deciding:.2f}") if label == "material" else ("", "")
        _row(f"planted, {label}", *(str(figure) for figure in (*figures, *wrong)), *times)
        for uri in sorted((material - flagged) | (hit - material)) if given.show else ():
            print(f"  {own[uri].kind}, {own[uri].file}: {own[uri].quote}")


def _uri(at: int) -> str:
    return f"{at:03}.md"


def _write(folder: Path, texts: Sequence[str]) -> None:
    """Each document with a line that no other has: two with the same text count as one."""
    for at, text in enumerate(texts):
        (folder / _uri(at)).write_text(f"{text.rstrip()}\n\nKept as sheet {at:03}.\n")


def _aid(edit: Edit, sop: SopText) -> JobAid:
    """Cites the edited sentence, or all there is where nothing of it is to matter."""
    places = [(edit.section, edit.quote)]
    if edit.label != "material":
        places = [(passage.section, passage.text) for passage in sop.passages]
    return JobAid(
        f"Sheet {sop.uri}",
        tuple(
            Sentence(quote, (Cite(sop.source, sop.uri, sop.revision, sop.version, section, quote),))
            for section, quote in places
        ),
    )


if __name__ == "__main__":
    asyncio.run(main())
