"""Decides who we are to Teams, and which addresses of Teams we trust with our token."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.settings import Settings, UnusableSetting

DEFAULT_SERVICE_URL = "https://smba.trafficmanager.net/teams/"
"""Where Teams is called before it ever called us."""

# The connector's hosts: public, GCC, GCC High, DoD. Each answers for all its tenants.
_HOSTS = frozenset(
    {
        "smba.trafficmanager.net",
        "smba.infra.gcc.teams.microsoft.com",
        "smba.infra.gov.teams.microsoft.us",
        "smba.infra.dod.teams.microsoft.us",
    }
)
_NAMES = ("TEAMS_APP_ID", "TEAMS_APP_PASSWORD", "TEAMS_TENANT_ID")


@dataclass(frozen=True, slots=True)
class Identity:
    """Our registration. `local` stands in for one: Microsoft's local client, without tokens."""

    app_id: str
    tenant: str
    login_url: str
    openid_url: str
    password: str = field(repr=False)
    local: bool = False

    @property
    def bot_id(self) -> str:
        """Our account's id in Teams."""
        return f"28:{self.app_id}"

    def trusts(self, service_url: str) -> bool:
        """Whether an address is Teams'. This machine's is where the log-in is a stand-in on it."""
        try:
            parts = urlsplit(service_url)
            port = parts.port
        except ValueError:
            return False
        if "@" in parts.netloc:
            return False
        if self.local or _is_here(urlsplit(self.login_url).hostname):
            return parts.scheme in ("http", "https") and _is_here(parts.hostname)
        return parts.scheme == "https" and parts.hostname in _HOSTS and port in (None, 443)


def _is_here(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def missing_settings(settings: Settings) -> list[str]:
    """The settings of Teams that are not given, by name; three for a house without Teams."""
    given = (settings.teams_app_id, settings.teams_app_password, settings.teams_tenant_id)
    return [name for name, value in zip(_NAMES, given, strict=True) if not value]


def identity(settings: Settings) -> Identity | None:
    """Return our registration, None for a house without Teams.

    Raises `UnusableSetting` when some of it is missing: half a registration proves nobody.
    """
    missing = missing_settings(settings)
    if len(missing) == len(_NAMES):
        return None
    if missing:
        lack = f"{missing[0]} is" if len(missing) == 1 else f"{' and '.join(missing)} are"
        raise UnusableSetting(
            f"{lack} missing. Teams needs all of {', '.join(_NAMES)}; set them and start again."
        )
    return Identity(
        settings.teams_app_id,
        settings.teams_tenant_id,
        settings.teams_login_url.rstrip("/"),
        settings.teams_openid_url,
        settings.teams_app_password,
    )


def local_identity() -> Identity:
    """Return what stands in for a registration with Microsoft's local client."""
    return Identity("", "", "", "", "", local=True)
