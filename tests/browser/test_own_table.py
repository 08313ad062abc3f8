"""A viewer's table in Chromium: choose it, look, change a role, compare, stop midway, take the answer away."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settled
from tests.multitask.test_protocol import csv, table

SAID = {
    "en": {"group": "Group", "by_group": "30% of the groups in user", "so_far": "So far, 2 of 16 seeds", "no_feature": "is no feature here"},
    "zh": {"group": "组", "by_group": "user 中 30% 的组", "so_far": "目前完成 16 个种子中的 2 个", "no_feature": "在这里不作特征"},
}  # fmt: skip


@pytest.mark.parametrize("spoken", ["en", "zh"])
def test_a_table_from_the_box_to_an_answer_that_was_stopped(
    page: Page, server: str, tmp_path: Path, spoken: str
) -> None:
    said = SAID[spoken]
    own = tmp_path / "mine.csv"
    own.write_bytes(csv(table(4_000)))
    query = "multitask_open_own_data=true&multitask_table_runs=16&multitask_table_epochs=40"
    page.goto(f"{server}/multitask?lang={spoken}&{query}")
    page.locator(".st-key-run_bar").wait_for()
    settled(page)
    page.locator("input[type=file]").first.set_input_files(own)
    group = page.get_by_test_id("stSelectbox").filter(has_text=said["group"]).first
    expect(group.locator("input")).to_have_value("user")
    page.get_by_role("radio", name=said["by_group"]).or_(
        page.get_by_role("button", name=said["by_group"])
    ).first.click()
    expect(page.get_by_text(said["no_feature"])).to_be_visible()
    settled(page)
    page.locator(".st-key-multitask_compare button").click()
    expect(page.get_by_text(said["so_far"])).to_be_visible()
    page.locator(".st-key-stop button").click()
    buttons = page.locator(".st-key-table_exports button")
    expect(buttons).to_have_count(5)
    expect(page.get_by_text(said["so_far"])).to_be_visible()
    settled(page)
    with page.expect_download() as taken:
        page.locator(".st-key-download_table_predictions button").click()
    found = pd.read_csv(taken.value.path(), encoding="utf-8-sig")
    assert list(found.columns[:3]) == ["row", "click", "buy"] and "click: score" in found
    users = [set(table(4_000).user.iloc[found["row"] - 1]), set(table(4_000).user.drop(index=found["row"] - 1))]
    assert not users[0] & users[1], "the groups that were chosen"
    expect(page.get_by_test_id("stException")).to_have_count(0)
