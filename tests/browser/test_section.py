"""A section: opening it draws it and nothing else, the link tells of it, and a control inside reaches the whole page."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.browser.conftest import settled
from tests.browser.test_cut import opened
from tests.browser.test_traffic import Line

LABELS, GONE = ".st-key-multitask_open_labels", ".st-key-multitask_open_intervene"


def test_opening_a_look_draws_nothing_else_and_the_link_tells_of_it(browser: Browser, server: str) -> None:
    page, line = browser.new_page(), Line()
    line.watch(page)
    opened(page, server, "multitask?multitask_open_intervene=true")
    line.forget()
    page.locator(LABELS).locator("summary").click()
    expect(page.locator(LABELS)).to_contain_text("Label Pearson, measured")
    settled(page)
    heard = b"".join(line.heard)
    assert b"Label Pearson" in heard and b"Press Train" not in heard and b"multitask_player" not in heard
    assert len(line.sent) == 1
    page.get_by_role("button", name="Share this view").click()
    expect(page.get_by_test_id("stCode")).to_contain_text("multitask_open_labels=true")
    page.keyboard.press("Escape")
    page.locator(LABELS).locator("summary").click()
    page.get_by_role("button", name="Share this view").click()
    expect(page.get_by_test_id("stCode")).not_to_contain_text("open_labels")
    page.close()


def test_a_control_in_a_look_reaches_the_stage(browser: Browser, server: str) -> None:
    page = browser.new_page()
    opened(page, server, "recurrent?recurrent_open_learning=true")
    sentence = page.locator(".st-key-question")
    expect(sentence).to_contain_text("trained on that alone")  # by the study, at the end of training
    page.get_by_role("slider", name="Moment on stage, in training steps").press("Home")
    expect(sentence).to_contain_text("step 0")
    page.close()
