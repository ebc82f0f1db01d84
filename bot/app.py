"""Decides how the house is put together: everything is built once, here."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import structlog
from aiohttp import web

from bot import store
from bot.breaker import Breaker
from bot.channel import Channel
from bot.database import Database, Pool, open_pool, unreachable, with_search_path
from bot.embedder import configured_embedder, load_embedder
from bot.inbox import Inbox, InboxLater, Worker
from bot.outbox import Outbox
from bot.reloading import Reloading, token_states
from bot.settings import Settings, UnusableSetting
from bot.teams.identity import identity
from bot.timetable import Timetable
from bot.work import Queue
from handlers import library
from handlers.inbound import Place
from handlers.services import Services
from handlers.set_off import SetOff
from indexing import answers, documents
from indexing.embeddings import Embedder
from indexing.reindex import rebuild
from learning.nouns import EVERYONE
from learning.store import fetch_people
from learning.store.competencies import fetch_competencies

log = structlog.get_logger()
Progress = Callable[[int, int], None]


def clock() -> datetime:
    """The time; only this folder reads it."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class House:
    """What a running process holds."""

    settings: Settings
    database: Database
    pool: Pool
    queue: Queue
    inbox: Inbox


@asynccontextmanager
async def open_house(settings: Settings, database: Database) -> AsyncIterator[House]:
    """Open the pool and the queue."""
    async with open_pool(database) as pool:
        queue = Queue(pool)
        await queue.open()
        inbox = Inbox(queue.defer_event, database.intake_key)
        yield House(settings, database, pool, queue, inbox)


@asynccontextmanager
async def open_services(
    house: House, *, with_model: bool = True, breaker: bool = True
) -> AsyncIterator[Services]:
    """Load what handlers may use: the embedder, and the language model if one is configured.

    Without a `breaker` every question of a batch is put to the model, whatever the last one met.
    """
    settings = house.settings
    embedder = await load_embedder(settings, house.pool)
    states = token_states(settings, embedder)
    async with house.pool.connection() as conn:
        at_home = ("web:review",) if await store.is_demo(conn) else ()
    places = tuple(Place(place) for place in settings.review_channel or at_home)
    async with AsyncExitStack() as opened:
        model = None
        if with_model and settings.jobaid_model:
            # Its library takes a second to import, which a house without a model need not wait.
            from bot.language_model import language_model

            model = await opened.enter_async_context(
                language_model(settings, Breaker() if breaker else None)
            )
        yield Services(
            embedder,
            states,
            model,
            settings.jobaid_written_per_hour,
            settings.jobaid_model_refuses_below,
            places,
        )


def worker(
    house: House,
    channels: Mapping[str, Channel],
    services: Services,
    inbox: Inbox | None = None,
) -> Worker:
    """Build the worker and hand it to the queue. What it puts off goes to `inbox`, or the house's."""
    outbox = Outbox(house.pool, channels, clock)
    current = Reloading(house.settings, services).services
    built = Worker(house.pool, channels, services, outbox, clock, inbox or house.inbox, current)
    house.queue.give(built, outbox)
    return built


async def work(house: House, concurrency: int = 4) -> None:
    """Work off jobs and keep time until cancelled."""
    forget = timedelta(days=house.settings.jobaid_forget_askers_days)
    timetable = Timetable(house.pool, house.queue, clock, forget)
    timetable.start()
    try:
        await house.queue.run(concurrency)
    finally:
        timetable.stop()


async def index_folder(
    house: House,
    embedder: Embedder | None,
    path: Path,
    source: str | None = None,
    *,
    governance: Path | None = None,
    dry_run: bool = False,
    by: str = "demo",
    progress: Progress | None = None,
    set_off: Callable[[SetOff], None] | None = None,
) -> documents.Report:
    """Bring the index in line with a folder or file. What that flags is a worker's to tell.

    `set_off` is called with what became of modules, at each change that is stored.
    """
    now = clock()
    async with house.pool.connection() as conn:
        later = InboxLater(conn, house.inbox, now)

        async def revised(document_ids: Collection[int]) -> None:
            found = await library.on_revised(conn, later, document_ids, now)
            if set_off is not None:
                set_off(found)

        people = await fetch_people(conn)
        competencies = {competency.id for competency in await fetch_competencies(conn)}
        await conn.commit()
        return await documents.index_path(
            conn,
            path,
            source=source,
            governance_file=governance,
            today=now.date(),
            now=now,
            embedder=embedder,
            dry_run=dry_run,
            progress=progress,
            known_people={person.email for person in people},
            staff=library.staff_of(people),
            known_competencies=competencies,
            by=by,
            revised=revised,
        )


async def reindex(house: House, progress: Progress) -> int:
    """Compute every embedding anew with the configured model, as the owner of the tables."""
    embedder = await configured_embedder(house.settings)
    if embedder is None:
        raise UnusableSetting(
            "JOBAID_EMBEDDINGS is none, so there is nothing to compute. Set it to local or to a"
            " model's name, then run jobaid reindex again."
        )
    url, setting = house.database.admin_url, house.database.admin_setting
    try:
        owner = await psycopg.AsyncConnection.connect(with_search_path(url))
    except psycopg.OperationalError as error:
        raise unreachable(url, error, setting) from None
    async with owner:
        return await rebuild(owner, embedder, progress)


@asynccontextmanager
async def platforms(house: House) -> AsyncIterator[dict[str, Channel]]:
    """The chat platforms that are configured, ready to send."""
    channels: dict[str, Channel] = {}
    settings = house.settings
    async with AsyncExitStack() as opened:
        if settings.slack_bot_token and _proof_of_slack(settings):
            from bot.slack.calls import web_client
            from bot.slack.channel import SlackChannel

            client = await opened.enter_async_context(
                web_client(settings.slack_bot_token, settings.slack_api_url)
            )
            channels["slack"] = SlackChannel(house.pool, client, clock)
        registered = identity(settings)
        if registered is not None:
            from bot.teams.channel import open_channel

            channels["teams"] = await opened.enter_async_context(
                open_channel(registered, house.pool, clock)
            )
        yield channels


def _proof_of_slack(settings: Settings) -> str:
    """What proves that an event is Slack's: the secret it signs with, or the socket we open."""
    return settings.slack_signing_secret or settings.slack_app_token


@asynccontextmanager
async def sockets(house: House) -> AsyncIterator[None]:
    """Open the connections through which platforms tell us what happens, where one is configured."""
    settings = house.settings
    async with AsyncExitStack() as opened:
        if settings.slack_app_token and settings.slack_bot_token:
            from bot.slack.listen import slack_app
            from bot.slack.socket import open_socket

            app = slack_app(house.inbox, house.pool, "", clock)
            await opened.enter_async_context(
                open_socket(app, settings.slack_app_token, settings.slack_api_url)
            )
        yield


async def check_intake(house: House) -> None:
    """Refuse to take events in without the key that the database knows the intake by."""
    async with house.pool.connection() as conn:
        if await store.takes_in(conn, house.inbox.key):
            return
    raise UnusableSetting(
        "JOBAID_INTAKE_KEY is not the key that this database takes events in with. Set it to what it"
        " was when `jobaid migrate` ran last, or run `jobaid migrate` with the new one."
    )


async def mount_platforms(house: House, application: web.Application) -> None:
    """Mount the routes of the platforms that are configured."""
    settings = house.settings
    if bool(settings.slack_bot_token) != bool(_proof_of_slack(settings)):
        missing = "SLACK_BOT_TOKEN"
        if settings.slack_bot_token:
            missing = "SLACK_SIGNING_SECRET (or SLACK_APP_TOKEN, for Socket Mode)"
        raise UnusableSetting(f"{missing} is missing. Slack needs both; set it and start again.")
    if settings.slack_bot_token and not settings.slack_app_token:
        from bot.slack.listen import mount, slack_app

        secret = settings.slack_signing_secret
        mount(application, slack_app(house.inbox, house.pool, secret, clock))
    registered = identity(settings)
    if registered is not None:
        from bot.teams.listen import mount as mount_teams

        await mount_teams(application, registered, house.pool, house.inbox, clock)


async def warm(house: House, services: Services) -> None:
    """Answer once and read what a small index needs, so that the first real answer is quick."""
    today = clock().date()
    async with house.pool.connection() as conn:
        await answers.answer(
            conn, "warm up", (), (EVERYONE,), (), today, services.embedder, services.states
        )
        await answers.warm(conn, today, services.states)


async def until_stopped(
    *running: asyncio.Task[None], beside: Sequence[asyncio.Task[None]] = ()
) -> None:
    """Wait for SIGINT or SIGTERM, or for one of the tasks to end; then cancel them all.

    What runs `beside` may end by itself.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    waiting = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({waiting, *running}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (waiting, *running, *beside):
            task.cancel()
        results = await asyncio.gather(*running, *beside, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, asyncio.CancelledError):
            raise result
