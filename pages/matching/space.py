"""The semantic space over training: queries and documents on one fixed projection."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.matching.ladder import TITLES
from engine.matching.opened.space import projected
from engine.matching.training import LANDMARKS
from pages.matching.shown import Shown
from pages.matching.where import PLACE
from pages.ui.controls.choices import one_of
from pages.ui.language import t
from pages.ui.pieces.charts import show
from pages.ui.run.live import choose_moment
from pages.ui.theme import HUES


def draw(now: Shown) -> None:
    """A moment of training and the model are chosen; the axes stay."""
    frames = list(now.recording.frames)
    with st.container(horizontal=True):
        model = one_of(
            t("Model"), now.config.models, now.config.models[-1], key="matching_space_model", name_of=TITLES.__getitem__
        )
        steps = [frame.step for frame in frames]
        step = st.select_slider(t("Training step of the map"), steps, steps[-1], key=f"matching_space_{len(steps)}")
        deep = st.toggle(t("3-D"), key="matching_space_deep", bind="query-params")
    choose_moment(PLACE, now.recording, now.live)
    points, share = projected(np.stack([frame.metrics[f"{model}.space"] for frame in frames]), 3)
    data = _rows(now, points[steps.index(step)])
    reach = float(np.abs(points).max()) * 1.05
    if deep:
        _deep(data, reach)
    else:
        _flat(data, reach)
    st.caption(
        t(
            "Vectors at length 1; the axes are the principal components of the last moment ({share} of its variance in the plane). Lines join a query and the document that was clicked.",
            share=f"{share[:2].sum():.0%}",
        )
    )


def _rows(now: Shown, points: np.ndarray) -> pd.DataFrame:
    library = now.hand.library
    queries = library.log.test[:LANDMARKS]
    place = {index: len(queries) + n for n, index in enumerate(library.landmarks)}
    texts = [query.text for query in queries] + [library.log.documents[index] for index in library.landmarks]
    kinds = [t("query")] * len(queries) + [t("document")] * len(library.landmarks)
    pair = {place[query.clicked]: n for n, query in reversed(list(enumerate(queries)))}
    return pd.DataFrame({
        "text": [text[:60] for text in texts], "kind": kinds, "x": points[:, 0], "y": points[:, 1], "z": points[:, 2],
        "pair": [n if n < len(queries) else pair.get(n, -1 - n) for n in range(len(texts))],
    })  # fmt: skip


def _flat(data: pd.DataFrame, reach: float) -> None:
    scale = alt.Scale(domain=[-reach, reach])
    x, y = alt.X("x:Q", title="1", scale=scale), alt.Y("y:Q", title="2", scale=scale)
    tooltip = [alt.Tooltip("kind:N", title=t("text")), alt.Tooltip("text:N", title=" ")]
    kinds = [t("query"), t("document")]
    base = alt.Chart(data, height=420)
    lines = base.mark_line(color="#888", opacity=0.5).encode(x=x, y=y, detail="pair:N")
    dots = base.mark_point(filled=True, size=110, opacity=0.9).encode(
        x=x, y=y, tooltip=tooltip,
        color=alt.Color("kind:N", title=None, scale=alt.Scale(domain=kinds, range=[HUES[0], HUES[2]]), legend=alt.Legend(orient="top")),
        shape=alt.Shape("kind:N", title=None, scale=alt.Scale(domain=kinds, range=["diamond", "circle"])),
    )  # fmt: skip
    names = (
        base.mark_text(align="left", dx=9, fontSize=12, color="#888")
        .encode(x=x, y=y, text="text:N")
        .transform_filter(alt.datum.kind == kinds[0])
    )
    show(lines + dots + names, key="space", alt=t("Queries and documents in the semantic space"))


def _deep(data: pd.DataFrame, reach: float) -> None:
    import plotly.graph_objects as go

    figure = go.Figure()
    for n, (kind, some) in enumerate(data.groupby("kind", sort=False)):
        figure.add_scatter3d(
            x=some["x"], y=some["y"], z=some["z"], text=some["text"], name=str(kind), mode="markers", hoverinfo="text",
            marker={"size": 6, "color": HUES[0 if n == 0 else 2], "symbol": "diamond" if n == 0 else "circle"},
        )  # fmt: skip
    axis = {"range": [-reach, reach]}
    figure.update_layout(height=480, margin={"l": 0, "r": 0, "t": 0, "b": 0}, scene={f"{a}axis": axis for a in "xyz"})
    st.plotly_chart(figure, key="space_deep", alt=t("Queries and documents in the semantic space"))
