"""A setting that cannot be used is one line: its name, what is wrong, how it is written."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bot.address import check_address
from bot.settings import Settings, UnusableSetting, read_settings


class Environment:
    """Settings in the environment and in `.env`, for the time of one test."""

    def __init__(self, patch: pytest.MonkeyPatch, folder: Path) -> None:
        self._patch, self._folder = patch, folder

    def set(self, values: Mapping[str, str]) -> None:
        for name, value in values.items():
            self._patch.setenv(name, value)

    def write(self, text: str) -> None:
        (self._folder / ".env").write_text(text)


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[Environment]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        for name in ("HOST", "PORT", "REVIEW_CHANNEL"):
            patch.delenv(name, raising=False)
        yield Environment(patch, tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("PORT", "abc", "('abc'): write a whole number from 0 to 65535"),
        ("PORT", "70000", "write a whole number from 0 to 65535"),
        ("JOBAID_PRICE_IN", "dear", "write a number"),
        ("JOBAID_WRITTEN_PER_HOUR", "-1", "write a number of 0 or more"),
        ("TEAMS_LOCAL", "perhaps", "write 1 or 0"),
        ("OPENAI_BASE_URL", "localhost", "write it as https://host/path/"),
        ("DATABASE_URL", "mysql://jo:hunter2@db/x", "postgresql://user:password@host:5432/name"),
        ("DATABASE_URL", "postgresql://jo:hunter2@x@db/x y", "postgresql://user:password@host"),
        ("REVIEW_CHANNEL", "C0123456789", "'C0123456789' is no place to post to; write slack:C"),
        ("REVIEW_CHANNEL", "slack:C0123, teams:general", "'teams:general' is no place to post to"),
        ("REVIEW_CHANNEL", "web:nowhere", "the page has no channel web:nowhere; it has web:"),
    ],
)
def test_a_setting_that_cannot_be_used_says_how_it_is_written(
    environment: Environment, name: str, value: str, remedy: str
) -> None:
    environment.set({name: value})
    with pytest.raises(UnusableSetting) as refused:
        read_settings()
    said = str(refused.value)
    assert said.startswith(f"{name} cannot be used")
    assert remedy in said
    assert "Input should" not in said, "the words of a library"
    assert "hunter2" not in said, "a password on the screen"
    assert "\n" not in said


def test_places_of_review_are_a_list_of_every_platforms_own(environment: Environment) -> None:
    places = ("slack:C0123456789", "web:review", "teams:19:a1b2_c3@thread.tacv2")
    environment.set({"REVIEW_CHANNEL": " , ".join(places) + ","})
    assert read_settings().review_channel == places


def test_places_of_review_are_read_from_a_file_too(environment: Environment) -> None:
    environment.write("REVIEW_CHANNEL=slack:C0123456789,web:review\n")
    assert read_settings().review_channel == ("slack:C0123456789", "web:review")


def test_a_taken_port_is_the_ports_fault_and_a_free_one_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UnusableSetting, match=rf"PORT {port} .* is taken.* PORT=") as refused:
            check_address(Settings(port=port))
    assert "Errno" not in str(refused.value)


@pytest.mark.parametrize("host", ["no.such.host.invalid", "203.0.113.7", "127.0.0.1:80"])
def test_an_address_that_is_not_ours_is_the_hosts_fault(host: str) -> None:
    with pytest.raises(UnusableSetting, match=r"^HOST .* is no address of this machine"):
        check_address(Settings(host=host, port=0))
