"""What somebody meets who tries their own company in the demo: `jobaid demo --empty`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp
import psycopg
import pytest
from aiohttp import web
from databases import Server
from intake import KEY
from local_page import clock
from sop_folder import GOVERNANCE, REFUNDS
from test_command_line import PEOPLE, Shell, jobaid

from bot import demo, store
from bot.__main__ import parser
from bot.address import listening
from bot.database import Database, DatabaseUnusable, open_pool
from bot.inbox import Inbox
from bot.settings import Settings
from bot.web.listen import mount
from bot.work import Queue
from handlers import doctor
from handlers.doctor import Facts


def claimed(database: Database, *, sample: bool) -> list[str]:
    said: list[str] = []
    demo.claim(database, said.append, sample=sample)
    return said


def refused(database: Database, *, sample: bool) -> str:
    with pytest.raises(DatabaseUnusable) as refusal:
        demo.claim(database, lambda _: None, sample=sample)
    return str(refusal.value)


async def kinds(database: Database) -> tuple[bool, bool]:
    """Whether it is a demo's database, and whether that of the sample company."""
    async with open_pool(database) as pool, pool.connection() as conn:
        return await store.is_demo(conn), await store.holds_sample(conn)


@pytest.fixture
def shell(database: Database, tmp_path: Path) -> Shell:
    return Shell(database, tmp_path)


# Whose database it is


def test_the_command_says_which_demo() -> None:
    assert parser().parse_args(["demo"]).empty is False
    assert parser().parse_args(["demo", "--empty"]).empty is True
    assert "demo --empty" in jobaid("demo", "--help").stdout


@pytest.mark.parametrize("sample", [True, False])
async def test_an_unused_database_becomes_the_demos_and_stays_it(
    database: Database, sample: bool
) -> None:
    assert await kinds(database) == (False, False)
    assert claimed(database, sample=sample) == ["Making the demo's database"]
    assert await kinds(database) == (True, sample)
    assert claimed(database, sample=sample) == [], "the second start makes nothing"
    assert await kinds(database) == (True, sample)


def test_neither_demo_starts_in_the_other_ones_database(server: Server) -> None:
    with server.new_database() as theirs, server.new_database() as ours:
        claimed(theirs, sample=True)
        said = refused(theirs, sample=False)
        assert said.startswith("The sample company lives in this database")
        assert "`jobaid demo --empty`" in said
        claimed(ours, sample=False)
        said = refused(ours, sample=True)
        assert said.startswith("This database was made by `jobaid demo --empty`")
        assert "Set" not in said.split(".")[0]


@pytest.mark.parametrize("sample", [True, False])
async def test_nobody_is_played_in_a_database_that_holds_people(
    database: Database, shell: Shell, sample: bool
) -> None:
    assert (await shell.run("people", "import", shell.write("people.yaml", PEOPLE)))[0] == 0
    assert "nobody may be played in it" in refused(database, sample=sample)
    assert await kinds(database) == (False, False)


def test_a_database_that_was_migrated_on_purpose_is_left_alone(database: Database) -> None:
    assert "leaves it alone" in refused(replace(database, embedded=False), sample=False)


# The page


@asynccontextmanager
async def page(database: Database) -> AsyncIterator[str]:
    """The page of a company of one's own, where questions stay unanswered."""
    async with open_pool(database) as pool:
        queue = Queue(pool)
        await queue.open()
        application = web.Application()
        inbox = Inbox(queue.defer_event, KEY)
        mount(application, pool=pool, inbox=inbox, clock=clock, sample=False)
        async with listening(Settings(port=0), application) as url:
            yield url


async def opened(url: str) -> str:
    async with aiohttp.ClientSession() as browser, browser.get(url) as answer:
        assert answer.status == 200
        return await answer.text()


async def test_the_page_says_what_to_import_next_and_suggests_our_own(
    database: Database, shell: Shell
) -> None:
    claimed(database, sample=False)
    async with page(database) as url:
        said = await opened(url)
        assert "jobaid people import people.yaml" in said
        assert 'http-equiv="refresh"' in said, "it comes up by itself once people are in"

        code, _, hints = await shell.run("people", "import", shell.write("people.yaml", PEOPLE))
        assert (code, hints) == (0, "")
        said = await opened(url)
        assert "Your own company" in said
        assert "jobaid index sops/" in said
        assert "suggestion" not in said

        governance = GOVERNANCE.replace("2026-10-06", "today")
        shell.write("sops/governance.yaml", governance)
        refunds = shell.write("sops/refunds.md", REFUNDS)
        closed = "---\naudience: [dana@example.com]\n---\n# Closing the books\n\nCount twice.\n"
        shell.write("sops/closed.md", closed)
        code, _, hints = await shell.run("index", str(Path(refunds).parent))
        assert (code, hints.strip()) == (0, "")
        said = await opened(url)
        assert ">Refund without a receipt</button>" in said
        assert "Closing the books" not in said, "Priya may not read it"
    for sample_word in ("Sample company", "Nobody here is real", "bike"):
        assert sample_word not in said


async def test_documents_that_may_not_be_answered_from_are_told(
    database: Database, shell: Shell
) -> None:
    claimed(database, sample=False)
    await shell.run("people", "import", shell.write("people.yaml", PEOPLE))
    unvalidated = "\n".join(
        line for line in GOVERNANCE.splitlines() if not line.startswith("  validated")
    )
    shell.write("sops/governance.yaml", unvalidated + "\n")
    await shell.run("index", str(Path(shell.write("sops/refunds.md", REFUNDS)).parent))
    async with page(database) as url:
        assert "<code>jobaid documents</code>" in await opened(url)


# The way there


def test_serving_with_nothing_connected_names_the_page() -> None:
    alone = Facts(True, True, True, "none", False, False)
    assert "`jobaid demo --empty`" in doctor.nothing_connected(alone)
    assert doctor.nothing_connected(replace(alone, slack_token=True)) == ""
    assert doctor.nothing_connected(replace(alone, teams_missing=())) == ""


async def test_chat_outside_a_demo_says_how_to_get_one(shell: Shell) -> None:
    code, _, hints = await shell.run("chat")
    assert code == 1
    assert "`jobaid demo --empty`" in hints


def test_only_the_owner_says_whose_demo_it_is(database: Database) -> None:
    claimed(database, sample=False)
    with (
        psycopg.connect(database.url) as application,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        application.execute("update bot.this_database set sample = true")
