"""Decides what the house says of itself: what the database holds, and what was given up."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from bot import store
from bot.database import Database, is_up_to_date
from bot.settings import Settings
from bot.slack.store import fetch_removed, token_hash
from bot.teams.identity import missing_settings
from handlers.doctor import DeadLetter, Drafted, Facts, Spent, State
from handlers.services import Connection
from indexing import audit
from indexing.listing import list_documents
from indexing.store.answers import Spent as StoredSpent
from indexing.store.answers import fetch_spent
from learning.store import fetch_people
from learning.store.competencies import fetch_competencies
from review.store import fetch_modules
from review.store.pieces import Spent as DraftsSpent
from review.store.pieces import fetch_spent as fetch_drafts_spent

_MONTH = timedelta(days=30)


def facts_of(settings: Settings, found: Database) -> Facts:
    """What the settings say, and how the database they name stands."""
    return Facts(
        embedded=found.embedded,
        up_to_date=is_up_to_date(found.url),
        protected=found.protects_the_gate,
        embeddings=settings.jobaid_embeddings,
        slack_token=bool(settings.slack_bot_token),
        slack_secret=bool(settings.slack_signing_secret or settings.slack_app_token),
        review_places=settings.review_channel,
        teams_missing=missing_settings(settings),
    )


async def state_of_house(conn: Connection, now: datetime, settings: Settings) -> State:
    """What the database says of itself."""
    rows = await list_documents(conn, now.date())
    drafts = await fetch_drafts_spent(conn, now - _MONTH)
    letters = [DeadLetter(*letter) for letter in await store.fetch_dead_letters(conn)]
    return State(
        demo=await store.is_demo(conn),
        people=len(await fetch_people(conn)),
        documents=Counter(row.status for row in rows),
        waiting=await store.count_waiting(conn),
        cut_off=await store.count_cut_off(conn),
        audit_intact=await audit.verify(conn) is None,
        dead_letters=tuple(letters),
        spent=tuple([_priced(one, settings) for one in await fetch_spent(conn, now - _MONTH)]),
        drafted=_priced_drafts(drafts, settings) if drafts else None,
        slack_refuses=await fetch_removed(conn, token_hash(settings.slack_bot_token)),
        drafts=await _has_drafts(conn),
        intake_known=await store.knows_intake(conn),
    )


async def _has_drafts(conn: Connection) -> bool:
    """Whether anything is there that drafts come of. A gap names a competency, so that will do."""
    return bool(await fetch_competencies(conn) or await fetch_modules(conn, []))


def _priced(spent: StoredSpent, settings: Settings) -> Spent:
    return Spent(
        spent.model, spent.answers, spent.written, spent.tokens_in, spent.tokens_out,
        spent.median_ms, _cost(spent, settings),
    )  # fmt: skip


def _priced_drafts(spent: DraftsSpent, settings: Settings) -> Drafted:
    return Drafted(
        spent.models, spent.drafts, spent.pieces, spent.by_model, spent.tokens_in,
        spent.tokens_out, spent.median_ms, _cost(spent, settings),
    )  # fmt: skip


def _cost(spent: StoredSpent | DraftsSpent, settings: Settings) -> float | None:
    if not settings.jobaid_price_in and not settings.jobaid_price_out:
        return None
    return (
        spent.tokens_in * settings.jobaid_price_in + spent.tokens_out * settings.jobaid_price_out
    ) / 1_000_000
