"""Question, sentence, stage, transport and run bar lie within 1280 × 800 in every state, and nothing that happens moves them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.checks import ABOVE_THE_FOLD, fits, train
from tests.browser.conftest import settled

POINTS = {"recurrent": 7, "matching": 3, "multitask": 5, "recommender": 4}
"""A point of each story, one with formulas or much text."""
TOPS = """() => {
  const holds = (one) => one.shadowRoot?.querySelector(".player");
  const host = document.querySelector(".player") ?? [...document.querySelectorAll("[class*='_player'] *")].find(holds);
  const parts = [host, document.querySelector(".st-key-run_bar")];
  return parts.every(Boolean) && parts.map((one) => Math.round(one.getBoundingClientRect().top));
}"""
"""Asked in one moment: where both begin, in pixels from the top; false while one of them is not there."""
SMALL = {
    "recurrent": "recurrent_steps=30&recurrent_frames=6&recurrent_distance=6&recurrent_hidden=8",
    "matching": "matching_steps=30&matching_frames=6&matching_queries=100&matching_filters=16&matching_units=8",
    "multitask": "multitask_steps=60&multitask_frames=8&multitask_runs=2&multitask_test_rows=200",
    "recommender": "recommender_videos=2000&recommender_users=200&recommender_days=20&recommender_steps=40&recommender_ranking_steps=40&recommender_frames=4",
}


def open_page(page: Page, address: str, room: str, query: str = "") -> None:
    page.goto(f"{address}/{room}?{query}")
    page.locator(".st-key-run_bar").wait_for()
    page.locator(".player .body").wait_for()
    settled(page)


def places(page: Page) -> tuple[float, float]:
    """Where the stage and the run bar begin, in pixels from the top; a stage that gives way to another is waited for."""
    page.locator(".player").first.wait_for()
    found = page.wait_for_function(TOPS).json_value()
    return found[0], found[1]


@pytest.mark.parametrize("room", POINTS)
def test_the_opening_and_the_story_fit_a_laptop(browser: Browser, server: str, room: str) -> None:
    for locale in ("en-US", "zh-CN"):
        page = browser.new_page(viewport={"width": 1280, "height": 800}, reduced_motion="reduce", locale=locale)
        open_page(page, server, room)
        fits(page, *ABOVE_THE_FOLD)
        opening = places(page)
        open_page(page, server, room, f"{room}_point={POINTS[room]}")
        fits(page, *ABOVE_THE_FOLD, ".st-key-story", ".st-key-story_next")
        assert places(page) == opening
        story, stage = page.locator(".st-key-story").bounding_box(), page.locator(".player").bounding_box()
        assert story and stage and story["x"] + story["width"] <= stage["x"]  # beside it
        page.close()


def test_the_way_into_the_story_stands_beside_the_question(page: Page, server: str) -> None:
    open_page(page, server, "multitask")
    before, question = places(page), page.locator(".st-key-question h1").bounding_box()
    way = page.get_by_role("button", name="Tell the story")
    box = way.bounding_box()
    assert box and question and box["y"] < question["y"] + question["height"] and box["x"] > question["x"]
    way.click()
    expect(page.locator(".st-key-story")).to_contain_text("1 / ")
    settled(page)
    assert places(page) == before
    page.locator(".st-key-story_close").get_by_role("button", name="Close").click()
    expect(way).to_be_visible()
    assert places(page) == before


@pytest.mark.parametrize("room", SMALL)
def test_training_moves_neither_the_stage_nor_the_run_bar(page: Page, server: str, room: str) -> None:
    open_page(page, server, room, SMALL[room])
    before, seen = places(page), set()
    expect(page.locator(".st-key-stop")).to_have_count(0)
    train(page)
    bar = page.locator(".st-key-run_bar")
    while "Finished" not in (said := bar.inner_text()):
        seen.add(places(page))
        assert "Failed" not in said
        page.wait_for_function("was => document.querySelector('.st-key-run_bar').innerText !== was", arg=said)
    settled(page)
    assert seen <= {before} and places(page) == before
    expect(page.locator(".st-key-stop")).to_have_count(0)
    fits(page, *ABOVE_THE_FOLD)


def test_typing_moves_nothing(page: Page, server: str) -> None:
    open_page(page, server, "matching")
    before = places(page)
    page.locator(".player .hero-text").fill("cheap hotel by the river with a very long name of words")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-question")).not_to_contain_text("Neighbours swapped")
    settled(page)
    assert places(page) == before


def test_what_is_open_follows_a_run(page: Page, server: str) -> None:
    """The part that was clicked, in the drawer and below the stage, is that of the frame on stage while the run goes on."""
    query = "multitask_steps=5000&multitask_frames=40&multitask_runs=2&multitask_test_rows=200&multitask_part=expert:2"
    open_page(page, server, "multitask", query)
    drawer, below = page.locator(".player .drawer"), page.locator(".st-key-drill_down")
    expect(drawer).to_be_visible()
    train(page)
    expect(page.locator(".st-key-run_bar")).to_contain_text("Running: step")
    expect(below).to_contain_text("MMoE · Expert 3")
    first, value = below.inner_text(), drawer.locator(".drawer-value").inner_text()
    expect(drawer.locator(".drawer-value")).not_to_have_text(value)
    expect(below).not_to_have_text(first)
    expect(page.locator(".st-key-run_bar")).to_contain_text("Running: step")
    page.locator(".st-key-stop").get_by_role("button").click()
    expect(page.locator(".st-key-run_bar")).to_contain_text("Stopped")
