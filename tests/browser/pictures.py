"""The README's pictures: every page as it opens, in English and light, with what its navigation said written into the file.

make pictures
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import Page, sync_playwright

from pages.ui.playground import playgrounds
from tests.browser.chromium import chromium
from tests.browser.conftest import PATIENCE, ROOT, TIMERS, serving, settled

FOLDER = ROOT / "assets" / "pictures"
NAVIGATION = "navigation"
"""Under this name a picture's file says what could be read in its navigation, from left to right."""
PAGES = ("home", *(room.name for room in playgrounds()))


def picture(page: str) -> Path:
    """Its file."""
    return FOLDER / f"{page}.en.png"


def navigation(page: Page) -> str:
    """The navigation of what is on screen."""
    links = page.get_by_test_id("stTopNavLink").all_inner_texts()
    return " · ".join(link.strip().splitlines()[-1] for link in links)


def shoot() -> None:
    """All of them, anew."""
    with serving(GATESCOPE_WORKERS="0") as address, sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--hide-scrollbars"])
        context = browser.new_context(
            viewport={"width": 1280, "height": 800}, locale="en-US", reduced_motion="reduce", color_scheme="light"
        )
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.add_init_script(TIMERS)
        for name in PAGES:
            page.goto(f"{address}/{'' if name == 'home' else name}")
            page.locator(
                ".st-key-run_bar, .st-key-said_recommender .stMarkdown"
            ).first.wait_for()  # home's last sentence
            settled(page)
            _save(page, name)
        browser.close()


def _save(page: Page, name: str) -> None:
    file = picture(name)
    page.screenshot(path=file, full_page=name == "home")
    said = PngInfo()
    said.add_text(NAVIGATION, navigation(page))
    with Image.open(file) as image:
        image.convert("P", palette=Image.Palette.ADAPTIVE, colors=256).save(file, pnginfo=said, optimize=True)


if __name__ == "__main__":
    shoot()
