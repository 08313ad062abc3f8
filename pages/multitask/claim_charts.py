"""How a study is drawn: curves over p with intervals, and histograms over seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import numpy as np
import pandas as pd

from engine.multitask.claims import COMPARED
from engine.multitask.ladder import LADDER, TITLES
from engine.runs.studies.verdict import mean_interval
from pages.ui.language import N_, t
from pages.ui.pieces.charts import built_once, show
from pages.ui.theme import HUES

NUMBERS = {"mean": N_("mean"), "low": N_("low"), "high": N_("high")}


@built_once
def curve(
    values: Mapping[tuple[str, float], np.ndarray], y: str, colours: dict[str, str], *, paired: bool = True
) -> alt.LayerChart:
    """Mean over p, of (series, p) → (S,) numbers, one a seed: with the 95 % interval by which a difference is judged; or,
    where they are no differences, with a thin dot for every seed, whose spread says nothing of what is paired."""
    scale = alt.Scale(zero=False, nice=True)
    colour = alt.Color(
        "structure:N",
        title=None,
        sort=list(colours),
        scale=alt.Scale(domain=list(colours), range=list(colours.values())),
        legend=alt.Legend(symbolOpacity=1),  # the band's own would be too faint to tell
    )
    x = alt.X("p:Q", title=t("task correlation p"), scale=alt.Scale(domain=[0, 1]))
    base = alt.Chart(_means(values), height=260).encode(x=x, color=colour)
    told = ("mean", "low", "high") if paired else ("mean",)
    line = base.mark_line(point=True, strokeWidth=2.5).encode(
        y=alt.Y("mean:Q", title=y, scale=scale),
        strokeDash=alt.StrokeDash("structure:N", title=None, sort=list(colours)),
        tooltip=[
            alt.Tooltip("structure:N", title=t("Structure")),
            alt.Tooltip("p:Q", title="p"),
            *(alt.Tooltip(f"{name}:Q", title=t(NUMBERS[name]), format=".4f") for name in told),
        ],
    )
    if paired:
        return base.mark_area(opacity=0.16).encode(y=alt.Y("low:Q", title=y, scale=scale), y2="high:Q") + line
    dots = alt.Chart(_seeds(values)).mark_circle(size=9, opacity=0.35)
    return dots.encode(x=x, color=colour, y=alt.Y("value:Q", title=y, scale=scale)) + line


def _means(values: Mapping[tuple[str, float], np.ndarray]) -> pd.DataFrame:
    """Mean and the 95 % interval of the mean over seeds, for each (series, p)."""
    rows = [(name, p, *mean_interval(sample)) for (name, p), sample in values.items()]
    return pd.DataFrame(rows, columns=["structure", "p", *NUMBERS])


def _seeds(values: Mapping[tuple[str, float], np.ndarray]) -> pd.DataFrame:
    """A row for each seed."""
    rows = [(name, p, float(value)) for (name, p), sample in values.items() for value in sample]
    return pd.DataFrame(rows, columns=["structure", "p", "value"])


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
