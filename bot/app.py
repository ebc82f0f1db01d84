"""Decides how the house is put together: everything is built once, here."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import structlog
from aiohttp import web

from bot import store
from bot.channel import Channel
from bot.database import Database, DatabaseUnusable, Pool, open_pool, with_search_path
from bot.inbox import Inbox, Worker
from bot.outbox import Outbox
from bot.settings import Settings, UnusableSetting
from bot.slack.store import fetch_removed, token_hash
from bot.teams.identity import identity
from bot.timetable import Timetable
from bot.work import UNREACHABLE, Queue
from handlers.doctor import DeadLetter, Spent, State
from handlers.inbound import Place
from handlers.services import Connection, Services
from indexing import answers, audit, documents
from indexing.embeddings import Embedder, EndpointEmbedder, LocalEmbedder, mismatch
from indexing.listing import list_documents
from indexing.reindex import rebuild
from indexing.store.answers import Spent as StoredSpent
from indexing.store.answers import fetch_spent
from indexing.store.search import fetch_embedding_model
from indexing.token_states import TokenStates
from learning.nouns import EVERYONE
from learning.store import fetch_people

log = structlog.get_logger()
Progress = Callable[[int, int], None]
_MONTH = timedelta(days=30)


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
        yield House(settings, database, pool, queue, Inbox(queue.defer_event))


async def load_embedder(settings: Settings, pool: Pool) -> Embedder | None:
    """Load the configured embedder; None when there is to be none.

    Raises `DatabaseUnusable` when another embedder filled the index.
    """
    embedder = await _configured_embedder(settings)
    async with pool.connection() as conn:
        wrong = mismatch(await fetch_embedding_model(conn), embedder)
    if wrong:
        raise DatabaseUnusable(wrong)
    return embedder


async def _configured_embedder(settings: Settings) -> Embedder | None:
    match settings.jobaid_embeddings:
        case "none":
            return None
        case "local":
            return await LocalEmbedder.load(settings.jobaid_home / "models")
        case model:
            if not settings.openai_base_url:
                raise UnusableSetting(
                    f"JOBAID_EMBEDDINGS names the model {model!r}, but OPENAI_BASE_URL is not set."
                    " Set it to the endpoint that serves this model, or use local or none."
                )
            return await EndpointEmbedder.connect(
                settings.openai_base_url, settings.openai_api_key, model
            )


@asynccontextmanager
async def open_services(house: House, *, with_model: bool = True) -> AsyncIterator[Services]:
    """Load what handlers may use: the embedder, and the language model if one is configured."""
    settings = house.settings
    embedder = await load_embedder(settings, house.pool)
    states = None
    if isinstance(embedder, LocalEmbedder) and settings.jobaid_token_cache_mb:
        states = TokenStates(embedder, settings.jobaid_token_cache_mb * 1_000_000)
    places = tuple(Place(place) for place in settings.review_channel)
    async with AsyncExitStack() as opened:
        model = None
        if with_model and settings.jobaid_model:
            # Its library takes a second to import, which a house without a model need not wait.
            from bot.language_model import language_model

            model = await opened.enter_async_context(language_model(settings))
        yield Services(embedder, states, model, settings.jobaid_written_per_hour, places)


def worker(house: House, channels: Mapping[str, Channel], services: Services) -> Worker:
    """Build the worker and hand it to the queue."""
    outbox = Outbox(house.pool, channels, clock)
    built = Worker(house.pool, channels, services, outbox, clock)
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
) -> documents.Report:
    """Bring the index in line with a folder or file."""
    now = clock()
    async with house.pool.connection() as conn:
        people = {person.email for person in await fetch_people(conn)}
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
            known_people=people,
            known_competencies=(),
            by=by,
        )


async def reindex(house: House, progress: Progress) -> int:
    """Compute every embedding anew with the configured model, as the owner of the tables."""
    embedder = await _configured_embedder(house.settings)
    if embedder is None:
        raise UnusableSetting(
            "JOBAID_EMBEDDINGS is none, so there is nothing to compute. Set it to local or to a"
            " model's name, then run jobaid reindex again."
        )
    async with await psycopg.AsyncConnection.connect(
        with_search_path(house.database.admin_url)
    ) as owner:
        return await rebuild(owner, embedder, progress)


async def state_of_house(conn: Connection, today: date, settings: Settings) -> State:
    """What the database says of itself."""
    rows = await list_documents(conn, today)
    letters = [DeadLetter(*letter) for letter in await store.fetch_dead_letters(conn)]
    return State(
        demo=await store.is_demo(conn),
        people=len(await fetch_people(conn)),
        documents=Counter(row.status for row in rows),
        waiting=await store.count_waiting(conn),
        cut_off=await store.count_cut_off(conn),
        audit_intact=await audit.verify(conn) is None,
        dead_letters=tuple(letters),
        spent=tuple([_priced(one, settings) for one in await fetch_spent(conn, clock() - _MONTH)]),
        slack_refuses=await fetch_removed(conn, token_hash(settings.slack_bot_token)),
    )


def _priced(spent: StoredSpent, settings: Settings) -> Spent:
    cost = None
    if settings.jobaid_price_in or settings.jobaid_price_out:
        cost = (
            spent.tokens_in * settings.jobaid_price_in
            + spent.tokens_out * settings.jobaid_price_out
        ) / 1_000_000
    return Spent(
        spent.model, spent.answers, spent.written, spent.tokens_in, spent.tokens_out,
        spent.median_ms, cost,
    )  # fmt: skip


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


@asynccontextmanager
async def listening(settings: Settings, application: web.Application) -> AsyncIterator[str]:
    """Serve HTTP; gives the URL. Raises `UnusableSetting` when the port is taken."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=3)
    await runner.setup()
    site = web.TCPSite(runner, settings.host, settings.port, reuse_address=True)
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        raise UnusableSetting(
            f"PORT {settings.port} on HOST {settings.host} cannot be used ({error.strerror})."
            " Set PORT to a free one."
        ) from None
    port = runner.addresses[0][1]
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    try:
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


def health_routes(pool: Pool) -> web.RouteTableDef:
    """`/healthz`: the process runs. `/readyz`: it also reaches its database."""
    routes = web.RouteTableDef()

    @routes.get("/healthz")
    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    @routes.get("/readyz")
    async def readyz(_request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(2), pool.connection(timeout=2) as conn:
                await store.is_demo(conn)
        except (TimeoutError, OSError, *UNREACHABLE):
            return web.json_response({"status": "database unreachable"}, status=503)
        return web.json_response({"status": "ready"})

    return routes


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
