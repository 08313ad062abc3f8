"""A click on a part of the network opens what it is, its value and its largest terms on the stage, on every page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.checks import ABOVE_THE_FOLD, fits, is_accessible
from tests.browser.conftest import settled, watch

PARTS = {"recurrent": ".node[data-element=f]", "matching": ".node[data-element=d1_vector]", "multitask": ".node[data-element='expert:2']", "recommender": ".slope >> nth=2"}  # fmt: skip
"""Something of each page that can be reached with the keyboard and has a sum."""
BELOW = {"recommender": ".st-key-why"}
FOCUSED = "() => { let one = document.activeElement; while (one?.shadowRoot) one = one.shadowRoot.activeElement; return one; }"


def open_page(page: Page, address: str, room: str, query: str = "") -> Locator:
    """The page, settled; and its drawer, which is shut."""
    page.goto(f"{address}/{room}?{query}")
    page.locator(".st-key-run_bar").wait_for()
    page.locator(f".player {PARTS[room]}").first.wait_for()
    settled(page)
    return page.locator(".player .drawer")


@pytest.mark.parametrize(("room", "lang"), list(zip(PARTS, ("en", "zh", "zh", "en"), strict=True)))
def test_a_part_opens_over_the_figures_at_the_right_and_gives_the_focus_back(
    page: Page, server: str, room: str, lang: str
) -> None:
    problems = watch(page)
    drawer = open_page(page, server, room, f"lang={lang}")
    expect(drawer).to_be_hidden()
    part = page.locator(f".player {PARTS[room]}")
    part.focus()
    page.keyboard.press("Enter")
    expect(drawer).to_be_visible()
    terms = drawer.locator("tr:not(.rest):not(.sum)")
    assert terms.count() % 3 == 0 and terms.count() > 0
    assert re.fullmatch(r"−?\d+\.\d{3}", drawer.locator(".drawer-value b").first.inner_text())
    expect(page.locator(BELOW.get(room, ".st-key-drill_down"))).to_have_count(1)
    fits(page, *ABOVE_THE_FOLD, ".player .drawer")
    inside = drawer.locator(".drawer-inside")
    assert inside.evaluate("one => one.scrollHeight <= one.clientHeight + 1")  # nothing of it is out of sight
    figure, over = page.locator(".player .panel").first.bounding_box(), drawer.bounding_box()
    assert figure and over and figure["x"] + figure["width"] <= over["x"]
    is_accessible(page, BELOW.get(room, ".st-key-drill_down"))
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    assert part.evaluate(f"(part) => part === ({FOCUSED})()")
    expect(page).not_to_have_url(re.compile("_part=|_video="))
    assert not problems, problems


def test_escape_closes_what_lies_on_top_and_nothing_below_it(page: Page, server: str) -> None:
    drawer = open_page(page, server, "multitask")
    page.locator(f".player {PARTS['multitask']}").click()
    expect(drawer).to_be_visible()
    page.locator(".st-key-origin").get_by_role("button").click()
    chip = page.get_by_test_id("stPopoverBody")
    expect(chip).to_be_visible()
    page.keyboard.press("Escape")
    expect(chip).to_have_count(0)
    settled(page)
    expect(drawer).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def test_the_whole_sum_is_a_click_away(page: Page, server: str) -> None:
    drawer = open_page(page, server, "multitask")
    page.locator(f".player {PARTS['multitask']}").click()
    drawer.get_by_role("button", name="The whole sum below").click()
    below = page.locator(".st-key-drill_down")
    expect(below).to_be_in_viewport()
    expect(below).to_be_focused()


def test_it_follows_the_word_on_stage(page: Page, server: str) -> None:
    drawer = open_page(page, server, "recurrent")
    page.locator(f".player {PARTS['recurrent']}").click()
    expect(drawer).to_contain_text("“fluent”")
    value = drawer.locator(".drawer-value").inner_text()
    page.locator(".player .time").press("ArrowLeft")
    expect(drawer).to_contain_text("“speak”")
    expect(drawer).not_to_have_class(re.compile("behind"))
    expect(drawer.locator(".drawer-value")).not_to_have_text(value)


def test_a_link_opens_what_was_open(page: Page, server: str) -> None:
    drawer = open_page(page, server, "multitask", "multitask_part=gate:0")
    expect(drawer).to_contain_text("Gate of task 1")
    drawer.get_by_role("button", name="Close").click()
    expect(drawer).to_be_hidden()
    expect(page).not_to_have_url(re.compile("multitask_part"))


def test_on_a_phone_it_stands_under_the_network(browser: Browser, server: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    drawer = open_page(page, server, "multitask")
    page.locator(f".player {PARTS['multitask']}").click()
    expect(drawer).to_be_in_viewport()
    box = drawer.bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390
    page.close()
