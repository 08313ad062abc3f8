"""What every playground's page keeps to in a real browser: cold links, accessibility, a report that opens alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import serving, settled, watch


def train(page: Page) -> None:
    """Press Train."""
    page.locator(".st-key-train").get_by_role("button").click()


def opens_cold(browser: Browser, room: str, heading: str, first: str) -> None:
    """The first visit to a fresh server is a link to this page: it opens, up to the part `first`, and nothing else does."""
    with serving(GATESCOPE_WORKERS="0") as address:  # nothing is trained
        page = browser.new_page()
        problems = watch(page)
        page.goto(f"{address}/{room}")
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        page.locator(first).first.wait_for()
        settled(page)
        expect(page.get_by_text("Page not found")).to_have_count(0)
        expect(page.get_by_role("link", name="Home")).to_be_visible()
        assert not problems, problems
        page.close()


def is_accessible(page: Page, but: str = "") -> None:
    """No violation of WCAG 2.1 A and AA, outside what Streamlit draws itself; `but` leaves out another part."""
    found = Axe().run(
        page,
        context={
            "exclude": [["[data-testid='stVegaLiteChart']"], ["[data-testid='stDataFrame']"], *([[but]] if but else [])]
        },
        options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    )
    assert found.violations_count == 0, found.generate_report()


def fits(page: Page, *parts: str) -> None:
    """Each of these is there, and lies within the window without scrolling."""
    size = page.viewport_size
    assert size is not None
    for part in parts:
        box = page.locator(part).first.bounding_box()
        assert box is not None and box["width"] > 0 and box["height"] > 0, part
        assert box["x"] >= 0 and box["x"] + box["width"] <= size["width"], (part, box)
        assert box["y"] >= 0 and box["y"] + box["height"] <= size["height"], (part, box)


ABOVE_THE_FOLD = (
    ".st-key-question h1",
    ".st-key-question p",
    ".player .head",
    ".player .body",
    ".player .transport",
    ".st-key-run_bar",
)
"""What every state of a page shows at 1280 × 800 without scrolling: question, sentence, stage, transport and run bar."""


def apart(page: Page, parts: str) -> None:
    """None of what a selector finds and shows lies over another of it."""
    boxes = [box for one in page.locator(parts).all() if one.is_visible() and (box := one.bounding_box())]
    assert len(boxes) > 1, parts
    for n, a in enumerate(boxes):
        for b in boxes[n + 1 :]:
            across = min(a["x"] + a["width"], b["x"] + b["width"]) - max(a["x"], b["x"])
            down = min(a["y"] + a["height"], b["y"] + b["height"]) - max(a["y"], b["y"])
            assert across <= 1 or down <= 1, (parts, a, b)


@contextmanager
def report_alone(page: Page, browser: Browser, folder: Path) -> Iterator[Page]:
    """The report of what is on stage, opened from its file: it asks for nothing and says nothing on the console."""
    with page.expect_download() as download:
        page.locator(".st-key-download_report").get_by_role("button").click()
    path = folder / "report.html"
    path.write_bytes(Path(download.value.path()).read_bytes())
    alone = browser.new_page()
    problems = watch(alone)
    asked: list[str] = []
    alone.on("request", lambda request: asked.append(request.url))
    alone.goto(path.as_uri())
    yield alone
    assert [url for url in asked if not url.startswith("file:")] == [] and not problems
    alone.close()
