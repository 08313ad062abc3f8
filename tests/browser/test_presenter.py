"""A page in front of a room, in a real Chromium: what the last row can read, what a clicker does, what is asked before it is shown."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from pages.ui.phones import code
from pages.ui.playground import playgrounds
from tests.browser.checks import fits, is_accessible
from tests.browser.conftest import settled, watch

ROOMS = [room.name for room in playgrounds()]
READ = """() => {
  const found = [];
  const look = root => {
    for (const one of root.querySelectorAll("*")) {
      if (one.shadowRoot) look(one.shadowRoot);
      const words = [...one.childNodes].filter(n => n.nodeType === 3).map(n => n.data.trim()).join("");
      if (!/[\\p{L}\\p{N}]/u.test(words) || one.matches("style, script, option") || one.closest("[data-testid=stIconMaterial], .spoken")) continue;
      const box = one.getBoundingClientRect(), style = getComputedStyle(one);
      const seen = one.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && style.display !== "none"
        && box.width > 1 && box.height > 1 && box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight;
      if (seen) found.push([words.slice(0, 40), parseFloat(style.fontSize) * (one.currentCSSZoom ?? 1)]);
    }
  };
  look(document);
  return found;
}"""
"""Every text in sight with the size of its letters in pixels of the screen, in whatever tree it stands."""


def small(page: Page, least: float) -> list[tuple[str, float]]:
    """Texts in sight whose letters are smaller; there must be some that are not."""
    texts = page.evaluate(READ)
    assert len(texts) > 20, texts
    return [(words, size) for words, size in texts if size < least]


def present(page: Page, address: str, room: str, query: str = "") -> None:
    page.goto(f"{address}/{room}?presenter=true&{query}")
    page.locator(".st-key-run_bar").wait_for()
    page.locator(".player.room").wait_for()
    settled(page)


def shown(page: Page) -> object:
    """What is drawn: the rung and the value that are chosen, where time is, and every word of the figures but the numbers of discs,
    of which as many stand as have room."""
    return page.locator(".player").evaluate(
        """root => ({
          rung: root.querySelector(".rung[aria-pressed=true]").dataset.rung,
          time: root.querySelector(".time").getAttribute("aria-valuetext"),
          hero: [...root.querySelectorAll(".hero-value, .hero-select, .chip[aria-pressed=true]")].map(one => one.matches("select") ? one.value : one.textContent),
          words: [...root.querySelectorAll(".body > .panel text:not(.pick-label)")].filter(one => one.checkVisibility()).map(one => one.textContent).filter(Boolean).sort(),
        })"""
    )


@pytest.mark.parametrize("size, least", [((1280, 800), 16.0), ((1920, 1080), 20.0)])
@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_the_last_row_reads_every_letter(
    browser: Browser, server: str, size: tuple[int, int], least: float, locale: str
) -> None:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, locale=locale, reduced_motion="reduce")
    problems = watch(page)
    for room in ROOMS:
        present(page, server, room)
        assert small(page, least) == [], room
        fits(page, ".st-key-question", ".player", ".player .transport", ".st-key-run_bar")
        assert page.locator(".player .body > .panel:visible").count() == 2, (
            room
        )  # the drawing, and what the sentence speaks of
    page.goto(f"{server}/?presenter=true")
    page.locator(".st-key-cards").wait_for()
    settled(page)
    assert small(page, least) == []
    fits(page, *(f".st-key-card_{room}" for room in ROOMS))
    assert not problems, problems
    page.close()


@pytest.mark.parametrize(
    "room, parts", [("recurrent", ".node.clickable"), ("matching", ".node[data-element^=cos], .node[data-element^=p]")]
)
def test_no_part_loses_its_number_while_others_keep_theirs(page: Page, server: str, room: str, parts: str) -> None:
    """At the first word too, where most of a sentence is not read yet."""
    present(page, server, room)
    for rung in page.locator(".player .rung").all():
        rung.click()
        settled(page)
        for key in ("Home", "End"):
            page.locator(".player .time").press(key)
            numbers = page.locator(".player").locator(parts).locator(".node-number").all_text_contents()
            assert len(numbers) > 3 and all(numbers), numbers


@pytest.mark.parametrize("locale, tab", [("en-US", "Ranking"), ("zh-CN", "精排")])
def test_every_row_of_the_ranking_has_its_place(browser: Browser, server: str, locale: str, tab: str) -> None:
    """The twenty, one after another, and nothing is said of any that had no room."""
    page = browser.new_page(viewport={"width": 1280, "height": 800}, locale=locale, reduced_motion="reduce")
    present(page, server, "recommender")
    page.locator(".player .tab", has_text=tab).click()
    settled(page)
    written = [one for one in page.locator(".player .slope-place:visible").all_text_contents() if one]
    assert written == [str(n) for n in range(1, 21)]
    assert not page.locator(".player .slopes-more").text_content()
    assert small(page, 16) == []
    page.close()


def test_the_visit_stays_in_front_of_the_room(page: Page, server: str) -> None:
    page.goto(f"{server}/?presenter=true")
    sidebar = page.get_by_test_id("stSidebar")
    for name, path in (("Matching", "matching"), ("Recommender", "recommender"), ("Home", "")):
        page.get_by_test_id("stHeader").get_by_role("link", name=name).click()
        expect(page).to_have_url(re.compile(f"/{path}\\?.*presenter=true"))
        expect(sidebar).to_have_attribute("data-collapsed", "true")
        settled(page)
    card = page.locator(".st-key-card_multitask").get_by_role("link")
    assert "presenter=true" in (card.get_attribute("href") or "")  # for a new tab
    card.click()
    page.locator(".player.room").wait_for()
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_text("Presenter", exact=True).click()
    expect(page).not_to_have_url(re.compile("presenter"))
    page.locator(".player:not(.room)").wait_for()


def point(page: Page, room: str = "multitask") -> str | None:
    return parse_qs(urlsplit(page.url).query).get(f"{room}_point", [None])[0]


def test_a_clicker_walks_the_story_and_a_reload_resumes_it(page: Page, server: str) -> None:
    present(page, server, "multitask")
    line = page.locator(".st-key-room_line")
    page.keyboard.press("PageDown")
    expect(line).to_contain_text("1 / 11")
    settled(page)
    page.locator(".player .hero-input").focus()  # it would take Page Down for itself
    page.keyboard.press("PageDown")
    expect(line).to_contain_text("2 / 11")
    settled(page)
    page.keyboard.press("PageUp")
    expect(line).to_contain_text("1 / 11")
    settled(page)
    page.locator(".player .rung").nth(2).click()  # by mouse: Space does not press it again
    page.keyboard.press(" ")
    expect(line).to_contain_text("2 / 11")
    settled(page)
    page.get_by_role("button", name="Previous point").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press(" ")  # reached with the keyboard: Space presses it
    expect(line).to_contain_text("1 / 11")
    settled(page)
    page.keyboard.press("PageDown")
    expect(line).to_contain_text("2 / 11")
    settled(page)
    before = shown(page)
    page.reload()
    page.locator(".player.room").wait_for()
    settled(page)
    expect(line).to_contain_text("2 / 11")
    assert shown(page) == before
    fits(page, ".st-key-room_line", ".st-key-question", ".player", ".player .transport", ".st-key-run_bar")
    assert small(page, 16) == []
    is_accessible(page)


def test_b_blanks_the_screen_and_brings_it_back(page: Page, server: str) -> None:
    present(page, server, "matching")
    page.keyboard.press("b")
    blank = page.locator(".presenter-blank")
    assert blank.evaluate("one => { const b = one.getBoundingClientRect(); return [b.x, b.y, b.width, b.height]; }") == [
        0, 0, 1280, 800,
    ]  # fmt: skip
    assert blank.evaluate("one => document.elementFromPoint(640, 400) === one")
    page.keyboard.press("PageDown")  # brings the picture back, and does not walk on unseen
    expect(blank).to_have_count(0)
    settled(page)
    assert point(page, "matching") is None
    page.locator(".player .hero-text").click()
    page.keyboard.type("bob b")  # letters of a query
    expect(blank).to_have_count(0)
    assert page.locator(".player .hero-text").input_value() == "bob b"


@pytest.mark.parametrize("room", ROOMS)
def test_home_restores_the_opening_without_a_word_from_the_server(page: Page, server: str, room: str) -> None:
    cut: list[bool] = []

    def between(ours: WebSocketRoute) -> None:
        theirs = ours.connect_to_server()
        ours.on_message(lambda message: theirs.send(message))
        theirs.on_message(lambda message: None if cut else ours.send(message))

    page.route_web_socket(re.compile("_stcore/stream"), between)
    present(page, server, room)
    opening = shown(page)
    page.keyboard.press("PageDown")
    expect(page.locator(".st-key-room_line")).to_contain_text("1 / ")
    settled(page)
    assert shown(page) != opening
    cut.append(True)
    page.keyboard.press("Home")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert shown(page) == opening


def test_a_room_predicts_before_it_is_shown(page: Page, server: str) -> None:
    present(page, server, "multitask", "multitask_point=6")
    card, answer = page.locator(".st-key-asked"), page.locator(".st-key-question p:visible").first
    expect(card).to_be_visible()
    expect(answer).to_have_count(0)
    box, panel = card.bounding_box(), page.locator(".player .body > .panel:visible").nth(1).bounding_box()
    assert box and panel and box["x"] <= panel["x"] and box["y"] <= panel["y"]
    assert (
        box["x"] + box["width"] >= panel["x"] + panel["width"] - 1
        and box["y"] + box["height"] >= panel["y"] + panel["height"] - 24
    )
    fits(page, ".st-key-asked", ".player .transport", ".st-key-run_bar")
    assert small(page, 16) == []
    for letter, hands in (("A", "3"), ("C", "12")):
        page.get_by_label(f"Hands for {letter}").fill(hands)
        page.keyboard.press("Tab")
        settled(page)
    page.reload()
    expect(page.get_by_label("Hands for C")).to_have_value("12")
    settled(page)
    page.keyboard.press("PageDown")  # first what is right, then the next point
    right = page.locator(".st-key-told_right")
    expect(right).to_contain_text("More, but not all")
    expect(right).to_contain_text("12 hands")
    expect(page.locator(".st-key-told_A")).to_contain_text("3 hands")
    expect(answer).to_be_visible()
    expect(card).to_have_count(0)
    settled(page)
    assert point(page) == "6" and page.locator(".player .hero-value").inner_text() == "1.00"
    fits(page, ".st-key-told_room", ".st-key-question", ".player .transport", ".st-key-run_bar")
    assert small(page, 16) == []
    page.keyboard.press("PageDown")
    expect(page.locator(".st-key-room_line")).to_contain_text("7 / 11")
    settled(page)
    assert "hands" not in page.url and "told" not in page.url


def test_what_is_right_comes_with_the_recording_playing(browser: Browser, server: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800}, reduced_motion="no-preference")
    present(page, server, "recommender", "recommender_point=2")
    page.evaluate(
        """() => { window.seen = new Set(); const look = root => { for (const one of root.querySelectorAll("*"))
        { if (one.shadowRoot) { const time = one.shadowRoot.querySelector(".step"); if (time) new MutationObserver(
        () => window.seen.add(time.textContent)).observe(time, { childList: true, characterData: true, subtree: true });
        look(one.shadowRoot); } } }; look(document); }"""
    )
    page.locator(".st-key-reveal button").click()
    expect(page.locator(".st-key-told_right")).to_be_visible()
    page.wait_for_function("window.seen.size > 2")
    page.close()


def test_phones_get_the_state_and_not_the_room(page: Page, server: str) -> None:
    present(page, server, "multitask", "multitask_point=6&multitask_hands=1.2.3.4")
    page.locator(".st-key-phones button").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("img").wait_for()
    address = dialog.get_by_test_id("stCode").inner_text().strip()
    assert address.startswith(f"{server}/multitask?") and "multitask_point=6" in address
    assert not any(word in address for word in ("presenter", "hands", "told"))
    assert dialog.locator("img").get_attribute("src") == code(address)
    expect(dialog).to_contain_text("Phones cannot reach 127.0.0.1")


WIDE = """() => {
  const cut = [];
  const look = root => { for (const one of root.querySelectorAll("*")) {
    if (one.shadowRoot) look(one.shadowRoot);
    const style = getComputedStyle(one);
    if (one.checkVisibility() && style.overflowX === "hidden" && style.textOverflow !== "ellipsis"
      && one.scrollWidth > one.clientWidth + 2 && one.clientWidth > 4 && one.matches("table, div:has(> table), .panel, .panel-area, p"))
      cut.push(one.className + " " + one.textContent.slice(0, 40));
  } };
  look(document);
  return cut;
}"""


@pytest.mark.parametrize("size", [(390, 844), (640, 400)], ids=["phone", "200 %"])
@pytest.mark.parametrize("room", ROOMS)
def test_in_the_hand_and_at_double_size(browser: Browser, server: str, room: str, size: tuple[int, int]) -> None:
    """The second is a laptop's window at 200 %."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
    page.goto(f"{server}/{room}")
    page.locator(".player").wait_for()
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    for _ in range(8):
        assert small_here(page, 11) == []
        page.mouse.wheel(0, size[1] * 0.8)
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.locator(".player .panel").first.scroll_into_view_if_needed()
    board, bar = page.locator(".player .panel").first.bounding_box(), page.locator(".player .transport").bounding_box()
    assert board and bar and board["y"] + board["height"] > 0
    assert bar["y"] + bar["height"] <= size[1] + 1 and bar["y"] > 0, "time stays in reach while the picture is in sight"
    assert page.evaluate(WIDE) == []
    page.close()


def small_here(page: Page, least: float) -> list[tuple[str, float]]:
    return [(words, size) for words, size in page.evaluate(READ) if size < least]


def test_a_phone_opens_on_the_sentence_and_the_picture(browser: Browser, server: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    for room in ROOMS:
        page.goto(f"{server}/{room}")
        page.locator(".player").wait_for()
        settled(page)
        picture = page.locator(".player .panel").first.bounding_box()
        fits(page, ".st-key-question")
        assert picture and picture["y"] < 0.75 * 844, (room, picture)
    page.close()
