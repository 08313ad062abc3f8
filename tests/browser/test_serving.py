"""The Serving look in a real Chromium, beside a model server that was started from the shipped bundle."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from pages.recommender.looks.served import URL
from pages.recommender.where import PLACE
from tests.browser.conftest import serving, settled, watch
from tests.serving.running import Running, running

pytestmark = pytest.mark.slow
OPEN = f"recommender?{PLACE.open_key('serving')}=true"


@pytest.fixture(scope="module")
def funnel() -> Iterator[Running]:
    with running() as one:
        yield one


@pytest.fixture(scope="module")
def client(funnel: Running) -> Iterator[str]:
    """The app as a client of that server."""
    with serving(GATESCOPE_WORKERS="0", **{URL: funnel.url}) as address:
        yield address


def open_look(page: Page, address: str) -> None:
    page.goto(f"{address}/{OPEN}")
    page.get_by_text("Behind a model server").wait_for()
    settled(page)


def lines(page: Page, column: str) -> list[list[str]]:
    """The cells of the table that has such a column, row by row: what its canvas tells those who do not see it."""
    table = page.locator("[data-testid=stDataFrame]").filter(has_text=column).first
    table.scroll_into_view_if_needed()
    rows = table.locator("canvas tr")
    expect(rows).not_to_have_count(0)
    return [row.locator("th, td").all_text_contents() for row in rows.all()[1:]]


def test_without_a_server_it_says_how_to_start_one(page: Page, server: str) -> None:
    """And nothing to ask it with."""
    assert URL not in os.environ
    open_look(page, server)
    told = page.locator("[data-testid=stCode]").filter(has_text="make serve")
    expect(told).to_contain_text(f"{URL}=http://127.0.0.1:8080 make run")
    expect(page.get_by_role("button", name="Ask the server")).to_have_count(0)


def test_what_is_sent_what_comes_and_what_a_watch_changes(page: Page, client: str, funnel: Running) -> None:
    """Request and answer, the same from a shell, three runtimes with the same odds, times of each stage, a load that ends, and
    a list that is another after a watch."""
    problems = watch(page)
    open_look(page, client)
    page.get_by_role("button", name="Ask the server").click()
    page.get_by_text("Odds e^z of all three").wait_for()
    settled(page)
    told = page.get_by_text("Odds e^z of all three").inner_text()
    found = re.search(r"recalled (\d+) of the (\d+) .* from torch is (\S+); .* shows is the same", told)
    assert found is not None and found[1] == found[2] and float(found[3]) <= 2e-6, told
    _request_and_answer(page)
    _stages(page)
    odds = [[one for one in row if re.fullmatch(r"\d+\.\d{6}", one)] for row in lines(page, "ONNX Runtime")]
    assert len(odds) == 6 and all(len(row) == 3 for row in odds), odds
    assert all(max(row) == min(row) or abs(float(row[0]) / float(row[2]) - 1) < 1e-5 for row in odds), odds
    _load(page)
    _watched(page)
    assert not problems, problems


def _request_and_answer(page: Page) -> None:
    page.get_by_text("Request and answer, as they were sent").click()
    codes = page.locator("[data-testid=stExpander] [data-testid=stCode]")
    expect(codes).to_have_count(3)
    sent, came = (json.loads(codes.nth(n).inner_text()) for n in (0, 1))
    assert {"watched", "now"} <= {one["name"] for one in sent["inputs"]}
    curl = codes.nth(2).locator("code").inner_text()  # what its button copies; that one comes and goes with the pointer
    done = subprocess.run(["bash", "-c", curl], capture_output=True, text=True, timeout=300)
    assert json.loads(done.stdout)["outputs"][0] == came["outputs"][0]


def _stages(page: Page) -> None:
    rows = lines(page, "p99 (ms)")
    assert len(rows) == 6
    for row in rows:
        half, most = (float(one) for one in row if re.fullmatch(r"-?\d+\.\d\d", one))
        assert half <= most


def _load(page: Page) -> None:
    page.get_by_role("button", name="Load it for 10 seconds").click()
    said = page.locator("p").filter(has_text="recommendations a second")
    said.wait_for()
    found = re.search(r"([\d,]+) in (\d+\.\d) s, 0 lost; p50 (\S+) ms, p99 (\S+) ms", said.inner_text())
    assert found is not None and int(found[1].replace(",", "")) > 10, said.inner_text()
    assert 10 <= float(found[2]) < 60 and float(found[3]) <= float(found[4])


def _watched(page: Page) -> None:
    box = page.get_by_role("combobox", name="Watch this now")
    box.click()
    page.get_by_role("option").nth(1).click()
    page.get_by_text("u moved by").wait_for()
    settled(page)
    told = re.search(
        r"and (\d+) of the (\d+) shown are others", page.locator("p").filter(has_text="u moved by").inner_text()
    )
    assert told is not None and 0 < int(told[1]) < int(told[2]), told
    assert any(before != after for before, after, *_ in lines(page, "before"))  # of the rows in view
