"""What goes over the line while something trains: the code once, the drawing once, the series with each frame, and nothing
where nothing is new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, WebSocket, expect

from tests.browser.conftest import serving
from tests.browser.test_cut import opened

CODE = b"function makePlayer"
SERIES = 256_000
"""Bytes that a frame may bring."""


@dataclass
class Line:
    """What one tab sends and hears."""

    sent: list[int] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("websocket", self._opened)

    def _opened(self, socket: WebSocket) -> None:
        self.socket = socket
        socket.on("framesent", lambda data: self.sent.append(len(data)))
        socket.on("framereceived", lambda data: self.heard.append(data if isinstance(data, bytes) else data.encode()))

    def until_sent(self, polls: int) -> None:
        """Wait until so many more have gone out."""
        for _ in range(polls):
            self.socket.wait_for_event("framesent")

    def forget(self) -> None:
        self.sent.clear()
        self.heard.clear()


@pytest.fixture(scope="module")
def one_worker() -> Iterator[str]:
    with serving(GATESCOPE_WORKERS="1") as address:
        yield address


def test_frames_bring_the_series_alone_and_polls_with_nothing_new_nothing(browser: Browser, one_worker: str) -> None:
    training, waiting = browser.new_page(), browser.new_page()
    trains, waits = Line(), Line()
    trains.watch(training)
    waits.watch(waiting)
    for page, name in ((training, "multitask?multitask_steps=5000"), (waiting, "recurrent")):
        opened(page, one_worker, name)
    assert not any(CODE in data for line in (trains, waits) for data in line.heard)  # it is a file of the page
    training.locator(".st-key-train button").click()
    expect(training.locator(".st-key-on_stage")).to_contain_text("Your run")
    waiting.locator(".st-key-train button").click()
    expect(waiting.locator(".st-key-run_bar")).to_contain_text("place 1 in the queue")
    waits.until_sent(4)  # what its place in the queue has changed on the page comes before the answer to these
    trains.forget()
    waits.forget()
    waits.until_sent(20)
    assert max(map(len, waits.heard)) < 2_000
    assert sum(map(len, waits.heard)) / len(waits.sent) < 3_000  # that a run began and ended, and no picture
    trains.until_sent(20)
    assert max(map(len, trains.heard)) < SERIES
    stage = [data for data in trains.heard if b"gatescope.player" in data and len(data) > 2_000]
    assert stage and not any(b"expert:7" in data for data in stage)  # the network's drawing came before
    for page in (training, waiting):
        page.locator(".st-key-stop button").click()
        page.close()
