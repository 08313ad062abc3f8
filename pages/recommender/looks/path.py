"""The user's path: averages → ReLU layers → u → the nearest videos → what ranking reads of two of them → z → odds."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.recommender.serving.explain import AGES, CONTINUOUS, explain_logit, explain_unit
from engine.recommender.serving.path import (  # fmt: skip
    HOURS,
    LANGUAGE,
    SEEN,
    VIDEO,
    Side,
    inputs_of,
    layers_of,
    side_by_side,
    traded,
)
from engine.recommender.serving.scene import Scene
from engine.recommender.serving.server import RANKING
from pages.recommender import naming, where
from pages.recommender.looks import projection
from pages.recommender.shown import Shown
from pages.recommender.where import PLACE
from pages.ui.controls.choices import one_of, one_of_many
from pages.ui.controls.unit import unit
from pages.ui.language import N_, bare, t
from pages.ui.pieces.charts import built_once, show, unit_bars
from pages.ui.pieces.zoom import zoom
from pages.ui.theme import HUES

UNIT = "recommender_path_unit"
AGE_WORDS = {"age": N_("age"), "age²": N_("age²"), "gender": N_("gender"), "watched": N_("watched")}
"""Those of `AGES` that are no symbols."""
TRADES = {
    VIDEO: N_("its embedding"),
    LANGUAGE: N_("its language"),
    HOURS: N_("its hours since the channel"),
    SEEN: N_("its previous impressions"),
}


def draw(now: Shown) -> None:
    """Four steps, from what enters to the odds."""
    _, _, scene = now.now()
    st.markdown(t("**1 · What enters**: averages of watches and searches, the region's embedding, seven numbers"))
    _inputs(now, scene)
    st.markdown(t("**2 · ReLU layers**: a unit, and the sum behind it"))
    _layer(now, scene)
    st.markdown(t("**3 · The nearest videos** are the candidates"))
    projection.draw(now, scene)
    st.markdown(t("**4 · Ranking**: a video that is shown, and a candidate that is not"))
    if now.server.ranker is None:
        st.info(now.unranked())
        return
    _ranking(now, scene)


def _inputs(now: Shown, scene: Scene) -> None:
    given = inputs_of(now.server, scene.given)
    parts: Sequence[tuple[str, np.ndarray, tuple[str, ...] | None]] = (
        (t("average of watches"), given.watched, None),
        (t("average of searches"), given.searched, None),
        (t("region"), given.region, None),
        (t("ages, gender, watched"), given.numbers, tuple(t(AGE_WORDS.get(name, name)) for name in AGES)),
    )
    for n, (column, (title, values, names)) in enumerate(zip(st.columns((4, 4, 2, 3)), parts, strict=True)):
        show(_bars(title, values, names), key=f"path_input_{n}", alt=title, into=column)
    st.caption(t("a is the example age: 0 at serving, as of now. The order of the watches is lost in their average."))


@built_once
def _bars(title: str, values: np.ndarray, names: tuple[str, ...] | None) -> alt.Chart:
    """Numbered where there are no names."""
    axis = alt.Axis(labelAngle=-45, labelOverlap=False) if names else alt.Axis(labelAngle=0, labelOverlap=True)
    units = names or tuple(str(unit + 1) for unit in range(len(values)))
    data = pd.DataFrame({"unit": units, "value": values.astype(float)})
    return (
        alt.Chart(data, height=180, title=alt.Title(title, fontSize=12, fontWeight="normal"))
        .mark_bar(color=HUES[0])
        .encode(
            x=alt.X("unit:N", sort=None, title=None, axis=axis),
            y=alt.Y("value:Q", title=None, axis=alt.Axis(tickCount=3, format="~g")),
            tooltip=[alt.Tooltip("unit:N", title=t("unit")), alt.Tooltip("value:Q", title=t("value"), format=".5f")],
        )
    )


def _layer(now: Shown, scene: Scene) -> None:
    layers = layers_of(scene.given)
    left, right = st.columns(2, gap="large")
    with left, st.container(horizontal=True):
        last = len(layers)
        layer = one_of(
            t("Layer"), tuple(range(1, last + 1)), last, key="recommender_path_layer",
            name_of=lambda n: t("{n}: user vector u", n=n) if n == last else str(n),
        )  # fmt: skip
        values = layers[layer - 1]
        chosen = _unit(values)
    with left:
        for n, one in enumerate(layers, 1):
            marked = chosen if n == layer else -1
            title = bare("layer {n}, {units} units", n=n, units=len(one))
            show(
                unit_bars(one, marked, HUES[0], height=180, title=title),
                key=f"path_layer_{n}",
                alt=t("Every unit of this layer"),
            )
        zero = int((values == 0).sum())
        st.caption(t("Layer {layer}: {zero} of {units} units are cut off at 0 for this user.", layer=layer, zero=zero, units=len(values)))  # fmt: skip
    with right:
        zoom(explain_unit(now.server, scene.given, layer - 1, chosen))


def _unit(values: np.ndarray) -> int:
    """One unit, from 0: the URL's, else the largest."""
    return unit(PLACE, UNIT, t("Unit"), len(values), int(values.argmax()), width=140)


def _ranking(now: Shown, scene: Scene) -> None:
    given = scene.given
    if len(given.shown) == len(given.candidates):
        st.caption(t("Every candidate is shown."))
        return
    lost = [one.video for one in scene.lost if one.lost.stage == RANKING]
    ranked = given.candidates[np.argsort(-given.z, kind="stable")]
    place = {int(video): n for n, video in enumerate(ranked, 1)}
    hidden = ranked[~np.isin(ranked, given.shown)]
    columns = st.columns(2, gap="large")
    with columns[0]:
        first = _pick(now, t("Shown"), given.shown, place, int(given.shown[0]), "recommender_path_shown")
    with columns[1]:
        second = _pick(
            now, t("Not shown"), hidden, place, lost[0] if lost else int(hidden[0]), "recommender_path_hidden"
        )
    videos = np.array([first, second])
    sides = side_by_side(now.server, given.user, videos, given.now, where.without())
    left, right = st.columns((3, 2), gap="large")
    with left:
        _features(now, sides, videos)
    with right:
        _traded(now, sides)
    for n, (column, side) in enumerate(zip(st.columns(2, gap="large"), sides, strict=True)):
        with column:
            st.markdown(t("z = {z}, so the odds e^z are **{odds}**", z=f"{side.z:.3f}", odds=f"{np.exp(side.z):.2f}"))
            told = explain_logit(now.server, side.seen)
            unit = int(np.argmax([abs(term.product) for term in told.terms]))
            show(unit_bars(side.hidden, unit, HUES[2 if n == 0 else 1]), key=f"path_rank_{n}", alt=t("The last layer of ranking"))  # fmt: skip
            zoom(told)


def _pick(now: Shown, label: str, videos: np.ndarray, place: dict[int, int], start: int, key: str) -> int:
    """One of some videos, with its place in ranking."""
    options = [int(video) for video in videos]
    titles = {video: f"{place[video]} · {naming.title(now.site, video)}" for video in options}  # each another
    return one_of_many(label, options, start, key=key, name_of=titles.__getitem__)


def _features(now: Shown, sides: Sequence[Side], videos: np.ndarray) -> None:
    """As they are, and as they enter."""
    rows: dict[str, list[str]] = {
        t("channel"): [naming.channel(now.site, int(video)) for video in videos],
        t("language of user → video"): [
            f"{naming.spoken(one.user_language)} → {naming.spoken(one.video_language)}" for one in sides
        ],
        t("hours since the channel"): [f"{one.hours:,.1f}" if np.isfinite(one.hours) else t("never") for one in sides],
        t("previous impressions"): [str(one.shown_before) for one in sides],
    }
    if now.own:  # it has numbers alone
        rows = dict(list(rows.items())[2:])
    names = (t("hours"), t("impressions"))
    for n in range(len(CONTINUOUS)):
        form = ("x̃", "x̃²", "√x̃")[n % 3]
        rows[f"{names[n // 3]}: {form}"] = [f"{float(one.numbers[n]):.3f}" for one in sides]
    table = pd.DataFrame(
        {
            t("feature"): list(rows),
            t("shown"): [row[0] for row in rows.values()],
            t("not shown"): [row[1] for row in rows.values()],
        }
    )
    st.dataframe(table, hide_index=True, height="content", alt=t("What ranking reads of both videos"))
    st.caption(t("x̃ is the share of training values below x, those equal to it counted half, as the quantiles tell; 1 for never. The average of the last watches is the same for both."))  # fmt: skip


def _traded(now: Shown, sides: Sequence[Side]) -> None:
    """What would lift the second."""
    good, other = sides
    found = {name: z for name, z in traded(now.server, good, other).items() if not (now.own and name == LANGUAGE)}
    data = pd.DataFrame({"what": [t(TRADES[name]) for name in found], "change": [z - other.z for z in found.values()]})
    st.markdown(t("What would lift the one not shown? Its z, if it had of the other …"))
    show(
        alt.Chart(data, height=200)
        .mark_bar()
        .encode(
            x=alt.X("change:Q", title=t("change of z")),
            y=alt.Y("what:N", sort=None, title=None, axis=alt.Axis(labelLimit=220, labelOverlap=False)),
            color=alt.ColorValue(HUES[1], condition={"test": "datum.change >= 0", "value": HUES[2]}),
            tooltip=[alt.Tooltip("what:N", title=" "), alt.Tooltip("change:Q", title=t("change of z"), format="+.3f")],
        ),
        key="path_traded",
        alt=t("How much each feature of the shown video would change z of the other"),
    )
    st.caption(t("One at a time; the distance between both is {gap}. Layers bend, so the parts need not add up to it.", gap=f"{good.z - other.z:+.3f}"))  # fmt: skip
