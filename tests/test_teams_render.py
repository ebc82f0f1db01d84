"""How Teams draws every example card: valid, within its size, and with no words that can act."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import gallery
import golden
import jsonschema
import pytest
from any_card import any_card
from hypothesis import given, settings

from bot.teams.inputs import field_values
from bot.teams.render import MOST_BYTES, render, size_of
from bot.teams.words import as_message, from_markup, plain_words
from handlers.cards import Button, Buttons, Card, Field, Source, Sources, Text, literal, spans

EVERY = {**gallery.CARDS, **gallery.RAW}
SCHEMA = json.loads((Path(__file__).parent / "schemas/adaptive-card-1.5.0.json").read_text())
OFFICIAL = jsonschema.Draft6Validator(SCHEMA)


@pytest.mark.parametrize("name", EVERY)
def test_a_card_is_drawn_as_before(name: str) -> None:
    drawn = json.dumps(render(EVERY[name]), indent=1, ensure_ascii=True)
    golden.check(f"teams/{name}.json", drawn + "\n")


def test_there_is_no_golden_file_without_its_card() -> None:
    assert not golden.strays("teams", {f"{name}.json" for name in EVERY})


@pytest.mark.parametrize("name", EVERY)
def test_a_card_is_valid_by_the_official_schema(name: str) -> None:
    assert [error.message for error in OFFICIAL.iter_errors(render(EVERY[name]))] == []


def test_the_official_schema_refuses_what_is_wrong() -> None:
    wrong = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "Paragraph"}]}
    assert not OFFICIAL.is_valid(wrong)


def _elements(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _elements(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _elements(inner)


def _shown(card: Card) -> str:
    runs = (each["text"] for each in _elements(render(card)) if each.get("type") == "TextRun")
    return "".join(runs)


@settings(deadline=None, max_examples=60)
@given(any_card(6, 12))
def test_no_text_can_act_or_be_refused(card: Card) -> None:
    drawn = render(card)
    assert OFFICIAL.is_valid(drawn)
    for element in _elements(drawn):
        assert element.get("type") not in ("TextBlock", "FactSet", "Image", "Media")
        if element.get("type") == "TextRun":
            assert not re.search(r"\{\{(DATE|TIME)\(", element["text"])
        if "choices" in element:
            for choice in element["choices"]:
                assert not re.search(r"[*_\[\]<>`]", choice["title"])
        if element.get("type") == "Action.OpenUrl":
            assert element["url"].startswith("https://")


@pytest.mark.parametrize("name", gallery.HOSTILE)
def test_hostile_words_are_shown_as_they_are(name: str) -> None:
    said = gallery.HOSTILE[name]
    shown = _shown(Card("x", (Text(literal(said)),)))
    assert said.replace("\n", "") in shown.replace("\n", "")


@pytest.mark.parametrize("name", gallery.LONG)
def test_long_words_are_shown_to_the_end(name: str) -> None:
    assert gallery.LONG[name] in _shown(gallery.CARDS[name])


@pytest.mark.parametrize("name", EVERY)
def test_every_card_fits_into_a_message(name: str) -> None:
    assert size_of(render(EVERY[name])) <= MOST_BYTES + 1000


def test_what_does_not_fit_is_said_and_the_buttons_stay() -> None:
    body = render(gallery.CARDS["too_much"])["body"]
    assert "the rest stands in the SOP" in body[-1]["inlines"][0]["text"]
    assert body[-2]["type"] == "ActionSet"


def test_only_an_https_address_of_governance_becomes_a_link() -> None:
    assert "Action.OpenUrl" not in json.dumps(render(gallery.CARDS["source_bad_url"]))
    source = Source(1, "[a](b)", "§1", "1", date(2026, 1, 1), "Ann", "https://a.example/x?y=1")
    (line,) = render(Card("x", (Sources((source,)),)))["body"]
    assert line["inlines"][1]["selectAction"] == {
        "type": "Action.OpenUrl",
        "url": "https://a.example/x?y=1",
    }


def test_a_button_carries_its_action_and_its_subject_only() -> None:
    (row,) = render(Card("x", (Buttons((Button("Go", "a.go", "answer:1"),)),)))["body"]
    assert row["actions"] == [
        {
            "type": "Action.Execute",
            "title": "Go",
            "verb": "a.go",
            "data": {"subject": "answer:1"},
            "fallback": {
                "type": "Action.Submit",
                "title": "Go",
                "data": {"subject": "answer:1", "verb": "a.go"},
            },
        }
    ]


def test_a_button_that_asks_first_presses_nothing_by_itself() -> None:
    button = Button("Withdraw", "library.withdraw", "document:1", "danger", "Withdraw it now?")
    row, question = render(Card("x", (Buttons((button,)),)))["body"]
    assert row["actions"] == [
        {
            "type": "Action.ToggleVisibility",
            "title": "Withdraw",
            "targetElements": ["confirm-1"],
            "style": "destructive",
        }
    ]
    assert (question["id"], question["isVisible"]) == ("confirm-1", False)
    execute, cancel = question["items"][-1]["actions"]
    assert (execute["verb"], cancel["targetElements"]) == ("library.withdraw", ["confirm-1"])


def test_inputs_come_back_as_they_were_drawn() -> None:
    fields = (
        Field("draft:r2", "Draft", "long_text", value="a word, two\nlines"),
        Field("sure:r1", "Sure?", "choice", ("Sure", "Not, sure"), "Not, sure"),
        Field("checks:r1", "Checked", "ticks", ("A", "B, b", "C"), "A\nC"),
        Field("marks:r1", "Which?", "ticks", ("*a*", "[b](https://c.example)"), "*a*"),
        Field("none:r1", "Which?", "ticks", tuple(map(str, range(20)))),
    )
    card = Card("x", fields)
    data = {
        element["id"]: element.get("value", "")
        for element in _elements(render(card))
        if str(element.get("type")).startswith("Input.")
    }
    assert field_values(card, data) == {field.name: field.value for field in fields}


def test_hand_made_inputs_are_nothing() -> None:
    card = Card("x", (Field("sure:r1", "Sure?", "choice", ("Sure",)),))
    for sent in ("9", "-1", "x", "0x0", "٣", "1" * 400):
        assert field_values(card, {"sure:r1": sent, "other": "y"}) == {"sure:r1": ""}
    assert field_values(None, {"sure:r1": "0"}) == {}


@pytest.mark.parametrize("name", gallery.HOSTILE)
def test_a_message_text_holds_no_markup_of_its_own(name: str) -> None:
    said = gallery.HOSTILE[name].replace("\u2060", "")
    text = as_message(spans(literal(said)))
    assert not re.search(r"[<>*_`\[\]~|]|://|www\.|(?<=\w)@\w", text)
    assert not re.search(r"&(?!#\d+;)", text)
    assert from_markup(text).replace("\u2060", "") == said.replace("\xa0", " ").strip()


def test_our_own_styles_and_marks_act_in_a_message() -> None:
    text = as_message(spans("**£80 needs a lead.** [1] *Ask* `F4` first. [2]"))
    assert text == "**£80 needs a lead.** [1] *Ask* **F4** first. [2]"


@pytest.mark.parametrize(
    ("activity", "meant"),
    [
        ({"text": "<at>Jobaid</at>&nbsp;how do I refund?\n"}, "how do I refund?"),
        ({"text": "<at>Jobaid</at> ask <at>Dana &amp; Co</at>"}, "ask Dana & Co"),
        ({"text": "<p>one</p><p>two<br>three &lt;b&gt;</p>"}, "one\ntwo\nthree <b>"),
        ({"text": "2 < 3 and 4 > 1"}, "2 < 3 and 4 > 1"),
        ({"text": None}, ""),
        ({"text": {"a": 1}}, ""),
        ({}, ""),
    ],
)
def test_what_people_write_becomes_plain_words(activity: dict[str, Any], meant: str) -> None:
    dana = {"id": "29:d", "name": "Dana & Co"}
    entities = [
        {"type": "mention", "text": "<at>Jobaid</at>", "mentioned": {"id": "28:bot"}},
        {"type": "mention", "text": "<at>Dana &amp; Co</at>", "mentioned": dana},
        {"type": "mention", "text": "", "mentioned": None},
        "not an entity",
    ]
    assert plain_words({**activity, "entities": entities}, "28:bot") == meant
