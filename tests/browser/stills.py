"""Home's stills: the large figure of every page's stage as it opens, at a few moments of its time, in both languages and themes.

make pictures
"""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from pages.ui.language import LANGUAGES
from pages.ui.playground import playgrounds
from pages.ui.stills import FOLDER, MOMENTS, SIZE, THEMES, still
from tests.browser.chromium import chromium
from tests.browser.conftest import PATIENCE, TIMERS, serving, settled

PAPER = {"light": "#FFFFFF", "dark": "#11161C"}
SCRUB = """(time, share) => {
  const [low, high] = [Number(time.min), Number(time.max)];
  time.value = Math.round(low + share * (high - low));
  time.dispatchEvent(new Event("input"));
}"""
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def moments(page: Page) -> list[Image.Image]:
    """The large figure from the first moment to the last."""
    figure = page.locator(".player .panel").first.locator(".panel-area")
    time = page.locator(".player .transport .time")
    shot = []
    for n in range(MOMENTS):
        time.evaluate(SCRUB, n / (MOMENTS - 1))
        page.evaluate(DRAWN)
        with Image.open(io.BytesIO(figure.screenshot())) as image:
            shot.append(image.convert("RGB"))
    return shot


def sprite(shot: list[Image.Image], theme: str) -> Image.Image:
    """The moments below each other, each in the middle of its place."""
    width, height = SIZE
    whole = Image.new("RGB", (width, height * len(shot)), PAPER[theme])
    for n, image in enumerate(shot):
        image.thumbnail(SIZE, Image.Resampling.LANCZOS)
        whole.paste(image, ((width - image.width) // 2, n * height + (height - image.height) // 2))
    return whole


def shoot(folder: Path = FOLDER) -> None:
    """All of them, anew."""
    folder.mkdir(parents=True, exist_ok=True)
    locales = {"en": "en-US", "zh": "zh-CN"}
    with serving(GATESCOPE_WORKERS="0") as address, sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--hide-scrollbars"])
        for language in LANGUAGES:
            for theme in THEMES:
                context = browser.new_context(
                    viewport={"width": 1280, "height": 800}, locale=locales[language], reduced_motion="reduce", color_scheme=theme
                )  # fmt: skip
                context.set_default_timeout(PATIENCE)
                page = context.new_page()
                page.add_init_script(TIMERS)
                for room in playgrounds():
                    page.goto(f"{address}/{room.name}?lang={language}")
                    page.locator(".st-key-run_bar").wait_for()
                    settled(page)
                    sprite(moments(page), theme).save(still(room.name, language, theme, folder), quality=62, method=6)
                context.close()
        browser.close()


if __name__ == "__main__":
    shoot()
