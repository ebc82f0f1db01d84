"""The Slack manifest says exactly what the code uses, in a form that Slack takes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from bot.slack.interactions import COMMAND, SHORTCUT
from bot.slack.listen import PATH
from handlers.cards import plain
from handlers.home import HOW_TO_ASK, PROMPTS

ROOT = Path(__file__).parent.parent
CODE = "\n".join(path.read_text() for path in sorted((ROOT / "bot" / "slack").glob("*.py")))

# Slack's reference: what a call or an event needs.
CALLS: dict[str, set[str]] = {
    "auth_test": set(),
    "users_info": {"users:read", "users:read.email"},
    "conversations_open": {"im:write"},
    "conversations_history": {"im:history", "channels:history", "groups:history"},
    "conversations_replies": {"im:history", "channels:history", "groups:history"},
    "chat_postMessage": {"chat:write"},
    "chat_postEphemeral": {"chat:write"},
    "chat_update": {"chat:write"},
    "chat_startStream": {"chat:write"},
    "chat_appendStream": {"chat:write"},
    "chat_stopStream": {"chat:write"},
    "assistant_threads_setStatus": {"chat:write"},
    "assistant_threads_setSuggestedPrompts": {"assistant:write"},
    "views_publish": set(),
    # With the app-level token's connections:write, which no manifest asks for.
    "apps_connections_open": set(),
}
EVENTS: dict[str, set[str]] = {
    "agent_session_stopped": set(),
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set(),
    "message.im": {"im:history"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "tokens_revoked": set(),
}
OPTIONAL = {"channels:history", "groups:history"}


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "manifests" / "slack.yaml").read_text()))


def test_slack_takes_the_manifest(manifest: dict[str, Any]) -> None:
    schema = json.loads((Path(__file__).parent / "slack_manifest.schema.json").read_text())
    jsonschema.validate(manifest, schema, jsonschema.Draft202012Validator)


def test_every_scope_is_in_use_and_none_is_missing(manifest: dict[str, Any]) -> None:
    used = set(re.findall(r"client\.([a-z]+_[A-Za-z_]+)\(", CODE))
    assert used == set(CALLS)
    needed = set().union(*CALLS.values(), *EVENTS.values())
    if manifest["features"].keys() & {"slash_commands", "shortcuts"}:
        needed.add("commands")
    scopes = manifest["oauth_config"]["scopes"]
    assert set(scopes["bot"]) == needed - OPTIONAL
    assert set(scopes["bot_optional"]) == OPTIONAL


def test_every_event_is_read_and_none_is_missing(manifest: dict[str, Any]) -> None:
    subscribed = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert set(subscribed) == set(EVENTS)
    for name in subscribed:
        assert f'"{name.partition(".")[0]}"' in CODE


def test_the_home_the_shortcut_and_the_prompts_are_those_of_the_code(
    manifest: dict[str, Any],
) -> None:
    features = manifest["features"]
    assert features["app_home"]["home_tab_enabled"]
    assert features["app_home"]["messages_tab_enabled"]
    (shortcut,) = features["shortcuts"]
    assert (shortcut["type"], shortcut["callback_id"]) == ("message", SHORTCUT)
    assert shortcut["name"] in plain(HOW_TO_ASK)
    prompts = [
        (each["title"], each["message"]) for each in features["agent_view"]["suggested_prompts"]
    ]
    assert tuple(prompts) == PROMPTS


def test_all_requests_come_to_the_one_address(manifest: dict[str, Any]) -> None:
    (command,) = manifest["features"]["slash_commands"]
    assert command["command"] == COMMAND
    settings = manifest["settings"]
    for url in (
        command["url"],
        settings["event_subscriptions"]["request_url"],
        settings["interactivity"]["request_url"],
    ):
        assert url == f"https://HOST{PATH}"


def test_the_documentation_explains_every_scope_and_event(manifest: dict[str, Any]) -> None:
    explained = (ROOT / "docs" / "slack.md").read_text()
    scopes = manifest["oauth_config"]["scopes"]
    for name in (*scopes["bot"], *scopes["bot_optional"], *EVENTS):
        assert f"`{name}`" in explained
