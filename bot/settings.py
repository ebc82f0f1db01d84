"""Decides what the environment says: every setting of Jobaid, read once and checked."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class UnusableSetting(Exception):
    """A setting cannot be used. The message is one line: its name, what is wrong, the remedy."""


def _postgres_url(url: str) -> str:
    if url and not url.startswith(("postgresql://", "postgres://")):
        raise ValueError("write it as postgresql://user:password@host:5432/name")
    return url


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
    host: str = "127.0.0.1"
    port: int = Field(default=8765, ge=0, le=65535)
    jobaid_embeddings: str = "local"
    openai_base_url: HttpUrl = ""
    openai_api_key: str = ""
    jobaid_model: str = ""
    jobaid_written_per_hour: int = Field(default=20, ge=0)
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
    review_channel: Annotated[tuple[str, ...], NoDecode] = ()
    jobaid_forget_askers_days: int = Field(default=180, ge=1)
    jobaid_token_cache_mb: int = Field(default=256, ge=0)

    def __init__(self, **values: object) -> None:
        channels = values.get("review_channel", os.environ.get("REVIEW_CHANNEL"))
        if isinstance(channels, str):
            values["review_channel"] = tuple(c.strip() for c in channels.split(",") if c.strip())
        super().__init__(**values)  # type: ignore[arg-type]


def read_settings() -> Settings:
    """Read and check the settings; raise `UnusableSetting` with one line for the first bad one."""
    try:
        settings = Settings()
    except ValidationError as wrong:
        first = wrong.errors()[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "settings"
        reason = first["msg"].removeprefix("Value error, ")
        raise UnusableSetting(
            f"{name} cannot be used ({first['input']!r}): {reason}. Correct it and start again."
        ) from None
    if settings.database_admin_url and not settings.database_url:
        raise UnusableSetting(
            "DATABASE_ADMIN_URL is set without DATABASE_URL. Set both, or neither for the embedded"
            " database."
        )
    return settings
