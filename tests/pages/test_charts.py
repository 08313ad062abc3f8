"""A chart that was built once is drawn as it was the first time."""

from __future__ import annotations

import re

import altair as alt
import numpy as np
import pandas as pd
from streamlit.testing.v1 import AppTest

from engine.files import ROOT
from pages.ui.language import speaking
from pages.ui.pieces.charts import built_once, unit_bars


def page() -> None:
    import numpy as np

    from pages.ui.pieces.charts import show, unit_bars

    values = np.linspace(0.0, 1.0, 5)
    show(unit_bars(values, 2, "#0072B2"), key="first", alt="first")
    show(unit_bars(values, 2, "#0072B2"), key="again", alt="again")
    show(unit_bars(values, 3, "#0072B2"), key="other", alt="other")


def test_the_same_values_are_drawn_alike_and_with_their_data() -> None:
    app = AppTest.from_function(page).run()
    app.run()
    first, again, other = (one.proto for one in app.get("vega_lite_chart"))
    assert first.spec == again.spec and first.datasets == again.datasets
    assert len(first.datasets) == 1 and first.datasets[0].data.data
    assert other.datasets[0].data.data != first.datasets[0].data.data


def test_values_and_language_tell_charts_apart() -> None:
    calls: list[float] = []

    @built_once
    def build(values: np.ndarray, *, more: float = 0.0) -> alt.Chart:
        calls.append(more)
        return alt.Chart(pd.DataFrame({"x": values})).mark_point().encode(x="x:Q")

    with speaking("en"):
        one = build(np.ones(3))
        assert build(np.ones(3)) is one
        assert build(np.ones(3), more=1.0) is not one and build(np.zeros(3)) is not one
    with speaking("zh"):
        assert build(np.ones(3)) is not one
        assert unit_bars(np.ones(2), 0, "red").to_dict()["encoding"]["x"]["title"] == "单元"
    assert calls == [0.0, 1.0, 0.0, 0.0]


HEIGHT, LETTERS = re.compile(r"\bheight(?:: int)? ?= ?(\d+)"), re.compile(r"[fF]ontSize=(\d+)")
ROW = 90
"""Pixels at most of a chart that is one row of cells, of several one below the other, or a legend."""


def test_a_figure_is_high_enough_to_be_read_and_so_are_its_letters() -> None:
    written = {
        path: path.read_text("utf-8") for path in (ROOT / "pages").rglob("*.py") if "altair" in path.read_text("utf-8")
    }
    low = {(path.name, int(n)) for path, text in written.items() for n in HEIGHT.findall(text) if ROW < int(n) < 180}
    small = {(path.name, int(n)) for path, text in written.items() for n in LETTERS.findall(text) if int(n) < 12}
    assert len(written) > 10 and not low and not small
