"""The page in a real browser: asked, pressed, switched, by keyboard, on a phone, without script.

Runs where a Chromium is found and is one reported skip elsewhere.
"""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from databases import Server
from gallery import CARDS, RAW
from local_page import Demo, clock, make_demo, served
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from bot.channel import Outgoing
from bot.web.send import LocalChannel
from handlers.cards import Card
from handlers.inbound import Place

T = TypeVar("T")
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
REFUND = "customer wants a refund but lost the receipt, what do i do"


def _chromium() -> str | None:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
        return own if Path(own).exists() else None


CHROMIUM = _chromium()
if CHROMIUM is None:
    pytest.skip(
        "no Chromium is installed: the browser tests were left out", allow_module_level=True
    )


class Served:
    """The demo in a thread of its own, since the browser's driver needs this one."""

    def __init__(self, demo: Demo, loop: asyncio.AbstractEventLoop) -> None:
        self.demo = demo
        self.url = demo.url
        self._loop = loop

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def post(self, place: str, ref: str, card: Card) -> str:
        """Post a card as the bot; return its message's id."""
        channel = LocalChannel(self.demo.pool, clock)
        row = Outgoing(1, ref, "post", Place(place), None, card, "queued", clock(), None, "")
        return self.run(channel.send(row))

    def update(self, place: str, number: str, card: Card) -> None:
        channel = LocalChannel(self.demo.pool, clock)
        row = Outgoing(1, "", "update", Place(place), None, card, "queued", clock(), None, number)
        self.run(channel.update(row))


@pytest.fixture(scope="module")
def page_server(server: Server) -> Iterator[Served]:
    """The sample company's page, with everything behind it real."""
    ready: list[Served] = []
    started, stop = threading.Event(), asyncio.Event()

    async def serve() -> None:
        with server.new_database() as database:
            make_demo(database)
            async with served(database) as demo:
                ready.append(Served(demo, asyncio.get_running_loop()))
                started.set()
                await stop.wait()

    def run() -> None:
        try:
            asyncio.run(serve())
        finally:
            started.set()

    thread = threading.Thread(target=run)
    thread.start()
    started.wait(90)
    assert ready, "the page did not start"
    yield ready[0]
    ready[0]._loop.call_soon_threadsafe(stop.set)
    thread.join(30)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def window(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1280, "height": 860})
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def page(window: BrowserContext, page_server: Served) -> Iterator[Page]:
    """Priya's direct conversation; whatever the console complains of fails the test."""
    complaints: list[str] = []
    page = window.new_page()
    page.on(
        "console",
        lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(page_server.url + "/p/jobaid")
    yield page
    assert complaints == []


def play(page: Page, name: str) -> None:
    page.locator(".who summary").click()
    page.locator(".who li", has_text=name).get_by_role("button").click()
    expect(page.locator(".who summary")).to_contain_text(name)


def ask(page: Page, text: str) -> None:
    box = page.locator(".talk .composer textarea")
    box.fill(text)
    box.press("Enter")


def sideways(page: Page) -> int:
    """By how many pixels the page, or anything that scrolls in it, is wider than its window."""
    return int(
        page.evaluate(
            """() => Math.max(...[document.documentElement, ...document.querySelectorAll('.log')]
                .map((box) => box.scrollWidth - box.clientWidth))"""
        )
    )


def test_a_question_is_answered_with_its_source_and_a_press_is_kept(page: Page) -> None:
    ask(page, REFUND)
    card = page.locator(".card", has=page.get_by_role("button", name="Helpful", exact=True)).last
    expect(card.get_by_role("list", name="Sources")).to_contain_text("Returns and refunds")
    expect(page.locator("[aria-busy]")).to_have_count(0)
    card.get_by_role("link", name="Source 1").first.click()
    expect(page.locator(".sources li:target")).to_have_count(1)
    card.get_by_role("button", name="Helpful", exact=True).click()
    pressed = card.get_by_role("button", name="Helpful", exact=True)
    expect(pressed).to_have_attribute("aria-pressed", "true")


def test_a_channel_answers_under_the_question_and_goes_on_in_its_thread(
    page: Page, page_server: Served
) -> None:
    page.goto(page_server.url + "/p/service-desk")
    expect(page.get_by_label("Message #service-desk as Priya")).to_have_value("@Jobaid ")
    ask(page, f"@Jobaid {REFUND}")
    entry = page.locator(".entry", has_text=REFUND).last
    expect(entry.get_by_role("button", name="Show source")).to_be_visible()
    entry.get_by_role("link", name="Reply").click()
    reply = page.get_by_label("Reply in this thread as Priya")
    expect(reply).to_be_focused()
    reply.fill("and if its 80 quid")
    reply.press("Enter")
    expect(page.locator("#thread-messages .card")).to_have_count(2)
    page.locator("#thread-messages").get_by_role("button", name="Helpful", exact=True).first.click()
    whisper = page.locator("#thread-messages .whisper")
    expect(whisper).to_contain_text("Only visible to you")
    expect(whisper).to_be_in_viewport()
    pressed = page.locator("#thread-messages .button[aria-pressed=true]")
    expect(pressed).to_have_text("Helpful")  # one's own press, on a card that others see too
    whisper.get_by_role("button", name="Dismiss").click()
    expect(whisper).to_have_count(0)
    page.get_by_role("link", name="Close the thread").click()
    expect(page.locator(".entry", has_text=REFUND).last).to_contain_text("2 replies")


def test_a_suggestion_asks(page: Page) -> None:
    play(page, "Tom Reid")
    page.goto(page.url.partition("#")[0])
    suggestions = page.locator(".suggestion")
    expect(suggestions).to_have_count(3)
    words = suggestions.first.inner_text()
    suggestions.first.click()
    expect(page.locator(".said", has_text=words)).to_have_count(1)
    expect(page.locator(".card")).to_have_count(1)
    expect(suggestions).to_have_count(0)


def test_people_see_what_is_theirs(page: Page, page_server: Served) -> None:
    expect(page.locator(".rows .closed")).to_contain_text("jobaid-review")
    play(page, "Dana Cole")
    page.get_by_role("link", name="jobaid-review").click()
    expect(page).to_have_title("#jobaid-review, as Dana Cole – Jobaid")
    play(page, "Priya Shah")
    expect(page).to_have_title("#service-desk, as Priya Shah – Jobaid")


def test_what_another_says_appears_by_itself(
    page: Page, window: BrowserContext, page_server: Served
) -> None:
    page.goto(page_server.url + "/p/jobaid")
    other = window.new_page()
    other.goto(page_server.url + "/p/service-desk")
    ask(other, "does anybody have the stockroom key")
    row = page.get_by_role("link", name="service-desk")
    expect(row.locator(".count")).to_be_hidden()  # one's own words are no news
    play(other, "Tom Reid")
    ask(other, "I have it")
    expect(row.locator(".count")).to_be_visible()
    expect(row).to_contain_text("1 unread")
    row.click()
    expect(page.locator(".said", has_text="I have it")).to_be_visible()
    ask(other, "back on its hook")
    expect(page.locator(".said", has_text="back on its hook")).to_be_visible()


def test_ones_own_message_can_be_changed_and_taken_back(page: Page, page_server: Served) -> None:
    page.goto(page_server.url + "/p/service-desk")
    ask(page, "lunhc anyone")
    expect(page.locator(".pending")).to_have_count(0)
    mine = page.locator(".message", has=page.locator(".own")).last
    mine.locator(".own summary").click()
    mine.get_by_label("Change your message").last.fill("lunch anyone")
    mine.get_by_role("button", name="Save").click()
    expect(mine.locator(".said")).to_have_text("lunch anyone")
    expect(mine.locator("header")).to_contain_text("edited")
    mine.locator(".own summary").click()
    mine.get_by_role("button", name="Take it back").click()
    expect(page.locator(".said.gone")).to_have_count(1)


def test_a_change_can_be_cancelled_and_is_signed(page: Page, page_server: Served) -> None:
    page.goto(page_server.url + "/p/jobaid")
    cards = page.locator(".card").count()
    ask(page, REFUND)
    expect(page.locator(".card")).to_have_count(cards + 1)
    expect(page.locator("[aria-busy], .pending")).to_have_count(0)
    answer = page.locator(".message", has=page.locator(".card")).last
    mine = page.locator(".message", has=page.locator(".own")).last
    for cancel in ("button", "key"):
        mine.locator(".own summary").click()
        box = mine.get_by_label("Change your message").last
        box.fill("something else")
        if cancel == "button":
            mine.get_by_role("button", name="Cancel").click()
        else:
            box.press("Escape")
        expect(box).to_be_hidden()
        expect(box).to_have_value(REFUND)
    expect(answer.locator("header")).not_to_contain_text("edited")
    mine.locator(".own summary").click()
    mine.get_by_label("Change your message").last.fill("how do i swap a jacket for a bigger size")
    mine.get_by_role("button", name="Save").click()
    expect(mine.locator("header")).to_contain_text("(edited)")
    expect(answer.locator("header")).to_contain_text("(edited)")
    mine.locator(".own summary").click()
    mine.get_by_role("button", name="Take it back").click()
    expect(answer).to_contain_text("taken back, and its answer with it")
    expect(answer.get_by_role("button")).to_have_count(0)


def test_a_command_is_answered_where_it_is_given_and_to_its_sender_only(
    page: Page, window: BrowserContext, page_server: Served
) -> None:
    page.goto(page_server.url + "/p/service-desk")
    ask(page, "/jobaid how long do we keep a click and collect order")
    entry = page.locator(".entry", has_text="/jobaid how long").last
    expect(entry.get_by_text("Only visible to you")).to_have_count(2)
    helpful = entry.get_by_role("button", name="Helpful", exact=True)
    helpful.click()
    expect(helpful).to_have_attribute("aria-pressed", "true")
    other = window.new_page()
    other.goto(page_server.url + "/p/service-desk")
    play(other, "Tom Reid")
    expect(other.get_by_text("/jobaid how long")).to_have_count(0)
    entry.get_by_role("button", name="Dismiss").first.click()
    expect(page.locator(".entry", has_text="/jobaid how long")).to_have_count(0)


def test_a_long_answer_is_shown_from_its_beginning(page: Page, page_server: Served) -> None:
    number = page_server.post("web:service-desk", "long-thread", CARDS["steps_60"])
    page.goto(page_server.url + f"/p/service-desk/t/{number}")
    page.set_viewport_size({"width": 1280, "height": 640})
    page.reload()
    expect(page.locator(f"#t{number} .steps li").first).to_be_in_viewport()
    expect(page.locator(f"#t{number} .steps li").last).not_to_be_in_viewport()
    expect(page.get_by_label("Reply in this thread as Priya")).to_be_focused()


def test_an_empty_channel_says_once_what_it_is(page: Page, page_server: Served) -> None:
    play(page, "Dana Cole")
    page.goto(page_server.url + "/p/review")
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
    expect(page.get_by_text("For people who hold a reviewer's seat")).to_have_count(1)


def test_what_is_too_long_is_refused_and_kept(page: Page) -> None:
    ask(page, "why " * 1001)
    expect(page.get_by_role("alert")).to_contain_text("longer than 4,000 characters")
    expect(page.locator(".composer textarea")).to_have_value("why " * 1001)
    expect(page.locator(".pending")).to_have_count(0)
    page.evaluate("sessionStorage.clear()")


def test_the_keyboard_is_enough(page: Page, page_server: Served) -> None:
    page.goto(page_server.url + "/p/jobaid")
    keys = page.keyboard
    expect(page.get_by_label("Message Jobaid as Priya")).to_be_focused()
    keys.type("how long do we keep")
    keys.press("Shift+Enter")
    keys.type("a click and collect order")
    keys.press("Enter")
    helpful = page.get_by_role("button", name="Helpful", exact=True).last
    expect(helpful).to_be_visible()
    expect(page.locator("[aria-busy]")).to_have_count(0)
    for _ in range(12):  # backwards out of the composer, through the newest card
        keys.press("Shift+Tab")
        if helpful.evaluate("(button) => button === document.activeElement"):
            break
    keys.press("Enter")
    expect(helpful).to_have_attribute("aria-pressed", "true")
    expect(helpful).to_be_focused()
    page.locator(".who summary").focus()
    keys.press("Enter")
    keys.press("Tab")
    keys.press("Escape")
    expect(page.locator(".who")).not_to_have_attribute("open", "")
    expect(page.locator(".who summary")).to_be_focused()


def test_the_skip_link_is_first(page: Page, page_server: Served) -> None:
    page.evaluate("document.activeElement.blur(); window.getSelection().removeAllRanges()")
    skip = page.locator("a, button, input:not([type=hidden]), textarea, summary, [tabindex]").first
    expect(skip).to_have_text("Skip to the conversation")
    skip.press("Enter")
    page.keyboard.press("ArrowDown")
    assert page.url.endswith("#messages")


def requests_of(page: Page) -> list[str]:
    """The addresses that a page asks for from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    return asked


def test_every_card_fits_a_phone(chromium: Browser, page_server: Served) -> None:
    for name, card in {**CARDS, **RAW}.items():
        page_server.post("web:@rosa@example.com", f"gallery-{name}", card)
    rosa = page_server.demo.people["rosa"]
    for theme in ("light", "dark"):
        phone = chromium.new_context(
            viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True,
            color_scheme=theme,
        )  # fmt: skip
        page = phone.new_page()
        asked = requests_of(page)
        page.goto(page_server.url + "/p/jobaid")
        assert sideways(page) == 0
        page.get_by_role("button", name="Menu: people, channels and messages").click()
        expect(page.get_by_role("heading", name="Playing as")).to_be_visible()
        assert sideways(page) == 0
        play(page, rosa.name)
        expect(page.locator(".entry").last).to_be_attached()
        assert sideways(page) == 0
        page.get_by_role("link", name="Earlier messages").click()
        expect(page.locator(".entry").first).to_be_attached()
        assert sideways(page) == 0
        assert not [url for url in asked if not url.startswith(page_server.url)]
        phone.close()


def test_a_thread_is_a_screen_of_its_own_on_a_phone(chromium: Browser, page_server: Served) -> None:
    number = page_server.post("web:service-desk", "phone-thread", CARDS["answer"])
    phone = chromium.new_context(
        viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True
    )
    page = phone.new_page()
    page.goto(page_server.url + f"/p/service-desk/t/{number}")
    expect(page.get_by_role("heading", name="Thread")).to_be_visible()
    expect(page.locator(".talk")).to_be_hidden()
    assert sideways(page) == 0
    page.get_by_role("link", name="Close the thread").click()
    expect(page.locator(".talk")).to_be_visible()
    phone.close()


def test_words_in_a_field_survive_an_update_and_a_danger_is_confirmed(
    page: Page, page_server: Served
) -> None:
    place = "web:@priya@example.com"
    number = page_server.post(place, "form-1", CARDS["form"])
    card = page.locator(f"#m{number} .card")
    card.get_by_label("Comment").fill("the tone is off")
    card.get_by_label("Right tone").check()
    page_server.update(place, number, CARDS["form"])
    expect(page.locator(f"#m{number}")).to_have_attribute("data-version", "2")
    expect(card.get_by_label("Comment")).to_have_value("the tone is off")
    expect(card.get_by_label("Right tone")).to_be_checked()
    with page.expect_request("**/press") as pressed:
        card.get_by_role("button", name="Reject").first.click()
        expect(page.get_by_text("Reject it?")).to_be_visible()
        page.get_by_role("dialog").get_by_role("button", name="Reject").click()
    body = pressed.value.post_data or ""
    assert "press=approvals.reject+module%3A42" in body
    assert "field.comment%3Ar7=the+tone+is+off" in body
    assert "field.checks%3Ar7=Right+tone" in body


def test_a_press_on_a_card_that_is_gone_says_so(page: Page, page_server: Served) -> None:
    number = page_server.post("web:@priya@example.com", "form-2", CARDS["form"])
    card = page.locator(f"#m{number} .card")
    card.locator("input[name=ref]").evaluate("(hidden) => { hidden.value = 'nothing' }")
    card.get_by_role("button", name="Approve").click()
    expect(card.get_by_role("alert")).to_contain_text("not there any more")


def test_the_theme_is_kept(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.reload()
    page.get_by_role("button", name="Dark theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="Light theme")).to_be_visible()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_it_works_without_script(chromium: Browser, page_server: Served) -> None:
    plain = chromium.new_context(java_script_enabled=False)
    page = plain.new_page()
    page.goto(page_server.url + "/p/jobaid")
    play(page, "Lee Park")
    page.get_by_label("Message Jobaid as Lee").fill(REFUND)
    page.get_by_role("button", name="Send").click()
    helpful = page.get_by_role("button", name="Helpful", exact=True)
    expect(helpful).to_be_visible(timeout=20_000)  # the page looks again until it is there
    helpful.click()
    page.goto(page_server.url + "/p/jobaid")
    page.get_by_role("button", name="Dark theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    plain.close()
