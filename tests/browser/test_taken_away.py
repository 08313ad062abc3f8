"""What a viewer takes away or puts on a wall: the saved pictures, the report, presenter mode."""

from __future__ import annotations

import io
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import settled, watch
from tests.browser.test_multitask import SMALL, open_page, train

SVG = "{http://www.w3.org/2000/svg}"


def saved(page: Page, button: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return Path(download.value.path()).read_bytes()


def texts(drawing: ElementTree.Element) -> list[str]:
    return ["".join(part.itertext()) for part in drawing.iter(f"{SVG}text")]


def test_the_saved_svg_holds_the_gate_weights_on_screen(page: Page, server: str) -> None:
    open_page(page, server, "multitask_part=gate:0")
    numbers = page.locator(".player .edge-numbers text:not([display=none])")
    expect(numbers).to_have_count(8)
    shown = numbers.all_text_contents()
    assert all(re.fullmatch(r"0?\.\d\d", number) for number in shown)
    drawing = ElementTree.fromstring(saved(page, "Save picture as SVG"))
    written = texts(drawing)
    assert [text for text in written if text in shown] == shown
    assert "MMoE" in written and any("p = 0.00" in text for text in written)
    # Every panel stands inside the picture, beside or below the last and not on it.
    panels = drawing.findall(f"{SVG}svg")
    places = [[float(panel.attrib[side]) for side in ("x", "y", "width", "height")] for panel in panels]
    assert len(places) == 3
    for x, y, width, height in places:
        assert x + width <= float(drawing.attrib["width"]) and y + height <= float(drawing.attrib["height"])
    (_, _, width, _), (x, y, _, height), (_, below, _, _) = places
    assert x >= width and below >= y + height


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_saved_png_is_twice_the_drawing_and_not_blank(browser: Browser, server: str, scheme: str) -> None:
    page = browser.new_page(color_scheme=scheme, viewport={"width": 1280, "height": 800})  # type: ignore[arg-type]
    open_page(page, server)
    drawing = ElementTree.fromstring(saved(page, "Save picture as SVG"))
    image = Image.open(io.BytesIO(saved(page, "Save picture as PNG"))).convert("RGB")
    assert image.size == (2 * int(drawing.attrib["width"]), 2 * int(drawing.attrib["height"]))
    paper = image.getpixel((2, 2))
    assert paper == ((255, 255, 255) if scheme == "light" else (17, 22, 28))
    colours = image.getcolors(maxcolors=1 << 24)
    assert colours is not None and len(colours) > 200
    assert max(count for count, colour in colours if colour == paper) < 0.97 * image.width * image.height
    page.close()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_opens_alone_and_holds_the_run(browser: Browser, server: str, tmp_path: Path, language: str) -> None:
    page = browser.new_page()
    open_page(page, server, f"{SMALL}&lang={language}")
    train(page)
    on_stage = page.locator(".st-key-on_stage")
    expect(on_stage).to_contain_text(re.compile("finished|已完成"))
    digest = re.search(r"[0-9a-f]{16}", on_stage.inner_text())
    losses = re.findall(r"\d\.\d{3}", page.locator(".st-key-question").inner_text())
    settled(page)
    with page.expect_download() as download:
        page.locator(".st-key-download_report").get_by_role("button").click()
    kept = tmp_path / "report.html"
    download.value.save_as(kept)
    address = page.url
    page.close()

    page = browser.new_page()
    problems, asked = watch(page), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(kept.as_uri())
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    assert asked == [kept.as_uri()] and not problems, (asked, problems)
    expect(page.locator(".js-plotly-plot")).to_have_count(3)
    assert page.locator(".scatterlayer .js-line").count() == 4
    words = page.locator("body").inner_text()
    assert digest and digest[0] in words
    assert len(losses) >= 2 and all(loss in words for loss in losses)
    link = page.get_by_role("link").get_attribute("href") or ""
    assert link.startswith(address.split("?")[0]) and "multitask_steps=60" in link and f"lang={language}" in link
    for raw in ("('", "shared_bottom", "{"):
        assert raw not in words
    page.close()


def test_presenter_folds_the_sidebar_and_enlarges_everything(visit: Page) -> None:
    parts = {
        "question": visit.get_by_role("heading", name="My tasks agree"),
        "rung": visit.locator(".player .rung").first,
        "train": visit.locator(".st-key-train button"),
    }

    def letters() -> dict[str, float]:
        """Their size in pixels, as drawn: the player enlarges its own as a whole."""
        size = "at => at.getBoundingClientRect().height / at.offsetHeight * parseFloat(getComputedStyle(at).fontSize)"
        return {name: float(part.evaluate(size)) for name, part in parts.items()}

    before = letters()
    visit.get_by_text("Presenter", exact=True).click()
    expect(visit.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true")
    settled(visit)
    after = letters()
    assert before.keys() == after.keys() == parts.keys()
    assert all(after[name] > 1.1 * before[name] for name in parts), (before, after)
    question, bar = parts["question"].bounding_box(), visit.locator(".st-key-run_bar").bounding_box()
    header = visit.get_by_test_id("stHeader").bounding_box()
    assert question and bar and header
    assert question["x"] < 100, "the folded sidebar leaves no gap"
    assert question["y"] >= header["y"] + header["height"] - 1, "the question is not under the header"
    assert bar["y"] + bar["height"] <= 800
    visit.get_by_test_id("stExpandSidebarButton").click()
    visit.get_by_text("Presenter", exact=True).click()
    settled(visit)
    assert letters() == before


@pytest.mark.parametrize("query", ["", "lang=zh", "lang=zh&multitask_rung=single_task", SMALL])
def test_question_stage_and_run_bar_fit_a_laptop(page: Page, server: str, query: str) -> None:
    open_page(page, server, query)
    bar = page.locator(".st-key-run_bar").bounding_box()
    assert bar and bar["y"] + bar["height"] <= 800
    # Nothing in the player's head lies on something else.
    boxes = page.locator(".player").locator(".rung, .hero-label, .hero-slide, .hero-value, .readout").all()
    found = [box for box in (part.bounding_box() for part in boxes) if box]
    for i, a in enumerate(found):
        for b in found[i + 1 :]:
            apart = a["x"] + a["width"] <= b["x"] + 1 or b["x"] + b["width"] <= a["x"] + 1
            assert apart or a["y"] + a["height"] <= b["y"] + 1 or b["y"] + b["height"] <= a["y"] + 1, (a, b)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_model_leaves_through_its_buttons_on_a_phone(browser: Browser, server: str, language: str) -> None:
    """Pressed in a browser 390 pixels wide, where the row of buttons wraps: files that are read back without the page."""
    from engine.taken.onnx import Session
    from engine.taken.weights import load

    page = browser.new_page(viewport={"width": 390, "height": 844})
    open_page(page, server, f"multitask_rung=omoe&lang={language}")
    row = page.locator(".st-key-exports")
    expect(row.get_by_role("button")).to_have_count(6)
    found = {}
    for key in ("weights", "onnx", "code"):
        with page.expect_download(timeout=120_000) as download:
            page.locator(f".st-key-download_{key}").get_by_role("button").click()
        assert "-omoe-" in download.value.suggested_filename.replace("_", "-")
        found[key] = Path(download.value.path()).read_bytes()
    back = load(found["weights"])
    assert back.origin.rung == "omoe" == Session(found["onnx"]).metadata["rung"]
    assert back.origin.recording in found["code"].decode()
    boxes = [one.bounding_box() for one in row.get_by_role("button").all()]
    assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes), boxes
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()
