"""Every card of the gallery, drawn for the browser page: golden, and inert where it must be."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from gallery import CARDS, RAW
from golden import check, strays

from bot.web.render import Frame, render_card, render_pieces
from handlers.cards import Button, Buttons, Card, Field, Source, Sources, Steps, Text

FRAME = Frame("m7", hidden={"token": "t0ken", "as": "3", "ref": "c4rd"})
DRAWN_TAGS = {
    "a", "b", "blockquote", "br", "button", "cite", "code", "dd", "div", "dl", "dt", "em",
    "fieldset", "form", "h2", "input", "label", "legend", "li", "ol", "option", "p", "select", "small",
    "span", "strong", "svg", "textarea", "use",
}  # fmt: skip


class Page(HTMLParser):
    """What a browser would make of a fragment: its tags and their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def named(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.mark.parametrize("name", CARDS)
def test_every_card_reads_as_it_did(name: str) -> None:
    check(f"web/{name}.html", str(render_card(CARDS[name], FRAME)) + "\n")


def test_no_golden_file_is_left_over() -> None:
    assert strays("web", {f"{name}.html" for name in CARDS}) == set()


@pytest.mark.parametrize("name", [*CARDS, *RAW])
def test_text_makes_no_tag_no_link_and_no_handler(name: str) -> None:
    card = {**CARDS, **RAW}[name]
    page = Page(str(render_card(card, FRAME)))
    assert {tag for tag, _ in page.tags} <= DRAWN_TAGS
    for tag, attributes in page.tags:
        assert not [attribute for attribute in attributes if attribute.startswith("on")]
        assert "style" not in attributes
        if tag == "a" and not attributes["href"].startswith("#"):
            assert attributes["href"].startswith("https://intranet.example.com/")
            assert attributes["rel"] == "noopener noreferrer"
            assert attributes["target"] == "_blank"


def test_ids_are_unique_and_every_mark_leads_to_its_source() -> None:
    page = Page(str(render_card(CARDS["answer"], FRAME)))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    marks = [link for link in page.named("a") if link.get("class") == "cite"]
    assert [mark["aria-label"] for mark in marks] == ["Source 1"] * 3 + ["Source 2"]
    assert {mark["href"] for mark in marks} <= {f"#{identity}" for identity in ids}


def test_a_mark_without_its_source_is_no_link() -> None:
    page = Page(str(render_card(Card("", (Text("As it says. [3]"),)), FRAME)))
    assert page.named("a") == []
    assert "".join(page.words).strip() == "As it says.\N{NO-BREAK SPACE}[3]"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://intranet.example.com/",
        "javascript:alert(1)",
        "https://",
        "https://a b/",
        "//x.y/",
    ],
)
def test_only_a_whole_https_address_becomes_a_link(url: str) -> None:
    source = CARDS["sources"].blocks[0]
    assert isinstance(source, Sources)
    entry = Source(1, "T", "1", "1", source.entries[0].version_on, "O", url)
    assert Page(str(render_card(Card("", (Sources((entry,)),)), FRAME))).named("a") == []


def test_a_press_carries_its_card_and_what_stands_in_the_fields() -> None:
    page = Page(str(render_card(CARDS["form"], FRAME)))
    hidden = {i["name"]: i["value"] for i in page.named("input") if i["type"] == "hidden"}
    assert hidden == {"token": "t0ken", "as": "3", "ref": "c4rd"}
    names = {i["name"] for i in [*page.named("input"), *page.named("textarea")]}
    assert {"field.checks:r7", "field.comment:r7"} < names
    presses = [b["value"] for b in page.named("button") if b.get("name") == "press"]
    assert presses == ["approvals.approve module:42", "approvals.reject module:42"]


def test_enter_in_a_field_presses_nothing() -> None:
    card = Card("", (Field("a:r1", "A", "text"), Buttons((Button("Go", "a.b", "c:1"),))))
    first = Page(str(render_card(card, FRAME))).named("button")[0]
    assert "disabled" in first


def test_a_dangerous_press_is_asked_about_first() -> None:
    page = Page(str(render_card(CARDS["form"], FRAME)))
    opener = next(
        b for b in page.named("button") if b.get("popovertarget") and "danger" in b["class"]
    )
    assert opener["type"] == "button"
    assert "name" not in opener
    dialog = next(d for d in page.named("div") if d.get("id") == opener["popovertarget"])
    assert "popover" in dialog


def test_what_is_out_of_a_stream_is_escaped_and_drawn_as_its_card_will_be() -> None:
    pieces = [Text("**£80** <b>needs</b>"), *(Steps((f"Step {n}. [1]",), n) for n in (2, 3))]
    drawn = str(render_pieces(pieces))
    whole = Steps(("Step 2. [1]", "Step 3. [1]"), 2)
    assert drawn == str(render_card(Card("", (pieces[0], whole)), Frame("stream")))
    assert "<strong>£80</strong> &lt;b&gt;needs&lt;/b&gt;" in drawn
    assert "<a" not in drawn
