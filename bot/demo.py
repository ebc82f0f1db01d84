"""Decides how the demo comes up: its own database, the sample company or yours, and the page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import psycopg
from aiohttp import web

import samples
from bot import app
from bot.address import health_routes, listening
from bot.channel import Channel
from bot.database import Database, DatabaseUnusable, is_up_to_date, migrate, unreachable
from bot.inbox import InboxLater
from bot.settings import Settings
from bot.web.listen import mount
from bot.web.send import LocalChannel
from handlers import competencies, directory, gaps, library, local_chat, run_report
from indexing.embeddings import Embedder
from indexing.listing import list_documents
from learning.store import fetch_people, fetch_person

Say = Callable[[str], None]
Owner = psycopg.Connection[tuple[object, ...]]
_CONFLICT = ("service/lost-property.md", "service/store-handbook.md")
_SLACK = ("slack_bot_token", "slack_signing_secret", "slack_app_token")
_SETTLED_BY = "nadia@example.com"
_LD = "mia@example.com"
_ACTIVE = ("refunds-without-receipt", "age-checks", "cash-differences", "shortages-not-claimed")


async def run(
    settings: Settings, database: Database, say: Say, hint: Say, *, sample: bool = True
) -> int:
    """Serve the sample company until stopped; without `sample`, whatever company was imported."""
    settings = settings.model_copy(update=dict.fromkeys(_SLACK, ""))
    claim(database, hint, sample=sample)
    async with app.open_house(settings, database) as house, AsyncExitStack() as opened:
        hint("Loading the language model for search")
        services = await opened.enter_async_context(app.open_services(house))
        if sample:
            await load_samples(house, services.embedder, hint)
        application = web.Application(client_max_size=1_000_000)
        channels: dict[str, Channel] = {"web": LocalChannel(house.pool, app.clock)}
        if settings.teams_local:
            channels["teams"] = await _teams_without_proof(house, application)
            hint("Microsoft's local Teams client may come in, for this machine only")
        app.worker(house, channels, services)
        application.add_routes(health_routes(house.pool))
        mount(application, pool=house.pool, inbox=house.inbox, clock=app.clock, sample=sample)
        url = await opened.enter_async_context(listening(settings, application))
        working = asyncio.create_task(app.work(house))
        warming = asyncio.create_task(app.warm(house, services))
        say(f"ready {url}")
        hint(f"Open {url} in a browser. Ctrl-C stops it, the database too.")
        missing = () if sample else local_chat.what_to_import(await _holdings(house))
        if any(missing):
            hint(" ".join(missing))
        await app.until_stopped(working, beside=[warming])
    return 0


async def _teams_without_proof(house: app.House, application: web.Application) -> Channel:
    """Let Microsoft's local client in, which has no token to prove itself with."""
    from bot.teams.channel import open_channel
    from bot.teams.identity import local_identity
    from bot.teams.listen import mount as mount_teams

    identity = local_identity()
    await mount_teams(application, identity, house.pool, house.inbox, app.clock)
    opened = AsyncExitStack()
    channel = await opened.enter_async_context(open_channel(identity, house.pool, app.clock))

    async def close(_application: web.Application) -> None:
        await opened.aclose()

    application.on_cleanup.append(close)
    return channel


def claim(database: Database, hint: Say, *, sample: bool = True) -> None:
    """Make this the demo's database, or refuse one that is not: another's, or the other demo's."""
    try:
        with psycopg.connect(database.admin_url, autocommit=True) as owner:
            made = _one(owner, "select to_regclass('bot.this_database') is not null")
            if made and _one(owner, "select exists (select from bot.this_database where demo)"):
                if sample is not _one(owner, "select sample from bot.this_database"):
                    raise DatabaseUnusable(_OF_SAMPLE if not sample else _OF_OWN)
                if not is_up_to_date(database.url):
                    migrate(database)
                return
            if (not made and _one(owner, _IS_EMPTY)) or (made and _is_unused(owner, database)):
                hint("Making the demo's database")
                migrate(database)
                owner.execute(
                    "insert into bot.this_database (demo, sample, created_at) values (true, %s, %s)",
                    [sample, app.clock()],
                )
                return
    except psycopg.OperationalError as error:
        raise unreachable(database.admin_url, error, database.admin_setting) from None
    raise DatabaseUnusable(
        "This database was not made by `jobaid demo`, so the demo leaves it alone: nobody may be"
        " played in it. Set JOBAID_HOME to an empty folder (or DATABASE_URL to an empty database)"
        " and start again."
    )


_OF_SAMPLE = (
    "The sample company lives in this database, so it cannot be one for your own company. Set"
    " JOBAID_HOME to an empty folder (or DATABASE_URL to an empty database) and start"
    " `jobaid demo --empty` again, or start `jobaid demo` for the sample company."
)
_OF_OWN = (
    "This database was made by `jobaid demo --empty` for a company of your own, so the sample company"
    " is not put into it. Start `jobaid demo --empty`, or set JOBAID_HOME to an empty folder (or"
    " DATABASE_URL to an empty database) for the sample company."
)


def _is_unused(owner: Owner, database: Database) -> bool:
    """Whether a command made the embedded database and put nothing in: that can still be a demo's.

    A database of one's own that was migrated on purpose is left alone, empty or not.
    """
    return database.embedded and is_up_to_date(database.url) and _one(owner, _HOLDS_NOTHING)


_HOLDS_NOTHING = """
    select not exists (select from learning.person) and not exists (select from indexing.document)
       and not exists (select from learning.competency) and not exists (select from bot.inbox)
"""
_IS_EMPTY = """
    select not exists (
        select from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema')
          and n.nspname not like 'pg_toast%')
"""


def _one(owner: Owner, query: str) -> bool:
    row = owner.execute(query.encode()).fetchone()
    return bool(row and row[0])


async def _holdings(house: app.House) -> local_chat.Holdings:
    """What the demo of a company of one's own holds by now."""
    async with house.pool.connection() as conn:
        people = await fetch_people(conn)
        rows = await list_documents(conn, app.clock().date())
    return local_chat.Holdings(
        people=sum(person.active for person in people),
        documents=len(rows),
        answerable=sum(row.status == "answerable" for row in rows),
    )


async def load_samples(house: app.House, embedder: Embedder | None, hint: Say) -> None:
    """Load the sample company through the handlers, as its own people; once."""
    async with house.pool.connection() as conn:
        if await fetch_people(conn):
            return
    hint("Loading the sample company")
    folder = Path(samples.__file__).parent
    async with house.pool.connection() as conn, conn.transaction():
        taken, lines = await directory.on_people_import(conn, folder / "people.yaml", "demo")
        if not taken:
            raise DatabaseUnusable("\n".join(lines))
    report = await app.index_folder(house, embedder, folder / "sops", "samples")
    if run_report.has_refusals(report):
        raise DatabaseUnusable(run_report.report_table(report))
    async with house.pool.connection() as conn, conn.transaction():
        nadia = await fetch_person(conn, _SETTLED_BY)
        later = InboxLater(conn, house.inbox, app.clock())
        done, said = await library.on_act(
            conn, later, "conflict", list(_CONFLICT), False, nadia, _SETTLED_BY, app.clock()
        )
        if not done:
            raise DatabaseUnusable(said)
    await _load_skills(house, folder)


async def _load_skills(house: app.House, folder: Path) -> None:
    """Load what the roles ask and where the gaps are; L&D begins on the most urgent ones."""
    async with house.pool.connection() as conn, conn.transaction():
        for handler, name in ((competencies, "competencies.yaml"), (gaps, "gaps.yaml")):
            taken, lines = await handler.on_import(conn, folder / name, _LD, app.clock())
            if not taken:
                raise DatabaseUnusable("\n".join(lines))
        person = await fetch_person(conn, _LD)
        for gap in _ACTIVE:
            done, said = await gaps.on_act(conn, "activate", gap, _LD, person, _LD, app.clock())
            if not done:
                raise DatabaseUnusable(said)
