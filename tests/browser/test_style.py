"""What our CSS names of Streamlit is there: a name that it has given up, or that is of another kind, would style nothing."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.checks import train
from tests.browser.conftest import ROOT, settled

NAMED = re.compile(r"(\.st[A-Z]\w+)|(\[data-testid=[\"']?st\w+[\"']?\])")
SMALL = "multitask_steps=60&multitask_frames=8&multitask_runs=2&multitask_test_rows=200"
STATES = ("", "multitask?multitask_point=1", "recommender?presenter=true", f"multitask?{SMALL}")
"""Home, a point of a story, before a room, and, after Train, a run."""


def named() -> set[str]:
    """Every class and test id of Streamlit's that a style sheet of ours has."""
    sheets = [*(ROOT / "pages").rglob("*.py"), *(ROOT / "assets").rglob("*.css")]
    return {found[0] for sheet in sheets for found in NAMED.finditer(sheet.read_text("utf-8"))}


def test_every_class_and_test_id_in_our_css_is_somewhere_on_screen(page: Page, server: str) -> None:
    missing = named()
    assert len(missing) > 15
    for state in STATES:
        page.goto(f"{server}/{state}")
        page.locator(".player, .st-key-cards").first.wait_for()
        settled(page)
        if SMALL in state:
            train(page)
            expect(page.locator(".st-key-run_bar")).to_contain_text("Finished")
        missing = {one for one in missing if page.locator(one).count() == 0}
    assert not missing
