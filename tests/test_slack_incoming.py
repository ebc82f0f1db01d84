"""Reading a request of Slack's: whatever is in it, it is understood or left, never a fault."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.slack.incoming import read

_NAMES = st.sampled_from(
    ["type", "event", "message", "previous_message", "subtype", "ts", "thread_ts", "deleted_ts",
     "channel", "channel_id", "channel_type", "user", "id", "team", "team_id", "event_id", "text",
     "actions", "action_id", "action_ts", "value", "block_id", "container", "message_ts", "state",
     "values", "selected_options", "selected_option", "authorizations", "is_bot", "edited",
     "command", "trigger_id", "bot_id", "callback_id", "tab", "event_ts", "tokens", "bot"]
)  # fmt: skip
_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(
        [
            "event_callback",
            "block_actions",
            "button",
            "message",
            "app_mention",
            "message_changed",
            "message_deleted",
            "tombstone",
            "1700000000.000100",
            "999999999999.1",
            "T1",
            "U1",
            "D1",
            "/jobaid",
            "card:abc:0",
            "app_home_opened",
            "home",
            "messages",
            "app_uninstalled",
            "tokens_revoked",
            "message_action",
            "answer_message",
            "feedback_buttons",
        ]
    )
)
_JSON = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=6),
    max_leaves=30,
)
_PRESS = {
    "type": "block_actions",
    "team": {"id": "T1"},
    "user": {"id": "U1"},
    "channel": {"id": "C1"},
    "container": {"message_ts": "1700000000.000100"},
}
_ACTION = {"type": "button", "action_ts": "1700000000.000100"}


@settings(deadline=None, max_examples=400)
@given(st.dictionaries(_NAMES, _JSON, max_size=8))
@example({**_PRESS, "actions": [{**_ACTION, "block_id": 7, "value": [], "action_id": {}}]})
def test_reading_never_fails(body: dict[str, Any]) -> None:
    read(body)


@settings(deadline=None, max_examples=200)
@given(_JSON)
def test_inputs_of_a_press_never_fail(state: Any) -> None:
    told = read({**_PRESS, "actions": [_ACTION], "state": {"values": {"a:r1": {"value": state}}}})
    assert told
    assert told.press
    assert set(told.press.fields) <= {"a:r1"}


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from(["message", "app_mention"]),
    st.sampled_from([None, "message_changed", "message_deleted", "file_share"]),
    st.dictionaries(_NAMES, _JSON, max_size=6),
    st.dictionaries(_NAMES, _JSON, max_size=6),
)
def test_events_never_fail(
    kind: str, subtype: str | None, message: dict[str, Any], more: dict[str, Any]
) -> None:
    event = {
        "user": "U1",
        "channel": "D1",
        "ts": "1700000000.000100",
        "message": {"ts": "1700000000.000100", "user": "U1", **message},
        "previous_message": message,
        **more,
        "type": kind,
        "subtype": subtype,
    }
    told = read({"type": "event_callback", "team_id": "T1", "event_id": "E1", "event": event})
    assert told is None or told.place.startswith("slack:")
