"""Who gets in: every forged, foreign or broken request is refused, and nothing of it is stored."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
import teams_stand_in as teams_side
from slack_world import NOW, REFUND
from teams_world import World, teams_world

from bot.database import Pool
from bot.settings import Settings, UnusableSetting
from bot.teams.identity import Identity, identity, local_identity


@pytest.fixture
async def world(pool: Pool, tmp_path: Path) -> AsyncIterator[World]:
    async with teams_world(pool, tmp_path) as world:
        yield world


async def test_a_request_that_teams_signed_is_taken_in(world: World) -> None:
    assert await world.tell(world.teams.direct(REFUND)) == (201, None)
    assert await world.states() == ["waiting"]


def _token(world: World, what: str) -> str | None:
    now, teams = int(time.time()), world.teams
    match what:
        case "missing":
            return None
        case "garbage":
            return "not.a.token"
        case "empty parts":
            return ".."
        case "forged":
            return teams.token(key=teams_side.OTHER_KEY)
        case "unknown key":
            return teams.token(key=teams_side.OTHER_KEY, name="key-9")
        case "expired":
            return teams.token(nbf=now - 9000, exp=now - 301)
        case "not yet":
            return teams.token(nbf=now + 900)
        case "no end":
            return teams.token(exp=None)
        case "other audience":
            return teams.token(aud="somebody-else")
        case "no audience":
            return teams.token(aud=None)
        case "other issuer":
            return teams.token(iss="https://sts.windows.net/tenant-1/")
        case "other service":
            return teams.token(serviceurl="https://evil.example/")
        case "no service":
            return teams.token(serviceurl=None)
        case "hs256":
            return teams.token(key="a shared secret that anybody knows, long enough", alg="HS256")
        case "alg none":
            return jwt.encode({"iss": teams_side.ISSUER, "aud": teams_side.APP_ID}, None, "none")
        case "alg none, signed look":
            head, body, _ = teams.token().split(".")
            return f"{head}.{body}."
        case "key of another channel":
            return teams.token(key=teams_side.OTHER_KEY, name="key-2")
    raise AssertionError(what)


@pytest.mark.parametrize(
    "what",
    [
        "missing", "garbage", "empty parts", "forged", "unknown key", "expired", "not yet",
        "no end", "other audience", "no audience", "other issuer", "other service", "no service",
        "hs256", "alg none", "alg none, signed look", "key of another channel",
    ],
)  # fmt: skip
async def test_every_bad_token_is_401(world: World, what: str) -> None:
    world.teams.keys.append(("key-2", teams_side.OTHER_KEY, ["webchat"]))
    assert await world.tell(world.teams.direct(REFUND), token=_token(world, what)) == (401, None)
    assert await world.states() == []


@pytest.mark.parametrize(
    "header", ["", "Basic abc", "Bearer", "bearer ", "Bearer a b c", "x" * 6000]
)
async def test_a_header_that_is_no_bearer_token_is_401(world: World, header: str) -> None:
    said = world.teams.direct(REFUND)
    status, _ = await world.tell(said, token=None, headers={"Authorization": header})
    assert status == 401


@pytest.mark.parametrize(
    ("left_out", "status"),
    [("serviceUrl", 400), ("channelId", 400), ("type", 400), ("conversation", 400)],
)
async def test_an_activity_that_is_not_whole_is_400(
    world: World, left_out: str, status: int
) -> None:
    said = {name: value for name, value in world.teams.direct(REFUND).items() if name != left_out}
    assert await world.tell(said) == (status, None)
    assert await world.tell(said, token="bad") == (401, None)
    assert await world.states() == []


@pytest.mark.parametrize(
    "changed",
    [
        {"channelId": "webchat"},
        {"channelId": ["msteams"]},
        {"serviceUrl": ""},
        {"serviceUrl": 7},
        {"conversation": "a:chat"},
        {"conversation": {"id": None}},
        {"type": {}},
    ],
)
async def test_another_channel_or_shape_is_400(world: World, changed: dict[str, Any]) -> None:
    assert await world.tell({**world.teams.direct(REFUND), **changed}) == (400, None)


@pytest.mark.parametrize(
    "channel_data",
    [None, {}, {"tenant": None}, {"tenant": {}}, {"tenant": {"id": ""}}, {"tenant": {"id": "t2"}},
     {"tenant": "tenant-1"}, {"tenant": {"id": ["tenant-1"]}}],
)  # fmt: skip
async def test_another_tenant_or_none_is_403(world: World, channel_data: Any) -> None:
    said = world.teams.direct(REFUND, channelData=channel_data)
    assert await world.tell(said) == (403, None)
    assert await world.states() == []


async def test_a_service_url_that_is_not_teams_is_403(world: World) -> None:
    for url in ("https://evil.example/", "https://smba.trafficmanager.net.evil.example/"):
        said = world.teams.direct(REFUND, serviceUrl=url)
        assert await world.tell(said, token=world.teams.token(serviceurl=url)) == (403, None)
    assert await world.states() == []


def test_only_teams_own_addresses_are_trusted() -> None:
    real = Identity("app", "tenant", "https://login.microsoftonline.com", "", "")
    for url in (
        "https://smba.trafficmanager.net/emea/",
        "https://smba.trafficmanager.net:443/",
        "https://smba.infra.gcc.teams.microsoft.com/x",
    ):
        assert real.trusts(url)
    for url in (
        "http://smba.trafficmanager.net/",
        "https://smba.trafficmanager.net:8443/",
        "https://smba.trafficmanager.net@evil.example/",
        "https://me@smba.trafficmanager.net/",
        "https://smba.trafficmanager.net.evil.example/",
        "https://xsmba.trafficmanager.net/",
        "https://[::1/",
        "http://localhost:3978/",
        "",
    ):
        assert not real.trusts(url)
    assert local_identity().trusts("http://localhost:56150/_connector")
    assert not local_identity().trusts("https://smba.trafficmanager.net/")


async def test_keys_are_fetched_once_and_again_for_a_new_one(world: World) -> None:
    for number in range(3):
        assert (await world.tell(world.teams.direct(REFUND, number + 1)))[0] == 201
    assert world.teams.keys_fetched == 1
    world.teams.keys = [("key-2", teams_side.OTHER_KEY, ["msteams"])]
    new = world.teams.token(key=teams_side.OTHER_KEY, name="key-2")
    assert (await world.tell(world.teams.direct(REFUND, 7), token=new))[0] == 401
    world.clock[0] = NOW + timedelta(minutes=2)
    assert (await world.tell(world.teams.direct(REFUND, 7), token=new))[0] == 201
    for _ in range(5):
        assert (await world.tell(world.teams.direct(REFUND), token=_token(world, "unknown key")))[
            0
        ] == 401
    assert world.teams.keys_fetched == 2


async def test_keys_that_cannot_be_fetched_are_503_and_known_ones_stay_good(world: World) -> None:
    world.teams.keys_are_down = True
    assert await world.tell(world.teams.direct(REFUND)) == (503, None)
    world.teams.keys_are_down = False
    world.clock[0] = NOW + timedelta(seconds=10)
    assert (await world.tell(world.teams.direct(REFUND)))[0] == 201
    world.teams.keys_are_down = True
    world.clock[0] = NOW + timedelta(days=2)
    assert (await world.tell(world.teams.direct(REFUND, 2)))[0] == 201
    assert await world.tell(world.teams.direct(REFUND, 3), token="garbage") == (401, None)


@pytest.mark.parametrize(
    ("body", "status"),
    [("", 400), ("[]", 400), ("{", 400), ("null", 400), ("[" * 100_000, 400), ("\ud800", 400)],
)
async def test_a_body_that_is_no_activity_is_400(world: World, body: str, status: int) -> None:
    data = body.encode("utf-8", "surrogatepass")
    headers = {"Content-Type": "application/json", "Authorization": "Bearer x"}
    async with world.http.post("/api/messages", data=data, headers=headers) as response:
        assert response.status == status


async def test_other_kinds_of_body_and_large_ones_are_refused(world: World) -> None:
    said = json.dumps(world.teams.direct(REFUND))
    assert (await world.tell(said, headers={"Content-Type": "text/plain"}))[0] == 415
    assert (await world.tell(json.dumps({"text": "x" * 1_010_000})))[0] == 413


async def test_a_database_that_is_away_is_503(world: World) -> None:
    token = world.teams.token()
    await world.tell(world.teams.direct(REFUND))
    await world.pool.close()
    assert await world.tell(world.teams.direct(REFUND, 2), token=token) == (503, None)


# Without proof: Microsoft's local client


async def _demo(pool: Pool, database: Any) -> None:
    import psycopg

    with psycopg.connect(database.admin_url) as owner:
        owner.execute("insert into bot.this_database (demo, created_at) values (true, now())")


async def test_the_local_client_gets_into_a_demo_only(
    pool: Pool, tmp_path: Path, database: Any
) -> None:
    async with teams_world(pool, tmp_path, local=True) as world:
        said = world.teams.direct(REFUND, channelData={})
        assert await world.tell(said, token=None) == (403, None)
        assert await world.states() == []
        await _demo(pool, database)
        assert await world.tell(said, token=None) == (201, None)
        await world.work()
        assert "Look the purchase up" in teams_side.words(world.teams.sent()[0])
        assert world.teams.tokens_given == 0


async def test_what_the_local_client_said_is_nothing_outside_a_demo(
    pool: Pool, tmp_path: Path, database: Any
) -> None:
    import psycopg

    async with teams_world(pool, tmp_path, local=True) as world:
        await _demo(pool, database)
        assert (await world.tell(world.teams.direct(REFUND), token=None))[0] == 201
        with psycopg.connect(database.admin_url) as owner:
            owner.execute("update bot.this_database set demo = false")
        await world.work()
        assert await world.states() == ["ignored"]
        assert world.teams.sent() == []


async def test_the_local_client_is_on_this_machine(
    pool: Pool, tmp_path: Path, database: Any
) -> None:
    async with teams_world(pool, tmp_path, local=True) as world:
        await _demo(pool, database)
        said = world.teams.direct(REFUND)
        for headers in ({"Host": "evil.example"}, {"Origin": "http://127.0.0.1:8765"}):
            assert await world.tell(said, token=None, headers=headers) == (403, None)
        far = {**said, "serviceUrl": "https://evil.example/"}
        assert await world.tell(far, token=None) == (403, None)


# Settings


@pytest.mark.parametrize("given", ["TEAMS_APP_ID", "TEAMS_APP_PASSWORD", "TEAMS_TENANT_ID"])
def test_half_a_registration_is_refused_and_the_rest_named(given: str) -> None:
    with pytest.raises(UnusableSetting) as refused:
        identity(Settings(**{given.lower(): "x"}))
    others = {"TEAMS_APP_ID", "TEAMS_APP_PASSWORD", "TEAMS_TENANT_ID"} - {given}
    said = str(refused.value).partition(". ")[0]
    assert all(name in said for name in others)
    assert given not in said.partition("missing")[0]


def test_no_registration_is_no_teams_and_a_whole_one_keeps_its_secret() -> None:
    assert identity(Settings()) is None
    whole = identity(
        Settings(teams_app_id="app", teams_app_password="hush", teams_tenant_id="tenant")
    )
    assert whole is not None
    assert "hush" not in repr(whole)
