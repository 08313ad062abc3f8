"""The recommender page in a real Chromium, as its users use it."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.checks import is_accessible, opens_cold, report_alone, train
from tests.browser.conftest import settled, watch

SMALL = (
    "recommender_videos=2000&recommender_users=200&recommender_days=20&recommender_steps=40&recommender_ranking_steps=40"
    "&recommender_frames=4"
)
LONG = "recommender_videos=2000&recommender_users=300&recommender_steps=15000"
BUSY = (
    "recommender_videos=4000&recommender_users=400&recommender_days=20&recommender_steps=12000&recommender_frames=100"
)
"""A stage that changes several times a second."""
SKY = "canvas.sky"


def open_page(page: Page, address: str, query: str = "") -> None:
    page.goto(f"{address}/recommender?{query}")
    page.locator(".st-key-run_bar").wait_for()
    page.locator(SKY).wait_for()
    settled(page)


def picture(page: Page) -> str:
    """The pixels of the field, as they are drawn."""
    return str(page.locator(SKY).evaluate("canvas => canvas.toDataURL()"))


def choose(page: Page, rung: str) -> None:
    """By its key; returns once it has been drawn."""
    page.keyboard.press({"catalogue": "1", "recall": "2", "rank": "3"}[rung])
    expect(page.locator(f".rung[data-rung={rung}]")).to_have_attribute("aria-pressed", "true")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def test_a_cold_deep_link_opens_the_page_and_nothing_else(browser: Browser) -> None:
    opens_cold(browser, "recommender", "How do a million videos become twenty", SKY)


def test_it_opens_on_a_million_videos_with_a_lost_favourite(page: Page, server: str) -> None:
    problems = watch(page)
    open_page(page, server)
    expect(page.locator(".st-key-question")).to_contain_text("1,000,000 videos")
    expect(page.locator(".rung[data-rung=rank]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".board.field")).to_contain_text("no vector")
    expect(page.locator(".board.stages")).to_contain_text("1,000,000")
    expect(page.locator(".board.slopes")).to_contain_text("place in ranking")
    assert page.locator(".st-key-run_bar").bounding_box()["y"] < 800  # type: ignore[index]
    assert not problems, problems


def test_each_stage_of_the_funnel_is_another_picture(page: Page, server: str) -> None:
    open_page(page, server)
    seen = set()
    for rung in ("catalogue", "recall", "rank"):
        choose(page, rung)
        seen.add(page.locator(".board.field").inner_html() + picture(page))
    assert len(seen) == 3
    expect(page).to_have_url(re.compile("/recommender(?!.*rung=)"))  # the one it opens on is left out


def test_another_user_makes_the_field_glow_elsewhere(page: Page, server: str) -> None:
    open_page(page, server)
    before, told = picture(page), page.locator(".st-key-question").inner_text()
    page.locator(".player .people .chip").nth(2).click()
    expect(page).to_have_url(re.compile("recommender_user=2"))
    expect(page.locator(".st-key-question")).not_to_have_text(told)
    settled(page)
    assert picture(page) != before


def test_a_watch_is_taken_away_and_brought_back(page: Page, server: str) -> None:
    open_page(page, server, "recommender_rung=recall")  # which has the watches that recall reads at its right
    before = picture(page)
    page.locator(".entry.watch").first.click()
    expect(page).to_have_url(re.compile("recommender_without=[0-9]+"))
    expect(page.locator(".entry.gone")).to_have_count(1)
    settled(page)
    assert picture(page) != before
    page.reload()
    page.locator(SKY).wait_for()
    expect(page.locator(".entry.gone")).to_have_count(1)
    page.locator(".entry.gone").first.click()
    expect(page.locator(".entry.gone")).to_have_count(0)
    settled(page)
    assert picture(page) == before


def test_a_click_on_a_pixel_asks_why(page: Page, server: str) -> None:
    open_page(page, server)
    page.locator(SKY).click(position={"x": 220, "y": 200})
    expect(page).to_have_url(re.compile("recommender_video=[0-9]+"))
    why = page.locator(".st-key-why")
    expect(why).to_contain_text("Why not recommended?")
    expect(why).to_contain_text("expected watch time")
    page.locator(".st-key-why_close button").click()
    expect(page.locator(".st-key-why")).to_have_count(0)


def test_a_suggested_favourite_is_opened_to_its_sum(page: Page, server: str) -> None:
    open_page(page, server, "recommender_user=2")
    page.locator(".st-key-suggest button").last.click()
    expect(page.locator(".st-key-why")).to_contain_text("u · v")
    expect(page.locator(".st-key-why .katex").first).to_be_visible()


def test_days_are_stepped_through_in_the_browser(page: Page, server: str) -> None:
    open_page(page, server)
    before = picture(page)
    time = page.locator(".player input.time")
    time.focus()
    time.press("Home")
    expect(page.locator(".player")).to_contain_text("day 15 of 60")
    expect(page).to_have_url(re.compile("recommender_step=15"))
    settled(page)
    assert picture(page) != before
    expect(page.locator(".st-key-question")).to_contain_text("day 15")


def test_it_trains_live_from_noise_to_the_end(page: Page, server: str) -> None:
    problems = watch(page)
    open_page(page, server, SMALL)
    train(page)
    expect(page.locator(".st-key-run_bar")).to_contain_text("Finished")
    expect(page.locator(".st-key-question")).to_contain_text("2,000 videos")
    expect(page.locator(".board.stages")).to_contain_text("2,000")
    expect(page.locator(".board.slopes")).to_contain_text("place in ranking")
    assert not problems, problems
    page.locator(".st-key-reset button").first.click()
    expect(page.locator(".st-key-question")).to_contain_text("1,000,000 videos")


def test_what_is_chosen_while_it_trains_stays_chosen(page: Page, server: str) -> None:
    """A poll that left the browser before it knew of a choice carries the URL from before it."""
    open_page(page, server, BUSY)
    train(page)
    expect(page.locator(".st-key-origin")).to_contain_text("Live")
    choose(page, "catalogue")  # where her watches are shown
    users = page.locator(".player .people .chip")
    names = users.locator("span:not(.chip-icon)").all_inner_texts()
    for n in (1, 2, 3, 4, 1, 3):
        users.nth(n).click()
        expect(page.locator(".st-key-question")).to_contain_text(names[n])
        expect(page).to_have_url(re.compile(f"recommender_user={n}"))
        page.locator(".entry.watch").nth(n).click()
        expect(page).to_have_url(re.compile("recommender_without=[0-9]+"))
        choose(page, "recall" if n % 2 else "catalogue")
        expect(page).to_have_url(re.compile("recommender_rung=" + ("recall" if n % 2 else "catalogue")))
    page.locator(".st-key-stop").get_by_role("button").click()
    expect(page.locator(".st-key-run_bar")).to_contain_text("Stopped: step")
    expect(page).to_have_url(re.compile("recommender_user=3"))
    expect(page.locator(".player .people .chip[aria-pressed=true]")).to_contain_text(names[3])
    expect(page.locator(".st-key-question")).to_contain_text(names[3])
    expect(page).to_have_url(re.compile("recommender_without=[0-9]+"))


def test_a_run_is_stopped(page: Page, server: str) -> None:
    """What stands below the stage is of the run from its first frame on: its vectors, and no earlier moment while it trains."""
    open_page(page, server, LONG + "&recommender_open_learning=true")
    below, moments = page.get_by_text("the search among"), page.locator("[class*='st-key-recommender_moment']")
    expect(below).to_contain_text("among 22,326 vectors")
    expect(moments).to_have_count(1)
    train(page)
    expect(page.locator(".st-key-origin")).to_contain_text("Live")
    expect(below).not_to_contain_text("22,326")
    expect(moments).to_have_count(0)
    expect(page.locator(".st-key-run_bar")).to_contain_text("Running")
    page.locator(".st-key-stop").get_by_role("button").click()
    expect(page.locator(".st-key-run_bar")).to_contain_text("Stopped")
    expect(page.locator(".st-key-question")).to_contain_text("2,000 videos")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible(browser: Browser, server: str, scheme: str) -> None:
    page = browser.new_page(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    open_page(page, server, "recommender_video=5")
    is_accessible(page)
    page.close()


def test_the_report_opens_alone(page: Page, server: str, browser: Browser, tmp_path: Path) -> None:
    open_page(page, server)
    with report_alone(page, browser, tmp_path) as alone:
        expect(alone.get_by_role("heading", name="How do a million videos")).to_be_visible()
        expect(alone.locator("table").first).to_contain_text("20")


def test_it_speaks_chinese(browser: Browser, server: str) -> None:
    page = browser.new_page(locale="zh-CN", reduced_motion="reduce")
    open_page(page, server)
    expect(page.locator(".player")).to_contain_text("召回")
    expect(page.locator(".board.slopes")).to_contain_text(re.compile("[\u4e00-\u9fff]"))
    page.close()


def test_the_opening_fits_a_small_projector_in_both_languages(browser: Browser, server: str) -> None:
    """Question, sentence, stage, transport and run bar, for every user; and no label is too small to read."""
    for locale in ("en-US", "zh-CN"):
        context = browser.new_context(locale=locale, viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
        page = context.new_page()
        for user in range(6):
            open_page(page, server, f"recommender_user={user}")
            boxes = [
                page.locator(one).bounding_box()
                for one in (".st-key-question", ".player", ".transport", ".st-key-run_bar")
            ]
            assert all(box is not None and box["y"] >= 0 and box["y"] + box["height"] <= 800 for box in boxes), boxes
        small = page.locator(".player text").evaluate_all(
            "all => all.filter(one => /[\\p{L}\\p{N}]/u.test(one.textContent) && parseFloat(getComputedStyle(one).fontSize) < 12 && one.closest('section:not([hidden])')).map(one => one.textContent)"
        )
        assert not small, small
        context.close()


def test_the_lower_right_panel_is_the_rungs_own(page: Page, server: str) -> None:
    open_page(page, server)
    slopes, history = (page.locator(f".player [data-panel={one}]") for one in ("slopes", "history"))
    expect(slopes).to_be_visible()
    expect(history).to_be_hidden()
    choose(page, "recall")
    expect(history).to_be_visible()
    expect(slopes).to_be_hidden()
    page.locator(".player").get_by_role("button", name="Ranking", exact=True).last.click()
    expect(slopes).to_be_visible()
    choose(page, "catalogue")
    expect(history).to_be_visible()


def test_the_first_play_is_training_and_ends_where_the_page_opens(browser: Browser, server: str) -> None:
    page = browser.new_page(reduced_motion="no-preference")
    problems = watch(page)
    page.goto(f"{server}/recommender")
    said, step = page.locator(".player .head .sentence").first, page.locator(".player .transport .step")
    expect(step).to_contain_text("training step")
    expect(said).to_contain_text("training steps,")
    expect(page.locator(".rung[data-rung=recall]")).to_have_attribute("aria-pressed", "true")
    expect(step).to_have_text("day 60 of 60")
    expect(page.locator(".rung[data-rung=rank]")).to_have_attribute("aria-pressed", "true")
    settled(page)
    expect(page).to_have_url(re.compile("/recommender(?!.*(step|rung)=)"))
    assert not problems, problems
    page.close()


def test_training_is_scrubbed_and_recall_gathers_in_the_topics_liked_best(page: Page, server: str) -> None:
    open_page(page, server)
    expect(page.locator(".player .transport .step")).to_have_text("day 60 of 60")  # who asked for calm is not played to
    page.get_by_role("button", name="Training step", exact=True).click()
    time, said = page.locator(".player input.time"), page.locator(".player .head .sentence").first
    inside, pictures = [], []
    for key in ("Home", "End"):
        time.focus()
        time.press(key)
        settled(page)
        inside.append(int(re.findall(r", (\d+) of the 300", said.inner_text())[0]))
        pictures.append(picture(page))
    assert inside[0] < 100 < 180 < inside[1] and pictures[0] != pictures[1], inside
    choose(page, "rank")
    expect(page.locator(".player .transport .step")).to_have_text("day 60 of 60")


def test_a_user_has_the_sign_of_a_topic_and_bars_of_their_own(page: Page, server: str) -> None:
    open_page(page, server)
    icons = page.locator(".player .people .chip-icon")
    expect(icons).to_have_count(6)
    assert all(0 < box["width"] < 24 for box in (one.bounding_box() for one in icons.all()) if box)
    drops = []
    for user in range(3):
        page.locator(".player .people .chip").nth(user).click()
        settled(page)
        shares = [int(text.rstrip("%")) for text in page.locator(".stage-share").all_text_contents()]
        drops.append(shares)
    assert len({tuple(shares) for shares in drops}) == 3
    for stage, shares in enumerate(drops, 1):  # in whole per cent two may tie
        assert shares[stage - 1] - shares[stage] >= max(a - b for a, b in itertools.pairwise(shares)) - 1
