"""The field, the slopes and the listing in a real Chromium, on the made-up funnel of player_app.py."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from pages.ui.player.pack import pack
from pages.ui.player.position import Position, click_from
from pages.ui.player.stage import WORDS, Array, Band, Entry, Field, Listing, Quantised, Rung, Slopes, Stage
from tests.browser.conftest import settled

WIDTH, HEIGHT = 1250, 800
LAST_COLUMN = WIDTH * (HEIGHT // 2) - 1
"""The second lost favourite of player_app.py: at the right edge, half way down."""


@pytest.fixture
def demo(player_server: str) -> str:
    """Address of the demo."""
    return f"{player_server}/?stage=funnel"


def open_at(
    browser: Browser, address: str, *, width: int = 1280, motion: str = "reduce", **more: Any
) -> Iterator[Page]:
    """A tab on the funnel; on leaving, the console must have been clean."""
    context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion=motion, **more)  # type: ignore[arg-type]
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(address)
    page.locator(".player .board").first.wait_for()
    settled(page)
    yield page
    expect(page.get_by_test_id("stException")).to_have_count(0)
    context.close()
    assert not problems, problems


@pytest.fixture
def still(browser: Browser, demo: str) -> Iterator[Page]:
    yield from open_at(browser, demo)


@pytest.fixture
def moving(browser: Browser, demo: str) -> Iterator[Page]:
    yield from open_at(browser, demo, motion="no-preference")


@pytest.fixture(params=[390, 1920])
def wide_or_narrow(browser: Browser, demo: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    yield from open_at(browser, demo, width=request.param)


def sky(page: Page) -> Locator:
    return page.locator("canvas.sky")


PICTURE = """canvas => {
  const { width, height } = canvas, { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  const at = (x, y) => [...data.slice(4 * (y * width + x), 4 * (y * width + x) + 4)];
  let lit = 0, sum = 0, clear = 0;
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 1] > 120) lit += 1;
    if (data[i + 3] === 0) clear += 1;
    sum = (Math.imul(sum, 31) + data[i] + 7 * data[i + 1] + 13 * data[i + 2]) | 0;
  }
  return { lit: lit / (width * height), clear: clear / (width * height), sum, corner: at(2, 2), floor: at(2, height - 2) };
}"""


def picture(page: Page) -> dict[str, Any]:
    """What is on the canvas: the share that is lit and clear, and a checksum."""
    return dict(sky(page).evaluate(PICTURE))


def clicked(page: Page, panel: str) -> int:
    """The row of the click that Python was told of."""
    told = page.get_by_text(re.compile(rf"click: Click\(panel='{panel}'"))
    expect(told).to_be_visible()
    found = re.search(r"row=(\d+)", told.inner_text())
    assert found, told.inner_text()
    return int(found[1])


# ---- the picture


def test_a_mass_with_lights_and_a_blank_above(still: Page) -> None:
    still.keyboard.press("1")
    seen = picture(still)
    assert 0.005 < seen["lit"] < 0.5, seen
    assert 0.001 < seen["clear"] < 0.2, seen
    assert seen["corner"][3] == 0 and seen["floor"][3] == 255, seen  # not uploaded yet; and there from the first day


def test_each_rung_stresses_something_else(still: Page) -> None:
    sums, discs = [], []
    for key in "123":
        still.keyboard.press(key)
        settled(still)
        sums.append(picture(still)["sum"])
        discs.append(still.locator(".pick:visible").count())
    assert len(set(sums)) == 3 and discs == [0, 0, 20]
    expect(still.locator(".lost:visible")).to_have_count(2)
    numbers = still.locator(".pick:visible .pick-label").all_text_contents()
    assert "1" in numbers and len([n for n in numbers if n]) > 10


def test_another_day_and_another_user_glow_differently(still: Page) -> None:
    still.keyboard.press("1")
    seen = [picture(still)["sum"]]
    still.get_by_role("button", name="Previous frame").click()
    seen.append(picture(still)["sum"])
    still.get_by_role("combobox", name="User").select_option("Cook")
    settled(still)
    seen.append(picture(still)["sum"])
    assert len(set(seen)) == 3


def test_it_comes_to_rest_where_it_was(moving: Page) -> None:
    """After a soft change there and back not a single pixel is left over from between."""
    before = picture(moving)["sum"]
    for user, key in (("Cook", "1"), ("Football fan", "3")):
        moving.get_by_role("combobox", name="User").select_option(user)
        sky(moving).focus()
        moving.keyboard.press(key)
        settled(moving)
        same = f"([canvas, sum]) => ({PICTURE})(canvas).sum === sum"
        moving.wait_for_function(
            same if key == "3" else f"given => !({same})(given)", arg=[sky(moving).element_handle(), before]
        )


def test_numbers_do_not_cover_each_other(still: Page) -> None:
    discs = [
        (float(dot.get_attribute("cx") or 0), float(dot.get_attribute("cy") or 0), float(dot.get_attribute("r") or 0))
        for pick in still.locator(".pick:visible").all()
        if pick.locator(".pick-label").text_content()
        for dot in [pick.locator("circle")]
    ]
    for i, (x, y, r) in enumerate(discs):
        assert all(np.hypot(x - a, y - b) >= r + c for a, b, c in discs[:i])


def labels_are_inside(page: Page) -> None:
    """Every label of a lost favourite lies within its panel, with the whole of its text."""
    panel = page.locator("[data-panel='field'] .panel-area").bounding_box()
    assert panel
    for lost in page.locator(".lost:visible").all():
        back, text = lost.locator(".lost-back").bounding_box(), lost.locator(".lost-label").bounding_box()
        assert back and text
        for inner, outer in ((back, panel), (text, back)):
            assert inner["x"] >= outer["x"] - 1 and inner["x"] + inner["width"] <= outer["x"] + outer["width"] + 1
            assert inner["y"] >= outer["y"] - 1 and inner["y"] + inner["height"] <= outer["y"] + outer["height"] + 1


def test_labels_stay_inside(still: Page) -> None:
    labels_are_inside(still)


def test_labels_stay_inside_on_a_phone_and_on_a_wall(wide_or_narrow: Page) -> None:
    labels_are_inside(wide_or_narrow)
    assert wide_or_narrow.evaluate("document.documentElement.scrollWidth <= innerWidth")


# ---- pointing at it


def test_click_names_the_pixel(still: Page) -> None:
    still.keyboard.press("1")
    box = sky(still).bounding_box()
    assert box
    u, v = 0.31, 0.77
    sky(still).click(position={"x": u * box["width"], "y": v * box["height"]})
    row = clicked(still, "field")
    # Where pixels are smaller than the screen's, a known one nearby is drawn and meant.
    assert abs(row % WIDTH - u * WIDTH) <= 1 + WIDTH / box["width"], row
    assert abs(row // WIDTH - v * HEIGHT) <= 1 + HEIGHT / box["height"], row


def test_click_near_a_ring_is_the_ring_s(still: Page) -> None:
    box = sky(still).bounding_box()
    assert box
    sky(still).click(position={"x": box["width"] - 4, "y": box["height"] / 2 + 3})
    assert clicked(still, "field") == LAST_COLUMN
    expect(still.locator(".sky-chosen")).to_be_visible()


@pytest.mark.parametrize(
    ("u", "v", "says"), [(0.02, 0.001, "not uploaded yet"), (0.3, 0.999, "never watched: no vector")]
)
def test_hover_says_what_is_there(still: Page, u: float, v: float, says: str) -> None:
    still.keyboard.press("1")
    box = sky(still).bounding_box()
    assert box
    sky(still).hover(position={"x": u * box["width"], "y": v * box["height"]})
    expect(still.locator(".tip-title")).to_have_text(says)


def test_hover_over_a_light_says_how_near(still: Page) -> None:
    still.keyboard.press("1")
    light = """canvas => {
      const { width, height } = canvas, { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
      const y = Math.floor(height * 0.6);
      for (let x = 0; x < width; x += 1) if (data[4 * (y * width + x) + 1] > 200) return [x + 0.5, y + 0.5];
    }"""
    at = still.wait_for_function(light, arg=sky(still).element_handle()).json_value()  # once it is drawn
    sky(still).hover(position={"x": at[0], "y": at[1]})
    expect(still.locator(".tip-title")).to_have_text(re.compile(r"^closeness [01]\.\d\d$"))


def test_keyboard_reaches_every_dot(still: Page) -> None:
    assert still.locator("[data-panel='field'] [tabindex='0']:visible").count() == 1
    still.locator("[data-panel='field'] .pick[tabindex='0']").focus()
    focused = still.locator("[data-panel='field'] :focus")
    expect(focused).to_have_attribute("aria-label", re.compile(r"^\d+\. .+ · .+"))
    expect(still.locator(".sky-cursor")).to_be_visible()
    seen = []
    for _ in range(22):
        seen.append(focused.get_attribute("aria-label") or "")
        still.keyboard.press("ArrowRight")
    assert [name.split(".")[0] for name in seen[:20]] == [str(n + 1) for n in range(20)]
    assert seen[20:] == ["lost: the cup final, in full", "lost: a kettle that whistles in A"]
    still.keyboard.press("Enter")
    assert clicked(still, "field") == LAST_COLUMN


# ---- from one order to the next


def test_slopes_are_drawn_without_gaps_in_their_numbers(still: Page) -> None:
    for path in still.locator(".slopes-body path").all():
        assert not re.search("NaN|Infinity|undefined", path.get_attribute("d") or "")
    dead = still.locator(".slope.dead:visible")
    expect(dead).to_have_count(2)  # what died and is marked goes before others that died
    recalled, never = (dead.nth(n) for n in (0, 1))
    assert (recalled.locator(".slope-end").get_attribute("d") or "").startswith("M")
    assert recalled.locator(".slope-line").bounding_box()["width"] < 90  # type: ignore[index]  # ends on its way
    assert (
        never.locator(".slope-line").get_attribute("d") == "" and never.locator(".slope-end").get_attribute("d") == ""
    )
    expect(never).to_have_attribute("aria-label", re.compile("place in recall –, place in ranking –$"))


def test_titles_are_in_order_legible_and_apart(still: Page) -> None:
    boxes = [name.bounding_box() for name in still.locator(".slope:visible .slope-name").all()]
    assert len(boxes) >= 18 and all(boxes)
    sizes = still.locator(".slope:visible .slope-name").evaluate_all(
        "all => all.map(n => parseFloat(getComputedStyle(n).fontSize))"
    )
    assert min(sizes) >= 11
    middles = [box["y"] + box["height"] / 2 for box in boxes if box]
    assert np.ptp(np.diff(middles)) < 1 and np.diff(middles).min() >= 11
    places = still.locator(".slope:visible .slope-place").all_text_contents()
    alive = [int(place) for place in places if place]
    assert alive == sorted(alive)
    expect(still.locator(".slopes-more")).to_have_text(f"+ {24 - len(boxes)}")


def test_climbing_and_falling_differ_without_colour(still: Page) -> None:
    assert set(still.locator(".slope.climb:visible .slope-way").all_text_contents()) == {"▲"}
    assert set(still.locator(".slope.fall:visible .slope-way").all_text_contents()) == {"▼"}
    assert (
        still.locator(".slope.marked:visible .slope-line").first.evaluate(
            "line => getComputedStyle(line).strokeDasharray"
        )
        != "none"
    )


def test_a_slope_lights_its_pixel_and_tells_its_row(still: Page) -> None:
    still.locator(".slope").nth(4).locator(".slope-name").hover()
    expect(still.locator(".slope[data-lit]")).to_have_count(1)
    expect(still.locator(".sky-cursor")).to_be_visible()
    still.locator(".slope").nth(4).locator(".slope-name").click()
    assert clicked(still, "slopes") == 4
    still.locator(".slope").nth(4).focus()
    still.keyboard.press("ArrowDown")
    still.keyboard.press("ArrowDown")
    still.keyboard.press("Enter")
    expect(still.get_by_text(re.compile(r"panel='slopes', element=None, row=6,"))).to_be_visible()


# ---- what somebody did


def test_a_watch_is_clicked_and_a_search_is_not(still: Page) -> None:
    entries = still.locator(".entry")
    entries.nth(1).click()
    settled(still)
    expect(still.get_by_text("click: none")).to_be_visible()
    entries.nth(2).click()
    assert clicked(still, "watched") == 2


def test_keys_walk_the_watches_into_sight(still: Page) -> None:
    watches = still.locator(".entry.watch")
    expect(watches).to_have_count(10)
    expect(watches.nth(2)).to_have_attribute("aria-pressed", "true")
    expect(watches.nth(2)).to_have_attribute("aria-label", re.compile("taken away, Bring back$"))
    watches.first.focus()
    for _ in range(9):
        still.keyboard.press("ArrowDown")
    expect(watches.last).to_be_focused()
    expect(watches.last).to_be_in_viewport()
    area, last = still.locator("[data-panel='watched'] .panel-area").bounding_box(), watches.last.bounding_box()
    assert area and last and last["y"] + last["height"] <= area["y"] + area["height"] + 1
    still.keyboard.press("Enter")
    assert clicked(still, "watched") == 11
    expect(watches.last).to_be_focused()


def test_nothing_done_yet_is_said(still: Page) -> None:
    still.get_by_role("combobox", name="User").select_option("New here")
    expect(still.locator("[data-panel='watched'] .caption")).to_contain_text("Nothing yet")
    expect(still.locator(".entry:visible")).to_have_count(0)


# ---- text, pictures, access


def test_titles_are_text_and_never_markup(still: Page) -> None:
    expect(still.locator(".player b:not(.tip b)")).to_have_count(0)
    expect(still.locator(".slope[aria-label*='<b>whole</b>']").first).to_be_visible()


def test_saved_picture_holds_all_three(still: Page) -> None:
    with still.expect_download() as download:
        still.get_by_role("button", name="Save picture as SVG").click()
    saved = Path(download.value.path()).read_text()
    for part in (
        "data:image/png;base64",
        "lost: the cup final, in full",
        "place in ranking",
        "penalty shoot-out",
        "newest",
    ):
        assert part in saved, part
    assert "NaN" not in saved
    with still.expect_download() as download:
        still.get_by_role("button", name="Save picture as PNG").click()
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible(browser: Browser, demo: str, scheme: str) -> None:
    for page in open_at(browser, demo, color_scheme=scheme):
        found = Axe().run(
            page, context=".stBidiComponent", options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
        )
        assert not [(v["id"], node["target"]) for v in found.response["violations"] for node in v["nodes"]]


# ---- what a page may say and a browser may send

ARRAYS: dict[str, Array | Quantised] = {
    "pixels": np.arange(6, dtype=np.float32).reshape(1, 1, 6), "glow": Quantised(np.zeros((1, 3, 6)), 0, 1),
    "born": np.zeros((1, 3, 1), np.float32), "few": np.zeros((1, 3, 2), np.float32), "places": np.zeros((1, 3, 2, 2), np.float32),
}  # fmt: skip
FIELD = Field(
    "f", "F", 8, 4, 32, "pixels", "glow", (Band("all", 0, 8),), "born", "few", "few", ((("a", "b"),),), "few", ((("a", "b"),),),
    "new", "old", "{place}", "cold", "{glow}", "unborn",
)  # fmt: skip
PANELS = (
    FIELD,
    Slopes("s", "S", "from", "to", "places", ((("a", "b"),),), "few", 300),
    Listing(
        "l", "L", (((Entry("x", "", "watch"),), ()), ((Entry("y", "", "search"),) * 3,)), "gone", "take", "back", "none"
    ),
)
STAGE = Stage(
    "t", (0, 1, 2), "day", (Rung("a", "A", ""),), PANELS, ARRAYS, None, 0.0, "recorded", "", dict.fromkeys(WORDS, "")
)
HERE = Position(1, None, "a", None)


@pytest.mark.parametrize(("panel", "most"), [("f", 31), ("s", 1), ("l", 2)])
def test_rows_are_clamped_to_the_panel(panel: str, most: int) -> None:
    for raw, row in ((10**9, most), (-4, 0), (most, most), ("1", None), (float("nan"), None)):
        click = click_from({"panel": panel, "row": raw, "column": 3}, STAGE, HERE)
        assert click is not None and (click.row, click.column) == (row, None)


def test_a_field_that_does_not_fit_is_refused() -> None:
    assert pack(STAGE, start=HERE, seek=0)
    with pytest.raises(ValueError, match="does not carry: few"):
        pack(replace(STAGE, arrays={k: v for k, v in ARRAYS.items() if k != "few"}), start=HERE, seek=0)
    with pytest.raises(ValueError, match="must be"):
        pack(replace(STAGE, arrays=ARRAYS | {"glow": Quantised(np.zeros((1, 3, 5)), 0, 1)}), start=HERE, seek=0)
    with pytest.raises(ValueError, match="born"):
        pack(replace(STAGE, arrays=ARRAYS | {"born": np.zeros((1, 3, 2), np.float32)}), start=HERE, seek=0)


def test_a_million_pixels_take_about_a_megabyte() -> None:
    known = 45_000
    arrays = ARRAYS | {
        "pixels": np.arange(known, dtype=np.float32).reshape(1, 1, -1), "glow": Quantised(np.zeros((1, 3, known)), 0, 1),
    }  # fmt: skip
    sent = pack(replace(STAGE, arrays=arrays), start=HERE, seek=0).nbytes
    assert sent < known * (4 + 3) + 10_000  # a float a pixel, and a byte a pixel and day
