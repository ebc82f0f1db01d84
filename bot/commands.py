"""Decides what each command does with the house; the words it prints come from `handlers/`."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from aiohttp import web
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bot import app, demo, review_commands, store, terminal
from bot.__main__ import DONE, FAILED, MISUSED
from bot.address import check_address, health_routes, listening
from bot.database import Database, DatabaseUnusable, database, is_up_to_date, migrate
from bot.embedder import fault_of_embedder, load_embedder
from bot.inbox import InboxLater
from bot.settings import Settings
from bot.skills import settle
from bot.state import facts_of, state_of_house
from bot.teams.package import package
from handlers import directory, doctor, evaluating, evaluation_report, library, run_report, trying
from handlers.services import Services
from handlers.set_off import SetOff, set_off_lines
from indexing.language_model import Usage
from learning.store import fetch_people, fetch_person


def say(text: str) -> None:
    """Print to stdout."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def hint(text: str) -> None:
    """Print a diagnostic to stderr."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Run one command and return its exit code."""
    if arguments.command == "teams":
        return _teams_package(arguments, settings)
    if arguments.command in ("demo", "serve"):
        check_address(settings)  # before a database is made for nothing
    with database(settings) as found:
        match arguments.command:
            case "demo":
                return await demo.run(settings, found, say, hint, sample=not arguments.empty)
            case "migrate":
                migrate(found)
                say("The database is up to date.")
                return DONE
            case "doctor":
                return await _doctor(settings, found)
        _bring_up(found)
        async with app.open_house(settings, found) as house:
            match arguments.command:
                case "serve":
                    return await _serve(house)
                case "worker":
                    return await _worker(house)
                case "people":
                    return await _people(house, arguments)
                case "competencies" | "gaps":
                    return await settle(house, arguments, shell_actor(), say, hint)
                case "draft":
                    return await review_commands.on_draft(house, arguments, say, hint)
                case "modules":
                    return await review_commands.on_modules(house, arguments, say, hint)
                case "audit":
                    return await review_commands.on_audit(house, arguments, say, hint)
                case "index":
                    return await _index(house, arguments)
                case "documents":
                    return await _documents(house, arguments)
                case "reindex":
                    return await _reindex(house)
                case "ask":
                    return await _ask(house, arguments)
                case "eval":
                    return await _eval(house, arguments)
                case "chat":
                    return await terminal.run(house, arguments, say, hint)
    return MISUSED


def _bring_up(found: Database) -> None:
    """The embedded database is brought up to date by itself; a real one only by `migrate`."""
    if is_up_to_date(found.url):
        return
    if not found.embedded:
        raise DatabaseUnusable("The database is not up to date. Run: jobaid migrate")
    migrate(found)


async def _doctor(settings: Settings, found: Database) -> int:
    facts = facts_of(settings, found)
    if not facts.up_to_date:
        say("\n".join(doctor.report(facts, None)))
        return FAILED
    async with app.open_house(settings, found) as house:
        facts = replace(facts, embeddings_fault=await fault_of_embedder(settings, house.pool))
        async with house.pool.connection() as conn:
            state = await state_of_house(conn, app.clock(), settings)
    say("\n".join(doctor.report(facts, state)))
    return DONE if doctor.is_well(facts, state) else FAILED


def _teams_package(arguments: argparse.Namespace, settings: Settings) -> int:
    packed = package(settings.teams_app_id, arguments.site, arguments.company)
    try:
        arguments.out.write_bytes(packed)
    except OSError as error:
        hint(f"{arguments.out} cannot be written: {error.strerror}.")
        return FAILED
    say(doctor.teams_packed(str(arguments.out)))
    return DONE


async def _serve(house: app.House) -> int:
    application = web.Application(client_max_size=1_000_000)
    application.add_routes(health_routes(house.pool))
    await app.check_intake(house)
    await app.mount_platforms(house, application)
    async with app.sockets(house), listening(house.settings, application) as url:
        say(f"ready {url}")
        alone = doctor.nothing_connected(facts_of(house.settings, house.database))
        if alone:
            hint(alone)
        await app.until_stopped()
    return DONE


async def _worker(house: app.House) -> int:
    # Beside `serve` on one machine the acknowledgements come first: Slack waits 3 seconds for them.
    # Before the model's threads start, because they inherit it.
    os.nice(10)
    async with app.platforms(house) as channels, app.open_services(house) as services:
        app.worker(house, channels, services)
        say("ready")
        await app.until_stopped(asyncio.create_task(app.work(house)))
    return DONE


async def _people(house: app.House, arguments: argparse.Namespace) -> int:
    async with house.pool.connection() as conn, conn.transaction():
        taken, lines = await directory.on_people_import(conn, arguments.file, shell_actor())
        if taken and await store.holds_sample(conn):
            hint(directory.IN_THE_DEMO)
    (say if taken else hint)("\n".join(lines))
    return DONE if taken else FAILED


def shell_actor() -> str:
    """Who the audit log names for what is done from the shell."""
    return f"shell:{getpass.getuser()}"


@asynccontextmanager
async def progress(label: str) -> AsyncIterator[app.Progress]:
    """Show a progress bar on stderr where there is a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield show


async def _index(house: app.House, arguments: argparse.Namespace) -> int:
    if not arguments.path.exists():
        hint(f"{arguments.path} does not exist. Name a folder or a file of documents.")
        return FAILED
    embedder = await load_embedder(house.settings, house.pool)
    async with house.pool.connection() as conn:
        if await store.holds_sample(conn):
            hint(directory.IN_THE_DEMO)
    set_off: list[SetOff] = []
    async with progress("Indexing") as show:
        report = await app.index_folder(
            house,
            embedder,
            arguments.path,
            arguments.source,
            governance=arguments.governance,
            dry_run=arguments.dry_run,
            by=shell_actor(),
            progress=show,
            set_off=set_off.append,
        )
    async with house.pool.connection() as conn:
        lines = await set_off_lines(conn, set_off)
    if arguments.json:
        say(json.dumps(run_report.report_json(report), ensure_ascii=False))
    else:
        say(run_report.report_table(report))
    if lines:  # with --json they are for whoever watches
        (hint if arguments.json else say)("\n".join(lines))
    return FAILED if run_report.has_refusals(report) else DONE


async def _documents(house: app.House, arguments: argparse.Namespace) -> int:
    async with house.pool.connection() as conn, conn.transaction():
        if arguments.act is None:
            rows = await library.documents(
                conn,
                app.clock().date(),
                arguments.source,
                arguments.status,
                waiting=arguments.waiting,
            )
            staff = library.staff_of(await fetch_people(conn))
            say(
                json.dumps(library.documents_json(rows, staff), ensure_ascii=False)
                if arguments.json
                else library.documents_table(rows, staff, waiting=arguments.waiting)
            )
            return DONE
        person = await fetch_person(conn, arguments.as_email)
        uris = [arguments.uri] + ([arguments.other] if arguments.act == "conflict" else [])
        lift = bool(getattr(arguments, "lift", False))
        now = app.clock()
        later = InboxLater(conn, house.inbox, now)
        done, said = await library.on_act(
            conn, later, arguments.act, uris, lift, person, arguments.as_email, now
        )
    (say if done else hint)(said)
    return DONE if done else FAILED


async def _reindex(house: app.House) -> int:
    async with progress("Embedding") as show:
        count = await app.reindex(house, show)
    say(library.reindexed(count, house.settings.jobaid_embeddings))
    return DONE


async def _ask(house: app.House, arguments: argparse.Namespace) -> int:
    async with app.open_services(
        house, with_model=not arguments.no_model, breaker=False
    ) as services:
        if arguments.batch:
            return await _ask_batch(house, services, arguments)
        async with house.pool.connection() as conn:
            asked = trying.Question("", arguments.question, (), arguments.as_email or "")
            line = await trying.reply_line(conn, services, asked, app.clock())
    if "error" in line:
        hint(str(line["error"]))
        return FAILED
    say(json.dumps(line, ensure_ascii=False) if arguments.json else str(line["text"]))
    return DONE


async def _ask_batch(house: app.House, services: Services, arguments: argparse.Namespace) -> int:
    lines = _lines_of(arguments.batch)
    if lines is None:
        return FAILED
    failed = False
    async with house.pool.connection() as conn:
        for number, raw in enumerate(lines, start=1):
            if not raw.strip():
                continue
            line = await trying.batch_line(conn, services, raw, number, app.clock())
            failed |= "error" in line
            say(json.dumps(line, ensure_ascii=False))
    return FAILED if failed else DONE


def _lines_of(path: Path) -> list[bytes] | None:
    """The lines of a file; None when it cannot be read, which is then said."""
    try:
        return path.read_bytes().splitlines()
    except OSError as error:
        hint(f"{path} cannot be read: {error.strerror}.")
        return None


async def _eval(house: app.House, arguments: argparse.Namespace) -> int:
    lines = _lines_of(arguments.file)
    others = _lines_of(arguments.against) if arguments.against else []
    if lines is None or others is None:
        return FAILED
    earlier = evaluating.read_earlier(others)
    cases: list[evaluating.Measured] = []
    usage = Usage(awaited=False)
    async with (
        app.open_services(house, with_model=not arguments.no_model, breaker=False) as services,
        house.pool.connection() as conn,
        progress("Evaluating") as show,
    ):
        async for one in evaluating.on_eval(conn, services, lines, earlier, app.clock(), usage):
            cases.append(one)
            show(len(cases), sum(bool(line.strip()) for line in lines))
            if arguments.json:
                say(evaluating.json_line(one))
        judge = services.language_model.name if services.language_model else ""
    report = evaluation_report.report(cases, earlier if arguments.against else None, judge, usage)
    # With --json the report is for whoever watches: it goes where diagnostics go.
    (hint if arguments.json else say)(report)
    return FAILED if evaluating.has_gaps(cases, earlier) else DONE
