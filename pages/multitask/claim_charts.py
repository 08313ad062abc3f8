"""How a study is drawn: curves over p with intervals, and histograms over seeds."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from engine.multitask.claims import COMPARED
from engine.multitask.ladder import LADDER, TITLES
from pages.ui.language import t
from pages.ui.pieces.charts import show
from pages.ui.theme import HUES


def curve(rows: pd.DataFrame, y: str, colours: dict[str, str], *, log: bool = False) -> alt.LayerChart:
    """Mean over p with its 95% interval."""
    scale = alt.Scale(type="log", nice=True) if log else alt.Scale(zero=False, nice=True)
    base = alt.Chart(rows, height=260).encode(
        x=alt.X("p:Q", title=t("task correlation p"), scale=alt.Scale(domain=[0, 1])),
        color=alt.Color(
            "structure:N",
            title=None,
            sort=list(colours),
            scale=alt.Scale(domain=list(colours), range=list(colours.values())),
            legend=alt.Legend(symbolOpacity=1),  # the band's own would be too faint to tell
        ),
    )
    band = base.mark_area(opacity=0.16).encode(y=alt.Y("low:Q", title=y, scale=scale), y2="high:Q")
    line = base.mark_line(point=True, strokeWidth=2.5).encode(
        y=alt.Y("mean:Q", title=y, scale=scale),
        strokeDash=alt.StrokeDash("structure:N", title=None, sort=list(colours)),
        tooltip=[
            alt.Tooltip("structure:N", title=t("Structure")),
            alt.Tooltip("p:Q", title="p"),
            alt.Tooltip("mean:Q", title=t("mean"), format=".4f"),
            alt.Tooltip("low:Q", title=t("low"), format=".4f"),
            alt.Tooltip("high:Q", title=t("high"), format=".4f"),
        ],
    )
    return band + line


def curve_rows(values: dict[tuple[str, float], np.ndarray]) -> pd.DataFrame:
    """Mean and the 95% interval of the mean over seeds, for each (series, p)."""
    rows = []
    for (name, p), sample in values.items():
        half = 1.96 * sample.std(ddof=1) / len(sample) ** 0.5
        rows.append(
            {
                "structure": name,
                "p": p,
                "mean": sample.mean(),
                "low": sample.mean() - half,
                "high": sample.mean() + half,
            }
        )
    return pd.DataFrame(rows)


def colours(structures: Sequence[str] = COMPARED) -> dict[str, str]:
    return {TITLES[s]: HUES[LADDER[s].hue] for s in structures}


def histogram(samples: dict[str, np.ndarray]) -> None:
    data = pd.DataFrame([{"structure": name, "loss": value} for name, sample in samples.items() for value in sample])
    chart = (
        alt.Chart(data, height=70)
        .mark_bar(opacity=0.85)
        .encode(
            x=alt.X("loss:Q", bin=alt.Bin(maxbins=36), title=t("held-out loss of one seed")),
            y=alt.Y("count():Q", title=None),
            color=alt.Color(
                "structure:N", legend=None, scale=alt.Scale(domain=list(colours()), range=list(colours().values()))
            ),
            row=alt.Row(
                "structure:N", title=None, sort=list(colours()), header=alt.Header(labelAngle=0, labelAlign="left")
            ),
        )
    )
    show(chart, key="histogram", alt=t("Histogram of final losses over seeds"))
