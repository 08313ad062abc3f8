"""Both ages: what they bend, and whether new videos gain by the example's."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.recommender.claims import RECALL, STRAIGHT, TIMELESS, Seeds
from engine.recommender.config import NEW
from engine.recommender.looks.example_age import (
    EXAMPLE,
    FIRST,
    USER,
    Life,
    Response,
    life,
    new_watched,
    readable,
    respond,
    users_of,
)
from engine.runs.frame import Array
from pages.recommender import naming, where
from pages.recommender.looks.cached import cached_per_run
from pages.recommender.looks.studies import one_series, study, verdicts
from pages.recommender.shown import Shown
from pages.ui.controls.choices import one_of, one_of_many
from pages.ui.language import N_, bare, t
from pages.ui.pieces.charts import built_once, show
from pages.ui.theme import HUES

WHICH = {EXAMPLE: N_("Example age a"), USER: N_("The user's age")}
NEW_VIDEOS = {"age_helps_new_videos": N_("Example age brings more new videos:")}
NEXT_WATCHES = {
    "age_finds_more@long": N_("The same after twice the steps:"),
    "age_finds_more": N_("Example age finds more of the next watches:"),
    "squares_find_more": N_("Squares and root find more than the ages alone:"),
}
CLAIMS = NEW_VIDEOS | NEXT_WATCHES
YOUNGEST, SPAN = 13, 60
"""In years, what the network reads as 0 and as 1 more."""


def draw(now: Shown) -> None:
    """The share of new videos, their life as in the paper's Figure 4, the response to both ages, the studies."""
    with st.container(key="age", gap="medium"):
        if now.config.example_age == "off":
            st.info(t("The run on stage was trained without example age: it is told 0 throughout."))
        _gauges(now)
        left, right = st.columns(2, gap="large")
        with left:
            _life(now)
        with right:
            _response(now)
        st.markdown(t("**Does example age help new videos, and find more?**"))
        study(_study)


def _gauges(now: Shown) -> None:
    user, day, scene = now.now()
    uploaded = now.site.world.videos.uploaded
    frames = [f for f in now.recording.frames if f.step <= now.frame.step and "recall.new" in f.metrics]
    recalled = float(frames[-1].metrics["recall.new"])
    first_ones = scene.given.candidates[:FIRST]
    mine = f"{float((day - uploaded[first_ones] < NEW).mean()):.1%}" if len(first_ones) else "–"
    last = float(now.config.days)
    st.markdown(t("**New videos**, uploaded less than {days} days before", days=f"{NEW:.0f}"))
    first, second, third = st.columns(3)
    first.metric(t("Of the watches of the last {days} days", days=f"{NEW:.0f}"), f"{new_watched(now.site, last):.1%}")
    second.metric(t("Of the first {first}, tested users", first=FIRST), f"{recalled:.1%}")
    third.metric(t("Of the first {first}, user on stage", first=FIRST), mine)


@cached_per_run(12)
def _lived(digest: str, step: int, _now: Shown) -> Life | None:
    return life(_now.server, _users(_now))


def _life(now: Shown) -> None:
    """Softmax probability over a video's life, and the watches."""
    st.markdown(t("**A video's life** (the paper's Figure 4)"))
    with st.spinner(t("Asking the network about every day …")):
        found = _lived(now)
    if found is None:
        st.info(t("This log is too short for a life."))
        return
    before, after = found.reach
    choices = [-1, *range(before, len(found.model) - after)]
    upload = one_of_many(
        t("Uploaded on"), choices, -1, key="recommender_life", slide=True,
        name_of=lambda n: t("every day of these") if n < 0 else bare("day {day}", day=f"{n * found.width:.0f}"),
    )  # fmt: skip
    lines = {"watched": bare("share of the watches"), "model": bare("model, told each day's a")}
    if now.config.example_age == "on":
        lines["served"] = bare("model, told a = 0")
    hues = dict(zip(lines.values(), (HUES[1], HUES[0], HUES[4]), strict=False))
    data = pd.concat([_line(found, name, said, upload) for name, said in lines.items()])
    alone, alt_ = data[data["line"] != lines["watched"]], t("Probability of videos over the days of their life")
    show(_life_chart(data, hues, 270, t("share"), None), key="life", alt=alt_)
    show(_life_chart(alone, hues, 180, t("model"), t("days since upload")), key="life_alone", alt=alt_)
    st.caption(
        t(
            "All videos uploaded on one day, together: the mean softmax probability that {users} users would give them each day, with the watches that they had by then, against the share of that day's watches that went to them. Before day 0 they do not exist. Below: the model enlarged.",
            users=len(_users(now)),
        )
    )


def _users(now: Shown) -> Array:
    site = now.site
    rows = np.flatnonzero(np.abs(now.server.net.watched.weight.detach().numpy()).max(1) > 0)
    return users_of(site, readable(site, rows), site.world.config.days)


def _line(found: Life, name: str, said: str, upload: int) -> pd.DataFrame:
    day, share = found.around(name, None if upload < 0 else upload)
    return pd.DataFrame({"day": day, "share": share, "line": said})


@built_once
def _life_chart(data: pd.DataFrame, hues: dict[str, str], height: int, title: str, x: str | None) -> alt.LayerChart:
    """Told apart in the first, which stands above."""
    names = list(hues)
    legend = alt.Legend(orient="top", columns=1, symbolType="stroke", symbolStrokeWidth=3, labelLimit=300)
    rule = alt.Chart(pd.DataFrame({"day": [0]}), height=height).mark_rule(strokeDash=[4, 3], color="#888")
    lines = (
        alt.Chart(data)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X("day:Q", title=x, scale=alt.Scale(nice=False)),
            y=alt.Y("share:Q", title=title, axis=alt.Axis(format="~%", tickCount=5, minExtent=46), scale=alt.Scale(zero=x is None)),
            color=alt.Color("line:N", title=None, sort=names, legend=legend if x is None else None, scale=alt.Scale(domain=names, range=list(hues.values()))),
            strokeDash=alt.StrokeDash("line:N", sort=names, legend=None, scale=alt.Scale(domain=names, range=[[1, 0], [1, 0], [5, 4]][: len(names)])),
            tooltip=[alt.Tooltip("line:N", title=" "), alt.Tooltip("day:Q", title=t("days since upload"), format=".0f"), alt.Tooltip("share:Q", title=t("share"), format=".2%")],
        )
    )  # fmt: skip
    return rule.encode(x="day:Q") + lines


def _asked(now: Shown) -> dict[int, str]:
    """Videos whose scores are swept: the first candidate, the newest, the oldest, and the one looked at."""
    _, day, scene = now.now()
    uploaded, candidates = now.site.world.videos.uploaded, scene.given.candidates
    found = {
        int(candidates[0]): bare("first candidate"),
        int(candidates[np.argmax(uploaded[candidates])]): bare("newest candidate"),
        int(candidates[np.argmin(uploaded[candidates])]): bare("oldest candidate"),
    }
    video = where.video()
    if video is None or video >= len(uploaded) or uploaded[video] > day:
        return found
    if int(now.site.row(np.array([video]))[0]) >= 0:
        found[video] = bare("looked at")
    return found


@cached_per_run(60)
def _responded(
    digest: str,
    step: int,
    _now: Shown,
    user: int,
    day: float,
    which: str,
    rows: tuple[int, ...],
    without: tuple[int, ...],
) -> Response:
    return respond(_now.server, user, day, which, np.array(rows), without)


def _response(now: Shown) -> None:
    """u · v of a few videos, and new videos among the first, over one age."""
    st.markdown(t("**The response to an age**, for the user and day on stage"))
    which = one_of(
        t("Swept"), list(WHICH), EXAMPLE, key="recommender_swept", name_of=lambda one: t(WHICH[one]), wide=True
    )
    user, day, scene = now.now()
    if not len(scene.given.candidates):
        st.info(t("There are no candidates on this day."))
        return
    asked = _asked(now)
    rows = tuple(now.site.row(np.array(list(asked), np.int64)).tolist())
    found = _responded(now, user, day, which, rows, where.without())
    x = found.values * now.config.days if which == EXAMPLE else YOUNGEST + SPAN * found.values
    title = t("example age, days") if which == EXAMPLE else t("age, years")
    show(_scores_chart(now, asked, x, found.scores, day), key="response", alt=t("Scores over an age"))
    show(_new_chart(x, found.new, title), key="response_new", alt=t("New videos over an age"))
    st.caption(_bends(now, which))


def _scores_chart(now: Shown, asked: dict[int, str], x: Array, scores: Array, day: float) -> alt.Chart:
    uploaded = now.site.world.videos.uploaded
    data = pd.concat([
        pd.DataFrame({
            "x": x, "score": scores[:, n], "title": naming.title(now.site, video),
            "video": f"{said} · " + bare("{days} d old", days=f"{day - uploaded[video]:.0f}"),
        })
        for n, (video, said) in enumerate(asked.items())
    ])  # fmt: skip
    names = list(dict.fromkeys(data["video"]))
    legend = alt.Legend(orient="top", columns=1, labelLimit=300, symbolType="stroke", symbolStrokeWidth=3)
    return (
        alt.Chart(data, height=270)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X("x:Q", title=None, scale=alt.Scale(nice=False, zero=False)),
            y=alt.Y("score:Q", title="u · v", scale=alt.Scale(zero=False), axis=alt.Axis(minExtent=46)),
            color=alt.Color("video:N", title=None, sort=names, legend=legend, scale=alt.Scale(domain=names, range=list(HUES[: len(names)]))),
            tooltip=[alt.Tooltip("video:N", title=" "), alt.Tooltip("title:N", title=t("video")), alt.Tooltip("x:Q", title=" ", format=".1f"), alt.Tooltip("score:Q", title="u · v", format=".3f")],
        )
    )  # fmt: skip


@built_once
def _new_chart(x: Array, new: Array, title: str) -> alt.Chart:
    said = bare("new of the first {first}", first=FIRST)
    return (
        alt.Chart(pd.DataFrame({"x": x, "new": new}), height=180)
        .mark_line(strokeWidth=2.5, color="#888")
        .encode(
            x=alt.X("x:Q", title=title, scale=alt.Scale(nice=False, zero=False)),
            y=alt.Y("new:Q", title=t("new"), axis=alt.Axis(format="~%", tickCount=4, minExtent=46), scale=alt.Scale(zero=True)),
            tooltip=[alt.Tooltip("x:Q", title=title, format=".1f"), alt.Tooltip("new:Q", title=said, format=".0%")],
        )
    )  # fmt: skip


def _bends(now: Shown, which: str) -> str:
    if now.config.bends == "off":
        return t("This run was told the age alone: what bends here, ReLU layers bend.")
    if which == USER:
        return t("The network reads age and age². Squares are inputs: with them a straight layer can already bend.")
    return t(
        "The network reads a, a² and √a; serving tells it 0, at the left edge. What is new is so by the day on stage."
    )


def _study(seeds: Seeds) -> None:
    left, right = st.columns(2, gap="large")
    with_, without, straight = bare("with example age"), bare("without"), bare("ages without squares and root")
    with left:
        rows = {with_: seeds.metric(RECALL, "recall.new"), without: seeds.metric(TIMELESS, "recall.new")}
        one_series(rows, t("new videos among the first 100"), "age_study_new")
        verdicts(NEW_VIDEOS)
    with right:
        hits = {with_: seeds.hits(RECALL), without: seeds.hits(TIMELESS), straight: seeds.hits(STRAIGHT)}
        one_series(hits, t("held-out watches among the first 100"), "age_study_hits")
        verdicts(NEXT_WATCHES)
