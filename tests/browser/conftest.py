"""A server and a browser for the tests of this folder."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.chromium import chromium
from tests.browser.lending import Lending

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 240_000
"""Milliseconds for what must come, on however busy a machine."""
BENIGN = re.compile(r"/_stcore/(health|host-config)")
"""Streamlit's front end asks for these under the page's path first, and at the root when that is a 404."""
TIMERS = """(() => {
  const due = new Set(), { setTimeout: set, clearTimeout: clear } = window;
  window.setTimeout = (what, ms = 0, ...more) => {
    const id = set((...given) => { due.delete(id); what(...given); }, ms, ...more);
    if (ms <= 300) due.add(id);
    return id;
  };
  window.clearTimeout = id => { due.delete(id); clear(id); };
  window.somethingIsDue = () => due.size > 0;
})()"""
"""Remembers what a page has put off for a moment, as a widget that waits for the next key, or the player for rest."""
SETTLED = """() => {
  const app = document.querySelector("[data-testid='stApp']")?.dataset;
  const still = app?.testConnectionState === "CONNECTED" && app.testScriptState === "notRunning"
    && !document.querySelector("[data-testid='stSkeleton']") && !window.somethingIsDue();
  window.stillFor = still ? (window.stillFor ?? 0) + 1 : 0;
  return window.stillFor > 3;
}"""
"""Asked once a frame: an event of one may ask for the next, so it must hold for some."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    return {
        **browser_type_launch_args,
        "executable_path": chromium(),
        "args": [
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--hide-scrollbars",
            "--disable-sync",
            "--font-render-hinting=none",
            "--force-color-profile=srgb",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
            "--process-per-site",  # see lending.py
        ],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    return {
        **browser_context_args,
        "viewport": {"width": 1280, "height": 800},
        "locale": "en-US",
        "timezone_id": "UTC",
        "reduced_motion": "reduce",
    }


@pytest.fixture(scope="session")
def browser(browser: Browser) -> Browser:
    """Its contexts are lent; every page in them remembers its timers (see `settled`), and is waited for with patience."""
    expect.set_options(timeout=PATIENCE)

    def prepare(context: BrowserContext) -> None:
        context.set_default_timeout(PATIENCE)
        context.add_init_script(TIMERS)

    lending = Lending(browser, prepare)
    for name in ("new_context", "new_page"):
        setattr(browser, name, getattr(lending, name))
    return browser


@contextmanager
def serving(script: str = "app.py", **environment: str) -> Iterator[str]:
    """A Streamlit server on a free port: yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            script,
            "--server.port",
            str(port),
            "--server.address",
            "127.0.0.1",
            "--server.headless",
            "true",
            "--browser.gatherUsageStats",
            "false",
            "--server.fileWatcherType",
            "none",
        ],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + PATIENCE / 1000
        while not _healthy(address):
            assert process.poll() is None and time.monotonic() < deadline, "the server did not start"
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def _healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer:
            return bool(answer.read() == b"ok")
    except OSError:
        return False


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """One server for the session."""
    with serving() as address:
        yield address


@pytest.fixture(scope="session")
def player_server() -> Iterator[str]:
    """The player's demo, likewise."""
    with serving("tests/browser/player_app.py") as address:
        yield address


def settled(page: Page) -> None:
    """Wait until nothing is put off, the script has run and nothing is a placeholder."""
    page.evaluate("() => { window.stillFor = 0; }")
    page.wait_for_function(SETTLED)


def watch(page: Page) -> list[str]:
    """Everything a clean console must not hold; filled as the page goes on."""
    problems: list[str] = []
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" and "404" not in m.text else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "response",
        lambda r: problems.append(f"{r.status} {r.url}") if r.status >= 400 and not BENIGN.search(r.url) else None,
    )
    return problems


@pytest.fixture
def visit(page: Page, server: str) -> Iterator[Page]:
    """The multitask page, settled; at the end the console must be clean and no error shown."""
    problems = watch(page)
    page.goto(f"{server}/multitask")
    page.get_by_test_id("stAppViewContainer").wait_for(state="attached")
    page.locator(".st-key-run_bar").wait_for()
    page.locator(".player").wait_for()  # the keys are its own
    settled(page)
    yield page
    assert not problems, problems
    expect(page.get_by_test_id("stException")).to_have_count(0)
