"""The connection breaks for some seconds: the same run and the same file afterwards, on the page and on the server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import serving, settled
from tests.browser.proxy import Proxy, proxy

TOPICS = ("bread", "rivers", "planets", "chess", "violins", "glaciers", "harbours", "orchids", "castles", "comets")
CONNECTED = "[data-testid='stApp'][data-test-connection-state='CONNECTED']"
IN_VAIN = 3
"""Tries to come back that are refused before the line is mended: the browser waits longer before each, seconds in all, and
the server looks every second who is there."""


@pytest.fixture(scope="module")
def one_worker() -> Iterator[str]:
    """A server that waits for whoever was cut off, for however long a busy browser takes to come back."""
    with serving(GATESCOPE_WORKERS="1", GATESCOPE_GRACE_SECONDS="600") as address:
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
    page.locator(".st-key-run_bar").wait_for()
    settled(page)


def cut_and_mend(page: Page, line: Proxy) -> None:
    """The browser notices, tries in vain, and comes back by itself. Not in the midst of a drawing: of one that is half on its
    way Streamlit may send the rest after the cut, and the browser takes what it has not heard of for gone."""
    settled(page)
    line.cut()
    expect(page.locator(CONNECTED)).to_have_count(0)
    line.refuse(IN_VAIN)
    line.mend()
    expect(page.locator(CONNECTED)).to_have_count(1)
    settled(page)


def test_a_run_on_own_pairs_is_still_there_with_its_file(page: Page, through: Proxy, tmp_path: Path) -> None:
    opened(page, through.address, "matching?matching_open_own_pairs=true&matching_pairs_steps=100")
    page.locator("input[type=file]").first.set_input_files(pairs(tmp_path / "mine.tsv"))
    page.locator(".st-key-matching_train_own button").click()
    expect(page.locator(".st-key-on_stage")).to_contain_text("Your run")
    cut_and_mend(page, through)
    expect(page.get_by_text("mine.tsv").first).to_be_visible()
    expect(page.locator(".st-key-run_bar")).to_contain_text("Finished")
    expect(page.locator(".st-key-on_stage")).to_contain_text("Your run")
    cut_and_mend(page, through)  # and once more: a finished run on an own file stays on stage
    page.keyboard.press("1")
    settled(page)
    expect(page.locator(".st-key-on_stage")).to_contain_text("Your run")
    expect(page.locator(".st-key-run_bar")).to_contain_text("Finished")
    expect(page.get_by_test_id("stException")).to_have_count(0)
    page.locator(".st-key-matching_train_own button").click()  # the file is there for another run too
    expect(page.locator(".st-key-run_bar")).to_contain_text("Running")
    expect(page.locator(".st-key-run_bar")).to_contain_text("Finished")


def test_a_comparison_that_waits_in_the_queue_still_has_its_table(
    page: Page, browser: Browser, one_worker: str, through: Proxy, tmp_path: Path
) -> None:
    other = browser.new_page()
    opened(other, one_worker, "multitask?multitask_steps=5000")
    other.locator(".st-key-train button").click()
    expect(other.locator(".st-key-run_bar")).to_contain_text("Running")
    opened(
        page, through.address, "multitask?multitask_open_own_data=true&multitask_table_runs=2&multitask_table_epochs=1"
    )
    page.locator("input[type=file]").set_input_files(table(tmp_path / "mine.csv"))
    page.locator(".st-key-multitask_compare button").click()
    expect(page.locator(".st-key-run_bar")).to_contain_text("place 1 in the queue")
    cut_and_mend(page, through)
    expect(page.locator(".st-key-run_bar")).to_contain_text("place 1 in the queue")
    other.locator(".st-key-stop button").click()
    expect(page.locator(".st-key-run_bar")).to_contain_text("Finished")
    expect(page.get_by_test_id("stException")).to_have_count(0)
    other.close()


def test_a_run_whose_connection_stays_away_ends_and_says_so(page: Page, browser: Browser) -> None:
    """That it has ended is seen by who waited for its worker."""
    with serving(GATESCOPE_WORKERS="1", GATESCOPE_GRACE_SECONDS="1") as address, proxy(address) as through:
        opened(page, through.address, "multitask?multitask_steps=5000")
        page.locator(".st-key-train button").click()
        expect(page.locator(".st-key-on_stage")).to_contain_text("Your run")
        other = browser.new_page()
        opened(other, address, "multitask?multitask_steps=5000")
        other.locator(".st-key-train button").click()
        expect(other.locator(".st-key-run_bar")).to_contain_text("place 1 in the queue")
        through.cut()
        expect(other.locator(".st-key-run_bar")).to_contain_text("Running")
        through.mend()
        expect(page.locator(".st-key-run_bar")).to_contain_text("connection was lost for more than 1 s")
        expect(page.locator(".st-key-on_stage")).to_contain_text("Your run")  # with the frames that it had
        other.close()
