"""The user vector among the video vectors, on a plane or in space."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.recommender.looks.projection import Plane, along, components, projected
from engine.recommender.serving.scene import Scene
from engine.runs.frame import Array
from pages.recommender import naming
from pages.recommender.looks.cached import cached_per_run
from pages.recommender.shown import Shown
from pages.ui.controls.choices import one_of
from pages.ui.language import N_, t
from pages.ui.pieces.charts import show
from pages.ui.theme import HUES

OTHERS = 1_500
"""Videos drawn beside the candidates."""
AXES = {"user": N_("Along u"), "components": N_("Principal components")}
GREY = "#8A8A8A"
OTHER, CANDIDATE, SHOWN = 0, 1, 2


def draw(now: Shown, scene: Scene) -> None:
    """Videos by their topic; u, candidates and shown marked."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = one_of(t("Axes"), tuple(AXES), "user", key="recommender_path_axes", name_of=lambda one: t(AXES[one]))
        deep = st.toggle(t("3-D"), key="recommender_path_deep", bind="query-params")
    u = scene.given.read.vector[0].numpy()
    axes = _components(now) if chosen == "components" else along(now.server, u)
    plane = projected(now.server, u, axes)
    data, hues = _rows(now, scene, plane)
    if deep:
        _deep(data, hues, plane, chosen == "user")
    else:
        _flat(data, hues, plane, chosen == "user")
    st.caption(t("Small dots: other videos. Larger dots: candidates. Diamonds: shown. The line from the origin: u."))
    held = f"{plane.share[: 3 if deep else 2].sum():.0%}"
    st.caption(
        t(
            "The first axis is the direction of u: a video stands at u · v / ‖u‖, so the candidates are those farthest along it, but for what was watched already or is not there yet. Then come the main components of what is left; the axes drawn hold {share} of the vectors' spread.",
            share=held,
        )
        if chosen == "user"
        else t(
            "Principal components of all video vectors, through the origin: {share} of their spread. u is drawn as long as the nearest video reaches. What is near in {dimensions} dimensions need not look near here.",
            share=held,
            dimensions=now.config.dimensions,
        )
    )


@cached_per_run(8)
def _components(digest: str, step: int, _now: Shown) -> Array:
    return components(_now.server)


def _rows(now: Shown, scene: Scene, plane: Plane) -> tuple[pd.DataFrame, dict[str, str]]:
    """A row a video, and the hue of each topic: the six commonest of the candidates, the others grey."""
    site, given = now.site, scene.given
    rest = np.setdiff1d(site.known, given.candidates)
    some = rest[np.linspace(0, len(rest) - 1, min(OTHERS, len(rest))).astype(int)] if len(rest) else rest
    ids = np.concatenate((some, given.candidates))
    kind = np.where(np.isin(ids, given.shown), SHOWN, np.where(np.isin(ids, given.candidates), CANDIDATE, OTHER))
    topics = site.world.videos.topic[ids]
    counted = np.bincount(site.world.videos.topic[given.candidates], minlength=1)
    common = [int(n) for n in np.argsort(-counted, kind="stable")[: len(HUES)] if counted[n]]
    called = naming.topic if len(now.field.bands) > 1 else lambda topic: t("items")  # an own log knows no topics
    hues = {called(topic): hue for topic, hue in zip(common, HUES, strict=False)}
    names = [called(int(topic)) if topic in common else t("other topics") for topic in topics]
    if t("other topics") in names:
        hues[t("other topics")] = GREY
    rows = site.row(ids)
    x, y, z = plane.points[rows].T
    data = pd.DataFrame({
        "title": [naming.title(site, int(video)) for video in ids], "topic": names, "kind": kind,
        "score": scene.products[rows].astype(float), "x": x, "y": y, "z": z,
    })  # fmt: skip
    return data, hues


def _flat(data: pd.DataFrame, hues: dict[str, str], plane: Plane, along_u: bool) -> None:
    x = alt.X("x:Q", title=t("along u") if along_u else "1", axis=alt.Axis(grid=False))
    y = alt.Y("y:Q", title=t("main component of the rest") if along_u else "2", axis=alt.Axis(grid=False))
    colour = alt.Color(
        "topic:N", title=None, scale=alt.Scale(domain=list(hues), range=list(hues.values())),
        legend=alt.Legend(orient="top", columns=7, symbolOpacity=1, symbolType="circle"),
    )  # fmt: skip
    tooltip = [
        alt.Tooltip("title:N", title=t("video")),
        alt.Tooltip("topic:N", title=t("topic")),
        alt.Tooltip("score:Q", title="u · v", format=".3f"),
    ]
    base = alt.Chart(data, height=440).encode(x=x, y=y, color=colour, tooltip=tooltip)
    layers = (
        base.transform_filter(alt.datum.kind == OTHER).mark_circle(size=14, opacity=0.3),
        base.transform_filter(alt.datum.kind == CANDIDATE).mark_circle(size=42, opacity=0.75),
        base.transform_filter(alt.datum.kind == SHOWN).mark_point(
            size=170, filled=True, shape="diamond", opacity=1, stroke="#888", strokeWidth=1.5
        ),
        *_user(plane),
    )
    show(alt.layer(*layers), key="path_plane", alt=t("User vector, candidates and other videos"))


def _user(plane: Plane) -> tuple[alt.Chart, alt.Chart]:
    line = pd.DataFrame({"x": [0.0, plane.user[0]], "y": [0.0, plane.user[1]]})
    end = alt.Chart(line.iloc[1:]).mark_text(text="u", fontSize=17, fontWeight="bold", dx=11, dy=-9, color=GREY)
    return (
        alt.Chart(line).mark_line(color=GREY, strokeWidth=2.5, point=alt.OverlayMarkDef(color=GREY, size=50)).encode(x="x:Q", y="y:Q"),
        end.encode(x="x:Q", y="y:Q"),
    )  # fmt: skip


def _deep(data: pd.DataFrame, hues: dict[str, str], plane: Plane, along_u: bool) -> None:
    import plotly.graph_objects as go

    figure = go.Figure()
    for topic, hue in hues.items():
        for kind, size, opacity, symbol in ((OTHER, 2, 0.35, "circle"), (CANDIDATE, 4, 0.8, "circle"), (SHOWN, 5, 1.0, "diamond")):  # fmt: skip
            some = data[(data["topic"] == topic) & (data["kind"] == kind)]
            figure.add_scatter3d(
                x=some["x"], y=some["y"], z=some["z"], text=some["title"], name=topic, mode="markers", hoverinfo="text",
                legendgroup=topic, showlegend=kind == CANDIDATE, marker={"size": size, "color": hue, "symbol": symbol, "opacity": opacity},
            )  # fmt: skip
    end = plane.user
    figure.add_scatter3d(
        x=[0, end[0]], y=[0, end[1]], z=[0, end[2]], mode="lines+text", text=["", "u"], name="u",
        line={"color": GREY, "width": 6}, hoverinfo="name", textfont={"size": 18, "color": GREY},
    )  # fmt: skip
    titles = (t("along u"), t("rest 1"), t("rest 2")) if along_u else ("1", "2", "3")
    scene = {f"{axis}axis": {"title": {"text": title}} for axis, title in zip("xyz", titles, strict=True)}
    figure.update_layout(height=520, margin={"l": 0, "r": 0, "t": 0, "b": 0}, scene=scene)
    st.plotly_chart(figure, key="path_deep", alt=t("User vector, candidates and other videos"))
