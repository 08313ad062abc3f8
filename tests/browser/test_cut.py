"""The connection breaks for three seconds: the same run and the same file afterwards, on the page and on the server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import serving, settled
from tests.browser.proxy import Proxy, proxy

TOPICS = ("bread", "rivers", "planets", "chess", "violins", "glaciers", "harbours", "orchids", "castles", "comets")
CONNECTED = "[data-testid='stApp'][data-test-connection-state='CONNECTED']"
PATIENCE = 240_000
"""Milliseconds for what must come, on however busy a machine."""


@pytest.fixture(scope="module")
def one_worker() -> Iterator[str]:
    with serving(GATESCOPE_WORKERS="1") as address:
        yield address


@pytest.fixture
def through(one_worker: str) -> Iterator[Proxy]:
    with proxy(one_worker) as made:
        yield made


def pairs(path: Path) -> Path:
    """Forty queries, each with one document."""
    rows = [f"who knows about {t} {n}\tall there is to know of {t}, part {n}" for t in TOPICS for n in range(4)]
    path.write_text("query\tdocument\n" + "\n".join(rows) + "\n")
    return path


def table(path: Path) -> Path:
    rows = [f"{i % 2},{(i // 2) % 2},{i % 7},{i % 5}" for i in range(600)]
    path.write_text("click,like,x,y\n" + "\n".join(rows) + "\n")
    return path


def opened(page: Page, address: str, path: str) -> None:
    page.goto(f"{address}/{path}")
    page.locator(".st-key-run_bar").wait_for(timeout=PATIENCE)
    settled(page)


def cut_three_seconds(page: Page, line: Proxy) -> None:
    """The browser notices, and comes back by itself."""
    line.cut()
    expect(page.locator(CONNECTED)).to_have_count(0, timeout=PATIENCE)
    page.wait_for_timeout(3_000)
    line.mend()
    expect(page.locator(CONNECTED)).to_have_count(1, timeout=PATIENCE)
    settled(page)


def test_a_run_on_own_pairs_is_still_there_with_its_file(page: Page, through: Proxy, tmp_path: Path) -> None:
    opened(page, through.address, "matching?matching_open_own_pairs=true&matching_pairs_steps=100")
    page.locator("input[type=file]").set_input_files(pairs(tmp_path / "mine.tsv"))
    page.locator(".st-key-matching_train_pairs button").click(timeout=PATIENCE)
    expect(page.locator(".st-key-on_stage")).to_contain_text("Your run", timeout=PATIENCE)
    cut_three_seconds(page, through)
    expect(page.get_by_text("mine.tsv").first).to_be_visible()
    expect(page.locator(".st-key-run_bar")).to_contain_text("Finished", timeout=PATIENCE)
    expect(page.locator(".st-key-on_stage")).to_contain_text("Your run")
    cut_three_seconds(page, through)  # and once more: a finished run on an own file stays on stage
    page.keyboard.press("1")
    settled(page)
    expect(page.locator(".st-key-on_stage")).to_contain_text("Your run")
    expect(page.locator(".st-key-run_bar")).to_contain_text("Finished")
    expect(page.get_by_test_id("stException")).to_have_count(0)
    page.screenshot(path="/tmp/cut.png", full_page=True)
    page.locator(".st-key-matching_train_pairs button").click()  # the file is there for another run too
    expect(page.locator(".st-key-run_bar")).to_contain_text("Running", timeout=PATIENCE)
    page.locator(".st-key-stop button").click()
    expect(page.locator(".st-key-run_bar")).to_contain_text("Stopped", timeout=PATIENCE)


def test_a_comparison_that_waits_in_the_queue_still_has_its_table(
    page: Page, browser: Browser, one_worker: str, through: Proxy, tmp_path: Path
) -> None:
    other = browser.new_page()
    opened(other, one_worker, "multitask?multitask_steps=5000")
    other.locator(".st-key-train button").click()
    expect(other.locator(".st-key-run_bar")).to_contain_text("Running", timeout=PATIENCE)
    opened(
        page, through.address, "multitask?multitask_open_own_data=true&multitask_table_runs=2&multitask_table_epochs=1"
    )
    page.locator("input[type=file]").set_input_files(table(tmp_path / "mine.csv"))
    page.locator(".st-key-multitask_compare button").click(timeout=PATIENCE)
    expect(page.locator(".st-key-run_bar")).to_contain_text("place 1 in the queue", timeout=PATIENCE)
    cut_three_seconds(page, through)
    expect(page.locator(".st-key-run_bar")).to_contain_text("place 1 in the queue")
    other.locator(".st-key-stop button").click()
    expect(page.locator(".st-key-run_bar")).to_contain_text("Finished", timeout=PATIENCE)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    other.close()


def test_a_run_whose_connection_stays_away_ends_and_says_so(page: Page, through: Proxy) -> None:
    opened(page, through.address, "multitask?multitask_steps=5000")
    page.locator(".st-key-train button").click()
    expect(page.locator(".st-key-on_stage")).to_contain_text("Your run", timeout=PATIENCE)
    through.cut()
    page.wait_for_timeout(14_000)  # longer than the grace
    through.mend()
    expect(page.locator(".st-key-run_bar")).to_contain_text("connection was lost for more than 10 s", timeout=PATIENCE)
    expect(page.locator(".st-key-on_stage")).to_contain_text("Your run")  # with the frames that it had
