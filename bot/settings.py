"""Decides what the environment says: every setting of Jobaid, read once and checked."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class UnusableSetting(Exception):
    """A setting cannot be used. The message is one line: its name, what is wrong, the remedy."""


# As the platforms write them: Slack's channels and private channels, our rooms, Teams' channels.
_PLACE = re.compile(
    r"slack:[CG][A-Z0-9]{2,}|web:[a-z0-9-]+|teams:19:[^\s,|@]+@thread\.(?:tacv2|skype|v2)"
)
# What may hold a password or a token is not repeated on a screen.
_SECRET = ("DATABASE_", "_KEY", "_TOKEN", "_SECRET", "_PASSWORD")


def _postgres_url(url: str) -> str:
    if not url:
        return url
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    form = "write it as postgresql://user:password@host:5432/name"
    if not url.startswith(("postgresql://", "postgres://")):
        raise ValueError(form)
    try:
        conninfo_to_dict(url)
    except ProgrammingError:
        raise ValueError(f"{form}, with %40 for an @ in the password, and so on") from None
    return url


def _places(value: Any) -> Any:
    """A comma-separated list, each place named as its platform names it."""
    if not isinstance(value, str):
        return value
    places = tuple(place.strip() for place in value.split(",") if place.strip())
    for place in places:
        if not _PLACE.fullmatch(place):
            raise ValueError(
                f"{place!r} is no place to post to; write slack:C0123456789, web:review or"
                " teams:19:…@thread.tacv2, several with commas between them"
            )
        if place.startswith("web:") and place.removeprefix("web:") not in _rooms():
            rooms = ", ".join(f"web:{name}" for name in _rooms())
            raise ValueError(f"the page has no channel {place}; it has {rooms}")
    return places


def _rooms() -> tuple[str, ...]:
    from handlers.local_chat import ROOMS

    return tuple(room.name for room in ROOMS)


def _long_secret(key: str) -> str:
    if key and len(key) < 32:
        raise ValueError("write 32 characters or more that nobody can guess: openssl rand -hex 32")
    return key


def _http_url(url: str) -> str:
    if url and not url.startswith(("http://", "https://")):
        raise ValueError("write it as https://host/path/")
    return url


def _default_home() -> Path:
    """Where Jobaid keeps its things: root's own home is closed to the database's user."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/jobaid")
    data = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(data).expanduser() / "jobaid"


PostgresUrl = Annotated[str, AfterValidator(_postgres_url)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]


class Settings(BaseSettings):
    """What can be set, from the environment or a `.env` file in the working directory."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    jobaid_home: Path = Field(default_factory=_default_home)
    database_url: PostgresUrl = ""
    database_admin_url: PostgresUrl = ""
    # What proves to the database that an event came in from outside; only `migrate` and what takes
    # events in (`serve`, `chat`) need it.
    jobaid_intake_key: Annotated[str, AfterValidator(_long_secret)] = ""
    host: str = "127.0.0.1"
    port: int = Field(default=8765, ge=0, le=65535)
    jobaid_embeddings: str = "local"
    openai_base_url: HttpUrl = ""
    openai_api_key: str = ""
    jobaid_model: str = ""
    jobaid_written_per_hour: int = Field(default=20, ge=0)
    # The confidence of retrieval below which the model's "no answer here" refuses; 1: always.
    jobaid_model_refuses_below: float = Field(default=0.65, ge=0, le=1)
    # Per million tokens, in any currency; for what `jobaid doctor` says answers cost.
    jobaid_price_in: float = Field(default=0, ge=0)
    jobaid_price_out: float = Field(default=0, ge=0)
    slack_bot_token: str = ""
    slack_signing_secret: str = ""
    slack_app_token: str = ""
    slack_api_url: HttpUrl = "https://slack.com/api/"
    teams_app_id: str = ""
    teams_app_password: str = ""
    teams_tenant_id: str = ""
    teams_local: bool = False
    teams_login_url: HttpUrl = "https://login.microsoftonline.com"
    teams_openid_url: HttpUrl = "https://login.botframework.com/v1/.well-known/openidconfiguration"
    review_channel: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_places)] = ()
    jobaid_forget_askers_days: int = Field(default=180, ge=1)
    jobaid_token_cache_mb: int = Field(default=256, ge=0)


def read_settings() -> Settings:
    """Read and check the settings; raise `UnusableSetting` with one line for the first bad one."""
    try:
        settings = Settings()
    except ValidationError as wrong:
        first = wrong.errors()[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "settings"
        shown = "" if any(part in name for part in _SECRET) else f" ({first['input']!r})"
        raise UnusableSetting(
            f"{name} cannot be used{shown}: {_in_words(name, first)}. Correct it and start again."
        ) from None
    if settings.database_admin_url and not settings.database_url:
        raise UnusableSetting(
            "DATABASE_ADMIN_URL is set without DATABASE_URL. Set both, or neither for the embedded"
            " database."
        )
    return settings


def _in_words(name: str, error: Any) -> str:
    """What is wrong with a setting, and how it is written."""
    kind = str(error["type"])
    if kind == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    if name == "PORT":
        return "write a whole number from 0 to 65535"
    if kind.startswith("bool"):
        return "write 1 or 0"
    number = "a whole number" if kind.startswith("int") else "a number"
    if kind == "greater_than_equal":
        return f"write a number of {error['ctx']['ge']:g} or more"
    return f"write {number}" if kind.startswith(("int", "float")) else str(error["msg"])
