"""Pieces of charts that pages share: words along an axis, the units of a layer as bars, a legend of lines."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from engine.runs.frame import Array
from pages.ui.language import t

LEGEND = alt.Legend(orient="top", symbolType="stroke", symbolStrokeWidth=3, symbolOpacity=1)


def word_axis(
    words: Sequence[str], field: str = "at", title: str | None = None, *, angle: int = -60, overlap: bool = True
) -> alt.X:
    """The words themselves along the axis, for rows whose `field` is the word's index. `overlap` leaves some out where
    they would stand over each other."""
    quoted = (word.replace("\\", "\\\\").replace("'", "\\'") for word in words)
    lookup = "{" + ",".join(f"'{n}':'{word}'" for n, word in enumerate(quoted)) + "}[datum.value]"
    return alt.X(f"{field}:O", title=title, axis=alt.Axis(labelExpr=lookup, labelAngle=angle, labelOverlap=overlap))


def unit_bars(values: Array, marked: int, colour: str, names: Sequence[str] | None = None) -> alt.Chart:
    """Every unit of a layer, or every answer by its name, one of them marked: values (U,)."""
    data = pd.DataFrame({
        "unit": list(names) if names else [str(n + 1) for n in range(len(values))],
        "value": np.asarray(values, float),
        "marked": [n == marked for n in range(len(values))],
    })  # fmt: skip
    return (
        alt.Chart(data, height=170)
        .mark_bar(color=colour)
        .encode(
            x=alt.X("unit:N", sort=None, title=t("answer") if names else t("unit"), axis=alt.Axis(labelOverlap=True, labelAngle=0)),
            y=alt.Y("value:Q", title=t("value")),
            opacity=alt.condition("datum.marked", alt.value(1.0), alt.value(0.45)),
            tooltip=[alt.Tooltip("unit:N", title=t("unit")), alt.Tooltip("value:Q", title=t("value"), format=".5f")],
        )
    )  # fmt: skip
