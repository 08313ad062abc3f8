"""The recurrent page in a real Chromium, as its users use it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.checks import ABOVE_THE_FOLD, fits, is_accessible, opens_cold, report_alone, train
from tests.browser.conftest import settled, watch

SMALL = "recurrent_steps=30&recurrent_frames=6&recurrent_distance=6&recurrent_hidden=8"
LONG = "recurrent_steps=5000&recurrent_frames=20&recurrent_distance=10"


def open_page(page: Page, address: str, query: str = "") -> None:
    page.goto(f"{address}/recurrent?{query}")
    page.locator(".st-key-run_bar").wait_for()
    page.locator(".player .token").first.wait_for()
    settled(page)


def token(page: Page, word: str) -> Locator:
    return page.locator(f".player .token[data-word='{word}']").first


def test_a_cold_deep_link_opens_the_page_and_nothing_else(browser: Browser) -> None:
    opens_cold(browser, "recurrent", "Who remembers what", ".player .token")


def test_it_opens_on_the_last_word_of_the_lstm(page: Page, server: str) -> None:
    problems = watch(page)
    open_page(page, server)
    expect(page.locator(".rung[data-rung=lstm]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".token.now")).to_have_text("fluent")
    expect(page.locator(".token.source")).to_have_count(1)
    assert float(page.locator(".player [data-element=f] .node-number").text_content() or "nan") > 0.5
    assert page.locator(".st-key-run_bar").bounding_box()["y"] < 800  # type: ignore[index]
    assert not problems, problems


THEMES = {"light": "en-US", "dark": "zh-CN"}


@pytest.mark.parametrize(("scheme", "locale"), THEMES.items())
def test_the_first_thirty_seconds_fit_a_laptop(browser: Browser, server: str, scheme: str, locale: str) -> None:
    """Question, sentence, stage with its picture, transport and run bar at 1280 × 800; the picture is large and its words too."""
    page = browser.new_page(color_scheme=scheme, reduced_motion="reduce", locale=locale)  # type: ignore[arg-type]
    page.set_viewport_size({"width": 1280, "height": 800})
    open_page(page, server)
    fits(page, *ABOVE_THE_FOLD)
    assert page.locator(".board.reach").bounding_box()["height"] >= 180  # type: ignore[index]
    sizes = page.locator(".board.reach text, .board.tokens text").evaluate_all(
        "all => all.map(one => parseFloat(getComputedStyle(one).fontSize))"
    )
    assert min(sizes) >= 12
    ends = page.locator(".board.reach .grid text").all_text_contents()
    assert "0" in ends and "1" in ends
    lines = page.locator(".board.tokens .token-word").evaluate_all("all => all.map(one => one.getAttribute('y'))")
    assert len(lines) > 10 and len(set(lines)) == 1  # the sentence never wraps
    page.close()


def test_the_picture_is_dragged_as_the_slider_is(page: Page, server: str) -> None:
    """A click at the right end of the chart goes to the longest distance, and the sentence with it."""
    open_page(page, server)
    box = page.locator(".board.reach .touch").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] - 1, box["y"] + box["height"] / 2)
    expect(page.locator(".player .hero-value")).to_have_text("40")
    expect(page.locator(".st-key-question")).to_contain_text("40 words apart")
    expect(page).to_have_url(re.compile("recurrent_at=40"))


def test_a_click_on_a_word_follows_it_and_is_in_the_link(page: Page, server: str) -> None:
    open_page(page, server)
    heading = page.locator("[data-panel=belt] .panel-title")
    expect(heading).to_contain_text("What is left of “Sweden” at “fluent”")
    token(page, "grew").click()  # a tick: it has its word as soon as it is the one that is followed
    expect(page.locator(".token.source")).to_have_text("grew")
    expect(heading).to_contain_text("What is left of “grew” at “fluent”")
    expect(page).to_have_url(re.compile("recurrent_source=1"))
    page.reload()
    page.locator(".player .token").first.wait_for()
    expect(page.locator(".token.source")).to_have_text("grew")


def test_arrow_keys_step_through_the_sentence(page: Page, server: str) -> None:
    open_page(page, server)
    time = page.locator(".player input.time")
    time.focus()
    number = page.locator(".player [data-element=h] .node-number")  # C(t) may stand still where nothing is forgotten
    last = number.text_content()
    time.press("ArrowLeft")
    expect(page.locator(".token.now")).to_have_attribute("data-word", "speak")
    expect(number).not_to_have_text(last or "")
    time.press("Home")
    expect(page.locator(".token.now")).to_have_text("I")
    expect(page.locator(".player .step")).to_have_text("I")
    settled(page)
    expect(page).to_have_url(re.compile(rf"recurrent_step=-{page.locator('.player .token').count() - 1}\b"))


def test_the_distance_scrubs_in_the_browser(page: Page, server: str) -> None:
    """The sentence grows and shrinks under the slider with no message to the server before it is let go."""
    sent: list[object] = []
    page.on("websocket", lambda ws: ws.on("framesent", lambda frame: sent.append(frame)))
    open_page(page, server)
    words = page.locator(".player .token")
    before, messages = words.count(), len(sent)
    hero = page.locator(".player .hero-input")
    hero.evaluate("e => { e.value = 3; e.dispatchEvent(new Event('input', {bubbles: true})); }")
    expect(words).not_to_have_count(before)
    assert words.count() < before and len(sent) == messages
    expect(page.locator(".reach .cursor-name")).to_have_text("3 words apart")
    hero.evaluate("e => e.dispatchEvent(new Event('change', {bubbles: true}))")
    expect(page).to_have_url(re.compile("recurrent_at=3"))


@pytest.mark.parametrize(
    ("key", "rung", "parts"), [("1", "rnn", 0), ("2", "gru", 0), ("3", "lstm", 0), ("4", "peephole", 3)]
)
def test_keys_morph_the_cell(page: Page, server: str, key: str, rung: str, parts: int) -> None:
    open_page(page, server)
    page.keyboard.press(key)
    expect(page.locator(f".rung[data-rung={rung}]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".player .edge[data-element^=peep_]")).to_have_count(parts)
    expect(page.locator(".player [data-element=f]")).to_have_count(1 if rung in ("lstm", "peephole") else 0)
    expect(page.locator(".player [data-element=z]")).to_have_count(1 if rung == "gru" else 0)


def test_a_gate_opens_to_its_sum(page: Page, server: str) -> None:
    open_page(page, server)
    shown = page.locator(".player [data-element=o] .node-number").text_content() or ""
    page.locator(".player [data-element=o]").click()
    drill = page.locator(".st-key-drill_down")
    expect(drill).to_contain_text("Output gate o")
    expect(drill).to_contain_text("the same within float32")
    result = re.search(r"gave (\d\.\d+)", drill.inner_text())
    assert result and f"{float(result[1]):.2f}" == shown


def test_the_number_of_an_update_gate_is_the_sum_below(page: Page, server: str) -> None:
    """From a link that names the rung; what another cell had on stage goes, and the word stays."""
    problems = watch(page)
    open_page(page, server, "recurrent_rung=gru&recurrent_step=-6")
    expect(page.locator(".rung[data-rung=gru]")).to_have_attribute("aria-pressed", "true")
    drill = page.locator(".st-key-drill_down")
    for part, named in (("r", "Reset gate r"), ("g", "Candidate g"), ("z", "Update gate z"), ("h", "Output h(t)")):
        shown = page.locator(f".player [data-element={part}] .node-number").text_content() or ""
        page.locator(f".player [data-element={part}]").click()
        expect(drill).to_contain_text(named)
        settled(page)  # else the sum may still be that of the part before
        expect(drill).to_contain_text("the same within float32")
        result = re.search(r"gave ([-−]?\d\.\d+)", drill.inner_text())
        assert result and float(result[1].replace("−", "-")) == pytest.approx(
            float(shown.replace("−", "-")), abs=0.0051
        )
    assert not problems, problems


@pytest.mark.parametrize("hero", [20, 18])
def test_the_answer_on_stage_is_the_sum_below(page: Page, server: str, hero: int) -> None:
    """Also between two recorded distances, where the nearest is on stage."""
    open_page(page, server, f"recurrent_at={hero}&recurrent_step=-20")
    shown = page.locator(".player [data-element=answer] .node-number").text_content() or ""
    page.locator(".player [data-element=answer]").click()
    drill = page.locator(".st-key-drill_down")
    expect(drill).to_contain_text("The answer")
    expect(drill).to_contain_text(re.compile(r"gave \d\.\d+"))
    result = re.search(r"gave (\d\.\d+)", drill.inner_text())
    word = page.locator(".token.now").get_attribute("data-word") or ""
    assert result and f"{float(result[1]):.2f}" == shown and f"“{word}”" in drill.inner_text()


def test_train_to_the_end(page: Page, server: str) -> None:
    """From an earlier moment of the recording: on stage is the new run's last."""
    problems = watch(page)
    open_page(page, server, SMALL + "&recurrent_moment=0")
    expect(page.locator(".st-key-question")).to_contain_text("step 0:")
    expect(page.locator(".st-key-on_stage")).to_contain_text("Train takes")
    train(page)
    expect(page.locator(".st-key-run_bar")).to_contain_text("Finished: step 30 of 30")
    expect(page.locator(".st-key-on_stage")).to_contain_text("On stage is your run, finished")
    expect(page.locator(".st-key-origin")).to_contain_text("Your run")
    expect(page.locator(".st-key-question")).to_contain_text("step 30:")
    assert not problems, problems


def test_the_stage_moves_while_it_trains_and_stops(page: Page, server: str) -> None:
    open_page(page, server, LONG)
    train(page)
    expect(page.locator(".st-key-origin")).to_contain_text("Live")
    question = page.locator(".st-key-question")
    early = question.inner_text()
    expect(question).not_to_have_text(early)
    page.locator(".st-key-run_bar").get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator(".st-key-run_bar")).to_contain_text("Stopped: step")
    expect(page.locator(".player .token").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_that_a_screen_reader_stumbles_over(browser: Browser, server: str, scheme: str) -> None:
    page = browser.new_page(color_scheme=scheme, reduced_motion="reduce", locale="en-US")  # type: ignore[arg-type]
    open_page(page, server)
    is_accessible(page)
    page.close()


def test_the_peephole_rung_keeps_the_sentence_and_says_where_it_counts(page: Page, server: str) -> None:
    """An LSTM without peepholes solves the sentences too: what they are for is a preset, and a rung changes no data."""
    open_page(page, server)
    word = page.locator(".token.now").text_content() or ""
    page.keyboard.press("4")
    expect(page).to_have_url(re.compile("recurrent_rung=peephole"))
    expect(page.locator(".st-key-question")).to_contain_text("12 words apart")
    expect(page.locator(".token.now")).to_have_text(word)
    expect(page.locator(".player .unless")).to_contain_text("what they are for")
    page.locator("[data-testid=stSidebar]").get_by_text("The cell counts", exact=False).click()
    expect(page.locator(".st-key-question")).to_contain_text("Counting aⁿbⁿ")
    settled(page)
    expect(page.locator(".token.now")).to_have_text("b")
    page.locator("[data-testid=stSidebar]").get_by_text("The cell counts", exact=False).click()  # let go of the preset
    expect(page.locator(".st-key-question")).to_contain_text("12 words apart")
    settled(page)
    for rung in ("lstm", "peephole"):  # to another and back: the one on stage is not told again
        page.locator(f".rung[data-rung={rung}]").click()
        expect(page.locator(f".rung[data-rung={rung}]")).to_have_attribute("aria-pressed", "true")
        settled(page)  # the player has said so, and the page has been drawn
        expect(page).to_have_url(
            re.compile("recurrent_rung=peephole") if rung == "peephole" else re.compile("recurrent$|^((?!_rung).)*$")
        )


def test_an_own_text_is_trained_on_stage(page: Page, server: str) -> None:
    problems = watch(page)
    open_page(page, server, "recurrent_open_own_text=true&recurrent_text_steps=50&recurrent_text_length=16")
    text = "the cat sat on the mat, the dog lay by the log.\n" * 100
    page.locator("input[type=file]").set_input_files(
        {"name": "cat.txt", "mimeType": "text/plain", "buffer": text.encode()}
    )
    page.get_by_role("button", name="Train on this text").click()
    expect(page.locator(".st-key-run_bar")).to_contain_text("Finished: step 50 of 50")
    expect(page.locator(".st-key-question")).to_contain_text("nats per character")
    expect(page.locator(".player .token[data-word='␣']").first).to_be_attached()
    assert not problems, problems


def test_the_report_opens_alone(page: Page, browser: Browser, server: str, tmp_path: Path) -> None:
    open_page(page, server)
    with report_alone(page, browser, tmp_path) as alone:
        expect(alone.locator(".js-plotly-plot")).to_have_count(2)
        answer = page.locator(".st-key-question p", has_text="LSTM").first.inner_text()
        expect(alone.locator("body")).to_contain_text(re.findall(r"LSTM \(\d+%\)", answer)[0])
        expect(alone.locator("body")).to_contain_text("grew up in")
