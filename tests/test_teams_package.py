"""The app package holds what Teams takes, and the manifest says exactly what the code uses."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from teams_stand_in import APP_ID

from bot import commands
from bot.__main__ import parser
from bot.settings import Settings, UnusableSetting
from bot.teams.incoming import ASK_ABOUT
from bot.teams.package import package

SCHEMA = json.loads((Path(__file__).parent / "schemas/MicrosoftTeams-1.22.json").read_text())
OFFICIAL = jsonschema.Draft4Validator(SCHEMA)
SITE = "https://intranet.example.com/jobaid"


def _files(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def _manifest() -> dict[str, Any]:
    return dict(json.loads(_files(package(APP_ID, SITE, "Shop Ltd"))["manifest.json"]))


def test_the_manifest_is_valid_by_microsofts_schema() -> None:
    assert [error.message for error in OFFICIAL.iter_errors(_manifest())] == []
    assert not OFFICIAL.is_valid({**_manifest(), "id": "x"})


def test_the_manifest_is_of_this_registration() -> None:
    manifest = _manifest()
    assert manifest["id"] == manifest["bots"][0]["botId"] == APP_ID
    assert manifest["composeExtensions"][0]["botId"] == APP_ID
    assert manifest["developer"] == {
        "name": "Shop Ltd",
        "websiteUrl": SITE,
        "privacyUrl": SITE,
        "termsOfUseUrl": SITE,
    }
    assert not {"APP_ID", "SITE", "COMPANY", "VERSION"} & set(json.dumps(manifest).split('"'))


def test_the_manifest_asks_for_what_is_used() -> None:
    manifest = _manifest()
    assert manifest["bots"][0]["scopes"] == ["personal", "team", "groupChat"]
    (command,) = manifest["composeExtensions"][0]["commands"]
    assert (command["id"], command["context"]) == (ASK_ABOUT, ["message"])
    assert "authorization" not in manifest
    assert "webApplicationInfo" not in manifest


def test_each_icon_is_there_in_its_size() -> None:
    files = _files(package(APP_ID, SITE, "Shop Ltd"))
    assert set(files) == {"manifest.json", "color.png", "outline.png"}
    for name, size in (("color.png", 192), ("outline.png", 32)):
        assert files[name][:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">II", files[name][16:24]) == (size, size)


def test_the_same_registration_gives_the_same_bytes() -> None:
    assert package(APP_ID, SITE, "Shop Ltd") == package(APP_ID, SITE, "Shop Ltd")


@pytest.mark.parametrize(
    ("app_id", "site", "company"),
    [("", SITE, "x"), ("my-bot", SITE, "x"), (APP_ID, "http://a.example", "x"), (APP_ID, SITE, ""),
     (APP_ID, SITE, "x" * 33)],
)  # fmt: skip
def test_what_teams_would_refuse_is_refused(app_id: str, site: str, company: str) -> None:
    with pytest.raises(UnusableSetting):
        package(app_id, site, company)


async def test_the_command_writes_the_package(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "jobaid.zip"
    settings = Settings(teams_app_id=APP_ID)

    async def run(where: Path, settings: Settings) -> int:
        arguments = parser().parse_args(["teams", "package", "--out", str(where)])
        return await commands.run(arguments, settings)

    with pytest.raises(UnusableSetting, match="TEAMS_APP_ID is missing"):
        await run(out, Settings())
    assert await run(out, settings) == 0
    assert "Upload it in the Teams admin center" in capsys.readouterr().out
    assert "manifest.json" in _files(out.read_bytes())
    assert await run(tmp_path / "no" / "where.zip", settings) == 1
    assert "cannot be written" in capsys.readouterr().err
