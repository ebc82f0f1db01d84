"""Decides what the app package for Teams holds: the manifest of this registration, and two icons."""

from __future__ import annotations

import io
import json
import re
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bot.settings import UnusableSetting

FOLDER = Path(__file__).parents[2] / "manifests" / "teams"
_ICONS = ("color.png", "outline.png")
_GUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_COMPANY = 32


def package(app_id: str, site: str, company: str) -> bytes:
    """Return the package as a zip file, the same bytes for the same registration.

    `site` is the https page about Jobaid that Teams shows for website, privacy and terms. Raises
    `UnusableSetting` where Teams would refuse the package.
    """
    if not _GUID.fullmatch(app_id):
        raise UnusableSetting(
            "TEAMS_APP_ID is missing or no id like 11111111-2222-3333-4444-555555555555. Set it to"
            " the Application (client) ID of the bot's registration."
        )
    if not site.startswith("https://"):
        raise UnusableSetting("--site has to be an https address: Teams takes no other.")
    if not 0 < len(company) <= _COMPANY:
        raise UnusableSetting(f"--company has to have 1 to {_COMPANY} characters.")
    words = {"APP_ID": app_id, "SITE": site, "COMPANY": company, "VERSION": version("jobaid")}
    manifest = _filled(json.loads((FOLDER / "manifest.json").read_text("utf-8")), words)
    files = {"manifest.json": json.dumps(manifest, indent=2, ensure_ascii=False).encode()}
    files |= {name: (FOLDER / name).read_bytes() for name in _ICONS}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return packed.getvalue()


def _filled(value: Any, words: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(inner, words) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, words) for inner in value]
    return words.get(value, value) if isinstance(value, str) else value
