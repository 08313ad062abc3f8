"""A table taken away runs nothing in a spreadsheet, and its numbers are numbers."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from pages.ui.pieces.downloads import csv


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_text_that_begins_a_formula_is_kept_as_text(start: str) -> None:
    cell = f'{start}HYPERLINK("http://127.0.0.1:9","x")'
    table = pd.DataFrame({cell: [cell, "plain", None], "kind": pd.Categorical([cell, "b", cell])})
    read = pd.read_csv(io.BytesIO(csv(table)), encoding="utf-8-sig", lineterminator="\n")
    assert list(read.columns) == [f"'{cell}", "kind"]
    assert list(read.iloc[:2, 0]) == [f"'{cell}", "plain"] and pd.isna(read.iloc[2, 0])
    assert list(read["kind"]) == [f"'{cell}", "b", f"'{cell}"]


def test_numbers_stay_numbers_and_everything_else_stays() -> None:
    table = pd.DataFrame({
        "loss": [-0.5, np.nan], "rank": pd.array([-3, None], dtype="Int64"), "held": [True, False],
        "mixed": pd.Series([-1.5, "a=b"], dtype=object), "video": ["汽车 -1", "a, \"b\""], "day": pd.to_datetime(["2026-01-02", "2026-01-03"]),
    })  # fmt: skip
    assert csv(table) == table.to_csv(index=False).encode("utf-8-sig")
    assert csv(pd.DataFrame()) == pd.DataFrame().to_csv(index=False).encode("utf-8-sig")
    twice = pd.DataFrame([["=1", -1], ["b", 2]], columns=["=a", "=a"])
    assert csv(twice).decode("utf-8-sig").split() == ["'=a,'=a", "'=1,-1", "b,2"]
