"""Decides how the gallery becomes pictures: each platform's golden files, drawn in Chromium.

`make pictures` writes `build/pictures/PLATFORM/CARD.png`, an `index.html` beside them and the
contact sheet `build/pictures/PLATFORM.png`. Slack's and Teams' own renderers are not public:
slack-blocks-to-jsx imitates the first, Microsoft's renderer with its Teams settings the second.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests/golden"
PICTURES = ROOT / "build/pictures"
BUNDLES = Path(__file__).parent / "node_modules/.bundles"
WEB = ROOT / "bot/web"
PLATFORMS = {"slack": "json", "teams": "json", "web": "html"}

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
WIDTH = 620
SHARPNESS = 2
# Chromium draws nothing below 16,384 pixels of the screen; the few cards that are longer than
# this only repeat themselves.
HIGHEST = 7_500

FRAME = """<!doctype html><html lang="en"><head><meta charset="utf-8"></head>
<body style="display: block; margin: 0; background: #fff"><div id="frame"></div></body></html>"""
FRAME_STYLE = f"#frame {{ box-sizing: border-box; width: {WIDTH}px; padding: 12px }}"
# Four in a row are just wide enough to be read.
SHEET = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ display: grid; grid-template-columns: repeat(4, 440px); gap: 12px; width: 1796px;
  box-sizing: border-box; margin: 0; padding: 12px; background: #ddd; font: 13px/20px sans-serif }}
figure {{ margin: 0; background: #fff }}
a {{ display: block; max-height: 520px; overflow: hidden }}
img {{ display: block; width: 100% }}
</style></head><body>{figures}</body></html>"""


def main() -> None:
    """Draw every golden file of every platform."""
    with sync_playwright() as playwright:
        browser = _browser(playwright)
        for platform, ending in PLATFORMS.items():
            files = sorted((GOLDEN / platform).glob(f"*.{ending}"))
            _draw_all(browser, platform, files)
            _draw_sheet(browser, platform, [file.stem for file in files])
            sys.stdout.write(f"build/pictures/{platform}.png, of {len(files)} pictures\n")
        browser.close()


def _browser(playwright: Playwright) -> Browser:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None and not Path(playwright.chromium.executable_path).exists():
        sys.exit(
            "Pictures need Chromium. Install it, or run: .venv/bin/playwright install chromium"
        )
    return playwright.chromium.launch(executable_path=found, args=list(FLAGS))


def _draw_all(browser: Browser, platform: str, files: Sequence[Path]) -> None:
    """Draw a platform's golden files; what a renderer complains of is raised, by the card's name."""
    folder = PICTURES / platform
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # Offline: what a card should ever ask for from outside is not fetched, but missing.
    context = browser.new_context(
        viewport={"width": 1200, "height": 400},
        device_scale_factor=SHARPNESS,
        timezone_id="UTC",
        locale="en-GB",
        offline=True,
    )
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    _frame(page, platform)
    for file in files:
        _draw(page, platform, file.read_text(encoding="utf-8"))
        box = page.locator("#frame").bounding_box()
        if problems or box is None:
            raise RuntimeError(f"{platform}/{file.stem} was not drawn: {'; '.join(problems)}")
        page.screenshot(
            path=folder / f"{file.stem}.png",
            full_page=True,
            clip={"x": 0, "y": 0, "width": WIDTH, "height": min(box["height"], HIGHEST)},
        )
    context.close()


def _frame(page: Page, platform: str) -> None:
    """Lay out the empty frame with the platform's own styles and renderer."""
    page.set_content(FRAME)
    if platform == "web":
        page.add_style_tag(path=WEB / "static/page.css")
        page.add_style_tag(content="html, body { height: auto; overflow: visible }")
        sprite = (WEB / "pages/sprite.html").read_text(encoding="utf-8")
        page.evaluate("drawn => document.body.insertAdjacentHTML('beforeend', drawn)", sprite)
    else:
        page.add_style_tag(path=BUNDLES / f"{platform}.css")
        page.add_script_tag(path=BUNDLES / f"{platform}.js")
    page.add_style_tag(content=FRAME_STYLE)


def _draw(page: Page, platform: str, golden: str) -> None:
    if platform == "web":
        page.evaluate("card => document.getElementById('frame').innerHTML = card", golden)
    else:
        icon = quote((WEB / "static/icon.svg").read_text(encoding="utf-8"))
        drawing = [json.loads(golden), f"data:image/svg+xml,{icon}"]
        page.evaluate("([message, icon]) => window.draw(message, icon)", drawing)


def _draw_sheet(browser: Browser, platform: str, names: Sequence[str]) -> None:
    """Write the page that shows all pictures, and its picture."""
    figures = "".join(
        f'<figure><figcaption>{escape(name)}</figcaption><a href="{name}.png">'
        f'<img src="{name}.png" alt="The card {escape(name)}"></a></figure>'
        for name in names
    )
    index = PICTURES / platform / "index.html"
    index.write_text(SHEET.format(title=platform, figures=figures), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1796, "height": 900})
    page.goto(index.as_uri())
    page.screenshot(path=PICTURES / f"{platform}.png", full_page=True)
    page.close()


if __name__ == "__main__":
    main()
