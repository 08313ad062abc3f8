"""The player in a real Chromium, on made-up numbers (player_app.py); and the pure function that reads what a browser sends."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, expect

from pages.ui.player.pack import pack
from pages.ui.player.position import Position, click_from, hero_from, position_from
from pages.ui.player.stage import (
    WORDS,
    Array,
    Heat,
    Rung,
    Stage,
    Sweep,
)
from tests.browser.conftest import settled

# ---- the demo, served once


@pytest.fixture
def demo(player_server: str) -> str:
    """Address of the demo."""
    return f"{player_server}/"


class Visit:
    """A tab on the demo; on leaving, the console must have been clean."""

    def __init__(self, browser: Browser, address: str, motion: str = "reduce") -> None:
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion=motion)  # type: ignore[arg-type]
        self.page = self.context.new_page()
        self.problems: list[str] = []
        self.sent = 0
        self.page.on("console", lambda m: self.problems.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("websocket", lambda ws: ws.on("framesent", lambda _: self._count()))
        self.page.goto(address)
        self.player.locator(".board").first.wait_for()
        settled(self.page)

    def _count(self) -> None:
        self.sent += 1

    @property
    def player(self) -> Locator:
        return self.page.locator(".player")

    def time(self) -> Locator:
        return self.player.get_by_role("slider", name="Training step")


@pytest.fixture
def still(browser: Browser, demo: str) -> Iterator[Visit]:
    """A viewer who asked for reduced motion."""
    yield from _visit(Visit(browser, demo))


@pytest.fixture
def moving(browser: Browser, demo: str) -> Iterator[Visit]:
    """A viewer who did not; nothing plays by itself."""
    yield from _visit(Visit(browser, f"{demo}?autoplay=0", "no-preference"))


def _visit(visit: Visit) -> Iterator[Visit]:
    yield visit
    expect(visit.page.get_by_test_id("stException")).to_have_count(0)
    visit.context.close()
    assert not visit.problems, visit.problems


# ---- with the keyboard alone


def test_arrows_step_and_report_once_at_rest(still: Visit) -> None:
    still.time().focus()
    for key in ("Home", "ArrowRight", "ArrowRight", "ArrowRight"):
        still.page.keyboard.press(key)
    expect(still.page.get_by_text(re.compile(r"position: Position\(frame=3,"))).to_be_visible()
    still.page.keyboard.press("End")
    expect(still.page.get_by_text(re.compile(r"position: Position\(frame=59,"))).to_be_visible()


def test_space_plays_and_pauses(moving: Visit) -> None:
    moving.time().focus()
    moving.page.keyboard.press("Home")
    moving.page.keyboard.press(" ")
    expect(moving.player.get_by_role("button", name="Pause")).to_be_visible()
    moving.page.keyboard.press(" ")
    expect(moving.player.get_by_role("button", name="Play")).to_be_visible()


def test_digits_choose_the_rung(still: Visit) -> None:
    still.page.keyboard.press("1")
    expect(still.player.get_by_role("button", name="Shared-Bottom", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(still.player.locator("[data-element='bottom']")).to_be_visible()
    expect(still.page.get_by_text(re.compile("rung='shared_bottom'"))).to_be_visible()


def test_arrows_walk_the_network_and_enter_selects(still: Visit) -> None:
    still.player.locator("[data-element='tower:0']").focus()
    still.page.keyboard.press("ArrowRight")
    still.page.keyboard.press("Enter")
    expect(still.page.get_by_text(re.compile(r"click: Click\(panel='net', element='tower:1'"))).to_be_visible()


def test_dots_are_one_tab_stop_and_arrows_walk_all_of_them(still: Visit) -> None:
    dots = still.player.locator(".unit")
    count = dots.count()
    assert still.player.locator(".unit[tabindex='0']").count() == 1
    first = still.player.locator("[data-element='plane:0']")
    expect(first).to_have_attribute("aria-label", re.compile(r"^Unit 1 of expert 1, u₁ −?\d\.\d\d, u₂ −?\d\.\d\d$"))
    first.focus()
    seen = set()
    for _ in range(count):
        seen.add(still.page.evaluate(FOCUSED))
        still.page.keyboard.press("ArrowRight")
    assert len(seen) == count
    expect(still.player.locator(".unit[tabindex='0']")).to_have_count(1)
    expect(still.player.locator(".ring")).to_be_visible()
    still.page.keyboard.press("Enter")
    expect(
        still.page.get_by_text(re.compile(rf"click: Click\(panel='plane', element='[^']+', row={count - 1}"))
    ).to_be_visible()


FOCUSED = """() => {
  let e = document.activeElement;
  while (e.shadowRoot) e = e.shadowRoot.activeElement;
  return e.dataset.element;
}"""


def test_one_gate_writes_the_weight_of_an_expert_once(still: Visit) -> None:
    still.page.keyboard.press("2")
    still.player.locator("[data-element='gate']").click()
    expect(still.player.locator(".edge-numbers text:not([display=none])")).to_have_count(8)


def test_digits_in_a_text_field_stay_there(still: Visit) -> None:
    seed = still.page.get_by_role("spinbutton", name="Seed")
    seed.focus()
    still.page.keyboard.press("1")
    expect(still.player.get_by_role("button", name="MMoE", exact=True)).to_have_attribute("aria-pressed", "true")


# ---- with the pointer

FRAMES = """() => new Promise(done => {
  const times = [], tick = t => { times.push(t); times.length < 90 ? requestAnimationFrame(tick) : done(times); };
  requestAnimationFrame(tick);
})"""


def test_scrubbing_sends_nothing_and_is_smooth(moving: Visit) -> None:
    box = moving.time().bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    moving.page.mouse.move(box["x"] + box["width"] - 9, y)
    moving.page.mouse.down()
    before = moving.sent
    for part in range(40):
        moving.page.mouse.move(box["x"] + box["width"] * (0.95 - 0.02 * part), y)
    assert moving.sent == before
    moving.page.mouse.up()
    expect(moving.page.get_by_text(re.compile(r"position: Position\(frame=\d+,"))).to_be_visible()


def test_playing_sends_nothing_and_shows_its_rate(moving: Visit) -> None:
    moving.time().focus()
    moving.page.keyboard.press("Home")
    settled(moving.page)
    before = moving.sent
    moving.player.get_by_role("button", name="Play").click()
    times = moving.page.evaluate(FRAMES)
    assert moving.sent == before
    print(f"\nplaying: {1000 * (len(times) - 1) / (times[-1] - times[0]):.1f} frames a second")


def test_slider_reports_on_release_only(moving: Visit) -> None:
    hero = moving.player.get_by_role("slider", name="Task correlation")
    box = hero.bounding_box()
    assert box
    y = box["y"] + 13
    moving.page.mouse.move(box["x"] + 11 + (box["width"] - 22) * 0.65, y)
    moving.page.mouse.down()
    before = moving.sent
    moving.page.mouse.move(box["x"] + box["width"] + 20, y, steps=12)
    expect(moving.player.locator(".hero-value")).to_have_text("1.00")
    expect(moving.player.locator(".angle")).to_have_text("0°")
    assert moving.sent == before
    moving.page.mouse.up()
    expect(moving.page.get_by_text("hero: 1.0")).to_be_visible()


def test_nearest_recorded_value_is_named(still: Visit) -> None:
    expect(still.player.get_by_text("Nearest recorded: 0.286")).to_be_visible()


def test_click_reports_the_expert(still: Visit) -> None:
    still.player.locator("[data-element='expert:2']").click()
    expect(still.page.get_by_text(re.compile(r"click: Click\(panel='net', element='expert:2'"))).to_be_visible()
    expect(still.page.get_by_text(re.compile(r"selected='expert:2'"))).to_be_visible()


def test_click_and_keys_on_a_matrix(still: Visit) -> None:
    still.page.get_by_role("radio", name="matrices").click()
    settled(still.page)
    cells = still.player.get_by_role("img", name=re.compile("Hidden state"))
    cells.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "Enter"):
        still.page.keyboard.press(key)
    expect(
        still.page.get_by_text(re.compile(r"click: Click\(panel='cells', element=None, row=2, column=1"))
    ).to_be_visible()


def test_place_survives_a_rerun_and_numbers_are_not_resent(still: Visit) -> None:
    received: list[int] = []
    still.page.on("websocket", lambda ws: ws.on("framereceived", lambda data: received.append(len(data))))
    still.page.reload()
    still.player.locator(".board").first.wait_for()
    settled(still.page)
    still.page.keyboard.press("2")
    settled(still.page)
    received.clear()
    still.page.get_by_role("spinbutton", name="Seed").fill("7")
    still.page.keyboard.press("Enter")
    settled(still.page)
    expect(still.player.get_by_role("button", name="OMoE", exact=True)).to_have_attribute("aria-pressed", "true")
    assert sum(received) < 20_000, received


@pytest.mark.parametrize("button", ["Another place", "Another place, slowly"])
def test_a_player_that_is_put_elsewhere_keeps_the_place(still: Visit, button: str) -> None:
    """As Streamlit does where one run of the script overtakes another."""
    still.page.keyboard.press("1")
    still.time().focus()
    still.page.keyboard.press("ArrowLeft")
    still.page.get_by_role("button", name=button, exact=True).click()  # before it has come to rest
    settled(still.page)
    bottom = still.player.get_by_role("button", name="Shared-Bottom", exact=True)
    expect(bottom).to_have_attribute("aria-pressed", "true")
    assert float(still.time().input_value()) == float(still.time().get_attribute("max") or 0) - 1
    expect(still.page.get_by_text(re.compile("position: .*rung='shared_bottom'"))).to_be_visible()


def test_seek_moves_the_viewer(still: Visit) -> None:
    still.page.keyboard.press("1")
    still.page.get_by_role("button", name="Jump to frame 10").click()
    settled(still.page)
    expect(still.player.get_by_role("button", name="OMoE", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(still.player.locator(".hero-value")).to_have_text("1.00")
    expect(still.player.locator("[data-element='expert:1']")).to_have_attribute("aria-pressed", "true")
    assert float(still.time().input_value()) == 10


# ---- calm, gaps, accessibility


def test_reduced_motion_does_not_autoplay(still: Visit) -> None:
    expect(still.player.locator(".step")).to_have_text("step 1,500 of 1,500")
    expect(still.player.get_by_role("button", name="Play")).to_be_visible()


def test_autoplay_runs_once_and_stops_at_the_end(browser: Browser, demo: str) -> None:
    visit = Visit(browser, demo, "no-preference")
    expect(visit.player.get_by_role("button", name="Pause")).to_be_visible()
    expect(visit.player.get_by_role("button", name="Play")).to_be_visible()
    expect(visit.player.locator(".step")).to_have_text("step 1,500 of 1,500")
    visit.context.close()
    assert not visit.problems


def test_missing_numbers_leave_a_gap(still: Visit) -> None:
    paths = still.player.locator(".curve.run").evaluate_all("all => all.map(p => p.getAttribute('d'))")
    assert len(paths) == 24
    assert not any("NaN" in path or "Infinity" in path for path in paths)
    assert sum(path.count("M") > 1 for path in paths) == 1  # run 3: missing in the middle; run 5 ends early


def test_morph_keeps_what_both_networks_have(moving: Visit) -> None:
    moving.player.locator("[data-element='tower:0']").evaluate("node => { node.marked = true; }")
    moving.page.keyboard.press("1")
    expect(moving.player.locator("[data-element='expert:0']")).to_have_count(0)
    moving.page.keyboard.press("3")
    expect(moving.player.locator("[data-element='expert:0']")).to_have_count(1)
    assert moving.player.locator("[data-element='tower:0']").evaluate("node => node.marked")


@pytest.mark.parametrize("kind", ["SVG", "PNG"])
def test_saves_a_picture(still: Visit, kind: str) -> None:
    with still.page.expect_download() as download:
        still.player.get_by_role("button", name=f"Save picture as {kind}").click()
    saved = Path(download.value.path()).read_bytes()
    assert download.value.suggested_filename == f"gatescope.{kind.lower()}"
    assert saved.startswith(b"<svg" if kind == "SVG" else b"\x89PNG")


@pytest.mark.parametrize("stage", ["network", "matrices"])
def test_accessible(still: Visit, stage: str) -> None:
    still.page.get_by_role("radio", name=stage).click()
    settled(still.page)
    found = Axe().run(
        still.page, context=".stBidiComponent", options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
    )
    wrong = [
        (v["id"], node["target"], node["failureSummary"]) for v in found.response["violations"] for node in v["nodes"]
    ]
    assert not wrong, wrong  # its own generate_report() fails inside a shadow root


# ---- what a browser may send

STAGE = Stage(
    "t", (0, 10, 20), "step", (Rung("a", "A", ""), Rung("b", "B", "")),
    (Heat("h", "H", "m", 0, 1, ("r",) * 4, ("c",) * 5),), {"m": np.zeros((2, 3, 4, 5), np.float32)},
    Sweep("s", "S", "s", -1, 1, 0.1, (-1.0, 1.0), ""), 0.0, "recorded", "recorded", dict.fromkeys(WORDS, ""),
)  # fmt: skip
HERE = Position(1, 0.5, "a", None)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (None, HERE),
        ([], HERE),
        ("frame", HERE),
        ({}, HERE),
        ({"frame": 99, "hero": 7, "rung": "b", "selected": "<script>"}, Position(2, 1.0, "b", None)),
        ({"frame": -5, "hero": -1e308, "rung": "nope"}, Position(0, -1.0, "a", None)),
        ({"frame": float("nan"), "hero": float("inf"), "rung": 3}, HERE),
        ({"frame": True, "hero": False, "rung": None, "selected": ["x"]}, HERE),
        ({"frame": 10**400, "hero": "1", "rung": ["b"]}, HERE),
        ({"frame": 1.6, "hero": 0}, Position(2, 0.0, "a", None)),
    ],
)
def test_hostile_positions_are_clamped(raw: Any, expected: Position) -> None:
    assert position_from(raw, STAGE, HERE) == expected


def test_hostile_clicks_are_clamped() -> None:
    assert click_from({"panel": "other"}, STAGE, HERE) is None
    assert click_from({"panel": ["h"]}, STAGE, HERE) is None
    assert click_from(7, STAGE, HERE) is None
    click = click_from({"panel": "h", "element": {}, "row": 1e9, "column": -3, "frame": "2"}, STAGE, HERE)
    assert click is not None
    assert (click.element, click.row, click.column, click.frame) == (None, 3, 0, 1)
    assert hero_from("0.3", STAGE) is None
    assert hero_from(0.3, replace(STAGE, sweep=None)) is None


def test_pack_aligns_and_round_trips() -> None:
    arrays: dict[str, Array] = {
        "m": np.arange(120, dtype=np.float32).reshape(2, 3, 4, 5),
        "b": np.arange(6, dtype=np.uint8).reshape(2, 3),
    }
    arrays |= {"fixed": np.arange(5, dtype=np.float32).reshape(1, 1, 5)}
    packed, found = pack(replace(STAGE, arrays=arrays), start=HERE, seek=0), {}
    for data in packed:
        length = int.from_bytes(data[:4], "little")
        header = json.loads(data[4 : 4 + length])
        assert length % 4 == 0
        for name, entry in header["arrays"].items():
            assert entry["offset"] % 4 == 0
            body = data[4 + length + entry["offset"] :][: arrays[name].nbytes]
            found[name] = np.frombuffer(body, arrays[name].dtype).reshape(entry["shape"])
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)


def test_another_frame_leaves_the_still_part_as_it_was_byte_for_byte() -> None:
    """Streamlit sends a part again when its bytes change: the drawing, the words and what does not depend on time must not."""
    arrays: dict[str, Array] = {
        "m": np.zeros((2, 3, 4, 5), np.float32),
        "fixed": np.ones((1, 1, 500), np.float32),
    }
    running = replace(STAGE, origin="live", live=True)
    one = pack(replace(running, arrays=arrays, steps=(0, 1, 2)), start=HERE, seek=0)
    grown = arrays | {"m": np.zeros((2, 4, 4, 5), np.float32)}
    next_ = pack(replace(running, arrays=grown, steps=(0, 1, 2, 5)), start=HERE, seek=0)
    assert next_.still == one.still and next_.moving != one.moving
    assert len(one.moving) < len(one.still)
    assert (
        pack(replace(STAGE, arrays=arrays, words=STAGE.words | {"play": "Go"}), start=HERE, seek=0).still != one.still
    )


def test_pack_names_what_a_page_got_wrong() -> None:
    with pytest.raises(ValueError, match="does not carry: m"):
        pack(replace(STAGE, arrays={}), start=HERE, seek=0)
    with pytest.raises(ValueError, match="shape"):
        pack(replace(STAGE, arrays={"m": np.zeros((3, 3, 4, 5), np.float32)}), start=HERE, seek=0)
    with pytest.raises(ValueError, match="lacks words"):
        pack(replace(STAGE, words={}), start=HERE, seek=0)
