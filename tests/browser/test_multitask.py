"""The multitask page in a real Chromium, as its users use it."""

from __future__ import annotations

import re
import subprocess

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.checks import opens_cold, train
from tests.browser.conftest import serving, settled, watch

SMALL = "multitask_steps=60&multitask_frames=8&multitask_runs=2&multitask_test_rows=200"
LONG = "multitask_steps=5000&multitask_frames=20&multitask_runs=2&multitask_test_rows=200"


def open_page(page: Page, address: str, query: str = "") -> None:
    page.goto(f"{address}/multitask?{query}")
    page.locator(".st-key-run_bar").wait_for()
    settled(page)


def bar(page: Page, name: str) -> None:
    page.locator(".st-key-run_bar").get_by_role("button", name=name, exact=True).click()


def test_a_cold_deep_link_opens_the_page_and_nothing_else(browser: Browser) -> None:
    opens_cold(browser, "multitask", "My tasks agree this much", ".st-key-run_bar")


def test_train_to_the_end(page: Page, server: str) -> None:
    problems = watch(page)
    open_page(page, server, SMALL)
    expect(page.locator(".st-key-on_stage")).to_contain_text("Train takes")
    train(page)
    expect(page.locator(".st-key-run_bar")).to_contain_text("Finished: step 60 of 60")
    expect(page.locator(".st-key-on_stage")).to_contain_text("On stage is your run, finished")
    expect(page.locator(".player")).to_contain_text("step 60 of 60")
    expect(page).not_to_have_url(re.compile("training="))
    assert not problems, problems


def test_pause_step_resume_stop(page: Page, server: str) -> None:
    open_page(page, server, LONG)
    train(page)
    status = page.locator(".st-key-run_bar")
    expect(status).to_contain_text("Running: step")
    bar(page, "Pause")
    expect(status).to_contain_text("Paused: step")
    before = status.inner_text()
    bar(page, "Step")
    expect(status).not_to_have_text(before)
    bar(page, "Resume")
    expect(status).to_contain_text("Running: step")
    bar(page, "Stop")
    expect(status).to_contain_text("Stopped: step")
    expect(page.locator(".player")).to_be_visible()


def test_an_experiment_is_asked_with_the_settings_of_the_moment(page: Page, server: str) -> None:
    """It streams, is judged as a preview of its own seeds, and takes nothing away from a run on the stage."""
    problems = watch(page)
    open_page(page, server, "multitask_open_advantage=true&multitask_steps=40&multitask_noise=0.3&multitask_runs=2")
    asked = page.locator(".st-key-multitask_asked_advantage")
    expect(asked).to_contain_text("0.3; 40 steps, 8 seeds from 100 on.")
    asked.get_by_role("button", name="Ask with your settings").click()
    expect(asked).to_contain_text("Done: 8 of 8 seeds.")
    expect(asked).to_contain_text(re.compile(r"of 8 runs · preview"))
    expect(page.locator(".st-key-origin")).to_contain_text("Recorded sweep")
    train(page)
    expect(page.locator(".st-key-run_bar")).to_contain_text("Finished: step 40 of 40")
    expect(asked).to_contain_text("Done: 8 of 8 seeds.")
    assert not problems, problems


def test_reload_in_mid_training_keeps_the_settings_and_says_so(page: Page, server: str) -> None:
    open_page(page, server, LONG + "&multitask_seed=7")
    train(page)
    expect(page.locator(".st-key-run_bar")).to_contain_text("Running: step")
    expect(page).to_have_url(re.compile("training=1"))
    page.reload()
    expect(page.get_by_text("A run was going on when this page was reloaded")).to_be_visible()
    settled(page)
    expect(page.locator(".st-key-on_stage")).to_contain_text("Seed 0 → 7")
    train(page)
    expect(page.locator(".st-key-run_bar")).to_contain_text("Running: step")
    bar(page, "Stop")


def test_two_tabs_do_not_disturb_each_other(browser: Browser, server: str) -> None:
    pages = [browser.new_page(), browser.new_page()]
    digests = []
    for page, seed in zip(pages, (3, 4), strict=True):
        open_page(page, server, f"{SMALL}&multitask_seed={seed}")
    for page in pages:
        train(page)
    for page in pages:
        stage = page.locator(".st-key-on_stage")
        expect(stage).to_contain_text("On stage is your run, finished")
        digests.append(re.search(r"Recording ([0-9a-f]{16})", stage.inner_text()))
    open_page(pages[1], server, f"{SMALL}&multitask_seed=3")
    train(pages[1])
    expect(pages[1].locator(".st-key-on_stage")).to_contain_text("On stage is your run, finished")
    again = re.search(r"Recording ([0-9a-f]{16})", pages[1].locator(".st-key-on_stage").inner_text())
    assert digests[0] and digests[1] and again
    assert digests[0][1] != digests[1][1] and digests[0][1] == again[1]
    for page in pages:
        page.close()


def test_a_third_tab_waits_and_a_closed_tab_frees_its_worker(browser: Browser) -> None:
    with serving(GATESCOPE_GRACE_SECONDS="1") as address:
        first, second, third = (browser.new_page() for _ in range(3))
        for page in (first, second, third):
            open_page(page, address, LONG.replace("runs=2", "runs=32"))  # longer than three pages take to open
            train(page)
        for page in (first, second):
            expect(page.locator(".st-key-run_bar")).to_contain_text("Running: step")
        expect(third.locator(".st-key-run_bar")).to_contain_text("place 1 in the queue")
        first.close()  # after the grace for a network blip
        expect(third.locator(".st-key-run_bar")).to_contain_text("Running: step")
        second.close()
        third.close()


def test_a_link_carries_its_language(browser: Browser, server: str) -> None:
    page = browser.new_page(locale="en-US")
    open_page(page, server, "lang=zh&multitask_correlation=0.5")
    expect(page.locator(".st-key-on_stage")).to_contain_text("p = 0.5")
    page.close()


def test_keyboard_alone_moves_the_player(visit: Page) -> None:
    time = visit.locator(".player").get_by_role("slider", name="Training step")
    time.focus()
    visit.keyboard.press("Home")
    expect(visit).to_have_url(re.compile(r"multitask_step=0\b"))
    visit.keyboard.press("ArrowRight")
    expect(visit).to_have_url(re.compile(r"multitask_step=1\b"))
    visit.keyboard.press("1")
    expect(visit).to_have_url(re.compile("multitask_rung=single_task"))
    hero = visit.locator(".player").get_by_role("slider", name="Task correlation")
    hero.focus()
    visit.keyboard.press("End")
    expect(visit).to_have_url(re.compile(r"multitask_correlation=1\b"))
    expect(visit.locator(".st-key-on_stage")).to_contain_text("at p = 1")


def test_the_url_restores_settings_and_position(page: Page, server: str) -> None:
    open_page(
        page,
        server,
        "multitask_correlation=0.5&multitask_step=54&multitask_rung=omoe&multitask_part=expert:2&multitask_learning_rate=0.03",
    )
    player = page.locator(".player")
    expect(player).to_contain_text(re.compile(r"step 5\d of 2,500"))
    expect(player.locator(".rung[data-rung=omoe]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".st-key-on_stage")).to_contain_text("→ 0.03")
    expect(page.locator(".st-key-on_stage")).to_contain_text("p = 0.5")
    expect(page.locator(".st-key-drill_down")).to_contain_text("keeps no parameters")
    page.get_by_role("button", name="Go to the last step").click()
    expect(page.locator(".st-key-drill_down")).to_contain_text("OMoE · Expert 3")


def test_click_opens_the_sum(visit: Page) -> None:
    visit.locator(".player").get_by_role("button", name=re.compile("^Expert 3")).first.click()
    drill = visit.locator(".st-key-drill_down")
    expect(drill).to_contain_text("MMoE · Expert 3")
    expect(drill).to_contain_text("the same within float32")


def test_a_dot_opens_the_sum_of_its_unit(visit: Page) -> None:
    visit.get_by_role("button", name="What the expert units look at").first.click()  # the sign at the slider opens them
    dot = visit.locator(".player [data-element='plane:35']")
    expect(dot).to_have_attribute("aria-label", re.compile("^expert 3, unit 4, "))
    dot.focus()
    visit.keyboard.press("Enter")
    drill = visit.locator(".st-key-drill_down")
    expect(drill).to_contain_text("MMoE · Expert 3")
    expect(drill.get_by_role("spinbutton", name="Unit")).to_have_value("4")
    expect(
        visit.locator(".player .drawer")
    ).to_be_visible()  # it lies over the dots, and gives the focus back to this one
    visit.keyboard.press("Escape")
    expect(visit.locator(".player .drawer")).to_be_hidden()
    visit.keyboard.press("ArrowRight")
    visit.keyboard.press("Enter")
    expect(drill.get_by_role("spinbutton", name="Unit")).to_have_value("5")
    expect(drill).to_contain_text("MMoE · Expert 3")


def test_back_brings_the_stage_along(visit: Page) -> None:
    player = visit.locator(".player")
    visit.keyboard.press("3")
    expect(visit).to_have_url(re.compile("multitask_rung=omoe"))
    player.locator("[data-element='gate']").click()
    expect(visit).to_have_url(re.compile("multitask_part=gate"))
    for _ in range(2):
        visit.go_back()
        settled(visit)
    expect(visit).not_to_have_url(re.compile("multitask_rung"))
    expect(player.locator(".rung[data-rung=mmoe]")).to_have_attribute("aria-pressed", "true")
    expect(visit.locator(".st-key-drill_down")).to_contain_text("Open a part")


def test_another_page_and_back_keeps_the_place_and_the_run(page: Page, server: str) -> None:
    open_page(page, server, LONG + "&multitask_correlation=0.7&multitask_part=expert:1")
    train(page)
    expect(page.locator(".st-key-run_bar")).to_contain_text("Running: step")
    page.get_by_role("link", name="Home").first.click()
    expect(page.get_by_role("heading", name="Gatescope")).to_be_visible()
    page.get_by_role("link", name="Multi-task").first.click()
    page.locator(".st-key-run_bar").wait_for()
    expect(page.locator(".st-key-run_bar")).to_contain_text("Running: step")
    expect(page.locator(".player .hero-value")).to_have_text("0.70")
    expect(page.locator(".st-key-drill_down")).to_contain_text("Expert 2")
    for part in ("multitask_correlation=0.7", "multitask_part=expert%3A1", "training=1"):
        expect(page).to_have_url(re.compile(part))
    bar(page, "Stop")
    expect(page.locator(".st-key-run_bar")).to_contain_text("Stopped: step")


def test_dragging_the_hero_sends_nothing_before_release(visit: Page) -> None:
    sent: list[int] = []
    visit.on("websocket", lambda ws: None)
    session = visit.context.new_cdp_session(visit)
    session.send("Network.enable")
    session.on("Network.webSocketFrameSent", lambda frame: sent.append(1))
    slider = visit.locator(".player").get_by_role("slider", name="Task correlation")
    box = slider.bounding_box()
    assert box is not None
    visit.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    visit.mouse.down()
    visit.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 2, steps=20)
    assert not sent
    visit.mouse.up()
    expect(visit).to_have_url(re.compile(r"multitask_correlation=0\.[5-7]"))
    assert sent


def test_divergence_ends_in_a_sentence(page: Page, server: str) -> None:
    problems = watch(page)
    open_page(page, server, SMALL + "&multitask_learning_rate=1000000000")
    train(page)
    expect(page.get_by_text("Lower the learning rate").first).to_be_visible()
    expect(page.locator(".player")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert not problems, problems


def test_a_dead_worker_is_told_and_train_works_again(page: Page, server: str) -> None:
    open_page(page, server, LONG)
    train(page)
    expect(page.locator(".st-key-run_bar")).to_contain_text("Running: step")
    port = server.rpartition(":")[2]
    parent = subprocess.run(["pgrep", "-f", f"server.port {port}"], check=True, capture_output=True, text=True).stdout
    for pid in parent.split():  # this server's workers only: others may be at work on the machine
        subprocess.run(["pkill", "-9", "-P", pid, "-f", "engine.runs.workers.main"], check=False)
    expect(page.get_by_text("ended unexpectedly").first).to_be_visible()
    train(page)
    expect(page.locator(".st-key-run_bar")).to_contain_text("Running: step")
    bar(page, "Stop")


def test_the_story_moves_the_stage(visit: Page) -> None:
    visit.get_by_role("button", name="Tell the story").click()
    for number in range(1, 12):
        if number > 1:
            visit.get_by_role("button", name="Next point").click()
        # for a moment the panel stands where it was and where it goes
        expect(visit.locator(".st-key-story", has_text=f"{number} / 11").first).to_be_visible()
        settled(visit)
    expect(visit.locator(".player")).to_be_visible()


def test_chinese_from_the_browser(browser: Browser, server: str) -> None:
    context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    page = context.new_page()
    problems = watch(page)
    open_page(page, server)
    expect(page.locator(".st-key-question")).to_contain_text("任务")
    expect(page.locator(".st-key-train")).to_contain_text("训练")
    page.get_by_role("radio", name="English").click()
    expect(page.locator(".st-key-question")).to_contain_text("My tasks agree this much")
    assert not problems, problems
    context.close()


def test_both_themes_are_accessible(browser: Browser, server: str) -> None:
    for scheme in ("light", "dark"):
        context = browser.new_context(
            color_scheme=scheme, viewport={"width": 1280, "height": 800}, reduced_motion="reduce"
        )  # type: ignore[arg-type]
        page = context.new_page()
        open_page(page, server, "multitask_part=gate:0")
        found = Axe().run(
            page,
            context={"exclude": [["[data-testid='stVegaLiteChart']"], ["[data-testid='stDataFrame']"]]},
            options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
        )
        assert found.violations_count == 0, f"{scheme}: {found.generate_report()}"
        context.close()


def test_stage_and_run_bar_fit_a_small_projector(visit: Page) -> None:
    box = visit.locator(".st-key-run_bar").bounding_box()
    assert box is not None and box["y"] + box["height"] <= 800


def test_the_opening_fits_a_small_projector_in_both_languages(browser: Browser, server: str) -> None:
    """Question, sentence, stage, transport and run bar; and the charts are large enough to be read."""
    for locale in ("en-US", "zh-CN"):
        context = browser.new_context(locale=locale, viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
        page = context.new_page()
        for p in ("-1", "0", "0.2", "0.5", "1"):
            open_page(page, server, f"multitask_correlation={p}")
            boxes = [
                page.locator(one).bounding_box()
                for one in (".st-key-question", ".player", ".transport", ".st-key-run_bar")
            ]
            assert all(box is not None and box["y"] >= 0 and box["y"] + box["height"] <= 800 for box in boxes), (
                p,
                boxes,
            )
        rows = page.locator(".player .board.compared").bounding_box()
        assert rows is not None and rows["height"] >= 180
        small = page.locator(".player text").evaluate_all(
            "all => all.filter(one => one.textContent && parseFloat(getComputedStyle(one).fontSize) < 12 && one.closest('section:not([hidden])')).map(one => one.textContent)"
        )
        assert not small, small
        context.close()


def test_loss_curves_take_turns_with_the_comparison(visit: Page) -> None:
    player = visit.locator(".player")
    rows, curves = player.locator("[data-panel=against]"), player.locator("[data-panel=loss]")
    expect(rows).to_be_visible()
    expect(curves).to_be_hidden()
    player.get_by_role("button", name="Loss curves").click()
    expect(curves).to_be_visible()
    expect(rows).to_be_hidden()
    player.get_by_role("button", name="Comparison").click()
    expect(rows).to_be_visible()
    rows.get_by_role("button", name=re.compile("^OMoE")).click()
    expect(player.locator(".rung[data-rung=omoe]")).to_have_attribute("aria-pressed", "true")


def test_the_slider_rests_on_what_was_recorded(visit: Page) -> None:
    slider = visit.locator(".player").get_by_role("slider", name="Task correlation")
    slider.focus()
    visit.keyboard.press("ArrowLeft")
    expect(visit).to_have_url(re.compile(r"multitask_correlation=-0\.5\b"))
    visit.keyboard.press("Home")
    expect(visit).to_have_url(re.compile(r"multitask_correlation=-1\b"))
    expect(visit.locator(".st-key-question")).to_contain_text("no study")
