"""The matching page in a real Chromium, as its users use it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.checks import apart, fits, is_accessible, opens_cold, report_alone, train
from tests.browser.conftest import settled, watch

SMALL = "matching_steps=30&matching_frames=6&matching_queries=100&matching_filters=16&matching_units=8"
LONG = "matching_steps=5000&matching_frames=40"


def open_page(page: Page, address: str, query: str = "") -> None:
    page.goto(f"{address}/matching?{query}")
    page.locator(".st-key-run_bar").wait_for()
    page.locator(".player .token").first.wait_for()
    settled(page)


def choose(page: Page, rung: str) -> None:
    """By its key; returns once it has been drawn."""
    page.keyboard.press({"dssm": "1", "clsm": "2", "lstm": "3"}[rung])
    expect(page.locator(f".rung[data-rung={rung}]")).to_have_attribute("aria-pressed", "true")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def chip(page: Page, name: str) -> Locator:
    return page.locator(".player .chip", has_text=name)


def value(page: Page, model: str) -> Locator:
    """Both cosines of a model, beside the axis."""
    return page.locator(".board.scores .score-value").nth({"dssm": 0, "clsm": 1, "lstm": 2}[model])


def number(page: Page, part: str) -> Locator:
    return page.locator(f".player [data-element={part}] .node-number")


def test_a_cold_deep_link_opens_the_page_and_nothing_else(browser: Browser) -> None:
    opens_cold(browser, "matching", "Why did this document match", ".player .token")


def test_it_opens_where_the_models_disagree(page: Page, server: str) -> None:
    problems = watch(page)
    open_page(page, server)
    expect(chip(page, "neighbours swapped")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".match .token").first).to_have_text("river")
    expect(value(page, "dssm")).to_have_text(re.compile(r"(0\.\d\d) = \1"))
    expect(page.locator(".board.scores .score-tie")).to_have_count(1)
    expect(page.locator(".match .crossing path")).to_have_count(2)  # river and bank
    expect(page.locator(".rung[data-rung=clsm]")).to_have_attribute("aria-pressed", "true")
    assert float(number(page, "p1").text_content() or 0) > 0.9
    choose(page, "dssm")
    expect(number(page, "p1")).to_have_text(number(page, "p2").text_content() or "")
    expect(number(page, "cos1")).to_have_text(number(page, "cos2").text_content() or "")
    choose(page, "lstm")
    expect(number(page, "p1")).to_have_text(re.compile(r"0\.[89]|1\.00"))
    assert page.locator(".st-key-run_bar").bounding_box()["y"] < 800  # type: ignore[index]
    assert not problems, problems


def test_the_probabilities_on_stage_sum_to_one(page: Page, server: str) -> None:
    open_page(page, server, "matching_at=6")
    for rung in ("dssm", "clsm", "lstm"):
        choose(page, rung)
        for n in range(1, 6):
            expect(number(page, f"p{n}")).to_have_text(re.compile(r"\d"))  # drawn, after the parts have moved
        total = sum(float(number(page, f"p{n}").text_content() or "nan") for n in range(1, 6))
        assert abs(total - 1) < 0.03  # five numbers of two digits


def test_a_click_deletes_a_word_and_brings_it_back(page: Page, server: str) -> None:
    open_page(page, server)
    before = number(page, "cos1").text_content() or ""
    word = page.locator(".match .token", has_text="river").first
    word.click()
    expect(page.locator(".match .token.gone")).to_have_count(1)
    expect(page).to_have_url(re.compile("matching_without=0"))
    expect(number(page, "cos1")).not_to_have_text(before)
    page.reload()
    page.locator(".player .token").first.wait_for()
    expect(page.locator(".match .token.gone")).to_have_count(1)
    page.locator(".match .token.gone").click()
    expect(page.locator(".match .token.gone")).to_have_count(0)
    expect(number(page, "cos1")).to_have_text(before)


@pytest.mark.parametrize(("scheme", "locale"), [("light", "en-US"), ("dark", "zh-CN")])
def test_the_first_thirty_seconds_fit_a_laptop(browser: Browser, server: str, scheme: str, locale: str) -> None:
    """Question, sentence, stage, transport and run bar at 1280 × 800, every word of every pair named, none under 12 pixels."""
    page = browser.new_page(color_scheme=scheme, reduced_motion="reduce", locale=locale)  # type: ignore[arg-type]
    page.set_viewport_size({"width": 1280, "height": 800})
    open_page(page, server)
    for n in range(4):
        page.locator(".player .chip").nth(n).click()
        settled(page)
        parts = (".st-key-question h1", ".st-key-question p", ".player .head", ".player .body", ".player .transport")
        fits(page, *parts, ".st-key-run_bar")
        apart(page, ".player .chip, .player .rungs")
        words = page.locator(".board.match .token-word")
        assert "" not in words.all_text_contents() and not [w for w in words.all_text_contents() if "…" in w]
        expect(page.locator(".board.match .token[display=none]")).to_have_count(0)
        texts = page.locator(".board.match text, .board.scores text")
        sizes = texts.evaluate_all("all => all.map(one => parseFloat(getComputedStyle(one).fontSize))")
        assert min(sizes) >= 12
        assert page.locator(".board.scores").bounding_box()["height"] >= 180  # type: ignore[index]
        bottom = page.locator(".board.match").bounding_box()
        assert bottom is not None
        for word in (words.first, words.last):
            box = word.bounding_box()
            assert box is not None and box["y"] + box["height"] <= bottom["y"] + bottom["height"] + 1
    page.close()


def test_the_cosines_move_as_the_words_are_read(page: Page, server: str) -> None:
    """The axis is that of 0 to 1; the numbers at each word are those of the network."""
    open_page(page, server, "matching_at=6&matching_rung=lstm")
    expect(value(page, "lstm")).to_have_text(
        f"{number(page, 'cos1').text_content()} > {number(page, 'cos2').text_content()}"
    )
    last = value(page, "lstm").text_content() or ""
    time = page.locator(".player input.time")
    time.focus()
    for _ in range(6):
        time.press("ArrowLeft")
    expect(value(page, "lstm")).not_to_have_text(last)
    settled(page)
    both = [number(page, part).text_content() for part in ("cos1", "cos2")]
    expect(value(page, "lstm")).to_have_text(re.compile(f"{re.escape(both[0] or '')} . {re.escape(both[1] or '')}"))
    assert {"0", "0.5", "1"} <= set(page.locator(".board.scores .grid text").all_text_contents())


def test_words_are_joined_by_the_filters_they_share(page: Page, server: str) -> None:
    open_page(page, server)
    expect(page.locator(".match-lines:not(.crossing) path")).not_to_have_count(0)
    choose(page, "dssm")
    expect(page.locator(".match-lines:not(.crossing) path")).to_have_count(0)  # a bag has no filters
    expect(page.locator(".panel-switch")).to_be_hidden()  # nor a place along the words


def test_feature_maps_grow_as_the_window_slides(page: Page, server: str) -> None:
    """In the browser alone: no message to the server before it rests."""
    sent: list[object] = []
    page.on("websocket", lambda ws: ws.on("framesent", lambda frame: sent.append(frame)))
    open_page(page, server)
    page.locator(".panel-switch").click()
    expect(page.locator(".board.scores")).to_be_hidden()
    cells = page.locator(".board.maps rect:not(.maps-winner)")
    expect(cells).to_have_count(8 * (6 + 1))  # six words, and the maximum of each row
    messages = len(sent)
    time = page.locator(".player input.time")
    time.focus()
    time.press("Home")
    expect(cells).to_have_count(8 * (1 + 1))
    assert len(sent) == messages
    time.press("ArrowRight")
    expect(cells).to_have_count(8 * (2 + 1))
    settled(page)
    expect(page).to_have_url(re.compile("matching_step=-4"))


def test_another_pair_is_chosen_in_the_browser(page: Page, server: str) -> None:
    open_page(page, server)
    page.get_by_role("button", name="The next query of this kind").click()
    expect(page.locator(".match .token").first).to_have_text("bank")
    expect(page).to_have_url(re.compile("matching_at=1"))
    expect(page.locator(".st-key-question")).to_contain_text("Neighbours swapped")
    settled(page)
    chip(page, "swapped beyond the window").click()
    expect(page.locator(".st-key-question")).to_contain_text("CNN-DSSM ties too: its window sees 3 words")
    expect(page.locator(".board.scores .score-tie")).to_have_count(2)
    expect(page).to_have_url(re.compile("matching_at=6"))


@pytest.mark.parametrize(("locale", "typed", "first"), [("en-US", "bank rivers", "bank"), ("zh-CN", "蜂蜜手机", "蜂")])
def test_a_query_is_typed(browser: Browser, server: str, locale: str, typed: str, first: str) -> None:
    page = browser.new_page(locale=locale, reduced_motion="reduce")
    problems = watch(page)
    open_page(page, server)
    field = page.locator(".player .hero-text")
    field.fill(typed)
    field.press("Enter")
    expect(page.locator(".match .token").first).to_have_text(first)
    expect(page.locator(".player .chip[aria-pressed=true]")).to_have_count(0)
    settled(page)
    expect(page).to_have_url(re.compile("matching_at=8"))
    page.reload()
    page.locator(".player .token").first.wait_for()
    expect(page.locator(".player .hero-text")).to_have_value(typed)
    assert not problems, problems
    page.close()


def test_what_a_model_never_saw_is_said_beside_the_query(page: Page, server: str) -> None:
    open_page(page, server)
    field = page.locator(".player .hero-text")
    field.fill("zzqq river")
    field.press("Enter")
    expect(page.locator(".match .match-note")).to_contain_text("features never occurred in training")
    field.fill("!!!")
    field.press("Enter")
    expect(page.locator(".player .hint.warns")).to_contain_text("“!!!” holds no letter to read")


@pytest.mark.parametrize("part", ["cos1", "p2"])
def test_a_score_opens_to_its_sum(page: Page, server: str, part: str) -> None:
    open_page(page, server, "matching_at=4")
    shown = number(page, part).text_content() or ""
    page.locator(f".player [data-element={part}]").click()
    opened = page.locator(".st-key-drill_down")
    expect(opened).to_contain_text("the same within float32")
    result = re.search(r"gave (-?\d\.\d+)", opened.inner_text())
    assert result and f"{float(result[1]):.2f}" == shown.replace("−", "-")


def test_train_to_the_end(page: Page, server: str) -> None:
    problems = watch(page)
    open_page(page, server, SMALL)
    expect(page.locator(".st-key-on_stage")).to_contain_text("Train takes")
    train(page)
    expect(page.locator(".st-key-run_bar")).to_contain_text("Finished: step 30 of 30")
    expect(page.locator(".st-key-origin")).to_contain_text("Your run")
    assert not problems, problems


def test_the_stage_and_the_ranking_move_while_it_trains(page: Page, server: str) -> None:
    open_page(page, server, LONG)
    train(page)
    expect(page.locator(".st-key-origin")).to_contain_text("Live")
    question = page.locator(".st-key-question")
    early, cosine = question.inner_text(), number(page, "cos1").text_content() or ""
    expect(question).not_to_have_text(early)
    expect(number(page, "cos1")).not_to_have_text(cosine)
    page.locator(".st-key-run_bar").get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator(".st-key-run_bar")).to_contain_text("Stopped: step")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_that_a_screen_reader_stumbles_over(browser: Browser, server: str, scheme: str) -> None:
    page = browser.new_page(color_scheme=scheme, reduced_motion="reduce", locale="en-US")  # type: ignore[arg-type]
    open_page(page, server)
    is_accessible(page)
    page.close()


def test_own_pairs_are_trained_on_stage(page: Page, server: str) -> None:
    problems = watch(page)
    open_page(page, server, "matching_open_own_pairs=true&matching_pairs_steps=50")
    animals = ("cat", "dog", "horse", "cow", "sheep", "goat")
    rows = [
        {
            "question": f"where does the {animal} sleep {n}",
            "passage": f"The {animal} of house {n} sleeps in the {place}.",
        }
        for n in range(12)
        for animal, place in zip(animals, ("bed", "kennel", "stable", "field", "pen", "barn"), strict=True)
    ]
    lines = "\n".join(map(json.dumps, rows))
    file = {"name": "animals.jsonl", "mimeType": "application/jsonl", "buffer": lines.encode()}
    page.locator("input[type=file]").first.set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Train on these pairs").click()
    expect(page.locator(".st-key-run_bar")).to_contain_text("Finished")
    expect(page.locator(".st-key-question")).to_contain_text("mean reciprocal rank")
    expect(page.locator(".match .token").first).to_have_text("where")
    expect(page.get_by_text("Which of all documents is right for a query?").first).to_be_visible()
    expect(page.get_by_text("Seeds so far: 3 of 3")).to_be_visible()
    assert not problems, problems


def test_the_report_opens_alone(page: Page, browser: Browser, server: str, tmp_path: Path) -> None:
    open_page(page, server)
    with report_alone(page, browser, tmp_path) as alone:
        expect(alone.locator(".js-plotly-plot")).to_have_count(1)
        expect(alone.locator("body")).to_contain_text("river bank")
        expect(alone.locator("body")).to_contain_text("1–2 · ")


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_rows_stand_apart_for_the_room(browser: Browser, server: str, locale: str) -> None:
    """As the presenter shows it at 1280 × 800, where the stage is lower."""
    page = browser.new_page(reduced_motion="reduce", locale=locale)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{server}/matching?presenter=true")  # the words stand behind a tab
    page.locator(".board.scores .score-name").first.wait_for()
    settled(page)
    apart(page, ".player .chip, .player .rungs")
    apart(page, ".board.scores .score-name")
    page.locator(".player .tab").first.click()
    settled(page)
    apart(page, ".board.match .token, .tabs")
    page.close()
