"""Pieces of charts that pages share: words along an axis, the units of a layer as bars, every seed of a study as a dot,
a legend of lines."""

from __future__ import annotations

import functools
import hashlib
import json
import pickle  # noqa: TID251  values are told apart by their pickles, which nobody reads
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, ParamSpec, cast

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st
from altair.utils.schemapi import disable_debug_mode
from streamlit.delta_generator import DeltaGenerator

from engine.runs.frame import Array
from pages.ui.language import language, t
from pages.ui.latest import Latest

CHECKED = False
"""Whether a chart is held against Vega-Lite's schema when it is drawn: the tests do; it costs more than all the rest."""
disable_debug_mode()  # nor is every part of one when it is made
LEGEND = alt.Legend(orient="top", symbolType="stroke", symbolStrokeWidth=3, symbolOpacity=1)


P = ParamSpec("P")
Chart = alt.Chart | alt.LayerChart | alt.HConcatChart | alt.VConcatChart | alt.FacetChart


class Drawn:
    """A chart that is made into JSON once, with its data as Arrow, however often it is drawn."""

    def __init__(self, chart: Chart) -> None:
        self._chart = chart
        self._spec, self._data = "", dict[str, bytes]()

    def to_dict(self) -> dict[str, Any]:
        """The Vega-Lite specification. Streamlit asks for it, and collects the data aside meanwhile."""
        if self._spec:
            return {**json.loads(self._spec), "datasets": dict(self._data)}
        spec = self._chart.to_dict(validate=CHECKED)
        aside = alt.data_transformers.options.get("datasets")
        if aside is not None:
            self._spec, self._data = json.dumps(spec), dict(aside)
        return spec


def built_once(build: Callable[P, Chart]) -> Callable[P, Drawn]:
    """Build a chart from the same values in the same language once, for all sessions.

    Building one and making it JSON takes 10 to 30 ms, at every rerun. The values are compared by their pickles: numbers,
    words, arrays and tables.
    """

    @functools.wraps(build)
    def built(*args: P.args, **kwargs: P.kwargs) -> Drawn:
        values = hashlib.sha256(pickle.dumps((args, kwargs))).digest()
        key = (build.__module__, build.__qualname__, language(), values)
        return _built.get(key, lambda: Drawn(build(*args, **kwargs)))

    return built


_built: Latest[Drawn] = Latest(256)


def show(
    chart: Chart | Drawn,
    *,
    key: str,
    alt: str,
    width: Literal["stretch", "content"] | None = None,
    into: DeltaGenerator | None = None,
) -> None:
    """Draw a chart; `alt` says what is seen on it, for those who hear the page."""
    place = st.altair_chart if into is None else into.altair_chart
    drawn = chart if isinstance(chart, Drawn) else Drawn(chart)
    place(cast(Any, drawn), key=key, alt=alt, width=width)


def word_axis(
    words: Sequence[str], field: str = "at", title: str | None = None, *, angle: int = -60, overlap: bool = True
) -> alt.X:
    """The words themselves along the axis, for rows whose `field` is the word's index. `overlap` leaves some out where
    they would stand over each other."""
    quoted = (word.replace("\\", "\\\\").replace("'", "\\'") for word in words)
    lookup = "{" + ",".join(f"'{n}':'{word}'" for n, word in enumerate(quoted)) + "}[datum.value]"
    return alt.X(f"{field}:O", title=title, axis=alt.Axis(labelExpr=lookup, labelAngle=angle, labelOverlap=overlap))


@built_once
def unit_bars(
    values: Array, marked: int, colour: str, names: Sequence[str] | None = None, *, height: int = 180, title: str = ""
) -> alt.Chart:
    """Every unit of a layer, or every answer by its name, one of them marked: values (U,)."""
    data = pd.DataFrame({
        "unit": list(names) if names else [str(n + 1) for n in range(len(values))],
        "value": np.asarray(values, float),
        "marked": [n == marked for n in range(len(values))],
    })  # fmt: skip
    above = alt.Title(title, fontSize=12, fontWeight="normal") if title else alt.Undefined
    return (
        alt.Chart(data, height=height, title=above)
        .mark_bar(color=colour)
        .encode(
            x=alt.X("unit:N", sort=None, title=t("answer") if names else t("unit"), axis=alt.Axis(labelOverlap=True, labelAngle=0)),
            y=alt.Y("value:Q", title=t("value")),
            opacity=alt.OpacityValue(0.45, condition={"test": "datum.marked", "value": 1.0}),
            tooltip=[alt.Tooltip("unit:N", title=t("unit")), alt.Tooltip("value:Q", title=t("value"), format=".5f")],
        )
    )  # fmt: skip


@built_once
def strip(
    values: Mapping[tuple[str, str], Array],
    x: str,
    hues: Mapping[str, str],
    *,
    domain: tuple[float, float] | None = None,
    format: str = ".2f",
    rule: float | None = None,
) -> alt.LayerChart:
    """Every seed as a dot of its own height, and the mean: (row, series) → (S,); `hues` by series, told in a legend where
    several stand in one row; `rule` is a dashed line to compare with."""
    rows = pd.DataFrame(
        {"row": row, "series": series, "value": float(one), "mean": float(sample.mean()), "seed": seed}
        for (row, series), sample in values.items()
        for seed, one in enumerate(sample)
    )
    names = list(dict.fromkeys(row for row, _ in values))
    scale = alt.Scale(zero=False) if domain is None else alt.Scale(domain=list(domain), nice=False)
    legend = alt.Legend(orient="top", symbolOpacity=1) if len(names) < len(values) else None
    y = alt.Y("row:N", sort=names, title=None, axis=alt.Axis(labelLimit=340))
    axis = alt.Axis(tickCount=6 if domain is None else 10, format=format)
    colour = alt.Color(
        "series:N", title=None, legend=legend, scale=alt.Scale(domain=list(hues), range=list(hues.values()))
    )
    dots = (
        alt.Chart(rows, height=52 * len(names) + 70)
        .mark_circle(size=44, opacity=0.85)
        .encode(
            x=alt.X("value:Q", title=x, scale=scale, axis=axis), y=y, yOffset=alt.YOffset("seed:O"), color=colour,
            tooltip=[alt.Tooltip("row:N", title=" "), alt.Tooltip("value:Q", title=x, format=".3f"), alt.Tooltip("mean:Q", title=t("mean"), format=".3f")],
        )
    )  # fmt: skip
    means = (
        alt.Chart(rows.drop_duplicates(["row", "series"]))
        .mark_tick(thickness=2.5, size=34, opacity=0.9)
        .encode(x="mean:Q", y=y, color=colour, tooltip=[alt.Tooltip("mean:Q", title=t("mean"), format=".3f")])
    )
    if rule is None:
        return means + dots
    return alt.Chart(pd.DataFrame({"x": [rule]})).mark_rule(strokeDash=[4, 3]).encode(x="x:Q") + means + dots
