"""Days go by: a policy fills the pages, the log grows, the models are trained again. In the background, beside the run on
stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import cast

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.recommender import RecommenderConfig
from engine.recommender.days.simulation import SimulationConfig
from engine.runs.config import Whole
from engine.runs.service.run import Run, State, View
from pages.recommender import settings
from pages.recommender.shown import Shown
from pages.ui.controls import controls
from pages.ui.controls.choices import some_of
from pages.ui.language import N_, bare, listed, t
from pages.ui.marked import Marked
from pages.ui.pieces.charts import show
from pages.ui.run import polling, training
from pages.ui.run.house import owner
from pages.ui.theme import HUES

RUNS = "recommender_days_runs"
POLICIES = {
    "model": (N_("Recall and ranking, trained again"), HUES[0]),
    "popular": (N_("What is popular"), HUES[1]),
    "random": (N_("Anything"), HUES[2]),
}
OWN_SIZE = ("videos", "users", "days", "steps", "ranking_steps", "frames")
"""Settings that the small site has of its own; the others are those on stage."""
CHARTS = (
    ("minutes", None, N_("minutes watched, per user"), ".1~f"),
    ("kept", None, N_("expected minutes, of the best possible"), "~%"),
    ("clicks", None, N_("clicks per impression"), ".1~%"),
    ("new", None, N_("new videos, of the impressions"), "~%"),
    ("coverage", 1, N_("catalogue shown since the log ended"), "~%"),
    ("top", 1, N_("watches of the top percent since then"), "~%"),
)
"""Metric, which of its numbers, what it is called, and how it is written."""


def draw(now: Shown) -> None:
    """Settings, the button, and what has happened so far."""
    with st.container(key="days", gap="medium"):
        config = _chosen(now)
        _button(config)
        polling.polled(partial(_live, _active()), "recommender_days", _stamp, _active)


def _active() -> bool:
    return any(view.active for view in _views(_runs()).values())


def _stamp() -> object:
    """What is new of the days that go by."""
    return tuple((view.state, len(view.frames)) for view in _views(_runs()).values())


def _runs() -> dict[str, Run]:
    """This tab's, by policy."""
    held = st.session_state.get(RUNS)
    return held if isinstance(held, dict) else {}


def _views(runs: Mapping[str, Run]) -> dict[str, View]:
    return {policy: training.service().view(run) for policy, run in runs.items()}


def base_of(config: RecommenderConfig, own: bool) -> SimulationConfig:
    """A small site with the settings on stage; with the defaults where a user's own log is there, which is no site."""
    if own:
        return SimulationConfig()
    changed = {
        name: mine for name, (mine, _) in config.differences(RecommenderConfig()).items() if name not in OWN_SIZE
    }
    return SimulationConfig(**changed)


def _chosen(now: Shown) -> tuple[SimulationConfig, ...]:
    """A config for each policy."""
    base = base_of(now.config, now.own)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        policies = some_of(
            t("Who fills the pages"), list(POLICIES), list(POLICIES), key="recommender_days_policies",
            name_of=lambda one: t(POLICIES[one][0]),
        )  # fmt: skip
        horizon, retrain = (
            controls.whole_number(
                label,
                cast(Whole, SimulationConfig.domain(name)),
                getattr(base, name),
                key=f"recommender_days_{name}",
                bind="query-params",
                width=170,
            )  # fmt: skip
            for name, label in (("horizon", t("Days to go by")), ("retrain", t("Trained every so many days")))
        )
    st.caption(_told(now, base, horizon, retrain))
    return tuple(replace(base, policy=policy, horizon=horizon, retrain=retrain) for policy in policies)


def _told(now: Shown, base: SimulationConfig, horizon: int, retrain: int) -> str:
    """What is simulated, and what it costs."""
    changed = base.differences(SimulationConfig())
    as_on_stage = listed(
        f"{settings.GROUPS.label(name)} {settings.GROUPS.written(mine)}" for name, (mine, _) in changed.items()
    )
    parts = [
        t(
            "A simulated site of {videos} videos and {users} users, whose log of {days} days ends; then one policy fills the pages, but for {mix} of the places, which stay as before.",
            videos=f"{base.videos:,}",
            users=f"{base.users:,}",
            days=base.days,
            mix=f"{base.mix:.0%}",
        )
    ]
    if now.own:
        parts.append(t("Users of your log cannot be asked what they would have watched, so it is not them."))
    elif as_on_stage:
        parts.append(t("As on stage: {settings}.", settings=as_on_stage))
    parts.append(
        t(
            "The same seed gives the same days, and the same users open pages at the same times whatever the policy. The models' policy costs {trainings} trainings of both; what is trained on the stage goes first, and these days then begin anew.",
            trainings=-(-horizon // retrain),
        )
    )
    return Marked(" ").join(parts)


def _button(configs: tuple[SimulationConfig, ...]) -> None:
    st.button(
        t("Let the days go by"), icon=":material/play_arrow:", key="days_start", on_click=_begin, args=(configs,),
        disabled=not configs,
    )  # fmt: skip


def _begin(configs: tuple[SimulationConfig, ...]) -> None:
    """Callback: the days of every policy, those that cost nothing first. What went on before is given up."""
    _stop()
    st.session_state[RUNS] = {}
    with training.refusals_told():
        for config in sorted(configs, key=lambda config: config.policy == "model"):
            run = training.service().submit(config, owner(), work="days", background=True)
            st.session_state[RUNS][config.policy] = run


def _live(was_active: bool) -> None:
    """Drawn anew every second while days go by."""
    views = _views(_runs())
    active = any(view.active for view in views.values())
    if active != was_active:
        st.rerun()
    if not views:
        return
    if active:
        _progress(views)
    for view in views.values():
        if view.state == State.FAILED:
            st.error(training.status(view))
    rows = _rows(views)
    if len(rows):
        _charts(rows)
        _summary(views)


def _progress(views: Mapping[str, View]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        done = sum(1.0 if not view.active else view.step / view.steps if view.steps else 0.0 for view in views.values())
        days = {policy: max(len(view.frames) - 1, 0) for policy, view in views.items()}
        said = listed(t(POLICIES[policy][0]) + ": " + t("day {day}", day=day) for policy, day in days.items())
        st.progress(min(done / len(views), 1.0), text=said)
        st.button(t("Stop"), icon=":material/stop:", key="days_stop", on_click=_stop)


def _stop() -> None:
    for run in _runs().values():
        training.service().stop(run)


def _rows(views: Mapping[str, View]) -> pd.DataFrame:
    """A row a policy, day and chart."""
    return pd.DataFrame(
        [
            {
                "policy": t(POLICIES[policy][0]),
                "day": frame.step,
                "name": name,
                "value": float(np.ravel(frame.metrics[name])[at or 0]),
            }
            for policy in POLICIES
            if policy in views
            for frame in views[policy].frames
            for name, at, _, _ in CHARTS
            if at is None or frame.step > 0  # before the first day nothing was shown since the log ended
        ]
    )


def _charts(rows: pd.DataFrame) -> None:
    present = set(rows["policy"])
    hues = {bare(name): hue for name, hue in POLICIES.values() if bare(name) in present}
    show(_legend(hues), key="days_legend", alt=t("Who fills the pages"))
    columns = st.columns(3, gap="medium")
    for n, (name, _, title, form) in enumerate(CHARTS):
        with columns[n % 3]:
            st.markdown(Marked("**{title}**").format(title=t(title)))
            chart = _chart(rows[rows["name"] == name], t(title), form, hues)
            show(chart, key=f"days_{name}", alt=t(title))
    st.caption(t("Day 0 is the last day of the log, before any policy."))


def _legend(hues: Mapping[str, str]) -> alt.LayerChart:
    """One for all six, in a line above them."""
    data = pd.DataFrame({"policy": list(hues), "place": range(len(hues))})
    x = alt.X("place:Q", axis=None, scale=alt.Scale(domain=[0, 3], nice=False))
    base = alt.Chart(data, height=24).encode(x=x)
    colour = alt.Color("policy:N", legend=None, scale=alt.Scale(domain=list(hues), range=list(hues.values())))
    signs = base.mark_point(shape="stroke", size=260, strokeWidth=3, opacity=1, xOffset=10).encode(color=colour)
    return signs + base.mark_text(align="left", dx=26, fontSize=14, color="#888").encode(text="policy:N")


def _chart(rows: pd.DataFrame, title: str, form: str, hues: Mapping[str, str]) -> alt.Chart:
    return (
        alt.Chart(rows, height=210)
        .mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(size=26))
        .encode(
            x=alt.X("day:Q", title=t("day"), axis=alt.Axis(tickMinStep=1, format="d")),
            y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(format=form, tickCount=5)),
            color=alt.Color("policy:N", title=None, sort=list(hues), scale=alt.Scale(domain=list(hues), range=list(hues.values())), legend=None),
            tooltip=[alt.Tooltip("policy:N", title=" "), alt.Tooltip("day:Q", title=t("day")), alt.Tooltip("value:Q", title=title, format=form)],
        )
    )  # fmt: skip


def _summary(views: Mapping[str, View]) -> None:
    """Means over the days that all of them have gone through."""
    last = min((len(view.frames) for view in views.values()), default=0)
    if last < 2:
        return
    table = [
        {
            t("Who fills the pages"): t(POLICIES[policy][0]),
            t("minutes a user and day"): f"{_mean(views[policy], last, 'minutes'):.2f}",
            t("the best possible"): f"{_mean(views[policy], last, 'best'):.2f}",
            t("expected, of the best"): f"{_mean(views[policy], last, 'kept'):.1%}",
            t("clicks"): f"{_mean(views[policy], last, 'clicks'):.1%}",
            t("new videos"): f"{_mean(views[policy], last, 'new'):.1%}",
        }
        for policy in POLICIES
        if policy in views
    ]
    st.dataframe(pd.DataFrame(table), hide_index=True, height="content", alt=t("Means over the days"))
    st.caption(
        t(
            "Means over days 1 to {last}, one seed. What is expected, and the best possible, are the truth of the simulation, worked out on some pages of each day: no policy knows them. A policy that tires its users lowers what is still possible.",
            last=last - 1,
        )
    )


def _mean(view: View, last: int, name: str) -> float:
    return float(np.nanmean([np.ravel(frame.metrics[name])[0] for frame in view.frames[1:last]]))
