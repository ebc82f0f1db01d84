"""How Slack draws every example card, and that no words in it can act."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import gallery
import golden
import pytest
import slack_limits
from any_card import any_card
from hypothesis import given, settings

from bot.slack.fields import field_values
from bot.slack.render import render
from bot.slack.words import plain_words
from handlers.cards import Card, Field, Source, Sources, Text, literal

EVERY = {**gallery.CARDS, **gallery.RAW}


@pytest.mark.parametrize("name", EVERY)
def test_a_card_is_drawn_as_before(name: str) -> None:
    text, blocks = render(EVERY[name])
    drawn = json.dumps({"text": text, "blocks": blocks}, indent=1, ensure_ascii=True)
    golden.check(f"slack/{name}.json", drawn + "\n")


def test_there_is_no_golden_file_without_its_card() -> None:
    assert not golden.strays("slack", {f"{name}.json" for name in EVERY})


@pytest.mark.parametrize("name", EVERY)
def test_slack_would_take_every_card(name: str) -> None:
    assert slack_limits.refused(*render(EVERY[name])) == []


def _words(value: Any) -> Iterator[str]:
    """Every word that is shown, in order."""
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value["text"]
        if "initial_value" in value:
            yield value["initial_value"]
        for inner in value.values():
            yield from _words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _words(inner)


def _shown(card: Card) -> str:
    return "".join(_words(render(card)[1]))


def _drawn_as_mrkdwn(value: Any) -> bool:
    if isinstance(value, dict):
        return value.get("type") == "mrkdwn" or any(map(_drawn_as_mrkdwn, value.values()))
    return isinstance(value, list) and any(map(_drawn_as_mrkdwn, value))


@settings(deadline=None, max_examples=150)
@given(any_card(8, 30))
def test_no_text_can_act_or_be_refused(card: Card) -> None:
    text, blocks = render(card)
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", text)
    assert not _drawn_as_mrkdwn(blocks)
    assert slack_limits.refused(text, blocks) == []


@pytest.mark.parametrize("name", gallery.HOSTILE)
def test_hostile_words_are_shown_as_they_are(name: str) -> None:
    said = gallery.HOSTILE[name]
    assert said in _shown(Card("x", (Text(literal(said)),)))


@pytest.mark.parametrize("name", gallery.LONG)
def test_long_words_are_shown_to_the_end(name: str) -> None:
    assert gallery.LONG[name] in _shown(gallery.CARDS[name])


def test_numbers_go_on_where_a_list_is_split() -> None:
    lists = [
        element for block in render(gallery.CARDS["steps_60"])[1] for element in block["elements"]
    ]
    assert sum(len(each["elements"]) for each in lists) == 60
    at = 0
    for each in lists:
        assert each["offset"] == at
        at += len(each["elements"])


def test_what_does_not_fit_is_said_and_the_buttons_stay() -> None:
    blocks = render(gallery.CARDS["too_much"])[1]
    assert len(blocks) <= 50
    assert "the rest stands in the SOP" in blocks[-1]["elements"][0]["text"]
    assert blocks[-2]["type"] == "actions"


def test_only_an_https_address_of_governance_becomes_a_link() -> None:
    drawn = json.dumps(render(gallery.CARDS["source_bad_url"])[1])
    assert '"link"' not in drawn
    source = Source(1, "<!channel>", "§1", "1", date(2026, 1, 1), "Ann", "https://a.example/x?y=1")
    (block,) = render(Card("x", (Sources((source,)),)))[1]
    assert block["elements"][0]["elements"][1] == {
        "type": "link",
        "url": "https://a.example/x?y=1",
        "text": "<!channel>",
    }


def test_inputs_come_back_as_they_were_drawn() -> None:
    fields = (
        Field("draft:r2", "Draft", "long_text", value="a word " * 1000),
        Field("sure:r1", "Sure?", "choice", ("Sure", "Not sure"), "Not sure"),
        Field("checks:r1", "Checked", "ticks", ("A", "B", "C"), "A\nC"),
        Field("pick:r1", "Which?", "choice", tuple(map(str, range(120))), "117"),
        Field("none:r1", "Which?", "ticks", tuple(map(str, range(20)))),
    )
    values: dict[str, Any] = {}
    for block in render(Card("x", fields))[1]:
        element = block["element"]
        values[block["block_id"]] = {
            element["action_id"]: {
                "type": element["type"],
                **({"value": element["initial_value"]} if "initial_value" in element else {}),
                **(
                    {"selected_option": element.get("initial_option")}
                    if element["type"] in ("radio_buttons", "static_select")
                    else {}
                ),
                **(
                    {"selected_options": element.get("initial_options", [])}
                    if element["type"] in ("checkboxes", "multi_static_select")
                    else {}
                ),
            }
        }
    assert field_values({"values": values}) == {field.name: field.value for field in fields}


@pytest.mark.parametrize("state", [{}, {"values": None}, {"values": {"a": None, "b": {}}}])
def test_inputs_that_are_missing_are_empty(state: dict[str, Any]) -> None:
    assert not any(field_values(state).values())


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("<@UBOT> how do I refund?", "how do I refund?"),
        ("hey <@UBOT|jobaid>, what", "hey , what"),
        ("ask <@U2|ann> or <@U3> in <#C1|shop>", "ask @ann or @U3 in #shop"),
        ("<https://a.example/x|the page> <https://a.example>", "the page https://a.example"),
        ("<mailto:ann@a.example|ann@a.example>", "ann@a.example"),
        ("<!here> <!subteam^S1|@leads> <!date^1^{date}|Monday>", "@here @leads Monday"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("&lt;@U2&gt;", "<@U2>"),
        ("2 < 3 and <", "2 < 3 and <"),
        ("", ""),
    ],
)
def test_what_people_write_becomes_plain_words(said: str, meant: str) -> None:
    assert plain_words(said, "UBOT") == meant
