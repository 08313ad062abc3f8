"""Home in a real Chromium: four cards on one screen, each a link as a whole, and nothing moves that nobody asked to."""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from pages.ui.playground import playgrounds
from tests.browser.conftest import settled

CARDS = [f".st-key-card_{room.name}" for room in playgrounds()]
ANIMATED = "one => getComputedStyle(one.querySelector('img')).animationName"


def home(page: Page, address: str) -> None:
    page.goto(address)
    for room in playgrounds():
        page.locator(f".st-key-said_{room.name} .stMarkdown").first.wait_for()  # the sentences are made once a server
    settled(page)


def test_four_cards_fit_a_small_projector_in_both_languages(browser: Browser, server: str) -> None:
    for locale in ("en-US", "zh-CN"):
        context = browser.new_context(locale=locale, viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
        page = context.new_page()
        home(page, server)
        boxes = [page.locator(card).bounding_box() for card in CARDS]
        assert all(box is not None and box["y"] >= 0 and box["y"] + box["height"] <= 800 for box in boxes), boxes
        assert len({round(box["x"]) for box in boxes if box}) == len({round(box["y"]) for box in boxes if box}) == 2
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
        assert found.violations_count == 0, found.generate_report()
        context.close()


def test_the_whole_card_is_a_link(page: Page, server: str) -> None:
    home(page, server)
    box = page.locator(CARDS[2]).bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] - 12, box["y"] + box["height"] - 10)
    expect(page).to_have_url(re.compile("/multitask"))


def test_one_card_moves_at_a_time_and_none_where_calm_is_asked_for(browser: Browser, server: str) -> None:
    for motion, moving in (("no-preference", "moments"), ("reduce", "none")):
        context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion=motion)  # type: ignore[arg-type]
        page = context.new_page()
        home(page, server)
        cards = [page.locator(card) for card in CARDS]
        assert [card.evaluate(ANIMATED) for card in cards] == ["none"] * 4
        cards[0].get_by_role("link").focus()
        assert [card.evaluate(ANIMATED) for card in cards] == [moving, "none", "none", "none"]
        cards[3].hover()
        assert [card.evaluate(ANIMATED) for card in cards] == ["none", "none", "none", moving]
        context.close()
